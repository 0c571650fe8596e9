// What belongs to a view of the map: counts in it, what is at a place, open doors, links with their previews, the embedded map.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Catalog, Neighbors, Surroundings, SummaryGroup } from '../src/server/wire.ts';
import { launch, mapIsDrawn, PHONE, visit } from './browser.ts';
import { fitsPhone, isAccessible } from './judges.ts';
import { NEEDS_SERVER, server, ServedCity, type Place } from './served_city.ts';

describe('a view of the map', NEEDS_SERVER, () => {
  let browser: Browser;
  let catalog: Catalog;
  let city: ServedCity;
  let middle: Place;
  let around: Neighbors;

  const at = (zoom: number, rest = '') => city.at(zoom, rest);
  const canvas = (page: Page) => page.locator('canvas.maplibregl-canvas');

  before(async () => {
    browser = await launch();
    city = await ServedCity.found();
    ({ catalog, middle, around } = city);
  });
  after(() => browser?.close());

  test('the tree counts what is in view, anew when the map comes to rest', async () => {
    const { context, page, faults } = await visit(browser, 'about:blank');
    const first = page.waitForResponse((response) => response.url().includes('/summary?'));
    await page.goto(at(15));
    await page.locator('li.sector').first().waitFor();
    const shownIs = async ({ groups }: { groups: SummaryGroup[] }) => {
      for (const [index, sector] of catalog.sectors.entries()) {
        const ids = new Set(sector.service_areas.flatMap(({ collections }) => collections.map(({ id }) => id)));
        const seen = groups.reduce((sum, { by, count }) => sum + (ids.has(by.collection) ? count : 0), 0);
        const row = page.locator('li.sector').nth(index).locator('.count').first();
        const number = (value: number) => new Intl.NumberFormat('uk-UA', { useGrouping: 'min2' }).format(value);
        const wanted = seen === sector.count ? number(seen) : `${number(seen)} з ${number(sector.count)}`;
        await page.waitForFunction(([element, text]) => (element as Element).textContent === text, [await row.elementHandle(), wanted] as const);
      }
    };
    const before = (await (await first).json()) as { groups: SummaryGroup[] };
    await shownIs(before);
    await page.getByText('Числа — у видимій частині мапи').waitFor();
    const next = page.waitForResponse((response) => response.url().includes('/summary?'));
    await page.getByRole('button', { name: 'Наблизити' }).click();
    const after = (await (await next).json()) as { groups: SummaryGroup[] };
    await shownIs(after);
    const all = (groups: SummaryGroup[]) => groups.reduce((sum, { count }) => sum + count, 0);
    assert.ok(all(after.groups) < all(before.groups) && all(after.groups) > 0);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('the other mouse button asks what is here, and the way on leads to cards and neighbours', async () => {
    const { context, page, faults } = await visit(browser, at(15));
    await page.locator('li.sector').first().waitFor();
    await mapIsDrawn(page);
    const answer = page.waitForResponse((response) => response.url().includes('/at?'));
    await canvas(page).click({ button: 'right', position: { x: 400, y: 350 } });
    const surroundings = (await (await answer).json()) as Surroundings;
    await page.getByRole('heading', { name: 'Що тут' }).waitFor();
    assert.ok(surroundings.address && surroundings.services.length > 3);
    await page.getByText(surroundings.address.text, { exact: false }).first().waitFor();
    assert.equal(await page.locator('ul.services [data-key]').count(), surroundings.services.length);
    assert.equal(await page.locator('.here-pin').count(), 1);
    await isAccessible(page, 'here');

    await page.locator('ul.services [data-key]').first().click();
    await page.locator('article h2').waitFor();
    await page.getByRole('button', { name: 'Назад' }).click();
    await page.getByRole('heading', { name: 'Що тут' }).waitFor();
    await page.getByRole('button', { name: 'Що поруч із цим місцем' }).click();
    await page.locator('ol [data-key]').first().waitFor();
    await page.getByText('Від указаного місця').waitFor();
    assert.equal(await page.locator('.here-pin').count(), 0);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('a long press of a finger asks what is here; a short one, or one that moves the map, does not', async () => {
    const { context, page, faults } = await visit(browser, at(15, '&lang=en'), { viewport: PHONE, hasTouch: true, isMobile: true, colorScheme: 'dark' });
    await mapIsDrawn(page);
    const finger = await context.newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', y: number) =>
      finger.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x: 200, y }] });
    await touch('touchStart', 300);
    // At once farther than a finger trembles: a slow frame is no rest.
    for (let y = 280; y > 240; y -= 10) await touch('touchMove', y);
    await page.waitForTimeout(700);
    await touch('touchEnd', 240);
    assert.equal(await page.getByRole('heading', { name: 'What is here' }).count(), 0);
    await mapIsDrawn(page);
    await touch('touchStart', 300);
    await page.waitForTimeout(700);
    await page.getByRole('heading', { name: 'What is here' }).waitFor();
    await touch('touchEnd', 300);
    await page.locator('ul.services [data-key]').first().waitFor();
    await fitsPhone(page, 'here');
    await isAccessible(page, 'here on a phone, dark');
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    assert.equal(await page.locator('article').count(), 0);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('by keyboard a button asks what is in the middle of the map', async () => {
    const { context, page, faults } = await visit(browser, at(15));
    await mapIsDrawn(page);
    await page.getByRole('button', { name: 'Що в середині мапи?' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('ul.services [data-key]').first().waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Що тут');
    await page.keyboard.press('Escape');
    await page.getByRole('searchbox').waitFor();
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('the list by distance tells doors, and can keep to those that are open', async () => {
    const { context, page, faults } = await visit(browser, at(15));
    await mapIsDrawn(page);
    await page.getByRole('button', { name: 'Поруч зі мною' }).click();
    await page.getByRole('button', { name: 'Від середини мапи' }).click();
    await page.locator('ol [data-key]').first().waitFor();
    const answer = page.waitForResponse((response) => response.url().includes('open_at=now'));
    await page.getByRole('checkbox', { name: 'Лише відчинене зараз' }).check();
    const { features, unknownHours } = (await (await answer).json()) as Neighbors;
    await page.waitForFunction((count) => document.querySelectorAll('ol .doors.open').length === count, features.length);
    assert.equal(await page.locator('ol [data-key]').count(), features.length);
    if (unknownHours) await page.getByText(/не показано: .+ години роботи невідомі/).waitFor();
    for (const text of await page.locator('ol .doors').allTextContents()) assert.match(text, /^Відчинено( до .*\d\d:\d\d)?$/);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('a card tells doors and unknown facts, calls, routes, prints, and its link is known to others by its name', async () => {
    const object = around.features.find(({ properties }) => properties.open !== 'unknown' && typeof properties.name === 'string' && properties.phone);
    assert.ok(object, 'something near has hours, a name and a telephone');
    const { collection, name } = object.properties;
    const { context, page, faults } = await visit(browser, `${server}/?lang=uk&object=${collection}/${object.id}`, {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await page.locator('article h2', { hasText: String(name) }).waitFor();
    assert.match(page.url(), /\/#.*object=/, 'the view goes on in the part that no server sees');
    assert.match((await page.locator('article .doors').textContent()) ?? '', /^(Відчинено|Зачинено)/);
    assert.match((await page.locator('article a[href^="tel:"]').first().getAttribute('href')) ?? '', /^tel:\+?\d+$/);
    assert.match((await page.getByRole('link', { name: 'Маршрут' }).getAttribute('href')) ?? '', /directions\?to=4\d\.\d+%2C3\d\.\d+$/);

    await mapIsDrawn(page);
    await page.getByRole('button', { name: 'Копіювати посилання' }).click();
    await page.getByRole('button', { name: 'Скопійовано' }).waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    // As a messenger asks, which says of nothing that it reads it.
    const preview = await fetch(link, { headers: { accept: '*/*', 'user-agent': 'preview' } });
    const html = await preview.text();
    const escaped = String(name).replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
    assert.ok(html.includes(`<meta property="og:title" content="${escaped} — Місто на мапі" />`), html.slice(0, 2000));
    assert.ok(html.includes(`<title>${escaped} — Місто на мапі</title>`));
    assert.match(html, new RegExp(`<noscript>.*/collections/${collection}/items/`));
    assert.match(preview.headers.get('content-security-policy') ?? '', /frame-ancestors 'self'/);
    assert.equal((await fetch(link, { headers: { 'if-none-match': preview.headers.get('etag') ?? '' } })).status, 304);

    const [printed] = await Promise.all([context.waitForEvent('page'), page.getByRole('link', { name: 'Для друку' }).click()]);
    await printed.getByRole('heading', { name: String(name) }).waitFor();
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('the address keeps the view of a shared link while the catalog is on its way, and so does a reload', async () => {
    const [sector] = catalog.sectors;
    // One that lies in view as it is: the map has no reason to move.
    const object = around.features.find(({ geometry }) => geometry.type === 'Point');
    assert.ok(sector && object);
    const view = `map=14.00/${middle.lon.toFixed(5)}/${middle.lat.toFixed(5)}&lang=en&sector=${sector.id}&object=${object.properties.collection}/${object.id}`;
    const { context, page } = await visit(browser, `${server}/embed`);
    await page.route(/\/catalog/, (route) => route.abort());
    await page.goto(`${server}/?${view}`);
    // It is behind the card.
    await page.getByText('The list of objects could not be loaded.').waitFor({ state: 'attached' });
    assert.equal(page.url(), `${server}/#${view}`);
    await page.unroute(/\/catalog/);
    await page.reload();
    await page.locator('article h2').waitFor();
    assert.equal(page.url(), `${server}/#${view}`);
    await context.close();
  });

  test('a link to a filter is known by what it shows, and what is no catalog word is no title', async () => {
    const [sector] = catalog.sectors;
    assert.ok(sector);
    const title = async (query: string) => /<title>(.*?)<\/title>/.exec(await (await fetch(`${server}/?${query}`)).text())?.[1];
    assert.equal(await title(`map=12/33/47&lang=en&sector=${sector.id}`), `${sector.title.en} — City on the Map`);
    assert.equal(await title('map=12/33/47&collection=<b>x'), 'Місто на мапі');
    assert.equal(await title('object=nothing/here'), 'Місто на мапі');
  });

  test('a frame of another site shows the map with its filter, and the way to the whole page', async () => {
    const [sector] = catalog.sectors;
    assert.ok(sector);
    const { context, page, faults } = await visit(browser, `${server}/embed?map=14/${middle.lon}/${middle.lat}&lang=en&sector=${sector.id}`);
    const whole = page.getByRole('link', { name: 'Open City on the Map' });
    await whole.waitFor();
    await mapIsDrawn(page);
    assert.equal(await page.locator('.panel').count(), 0);
    assert.match((await whole.getAttribute('href')) ?? '', new RegExp(`/\\?map=14.*sector=${sector.id}`));
    assert.ok(await page.locator('.maplibregl-ctrl-attrib').isVisible());
    await isAccessible(page, 'embed');
    const { headers } = await fetch(`${server}/embed`);
    assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors \*/);
    assert.doesNotMatch(headers.get('content-security-policy') ?? '', /unsafe/);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('the scale is on the map beside the credits, in the language of the page', async () => {
    for (const viewport of [PHONE, { width: 1280, height: 800 }]) {
      const { context, page } = await visit(browser, at(15), { viewport });
      await mapIsDrawn(page);
      const scale = page.locator('.maplibregl-ctrl-scale');
      assert.match((await scale.textContent()) ?? '', /^\d+\s(м|км)$/);
      const [of, credits] = [await scale.boundingBox(), await page.locator('.maplibregl-ctrl-attrib').boundingBox()];
      assert.ok(of && credits && of.y + of.height <= viewport.height);
      const apart = of.y + of.height <= credits.y || of.x + of.width <= credits.x;
      assert.ok(apart, 'neither covers the other');
      await context.close();
    }
  });
});
