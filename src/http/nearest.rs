//! `GET /nearest`: what is closest to a place, by true metres.

use axum::{
    extract::{RawQuery, State},
    http::HeaderMap,
    response::Response,
};

use super::{
    Answering, Params, Problem, answer,
    geojson::{FeatureCollectionJson, FeatureJson},
};
use crate::snapshot::nearest::nearest;

/// Neighbors when the asker does not say.
const DEFAULT_LIMIT: usize = 10;

/// The most neighbors in one answer.
const MAX_LIMIT: usize = 100;

/// More than half of any meridian (20 003 931.5 m on WGS84): no place is farther away.
const MAX_RADIUS_M: f64 = 20_004_000.0;

const PARAMETERS: [&str; 10] =
    ["lon", "lat", "collections", "sector", "limit", "radius", "datetime", "filter", "filter-lang", "filter-crs"];

/// The nearest features of the collections named, or of all thematic ones.
pub async fn get(
    State(city): State<Answering>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &PARAMETERS)?;
    let from = params.place()?;
    let limit = params.number("limit", 1..=MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT);
    let radius_m = params.number("radius", 0.0..=MAX_RADIUS_M)?.unwrap_or(MAX_RADIUS_M);
    let snapshot = city.snapshot();
    let selection = params.selection(&snapshot)?;

    let neighbors = nearest(&snapshot, &selection, from, radius_m, limit);

    let features = neighbors.into_iter().map(|neighbor| FeatureJson::seen(neighbor.found, neighbor.sight)).collect();
    let path = format!("/nearest?{}", query.unwrap_or_default());
    let links = vec![city.links(&asked).link("self", "application/geo+json", &path)];
    let body = FeatureCollectionJson::new(snapshot.revision().0, features, links);
    answer::json(&asked, "application/geo+json", &body)
}
