// The styles drawn by MapLibre Native, which mobile apps draw with, from their address alone.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import type { StyleSpecification } from 'maplibre-gl';
import type { Catalog } from '../src/server/wire.ts';
import { ask, middleOfStyle, server } from './served_city.ts';

const CLIENTS = '../target/clients';
const installed = existsSync(`${CLIENTS}/native.txt`);
const skip = !server ? 'skipped: no server (MAPA_URL)' : !installed ? 'skipped: MapLibre Native is not installed (tests/tools.sh)' : false;

interface Drawn {
  /** pixels */
  colors: Record<string, number>;
  /** pixels that are other than they would be without names */
  names: number;
}

async function drawn(style: string, zoom: number): Promise<Drawn> {
  const { lon, lat } = await middleOfStyle();
  const asked = ['../tests/clients/native_map.py', `${server}/styles/${style}.json`, String(lon), String(lat), String(zoom)];
  const { stdout, stderr } = await promisify(execFile)(`${CLIENTS}/bin/python`, asked, { maxBuffer: 2 ** 26 });
  // It leaves out a layer that it does not understand, and says so only here.
  assert.equal(stderr, '', style);
  return JSON.parse(stdout) as Drawn;
}

describe('MapLibre Native', { skip }, () => {
  for (const style of ['light', 'dark', 'contrast', 'kiosk']) {
    test(`draws ${style}.json: ground and streets, sectors and icons, names`, async () => {
      const { layers } = await ask<StyleSpecification>(`/styles/${style}.json`);
      const paint = (id: string, property: string) => {
        const color = (layers.find((layer) => layer.id === id)?.paint as Record<string, unknown>)[property];
        assert.ok(typeof color === 'string', `${id} ${property}`);
        return color.slice(0, 7).toLowerCase();
      };
      const { colors, names } = await drawn(style, 16);
      const count = (color: string) => colors[color] ?? 0;
      assert.ok(count(paint('ground', 'background-color')) > 20_000, 'ground');
      assert.ok(count(paint('streets-local', 'line-color')) > 2_000, 'streets');
      assert.ok(names > 5_000, `names: ${names} pixels`);
      const { sectors } = await ask<Catalog>('/catalog');
      const seen = sectors.filter(({ color }) => nearly(colors, color) > 100);
      assert.ok(seen.length >= 5, `sectors: ${seen.map(({ id }) => id).join(', ')}`);
    });
  }
});

/** Pixels of a colour through which a little of the ground shows. */
function nearly(colors: Drawn['colors'], color: string): number {
  const channels = (hex: string) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  const wanted = channels(color);
  let sum = 0;
  for (const [seen, count] of Object.entries(colors)) {
    if (channels(seen).every((channel, i) => Math.abs(channel - (wanted[i] ?? 0)) <= 16)) sum += count;
  }
  return sum;
}
