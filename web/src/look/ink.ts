// The text colour that can be read on a coloured ground.

/** Black or white, whichever has the higher WCAG contrast on a `#rrggbb` ground. */
export function inkOn(ground: string): '#000000' | '#ffffff' {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(ground);
  if (!hex) return '#ffffff';
  const [red, green, blue] = hex.slice(1).map((pair) => linear(parseInt(pair, 16) / 255)) as [number, number, number];
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  // White wins while 1.05 / (L + 0.05) is at least (L + 0.05) / 0.05 (WCAG 2.2, contrast ratio).
  return (luminance + 0.05) ** 2 <= 1.05 * 0.05 ? '#ffffff' : '#000000';
}

function linear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}
