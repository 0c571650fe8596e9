// The main journeys on a phone and at a desk, in both languages and appearances; axe finds nothing in any view of them.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Neighbors } from '../src/server/wire.ts';
import { areaText, lengthText } from '../src/measure/amounts.ts';
import { measure } from '../src/measure/geodesics.ts';
import { launch, mapIsDrawn, PHONE, visit } from './browser.ts';
import { fitsPhone, isAccessible } from './judges.ts';
import { middleOfStyle, NEEDS_SERVER, viewOf, type Place } from './served_city.ts';

const DESK = { width: 1280, height: 800 };
const SAID = {
  uk: {
    filter: 'Що на мапі', near: 'Поруч зі мною', denied: 'Доступ до вашого місця заборонено', center: 'Від середини мапи', back: 'Назад',
    here: 'Що в середині мапи?', hereTitle: 'Що тут', search: 'аптека', measure: 'Виміряти відстань або площу', close: 'Закрити',
    list: 'Найближчі об’єкти',
  },
  en: {
    filter: 'On the map', near: 'Near me', denied: 'Your browser denies access', center: 'From the middle of the map', back: 'Back',
    here: 'What is in the middle of the map?', hereTitle: 'What is here', search: 'pharmacy', measure: 'Measure a distance or an area', close: 'Close',
    list: 'Nearest objects',
  },
} as const;

describe('the journeys', NEEDS_SERVER, () => {
  let browser: Browser;
  let middle: Place;

  before(async () => {
    browser = await launch();
    middle = await middleOfStyle();
  });
  after(() => browser?.close());

  const at = (zoom: number, rest = '') => viewOf(middle, zoom, rest);
  const rows = (page: Page) => page.locator('ol [data-key]');

  for (const [screen, viewport] of Object.entries({ phone: PHONE, desk: DESK })) {
    for (const language of ['uk', 'en'] as const) {
      for (const colorScheme of ['light', 'dark'] as const) {
        test(`from the start to a card, what is here and measuring: ${screen}, ${language}, ${colorScheme}`, async () => {
          const said = SAID[language];
          const isPhone = screen === 'phone';
          const options = { viewport, colorScheme, hasTouch: isPhone, isMobile: isPhone };
          const { context, page, faults } = await visit(browser, at(15, `&lang=${language}`), options);
          const judge = async (view: string) => {
            if (isPhone) await fitsPhone(page, view);
            await isAccessible(page, view);
            // Who types looks at the list, which takes all of a phone meanwhile.
            if (view !== 'suggestions') await scaleIsSeen(page, view);
          };
          const press = async (name: string) => page.getByRole('button', { name, exact: true }).click();
          await mapIsDrawn(page);
          await judge('start');

          await press(said.filter);
          await page.locator('li.sector summary').first().click();
          await page.locator('li.sector details[open] li').first().waitFor();
          await judge('filter');

          // Without geolocation the middle of the map serves.
          await press(said.near);
          await page.getByText(said.denied).waitFor();
          await judge('refused');
          const answer = page.waitForResponse((response) => response.url().includes('/nearest?'));
          await press(said.center);
          const { features } = (await (await answer).json()) as Neighbors;
          await rows(page).first().waitFor();
          assert.equal(await page.locator('.number-pin').count(), features.length);
          await judge('near');

          await rows(page).first().click();
          await page.locator('article h2').waitFor();
          const [nearest] = features;
          const name = nearest?.properties[language === 'en' ? 'name_en' : 'name'] ?? nearest?.properties['name'];
          if (typeof name === 'string') assert.equal(await page.locator('article h2').textContent(), name);
          await judge('card');
          await press(said.back);
          await page.getByRole('list', { name: said.list }).waitFor();

          await press(said.here);
          await page.getByRole('heading', { name: said.hereTitle }).waitFor();
          await page.locator('ul.services [data-key]').first().waitFor();
          await judge('here');

          await page.getByRole('combobox').fill(said.search);
          await page.getByRole('option').first().waitFor();
          await judge('suggestions');
          await page.getByRole('combobox').fill('');
          await page.keyboard.press('Escape');

          await press(said.measure);
          await page.locator('.middle').waitFor();
          for (const key of ['Enter', 'ArrowRight', 'Enter', 'ArrowDown', 'Enter']) {
            await page.keyboard.press(key);
            await mapIsDrawn(page);
          }
          await page.locator('.map section dd').nth(2).waitFor();
          await judge('measuring');
          await page.keyboard.press('Escape');
          assert.equal(await page.locator('.middle').count(), 0);
          assert.deepEqual(faults, []);
          await context.close();
        });
      }
    }
  }

  test('taps measure the geodesic length, the area and the outline', async () => {
    const { context, page, faults } = await visit(browser, at(15), { viewport: DESK });
    await mapIsDrawn(page);
    const box = await page.locator('canvas.maplibregl-canvas').boundingBox();
    assert.ok(box);
    await page.getByRole('button', { name: SAID.uk.measure }).click();
    await page.getByText('Торкайтеся мапи').waitFor();
    const taps = [[200, 200], [420, 210], [400, 380]] as const;
    const places = taps.map(([x, y]) => placeUnder(middle, 15, x - box.width / 2, y - box.height / 2));
    for (const [x, y] of taps) await page.mouse.click(box.x + x, box.y + y);
    const { length_m, closed } = measure(places);
    assert.ok(closed);
    const told = page.locator('.map section dd');
    await told.nth(2).waitFor();
    // A tap falls on a whole pixel of some three metres.
    const texts = (await told.allTextContents()).map((text) => text.trim());
    assert.deepEqual(texts, [lengthText(length_m, 'uk'), areaText(closed.area_m2, 'uk'), lengthText(closed.perimeter_m, 'uk')]);
    assert.equal(await page.locator('article').count(), 0, 'a tap on an object is a point too');
    await mapIsDrawn(page);
    assert.ok((await pixelsOf(page, [179, 38, 30])) > 300, 'the outline is drawn');

    await page.getByRole('button', { name: 'Прибрати останню точку' }).click();
    await page.waitForFunction(() => document.querySelectorAll('.map section dd').length === 1);
    await page.getByRole('button', { name: 'Прибрати всі' }).click();
    await mapIsDrawn(page);
    assert.ok((await pixelsOf(page, [179, 38, 30])) < 30);
    await page.getByRole('region', { name: 'Вимірювання' }).getByRole('button', { name: 'Закрити' }).click();
    assert.equal(await page.locator('.map section').count(), 0);
    assert.deepEqual(faults, []);
    await context.close();
  });
});

