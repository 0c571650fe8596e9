// The photos of a card in a real browser: in their place before they come, and one of them in full.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { CityObject, Neighbors } from '../src/server/wire.ts';
import { DESKTOP, launch, PHONE, visit } from './browser.ts';
import { fitsPhone, isAccessible } from './judges.ts';
import { NEEDS_SERVER, server } from './served_city.ts';
const COLLECTION = 'playgrounds';

describe('the photos of a card', NEEDS_SERVER, () => {
  let browser: Browser;
  /** an object with two photos */
  let object: CityObject;

  const card = (rest = '') => `${server}/#object=${COLLECTION}/${object.id}${rest}`;
  const strip = (page: Page) => page.locator('article ul img');
  const loaded = (page: Page, selector: string) =>
    page.waitForFunction((css) => [...document.querySelectorAll<HTMLImageElement>(css)].every((image) => image.complete && image.naturalWidth > 0), selector);

  before(async () => {
    browser = await launch();
    const response = await fetch(`${server}/collections/${COLLECTION}/items?limit=1000&filter=photos%20IS%20NOT%20NULL`);
    const { features } = (await response.json()) as Neighbors;
    const found = features.find(({ properties }) => properties.photos?.length === 2);
    assert.ok(found, 'a playground has two photos');
    object = found;
  });
  after(() => browser?.close());

  test('they are sized, loaded late and small, and shift nothing', async () => {
    const { context, page, faults } = await visit(browser, `${server}/`);
    await page.locator('li.sector').first().waitFor();
    // What the first view loads has no part of the gallery, and no photo.
    const early = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
    assert.deepEqual(early.filter((name) => /Gallery|\/photos\//.test(name)), []);
    await page.goto(card());
    await page.locator('article h2').waitFor();
    const before = await page.locator('article h3').first().boundingBox();
    await strip(page).first().waitFor();
    await loaded(page, 'article ul img');
    const after = await page.locator('article h3').first().boundingBox();
    assert.deepEqual(after, before, 'the facts stay where they were');
    const images = await strip(page).evaluateAll((all) =>
      (all as HTMLImageElement[]).map(({ width, height, naturalWidth, loading, alt, currentSrc }) => ({ width, height, naturalWidth, loading, alt, currentSrc })),
    );
    assert.equal(images.length, 2);
    for (const [i, image] of images.entries()) {
      assert.equal(image.loading, 'lazy');
      assert.equal(image.height, 160);
      assert.ok(Math.abs(image.width - 160 * (4 / 3)) < 1, String(image.width));
      assert.match(image.currentSrc, /-320x240\.jpg$/, 'a plain screen takes the smallest that is large enough');
      assert.match(image.alt, new RegExp(`: світлина ${i + 1} з 2$`));
    }
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('the keyboard opens one in full, turns, and comes back to where it was', async () => {
    const { context, page, faults } = await visit(browser, card('&lang=en'));
    await strip(page).first().waitFor();
    const heading = await page.locator('article h2').textContent();
    const first = page.locator('article ul button').first();
    await first.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('img', { name: `${heading}: photo 1 of 2` }).waitFor();
    await loaded(page, 'dialog img');
    await dialog.getByText(/^Photo: /).waitFor();
    await page.keyboard.press('ArrowRight');
    await dialog.getByRole('img', { name: `${heading}: photo 2 of 2` }).waitFor();
    // At the end it stays.
    await page.keyboard.press('ArrowRight');
    await dialog.getByRole('img', { name: `${heading}: photo 2 of 2` }).waitFor();
    await dialog.getByRole('button', { name: 'Previous photo' }).click();
    await dialog.getByRole('img', { name: `${heading}: photo 1 of 2` }).waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    assert.equal(await page.locator('article h2').textContent(), heading, 'the card stays open');
    assert.ok(await first.evaluate((button) => button === document.activeElement), 'the focus is back');
    await first.click();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await dialog.waitFor({ state: 'hidden' });
    // Beside the picture a click closes it too.
    await first.click();
    await dialog.waitFor();
    await page.mouse.click(4, 300);
    await dialog.waitFor({ state: 'hidden' });
    assert.deepEqual(faults, []);
    await context.close();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const viewport of [PHONE, DESKTOP]) {
      test(`they fit and are accessible, ${colorScheme}, ${viewport.width} wide`, async () => {
        const isMobile = viewport === PHONE;
        const { context, page } = await visit(browser, card(), { colorScheme, viewport, isMobile, hasTouch: isMobile, deviceScaleFactor: isMobile ? 3 : 1 });
        await strip(page).first().waitFor();
        await loaded(page, 'article ul li:first-child img');
        if (isMobile) await fitsPhone(page, 'a card with photos');
        await isAccessible(page, 'a card with photos');
        await page.locator('article ul button').first().click();
        const shown = page.locator('dialog img');
        await shown.waitFor();
        await loaded(page, 'dialog img');
        const box = await shown.boundingBox();
        assert.ok(box && box.x >= 0 && box.y >= 0 && box.x + box.width <= viewport.width && box.y + box.height <= viewport.height, JSON.stringify(box));
        assert.ok(Math.abs(box.width / box.height - 4 / 3) < 0.01, 'not squeezed');
        assert.ok(Math.min(viewport.width - 40, 600) <= box.width, `${box.width} of ${viewport.width}`);
        await isAccessible(page, 'a photo in full');
        await context.close();
      });
    }
  }

  test('a photo that does not come is told, and the card stays whole', async () => {
    const { context, page } = await visit(browser, `${server}/`);
    await page.route('**/photos/*', (route) => route.abort());
    await page.goto(card());
    await strip(page).first().waitFor();
    await page.locator('article ul button').first().click();
    await page.getByRole('alert').getByText('Світлину не вдалося завантажити.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Закрити' }).click();
    await page.getByText('Останнє оновлення').waitFor();
    await context.close();
  });
});
