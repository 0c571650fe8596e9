//! A `File` is features written as a whole to be kept elsewhere, CSV, XLSX or FlatGeobuf, and read in parts over HTTP.
//!
//! It is written once for all who ask, into a temporary file, so memory does not grow with the features; the last ones are
//! kept for those who come back for further parts (RFC 9110 §14).

use std::{
    fs,
    io::{self, BufWriter, Write},
    os::unix::fs::FileExt,
    sync::Arc,
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use quick_cache::{Weighter, sync::Cache};
use tokio::sync::Semaphore;
use xxhash_rust::xxh3::Xxh3;

use super::{
    Problem, answer,
    document::Document,
    format::{Format, XLSX},
    items::Question,
};
use crate::{
    exchange::{Csv, imprint, write_csv, write_flatgeobuf, write_xlsx},
    model::{Revision, Title},
    snapshot::{Snapshot, credits, page::page},
};

/// How much is kept on disk of files that were written, bytes.
const MOST_BYTES: u64 = 1 << 30;

/// How many files are expected to be kept, for the first size of the table.
const EXPECTED: usize = 100;

/// A file takes at least so much of what may be kept, so that their number is bounded too.
const LEAST_BYTES: u64 = 1 << 20;

/// So many files are written at once; who asks for a further one waits.
const WRITERS: usize = 2;

/// The file is read in pieces of so many bytes.
const PIECE: u64 = 256 * 1024;

/// What a file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// RFC 4180 in UTF-8.
    Csv,
    /// With its index.
    FlatGeobuf,
    /// With titles in the language of the asker.
    Xlsx,
}

/// Which file: of a collection, at a revision, by a query.
pub type Key = (String, Revision, String, Kind);

/// The files that were written, and who writes further ones.
#[derive(Debug)]
pub struct Files {
    kept: Cache<Key, Arc<File>, Weight>,
    writers: Semaphore,
}

/// A written file, deleted when nobody has it any more.
#[derive(Debug)]
struct File {
    on_disk: fs::File,
    bytes: u64,
    tag: String,
}

#[derive(Debug, Clone)]
struct Weight;

impl Weighter<Key, Arc<File>> for Weight {
    fn weight(&self, _: &Key, file: &Arc<File>) -> u64 {
        file.bytes.max(LEAST_BYTES)
    }
}

impl Kind {
    /// The kind of a format that is a file.
    pub const fn of(format: Format) -> Option<Self> {
        match format {
            Format::Csv => Some(Self::Csv),
            Format::FlatGeobuf => Some(Self::FlatGeobuf),
            Format::Xlsx => Some(Self::Xlsx),
            Format::Json | Format::Html => None,
        }
    }

    /// The media type.
    pub const fn media(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::FlatGeobuf => "application/flatgeobuf",
            Self::Xlsx => XLSX,
        }
    }
}

impl Files {
    /// Keeps nothing yet.
    pub fn new() -> Self {
        Self { kept: Cache::with_weighter(EXPECTED, MOST_BYTES, Weight), writers: Semaphore::new(WRITERS) }
    }

    /// Answers with the file, with a part of it, or with 304.
    pub async fn answer(
        &self,
        key: Key,
        document: Document<'_>,
        snapshot: Arc<Snapshot>,
        question: Question,
        bom: bool,
        asked: &HeaderMap,
    ) -> Result<Response, Problem> {
        let kind = key.3;
        let writing = async {
            let _turn = self.writers.acquire().await.map_err(io::Error::other)?;
            tokio::task::spawn_blocking(move || written(kind, &snapshot, &question, bom)).await?
        };
        let file = self.kept.get_or_insert_async(&key, writing).await.map_err(|error: io::Error| {
            tracing::error!(%error, "a file could not be written");
            Problem::Internal
        })?;
        parts(kind, &file, asked).map(|response| document.told(response))
    }
}

