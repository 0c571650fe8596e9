//! `Links` writes the absolute addresses that answers point to.

use axum::http::{HeaderMap, header, uri::Authority};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde::Serialize;

/// What stays as it is in a part of a path (RFC 3986 §2.3, unreserved).
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The root of all addresses, as the asker reaches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links {
    root: String,
}

impl Links {
    /// The configured public address, or else what the asker called us by.
    pub fn new(public_url: Option<&str>, asked: &HeaderMap) -> Self {
        if let Some(root) = public_url {
            return Self { root: root.trim_end_matches('/').into() };
        }
        // A name that is no authority never gets into an answer.
        let host = asked.get(header::HOST).and_then(|host| host.to_str().ok()).and_then(|host| host.parse().ok());
        let root = host.map_or("http://localhost".into(), |host: Authority| format!("http://{host}"));
        Self { root }
    }

    /// The address of a path that begins with `/`.
    pub fn to(&self, path: &str) -> String {
        format!("{}{path}", self.root)
    }

    /// A link to a path.
    pub fn link(&self, rel: &'static str, kind: &'static str, path: &str) -> Link {
        Link { rel, kind, href: self.to(path), title: None, templated: false }
    }
}

/// A link object (OGC 17-069r4, `link.yaml`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// What it is to the document it stands in (RFC 8288).
    pub rel: &'static str,
    /// The media type behind it.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The address.
    pub href: String,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Whether the asker fills in parts of the address (RFC 6570).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub templated: bool,
}

/// One part of a path or one value of a query, escaped.
pub fn escaped(part: &str) -> String {
    escaping(part).to_string()
}

/// The same, to be written somewhere.
pub fn escaping(part: &str) -> PercentEncode<'_> {
    utf8_percent_encode(part, PART)
}

/// The path of a feature.
pub fn feature_path(collection: &str, id: &str) -> String {
    format!("/collections/{collection}/items/{}", escaped(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn asked(host: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::HOST, HeaderValue::from_str(host).unwrap())])
    }

    #[test]
    fn the_configured_address_wins_over_the_one_asked_for() {
        assert_eq!(Links::new(Some("https://map.example/"), &asked("evil.example")).to("/a"), "https://map.example/a");
        assert_eq!(Links::new(None, &asked("127.0.0.1:8080")).to("/a"), "http://127.0.0.1:8080/a");
    }

    #[test]
    fn what_is_no_host_never_gets_into_an_answer() {
        assert_eq!(Links::new(None, &asked("a\"><script>")).to("/a"), "http://localhost/a");
    }

    #[test]
    fn ids_in_paths_are_escaped() {
        assert_eq!(feature_path("x", "Ф/1 №"), "/collections/x/items/%D0%A4%2F1%20%E2%84%96");
    }
}
