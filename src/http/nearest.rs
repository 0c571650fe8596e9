//! `GET /nearest`: what is closest to a place, by true metres.

use axum::{
    extract::{RawQuery, State},
    http::HeaderMap,
    response::Response,
};

use super::{
    Answering, Params, Problem,
    crs::Asked,
    document::Document,
    geojson::{FeatureCollectionJson, FeatureJson, View},
    routes,
};
use crate::snapshot::nearest::nearest;

const GEOJSON: &str = "application/geo+json";

/// The nearest features of the collections named, or of all thematic ones.
pub async fn get(
    State(city): State<Answering>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &routes::NEAREST)?;
    let from = params.place()?;
    let radius_m = params.number("radius").unwrap_or(routes::MAX_RADIUS_M);
    let snapshot = city.snapshot();
    let selection = params.selection(&snapshot)?;

    let neighbors = nearest(&snapshot, &selection, from, radius_m, params.whole("limit"));

    let crs = Asked::at(None);
    let view = View { crs: &crs, only: None };
    let features =
        neighbors.into_iter().map(|neighbor| FeatureJson::seen(neighbor.found, view, neighbor.sight)).collect();
    let path = format!("/nearest?{}", query.unwrap_or_default());
    let links = vec![city.links(&asked).link("self", GEOJSON, &path)];
    let body = FeatureCollectionJson::new(snapshot.revision().0, features, links);
    Document::new(&asked, GEOJSON, snapshot.revision()).json(&body)
}
