// A long press of a finger, or a click with the other mouse button: a place is meant, not what is drawn there.
import type { Map as MapLibreMap, MapTouchEvent } from 'maplibre-gl';
import type { LonLat } from '../near/direction.ts';

/** What phones themselves take for a long press. */
const PRESS_MS = 500;
/** A finger that rests still trembles by some pixels. */
const TREMBLE_PX = 10;

export function listenForPress(map: MapLibreMap, pressed: (place: LonLat) => void): void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let start: MapTouchEvent['point'] | null = null;
  let pressedAt = -Infinity;

  const press = ({ lng, lat }: { lng: number; lat: number }) => {
    // Some browsers tell of a long press themselves, others leave it to us.
    if (performance.now() - pressedAt < 2 * PRESS_MS) return;
    pressedAt = performance.now();
    pressed({ lon: lng, lat });
  };
  const forget = () => {
    clearTimeout(waiting);
    start = null;
  };

  map.on('contextmenu', (event) => {
    event.preventDefault();
    // What MapLibre itself makes of a resting finger knows no frame that is late; ours below does.
    if (!event.originalEvent.isTrusted) return;
    forget();
    press(event.lngLat);
  });
  map.on('touchstart', (event) => {
    forget();
    if (event.points.length !== 1) return;
    const { point, lngLat } = event;
    start = point;
    // That the finger has moved is told with a frame, which may be longer in coming than the press.
    waiting = setTimeout(() => requestAnimationFrame(() => start === point && press(lngLat)), PRESS_MS);
  });
  map.on('touchmove', ({ point }) => {
    if (start && point.dist(start) > TREMBLE_PX) forget();
  });
  map.on('touchend', forget);
  map.on('touchcancel', forget);
  map.on('movestart', forget);
}
