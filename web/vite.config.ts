// How the page is built: one folder of files with hashed names, which the server embeds and serves at `/`.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// While developing, everything that is not the page is asked from a running server.
const server = process.env.MAPA_URL ?? 'http://127.0.0.1:8080';
const routes = ['/catalog', '/changes', '/collections', '/nearest', '/at', '/summary', '/tiles', '/styles', '/photos'];

export default defineConfig({
  plugins: [svelte()],
  build: {
    // The page's security policy allows no inline script and no data: font or module.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // MapLibre alone is about 1 MB before gzip; it is loaded after the panel, in its own file.
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      output: {
        // MapLibre's worker ends in .mjs, which some servers and proxies give no JavaScript type.
        assetFileNames: (asset) =>
          asset.names.some((name) => name.endsWith('.mjs')) ? 'assets/[name]-[hash].js' : 'assets/[name]-[hash][extname]',
      },
    },
  },
  server: { proxy: Object.fromEntries(routes.map((route) => [route, server])) },
});