/** The scale stands on the map, and nothing covers it. */
async function scaleIsSeen(page: Page, view: string): Promise<void> {
  const scale = page.locator('.maplibregl-ctrl-scale');
  const covered = await scale.evaluate((element) => {
    const box = element.getBoundingClientRect();
    const top = document.elementsFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    const above = top.slice(0, top.findIndex((one) => one === element || element.contains(one)));
    return { inSight: box.bottom <= innerHeight && box.width > 0, by: above.map(({ className }) => String(className)) };
  });
  assert.deepEqual(covered, { inSight: true, by: [] }, `the scale in ${view}`);
}

/** The place so many pixels right of and below the middle of a map that looks at it: Web Mercator in tiles of 512 pixels. */
function placeUnder({ lon, lat }: { lon: number; lat: number }, zoom: number, right_px: number, down_px: number) {
  const world_px = 512 * 2 ** zoom;
  const y = Math.asinh(Math.tan((lat * Math.PI) / 180)) - (down_px * 2 * Math.PI) / world_px;
  return { lon: lon + (right_px * 360) / world_px, lat: (Math.atan(Math.sinh(y)) * 180) / Math.PI };
}

/** How many pixels of the map have about this colour. */
async function pixelsOf(page: Page, [red, green, blue]: [number, number, number]): Promise<number> {
  const png = (await page.locator('canvas.maplibregl-canvas').screenshot()).toString('base64');
  return page.evaluate(
    async ({ bytes, color }) => {
      const image = new Image();
      image.src = `data:image/png;base64,${bytes}`;
      await image.decode();
      const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
      if (!context) throw new Error('no 2d context');
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, image.width, image.height);
      let count = 0;
      for (let i = 0; i < data.length; i += 4) if (color.every((channel, c) => Math.abs((data[i + c] ?? 0) - channel) < 12)) count += 1;
      return count;
    },
    { bytes: png, color: [red, green, blue] },
  );
}
