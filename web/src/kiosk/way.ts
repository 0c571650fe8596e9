// The way drawn onto a style: the straight line from where one stands, for nobody here knows the paths between.
import type { StyleSpecification } from 'maplibre-gl';
import type { LonLat } from '../near/direction.ts';

const WAY = 'mapa-way';

export function withWay(style: StyleSpecification, ends: readonly [LonLat, LonLat] | null): StyleSpecification {
  const coordinates = ends ? ends.map(({ lon, lat }) => [lon, lat]) : [];
  return {
    ...style,
    sources: {
      ...style.sources,
      [WAY]: { type: 'geojson', data: { type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates } } },
    },
    layers: [
      ...style.layers,
      {
        id: WAY,
        type: 'line',
        source: WAY,
        layout: { 'line-cap': 'round' },
        paint: { 'line-color': '#0b57b7', 'line-width': 5, 'line-dasharray': [0.5, 2] },
      },
    ],
  };
}
