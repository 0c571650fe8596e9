//! Archives are read back as they were written, and whatever else a file holds is an error or a tile, never an end of us.

use std::{fs, path::PathBuf, sync::LazyLock, time::Instant};

use proptest::prelude::*;
use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::space::{BBox, LonLat};

fn coord(z: u8, x: u32, y: u32) -> TileCoord {
    TileCoord::new(z, x, y).unwrap()
}

fn about() -> About {
    let mut about = About::new(Content::Mvt, 0, 8);
    about.name = Some("Місто".into());
    about.attribution = Some("© Хтось".into());
    about.version = Some("7.0.0".into());
    about.bounds = Some(BBox { west: 33.0, south: 47.5, east: 33.75, north: 48.25 });
    about.center = Some((LonLat::new(33.375, 47.875).unwrap(), 5));
    about.vector_layers = vec![json!({ "id": "objects", "fields": { "name": "String" }, "minzoom": 2, "maxzoom": 8 })];
    about
}

/// Every tile of zooms 0 to 7, some equal to their neighbours: enough of them for PMTiles to have leaf directories.
fn tiles() -> Vec<(TileCoord, Vec<u8>)> {
    let mut coords: Vec<TileCoord> =
        (0..=7).flat_map(|z| (0..1_u32 << z).flat_map(move |x| (0..1_u32 << z).map(move |y| coord(z, x, y)))).collect();
    Writer::order(&mut coords);
    let bytes = |at: TileCoord| {
        let noise = u64::from(at.x()).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(at.y()).rotate_left(40);
        if (at.x() ^ at.y()).is_multiple_of(8) { gzip(b"sea") } else { gzip(format!("{noise:x} {at}").as_bytes()) }
    };
    coords.into_iter().map(|at| (at, bytes(at))).collect()
}

fn written(folder: &TempDir, name: &str) -> PathBuf {
    let path = folder.path().join(name);
    let mut writer = Writer::create(&path, &path, &about()).unwrap();
    for (at, bytes) in tiles() {
        writer.put(at, &bytes).unwrap();
    }
    writer.finish().unwrap();
    path
}

#[test]
fn what_was_written_is_read_and_the_same_bytes_are_written_again() {
    let folder = tempfile::tempdir().unwrap();
    for ending in ["pmtiles", "mbtiles"] {
        let path = written(&folder, &format!("a.{ending}"));
        let archive = Archive::open(&path).unwrap();
        assert_eq!(*archive.about(), about(), "{ending}");
        for (at, bytes) in tiles() {
            let found = archive.tile(at).unwrap().unwrap();
            assert_eq!((found.bytes.to_vec(), found.packing), (bytes, Packing::Gzip), "{ending} {at}");
        }
        assert_eq!(archive.tile(coord(8, 3, 4)).unwrap(), None);
        assert_eq!(archive.tile(coord(9, 3, 4)).unwrap(), None);
        let again = written(&folder, &format!("b.{ending}"));
        assert!(fs::read(path).unwrap() == fs::read(again).unwrap(), "{ending}: other bytes");
    }
    // The words of the header, by PMTiles v3 §3: leaf directories have an offset and a length, so they were read above.
    let bytes = fs::read(folder.path().join("a.pmtiles")).unwrap();
    assert!(u64::from_le_bytes(bytes[48..56].try_into().unwrap()) > 0, "no leaf directory was tried");
}

/// A file with these bytes, opened; what can be asked of it is asked.
fn asked(name: &str, bytes: &[u8]) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    let archive = Archive::open(&path).map_err(|error| error.to_string())?;
    for at in [coord(0, 0, 0), coord(3, 5, 2), coord(7, 90, 101), coord(7, 127, 0)] {
        if let Some(found) = archive.tile(at).map_err(|error| error.to_string())? {
            assert!(found.bytes.len() <= MAX_TILE_BYTES);
            let _ = found.unpacked();
        }
    }
    Ok(())
}

#[test]
fn what_is_no_archive_is_told_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let sound = fs::read(written(&folder, "a.pmtiles")).unwrap();
    let with = |at: usize, bytes: &[u8]| {
        let mut changed = sound.clone();
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        changed
    };
    let far = u64::MAX.to_le_bytes();
    for (bytes, wanted) in [
        (b"PMT".to_vec(), "no sound PMTiles"),
        (b"PK\x03\x04 a zip".repeat(20), "no PMTiles file of version 3"),
        (sound[..130].to_vec(), "root directory does not lie"),
        (with(8, &far), "root directory does not lie"),
        (with(16, &far), "root directory does not lie"),
        (with(24, &far), "no sound PMTiles"),
        (with(97, &[9]), "Invalid compression"),
        (with(97, &[4]), "packed by Zstd"),
        (with(98, &[3]), "packed by Brotli"),
        (with(99, &[0]), "does not say what its tiles are"),
        (with(48, &[0; 8]), "Invalid PMTiles entry"),
        (sound[..sound.len() - 10].to_vec(), "ends before what it points to"),
    ] {
        let told = asked("a.pmtiles", &bytes).unwrap_err();
        assert!(told.contains(wanted) && told.contains("a.pmtiles"), "{told:?} has no {wanted:?}");
    }
    let told = asked("a.mbtiles", b"This is no database, though it is long enough for one.").unwrap_err();
    assert!(told.contains("no sound MBTiles"), "{told}");
    assert!(Archive::open(&folder.path().join("none.pmtiles")).unwrap_err().to_string().contains("No such file"));
    assert!(Archive::open(&folder.path().join("none.mbtiles")).is_err());
}

