//! HTTP: a request becomes a response. One file a route, strict parameters, one table of statuses.
//!
//! Nothing here reads a database: every answer comes from the snapshot that stands when the request arrives.

mod answer;
mod api;
mod at;
mod base_layers;
mod base_tiles;
mod bbox;
mod catalog;
mod changes;
mod clusters;
mod collections;
mod conformance;
mod cursor;
mod document;
mod drawn;
mod encoding;
mod file;
mod fonts;
mod format;
mod front;
mod gate;
mod geojson;
mod health;
mod items;
mod json;
mod kept;
mod language;
mod links;
mod listen;
mod metrics;
mod nearest;
mod packing;
mod page;
mod pages;
mod parameters;
mod params;
mod photos;
mod preference;
mod preview;
mod problem;
mod pyramid;
mod route;
mod routes;
mod schema;
mod search;
mod sprites;
mod styles;
mod summary;
mod tile_format;
mod tilejson;
mod tiles;
mod tilesets;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use axum::{
    Router,
    http::{HeaderMap, HeaderValue, Method},
};
use tokio::sync::watch;

use crate::{
    photo::Album,
    snapshot::{Difference, Snapshot, search::Lexicon},
    tile::Tilesets,
};
use changes::Changes;
use file::Files;
use gate::Gate;
use kept::Kept;
use metrics::Metrics;

pub use at::Surroundings;
pub use base_tiles::BaseTiles;
pub use geojson::FeatureJson;
pub use language::Language;
pub use links::Links;
pub use listen::{Limits, answer_on};
pub use page::PageFiles;
pub use params::Params;
pub use problem::Problem;
pub use styles::{BaseMap, Laid, Styles};

/// What answers requests: the newest snapshot and how it is shown.
#[derive(Debug)]
pub struct City {
    /// Swapped whole when a newer revision is ready; readers keep the one they began with.
    newest: ArcSwap<Standing>,
    shown: Shown,
    changes: Changes,
    files: Files,
    /// Turns at drawing a tile that somebody waits for.
    drawings: Gate,
    metrics: Metrics,
    /// Tiles drawn ahead so far, and the nanoseconds that took.
    drawn_ahead: [AtomicU64; 2],
    stopping: watch::Sender<bool>,
}

/// How a city is shown, whatever its snapshot.
#[derive(Debug)]
pub struct Shown {
    /// What can be drawn.
    pub tilesets: Tilesets,
    /// How it is drawn.
    pub styles: Styles,
    /// The base map of a file, where there is one.
    pub base_tiles: Option<BaseTiles>,
    /// The map page.
    pub page: PageFiles,
    /// Where the photos of objects lie.
    pub album: Album,
    /// The address the city is known by; `None` for whatever the asker calls it.
    pub public_url: Option<String>,
    /// What is told of a place.
    pub surroundings: Surroundings,
    /// Which words mean the same to whoever searches.
    pub lexicon: Lexicon,
    /// Memory for drawn tiles, bytes.
    pub tile_memory: u64,
}

/// A snapshot with the tiles that were drawn from it.
#[derive(Debug)]
struct Standing {
    snapshot: Arc<Snapshot>,
    /// Shared with a snapshot that gives the same answers.
    kept: Arc<Kept>,
    /// Its revision, as answers tell it.
    revision: HeaderValue,
}

impl Standing {
    fn new(snapshot: Arc<Snapshot>, kept: Arc<Kept>) -> Self {
        Self { revision: HeaderValue::from(snapshot.revision().0), snapshot, kept }
    }
}

tokio::task_local! {
    /// What stood when the request that is being answered arrived: whatever a route asks, it asks of one snapshot.
    static PINNED: Arc<Standing>;
}

/// How handlers hold the city.
type Answering = Arc<City>;

/// Cores of this machine that we may use.
fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

impl City {
    /// A city that answers from this snapshot.
    pub fn new(snapshot: Snapshot, shown: Shown) -> Self {
        let kept = Arc::new(Kept::new(shown.tile_memory, &shown.tilesets, &snapshot));
        Self {
            newest: ArcSwap::from_pointee(Standing::new(Arc::new(snapshot), kept)),
            shown,
            changes: Changes::new(),
            files: Files::new(),
            drawings: Gate::new(cores()),
            metrics: Metrics::new(cores()),
            drawn_ahead: Default::default(),
            stopping: watch::Sender::new(false),
        }
    }

    /// Answers from a newer snapshot from now on, keeps the tiles that it does not touch and tells who listens.
    pub fn stand(&self, snapshot: Snapshot) {
        let last = self.newest.load_full();
        let difference = Difference::between(&last.snapshot, &snapshot);
        let kept = Arc::new(last.kept.after(&difference, &self.shown.tilesets, &last.snapshot, &snapshot));
        let snapshot = Arc::new(snapshot);
        self.newest.store(Arc::new(Standing::new(Arc::clone(&snapshot), kept)));
        self.changes.tell(&difference, &self.shown.tilesets, &last.snapshot, &snapshot);
    }

    /// Answers from a snapshot that gives the same answers as the one that stands.
    pub fn stand_alike(&self, snapshot: Snapshot) {
        let kept = Arc::clone(&self.newest.load().kept);
        self.newest.store(Arc::new(Standing::new(Arc::new(snapshot), kept)));
    }

    /// The newest snapshot; for a request under way, the one that stood when it arrived.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.standing().snapshot)
    }

    /// What can be drawn.
    pub fn tilesets(&self) -> &Tilesets {
        &self.shown.tilesets
    }

    /// Makes ready what searching needs and draws the tiles of the declared tilesets, from the widest view on, until a newer
    /// snapshot stands, half of the memory for tiles is used or all are drawn.
    pub fn draw_ahead(&self) {
        let begun = Instant::now();
        let standing = self.newest.load_full();
        standing.snapshot.prepare_search();
        let is_newest = || Arc::ptr_eq(&standing, &self.newest.load());
        let drawn = standing.kept.draw_ahead(&self.shown.tilesets, &standing.snapshot, is_newest);
        self.drawn_ahead[0].fetch_add(drawn, Ordering::Relaxed);
        let nanoseconds = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.drawn_ahead[1].fetch_add(nanoseconds, Ordering::Relaxed);
    }

    /// Tiles drawn ahead so far, and the seconds that took.
    fn drawn_ahead(&self) -> (u64, f64) {
        let [tiles, nanoseconds] = [0, 1].map(|i| self.drawn_ahead[i].load(Ordering::Relaxed));
        (tiles, Duration::from_nanos(nanoseconds).as_secs_f64())
    }

    fn standing(&self) -> Arc<Standing> {
        PINNED.try_with(Arc::clone).unwrap_or_else(|_| self.newest.load_full())
    }

    /// Ends what would go on for as long as somebody listens.
    fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Returns when the server stops.
    async fn stopped(&self) {
        // The sender lives as long as the city.
        let _ = self.stopping.subscribe().wait_for(|stopping| *stopping).await;
    }

    fn links(&self, asked: &HeaderMap) -> Links {
        Links::new(self.shown.public_url.as_deref(), asked)
    }
}

/// All routes of the server; what every answer has besides, the [`front`] adds.
fn router(city: Arc<City>) -> Router {
    let routed = routes::all().into_iter().fold(Router::new(), |router, (route, answered)| {
        router.route(route.path, front::named(route, answered.fallback(not_allowed)))
    });
    routed.fallback(page::file).with_state(city)
}

async fn not_allowed(method: Method) -> Problem {
    Problem::NotAllowed(method.to_string())
}
