// The server's styles: valid, alike in structure, and drawing only what the tilesets hold.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { validateStyleMin, type StyleSpecification } from '@maplibre/maplibre-gl-style-spec';

/** What the server puts in the place of the token, from the catalog. */
const SECTOR_COLOR = '["match", ["get", "sector"], "education", "#1860d8", "health", "#e40024", "#666666"]';

const text = (name: string) => readFileSync(new URL(`../../../styles/${name}.json`, import.meta.url), 'utf8');
const style = (name: string) => JSON.parse(text(name).replaceAll('"{sector-color}"', SECTOR_COLOR)) as StyleSpecification;

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

test('a change of appearance changes colours only', () => {
  const bare = (name: string) => {
    const { name: _, layers, ...rest } = style(name);
    return { ...rest, layers: layers.map(({ paint: _paint, ...layer }) => layer) };
  };
  assert.deepEqual(bare('dark'), bare('light'));
});
