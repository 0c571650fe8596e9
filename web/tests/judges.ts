// Judges of a drawn page: the colours on its map, its fit for a phone, its accessibility.
import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import type { Catalog } from '../src/server/wire.ts';

/** How many pixels of the map have each sector's colour. */
export async function sectorPixels(page: Page, catalog: Catalog): Promise<Record<string, number>> {
  const shot = await page.locator('canvas.maplibregl-canvas').screenshot();
  const counts = await pixelsOf(page, shot, catalog.sectors.map(({ color }) => color));
  return Object.fromEntries(catalog.sectors.map(({ id, color }) => [id, counts[color] ?? 0]));
}

/** How many pixels of a picture have each of these colours, `#rrggbb`. */
export async function pixelsOf(page: Page, png: Buffer, colors: readonly string[]): Promise<Record<string, number>> {
  return page.evaluate(
    async ({ png, colors }) => {
      const image = new Image();
      image.src = `data:image/png;base64,${png}`;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext('2d');
      if (!context) throw new Error('no 2d context');
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, image.width, image.height);
      const counts: Record<string, number> = {};
      for (const color of colors) {
        const [red, green, blue] = [1, 3, 5].map((start) => parseInt(color.slice(start, start + 2), 16)) as [number, number, number];
        let count = 0;
        for (let index = 0; index < data.length; index += 4) {
          const far = Math.max(
            Math.abs((data[index] ?? 0) - red),
            Math.abs((data[index + 1] ?? 0) - green),
            Math.abs((data[index + 2] ?? 0) - blue),
          );
          // Circles let a little of the ground through.
          if (far <= 16) count += 1;
        }
        counts[color] = count;
      }
      return counts;
    },
    { png: png.toString('base64'), colors: [...colors] },
  );
}

export async function fitsPhone(page: Page, view: string): Promise<void> {
  const faults = await page.evaluate(() => {
    const found: string[] = [];
    const tell = (element: Element) => `${element.tagName}.${element.className} "${element.textContent?.trim().slice(0, 30)}"`;
    if (document.documentElement.scrollWidth > innerWidth) found.push(`the page is ${document.documentElement.scrollWidth} wide`);
    for (const element of document.querySelectorAll<HTMLElement>('header *, .panel, .panel *')) {
      const box = element.getBoundingClientRect();
      if (element.matches('.for-reader, svg, svg *')) continue;
      // A strip of photos may be wider than the phone: a finger moves it along.
      if (element.closest('.strip')) continue;
      if (box.left < -0.5 || box.right > innerWidth + 0.5) found.push(`outside: ${tell(element)}`);
      const cut = element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== 'inline';
      if (cut && !element.matches('input')) found.push(`cut: ${tell(element)}`);
    }
    for (const target of document.querySelectorAll<HTMLElement>('button, summary, label, input[type=search]')) {
      const box = target.getBoundingClientRect();
      if (box.width > 0 && (box.height < 43.9 || box.width < 43.9)) found.push(`small: ${box.width}×${box.height} ${tell(target)}`);
    }
    return found;
  });
  assert.deepEqual(faults, [], view);
}

/** A whole finger touches everything at a kiosk, and nothing there leads anywhere else. */
export async function fitsKiosk(page: Page, view: string): Promise<void> {
  const faults = await page.evaluate(() => {
    const found: string[] = [];
    const tell = (element: Element) => `${element.tagName}.${element.className} "${element.textContent?.trim().slice(0, 30)}"`;
    if (document.documentElement.scrollWidth > innerWidth) found.push(`the page is ${document.documentElement.scrollWidth} wide`);
    for (const element of document.querySelectorAll<HTMLElement>('a, [href], form, iframe, [target]')) {
      if (!element.closest('head')) found.push(`leads out: ${tell(element)}`);
    }
    for (const target of document.querySelectorAll<HTMLElement>('button, input')) {
      const box = target.getBoundingClientRect();
      if (box.width > 0 && (box.height < 63.9 || box.width < 63.9)) found.push(`small: ${box.width}×${box.height} ${tell(target)}`);
      if (box.left < -0.5 || box.right > innerWidth + 0.5) found.push(`outside: ${tell(target)}`);
    }
    for (const element of document.querySelectorAll<HTMLElement>('header *, .content *, nav *, dialog *')) {
      // As on a phone, a finger moves a strip of photos along.
      if (element.closest('.strip')) continue;
      const cut = element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== 'inline';
      if (cut && !element.matches('.for-reader, svg, svg *')) found.push(`cut: ${tell(element)}`);
    }
    return found;
  });
  assert.deepEqual(faults, [], view);
}

/** axe with all its rules finds nothing, however slight. */
export async function isAccessible(page: Page, view: string): Promise<void> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const runner = (window as unknown as { axe: typeof axe }).axe;
    const { violations } = await runner.run(document, { resultTypes: ['violations'] });
    return violations.map(
      ({ id, impact, nodes }) => `${id} (${impact}): ${nodes.map(({ html, target }) => `${target.join(' ')} ${html.slice(0, 120)}`).join(' | ')}`,
    );
  });
  assert.deepEqual(found, [], view);
}
