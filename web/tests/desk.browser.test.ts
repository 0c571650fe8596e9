// The planner's desk in a real browser: the table and the map as one set, files of it, charts, and figures by district.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { SEQUENCE } from '../src/plot/classes.ts';
import type { Catalog, Collection, Items, Schema, Tally } from '../src/server/wire.ts';
import { held, launch, mapIsDrawn, PHONE, visit } from './browser.ts';
import { fitsPhone, isAccessible, pixelsOf, sectorPixels } from './judges.ts';
import { ask, NEEDS_SERVER, server } from './served_city.ts';

/** A collection with money, days, closed lists and districts. */
const WORKS = 'budget-items';

describe('the desk', NEEDS_SERVER, () => {
  let browser: Browser;
  let catalog: Catalog;
  let collection: Collection;
  let schema: Schema;

  const items = (query: string) => ask<Items>(`/collections/${WORKS}/items?${query}`);
  const tally = (query: string) => ask<Tally>(`/summary?collections=${WORKS}&${query}`);
  const at = (desk: string) => `${server}/#lang=uk&${desk}`;
  const ids = (page: Page) => page.locator('.rows tbody tr').evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset.id));
  /** Until the page of the table begins with this row. */
  const begins = (page: Page, id: string | number | undefined) =>
    page.waitForFunction((id) => document.querySelector<HTMLElement>('.rows tbody tr')?.dataset.id === id, id);
  const number = (value: number) => new Intl.NumberFormat('uk-UA', { useGrouping: 'min2', maximumFractionDigits: 6 }).format(value);
  const matched = (page: Page, count: number) =>
    page.waitForFunction((text) => document.querySelector('.matched')?.textContent?.startsWith(`${text} об’єкт`), number(count));
  const settled = (page: Page) => page.waitForFunction(() => document.querySelector('.rows')?.getAttribute('aria-busy') === 'false');

  before(async () => {
    browser = await launch();
    catalog = await ask<Catalog>('/catalog');
    collection = await ask<Collection>(`/collections/${WORKS}`);
    schema = await ask<Schema>(`/collections/${WORKS}/schema?lang=uk`);
  });
  after(() => browser?.close());

  test('what is ticked opens as a table: columns of the schema, rows and count of the server, sorted and turned by keys', async () => {
    const { context, page, faults } = await visit(browser, `${server}/#lang=uk&collection=${WORKS}`);
    await page.getByRole('button', { name: 'Таблиця' }).click();
    const all = await items('limit=50');
    await matched(page, all.numberMatched);
    assert.deepEqual(await ids(page), all.features.map(({ id }) => id));
    const heads = await page.locator('.rows thead th').allInnerTexts();
    const titles = Object.entries(schema.properties).filter(([name, property]) => name !== 'geometry' && property.const === undefined);
    assert.equal(heads.length, titles.length);
    for (const [name, { title, 'x-ogc-unit': unit }] of titles) {
      assert.ok(heads.some((head) => head.trim() === (unit === 'UAH' ? `${title}, грн` : title) || head.startsWith(`${title}, `)), name);
    }
    // A cell shows what the server says, as people read it.
    const [first] = all.features;
    const kind = collection.kinds.find(({ id }) => id === first?.properties.kind)?.title.uk ?? '';
    assert.match(await page.locator('.rows tbody tr').first().innerText(), new RegExp(kind.slice(0, 12)));

    const head = page.getByRole('columnheader', { name: 'Заплановано' });
    await head.getByRole('button').focus();
    for (const [sort, way] of [['planned_uah', 'ascending'], ['-planned_uah', 'descending']] as const) {
      await page.keyboard.press('Enter');
      const sorted = await items(`limit=50&sortby=${sort}`);
      await begins(page, sorted.features[0]?.id);
      assert.equal(await head.getAttribute('aria-sort'), way);
      assert.deepEqual(await ids(page), sorted.features.map(({ id }) => id));
    }
    const whole = await items('limit=10000&sortby=-planned_uah&properties=id');
    const order = whole.features.map(({ id }) => id);
    const pages = page.getByRole('navigation', { name: 'Сторінки таблиці' });
    let start = 0;
    while (start + 50 < Math.min(order.length, 200)) {
      start += 50;
      await pages.getByRole('button', { name: 'Наступні' }).click();
      await begins(page, order[start]);
      assert.deepEqual(await ids(page), order.slice(start, start + 50));
    }
    await pages.getByRole('button', { name: 'Попередні' }).click();
    await begins(page, order[start - 50]);
    assert.match(page.url(), /sort=-planned_uah/);
    await pages.getByRole('button', { name: 'На початок' }).click();
    await begins(page, order[0]);
    await isAccessible(page, 'table');
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('what is chosen while the next page is on its way counts: another order stays, and a closed desk closed', async () => {
    const { context, page, faults } = await visit(browser, at(`table=${WORKS}`));
    await page.locator('.rows tbody tr').first().waitFor();
    const turn = async (meanwhile: () => Promise<unknown>) => {
      // The question with which row that page begins.
      const question = /\/items\?.*properties=id(&|$)/;
      const give = await held(page, question);
      const answer = page.waitForResponse(question);
      await page.getByRole('button', { name: 'Наступні' }).click();
      await meanwhile();
      give();
      await (await answer).finished();
      // What has come before this answer is taken before it.
      await page.evaluate(() => fetch('/health/live').then(({ ok }) => ok));
      await page.unroute(question);
    };
    const sorted = await items('limit=50&sortby=planned_uah');
    await turn(async () => {
      await page.getByRole('columnheader', { name: 'Заплановано' }).getByRole('button').click();
      await begins(page, sorted.features[0]?.id);
    });
    await settled(page);
    assert.match(page.url(), /sort=planned_uah/);
    assert.doesNotMatch(page.url(), /start=/);
    assert.deepEqual(await ids(page), sorted.features.map(({ id }) => id));
    await turn(() => page.getByRole('button', { name: 'Закрити робочий стіл' }).click());
    assert.equal(await page.locator('.desk').count(), 0);
    assert.doesNotMatch(page.url(), /table=/);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('table, map and files are one set: filtered by type, told in the address, in the columns shown', async () => {
    const { context, page, faults } = await visit(browser, at(`table=${WORKS}`));
    await page.getByRole('button', { name: 'Фільтр' }).click();
    const form = page.getByRole('complementary', { name: 'Фільтр' });
    const open = (title: string) => form.locator('summary', { hasText: title }).first().click();

    // A text without its case, a closed list by its titles, a number and a day by their ends.
    const [some] = (await items('limit=1&filter=name%20IS%20NOT%20NULL')).features;
    const word = String(some?.properties.name).slice(0, 5).toUpperCase();
    await open('Назва');
    await form.getByRole('searchbox', { name: 'Назва: містить' }).fill(word);
    let filter = `CASEI(name) LIKE CASEI('%${word}%')`;
    let wanted = await items(`limit=50&filter=${encodeURIComponent(filter)}`);
    await matched(page, wanted.numberMatched);
    const status = collection.fields.find(({ name }) => name === 'works_status')?.values ?? [];
    await open('Стан виконання робіт');
    for (const { title } of status.slice(2, 4)) await form.getByRole('checkbox', { name: title.uk, exact: true }).check();
    filter += ` AND works_status IN (${status.slice(2, 4).map(({ id }) => `'${id}'`).join(',')})`;
    wanted = await items(`limit=50&filter=${encodeURIComponent(filter)}`);
    await matched(page, wanted.numberMatched);
    await open('Заплановано');
    await form.getByRole('spinbutton', { name: 'Заплановано, грн: від' }).fill('250000');
    await open('Початок робіт');
    await form.getByLabel('Початок робіт: від').fill('2024-01-01');
    filter += " AND planned_uah >= 250000 AND started >= DATE('2024-01-01')";
    wanted = await items(`limit=50&filter=${encodeURIComponent(filter)}`);
    assert.ok(wanted.numberMatched > 0 && wanted.numberMatched < (await items('limit=1')).numberMatched, filter);
    await matched(page, wanted.numberMatched);
    await settled(page);
    assert.deepEqual(await ids(page), wanted.features.map(({ id }) => id));
    await isAccessible(page, 'table with its filter');

    // Columns that are hidden are in no file.
    await page.getByRole('button', { name: 'Стовпці' }).click();
    const columns = page.getByRole('complementary', { name: 'Стовпці' });
    for (const title of ['Адреса', 'Підрядник']) await columns.getByRole('checkbox', { name: title, exact: true }).uncheck();
    await columns.getByRole('checkbox', { name: 'Координати' }).check();
    await settled(page);
    assert.equal(await page.getByRole('columnheader', { name: 'Адреса' }).count(), 0);
    const csv = (await page.getByRole('link', { name: 'Завантажити CSV' }).getAttribute('href')) ?? '';
    const lines = (await (await fetch(server + csv)).text()).trim().split('\r\n');
    assert.equal(lines.length, wanted.numberMatched + 1);
    const head = lines[0]?.replace('\ufeff', '').split(',') ?? [];
    assert.ok(!head.includes('address') && head.includes('planned_uah') && head.includes('lon'), lines[0]);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Завантажити XLSX' }).click()]);
    assert.equal(download.suggestedFilename(), `${WORKS}.xlsx`);
    assert.equal((await readFile(await download.path())).subarray(0, 2).toString(), 'PK');

    // Who gets the address sees the same.
    const copy = await visit(browser, page.url());
    await matched(copy.page, wanted.numberMatched);
    assert.deepEqual(await ids(copy.page), wanted.features.map(({ id }) => id));
    assert.equal(await copy.page.getByRole('columnheader', { name: 'Адреса' }).count(), 0);
    await copy.context.close();
    await page.locator('.conditions button').first().click();
    assert.equal(await page.locator('.conditions button').count(), 4);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('the map draws what the table lists and nothing else', async () => {
    const [one] = (await items('limit=1&filter=name%20IS%20NOT%20NULL')).features;
    assert.ok(one?.geometry?.type === 'Point');
    const [lon, lat] = one.geometry.coordinates as [number, number];
    const there = `map=17/${lon}/${lat}&table=${WORKS}`;
    const drawn = async (where: string) => {
      const { context, page, faults } = await visit(browser, at(`${there}&where=${encodeURIComponent(where)}`));
      await page.locator('.rows').waitFor();
      await mapIsDrawn(page);
      const pixels = await sectorPixels(page, catalog);
      const count = await page.locator('.matched').innerText();
      assert.deepEqual(faults, []);
      await context.close();
      return { pixels, count };
    };
    const listed = await drawn(`id.in:${one.id}`);
    assert.match(listed.count, /^1 об’єкт$/);
    assert.ok((listed.pixels.budget ?? 0) > 50, JSON.stringify(listed.pixels));
    const empty = await drawn('id.in:nobody');
    for (const [sector, count] of Object.entries(listed.pixels)) {
      // What is written on the map has edges of many colours.
      const added = count - (empty.pixels[sector] ?? 0);
      if (sector !== 'budget') assert.ok(added < (listed.pixels.budget ?? 0) / 4, `${sector}: ${added}`);
    }
    assert.match(empty.count, /^0 об’єктів$/);
    assert.ok((empty.pixels.budget ?? 0) < 5, JSON.stringify(empty.pixels));
  });

  test('a row and the map follow each other', async () => {
    const order = (await items('limit=10000&sortby=-planned_uah')).features;
    const { context, page, faults } = await visit(browser, at(`table=${WORKS}&sort=-planned_uah`));
    await page.locator('.rows tbody tr').first().waitFor();
    await mapIsDrawn(page);
    const third = order[2];
    assert.ok(third?.geometry?.type === 'Point');
    await page.getByRole('button', { name: `Показати об’єкт ${third.id} на мапі` }).click();
    await page.locator('article h2').waitFor();
    await page.waitForFunction(
      ([lon, lat]) => {
        const [, x, y] = /map=[\d.]+\/([\d.]+)\/([\d.]+)/.exec(location.hash) ?? [];
        return Math.abs(Number(x) - (lon as number)) < 0.02 && Math.abs(Number(y) - (lat as number)) < 0.02;
      },
      third.geometry.coordinates,
    );
    assert.equal(await page.locator('tr.selected').getAttribute('data-id'), third.id);
    // Opened otherwise, it is brought to its row, on whichever page.
    const far = order.at(-3);
    const link = await page.evaluate(([c, id]) => location.hash.replace(/&object=[^&]*/, '') + `&object=${c}/${encodeURIComponent(id as string)}`, [WORKS, String(far?.id)]);
    await page.goto(`${server}/${link}`);
    await page.waitForFunction((id) => document.querySelector<HTMLElement>('tr.selected')?.dataset.id === id, far?.id);
    assert.ok(await page.locator('tr.selected').isVisible());
    // Then pages are turned as one likes, while its card stays open.
    await page.getByRole('button', { name: 'На початок' }).click();
    for (const start of [0, 50, 100]) {
      if (start > 0) await page.getByRole('button', { name: 'Наступні' }).click();
      await begins(page, order[start]?.id);
    }
    assert.ok(page.url().includes(`object=${WORKS}/${encodeURIComponent(String(far?.id))}`));
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('bars count what the server counts, and narrow table and map by pointer and by key', async () => {
    const { context, page, faults } = await visit(browser, at(`table=${WORKS}`));
    await page.getByRole('button', { name: 'Діаграма' }).click();
    const chart = page.getByRole('complementary', { name: 'Діаграма' });
    const { groups } = await tally('group_by=works_status');
    await chart.getByRole('combobox').selectOption('works_status');
    const numbers = async () => chart.locator('.for-reader tbody tr').evaluateAll((rows) => rows.map((row) => [row.children[0]?.textContent, row.children[1]?.textContent]));
    const status = collection.fields.find(({ name }) => name === 'works_status')?.values ?? [];
    const wanted = [...status.map(({ id, title }) => [title.uk, id] as const), ['невідомо', null] as const].flatMap(([title, id]) => {
      const group = groups.find(({ by }) => by.works_status === id);
      return group ? [[title, number(group.count)]] : [];
    });
    await page.waitForFunction((count) => document.querySelectorAll('aside svg g').length === count, wanted.length);
    assert.deepEqual(await numbers(), wanted);
    await isAccessible(page, 'chart');

    await chart.getByRole('combobox').selectOption('planned_uah');
    await chart.getByRole('group', { name: 'Заплановано' }).waitFor();
    const bar = chart.locator('svg g').nth(1);
    const told = Number((await bar.locator('.count').textContent())?.replace(/\s/g, ''));
    const all = (await numbers()).reduce((sum, [, count]) => sum + Number(count?.replace(/\s/g, '')), 0);
    assert.equal(all, (await items('limit=1')).numberMatched);
    await bar.focus();
    await page.keyboard.press('Enter');
    await matched(page, told);
    assert.match(page.url(), /where=planned_uah\.min:.*where=planned_uah\.below:/);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('a figure by district: the table says what the server adds up, the map is in the colours of the legend, the picture is whole', async () => {
    const { context, page, faults } = await visit(browser, `${server}/#lang=uk&collection=${WORKS}`);
    await page.getByRole('button', { name: 'Мапа районів' }).click();
    await page.getByLabel('Показник').selectOption('spent_uah');
    await page.getByRole('combobox', { name: 'Час', exact: true }).selectOption('year');
    const { groups, total } = await tally('group_by=district,year&sum=spent_uah');
    const rounded = (value: number) => number(Math.round(value * 100) / 100);
    const shown = (title: string) => page.locator('.told tbody tr, .told tfoot tr').filter({ hasText: title }).locator('td').allInnerTexts();
    await page.getByRole('slider').waitFor();
    assert.deepEqual(await shown('Разом'), [rounded(total.sums?.spent_uah?.sum ?? NaN), number(total.count)]);

    const years = [...new Set(groups.map(({ by }) => by.year).filter((year) => typeof year === 'number'))].sort((a, b) => a - b);
    const [year] = years;
    await page.getByRole('slider').focus();
    await page.keyboard.press('Home');
    await page.locator('output', { hasText: String(year) }).waitFor();
    const districts = new Set(groups.map(({ by }) => by.district));
    assert.ok(districts.size > 4);
    for (const district of districts) {
      if (district === null) continue;
      const group = groups.find(({ by }) => by.district === district && by.year === year);
      const sum = group?.sums?.spent_uah;
      const value = group === undefined ? '0' : sum && sum.known > 0 ? rounded(sum.sum) : 'невідомо';
      assert.deepEqual(await shown(String(district)), [value, number(group?.count ?? 0)], String(district));
    }
    await mapIsDrawn(page);
    const legend = await page.locator('.legend .swatch').evaluateAll((marks) => marks.map((mark) => getComputedStyle(mark).backgroundColor));
    const used = await page.locator('.told tbody .swatch').evaluateAll((marks) => marks.map((mark) => getComputedStyle(mark).backgroundColor));
    const hex = (rgb: string) => `#${(rgb.match(/\d+/g) ?? []).slice(0, 3).map((part) => Number(part).toString(16).padStart(2, '0')).join('')}`;
    const canvas = await page.locator('canvas.maplibregl-canvas').screenshot();
    const pixels = await pixelsOf(page, canvas, SEQUENCE);
    for (const color of SEQUENCE) {
      const wanted = used.some((rgb) => hex(rgb) === color);
      // The lightest is near the colour of great streets.
      if (wanted || color !== SEQUENCE[0]) assert.equal((pixels[color] ?? 0) > 400, wanted, `${color}: ${JSON.stringify(pixels)}, used ${used.map(hex)}`);
      if (wanted) assert.ok(legend.some((rgb) => hex(rgb) === color), color);
    }
    // No object stands over the areas.
    const sectors = await sectorPixels(page, catalog);
    assert.ok((sectors.budget ?? 0) < 50, JSON.stringify(sectors));
    await isAccessible(page, 'districts');

    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Малюнок PNG' }).click()]);
    const png = await readFile(await download.path());
    assert.equal(download.suggestedFilename(), `districts-spent_uah-${year}.png`);
    const box = await page.locator('canvas.maplibregl-canvas').boundingBox();
    // Width and height stand at the beginning of a PNG (its chunk IHDR).
    assert.equal(png.readUInt32BE(16), box?.width);
    assert.ok(png.readUInt32BE(20) > (box?.height ?? 0) + 150, 'title, legend and credit have their place');
    const painted = await pixelsOf(page, png, SEQUENCE);
    for (const rgb of new Set(used)) if (hex(rgb) !== '#000000') assert.ok((painted[hex(rgb)] ?? 0) > (pixels[hex(rgb)] ?? 0), hex(rgb));

    const csv = (await page.getByRole('link', { name: 'Числа CSV' }).getAttribute('href')) ?? '';
    assert.equal((await (await fetch(server + csv)).text()).trim().split('\r\n').length, groups.length + 1);
    // With the desk the objects come back.
    await page.getByRole('button', { name: 'Закрити робочий стіл' }).click();
    await mapIsDrawn(page);
    assert.ok(((await sectorPixels(page, catalog)).budget ?? 0) > 50);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('a tile that comes between two frames, as the areas do, is whole when the areas go again', async () => {
    const TILES = '**/tiles/base/**';
    const { context, page, faults } = await visit(browser, at('districts=count'));
    await mapIsDrawn(page);
    // The same view with another desk, whose base map waits.
    const view = /map=[^&]*/.exec(page.url())?.[0] ?? '';
    const give = await held(page, TILES);
    await page.goto(at(`${view}&table=${WORKS}`));
    const asked = page.waitForRequest(TILES);
    await page.reload();
    await asked;
    await page.locator('.rows tbody tr').first().waitFor();
    await page.evaluate(() => {
      const frames: FrameRequestCallback[] = [];
      const draw = window.requestAnimationFrame.bind(window);
      window.requestAnimationFrame = (frame) => frames.push(frame);
      const goOn = () => {
        window.requestAnimationFrame = draw;
        for (const frame of frames) draw(frame);
      };
      Object.assign(window, { goOn });
    });
    const came = page.waitForResponse(TILES);
    give();
    await came;
    // The map tells of no tile that is made and not drawn yet.
    await page.waitForTimeout(1000);
    await page.getByRole('button', { name: 'Мапа районів' }).click();
    await page.locator('.told tbody tr').first().waitFor();
    await page.evaluate(() => (window as unknown as { goOn(): void }).goOn());
    await mapIsDrawn(page);
    await page.getByRole('button', { name: 'Таблиця' }).click();
    await mapIsDrawn(page);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('as of a day a figure counts what is in force then: today, at the beginning of each year, and on a day that is typed', async () => {
    const PERMITS = 'advertising-structures';
    const counted = (query = '') => ask<Tally>(`/summary?group_by=district&collections=${PERMITS}${query}`);
    const { context, page, faults } = await visit(browser, `${server}/#lang=uk&collection=${PERMITS}&districts=count`, { viewport: { width: 1280, height: 800 } });
    await page.locator('.told tfoot').waitFor();
    await page.getByRole('combobox', { name: 'Час', exact: true }).selectOption('day');
    await page.getByRole('slider').waitFor();
    const shownIs = async (day: string) => {
      const { groups, total } = await counted(`&datetime=${day}`);
      await page.waitForFunction((text) => document.querySelector('.told tfoot td')?.textContent === text, number(total.count));
      for (const { by, count } of groups) {
        const row = page.locator('.told tbody tr').filter({ hasText: String(by.district ?? 'Район невідомий') });
        assert.equal(await row.locator('td').innerText(), number(count), `${by.district} ${day}`);
      }
      return total.count;
    };
    const today = new Date().toISOString().slice(0, 10);
    const now = await shownIs(today);
    const all = await counted();
    const ever = await counted('&datetime=../..');
    assert.ok(now > 0 && now < ever.total.count && ever.total.count < all.total.count, `${now} of ${ever.total.count} of ${all.total.count}`);
    await page.getByText(`Коли діє, невідомо: ${number(all.total.count - ever.total.count)}.`).waitFor();
    await page.getByRole('slider').focus();
    await page.keyboard.press('ArrowLeft');
    const newYear = `${today.slice(0, 4)}-01-01`;
    assert.notEqual(await shownIs(newYear), now);
    assert.match(page.url(), new RegExp(`time=day&at=${newYear}`));
    await page.getByLabel('Інший день').fill('2025-07-15');
    await shownIs('2025-07-15');
    await page.locator('.told caption', { hasText: 'станом на 15 липня 2025' }).waitFor();
    const csv = (await page.getByRole('link', { name: 'Числа CSV' }).getAttribute('href')) ?? '';
    assert.equal((await (await fetch(server + csv)).text()).trim().split('\r\n').length, (await counted('&datetime=2025-07-15')).groups.length + 1);
    await isAccessible(page, 'districts as of a day');
    await page.getByLabel('Незалежно від дати').check();
    await page.waitForFunction((text) => document.querySelector('.told tfoot td')?.textContent === text, number(all.total.count));
    // A collection whose objects are there at all times has no day to choose.
    await page.goto('about:blank');
    await page.goto(`${server}/#lang=uk&collection=schools&districts=count`);
    await page.locator('.told tfoot').waitFor();
    assert.equal(await page.locator('option[value=day]').count(), 0);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('at 1280 pixels the table of districts is read without moving it sideways', async () => {
    for (const language of ['uk', 'en']) {
      const { context, page } = await visit(browser, `${server}/#lang=${language}&collection=${WORKS}&districts=planned_uah&time=year`, {
        viewport: { width: 1280, height: 800 },
      });
      await page.locator('.told tfoot').waitFor();
      await page.locator('.legend').waitFor();
      const { wide, seen } = await page.locator('.told').evaluate(({ scrollWidth, clientWidth }) => ({ wide: scrollWidth, seen: clientWidth }));
      assert.ok(wide <= seen, `${language}: ${wide} in ${seen}`);
      await context.close();
    }
  });

  test('on a phone, in English and in the dark, the desk covers the map and makes room for what is opened', async () => {
    const { context, page, faults } = await visit(browser, `${server}/#lang=en&table=${WORKS}`, {
      viewport: PHONE, hasTouch: true, isMobile: true, colorScheme: 'dark',
    });
    await page.locator('.rows tbody tr').first().waitFor();
    await fitsPhone(page, 'table');
    await isAccessible(page, 'table on a phone, dark');
    for (const aside of ['Filter', 'Columns', 'Chart']) {
      await page.getByRole('button', { name: aside, exact: true }).click();
      await page.getByRole('complementary', { name: aside }).waitFor();
      if (aside === 'Chart') await page.locator('aside svg g').first().waitFor();
      await fitsPhone(page, aside);
      await isAccessible(page, `${aside} on a phone, dark`);
      await page.getByRole('complementary', { name: aside }).getByRole('button', { name: 'Close', exact: true }).click();
    }
    await page.locator('.rows tbody tr th button').first().tap();
    await page.locator('article h2').waitFor();
    assert.ok(!(await page.locator('.desk').isVisible()));
    await page.getByRole('button', { name: 'Back', exact: true }).tap();
    await page.locator('.desk').waitFor();
    await page.getByRole('region', { name: 'Desk' }).getByRole('button', { name: 'On the map', exact: true }).tap();
    await page.getByRole('button', { name: 'Back to the desk' }).tap();
    await page.getByRole('button', { name: 'Close the desk' }).tap();
    assert.equal(await page.locator('.desk').count(), 0);

    await page.goto(`${server}/#lang=en&districts=count`);
    await page.locator('.told tfoot').waitFor();
    await fitsPhone(page, 'districts');
    await isAccessible(page, 'districts on a phone, dark');
    const { total } = await ask<Tally>('/summary?group_by=district');
    assert.match(await page.locator('.told tfoot').innerText(), new RegExp(total.count.toLocaleString('en-GB')));
    // A sum has one column more, and long numbers.
    for (const language of ['uk', 'en']) {
      await page.goto('about:blank');
      await page.goto(`${server}/#lang=${language}&collection=${WORKS}&districts=planned_uah&time=year`);
      await page.locator('.told tfoot').waitFor();
      const [wanted, given] = await page.locator('.told').evaluate((told) => [told.scrollWidth, told.clientWidth]);
      assert.ok(wanted! <= given!, `${language}: ${wanted} px in ${given}`);
    }
    assert.deepEqual(faults, []);
    await context.close();
  });
});
