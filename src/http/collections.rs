//! `GET /collections` and `GET /collections/{id}`: what there is and who answers for it (OGC API – Features Part 1).

use axum::{
    extract::{Path, RawQuery, State},
    http::HeaderMap,
    response::Response,
};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::{
    Answering, Language, Links, Params, Problem,
    document::Document,
    format::{Format, XLSX},
    links::Link,
    pages, routes,
    tilesets::TILESETS_VECTOR,
};
use crate::{
    model::{Choice, Field, Validity},
    snapshot::{Shelf, Snapshot},
    space::crs::{CRS84, OFFERED},
};

/// The calendar of the days of every answer.
const GREGORIAN: &str = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian";

/// All collections.
pub async fn list(
    State(city): State<Answering>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &routes::COLLECTIONS)?;
    let language = Language::asked(&params, &asked);
    let (snapshot, links) = (city.snapshot(), city.links(&asked));
    if Format::asked(&params, &routes::COLLECTIONS, &asked) == Format::Html {
        return Ok(pages::collections::list(&asked, &snapshot, language));
    }
    let to = [
        links.link("self", "application/json", "/collections?f=json"),
        links.link("alternate", "text/html", "/collections?f=html"),
        links.link("root", "application/json", "/?f=json"),
    ];
    let all: Vec<Value> = snapshot.shelves().map(|shelf| describe(shelf, &links, language)).collect();
    let body = json!({ "links": to, "crs": OFFERED, "collections": all });
    Document::new(&asked, "application/json").in_language(language).with_links(&to).json(&body)
}

/// One collection.
pub async fn get(
    State(city): State<Answering>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &routes::COLLECTION)?;
    let language = Language::asked(&params, &asked);
    let snapshot = city.snapshot();
    let shelf = shelf(&snapshot, &id)?;
    if Format::asked(&params, &routes::COLLECTION, &asked) == Format::Html {
        return Ok(pages::collections::one(&asked, shelf, language));
    }
    let body = describe(shelf, &city.links(&asked), language);
    Document::new(&asked, "application/json").in_language(language).json(&body)
}

/// The shelf of a collection named in a path.
pub fn shelf<'a>(snapshot: &'a Snapshot, id: &str) -> Result<&'a Shelf, Problem> {
    snapshot.shelf(id).ok_or_else(|| Problem::NotFound(format!("there is no collection `{id}`")))
}

fn describe(shelf: &Shelf, links: &Links, language: Language) -> Value {
    let collection = shelf.collection();
    let id = &collection.id;
    let provenance = shelf.provenance();
    let mut described = json!({
        "id": id,
        "title": language.of(&collection.title),
        "titles": collection.title,
        "itemType": "feature",
        "crs": OFFERED,
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
        "links": ways(&format!("/collections/{id}"), id.as_str(), links),
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

/// Where to go from a collection at a path.
fn ways(path: &str, id: &str, links: &Links) -> [Link; 11] {
    const JSON: &str = "application/json";
    const SCHEMA: &str = "application/schema+json";
    let items = |kind, f| links.link("items", kind, &format!("{path}/items?f={f}"));
    [
        links.link("self", JSON, &format!("{path}?f=json")),
        links.link("alternate", "text/html", &format!("{path}?f=html")),
        links.link("items", "application/geo+json", &format!("{path}/items")),
        items("text/html", "html"),
        items("text/csv", "csv"),
        items("application/flatgeobuf", "fgb"),
        items(XLSX, "xlsx"),
        links.link("http://www.opengis.net/def/rel/ogc/1.0/queryables", SCHEMA, &format!("{path}/queryables")),
        links.link("http://www.opengis.net/def/rel/ogc/1.0/schema", SCHEMA, &format!("{path}/schema")),
        links.link(TILESETS_VECTOR, JSON, &format!("/collections/{id}/tiles")),
        links.link("tilejson", JSON, &format!("/tiles/{id}.json")),
    ]
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
    if let Some(chart) = field.chart {
        described["chart"] = json!(chart);
    }
    if field.adds_up {
        described["addsUp"] = true.into();
    }
    described
}

fn choice(choice: &Choice) -> Value {
    json!({ "id": choice.id, "title": choice.title })
}
