// Idleness: how long nobody has touched the kiosk, with a warning before it begins anew.

/** The last part of the time: who still reads has so long to say so. */
const WARNED_FOR_MS = 15_000;
const TICK_MS = 500;

export class Idleness {
  /** seconds until the kiosk begins anew; null while that is not near */
  left_s: number | null = $state(null);

  #since = performance.now();
  /** nothing has been touched since the beginning, so there is nothing to clear away */
  #isClean = true;

  constructor(
    private readonly after_ms: number,
    private readonly over: () => void,
  ) {}

  watch(): void {
    for (const touch of ['pointerdown', 'keydown', 'wheel'] as const) addEventListener(touch, () => this.#touched(), { capture: true, passive: true });
    setInterval(() => this.#tick(), TICK_MS);
  }

  #touched(): void {
    this.#since = performance.now();
    this.#isClean = false;
  }

  #tick(): void {
    if (this.#isClean) return;
    const left_ms = this.after_ms - (performance.now() - this.#since);
    if (left_ms <= 0) {
      this.#isClean = true;
      this.left_s = null;
      this.over();
    } else if (left_ms <= Math.min(WARNED_FOR_MS, this.after_ms / 2)) {
      this.left_s = Math.ceil(left_ms / 1000);
    } else {
      // Not at the touch itself: what a finger is on must not go away under it, and give it to what lies beneath.
      this.left_s = null;
    }
  }
}
