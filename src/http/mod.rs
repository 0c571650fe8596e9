//! HTTP: a request becomes a response. One file a route, strict parameters, one table of statuses.
//!
//! Nothing here reads a database: every answer comes from the snapshot that stands when the request arrives.

mod answer;
mod api;
mod at;
mod base_layers;
mod base_tiles;
mod catalog;
mod changes;
mod clusters;
mod collections;
mod conformance;
mod crs;
mod cursor;
mod document;
mod encoding;
mod file;
mod format;
mod geojson;
mod health;
mod items;
mod kept;
mod language;
mod links;
mod nearest;
mod page;
mod pages;
mod parameters;
mod params;
mod preference;
mod preview;
mod problem;
mod route;
mod routes;
mod schema;
mod styles;
mod summary;
mod tile_format;
mod tilejson;
mod tiles;
mod tilesets;

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::{self, Next, map_response},
    response::Response,
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
use file::Files;
use kept::{Kept, Key};

pub use at::Surroundings;
pub use base_tiles::BaseTiles;
pub use geojson::{FeatureJson, View};
pub use language::Language;
pub use links::Links;
pub use page::PageFiles;
pub use params::Params;
pub use problem::Problem;
pub use styles::{BaseMap, Laid, Styles, StylesError};

/// What answers requests: the newest snapshot and how it is shown.
#[derive(Debug)]
pub struct City {
    /// Swapped whole when a newer revision is ready; readers keep the one they began with.
    newest: ArcSwap<Standing>,
    shown: Shown,
    changes: Changes,
    files: Files,
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
    /// The address the city is known by; `None` for whatever the asker calls it.
    pub public_url: Option<String>,
    /// What is told of a place.
    pub surroundings: Surroundings,
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
            files: Files::new(),
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
    let cors = CorsLayer::new().allow_origin(Any).allow_methods([Method::GET, Method::HEAD]).expose_headers([
        header::ETAG,
        header::CONTENT_ENCODING,
        header::CONTENT_RANGE,
        header::LINK,
        HeaderName::from_static("content-crs"),
        document::REVISION,
    ]);
    let no_sniff =
        SetResponseHeaderLayer::overriding(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let routed = routes::all()
        .into_iter()
        .fold(Router::new(), |router, (route, answered)| router.route(route.path, answered.fallback(not_allowed)));
    routed
        .fallback(page::file)
        .layer(middleware::from_fn(sound_path))
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

async fn not_allowed(method: Method) -> Problem {
    Problem::NotAllowed(method.to_string())
}

/// Refuses a path that is no text before any route reads its parts.
async fn sound_path(request: Request, next: Next) -> Result<Response, Problem> {
    if percent_encoding::percent_decode_str(request.uri().path()).decode_utf8().is_err() {
        return Err(Problem::BadPath);
    }
    Ok(next.run(request).await)
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    axum::response::IntoResponse::into_response(Problem::Internal)
}
