// The service worker's list of the files that open the page without a network, written into it when all names are known.
import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';

/** The service worker's file: at the root, for it serves only what lies beside it and below. */
export const SERVICE_WORKER = 'sw.js';
/** What the service worker's source says in place of the list. */
const HOLE = '"%SHELL%"';

/** `left` names the chunks that no page needs which is open without a network. */
export function shell(left: readonly string[]): Plugin {
  return {
    name: 'shell',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const worker = bundle[SERVICE_WORKER];
        if (worker?.type !== 'chunk') return this.error(`there is no ${SERVICE_WORKER}`);
        if (worker.imports.length > 0) return this.error(`${SERVICE_WORKER} imports ${worker.imports.join(', ')}`);
        const files = Object.keys(bundle)
          .filter((name) => name.startsWith('assets/') && !left.some((chunk) => name.startsWith(`assets/${chunk}-`)))
          .sort();
        const version = createHash('sha256').update(files.join()).digest('hex').slice(0, 12);
        const list = JSON.stringify({ version, files: files.map((name) => `/${name}`) });
        const code = worker.code.replace(/["'`]%SHELL%["'`]/, () => JSON.stringify(list));
        if (code === worker.code) return this.error(`${SERVICE_WORKER} has no ${HOLE}`);
        worker.code = code;
      },
    },
  };
}
