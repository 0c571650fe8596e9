// The planner's desk without a browser: its address, its conditions in CQL2, the classes of a figure, the steps of a histogram.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAddress, writeAddress } from '../src/address/page_address.ts';
import { inkOn } from '../src/look/ink.ts';
import { edgesOf } from '../src/plot/bars.ts';
import { classesOf, colorOf, SEQUENCE, UNKNOWN_COLOR } from '../src/plot/classes.ts';
import { both, conditionsInCql, readCondition, writeCondition, type Condition } from '../src/table/condition.ts';
import { stepsOf } from '../src/plot/days.ts';
import type { Collection } from '../src/server/wire.ts';
import { AS_OF_DAY, NEW_DISTRICTS, NEW_TABLE, readDesk, setOf, writeDesk, type Desk } from '../src/table/desk.ts';

const WHERE: Condition[] = [
  { field: 'name', operator: 'has', value: "об'єкт: 100%_\\, «а&б»" },
  { field: 'works_status', operator: 'in', value: 'in-progress' },
  { field: 'works_status', operator: 'none', value: '' },
  { field: 'planned_uah', operator: 'min', value: '1000.5' },
  { field: 'planned_uah', operator: 'below', value: '2e6' },
  { field: 'started', operator: 'since', value: '2026-01-01' },
];

test('a desk survives the round trip through the address', () => {
  const desks: Desk[] = [
    NEW_TABLE,
    NEW_DISTRICTS,
    { view: 'table', collection: 'budget-items', sort: '-planned_uah', columns: ['kind', 'name'], where: WHERE, start: 'Б-1/2,3' },
    { ...NEW_TABLE, collection: 'schools', columns: [] },
    { view: 'districts', sum: 'planned_uah', time: 'year(started)', at: 2026, classes: 'equal' },
    { view: 'districts', sum: null, time: AS_OF_DAY, at: '2026-02-28', classes: 'quantile' },
  ];
  for (const desk of desks) {
    assert.deepEqual(readDesk(new URLSearchParams(writeDesk(desk).join('&'))), desk);
    const address = { ...readAddress(''), desk };
    assert.deepEqual(readAddress(writeAddress(address)), address);
  }
});

test('what an address says amiss is left out', () => {
  assert.equal(readDesk(new URLSearchParams('sort=name&where=a.is:1')), null);
  const bad = ['name', 'name.likes:a', 'name.has:', 'year.is:x', "year.is:1 OR 1=1", 'year.min:', 'a b.none', 'started.since:soon', "x'.in:y", 'a.none:1'];
  for (const text of bad) assert.equal(readCondition(text), null, text);
  for (const day of ['2026-13-01', '2026-1-1', '2026', 'today']) {
    assert.deepEqual(readDesk(new URLSearchParams({ districts: 'count', time: AS_OF_DAY, at: day })), { ...NEW_DISTRICTS, time: AS_OF_DAY }, day);
  }
  const query = new URLSearchParams([['table', "x' OR 1"], ['sort', 'a b'], ['columns', "name,x'"], ...bad.map((text) => ['where', text])]);
  assert.deepEqual(readDesk(query), { ...NEW_TABLE, columns: ['name'] });
});

test('conditions on one field that exclude each other are alternatives, all others hold together', () => {
  assert.equal(
    conditionsInCql(WHERE),
    "CASEI(name) LIKE CASEI('%об''єкт: 100\\%\\_\\\\, «а&б»%') AND planned_uah >= 1000.5 AND planned_uah < 2e6 AND " +
      "started >= DATE('2026-01-01') AND (works_status = 'in-progress' OR works_status IS NULL)",
  );
  assert.equal(conditionsInCql([]), null);
  assert.equal(conditionsInCql([{ field: 'lit', operator: 'is', value: 'true' }]), 'lit = TRUE');
  for (const condition of WHERE) assert.deepEqual(readCondition(writeCondition(condition)), condition);
  assert.equal(both('a = 1 OR b = 2', 'c = 3'), '(a = 1 OR b = 2) AND (c = 3)');
  assert.deepEqual(setOf({ ...NEW_TABLE, collection: 'schools', where: WHERE.slice(3, 4) }), {
    collection: 'schools',
    filter: 'planned_uah >= 1000.5',
  });
});

