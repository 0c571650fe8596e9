// A figure by district: what the server counts or adds up for each, in all years and in each one, or as of days.
import { choiceInCql } from '../filter/choice_cql.ts';
import type { Choice } from '../filter/tree.ts';
import { itemsPath, loadCollections, loadItems, loadTally, ServerFault } from '../server/api.ts';
import type { Collection, Field, Tally, TallyGroup, Title } from '../server/wire.ts';
import { AS_OF_DAY, type DistrictsDesk } from '../table/desk.ts';
import { haveTime, stepsOf, today, type Day } from './days.ts';

/** The field in which objects say their district, and the collection of the districts. */
const DISTRICT = 'district';
const DISTRICTS = 'districts';

export interface Row {
  /** as objects write it; null for those that do not say */
  name: string | null;
  title: Title | null;
  /** null where no object says the number */
  value: number | null;
  count: number;
}

export interface Figure {
  /** every district of the city, with what else objects call one, and the unknown last */
  rows: Row[];
  total: Row;
}

export interface Answer {
  /** of all times */
  whole: Figure;
  /** year or day → its figure, ascending; none where time is not told apart */
  steps: Map<number | Day, Figure>;
  /** how many objects do not say the year, or when they are */
  timeless: number;
}

export type Fault = 'away' | 'no-districts';

export class DistrictFigure {
  /** all collections with their fields; null while nobody has told */
  collections: Collection[] | null = $state.raw(null);
  answer: Answer | null = $state.raw(null);
  fault: Fault | null = $state(null);
  busy = $state(false);

  #districts: { name: string; title: Title }[] | null = null;
  #question: AbortController | null = null;

  async ask(desk: DistrictsDesk, choice: Choice): Promise<void> {
    this.#question?.abort();
    const { signal } = (this.#question = new AbortController());
    this.busy = true;
    try {
      this.collections ??= (await loadCollections(signal)).collections;
      const answer = await this.#answer(desk, choice, signal);
      if (signal.aborted) return;
      this.answer = answer;
      this.fault = answer ? null : 'no-districts';
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ServerFault)) console.error(error);
      this.fault = 'away';
    } finally {
      if (!signal.aborted) this.busy = false;
    }
  }

  /** The fields of what is chosen, each once. */
  fields(choice: Choice): Field[] {
    const fields = new Map<string, Field>();
    for (const collection of this.#chosen(choice)) for (const field of collection.fields) fields.set(field.name, field);
    return [...fields.values()];
  }

  /** The days at which it can be looked at, with this one; none where nothing that is chosen has a time. */
  days(choice: Choice, with_day: DistrictsDesk['at']): Day[] {
    const chosen = this.#chosen(choice);
    if (!haveTime(chosen)) return [];
    const days = stepsOf(chosen, today());
    return typeof with_day === 'string' && !days.includes(with_day) ? [...days, with_day].sort() : days;
  }

  #chosen(choice: Choice): Collection[] {
    const ids = choice && new Set(idsOf(choice));
    return (this.collections ?? []).filter(({ id, serviceArea }) => (ids ? ids.has(id) : serviceArea !== null));
  }

  async #answer(desk: DistrictsDesk, choice: Choice, signal: AbortSignal): Promise<Answer | null> {
    const fields = this.fields(choice);
    if (!fields.some(({ name }) => name === DISTRICT)) return null;
    // What is not among the fields any more, since others were ticked, is not asked.
    const sum = fields.some(({ name, addsUp }) => addsUp && name === desk.sum) ? desk.sum : null;
    const time = timesOf(fields).some(({ by }) => by === desk.time) ? desk.time : null;
    const days = desk.time === AS_OF_DAY ? this.days(choice, desk.at) : [];
    const asOf = (when: string) => loadTally(figureQuery(choice, sum, null, when), signal);
    const [districts, whole, byYear, everAny, ...byDay] = await Promise.all([
      this.#districts ?? loadDistricts(signal),
      loadTally(figureQuery(choice, sum, null), signal),
      time === null ? null : loadTally(figureQuery(choice, sum, time), signal),
      // Who says neither end is taken at no time.
      days.length === 0 ? null : asOf('../..'),
      ...days.map(asOf),
    ]);
    this.#districts = districts;
    const figure = ({ groups, total }: Tally) => figureOf(districts, groups, total, sum);
    if (everAny) {
      const steps = new Map(byDay.map((tally, i) => [days[i] ?? '', figure(tally)]));
      return { whole: figure(whole), steps, timeless: whole.total.count - everAny.total.count };
    }
    return { whole: figure(whole), ...yearly(districts, byYear?.groups ?? [], sum, time) };
  }
}

