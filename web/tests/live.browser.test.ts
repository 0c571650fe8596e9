// The page stays true while the city's data change: a real import, and a server that is away meanwhile.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Catalog } from '../src/server/wire.ts';
import { launch, mapIsDrawn, visit } from './browser.ts';
import { canChange, ChangingCity, type Bench } from './changing_city.ts';

describe('a page that is open while data change', { skip: canChange ? false : 'skipped: no city to change (MAPA_CHANGING)' }, () => {
  let browser: Browser;
  let city: ChangingCity;
  let bench: Bench;
  let all: number;

  before(async () => {
    browser = await launch();
    city = await ChangingCity.found();
    const benches = await city.benches();
    // One that stands alone: what is drawn in its place is it and nothing else.
    const alone = benches.find((one) =>
      benches.every((other) => other === one || Math.hypot(other.lon - one.lon, other.lat - one.lat) > 0.001),
    );
    assert.ok(alone, 'a bench stands alone');
    bench = alone;
    all = benches.length;
  });
  beforeEach(() => city.importWithout(null));
  after(async () => {
    await browser?.close();
    await city?.stop();
  });

  const visitBench = async () => {
    const visited = await visit(browser, `${city.url}/#map=17/${bench.lon}/${bench.lat}&collection=benches`);
    await visited.page.getByRole('searchbox').waitFor();
    await mapIsDrawn(visited.page);
    return visited;
  };
  /** What the pointer finds where the bench stands. */
  const isOver = async (page: Page, what: 'object' | 'nothing') => {
    const canvas = page.locator('canvas.maplibregl-canvas');
    const box = await canvas.boundingBox();
    assert.ok(box);
    for (let tries = 0; tries < 150; tries += 1) {
      await page.mouse.move(box.x + box.width / 2 + (tries % 2), box.y + box.height / 2);
      if ((await canvas.evaluate((element) => element.dataset.over)) === what) return;
      await page.waitForTimeout(100);
    }
    assert.fail(`where the bench stands the map shows ${what}`);
  };
  const countIs = (page: Page, count: number) => page.getByText(new RegExp(`Показано ${count}\\s`)).waitFor();

  test('an import is seen at once: on the map, in the counts and on the card; only touched tiles are asked for', async () => {
    const { context, page, faults } = await visitBench();
    await isOver(page, 'object');
    await countIs(page, all);
    const told: string[] = [];
    const asked: string[] = [];
    page.on('request', (request) => {
      const tile = /\/tiles\/(city|base)\/(\d+\/\d+\/\d+)/.exec(request.url());
      if (tile) asked.push(`${tile[1]}/${tile[2]}`);
    });
    const ear = await hearChange(city.url, (tiles) => told.push(...tiles));
    await city.importWithout(bench.id);
    await isOver(page, 'nothing');
    await countIs(page, all - 1);
    await ear.heard;
    assert.ok(asked.length > 0);
    assert.deepEqual(asked.filter((tile) => !told.includes(tile)), [], 'tiles that the change leaves alone are not asked for');

    const catalog = (await (await fetch(`${city.url}/catalog`)).json()) as Catalog;
    const counted = catalog.sectors.flatMap(({ service_areas }) => service_areas.flatMap(({ collections }) => collections));
    assert.equal(counted.find(({ id }) => id === 'benches')?.count, all - 1);

    await city.importWithout(null);
    await isOver(page, 'object');
    await countIs(page, all);
    const canvas = page.locator('canvas.maplibregl-canvas');
    await canvas.click();
    await page.locator('article h2').waitFor();
    await city.importWithout(bench.id);
    await page.getByText('Такого об’єкта немає.').waitFor();
    await city.importWithout(null);
    assert.deepEqual(faults.filter((fault) => !fault.includes('404')), []);
    await context.close();
  });

  test('what was remembered from another zoom is not shown after a change', async () => {
    const { context, page, faults } = await visitBench();
    await isOver(page, 'object');
    const zoom = (name: string) => page.getByRole('button', { name }).click();
    // At zoom 14 are other tiles than those of 16 and deeper; both are in memory then.
    for (let steps = 0; steps < 3; steps += 1) {
      await zoom('Віддалити');
      await mapIsDrawn(page);
    }
    await city.importWithout(bench.id);
    await countIs(page, all - 1);
    await mapIsDrawn(page);
    for (let steps = 0; steps < 3; steps += 1) {
      await zoom('Наблизити');
      await mapIsDrawn(page);
    }
    await isOver(page, 'nothing');
    await city.importWithout(null);
    await isOver(page, 'object');
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('a page whose server was away hears what it missed', async () => {
    const { context, page } = await visitBench();
    await isOver(page, 'object');
    await city.stop();
    await city.importWithout(bench.id);
    await city.start();
    await countIs(page, all - 1);
    await isOver(page, 'nothing');
    await city.importWithout(null);
    await isOver(page, 'object');
    await context.close();
  });
});

/** Listens as the page does; `heard` ends with the first change that names tiles, each as `tileset/z/x/y`. */
async function hearChange(url: string, tell: (tiles: string[]) => void): Promise<{ heard: Promise<void> }> {
  const stop = new AbortController();
  const response = await fetch(`${url}/changes`, { signal: stop.signal });
  assert.ok(response.body);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = (await reader.read()).value ?? '';
  const listen = async () => {
    for (;;) {
      for (const [, line] of text.matchAll(/^data: ?(.*)\n/gm)) {
        const { tiles } = JSON.parse(line ?? '') as { tiles: Record<string, string[]> };
        const named = Object.entries(tiles).flatMap(([name, list]) => list.map((tile) => `${name}/${tile}`));
        if (named.length === 0) continue;
        tell(named);
        stop.abort();
        return;
      }
      const { value, done } = await reader.read();
      if (done) return;
      text += value;
    }
  };
  return { heard: listen() };
}
