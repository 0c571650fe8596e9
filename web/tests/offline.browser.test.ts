// The page without its server: what was seen opens, said plainly, within bounds, and a new version takes over cleanly.
import assert from 'node:assert/strict';
import { createServer, request as ask, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Catalog, Neighbors } from '../src/server/wire.ts';
import { launch, mapIsDrawn, PHONE, visit } from './browser.ts';
import { canChange, ChangingCity } from './changing_city.ts';
import { isAccessible, sectorPixels } from './judges.ts';

/** What the page is drawn from. */
const DRAWN = /\/(catalog$|styles\/|fonts\/|sprites\/|tiles\/)/;

describe('a page whose server goes away', { skip: canChange ? false : 'skipped: no city to change (MAPA_CHANGING)' }, () => {
  let browser: Browser;
  let city: ChangingCity;
  let catalog: Catalog;
  let around: Neighbors;
  let middle: string;

  before(async () => {
    browser = await launch();
    city = await ChangingCity.found();
    catalog = (await (await fetch(`${city.url}/catalog`)).json()) as Catalog;
    const { center } = (await (await fetch(`${city.url}/styles/light.json`)).json()) as { center: [number, number] };
    around = (await (await fetch(`${city.url}/nearest?lon=${center[0]}&lat=${center[1]}&limit=2`)).json()) as Neighbors;
    middle = `${center[0]}/${center[1]}`;
  });
  beforeEach(async () => {
    if (!(await fetch(city.url).catch(() => null))) await city.start();
  });
  after(async () => {
    await browser?.close();
    await city?.stop();
  });

  /** The first visit, until all that it shows is kept. */
  const firstVisit = async (address: string, more = {}) => {
    const visited = await visit(browser, 'about:blank', { serviceWorkers: 'allow', ...more });
    const { page } = visited;
    const drawn = new Set<string>();
    page.on('response', (response) => {
      if (response.ok() && DRAWN.test(response.url())) drawn.add(response.url());
    });
    await page.goto(address);
    await mapIsDrawn(page);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await page.waitForFunction(
      async (urls) => (await Promise.all(urls.map((url) => caches.match(url, { ignoreVary: true })))).every(Boolean),
      [...drawn],
      { polling: 100 },
    );
    await mapIsDrawn(page);
    return visited;
  };
  const kept = (page: Page) => page.getByText(/Без зв’язку: показано збережене о \d\d:\d\d\./);
  const [first, second] = ['first', 'second'] as const;
  const object = { first: () => around.features[0], second: () => around.features[1] };
  const hash = (which: 'first' | 'second') => `#object=${object[which]()?.properties.collection}/${object[which]()?.id}`;

  for (const viewport of [PHONE, { width: 1280, height: 800 }]) {
    test(`what was seen on the first visit opens without the server, and it is said: ${viewport.width}×${viewport.height}`, async () => {
      const { context, page } = await firstVisit(`${city.url}/#map=16/${middle}`, { viewport });
      await page.evaluate((to) => (location.hash = to), `${hash(first)}&map=16/${middle}`);
      await page.locator('article h2').waitFor();
      const heading = await page.locator('article h2').textContent();
      await mapIsDrawn(page);
      const before = Object.values(await sectorPixels(page, catalog)).reduce((sum, count) => sum + count, 0);
      assert.ok(before > 200);

      await city.stop();
      await page.reload();
      await kept(page).waitFor();
      await page.locator('article h2').waitFor();
      assert.equal(await page.locator('article h2').textContent(), heading, 'the card that was seen');
      await mapIsDrawn(page);
      const drawn = Object.values(await sectorPixels(page, catalog)).reduce((sum, count) => sum + count, 0);
      assert.ok(drawn > before / 2, `the objects are drawn: ${before} → ${drawn} pixels of their colours`);
      assert.ok(await page.locator('.maplibregl-ctrl-attrib').isVisible());
      assert.ok(await kept(page).isVisible(), 'it is said as long as it is so');
      await isAccessible(page, 'offline');
      await page.evaluate((to) => (location.hash = to), hash(second));
      await page.getByText('Не вдалося завантажити відомості.').waitFor();

      await city.start();
      await kept(page).waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Спробувати ще раз' }).first().click();
      await page.locator('article h2').waitFor();
      await context.close();
    });
  }

  test('where a person stood and what they typed is not kept', async () => {
    const { context, page } = await firstVisit(`${city.url}/#map=16/${middle}`);
    await page.getByRole('button', { name: 'Поруч зі мною' }).click();
    await page.getByRole('button', { name: 'Від середини мапи' }).click();
    await page.locator('ol [data-key]').first().waitFor();
    await page.getByRole('button', { name: 'Що в середині мапи?' }).click();
    await page.locator('ul.services [data-key]').first().waitFor();
    await page.getByRole('combobox').fill('аптека');
    await page.getByRole('option').first().waitFor();
    const paths = await page.evaluate(async () => {
      const names = await caches.keys();
      const lists = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
      return lists.flat().map(({ url }) => new URL(url).pathname);
    });
    assert.ok(paths.includes('/catalog') && paths.includes('/styles/light.json') && paths.some((path) => path.startsWith('/fonts/')));
    assert.deepEqual(paths.filter((path) => ['/nearest', '/at', '/search', '/changes'].includes(path)), []);
    await context.close();
  });

  test('what is kept has a bound, and the oldest goes first', async () => {
    const { context, page } = await firstVisit(`${city.url}/#map=16/${middle}`);
    await page.evaluate(async () => {
      const cache = await caches.open('mapa-tiles');
      for (let i = 0; i < 700; i += 1) await cache.put(`/tiles/old/1/1/${i}`, new Response('x'));
    });
    const count = () => page.evaluate(async () => (await (await caches.open('mapa-tiles')).keys()).length);
    for (const [dx, dy] of [[0.03, 0], [0.03, 0.02], [0, 0.02], [-0.03, 0.02], [-0.03, 0], [-0.03, -0.02], [0, -0.02], [0.03, -0.02]] as const) {
      const [lon, lat] = middle.split('/').map(Number) as [number, number];
      await page.evaluate((to) => (location.hash = to), `#map=16/${lon + dx}/${lat + dy}`);
      await mapIsDrawn(page);
      if ((await count()) <= 650) break;
    }
    // What is over the bound goes when the answers have been given.
    await page.waitForFunction(async () => (await (await caches.open('mapa-tiles')).keys()).length <= 650, undefined, { polling: 100 });
    const first = await page.evaluate(async () => (await caches.open('mapa-tiles')).match('/tiles/old/1/1/0').then(Boolean));
    assert.equal(first, false);
    await context.close();
  });

  test('a new version of the page is seen at once, and opens without the server from then on', async () => {
    const front = await Front.before(city.url);
    const { context, page } = await firstVisit(front.url);
    front.version = 'new';
    await page.reload();
    await page.locator('meta[name=version][content=new]').waitFor({ state: 'attached' });
    await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
    await page.waitForFunction(async () => (await navigator.serviceWorker.ready).waiting !== null);
    // The version before serves the page that still runs on its files.
    await page.close();
    // A page that opens before the next version has taken over is one more of the version before, which then stays.
    await hasTakenOver(context, 'mapa-shell-new');
    const next = await context.newPage();
    await next.goto(front.url);
    await next.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await front.stop();
    await next.reload();
    await next.locator('meta[name=version][content=new]').waitFor({ state: 'attached' });
    await next.locator('li.sector').first().waitFor();
    await context.close();
  });
});

