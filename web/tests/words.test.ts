// Plural forms, numbers, distances, and that both dictionaries say the same things.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { en } from '../src/i18n/en.ts';
import { uk } from '../src/i18n/uk.ts';
import { distanceText, fill, formatNumber, pluralize, titleIn } from '../src/i18n/words.ts';

test('Ukrainian has three forms for whole numbers, and takes the right one', () => {
  const said = (count: number) => pluralize(uk.objects_shown, count, 'uk');
  assert.equal(said(1), 'Показано 1 об’єкт');
  assert.equal(said(3), 'Показано 3 об’єкти');
  assert.equal(said(5), 'Показано 5 об’єктів');
  assert.equal(said(11), 'Показано 11 об’єктів');
  assert.equal(said(21), 'Показано 21 об’єкт');
  assert.equal(said(112), 'Показано 112 об’єктів');
});

test('English has two forms', () => {
  assert.equal(pluralize(en.near_found, 1, 'en'), '1 nearest object');
  assert.equal(pluralize(en.near_found, 2, 'en'), '2 nearest objects');
});

test('a year keeps its four digits together, and a large number is grouped', () => {
  assert.equal(formatNumber(1975, 'uk'), '1975');
  assert.equal(formatNumber(12345, 'uk'), '12\u00a0345');
  assert.equal(formatNumber(12345.5, 'en'), '12,345.5');
});

test('whole numbers are written as the Unicode data have them', () => {
  const judge = { uk: new Intl.NumberFormat('uk-UA', { useGrouping: 'min2' }), en: new Intl.NumberFormat('en-GB', { useGrouping: 'min2' }) };
  const edges = [0, 9, 999, 1000, 9999, 10_000, 99_999, 100_000, 999_999, 1_000_000, 123_456_789, Number.MAX_SAFE_INTEGER];
  for (const language of ['uk', 'en'] as const) {
    for (const value of edges.flatMap((edge) => [edge, -edge || 0])) assert.equal(formatNumber(value, language), judge[language].format(value));
  }
});

test('a distance is as exact as a walker needs', () => {
  // Which of the spaces stands before the unit differs between releases of the Unicode data.
  const said = (distance_m: number, language: 'uk' | 'en') => distanceText(distance_m, language).replace(/\s/g, ' ');
  assert.equal(said(7.4, 'uk'), '7 м');
  assert.equal(said(347, 'uk'), '350 м');
  assert.equal(said(997, 'uk'), '1 км');
  assert.equal(said(1240, 'uk'), '1,2 км');
  assert.equal(said(12_400, 'en'), '12 km');
});

test('a hole without a value stays visible', () => {
  assert.equal(fill('{a} and {b}', { a: 1 }), '1 and {b}');
});

test('a title that one language lacks is given in the other', () => {
  assert.equal(titleIn({ uk: 'Школи', en: '' }, 'en'), 'Школи');
});

test('both dictionaries leave the same holes in each sentence', () => {
  const holes = (sentence: string) => [...new Set(sentence.match(/\{\w+\}/g) ?? [])].sort();
  for (const [key, ukrainian] of Object.entries(uk)) {
    const english = en[key as keyof typeof uk];
    const pairs = typeof ukrainian === 'string' ? [[ukrainian, english as string]] : [[ukrainian.other, (english as { other: string }).other]];
    for (const [one, other] of pairs) assert.deepEqual(holes(one ?? ''), holes(other ?? ''), key);
  }
});

test('Ukrainian sentences use the Ukrainian apostrophe and no Latin look-alike letters', () => {
  for (const [key, sentence] of Object.entries(uk)) {
    for (const text of typeof sentence === 'string' ? [sentence] : Object.values(sentence)) {
      assert.doesNotMatch(text, /['`ʼ]/, key);
      assert.doesNotMatch(text.replace(/\{\w+\}|WebGL|openstreetmap\.org|CSV|XLSX|PNG/g, ''), /[a-z]/i, key);
    }
  }
});
