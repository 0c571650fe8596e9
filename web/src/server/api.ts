// The questions the page asks the server, each answered with its wire type or with a ServerFault.
import type { StyleSpecification } from 'maplibre-gl';
import type { Language } from '../i18n/words.ts';
import type { Box } from '../map/bounds.ts';
import type { LonLat } from '../near/direction.ts';
import type {
  Catalog,
  CityObject,
  Collection,
  Items,
  Neighbor,
  Neighbors,
  Problem,
  Schema,
  StyleName,
  Suggestions,
  SummaryGroup,
  Surroundings,
  Tally,
} from './wire.ts';

/** Long enough for a poor mobile link, short enough that a person still waits. */
const PATIENCE_MS = 20_000;

/** `away`: no answer came; `absent`: there is no such thing; `refused`: the server answered with an error. */
export type FaultReason = 'away' | 'absent' | 'refused';

export class ServerFault extends Error {
  constructor(
    readonly reason: FaultReason,
    readonly url: string,
    detail: string,
  ) {
    super(detail);
    this.name = 'ServerFault';
  }
}

export const loadCatalog = (signal?: AbortSignal) => ask<Catalog>('/catalog', signal);

let styleAhead: { name: StyleName; style: Promise<StyleSpecification> } | null = null;

/** Asks for a style before the map is there to ask; the first question for it has this answer, or this fault. */
export function loadStyleAhead(name: StyleName): void {
  const style = ask<StyleSpecification>(`/styles/${name}.json`);
  style.catch(() => undefined);
  styleAhead = { name, style };
}

export function loadStyle(name: StyleName | 'kiosk', signal?: AbortSignal): Promise<StyleSpecification> {
  const ahead = styleAhead;
  styleAhead = null;
  return ahead?.name === name ? ahead.style : ask<StyleSpecification>(`/styles/${name}.json`, signal);
}

/** A base map of another provider: the one question that may leave our server. */
export const loadForeignStyle = (url: string, signal?: AbortSignal) => ask<StyleSpecification>(url, signal);

export const loadObject = (collection: string, id: string, signal?: AbortSignal) =>
  ask<CityObject>(`${objectPath(collection, id)}?hours_at=now`, signal);

/** Where an object is on the server, for programs and, with `f=html`, for people. */
export const objectPath = (collection: string, id: string) =>
  `/collections/${encodeURIComponent(collection)}/items/${encodeURIComponent(id)}`;

const collections = new Map<string, Promise<Collection>>();

/** A collection's description is asked once, until its data change. */
export function loadCollection(id: string): Promise<Collection> {
  let answer = collections.get(id);
  if (!answer) {
    answer = ask<Collection>(`/collections/${encodeURIComponent(id)}`);
    answer.catch(() => collections.delete(id));
    collections.set(id, answer);
  }
  return answer;
}

export function forgetCollections(): void {
  collections.clear();
}

export interface NearestQuestion {
  origin: LonLat;
  /** none names every one */
  collections: readonly string[];
  /** CQL2 */
  filter: string | null;
  openNow: boolean;
  limit: number;
}

export function loadNearest(asked: NearestQuestion, signal?: AbortSignal): Promise<Neighbors> {
  const query = new URLSearchParams({ ...placeQuery(asked.origin), limit: String(asked.limit), hours_at: 'now' });
  if (asked.collections.length > 0) query.set('collections', asked.collections.join(','));
  if (asked.filter !== null) query.set('filter', asked.filter);
  if (asked.openNow) query.set('open_at', 'now');
  return ask<Neighbors>(`/nearest?${query}`, signal);
}

/** How one object lies from a place; null where there is no such object. */
export async function loadWay(origin: LonLat, collection: string, id: string, signal?: AbortSignal): Promise<Neighbor | null> {
  const filter = `id = '${id.replaceAll("'", "''")}'`;
  const query = new URLSearchParams({ ...placeQuery(origin), collections: collection, filter, limit: '1', hours_at: 'now' });
  return (await ask<Neighbors>(`/nearest?${query}`, signal)).features[0] ?? null;
}

/** Of each group so many, as a list on a phone bears. */
const SUGGESTED = 5;

export function loadSuggestions(
  typed: string,
  near: LonLat | null,
  language: Language,
  signal?: AbortSignal,
): Promise<Suggestions> {
  const query = new URLSearchParams({ q: typed, lang: language, limit: String(SUGGESTED) });
  if (near) {
    // Some ten metres, so that a map hardly moved asks the same question.
    query.set('lon', near.lon.toFixed(4));
    query.set('lat', near.lat.toFixed(4));
  }
  return ask<Suggestions>(`/search?${query}`, signal);
}

export function loadSurroundings(place: LonLat, language: Language, signal?: AbortSignal): Promise<Surroundings> {
  const query = new URLSearchParams({ ...placeQuery(place), lang: language, hours_at: 'now' });
  return ask<Surroundings>(`/at?${query}`, signal);
}

/** Counts by collection and kind of what meets the box. */
export function loadSummary(box: Box, signal?: AbortSignal): Promise<{ groups: SummaryGroup[] }> {
  const bbox = box.map((degrees) => degrees.toFixed(5)).join(',');
  return ask(`/summary?${new URLSearchParams({ group_by: 'collection,kind', bbox })}`, signal);
}

/** The properties of a collection with their titles in a language. */
export const loadSchema = (collection: string, language: Language, signal?: AbortSignal) =>
  ask<Schema>(`/collections/${encodeURIComponent(collection)}/schema?lang=${language}`, signal);

/** The path of a list of objects, or of the file of it. */
export const itemsPath = (collection: string, query: URLSearchParams) =>
  `/collections/${encodeURIComponent(collection)}/items?${query}`;

export const loadItems = (path: string, signal?: AbortSignal) => ask<Items>(path, signal);

/** Counts and sums by what the query groups by. */
export const loadTally = (query: URLSearchParams, signal?: AbortSignal) => ask<Tally>(`/summary?${query}`, signal);

export const loadCollections = (signal?: AbortSignal) => ask<{ collections: Collection[] }>('/collections', signal);

function placeQuery({ lon, lat }: LonLat) {
  return { lon: lon.toFixed(6), lat: lat.toFixed(6) };
}

async function ask<T>(url: string, signal?: AbortSignal): Promise<T> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  let response: Response;
  try {
    response = await fetch(url, {
      headers: { Accept: 'application/json, application/geo+json;q=0.9' },
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ServerFault('away', url, String(error));
  }
  if (!response.ok) {
    const problem = (await response.json().catch(() => ({}))) as Problem;
    const absent = response.status === 404 || response.status === 410;
    throw new ServerFault(absent ? 'absent' : 'refused', url, problem.detail ?? response.statusText);
  }
  try {
    return (await response.json()) as T;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ServerFault('away', url, String(error));
  }
}
