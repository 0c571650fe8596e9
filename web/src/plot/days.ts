// The days at which a figure can be looked at: what was in force at the beginning of each year, and what is today.
import type { Collection } from '../server/wire.ts';

/** As the server writes it, `2026-01-31`: one of UTC, as all of its days. */
export type Day = string;

/** More years than these, back and forth, no slider tells apart. */
const MOST_YEARS_BACK = 20;
const MOST_YEARS_ON = 10;
/** Where nobody says since when. */
const YEARS_BACK = 10;

export function today(): Day {
  return new Date().toISOString().slice(0, 10);
}

/** Whether any of these has objects that are not there at all times. */
export function haveTime(collections: readonly Collection[]): boolean {
  return collections.some(({ extent }) => extent?.temporal);
}

/** Each first of January from their first day to their last, and today. */
export function stepsOf(collections: readonly Collection[], now: Day): Day[] {
  const thisYear = yearOf(now);
  const intervals = collections.flatMap(({ extent }) => extent?.temporal?.interval ?? []);
  const first = Math.min(thisYear, ...intervals.map(([from]) => (from ? yearOf(from) : thisYear - YEARS_BACK)));
  const last = Math.max(thisYear, ...intervals.map(([, through]) => (through ? yearOf(through) : thisYear)));
  const days = new Set([now]);
  for (let year = Math.max(first, thisYear - MOST_YEARS_BACK); year <= Math.min(last, thisYear + MOST_YEARS_ON); year += 1) {
    days.add(`${String(year).padStart(4, '0')}-01-01`);
  }
  return [...days].sort();
}

function yearOf(day: string): number {
  return Number(day.slice(0, 4));
}
