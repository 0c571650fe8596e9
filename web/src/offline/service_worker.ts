// The service worker: keeps the page's shell and the last seen answers in this browser, and gives them when the server does not.
import type { Told } from './told.ts';

declare const self: ServiceWorkerGlobalScope;

/** Written in when the page is built: a hash of the list, and the files of the page. */
const SHELL = JSON.parse('%SHELL%') as { version: string; files: string[] };
const SHELL_CACHE = `mapa-shell-${SHELL.version}`;
const PAGE = '/';

/** A tile has about 20 kB: some 12 MB, a city's middle at all zooms. */
const MOST_TILES = 600;
/** Catalog, styles, glyphs, cards and counts. */
const MOST_ANSWERS = 300;
/** Entries over the bound that are borne before the oldest are let go. */
const SLACK = 50;
/** A link that hangs is no link: the page that is kept opens then. */
const PATIENCE_MS = 6_000;

interface Keeping {
  cache: 'mapa-tiles' | 'mapa-answers';
  most: number;
  /** what people see the age of, and which is asked of the server each time; a style or a glyph is neither */
  dated: boolean;
}

/**
 * What is kept of the answers. Not what tells where a person stood or what words they typed: `/nearest`, `/at` and
 * `/search` are asked for each time, and so is what is written down elsewhere: `/changes`, pages to be read, exports.
 */
function keeping({ pathname, searchParams }: URL): Keeping | null {
  const answers = (dated: boolean): Keeping => ({ cache: 'mapa-answers', most: MOST_ANSWERS, dated });
  if (/^\/tiles\/[^/]+\/\d+\/\d+\/\d+/.test(pathname)) return { cache: 'mapa-tiles', most: MOST_TILES, dated: true };
  if (/^\/(styles|sprites|fonts|tiles)\//.test(pathname)) return answers(false);
  if (pathname === '/catalog' || pathname === '/summary') return answers(true);
  const isRead = !searchParams.has('f') && /^\/collections\/[^/]+(\/items\/[^/]+)?$/.test(pathname);
  return isRead ? answers(true) : null;
}

self.addEventListener('install', (event) => event.waitUntil(keepShell()));
self.addEventListener('activate', (event) => event.waitUntil(takeOver()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    // The kiosk and frames of other sites keep nothing.
    if (url.pathname === PAGE) event.respondWith(openPage(request));
  } else if (SHELL.files.includes(url.pathname)) {
    event.respondWith(ofShell(request));
  } else {
    const kept = keeping(url);
    if (kept) event.respondWith(answer(request, kept, (work) => event.waitUntil(work)));
  }
});

async function keepShell(): Promise<void> {
  const cache = await caches.open(SHELL_CACHE);
  await cache.addAll(SHELL.files);
  const page = await fetch(PAGE, { headers: { Accept: 'text/html' }, cache: 'no-cache' });
  if (!page.ok) throw new Error(`the page was answered with ${page.status}`);
  await cache.put(PAGE, page);
}

/** Comes only when no page runs on the files of the version before. */
async function takeOver(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith('mapa-shell-') && name !== SHELL_CACHE).map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** The server's page, so that a new version is seen at once; the kept one, of whose files all are kept, without a server. */
async function openPage(request: Request): Promise<Response> {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch (error) {
    const kept = await (await caches.open(SHELL_CACHE)).match(PAGE, { ignoreVary: true });
    if (!kept) throw error;
    return kept;
  }
}

/** Names of files change with their bytes: what is kept is what the server has. */
async function ofShell(request: Request): Promise<Response> {
  return (await (await caches.open(SHELL_CACHE)).match(request, { ignoreVary: true })) ?? fetch(request);
}

let isAway = false;

async function answer(request: Request, kept: Keeping, meanwhile: (work: Promise<void>) => void): Promise<Response> {
  try {
    const response = await fetch(request);
    // Glyphs and icons come from the browser's own cache without a server.
    if (isAway && kept.dated) {
      isAway = false;
      meanwhile(tell({ away: false }));
    }
    if (response.status === 200 || response.status === 204) meanwhile(keep(request, response.clone(), kept));
    return response;
  } catch (error) {
    if (request.signal.aborted) throw error;
    const found = await (await caches.open(kept.cache)).match(request, { ignoreVary: true });
    isAway = true;
    const date = found?.headers.get('date');
    meanwhile(tell({ away: true, kept_at: kept.dated && date ? date : null }));
    if (!found) throw error;
    return found;
  }
}

/** What was put since the oldest were let go; each has its own bound. */
const untrimmed = { 'mapa-tiles': 0, 'mapa-answers': 0 };

async function keep(request: Request, response: Response, { cache: name, most }: Keeping): Promise<void> {
  try {
    const cache = await caches.open(name);
    // What is there is replaced at the end of the list, so the first are those that were longest not asked for.
    await cache.put(request, response);
    untrimmed[name] += 1;
    if (untrimmed[name] < SLACK) return;
    untrimmed[name] = 0;
    const requests = await cache.keys();
    await Promise.all(requests.slice(0, Math.max(0, requests.length - most)).map((old) => cache.delete(old)));
  } catch {
    // The browser has no room: then this is not kept.
  }
}

async function tell(told: Told): Promise<void> {
  for (const client of await self.clients.matchAll({ type: 'window' })) client.postMessage(told);
}
