// How long a cheap phone on a slow link waits for the page: until its controls answer, until objects are on its map.
//
//   MAPA_URL=http://127.0.0.1:8080 npm run first-map -- [LOADS]
import type { Browser, CDPSession, Page } from 'playwright-core';
import type { Catalog } from '../src/server/wire.ts';
import { launch, PATIENCE_MS, PHONE } from './browser.ts';
import { pixelsOf } from './judges.ts';
import { server } from './served_city.ts';

/** What Lighthouse calls slow 4G: 1.6 Mbit/s down, 750 kbit/s up, 150 ms there and back. */
const LINK = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 };
/** And how much slower its phone is than the machine it is simulated on. */
const SLOWER = 4;
/** As many pixels in the colours of as many sectors are objects, or the rings of clusters; a word or a button has one or two. */
const SEEN = { px: 10, sectors: 6 };

const loads = Number(process.argv[2] ?? 5);
if (!server || !(loads >= 1)) {
  console.error('usage: MAPA_URL=http://HOST:PORT npm run first-map -- [LOADS]');
  process.exit(2);
}
const { sectors } = (await (await fetch(`${server}/catalog`)).json()) as Catalog;
const colors = sectors.map(({ color }) => color);

interface Fetched {
  path: string;
  bytes: number;
}

/** A visitor whose browser keeps nothing yet, so slowed, on an empty page. */
async function slowed(browser: Browser): Promise<{ page: Page; session: CDPSession; fetched: Fetched[] }> {
  const context = await browser.newContext({ viewport: PHONE, locale: 'uk-UA', isMobile: true, hasTouch: true, serviceWorkers: 'block' });
  const page = await context.newPage();
  page.setDefaultTimeout(2 * PATIENCE_MS);
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', LINK);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  const fetched: Fetched[] = [];
  // Of workers too.
  context.on('requestfinished', (request) => {
    const { pathname } = new URL(request.url());
    void request.sizes().then(
      ({ responseBodySize, responseHeadersSize }) => fetched.push({ path: pathname, bytes: responseBodySize + responseHeadersSize }),
      () => undefined,
    );
  });
  return { page, session, fetched };
}

/** Milliseconds until a touch, given as soon as the controls are painted, has been answered by a painted panel. */
async function untilUsable(browser: Browser): Promise<{ painted: number; answered: number }> {
  const { page } = await slowed(browser);
  await page.addInitScript(() => {
    const marks = ((window as unknown as { marks: Record<string, number> }).marks = {});
    const painted = (then: () => void) => requestAnimationFrame(() => setTimeout(then));
    const look = () => {
      const control = document.querySelector<HTMLElement>('.panel nav button');
      if (!control || control.getBoundingClientRect().height === 0) return void requestAnimationFrame(look);
      painted(() => {
        Object.assign(marks, { painted: performance.now() });
        control.click();
        const wait = () => {
          const opened = document.querySelector<HTMLElement>('.panel li.sector, .panel [role=status], .panel .content');
          if (!opened || opened.getBoundingClientRect().height === 0) return void requestAnimationFrame(wait);
          painted(() => Object.assign(marks, { answered: performance.now() }));
        };
        wait();
      });
    };
    look();
  });
  await page.goto(`${server}/`, { waitUntil: 'commit' });
  await page.waitForFunction(() => (window as unknown as { marks?: Record<string, number> }).marks?.answered !== undefined);
  const marks = await page.evaluate(() => (window as unknown as { marks: { painted: number; answered: number } }).marks);
  await page.context().close();
  return marks;
}

interface FirstMap {
  /** the first picture of the page with objects on its map */
  objects: number;
  /** everything in view is drawn, names and icons among it */
  rest: number;
  fetched: Fetched[];
}

/** What a camera before the screen sees, frame after frame. */
async function untilMap(browser: Browser): Promise<FirstMap> {
  const { page, session, fetched } = await slowed(browser);
  const frames: { at: number; png: string }[] = [];
  session.on('Page.screencastFrame', ({ data, metadata, sessionId }) => {
    frames.push({ at: (metadata.timestamp ?? 0) * 1000, png: data });
    void session.send('Page.screencastFrameAck', { sessionId }).catch(() => undefined);
  });
  await session.send('Page.startScreencast', { format: 'png', everyNthFrame: 1 });
  await page.addInitScript(() => {
    const watch = () => {
      const map = document.querySelector<HTMLElement>('[data-map]');
      if (map?.dataset.map !== 'idle') return void requestAnimationFrame(watch);
      (window as unknown as { rest: number }).rest = performance.now();
    };
    watch();
  });
  await page.goto(`${server}/`, { waitUntil: 'commit' });
  await page.waitForFunction(() => (window as unknown as { rest?: number }).rest !== undefined);
  const { rest, began } = await page.evaluate(() => ({
    rest: (window as unknown as { rest: number }).rest,
    began: performance.timeOrigin,
  }));
  await page.waitForTimeout(500);
  await session.send('Page.stopScreencast');
  await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  for (const { at, png } of frames) {
    const counts = await pixelsOf(page, Buffer.from(png, 'base64'), colors);
    if (Object.values(counts).filter((count) => count >= SEEN.px).length < SEEN.sectors) continue;
    await page.context().close();
    return { objects: at - began, rest, fetched };
  }
  throw new Error(`none of ${frames.length} pictures shows an object`);
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
const seconds = (ms: readonly number[]) =>
  `${(median(ms) / 1000).toFixed(2)} | ${(Math.min(...ms) / 1000).toFixed(2)} – ${(Math.max(...ms) / 1000).toFixed(2)}`;

const KINDS: Record<string, (path: string) => boolean> = {
  'page: HTML, scripts, styles': (path) => path === '/' || path.startsWith('/assets/'),
  'catalog, counts, style, descriptions of tiles': (path) => /^\/(catalog|summary|styles\/|tiles\/[^/]*\.json)/.test(path),
  'glyphs and icons': (path) => /^\/(fonts|sprites)\//.test(path),
  tiles: (path) => /^\/tiles\/.*\.(mvt|mlt)$/.test(path),
};

const browser = await launch();
const usable = [];
const maps = [];
for (let load = 0; load < loads; load += 1) {
  usable.push(await untilUsable(browser));
  maps.push(await untilMap(browser));
}
await browser.close();

console.log(`| of ${loads} loads | median, s | least – most, s |\n| --- | ---: | ---: |`);
console.log(`| controls painted | ${seconds(usable.map(({ painted }) => painted))} |`);
console.log(`| a touch of them answered | ${seconds(usable.map(({ answered }) => answered))} |`);
console.log(`| objects on the map | ${seconds(maps.map(({ objects }) => objects))} |`);
console.log(`| all in view drawn, with names | ${seconds(maps.map(({ rest }) => rest))} |\n`);

const fetched = maps.at(-1)?.fetched ?? [];
console.log('| fetched until then, headers too | requests | kB |\n| --- | ---: | ---: |');
for (const [kind, holds] of Object.entries({ ...KINDS, other: (path: string) => !Object.values(KINDS).some((known) => known(path)) })) {
  const those = fetched.filter(({ path }) => holds(path));
  console.log(`| ${kind} | ${those.length} | ${(those.reduce((sum, { bytes }) => sum + bytes, 0) / 1000).toFixed(1)} |`);
}
