// The district map as a picture to be put elsewhere: title, map, legend and credit on one sheet.
import type { Map as MapLibreMap } from 'maplibre-gl';

export interface Caption {
  title: string;
  subtitle: string;
  legend: { color: string; text: string }[];
}

/** In pixels of the screen; a sharp screen gives as many more of its own. */
const MARGIN = 24;
const LINE = 26;
const SWATCH = 18;
const FONT = "'Noto Sans', system-ui, sans-serif";

/** A PNG of what the map shows now. */
export async function picture(map: MapLibreMap, { title, subtitle, legend }: Caption): Promise<Blob> {
  const drawn = await shot(map);
  const scale = drawn.width / map.getCanvas().clientWidth;
  const credit = creditOf(map);
  const { clientWidth: width, clientHeight: height } = map.getCanvas();
  const canvas = document.createElement('canvas');
  const ink = canvas.getContext('2d');
  if (!ink) throw new Error('the browser draws no picture');

  ink.font = `700 20px ${FONT}`;
  const titleLines = wrap(ink, title, width - 2 * MARGIN);
  ink.font = `400 12px ${FONT}`;
  const creditLines = wrap(ink, credit, width - 2 * MARGIN);
  const top = MARGIN + titleLines.length * LINE + LINE;
  const bottom = MARGIN + legend.length * LINE + creditLines.length * 18 + MARGIN / 2;
  canvas.width = width * scale;
  canvas.height = (top + height + bottom) * scale;
  ink.scale(scale, scale);
  ink.fillStyle = '#ffffff';
  ink.fillRect(0, 0, width, top + height + bottom);

  ink.fillStyle = '#13202f';
  ink.textBaseline = 'middle';
  ink.font = `700 20px ${FONT}`;
  titleLines.forEach((line, i) => ink.fillText(line, MARGIN, MARGIN / 2 + (i + 0.5) * LINE));
  ink.font = `400 14px ${FONT}`;
  ink.fillText(subtitle, MARGIN, MARGIN / 2 + (titleLines.length + 0.5) * LINE);
  ink.drawImage(drawn, 0, top, width, height);
  drawn.close();
  legend.forEach(({ color, text }, i) => {
    const y = top + height + MARGIN / 2 + (i + 0.5) * LINE;
    ink.fillStyle = color;
    ink.fillRect(MARGIN, y - SWATCH / 2, SWATCH * 1.6, SWATCH);
    ink.strokeStyle = '#13202f';
    ink.strokeRect(MARGIN, y - SWATCH / 2, SWATCH * 1.6, SWATCH);
    ink.fillStyle = '#13202f';
    ink.fillText(text, MARGIN + SWATCH * 1.6 + 10, y);
  });
  ink.font = `400 12px ${FONT}`;
  creditLines.forEach((line, i) => ink.fillText(line, MARGIN, top + height + MARGIN + legend.length * LINE + i * 18));
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the browser gives no PNG'))), 'image/png');
  });
}

/** Whom the drawn sources credit, as the map itself says. */
export function creditOf(map: MapLibreMap): string {
  return map.getContainer().querySelector('.maplibregl-ctrl-attrib-inner')?.textContent?.trim() ?? '';
}

/** Gives a file to the visitor. */
export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** What is drawn can be read only in the frame in which it is. */
function shot(map: MapLibreMap): Promise<ImageBitmap> {
  return new Promise((resolve, reject) => {
    map.once('render', () => void createImageBitmap(map.getCanvas()).then(resolve, reject));
    map.triggerRepaint();
  });
}

function wrap(ink: CanvasRenderingContext2D, text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && ink.measureText(`${last} ${word}`).width <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
