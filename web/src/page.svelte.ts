// The page's state: what is filtered, which view the panel shows, which object is open, and the address that says so.
import { NO_BRANCHES, readAddress, writeAddress, type Branches, type Camera, type ObjectKey } from './address/page_address.ts';
import { Card } from './card/card.svelte.ts';
import { InView } from './filter/in_view.svelte.ts';
import { branchesOf, buildTree, choiceOf, collectionsOf, leavesOf, toggle, type TreeNode } from './filter/tree.ts';
import { Here } from './here/here.svelte.ts';
import { speech } from './i18n/language.svelte.ts';
import type { Language } from './i18n/words.ts';
import { Ear, type Change } from './live/changes.ts';
import type { Hit } from './map/hits.ts';
import { Measure } from './measure/measure.svelte.ts';
import { Nearby } from './near/nearby.svelte.ts';
import type { LonLat } from './near/direction.ts';
import { theme } from './look/theme.svelte.ts';
import { forgetCollections, loadCatalog, loadStyleAhead } from './server/api.ts';
import type { Catalog, FoundObject, FoundStep } from './server/wire.ts';
import type { DistrictColors } from './plot/district_layers.ts';
import { setOf, type Desk } from './table/desk.ts';

export type Section = 'filter' | 'near';
/** How much of a phone's screen the panel takes; a wide screen always shows it whole. */
export type Sheet = 'closed' | 'half' | 'full';

/** Marks the history entries that the page made, and those an opened card added. */
interface Entry {
  mapa: true;
  opened: boolean;
}

/** Houses are told apart from here on. */
const FOUND_ZOOM = 16;

export class Page {
  /** In a frame of another site: the map alone, with the filter that its address fixes. */
  readonly embedded = location.pathname === '/embed';
  catalog: Catalog | null = $state.raw(null);
  catalogAway = $state(false);
  checked: ReadonlySet<string> = $state.raw(new Set());
  section: Section = $state('filter');
  sheet: Sheet = $state('closed');
  /** objects that lie under one tap, to choose from */
  hits: Hit[] | null = $state.raw(null);
  camera: Camera | null = $state.raw(null);
  /** a view the address asked for after the map was drawn */
  jump: Camera | null = $state.raw(null);

  readonly tree: TreeNode[] = $derived(this.catalog ? buildTree(this.catalog) : []);
  readonly choice = $derived(choiceOf(this.tree, this.checked));
  readonly collections = $derived(new Map(collectionsOf(this.tree).map((node) => [node.id, node])));
  readonly card = new Card();
  readonly here = new Here();
  readonly measure = new Measure();
  readonly inView = new InView(() => this.tree);
  /** the last change of the city's data while the page was open */
  change: Change | null = $state.raw(null);
  readonly #ear = new Ear((change) => void this.#heard(change));
  /** what a planner works with beside the map */
  desk: Desk | null = $state.raw(null);
  /** what the map is to show instead of the choice: the set of the table */
  readonly tableSet = $derived(setOf(this.desk));
  /** the districts as the map is to colour them, instead of the objects */
  districtColors: DistrictColors | null = $state.raw(null);
  readonly nearby = new Nearby(() => ({ choice: this.choice, tree: this.tree }));

  /** a tap on the map now gives the place to search from */
  readonly picking = $derived(
    this.section === 'near' &&
      this.sheet !== 'closed' &&
      this.card.state === null &&
      this.hits === null &&
      this.here.state === null &&
      this.nearby.awaitsPlace,
  );

  /** Branches of the address that wait for the catalog to tell what is below them. */
  #addressed: Branches = NO_BRANCHES;

