// The filter tree: sector → service area → collection → kind, its checked leaves, and what they choose.
import type { Branches } from '../address/page_address.ts';
import type { Catalog, CatalogCollection, Title } from '../server/wire.ts';

export type Level = 'sector' | 'service_area' | 'collection' | 'kind';

export interface TreeNode {
  /** unique in the tree */
  key: string;
  level: Level;
  id: string;
  title: Title;
  count: number;
  color: string;
  children: TreeNode[];
  /** the leaves below, or itself when it is one: `collection:kind`, or `collection` when it has no kinds */
  leaves: string[];
}

/** The checked leaves. None checked means that everything is shown. */
export type Checked = ReadonlySet<string>;

export type CheckState = 'all' | 'some' | 'none';

/** What the checked leaves choose; null is everything. */
export type Choice = { whole: string[]; partial: { collection: string; kinds: string[] }[] } | null;

export function buildTree(catalog: Catalog): TreeNode[] {
  return catalog.sectors.map((sector) => {
    const areas = sector.service_areas.map((area) => {
      const collections = area.collections.map((collection) => collectionNode(collection, sector.color));
      return branch('service_area', area.id, area.title, area.count, sector.color, collections);
    });
    return branch('sector', sector.id, sector.title, sector.count, sector.color, areas);
  });
}

export function checkState(node: TreeNode, checked: Checked): CheckState {
  const count = node.leaves.reduce((sum, leaf) => sum + (checked.has(leaf) ? 1 : 0), 0);
  if (count === 0) return 'none';
  return count === node.leaves.length ? 'all' : 'some';
}

/** A partly checked branch becomes fully checked, as a native mixed checkbox does. */
export function toggle(node: TreeNode, checked: Checked): Set<string> {
  const next = new Set(checked);
  const clear = checkState(node, checked) === 'all';
  for (const leaf of node.leaves) {
    if (clear) next.delete(leaf);
    else next.add(leaf);
  }
  return next;
}

/** The fewest branches that cover the checked leaves, for the page's address. */
export function branchesOf(tree: readonly TreeNode[], checked: Checked): Branches {
  const branches: Branches = { sectors: [], service_areas: [], collections: [], kinds: [] };
  const listOf = { sector: 'sectors', service_area: 'service_areas', collection: 'collections', kind: 'kinds' } as const;
  const visit = (node: TreeNode) => {
    const state = checkState(node, checked);
    if (state === 'all') branches[listOf[node.level]].push(node.id);
    else if (state === 'some') node.children.forEach(visit);
  };
  tree.forEach(visit);
  return branches;
}

/** The leaves those branches cover; a branch the catalog no longer has covers none. */
export function leavesOf(tree: readonly TreeNode[], branches: Branches): Set<string> {
  const named: Record<Level, Set<string>> = {
    sector: new Set(branches.sectors),
    service_area: new Set(branches.service_areas),
    collection: new Set(branches.collections),
    kind: new Set(branches.kinds),
  };
  const leaves = new Set<string>();
  const visit = (node: TreeNode) => {
    if (named[node.level].has(node.id)) for (const leaf of node.leaves) leaves.add(leaf);
    else node.children.forEach(visit);
  };
  tree.forEach(visit);
  return leaves;
}

export function choiceOf(tree: readonly TreeNode[], checked: Checked): Choice {
  if (checked.size === 0) return null;
  const whole: string[] = [];
  const partial: { collection: string; kinds: string[] }[] = [];
  for (const node of collectionsOf(tree)) {
    const state = checkState(node, checked);
    if (state === 'all') whole.push(node.id);
    if (state === 'some') {
      const kinds = node.children.filter((kind) => checkState(kind, checked) === 'all');
      partial.push({ collection: node.id, kinds: kinds.map((kind) => kindOf(kind)) });
    }
  }
  return whole.length + partial.length > 0 ? { whole, partial } : null;
}

/** Whether the choice takes this object in. */
export function chosen(choice: Choice, object: { collection: string; kind?: string | null | undefined }): boolean {
  if (choice === null || choice.whole.includes(object.collection)) return true;
  const kinds = choice.partial.find((part) => part.collection === object.collection)?.kinds;
  return object.kind != null && kinds !== undefined && kinds.includes(object.kind);
}

/** How many objects the checked leaves hold, by the catalog's counts. */
export function countChecked(tree: readonly TreeNode[], checked: Checked): number {
  return tree.reduce((sum, node) => {
    const state = checkState(node, checked);
    if (state === 'all') return sum + node.count;
    return state === 'some' ? sum + countChecked(node.children, checked) : sum;
  }, 0);
}

/** What a search leaves visible: `matched` by its own title, `kept` because something below matched. */
export interface Found {
  matched: ReadonlySet<string>;
  kept: ReadonlySet<string>;
}

/** Every typed word must stand in the node's title, in either language; null when nothing was typed. */
export function searchTree(tree: readonly TreeNode[], typed: string): Found | null {
  const words = fold(typed).split(/\s+/).filter((word) => word !== '');
  if (words.length === 0) return null;
  const matched = new Set<string>();
  const kept = new Set<string>();
  const visit = (node: TreeNode, underMatch: boolean): boolean => {
    const title = fold(`${node.title.uk} ${node.title.en}`);
    const own = words.every((word) => title.includes(word));
    if (own) matched.add(node.key);
    let below = false;
    for (const child of node.children) below = visit(child, underMatch || own) || below;
    if (own || below || underMatch) kept.add(node.key);
    return own || below;
  };
  for (const node of tree) visit(node, false);
  return { matched, kept };
}

export function collectionsOf(tree: readonly TreeNode[]): TreeNode[] {
  return tree.flatMap((node) => (node.level === 'collection' ? [node] : collectionsOf(node.children)));
}

/** Letters as people type them: case and the four apostrophes in use make no difference. */
function fold(text: string): string {
  return text.toLocaleLowerCase('uk').replace(/['`ʼ’]/g, '’');
}

function kindOf(node: TreeNode): string {
  return node.id.slice(node.id.indexOf(':') + 1);
}

function collectionNode(collection: CatalogCollection, color: string): TreeNode {
  const kinds = collection.kinds.map((kind): TreeNode => {
    const id = `${collection.id}:${kind.id}`;
    return { key: `kind/${id}`, level: 'kind', id, title: kind.title, count: kind.count, color, children: [], leaves: [id] };
  });
  const node = branch('collection', collection.id, collection.title, collection.count, color, kinds);
  return kinds.length > 0 ? node : { ...node, leaves: [collection.id] };
}

function branch(level: Level, id: string, title: Title, count: number, color: string, children: TreeNode[]): TreeNode {
  const leaves = children.flatMap((child) => child.leaves);
  return { key: `${level}/${id}`, level, id, title, count, color, children, leaves };
}
