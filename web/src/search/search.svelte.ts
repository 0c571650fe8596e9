// What is being searched for: the typed text, the suggestions that came for it, and what was searched for before.
import { remember, remembered } from '../address/memory.ts';
import type { Language } from '../i18n/words.ts';
import type { LonLat } from '../near/direction.ts';
import { loadSuggestions } from '../server/api.ts';
import type { FoundObject, FoundStep, Suggestions } from '../server/wire.ts';

/** Between two letters of one who types fast. */
const PAUSE_MS = 120;
/** As many as a list holds without scrolling far. */
const MOST_RECENT = 5;

export type Group = 'recent' | 'places' | 'addresses' | 'collections';

export type Suggestion =
  | { group: 'recent'; typed: string }
  | { group: 'places' | 'addresses'; object: FoundObject }
  | { group: 'collections'; step: FoundStep };

export class Search {
  typed = $state('');
  progress: 'idle' | 'asking' | 'found' | 'failed' = $state('idle');
  recent: string[] = $state.raw(readRecent());
  #answer: Suggestions | null = $state.raw(null);

  /** What can be chosen, in the order of the list; before anything is typed, what was searched for before. */
  readonly suggestions: Suggestion[] = $derived.by(() => {
    if (this.typed.trim() === '') return this.recent.map((typed) => ({ group: 'recent' as const, typed }));
    const answer = this.#answer;
    if (!answer) return [];
    return [
      ...answer.places.map((object) => ({ group: 'places' as const, object })),
      ...answer.addresses.map((object) => ({ group: 'addresses' as const, object })),
      ...answer.collections.map((step) => ({ group: 'collections' as const, step })),
    ];
  });

  #asking: AbortController | null = null;

  async ask(near: LonLat | null, language: Language): Promise<void> {
    this.#asking?.abort();
    const typed = this.typed.trim();
    if (typed === '') {
      this.#answer = null;
      this.progress = 'idle';
      return;
    }
    const asking = new AbortController();
    this.#asking = asking;
    this.progress = 'asking';
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    if (asking.signal.aborted) return;
    try {
      // A space after the last word says that it is finished, so the text goes as it stands.
      this.#answer = await loadSuggestions(this.typed, near, language, asking.signal);
      this.progress = 'found';
    } catch {
      if (asking.signal.aborted) return;
      this.#answer = null;
      this.progress = 'failed';
    }
  }

  /** Kept in this browser only. */
  keep(): void {
    const typed = this.typed.trim();
    if (typed === '') return;
    this.recent = [typed, ...this.recent.filter((other) => other !== typed)].slice(0, MOST_RECENT);
    remember('searches', JSON.stringify(this.recent));
  }

  forget(): void {
    this.recent = [];
    remember('searches', '[]');
  }

  clear(): void {
    this.#asking?.abort();
    this.typed = '';
    this.#answer = null;
    this.progress = 'idle';
  }
}

function readRecent(): string[] {
  try {
    const kept: unknown = JSON.parse(remembered('searches') ?? '[]');
    return Array.isArray(kept) ? kept.filter((typed) => typeof typed === 'string').slice(0, MOST_RECENT) : [];
  } catch {
    return [];
  }
}
