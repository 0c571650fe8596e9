// The server's styles: valid, alike in structure, and drawing only what the tilesets hold.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { featureFilter, validateStyleMin, type StyleSpecification } from '@maplibre/maplibre-gl-style-spec';
import { NEEDS_SERVER, server } from './served_city.ts';

const NAMES = ['light', 'dark', 'contrast', 'kiosk'] as const;
type Name = (typeof NAMES)[number];
const load = async (name: Name) => [name, (await (await fetch(`${server}/styles/${name}.json`)).json()) as StyleSpecification];
const styles = Object.fromEntries(server ? await Promise.all(NAMES.map(load)) : []) as Record<Name, StyleSpecification>;
const style = (name: Name) => styles[name];

const TILE_LAYERS: Record<string, string[]> = {
  base: ['green', 'water', 'rivers', 'districts', 'district-labels', 'boundaries', 'railways', 'streets', 'buildings', 'house-numbers', 'places'],
  city: ['objects', 'lines', 'areas'],
};

describe('the styles', NEEDS_SERVER, () => {
  for (const name of NAMES) {
    test(`${name}.json is a valid style`, () => {
      assert.deepEqual(validateStyleMin(style(name)), []);
    });

    test(`${name}.json has no colour that MapLibre Native does not read`, () => {
      assert.doesNotMatch(JSON.stringify(style(name)), /"#[0-9a-f]{4}(?:[0-9a-f]{4})?"/i);
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
    assert.deepEqual(seen({ collection: 'schools', id: '1' }), ['city-objects', 'city-objects-names', 'city-objects-icons']);
    assert.deepEqual(seen({ cluster: true, point_count: 2 }), ['city-clusters', 'city-clusters-counts']);
  });

  test('a change of appearance changes colours and sizes only', () => {
    const SIZES = ['text-size', 'icon-size'];
    const bare = (name: Name) => {
      const { name: _, layers, ...rest } = style(name);
      return {
        ...rest,
        layers: layers.map(({ paint: _paint, layout = {}, ...layer }) => ({
          ...layer,
          layout: Object.fromEntries(Object.entries(layout).filter(([property]) => !SIZES.includes(property))),
        })),
      };
    };
    for (const name of NAMES) assert.deepEqual(bare(name), bare('light'), name);
    const sizes = (name: Name) => style(name).layers.map((layer) => JSON.stringify((layer.layout as Record<string, unknown> | undefined)?.['text-size']));
    assert.deepEqual(sizes('dark'), sizes('light'));
    assert.notDeepEqual(sizes('kiosk'), sizes('light'));
  });

  /** WCAG 2.2: 4.5 : 1 for text (1.4.3), 7 : 1 where more is promised (1.4.6). */
  test('every name can be read on what is behind it', () => {
    for (const name of NAMES) {
      for (const { id, paint } of style(name).layers) {
        const { 'text-color': ink, 'text-halo-color': halo } = (paint ?? {}) as Record<string, unknown>;
        if (typeof ink !== 'string' || typeof halo !== 'string') continue;
        const contrast = contrastOf(ink, halo);
        assert.ok(contrast >= (name === 'contrast' ? 7 : 4.5), `${name}: ${id} has ${contrast.toFixed(2)}`);
      }
    }
  });
});

/** The WCAG contrast ratio of two colours, `#rrggbb` or `rgba(…)`; what they say of transparency is left out. */
function contrastOf(one: string, other: string): number {
  const luminance = (color: string) => {
    const spoken = /^rgba\((\d+), (\d+), (\d+), [\d.]+\)$/.exec(color)?.slice(1, 4).map(Number);
    const [red, green, blue] = (spoken ?? [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16)))
      .map((channel) => channel / 255)
      .map((channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4)) as [number, number, number];
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}