/** Waits until the shell of this name is the only one that is kept: those of versions before go when it takes over. */
async function hasTakenOver(context: BrowserContext, shell: string): Promise<void> {
  const shells = async () => (await caches.keys()).filter((name) => name.startsWith('mapa-shell-'));
  for (let turn = 0; turn < 300; turn++) {
    // A worker that has just been stopped does not answer; one that waits does.
    const kept = await Promise.all(context.serviceWorkers().map((worker) => worker.evaluate(shells).catch(() => [])));
    if (kept.some((names) => names.length === 1 && names[0] === shell)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${shell} has not taken over`);
}

/** Stands before the server as the next version of the page would: other bytes of the page and of its service worker. */
class Front {
  version: string | null = null;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async before(target: string): Promise<Front> {
    const server = createServer((incoming, outgoing) => {
      const path = incoming.url ?? '/';
      const isChanged = front.version !== null && (path === '/' || path === '/sw.js');
      const headers = { ...incoming.headers, ...(isChanged ? { 'accept-encoding': 'identity', 'if-none-match': '' } : {}) };
      const passed = ask(`${target}${path}`, { method: incoming.method, headers }, (answer) => {
        if (!isChanged) {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
          return;
        }
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => (text += part));
        answer.on('end', () => {
          const { 'content-length': _, etag: __, ...rest } = answer.headers;
          outgoing.writeHead(answer.statusCode ?? 502, rest);
          const newer = path === '/' ? text.replace('<head>', `<head><meta name="version" content="${front.version}">`) : text.replace(/(version\\?":\\?")\w+/, `$1${front.version}`);
          outgoing.end(newer);
        });
      });
      passed.on('error', () => outgoing.destroy());
      incoming.pipe(passed);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const front = new Front(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return front;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
