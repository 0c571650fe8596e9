// The kiosk in a real browser: three steps to what is near, by touch or by keys, and nothing left for the next person.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import jsqr from 'jsqr';
import type { Browser, Page } from 'playwright-core';
import type { Catalog, Neighbors, Surroundings } from '../src/server/wire.ts';
import { KIOSK, kioskAt, launch, mapIsDrawn, visit, type Visit } from './browser.ts';
import { canChange, ChangingCity } from './changing_city.ts';
import { fitsKiosk, isAccessible, sectorPixels } from './judges.ts';
import { ask, middleOfStyle, NEEDS_SERVER, server } from './served_city.ts';

const SCREENS = { portrait: KIOSK, landscape: { width: 1280, height: 800 } };

describe('the kiosk', NEEDS_SERVER, () => {
  let browser: Browser;
  const url = server ?? '';

  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  const stand = async (rest = '', more = {}): Promise<Visit> => {
    const visited = await visit(browser, await kioskAt(url, rest), { viewport: KIOSK, hasTouch: true, ...more });
    await visited.page.locator('.choices button').first().waitFor();
    await mapIsDrawn(visited.page);
    return visited;
  };
  const rows = (page: Page) => page.locator('ol [data-key]');
  const service = async (id: string) => {
    const { lon, lat } = await middleOfStyle();
    const around = await ask<Surroundings>(`/at?lon=${lon}&lat=${lat}`);
    const found = around.services.find((one) => one.id === id);
    assert.ok(found, `the demonstration city has ${id}`);
    return { ...found, near: await ask<Neighbors>(`/nearest?lon=${lon}&lat=${lat}&collections=${found.collections.join(',')}&limit=10`) };
  };
  /** The middle of an element lies within the map. */
  const isOnMap = async (page: Page, selector: string) => {
    const [map, mark] = [await page.locator('.canvas').boundingBox(), await page.locator(selector).first().boundingBox()];
    assert.ok(map && mark, selector);
    const [x, y] = [mark.x + mark.width / 2, mark.y + mark.height / 2];
    assert.ok(x > map.x && x < map.x + map.width && y > map.y && y < map.y + map.height, `${selector} is in sight`);
  };

  test('three steps lead to the nearest: a service, the list by distance, the card with the way on the map', async () => {
    const { context, page, faults } = await stand();
    const pharmacy = await service('pharmacy');
    await page.getByRole('button', { name: pharmacy.title }).tap();
    await rows(page).first().waitFor();
    assert.deepEqual(
      await rows(page).evaluateAll((buttons) => buttons.map((button) => (button as HTMLElement).dataset.key)),
      pharmacy.near.features.map(({ id, properties }) => `${properties.collection}/${id}`),
    );
    await mapIsDrawn(page);
    await isOnMap(page, '.here-sign');
    for (const key of pharmacy.near.features.map(({ id, properties }) => `${properties.collection}/${id}`)) {
      await isOnMap(page, `.number-pin[data-key="${key}"]`);
    }
    const line = { sectors: [{ id: 'way', color: '#0b57b7' }] } as unknown as Catalog;
    const before = (await sectorPixels(page, line))['way'] ?? 0;
    await rows(page).nth(1).tap();
    await page.locator('article h2').waitFor();
    await page.locator('article .way').waitFor();
    await mapIsDrawn(page);
    await isOnMap(page, '.here-sign');
    await isOnMap(page, '.number-pin.active');
    const drawn = (await sectorPixels(page, line))['way'] ?? 0;
    assert.ok(drawn > before + 200, `the way is drawn: ${before} → ${drawn} pixels of its colour`);
    const [, second] = pharmacy.near.features;
    assert.equal(await page.locator('article h2').textContent(), second?.properties['name']);
    assert.match((await page.locator('article .way').textContent()) ?? '', /\d.*м.*хв пішки по прямій/s);

    await page.getByRole('button', { name: 'Назад' }).tap();
    await rows(page).first().waitFor();
    await page.getByRole('button', { name: 'Спочатку' }).tap();
    await page.getByRole('heading', { name: 'Що шукаєте поруч?' }).waitFor();
    assert.equal(await page.locator('.number-pin').count(), 0);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('the card shows photos, and one of them in full for a whole finger; idleness takes it away', async () => {
    const { features } = await ask<Neighbors>('/collections/playgrounds/items?limit=1000&filter=photos%20IS%20NOT%20NULL');
    const found = features.find(({ properties }) => properties.photos?.length === 2);
    assert.ok(found?.geometry.type === 'Point', 'a playground has two photos');
    const [lon, lat] = found.geometry.coordinates;
    const { context, page, faults } = await visit(browser, `${url}/kiosk?lon=${lon}&lat=${lat}&idle=600`, { viewport: KIOSK, hasTouch: true });
    await page.getByRole('button', { name: (await service('playground')).title }).tap();
    await page.locator(`ol [data-key="playgrounds/${found.id}"]`).tap();
    const photos = page.locator('article ul img');
    await photos.first().waitFor();
    assert.equal(await photos.count(), 2);
    await fitsKiosk(page, 'card with photos');
    await isAccessible(page, 'card with photos');
    await photos.first().tap();
    const dialog = page.getByRole('dialog');
    await dialog.locator('img').waitFor();
    await page.waitForFunction(() => (document.querySelector('dialog img') as HTMLImageElement).naturalWidth > 0);
    await fitsKiosk(page, 'photo');
    await isAccessible(page, 'photo');
    await stopClock(page, 601_000);
    await page.getByRole('heading', { name: 'Що шукаєте поруч?' }).waitFor();
    assert.equal(await page.locator('dialog[open]').count(), 0);
    assert.deepEqual(faults, []);
    await context.close();
  });

  for (const [screen, viewport] of Object.entries(SCREENS)) {
    for (const language of ['uk', 'en'] as const) {
      test(`every view fits a whole finger, leads nowhere else, and axe finds nothing: ${screen}, ${language}`, async () => {
        const { context, page, faults } = await stand(`&lang=${language}&idle=600`, { viewport });
        const judge = async (view: string) => {
          await fitsKiosk(page, view);
          await isAccessible(page, view);
        };
        await judge('start');
        await page.locator('.choices button').nth(3).tap();
        await rows(page).first().waitFor();
        await judge('list');
        await rows(page).nth(1).tap();
        await page.locator('article .way').waitFor();
        await judge('card');
        await page.locator('nav button').last().tap();
        await page.locator('dialog[open] svg').waitFor();
        await judge('to the phone');
        await page.locator('dialog button').tap();
        await page.locator('nav button').nth(1).tap();
        await page.locator('.others button').first().tap();
        await judge('sections');
        await page.locator('.choices button').first().tap();
        await judge('a sector');
        await page.locator('nav button').nth(1).tap();
        await page.locator('.others button').last().tap();
        await page.locator('.keys .row').nth(1).locator('button').first().tap();
        await page.locator('.found [data-key]').first().waitFor();
        await judge('search');
        assert.equal(await page.locator('html').getAttribute('lang'), language);
        assert.deepEqual(faults, []);
        await context.close();
      });
    }
  }

  test('what is typed on the screen, in either alphabet, finds; no keyboard of the system comes', async () => {
    const { context, page, faults } = await stand('&idle=600');
    const press = async (word: string) => {
      for (const letter of word) await page.locator('.keys').getByRole('button', { name: letter === ' ' ? 'пробіл' : letter, exact: true }).tap();
    };
    await page.getByRole('button', { name: 'Пошук за назвою чи адресою' }).tap();
    assert.equal(await page.getByRole('textbox').getAttribute('inputmode'), 'none');
    await press('аптека');
    await page.locator('.found').getByText('Аптека', { exact: false }).first().waitFor();
    await page.getByRole('button', { name: 'Стерти останню літеру' }).tap();
    assert.equal(await page.getByRole('textbox').inputValue(), 'аптек');
    await page.getByRole('button', { name: 'Стерти все' }).tap();
    assert.equal(await page.locator('.found [data-key]').count(), 0);
    await page.getByRole('button', { name: 'Латинські літери' }).tap();
    await press('apteka');
    await page.locator('.found').getByText('Аптека', { exact: false }).first().waitFor();
    await page.locator('.found [data-key]').first().tap();
    await page.getByRole('heading', { level: 2 }).first().waitFor();
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('the code leads a phone to the same card on the ordinary page', async () => {
    const { context, page, faults } = await stand('&idle=600');
    await page.locator('.choices button').nth(3).tap();
    await rows(page).first().tap();
    await page.locator('article .way').waitFor();
    const heading = await page.locator('article h2').textContent();
    await mapIsDrawn(page);
    await page.getByRole('button', { name: 'На свій телефон' }).tap();
    const link = await decode(page);
    assert.ok(link.startsWith(`${url}/?map=`), link);
    const phone = await visit(browser, link, { viewport: { width: 390, height: 844 } });
    await phone.page.locator('article h2').waitFor();
    assert.equal(await phone.page.locator('article h2').textContent(), heading);
    await phone.context.close();
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('after a while without a touch it begins anew, and nothing of the last person is left', async () => {
    const { context, page, faults } = await stand('&idle=600');
    const startClock = () =>
      page.evaluate(() => {
        const [at, from] = [performance.now(), Date.now()];
        performance.now = () => at + Date.now() - from;
      });
    const entries = await page.evaluate(() => history.length);
    const address = page.url();
    const sign = await page.locator('.here-sign').boundingBox();
    await page.getByRole('button', { name: 'English' }).tap();
    await page.getByRole('button', { name: 'Search by name or address' }).tap();
    await page.locator('.keys .row').nth(1).locator('button').first().tap();
    await page.locator('.found [data-key]').first().tap();
    await page.locator('nav button').first().waitFor();
    await page.mouse.move(540, 300);
    await page.mouse.down();
    await page.mouse.move(200, 200, { steps: 5 });
    await page.mouse.up();
    // Who still reads is asked, and any touch is an answer.
    await stopClock(page, 0);
    await page.touchscreen.tap(20, 20);
    await stopClock(page, 590_500);
    await page.getByRole('alertdialog').waitFor();
    assert.equal(await page.locator('#idle-left').textContent(), 'We start over in 10 seconds.');
    await isAccessible(page, 'the question whether anybody is here');
    await page.getByRole('button', { name: 'Yes, go on' }).tap();
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    await stopClock(page, 580_000);
    assert.equal(await page.getByRole('heading', { name: 'What are you looking for nearby?' }).count(), 0);

    await stopClock(page, 21_000);
    await page.getByRole('heading', { name: 'Що шукаєте поруч?' }).waitFor();
    await startClock();
    // What the view needs and what it leaves to the map changes until then.
    await page.locator('.choices button').first().waitFor();
    await mapIsDrawn(page);
    assert.equal(await page.locator('html').getAttribute('lang'), 'uk');
    assert.deepEqual(await page.locator('.here-sign').boundingBox(), { ...sign, ...(await sizeOf(page, '.here-sign')) }, 'the map is back at its place');
    const left = await page.evaluate(async () => ({
      storage: localStorage.length + sessionStorage.length,
      cookies: document.cookie,
      caches: (await caches.keys()).length,
      databases: (await indexedDB.databases()).length,
      workers: (await navigator.serviceWorker.getRegistrations()).length,
      entries: history.length,
    }));
    assert.deepEqual(left, { storage: 0, cookies: '', caches: 0, databases: 0, workers: 0, entries });
    assert.equal(page.url(), address);
    await page.getByRole('button', { name: 'Пошук за назвою чи адресою' }).tap();
    assert.equal(await page.getByRole('textbox').inputValue(), '');
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('an ordinary visit before it leaves nothing at the kiosk', async () => {
    const { context, page } = await visit(browser, `${url}/`, { serviceWorkers: 'allow', viewport: KIOSK });
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.waitForFunction(async () => (await caches.keys()).length > 1);
    await page.evaluate(() => localStorage.setItem('mapa.searches', '["аптека"]'));
    await page.goto(await kioskAt(url));
    await page.locator('.choices button').first().waitFor();
    await page.waitForFunction(async () => {
      const registrations = await navigator.serviceWorker.getRegistrations();
      return registrations.length === 0 && navigator.serviceWorker.controller === null;
    });
    await page.waitForFunction(async () => (await caches.keys()).length === 0 && localStorage.length === 0);
    await context.close();
  });

  test('the keys of a real keyboard lead to a card and back as well', async () => {
    const { context, page, faults } = await stand('&idle=600', { hasTouch: false });
    const tabTo = async (name: RegExp) => {
      for (let presses = 0; presses < 60; presses += 1) {
        await page.keyboard.press('Tab');
        const focused = await page.evaluate(() => ({
          text: document.activeElement?.textContent ?? '',
          seen: document.activeElement?.matches(':focus-visible') && getComputedStyle(document.activeElement).outlineStyle !== 'none',
        }));
        if (!name.test(focused.text)) continue;
        assert.ok(focused.seen, `the focus is seen on ${name}`);
        return;
      }
      assert.fail(`no way by Tab to ${name}`);
    };
    await tabTo(/Аптека/);
    await page.keyboard.press('Enter');
    await rows(page).first().waitFor();
    await tabTo(/хв пішки/);
    await page.keyboard.press('Enter');
    await page.locator('article h2').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'H2');
    await tabTo(/Назад/);
    await page.keyboard.press('Enter');
    await rows(page).first().waitFor();
    assert.deepEqual(faults, []);
    await context.close();
  });
});

describe('a kiosk whose server goes away', { skip: canChange ? false : 'skipped: no city to change (MAPA_CHANGING)' }, () => {
  test('says so plainly, begins anew all the same, and goes on when the server is back', async () => {
    const browser = await launch();
    const city = await ChangingCity.found();
    const { context, page } = await visit(browser, await kioskAt(city.url, '&idle=10'), { viewport: KIOSK, hasTouch: true });
    await page.locator('.choices button').first().waitFor();
    await mapIsDrawn(page);
    await city.stop();
    await page.locator('.choices button').nth(3).tap();
    await page.getByText('Не вдалося знайти об’єкти поруч.').waitFor();
    await page.getByRole('heading', { name: 'Що шукаєте поруч?' }).waitFor();
    await city.start();
    await page.getByRole('button', { name: 'Спробувати ще раз' }).first().tap();
    await page.locator('.choices button').nth(3).tap();
    await page.locator('ol [data-key]').first().waitFor();
    await context.close();
    await city.stop();
    await browser.close();
  });
});

/** The clock of the page stands where we put it, so that nothing depends on how fast this machine is. */
function stopClock(page: Page, later_ms: number): Promise<void> {
  return page.evaluate((ms) => {
    const at = performance.now() + ms;
    performance.now = () => at;
  }, later_ms);
}

async function sizeOf(page: Page, selector: string) {
  const box = await page.locator(selector).boundingBox();
  return { width: box?.width, height: box?.height };
}

/** Reads the code as a phone's camera does, by a decoder of other hands. */
async function decode(page: Page): Promise<string> {
  const png = (await page.locator('dialog svg').screenshot()).toString('base64');
  const picture = await page.evaluate(async (bytes) => {
    const image = new Image();
    image.src = `data:image/png;base64,${bytes}`;
    await image.decode();
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
    if (!context) throw new Error('no 2d context');
    context.drawImage(image, 0, 0);
    return { width: image.width, height: image.height, data: [...context.getImageData(0, 0, image.width, image.height).data] };
  }, png);
  const code = (jsqr as unknown as typeof jsqr.default)(Uint8ClampedArray.from(picture.data), picture.width, picture.height);
  assert.ok(code, 'the code can be read');
  return code.data;
}
