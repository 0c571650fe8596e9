// Being offline: whether the server is away, and of when the answers are that the page shows meanwhile.
import type { Told } from './told.ts';

/** How often a page that is away looks whether the server is back. */
const LOOK_MS = 5_000;

class Offline {
  /** the server is away, and kept answers stand in for its own */
  away = $state(false);
  /** of the oldest that is shown; null where none is */
  kept_at: Date | null = $state.raw(null);
  #look: ReturnType<typeof setInterval> | undefined;

  /** Hears the service worker from the first answer on. */
  listen(): void {
    navigator.serviceWorker?.addEventListener('message', ({ data }: MessageEvent<Told>) => this.#told(data));
  }

  /**
   * Keeps the page and what it shows from now on. On the first visit `again` asks once more for the tiles that were
   * drawn before anything was kept; what else was fetched is asked for again here.
   */
  async keep(again: () => void): Promise<void> {
    const { serviceWorker } = navigator;
    // Absent on pages that came over plain HTTP from another machine, and where the visitor forbids storage.
    if (!serviceWorker) return;
    const isFirst = serviceWorker.controller === null;
    if (isFirst) serviceWorker.addEventListener('controllerchange', () => (askAgain(), again()), { once: true });
    try {
      await serviceWorker.register('/sw.js');
    } catch (error) {
      console.warn(error);
    }
  }

  #told(told: Told): void {
    if (!told.away) return this.#back();
    this.away = true;
    const kept_at = told.kept_at === null ? null : new Date(told.kept_at);
    if (kept_at && (this.kept_at === null || kept_at < this.kept_at)) this.kept_at = kept_at;
    this.#look ??= setInterval(() => void this.#lookUp(), LOOK_MS);
  }

  async #lookUp(): Promise<void> {
    const answers = await fetch('/health/live', { cache: 'no-store' }).then(({ ok }) => ok, () => false);
    if (answers) this.#back();
  }

  #back(): void {
    clearInterval(this.#look);
    this.#look = undefined;
    this.away = false;
    this.kept_at = null;
  }
}

export const offline = new Offline();

/** The browser has most of it still, or is told that it has. */
function askAgain(): void {
  for (const { name } of performance.getEntriesByType('resource')) {
    const { origin, pathname } = new URL(name);
    if (origin !== location.origin || pathname.startsWith('/assets/') || pathname === '/changes') continue;
    // Those that are not kept are few, and a failure only leaves something unkept.
    fetch(name, { headers: { Accept: 'application/json, */*;q=0.9' } }).catch(() => {});
  }
}

/** Takes away what was kept in this browser, and the service worker with it. */
export async function forgetOffline(): Promise<void> {
  const wasServed = Boolean(navigator.serviceWorker?.controller);
  const registrations = (await navigator.serviceWorker?.getRegistrations()) ?? [];
  await Promise.all(registrations.map((registration) => registration.unregister()));
  // Absent like the service worker.
  if ('caches' in globalThis) {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith('mapa-')).map((name) => caches.delete(name)));
  }
  localStorage.clear();
  // A page keeps the service worker that it came with until it is loaded anew.
  if (wasServed) location.reload();
}
