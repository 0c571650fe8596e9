//! `Kept` are the tiles drawn from one snapshot, for whoever asks next.
//!
//! The tiles of the declared tilesets are drawn ahead and stay. What else is asked for is drawn once for all who ask at the
//! same time, and what was asked for least goes first; narrowed tiles, of which there is no end, have a small room of their
//! own. When a newer snapshot stands, only what the difference touches is forgotten.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
};

use quick_cache::{Equivalent, Weighter, sync::Cache};

use super::{
    Problem,
    drawn::{Drawn, Effort},
    encoding::Encoding,
    gate::Gate,
    pyramid::Pyramid,
};
use crate::{
    model::CollectionId,
    snapshot::{Difference, Selection, Snapshot, When},
    space::TileCoord,
    tile::{self, Format, TileError, Tileset, Tilesets, tileset::MAX_ZOOM},
};

/// How many tiles are expected in a room, for the first size of its table.
const EXPECTED: usize = 4_000;

/// Memory of a kept tile besides its bytes, roughly: its key, tags, its places in the tables.
const OVERHEAD: u64 = 400;

/// The format of the tiles drawn ahead; others are drawn for who asks.
const AHEAD: Format = Format::Mvt;

/// What a tile is asked for in, so that all of it is made before anybody asks.
const ENCODINGS: [Encoding; 2] = [Encoding::Gzip, Encoding::Brotli];

/// Which tile: of what, narrowed to what, where, in which format.
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
    /// In which format.
    pub format: Format,
}

impl Key {
    fn is_whole(&self) -> bool {
        self.collections.is_empty() && self.filter.is_none() && self.datetime.is_none()
    }

    fn effort(&self) -> Effort {
        if self.is_whole() { Effort::Lasting } else { Effort::Passing }
    }

    /// The tile as it is kept, drawn now.
    fn drawn(&self, draw: impl FnOnce() -> Result<Vec<u8>, TileError>) -> Result<Drawn, Problem> {
        drawn(&self.tileset, self.coord, self.effort(), draw)
    }
}

/// The [`Key`] of a tile of a whole tileset, which owns nothing and has the same hash.
#[derive(Hash)]
struct Whole<'a> {
    tileset: &'a str,
    collections: [String; 0],
    filter: Option<String>,
    datetime: Option<When>,
    coord: TileCoord,
    format: Format,
}

impl<'a> Whole<'a> {
    const fn new(tileset: &'a str, coord: TileCoord, format: Format) -> Self {
        Self { tileset, collections: [], filter: None, datetime: None, coord, format }
    }
}

impl Equivalent<Key> for Whole<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.coord == key.coord && self.format == key.format && self.tileset == key.tileset && key.is_whole()
    }
}

/// The bytes of a tile and room for its encodings.
#[derive(Debug, Clone)]
struct Weight;

impl Weighter<Key, Arc<Drawn>> for Weight {
    fn weight(&self, key: &Key, drawn: &Arc<Drawn>) -> u64 {
        OVERHEAD + key.filter.as_ref().map_or(0, String::len) as u64 + drawn.most_weight()
    }
}

/// A room for tiles that were asked for.
type Room = Cache<Key, Arc<Drawn>, Weight>;

/// The tiles kept of one snapshot.
#[derive(Debug)]
pub struct Kept {
    ahead: BTreeMap<String, Pyramid>,
    /// Bytes of what is drawn ahead.
    ahead_weight: AtomicU64,
    whole: Room,
    narrowed: Room,
    /// What an empty tile is, once for all of them.
    nothing: Arc<Drawn>,
    /// At most so many bytes: half for what is drawn ahead, an eighth for narrowed tiles, the rest for whole ones.
    most: u64,
}

/// What is kept, in tiles and bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    /// Which room.
    pub room: &'static str,
    /// Tiles in it.
    pub tiles: u64,
    /// Their bytes, and those their encodings may come to have.
    pub bytes: u64,
}

impl Kept {
    /// Keeps nothing yet, and at most so many bytes; has places for the tiles of the declared tilesets over the snapshot.
    pub fn new(most: u64, tilesets: &Tilesets, snapshot: &Snapshot) -> Self {
        let places = || snapshot.bbox().map(|bbox| Pyramid::over(&bbox, MAX_ZOOM)).unwrap_or_default();
        let room = |most| Cache::with_weighter(EXPECTED, most, Weight);
        Self {
            ahead: tilesets.names().map(|name| (name.to_owned(), places())).collect(),
            ahead_weight: AtomicU64::new(0),
            whole: room(most / 8 * 3),
            narrowed: room(most / 8),
            nothing: Arc::new(Drawn::new(Vec::new(), Effort::Lasting)),
            most,
        }
    }

