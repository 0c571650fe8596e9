//! A `Cell` is one square of the world's quadtree, named by its place along the Z-order curve (Morton 1966).
//!
//! ```text
//!   ┌───┬───┐   Level 0 is the world; each cell holds four of the next level, down to level 32, where a cell
//!   │ 0 │ 1 │   is 9 mm wide at the equator. The curve visits the four in this order, and each whole before
//!   ├───┼───┤   the next: whatever lies in a cell stands side by side along it.
//!   │ 2 │ 3 │
//!   └───┴───┘   The cells of level z are the tiles of zoom z.
//! ```

use std::ops::RangeInclusive;

use super::{TileCoord, WorldPoint, tile_coord::MAX_ZOOM};

/// The level of the smallest cells: their places along the curve are all numbers of 64 bits.
pub const DEEPEST: u8 = 32;

/// One square of the quadtree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cell {
    level: u8,
    index: u64,
}

impl Cell {
    /// The cell at a place along the curve of its level; `None` beyond the end of the curve.
    pub fn new(level: u8, index: u64) -> Option<Self> {
        let cell = Self { level, index };
        (level <= DEEPEST && (level == DEEPEST || index < 1 << (2 * level))).then_some(cell)
    }

    /// The cell of a level (at most [`DEEPEST`]) that holds the smallest cell with this index.
    pub fn holding(key: u64, level: u8) -> Self {
        let level = level.min(DEEPEST);
        Self { level, index: key.checked_shr(below(level)).unwrap_or(0) }
    }

    /// The cell that is this tile.
    pub fn of_tile(coord: TileCoord) -> Self {
        Self { level: coord.z(), index: interleaved(coord.x(), coord.y()) }
    }

    /// The tile of a zoom that it lies in, or is; `None` where the zoom is deeper than the cell.
    pub fn tile(self, z: u8) -> Option<TileCoord> {
        if z > self.level.min(MAX_ZOOM) {
            return None;
        }
        let (x, y) = separated(self.index.checked_shr(2 * u32::from(self.level - z)).unwrap_or(0));
        Some(TileCoord::new(z, x, y).expect("a cell of a level is a tile of that zoom"))
    }

    /// How often the world was quartered.
    pub const fn level(self) -> u8 {
        self.level
    }

    /// Its place along the curve of its level.
    pub const fn index(self) -> u64 {
        self.index
    }

    /// The indexes of the smallest cells in it.
    pub fn keys(self) -> RangeInclusive<u64> {
        let first = self.index.checked_shl(below(self.level)).unwrap_or(0);
        first..=first | u64::MAX.checked_shr(u32::from(self.level) * 2).unwrap_or(0)
    }
}

/// Bits of a smallest cell's index below that of a level.
fn below(level: u8) -> u32 {
    u32::from(DEEPEST - level) * 2
}

/// The index of the smallest cell that holds the point; what lies on the far edge of the world is in its last cells.
pub fn key(point: WorldPoint) -> u64 {
    // A product with a power of two is exact, and the cast ends at the greatest number.
    let step = |v: f64| (v * 2_f64.powi(i32::from(DEEPEST))) as u32;
    interleaved(step(point.x), step(point.y))
}

/// The column and the row of the smallest cell with this index.
pub fn spot(key: u64) -> (u32, u32) {
    separated(key)
}

/// The north-west corner of a smallest cell by its column and row, exactly.
pub fn point((x, y): (u32, u32)) -> WorldPoint {
    let unit = |v: u32| f64::from(v) / 2_f64.powi(i32::from(DEEPEST));
    WorldPoint { x: unit(x), y: unit(y) }
}

fn interleaved(x: u32, y: u32) -> u64 {
    spread(x) | spread(y) << 1
}

fn separated(key: u64) -> (u32, u32) {
    (gathered(key), gathered(key >> 1))
}

/// Moves bit i to bit 2i.
fn spread(v: u32) -> u64 {
    let mut v = u64::from(v);
    v = (v | v << 16) & 0x0000_FFFF_0000_FFFF;
    v = (v | v << 8) & 0x00FF_00FF_00FF_00FF;
    v = (v | v << 4) & 0x0F0F_0F0F_0F0F_0F0F;
    v = (v | v << 2) & 0x3333_3333_3333_3333;
    (v | v << 1) & 0x5555_5555_5555_5555
}

/// Moves bit 2i to bit i, and drops the others.
fn gathered(v: u64) -> u32 {
    let mut v = v & 0x5555_5555_5555_5555;
    v = (v | v >> 1) & 0x3333_3333_3333_3333;
    v = (v | v >> 2) & 0x0F0F_0F0F_0F0F_0F0F;
    v = (v | v >> 4) & 0x00FF_00FF_00FF_00FF;
    v = (v | v >> 8) & 0x0000_FFFF_0000_FFFF;
    (v | v >> 16) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_curve_goes_west_east_then_south() {
        let quarters = [(0.2, 0.2), (0.7, 0.2), (0.2, 0.7), (0.7, 0.7)];
        let at = quarters.map(|(x, y)| Cell::holding(key(WorldPoint { x, y }), 1).index());
        assert_eq!(at, [0, 1, 2, 3]);
    }

    #[test]
    fn the_world_and_its_far_corner_are_no_exceptions() {
        let world = Cell::new(0, 0).unwrap();
        assert_eq!(world.keys(), 0..=u64::MAX);
        assert_eq!(key(WorldPoint { x: 1.0, y: 1.0 }), u64::MAX);
        assert_eq!(Cell::holding(u64::MAX, 32).keys(), u64::MAX..=u64::MAX);
        assert_eq!(Cell::new(0, 1), None);
        assert_eq!(Cell::new(3, 64), None);
        assert_eq!(Cell::new(33, 0), None);
        assert_eq!(Cell::holding(u64::MAX, DEEPEST).tile(0), Some(TileCoord::new(0, 0, 0).unwrap()));
    }

    proptest! {
        #[test]
        fn a_point_lies_in_the_cell_that_is_its_tile(x in 0.0..=1.0_f64, y in 0.0..=1.0_f64, z in 0..=MAX_ZOOM, level in 0..=DEEPEST) {
            let key = key(WorldPoint { x, y });
            let tile = TileCoord::at(WorldPoint { x, y }, z);
            prop_assert_eq!(Cell::holding(key, z), Cell::of_tile(tile));
            prop_assert_eq!(Cell::of_tile(tile).tile(z), Some(tile));
            prop_assert_eq!(TileCoord::at(point(spot(key)), z), tile);
            let cell = Cell::holding(key, level);
            prop_assert!(cell.keys().contains(&key));
            let ends = [*cell.keys().start(), *cell.keys().end()];
            prop_assert!(ends.iter().all(|key| Cell::holding(*key, level) == cell));
            prop_assert_eq!(Cell::new(level, cell.index()), Some(cell));
            prop_assert_eq!(cell.tile(z), (z <= level).then_some(tile));
        }
    }
}
