// A field's value as the card shows it: pieces of text, some of which are links.
import { formatNumber, localeOf, titleIn, type Language } from '../i18n/words.ts';
import type { Field, FieldValue, ObjectProperties } from '../server/wire.ts';
import { hoursLines } from './opening_hours.ts';

export interface Piece {
  text: string;
  href?: string;
}

export interface Row {
  name: string;
  title: string;
  /** empty when the value is unknown */
  pieces: Piece[];
}

/** Facts people decide by: when they are missing, the card says so instead of keeping silent. */
const IMPORTANT_FORMATS: readonly (Field['format'] | undefined)[] = ['phone', 'opening-hours'];
const IMPORTANT_NAMES = /^(accessibility|permit_.*|valid_through)$/;

/** The rows of a card in the catalog's order; the name is the card's heading and makes no row. */
export function cardRows(
  fields: readonly Field[],
  properties: ObjectProperties,
  language: Language,
  words: { yes: string; no: string },
): Row[] {
  const names = new Set(fields.map((field) => field.name));
  const isTranslation = (name: string) => name.endsWith('_en') && names.has(name.slice(0, -3));
  return fields
    .filter((field) => field.name !== 'name' && field.format !== 'photos' && !isTranslation(field.name))
    .map((field) => ({
      name: field.name,
      title: titleIn(field.title, language),
      pieces: fieldPieces(field, valueIn(properties, field.name, language), language, words),
      important: isImportant(field),
    }))
    .filter((row) => row.pieces.length > 0 || row.important)
    .map(({ name, title, pieces }) => ({ name, title, pieces }));
}

/** The English twin of a field stands in for it on the English page. */
export function valueIn(properties: ObjectProperties, name: string, language: Language): FieldValue {
  const translated = language === 'en' ? properties[`${name}_en`] : undefined;
  const value = translated === undefined || translated === null || translated === '' ? properties[name] : translated;
  return Array.isArray(value) ? null : (value ?? null);
}

export function fieldPieces(
  field: Field,
  value: FieldValue,
  language: Language,
  words: { yes: string; no: string },
): Piece[] {
  if (value === null || value === '') return [];
  if (typeof value === 'boolean') return [{ text: value ? words.yes : words.no }];
  if (typeof value === 'number') return [{ text: numberText(value, field.unit, language) }];
  if (field.type === 'date') return [{ text: dateText(value, language) }];
  const listed = field.values?.find(({ id }) => id === value);
  if (listed) return [{ text: titleIn(listed.title, language) }];
  switch (field.format) {
    case 'phone':
      return phonePieces(value);
    case 'email':
      return /^[^\s@]+@[^\s@]+$/.test(value) ? [{ text: value, href: `mailto:${value}` }] : [{ text: value }];
    case 'uri':
      return [uriPiece(value)];
    case 'opening-hours':
      return hoursLines(value, language).map((text) => ({ text }));
    default:
      return [{ text: value }];
  }
}

/** A calendar date (`2026-11-22`) or an instant (RFC 3339); what is neither is shown as written. */
export function dateText(value: string, language: Language): string {
  const isCalendarDate = /^\d{4}-\d{2}-\d{2}$/.test(value);
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return value;
  return new Intl.DateTimeFormat(localeOf(language), {
    dateStyle: 'long',
    // A calendar date has no time zone; without this it would slip a day west of Greenwich.
    ...(isCalendarDate ? { timeZone: 'UTC' } : {}),
  }).format(date);
}

/** Units that take a plural form are written by the browser's own grammar; the codes are UCUM's. */
const GRAMMATICAL_UNITS: Record<string, string> = { a: 'year', mo: 'month', wk: 'week', d: 'day' };

/** The other UCUM codes the city's data uses, as people write them. */
const UNITS: Record<Language, Record<string, string>> = {
  uk: {
    m: 'м', km: 'км', cm: 'см', mm: 'мм', m2: 'м²', km2: 'км²', har: 'га', m3: 'м³', L: 'л', kg: 'кг', t: 'т',
    mg: 'мг', ug: 'мкг', min: 'хв', h: 'год', s: 'с', a: 'рік', mo: 'міс', d: 'добу', kW: 'кВт', Gcal: 'Гкал',
    Mbit: 'Мбіт', hPa: 'гПа', Cel: '°C', '[pH]': 'pH', UAH: 'грн',
  },
  en: {
    m: 'm', km: 'km', cm: 'cm', mm: 'mm', m2: 'm²', km2: 'km²', har: 'ha', m3: 'm³', L: 'l', kg: 'kg', t: 't',
    mg: 'mg', ug: 'µg', min: 'min', h: 'h', s: 's', a: 'year', mo: 'month', d: 'day', kW: 'kW', Gcal: 'Gcal',
    Mbit: 'Mbit', hPa: 'hPa', Cel: '°C', '[pH]': 'pH', UAH: 'UAH',
  },
};

export function numberText(value: number, unit: string | undefined, language: Language): string {
  const number = formatNumber(value, language);
  if (unit === undefined || unit === '1') return number;
  if (unit === 'deg') return `${number}°`;
  const grammatical = GRAMMATICAL_UNITS[unit];
  if (grammatical) {
    return new Intl.NumberFormat(localeOf(language), { style: 'unit', unit: grammatical, unitDisplay: 'long' }).format(value);
  }
  return `${number}\u00a0${unitText(unit, language)}`;
}

/** A unit by itself, as above a column. */
export function unitText(unit: string, language: Language): string {
  return unit.split('/').map((code) => UNITS[language][code] ?? code).join('/');
}

/** Several numbers in one field stand apart by a comma, a semicolon or a slash. */
function phonePieces(value: string): Piece[] {
  return value
    .split(/[,;/]/)
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text) => {
      const dialled = text.replace(/[^\d+]/g, '');
      return /^\+?\d{3,15}$/.test(dialled) ? { text, href: `tel:${dialled}` } : { text };
    });
}

/** Only what a browser opens as a page becomes a link: a `javascript:` address stays text. */
function uriPiece(value: string): Piece {
  if (!/^https?:\/\//i.test(value) || !URL.canParse(value)) return { text: value };
  return { text: value.replace(/^https?:\/\//i, '').replace(/\/$/, ''), href: new URL(value).href };
}

function isImportant(field: Field): boolean {
  return (field.format !== undefined && IMPORTANT_FORMATS.includes(field.format)) || IMPORTANT_NAMES.test(field.name);
}
