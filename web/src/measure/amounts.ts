// Measured amounts in words: metres or kilometres; square metres, hectares or square kilometres.
import { formatNumber, localeOf, type Language } from '../i18n/words.ts';

const SQUARE = { uk: { m: 'м²', ha: 'га', km: 'км²' }, en: { m: 'm²', ha: 'ha', km: 'km²' } } as const;

export function lengthText(length_m: number, language: Language): string {
  const isShort = length_m < 1000;
  return new Intl.NumberFormat(localeOf(language), {
    style: 'unit',
    unit: isShort ? 'meter' : 'kilometer',
    unitDisplay: 'short',
    maximumFractionDigits: isShort ? (length_m < 100 ? 1 : 0) : 2,
  }).format(isShort ? length_m : length_m / 1000);
}

export function areaText(area_m2: number, language: Language): string {
  const unit = area_m2 < 10_000 ? 'm' : area_m2 < 1_000_000 ? 'ha' : 'km';
  const value = area_m2 / { m: 1, ha: 10_000, km: 1_000_000 }[unit];
  const rounded = unit === 'm' ? Math.round(value) : Math.round(value * 100) / 100;
  return `${formatNumber(rounded, language)}\u00a0${SQUARE[language][unit]}`;
}
