//! An `Answer` is a body with its type, its strong ETag and how long it may be kept.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_128;

use super::{Problem, drawn::Drawn, encoding::Encoding};
use crate::archive::{Packed, Packing};

/// Data that changes with the revision: kept, but asked for again each time.
const REVALIDATE: &str = "public, no-cache";

/// Files whose name changes with their content.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// Names the request in answers and in the log.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The revision that an answer was made from.
pub const REVISION: HeaderName = HeaderName::from_static("mapa-revision");

/// The headers that a page of another origin may read.
const EXPOSED: &str = "etag,content-encoding,content-range,content-crs,link,retry-after,mapa-revision,x-request-id";

/// How many headers an answer has at most, in our code and in hyper's.
const ROOM_FOR_HEADERS: usize = 14;

/// Room for an answer in JSON from the beginning, bytes: ten features with all their properties need no more.
const ROOM_FOR_JSON: usize = 16 << 10;

/// The content encodings that may be added to an answer on its way out, as the ends of ETags.
const ENCODINGS: [&str; 3] = ["gzip", "br", "zstd"];

/// Answers with JSON, or with 304 where the asker has these very bytes.
pub fn json(asked: &HeaderMap, kind: &'static str, value: &impl Serialize) -> Result<Response, Problem> {
    Ok(bytes(asked, kind, written(value)?))
}

/// A value as JSON.
pub fn written(value: &impl Serialize) -> Result<Vec<u8>, Problem> {
    let mut body = Vec::with_capacity(ROOM_FOR_JSON);
    serde_json::to_writer(&mut body, value).map_err(|error| {
        tracing::error!(%error, "an answer could not be written as JSON");
        Problem::Internal
    })?;
    Ok(body)
}

/// Answers with bytes, or with 304 where the asker has them.
pub fn bytes(asked: &HeaderMap, kind: &'static str, body: Vec<u8>) -> Response {
    kept(asked, kind, REVALIDATE, body.into())
}

/// Answers with a file whose name changes with its content.
pub fn immutable(asked: &HeaderMap, kind: &str, body: Vec<u8>) -> Response {
    kept(asked, kind, FOREVER, body.into())
}

/// Answers with a file whose name changes with its content, as it lies packed in brotli beside.
pub fn immutable_in_brotli(asked: &HeaderMap, kind: &str, body: &[u8], packed: Vec<u8>) -> Response {
    let tag = tag_of(body);
    let mut response = has_for_ever(asked, &tag).unwrap_or_else(|| {
        let mut response = for_ever(kind, &tag, packed.into());
        let brotli = HeaderValue::from_static(Encoding::Brotli.name());
        response.headers_mut().insert(header::CONTENT_ENCODING, brotli);
        response
    });
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    response
}

/// Answers with a tile in an encoding; 304 where the asker has it, 204 where there is nothing to show.
///
/// `None` where the tile is not made in this encoding yet.
pub fn tile(asked: &HeaderMap, kind: &'static str, drawn: &Drawn, encoding: Option<Encoding>) -> Option<Response> {
    let mut response = if drawn.is_empty() {
        Response::new(Body::empty())
    } else if let Some(has) = matching(asked, &drawn.tag) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response.headers_mut().insert(header::ETAG, has);
        response
    } else {
        let coded = drawn.ready(encoding)?;
        let mut response = Response::new(Body::from(coded.bytes.clone()));
        let headers = response.headers_mut();
        headers.reserve(ROOM_FOR_HEADERS);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(header::ETAG, coded.tag.clone());
        if let Some(encoding) = coded.encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding.name()));
        }
        response
    };
    if drawn.is_empty() {
        *response.status_mut() = StatusCode::NO_CONTENT;
    } else {
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(REVALIDATE));
    Some(response)
}

/// What every answer has, whichever way it was made: who may read it, which request it answers, from which revision.
pub fn signed(response: &mut Response, request_id: HeaderValue, revision: HeaderValue) {
    let is_without_body = matches!(response.status(), StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let headers = response.headers_mut();
    if is_without_body {
        // RFC 9110 §8.6: none with 204, and with 304 none but that of the body left out. The router tells 0.
        headers.remove(header::CONTENT_LENGTH);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    headers.insert(REQUEST_ID, request_id);
    headers.insert(REVISION, revision);
}

/// Answers with a tile of an archive: as it lies there where the asker takes that, unpacked else; 304 before either.
pub fn packed(asked: &HeaderMap, kind: &'static str, tile: &Packed) -> Result<Response, Problem> {
    let tag = tag_of(&tile.bytes);
    let vary = (header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(has) = matching(asked, &tag) {
        let cache = (header::CACHE_CONTROL, HeaderValue::from_static(REVALIDATE));
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, has), cache, vary]).into_response());
    }
    let as_it_lies = tile.packing == Packing::Gzip && Encoding::Gzip.is_accepted(asked);
    let body = if as_it_lies { Ok(tile.bytes.clone()) } else { tile.unpacked() };
    let body = body.map_err(|problem| {
        tracing::error!(problem, "a tile of the base map cannot be unpacked");
        Problem::Internal
    })?;
    let mut response = tagged(kind, REVALIDATE, &tag, body);
    if as_it_lies {
        let gzip = HeaderValue::from_static(Encoding::Gzip.name());
        response.headers_mut().insert(header::CONTENT_ENCODING, gzip);
    }
    if tile.packing != Packing::None {
        response.headers_mut().insert(vary.0, vary.1);
    }
    Ok(response)
}

