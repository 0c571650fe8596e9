//! `GET /changes`: server-sent events that tell each new revision and the tiles it touched.

use std::{
    convert::Infallible,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderValue, header},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::broadcast::{self, error::RecvError};

use super::{Answering, Params, Problem, routes};
use crate::{
    model::Revision,
    snapshot::{Difference, Snapshot},
    tile::{self, Tilesets},
};

/// Listeners at one time; each holds a connection.
pub const MOST_LISTENERS: usize = 10_000;

/// Changes that a slow listener may fall behind before it is told that everything changed.
const BACKLOG: usize = 64;

/// How often a quiet connection gets a comment, so that proxies leave it open.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Who is told of changes.
#[derive(Debug)]
pub struct Changes {
    tell: broadcast::Sender<Change>,
    listeners: AtomicUsize,
}

/// A revision, and what it touched as JSON: `{"revision": 7, "collections": […], "tiles": {"city": ["0/0/0", …]}}`.
#[derive(Debug, Clone)]
struct Change {
    revision: Revision,
    text: String,
}

impl Changes {
    /// Nobody listens yet.
    pub fn new() -> Self {
        Self { tell: broadcast::Sender::new(BACKLOG), listeners: AtomicUsize::new(0) }
    }

    /// How many listen.
    pub fn listening(&self) -> usize {
        self.listeners.load(Ordering::Relaxed)
    }

    /// Tells every listener.
    pub fn tell(&self, difference: &Difference, tilesets: &Tilesets, last: &Snapshot, next: &Snapshot) {
        let text = described(difference, tilesets, last, next).to_string();
        // Nobody listening is no failure.
        let _ = self.tell.send(Change { revision: next.revision(), text });
    }
}

/// What a difference touched: collections by id; of each declared tileset the tiles, or `null` for all of them.
fn described(difference: &Difference, tilesets: &Tilesets, last: &Snapshot, next: &Snapshot) -> Value {
    let mut tiles = serde_json::Map::new();
    for name in tilesets.names() {
        let of = |snapshot| tilesets.get(name, snapshot).map(|tileset| tileset.collections(snapshot));
        let collections = [of(last), of(next)].into_iter().flatten().flatten().collect();
        let touched = tile::touched_tiles(difference, &collections);
        let touched = touched.map(|tiles| tiles.iter().map(ToString::to_string).collect::<Vec<_>>());
        tiles.insert(name.to_owned(), touched.into());
    }
    let collections: Vec<_> = difference.iter().map(|(id, _)| id.as_str()).collect();
    json!({ "revision": next.revision(), "collections": collections, "tiles": tiles })
}

/// An open connection, counted while it is open.
struct Listener {
    city: Answering,
    told: broadcast::Receiver<Change>,
    /// What the listener has to hear before anything else.
    first: Option<Event>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.city.changes.listeners.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Listener {
    async fn next(&mut self) -> Option<Event> {
        if let Some(event) = self.first.take() {
            return Some(event);
        }
        tokio::select! {
            told = self.told.recv() => match told {
                Ok(Change { revision, text }) => Some(event(revision, text)),
                Err(RecvError::Lagged(_)) => Some(everything(self.city.snapshot().revision())),
                Err(RecvError::Closed) => None,
            },
            () = self.city.stopped() => None,
        }
    }
}

fn event(revision: Revision, text: String) -> Event {
    Event::default().event("revision").id(revision.to_string()).data(text)
}

/// What somebody is told who missed changes: fetch all of it again.
fn everything(revision: Revision) -> Event {
    event(revision, json!({ "revision": revision, "collections": null, "tiles": null }).to_string())
}

/// The events, for as long as the asker listens. Who comes back with an older `Last-Event-ID` is told that everything changed.
pub async fn get(
    State(city): State<Answering>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &routes::CHANGES)?;
    if city.changes.listeners.fetch_add(1, Ordering::Relaxed) >= MOST_LISTENERS {
        city.changes.listeners.fetch_sub(1, Ordering::Relaxed);
        return Err(Problem::Busy(format!("{MOST_LISTENERS} connections listen for changes already")));
    }
    // First the ear, then the look: a change in between is heard, not missed.
    let told = city.changes.tell.subscribe();
    let standing = city.snapshot().revision();
    let last = asked.get("last-event-id").and_then(|id| id.to_str().ok()).map(str::trim);
    let missed = last.is_some_and(|id| id != standing.to_string());
    let first = if missed {
        everything(standing)
    } else {
        event(standing, json!({ "revision": standing, "collections": [], "tiles": {} }).to_string())
    };
    let listener = Listener { city, told, first: Some(first) };
    let events = stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok::<_, Infallible>(event), listener))
    });
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    // Proxies that gather an answer before they pass it on would tell of nothing.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
