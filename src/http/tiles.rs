//! `GET /tiles/{tileset}.json` and `/tiles/{tileset}/{z}/{x}/{y}.mvt`: TileJSON 3.0 and vector tiles.

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use super::{Answering, Params, Problem, answer, geojson::attributions, kept::Key, routes};
use crate::{
    model::FieldType,
    snapshot::{Shelf, Snapshot},
    space::TileCoord,
    tile::{self, Tileset, tileset},
};

const MVT: &str = "application/vnd.mapbox-vector-tile";

/// What a client needs to draw a tileset.
pub async fn tilejson(
    State(city): State<Answering>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &routes::TILEJSON)?;
    let Some(name) = file.strip_suffix(".json") else {
        return Err(Problem::NotFound(format!("`/tiles/{file}` is not a TileJSON document; those end in .json")));
    };
    let snapshot = city.snapshot();
    let tileset = find(&city, &snapshot, name)?;
    let selection = params.collections(&snapshot)?;
    params.narrowed(selection, shown(&tileset, &snapshot), &[])?;
    let narrowed = params.again("", None);
    let query = if narrowed.is_empty() { String::new() } else { format!("?{narrowed}") };
    let tiles = city.links(&asked).to(&format!("/tiles/{name}/{{z}}/{{x}}/{{y}}.mvt{query}"));
    let shelves = || shown(&tileset, &snapshot);
    let bbox = shelves().filter_map(Shelf::bbox).reduce(crate::space::BBox::union);
    let mut credits = attributions(shelves());
    if shelves().any(Shelf::is_demonstration) && credits.is_empty() {
        credits.push("Демонстраційні дані / Demonstration data".into());
    }
    let document = json!({
        "tilejson": "3.0.0",
        "name": tileset.title.uk,
        "version": format!("{}.0.0", snapshot.revision()),
        "scheme": "xyz",
        "tiles": [tiles],
        "minzoom": 0,
        "maxzoom": tileset::MAX_ZOOM,
        "bounds": bbox.map_or([-180.0, -tile_edge(), 180.0, tile_edge()], crate::space::BBox::to_array),
        "attribution": credits.iter().map(|credit| html_text(credit)).collect::<Vec<_>>().join(" · "),
        "vector_layers": vector_layers(&tileset, &snapshot),
    });
    answer::json(&asked, "application/json", &document)
}

/// One tile; where there is nothing to draw, 204 without a body.
pub async fn tile(
    State(city): State<Answering>,
    Path((name, z, x, file)): Path<(String, String, String, String)>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &routes::TILE)?;
    let Some(y) = file.strip_suffix(".mvt") else {
        return Err(Problem::NotFound(format!("`{file}` is not a tile; tiles end in .mvt")));
    };
    let coord = TileCoord::new(index("z", &z)?, index("x", &x)?, index("y", y)?)
        .map_err(|outside| Problem::NotFound(outside.to_string()))?;
    let standing = city.standing();
    let mut selection = params.collections(&standing.snapshot)?;
    selection.collections.sort_unstable();
    selection.collections.dedup();
    let key = Key {
        tileset: name,
        collections: selection.collections.clone(),
        filter: params.filter()?.map(|filter| filter.canonical()),
        datetime: params.datetime()?,
        coord,
    };
    let drawn = match standing.kept.get(&key) {
        Some(drawn) => drawn,
        None => {
            let tileset = find(&city, &standing.snapshot, &key.tileset)?;
            let selection = params.narrowed(selection, shown(&tileset, &standing.snapshot), &[tile::reach(coord)])?;
            let drawing = standing.kept.draw(&key, Arc::clone(&standing.snapshot), tileset, selection).await;
            drawing.map_err(|error| {
                tracing::error!(%coord, tileset = key.tileset, %error, "a tile could not be drawn");
                Problem::Internal
            })?
        }
    };
    if drawn.bytes.is_empty() {
        return Ok((StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, "public, no-cache")]).into_response());
    }
    Ok(answer::tile(&asked, MVT, &drawn))
}

/// The shelves that a tileset shows something of, some of them perhaps twice.
fn shown<'a>(tileset: &'a Tileset, snapshot: &'a Snapshot) -> impl Iterator<Item = &'a Shelf> {
    tileset.layers.iter().flat_map(|layer| layer.shelves(snapshot))
}

fn find(city: &Answering, snapshot: &Snapshot, name: &str) -> Result<Tileset, Problem> {
    city.shown.tilesets.get(name, snapshot).ok_or_else(|| Problem::NotFound(format!("there is no tileset `{name}`")))
}

fn index<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| Problem::bad(name, text, format!("`{name}` is not a whole number of a tile")))
}

/// The latitude at which the Mercator square ends, as TileJSON writes it.
fn tile_edge() -> f64 {
    crate::space::world::MAX_LATITUDE_DEG
}

/// TileJSON attributions are HTML; a credit is text.
fn html_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn vector_layers(tileset: &Tileset, snapshot: &Snapshot) -> Vec<Value> {
    let mut layers = Vec::new();
    for layer in &tileset.layers {
        let mut fields = Map::new();
        if layer.describe {
            for name in ["id", "collection", "sector", "kind"] {
                fields.insert(name.into(), "String".into());
            }
            fields.insert("rank".into(), "Number".into());
        }
        for shelf in layer.shelves(snapshot) {
            for field in layer.fields_of(shelf.collection()) {
                let field = &shelf.collection().fields[field];
                fields.insert(field.name.clone(), type_name(field.kind).into());
            }
        }
        layers.push(json!({
            "id": layer.name, "fields": fields, "minzoom": layer.min_zoom.min(tileset::MAX_ZOOM), "maxzoom": tileset::MAX_ZOOM,
        }));
    }
    layers
}

/// The words of the TileJSON vector_layers convention.
fn type_name(kind: FieldType) -> &'static str {
    match kind {
        FieldType::Integer | FieldType::Number => "Number",
        FieldType::Boolean => "Boolean",
        FieldType::Text | FieldType::Date => "String",
    }
}
