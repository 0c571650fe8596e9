// A stand: the kiosk at its fixed place, what is looked for at it now, and the clean start after each person.
import { NO_BRANCHES, writeAddress, type Branches, type Camera, type ObjectKey } from '../address/page_address.ts';
import { Card } from '../card/card.svelte.ts';
import { buildTree, collectionsOf, type Choice, type TreeNode } from '../filter/tree.ts';
import { Here } from '../here/here.svelte.ts';
import { speech } from '../i18n/language.svelte.ts';
import type { Language } from '../i18n/words.ts';
import { Ear, type Change } from '../live/changes.ts';
import type { LonLat } from '../near/direction.ts';
import { Nearby } from '../near/nearby.svelte.ts';
import { forgetCollections, loadCatalog, loadWay } from '../server/api.ts';
import type { Catalog, FoundStep, Neighbor, Title } from '../server/wire.ts';
import { Idleness } from './idleness.svelte.ts';
import { hasNewer } from './newer.ts';

export interface Setting {
  place: LonLat;
  language: Language;
  idle_ms: number;
}

export type View = 'start' | 'sections' | 'search' | 'list' | 'card';

/** What is looked for: a service of every day, a branch of the filter tree. */
export interface Wanted {
  /** of a service, which the server says in one language at a time */
  service: string | null;
  title: Title;
  choice: NonNullable<Choice>;
  branches: Branches;
}

export class Stand {
  readonly place: LonLat;
  catalog: Catalog | null = $state.raw(null);
  catalogAway = $state(false);
  /** the views that led here, the present one last */
  trail: readonly View[] = $state.raw(['start']);
  /** the sector whose collections are listed */
  sector: TreeNode | null = $state.raw(null);
  wanted: Wanted | null = $state.raw(null);
  typed = $state('');
  /** from here to the object of the card */
  way: Neighbor | null = $state.raw(null);
  camera: Camera | null = $state.raw(null);
  change: Change | null = $state.raw(null);
  /** how often it has begun anew: the map goes back to its place then */
  beginnings = $state(0);

