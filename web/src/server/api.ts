// The questions the page asks the server, each answered with its wire type or with a ServerFault.
import type { StyleSpecification } from 'maplibre-gl';
import type { LonLat } from '../near/direction.ts';
import type { Language } from '../i18n/words.ts';
import type { Catalog, CityObject, Collection, Neighbors, Problem, StyleName, Suggestions } from './wire.ts';

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

export const loadStyle = (name: StyleName, signal?: AbortSignal) =>
  ask<StyleSpecification>(`/styles/${name}.json`, signal);

/** A base map of another provider: the one question that may leave our server. */
export const loadForeignStyle = (url: string, signal?: AbortSignal) => ask<StyleSpecification>(url, signal);

export const loadObject = (collection: string, id: string, signal?: AbortSignal) =>
  ask<CityObject>(`/collections/${encodeURIComponent(collection)}/items/${encodeURIComponent(id)}`, signal);

const collections = new Map<string, Promise<Collection>>();

/** A collection's description does not change while a page is open, so it is asked once. */
export function loadCollection(id: string): Promise<Collection> {
  let answer = collections.get(id);
  if (!answer) {
    answer = ask<Collection>(`/collections/${encodeURIComponent(id)}`);
    answer.catch(() => collections.delete(id));
    collections.set(id, answer);
  }
  return answer;
}

export function loadNearest(
  origin: LonLat,
  collectionIds: readonly string[],
  limit: number,
  signal?: AbortSignal,
): Promise<Neighbors> {
  const query = new URLSearchParams({
    lon: origin.lon.toFixed(6),
    lat: origin.lat.toFixed(6),
    limit: String(limit),
  });
  if (collectionIds.length > 0) query.set('collections', collectionIds.join(','));
  return ask<Neighbors>(`/nearest?${query}`, signal);
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
