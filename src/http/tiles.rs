//! `GET /tiles/{tileset}.json` and `/tiles/{tileset}/{z}/{x}/{y}.{mvt|mlt}`: TileJSON 3.0 and vector tiles.

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use serde_json::{Map, Value, json};

use super::{
    Answering, Params, Problem, Standing, answer, drawn::Drawn, encoding::Encoding, geojson::attributions, kept::Key,
};
use crate::{
    model::FieldType,
    snapshot::{Shelf, Snapshot},
    space::TileCoord,
    tile::{self, Format, Tileset, cluster, tileset},
};

/// What narrows a tileset.
pub(super) const PARAMETERS: [&str; 5] = ["collections", "datetime", "filter", "filter-lang", "filter-crs"];

/// What a client needs to draw a tileset.
pub async fn tilejson(
    State(city): State<Answering>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &PARAMETERS)?;
    let Some(name) = file.strip_suffix(".json") else {
        return Err(Problem::NotFound(format!("`/tiles/{file}` is not a TileJSON document; those end in .json")));
    };
    let snapshot = city.snapshot();
    let tileset = find(&city, &snapshot, name)?;
    let selection = params.collections(&snapshot)?;
    params.narrowed(selection, shown(&tileset, &snapshot), &[])?;
    let narrowed = params.query_of(&PARAMETERS);
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
///
/// Tiles that are ready have been answered by [`ready`] before a request comes here.
pub async fn tile(
    State(city): State<Answering>,
    Path((name, z, x, file)): Path<(String, String, String, String)>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &PARAMETERS)?;
    let ends = |format: &Format| Some((file.strip_suffix(format.extension())?.strip_suffix('.')?, *format));
    let Some((y, format)) = Format::ALL.iter().find_map(ends) else {
        return Err(Problem::NotFound(format!("`{file}` is not a tile; tiles end in .mvt or .mlt")));
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
        format,
    };
    let encoding = Encoding::accepted(&asked);
    let answered = |drawn: &Drawn| answer::tile(&asked, format.media_type(), drawn, encoding);
    if let Some(answer) = standing.kept.get(&key).and_then(|drawn| answered(&drawn)) {
        return Ok(answer);
    }
    let tileset = find(&city, &standing.snapshot, &key.tileset)?;
    let selection = params.narrowed(selection, shown(&tileset, &standing.snapshot), &[tile::reach(coord)])?;
    let snapshot = Arc::clone(&standing.snapshot);
    let draw = move || tile::draw(&snapshot, &tileset, &selection, coord, format);
    let drawn = standing.kept.draw(&key, encoding, &city.drawings, draw).await?;
    answered(&drawn).ok_or(Problem::Internal)
}

/// The answer to a request for a tile, where it is kept and made in the encoding asked for.
///
/// The shortest way through the server: it reads the path without copying it, and takes no lock for a tile drawn ahead.
pub(super) fn ready(standing: &Standing, uri: &Uri, asked: &HeaderMap) -> Option<Response> {
    if uri.query().is_some() {
        return None;
    }
    let (name, coord, format) = named(uri.path())?;
    let drawn = standing.kept.whole(name, coord, format)?;
    answer::tile(asked, format.media_type(), &drawn, Encoding::accepted(asked))
}

/// Tileset, place and format of `/tiles/{tileset}/{z}/{x}/{y}.mvt`, where it is written in the plainest way.
fn named(path: &str) -> Option<(&str, TileCoord, Format)> {
    let (path, end) = path.strip_prefix("/tiles/")?.rsplit_once('.')?;
    let format = Format::ALL.into_iter().find(|format| format.extension() == end)?;
    let (name, coord) = path.split_once('/')?;
    let mut numbers = coord.split('/').map(|number| {
        let plain = number.bytes().all(|digit| digit.is_ascii_digit());
        if plain { number.parse::<u32>().ok() } else { None }
    });
    let (z, x, y) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let coord = TileCoord::new(u8::try_from(z).ok()?, x, y).ok()?;
    numbers.next().is_none().then_some((name, coord, format))
}

/// The shelves that a tileset shows something of, some of them perhaps twice.
pub(super) fn shown<'a>(tileset: &'a Tileset, snapshot: &'a Snapshot) -> impl Iterator<Item = &'a Shelf> {
    tileset.layers.iter().flat_map(|layer| layer.shelves(snapshot))
}

/// The tileset of this name, or of these names between commas.
pub(super) fn find(city: &Answering, snapshot: &Snapshot, name: &str) -> Result<Tileset, Problem> {
    city.shown.tilesets.find(name, snapshot).map_err(|none| Problem::NotFound(none.to_string()))
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
            for name in ["id", "collection", "sector", "kind", "icon"] {
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
        if let Some(rule) = &layer.cluster {
            let shelves: Vec<_> = layer.shelves(snapshot).collect();
            for (name, kind) in cluster::properties(rule, &shelves) {
                fields.insert(name, type_name(kind).into());
            }
        }
        layers.push(json!({
            "id": layer.name, "fields": fields,
            "minzoom": layer.min_zoom.min(tileset::MAX_ZOOM), "maxzoom": layer.max_zoom.min(tileset::MAX_ZOOM),
        }));
    }
    if !tileset.plain {
        let fields = json!({ "layer": "String", "dropped": "Number", "tiny": "Number" });
        layers.push(json!({ "id": tileset::DROPPED, "fields": fields, "minzoom": 0, "maxzoom": tileset::MAX_ZOOM }));
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
