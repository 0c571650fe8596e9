// A real browser on a real page: how the tests and the screenshots start one, and what counts as a fault in it.
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';

/** Graphics in software, and no call to any host but the page's own. */
const ARGUMENTS = [
  '--no-sandbox',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1360, height: 860 };
/** A touch screen on its side. */
export const KIOSK = { width: 1080, height: 1920 };

/** Where a kiosk of the tests stands: the middle of the server's styles. */
export async function kioskAt(server: string, rest = ''): Promise<string> {
  const { center } = (await (await fetch(`${server}/styles/light.json`)).json()) as { center: [number, number] };
  return `${server}/kiosk?lon=${center[0]}&lat=${center[1]}${rest}`;
}

/** Drawing in software takes its time. */
export const PATIENCE_MS = 30_000;

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGUMENTS });
}

export interface Visit {
  context: BrowserContext;
  page: Page;
  /** console errors, uncaught exceptions, failed and refused requests */
  faults: string[];
}

export async function visit(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ viewport: DESKTOP, locale: 'uk-UA', serviceWorkers: 'block', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`exception: ${error.stack ?? error.message}`));
  page.on('requestfailed', (request) => {
    // A tile that is no longer wanted is aborted on purpose.
    const reason = request.failure()?.errorText;
    if (reason !== 'net::ERR_ABORTED') faults.push(`request: ${request.url()} ${reason}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`response: ${response.status()} ${response.url()}`);
  });
  await page.goto(address);
  return { context, page, faults };
}

export async function mapIsDrawn(page: Page): Promise<void> {
  // A change on the page reaches the map a frame later, so idleness is trusted only when it lasts from here on.
  await page.evaluate(() => Object.assign(window, { idleSince: undefined }));
  await page.waitForFunction(
    () => {
      const idle = document.querySelector<HTMLElement>('[data-map]')?.dataset.map === 'idle';
      const marks = window as unknown as { idleSince?: number | undefined };
      if (!idle) marks.idleSince = undefined;
      else marks.idleSince ??= performance.now();
      return marks.idleSince !== undefined && performance.now() - marks.idleSince > 400;
    },
    undefined,
    { polling: 50 },
  );
}

/** Keeps answers back until the function that it gives is called. */
export async function held(page: Page, address: string | RegExp): Promise<() => void> {
  let give = () => {};
  const given = new Promise<void>((resolve) => (give = resolve));
  await page.route(address, async (route) => {
    await given;
    await route.continue();
  });
  return give;
}
