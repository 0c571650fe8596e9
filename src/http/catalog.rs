//! `GET /catalog`: the filter tree with counts.

use axum::{
    extract::{RawQuery, State},
    http::HeaderMap,
    response::Response,
};
use serde_json::{Value, json};

use super::{Answering, Params, Problem, document::Document, routes};
use crate::snapshot::census::{CountedArea, CountedCollection, CountedKind, CountedSector, census};

/// Sectors → service areas → collections → kinds, each with the number of features below it.
pub async fn get(
    State(city): State<Answering>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &routes::CATALOG)?;
    let snapshot = city.snapshot();
    let links = city.links(&asked);
    let tree = json!({
        "revision": snapshot.revision(),
        "demonstration": snapshot.is_demonstration(),
        "bbox": snapshot.bbox().map(crate::space::BBox::to_array),
        "sectors": census(&snapshot).iter().map(sector).collect::<Vec<_>>(),
        "links": [links.link("self", "application/json", "/catalog"),
                  links.link("data", "application/json", "/collections")],
    });
    Document::new(&asked, "application/json").json(&tree)
}

fn sector(sector: &CountedSector<'_>) -> Value {
    json!({
        "id": sector.step.id, "title": sector.step.title, "color": sector.step.color, "icon": sector.step.icon,
        "count": sector.count, "service_areas": sector.below.iter().map(area).collect::<Vec<_>>(),
    })
}

fn area(area: &CountedArea<'_>) -> Value {
    json!({
        "id": area.step.id, "title": area.step.title, "count": area.count,
        "collections": area.below.iter().map(collection).collect::<Vec<_>>(),
    })
}

fn collection(counted: &CountedCollection<'_>) -> Value {
    let collection = counted.step.collection();
    json!({
        "id": collection.id, "title": collection.title, "geometry": collection.geometry, "icon": collection.icon,
        "count": counted.count, "kinds": counted.below.iter().map(kind).collect::<Vec<_>>(),
    })
}

fn kind(kind: &CountedKind<'_>) -> Value {
    json!({ "id": kind.step.id, "title": kind.step.title, "count": kind.count })
}