/// PMTiles whose metadata unpack to a thousand times what they have.
#[test]
fn what_unpacks_without_an_end_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.pmtiles");
    let mut bomb = about();
    bomb.description = Some("a".repeat(MAX_METADATA_BYTES + 1));
    let mut writer = Writer::create(&path, &path, &bomb).unwrap();
    writer.put(coord(0, 0, 0), &gzip(&vec![0; MAX_TILE_BYTES + 1])).unwrap();
    writer.finish().unwrap();
    assert!(fs::metadata(&path).unwrap().len() < 200_000);
    let told = Archive::open(&path).unwrap_err().to_string();
    assert!(told.contains("unpacks to more than"), "{told}");

    let path = folder.path().join("tile.pmtiles");
    let mut writer = Writer::create(&path, &path, &about()).unwrap();
    writer.put(coord(0, 0, 0), &gzip(&vec![0; MAX_TILE_BYTES + 1])).unwrap();
    writer.finish().unwrap();
    let packed = Archive::open(&path).unwrap().tile(coord(0, 0, 0)).unwrap().unwrap();
    assert!(packed.unpacked().unwrap_err().contains("unpacks to more than"));
}

#[test]
fn a_view_without_an_end_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mbtiles");
    let base = Connection::open(&path).unwrap();
    base.execute_batch(
        "CREATE TABLE metadata (name TEXT, value TEXT);
         INSERT INTO metadata VALUES ('format', 'pbf'), ('minzoom', '0'), ('maxzoom', '14');
         CREATE VIEW tiles AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
             SELECT 0 AS zoom_level, i AS tile_column, 0 AS tile_row, zeroblob(1) AS tile_data FROM n;",
    )
    .unwrap();
    drop(base);
    let archive = Archive::open(&path).unwrap();
    let begun = Instant::now();
    for _ in 0..2 {
        assert!(archive.tile(coord(0, 0, 0)).unwrap_err().to_string().contains("interrupted"));
    }
    assert!(begun.elapsed().as_secs() < 120);
}

#[test]
fn pictures_and_views_of_equal_tiles_are_read_from_mbtiles() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mbtiles");
    let base = Connection::open(&path).unwrap();
    base.execute_batch(
        "CREATE TABLE metadata (name TEXT, value TEXT);
         INSERT INTO metadata VALUES ('name', 'Знімок'), ('format', 'png'), ('bounds', '33,47.5,34,48');
         CREATE TABLE map (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_id TEXT);
         CREATE TABLE images (tile_id TEXT, tile_data BLOB);
         INSERT INTO images VALUES ('a', x'1f8b0001');
         INSERT INTO map VALUES (2, 1, 3, 'a'), (3, 2, 6, 'a');
         CREATE VIEW tiles AS SELECT * FROM map JOIN images USING (tile_id);",
    )
    .unwrap();
    drop(base);
    let archive = Archive::open(&path).unwrap();
    assert_eq!((archive.about().min_zoom, archive.about().max_zoom), (2, 3));
    // Rows are counted from the south: the northernmost of zoom 2 is row 3 there. A picture is never unpacked.
    let found = archive.tile(coord(2, 1, 0)).unwrap().unwrap();
    assert_eq!((&found.bytes[..], found.packing), (&[0x1f, 0x8b, 0, 1][..], Packing::None));
    assert_eq!(archive.tile(coord(2, 1, 3)).unwrap(), None);
}

static PMTILES: LazyLock<Vec<u8>> =
    LazyLock::new(|| fs::read(written(&tempfile::tempdir().unwrap(), "a.pmtiles")).unwrap());
static MBTILES: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mbtiles");
    let mut writer = Writer::create(&path, &path, &about()).unwrap();
    for (at, bytes) in tiles().into_iter().filter(|(at, _)| at.z() < 4) {
        writer.put(at, &bytes).unwrap();
    }
    writer.finish().unwrap();
    fs::read(path).unwrap()
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_an_archive_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = asked("a.pmtiles", &bytes);
        let _ = asked("a.pmtiles", &[b"PMTiles\x03".as_slice(), &bytes].concat());
        let _ = asked("a.mbtiles", &[b"SQLite format 3\0".as_slice(), &bytes].concat());
    }

    #[test]
    fn a_spoiled_archive_is_read_or_refused(
        header in proptest::collection::vec((0..127_usize, any::<u8>()), 0..4),
        body in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in proptest::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        for (name, sound) in [("a.pmtiles", &*PMTILES), ("a.mbtiles", &*MBTILES)] {
            let mut bytes = sound.clone();
            for (at, byte) in &header {
                bytes[*at] = *byte;
            }
            for (at, byte) in &body {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            if let Some(cut) = &cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            let _ = asked(name, &bytes);
        }
    }
}
