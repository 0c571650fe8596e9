// Pictures of the map alone for a person to look at: every style of the server at zooms 9 to 18, over any city.
//
//   MAPA_URL=http://127.0.0.1:8080 npm run maps -- DIR [LON/LAT]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog, Neighbors } from '../src/server/wire.ts';
import { launch, mapIsDrawn, visit } from './browser.ts';
import { ask, server, type Place } from './served_city.ts';

const [directory, given] = process.argv.slice(2);
const [lon, lat] = (given ?? '').split('/').map(Number);
if (!directory || !server || (given && (lat === undefined || Number.isNaN(lon! + lat)))) {
  console.error('usage: MAPA_URL=http://HOST:PORT npm run maps -- DIR [LON/LAT]');
  process.exit(2);
}
mkdirSync(directory, { recursive: true });

const STYLES = ['light', 'dark', 'contrast', 'kiosk'];
const ZOOMS = [9, 10, 11, 12, 13, 14, 15, 16, 17, 18];
const VIEWPORT = { width: 900, height: 640 };

const middle = lon !== undefined && lat !== undefined ? { lon, lat } : await middleOfCity();
const browser = await launch();
for (const style of STYLES) {
  const { context, page, faults } = await visit(browser, 'about:blank', { viewport: VIEWPORT });
  // The page asks for the style of the day; here each takes its turn.
  await page.route('**/styles/light.json', async (route) => route.fulfill({ response: await route.fetch({ url: `${server}/styles/${style}.json` }) }));
  for (const zoom of ZOOMS) {
    await page.goto('about:blank');
    await page.goto(`${server}/embed#map=${zoom}/${middle.lon}/${middle.lat}`);
    await mapIsDrawn(page);
    await page.screenshot({ path: join(directory, `${style}-${String(zoom).padStart(2, '0')}.png`) });
  }
  for (const fault of faults) console.error(`${style}: ${fault}`);
  await context.close();
}
await browser.close();

/** An object near the middle of all there is. */
async function middleOfCity(): Promise<Place> {
  const { bbox } = await ask<Catalog>('/catalog');
  if (!bbox) throw new Error('the city is empty');
  const [west, south, east, north] = bbox;
  const { features } = await ask<Neighbors>(`/nearest?lon=${(west + east) / 2}&lat=${(south + north) / 2}&limit=50`);
  for (const { geometry } of features) if (geometry.type === 'Point') return { lon: geometry.coordinates[0]!, lat: geometry.coordinates[1]! };
  return { lon: (west + east) / 2, lat: (south + north) / 2 };
}
