// Where something lies from here: a compass word for a bearing, the place at a bearing and distance.
import type { Neighbor } from '../server/wire.ts';

export interface LonLat {
  lon: number;
  lat: number;
}

/** The eight winds, clockwise from north. */
export const WINDS = ['n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw'] as const;
export type Wind = (typeof WINDS)[number];

export function wind(bearing_deg: number): Wind {
  const turned_deg = ((bearing_deg % 360) + 360) % 360;
  return WINDS[Math.round(turned_deg / 45) % 8] as Wind;
}

/** Mean radius of the Earth, IUGG. */
const EARTH_RADIUS_M = 6_371_008.8;
const RADIANS_PER_DEGREE = Math.PI / 180;

/**
 * The place at this bearing and distance on a sphere. It is only for putting a mark on the map, where the
 * third of a percent between sphere and ellipsoid cannot be seen; distances themselves come from the server.
 */
export function placeAt(origin: LonLat, bearing_deg: number, distance_m: number): LonLat {
  const angle = distance_m / EARTH_RADIUS_M;
  const bearing = bearing_deg * RADIANS_PER_DEGREE;
  const lat0 = origin.lat * RADIANS_PER_DEGREE;
  const lon0 = origin.lon * RADIANS_PER_DEGREE;
  const lat = Math.asin(Math.sin(lat0) * Math.cos(angle) + Math.cos(lat0) * Math.sin(angle) * Math.cos(bearing));
  const lon =
    lon0 +
    Math.atan2(
      Math.sin(bearing) * Math.sin(angle) * Math.cos(lat0),
      Math.cos(angle) - Math.sin(lat0) * Math.sin(lat),
    );
  return { lon: lon / RADIANS_PER_DEGREE, lat: lat / RADIANS_PER_DEGREE };
}

/** Where a neighbour is marked: a point where it stands; a route or a building where it comes nearest to the origin. */
export function markPlace({ geometry, properties }: Neighbor, origin: LonLat | null): LonLat {
  const [lon, lat] = geometry.type === 'Point' ? geometry.coordinates : [];
  if (lon !== undefined && lat !== undefined) return { lon, lat };
  return placeAt(origin ?? { lon: 0, lat: 0 }, properties.bearing_deg, properties.distance_m);
}
