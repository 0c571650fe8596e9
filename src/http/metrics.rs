//! `GET /metrics`: counts of requests, time and memory, in the Prometheus text format 0.0.4.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    extract::{RawQuery, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{Answering, Params, Problem, routes};
use crate::snapshot::Shelf;

/// Upper ends of the classes of a request's time, seconds: from a ready tile to the slowest search.
const CLASSES_S: [f64; 12] = [0.000_05, 0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// The route of tiles, as the router writes it.
pub const TILES: &str = routes::TILE.path;

/// Requests of one route that were answered with one status.
#[derive(Debug, Default)]
struct Count {
    /// By the class of their time, each request in one; those slower than all classes last.
    by_time: [AtomicU64; CLASSES_S.len() + 1],
    nanoseconds: AtomicU64,
}

impl Count {
    fn add(&self, took: Duration) {
        let class = CLASSES_S.iter().position(|end| took.as_secs_f64() <= *end).unwrap_or(CLASSES_S.len());
        self.by_time[class].fetch_add(1, Ordering::Relaxed);
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }
}

/// What one thread that answers has counted: threads do not wait for each other to count.
#[derive(Debug, Default)]
pub struct Tally {
    /// Tiles that were ready: 200, 204 and 304.
    ready: [Count; 3],
    others: Mutex<BTreeMap<(String, u16), Arc<Count>>>,
    /// Connections that are open.
    pub open: AtomicUsize,
}

impl Tally {
    /// Counts a tile that was ready.
    pub fn ready(&self, status: StatusCode, begun: Instant) {
        let at = match status {
            StatusCode::OK => 0,
            StatusCode::NO_CONTENT => 1,
            _ => 2,
        };
        self.ready[at].add(begun.elapsed());
    }

    /// Counts any other answer.
    pub fn other(&self, route: &str, status: StatusCode, begun: Instant) {
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let count = Arc::clone(others.entry((route.to_owned(), status.as_u16())).or_default());
        drop(others);
        count.add(begun.elapsed());
    }
}

/// The tallies of all threads that answer.
#[derive(Debug)]
pub struct Metrics(Vec<Arc<Tally>>);

/// Requests of one route and status over all threads.
#[derive(Default)]
struct Sum {
    by_time: [u64; CLASSES_S.len() + 1],
    seconds: f64,
}

impl Metrics {
    /// A tally for each thread.
    pub fn new(threads: usize) -> Self {
        Self((0..threads).map(|_| Arc::default()).collect())
    }

    /// The tally of each thread.
    pub fn tallies(&self) -> &[Arc<Tally>] {
        &self.0
    }

    /// Connections that are open.
    pub fn open(&self) -> usize {
        self.0.iter().map(|tally| tally.open.load(Ordering::Relaxed)).sum()
    }

    /// Tiles that were ready when they were asked for.
    fn ready(&self) -> u64 {
        let counts = self.0.iter().flat_map(|tally| &tally.ready).flat_map(|count| &count.by_time);
        counts.map(|class| class.load(Ordering::Relaxed)).sum()
    }

    fn sums(&self) -> BTreeMap<(String, u16), Sum> {
        let mut sums: BTreeMap<(String, u16), Sum> = BTreeMap::new();
        let mut add = |key: (String, u16), count: &Count| {
            let sum = sums.entry(key).or_default();
            for (to, from) in sum.by_time.iter_mut().zip(&count.by_time) {
                *to += from.load(Ordering::Relaxed);
            }
            sum.seconds += Duration::from_nanos(count.nanoseconds.load(Ordering::Relaxed)).as_secs_f64();
        };
        for tally in &self.0 {
            for (count, status) in tally.ready.iter().zip([200, 204, 304]) {
                add((TILES.to_owned(), status), count);
            }
            for (key, count) in tally.others.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                add(key.clone(), count);
            }
        }
        sums.retain(|_, sum| sum.by_time.iter().any(|class| *class > 0));
        sums
    }
}

/// All of it as text.
pub async fn get(State(city): State<Answering>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &routes::METRICS)?;
    let mut page = Page(String::with_capacity(8 << 10));
    page.requests(&city.metrics.sums());
    let standing = city.standing();
    let features: usize = standing.snapshot.shelves().map(Shelf::len).sum();
    page.one("mapa_revision", "gauge", "Revision that is served.", standing.snapshot.revision().0);
    page.one("mapa_features", "gauge", "Features that are served.", features);
    page.one("mapa_connections", "gauge", "Connections that are open.", city.metrics.open());
    page.one("mapa_changes_listeners", "gauge", "Connections that listen for changes.", city.changes.listening());
    let holding = standing.kept.holding();
    page.head("mapa_tiles_kept", "gauge", "Tiles that are kept.");
    for held in &holding {
        page.line("mapa_tiles_kept", &format!("room=\"{}\"", held.room), held.tiles);
    }
    page.head("mapa_tiles_kept_bytes", "gauge", "Bytes of kept tiles and of the encodings they may have.");
    for held in &holding {
        page.line("mapa_tiles_kept_bytes", &format!("room=\"{}\"", held.room), held.bytes);
    }
    let (drawn, seconds) = city.drawn_ahead();
    page.one("mapa_tiles_ready_total", "counter", "Tiles that were ready when asked for.", city.metrics.ready());
    page.one(
        "mapa_tiles_refused_total",
        "counter",
        "Tiles for whose drawing too many waited.",
        city.drawings.refused(),
    );
    page.one("mapa_tiles_drawn_ahead_total", "counter", "Tiles drawn ahead of their askers.", drawn);
    page.one("mapa_tiles_drawn_ahead_seconds_total", "counter", "Time in which they were drawn.", seconds);
    if let Some(bytes) = resident_bytes() {
        page.one("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", bytes);
    }
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], page.0).into_response())
}

/// The text that is written.
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let _ = match labels {
            "" => writeln!(self.0, "{name} {value}"),
            _ => writeln!(self.0, "{name}{{{labels}}} {value}"),
        };
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, kind, help);
        self.line(name, "", value);
    }

    fn requests(&mut self, sums: &BTreeMap<(String, u16), Sum>) {
        const SECONDS: &str = "mapa_request_duration_seconds";
        self.head(SECONDS, "histogram", "Time from the head of a request to that of its answer.");
        for ((route, status), sum) in sums {
            let labels = format!("route=\"{route}\",status=\"{status}\"");
            let mut so_far = 0;
            let ends = CLASSES_S.iter().map(ToString::to_string).chain(["+Inf".into()]);
            for (class, end) in sum.by_time.iter().zip(ends) {
                so_far += class;
                self.line(&format!("{SECONDS}_bucket"), &format!("{labels},le=\"{end}\""), so_far);
            }
            self.line(&format!("{SECONDS}_sum"), &labels, sum.seconds);
            self.line(&format!("{SECONDS}_count"), &labels, so_far);
        }
    }
}

/// Resident memory of this process, where `/proc` tells it.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}
