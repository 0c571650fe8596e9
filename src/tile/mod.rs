//! A tile is a part of a snapshot drawn as bytes: select, clip, snap, encode.

mod grid;
mod mvt;
pub mod tileset;
mod touched;

use crate::{
    model::{Feature, Value},
    snapshot::{Selection, Shelf, Snapshot},
    space::{BBox, TileCoord},
};

pub use grid::EXTENT;
pub use mvt::TileError;
pub use tileset::{Tileset, Tilesets};
pub use touched::{MOST_TILES, tiles as touched_tiles, touches};

use grid::{Grid, Shape};
use mvt::Drawing;
use tileset::Layer;

/// How far the shapes of a tile reach beyond its edge, in tile units: wide enough for the widest line of our styles.
const BUFFER_UNITS: u32 = 64;

/// Where a tile looks for what it shows: its box and its buffer.
pub fn reach(coord: TileCoord) -> BBox {
    Grid::new(coord, BUFFER_UNITS).bbox()
}

/// Draws the features of the selection that the tileset shows here, as an MVT 2.1 tile; nothing to show is no bytes.
///
/// The same snapshot gives the same bytes: layers in the order of the tileset, collections and features in that of
/// their ids.
pub fn draw(
    snapshot: &Snapshot,
    tileset: &Tileset,
    selection: &Selection,
    coord: TileCoord,
) -> Result<Vec<u8>, TileError> {
    let grid = Grid::new(coord, BUFFER_UNITS);
    let here = Selection { boxes: vec![grid.bbox()], ..selection.clone() };
    let mut drawing = Drawing::new();
    for layer in &tileset.layers {
        if coord.z() < layer.min_zoom {
            continue;
        }
        let mut open = drawing.layer(&layer.name);
        for shelf in layer.shelves(snapshot) {
            let collection = shelf.collection();
            // Seen all together, small objects wait for a closer look; whoever asks for a collection by name gets it.
            let shown = if selection.collections.is_empty() {
                coord.z() >= collection.min_zoom
            } else {
                selection.collections.iter().any(|id| id == collection.id.as_str())
            };
            if !shown {
                continue;
            }
            for feature in here.on(shelf) {
                let shape = if layer.label { grid.label(&feature.geometry) } else { grid.shape(&feature.geometry) };
                if let Some(shape) = shape {
                    put(&mut open, layer, shelf, feature, &shape)?;
                }
            }
        }
        drawing = open.close()?;
    }
    drawing.to_bytes()
}

fn put(
    to: &mut mvt::OpenLayer,
    layer: &Layer,
    shelf: &Shelf,
    feature: &Feature,
    shape: &Shape,
) -> Result<(), TileError> {
    let collection = shelf.collection();
    to.begin(shape, feature_number(collection.id.as_str(), feature.id.as_str()))?;
    if layer.describe {
        to.text("id", feature.id.as_str());
        to.text("collection", collection.id.as_str());
        if let Some(sector) = shelf.sector() {
            to.text("sector", sector);
        }
        if let Some(kind) = &feature.kind {
            to.text("kind", kind);
        }
        to.integer("rank", i64::from(collection.priority));
    }
    for field in layer.fields_of(collection) {
        match &feature.values[field] {
            Value::Unknown => {}
            value => to.value(&collection.fields[field].name, value),
        }
    }
    to.end();
    Ok(())
}

/// The number of a feature in tiles: stable over revisions and exact in JavaScript (below 2^53).
pub fn feature_number(collection: &str, id: &str) -> u64 {
    let name = format!("{collection}/{id}");
    xxhash_rust::xxh3::xxh3_64(name.as_bytes()) & ((1 << 53) - 1)
}
