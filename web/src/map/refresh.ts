// Which drawn tiles a change touches: of each source of ours, some or all.
import type { StyleSpecification } from 'maplibre-gl';
import type { Change } from '../live/changes.ts';

export interface TileId {
  z: number;
  x: number;
  y: number;
}

/** Source → its touched tiles; undefined is all of them. Sources that the change leaves alone are not in it. */
export function touchedTiles(sources: StyleSpecification['sources'], tiles: Change['tiles']): Map<string, TileId[] | undefined> {
  const touched = new Map<string, TileId[] | undefined>();
  for (const [id, source] of Object.entries(sources)) {
    if (source.type !== 'vector') continue;
    const name = /\/tiles\/([^/?]+)\.json/.exec(source.url ?? '')?.[1];
    if (name === undefined) continue;
    const named = tiles === null ? null : tiles[name];
    if (named === null) touched.set(id, undefined);
    else if (named && named.length > 0) touched.set(id, named.map(tileId));
  }
  return touched;
}

function tileId(text: string): TileId {
  const [z, x, y] = text.split('/').map(Number);
  if (z === undefined || x === undefined || y === undefined || Number.isNaN(z + x + y)) throw new Error(`no tile: ${text}`);
  return { z, x, y };
}
