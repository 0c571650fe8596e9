// Pictures of the page for a person to look at: phone and desktop, both languages, both appearances.
//
//   MAPA_URL=http://127.0.0.1:8080 npm run shots -- DIR
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Neighbors } from '../src/server/wire.ts';
import { DESKTOP, KIOSK, kioskAt, launch, mapIsDrawn, PHONE, visit } from './browser.ts';
import { server } from './served_city.ts';

const [directory] = process.argv.slice(2);
if (!directory || !server) {
  console.error('usage: MAPA_URL=http://HOST:PORT npm run shots -- DIR');
  process.exit(2);
}
mkdirSync(directory, { recursive: true });

const words = {
  uk: { filter: 'Що на мапі', near: 'Поруч зі мною', center: 'Від середини мапи', here: 'Що в середині мапи?', back: 'Назад', measure: 'Виміряти відстань або площу' },
  en: { filter: 'On the map', near: 'Near me', center: 'From the middle of the map', here: 'What is in the middle of the map?', back: 'Back', measure: 'Measure a distance or an area' },
};

const desk = (filter: string, chart: string) => ({
  '7-table': { address: 'table=budget-items&sort=-planned_uah', open: null },
  '7-table-filter': {
    address: 'table=budget-items&where=works_status.in:in-progress&where=works_status.in:planned&where=planned_uah.min:500000',
    open: filter,
  },
  '7-table-chart': { address: 'table=budget-items', open: chart },
  '8-districts': { address: 'collection=budget-items&districts=planned_uah&time=year', open: null },
});
const desks = { uk: desk('Фільтр', 'Діаграма'), en: desk('Filter', 'Chart') };

const browser = await launch();
for (const [screen, viewport] of Object.entries({ phone: PHONE, desktop: DESKTOP })) {
  for (const language of ['uk', 'en'] as const) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const isPhone = screen === 'phone';
      const { context, page } = await visit(browser, `${server}/#lang=${language}`, {
        viewport,
        colorScheme,
        hasTouch: isPhone,
        isMobile: isPhone,
        deviceScaleFactor: isPhone ? 2 : 1,
      });
      const shoot = async (view: string) => {
        await mapIsDrawn(page);
        await page.screenshot({ path: join(directory, `${screen}-${language}-${colorScheme}-${view}.png`) });
      };
      await tour(page, words[language], isPhone, shoot);
      for (const [view, { address, open }] of Object.entries(desks[language])) {
        await page.goto('about:blank');
        await page.goto(`${server}/#lang=${language}&${address}`);
        await page.locator('.rows tbody tr, .told tfoot').first().waitFor();
        if (open) await page.getByRole('button', { name: open, exact: true }).click();
        await page.waitForTimeout(400);
        await shoot(view);
      }
      await page.goto(`${server}/?photos#lang=${language}&object=${await photographed()}`);
      await page.locator('article ul img').first().waitFor();
      await shoot('7-photos');
      await page.locator('article ul button').first().click();
      await page.locator('dialog img').waitFor();
      await shoot('8-photo');
      await page.goto(`${server}/embed?lang=${language}`);
      await shoot('6-embed');
      await context.close();
    }
  }
}
for (const language of ['uk', 'en'] as const) {
  for (const [screen, viewport] of Object.entries({ kiosk: KIOSK, 'kiosk-wide': { width: 1280, height: 800 } })) {
    const { context, page } = await visit(browser, await kioskAt(server, `&lang=${language}&idle=600`), { viewport, hasTouch: true });
    await tourKiosk(page, async (view) => {
      await mapIsDrawn(page);
      await page.screenshot({ path: join(directory, `${screen}-${language}-${view}.png`) });
    });
    await context.close();
  }
}
await browser.close();

/** A playground with two photos, as the page's address names it. */
async function photographed(): Promise<string> {
  const response = await fetch(`${server}/collections/playgrounds/items?limit=1000&filter=photos%20IS%20NOT%20NULL`);
  const { features } = (await response.json()) as Neighbors;
  const found = features.find(({ properties }) => properties.photos?.length === 2);
  if (!found) throw new Error('no playground has two photos');
  return `playgrounds/${found.id}`;
}

/** Found by their place in the page, which is the same in both languages. */
async function tourKiosk(page: Page, shoot: (view: string) => Promise<void>): Promise<void> {
  await page.locator('.choices button').first().waitFor();
  await shoot('1-start');
  await page.locator('.choices button').nth(3).click();
  await page.locator('ol [data-key]').first().waitFor();
  await shoot('2-list');
  await page.locator('ol [data-key]').nth(1).click();
  await page.locator('article h2').waitFor();
  await shoot('3-card');
  await page.locator('nav button').nth(2).click();
  await shoot('4-to-phone');
  await page.locator('dialog button').click();
  await page.locator('nav button').nth(1).click();
  await page.locator('.others button').first().click();
  await shoot('5-sections');
  await page.locator('.choices button').first().click();
  await shoot('6-sector');
  await page.locator('nav button').nth(1).click();
  await page.locator('.others button').last().click();
  await page.locator('.keys button').filter({ hasText: /^[шs]$/ }).click();
  await page.locator('.keys .row').nth(1).locator('button').nth(2).click();
  await page.locator('[aria-label][data-key], ul [data-key]').first().waitFor();
  await shoot('7-search');
}

async function tour(
  page: Page,
  said: (typeof words)['uk'],
  isPhone: boolean,
  shoot: (view: string) => Promise<void>,
): Promise<void> {
  await shoot('1-start');
  const toFilter = page.getByRole('button', { name: said.filter });
  if (isPhone) await toFilter.click();
  const second = page.locator('li.sector').nth(1);
  await second.locator('summary').first().click();
  await second.locator('li.service_area summary').first().click();
  await second.locator('li.collection input').first().check();
  await shoot('2-filter');
  await second.locator('li.collection input').first().uncheck();
  await page.getByRole('button', { name: said.near }).click();
  await page.getByRole('button', { name: said.center }).click();
  await page.locator('ol [data-key]').first().waitFor();
  await shoot('3-near');
  await page.locator('ol [data-key]').first().click();
  await page.locator('article h2').waitFor();
  await shoot('4-card');
  await page.getByRole('button', { name: said.back, exact: true }).click();
  await page.getByRole('button', { name: said.here }).click();
  await page.locator('ul.services [data-key]').first().waitFor();
  await shoot('5-here');
  await page.getByRole('button', { name: said.measure }).click();
  const canvas = page.locator('canvas.maplibregl-canvas');
  const box = await canvas.boundingBox();
  if (!box) throw new Error('no map');
  for (const [x, y] of [[0.35, 0.3], [0.6, 0.25], [0.65, 0.45], [0.4, 0.5]] as const) {
    await page.mouse.click(box.x + x * box.width, box.y + y * box.height);
  }
  await page.locator('.maplibregl-map dd, section dl dd').first().waitFor();
  await shoot('7-measure');
}