test('a figure as of a day slides along the first days of the years in which anything is in force, and today', () => {
  const during = (from: string | null, through: string | null) =>
    ({ extent: { temporal: { interval: [[from && `${from}T00:00:00Z`, through && `${through}T23:59:59Z`]] } } }) as unknown as Collection;
  const now = '2026-05-06';
  assert.deepEqual(stepsOf([during('2024-03-01', '2027-12-31'), {} as Collection], now), ['2024-01-01', '2025-01-01', '2026-01-01', now, '2027-01-01']);
  assert.deepEqual(stepsOf([during('2025-03-01', null), during('2020-01-01', '2020-02-01')], now).length, 8);
  assert.deepEqual(stepsOf([during('1880-01-01', '2200-01-01')], '2026-01-01').length, 31);
  assert.deepEqual(stepsOf([during(null, '2019-01-01')], now)[0], '2016-01-01');
});

test('quantiles hold as many numbers each, equal intervals are as wide', () => {
  const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1000];
  const quantiles = classesOf(numbers, 'quantile');
  assert.deepEqual(quantiles.map(({ from }) => from), [1, 3, 5, 7, 9]);
  assert.deepEqual(quantiles.map(({ color }) => numbers.filter((number) => colorOf(number, quantiles) === color).length), [2, 2, 2, 2, 2]);
  const equal = classesOf(numbers, 'equal');
  for (const { from, to } of equal) assert.ok(Math.abs(to - from - 999 / 5) < 1e-9);
  assert.equal(equal[0]?.from, 1);
  assert.equal(equal.at(-1)?.to, 1000);
  assert.equal(colorOf(1000, equal), SEQUENCE.at(-1));
  assert.equal(colorOf(null, equal), UNKNOWN_COLOR);
  // A class ends where the next begins.
  for (const [i, { to }] of quantiles.entries()) if (quantiles[i + 1]) assert.equal(to, quantiles[i + 1]?.from);
});

test('few numbers make few classes, and none makes none', () => {
  assert.deepEqual(classesOf([], 'quantile'), []);
  for (const division of ['quantile', 'equal'] as const) {
    assert.deepEqual(classesOf([7, 7, 7], division), [{ from: 7, to: 7, color: SEQUENCE[2] }]);
    const two = classesOf([0, 10], division);
    assert.equal(colorOf(0, two), SEQUENCE[0]);
    assert.equal(colorOf(10, two), SEQUENCE.at(-1));
  }
});

test('the sequence gets darker step by step, so that it needs no colour vision', () => {
  const lightness = SEQUENCE.map((color) => {
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255) as [number, number, number];
    const linear = (c: number) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    // CIE 1976 L* from relative luminance.
    return 116 * Math.cbrt(0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)) - 16;
  });
  for (let i = 1; i < lightness.length; i += 1) assert.ok((lightness[i - 1] ?? 0) - (lightness[i] ?? 0) > 12, `${lightness}`);
  assert.equal(inkOn(SEQUENCE[0]), '#000000');
});

test('steps are round, even, at most a dozen, and hold the least and the greatest', () => {
  const ends: [number, number, boolean][] = [[0, 1, false], [3, 97, true], [1, 2, true], [0.1, 0.3, false], [-5, 12345678, true], [7, 7, true], [0, 0, false], [1e6, 1.0001e6, false]];
  for (const [least, greatest, isWhole] of ends) {
    const edges = edgesOf(least, greatest, isWhole);
    assert.ok((edges[0] ?? NaN) <= least && (edges.at(-1) ?? NaN) > greatest, `${edges}`);
    assert.ok((edges.at(-2) ?? NaN) <= greatest && (edges[1] ?? NaN) > least, `${edges}`);
    assert.ok(edges.length >= 2 && edges.length <= 14, `${edges}`);
    const step = (edges[1] ?? 0) - (edges[0] ?? 0);
    for (let i = 1; i < edges.length; i += 1) {
      assert.ok(Math.abs((edges[i] ?? 0) - (edges[i - 1] ?? 0) - step) < step * 1e-9, `${edges}`);
      if (isWhole) assert.ok(Number.isInteger(edges[i]));
    }
  }
});
