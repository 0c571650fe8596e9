// The photos of an object as the card shows them: which file for which size, and what each is called.
import type { ObjectProperties, Photo, PhotoSize } from '../server/wire.ts';

/** The photos of an object; what is no photo is left out. */
export function photosOf(properties: ObjectProperties): Photo[] {
  const { photos } = properties;
  return Array.isArray(photos) ? photos.filter(isPhoto) : [];
}

function isPhoto(photo: Photo): boolean {
  // Only our own files: the policy of the page lets no others in anyway.
  return typeof photo.href === 'string' && photo.href.startsWith('/photos/') && photo.width > 0 && photo.height > 0;
}

/** All sizes, the largest first. */
export function sizesOf(photo: Photo): PhotoSize[] {
  return [photo, ...(photo.thumbnails ?? [])];
}

/** For `srcset`: each file with its width. */
export function sourceSet(photo: Photo): string {
  return sizesOf(photo)
    .map(({ href, width }) => `${href} ${width}w`)
    .join(', ');
}

/** How wide a photo is for each unit of its height. */
export function ratio({ width, height }: PhotoSize): number {
  return width / height;
}
