// The page's address: what is shown, written after `#` so that a link brings another person to the same view.
//
//   #map=13.20/33.39170/47.90966&lang=en&sector=health&collection=schools&kind=clubs:chess&object=schools/17
//
// The part after `#` never leaves the browser, so a server's log does not learn what people look for. A link that is
// shared says the same after `?`, for then others are to be told what it shows.
import { isLanguage, type Language } from '../i18n/words.ts';
import { readDesk, writeDesk, type Desk } from '../table/desk.ts';

export interface Camera {
  zoom: number;
  lon: number;
  lat: number;
}

/** The checked branches of the filter tree, each named once by its highest fully checked branch. */
export interface Branches {
  sectors: string[];
  service_areas: string[];
  collections: string[];
  /** `collection:kind` */
  kinds: string[];
}

export interface ObjectKey {
  collection: string;
  id: string;
}

export interface PageAddress {
  camera: Camera | null;
  language: Language | null;
  branches: Branches;
  object: ObjectKey | null;
  desk: Desk | null;
}

export const NO_BRANCHES: Branches = { sectors: [], service_areas: [], collections: [], kinds: [] };

/** Reads what stands after `#`, or after `?` of a shared link. */
export function readAddress(hash: string): PageAddress {
  const query = new URLSearchParams(hash.replace(/^[#?]/, ''));
  const language = query.get('lang');
  return {
    camera: readCamera(query.get('map')),
    language: isLanguage(language) ? language : null,
    branches: {
      sectors: readList(query.get('sector')),
      service_areas: readList(query.get('area')),
      collections: readList(query.get('collection')),
      kinds: readList(query.get('kind')),
    },
    object: readObject(query.get('object')),
    desk: readDesk(query),
  };
}

export function writeAddress({ camera, language, branches, object, desk }: PageAddress): string {
  const parts: string[] = [];
  if (camera) parts.push(`map=${camera.zoom.toFixed(2)}/${camera.lon.toFixed(5)}/${camera.lat.toFixed(5)}`);
  if (language) parts.push(`lang=${language}`);
  const lists: [string, string[]][] = [
    ['sector', branches.sectors],
    ['area', branches.service_areas],
    ['collection', branches.collections],
    ['kind', branches.kinds],
  ];
  for (const [name, ids] of lists) if (ids.length > 0) parts.push(`${name}=${ids.map(encodeId).join(',')}`);
  if (object) parts.push(`object=${encodeURIComponent(object.collection)}/${encodeURIComponent(object.id)}`);
  if (desk) parts.push(...writeDesk(desk));
  return parts.length > 0 ? `#${parts.join('&')}` : '';
}

function readCamera(text: string | null): Camera | null {
  const numbers = (text ?? '').split('/').map((part) => (part === '' ? NaN : Number(part)));
  const [zoom, lon, lat] = numbers;
  if (numbers.length !== 3 || zoom === undefined || lon === undefined || lat === undefined) return null;
  const inRange = zoom >= 0 && zoom <= 24 && Math.abs(lon) <= 180 && Math.abs(lat) <= 85;
  return inRange ? { zoom, lon, lat } : null;
}

function readList(text: string | null): string[] {
  return [...new Set((text ?? '').split(',').filter((id) => id !== ''))];
}

function readObject(text: string | null): ObjectKey | null {
  const slash = (text ?? '').indexOf('/');
  if (text === null || slash <= 0 || slash === text.length - 1) return null;
  return { collection: text.slice(0, slash), id: text.slice(slash + 1) };
}

/** The colon between collection and kind stays readable. */
function encodeId(id: string): string {
  return encodeURIComponent(id).replaceAll('%3A', ':');
}
