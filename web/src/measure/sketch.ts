// The measured points drawn onto a style: their line, the area within and each point.
import type { StyleSpecification } from 'maplibre-gl';
import type { Feature } from 'geojson';
import type { LonLat } from '../near/direction.ts';
import type { StyleName } from '../server/wire.ts';

const SKETCH = 'mapa-measure';

export function withSketch(style: StyleSpecification, points: readonly LonLat[], theme: StyleName): StyleSpecification {
  if (points.length === 0) return style;
  const ink = theme === 'dark' ? '#ffd166' : '#b3261e';
  const halo = theme === 'dark' ? '#171b22' : '#ffffff';
  return {
    ...style,
    sources: { ...style.sources, [SKETCH]: { type: 'geojson', data: { type: 'FeatureCollection', features: drawn(points) } } },
    layers: [
      ...style.layers,
      { id: `${SKETCH}-area`, type: 'fill', source: SKETCH, filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': ink, 'fill-opacity': 0.14 } },
      { id: `${SKETCH}-halo`, type: 'line', source: SKETCH, filter: ['==', ['geometry-type'], 'LineString'], paint: { 'line-color': halo, 'line-width': 6 } },
      { id: `${SKETCH}-line`, type: 'line', source: SKETCH, filter: ['==', ['geometry-type'], 'LineString'], paint: { 'line-color': ink, 'line-width': 3 } },
      {
        id: `${SKETCH}-points`,
        type: 'circle',
        source: SKETCH,
        filter: ['==', ['geometry-type'], 'Point'],
        paint: { 'circle-radius': 6, 'circle-color': halo, 'circle-stroke-color': ink, 'circle-stroke-width': 3 },
      },
    ],
  };
}

function drawn(points: readonly LonLat[]): Feature[] {
  const places = points.map(({ lon, lat }) => [lon, lat]);
  const [first] = places;
  const feature = (geometry: Feature['geometry']): Feature => ({ type: 'Feature', properties: {}, geometry });
  return [
    ...(places.length > 2 && first ? [feature({ type: 'Polygon', coordinates: [[...places, first]] })] : []),
    ...(places.length > 1 ? [feature({ type: 'LineString', coordinates: places })] : []),
    ...places.map((coordinates) => feature({ type: 'Point', coordinates })),
  ];
}
