// The weight of the built page: what a phone has to fetch before it shows a map.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

const ASSETS = 'dist/assets';
const built = existsSync(ASSETS);

test('the page with MapLibre is under 400 kB of gzip, its worker under 160 kB', { skip: built ? false : 'skipped: the page is not built' }, () => {
  let page = 0;
  let worker = 0;
  for (const name of readdirSync(ASSETS)) {
    const bytes = gzipSync(readFileSync(`${ASSETS}/${name}`), { level: 9 }).length;
    // MapLibre's worker repeats half of MapLibre; it is fetched beside the page and draws the tiles.
    if (name.startsWith('maplibre-gl-worker')) worker += bytes;
    else page += bytes;
  }
  assert.ok(page > 100_000 && page < 400_000, `the page weighs ${page} bytes`);
  assert.ok(worker > 0 && worker < 160_000, `the worker weighs ${worker} bytes`);
});
