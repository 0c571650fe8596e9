// Directions, places at a distance, and which fixes are used.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeAt, wind, WINDS } from '../src/near/direction.ts';
import { judge, locate } from '../src/near/locate.ts';

test('each wind holds the 45 degrees around it', () => {
  WINDS.forEach((name, index) => {
    assert.equal(wind(index * 45), name);
    assert.equal(wind(index * 45 + 22), name);
    assert.equal(wind(index * 45 - 22), name);
  });
  assert.equal(wind(359.9), 'n');
  assert.equal(wind(360), 'n');
});

test('a minute of arc to the north is a nautical mile', () => {
  const { lon, lat } = placeAt({ lon: 33.4, lat: 47.9 }, 0, 1853.25);
  assert.ok(Math.abs(lon - 33.4) < 1e-9);
  assert.ok(Math.abs(lat - (47.9 + 1 / 60)) < 1e-5);
});

test('there and back again is here', () => {
  for (let bearing_deg = 0; bearing_deg < 360; bearing_deg += 15) {
    const here = { lon: 33.4, lat: 47.9 };
    const there = placeAt(here, bearing_deg, 2000);
    const back = placeAt(there, bearing_deg + 180, 2000);
    assert.ok(Math.hypot(back.lon - here.lon, back.lat - here.lat) < 1e-5, `${bearing_deg}°`);
    if (bearing_deg > 0 && bearing_deg < 180) assert.ok(there.lon > here.lon);
  }
});

test('a fix worse than a kilometre is not used', () => {
  const place = { lon: 33.4, lat: 47.9 };
  assert.deepEqual(judge(place, 1000), { found: true, place, accuracy_m: 1000 });
  assert.deepEqual(judge(place, 1000.1), { found: false, reason: 'coarse', accuracy_m: 1000.1 });
});

test('a browser without geolocation, and one that refuses, say so', async () => {
  assert.deepEqual(await locate(undefined), { found: false, reason: 'unavailable' });
  const refusing = (code: number) =>
    ({
      getCurrentPosition: (_found: unknown, refuse: (error: object) => void) => refuse({ code, PERMISSION_DENIED: 1 }),
    }) as unknown as Geolocation;
  assert.deepEqual(await locate(refusing(1)), { found: false, reason: 'denied' });
  assert.deepEqual(await locate(refusing(3)), { found: false, reason: 'unavailable' });
});
