//! `Kept` are the tiles drawn from one snapshot, with their tags and encodings, for whoever asks next.
//!
//! A tile is drawn once for all who ask for it at the same time. What is kept is bounded; what was asked for least goes first.
//! When a newer snapshot stands, only what the difference touches is forgotten.

use std::{
    collections::{BTreeSet, HashMap},
    io::Write as _,
    sync::{Arc, OnceLock},
};

use axum::body::Bytes;
use flate2::{Compression, write::GzEncoder};
use quick_cache::{Weighter, sync::Cache};

use super::answer;
use crate::{
    model::CollectionId,
    snapshot::{Difference, Selection, Snapshot, When},
    space::TileCoord,
    tile::{self, TileError, Tileset, Tilesets},
};

/// How many kept tiles are expected, for the first size of the table.
const EXPECTED: usize = 10_000;

/// Memory of a kept tile besides its bytes, roughly: its key, its places in the tables.
const OVERHEAD: u64 = 300;

/// Brotli's effort: beyond it a tile takes many times longer for a few bytes.
const BROTLI_QUALITY: i32 = 5;

/// Which tile: of what, narrowed to which collections, where.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// Name of the tileset.
    pub tileset: String,
    /// The collections it is narrowed to, in their order; empty for none.
    pub collections: Vec<String>,
    /// The filter it is narrowed by, in its canonical text; `None` for none.
    pub filter: Option<String>,
    /// The time it is narrowed to.
    pub datetime: Option<When>,
    /// Where.
    pub coord: TileCoord,
}

impl Key {
    /// A tile of a whole tileset.
    pub fn whole(tileset: &str, coord: TileCoord) -> Self {
        Self { tileset: tileset.into(), collections: Vec::new(), filter: None, datetime: None, coord }
    }
}

/// A drawn tile.
#[derive(Debug)]
pub struct Drawn {
    /// The bytes; none where there is nothing to show.
    pub bytes: Bytes,
    /// Hash of the bytes, the inside of the strong ETag.
    pub tag: String,
    gzip: OnceLock<Bytes>,
    brotli: OnceLock<Bytes>,
}

impl Drawn {
    fn new(bytes: Vec<u8>) -> Self {
        let tag = answer::tag_of(&bytes);
        Self { bytes: bytes.into(), tag, gzip: OnceLock::new(), brotli: OnceLock::new() }
    }

    /// The bytes in gzip (RFC 1952), the same on every node.
    pub fn gzip(&self) -> &Bytes {
        self.gzip.get_or_init(|| {
            let mut to = GzEncoder::new(Vec::new(), Compression::new(7));
            to.write_all(&self.bytes).expect("a vector takes all bytes");
            to.finish().expect("a vector takes all bytes").into()
        })
    }

    /// The bytes in brotli (RFC 7932), the same on every node.
    pub fn brotli(&self) -> &Bytes {
        self.brotli.get_or_init(|| {
            let params = brotli::enc::BrotliEncoderParams { quality: BROTLI_QUALITY, ..Default::default() };
            let mut out = Vec::new();
            brotli::BrotliCompress(&mut &self.bytes[..], &mut out, &params).expect("a vector takes all bytes");
            out.into()
        })
    }
}

/// The bytes of a tile and room for its encodings.
#[derive(Debug, Clone)]
struct Weight;

impl Weighter<Key, Arc<Drawn>> for Weight {
    fn weight(&self, _: &Key, drawn: &Arc<Drawn>) -> u64 {
        OVERHEAD + drawn.bytes.len() as u64 * 2
    }
}

/// The tiles kept of one snapshot.
#[derive(Debug)]
pub struct Kept {
    tiles: Cache<Key, Arc<Drawn>, Weight>,
    /// At most so many bytes.
    most: u64,
}

impl Kept {
    /// Keeps nothing yet, and at most so many bytes.
    pub fn new(most: u64) -> Self {
        Self { tiles: Cache::with_weighter(EXPECTED, most, Weight), most }
    }

    /// What of this stays true in a snapshot that differs from the one it was drawn from.
    pub fn after(&self, difference: &Difference, tilesets: &Tilesets, last: &Snapshot, next: &Snapshot) -> Self {
        let stays = Self::new(self.most);
        let mut shown: HashMap<(String, Vec<String>), BTreeSet<CollectionId>> = HashMap::new();
        for (key, drawn) in self.tiles.iter() {
            let collections = shown.entry((key.tileset.clone(), key.collections.clone())).or_insert_with(|| {
                let of = |snapshot| tilesets.get(&key.tileset, snapshot).map(|tileset| tileset.collections(snapshot));
                [of(last), of(next)].into_iter().flatten().flatten().collect()
            });
            if !tile::touches(difference, collections, key.coord) {
                stays.tiles.insert(key, drawn);
            }
        }
        stays
    }

    /// The tile, if it is kept.
    pub fn get(&self, key: &Key) -> Option<Arc<Drawn>> {
        self.tiles.get(key)
    }

    /// The tile, drawn where it is not kept; whoever asks for it meanwhile waits for the one drawing.
    ///
    /// The selection is the one that the key stands for.
    pub async fn draw(
        &self,
        key: &Key,
        snapshot: Arc<Snapshot>,
        tileset: Tileset,
        selection: Selection,
    ) -> Result<Arc<Drawn>, TileError> {
        let drawing = async {
            let coord = key.coord;
            let drawn = tokio::task::spawn_blocking(move || drawn(&snapshot, &tileset, &selection, coord)).await;
            // A drawing that panicked panics its asker, who is answered with 500.
            drawn.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
        };
        self.tiles.get_or_insert_async(key, drawing).await
    }

