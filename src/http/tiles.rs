//! `GET /tiles/{tileset}/{z}/{x}/{y}[.mvt|.mlt]`: vector tiles, by XYZ and by the rows and columns of OGC API – Tiles.

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderMap, HeaderValue, Uri, header},
    response::Response,
};

use super::{
    Answering, City, Params, Problem, Standing, answer, base_tiles,
    collections::shelf,
    drawn::Drawn,
    encoding::Encoding,
    kept::Key,
    routes::{self, SOON_READ_BYTES},
    tile_format,
};
use crate::{
    model::GeometryKind,
    snapshot::{Selection, Shelf, Snapshot},
    space::{Cell, TileCoord},
    tile::{self, Format, Tileset, Tilesets},
};

/// Points of so many collections are soon drawn, …
const SOON_SHELVES: usize = 8;

/// … if there are no more of them: that takes about as long as to hand a request to another thread and back.
const SOON_POINTS: usize = 100;

/// One tile by XYZ; where there is nothing to draw, 204 without a body. Without an ending `Accept` chooses the format.
///
/// Every zoom to 22 is drawn from the features themselves, so a tile beyond the `maxzoom` of TileJSON is exact too.
/// Tiles that are ready have been answered by [`ready`] before a request comes here.
pub async fn xyz(
    State(city): State<Answering>,
    Path((name, z, x, file)): Path<(String, String, String, String)>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let (y, ending) = file.rsplit_once('.').map_or((file.as_str(), None), |(y, ending)| (y, Some(ending)));
    let coord = coord([("z", &z), ("x", &x), ("y", y)])?;
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
    let coord = coord(matrix(&z, &x, &y))?;
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
    let coord = coord(matrix(&z, &x, &y))?;
    answer(&city, Tilesets::of_collection(&id), coord, tile_format::said(&params), &params, &asked).await
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
    let (key, selection) = question(&standing.snapshot, name, coord, format, params)?;
    let encoding = Encoding::accepted(asked);
    let answered = |drawn: &Drawn| {
        let mut response = answer::tile(asked, format.media_type(), drawn, encoding)?;
        if is_negotiated {
            response.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
        }
        Some(response)
    };
    if let Some(answer) = standing.kept.get(&key).and_then(|drawn| answered(&drawn)) {
        return Ok(answer);
    }
    let tileset = find(city, &standing.snapshot, &key.tileset)?;
    let selection = params.narrowed(selection, shown(&tileset, &standing.snapshot), &[tile::reach(coord)])?;
    let snapshot = Arc::clone(&standing.snapshot);
    let draw = move || tile::draw(&snapshot, &tileset, &selection, coord, format);
    let drawn = standing.kept.draw(&key, encoding, &city.drawings, draw).await?;
    answered(&drawn).ok_or(Problem::Internal)
}

/// Which tile is meant, and of which features.
fn question(
    snapshot: &Snapshot,
    name: String,
    coord: TileCoord,
    format: Format,
    params: &Params,
) -> Result<(Key, Selection), Problem> {
    let mut selection = params.collections(snapshot)?;
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
    Ok((key, selection))
}

/// The same for a tile that is drawn sooner than it is handed to another thread: one of few points.
pub(super) fn at_once(
    city: &City,
    standing: &Standing,
    uri: &Uri,
    asked: &HeaderMap,
) -> Option<Result<Response, Problem>> {
    let query = uri.query().unwrap_or_default();
    let (name, coord, format) = named(uri.path()).filter(|_| query.len() <= SOON_READ_BYTES)?;
    if name == base_tiles::NAME && city.shown.base_tiles.is_some() {
        return None;
    }
    let snapshot = &*standing.snapshot;
    // What is wrong, the route says.
    let tileset = find(city, snapshot, name).ok()?;
    if !is_soon_drawn(&tileset, snapshot, coord) {
        return None;
    }
    let answer = || {
        let params = Params::read(uri.query(), &routes::TILE)?;
        let (key, selection) = question(snapshot, name.to_owned(), coord, format, &params)?;
        let encoding = Encoding::accepted(asked);
        let drawn = match standing.kept.get(&key) {
            Some(drawn) => {
                drawn.coded(encoding);
                drawn
            }
            None => {
                let selection = params.narrowed(selection, shown(&tileset, snapshot), &[tile::reach(coord)])?;
                let draw = || tile::draw(snapshot, &tileset, &selection, coord, format);
                standing.kept.draw_at_once(key, encoding, draw)?
            }
        };
        answer::tile(asked, format.media_type(), &drawn, encoding).ok_or(Problem::Internal)
    };
    Some(answer())
}

/// Whether a tile shows only points, and few, of few collections.
fn is_soon_drawn(tileset: &Tileset, snapshot: &Snapshot, coord: TileCoord) -> bool {
    let (mut shelves, mut points) = (0, 0);
    shown(tileset, snapshot).all(|shelf| {
        shelves += 1;
        points += shelf.most_points_in(Cell::of_tile(coord));
        shelf.collection().geometry == GeometryKind::Point && shelves <= SOON_SHELVES && points <= SOON_POINTS
    })
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
pub fn shown<'a>(tileset: &'a Tileset, snapshot: &'a Snapshot) -> impl Iterator<Item = &'a Shelf> {
    tileset.layers.iter().flat_map(|layer| layer.shelves(snapshot))
}

/// The tileset of this name, or of these names between commas.
pub fn find(city: &City, snapshot: &Snapshot, name: &str) -> Result<Tileset, Problem> {
    city.shown.tilesets.find(name, snapshot).map_err(|none| Problem::NotFound(none.to_string()))
}

/// A place of three parts of a path, zoom, column and row, each with the name that the route has for it.
fn coord([z, x, y]: [(&'static str, &str); 3]) -> Result<TileCoord, Problem> {
    TileCoord::new(index(z)?, index(x)?, index(y)?).map_err(|outside| Problem::NotFound(outside.to_string()))
}

/// The same three as OGC API – Tiles names them.
const fn matrix<'a>(z: &'a str, x: &'a str, y: &'a str) -> [(&'static str, &'a str); 3] {
    [("tileMatrix", z), ("tileCol", x), ("tileRow", y)]
}

fn index<T: std::str::FromStr>((name, text): (&'static str, &str)) -> Result<T, Problem> {
    text.parse().map_err(|_| Problem::bad(name, text, format!("`{name}` is not a whole number of a tile")))
}
