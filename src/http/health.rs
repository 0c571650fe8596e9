//! `GET /health/live` and `/health/ready`: whether the process runs and whether it has something to answer from.

use axum::{
    Json,
    extract::{RawQuery, State},
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{Answering, Params, Problem, routes};
use crate::snapshot::Shelf;

/// The process answers.
pub async fn live(RawQuery(query): RawQuery) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &routes::LIVE)?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(json!({ "status": "live" }))).into_response())
}

/// A snapshot is in place.
pub async fn ready(State(city): State<Answering>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &routes::READY)?;
    let snapshot = city.snapshot();
    let features: usize = snapshot.shelves().map(Shelf::len).sum();
    let body = json!({ "status": "ready", "revision": snapshot.revision(), "features": features });
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response())
}
