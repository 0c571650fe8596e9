//! `/tileMatrixSets`, `/tiles` and `…/WebMercatorQuad`: which tilesets there are and how they are cut (OGC API – Tiles 1.0).

use std::f64::consts::PI;

use axum::{
    extract::{Path, RawQuery, State},
    http::HeaderMap,
    response::Response,
};
use serde_json::{Value, json};

use super::{Answering, Links, Params, Problem, answer, collections::shelf, routes, tiles};
use crate::{
    snapshot::Selection,
    space::{BBox, TileCoord, crs::CRS84, tile_coord::MAX_ZOOM},
    tile::{Format, Legend, Tileset, Tilesets},
};

/// What of OGC API – Tiles (OGC 20-057) and of 2D Tile Matrix Set 2.0 (OGC 17-083r4) is kept to.
pub const CONFORMANCE: [&str; 9] = [
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/dataset-tilesets",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/collections-selection",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
    "http://www.opengis.net/spec/tms/2.0/conf/tilematrixset",
    "http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixset",
];

/// The one tile matrix set.
pub const WEB_MERCATOR_QUAD: &str = "WebMercatorQuad";

/// Its name in the register of OGC.
const TMS_URI: &str = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad";

/// Its coordinate system.
const WEB_MERCATOR: &str = "http://www.opengis.net/def/crs/EPSG/0/3857";

/// The relation of a tileset to how it is cut.
const TILING_SCHEME: &str = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme";

/// The relation of data to their tilesets of vector tiles.
pub const TILESETS_VECTOR: &str = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector";

/// Half of the equator in metres, the radius being that of EPSG:3857.
const HALF_WORLD_M: f64 = PI * 6_378_137.0;

/// Pixels along a side of a tile (OGC 17-083r4, Annex D.1).
const TILE_PIXELS: u32 = 256;

/// The pixel that scales are told for, metres (OGC 17-083r4, clause 7.2).
const PIXEL_M: f64 = 0.000_28;

/// Below which path tilesets stand: `/tiles/{name}` or `/collections/{id}/tiles`.
struct Place {
    path: String,
    title: String,
    legend: Legend,
}

/// The ways in which tiles can be cut.
pub async fn matrix_sets(
    State(city): State<Answering>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &routes::MATRIX_SETS)?;
    let links = city.links(&asked);
    let to = links.link("self", "application/json", &format!("/tileMatrixSets/{WEB_MERCATOR_QUAD}"));
    let set = json!({ "id": WEB_MERCATOR_QUAD, "title": WEB_MERCATOR_QUAD, "uri": TMS_URI, "crs": WEB_MERCATOR, "links": [to] });
    answer::json(&asked, "application/json", &json!({ "tileMatrixSets": [set] }))
}

/// One way in which tiles can be cut (OGC 17-083r4, clause 7.7).
pub async fn matrix_set(
    State(city): State<Answering>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &routes::MATRIX_SET)?;
    known(&id)?;
    let links = city.links(&asked);
    let matrices: Vec<Value> = (0..=MAX_ZOOM).map(matrix).collect();
    let body = json!({
        "id": WEB_MERCATOR_QUAD,
        "title": "Google Maps Compatible for the World",
        "uri": TMS_URI,
        "crs": WEB_MERCATOR,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": matrices,
        "links": [links.link("self", "application/json", &format!("/tileMatrixSets/{WEB_MERCATOR_QUAD}"))],
    });
    answer::json(&asked, "application/json", &body)
}

fn matrix(zoom: u8) -> Value {
    let across = 1_u32 << zoom;
    let cell_m = 2.0 * HALF_WORLD_M / f64::from(TILE_PIXELS) / f64::from(across);
    json!({
        "id": zoom.to_string(), "scaleDenominator": cell_m / PIXEL_M, "cellSize": cell_m,
        "cornerOfOrigin": "topLeft", "pointOfOrigin": [-HALF_WORLD_M, HALF_WORLD_M],
        "tileWidth": TILE_PIXELS, "tileHeight": TILE_PIXELS, "matrixWidth": across, "matrixHeight": across,
    })
}

/// The declared tilesets; every collection has its own besides, at the collection.
pub async fn list(
    State(city): State<Answering>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &routes::TILESETS)?;
    let (snapshot, links) = (city.snapshot(), city.links(&asked));
    let tilesets: Vec<Value> = city
        .shown
        .tilesets
        .names()
        .filter_map(|name| Some((name, city.shown.tilesets.get(name, &snapshot)?)))
        .map(|(name, tileset)| entry(&format!("/tiles/{name}"), &tileset, &links))
        .collect();
    let to = [links.link("self", "application/json", "/tiles")];
    answer::json(&asked, "application/json", &json!({ "tilesets": tilesets, "links": to }))
}

