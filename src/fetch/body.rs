//! A body is written down as it comes: unpacked, counted, hashed, and looked at for being a page instead of a file.

use std::{
    cell::Cell,
    io::{self, Read, Write},
};

use flate2::read::MultiGzDecoder;
use ureq::{
    Body,
    http::{Response, header},
};
use xxhash_rust::xxh3::Xxh3;

use super::{Limits, problem::Problem};

/// So much of the start tells a web page from a file.
const START_BYTES: usize = 1024;

/// What was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    pub bytes: u64,
    /// 128 bits of xxh3.
    pub hash: u128,
}

/// Writes a body to its end, or as far as a limit.
pub(super) fn write(
    response: Response<Body>,
    to: &mut impl Write,
    limits: &Limits,
    progress: &dyn Fn(u64, Option<u64>),
) -> Result<Written, Problem> {
    let said = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().trim();
    let announced: Option<u64> = said(header::CONTENT_LENGTH).parse().ok();
    at_most(announced.unwrap_or(0), limits.bytes)?;
    let is_called_page = said(header::CONTENT_TYPE).to_ascii_lowercase().starts_with("text/html");
    let encoding = said(header::CONTENT_ENCODING).to_ascii_lowercase();
    let came = Cell::new(0);
    let raw = Counted {
        bytes: response.into_body().into_with_config().limit(u64::MAX).reader(),
        came: &came,
        tell: &|came| progress(came, announced),
    };
    let mut bytes: Box<dyn Read> = match encoding.as_str() {
        "" | "identity" => Box::new(raw),
        "gzip" | "x-gzip" => Box::new(MultiGzDecoder::new(raw)),
        other => return Err(format!("the answer is packed as `{other}`, which was not asked for").into()),
    };
    let mut start = Vec::with_capacity(START_BYTES);
    bytes.by_ref().take(START_BYTES as u64).read_to_end(&mut start).map_err(reading)?;
    if is_page(&start, is_called_page) {
        let problem = "the answer is a web page, not a file of data: the URL may need a login, lead to a page about the file, or be gone";
        return Err(problem.into());
    }
    let (mut total, mut hash) = (0, Xxh3::new());
    let mut buffer = vec![0; 64 << 10];
    let mut chunk = start.as_slice();
    loop {
        total += chunk.len() as u64;
        at_most(total.max(came.get()), limits.bytes)?;
        hash.update(chunk);
        to.write_all(chunk).map_err(|error| format!("writing it down: {error}"))?;
        let n = bytes.read(&mut buffer).map_err(reading)?;
        if n == 0 {
            return Ok(Written { bytes: total, hash: hash.digest128() });
        }
        chunk = &buffer[..n];
    }
}

/// Refuses more bytes than the limit.
pub(super) fn at_most(bytes: u64, limit: u64) -> Result<(), Problem> {
    if bytes > limit {
        return Err(format!("it is larger than {limit} bytes, which [source] max_bytes of the recipe may raise").into());
    }
    Ok(())
}

/// The client speaks through errors of the system, the unpacker has its own.
fn reading(error: io::Error) -> Problem {
    match ureq::Error::from(error) {
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::InvalidInput => format!("gzip: {error}").into(),
        error => error.into(),
    }
}

/// Whether a file begins as a page does. A server may call a table or an extract in XML `text/html`: that alone says nothing.
fn is_page(start: &[u8], is_called_page: bool) -> bool {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    let begins = |with: &[u8]| start.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    begins(b"<!doctype html") || begins(b"<html") || (is_called_page && begins(b"<") && !begins(b"<?xml"))
}

/// Counts bytes as they come from the server.
struct Counted<'a, R> {
    bytes: R,
    came: &'a Cell<u64>,
    tell: &'a dyn Fn(u64),
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.bytes.read(into)?;
        self.came.set(self.came.get() + n as u64);
        (self.tell)(self.came.get());
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_told_from_a_file() {
        for (start, is_called_page, wanted) in [
            ("<!DOCTYPE html><title>404</title>", false, true),
            ("\u{feff}\n  <HTML>", false, true),
            ("<!-- portal --><html>", true, true),
            ("<?xml version=\"1.0\"?><osm>", false, false),
            ("id;lon;lat\n1;33;48\n", true, false),
            ("<?xml version=\"1.0\"?><osm>", true, false),
            ("{\"type\":\"FeatureCollection\"}", true, false),
            ("", true, false),
        ] {
            assert_eq!(is_page(start.as_bytes(), is_called_page), wanted, "{start}");
        }
    }
}
