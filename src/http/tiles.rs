//! `GET /tiles/{tileset}/{z}/{x}/{y}[.mvt|.mlt]`: vector tiles, by XYZ and by the rows and columns of OGC API – Tiles.

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{Answering, Params, Problem, answer, base_tiles, collections::shelf, kept::Key, routes, tile_format};
use crate::{
    snapshot::{Shelf, Snapshot},
    space::TileCoord,
    tile::{self, Format, Tileset},
};

/// One tile by XYZ; where there is nothing to draw, 204 without a body. Without an ending `Accept` chooses the format.
///
/// Every zoom to 22 is drawn from the features themselves, so a tile beyond the `maxzoom` of TileJSON is exact too.
pub async fn xyz(
    State(city): State<Answering>,
    Path((name, z, x, file)): Path<(String, String, String, String)>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let (y, ending) = file.rsplit_once('.').map_or((file.as_str(), None), |(y, ending)| (y, Some(ending)));
    let coord = coord(&z, &x, y)?;
    if name == base_tiles::NAME
        && let Some(base) = &city.shown.base_tiles
    {
        Params::read(query.as_deref(), &routes::BASE_TILE)?;
        return base_tiles::tile(base, coord, ending.unwrap_or_default(), &asked).await;
    }
    let params = Params::read(query.as_deref(), &routes::TILE)?;
    let format = match ending {
        None => None,
        Some(ending) => Some(tile_format::named(ending).ok_or_else(|| {
            let known = Format::ALL.map(Format::extension).join(" or .");
            Problem::NotFound(format!("`{file}` is not a tile; tiles end in .{known}"))
        })?),
    };
    answer(&city, name, coord, format, &params, &asked).await
}

/// One tile of a tileset by tile matrix, row and column.
pub async fn of_tileset(
    State(city): State<Answering>,
    Path((name, z, y, x)): Path<(String, String, String, String)>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &routes::TILESET_TILE)?;
    let coord = coord(&z, &x, &y)?;
    answer(&city, name, coord, tile_format::said(&params), &params, &asked).await
}

/// One tile of a collection by tile matrix, row and column.
pub async fn of_collection(
    State(city): State<Answering>,
    Path((id, z, y, x)): Path<(String, String, String, String)>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &routes::COLLECTION_TILE)?;
    shelf(&city.snapshot(), &id)?;
    let coord = coord(&z, &x, &y)?;
    answer(&city, id, coord, tile_format::said(&params), &params, &asked).await
}

async fn answer(
    city: &Answering,
    name: String,
    coord: TileCoord,
    format: Option<Format>,
    params: &Params,
    asked: &HeaderMap,
) -> Result<Response, Problem> {
    let is_negotiated = format.is_none();
    let format = format.map_or_else(|| tile_format::accepted(asked), Ok)?;
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
    let drawn = match standing.kept.get(&key) {
        Some(drawn) => drawn,
        None => {
            let tileset = find(city, &standing.snapshot, &key.tileset)?;
            let selection = params.narrowed(selection, shown(&tileset, &standing.snapshot), &[tile::reach(coord)])?;
            let drawing = standing.kept.draw(&key, Arc::clone(&standing.snapshot), tileset, selection).await;
            drawing.map_err(|error| {
                tracing::error!(%coord, tileset = key.tileset, %error, "a tile could not be drawn");
                Problem::Internal
            })?
        }
    };
    let mut response = if drawn.bytes.is_empty() {
        (StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, "public, no-cache")]).into_response()
    } else {
        answer::tile(asked, format.media_type(), &drawn)
    };
    if is_negotiated {
        response.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
    }
    Ok(response)
}

/// The shelves that a tileset shows something of, some of them perhaps twice.
pub fn shown<'a>(tileset: &'a Tileset, snapshot: &'a Snapshot) -> impl Iterator<Item = &'a Shelf> {
    tileset.layers.iter().flat_map(|layer| layer.shelves(snapshot))
}

/// The tileset of this name, or of these names between commas.
pub fn find(city: &Answering, snapshot: &Snapshot, name: &str) -> Result<Tileset, Problem> {
    city.shown.tilesets.find(name, snapshot).map_err(|none| Problem::NotFound(none.to_string()))
}

fn coord(z: &str, x: &str, y: &str) -> Result<TileCoord, Problem> {
    TileCoord::new(index("z", z)?, index("x", x)?, index("y", y)?)
        .map_err(|outside| Problem::NotFound(outside.to_string()))
}

fn index<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| Problem::bad(name, text, format!("`{name}` is not a whole number of a tile")))
}
