//! `GET /tiles/{tileset}.json` and `/tiles/{tileset}/{z}/{x}/{y}.mvt`: TileJSON 3.0 and vector tiles.

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use serde_json::{Map, Value, json};

use super::{
    Answering, Params, Problem, Standing, answer, encoding::Encoding, geojson::attributions, kept::Key, links::escaped,
};
use crate::{
    model::FieldType,
    snapshot::Snapshot,
    space::TileCoord,
    tile::{self, Tileset, tileset},
};

/// Media type of MVT (Mapbox Vector Tile Specification 2.1 §5).
pub const MVT: &str = "application/vnd.mapbox-vector-tile";

/// What a client needs to draw a tileset.
pub async fn tilejson(
    State(city): State<Answering>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &["collections"])?;
    let Some(name) = file.strip_suffix(".json") else {
        return Err(Problem::NotFound(format!("`/tiles/{file}` is not a TileJSON document; those end in .json")));
    };
    let snapshot = city.snapshot();
    let tileset = find(&city, &snapshot, name)?;
    let selection = params.selection(&snapshot)?;
    let narrowed = if selection.collections.is_empty() {
        String::new()
    } else {
        format!("?collections={}", selection.collections.iter().map(|id| escaped(id)).collect::<Vec<_>>().join(","))
    };
    let tiles = city.links(&asked).to(&format!("/tiles/{name}/{{z}}/{{x}}/{{y}}.mvt{narrowed}"));
    let shelves = || tileset.layers.iter().flat_map(|layer| layer.shelves(&snapshot));
    let bbox = shelves().filter_map(crate::snapshot::Shelf::bbox).reduce(crate::space::BBox::union);
    let mut credits = attributions(shelves());
    if shelves().any(crate::snapshot::Shelf::is_demonstration) && credits.is_empty() {
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
///
/// Tiles that are ready have been answered by [`ready`] before a request comes here.
pub async fn tile(
    State(city): State<Answering>,
    Path((name, z, x, file)): Path<(String, String, String, String)>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &["collections"])?;
    let Some(y) = file.strip_suffix(".mvt") else {
        return Err(Problem::NotFound(format!("`{file}` is not a tile; tiles end in .mvt")));
    };
    let coord = TileCoord::new(index("z", &z)?, index("x", &x)?, index("y", y)?)
        .map_err(|outside| Problem::NotFound(outside.to_string()))?;
    let standing = city.standing();
    let mut selection = params.selection(&standing.snapshot)?;
    selection.collections.sort_unstable();
    selection.collections.dedup();
    let key = Key { narrowed: selection.collections.join(","), tileset: name, coord };
    let tileset = find(&city, &standing.snapshot, &key.tileset)?;
    let snapshot = Arc::clone(&standing.snapshot);
    let draw = move || tile::draw(&snapshot, &tileset, &selection, coord);
    let encoding = Encoding::accepted(&asked);
    let drawn = standing.kept.draw(&key, encoding, &city.drawings, draw).await?;
    answer::tile(&asked, MVT, &drawn, encoding).ok_or(Problem::Internal)
}

/// The answer to a request for a tile, where it is kept and made in the encoding asked for.
///
/// The shortest way through the server: it reads the path without copying it, and takes no lock for a tile drawn ahead.
pub fn ready(standing: &Standing, uri: &Uri, asked: &HeaderMap) -> Option<Response> {
    if uri.query().is_some() {
        return None;
    }
    let (name, coord) = named(uri.path())?;
    answer::tile(asked, MVT, &*standing.kept.whole(name, coord)?, Encoding::accepted(asked))
}

/// Tileset and place of `/tiles/{tileset}/{z}/{x}/{y}.mvt`, where it is written in the plainest way.
fn named(path: &str) -> Option<(&str, TileCoord)> {
    let (name, coord) = path.strip_prefix("/tiles/")?.strip_suffix(".mvt")?.split_once('/')?;
    let mut numbers = coord.split('/').map(|number| {
        let plain = number.bytes().all(|digit| digit.is_ascii_digit());
        if plain { number.parse::<u32>().ok() } else { None }
    });
    let (z, x, y) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let coord = TileCoord::new(u8::try_from(z).ok()?, x, y).ok()?;
    numbers.next().is_none().then_some((name, coord))
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
