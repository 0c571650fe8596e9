// The page's address: what is written is read back, and what is nonsense is left out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_BRANCHES, readAddress, writeAddress, type PageAddress } from '../src/address/page_address.ts';

const FULL: PageAddress = {
  camera: { zoom: 13.25, lon: 33.3917, lat: 47.90966 },
  language: 'en',
  branches: {
    sectors: ['health'],
    service_areas: ['preschool-education'],
    collections: ['schools', 'libraries'],
    kinds: ['clubs:chess'],
  },
  object: { collection: 'schools', id: 'ліцей №1/а&б' },
  desk: null,
};

test('an address survives the round trip', () => {
  assert.deepEqual(readAddress(writeAddress(FULL)), FULL);
});

test('an address is readable', () => {
  const address = writeAddress({ ...FULL, object: { collection: 'schools', id: '17' } });
  assert.equal(
    address,
    '#map=13.25/33.39170/47.90966&lang=en&sector=health&area=preschool-education' +
      '&collection=schools,libraries&kind=clubs:chess&object=schools/17',
  );
});

test('an empty state has an empty address', () => {
  const empty = { camera: null, language: null, branches: NO_BRANCHES, object: null, desk: null };
  assert.equal(writeAddress(empty), '');
  assert.deepEqual(readAddress(''), empty);
});

test('nonsense is read as nothing', () => {
  for (const hash of ['#map=1/2', '#map=a/b/c', '#map=10/200/10', '#map=//', '#map=10/33/89', '#lang=de', '#object=schools', '#object=/1', '#object=schools/']) {
    assert.deepEqual(readAddress(hash), { camera: null, language: null, branches: NO_BRANCHES, object: null, desk: null }, hash);
  }
});

test('an id named twice is read once', () => {
  assert.deepEqual(readAddress('#collection=a,b,a,').branches.collections, ['a', 'b']);
});