/** The question of a figure, to be asked as JSON or as a file. */
export function figureQuery(choice: Choice, sum: string | null, time: string | null, when: string | null = null): URLSearchParams {
  const query = new URLSearchParams({ group_by: time === null ? DISTRICT : `${DISTRICT},${time}` });
  if (choice) query.set('collections', idsOf(choice).join(','));
  if (choice && choice.partial.length > 0) query.set('filter', choiceInCql(choice));
  if (sum !== null) query.set('sum', sum);
  if (when !== null) query.set('datetime', when);
  return query;
}

/** What can tell the year: fields of years, and days. */
export function timesOf(fields: readonly Field[]): { by: string; field: Field }[] {
  return fields.flatMap((field) => {
    if (field.type === 'date') return [{ by: `year(${field.name})`, field }];
    return field.type === 'integer' && /^(.*_)?year$/.test(field.name) ? [{ by: field.name, field }] : [];
  });
}

function yearly(
  districts: readonly { name: string; title: Title }[],
  groups: readonly TallyGroup[],
  sum: string | null,
  time: string | null,
): Pick<Answer, 'steps' | 'timeless'> {
  const years = new Map<number, TallyGroup[]>();
  let timeless = 0;
  for (const group of groups) {
    const year = group.by[time ?? ''];
    if (typeof year === 'number') years.set(year, [...(years.get(year) ?? []), group]);
    else timeless += group.count;
  }
  const ascending = [...years].sort(([a], [b]) => a - b);
  return { steps: new Map(ascending.map(([year, those]) => [year, figureOf(districts, those, null, sum)])), timeless };
}

function figureOf(
  districts: readonly { name: string; title: Title }[],
  groups: readonly TallyGroup[],
  total: Tally['total'] | null,
  sum: string | null,
): Figure {
  const value = (group: Omit<TallyGroup, 'by'> | undefined): number | null => {
    if (sum === null) return group?.count ?? 0;
    const told = group?.sums?.[sum];
    return told && told.known > 0 ? told.sum : group === undefined ? 0 : null;
  };
  const named = new Map(groups.map((group) => [group.by[DISTRICT] ?? null, group]));
  const row = (name: string | null, title: Title | null): Row => {
    const group = named.get(name);
    return { name, title, value: value(group), count: group?.count ?? 0 };
  };
  const rows = districts.map(({ name, title }) => row(name, title));
  const others = [...named.keys()].filter((name) => name !== null && !districts.some((known) => known.name === name));
  for (const name of others.map(String).sort()) rows.push(row(name, { uk: name, en: name }));
  if (named.has(null)) rows.push(row(null, null));
  const added: Row = rows.reduce(
    (so, { value: one, count }) => ({ ...so, value: one === null ? so.value : (so.value ?? 0) + one, count: so.count + count }),
    { name: null, title: null, value: null, count: 0 } as Row,
  );
  // Where it is of the whole answer, the server itself has added up, to the last digit.
  return { rows, total: total ? { ...added, value: value(total), count: total.count } : added };
}

async function loadDistricts(signal: AbortSignal) {
  const query = new URLSearchParams({ limit: '1000', properties: 'name,name_en', sortby: 'name' });
  const { features } = await loadItems(itemsPath(DISTRICTS, query), signal);
  return features.flatMap(({ properties: { name, name_en } }) =>
    typeof name === 'string' ? [{ name, title: { uk: name, en: typeof name_en === 'string' ? name_en : name } }] : [],
  );
}

function idsOf({ whole, partial }: NonNullable<Choice>): string[] {
  return [...whole, ...partial.map(({ collection }) => collection)].sort();
}
