// The place that is asked about: what is here?
import { speech } from '../i18n/language.svelte.ts';
import type { LonLat } from '../near/direction.ts';
import { loadSurroundings } from '../server/api.ts';
import type { Surroundings } from '../server/wire.ts';

export type HereState =
  | { step: 'loading'; place: LonLat }
  | { step: 'shown'; place: LonLat; around: Surroundings }
  | { step: 'failed'; place: LonLat };

export class Here {
  state: HereState | null = $state.raw(null);
  #load: AbortController | null = null;

  get place(): LonLat | null {
    return this.state?.place ?? null;
  }

  async ask(place: LonLat): Promise<void> {
    this.#load?.abort();
    const load = new AbortController();
    this.#load = load;
    this.state = { step: 'loading', place };
    try {
      const around = await loadSurroundings(place, speech.language, load.signal);
      if (!load.signal.aborted) this.state = { step: 'shown', place, around };
    } catch {
      if (!load.signal.aborted) this.state = { step: 'failed', place };
    }
  }

  close(): void {
    this.#load?.abort();
    this.state = null;
  }
}