  /** Ends when the catalog has come, or will not. */
  begin(): Promise<void> {
    // A shared link says the view after `?`, so that others can be told of it; here it goes on after `#`.
    const shared = location.hash === '' ? location.search : '';
    const address = readAddress(shared || location.hash);
    this.camera = address.camera;
    this.desk = address.desk;
    this.#addressed = address.branches;
    speech.begin(address.language);
    if (address.object) this.#openCard(address.object);
    history.replaceState({ mapa: true, opened: false } satisfies Entry, '', shared ? location.pathname + this.#written(this.card.key) : undefined);
    addEventListener('popstate', (event) => this.#travelled(event.state as Entry | null));
    const catalog = this.loadCatalog();
    loadStyleAhead(theme.name);
    return catalog;
  }

  async loadCatalog(): Promise<void> {
    this.catalogAway = false;
    try {
      this.catalog = await loadCatalog();
      this.checked = leavesOf(this.tree, this.#addressed);
      this.#write();
      this.#ear.listen(this.catalog.revision);
      void this.inView.count();
    } catch {
      this.catalogAway = true;
    }
  }

  toggle(node: TreeNode): void {
    this.#check(toggle(node, this.checked));
  }

  clearFilter(): void {
    this.#check(new Set());
  }

  /** What sort of object this is, in the words of the catalog: its kind, or else its collection. */
  sortOf(collection: string, kind: string | null | undefined): { title: string; color: string } | null {
    const node = this.collections.get(collection);
    if (!node) return null;
    const kindNode = node.children.find(({ id }) => id === `${collection}:${kind}`);
    return { title: speech.title((kindNode ?? node).title), color: node.color };
  }

  /** The present view as a link for others, of which servers and messengers can tell what it shows. */
  link(object = this.card.key): string {
    return `${location.origin}/?${this.#written(object).replace(/^#/, '')}`;
  }

  speak(language: Language): void {
    speech.choose(language);
    // What a place is comes in the language that it was asked in.
    if (this.here.place) void this.here.ask(this.here.place);
    this.#write();
  }

  /** Opens the desk, changes what is on it, or clears it. */
  work(desk: Desk | null): void {
    this.desk = desk;
    this.#write();
  }

  moved(camera: Camera): void {
    this.camera = camera;
    this.#write();
  }

  show(section: Section): void {
    this.section = section;
    this.hits = null;
    this.here.close();
    this.sheet = this.sheet === 'full' ? 'full' : 'half';
    if (section === 'near' && this.nearby.origin === null) void this.nearby.locate();
  }

  closeSheet(): void {
    this.back();
    this.sheet = 'closed';
  }

  /** One step out of what covers the section: the card first, then the choice under it. */
  back(): void {
    if (this.card.key !== null) this.#leaveCard();
    else if (this.here.state !== null) this.here.close();
    else this.hits = null;
  }

  /** What is at this place? */
  pressed(place: LonLat): void {
    if (this.embedded || this.measure.on) return;
    if (this.card.key !== null) this.#leaveCard();
    this.hits = null;
    if (this.sheet === 'closed') this.sheet = 'half';
    void this.here.ask(place);
  }

  /** The nearest objects, from a place that was found otherwise. */
  searchFrom(place: LonLat): void {
    void this.nearby.from({ from: 'picked', place });
    this.show('near');
  }

  /** Taps are points from now on; a phone's sheet makes room for them. */
  startMeasuring(): void {
    this.closeSheet();
    this.measure.begin();
  }

  tapped(hits: Hit[], place: LonLat): void {
    if (this.measure.on) return this.measure.add(place);
    if (this.picking) {
      void this.nearby.from({ from: 'picked', place });
      return;
    }
    const [only] = hits;
    if (only && this.embedded) return this.open(only);
    if (only && hits.length === 1) {
      this.hits = null;
      this.open(only);
    } else if (only) {
      if (this.card.key !== null) this.#leaveCard();
      this.hits = hits;
      this.sheet = 'half';
    }
  }

  /** A card adds one step to the history, so that a phone's Back button closes it. */
  open({ collection, id }: ObjectKey): void {
    if (this.embedded) {
      window.open(this.link({ collection, id }), '_blank', 'noopener');
      return;
    }
    const replacesCard = this.card.key !== null;
    this.#openCard({ collection, id });
    if (replacesCard) this.#write();
    else history.pushState({ mapa: true, opened: true } satisfies Entry, '', this.#address());
  }

  /** Opens what a search found and brings the map there, near enough to tell it from its neighbours. */
  goTo({ collection, id, lon, lat }: FoundObject): void {
    this.hits = null;
    this.jump = { lon, lat, zoom: Math.max(this.camera?.zoom ?? 0, FOUND_ZOOM) };
    this.open({ collection, id });
  }

  /** Leaves only this step of the filter tree on the map. */
  showOnly({ type, id, collection }: FoundStep): void {
    if (type !== 'sector' && !this.collections.has(collection ?? id)) return;
    const branches: Branches = { ...NO_BRANCHES };
    if (type === 'sector') branches.sectors = [id];
    else if (type === 'collection') branches.collections = [id];
    else branches.kinds = [`${collection}:${id}`];
    this.#check(leavesOf(this.tree, branches));
    if (this.card.key !== null) this.#leaveCard();
    this.show('filter');
  }

  /** Brings up to date what the page shows of what a change touched, and leaves the rest alone. */
  async #heard(change: Change): Promise<void> {
    this.change = change;
    const touches = (id: string) => change.collections === null || change.collections.includes(id);
    forgetCollections();
    const key = this.card.key;
    if (key && touches(key.collection)) void this.card.renew();
    void this.nearby.searchQuietly();
    try {
      const branches = branchesOf(this.tree, this.checked);
      this.catalog = await loadCatalog();
      // A branch that was checked whole is so with what has come to it.
      this.checked = leavesOf(this.tree, branches);
      this.#write();
    } catch {
      // The next change, or the next visit, brings the catalog.
    }
    void this.inView.count();
  }

  #leaveCard(): void {
    this.card.close();
    if ((history.state as Entry | null)?.opened) history.back();
    else this.#write();
  }

  #openCard(key: ObjectKey): void {
    if (this.sheet === 'closed') this.sheet = 'half';
    void this.card.open(key);
  }

  #check(checked: ReadonlySet<string>): void {
    this.checked = checked;
    this.#write();
    void this.nearby.search();
  }

  #travelled(entry: Entry | null): void {
    const address = readAddress(location.hash);
    if (address.object) this.#openCard(address.object);
    else this.card.close();
    if (entry?.mapa) {
      // Back from a card: the map and the language stay as they are now.
      this.#write();
      return;
    }
    // A link pasted into the open page.
    history.replaceState({ mapa: true, opened: false } satisfies Entry, '');
    if (address.language) speech.language = address.language;
    if (address.camera) this.jump = address.camera;
    this.desk = address.desk;
    this.#check(leavesOf(this.tree, address.branches));
  }

  #write(): void {
    history.replaceState(history.state, '', this.#address());
  }

  #address(): string {
    return this.#written(this.card.key) || location.pathname;
  }

  #written(object: ObjectKey | null): string {
    const branches = this.catalog ? branchesOf(this.tree, this.checked) : this.#addressed;
    return writeAddress({ camera: this.camera, language: speech.language, branches, object, desk: this.desk });
  }
}
