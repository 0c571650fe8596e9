//! Which tiles a difference between two snapshots touches: nothing else needs to be drawn or fetched again.

use std::collections::BTreeSet;

use crate::{
    model::CollectionId,
    snapshot::{Difference, Touched},
    space::{BBox, TileCoord, WorldPoint, world::WorldBox},
};

use super::{
    grid::Grid,
    tileset::{MAX_ZOOM, MOST_BUFFER_UNITS},
};

/// More touched tiles of one tileset than this are told as all of them.
pub const MOST_TILES: usize = 2000;

/// Whether a tile that shows these collections may be another after the difference.
pub fn touches(difference: &Difference, collections: &BTreeSet<CollectionId>, coord: TileCoord) -> bool {
    difference.touches(collections, &Grid::new(coord, MOST_BUFFER_UNITS).bbox())
}

/// The tiles of all zooms up to [`MAX_ZOOM`] that may be others after the difference; `None` for all of them.
pub fn tiles(difference: &Difference, collections: &BTreeSet<CollectionId>) -> Option<BTreeSet<TileCoord>> {
    let mut tiles = BTreeSet::new();
    for (_, touched) in difference.iter().filter(|(id, _)| collections.contains(*id)) {
        let Touched::Boxes(boxes) = touched else { return None };
        for bbox in boxes {
            for z in 0..=MAX_ZOOM {
                if !cover(bbox, z, &mut tiles) {
                    return None;
                }
            }
        }
    }
    Some(tiles)
}

/// Adds the tiles of a zoom whose reach the box meets; false where that makes them too many.
fn cover(bbox: &BBox, z: u8, tiles: &mut BTreeSet<TileCoord>) -> bool {
    let world = WorldBox::of(bbox);
    let reach = f64::from(MOST_BUFFER_UNITS) / f64::from(super::EXTENT) / f64::from(1_u32 << z);
    let first = TileCoord::at(WorldPoint { x: world.min.x - reach, y: world.min.y - reach }, z);
    let last = TileCoord::at(WorldPoint { x: world.max.x + reach, y: world.max.y + reach }, z);
    let many = u64::from(last.x() - first.x() + 1) * u64::from(last.y() - first.y() + 1);
    if many > MOST_TILES as u64 {
        return false;
    }
    for y in first.y()..=last.y() {
        tiles.extend((first.x()..=last.x()).filter_map(|x| TileCoord::new(z, x, y).ok()));
    }
    tiles.len() <= MOST_TILES
}
