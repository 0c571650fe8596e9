// Boxes of places: the box around a geometry, and whether it holds a place.
import type { Geometry, Position } from 'geojson';
import type { LonLat } from '../near/direction.ts';

/** west, south, east, north in degrees */
export type Box = [number, number, number, number];

export function boxOf(geometry: Geometry): Box | null {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  visit(geometry, ([lon, lat]) => {
    if (lon === undefined || lat === undefined) return;
    box[0] = Math.min(box[0], lon);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lon);
    box[3] = Math.max(box[3], lat);
  });
  return box[0] <= box[2] ? box : null;
}

/** Around one place at least. */
export function boxAround(places: readonly LonLat[]): Box {
  const [lons, lats] = [places.map(({ lon }) => lon), places.map(({ lat }) => lat)];
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

export function holds(box: Box, { lon, lat }: LonLat): boolean {
  return lon >= box[0] && lon <= box[2] && lat >= box[1] && lat <= box[3];
}

/** The place a person is told: the point itself, otherwise the middle of the box. */
export function placeOf(geometry: Geometry): LonLat | null {
  const box = boxOf(geometry);
  return box && { lon: (box[0] + box[2]) / 2, lat: (box[1] + box[3]) / 2 };
}

function visit(geometry: Geometry, see: (position: Position) => void): void {
  if (geometry.type === 'GeometryCollection') {
    for (const part of geometry.geometries) visit(part, see);
    return;
  }
  const descend = (coordinates: unknown): void => {
    if (!Array.isArray(coordinates)) return;
    if (typeof coordinates[0] === 'number') see(coordinates as Position);
    else coordinates.forEach(descend);
  };
  descend(geometry.coordinates);
}
