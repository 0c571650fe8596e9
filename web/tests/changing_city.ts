// A city of the tests' own, of which they import anew, and whose server they stop and start.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { copyFile, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const { MAPA_BIN = '', MAPA_DEMO = '', MAPA_CHANGING = '' } = process.env;

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
  readonly #store: string;

  private constructor(
    readonly url: string,
    private readonly folder: string,
  ) {
    this.#store = join(folder, 'city.gpkg');
  }

  static async found(): Promise<ChangingCity> {
    // Files of tests run side by side, and none may see what another one changes.
    const folder = await mkdtemp(join(dirname(MAPA_CHANGING), 'city-'));
    const city = new ChangingCity(`http://127.0.0.1:${await freePort()}`, folder);
    await copyFile(MAPA_CHANGING, city.#store);
    await copyFile(join(MAPA_DEMO, 'benches.toml'), join(folder, 'benches.toml'));
    // The recipe means its photos from its own folder.
    await symlink(resolve(MAPA_DEMO, 'photos'), join(folder, 'photos'));
    await city.start();
    return city;
  }

  async start(): Promise<void> {
    const server = spawn(MAPA_BIN, ['serve', '--store', this.#store, '--listen', new URL(this.url).host], {
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
    await writeFile(join(this.folder, 'benches.geojson'), JSON.stringify({ ...list, features }));
    await promisify(execFile)(MAPA_BIN, ['import', '--store', this.#store, join(this.folder, 'benches.toml')]);
  }

  async #read(): Promise<{ features: SourceFeature[] }> {
    return JSON.parse(await readFile(join(MAPA_DEMO, 'benches.geojson'), 'utf8')) as { features: SourceFeature[] };
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
