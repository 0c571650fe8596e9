// Lengths and areas on the WGS84 ellipsoid, by the library of Karney's algorithms (J. Geodesy 87, 43–55, 2013).
import geographiclib from 'geographiclib-geodesic';
import type { LonLat } from '../near/direction.ts';
import type { Measured } from './measure.svelte.ts';

const { WGS84 } = geographiclib.Geodesic;

/** Of two points or more, in degrees. Metres to the nanometre, square metres to a tenth. */
export function measure(points: readonly LonLat[]): Measured {
  const compute = (isLine: boolean) => {
    const polygon = WGS84.Polygon(isLine);
    for (const { lon, lat } of points) polygon.AddPoint(lat, lon);
    return polygon.Compute(false, true);
  };
  const { perimeter: length_m } = compute(true);
  if (points.length < 3) return { length_m, closed: null };
  const { perimeter: perimeter_m, area } = compute(false);
  // The sign tells which way around.
  return { length_m, closed: { perimeter_m, area_m2: Math.abs(area ?? 0) } };
}
