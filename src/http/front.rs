//! The `Front` takes every request first: a tile that is ready goes out at once, all else goes to the routes.
//!
//! Each thread that answers has its own, so ready tiles never stand behind a search; the routes run on the shared runtime,
//! but for those that are done sooner than handed over.

use std::{
    hash::{BuildHasher as _, RandomState},
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use axum::{
    Router,
    body::Body,
    extract::{MatchedPath, Request},
    http::{HeaderMap, HeaderValue, Method},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use futures_util::FutureExt as _;
use tower_service::Service as _;
use tracing::Instrument as _;

use super::{Answering, PINNED, Problem, answer, metrics::Tally, routes, tiles};

/// The longest request id that is taken over, bytes.
const LONGEST_ID: usize = 64;

/// What takes the requests of one thread.
#[derive(Debug)]
pub struct Front {
    city: Answering,
    router: Router,
    /// Where the routes run.
    shared: tokio::runtime::Handle,
    tally: Arc<Tally>,
    /// The first half of the ids this thread gives, another one in each process.
    name: u64,
    given: AtomicU64,
}

impl Front {
    /// A front before these routes.
    pub fn new(city: Answering, router: Router, shared: tokio::runtime::Handle, tally: Arc<Tally>) -> Self {
        Self { city, router, shared, tally, name: RandomState::new().hash_one(0), given: AtomicU64::new(0) }
    }

    /// The answer to a request.
    pub async fn answer<B>(&self, request: axum::http::Request<B>) -> Response
    where
        B: http_body::Body<Data = axum::body::Bytes, Error: Into<axum::BoxError>> + Send + 'static,
    {
        let begun = Instant::now();
        let id = self.id(request.headers());
        if matches!(*request.method(), Method::GET | Method::HEAD) {
            let standing = self.city.newest.load();
            if let Some(mut response) = tiles::ready(&standing, request.uri(), request.headers()) {
                answer::signed(&mut response, id, standing.revision.clone());
                self.tally.ready(response.status(), begun);
                return response;
            }
        }
        self.route(request.map(Body::new), id, begun).await
    }

    /// Lets the routes answer from the snapshot that stands now, whatever comes meanwhile.
    async fn route(&self, request: Request, id: HeaderValue, begun: Instant) -> Response {
        let standing = self.city.standing();
        let revision = standing.revision.clone();
        let span = tracing::info_span!("request", id = id.to_str().unwrap_or_default());
        let mut router = self.router.clone();
        let is_quick = routes::is_quick(request.uri());
        let routed = PINNED.scope(standing, async move { router.call(request).await }).instrument(span);
        let routed = if is_quick {
            AssertUnwindSafe(routed).catch_unwind().await.ok()
        } else {
            self.shared.spawn(routed).await.ok()
        };
        // A route that panicked has said so in the log.
        let mut response = match routed {
            Some(Ok(response)) => response,
            Some(Err(never)) => match never {},
            None => Problem::Internal.into_response(),
        };
        answer::signed(&mut response, id, revision);
        let route = response.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str);
        self.tally.other(route, response.status(), begun);
        response
    }

    /// The asker's id of the request, if it is one, or one that we give.
    fn id(&self, asked: &HeaderMap) -> HeaderValue {
        let is_id = |id: &&HeaderValue| {
            let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
            (1..=LONGEST_ID).contains(&id.len()) && id.as_bytes().iter().all(plain)
        };
        if let Some(id) = asked.get(answer::REQUEST_ID).filter(is_id) {
            return id.clone();
        }
        let number = self.given.fetch_add(1, Ordering::Relaxed);
        let mut digits = [0; 24];
        for (i, digit) in digits.iter_mut().enumerate() {
            let nibble = if i < 12 { self.name >> (i * 4) } else { number >> ((23 - i) * 4) } & 15;
            *digit = b"0123456789abcdef"[nibble as usize];
        }
        HeaderValue::from_bytes(&digits).expect("hexadecimal digits are a header value")
    }
}

/// Tells the [`Front`] which route answered.
pub async fn named(matched: MatchedPath, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.extensions_mut().insert(matched);
    response
}
