// Doors in words: open or closed now, and until when.
import { fill, localeOf, type Language } from '../i18n/words.ts';
import type { Doors } from '../server/wire.ts';

/** The clocks of the city, whatever those of the visitor's browser show. */
const CITY_ZONE = 'Europe/Kyiv';
const WEEK_MS = 6.5 * 24 * 3600 * 1000;

export interface DoorWords {
  open_now: string;
  open_until: string;
  closed_now: string;
  closed_until: string;
}

/** Null where nobody says when it is open. */
export function doorsText({ open, open_changes }: Doors, now: Date, language: Language, words: DoorWords): string | null {
  if (open !== 'open' && open !== 'closed') return null;
  if (open_changes === undefined) return open === 'open' ? words.open_now : words.closed_now;
  const when = whenText(new Date(open_changes), now, language);
  return fill(open === 'open' ? words.open_until : words.closed_until, { when });
}

/** Today only the hour; within a week the day of the week; then the date. */
function whenText(at: Date, now: Date, language: Language): string {
  const written = (form: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(localeOf(language), { timeZone: CITY_ZONE, hourCycle: 'h23', ...form }).format(at);
  const time = written({ hour: '2-digit', minute: '2-digit' });
  const day = (date: Date) => new Intl.DateTimeFormat('en-CA', { timeZone: CITY_ZONE }).format(date);
  if (day(at) === day(now)) return time;
  const isThisWeek = at.getTime() - now.getTime() < WEEK_MS;
  return `${written(isThisWeek ? { weekday: 'short' } : { day: 'numeric', month: 'short' })}, ${time}`;
}
