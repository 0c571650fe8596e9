// The bars of a chart: what of a field's values each stands for, and how many objects of the set have it.
import { both, conditionsInCql, type Condition } from '../table/condition.ts';
import { itemsPath, loadItems, loadTally } from '../server/api.ts';
import type { Field, FieldValue } from '../server/wire.ts';

export interface Bar {
  /** the conditions that are this bar, put to the table when it is pressed */
  conditions: Condition[];
  /** a value, a year, or the two ends of a step; null for the unknown */
  value: FieldValue | [number, number];
  count: number;
}

export interface Bars {
  bars: Bar[];
  /** so many values have no bar */
  left: number;
}

/** More are not read by anybody; the table tells them all. */
const MOST_BARS = 24;
/** Of a histogram, at most. */
const MOST_STEPS = 12;

/** Counts the set of the table by a field that asks for a chart. */
export async function loadBars(
  collection: string,
  field: Field,
  where: readonly Condition[],
  signal: AbortSignal,
): Promise<Bars> {
  const filter = conditionsInCql(where);
  return field.chart === 'histogram'
    ? { bars: await steps(collection, field, filter, signal), left: 0 }
    : values(collection, field, filter, signal);
}

async function values(collection: string, field: Field, filter: string | null, signal: AbortSignal): Promise<Bars> {
  const by = field.type === 'date' ? `year(${field.name})` : field.name;
  const { groups } = await loadTally(question(collection, filter, by), signal);
  const bars = groups.map(({ by: keys, count }): Bar => {
    const value = keys[by] ?? null;
    return { value, count, conditions: conditionsOf(field, value) };
  });
  // Words of a closed list stand in its order, numbers and years by themselves; other texts by how many there are.
  const places = new Map((field.values ?? []).map(({ id }, i) => [id, i]));
  const isOpen = field.type === 'text' && !field.values;
  bars.sort((a, b) => {
    if (a.value === null || b.value === null) return a.value === null ? 1 : -1;
    if (isOpen) return b.count - a.count;
    if (field.type === 'text') return (places.get(String(a.value)) ?? 0) - (places.get(String(b.value)) ?? 0);
    return Number(a.value) - Number(b.value);
  });
  return { bars: bars.slice(0, MOST_BARS), left: Math.max(0, bars.length - MOST_BARS) };
}

function conditionsOf(field: Field, value: FieldValue): Condition[] {
  const one = (operator: Condition['operator'], text: string): Condition => ({ field: field.name, operator, value: text });
  if (value === null) return [one('none', '')];
  if (field.type === 'date') {
    const year = String(value).padStart(4, '0');
    return [one('since', `${year}-01-01`), one('until', `${year}-12-31`)];
  }
  return [one(field.type === 'text' ? 'in' : 'is', String(value))];
}

/** Each bar is counted by the very condition that it stands for, so no rounding can tell the two apart. */
async function steps(collection: string, field: Field, filter: string | null, signal: AbortSignal): Promise<Bar[]> {
  const { name } = field;
  const end = async (sortby: string): Promise<number | null> => {
    const query = new URLSearchParams({ limit: '1', properties: name, sortby });
    if (filter !== null) query.set('filter', filter);
    const { features } = await loadItems(itemsPath(collection, query), signal);
    const value = features[0]?.properties[name];
    return typeof value === 'number' ? value : null;
  };
  const [least, greatest] = await Promise.all([end(name), end(`-${name}`)]);
  const edges = least === null || greatest === null ? [] : edgesOf(least, greatest, field.type === 'integer');
  const asked = edges.slice(1).map((to, i): Omit<Bar, 'count'> => {
    const from = edges[i] as number;
    const condition = (operator: 'min' | 'below', value: number): Condition => ({ field: name, operator, value: String(value) });
    return { value: [from, to], conditions: [condition('min', from), condition('below', to)] };
  });
  const unknown: Omit<Bar, 'count'> = { value: null, conditions: [{ field: name, operator: 'none', value: '' }] };
  const bars = await Promise.all(
    [...asked, unknown].map(async (bar): Promise<Bar> => {
      const { total } = await loadTally(question(collection, both(filter, conditionsInCql(bar.conditions)), null), signal);
      return { ...bar, count: total.count };
    }),
  );
  return bars.filter(({ value, count }) => value !== null || count > 0);
}

/** Round numbers at even distances, from at most the least to beyond the greatest. */
export function edgesOf(least: number, greatest: number, isWhole: boolean): number[] {
  const width = (greatest - least) / (MOST_STEPS - 1) || Math.max(1, Math.abs(least) / 10);
  const power = 10 ** Math.floor(Math.log10(width));
  const round = ([1, 2, 5, 10].find((times) => times * power >= width) ?? 10) * power;
  const step = isWhole ? Math.max(1, Math.round(round)) : round;
  const edges: number[] = [];
  for (let i = Math.floor(least / step); ; i += 1) {
    const edge = Number((i * step).toPrecision(12));
    edges.push(edge);
    if (edge > greatest) return edges;
  }
}

function question(collection: string, filter: string | null, groupBy: string | null): URLSearchParams {
  const query = new URLSearchParams({ collections: collection });
  if (groupBy !== null) query.set('group_by', groupBy);
  if (filter !== null) query.set('filter', filter);
  return query;
}
