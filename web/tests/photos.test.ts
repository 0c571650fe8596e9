// Photos as the card takes them from the wire.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cardRows } from '../src/card/field_text.ts';
import { photosOf, ratio, sourceSet } from '../src/card/photos.ts';
import type { Field, Photo } from '../src/server/wire.ts';

const PHOTO: Photo = {
  href: '/photos/a-1600x1200.jpg',
  width: 1600,
  height: 1200,
  thumbnails: [{ href: '/photos/a-320x240.jpg', width: 320, height: 240 }],
};

test('the browser is told every size, and takes the one it needs', () => {
  assert.equal(sourceSet(PHOTO), '/photos/a-1600x1200.jpg 1600w, /photos/a-320x240.jpg 320w');
  assert.equal(ratio(PHOTO), 4 / 3);
});

test('what is no photo of ours is not shown', () => {
  const of = (photos: unknown) => photosOf({ collection: 'a', photos: photos as Photo[] });
  assert.deepEqual(of([PHOTO]), [PHOTO]);
  assert.deepEqual(photosOf({ collection: 'a' }), []);
  assert.deepEqual(of('a-1600x1200.jpg'), []);
  for (const href of ['javascript:alert(1)', 'https://elsewhere.example/a.jpg', '//elsewhere.example/a.jpg', 7]) {
    assert.deepEqual(of([{ ...PHOTO, href }, PHOTO]), [PHOTO], String(href));
  }
  assert.deepEqual(of([{ ...PHOTO, width: 0 }]), []);
});

test('photos are no row of the facts', () => {
  const field = (name: string, format?: Field['format']): Field => ({
    name,
    type: 'text',
    title: { uk: name, en: name },
    ...(format ? { format } : {}),
  });
  const properties = { collection: 'a', photos: [PHOTO], photos_credit: 'Я' };
  const rows = cardRows([field('photos', 'photos'), field('photos_credit')], properties, 'uk', { yes: '', no: '' });
  assert.deepEqual(rows.map(({ name }) => name), ['photos_credit']);
});
