// Reads an archive with the `pmtiles` package: node read-pmtiles.mjs ARCHIVE FILE-OF-PLACES. Prints its header, its metadata
// and, in hexadecimal, the unpacked tiles of those places (`z/x/y`, one a line) that it has.
import { readFileSync } from 'node:fs';
import { PMTiles } from 'pmtiles';

const [path, places] = process.argv.slice(2);
const bytes = readFileSync(path);
const source = {
  getKey: () => path,
  getBytes: async (offset, length) => ({
    data: bytes.buffer.slice(bytes.byteOffset + offset, bytes.byteOffset + Math.min(offset + length, bytes.length)),
  }),
};
const archive = new PMTiles(source);
const tiles = {};
for (const place of readFileSync(places, 'utf8').split('\n')) {
  const tile = await archive.getZxy(...place.split('/').map(Number));
  if (tile) tiles[place] = Buffer.from(tile.data).toString('hex');
}
console.log(JSON.stringify({ header: await archive.getHeader(), metadata: await archive.getMetadata(), tiles }));
