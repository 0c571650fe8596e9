//! HTTP: a request becomes a response. One file a route, strict parameters, one table of statuses.
//!
//! Nothing here reads a database: every answer comes from the snapshot that stands when the request arrives.

mod answer;
mod catalog;
mod collections;
mod geojson;
mod health;
mod items;
mod links;
mod nearest;
mod page;
mod params;
mod problem;
mod styles;
mod tiles;

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use axum::{
    Router,
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::map_response,
    routing::get,
};
use tokio::net::TcpListener;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    cors::{Any, CorsLayer},
    set_header::SetResponseHeaderLayer,
};

use crate::{snapshot::Snapshot, tile::Tilesets};

pub use links::Links;
pub use page::PageFiles;
pub use params::Params;
pub use problem::Problem;
pub use styles::{BaseMap, Styles, StylesError};

/// What answers requests: the newest snapshot and how it is shown.
#[derive(Debug)]
pub struct City {
    /// Swapped whole when a newer revision is ready; readers keep the one they began with.
    pub newest: ArcSwap<Snapshot>,
    /// What can be drawn.
    pub tilesets: Tilesets,
    /// How it is drawn.
    pub styles: Styles,
    /// The map page.
    pub page: PageFiles,
    /// The address the city is known by; `None` for whatever the asker calls it.
    pub public_url: Option<String>,
}

/// How long open requests may go on after the server was told to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// How handlers hold the city.
type Answering = Arc<City>;

impl City {
    /// The newest snapshot, which stays the same until the request is answered.
    fn snapshot(&self) -> Arc<Snapshot> {
        self.newest.load_full()
    }

    fn links(&self, asked: &HeaderMap) -> Links {
        Links::new(self.public_url.as_deref(), asked)
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
        .route("/collections", get(collections::list))
        .route("/collections/{id}", get(collections::get))
        .route("/collections/{id}/items", get(items::list))
        .route("/collections/{id}/items/{feature}", get(items::get))
        .route("/nearest", get(nearest::get))
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
    let serving = axum::serve(listener, router(city)).with_graceful_shutdown(async move {
        stop.await;
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