fn written(kind: Kind, snapshot: &Snapshot, question: &Question, bom: bool) -> io::Result<Arc<File>> {
    let mut to = BufWriter::new(Hashing { file: tempfile::tempfile()?, bytes: 0, hash: Xxh3::new() });
    for id in &question.selection.collections {
        if let Some(shelf) = snapshot.shelf(id) {
            let page = page(&question.selection, shelf, &question.order, &question.turn, question.limit);
            let (of, features, view) = (shelf.collection(), &page.features, question.view());
            let imprint = || imprint(of, &credits([shelf].into_iter()), shelf.is_demonstration());
            match kind {
                Kind::Csv => write_csv(&mut to, of, features, view, Csv { bom })?,
                Kind::FlatGeobuf => write_flatgeobuf(&mut to, of, features, view, &imprint())?,
                Kind::Xlsx => {
                    let say = |title: &Title| question.language.of(title).to_owned();
                    write_xlsx(&mut to, of, features, view, &say, &imprint())?;
                }
            }
        }
    }
    let Hashing { file, bytes, hash } = to.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok(Arc::new(File { on_disk: file, bytes, tag: format!("{:032x}", hash.digest128()) }))
}

/// Counts and hashes what goes into the file.
struct Hashing {
    file: fs::File,
    bytes: u64,
    hash: Xxh3,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.file.write(bytes)?;
        self.hash.update(&bytes[..taken]);
        self.bytes += taken as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn parts(kind: Kind, file: &Arc<File>, asked: &HeaderMap) -> Result<Response, Problem> {
    let tag = HeaderValue::from_str(&format!("\"{}\"", file.tag)).map_err(|_| Problem::Internal)?;
    if let Some(response) = answer::not_modified(asked, &file.tag) {
        return Ok(response);
    }
    let part = match asked.get(header::RANGE).and_then(|range| range.to_str().ok()) {
        // A part of other bytes than those the asker has is of no use to it.
        Some(range) if asked.get(header::IF_RANGE).is_none_or(|has| *has == tag) => part(range, file.bytes)?,
        _ => None,
    };
    let (from, until) = part.unwrap_or((0, file.bytes));
    let body = Body::from_stream(stream::try_unfold((Arc::clone(file), from), move |(file, at)| async move {
        if at >= until {
            return Ok::<_, io::Error>(None);
        }
        let reading = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; (until - at).min(PIECE) as usize];
            file.on_disk.read_exact_at(&mut piece, at)?;
            Ok::<_, io::Error>((file, piece))
        });
        let (file, piece) = reading.await??;
        let next = at + piece.len() as u64;
        Ok(Some((Bytes::from(piece), (file, next))))
    }));
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind.media()));
    headers.insert(header::ETAG, tag);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(until - from));
    if part.is_some() {
        let range = format!("bytes {from}-{}/{}", until - 1, file.bytes);
        headers.insert(header::CONTENT_RANGE, HeaderValue::from_str(&range).map_err(|_| Problem::Internal)?);
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

/// The one range asked for, from and until; `None` for what is not understood or is several, which is answered whole.
fn part(range: &str, bytes: u64) -> Result<Option<(u64, u64)>, Problem> {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.trim().split_once('-')) else {
        return Ok(None);
    };
    let range = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => (first, last.saturating_add(1).min(bytes)),
        (Ok(first), Err(_)) if last.is_empty() => (first, bytes),
        (Err(_), Ok(length)) if first.is_empty() => (bytes.saturating_sub(length), bytes),
        _ => return Ok(None),
    };
    if range.0 >= range.1 { Err(Problem::NoSuchPart { bytes }) } else { Ok(Some(range)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_rfc_9110_says() {
        for (range, wanted) in [
            ("bytes=0-9", Some((0, 10))),
            ("bytes=90-200", Some((90, 100))),
            ("bytes=90-", Some((90, 100))),
            ("bytes=-10", Some((90, 100))),
            ("bytes=-1000", Some((0, 100))),
            ("bytes=0-1,5-6", None),
            ("bytes=9-1", None),
            ("lines=1-2", None),
        ] {
            assert_eq!(part(range, 100), Ok(wanted), "{range}");
        }
        for range in ["bytes=100-", "bytes=100-200", "bytes=-0"] {
            assert!(part(range, 100).is_err(), "{range}");
        }
    }
}
