// Marks over the map: the place searched from, and the numbered neighbours of the list.
import { Marker, type Map as MapLibreMap } from 'maplibre-gl';
import type { LonLat } from '../near/direction.ts';

export interface NumberedPlace {
  key: string;
  number: number;
  place: LonLat;
  color: string;
  ink: string;
}

export interface PinEvents {
  entered(key: string): void;
  left(): void;
  tapped(key: string): void;
}

export class Pins {
  #origin: Marker | null = null;
  #here: Marker | null = null;
  #sign: Marker | null = null;
  #numbered = new Map<string, Marker>();

  constructor(
    private readonly map: MapLibreMap,
    private readonly events: PinEvents,
  ) {}

  showOrigin(place: LonLat | null): void {
    this.#origin?.remove();
    this.#origin = place && this.#mark('origin-pin', place);
  }

  /** The place that is asked about. */
  showHere(place: LonLat | null): void {
    this.#here?.remove();
    this.#here = place && this.#mark('here-pin', place);
  }

  /** A place with a word, which stays. */
  showSign(className: string, text: string, place: LonLat): void {
    this.#sign?.remove();
    this.#sign = this.#mark(className, place, 'bottom');
    const word = document.createElement('span');
    word.textContent = text;
    this.#sign.getElement().append(word);
  }

  showNumbered(places: readonly NumberedPlace[]): void {
    for (const marker of this.#numbered.values()) marker.remove();
    this.#numbered.clear();
    // The farthest first, so that the nearest lies on top where pins overlap.
    for (const place of [...places].reverse()) this.#numbered.set(place.key, this.#pin(place));
  }

  activate(key: string | null): void {
    for (const [pinKey, marker] of this.#numbered) {
      marker.getElement().classList.toggle('active', pinKey === key);
    }
  }

  #mark(className: string, place: LonLat, anchor: 'center' | 'bottom' = 'center'): Marker {
    const element = document.createElement('div');
    element.className = className;
    element.ariaHidden = 'true';
    return new Marker({ element, anchor }).setLngLat([place.lon, place.lat]).addTo(this.map);
  }

  /** The list beside the map says the same to a screen reader and a keyboard, so a pin is for the pointer only. */
  #pin({ key, number, place, color, ink }: NumberedPlace): Marker {
    const element = document.createElement('div');
    element.className = 'number-pin';
    element.ariaHidden = 'true';
    element.dataset.key = key;
    element.textContent = String(number);
    element.style.setProperty('--sector', color);
    element.style.setProperty('--sector-ink', ink);
    element.addEventListener('pointerenter', () => this.events.entered(key));
    element.addEventListener('pointerleave', () => this.events.left());
    element.addEventListener('click', (event) => {
      // The map beneath must not take this for a tap of its own.
      event.stopPropagation();
      this.events.tapped(key);
    });
    return new Marker({ element }).setLngLat([place.lon, place.lat]).addTo(this.map);
  }
}
