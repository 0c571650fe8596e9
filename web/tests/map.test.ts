// What the map draws and what a tap on it means: composed styles, hits, boxes, readable ink.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LayerSpecification, StyleSpecification } from 'maplibre-gl';
import { createExpression, featureFilter } from '@maplibre/maplibre-gl-style-spec';
import { boxOf, holds, placeOf } from '../src/map/bounds.ts';
import { choiceInCql } from '../src/filter/choice_cql.ts';
import { choiceFilter, compose, type Composition } from '../src/map/compose.ts';
import { foreignStyleUrl } from '../src/map/foreign.ts';
import { wantedAhead } from '../src/map/ahead.ts';
import { clusterOf, hitsOf } from '../src/map/hits.ts';
import { inkOn } from '../src/look/ink.ts';

const OWN: StyleSpecification = {
  version: 8,
  center: [33.4, 47.9],
  zoom: 12,
  sources: { base: { type: 'vector', url: '/tiles/base.json' }, city: { type: 'vector', url: '/tiles/city.json' } },
  layers: [
    { id: 'ground', type: 'background' },
    { id: 'water', type: 'fill', source: 'base', 'source-layer': 'water', filter: ['has', 'name'] },
    { id: 'objects', type: 'circle', source: 'city', 'source-layer': 'objects' },
    {
      id: 'names', type: 'symbol', source: 'city', 'source-layer': 'objects', filter: ['has', 'name'],
      layout: { 'text-field': ['get', 'name'] },
    },
  ],
};
const FOREIGN: StyleSpecification = {
  version: 8,
  glyphs: 'https://example.org/{fontstack}/{range}.pbf',
  sources: { city: { type: 'raster', tiles: ['https://example.org/{z}/{x}/{y}.png'] } },
  layers: [{ id: 'objects', type: 'raster', source: 'city' }],
};
const PLAIN: Composition = { own: OWN, foreign: null, choice: null, filter: null, districts: null, language: 'uk', theme: 'light', selected: null, sectors: [] };
const layer = (style: StyleSpecification, id: string) => {
  const found = style.layers.find((candidate) => candidate.id === id);
  assert.ok(found, id);
  return found as unknown as Record<string, unknown>;
};

test('without a choice the layers stay as the server gave them', () => {
  assert.deepEqual(compose(PLAIN).layers.slice(0, 4), OWN.layers);
});

test('a choice narrows every city layer, on top of its own filter, and no other layer', () => {
  const choice = { whole: ['schools'], partial: [] };
  const style = compose({ ...PLAIN, choice });
  assert.deepEqual(layer(style, 'objects').filter, choiceFilter(choice));
  assert.deepEqual(layer(style, 'names').filter, ['all', ['has', 'name'], choiceFilter(choice)]);
  assert.deepEqual(layer(style, 'water').filter, ['has', 'name']);
});

test('a choice asks for the tiles of its collections only, and no choice for the tiles of all', () => {
  const choice = { whole: ['schools'], partial: [{ collection: 'clubs', kinds: ['chess'] }] };
  const url = (of: Composition) => (compose(of).sources['city'] as { url: string }).url;
  const filter = encodeURIComponent("collection IN ('schools') OR (collection = 'clubs' AND kind IN ('chess'))");
  assert.equal(url({ ...PLAIN, choice }), `/tiles/city.json?collections=clubs,schools&filter=${filter}`);
  assert.equal(url({ ...PLAIN, choice: { whole: ['schools'], partial: [] } }), '/tiles/city.json?collections=schools');
  assert.equal(url(PLAIN), '/tiles/city.json');
});

test('what is chosen is large enough to be found, at every zoom', () => {
  const radius = ['interpolate', ['linear'], ['zoom'], 8, 1, 14, ['+', 1, ['get', 'rank']]];
  const own = { ...OWN, layers: OWN.layers.map((drawn) => (drawn.id === 'objects' ? { ...drawn, paint: { 'circle-radius': radius } } : drawn)) };
  const style = compose({ ...PLAIN, own: own as StyleSpecification, choice: { whole: ['schools'], partial: [] } });
  assert.deepEqual(layer(style, 'objects').paint, {
    'circle-radius': ['interpolate', ['linear'], ['zoom'], 8, ['max', 5, 1], 14, ['max', 5, ['+', 1, ['get', 'rank']]]],
  });
});