  readonly tree: TreeNode[] = $derived(this.catalog ? buildTree(this.catalog) : []);
  readonly collections = $derived(new Map(collectionsOf(this.tree).map((node) => [node.id, node])));
  readonly view: View = $derived(this.trail.at(-1) ?? 'start');
  readonly card = new Card();
  /** what this place is, with the services of every day around it */
  readonly here = new Here();
  readonly nearby = new Nearby(() => ({ choice: this.wanted?.choice ?? null, tree: this.tree }));
  readonly idleness: Idleness;
  readonly #setting: Setting;
  readonly #ear = new Ear((change) => void this.#heard(change));
  #wayLoad: AbortController | null = null;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.place = setting.place;
    this.idleness = new Idleness(setting.idle_ms, () => void this.beginAnew());
  }

  begin(): void {
    speech.language = this.#setting.language;
    void this.here.ask(this.place);
    void this.loadCatalog();
    this.idleness.watch();
  }

  async loadCatalog(): Promise<void> {
    this.catalogAway = false;
    try {
      this.catalog = await loadCatalog();
      this.#ear.listen(this.catalog.revision);
    } catch {
      this.catalogAway = true;
    }
  }

  /** Nothing of the last person stays: not what they looked for, not their language, not where the map was. */
  async beginAnew(): Promise<void> {
    this.#wayLoad?.abort();
    this.card.close();
    this.nearby.openNow = false;
    this.nearby.clear();
    this.trail = ['start'];
    this.sector = null;
    this.wanted = null;
    this.typed = '';
    this.way = null;
    this.beginnings += 1;
    speech.language = this.#setting.language;
    void this.here.ask(this.place);
    if (this.catalogAway) void this.loadCatalog();
    if (await hasNewer()) location.reload();
  }

  speak(language: Language): void {
    speech.language = language;
    void this.here.ask(this.place);
  }

  show(view: View): void {
    this.trail = [...this.trail, view];
  }

  back(): void {
    if (this.view === 'card') this.#closeCard();
    this.trail = this.trail.length > 1 ? this.trail.slice(0, -1) : ['start'];
    if (this.view === 'start') this.#forgetWanted();
  }

  /** The first view, in the language and for the person that stands here. */
  home(): void {
    this.#closeCard();
    this.#forgetWanted();
    this.typed = '';
    this.trail = ['start'];
  }

  /** The nearest of these, the first step of three. */
  look(wanted: Wanted): void {
    this.wanted = wanted;
    this.show('list');
    void this.nearby.from({ from: 'picked', place: this.place });
  }

  /** What a found step of the filter tree holds. */
  lookFor(step: FoundStep): void {
    const node = this.collections.get(step.type === 'collection' ? step.id : (step.collection ?? ''));
    if (step.type === 'sector') {
      this.sector = this.tree.find(({ id }) => id === step.id) ?? null;
      this.show('sections');
    } else if (node) {
      const kind = step.type === 'kind' ? node.children.find(({ id }) => id === `${node.id}:${step.id}`) : undefined;
      this.look(kind ? wantedKind(node, kind, step.id) : wantedCollection(node));
    }
  }

  open({ collection, id }: ObjectKey): void {
    if (this.view !== 'card') this.show('card');
    void this.card.open({ collection, id });
    void this.#findWay(collection, id);
  }

  /** What sort of object this is, in the words of the catalog: its kind, or else its collection. */
  sortOf(collection: string, kind: string | null | undefined): { title: string; color: string } | null {
    const node = this.collections.get(collection);
    if (!node) return null;
    const kindNode = node.children.find(({ id }) => id === `${collection}:${kind}`);
    return { title: speech.title((kindNode ?? node).title), color: node.color };
  }

  /** The same view of the ordinary page, for the person's own phone. */
  link(): string {
    const written = writeAddress({
      camera: this.camera,
      language: speech.language,
      branches: this.wanted?.branches ?? NO_BRANCHES,
      object: this.card.key,
      desk: null,
    });
    return `${publicOrigin()}/?${written.replace(/^#/, '')}`;
  }

  async #findWay(collection: string, id: string): Promise<void> {
    this.#wayLoad?.abort();
    const load = new AbortController();
    this.#wayLoad = load;
    this.way = null;
    try {
      const way = await loadWay(this.place, collection, id, load.signal);
      if (!load.signal.aborted) this.way = way;
    } catch {
      // The card is shown without a way, and says nothing of one.
    }
  }

  #closeCard(): void {
    this.#wayLoad?.abort();
    this.way = null;
    this.card.close();
  }

  #forgetWanted(): void {
    this.wanted = null;
    this.sector = null;
    this.nearby.openNow = false;
    this.nearby.clear();
  }

  async #heard(change: Change): Promise<void> {
    this.change = change;
    forgetCollections();
    if (this.card.key) void this.card.renew();
    void this.nearby.searchQuietly();
    try {
      this.catalog = await loadCatalog();
    } catch {
      // The next change brings it.
    }
  }
}

export function wantedCollection(node: TreeNode): Wanted {
  return {
    service: null,
    title: node.title,
    choice: { whole: [node.id], partial: [] },
    branches: { ...NO_BRANCHES, collections: [node.id] },
  };
}

function wantedKind(node: TreeNode, kind: TreeNode, id: string): Wanted {
  return {
    service: null,
    title: kind.title,
    choice: { whole: [], partial: [{ collection: node.id, kinds: [id] }] },
    branches: { ...NO_BRANCHES, kinds: [kind.id] },
  };
}

export function wantedService(id: string, title: string, collections: string[]): Wanted {
  return {
    service: id,
    title: { uk: title, en: title },
    choice: { whole: collections, partial: [] },
    branches: { ...NO_BRANCHES, collections },
  };
}

/** A kiosk may call its server by another name than people's phones can. */
function publicOrigin(): string {
  const canonical = document.querySelector<HTMLLinkElement>('link[rel=canonical]')?.href;
  return canonical ? new URL(canonical).origin : location.origin;
}
