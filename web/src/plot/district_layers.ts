// The layers of the map that show a figure by district: filled areas, their borders, and the numbers written on them.
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';

/** By the name of a district: the colour of its class, and what is written on it. */
export interface DistrictColors {
  fills: ReadonlyMap<string, string>;
  figures: ReadonlyMap<string, string>;
  titles: ReadonlyMap<string, string>;
  /** the colour of what is unknown */
  unknown: string;
}

const SOURCE = 'mapa-districts';

/** The style with the districts in their colours instead of the objects of `citySource`. */
export function coloured(style: StyleSpecification, citySource: string, { fills, figures, titles, unknown }: DistrictColors): StyleSpecification {
  const ofCity = (layer: LayerSpecification) => 'source' in layer && layer.source === citySource;
  // The objects are not drawn, and what the base writes would stand in the way of the figures.
  const quiet = style.layers.map((layer) => (ofCity(layer) || layer.type === 'symbol' ? hidden(layer) : layer));
  // Streets and rivers lie over the areas, whose colours are those of the legend and of nothing below them.
  const lines = quiet.findIndex(({ type }) => type === 'line');
  const at = lines < 0 ? quiet.length : lines;
  const fonts = style.layers.flatMap((layer) => (layer.type === 'symbol' && ofCity(layer) ? [layer.layout?.['text-font']] : []));
  return {
    ...style,
    sources: { ...style.sources, [SOURCE]: { type: 'vector', url: '/tiles/districts.json' } },
    layers: [
      ...quiet.slice(0, at),
      FILLS(byName(fills, unknown)),
      ...quiet.slice(at),
      ...WRITTEN(byName(titles, ''), byName(figures, ''), fonts.find(Array.isArray) as string[] | undefined),
    ],
  };
}

/**
 * A layer that will be drawn again stays in the style. MapLibre 6 throws ("Length of new data is …") when a layer of
 * symbols comes back to a tile whose first frame was drawn without it.
 */
function hidden(layer: LayerSpecification): LayerSpecification {
  return { ...layer, layout: { ...layer.layout, visibility: 'none' } } as LayerSpecification;
}

function byName(values: ReadonlyMap<string, string>, other: string): ExpressionSpecification | string {
  const pairs = [...values].flat();
  return pairs.length === 0 ? other : (['match', ['get', 'name'], ...pairs, other] as unknown as ExpressionSpecification);
}

const FILLS = (fill: ExpressionSpecification | string): LayerSpecification => ({
  id: 'mapa-district-fills',
  type: 'fill',
  source: SOURCE,
  'source-layer': 'districts',
  paint: { 'fill-color': fill as string },
});

/** The figures always, and the names where there is room for them too. */
const WRITTEN = (
  title: ExpressionSpecification | string,
  figure: ExpressionSpecification | string,
  font: string[] | undefined,
): LayerSpecification[] => {
  const fonts = font ? { 'text-font': font } : {};
  const paint = { 'text-color': '#0c1a2a', 'text-halo-color': '#ffffff', 'text-halo-width': 2 };
  const from = { type: 'symbol', source: SOURCE, 'source-layer': 'district-names', paint } as const;
  return [
    {
      id: 'mapa-district-borders',
      type: 'line',
      source: SOURCE,
      'source-layer': 'districts',
      layout: { 'line-join': 'round' },
      paint: { 'line-color': '#ffffff', 'line-width': 2 },
    },
    {
      ...from,
      id: 'mapa-district-titles',
      layout: {
        ...fonts,
        'text-field': title as string,
        'text-size': 12,
        'text-variable-anchor-offset': ['top', [0, 0.7], 'left', [2.8, 0], 'right', [-2.8, 0], 'bottom', [0, -0.7]],
        'text-padding': 0,
      },
    },
    {
      ...from,
      id: 'mapa-district-figures',
      layout: { ...fonts, 'text-field': figure as string, 'text-size': ['interpolate', ['linear'], ['zoom'], 9, 11, 12, 15], 'text-allow-overlap': true },
    },
  ];
};