test('the choice as an expression lets through whole collections and single kinds', () => {
  const { filter } = featureFilter(choiceFilter({ whole: ['schools'], partial: [{ collection: 'clubs', kinds: ['chess'] }] }), 'filter');
  const passes = (properties: object) => filter({ zoom: 12 } as never, { type: 1, properties } as never);
  assert.equal(passes({ collection: 'schools', kind: 'any' }), true);
  assert.equal(passes({ collection: 'schools' }), true);
  assert.equal(passes({ collection: 'clubs', kind: 'chess' }), true);
  assert.equal(passes({ collection: 'clubs', kind: 'go' }), false);
  assert.equal(passes({ collection: 'shops' }), false);
  assert.equal(passes({ cluster: true, point_count: 2 }), true, 'a cluster counts only what was asked for');
});

test('a quote in a word of the choice stays a word', () => {
  const choice = { whole: [], partial: [{ collection: 'clubs', kinds: ["o'clock", 'chess'] }] };
  assert.equal(choiceInCql(choice), "(collection = 'clubs' AND kind IN ('o''clock','chess'))");
});

test('the English page labels in English where it can', () => {
  const names = layer(compose({ ...PLAIN, language: 'en' }), 'names');
  assert.deepEqual(names.layout, { 'text-field': ['coalesce', ['get', 'name_en'], ['get', 'name']] });
});

test('a cluster tells its count in Ukrainian, and in English as the server abbreviates it', () => {
  const counts = { id: 'counts', type: 'symbol', source: 'city', 'source-layer': 'objects', layout: { 'text-field': ['get', 'point_count_abbreviated'] } };
  const own = { ...OWN, layers: [...OWN.layers, counts] } as StyleSpecification;
  const said = (language: 'uk' | 'en', point_count: number) => {
    const written = (layer(compose({ ...PLAIN, own, language }), 'counts').layout as Record<string, unknown>)['text-field'];
    const compiled = createExpression(written, 'layers[4].layout.text-field');
    if (compiled.result === 'error') throw new Error(compiled.value.map(({ message }) => message).join());
    return compiled.value.evaluate({ zoom: 12 }, { type: 1, properties: { point_count, point_count_abbreviated: '1.1k' } } as never) as unknown;
  };
  assert.deepEqual([7, 1088, 9999, 18_499, 1_800_000].map((count) => said('uk', count)), ['7', '1088', '9999', '18\nтис.', '2\nмлн']);
  assert.equal(said('en', 1088), '1.1k');
});

test('a foreign base goes below, keeps its own sources, and takes no name of ours', () => {
  const style = compose({ ...PLAIN, foreign: FOREIGN });
  assert.deepEqual(style.layers.slice(0, 3).map(({ id }) => id), ['base:objects', 'objects', 'names']);
  assert.deepEqual(style.sources['base:city'], FOREIGN.sources.city);
  assert.deepEqual(style.sources.city, OWN.sources.city);
  assert.equal(layer(style, 'base:objects').source, 'base:city');
  assert.equal(style.sources.base, undefined);
  assert.deepEqual([style.glyphs, style.center], [FOREIGN.glyphs, OWN.center]);
});

test('our icons stand beside those of a foreign base, under names of their own', () => {
  const image = ['coalesce', ['image', ['get', 'icon']], ['image', 'marker']];
  const icons = { id: 'icons', type: 'symbol', source: 'city', 'source-layer': 'objects', layout: { 'icon-image': image } };
  const own = { ...OWN, sprite: 'https://map.example/sprites/icons', layers: [...OWN.layers, icons] } as StyleSpecification;
  const style = compose({ ...PLAIN, own, foreign: { ...FOREIGN, sprite: 'https://example.org/sprite' } });
  assert.deepEqual(style.sprite, [
    { id: 'default', url: 'https://example.org/sprite' },
    { id: 'mapa', url: 'https://map.example/sprites/icons' },
  ]);
  assert.deepEqual(layer(style, 'icons').layout, {
    'icon-image': ['coalesce', ['image', ['concat', 'mapa:', ['get', 'icon']]], ['image', ['concat', 'mapa:', 'marker']]],
  });
  assert.equal(compose({ ...PLAIN, own }).sprite, own.sprite);
});

