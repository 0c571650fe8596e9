// The weight of the built page: what a phone has to fetch before it shows a map.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { launch, mapIsDrawn } from './browser.ts';
import { NEEDS_SERVER, server } from './served_city.ts';

const built = existsSync('dist/assets');

const gzipped = (path: string) => gzipSync(readFileSync(`dist/${path}`), { level: 9 }).length;

test('all that the first view fetches of the page, with MapLibre and its worker, is under 400 kB of gzip', NEEDS_SERVER, async () => {
  const browser = await launch();
  const fetched = new Set<string>(['index.html']);
  const context = await browser.newContext({ serviceWorkers: 'block' });
  // Requests of workers are told of the context too.
  context.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/assets/')) fetched.add(pathname.slice(1));
  });
  const page = await context.newPage();
  await page.goto(`${server}/`);
  await page.locator('li.sector').first().waitFor();
  await mapIsDrawn(page);
  await browser.close();
  const weights = [...fetched].map((path) => [path, gzipped(path)] as const);
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  console.log(`the first view fetches ${total} bytes of gzip: ${weights.map((weight) => weight.join(' ')).join(', ')}`);
  assert.ok(fetched.size > 5 && weights.some(([path]) => path.includes('map-worker')), 'the worker is among them');
  assert.ok(total < 400_000, `${total} bytes`);
});

test('the map and its worker share what both need: the worker alone is small', { skip: built ? false : 'skipped: the page is not built' }, () => {
  const [worker, ...others] = readdirSync('dist/assets').filter((name) => /^map-worker-.*\.js$/.test(name));
  assert.ok(worker && others.length === 0);
  assert.ok(gzipped(`assets/${worker}`) < 10_000);
});
