// MapLibre built from its sources, so that the map and its worker fetch what both need once: released, each file has a copy.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { transformWithOxc, type Plugin } from 'vite';

const PACKAGE = dirname(createRequire(import.meta.url).resolve('maplibre-gl/package.json'));
const SOURCES = join(PACKAGE, 'src/');
const WORKER = join(SOURCES, 'source/worker.ts');
/** What the page imports to learn where the worker is. */
const WORKER_URL = 'virtual:map-worker-url';

export function sharedMap(): Plugin {
  let building = false;
  return {
    name: 'shared-map',
    enforce: 'pre',
    config: (_, { command }) => {
      building = command === 'build';
      return { resolve: { alias: [{ find: /^maplibre-gl$/, replacement: join(SOURCES, 'index.ts') }] } };
    },
    resolveId: (id) => (id === WORKER_URL ? `\0${WORKER_URL}` : null),
    // Its classes declare fields that their bases have filled: as assignments (`useDefineForClassFields: false`) they stay.
    transform(code, id) {
      if (!id.startsWith(SOURCES) || !id.endsWith('.ts')) return null;
      return transformWithOxc(code, id, {
        typescript: { removeClassFieldsWithoutInitializer: true },
        assumptions: { setPublicClassFields: true },
      });
    },
    load(id) {
      if (id !== `\0${WORKER_URL}`) return null;
      if (!building) return `export default ${JSON.stringify(`/@fs/${WORKER}`)}`;
      const worker = this.emitFile({ type: 'chunk', id: WORKER, name: 'map-worker' });
      return `export default import.meta.ROLLUP_FILE_URL_${worker}`;
    },
  };
}
