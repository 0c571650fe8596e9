// How many objects of each branch lie in the part of the map that is seen.
import type { Box } from '../map/bounds.ts';
import { loadSummary } from '../server/api.ts';
import { countsOf } from './counts.ts';
import type { TreeNode } from './tree.ts';

/** A map that still moves asks nothing. */
const STILL_FOR_MS = 300;

export class InView {
  /** by the key of a node; null while nothing is known */
  counts: ReadonlyMap<string, number> | null = $state.raw(null);

  #box: Box | null = null;
  #wait: ReturnType<typeof setTimeout> | undefined;
  #question: AbortController | null = null;

  constructor(private readonly tree: () => readonly TreeNode[]) {}

  /** Counts for this box, once the map has come to rest. */
  look(box: Box): void {
    if (this.#box?.every((degrees, i) => degrees === box[i])) return;
    this.#box = box;
    clearTimeout(this.#wait);
    this.#wait = setTimeout(() => void this.count(), STILL_FOR_MS);
  }

  /** Counts again for the same box, as after a change of the data. */
  async count(): Promise<void> {
    if (!this.#box) return;
    this.#question?.abort();
    const question = new AbortController();
    this.#question = question;
    try {
      const { groups } = await loadSummary(this.#box, question.signal);
      if (!question.signal.aborted) this.counts = countsOf(this.tree(), groups);
    } catch {
      // The totals stand in for counts that nobody could get.
      if (!question.signal.aborted) this.counts = null;
    }
  }
}