/// The tilesets of a collection: it has one.
pub async fn of_collection(
    State(city): State<Answering>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &routes::COLLECTION_TILESETS)?;
    let (snapshot, links) = (city.snapshot(), city.links(&asked));
    shelf(&snapshot, &id)?;
    let path = format!("/collections/{id}/tiles");
    let tilesets = [entry(&path, &tiles::find(&city, &snapshot, &Tilesets::of_collection(&id))?, &links)];
    let to = [links.link("self", "application/json", &path)];
    answer::json(&asked, "application/json", &json!({ "tilesets": tilesets, "links": to }))
}

fn entry(path: &str, tileset: &Tileset, links: &Links) -> Value {
    let to = [
        links.link("self", "application/json", &format!("{path}/{WEB_MERCATOR_QUAD}")),
        links.link(TILING_SCHEME, "application/json", &format!("/tileMatrixSets/{WEB_MERCATOR_QUAD}")),
    ];
    json!({
        "title": tileset.title.uk, "dataType": "vector", "crs": WEB_MERCATOR, "tileMatrixSetURI": TMS_URI, "links": to,
    })
}

/// The metadata of a tileset.
pub async fn tileset(
    State(city): State<Answering>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &routes::TILESET)?;
    let snapshot = city.snapshot();
    let tileset = tiles::find(&city, &snapshot, &name)?;
    let place = Place {
        path: format!("/tiles/{name}"),
        title: tileset.title.uk.clone(),
        legend: Legend::of(&tileset, &snapshot, &Selection::default()),
    };
    answer::json(&asked, "application/json", &place.described(&format!("/tiles/{name}.json"), &city.links(&asked)))
}

/// The metadata of the tileset of a collection.
pub async fn collection_tileset(
    State(city): State<Answering>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &routes::COLLECTION_TILESET)?;
    let snapshot = city.snapshot();
    shelf(&snapshot, &id)?;
    let tileset = tiles::find(&city, &snapshot, &Tilesets::of_collection(&id))?;
    let path = format!("/collections/{id}/tiles");
    let place =
        Place { path, title: tileset.title.uk.clone(), legend: Legend::of(&tileset, &snapshot, &Selection::default()) };
    answer::json(&asked, "application/json", &place.described(&format!("/tiles/{id}.json"), &city.links(&asked)))
}

fn known(id: &str) -> Result<(), Problem> {
    if id == WEB_MERCATOR_QUAD {
        return Ok(());
    }
    Err(Problem::NotFound(format!("there is no tile matrix set `{id}`, only {WEB_MERCATOR_QUAD}")))
}

impl Place {
    /// TileSet metadata (OGC 17-083r4, clause 8).
    fn described(&self, tilejson: &str, links: &Links) -> Value {
        let Self { path, title, legend } = self;
        let this = format!("{path}/{WEB_MERCATOR_QUAD}");
        let mut to = vec![
            links.link("self", "application/json", &this),
            links.link(TILING_SCHEME, "application/json", &format!("/tileMatrixSets/{WEB_MERCATOR_QUAD}")),
            links.link("describedby", "application/json", tilejson),
        ];
        for format in Format::ALL {
            let template = format!("{this}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}?f={}", format.extension());
            let mut item = links.link("item", format.media_type(), &template);
            item.templated = true;
            to.push(item);
        }
        let mut described = json!({
            "title": title, "description": legend.description, "dataType": "vector",
            "crs": WEB_MERCATOR, "tileMatrixSetURI": TMS_URI, "links": to,
            "layers": legend.vector_layers.iter().map(layer).collect::<Vec<_>>(),
        });
        if !legend.credits.is_empty() {
            described["attribution"] = legend.credits.join(" · ").into();
        }
        if let Some(bbox) = legend.bounds {
            described["boundingBox"] = json!({
                "lowerLeft": [bbox.west, bbox.south], "upperRight": [bbox.east, bbox.north], "crs": CRS84,
            });
            described["tileMatrixSetLimits"] = (0..=MAX_ZOOM).map(|zoom| limits(&bbox, zoom)).collect();
        }
        if let Some((at, zoom)) = legend.center {
            described["centerPoint"] =
                json!({ "coordinates": [at.lon(), at.lat()], "crs": CRS84, "tileMatrix": zoom.to_string() });
        }
        described
    }
}

fn layer(layer: &crate::tile::VectorLayer) -> Value {
    let kind = |word: &str| json!({ "type": word.to_lowercase() });
    let properties: serde_json::Map<String, Value> =
        layer.fields.iter().map(|(name, word)| (name.clone(), kind(word))).collect();
    json!({
        "id": layer.id, "title": layer.id, "description": layer.description, "dataType": "vector",
        "minTileMatrix": layer.minzoom.to_string(), "maxTileMatrix": MAX_ZOOM.to_string(),
        "propertiesSchema": { "type": "object", "properties": properties },
    })
}

/// The rows and columns of a zoom that the features lie in.
fn limits(bbox: &BBox, zoom: u8) -> Value {
    let world = crate::space::world::WorldBox::of(bbox);
    let (first, last) = (TileCoord::at(world.min, zoom), TileCoord::at(world.max, zoom));
    json!({
        "tileMatrix": zoom.to_string(), "minTileRow": first.y(), "maxTileRow": last.y(), "minTileCol": first.x(), "maxTileCol": last.x(),
    })
}
