// Counts of the view by branch, doors in words, rings of clusters, touched tiles.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doorsText } from '../src/card/doors.ts';
import { countsOf } from '../src/filter/counts.ts';
import type { StyleSpecification } from 'maplibre-gl';
import type { TreeNode } from '../src/filter/tree.ts';
import { en } from '../src/i18n/en.ts';
import { uk } from '../src/i18n/uk.ts';
import { touchedTiles } from '../src/map/refresh.ts';
import { readRing } from '../src/map/rings.ts';

const node = (level: TreeNode['level'], id: string, children: TreeNode[] = []): TreeNode => ({
  key: `${level}/${id}`, level, id, title: { uk: id, en: id }, count: 0, color: '#000000', children, leaves: [],
});

test('a branch counts what is below it, and a collection also what has no kind', () => {
  const kinds = [node('kind', 'clubs:chess'), node('kind', 'clubs:judo')];
  const tree = [node('sector', 's', [node('service_area', 'a', [node('collection', 'clubs', kinds), node('collection', 'parks')])])];
  const counts = countsOf(tree, [
    { by: { collection: 'clubs', kind: 'chess' }, count: 3 },
    { by: { collection: 'clubs', kind: null }, count: 2 },
    { by: { collection: 'parks', kind: null }, count: 4 },
  ]);
  assert.equal(counts.get('kind/clubs:chess'), 3);
  assert.equal(counts.get('kind/clubs:judo'), undefined);
  assert.equal(counts.get('collection/clubs'), 5);
  assert.equal(counts.get('sector/s'), 9);
});

test('doors say until when, in the time of the city', () => {
  const now = new Date('2026-11-24T10:00:00Z');
  const said = (open: 'open' | 'closed' | 'unknown', open_changes?: string) =>
    doorsText({ open, ...(open_changes === undefined ? {} : { open_changes }) }, now, 'uk', uk);
  assert.equal(said('open', '2026-11-24T18:00:00+02:00'), 'Відчинено до 18:00');
  assert.equal(said('closed', '2026-11-25T08:30:00+02:00'), 'Зачинено, відчиниться ср, 08:30');
  assert.equal(said('closed', '2026-12-05T08:30:00+02:00'), 'Зачинено, відчиниться 5 груд., 08:30');
  assert.equal(said('open'), 'Відчинено');
  assert.equal(said('unknown'), null);
  assert.equal(doorsText({}, now, 'en', en), null);
  assert.equal(doorsText({ open: 'open', open_changes: '2026-11-25T00:00:00+02:00' }, now, 'en', en), 'Open until Wed, 00:00');
});

test('a ring divides the circle among the sectors that a cluster has', () => {
  const colors = new Map([['a', '#aa0000'], ['b', '#00bb00'], ['c', '#0000cc']]);
  const ring = readRing('ring:#101418:1:12:0:4', colors);
  assert.ok(ring);
  assert.deepEqual(ring.arcs.map(({ color }) => color), ['#aa0000', '#0000cc']);
  const turn = (i: number) => ((ring.arcs[i]?.to ?? 0) - (ring.arcs[i]?.from ?? 0)) / (2 * Math.PI);
  assert.ok(Math.abs(turn(0) - 0.75) < 1e-9 && Math.abs(turn(1) - 0.25) < 1e-9);
  for (const other of ['school', 'ring:#fff:9:1:1:1', 'ring:#fff:0:1:1', 'ring:#fff:0:0:0:0']) assert.equal(readRing(other, colors), null, other);
});

test('a change touches the named tiles of our own sources, or all of them', () => {
  const sources: StyleSpecification['sources'] = {
    city: { type: 'vector', url: 'http://host/tiles/city.json?collections=a' },
    base: { type: 'vector', url: '/tiles/base.json' },
    other: { type: 'vector', url: 'https://elsewhere.example/x.json' },
    picked: { type: 'geojson', data: { type: 'FeatureCollection', features: [] } },
  };
  const some = touchedTiles(sources, { city: ['14/3/5'], base: [] });
  assert.deepEqual([...some], [['city', [{ z: 14, x: 3, y: 5 }]]]);
  assert.deepEqual([...touchedTiles(sources, { city: null })], [['city', undefined]]);
  assert.deepEqual([...touchedTiles(sources, null).keys()], ['city', 'base']);
  assert.throws(() => touchedTiles(sources, { city: ['14/3'] }), /14\/3/);
});
