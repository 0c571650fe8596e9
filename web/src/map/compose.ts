// The style the map draws: the server's style, on another base map if it says so, with the visitor's choice applied.
import type {
  ExpressionSpecification,
  FilterSpecification,
  LayerSpecification,
  SourceSpecification,
  StyleSpecification,
} from 'maplibre-gl';
import type { Geometry } from 'geojson';
import { choiceInCql } from '../filter/choice_cql.ts';
import type { Choice } from '../filter/tree.ts';
import type { Language } from '../i18n/words.ts';
import { both } from '../table/condition.ts';
import { coloured, type DistrictColors } from '../plot/district_layers.ts';
import { holeRadius, ringName } from './rings.ts';
import type { StyleName } from '../server/wire.ts';

/** The source of the city's objects in the server's styles. */
export const CITY_SOURCE = 'city';

export interface Composition {
  own: StyleSpecification;
  /** the base map of another provider, loaded from `mapa:base-style` */
  foreign: StyleSpecification | null;
  choice: Choice;
  /** CQL2 that narrows the choice further */
  filter: string | null;
  /** a figure by district, drawn instead of the objects */
  districts: DistrictColors | null;
  language: Language;
  theme: StyleName;
  selected: Geometry | null;
  /** the sectors whose share of a cluster its ring shows */
  sectors: readonly string[];
  /** how many times as large marks are as on the page */
  times?: number;
}

export function compose({ own, foreign, choice, filter, districts, language, theme, selected, sectors, times = 1 }: Composition): StyleSpecification {
  const style = foreign ? onForeign(own, foreign) : own;
  const whole = {
    ...style,
    sources: { ...chosenSources(style.sources, choice, filter), [SELECTED_SOURCE]: selectedSource(selected) },
    layers: [
      ...style.layers.flatMap((layer) => ringed(speak(choose(layer, choice), language), sectors, times)),
      ...SELECTED_LAYERS(theme),
    ],
  };
  return districts ? coloured(whole, CITY_SOURCE, districts) : whole;
}

/**
 * The tiles of the city hold only what the choice takes in: the server draws collections that are asked for by name at
 * every zoom, while in the view of everything the many small objects wait for a closer look.
 */
function chosenSources(sources: StyleSpecification['sources'], choice: Choice, narrower: string | null): StyleSpecification['sources'] {
  const city = sources[CITY_SOURCE];
  if (choice === null || city?.type !== 'vector' || city.url === undefined) return sources;
  const collections = [...choice.whole, ...choice.partial.map(({ collection }) => collection)].sort();
  const cql = both(choice.partial.length > 0 ? choiceInCql(choice) : null, narrower);
  const filter = cql === null ? '' : `&filter=${encodeURIComponent(cql)}`;
  return { ...sources, [CITY_SOURCE]: { ...city, url: `${city.url}?collections=${collections.join(',')}${filter}` } };
}

/** Every city layer shows only what the choice takes in, on top of the layer's own filter. */
function choose(layer: LayerSpecification, choice: Choice): LayerSpecification {
  if (choice === null || !('source' in layer) || layer.source !== CITY_SOURCE || layer.type === 'raster') return layer;
  const filter = choiceFilter(choice);
  const own = 'filter' in layer ? layer.filter : undefined;
  const narrowed = { ...layer, filter: (own ? ['all', own, filter] : filter) as FilterSpecification } as LayerSpecification;
  if (narrowed.type !== 'circle') return narrowed;
  const radius = atLeast(CHOSEN_RADIUS_PX, narrowed.paint?.['circle-radius'] ?? CHOSEN_RADIUS_PX);
  return { ...narrowed, paint: { ...narrowed.paint, 'circle-radius': radius as number } };
}

/** Who has chosen wants to find: what is chosen is never drawn smaller than this, far away as it may be. */
const CHOSEN_RADIUS_PX = 5;

/** The same measure, but never less; a measure by zoom stays one, since `zoom` may stand only at the top. */
function atLeast(least: number, measure: unknown): unknown {
  if (!Array.isArray(measure) || measure[0] !== 'interpolate') return ['max', least, measure];
  return measure.map((part: unknown, i) => (i > 3 && i % 2 === 0 ? ['max', least, part] : part));
}

/** The choice among what is drawn. A cluster stands for what was asked for, and that is the choice already. */
export function choiceFilter({ whole, partial }: NonNullable<Choice>): ExpressionSpecification {
  const wholes: ExpressionSpecification = ['in', ['get', 'collection'], ['literal', whole]];
  const parts = partial.map(
    ({ collection, kinds }): ExpressionSpecification => [
      'all',
      ['==', ['get', 'collection'], collection],
      ['in', ['get', 'kind'], ['literal', kinds]],
    ],
  );
  return ['any', ['has', 'point_count'], wholes, ...parts];
}

/** Labels are written from `name`; the English page prefers `name_en` where a feature carries one. */
function speak(layer: LayerSpecification, language: Language): LayerSpecification {
  const written = layer.type === 'symbol' ? layer.layout?.['text-field'] : undefined;
  if (layer.type !== 'symbol' || written === undefined) return layer;
  const spoken = (language === 'en' ? inEnglish(written) : inUkrainian(written)) as NonNullable<typeof written>;
  return { ...layer, layout: { ...layer.layout, 'text-field': spoken } };
}

/** The server abbreviates a cluster's count as `1.1k`, which is no Ukrainian. */
function inUkrainian(written: unknown): unknown {
  if (!Array.isArray(written) || written[1] !== 'point_count_abbreviated') return written;
  const count = ['to-number', ['get', 'point_count']];
  const some = (unit: number, word: string) => ['concat', ['round', ['/', count, unit]], `\n${word}`];
  return ['step', count, ['to-string', ['get', 'point_count']], 10_000, some(1000, 'тис.'), 1_000_000, some(1_000_000, 'млн')];
}

