// One fix of where the visitor is, or the plain reason why there is none.
import type { LonLat } from './direction.ts';

/** A worse fix would put a visitor in the wrong district, so it is not used. */
export const WORST_ACCURACY_M = 1000;

export type Fix =
  | { found: true; place: LonLat; accuracy_m: number }
  | { found: false; reason: 'denied' | 'unavailable' }
  | { found: false; reason: 'coarse'; accuracy_m: number };

const FIX_WITHIN_MS = 15_000;
const FIX_AT_MOST_AGED_MS = 60_000;

/** Asks the browser, which asks the visitor; to be called only when the visitor wanted it. */
export function locate(geolocation: Geolocation | undefined): Promise<Fix> {
  return new Promise((resolve) => {
    // Absent on pages that came over plain HTTP from another machine.
    if (!geolocation) return resolve({ found: false, reason: 'unavailable' });
    geolocation.getCurrentPosition(
      ({ coords }) => resolve(judge({ lon: coords.longitude, lat: coords.latitude }, coords.accuracy)),
      (error) => resolve({ found: false, reason: error.code === error.PERMISSION_DENIED ? 'denied' : 'unavailable' }),
      { enableHighAccuracy: true, timeout: FIX_WITHIN_MS, maximumAge: FIX_AT_MOST_AGED_MS },
    );
  });
}

export function judge(place: LonLat, accuracy_m: number): Fix {
  return accuracy_m > WORST_ACCURACY_M
    ? { found: false, reason: 'coarse', accuracy_m }
    : { found: true, place, accuracy_m };
}
