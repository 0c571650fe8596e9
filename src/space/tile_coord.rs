//! A `TileCoord` names one tile of the XYZ pyramid (OGC `WebMercatorQuad`).

use std::fmt;

use super::{BBox, WorldPoint, world::WorldBox};

/// The deepest zoom served: a tile of 4096 units is then 10 m wide, one unit 2 mm.
pub const MAX_ZOOM: u8 = 22;

/// One tile: zoom in [0, [`MAX_ZOOM`]], `x` from the west and `y` from the north, both below 2^z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileCoord {
    z: u8,
    x: u32,
    y: u32,
}

/// A tile that is not in the pyramid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("tile {z}/{x}/{y} is outside the grid: zoom is 0 to {MAX_ZOOM}, x and y are below 2^zoom")]
pub struct OutsideGrid {
    z: u8,
    x: u32,
    y: u32,
}

impl TileCoord {
    /// Checks that the tile is in the pyramid.
    pub fn new(z: u8, x: u32, y: u32) -> Result<Self, OutsideGrid> {
        if z <= MAX_ZOOM && x < 1 << z && y < 1 << z { Ok(Self { z, x, y }) } else { Err(OutsideGrid { z, x, y }) }
    }

    /// The tile at this zoom (at most [`MAX_ZOOM`]) that holds the point.
    pub fn at(point: WorldPoint, z: u8) -> Self {
        let z = z.min(MAX_ZOOM);
        let last = f64::from((1_u32 << z) - 1);
        let index = |v: f64| (v * f64::from(1_u32 << z)).floor().clamp(0.0, last) as u32;
        Self { z, x: index(point.x), y: index(point.y) }
    }

    /// The tiles at this zoom (at most [`MAX_ZOOM`]) that the box meets, row by row from the northwest.
    pub fn covering(bbox: &BBox, z: u8) -> impl Iterator<Item = Self> + use<> {
        let world = WorldBox::of(bbox);
        let (first, last) = (Self::at(world.min, z), Self::at(world.max, z));
        (first.y..=last.y).flat_map(move |y| (first.x..=last.x).map(move |x| Self { z: first.z, x, y }))
    }

    /// Zoom.
    pub const fn z(self) -> u8 {
        self.z
    }

    /// Column, counted from the west.
    pub const fn x(self) -> u32 {
        self.x
    }

    /// Row, counted from the north.
    pub const fn y(self) -> u32 {
        self.y
    }

    /// The tile's part of the world, grown on each side by `buffer` of its own width (0.0 for none).
    pub fn world_box(self, buffer: f64) -> WorldBox {
        let width = 1.0 / f64::from(1_u32 << self.z);
        let (x, y) = (f64::from(self.x), f64::from(self.y));
        WorldBox {
            min: WorldPoint { x: (x - buffer) * width, y: (y - buffer) * width },
            max: WorldPoint { x: (x + 1.0 + buffer) * width, y: (y + 1.0 + buffer) * width },
        }
    }
}

impl fmt::Display for TileCoord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.z, self.x, self.y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::LonLat;

    #[test]
    fn kryvyi_rih_stands_in_its_known_tile() {
        // 33.39° E 47.91° N at zoom 10, by the slippy-map formula of the OpenStreetMap wiki.
        let at = WorldPoint::of(LonLat::new(33.39, 47.91).unwrap());
        assert_eq!(TileCoord::at(at, 10).to_string(), "10/606/356");
    }

    #[test]
    fn a_tile_outside_the_grid_is_refused() {
        assert!(TileCoord::new(0, 0, 0).is_ok());
        assert!(TileCoord::new(3, 8, 0).is_err());
        assert!(TileCoord::new(23, 0, 0).is_err());
    }

    #[test]
    fn the_last_point_of_the_world_is_in_its_last_tile() {
        assert_eq!(TileCoord::at(WorldPoint { x: 1.0, y: 1.0 }, 4), TileCoord::new(4, 15, 15).unwrap());
    }
}
