// Lengths and areas against a judge of other hands, and in the words of both languages.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { areaText, lengthText } from '../src/measure/amounts.ts';
import { measure } from '../src/measure/geodesics.ts';

test('lengths and areas are those of PROJ on the WGS84 ellipsoid', () => {
  // printf '47.9 33.4 47.91 33.42\n' | geod +ellps=WGS84 +units=m -I -F '%.4f'
  const { length_m, closed } = measure([{ lon: 33.4, lat: 47.9 }, { lon: 33.42, lat: 47.91 }]);
  assert.ok(Math.abs(length_m - 1863.3426) < 0.0001, String(length_m));
  assert.equal(closed, null);
});

test('an area is the same whichever way around it is walked, and its outline is closed', () => {
  const square = [{ lon: 33.4, lat: 47.9 }, { lon: 33.42, lat: 47.9 }, { lon: 33.42, lat: 47.91 }, { lon: 33.4, lat: 47.91 }];
  const there = measure(square);
  const back = measure(square.toReversed());
  assert.ok(there.closed && back.closed);
  assert.ok(Math.abs(there.closed.area_m2 - back.closed.area_m2) < 1e-6);
  assert.ok(there.closed.perimeter_m > there.length_m + 1000, 'the way along four points lacks the fourth side');
  // PolygonArea of Python's geographiclib 2.0
  assert.ok(Math.abs(there.closed.area_m2 - 1_662_540.238) < 0.001, String(there.closed.area_m2));
});

test('amounts are told in the units and with the comma of the language', () => {
  assert.equal(lengthText(12.34, 'uk'), '12,3 м');
  assert.equal(lengthText(999.4, 'uk'), '999 м');
  assert.equal(lengthText(1864.32, 'uk'), '1,86 км');
  assert.equal(lengthText(1864.32, 'en'), '1.86 km');
  assert.equal(areaText(9999, 'uk'), '9999\u00a0м²');
  assert.equal(areaText(23_500, 'uk'), '2,35\u00a0га');
  assert.equal(areaText(23_500, 'en'), '2.35\u00a0ha');
  assert.equal(areaText(1_661_000, 'uk'), '1,66\u00a0км²');
});
