// What the map asks for at its beginning, fetched while it is still being made; sooner it would take the link from its program.
import type { StyleSpecification } from 'maplibre-gl';

/** Latin letters, digits and signs; Cyrillic. What else names are written in comes when a name has it. */
const RANGES = ['0-255', '1024-1279'];

/** The addresses of tile descriptions, icons and letters that a view at this zoom begins with. */
export function wantedAhead(style: StyleSpecification, zoom: number, ratio: number): string[] {
  const sources = Object.values(style.sources).flatMap((source) => ('url' in source && typeof source.url === 'string' ? source.url : []));
  const sprite = typeof style.sprite === 'string' ? [`${style.sprite}${ratio > 1 ? '@2x' : ''}.json`, `${style.sprite}${ratio > 1 ? '@2x' : ''}.png`] : [];
  const fonts = new Set<string>();
  for (const layer of style.layers) {
    const font = layer.type === 'symbol' && layer.layout?.visibility !== 'none' ? layer.layout?.['text-font'] : undefined;
    if (!Array.isArray(font) || zoom < (layer.minzoom ?? 0) || zoom >= (layer.maxzoom ?? Infinity)) continue;
    fonts.add(font.join(','));
  }
  const letters = [...fonts].flatMap((font) =>
    RANGES.map((range) => style.glyphs?.replace('{fontstack}', encodeURIComponent(font)).replace('{range}', range) ?? []),
  );
  return [...sources, ...sprite, ...letters].flat();
}

export function fetchAhead(addresses: readonly string[]): void {
  for (const href of addresses) {
    // As the map asks itself, so that it takes what came.
    const link = Object.assign(document.createElement('link'), { rel: 'preload', as: 'fetch', crossOrigin: 'anonymous', href });
    document.head.append(link);
  }
}
