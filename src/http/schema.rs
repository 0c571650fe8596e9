//! `GET /collections/{id}/queryables` and `…/schema`: the properties of features as JSON Schema (OGC API – Features Part 5).

use axum::{
    extract::{Path, RawQuery, State},
    http::HeaderMap,
    response::Response,
};
use serde_json::{Map, Value, json};

use super::{Answering, Language, Params, Problem, collections::shelf, document::Document, route::Route, routes};
use crate::{
    model::{Choice, Collection, Field, FieldType, GeometryKind, TextFormat},
    snapshot::Shelf,
};

const SCHEMA_JSON: &str = "application/schema+json";

/// What can be filtered and sorted by.
pub async fn queryables(
    state: State<Answering>,
    path: Path<String>,
    query: RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    answer(&state, &path, &query, &asked, &routes::QUERYABLES, "queryables")
}

/// What features have.
pub async fn schema(
    state: State<Answering>,
    path: Path<String>,
    query: RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    answer(&state, &path, &query, &asked, &routes::SCHEMA, "schema")
}

fn answer(
    State(city): &State<Answering>,
    Path(id): &Path<String>,
    RawQuery(query): &RawQuery,
    asked: &HeaderMap,
    route: &'static Route,
    name: &str,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), route)?;
    let language = Language::asked(&params, asked);
    let snapshot = city.snapshot();
    let shelf = shelf(&snapshot, id)?;
    let address = city.links(asked).to(&format!("/collections/{id}/{name}"));
    let body = described(shelf, &address, language, name == "schema");
    Document::new(asked, SCHEMA_JSON).in_language(language).json(&body)
}

fn described(shelf: &Shelf, address: &str, language: Language, is_schema: bool) -> Value {
    let collection = shelf.collection();
    let mut properties = Map::new();
    properties.insert("geometry".into(), geometry(collection.geometry));
    properties.insert(
        "id".into(),
        json!({ "type": "string", "title": language.either("Ідентифікатор", "Identifier"), "x-ogc-role": "id" }),
    );
    if !collection.kinds.is_empty() {
        let mut kind = json!({ "type": "string", "title": language.either("Вид об’єкта", "Kind of object"), "x-ogc-role": "type" });
        choices(&mut kind, &collection.kinds, language);
        properties.insert("kind".into(), kind);
    }
    // Every feature says where in the filter tree it stands.
    properties.insert("collection".into(), json!({ "type": "string", "const": collection.id, "readOnly": true }));
    if let Some(sector) = shelf.sector() {
        properties.insert("sector".into(), json!({ "type": "string", "const": sector, "readOnly": true }));
    }
    for known in &collection.fields {
        let mut property = field(known, language);
        // A filter compares the names of photos; an answer has more of them.
        if known.format == Some(TextFormat::Photos) && is_schema {
            property["type"] = "array".into();
            property["items"] = photo();
        }
        properties.insert(known.name.clone(), property);
    }
    for (at, (_, property)) in properties.iter_mut().enumerate() {
        property["x-ogc-propertySeq"] = (at + 1).into();
    }
    let mut body = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "type": "object",
        "title": language.of(&collection.title),
        "properties": properties,
    });
    if is_schema {
        body["required"] = json!(["id", "geometry"]);
    } else {
        body["additionalProperties"] = false.into();
    }
    body
}

fn geometry(kind: GeometryKind) -> Value {
    let format = match kind {
        GeometryKind::Point => "geometry-point-or-multipoint",
        GeometryKind::Line => "geometry-linestring-or-multilinestring",
        GeometryKind::Area => "geometry-polygon-or-multipolygon",
    };
    json!({ "format": format, "x-ogc-role": "primary-geometry" })
}

fn field(field: &Field, language: Language) -> Value {
    let mut property = json!({ "type": type_name(field.kind), "title": language.of(&field.title) });
    if let Some(format) = format(field) {
        property["format"] = format.into();
    }
    if let Some(unit) = &field.unit {
        property["x-ogc-unit"] = unit.as_str().into();
        // Money has no code in UCUM.
        if unit != "UAH" {
            property["x-ogc-unitLang"] = "UCUM".into();
        }
    }
    choices(&mut property, &field.values, language);
    if let Some(chart) = field.chart {
        property["x-mapa-chart"] = json!(chart);
    }
    if field.adds_up {
        property["x-mapa-addsUp"] = true.into();
    }
    property
}

/// A photo as features have it.
fn photo() -> Value {
    let size = || {
        Map::from_iter([
            ("href".into(), json!({ "type": "string", "format": "uri-reference" })),
            ("width".into(), json!({ "type": "integer", "minimum": 1 })),
            ("height".into(), json!({ "type": "integer", "minimum": 1 })),
        ])
    };
    let required = json!(["href", "width", "height"]);
    let smaller = json!({ "type": "object", "properties": size(), "required": required });
    let mut properties = size();
    properties.insert("thumbnails".into(), json!({ "type": "array", "items": smaller }));
    json!({ "type": "object", "properties": properties, "required": required })
}

fn type_name(kind: FieldType) -> &'static str {
    match kind {
        FieldType::Text | FieldType::Date => "string",
        FieldType::Integer => "integer",
        FieldType::Number => "number",
        FieldType::Boolean => "boolean",
    }
}

fn format(field: &Field) -> Option<&'static str> {
    match (field.kind, field.format) {
        (FieldType::Date, _) => Some("date"),
        (_, Some(TextFormat::Email)) => Some("email"),
        (_, Some(TextFormat::Uri)) => Some("uri"),
        (_, Some(TextFormat::Phone)) => Some("phone"),
        (_, Some(TextFormat::OpeningHours)) => Some("opening-hours"),
        (_, Some(TextFormat::Photos)) => Some("photos"),
        (_, None) => None,
    }
}

/// A closed list: its words, and the titles that people read.
fn choices(property: &mut Value, of: &[Choice], language: Language) {
    if of.is_empty() {
        return;
    }
    property["enum"] = of.iter().map(|choice| choice.id.as_str()).collect();
    let titles: Map<String, Value> =
        of.iter().map(|choice| (choice.id.clone(), language.of(&choice.title).into())).collect();
    property["x-ogc-codelistTitles"] = titles.into();
}

/// The properties that a request may name in `properties`.
pub fn has_property(collection: &Collection, name: &str) -> bool {
    matches!(name, "id" | "geometry" | "collection" | "sector" | "kind") || collection.field_index(name).is_some()
}
