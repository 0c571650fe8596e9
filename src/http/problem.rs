//! A `Problem` is every way in which a request can fail, and the one table that gives each its status (RFC 9457).

use axum::{
    http::{StatusCode, header},
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
    /// As many as can be served at once are served already.
    Busy(String),
    /// Something is wrong with the server, which has been logged.
    Internal,
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
            Self::TooLong { .. } => (StatusCode::URI_TOO_LONG, "too-long", "Query too long"),
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
            Self::NotFound(what) | Self::Busy(what) => body["detail"] = what.into(),
            Self::TooLong { bytes, limit } => {
                body["detail"] = format!("the query has {bytes} bytes, at most {limit} are read").into();
            }
            Self::Internal => body["detail"] = "the server failed; the failure is in its log".into(),
        }
        body
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, ..) = self.row();
        let is_busy = matches!(self, Self::Busy(_));
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        let mut response = (status, kind, self.body().to_string()).into_response();
        if is_busy {
            response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER_S.into());
        }
        response
    }
}
