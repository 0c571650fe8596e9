// Counts of objects put onto the branches of the filter tree.
import type { SummaryGroup } from '../server/wire.ts';
import type { TreeNode } from './tree.ts';

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
