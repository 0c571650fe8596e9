//! The `Front` takes every request first: a tile that is ready and what is found sooner than handed over go out at once, all
//! else goes to the routes.
//!
//! Each thread that answers has its own, so ready tiles never stand behind a search; the routes run on the shared runtime.

use std::{
    future::{poll_fn, ready},
    hash::{BuildHasher as _, RandomState},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, Uri},
    middleware::map_response,
    response::{IntoResponse as _, Response},
    routing::MethodRouter,
};
use tokio::task::block_in_place;
use tower_http::cors::{Any, Cors, CorsLayer, Vary};
use tower_layer::Layer as _;
use tower_service::Service as _;
use tracing::Instrument as _;

use super::{Answering, PINNED, Problem, Standing, answer, metrics::Tally, packing, route::Route, routes, tiles};

/// The parameter by which an asker chooses what an answer costs, up to the most steps of a filter.
const CHOSEN_COST: &str = "filter";

/// The longest request id that is taken over, bytes.
const LONGEST_ID: usize = 64;

/// What takes the requests of one thread.
#[derive(Debug)]
pub struct Front {
    city: Answering,
    routes: Cors<Router>,
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
        let cors = CorsLayer::new().allow_origin(Any).allow_methods([Method::GET, Method::HEAD]).vary(Vary::list([]));
        let routes = cors.layer(router);
        Self { city, routes, shared, tally, name: RandomState::new().hash_one(0), given: AtomicU64::new(0) }
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
        // Whatever comes meanwhile, the answer is from what stands now.
        let standing = self.city.standing();
        let accepts = packing::accepts(request.headers());
        let mut response = if request.method() == Method::GET
            && let Some(response) = self.at_once(&standing, request.uri(), request.headers())
        {
            // What came in together goes out together, so that whoever waits for several is woken once.
            tokio::task::yield_now().await;
            response
        } else {
            let span = tracing::info_span!("request", id = id.to_str().unwrap_or_default());
            self.route(request.map(Body::new), Arc::clone(&standing)).instrument(span).await
        };
        let route = response.extensions_mut().remove::<Answered>().map_or("other", |Answered(route)| route);
        let mut response = packing::packed(accepts, response).await;
        answer::signed(&mut response, id, standing.revision.clone());
        self.tally.other(route, response.status(), begun);
        response
    }

    /// What is answered sooner than handed over.
    fn at_once(&self, standing: &Standing, uri: &Uri, asked: &HeaderMap) -> Option<Response> {
        let answered = catch_unwind(AssertUnwindSafe(|| routes::at_once(&self.city, standing, uri, asked)));
        // What panics here does so on its route too, where it is told with the id of the request.
        let (route, answered) = answered.ok()??;
        let mut response = answered.into_response();
        response.extensions_mut().insert(Answered(route.path));
        Some(response)
    }

    /// Lets the routes answer from what stands.
    async fn route(&self, request: Request, standing: Arc<Standing>) -> Response {
        if percent_encoding::percent_decode_str(request.uri().path()).decode_utf8().is_err() {
            return Problem::BadPath.into_response();
        }
        let mut routes = self.routes.clone();
        let query = request.uri().query().unwrap_or_default();
        // Tiles are drawn aside as it is.
        let is_costly = !request.uri().path().starts_with("/tiles/")
            && form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == CHOSEN_COST);
        let routed = PINNED.scope(standing, async move {
            let mut answered = pin!(routes.call(request));
            // What may take a second must not stand in the way of what takes a millisecond.
            poll_fn(|context| {
                let mut poll = || answered.as_mut().poll(context);
                if is_costly { block_in_place(poll) } else { poll() }
            })
            .await
        });
        let routed = routed.in_current_span();
        match self.shared.spawn(routed).await {
            Ok(Ok(response)) => response,
            Ok(Err(never)) => match never {},
            // A route that panicked has said so in the log.
            Err(_) => Problem::Internal.into_response(),
        }
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

/// The path of the route that answered, as the table of routes writes it.
#[derive(Debug, Clone, Copy)]
struct Answered(&'static str);

/// A route that tells the [`Front`] that it answered.
pub fn named(route: &'static Route, answered: MethodRouter<Answering>) -> MethodRouter<Answering> {
    answered.layer(map_response(move |mut response: Response| {
        response.extensions_mut().insert(Answered(route.path));
        ready(response)
    }))
}