test('a foreign style is loaded only when the server asks for one', () => {
  const metadata = { 'mapa:base-map': 'style', 'mapa:base-style': 'https://example.org/style.json' };
  assert.equal(foreignStyleUrl({ ...OWN, metadata }), 'https://example.org/style.json');
  assert.equal(foreignStyleUrl({ ...OWN, metadata: { ...metadata, 'mapa:base-map': 'own' } }), null);
  assert.equal(foreignStyleUrl(OWN), null);
});

test('a tap means the most exact geometry, and each object once', () => {
  const drawn = (type: string, id: string, more = {}) => ({ geometry: { type }, properties: { collection: 'c', id, ...more } });
  const ids = (...features: ReturnType<typeof drawn>[]) => hitsOf(features).map(({ id }) => id);
  assert.deepEqual(ids(drawn('Polygon', 'a'), drawn('Point', 'b'), drawn('LineString', 'l'), drawn('Point', 'b')), ['b']);
  assert.deepEqual(ids(drawn('Polygon', 'a'), drawn('MultiLineString', 'l'), drawn('LineString', 'm')), ['l', 'm']);
  assert.deepEqual(ids(drawn('MultiPolygon', 'a')), ['a']);
  assert.deepEqual(hitsOf([{ geometry: { type: 'Polygon' }, properties: { name: 'Парк' } }]), []);
  const names = (more: object) => hitsOf([drawn('Point', 'a', more)])[0]?.name;
  assert.deepEqual(names({ name: 'Школа' }), { uk: 'Школа', en: 'Школа' });
  assert.deepEqual(names({ name: 'Школа', name_en: 'School' }), { uk: 'Школа', en: 'School' });
  assert.equal(names({}), null);
});

test('a tap means a cluster only where no other point lies over it', () => {
  const cluster = { geometry: { type: 'Point', coordinates: [33, 47] }, properties: { point_count: 3, expansion_zoom: 12 } };
  const object = { geometry: { type: 'Point', coordinates: [33, 47] }, properties: { collection: 'c', id: 'a' } };
  const area = { geometry: { type: 'Polygon' }, properties: { collection: 'c', id: 'p' } };
  assert.deepEqual(clusterOf([cluster, object]), { center: [33, 47], expansionZoom: 12 });
  assert.deepEqual(clusterOf([area, cluster]), { center: [33, 47], expansionZoom: 12 });
  assert.equal(clusterOf([object, cluster]), null);
  assert.equal(clusterOf([area]), null);
  assert.equal(clusterOf([]), null);
  assert.deepEqual(hitsOf([cluster]), []);
});

test('a box holds all of a geometry', () => {
  const ring = [[33, 47], [34, 47], [34, 48], [33, 47]];
  assert.deepEqual(boxOf({ type: 'Polygon', coordinates: [ring] }), [33, 47, 34, 48]);
  assert.deepEqual(
    boxOf({ type: 'GeometryCollection', geometries: [{ type: 'Point', coordinates: [1, 2] }, { type: 'LineString', coordinates: [[0, 5], [3, 4]] }] }),
    [0, 2, 3, 5],
  );
  assert.equal(boxOf({ type: 'MultiPoint', coordinates: [] }), null);
  assert.deepEqual(placeOf({ type: 'Point', coordinates: [33.5, 47.5] }), { lon: 33.5, lat: 47.5 });
  assert.equal(holds([33, 47, 34, 48], { lon: 33.5, lat: 47.5 }), true);
  assert.equal(holds([33, 47, 34, 48], { lon: 34.1, lat: 47.5 }), false);
});