/// Answers with bytes that nothing else is ever called by, under a tag that tells them.
pub fn for_ever(kind: &str, tag: &str, body: axum::body::Bytes) -> Response {
    tagged(kind, FOREVER, tag, body)
}

/// 304 for an asker who has the bytes that are for ever of this tag.
pub fn has_for_ever(asked: &HeaderMap, tag: &str) -> Option<Response> {
    let has = matching(asked, tag)?;
    let cache = (header::CACHE_CONTROL, HeaderValue::from_static(FOREVER));
    Some((StatusCode::NOT_MODIFIED, [(header::ETAG, has), cache]).into_response())
}

/// The tag of these bytes: their hash.
pub fn tag_of(bytes: &[u8]) -> String {
    format!("{:032x}", xxh3_128(bytes))
}

/// A strong ETag with this inside: letters, digits and hyphens.
pub fn quoted(tag: &str) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{tag}\"")).expect("letters, digits and hyphens are a header value")
}

/// Sends the asker to another path of ours, for good; whether it is still so is asked again each time.
pub fn elsewhere(path: &str) -> Response {
    let cache = (header::CACHE_CONTROL, HeaderValue::from_static(REVALIDATE));
    let path = HeaderValue::from_str(path).expect("an escaped path is a header value");
    (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, path), cache]).into_response()
}

/// 304 for an asker who has the bytes of this tag.
pub fn not_modified(asked: &HeaderMap, tag: &str) -> Option<Response> {
    let has = matching(asked, tag)?;
    let cache = (header::CACHE_CONTROL, HeaderValue::from_static(REVALIDATE));
    Some((StatusCode::NOT_MODIFIED, [(header::ETAG, has), cache]).into_response())
}

fn kept(asked: &HeaderMap, kind: &str, cache: &'static str, body: axum::body::Bytes) -> Response {
    let tag = tag_of(&body);
    if let Some(has) = matching(asked, &tag) {
        let cache = (header::CACHE_CONTROL, HeaderValue::from_static(cache));
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, has), cache]).into_response();
    }
    tagged(kind, cache, &tag, body)
}

fn tagged(kind: &str, cache: &'static str, tag: &str, body: axum::body::Bytes) -> Response {
    let cache = (header::CACHE_CONTROL, HeaderValue::from_static(cache));
    let kind = HeaderValue::from_str(kind).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    (StatusCode::OK, [(header::CONTENT_TYPE, kind), (header::ETAG, quoted(tag)), cache], Body::from(body))
        .into_response()
}

/// The ETag of the asker that names these bytes, in whichever encoding it got them.
fn matching(asked: &HeaderMap, tag: &str) -> Option<HeaderValue> {
    let lists = asked.get_all(header::IF_NONE_MATCH).into_iter().filter_map(|list| list.to_str().ok());
    for candidate in lists.flat_map(|list| list.split(',')).map(str::trim) {
        let opaque = candidate.strip_prefix("W/").unwrap_or(candidate).trim_matches('"');
        let plain = ENCODINGS.iter().find_map(|end| opaque.strip_suffix(end)?.strip_suffix('-')).unwrap_or(opaque);
        if plain == tag {
            return HeaderValue::from_str(&format!("\"{opaque}\"")).ok();
        }
        if candidate == "*" {
            return HeaderValue::from_str(&format!("\"{tag}\"")).ok();
        }
    }
    None
}

/// Gives an encoded answer its own ETag, if it has none: bytes that differ have different strong tags (RFC 9110 §8.8.3.3).
pub fn tag_encoding(mut response: Response) -> Response {
    let headers = response.headers();
    let encoding = headers.get(header::CONTENT_ENCODING).and_then(|value| value.to_str().ok());
    let tag = headers.get(header::ETAG).and_then(|value| value.to_str().ok());
    if let (Some(encoding), Some(tag)) = (encoding, tag)
        && !tag.ends_with(&format!("-{encoding}\""))
        && let Ok(tag) = HeaderValue::from_str(&format!("\"{}-{encoding}\"", tag.trim_matches('"')))
    {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(with: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_str(with).unwrap())])
    }

    #[tokio::test]
    async fn an_asker_who_has_the_bytes_in_any_encoding_gets_304_with_its_own_tag() {
        let first = bytes(&HeaderMap::new(), "text/plain", b"place".to_vec());
        let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        for has in
            [tag.clone(), format!("W/{tag}"), tag.replace("\"\"", ""), tag[..tag.len() - 1].to_owned() + "-gzip\""]
        {
            let again = bytes(&asked(&format!("\"other\", {has}")), "text/plain", b"place".to_vec());
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{has}");
            assert_eq!(again.headers()[header::ETAG], has.trim_start_matches("W/"));
        }
        let changed = bytes(&asked(&tag), "text/plain", b"places".to_vec());
        assert_eq!(changed.status(), StatusCode::OK);
    }
}
