// Opening hours in OpenStreetMap's notation, put into words people read.
import type { Language } from '../i18n/words.ts';

const DAYS: Record<Language, Record<string, string>> = {
  uk: { Mo: 'пн', Tu: 'вт', We: 'ср', Th: 'чт', Fr: 'пт', Sa: 'сб', Su: 'нд', PH: 'свята' },
  en: { Mo: 'Mon', Tu: 'Tue', We: 'Wed', Th: 'Thu', Fr: 'Fri', Sa: 'Sat', Su: 'Sun', PH: 'public holidays' },
};

const WORDS: Record<Language, { always: string; closed: string }> = {
  uk: { always: 'Цілодобово', closed: 'зачинено' },
  en: { always: 'Round the clock', closed: 'closed' },
};

/** One line for each rule. What is not of the notation (a note in plain words) is left as it is written. */
export function hoursLines(notation: string, language: Language): string[] {
  return notation
    .split(';')
    .map((rule) => rule.trim())
    .filter((rule) => rule !== '')
    .map((rule) => ruleText(rule, language));
}

function ruleText(rule: string, language: Language): string {
  if (rule === '24/7') return WORDS[language].always;
  const days = DAYS[language];
  return rule
    .replace(/\b(Mo|Tu|We|Th|Fr|Sa|Su|PH)\b/g, (day) => days[day] ?? day)
    .replace(/\b(off|closed)\b/g, WORDS[language].closed)
    .replace(/(\d\d:\d\d)-(\d\d:\d\d)/g, '$1–$2')
    .replace(/([\p{L}])-(?=[\p{L}])/gu, isDayRange(rule) ? '$1–' : '$1-')
    .replace(/,(?=\S)/g, ', ');
}

/** A rule that begins with a day speaks of ranges; in other texts a hyphen is a hyphen. */
function isDayRange(rule: string): boolean {
  return /^(Mo|Tu|We|Th|Fr|Sa|Su|PH)\b/.test(rule);
}
