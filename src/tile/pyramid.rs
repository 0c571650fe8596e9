//! The pyramid of a tileset: the tiles that may show anything of it, found from the top down.

use crate::{
    snapshot::{Shelf, Snapshot},
    space::TileCoord,
};

use super::Tileset;

/// The tiles of these zooms in whose reach a feature of the tileset lies, by zoom and then row by row.
///
/// What is told is never too little; a tile may still turn out empty. A tile reaches over its quarters and what these
/// reach over, as a buffer is a part of the width: where nothing lies, nothing lies below.
pub fn pyramid(snapshot: &Snapshot, tileset: &Tileset, min_zoom: u8, max_zoom: u8) -> Vec<TileCoord> {
    let shelves: Vec<&Shelf> = tileset.layers.iter().flat_map(|layer| layer.shelves(snapshot)).collect();
    let mut found = Vec::new();
    let mut row = TileCoord::new(0, 0, 0).into_iter().collect::<Vec<_>>();
    for zoom in 0..=max_zoom {
        row.retain(|coord| {
            let here = [super::reach(*coord)];
            shelves.iter().any(|shelf| shelf.near_boxes(&here).next().is_some())
        });
        if zoom >= min_zoom {
            found.extend(row.iter().copied());
        }
        row = row.iter().flat_map(|coord| quarters(*coord)).collect();
        row.sort_unstable();
    }
    found
}

/// The four tiles of the next zoom; none below the last.
fn quarters(of: TileCoord) -> impl Iterator<Item = TileCoord> {
    let steps = [(0, 0), (1, 0), (0, 1), (1, 1)];
    steps.into_iter().filter_map(move |(x, y)| TileCoord::new(of.z() + 1, of.x() * 2 + x, of.y() * 2 + y).ok())
}
