//! `GET /tiles/{tileset}.json`: what a client needs to draw a tileset (TileJSON 3.0).

use axum::{
    extract::{Path, RawQuery, State},
    http::HeaderMap,
    response::Response,
};
use serde_json::{Value, json};

use super::{Answering, Links, Params, Problem, answer, base_tiles, routes, tile_format, tiles};
use crate::{
    space::{BBox, LonLat, world::MAX_LATITUDE_DEG},
    tile::{Format, Legend},
};

/// The TileJSON of a tileset; `f` says which format its template names, and what narrows the tiles stands in it too.
pub async fn get(
    State(city): State<Answering>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let Some(name) = file.strip_suffix(".json") else {
        return Err(Problem::NotFound(format!("`/tiles/{file}` is not a TileJSON document; those end in .json")));
    };
    let links = city.links(&asked);
    if name == base_tiles::NAME
        && let Some(base) = &city.shown.base_tiles
    {
        Params::read(query.as_deref(), &routes::BASE_TILE)?;
        return answer::json(&asked, "application/json", &base_tiles::tilejson(base, &links));
    }
    let params = Params::read(query.as_deref(), &routes::TILEJSON)?;
    let snapshot = city.snapshot();
    let tileset = tiles::find(&city, &snapshot, name)?;
    // What is wrong with a filter is told here, where a person may read it.
    let selection = params.collections(&snapshot)?;
    let selection = params.narrowed(selection, tiles::shown(&tileset, &snapshot), &[])?;
    let format = tile_format::said(&params).unwrap_or(tile_format::DEFAULT);
    let narrowed = params.again("f", None);
    let query = if narrowed.is_empty() { String::new() } else { format!("?{narrowed}") };
    let template = format!("/tiles/{name}/{{z}}/{{x}}/{{y}}.{}{query}", format.extension());
    let mut document = document(&links, &template, &Legend::of(&tileset, &snapshot, &selection));
    // MapLibre takes for MVT what says nothing.
    if format == Format::Mlt {
        document["encoding"] = format.extension().into();
    }
    document["version"] = format!("{}.0.0", snapshot.revision()).into();
    answer::json(&asked, "application/json", &document)
}

fn document(links: &Links, template: &str, legend: &Legend) -> Value {
    let mut document = json!({
        "tilejson": "3.0.0",
        "name": legend.title.uk,
        "description": legend.description,
        "scheme": "xyz",
        "tiles": [links.to(template)],
        "minzoom": 0,
        "maxzoom": legend.max_zoom,
        "bounds": bounds(legend.bounds),
        "attribution": legend.attribution,
        "vector_layers": legend.vector_layers,
    });
    if let Some((at, zoom)) = legend.center {
        document["center"] = center(at, zoom);
    }
    document
}

/// West, south, east, north in degrees; the whole Mercator square where nothing is known (TileJSON 3.0 §3.4).
pub fn bounds(known: Option<BBox>) -> [f64; 4] {
    known.map_or([-180.0, -MAX_LATITUDE_DEG, 180.0, MAX_LATITUDE_DEG], BBox::to_array)
}

/// Longitude, latitude, zoom (TileJSON 3.0 §3.5).
pub fn center(at: LonLat, zoom: u8) -> Value {
    json!([at.lon(), at.lat(), zoom])
}
