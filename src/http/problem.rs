//! A `Problem` is every way in which a request can fail, and the one table that gives each its status (RFC 9457).

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// Why a request was not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The route has no such parameter.
    UnknownParameter {
        /// As it was written.
        name: String,
        /// What the route takes.
        known: Vec<String>,
    },
    /// A parameter is missing, repeated, out of range or not of its form.
    BadParameter {
        /// Which.
        name: String,
        /// The text that was wrong; empty where it is missing.
        value: String,
        /// What is wrong with it.
        detail: String,
    },
    /// There is no such thing.
    NotFound(String),
    /// The query is longer than any question we answer.
    TooLong {
        /// Bytes that were sent.
        bytes: usize,
        /// Bytes that are read.
        limit: usize,
    },
    /// The path is not read as text.
    BadPath,
    /// What can only be read is to be changed.
    NotAllowed(String),
    /// A part is asked for that the bytes do not have.
    NoSuchPart {
        /// How many bytes there are.
        bytes: u64,
    },
    /// There is no form of it that the asker accepts.
    NotAcceptable(String),
    /// As many as can be served at once are served already.
    Busy(String),
    /// Something is wrong with the server, which has been logged.
    Internal,
}

/// Every status of a problem.
pub const STATUSES: &[u16] = &[400, 404, 405, 406, 414, 416, 500, 503];

/// What a status of a problem means.
pub const fn meaning(status: u16) -> &'static str {
    match status {
        400 => "A parameter is unknown, repeated, missing or wrong: `parameter` names it, `value` is what was wrong",
        404 => "There is no such thing",
        405 => "Only GET and HEAD are answered",
        406 => "It has no form that the asker accepts",
        414 => "The query is too long",
        416 => "There are no such bytes",
        500 => "The server failed",
        503 => "As many are served as can be: ask again",
        _ => "",
    }
}

impl Problem {
    /// Shorthand for a parameter that is wrong.
    pub fn bad(name: &str, value: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::BadParameter { name: name.into(), value: value.into(), detail: detail.into() }
    }

    /// The table: status, last part of the type URN, title.
    fn row(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::UnknownParameter { .. } => (StatusCode::BAD_REQUEST, "unknown-parameter", "Unknown parameter"),
            Self::BadParameter { .. } => (StatusCode::BAD_REQUEST, "bad-parameter", "Wrong parameter"),
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "not-found", "Not found"),
            Self::NotAcceptable(_) => (StatusCode::NOT_ACCEPTABLE, "not-acceptable", "Not acceptable"),
            Self::TooLong { .. } => (StatusCode::URI_TOO_LONG, "too-long", "Query too long"),
            Self::BadPath => (StatusCode::BAD_REQUEST, "bad-path", "Wrong path"),
            Self::NotAllowed(_) => (StatusCode::METHOD_NOT_ALLOWED, "not-allowed", "Method not allowed"),
            Self::NoSuchPart { .. } => (StatusCode::RANGE_NOT_SATISFIABLE, "no-such-part", "No such part"),
            Self::Busy(_) => (StatusCode::SERVICE_UNAVAILABLE, "busy", "Busy"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal error"),
        }
    }
}

/// When somebody who was told that we are busy may come again, seconds.
pub const RETRY_AFTER_S: u32 = 1;

impl Problem {
    /// As problem JSON.
    pub fn body(self) -> Value {
        let (status, name, title) = self.row();
        let mut body = json!({ "type": format!("urn:mapa:problem:{name}"), "title": title, "status": status.as_u16() });
        match self {
            Self::UnknownParameter { name, known } => {
                let known = if known.is_empty() { "none".into() } else { known.join(", ") };
                body["detail"] = format!("`{name}` is not a parameter of this route; it takes: {known}").into();
                body["parameter"] = name.into();
            }
            Self::BadParameter { name, value, detail } => {
                body["detail"] = detail.into();
                body["parameter"] = name.into();
                body["value"] = value.into();
            }
            Self::NotFound(what) | Self::NotAcceptable(what) | Self::Busy(what) => body["detail"] = what.into(),
            Self::TooLong { bytes, limit } => {
                body["detail"] = format!("the query has {bytes} bytes, at most {limit} are read").into();
            }
            Self::BadPath => body["detail"] = "the path is not UTF-8 in percent-encoding".into(),
            Self::NotAllowed(method) => {
                body["detail"] = format!("`{method}` is not answered here, `GET` and `HEAD` are").into();
            }
            Self::NoSuchPart { bytes } => body["detail"] = format!("there are {bytes} bytes").into(),
            Self::Internal => body["detail"] = "the server failed; the failure is in its log".into(),
        }
        body
    }

    /// What its headers tell besides.
    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self {
            Self::NoSuchPart { bytes } => _ = headers.insert(header::CONTENT_RANGE, of_all(*bytes)),
            Self::Busy(_) => _ = headers.insert(header::RETRY_AFTER, RETRY_AFTER_S.into()),
            Self::NotAllowed(_) => _ = headers.insert(header::ALLOW, HeaderValue::from_static("GET,HEAD")),
            _ => {}
        }
        headers
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let ((status, ..), headers) = (self.row(), self.headers());
        (status, headers, self.body().to_string()).into_response()
    }
}

fn of_all(bytes: u64) -> HeaderValue {
    HeaderValue::from_str(&format!("bytes */{bytes}")).expect("digits are a header value")
}