    /// Draws the tile ahead of its askers; false once so much is kept that others would have to go.
    pub fn draw_ahead(&self, key: &Key, snapshot: &Snapshot, tileset: &Tileset) -> Result<bool, TileError> {
        let drawn =
            self.tiles.get_or_insert_with(key, || drawn(snapshot, tileset, &Selection::default(), key.coord))?;
        if !drawn.bytes.is_empty() {
            drawn.gzip();
            drawn.brotli();
        }
        Ok(self.tiles.weight() < self.most / 2)
    }
}

fn drawn(
    snapshot: &Snapshot,
    tileset: &Tileset,
    selection: &Selection,
    coord: TileCoord,
) -> Result<Arc<Drawn>, TileError> {
    tile::draw(snapshot, tileset, selection, coord).map(|bytes| Arc::new(Drawn::new(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Audience, Catalog, Collection, Feature, GeometryKind, Provenance, Revision, Title},
        snapshot::Shelf,
        space::{Geometry, LonLat},
    };

    const TILESETS: &str = "[t]\ntitle = { uk = \"т\", en = \"t\" }\n[[t.layer]]\nname = \"trees\"\ncollections = [\"trees\"]\ndescribe = true\n";

    /// A thousand trees, each in a tile of its own at the deepest zooms.
    fn snapshot() -> Snapshot {
        let collection = Collection {
            id: CollectionId::new("trees").unwrap(),
            title: Title { uk: "Дерева".into(), en: "Trees".into() },
            geometry: GeometryKind::Point,
            fields: vec![],
            kinds: vec![],
            service_area: None,
            author: None,
            post: None,
            licence: None,
            update_period: None,
            next_due: None,
            audience: Audience::Public,
            min_zoom: 0,
            icon: "tree".into(),
            priority: 50,
        };
        let at = |i: u32| LonLat::new(33.0 + f64::from(i % 40) * 0.02, 47.5 + f64::from(i / 40) * 0.02).unwrap();
        let tree = |i: u32| Feature::new(&collection, &i.to_string(), None, Geometry::Point(at(i)), vec![]).unwrap();
        let features = (0..1000).map(tree).collect();
        let imported = jiff::Timestamp::UNIX_EPOCH;
        let provenance = Provenance { source: "t".into(), imported, demonstration: false, attribution: None };
        let catalog = Catalog { sectors: vec![], collections: [].into(), fields: [].into() };
        Snapshot::empty(&catalog, Audience::Public).with(Revision(1), [Shelf::new(collection, provenance, features)])
    }

    fn key(z: u8, x: u32, y: u32) -> Key {
        Key::whole("t", TileCoord::new(z, x, y).unwrap())
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_asks_at_the_same_time_gets_the_one_drawing() {
        let (snapshot, tilesets) = (Arc::new(snapshot()), Tilesets::read(TILESETS).unwrap());
        let kept = Arc::new(Kept::new(1 << 20));
        let asking: Vec<_> = (0..64)
            .map(|_| {
                let (kept, snapshot) = (Arc::clone(&kept), Arc::clone(&snapshot));
                let tileset = tilesets.get("t", &snapshot).unwrap();
                tokio::spawn(
                    async move { kept.draw(&key(0, 0, 0), snapshot, tileset, Selection::default()).await.unwrap() },
                )
            })
            .collect();
        let mut drawings = Vec::new();
        for asker in asking {
            drawings.push(asker.await.unwrap());
        }
        assert!(!drawings[0].bytes.is_empty());
        assert!(drawings.iter().all(|drawn| Arc::ptr_eq(drawn, &drawings[0])));
    }

    #[test]
    fn what_is_kept_is_bounded_and_stays_where_nothing_changed() {
        let (snapshot, tilesets) = (snapshot(), Tilesets::read(TILESETS).unwrap());
        let tileset = tilesets.get("t", &snapshot).unwrap();
        let kept = Kept::new(200_000);
        for coord in TileCoord::covering(&snapshot.bbox().unwrap(), 14) {
            kept.draw_ahead(&Key::whole("t", coord), &snapshot, &tileset).unwrap();
            assert!(kept.tiles.weight() <= 200_000);
        }
        assert!(kept.tiles.len() > 100);
        let same = kept.after(&Difference::default(), &tilesets, &snapshot, &snapshot);
        // A full table lets some go that are put into it anew.
        assert!(same.tiles.len() * 4 > kept.tiles.len() * 3, "{} of {}", same.tiles.len(), kept.tiles.len());
        assert!(same.tiles.iter().all(|(key, drawn)| Arc::ptr_eq(&drawn, &kept.get(&key).unwrap())));
        let without = snapshot.with(Revision(2), [Shelf::empty(snapshot.shelf("trees").unwrap().collection().clone())]);
        let difference = Difference::between(&snapshot, &without);
        let after = kept.after(&difference, &tilesets, &snapshot, &without);
        assert!(after.tiles.iter().all(|(_, drawn)| drawn.bytes.is_empty()), "a tile shows what is gone");
    }
}
