// The server's styles: valid, alike in structure, and drawing only what the tilesets hold.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { featureFilter, validateStyleMin, type StyleSpecification } from '@maplibre/maplibre-gl-style-spec';

/** What the server puts in the place of the token, from the catalog. */
const SECTOR_COLOR = '["match", ["get", "sector"], "education", "#1860d8", "health", "#e40024", "#666666"]';
const CLUSTER_COLOR = '["case", [">", ["*", 2, ["coalesce", ["get", "count_health"], 0]], ["get", "point_count"]], "#e40024", "#666666"]';

const text = (name: string) => readFileSync(new URL(`../../../styles/${name}.json`, import.meta.url), 'utf8');
const filled = (name: string) => text(name).replaceAll('"{sector-color}"', SECTOR_COLOR).replaceAll('"{cluster-color}"', CLUSTER_COLOR);
const style = (name: string) => JSON.parse(filled(name)) as StyleSpecification;

const TILE_LAYERS: Record<string, string[]> = {
  base: ['green', 'water', 'rivers', 'districts', 'district-labels', 'boundaries', 'railways', 'streets', 'buildings', 'house-numbers', 'places'],
  city: ['objects', 'lines', 'areas'],
};

for (const name of ['light', 'dark']) {
  test(`${name}.json is a valid style`, () => {
    assert.deepEqual(validateStyleMin(style(name)), []);
  });

  test(`${name}.json draws every layer of the tilesets and none that they lack`, () => {
    const drawn: Record<string, Set<string>> = { base: new Set(), city: new Set() };
    for (const layer of style(name).layers) {
      if (layer.type !== 'background') drawn[layer.source]?.add(layer['source-layer'] ?? '');
    }
    for (const [source, layers] of Object.entries(TILE_LAYERS)) assert.deepEqual([...(drawn[source] ?? [])].sort(), [...layers].sort());
  });

  test(`${name}.json colours objects, lines and areas by sector`, () => {
    for (const id of ['city-objects', 'city-lines', 'city-areas']) {
      const layer = style(name).layers.find((candidate) => candidate.id === id);
      assert.match(JSON.stringify(layer?.paint), /"match",\["get","sector"\]/, id);
    }
  });
}

test('a cluster is drawn as a cluster and a single object as an object', () => {
  const seen = (properties: object) =>
    style('light')
      .layers.filter((layer) => 'source-layer' in layer && layer['source-layer'] === 'objects')
      .filter((layer) => featureFilter('filter' in layer ? layer.filter : undefined, 'filter').filter({ zoom: 17 } as never, { type: 1, properties } as never))
      .map(({ id }) => id);
  assert.deepEqual(seen({ collection: 'schools', id: '1' }), ['city-objects', 'city-objects-names', 'city-objects-places']);
  assert.deepEqual(seen({ cluster: true, point_count: 2 }), ['city-clusters', 'city-clusters-counts']);
});

test('a change of appearance changes colours only', () => {
  const bare = (name: string) => {
    const { name: _, layers, ...rest } = style(name);
    return { ...rest, layers: layers.map(({ paint: _paint, ...layer }) => layer) };
  };
  assert.deepEqual(bare('dark'), bare('light'));
});
