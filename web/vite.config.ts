// How the page is built: one folder of files with hashed names, which the server embeds and serves at `/`.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { packed } from './build/packed.ts';
import { sharedMap } from './build/shared_map.ts';
import { SERVICE_WORKER, shell } from './build/shell.ts';

// While developing, everything that is not the page is asked from a running server.
const server = process.env.MAPA_URL ?? 'http://127.0.0.1:8080';
const routes = ['/catalog', '/changes', '/clusters', '/collections', '/fonts', '/nearest', '/photos', '/at', '/search', '/sprites', '/styles', '/summary', '/tiles'];

export default defineConfig({
  plugins: [svelte(), sharedMap(), shell(['kiosk']), packed()],
  build: {
    // The page's security policy allows no inline script and no data: font or module.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // MapLibre alone is about 1 MB before gzip; it is loaded after the panel, in its own files.
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      input: { index: 'index.html', 'service-worker': 'src/offline/service_worker.ts' },
      output: {
        entryFileNames: ({ name }) => (name === 'service-worker' ? SERVICE_WORKER : 'assets/[name]-[hash].js'),
      },
    },
  },
  server: { proxy: Object.fromEntries(routes.map((route) => [route, server])) },
});
