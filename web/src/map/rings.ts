// The ring around a cluster: how its objects divide among the sectors, drawn when the map first needs such a ring.
import type { ExpressionSpecification, Map as MapLibreMap } from 'maplibre-gl';

const PREFIX = 'ring';
/** Shares are told in so many parts: few enough that clusters have their rings in common. */
const PARTS = 16;
/** The radius of the hole, in pixels, by the size of the cluster; the style's circle fills it. */
const HOLE_PX = [11, 12.5, 14] as const;
const WIDTH_PX = 4;
const GAP_PX = 1;

/** Drawn for dense screens, and for those that show marks larger. */
const PIXEL_RATIO = 2;

/** The radius of the disc that fills a ring's hole, where marks are so many times as large. */
export function holeRadius(times: number): ExpressionSpecification {
  const [small, middle, large] = HOLE_PX.map((px) => px * times) as [number, number, number];
  return ['step', ['get', 'point_count'], small, 30, middle, 300, large];
}

/** The name of a cluster's ring: its rim's colour, its size and the part of each sector, in the order of the sectors. */
export function ringName(sectors: readonly string[], rim: string): ExpressionSpecification {
  const size: ExpressionSpecification = ['step', ['get', 'point_count'], 0, 30, 1, 300, 2];
  const part = (sector: string): ExpressionSpecification => [
    'to-string',
    // A sector that has any object has a part that is seen.
    ['ceil', ['/', ['*', PARTS, ['coalesce', ['get', `count_${sector}`], 0]], ['get', 'point_count']]],
  ];
  return ['concat', `${PREFIX}:${rim}:`, ['to-string', size], ...sectors.flatMap((sector) => [':', part(sector)])] as ExpressionSpecification;
}

export interface Ring {
  rim: string;
  hole_px: number;
  arcs: { color: string; from: number; to: number }[];
}

/** What a name means: arcs in radians, clockwise from the top; null for the name of something else. */
export function readRing(name: string, colors: ReadonlyMap<string, string>): Ring | null {
  const [prefix, rim, size, ...parts] = name.split(':');
  const hole_px = HOLE_PX[Number(size)];
  if (prefix !== PREFIX || rim === undefined || hole_px === undefined || parts.length !== colors.size) return null;
  const shares = parts.map(Number);
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (!(total > 0)) return null;
  let from = -Math.PI / 2;
  const arcs = [...colors.values()].flatMap((color, i) => {
    const angle = (2 * Math.PI * (shares[i] ?? 0)) / total;
    const arc = { color, from, to: from + angle };
    from += angle;
    return angle > 0 ? [arc] : [];
  });
  return { rim, hole_px, arcs };
}

export function drawRing(map: MapLibreMap, name: string, colors: ReadonlyMap<string, string>): void {
  const ring = readRing(name, colors);
  if (!ring || map.hasImage(name)) return;
  const radius_px = ring.hole_px + WIDTH_PX + GAP_PX;
  const side = 2 * radius_px * PIXEL_RATIO;
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext('2d');
  if (!context) return;
  context.scale(PIXEL_RATIO, PIXEL_RATIO);
  // A rim of the disc's colour keeps the ring apart from whatever ground it lies on.
  context.beginPath();
  context.arc(radius_px, radius_px, radius_px, 0, 2 * Math.PI);
  context.fillStyle = ring.rim;
  context.fill();
  context.lineWidth = WIDTH_PX;
  for (const { color, from, to } of ring.arcs) {
    context.beginPath();
    context.strokeStyle = color;
    context.arc(radius_px, radius_px, ring.hole_px + WIDTH_PX / 2, from, to);
    context.stroke();
  }
  map.addImage(name, context.getImageData(0, 0, side, side), { pixelRatio: PIXEL_RATIO });
}
