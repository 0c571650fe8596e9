// The desk: what a planner works with beside the map, as the page's address keeps it.
//
//   table=schools&sort=-pupils&columns=kind,name,pupils&where=name.has:ліцей&where=pupils.min:500&start=00029
//   districts=planned_uah&time=year&at=2026&classes=equal
//   districts=count&time=day&at=2026-01-31
import type { Day } from '../plot/days.ts';
import { conditionsInCql, readCondition, writeCondition, type Condition } from './condition.ts';

/** The rows of one collection. */
export interface TableDesk {
  view: 'table';
  /** none is chosen yet */
  collection: string | null;
  /** a property, with `-` before it where it descends */
  sort: string | null;
  /** the shown ones besides the id; null for what is shown of itself */
  columns: readonly string[] | null;
  where: readonly Condition[];
  /** the id of the object with which the shown page begins; null for the first page */
  start: string | null;
}

/** A figure by district. */
export interface DistrictsDesk {
  view: 'districts';
  /** the field that is added up; null for the count of objects */
  sum: string | null;
  /** what tells the year: `year` or `year(started)`; AS_OF_DAY for what is in force at a day; null where time is not told apart */
  time: string | null;
  /** the shown year or day; null for all together */
  at: number | Day | null;
  classes: 'quantile' | 'equal';
}

/** No field is called so. */
export const AS_OF_DAY = 'day';

export type Desk = TableDesk | DistrictsDesk;

export const NEW_TABLE: TableDesk = { view: 'table', collection: null, sort: null, columns: null, where: [], start: null };
export const NEW_DISTRICTS: DistrictsDesk = { view: 'districts', sum: null, time: null, at: null, classes: 'quantile' };

export function readDesk(query: URLSearchParams): Desk | null {
  const table = query.get('table');
  if (table !== null) {
    const sort = query.get('sort');
    return {
      view: 'table',
      collection: /^[a-z][a-z0-9-]*$/.test(table) ? table : null,
      sort: sort !== null && /^-?[a-z][a-z0-9_]*$/.test(sort) ? sort : null,
      columns: query.get('columns')?.split(',').filter((name) => /^[a-z][a-z0-9_]*$/.test(name)) ?? null,
      where: query.getAll('where').flatMap((text) => readCondition(text) ?? []),
      start: query.get('start') || null,
    };
  }
  const figure = query.get('districts');
  if (figure === null) return null;
  const [, sum] = /^([a-z][a-z0-9_]*)$/.exec(figure) ?? [];
  const time = query.get('time');
  const at = query.get('at') ?? '';
  return {
    view: 'districts',
    sum: sum === undefined || sum === 'count' ? null : sum,
    time: time !== null && /^(year\([a-z][a-z0-9_]*\)|[a-z][a-z0-9_]*)$/.test(time) ? time : null,
    at: time === AS_OF_DAY ? (isDay(at) ? at : null) : /^\d{1,4}$/.test(at) ? Number(at) : null,
    classes: query.get('classes') === 'equal' ? 'equal' : 'quantile',
  };
}

export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}

/** Parts of the address, `name=value`. */
export function writeDesk(desk: Desk): string[] {
  const parts: string[] = [];
  const put = (name: string, value: string | number | null) => {
    if (value !== null) parts.push(`${name}=${encodeURIComponent(value).replaceAll('%2C', ',').replaceAll('%3A', ':')}`);
  };
  if (desk.view === 'table') {
    put('table', desk.collection ?? '');
    put('sort', desk.sort);
    put('columns', desk.columns && desk.columns.join(','));
    for (const condition of desk.where) put('where', writeCondition(condition));
    put('start', desk.start);
  } else {
    put('districts', desk.sum ?? 'count');
    put('time', desk.time);
    put('at', desk.at);
    put('classes', desk.classes === 'equal' ? 'equal' : null);
  }
  return parts;
}

/** What the map is to show while the table is open: exactly its set. */
export function setOf(desk: Desk | null): { collection: string; filter: string | null } | null {
  if (desk?.view !== 'table' || desk.collection === null) return null;
  return { collection: desk.collection, filter: conditionsInCql(desk.where) };
}
