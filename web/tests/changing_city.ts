// A city of the tests' own, of which they import anew, and whose server they stop and start.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const { MAPA_BIN, MAPA_DEMO, MAPA_CHANGING } = process.env;

/** Whether there is what such a city needs. */
export const canChange = Boolean(MAPA_BIN && MAPA_DEMO && MAPA_CHANGING);

export interface Bench {
  id: string;
  lon: number;
  lat: number;
}

interface SourceFeature {
  properties: { registry_id: string };
}

export class ChangingCity {
  #process: ChildProcess | null = null;
  readonly #source = join(MAPA_DEMO ?? '', 'benches.geojson');

  private constructor(readonly url: string) {}

  static async found(): Promise<ChangingCity> {
    const city = new ChangingCity(`http://127.0.0.1:${await freePort()}`);
    await copyFile(city.#source, `${city.#source}.whole`);
    await city.start();
    return city;
  }

  async start(): Promise<void> {
    const server = spawn(MAPA_BIN ?? '', ['serve', '--store', MAPA_CHANGING ?? '', '--listen', new URL(this.url).host], {
      stdio: 'ignore',
    });
    this.#process = server;
    for (let tries = 0; tries < 300; tries += 1) {
      if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
      const ready = await fetch(`${this.url}/health/ready`).then(({ ok }) => ok, () => false);
      if (ready) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('the server does not become ready');
  }

  async stop(): Promise<void> {
    const server = this.#process;
    this.#process = null;
    if (!server || server.exitCode !== null) return;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGKILL');
    await ended;
  }

  async benches(): Promise<Bench[]> {
    // Of the server: some rows of the source are refused, as in life.
    const response = await fetch(`${this.url}/collections/benches/items?limit=10000`);
    const { features } = (await response.json()) as { features: { id: string; geometry: { coordinates: [number, number] } }[] };
    return features.map(({ id, geometry: { coordinates: [lon, lat] } }) => ({ id, lon, lat }));
  }

  /** Imports the list of benches without this one; null for the whole list. */
  async importWithout(id: string | null): Promise<void> {
    const list = await this.#read();
    const features = list.features.filter(({ properties }) => properties.registry_id !== id);
    await writeFile(this.#source, JSON.stringify({ ...list, features }));
    await promisify(execFile)(MAPA_BIN ?? '', ['import', '--store', MAPA_CHANGING ?? '', join(MAPA_DEMO ?? '', 'benches.toml')]);
  }

  async #read(): Promise<{ features: SourceFeature[] }> {
    return JSON.parse(await readFile(`${this.#source}.whole`, 'utf8')) as { features: SourceFeature[] };
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}
