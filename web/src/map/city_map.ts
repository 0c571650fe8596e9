// The drawn map of the city: MapLibre, behind the few verbs that the page needs.
import { AttributionControl, Map as MapLibreMap, ScaleControl, setWorkerUrl } from 'maplibre-gl';
import type { MapMouseEvent, StyleSpecification } from 'maplibre-gl';
import workerUrl from 'virtual:map-worker-url';
import 'maplibre-gl/dist/maplibre-gl.css';
import type { Geometry } from 'geojson';
import type { Camera } from '../address/page_address.ts';
import type { LonLat } from '../near/direction.ts';
import { boxOf, holds, type Box } from './bounds.ts';
import { clusterOf, hitsOf, type Cluster, type Hit } from './hits.ts';
import { listenForPress } from './press.ts';
import { touchedTiles } from './refresh.ts';
import { drawRing } from './rings.ts';
import type { Change } from '../live/changes.ts';

// A file of our own origin: the page's security policy lets no other worker run.
setWorkerUrl(workerUrl);

/** How much of the map's edges the header and the sheet cover, in pixels. */
export interface Insets {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

export interface MapEvents {
  tapped(hits: Hit[], place: LonLat): void;
  /** a long press, or a click with the other button: what is here? */
  pressed(place: LonLat): void;
  moved(camera: Camera): void;
  /** tiles or their description did not come */
  failed(): void;
  insets(): Insets;
  /** short names of metres and kilometres */
  units(): { m: string; km: string };
  /** sector → the colour of its part of a cluster's ring */
  ringColors(): ReadonlyMap<string, string>;
  /** whether a tap gives a place and nothing else */
  picking(): boolean;
  /** whom the map credits, as plain texts: asked for where no link may lead out, and the map then shows none itself */
  credited?(credits: readonly string[]): void;
  /** how far around its middle a finger covers, where screens are not held in the hand */
  reach_px?: number;
}

/** Room left around what is brought into view, in pixels. */
const MARGIN_PX = 40;
/** A mouse points exactly; a finger covers about this much around its middle. */
const EXACT_REACH_PX = 3;
const FINGER_REACH_PX = 14;
const CLOSE_ZOOM = 17;

export class CityMap {
  readonly map: MapLibreMap;
  #wanted: StyleSpecification;
  #drawn: StyleSpecification;
  /** tiles out of sight may be old since a change, as MapLibre refreshes only those in sight */
  #keepsOld = false;
  /** a style that is still loading cannot be compared with the next one */
  #loaded = false;

