//! HTTP: a request becomes a response. One file a route, strict parameters, one table of statuses.
//!
//! Nothing here reads a database: every answer comes from the snapshot that stands when the request arrives.

mod answer;
mod catalog;
mod changes;
mod collections;
mod encoding;
mod geojson;
mod health;
mod items;
mod kept;
mod links;
mod nearest;
mod page;
mod params;
mod problem;
mod styles;
mod summary;
mod tiles;

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use axum::{
    Router,
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::map_response,
    routing::get,
};
use tokio::{net::TcpListener, sync::watch};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    cors::{Any, CorsLayer},
    set_header::SetResponseHeaderLayer,
};

use crate::{
    snapshot::{Difference, Snapshot},
    space::TileCoord,
    tile::Tilesets,
};
use changes::Changes;
use kept::{Kept, Key};

pub use links::Links;
pub use page::PageFiles;
pub use params::Params;
pub use problem::Problem;
pub use styles::{BaseMap, Styles, StylesError};

/// What answers requests: the newest snapshot and how it is shown.
#[derive(Debug)]
pub struct City {
    /// Swapped whole when a newer revision is ready; readers keep the one they began with.
    newest: ArcSwap<Standing>,
    shown: Shown,
    changes: Changes,
    stopping: watch::Sender<bool>,
}

/// How a city is shown, whatever its snapshot.
#[derive(Debug)]
pub struct Shown {
    /// What can be drawn.
    pub tilesets: Tilesets,
    /// How it is drawn.
    pub styles: Styles,
    /// The map page.
    pub page: PageFiles,
    /// The address the city is known by; `None` for whatever the asker calls it.
    pub public_url: Option<String>,
    /// Memory for drawn tiles, bytes.
    pub tile_memory: u64,
}

/// A snapshot with the tiles that were drawn from it.
#[derive(Debug)]
struct Standing {
    snapshot: Arc<Snapshot>,
    /// Shared with a snapshot that gives the same answers.
    kept: Arc<Kept>,
}

/// How long open requests may go on after the server was told to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// Tiles are drawn ahead down to this zoom: a city has some two hundred of them, of each tileset.
const AHEAD_TO_ZOOM: u8 = 14;

/// How handlers hold the city.
type Answering = Arc<City>;

impl City {
    /// A city that answers from this snapshot.
    pub fn new(snapshot: Snapshot, shown: Shown) -> Self {
        let standing = Standing { snapshot: Arc::new(snapshot), kept: Arc::new(Kept::new(shown.tile_memory)) };
        Self {
            newest: ArcSwap::from_pointee(standing),
            shown,
            changes: Changes::new(),
            stopping: watch::Sender::new(false),
        }
    }

    /// Answers from a newer snapshot from now on, keeps the tiles that it does not touch and tells who listens.
    pub fn stand(&self, snapshot: Snapshot) {
        let last = self.newest.load_full();
        let difference = Difference::between(&last.snapshot, &snapshot);
        let kept = Arc::new(last.kept.after(&difference, &self.shown.tilesets, &last.snapshot, &snapshot));
        let snapshot = Arc::new(snapshot);
        self.newest.store(Arc::new(Standing { snapshot: Arc::clone(&snapshot), kept }));
        self.changes.tell(&difference, &self.shown.tilesets, &last.snapshot, &snapshot);
    }

    /// Answers from a snapshot that gives the same answers as the one that stands.
    pub fn stand_alike(&self, snapshot: Snapshot) {
        let kept = Arc::clone(&self.newest.load().kept);
        self.newest.store(Arc::new(Standing { snapshot: Arc::new(snapshot), kept }));
    }

    /// The newest snapshot, which stays the same until the request is answered.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.newest.load().snapshot)
    }

    /// What can be drawn.
    pub fn tilesets(&self) -> &Tilesets {
        &self.shown.tilesets
    }

    /// Draws the tiles of the declared tilesets that hold anything, from the widest view on, until a newer snapshot
    /// stands, half of the memory for tiles is used or all are drawn.
    pub fn draw_ahead(&self) {
        let standing = self.newest.load_full();
        let Some(bbox) = standing.snapshot.bbox() else { return };
        for z in 0..=AHEAD_TO_ZOOM {
            for name in self.shown.tilesets.names() {
                let Some(tileset) = self.shown.tilesets.get(name, &standing.snapshot) else { continue };
                for coord in TileCoord::covering(&bbox, z) {
                    let key = Key::whole(name, coord);
                    let is_newest = Arc::ptr_eq(&standing, &self.newest.load());
                    match standing.kept.draw_ahead(&key, &standing.snapshot, &tileset) {
                        Ok(true) if is_newest => {}
                        Ok(_) => return,
                        Err(error) => tracing::error!(%coord, tileset = name, %error, "a tile could not be drawn"),
                    }
                }
            }
        }
    }

    fn standing(&self) -> Arc<Standing> {
        self.newest.load_full()
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

/// All routes of the server.
pub fn router(city: Arc<City>) -> Router {
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD])
        .expose_headers([header::ETAG, header::CONTENT_ENCODING]);
    let no_sniff =
        SetResponseHeaderLayer::overriding(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Router::new()
        .route("/catalog", get(catalog::get))
        .route("/changes", get(changes::get))
        .route("/collections", get(collections::list))
        .route("/collections/{id}", get(collections::get))
        .route("/collections/{id}/items", get(items::list))
        .route("/collections/{id}/items/{feature}", get(items::get))
        .route("/nearest", get(nearest::get))
        .route("/summary", get(summary::get))
        .route("/tiles/{file}", get(tiles::tilejson))
        .route("/tiles/{tileset}/{z}/{x}/{file}", get(tiles::tile))
        .route("/styles/{file}", get(styles::get))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/", get(page::root))
        .fallback(page::file)
        .layer(CompressionLayer::new())
        .layer(map_response(answer::tag_encoding))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(cors)
        .layer(no_sniff)
        .with_state(city)
}

/// Answers on a listener until told to stop; then finishes what was begun, for a while.
pub async fn answer_on(
    listener: TcpListener,
    city: Arc<City>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let (told, tell) = tokio::sync::oneshot::channel();
    let ending = Arc::clone(&city);
    let serving = axum::serve(listener, router(city)).with_graceful_shutdown(async move {
        stop.await;
        ending.stop();
        let _ = told.send(());
    });
    let out_of_time = async {
        let _ = tell.await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        served = serving => Ok(served?),
        () = out_of_time => Ok(()),
    }
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> axum::response::Response {
    axum::response::IntoResponse::into_response(Problem::Internal)
}