    /// What of this stays true in a snapshot that differs from the one it was drawn from.
    pub fn after(&self, difference: &Difference, tilesets: &Tilesets, last: &Snapshot, next: &Snapshot) -> Self {
        let stays = Self::new(self.most, tilesets, next);
        let collections = |name: &str| -> BTreeSet<CollectionId> {
            let of = |snapshot| tilesets.get(name, snapshot).map(|tileset| tileset.collections(snapshot));
            [of(last), of(next)].into_iter().flatten().flatten().collect()
        };
        for (name, pyramid) in &self.ahead {
            let collections = collections(name);
            let touched = tile::touched_tiles(difference, &collections);
            for (coord, drawn) in pyramid.tiles() {
                let is_touched = match &touched {
                    Some(tiles) => tiles.contains(&coord),
                    None => tile::touches(difference, &collections, coord),
                };
                if !is_touched {
                    stays.put_ahead(name, coord, Arc::clone(drawn));
                }
            }
        }
        let mut shown: HashMap<String, BTreeSet<CollectionId>> = HashMap::new();
        for (from, to) in [(&self.whole, &stays.whole), (&self.narrowed, &stays.narrowed)] {
            for (key, drawn) in from.iter() {
                let collections = shown.entry(key.tileset.clone()).or_insert_with_key(|name| collections(name));
                if !tile::touches(difference, collections, key.coord) {
                    to.insert(key, drawn);
                }
            }
        }
        stays
    }

    /// The tile of a whole tileset, if it is kept.
    pub fn whole(&self, tileset: &str, coord: TileCoord, format: Format) -> Option<Arc<Drawn>> {
        let ahead = self.ahead(tileset, coord, format).cloned();
        ahead.or_else(|| self.whole.get(&Whole::new(tileset, coord, format)))
    }

    /// The tile, if it is kept.
    pub fn get(&self, key: &Key) -> Option<Arc<Drawn>> {
        if key.is_whole() { self.whole(&key.tileset, key.coord, key.format) } else { self.narrowed.get(key) }
    }

    fn ahead(&self, tileset: &str, coord: TileCoord, format: Format) -> Option<&Arc<Drawn>> {
        self.ahead.get(tileset).filter(|_| format == AHEAD)?.get(coord)
    }

    /// The tile, in this encoding, drawn by `draw` where it is not kept; whoever asks for it meanwhile waits for the one
    /// drawing, which waits for its turn at the gate.
    pub async fn draw(
        &self,
        key: &Key,
        encoding: Option<Encoding>,
        gate: &Gate,
        draw: impl FnOnce() -> Result<Vec<u8>, TileError> + Send + 'static,
    ) -> Result<Arc<Drawn>, Problem> {
        let drawing = async {
            let _turn = gate.turn().await?;
            let key = key.clone();
            let drawn = aside(move || {
                let drawn = key.drawn(draw)?;
                drawn.coded(encoding);
                Ok(Arc::new(drawn))
            });
            drawn.await
        };
        let drawn = match self.ahead(&key.tileset, key.coord, key.format).filter(|_| key.is_whole()) {
            Some(drawn) => Arc::clone(drawn),
            None => self.room(key).get_or_insert_async(key, drawing).await?,
        };
        if drawn.ready(encoding).is_none() {
            let _turn = gate.turn().await?;
            let drawn = Arc::clone(&drawn);
            aside(move || _ = drawn.coded(encoding)).await;
        }
        Ok(drawn)
    }

    /// The tile, drawn on this thread: for one that is drawn sooner than handed over.
    pub fn draw_at_once(
        &self,
        key: Key,
        encoding: Option<Encoding>,
        draw: impl FnOnce() -> Result<Vec<u8>, TileError>,
    ) -> Result<Arc<Drawn>, Problem> {
        let drawn = Arc::new(key.drawn(draw)?);
        drawn.coded(encoding);
        self.room(&key).insert(key, Arc::clone(&drawn));
        Ok(drawn)
    }

