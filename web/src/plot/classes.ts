// Classes of a figure: ranges of numbers, each with a colour of one sequence.

/**
 * Five steps of YlGnBu from ColorBrewer 2.0 (Cynthia Brewer, Mark Harrower, Pennsylvania State University; Apache 2.0),
 * which it lists as safe for colour-blind eyes; each is darker than the one before.
 */
export const SEQUENCE = ['#ffffcc', '#a1dab4', '#41b6c4', '#2c7fb8', '#253494'] as const;

/** What is unknown has no place in the sequence. */
export const UNKNOWN_COLOR = '#b9b4ac';

export type Division = 'quantile' | 'equal';

export interface Class {
  /** the least and the greatest; numbers at `to` belong to the next class, and in the last one to it */
  from: number;
  to: number;
  color: string;
}

/**
 * Divides the numbers into at most five classes: of equal width, or by quantiles, so that each holds as many of the
 * numbers as equal ones allow. No class is empty of width; where all numbers are one there is one class.
 */
export function classesOf(numbers: readonly number[], division: Division): Class[] {
  const sorted = [...numbers].sort((a, b) => a - b);
  const [least, greatest] = [sorted[0], sorted.at(-1)];
  if (least === undefined || greatest === undefined) return [];
  const most = SEQUENCE.length;
  const edges = new Set([least]);
  for (let i = 1; i < most; i += 1) {
    const quantile = sorted[Math.floor((i * sorted.length) / most)] ?? least;
    edges.add(division === 'equal' ? least + ((greatest - least) * i) / most : quantile);
  }
  // An edge at the greatest number would make a class of it alone, which is one as good as any.
  const from = [...edges].sort((a, b) => a - b);
  const colors = colorsOf(from.length);
  return from.map((edge, i) => ({ from: edge, to: from[i + 1] ?? greatest, color: colors[i] ?? SEQUENCE[0] }));
}

/** The colour of a number; that of the unknown for none. */
export function colorOf(number: number | null, classes: readonly Class[]): string {
  if (number === null) return UNKNOWN_COLOR;
  return classes.findLast(({ from }) => number >= from)?.color ?? UNKNOWN_COLOR;
}

/** So many colours of the sequence, as far apart as it allows. */
function colorsOf(count: number): string[] {
  if (count === 1) return [SEQUENCE[2]];
  return Array.from({ length: count }, (_, i) => SEQUENCE[Math.round((i * (SEQUENCE.length - 1)) / (count - 1))] as string);
}
