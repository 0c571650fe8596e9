//! A `Document` is a body made from a snapshot, with what is told beside it: language, coordinate system, links.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::Response,
};
use serde::Serialize;

use super::{Language, Problem, answer, links::Link};

/// The header of the coordinate system (OGC 18-058r1 §6.3.2).
const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");

/// Pages of the API run no code at all and load nothing from elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'self'";

/// What is told beside a body.
#[derive(Debug)]
pub struct Document<'a> {
    asked: &'a HeaderMap,
    kind: &'static str,
    headers: HeaderMap,
}

impl<'a> Document<'a> {
    /// A document of this media type.
    pub fn new(asked: &'a HeaderMap, kind: &'static str) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::VARY, HeaderValue::from_static("accept, accept-language, accept-encoding"));
        if kind.starts_with("text/html") {
            headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
            headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin"));
        }
        Self { asked, kind, headers }
    }

    /// Its titles are in this language.
    pub fn in_language(mut self, language: Language) -> Self {
        self.headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
        self
    }

    /// Its coordinates are of this system.
    pub fn in_crs(mut self, uri: &'static str) -> Self {
        let value = HeaderValue::from_str(&format!("<{uri}>")).expect("the address of a system is a header value");
        self.headers.insert(CONTENT_CRS, value);
        self
    }

    /// Its links, for whoever does not read the body (RFC 8288).
    pub fn with_links(mut self, links: &[Link]) -> Self {
        for Link { rel, kind, href, .. } in links {
            let text = format!("<{href}>; rel=\"{rel}\"; type=\"{kind}\"");
            if let Ok(value) = HeaderValue::from_str(&text) {
                self.headers.append(header::LINK, value);
            }
        }
        self
    }

    /// Its file name, where it is kept as a file.
    pub fn named(mut self, name: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
            self.headers.insert(header::CONTENT_DISPOSITION, value);
        }
        self
    }

    /// The answer with this value as JSON, or 304 where the asker has it.
    pub fn json(self, value: &impl Serialize) -> Result<Response, Problem> {
        Ok(self.bytes(answer::written(value)?))
    }

    /// The answer with these bytes, or 304 where the asker has them.
    pub fn bytes(self, body: Vec<u8>) -> Response {
        let response = answer::bytes(self.asked, self.kind, body);
        self.told(response)
    }

    /// A response with all that is told beside it.
    pub fn told(self, mut response: Response) -> Response {
        let mut last = None;
        for (name, value) in self.headers {
            // A name stands before the first of its values only.
            last = name.or(last);
            if let Some(name) = &last {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}
