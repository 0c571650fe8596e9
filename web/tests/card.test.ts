// A card's rows: values as people read them, links only where they are safe, and unknown said as unknown.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cardRows, dateText, fieldPieces, numberText } from '../src/card/field_text.ts';
import { hoursLines } from '../src/card/opening_hours.ts';
import type { Field, FieldValue } from '../src/server/wire.ts';

const WORDS = { yes: 'Так', no: 'Ні' };
const field = (name: string, more: Partial<Field> = {}): Field => ({ name, type: 'text', title: { uk: name, en: name }, ...more });
const pieces = (value: FieldValue, more: Partial<Field>) => fieldPieces(field('x', more), value, 'uk', WORDS);

test('values are written in the language', () => {
  assert.deepEqual(pieces(true, { type: 'boolean' }), [{ text: 'Так' }]);
  assert.deepEqual(pieces(false, { type: 'boolean' }), [{ text: 'Ні' }]);
  assert.deepEqual(pieces(0, { type: 'integer' }), [{ text: '0' }]);
  assert.deepEqual(pieces('valid', { values: [{ id: 'valid', title: { uk: 'Чинний', en: 'Valid' } }] }), [{ text: 'Чинний' }]);
  assert.deepEqual(pieces('2027-03-01', { type: 'date' }), [{ text: dateText('2027-03-01', 'uk') }]);
});

test('a calendar date does not slip with the time zone', () => {
  assert.equal(dateText('2026-01-01', 'en'), '1 January 2026');
  assert.match(dateText('2027-03-01', 'uk'), /^1 березня 2027/);
  assert.equal(dateText('not a date', 'uk'), 'not a date');
});

test('units are written as people write them', () => {
  assert.equal(numberText(12.5, 'm2', 'uk'), '12,5\u00a0м²');
  assert.equal(numberText(40, 'ug/m3', 'uk'), '40\u00a0мкг/м³');
  assert.equal(numberText(1500000, 'UAH', 'uk'), '1\u00a0500\u00a0000\u00a0грн');
  assert.match(numberText(12, 'a', 'uk'), /^12\sроків$/);
  assert.equal(numberText(270, 'deg', 'en'), '270°');
  assert.equal(numberText(3, 'furlong', 'en'), '3\u00a0furlong');
});

test('each telephone becomes a link of its own', () => {
  assert.deepEqual(pieces('+380 56 404-01-02, (056) 404 01 03; черговий', { format: 'phone' }), [
    { text: '+380 56 404-01-02', href: 'tel:+380564040102' },
    { text: '(056) 404 01 03', href: 'tel:0564040103' },
    { text: 'черговий' },
  ]);
});

test('only a web address becomes a link', () => {
  assert.deepEqual(pieces('https://example.org/a/', { format: 'uri' }), [{ text: 'example.org/a', href: 'https://example.org/a/' }]);
  for (const value of ['javascript:alert(1)', 'data:text/html,x', ' https', 'ftp://example.org', 'http://', 'JAVASCRIPT:http://x']) {
    assert.deepEqual(pieces(value, { format: 'uri' }), [{ text: value }], value);
  }
});

test('an important fact that is missing keeps its row, any other goes', () => {
  const fields = [
    field('name'),
    field('phone', { format: 'phone' }),
    field('opening_hours', { format: 'opening-hours' }),
    field('accessibility'),
    field('permit_status'),
    field('floor', { type: 'integer' }),
  ];
  const rows = cardRows(fields, { collection: 'c', name: 'Ім’я' }, 'uk', WORDS);
  assert.deepEqual(rows.map(({ name, pieces: { length } }) => [name, length]), [
    ['phone', 0],
    ['opening_hours', 0],
    ['accessibility', 0],
    ['permit_status', 0],
  ]);
});

test('an English twin stands in for its field, and makes no row of its own', () => {
  const fields = [field('street'), field('street_en'), field('other_en')];
  const properties = { collection: 'c', street: 'Соборності', street_en: 'Sobornosti', other_en: 'kept' };
  const texts = (language: 'uk' | 'en') => cardRows(fields, properties, language, WORDS).map((row) => row.pieces[0]?.text);
  assert.deepEqual(texts('uk'), ['Соборності', 'kept']);
  assert.deepEqual(texts('en'), ['Sobornosti', 'kept']);
});

test('opening hours are read out of their notation', () => {
  assert.deepEqual(hoursLines('Mo-Fr 08:00-18:00; Sa,Su off', 'uk'), ['пн–пт 08:00–18:00', 'сб, нд зачинено']);
  assert.deepEqual(hoursLines('24/7', 'en'), ['Round the clock']);
  assert.deepEqual(hoursLines('за домовленістю, будь-коли', 'uk'), ['за домовленістю, будь-коли']);
});