test('ink is the more readable of black and white', () => {
  assert.equal(inkOn('#ffffff'), '#000000');
  assert.equal(inkOn('#302490'), '#ffffff');
  assert.equal(inkOn('#f0c020'), '#000000');
  assert.equal(inkOn('not a colour'), '#ffffff');
});

test('a cluster gets a ring of its sectors beneath, and its disc loses its rim', () => {
  const clusters = { id: 'city-clusters', type: 'circle' as const, source: 'city', 'source-layer': 'objects', filter: ['has', 'point_count'] };
  const style = compose({ ...PLAIN, own: { ...OWN, layers: [...OWN.layers, clusters as never] }, sectors: ['a', 'b'] });
  const order = style.layers.map(({ id }) => id);
  assert.equal(order.indexOf('mapa-cluster-rings'), order.indexOf('city-clusters') - 1);
  const name = (layer(style, 'mapa-cluster-rings').layout as Record<string, unknown>)['icon-image'];
  const compiled = createExpression(name, 'layers[4].layout.icon-image');
  assert.equal(compiled.result, 'success');
  const properties = { point_count: 40, count_a: 39, count_b: 1 };
  const written = compiled.result === 'success' && compiled.value.evaluate({ zoom: 12 }, { type: 1, properties } as never);
  assert.equal(written, 'ring:#ffffff:1:16:1', 'who has any object has a part that is seen');
  assert.equal((layer(style, 'city-clusters').paint as Record<string, unknown>)['circle-stroke-width'], 0);
});

test('a figure by district hides the objects and what is written, and takes no layer out of the style', () => {
  const streets: LayerSpecification[] = [
    { id: 'streets', type: 'line', source: 'base', 'source-layer': 'roads' },
    { id: 'street-names', type: 'symbol', source: 'base', 'source-layer': 'roads', layout: { 'text-field': ['get', 'name'] } },
  ];
  const own = { ...OWN, layers: [...OWN.layers, ...streets] };
  const named = new Map([['Center', '#112233']]);
  const style = compose({ ...PLAIN, own, districts: { fills: named, figures: named, titles: named, unknown: '#999999' } });
  const usual = compose({ ...PLAIN, own }).layers.map(({ id }) => id);
  assert.deepEqual(style.layers.map(({ id }) => id).filter((id) => !id.startsWith('mapa-district')), usual);
  const unseen = style.layers.filter(({ layout }) => layout?.visibility === 'none').map(({ id }) => id);
  assert.deepEqual(unseen, ['objects', 'names', 'street-names']);
  const order = style.layers.map(({ id }) => id);
  assert.equal(order.indexOf('mapa-district-fills'), order.indexOf('streets') - 1, 'streets lie over the areas');
  assert.equal(order.at(-1), 'mapa-district-figures');
});

test('what a view begins with is fetched ahead: descriptions, icons of the screen, letters of the names at its zoom', () => {
  const layer = (font: string, zooms: object, layout: object = {}) => ({ id: font, type: 'symbol', source: 'base', 'source-layer': 'a', layout: { 'text-font': [font], ...layout }, ...zooms });
  const style = {
    version: 8,
    sources: { base: { type: 'vector', url: '/tiles/base.json' }, own: { type: 'geojson', data: '' } },
    glyphs: '/fonts/{fontstack}/{range}.pbf',
    sprite: '/sprites/icons',
    layers: [layer('Wide Bold', { maxzoom: 14 }), layer('Near', { minzoom: 14 }), layer('Always', {}), layer('Hidden', {}, { visibility: 'none' })],
  } as unknown as StyleSpecification;
  const letters = (font: string) => [`/fonts/${font}/0-255.pbf`, `/fonts/${font}/1024-1279.pbf`];
  assert.deepEqual(wantedAhead(style, 11.5, 1), ['/tiles/base.json', '/sprites/icons.json', '/sprites/icons.png', ...letters('Wide%20Bold'), ...letters('Always')]);
  assert.deepEqual(wantedAhead(style, 14, 2), ['/tiles/base.json', '/sprites/icons@2x.json', '/sprites/icons@2x.png', ...letters('Near'), ...letters('Always')]);
});
