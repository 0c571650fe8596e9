//! `GET /collections/{id}/items` and `…/items/{featureId}`: the features themselves (OGC API – Features Part 1).

use axum::{
    extract::{Path, RawQuery, State},
    http::HeaderMap,
    response::Response,
};

use super::{
    Answering, Params, Problem, answer,
    collections::shelf,
    geojson::{FeatureCollectionJson, FeatureJson},
    links::{escaped, feature_path},
};
use crate::snapshot::{Found, Selection};

/// Features on a page when the asker does not say (the default of OGC 17-069r4, clause 7.15.2).
const DEFAULT_LIMIT: usize = 10;

/// The most features on a page.
pub const MAX_LIMIT: usize = 10_000;

/// What narrows a list, and goes on to its next page.
const NARROWING: [&str; 5] = ["bbox", "datetime", "filter", "filter-lang", "filter-crs"];

const PARAMETERS: [&str; 7] = ["bbox", "datetime", "filter", "filter-lang", "filter-crs", "limit", "cursor"];

const GEOJSON: &str = "application/geo+json";

/// A page of features in the order of their ids; `next` begins after the last id, so pages neither repeat nor skip.
pub async fn list(
    State(city): State<Answering>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &PARAMETERS)?;
    let limit = params.number("limit", 1..=MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT);
    let snapshot = city.snapshot();
    let shelf = shelf(&snapshot, &id)?;
    let boxes = params.bbox()?;
    let selection = Selection { collections: vec![id.clone()], boxes: boxes.clone(), ..Selection::default() };
    let selection = params.narrowed(selection, [shelf], &boxes)?;

    let page = selection.page(shelf, params.text("cursor"), limit);

    let links = city.links(&asked);
    let path = format!("/collections/{id}/items");
    let this = query.map_or_else(|| path.clone(), |query| format!("{path}?{query}"));
    let mut to = vec![
        links.link("self", GEOJSON, &this),
        links.link("collection", "application/json", &format!("/collections/{id}")),
    ];
    if let Some(last) = page.features.last()
        && page.more
    {
        let narrowed = params.query_of(&NARROWING);
        let and = if narrowed.is_empty() { "" } else { "&" };
        let next = format!("{path}?{narrowed}{and}limit={limit}&cursor={}", escaped(last.id.as_str()));
        to.push(links.link("next", GEOJSON, &next));
    }
    let features = page.features.iter().map(|feature| FeatureJson::one_of_many(Found { shelf, feature })).collect();
    let mut body = FeatureCollectionJson::new(snapshot.revision().0, features, to);
    body.number_matched = Some(page.matched);
    answer::json(&asked, GEOJSON, &body)
}

/// One feature; by a further id of it, the way to it.
pub async fn get(
    State(city): State<Answering>,
    Path((id, feature)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    let snapshot = city.snapshot();
    let shelf = shelf(&snapshot, &id)?;
    let Some(feature) = shelf.feature(&feature) else {
        let Some(known) = shelf.by_alias(&feature) else {
            return Err(Problem::NotFound(format!("there is no feature `{feature}` in `{id}`")));
        };
        return Ok(answer::elsewhere(&feature_path(&id, known.id.as_str())));
    };
    let links = city.links(&asked);
    let to = vec![
        links.link("self", GEOJSON, &feature_path(&id, feature.id.as_str())),
        links.link("collection", "application/json", &format!("/collections/{id}")),
    ];
    answer::json(&asked, GEOJSON, &FeatureJson::alone(Found { shelf, feature }, to))
}
