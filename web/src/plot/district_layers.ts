// The layers of the map that show a figure by district: filled areas, their borders, and the numbers written on them.
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';

/** By the name of a district: the colour of its class, and what is written on it. */
export interface DistrictColors {
  fills: ReadonlyMap<string, string>;
  labels: ReadonlyMap<string, string>;
  /** the colour of what is unknown */
  unknown: string;
}

const SOURCE = 'mapa-districts';
/** The style with the districts in their colours instead of the objects of `citySource`. */
export function coloured(style: StyleSpecification, citySource: string, { fills, labels, unknown }: DistrictColors): StyleSpecification {
  const base = style.layers.filter((layer) => !('source' in layer && layer.source === citySource));
  // What the base writes would stand in the way of the figures.
  const unwritten = base.filter(({ type }) => type !== 'symbol');
  // Streets and rivers lie over the areas, whose colours are those of the legend and of nothing below them.
  const lines = unwritten.findIndex(({ type }) => type === 'line');
  const at = lines < 0 ? unwritten.length : lines;
  const fonts = style.layers.flatMap((layer) =>
    layer.type === 'symbol' && layer.source === citySource ? [layer.layout?.['text-font']] : [],
  );
  return {
    ...style,
    sources: { ...style.sources, [SOURCE]: { type: 'vector', url: `${location.origin}/tiles/districts.json` } },
    layers: [
      ...unwritten.slice(0, at),
      FILLS(byName(fills, unknown)),
      ...unwritten.slice(at),
      ...FIGURES(byName(labels, ''), fonts.find(Array.isArray) as string[] | undefined),
    ],
  };
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

const FIGURES = (label: ExpressionSpecification | string, font: string[] | undefined): LayerSpecification[] => [
  {
    id: 'mapa-district-borders',
    type: 'line',
    source: SOURCE,
    'source-layer': 'districts',
    layout: { 'line-join': 'round' },
    paint: { 'line-color': '#ffffff', 'line-width': 2 },
  },
  {
    id: 'mapa-district-figures',
    type: 'symbol',
    source: SOURCE,
    'source-layer': 'district-names',
    layout: {
      'text-field': label as string,
      ...(font ? { 'text-font': font } : {}),
      'text-size': 13,
      'text-max-width': 9,
      'text-padding': 0,
      'text-variable-anchor': ['center', 'top', 'bottom', 'left', 'right'],
      'text-radial-offset': 0.5,
    },
    paint: { 'text-color': '#0c1a2a', 'text-halo-color': '#ffffff', 'text-halo-width': 2 },
  },
];
