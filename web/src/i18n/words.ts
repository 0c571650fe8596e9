// A language's way with words: its locale, its plural forms, its numbers and distances.
import type { Title } from '../server/wire.ts';

export const LANGUAGES = ['uk', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** A sentence for each plural form of the language; `{count}` stands for the number. */
export type Plural<Form extends Intl.LDMLPluralRule> = Record<Form, string>;

export function isLanguage(text: string | null): text is Language {
  return LANGUAGES.some((language) => language === text);
}

export function localeOf(language: Language): string {
  return language === 'uk' ? 'uk-UA' : 'en-GB';
}

export function titleIn(title: Title, language: Language): string {
  return title[language] || title.uk || title.en;
}

/** Puts values in the place of `{names}`; a name without a value is left to be seen. */
export function fill(sentence: string, values: Readonly<Record<string, string | number>>): string {
  return sentence.replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole));
}

export function pluralize(
  forms: Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>,
  count: number,
  language: Language,
): string {
  const form = new Intl.PluralRules(localeOf(language)).select(count);
  return fill(forms[form] ?? forms.other, { count: formatNumber(count, language) });
}

/** Four digits stay together: most of them in the city's data are years. */
export function formatNumber(value: number, language: Language): string {
  // Of a browser's first number Intl makes some 30 ms, on a cheap phone several times as many (2026-11-29); a first view has whole ones only.
  if (Number.isSafeInteger(value)) return groupDigits(String(value), language);
  return new Intl.NumberFormat(localeOf(language), { useGrouping: 'min2', maximumFractionDigits: 6 }).format(value);
}

/** From five digits on, by three. */
function groupDigits(digits: string, language: Language): string {
  if (digits.replace('-', '').length < 5) return digits;
  return digits.replace(/\B(?=(\d{3})+$)/g, language === 'uk' ? '\u00a0' : ',');
}

/** As exact as a person on foot can use: metres by ten, kilometres by tenths. */
export function distanceText(distance_m: number, language: Language): string {
  const [value, unit] =
    distance_m < 95
      ? [Math.round(distance_m), 'meter']
      : distance_m < 995
        ? [Math.round(distance_m / 10) * 10, 'meter']
        : [distance_m / 1000, 'kilometer'];
  return new Intl.NumberFormat(localeOf(language), {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: value < 10 && unit === 'kilometer' ? 1 : 0,
  }).format(value);
}
