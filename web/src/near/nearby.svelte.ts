// The search nearby: a place it starts from, the neighbours it found, and how far it has got.
import { choiceInCql } from '../filter/choice_cql.ts';
import { collectionsOf, type Choice, type TreeNode } from '../filter/tree.ts';
import { loadNearest } from '../server/api.ts';
import type { Neighbor } from '../server/wire.ts';
import type { LonLat } from './direction.ts';
import { locate } from './locate.ts';

/** What the server gives at most in one answer. */
const MOST = 100;
const FIRST = 10;

export type Origin =
  | { from: 'you'; place: LonLat; accuracy_m: number }
  | { from: 'picked'; place: LonLat }
  | { from: 'center'; place: LonLat };

export type Progress = 'waiting' | 'locating' | 'searching' | 'found' | 'failed';

/** Why the browser's own fix is not used. */
export type Refusal = { reason: 'denied' | 'unavailable' } | { reason: 'coarse'; accuracy_m: number };

export class Nearby {
  origin: Origin | null = $state.raw(null);
  progress: Progress = $state('waiting');
  refusal: Refusal | null = $state.raw(null);
  /** the visitor wants to start from elsewhere than the present origin */
  #elsewhere = $state(false);
  neighbors: Neighbor[] = $state.raw([]);
  /** the neighbour under the pointer or the focus, in the list or on the map */
  active: string | null = $state(null);
  canShowMore = $state(false);
  /** only what is open now */
  openNow = $state(false);
  /** of those nearer than the last, how many are left out because nobody says when they are open */
  unknownHours = $state(0);

  #limit = FIRST;
  #search: AbortController | null = null;
  #choice: () => { choice: Choice; tree: readonly TreeNode[] };

  constructor(choice: () => { choice: Choice; tree: readonly TreeNode[] }) {
    this.#choice = choice;
  }

  /** Whether a place to start from is wanted. */
  get awaitsPlace(): boolean {
    return this.origin === null || this.#elsewhere;
  }

  /** Asks the browser where the visitor is; meanwhile, and if that fails, a tap on the map does as well. */
  async locate(): Promise<void> {
    this.refusal = null;
    this.progress = 'locating';
    const fix = await locate(navigator.geolocation);
    // The visitor tapped the map before the browser answered.
    if (this.progress !== 'locating') return;
    if (fix.found) return this.from({ from: 'you', place: fix.place, accuracy_m: fix.accuracy_m });
    this.refusal = fix;
    this.progress = 'waiting';
  }

  async from(origin: Origin): Promise<void> {
    this.origin = origin;
    this.#elsewhere = false;
    this.refusal = null;
    this.#limit = FIRST;
    await this.search();
  }

  async showMore(): Promise<void> {
    this.#limit = Math.min(MOST, this.#limit < 20 ? 20 : this.#limit + 20);
    await this.search();
  }

  /** Searches again from the same place, as after a change of the filter. */
  async search(told = true): Promise<void> {
    if (!this.origin) return;
    this.#search?.abort();
    const search = new AbortController();
    this.#search = search;
    if (told) this.progress = 'searching';
    const { choice, tree } = this.#choice();
    try {
      const answer = await loadNearest(
        {
          origin: this.origin.place,
          collections: collectionIds(choice, tree),
          filter: choice !== null && choice.partial.length > 0 ? choiceInCql(choice) : null,
          openNow: this.openNow,
          limit: this.#limit,
        },
        search.signal,
      );
      this.neighbors = answer.features;
      this.unknownHours = answer.unknownHours ?? 0;
      this.canShowMore = this.#limit < MOST && answer.features.length === this.#limit;
      this.progress = 'found';
    } catch {
      if (!search.signal.aborted && told) this.progress = 'failed';
    }
  }

  /** Changed data are looked up without a word of progress. */
  async searchQuietly(): Promise<void> {
    if (this.progress === 'found') await this.search(false);
  }

  async onlyOpen(openNow: boolean): Promise<void> {
    this.openNow = openNow;
    this.#limit = FIRST;
    await this.search();
  }

  startElsewhere(): void {
    this.#elsewhere = true;
    this.refusal = null;
  }

  clear(): void {
    this.#search?.abort();
    this.origin = null;
    this.neighbors = [];
    this.refusal = null;
    this.active = null;
    this.progress = 'waiting';
  }
}

export function neighborKey(neighbor: Neighbor): string {
  return `${neighbor.properties.collection}/${neighbor.id}`;
}

/** In the catalog's order, so that equal choices make equal, cacheable questions; none names everything. */
function collectionIds(choice: Choice, tree: readonly TreeNode[]): string[] {
  if (choice === null) return [];
  const wanted = new Set([...choice.whole, ...choice.partial.map(({ collection }) => collection)]);
  return collectionsOf(tree).map(({ id }) => id).filter((id) => wanted.has(id));
}
