//! To fetch is to make a file of a URL: found unchanged or asked for anew, whole in the cache or not there at all.
//!
//! ```text
//!   URL ── ask (redirects, validators) ─┬─ 304 ────────────────────▶ the kept file
//!                                       └─ 200 ── body (limits) ───▶ a new file, noted
//! ```
//!
//! A kept file stands for a server only where the server has just said that it still does. Whoever holds a [`Fetched`]
//! has its file to himself as far as others are concerned: they may put another in its place, and do not remove it.

use std::{
    fs::File,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde::Serialize;

mod ask;
mod body;
mod cache;
mod problem;

pub use problem::FetchError;

use crate::import::Url;
use ask::Answer;
use cache::Shelf;

/// How much of a server is borne.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the answer, as they come and as they are after unpacking.
    pub bytes: u64,
    /// The time until a connection stands.
    pub connect: Duration,
    /// The time in which nothing comes.
    pub stall: Duration,
    /// The time of it all.
    pub whole: Duration,
    /// How often one URL may lead to another.
    pub redirects: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 2 << 30,
            connect: Duration::from_secs(10),
            stall: Duration::from_secs(30),
            whole: Duration::from_mins(10),
            redirects: 5,
        }
    }
}

impl Limits {
    /// Whether a file that was fetched under other limits is within these.
    pub fn allow(&self, fetched: &Fetched, url: &Url) -> Result<(), FetchError> {
        body::at_most(fetched.bytes, self.bytes).map_err(|problem| problem.of(url, self))
    }
}

/// How a file came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Arrival {
    /// The server sent it.
    Fetched,
    /// The server said that the kept one is still right.
    NotModified,
}

/// A URL as a file.
#[derive(Debug)]
pub struct Fetched {
    /// Where it stands; it has the ending that tells its format, where that is known.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// How it came.
    pub arrival: Arrival,
    /// Locked, so that nobody removes the file.
    _held: File,
}

/// Fetches a URL into the cache, a folder that is made where there is none.
///
/// `progress` is told how many bytes have come, and how many will, where the server says it.
pub fn fetch(
    url: &Url,
    cache: &Path,
    limits: &Limits,
    progress: &dyn Fn(u64, Option<u64>),
) -> Result<Fetched, FetchError> {
    let deadline = Instant::now() + limits.whole;
    let fetched = || {
        let shelf = Shelf::open(cache, url)?;
        let kept = shelf.kept()?;
        match ask::ask(url, kept.as_ref().and_then(|kept| kept.validators()), limits, deadline)? {
            Answer::NotModified => {
                let kept = kept.ok_or("the server answered 304 Not Modified where nothing was kept")?;
                body::at_most(kept.bytes(), limits.bytes)?;
                Ok(kept.fetched())
            }
            Answer::Body(response) => {
                // Let go, so that it can be swept away.
                drop(kept);
                let mut part = shelf.part()?;
                let written = body::write(response.body, &mut part, limits, progress)?;
                shelf.keep(part, &written, &response.heading)
            }
        }
    };
    fetched().map_err(|problem: problem::Problem| problem.of(url, limits))
}

#[cfg(test)]
mod tests;
