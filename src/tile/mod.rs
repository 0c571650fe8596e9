//! A tile is a part of a snapshot drawn as bytes: select, clip and snap into a picture, encode.

pub mod cluster;
mod cluster_rule;
mod grid;
mod mvt;
mod picture;
pub mod tileset;
mod touched;

use crate::{
    model::{Feature, GeometryKind},
    snapshot::{Selection, Shelf, Snapshot},
    space::{BBox, TileCoord},
};

pub use cluster_rule::ClusterRule;
pub use grid::{EXTENT, Shape, Spot};
pub use mvt::TileError;
pub use picture::{Figure, Picture, Tag};
pub use tileset::{Tileset, Tilesets};
pub use touched::{MOST_TILES, tiles as touched_tiles, touches};

use grid::Grid;
use tileset::Layer;

/// How far the shapes of a tile reach beyond its edge, in tile units: wide enough for the widest line of our styles.
const BUFFER_UNITS: u32 = 64;

/// Where a tile looks for what it shows: its box and its buffer.
pub fn reach(coord: TileCoord) -> BBox {
    Grid::new(coord, BUFFER_UNITS).bbox()
}

/// How a picture is written as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// Mapbox Vector Tile 2.1.
    Mvt,
}

/// Draws the features of the selection that the tileset shows here; nothing to show is no bytes.
///
/// The same snapshot gives the same bytes: layers in the order of the tileset, collections and features in that of
/// their ids.
pub fn draw(
    snapshot: &Snapshot,
    tileset: &Tileset,
    selection: &Selection,
    coord: TileCoord,
    format: Format,
) -> Result<Vec<u8>, TileError> {
    let picture = picture(snapshot, tileset, selection, coord);
    match format {
        Format::Mvt => mvt::encode(&picture),
    }
}

/// What the tileset shows of the selection here, before it is written in any format.
pub fn picture<'a>(
    snapshot: &'a Snapshot,
    tileset: &'a Tileset,
    selection: &Selection,
    coord: TileCoord,
) -> Picture<'a> {
    let grid = Grid::new(coord, BUFFER_UNITS);
    let here = Selection { boxes: vec![grid.bbox()], ..selection.clone() };
    let mut picture = Picture::default();
    for layer in tileset.layers.iter().filter(|layer| coord.z() >= layer.min_zoom) {
        let mut drawn = picture::Layer::new(&layer.name);
        let mut shelves: Vec<&Shelf> =
            layer.shelves(snapshot).filter(|shelf| is_shown(layer, selection, shelf, coord.z())).collect();
        if layer.cluster.as_ref().is_some_and(|rule| coord.z() <= rule.to_zoom()) {
            let (points, others) =
                shelves.into_iter().partition(|shelf| shelf.collection().geometry == GeometryKind::Point);
            shelves = others;
            let points: Vec<&Shelf> = points;
            for single in cluster::draw(&mut drawn, tileset, layer, &points, selection, (&grid, coord)) {
                put(&mut drawn, layer, single.found.shelf, single.found.feature, grid.mark(single.at));
            }
        }
        for shelf in shelves {
            for feature in here.on(shelf) {
                let shape = if layer.label { grid.label(&feature.geometry) } else { grid.shape(&feature.geometry) };
                if let Some(shape) = shape {
                    put(&mut drawn, layer, shelf, feature, shape);
                }
            }
        }
        if !drawn.figures().is_empty() {
            picture.layers.push(drawn);
        }
    }
    picture
}

/// Whether a layer shows something of a shelf at a zoom.
///
/// Seen all together, small objects wait for a closer look, unless a cluster speaks for them; whoever asks for a
/// collection by name gets it.
fn is_shown(layer: &Layer, selection: &Selection, shelf: &Shelf, z: u8) -> bool {
    let waits = selection.collections.is_empty() && layer.cluster.is_none();
    cluster::is_asked_for(selection, shelf) && (!waits || z >= shelf.collection().min_zoom)
}

fn put<'a>(to: &mut picture::Layer<'a>, layer: &'a Layer, shelf: &'a Shelf, feature: &'a Feature, shape: Shape) {
    let collection = shelf.collection();
    to.add(feature_number(collection.id.as_str(), feature.id.as_str()), shape);
    if layer.describe {
        to.tell("id", feature.id.as_str().into());
        to.tell("collection", collection.id.as_str().into());
        if let Some(sector) = shelf.sector() {
            to.tell("sector", sector.into());
        }
        if let Some(kind) = feature.kind.as_deref() {
            to.tell("kind", kind.into());
        }
        to.tell("rank", Tag::Integer(i64::from(collection.priority)));
    }
    for field in layer.fields_of(collection) {
        to.tell_value(&collection.fields[field].name, &feature.values[field]);
    }
}

/// The number of a feature in tiles: stable over revisions and exact in JavaScript (below 2^53).
pub fn feature_number(collection: &str, id: &str) -> u64 {
    let name = format!("{collection}/{id}");
    xxhash_rust::xxh3::xxh3_64(name.as_bytes()) & ((1 << 53) - 1)
}
