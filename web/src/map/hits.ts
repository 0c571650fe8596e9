// What a tap on the map meant: the objects under it, each once, the most exact geometry first.

import type { Title } from '../server/wire.ts';

export interface Hit {
  collection: string;
  id: string;
  name: Title | null;
  kind: string | null;
}

/** A drawn feature as the map reports it; only what a hit needs of it. */
export interface DrawnFeature {
  geometry: { type: string; coordinates?: unknown };
  properties: Record<string, unknown>;
}

/** What stands on the map for several objects: where they are, and the zoom at which they are no longer one. */
export interface Cluster {
  center: [number, number];
  expansionZoom: number;
}

/** The cluster under a tap, when no other point lies over it. */
export function clusterOf(drawn: readonly DrawnFeature[]): Cluster | null {
  const top = drawn.find(({ geometry }) => dimension(geometry.type) === 0);
  const zoom = top?.properties.expansion_zoom;
  const [lon, lat]: unknown[] = Array.isArray(top?.geometry.coordinates) ? top.geometry.coordinates : [];
  if (typeof zoom !== 'number' || typeof lon !== 'number' || typeof lat !== 'number') return null;
  return { center: [lon, lat], expansionZoom: zoom };
}

/**
 * A tap on a point means the point, not the route or building beneath it; only objects of the same kind of
 * geometry compete, and the visitor chooses among them.
 */
export function hitsOf(drawn: readonly DrawnFeature[]): Hit[] {
  const byDimension: Map<string, Hit>[] = [new Map(), new Map(), new Map()];
  for (const { geometry, properties } of drawn) {
    const { collection, id } = properties;
    if (typeof collection !== 'string' || (typeof id !== 'string' && typeof id !== 'number')) continue;
    const hits = byDimension[dimension(geometry.type)];
    const key = `${collection}/${id}`;
    if (hits && !hits.has(key)) {
      hits.set(key, { collection, id: String(id), name: nameOf(properties), kind: text(properties.kind) });
    }
  }
  const exact = byDimension.find((hits) => hits.size > 0);
  return exact ? [...exact.values()] : [];
}

function dimension(geometryType: string): number {
  if (geometryType.endsWith('Point')) return 0;
  return geometryType.endsWith('LineString') ? 1 : 2;
}

function nameOf({ name, name_en }: Record<string, unknown>): Title | null {
  const uk = text(name);
  return uk === null ? null : { uk, en: text(name_en) ?? uk };
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
