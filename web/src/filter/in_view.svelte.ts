// How many objects of each branch lie in the part of the map that is seen.
import type { Box } from '../map/bounds.ts';
import { loadSummary } from '../server/api.ts';
import type { SummaryGroup } from '../server/wire.ts';
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

/** Counts by node: a kind has its own, a collection all of its objects whatever their kind, a branch the sum below it. */
export function countsOf(tree: readonly TreeNode[], groups: readonly SummaryGroup[]): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (key: string, count: number) => counts.set(key, (counts.get(key) ?? 0) + count);
  for (const { by, count } of groups) {
    add(`collection/${by.collection}`, count);
    if (by.kind !== null) add(`kind/${by.collection}:${by.kind}`, count);
  }
  const sum = (node: TreeNode): number => {
    if (node.level === 'collection' || node.level === 'kind') return counts.get(node.key) ?? 0;
    const total = node.children.reduce((so, child) => so + sum(child), 0);
    counts.set(node.key, total);
    return total;
  };
  tree.forEach(sum);
  return counts;
}