function inEnglish(expression: unknown): unknown {
  if (!Array.isArray(expression)) return expression;
  if (expression.length === 2 && expression[0] === 'get' && expression[1] === 'name') {
    return ['coalesce', ['get', 'name_en'], ['get', 'name']];
  }
  return expression.map(inEnglish);
}

/** The foreign base below, our city above; the foreign names get a prefix so that none collides with ours. */
function onForeign(own: StyleSpecification, foreign: StyleSpecification): StyleSpecification {
  const rename = (id: string) => `base:${id}`;
  const baseLayers = foreign.layers.map((layer) => ({
    ...layer,
    id: rename(layer.id),
    ...('source' in layer && typeof layer.source === 'string' ? { source: rename(layer.source) } : {}),
  })) as LayerSpecification[];
  const cityLayers = own.layers.filter((layer) => 'source' in layer && layer.source === CITY_SOURCE).map(withOwnIcons);
  const sprite = ownSprite(own, foreign);
  const city = own.sources[CITY_SOURCE];
  return {
    ...foreign,
    ...(own.center ? { center: own.center } : {}),
    ...(own.zoom === undefined ? {} : { zoom: own.zoom }),
    // One address of glyphs serves a whole style, and the foreign names are more than ours.
    ...(foreign.glyphs ?? own.glyphs ? { glyphs: foreign.glyphs ?? own.glyphs } : {}),
    ...(sprite ? { sprite } : {}),
    sources: {
      ...Object.fromEntries(Object.entries(foreign.sources).map(([id, source]) => [rename(id), source])),
      ...(city ? { [CITY_SOURCE]: city } : {}),
    },
    layers: [...baseLayers, ...cityLayers],
  };
}

/** The icons of both: those of the foreign style keep their names, ours are called `mapa:…`. */
function ownSprite(own: StyleSpecification, foreign: StyleSpecification): StyleSpecification['sprite'] {
  if (typeof own.sprite !== 'string') return foreign.sprite;
  const theirs = typeof foreign.sprite === 'string' ? [{ id: 'default', url: foreign.sprite }] : (foreign.sprite ?? []);
  return [...theirs, { id: 'mapa', url: own.sprite }];
}

function withOwnIcons(layer: LayerSpecification): LayerSpecification {
  const image = layer.type === 'symbol' ? layer.layout?.['icon-image'] : undefined;
  if (layer.type !== 'symbol' || image === undefined) return layer;
  return { ...layer, layout: { ...layer.layout, 'icon-image': ofOwnSprite(image) as NonNullable<typeof image> } };
}

function ofOwnSprite(expression: unknown): unknown {
  if (!Array.isArray(expression)) return expression;
  if (expression[0] === 'image') return ['image', ['concat', 'mapa:', expression[1]]];
  return expression.map(ofOwnSprite);
}

/** Beneath the disc of a cluster a ring that tells what it stands for; the disc loses its own rim. */
function ringed(layer: LayerSpecification, sectors: readonly string[], times: number): LayerSpecification[] {
  if (layer.id !== CLUSTERS_LAYER || layer.type !== 'circle' || sectors.length === 0) return [layer];
  const disc = layer.paint?.['circle-color'];
  return [
    {
      id: 'mapa-cluster-rings',
      type: 'symbol',
      source: layer.source,
      ...(layer['source-layer'] === undefined ? {} : { 'source-layer': layer['source-layer'] }),
      ...(layer.filter === undefined ? {} : { filter: layer.filter }),
      layout: {
        'icon-image': ringName(sectors, typeof disc === 'string' ? disc : '#ffffff'),
        'icon-size': times,
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
        'symbol-sort-key': ['get', 'point_count'],
      },
    },
    { ...layer, paint: { ...layer.paint, 'circle-radius': holeRadius(times), 'circle-stroke-width': 0 } },
  ];
}

/** The discs of clusters in the server's styles. */
const CLUSTERS_LAYER = 'city-clusters';

const SELECTED_SOURCE = 'mapa-selected';

function selectedSource(geometry: Geometry | null): SourceSpecification {
  const features = geometry ? [{ type: 'Feature' as const, geometry, properties: {} }] : [];
  return { type: 'geojson', data: { type: 'FeatureCollection', features } };
}

/** The object whose card is open: a ring around a point, a glow along a line or an outline. */
const SELECTED_LAYERS = (theme: StyleName): LayerSpecification[] => {
  const ink = theme === 'dark' ? '#ffffff' : '#0b2a4a';
  const glow = theme === 'dark' ? '#7db7ff' : '#1f6feb';
  return [
    {
      id: 'mapa-selected-glow',
      type: 'line',
      source: SELECTED_SOURCE,
      filter: ['!=', ['geometry-type'], 'Point'],
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': glow, 'line-width': 9, 'line-opacity': 0.45 },
    },
    {
      id: 'mapa-selected-line',
      type: 'line',
      source: SELECTED_SOURCE,
      filter: ['!=', ['geometry-type'], 'Point'],
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': ink, 'line-width': 2.5 },
    },
    {
      id: 'mapa-selected-ring',
      type: 'circle',
      source: SELECTED_SOURCE,
      filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-radius': 15,
        'circle-color': glow,
        'circle-opacity': 0.28,
        'circle-stroke-color': ink,
        'circle-stroke-width': 2.5,
      },
    },
  ];
};