  constructor(
    private readonly container: HTMLElement,
    style: StyleSpecification,
    camera: Camera | null,
    bbox: Box | null,
    private readonly events: MapEvents,
  ) {
    this.#wanted = style;
    this.#drawn = style;
    this.map = new MapLibreMap({
      container,
      style,
      ...startView(style, camera, bbox),
      minZoom: 7,
      maxZoom: 20,
      // The arrows of the list point by north-up; a map that turns or tilts would make them lie.
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxPitch: 0,
      attributionControl: false,
      locale: { 'ScaleControl.Meters': events.units().m, 'ScaleControl.Kilometers': events.units().km },
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    if (events.credited) this.#tellCredits(events.credited);
    else this.map.addControl(new AttributionControl({ compact: false }), 'bottom-right');
    this.map.addControl(new ScaleControl({ maxWidth: 96, unit: 'metric' }), 'bottom-left');
    this.#listen();
  }

  /** Asks again for the tiles that a change touches; what is drawn stays until their successors come. */
  refresh(tiles: Change['tiles']): void {
    if (!this.#loaded) return this.drawAnew();
    const refresh = () => {
      for (const [source, touched] of touchedTiles(this.map.getStyle().sources, tiles)) this.map.refreshTiles(source, touched);
    };
    // What was under way when the change came may still be of before it.
    const waits = !this.map.areTilesLoaded();
    refresh();
    this.#keepsOld = true;
    if (waits) this.map.once('idle', refresh);
  }

  /** west, south, east, north of the part of the map that nothing covers */
  visibleBox(): Box {
    const { top, right, bottom, left } = this.events.insets();
    const { clientWidth, clientHeight } = this.container;
    const southWest = this.map.unproject([left, clientHeight - bottom]);
    const northEast = this.map.unproject([clientWidth - right, top]);
    return [southWest.lng, southWest.lat, northEast.lng, northEast.lat];
  }

  /** Draws this style from now on, changing only what differs. */
  draw(style: StyleSpecification): void {
    this.#wanted = style;
    if (!this.#loaded || this.#drawn === style) return;
    this.#drawn = style;
    this.container.dataset.map = 'busy';
    this.map.setStyle(style);
  }

  /** Asks again for everything that the style draws from. */
  drawAnew(): void {
    this.#loaded = false;
    this.#drawn = this.#wanted;
    this.container.dataset.map = 'busy';
    this.map.setStyle(this.#wanted, { diff: false });
  }

  camera(): Camera {
    const { lng, lat } = this.map.getCenter();
    return { zoom: this.map.getZoom(), lon: lng, lat };
  }

  /** The middle of the part of the map that nothing covers. */
  visibleCenter(): LonLat {
    const { x, y } = this.middlePx();
    const { lng, lat } = this.map.unproject([x, y]);
    return { lon: lng, lat };
  }

  /** The same in pixels of the map. */
  middlePx(): { x: number; y: number } {
    const { top, right, bottom, left } = this.events.insets();
    const { clientWidth, clientHeight } = this.container;
    return { x: (left + clientWidth - right) / 2, y: (top + clientHeight - bottom) / 2 };
  }

  zoomBy(levels: number): void {
    this.map.easeTo({ zoom: this.map.getZoom() + levels });
  }

  showBox(box: Box): void {
    this.map.fitBounds(box, { padding: this.#padding(), maxZoom: CLOSE_ZOOM, linear: true });
  }

  /** Brings the object into the uncovered part of the map, and leaves the map alone when it is there already. */
  reveal(geometry: Geometry): void {
    const box = boxOf(geometry);
    if (!box) return;
    const { top, right, bottom, left } = this.events.insets();
    const { clientWidth, clientHeight } = this.container;
    const southWest = this.map.project([box[0], box[1]]);
    const northEast = this.map.project([box[2], box[3]]);
    const visible =
      southWest.x >= left && northEast.x <= clientWidth - right && northEast.y >= top && southWest.y <= clientHeight - bottom;
    const isPoint = box[0] === box[2] && box[1] === box[3];
    if (visible && (isPoint || northEast.x - southWest.x > 24 || southWest.y - northEast.y > 24)) return;
    if (isPoint) {
      this.map.easeTo({
        center: [box[0], box[1]],
        zoom: Math.max(this.map.getZoom(), CLOSE_ZOOM - 2),
        offset: [(left - right) / 2, (top - bottom) / 2],
      });
    } else {
      this.showBox(box);
    }
  }

  /** Goes where the objects of the cluster are no longer one, in the uncovered part of the map. */
  open({ center, expansionZoom }: Cluster): void {
    const { top, right, bottom, left } = this.events.insets();
    this.map.easeTo({ center, zoom: expansionZoom, offset: [(left - right) / 2, (top - bottom) / 2] });
  }

  label(text: string): void {
    this.map.getCanvas().setAttribute('aria-label', text);
  }

  remove(): void {
    this.map.remove();
  }

  #listen(): void {
    const { map, events, container } = this;
    container.dataset.map = 'busy';
    map.on('movestart', () => {
      container.dataset.map = 'busy';
      if (!this.#keepsOld) return;
      this.#keepsOld = false;
      for (const source of touchedTiles(map.getStyle().sources, null).keys()) map.refreshTiles(source);
    });
    map.setMissingStyleImageResolver((id) => drawRing(map, id, events.ringColors()));
    listenForPress(map, (place) => events.pressed(place));
    map.on('idle', () => (container.dataset.map = 'idle'));
    map.on('style.load', () => {
      this.#loaded = true;
      this.draw(this.#wanted);
    });
    map.on('moveend', () => events.moved(this.camera()));
    map.on('click', (event) => {
      const { lng, lat } = event.lngLat;
      const cluster = events.picking() ? null : this.#clusterAt(event);
      if (cluster) this.open(cluster);
      else events.tapped(this.#hitsAt(event), { lon: lng, lat });
    });
    map.on('mousemove', (event) => {
      const drawn = this.#drawnAround(event, EXACT_REACH_PX);
      map.getCanvas().dataset.over = clusterOf(drawn) ? 'cluster' : hitsOf(drawn).length > 0 ? 'object' : 'nothing';
    });
    map.on('error', ({ error }) => {
      // MapLibre's network errors carry an HTTP status and are told to the visitor; any other is a fault of the page.
      if ('status' in error) events.failed();
      else console.error(error);
    });
  }

  #tellCredits(tell: (credits: readonly string[]) => void): void {
    const credits = new Set<string>();
    this.map.on('sourcedata', ({ sourceId, sourceDataType }) => {
      const html = sourceDataType === 'metadata' ? this.map.getSource(sourceId)?.attribution : undefined;
      const text = html && new DOMParser().parseFromString(html, 'text/html').body.textContent.trim();
      if (!text || credits.has(text)) return;
      credits.add(text);
      tell([...credits]);
    });
  }

  /** Exactly under the finger first; only when nothing is there, what lies within its reach. */
  #hitsAt(event: MapMouseEvent): Hit[] {
    const exact = hitsOf(this.#drawnAround(event, EXACT_REACH_PX).filter(isPointFeature));
    if (exact.length > 0) return exact;
    return hitsOf(this.#drawnAround(event, this.#fingerReach()));
  }

  #clusterAt(event: MapMouseEvent): Cluster | null {
    const exact = this.#drawnAround(event, EXACT_REACH_PX).filter(isPointFeature);
    return clusterOf(exact.length > 0 ? exact : this.#drawnAround(event, this.#fingerReach()));
  }

  #fingerReach(): number {
    return this.events.reach_px ?? FINGER_REACH_PX;
  }

  #drawnAround({ point }: MapMouseEvent, reach_px: number) {
    return this.map.queryRenderedFeatures([
      [point.x - reach_px, point.y - reach_px],
      [point.x + reach_px, point.y + reach_px],
    ]);
  }

  #padding(): Insets {
    const { top, right, bottom, left } = this.events.insets();
    return { top: top + MARGIN_PX, right: right + MARGIN_PX, bottom: bottom + MARGIN_PX, left: left + MARGIN_PX };
  }
}

function isPointFeature({ geometry }: { geometry: { type: string } }): boolean {
  return geometry.type.endsWith('Point');
}

/** The addressed view; else the style's own, if it looks at our data; else all of the data. */
function startView(style: StyleSpecification, camera: Camera | null, bbox: Box | null) {
  if (camera) return { center: [camera.lon, camera.lat] as [number, number], zoom: camera.zoom };
  const [lon, lat] = style.center ?? [];
  const looksAtData = lon !== undefined && lat !== undefined && (bbox === null || holds(bbox, { lon, lat }));
  if (looksAtData || bbox === null) return {};
  return { bounds: bbox, fitBoundsOptions: { padding: MARGIN_PX } };
}