    /// Draws the tiles of the declared tilesets, from the widest view on, in every encoding, on all cores; ends when
    /// all are drawn, half of the memory is used, or it need not go on. The number of tiles it drew.
    pub fn draw_ahead(&self, tilesets: &Tilesets, snapshot: &Snapshot, goes_on: impl Fn() -> bool + Sync) -> u64 {
        let declared: Vec<(&str, Tileset)> =
            tilesets.names().filter_map(|name| Some((name, tilesets.get(name, snapshot)?))).collect();
        let missing = |(name, tileset)| {
            let pyramid = self.ahead.get(name)?;
            Some(
                pyramid.coords().filter(|coord| pyramid.get(*coord).is_none()).map(move |coord| (name, tileset, coord)),
            )
        };
        let mut missing: Vec<(&str, &Tileset, TileCoord)> =
            declared.iter().map(|(name, tileset)| (*name, tileset)).filter_map(missing).flatten().collect();
        missing.sort_by_key(|(.., coord)| coord.z());
        let (next, drawn) = (AtomicUsize::new(0), AtomicU64::new(0));
        let draw = || {
            while self.ahead_weight.load(Ordering::Relaxed) < self.most / 2 && goes_on() {
                let Some((name, tileset, coord)) = missing.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
                self.draw_one_ahead(name, tileset, *coord, snapshot);
                drawn.fetch_add(1, Ordering::Relaxed);
            }
        };
        thread::scope(|scope| {
            for _ in 0..super::cores() {
                scope.spawn(draw);
            }
        });
        drawn.into_inner()
    }

    fn draw_one_ahead(&self, name: &str, tileset: &Tileset, coord: TileCoord, snapshot: &Snapshot) {
        // Somebody may have asked for it before its turn came.
        let key = Whole::new(name, coord, AHEAD);
        let asked = self.whole.peek(&key);
        let drawn = match asked {
            Some(drawn) => drawn,
            None => {
                let draw = || tile::draw(snapshot, tileset, &Selection::default(), coord, AHEAD);
                // What fails has said so in the log; who asks for it is answered with 500.
                let Ok(drawn) = drawn(name, coord, Effort::Lasting, draw) else { return };
                if drawn.is_empty() { Arc::clone(&self.nothing) } else { Arc::new(drawn) }
            }
        };
        for encoding in ENCODINGS {
            drawn.coded(Some(encoding));
        }
        self.put_ahead(name, coord, drawn);
        self.whole.remove(&key);
    }

    fn put_ahead(&self, name: &str, coord: TileCoord, drawn: Arc<Drawn>) {
        let weight = if drawn.is_empty() { 0 } else { OVERHEAD + drawn.weight() };
        if self.ahead.get(name).is_some_and(|pyramid| pyramid.put(coord, drawn)) {
            self.ahead_weight.fetch_add(weight, Ordering::Relaxed);
        }
    }

    /// What is kept now.
    pub fn holding(&self) -> [Holding; 3] {
        let of = |room, cache: &Room| Holding { room, tiles: cache.len() as u64, bytes: cache.weight() };
        let ahead = self.ahead.values().map(|pyramid| pyramid.tiles().count() as u64).sum();
        let ahead = Holding { room: "ahead", tiles: ahead, bytes: self.ahead_weight.load(Ordering::Relaxed) };
        [ahead, of("whole", &self.whole), of("narrowed", &self.narrowed)]
    }

    fn room(&self, key: &Key) -> &Room {
        if key.is_whole() { &self.whole } else { &self.narrowed }
    }
}

/// A tile drawn now; where it cannot be, the log tells why.
fn drawn(
    tileset: &str,
    coord: TileCoord,
    effort: Effort,
    draw: impl FnOnce() -> Result<Vec<u8>, TileError>,
) -> Result<Drawn, Problem> {
    let bytes = draw().map_err(|error| {
        tracing::error!(%coord, tileset, %error, "a tile could not be drawn");
        Problem::Internal
    })?;
    Ok(Drawn::new(bytes, effort))
}

