//! `GET /collections` and `GET /collections/{id}`: what there is and who answers for it (OGC API – Features Part 1).

use axum::{
    extract::{Path, RawQuery, State},
    http::HeaderMap,
    response::Response,
};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::{Answering, Links, Params, Problem, answer};
use crate::{
    model::{Choice, Field, Validity},
    snapshot::{Shelf, Snapshot},
};

/// The coordinates of every answer: longitude and latitude on WGS84.
const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";

/// The calendar of the days of every answer.
const GREGORIAN: &str = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian";

/// All collections.
pub async fn list(
    State(city): State<Answering>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    let (snapshot, links) = (city.snapshot(), city.links(&asked));
    let all: Vec<Value> = snapshot.shelves().map(|shelf| describe(shelf, &links)).collect();
    let body = json!({ "links": [links.link("self", "application/json", "/collections")], "collections": all });
    answer::json(&asked, "application/json", &body)
}

/// One collection.
pub async fn get(
    State(city): State<Answering>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    let snapshot = city.snapshot();
    answer::json(&asked, "application/json", &describe(shelf(&snapshot, &id)?, &city.links(&asked)))
}

/// The shelf of a collection named in a path.
pub fn shelf<'a>(snapshot: &'a Snapshot, id: &str) -> Result<&'a Shelf, Problem> {
    snapshot.shelf(id).ok_or_else(|| Problem::NotFound(format!("there is no collection `{id}`")))
}

fn describe(shelf: &Shelf, links: &Links) -> Value {
    let collection = shelf.collection();
    let id = &collection.id;
    let provenance = shelf.provenance();
    let mut described = json!({
        "id": id,
        "title": collection.title.uk,
        "titles": collection.title,
        "itemType": "feature",
        "crs": [CRS84],
        "storageCrs": CRS84,
        "sector": shelf.sector(),
        "serviceArea": collection.service_area,
        "geometry": collection.geometry,
        "licence": collection.licence,
        "author": collection.author,
        "post": collection.post,
        "updatePeriod": collection.update_period,
        "nextDue": collection.next_due,
        "updated": provenance.map(|from| from.imported),
        "source": provenance.map(|from| &from.source),
        "attribution": provenance.and_then(|from| from.attribution.as_ref()),
        "demonstration": shelf.is_demonstration(),
        "count": shelf.len(),
        "fields": collection.fields.iter().map(field).collect::<Vec<_>>(),
        "kinds": collection.kinds.iter().map(choice).collect::<Vec<_>>(),
        "links": [
            links.link("self", "application/json", &format!("/collections/{id}")),
            links.link("items", "application/geo+json", &format!("/collections/{id}/items")),
            links.link("http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector", "application/json", &format!("/tiles/{id}.json")),
        ],
    });
    // An empty collection has no extent.
    if let Some(bbox) = shelf.bbox() {
        described["extent"] = json!({ "spatial": { "bbox": [bbox.to_array()], "crs": CRS84 } });
    }
    if let Some(validity) = Validity::of(collection) {
        let name = |at: Option<usize>| at.map(|at| &collection.fields[at].name);
        described["validity"] = json!({ "from": name(validity.from), "through": name(validity.through) });
    }
    if let Some((from, through)) = shelf.days() {
        let instant = |day: Option<Date>, time: &str| day.map(|day| format!("{day}T{time}Z"));
        let interval = [instant(from, "00:00:00"), instant(through, "23:59:59")];
        described["extent"]["temporal"] = json!({ "interval": [interval], "trs": GREGORIAN });
    }
    described
}

fn field(field: &Field) -> Value {
    let mut described = json!({ "name": field.name, "type": field.kind, "title": field.title });
    if let Some(unit) = &field.unit {
        described["unit"] = json!(unit);
    }
    if let Some(format) = field.format {
        described["format"] = json!(format);
    }
    if !field.values.is_empty() {
        described["values"] = field.values.iter().map(choice).collect();
    }
    described
}

fn choice(choice: &Choice) -> Value {
    json!({ "id": choice.id, "title": choice.title })
}
