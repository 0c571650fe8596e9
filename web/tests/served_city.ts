// The city on the server that the tests are given, and the views of it that they open.
import assert from 'node:assert/strict';
import type { Catalog, Neighbors } from '../src/server/wire.ts';

/** Without a slash at its end; undefined where no server was given. */
export const server = process.env.MAPA_URL?.replace(/\/$/, '');
/** For tests that need one. */
export const NEEDS_SERVER = { skip: server ? false : 'skipped: no server (MAPA_URL)' };

export interface Place {
  lon: number;
  lat: number;
}

export async function ask<T>(path: string): Promise<T> {
  const response = await fetch(`${server}${path}`);
  assert.equal(response.status, 200, path);
  return (await response.json()) as T;
}

/** Where the server's styles look. */
export async function middleOfStyle(): Promise<Place> {
  const { center } = await ask<{ center: [number, number] }>('/styles/light.json');
  return { lon: center[0], lat: center[1] };
}

export class ServedCity {
  private constructor(
    readonly catalog: Catalog,
    /** a place near the middle of the style where an object stands */
    readonly middle: Place,
    /** the objects around the middle of the style, the nearest first, with their hours now */
    readonly around: Neighbors,
  ) {}

  static async found(): Promise<ServedCity> {
    const catalog = await ask<Catalog>('/catalog');
    const { lon, lat } = await middleOfStyle();
    const around = await ask<Neighbors>(`/nearest?lon=${lon}&lat=${lat}&limit=100&hours_at=now`);
    const point = around.features.find(({ geometry }) => geometry.type === 'Point');
    assert.ok(point?.geometry.type === 'Point', 'the server has point objects near the middle of its style');
    const [objectLon, objectLat] = point.geometry.coordinates as [number, number];
    return new ServedCity(catalog, { lon: objectLon, lat: objectLat }, around);
  }

  /** The address of the page that looks at the middle. */
  at(zoom: number, rest = ''): string {
    return viewOf(this.middle, zoom, rest);
  }
}

export function viewOf({ lon, lat }: Place, zoom: number, rest = ''): string {
  return `${server}/#map=${zoom}/${lon}/${lat}${rest}`;
}
