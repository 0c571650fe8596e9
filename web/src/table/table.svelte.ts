// The table's rows, as far as they have come from the server: one page of the set that the desk tells.
import { speech } from '../i18n/language.svelte.ts';
import type { Language } from '../i18n/words.ts';
import { itemsPath, loadItems, loadSchema } from '../server/api.ts';
import type { Items } from '../server/wire.ts';
import { columnsOf, ID, PLACE, type Column } from './columns.ts';
import { conditionsInCql } from './condition.ts';
import type { TableDesk } from './desk.ts';

/** As many as are read through at one go. */
const PAGE_ROWS = 50;

export interface Rows {
  features: Items['features'];
  /** of all pages */
  matched: number;
  /** links to the pages after and before */
  next: string | null;
  prev: string | null;
}

export class Table {
  columns: Column[] = $state.raw([]);
  rows: Rows | null = $state.raw(null);
  busy = $state(false);
  failed = $state(false);

  #described: { collection: string; language: Language } | null = null;
  #question: AbortController | null = null;

  /** The shown columns: those of the desk, or else all but the place. */
  shown(desk: TableDesk): Column[] {
    const { columns } = desk;
    return this.columns.filter(({ name }) => name === ID || (columns ? columns.includes(name) : name !== PLACE));
  }

  /** What the desk means, to be asked for as a page or as a file. */
  query(desk: TableDesk): URLSearchParams {
    const query = new URLSearchParams({ lang: speech.language });
    const filter = conditionsInCql(desk.where);
    if (filter !== null) query.set('filter', filter);
    if (desk.sort !== null) query.set('sortby', desk.sort);
    query.set('properties', this.shown(desk).map(({ name }) => name).join(','));
    return query;
  }

  /** Asks for the page of the desk, which takes the place of the rows unless something else was asked meanwhile. */
  async show(desk: TableDesk & { collection: string }): Promise<void> {
    this.#question?.abort();
    const { signal } = (this.#question = new AbortController());
    this.busy = true;
    try {
      await this.#describe(desk.collection, signal);
      const query = this.query(desk);
      query.set('limit', String(PAGE_ROWS));
      if (desk.start !== null) query.set('start', desk.start);
      const rows = rowsOf(await loadItems(itemsPath(desk.collection, query), signal));
      if (signal.aborted) return;
      this.rows = rows;
      this.failed = false;
    } catch {
      if (!signal.aborted) this.failed = true;
    } finally {
      if (!signal.aborted) this.busy = false;
    }
  }

  /** With which object the page begins to which this way leads; null for the first page, undefined where the server is away. */
  async beginning(collection: string, way: 'next' | 'prev'): Promise<string | null | undefined> {
    const link = this.rows?.[way];
    if (!link) return null;
    // The address may be another one behind a proxy; what counts is the question.
    const query = new URL(link).searchParams;
    query.set('properties', ID);
    try {
      const rows = rowsOf(await loadItems(itemsPath(collection, query)));
      const [first] = rows.features;
      return first && rows.prev !== null ? String(first.id) : null;
    } catch {
      return undefined;
    }
  }

  /** Whether the set holds an object, as far as the page that begins with it tells. */
  async holds(desk: TableDesk & { collection: string }, id: string): Promise<boolean> {
    const query = this.query(desk);
    query.set('limit', '1');
    query.set('start', id);
    try {
      const { features } = await loadItems(itemsPath(desk.collection, query));
      return String(features[0]?.id) === id;
    } catch {
      return false;
    }
  }

  async #describe(collection: string, signal: AbortSignal): Promise<void> {
    const { language } = speech;
    if (this.#described?.collection === collection && this.#described.language === language) return;
    const schema = await loadSchema(collection, language, signal);
    if (signal.aborted) return;
    if (this.#described?.collection !== collection) this.rows = null;
    this.#described = { collection, language };
    this.columns = columnsOf(schema, language, speech.say('table_place'));
  }
}

function rowsOf({ features, numberMatched, links }: Items): Rows {
  const way = (wanted: string) => links.find(({ rel }) => rel === wanted)?.href ?? null;
  return { features, matched: numberMatched, next: way('next'), prev: way('prev') };
}