/// Does what takes a core off the threads that answer; a panic there is one of its asker, who is answered with 500.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
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

    fn key(filter: Option<String>) -> Key {
        let (tileset, coord) = ("t".into(), TileCoord::new(0, 0, 0).unwrap());
        Key { tileset, collections: vec![], filter, datetime: None, coord, format: AHEAD }
    }

    fn draw(snapshot: &Snapshot, tilesets: &Tilesets, coord: TileCoord) -> Result<Vec<u8>, TileError> {
        tile::draw(snapshot, &tilesets.get("t", snapshot).unwrap(), &Selection::default(), coord, AHEAD)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_asks_at_the_same_time_gets_the_one_drawing() {
        let (snapshot, tilesets) = (Arc::new(snapshot()), Arc::new(Tilesets::read(TILESETS).unwrap()));
        let kept = Arc::new(Kept::new(64 << 20, &tilesets, &snapshot));
        let gate = Arc::new(Gate::new(2));
        let drawings = Arc::new(AtomicUsize::new(0));
        let asking: Vec<_> = (0..64)
            .map(|i| {
                let (kept, gate, drawings) = (Arc::clone(&kept), Arc::clone(&gate), Arc::clone(&drawings));
                let (snapshot, tilesets) = (Arc::clone(&snapshot), Arc::clone(&tilesets));
                let encoding = [None, Some(Encoding::Gzip), Some(Encoding::Brotli)][i % 3];
                tokio::spawn(async move {
                    let key = key(None);
                    let coord = key.coord;
                    let drawing = move || {
                        drawings.fetch_add(1, Ordering::Relaxed);
                        draw(&snapshot, &tilesets, coord)
                    };
                    let drawn = kept.draw(&key, encoding, &gate, drawing).await.unwrap();
                    assert_eq!(drawn.ready(encoding).unwrap().encoding, encoding);
                    drawn
                })
            })
            .collect();
        let mut all = Vec::new();
        for asker in asking {
            all.push(asker.await.unwrap());
        }
        assert!(!all[0].is_empty());
        assert!(all.iter().all(|drawn| Arc::ptr_eq(drawn, &all[0])));
        assert_eq!(drawings.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn narrowed_tiles_never_put_out_those_drawn_ahead_and_have_a_bounded_room() {
        let (snapshot, tilesets) = (Arc::new(snapshot()), Arc::new(Tilesets::read(TILESETS).unwrap()));
        let (kept, gate) = (Kept::new(64 << 20, &tilesets, &snapshot), Gate::new(1));
        kept.draw_ahead(&tilesets, &snapshot, || true);
        let [ahead, ..] = kept.holding();
        assert!(ahead.tiles > 100, "{ahead:?}");
        for i in 0..200 {
            let (key, snapshot, tilesets) = (key(Some(i.to_string())), Arc::clone(&snapshot), Arc::clone(&tilesets));
            let coord = key.coord;
            kept.draw(&key, None, &gate, move || draw(&snapshot, &tilesets, coord)).await.unwrap();
        }
        let [still, _, narrowed] = kept.holding();
        assert_eq!(still, ahead);
        assert!((1..200).contains(&narrowed.tiles) && narrowed.bytes <= 8 << 20, "{narrowed:?}");
    }

    #[test]
    fn what_is_drawn_ahead_is_bounded_and_stays_where_nothing_changed() {
        let (snapshot, tilesets) = (snapshot(), Tilesets::read(TILESETS).unwrap());
        for most in [0, 200_000, 100 << 20] {
            let kept = Kept::new(most, &tilesets, &snapshot);
            kept.draw_ahead(&tilesets, &snapshot, || true);
            let [ahead, ..] = kept.holding();
            // Each thread may be at one tile when the bound is reached.
            let one_each = crate::http::cores() as u64 * 100_000;
            assert!(ahead.bytes <= most / 2 + one_each, "{ahead:?} of {most}");
            let same = kept.after(&Difference::default(), &tilesets, &snapshot, &snapshot);
            assert_eq!(same.holding(), kept.holding());
            let without = snapshot.shelf("trees").unwrap().collection().clone();
            let without = snapshot.with(Revision(2), [Shelf::empty(without)]);
            let difference = Difference::between(&snapshot, &without);
            let after = kept.after(&difference, &tilesets, &snapshot, &without);
            let shows = |kept: &Kept| kept.ahead["t"].tiles().filter(|(_, drawn)| !drawn.is_empty()).count();
            assert_eq!(shows(&after), 0, "a tile shows what is gone");
            assert!(most < 1 << 20 || shows(&kept) > 1000);
        }
    }

    #[test]
    fn a_tile_drawn_ahead_is_the_one_drawn_for_who_asks() {
        let (snapshot, tilesets) = (snapshot(), Tilesets::read(TILESETS).unwrap());
        let kept = Kept::new(100 << 20, &tilesets, &snapshot);
        kept.draw_ahead(&tilesets, &snapshot, || true);
        for (coord, drawn) in kept.ahead["t"].tiles() {
            assert_eq!(drawn.coded(None).bytes, draw(&snapshot, &tilesets, coord).unwrap(), "{coord}");
            assert!(Arc::ptr_eq(&kept.whole("t", coord, AHEAD).unwrap(), drawn));
            for encoding in ENCODINGS {
                assert!(drawn.ready(Some(encoding)).is_some(), "{coord}");
            }
        }
    }
}
