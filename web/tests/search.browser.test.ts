// The search box in a real browser on a running server: typed, chosen by keyboard and finger, remembered here only.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Neighbors, Suggestions } from '../src/server/wire.ts';
import { held, launch, mapIsDrawn, PHONE, visit } from './browser.ts';
import { fitsPhone, isAccessible } from './judges.ts';
import { ask, middleOfStyle, NEEDS_SERVER, server } from './served_city.ts';

describe('the search box', NEEDS_SERVER, () => {
  let browser: Browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  const box = (page: Page) => page.getByRole('combobox', { name: /Пошук у місті|Search the city/ });
  const option = (page: Page) => page.getByRole('option');
  const type = async (page: Page, text: string, write = () => box(page).fill(text)): Promise<Suggestions> => {
    const answer = page.waitForResponse((response) => new URL(response.url()).searchParams.get('q') === text);
    await write();
    const suggestions = (await (await answer).json()) as Suggestions;
    await option(page).first().waitFor();
    return suggestions;
  };
  const activeText = (page: Page) =>
    page.evaluate(() => {
      const id = document.activeElement?.getAttribute('aria-activedescendant');
      return id ? document.getElementById(id)?.textContent?.trim() : null;
    });

  test('suggests in groups, and the keyboard chooses: the card opens and the map goes there', async () => {
    const { context, page, faults } = await visit(browser, `${server}/`);
    await page.locator('li.sector').first().waitFor();
    await mapIsDrawn(page);
    const { places } = await type(page, 'школа 12');
    const [first, second] = places;
    assert.ok(first && second);
    assert.equal(await page.getByRole('group', { name: 'Місця' }).getByRole('option').count(), places.length);
    assert.equal(await activeText(page), null);
    await page.keyboard.press('ArrowDown');
    assert.match((await activeText(page)) ?? '', new RegExp(`^${first.title}`));
    await page.keyboard.press('ArrowUp');
    assert.equal(await activeText(page), null, 'before the first stands the text itself');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 2, name: second.title }).waitFor();
    assert.equal(await page.getByRole('listbox').isVisible(), false);
    await page.waitForFunction(({ lon, lat }) => {
      const [zoom, at_lon, at_lat] = (/map=([\d.]+)\/([\d.]+)\/([\d.]+)/.exec(location.hash) ?? []).slice(1).map(Number);
      return (zoom ?? 0) >= 16 && Math.abs((at_lon ?? 0) - lon) < 0.005 && Math.abs((at_lat ?? 0) - lat) < 0.005;
    }, second);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('who types goes on while a card comes late, and the card that is chosen takes the focus', async () => {
    const { lon, lat } = await middleOfStyle();
    const [nearest] = (await ask<Neighbors>(`/nearest?lon=${lon}&lat=${lat}&limit=1`)).features;
    assert.ok(nearest);
    const { context, page, faults } = await visit(browser, 'about:blank');
    const giveCard = await held(page, /\/collections\/[^/]+\/items\//);
    await page.goto(`${server}/#object=${nearest.properties.collection}/${nearest.id}`);
    await box(page).click();
    await page.keyboard.type('шко');
    giveCard();
    await page.locator('article h2').waitFor();
    const { places } = await type(page, 'школа 12', () => page.keyboard.type('ла 12'));
    assert.equal(await box(page).inputValue(), 'школа 12');
    assert.ok(places[0]);
    // The suggestions for the first letters may stand until then, and are not chosen from.
    await page.locator('search').getByText(/^\d+ підказ/).waitFor({ state: 'attached' });
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 2, name: places[0].title }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'H2');
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('Escape closes the list, then empties the field; a press beside it closes it too', async () => {
    const { context, page, faults } = await visit(browser, `${server}/`);
    await page.locator('li.sector').first().waitFor();
    await type(page, 'аптека');
    await page.keyboard.press('Escape');
    assert.equal(await page.getByRole('listbox').isVisible(), false);
    assert.equal(await box(page).inputValue(), 'аптека');
    await page.keyboard.press('Escape');
    assert.equal(await box(page).inputValue(), '');
    await type(page, 'аптека');
    await page.locator('li.sector').last().click();
    assert.equal(await page.getByRole('listbox').isVisible(), false);
    await box(page).fill('йцукенйцукен');
    await page.locator('search').getByText('Нічого не знайдено').last().waitFor();
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('a section that is chosen is alone on the map', async () => {
    const { context, page, faults } = await visit(browser, `${server}/`);
    await page.locator('li.sector').first().waitFor();
    await type(page, 'аптеки');
    await page.getByRole('group', { name: 'Розділи' }).getByRole('option', { name: 'Аптеки', exact: true }).click();
    await page.waitForFunction(() => location.hash.includes('pharmacies'));
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('what was searched for stays in this browser, and is forgotten when told', async () => {
    const { context, page, faults } = await visit(browser, `${server}/`);
    await page.locator('li.sector').first().waitFor();
    await type(page, 'парк злагода');
    await page.keyboard.press('Enter');
    await page.reload();
    await box(page).click();
    await page.getByRole('option', { name: 'парк злагода' }).waitFor();
    assert.equal(await page.evaluate(() => localStorage.getItem('mapa.searches')), '["парк злагода"]');
    await page.getByRole('button', { name: 'Забути нещодавні пошуки' }).click();
    assert.equal(await page.evaluate(() => localStorage.getItem('mapa.searches')), '[]');
    assert.equal(await page.getByRole('listbox').isVisible(), false);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('on a phone a finger chooses, and nothing is cut', async () => {
    const options = { viewport: PHONE, hasTouch: true, isMobile: true };
    const { context, page, faults } = await visit(browser, `${server}/#lang=en`, options);
    await mapIsDrawn(page);
    const { places } = await type(page, 'hospital 22');
    assert.ok(places[0]);
    await fitsPhone(page, 'suggestions');
    await option(page).first().tap();
    await page.getByRole('heading', { level: 2 }).first().waitFor();
    assert.ok((await page.evaluate(() => location.hash)).includes(`object=${places[0].collection}/`));
    assert.deepEqual(faults, []);
    await context.close();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`axe finds nothing, ${colorScheme}`, async () => {
      const { context, page } = await visit(browser, `${server}/`, { colorScheme });
      await page.locator('li.sector').first().waitFor();
      await type(page, 'вулиця');
      await page.keyboard.press('ArrowDown');
      await isAccessible(page, 'suggestions');
      await context.close();
    });
  }
});
