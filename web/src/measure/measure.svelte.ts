// The measuring of the map: points one after another, the way along them and the area within.
import type { LonLat } from '../near/direction.ts';

/** As of the last point. Metres and square metres on the WGS84 ellipsoid. */
export interface Measured {
  length_m: number;
  /** of the points as a closed outline; null for fewer than three */
  closed: { perimeter_m: number; area_m2: number } | null;
}

export class Measure {
  on = $state(false);
  points: readonly LonLat[] = $state.raw([]);
  measured: Measured | null = $state.raw(null);

  begin(): void {
    this.on = true;
  }

  end(): void {
    this.on = false;
    this.#take([]);
  }

  add(place: LonLat): void {
    this.#take([...this.points, place]);
  }

  undo(): void {
    this.#take(this.points.slice(0, -1));
  }

  clear(): void {
    this.#take([]);
  }

  #take(points: readonly LonLat[]): void {
    this.points = points;
    this.measured = null;
    if (points.length < 2) return;
    // Only who measures fetches the geodesics.
    void import('./geodesics.ts').then(({ measure }) => {
      if (this.points === points) this.measured = measure(points);
    });
  }
}
