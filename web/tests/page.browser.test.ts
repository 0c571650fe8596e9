// The page in a real browser on a running server: what a visitor can do, by pointer, by finger and by keyboard.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Catalog, CityObject, Neighbors } from '../src/server/wire.ts';
import { held, launch, mapIsDrawn, PHONE, visit } from './browser.ts';
import { fitsPhone, isAccessible, sectorPixels } from './judges.ts';
import { ask, NEEDS_SERVER, server, ServedCity, type Place } from './served_city.ts';

describe('the page', NEEDS_SERVER, () => {
  let browser: Browser;
  let catalog: Catalog;
  let city: ServedCity;
  let middle: Place;
  let around: Neighbors;

  const at = (zoom: number, rest = '') => city.at(zoom, rest);
  const rows = (page: Page) => page.locator('ol [data-key]');

  before(async () => {
    browser = await launch();
    city = await ServedCity.found();
    ({ catalog, middle, around } = city);
  });
  after(() => browser?.close());

  test('loads without a fault, without a shift, and with its attribution', async () => {
    const { context, page, faults } = await visit(browser, `${server}/`);
    await page.locator('li.sector').first().waitFor();
    await mapIsDrawn(page);
    assert.equal(await page.locator('html').getAttribute('lang'), 'uk');
    assert.equal(await page.title(), 'Місто на мапі');
    assert.ok(await page.locator('.maplibregl-ctrl-attrib').isVisible());
    assert.equal(await page.locator('header').getByText('Демонстраційні дані').isVisible(), catalog.demonstration);
    const shift = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) sum += (entry as unknown as { value: number }).value;
          }).observe({ type: 'layout-shift', buffered: true });
          setTimeout(() => resolve(sum), 300);
        }),
    );
    // 0.1 is where web.dev's Core Web Vitals stop calling a page steady.
    assert.ok(shift < 0.1, `layout shift ${shift}`);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('a touch is answered before the program of the map is asked for, which waits for the catalog, and the letters of the map for it', async () => {
    const { context, page, faults } = await visit(browser, 'about:blank', { viewport: PHONE, hasTouch: true, isMobile: true });
    const asked = askedOf(page);
    const giveCatalog = await held(page, '**/catalog');
    const giveProgram = await held(page, PROGRAM);
    const style = page.waitForResponse('**/styles/light.json');
    await page.goto(`${server}/`);
    await page.getByRole('button', { name: 'Що на мапі' }).tap();
    await page.locator('.panel').getByText('Завантаження').waitFor();
    await (await style).finished();
    assert.deepEqual(await asked(/^\/assets\/Map/), []);
    const program = page.waitForRequest(PROGRAM);
    giveCatalog();
    await page.locator('li.sector').first().waitFor();
    await program;
    assert.deepEqual(await asked(/^\/fonts\//), []);
    giveProgram();
    await mapIsDrawn(page);
    assert.notDeepEqual(await asked(/^\/fonts\//), []);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('the program of the map is asked for when the controls have been painted', async () => {
    const { context, page, faults } = await visit(browser, 'about:blank');
    await page.addInitScript(keepFrames);
    const asked = askedOf(page);
    await page.goto(`${server}/`);
    // The catalog says so.
    await page.waitForFunction(() => document.querySelector('.demonstration') !== null, undefined, { polling: 50 });
    assert.deepEqual(await asked(/^\/assets\/Map/), []);
    await page.evaluate(giveFrames);
    await mapIsDrawn(page);
    assert.notDeepEqual(await asked(/^\/assets\/Map/), []);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('a touch is answered by the opened sheet, and the tree in it is made when that has been painted', async () => {
    const { context, page, faults } = await visit(browser, `${server}/`, { viewport: PHONE, hasTouch: true, isMobile: true });
    await mapIsDrawn(page);
    await page.evaluate(keepFrames);
    const seen = await page.evaluate(async () => {
      document.querySelector<HTMLElement>('.panel nav button')?.click();
      await new Promise((resolve) => setTimeout(resolve));
      return { opened: document.querySelector('.panel.half .content')?.checkVisibility(), sectors: document.querySelectorAll('li.sector').length };
    });
    assert.deepEqual(seen, { opened: true, sectors: 0 });
    await page.evaluate(giveFrames);
    await page.locator('li.sector').first().waitFor();
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('the tree has every sector with its count, and finds by a typed word', async () => {
    const { context, page, faults } = await visit(browser, `${server}/`);
    const sectors = page.locator('li.sector');
    await sectors.first().waitFor();
    const shown = await sectors.evaluateAll((items) =>
      items.map((item) => [
        item.querySelector('.title')?.textContent?.trim(),
        // `12 з 340` in a view that does not hold all
        Number((item.querySelector('.count')?.textContent ?? '').split(' з ').at(-1)?.replace(/\D/g, '')),
      ]),
    );
    assert.deepEqual(shown, catalog.sectors.map(({ title, count }) => [title.uk, count]));

    const collection = catalog.sectors.flatMap((sector) => sector.service_areas.flatMap((area) => area.collections)).at(-1);
    assert.ok(collection);
    await page.getByRole('searchbox').fill(collection.title.uk.toUpperCase());
    await page.locator('li.collection .title', { hasText: collection.title.uk }).first().waitFor();
    await page.getByRole('searchbox').fill('нічогоподібного');
    await page.getByText('Нічого не знайдено').waitFor();
    assert.equal(await sectors.count(), 0);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('a checked sector stays in the address and leaves only its colour on the map', async () => {
    // Close enough that no cluster stands for objects: each is drawn in its colour.
    const { context, page, faults } = await visit(browser, at(16));
    await page.locator('li.sector').first().waitFor();
    await mapIsDrawn(page);
    const nearest = around.features[0]?.properties.sector;
    const sector = catalog.sectors.find(({ id }) => id === nearest);
    assert.ok(sector);
    const before = await sectorPixels(page, catalog);
    await page.getByRole('checkbox', { name: sector.title.uk, exact: true }).check();
    await page.waitForFunction((id) => location.hash.includes(`sector=${id}`), sector.id);
    await mapIsDrawn(page);
    const after = await sectorPixels(page, catalog);
    const others = (pixels: Record<string, number>) =>
      Object.entries(pixels).reduce((sum, [id, count]) => sum + (id === sector.id ? 0 : count), 0);
    assert.ok(others(before) > 50, `other sectors are on the map before: ${JSON.stringify(before)}`);
    // The rims of the circles that stay blend into colours near those of other sectors.
    assert.ok(others(after) < others(before) / 5, `and are not after: ${others(before)} → ${others(after)}`);
    assert.ok((after[sector.id] ?? 0) > 0, 'its own objects stay');

    await page.reload();
    await page.getByRole('checkbox', { name: sector.title.uk, exact: true, checked: true }).waitFor();
    await page.getByRole('button', { name: 'Скинути' }).click();
    assert.ok(!(await page.evaluate(() => location.hash)).includes('sector='));
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('a refused location is said, and a tap on the map gives the list in order', async () => {
    const { context, page, faults } = await visit(browser, at(15));
    await page.locator('li.sector').first().waitFor();
    await mapIsDrawn(page);
    await page.getByRole('button', { name: 'Поруч зі мною' }).click();
    await page.getByText('Доступ до вашого місця заборонено у браузері.').waitFor();
    const answer = page.waitForResponse((response) => response.url().includes('/nearest?'));
    await page.locator('canvas.maplibregl-canvas').click({ position: { x: 400, y: 400 } });
    const { features } = (await (await answer).json()) as Neighbors;
    await rows(page).first().waitFor();
    assert.deepEqual(
      await rows(page).evaluateAll((buttons) => buttons.map((button) => (button as HTMLElement).dataset.key)),
      features.map(({ id, properties }) => `${properties.collection}/${id}`),
    );
    const distances = features.map(({ properties }) => properties.distance_m);
    assert.deepEqual(distances, distances.toSorted((a, b) => a - b));
    assert.match((await rows(page).first().textContent()) ?? '', /хв пішки по прямій/);

    // List and map follow each other.
    assert.equal(await page.locator('.number-pin').count(), features.length);
    await rows(page).nth(2).hover();
    assert.equal(await page.locator('.number-pin.active').textContent(), '3');
    await rows(page).nth(4).focus();
    await page.mouse.move(0, 0);
    await page.locator('.number-pin', { hasText: /^2$/ }).dispatchEvent('pointerenter');
    assert.equal(await page.locator('li.active .number').textContent(), '2');

    await page.getByRole('button', { name: 'Показати більше' }).click();
    await page.waitForFunction(() => document.querySelectorAll('ol [data-key]').length === 20);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('the location is asked for only on a tap, and used when it is fine enough', async () => {
    const { context, page, faults } = await visit(browser, at(14), {
      geolocation: { longitude: middle.lon, latitude: middle.lat, accuracy: 20 },
      permissions: ['geolocation'],
    });
    await countLocating(page);
    await page.locator('li.sector').first().waitFor();
    await mapIsDrawn(page);
    assert.equal(await page.evaluate(() => (window as unknown as { located: number }).located), 0);
    await page.getByRole('button', { name: 'Поруч зі мною' }).click();
    await page.getByText('Від вашого місця (точність 20').waitFor();
    await rows(page).first().waitFor();
    assert.equal(await page.evaluate(() => (window as unknown as { located: number }).located), 1);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('a location known only to five kilometres is refused, and a tap on the map does instead', async () => {
    const { context, page, faults } = await visit(browser, at(14), {
      geolocation: { longitude: middle.lon, latitude: middle.lat, accuracy: 5000 },
      permissions: ['geolocation'],
    });
    let asked = 0;
    page.on('request', (request) => (asked += request.url().includes('/nearest') ? 1 : 0));
    await mapIsDrawn(page);
    await page.getByRole('button', { name: 'Поруч зі мною' }).click();
    await page.getByText(/лише з точністю до 5\sкм/).waitFor();
    await page.getByText('Торкніться мапи').waitFor();
    assert.equal(asked, 0);
    assert.equal(await rows(page).count(), 0);
    await page.locator('canvas.maplibregl-canvas').click({ position: { x: 300, y: 300 } });
    await rows(page).first().waitFor();
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('the list respects the filter, down to the kind', async () => {
    const collection = catalog.sectors
      .flatMap((sector) => sector.service_areas.flatMap((area) => area.collections))
      .find(({ count, kinds }) => count >= 4 && kinds.filter((kind) => kind.count > 0).length >= 2);
    assert.ok(collection);
    const kind = collection.kinds.find(({ count }) => count > 0);
    assert.ok(kind);
    const { context, page, faults } = await visit(browser, at(14, `&kind=${collection.id}:${kind.id}`));
    await mapIsDrawn(page);
    await page.getByRole('button', { name: 'Поруч зі мною' }).click();
    const answer = page.waitForResponse((response) => response.url().includes('/nearest?'));
    await page.getByRole('button', { name: 'Від середини мапи' }).click();
    const response = await answer;
    assert.equal(new URL(response.url()).searchParams.get('collections'), collection.id);
    const { features } = (await response.json()) as Neighbors;
    const wanted = features.filter(({ properties }) => properties.kind === kind.id).slice(0, 10);
    await rows(page).first().waitFor();
    assert.deepEqual(
      await rows(page).evaluateAll((buttons) => buttons.map((button) => (button as HTMLElement).dataset.key)),
      wanted.map(({ id }) => `${collection.id}/${id}`),
    );
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('a card opens from the list, has its own address, and Back returns to the list', async () => {
    const { context, page, faults } = await visit(browser, at(16));
    await mapIsDrawn(page);
    await page.getByRole('button', { name: 'Поруч зі мною' }).click();
    await page.getByRole('button', { name: 'Від середини мапи' }).click();
    await rows(page).first().click();
    const heading = page.locator('article h2');
    await heading.waitFor();
    const title = await heading.textContent();
    assert.ok(title);
    await page.waitForFunction((text) => document.title.startsWith(text), title);
    await page.getByText('Останнє оновлення').waitFor();
    await page.getByText('Автор', { exact: true }).waitFor();
    const link = page.url();
    assert.match(link, /object=/);

    await page.goBack();
    await rows(page).first().waitFor();
    assert.doesNotMatch(page.url(), /object=/);

    const other = await visit(browser, link);
    await other.page.locator('article h2', { hasText: title }).waitFor();
    assert.deepEqual([...faults, ...other.faults], []);
    await other.context.close();
    await context.close();
  });

  test('a card says what is unknown, and writes data only as text', async () => {
    const { context, page } = await visit(browser, at(15));
    const [first] = around.features;
    assert.ok(first);
    const path = `/collections/${first.properties.collection}/items/${first.id}`;
    const object = await ask<CityObject>(path);
    const hostile = '<img src=x onerror="document.title=1"><b>x</b>';
    await page.route(`**${path}?*`, (route) =>
      route.fulfill({ json: { ...object, properties: { collection: first.properties.collection, name: hostile } } }),
    );
    await page.goto(`${server}/?fresh#object=${first.properties.collection}/${first.id}`);
    await page.locator('article h2').waitFor();
    assert.equal(await page.locator('article h2').textContent(), hostile);
    assert.equal(await page.locator('article b, article img').count(), 0);
    const { fields } = await ask<{ fields: { format?: string }[] }>(`/collections/${first.properties.collection}`);
    const important = fields.filter(({ format }) => format === 'phone' || format === 'opening-hours').length;
    assert.ok((await page.locator('article .unknown').count()) >= important);
    await context.close();
  });

  test('a tap on an object opens its card, or the choice among those that overlap', async () => {
    const { context, page, faults } = await visit(browser, at(18));
    await page.locator('li.sector').first().waitFor();
    await mapIsDrawn(page);
    const canvas = page.locator('canvas.maplibregl-canvas');
    const size = await canvas.boundingBox();
    assert.ok(size);
    await canvas.click({ position: { x: size.width / 2, y: size.height / 2 } });
    const choice = page.getByRole('heading', { name: 'Тут кілька об’єктів' });
    const card = page.locator('article h2');
    await choice.or(card).first().waitFor();
    if (await choice.isVisible()) {
      assert.ok((await page.locator('ul [data-key]').count()) > 1);
      await page.locator('ul [data-key]').first().click();
    }
    await card.waitFor();
    assert.match(page.url(), /object=/);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('a tap on a cluster goes closer until it is no longer one', async () => {
    const { context, page, faults } = await visit(browser, at(11));
    await page.locator('li.sector').first().waitFor();
    await mapIsDrawn(page);
    const canvas = page.locator('canvas.maplibregl-canvas');
    const size = await canvas.boundingBox();
    assert.ok(size);
    const over = () => canvas.evaluate((element) => element.dataset.over);
    // The middle has objects: within a cell of it, 64 pixels, is the mark that stands for them.
    let found: { x: number; y: number } | null = null;
    for (let step = 0; step < 400 && !found; step += 1) {
      const position = { x: size.width / 2 - 64 + (step % 20) * 7, y: size.height / 2 - 64 + Math.floor(step / 20) * 7 };
      await canvas.hover({ position });
      if ((await over()) === 'cluster') found = position;
    }
    assert.ok(found, 'a cluster is near the middle');
    await canvas.click({ position: found });
    await page.waitForFunction(() => Number(/map=([\d.]+)/.exec(location.hash)?.[1]) >= 12);
    await mapIsDrawn(page);
    assert.doesNotMatch(page.url(), /object=/);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('the language switch changes the page, the address and the next visit', async () => {
    const { context, page, faults } = await visit(browser, `${server}/`);
    await page.locator('li.sector').first().waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    await page.waitForFunction(() => document.documentElement.lang === 'en' && document.title === 'City on the Map');
    assert.match(page.url(), /lang=en/);
    assert.equal(await page.locator('li.sector .title').first().textContent(), catalog.sectors[0]?.title.en);
    const next = await context.newPage();
    await next.goto(`${server}/`);
    await next.getByRole('heading', { level: 1, name: 'City on the Map' }).waitFor();
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('at 390 pixels nothing is cut, nothing overflows, and every target fits a finger', async () => {
    const { context, page, faults } = await visit(browser, at(15), { viewport: PHONE, hasTouch: true, isMobile: true });
    await mapIsDrawn(page);
    await fitsPhone(page, 'start');
    await page.getByRole('button', { name: 'Що на мапі' }).tap();
    await page.locator('li.sector summary').first().tap();
    await page.locator('li.sector details[open] li').first().waitFor();
    await fitsPhone(page, 'filter');
    await page.getByRole('button', { name: 'Поруч зі мною' }).tap();
    await page.getByRole('button', { name: 'Від середини мапи' }).tap();
    await rows(page).first().waitFor();
    await fitsPhone(page, 'near');
    await rows(page).first().tap();
    await page.locator('article h2').waitFor();
    await fitsPhone(page, 'card');
    assert.ok(await page.locator('.maplibregl-ctrl-attrib').isVisible());
    await page.getByRole('button', { name: 'Закрити' }).tap();
    assert.equal(await page.locator('article').count(), 0);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('the keyboard alone leads from the start to a card and back', async () => {
    const { context, page, faults } = await visit(browser, at(15));
    await page.locator('li.sector').first().waitFor();
    await mapIsDrawn(page);
    const tabTo = async (name: RegExp) => {
      for (let presses = 0; presses < 60; presses += 1) {
        await page.keyboard.press('Tab');
        const focused = await page.evaluate(() => {
          const element = document.activeElement as HTMLElement;
          const visible = element.matches(':focus-visible') && getComputedStyle(element).outlineStyle !== 'none';
          return { text: element.textContent ?? '', visible };
        });
        if (!name.test(focused.text)) continue;
        assert.ok(focused.visible, `the focus is seen on ${name}`);
        return;
      }
      assert.fail(`no way by Tab to ${name}`);
    };
    await tabTo(/Поруч зі мною/);
    await page.keyboard.press('Enter');
    await page.getByText('Доступ до вашого місця заборонено').waitFor();
    await tabTo(/Від середини мапи/);
    await page.keyboard.press('Enter');
    await rows(page).first().waitFor();
    await tabTo(/хв пішки/);
    await page.keyboard.press('Enter');
    await page.locator('article h2').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'H2');
    await page.keyboard.press('Escape');
    await rows(page).first().waitFor();
    await page.waitForFunction(() => document.activeElement?.matches('ol [data-key]'));
    assert.deepEqual(faults, []);
    await context.close();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`axe finds nothing, ${colorScheme}`, async () => {
      const { context, page } = await visit(browser, at(15), { colorScheme });
      await page.locator('li.sector').first().waitFor();
      await mapIsDrawn(page);
      await page.locator('li.sector summary').first().click();
      await page.locator('li.sector details[open] li').first().waitFor();
      await isAccessible(page, 'filter');
      await page.getByRole('button', { name: 'Поруч зі мною' }).click();
      await page.getByText('Доступ до вашого місця заборонено').waitFor();
      await isAccessible(page, 'refused');
      await page.getByRole('button', { name: 'Від середини мапи' }).click();
      await rows(page).first().waitFor();
      await isAccessible(page, 'near');
      await rows(page).first().click();
      await page.locator('article h2').waitFor();
      await isAccessible(page, 'card');
      await context.close();
    });
  }

  test('a server that is away is told plainly, and a retry brings the page back', async () => {
    const { context, page } = await visit(browser, at(14));
    await page.route(/\/(catalog|nearest|styles\/)/, (route) => route.abort());
    await page.reload();
    await page.getByText('Не вдалося завантажити перелік об’єктів.').waitFor();
    await page.getByText('Не вдалося завантажити мапу.').waitFor();
    await page.unroute(/\/(catalog|nearest|styles\/)/);
    await page.locator('.panel').getByRole('button', { name: 'Спробувати ще раз' }).click();
    await page.locator('.map').getByRole('button', { name: 'Спробувати ще раз' }).click();
    await page.locator('li.sector').first().waitFor();
    await mapIsDrawn(page);
    await context.close();
  });

  test('an object that does not exist is told so', async () => {
    const [first] = around.features;
    const { context, page } = await visit(browser, `${server}/#object=${first?.properties.collection}/no-such-object`);
    await page.getByText('Такого об’єкта немає.').waitFor();
    await page.getByRole('button', { name: 'Назад' }).click();
    await page.getByRole('searchbox').waitFor();
    await context.close();
  });
});

/** The larger half of the map's program. */
const PROGRAM = '**/assets/MapFrame-*.js';

/** Which paths of a sort a page has asked for, up to now. */
function askedOf(page: Page): (sort: RegExp) => Promise<string[]> {
  const paths: string[] = [];
  page.on('request', (request) => paths.push(new URL(request.url()).pathname));
  return async (sort) => {
    // What was asked for before this answer is told before it.
    await page.evaluate(() => fetch('/health/live').then(({ ok }) => ok));
    return paths.filter((path) => sort.test(path));
  };
}

/** In a page: no frame is drawn until `giveFrames`. */
function keepFrames(): void {
  const [inOrder, waiting] = [window.requestAnimationFrame.bind(window), [] as FrameRequestCallback[]];
  window.requestAnimationFrame = (callback) => waiting.push(callback);
  Object.assign(window, {
    giveFrames: () => {
      window.requestAnimationFrame = inOrder;
      waiting.forEach((callback) => inOrder(callback));
    },
  });
}

function giveFrames(): void {
  (window as unknown as { giveFrames: () => void }).giveFrames();
}

async function countLocating(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const counted = window as unknown as { located: number };
    counted.located = 0;
    const original = navigator.geolocation.getCurrentPosition.bind(navigator.geolocation);
    navigator.geolocation.getCurrentPosition = (...given) => {
      counted.located += 1;
      original(...given);
    };
  });
  await page.reload();
}
