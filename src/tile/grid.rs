//! A `Grid` is the integer plane of one tile; geometries are snapped onto it.
//!
//! ```text
//!   -64 ┌───────────────────────┐        x grows east, y grows south;
//!       │ 0 ┌───────────────┐   │        a unit is 1/4096 of the tile.
//!       │   │     tile      │   │        Lines and areas keep what lies in the buffer,
//!       │   └───────────────┘ 4096       so that their edges are drawn outside the tile's;
//!       └───────────────────────┘ 4160   a point belongs to exactly one tile.
//! ```
//!
//! The units of all tiles of a zoom are one lattice over the world: what two tiles show is snapped alike in both.

use smallvec::{SmallVec, smallvec};

use crate::space::{BBox, LonLat, TileCoord, WorldPoint};

/// Units along a side of a tile (MVT 2.1 §4.1 calls it extent).
pub const EXTENT: u32 = 4096;

/// A place on the grid within the buffer, in tile units.
pub type Spot = (i32, i32);

/// A place on the lattice, in units from the tile's north-west corner, however far.
pub type Place = (i64, i64);

/// A geometry on the grid. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// Places, nearly always one.
    Points(SmallVec<[Spot; 2]>),
    /// Lines of two places or more, neighbours different.
    Lines(Vec<Vec<Spot>>),
    /// Rings of three places or more, open; each outer ring (positive area, y down) is followed by its holes (negative).
    Rings(Vec<Vec<Spot>>),
}

/// The integer plane of one tile.
#[derive(Debug, Clone, Copy)]
pub struct Grid {
    /// Units around the world.
    scale: f64,
    /// The tile's north-west corner in units from the world's.
    origin: Place,
    buffer: i64,
    reach: BBox,
}

impl Grid {
    /// The grid of a tile whose lines and areas may reach `buffer_units` beyond its edge.
    pub fn new(coord: TileCoord, buffer_units: u32) -> Self {
        let origin = |v: u32| i64::from(v) * i64::from(EXTENT);
        Self {
            scale: f64::from(1_u32 << coord.z()) * f64::from(EXTENT),
            origin: (origin(coord.x()), origin(coord.y())),
            buffer: i64::from(buffer_units),
            reach: coord.world_box(f64::from(buffer_units) / f64::from(EXTENT)).bbox(),
        }
    }

    /// The lon-lat box that the grid reaches over.
    pub fn bbox(&self) -> BBox {
        self.reach
    }

    /// The least and the greatest unit of a spot on either axis.
    pub fn edges(&self) -> (i64, i64) {
        (-self.buffer, i64::from(EXTENT) + self.buffer)
    }

    /// The points of these that lie in the tile, rounded down: 4095.9 is not 4096, which is the next tile's.
    pub fn points(&self, all: &[LonLat]) -> SmallVec<[Spot; 2]> {
        let mut kept: SmallVec<[Spot; 2]> = all.iter().filter_map(|at| spot(self.place(*at, 0.0))).collect();
        kept.dedup();
        kept
    }

    /// A point of the world that lies in this tile.
    pub fn mark(&self, at: WorldPoint) -> Shape {
        let (x, y) = self.place_of(at, 0.0);
        Shape::Points(smallvec![(x as i32, y as i32)])
    }

    /// The stretches of a line that may reach into the buffer, whole edge by edge, neighbours different.
    pub fn line(&self, line: &[LonLat]) -> Vec<Vec<Place>> {
        let mut stretches: Vec<Vec<Place>> = Vec::new();
        let mut open = false;
        for edge in line.windows(2) {
            if self.outside(edge[0]) & self.outside(edge[1]) != 0 {
                open = false;
                continue;
            }
            if !open {
                stretches.push(vec![self.place(edge[0], 0.5)]);
                open = true;
            }
            stretches.last_mut().expect("a stretch was begun").push(self.place(edge[1], 0.5));
        }
        stretches.iter_mut().for_each(Vec::dedup);
        stretches
    }

    /// An open ring, neighbours different, without places that only lead about outside the buffer.
    pub fn ring(&self, ring: &[LonLat]) -> Vec<Place> {
        let many = ring.len();
        let mut places: Vec<Place> = Vec::with_capacity(many);
        // The sides of the last place kept: from it to the next one the way must not leave the side, or it would cross.
        let mut last = 0;
        for i in 0..many {
            let here = self.outside(ring[i]);
            if i == 0 || last & here & self.outside(ring[(i + 1) % many]) == 0 {
                places.push(self.place(ring[i], 0.5));
                last = here;
            }
        }
        places.dedup();
        while places.len() > 1 && places.first() == places.last() {
            places.pop();
        }
        places
    }

    /// The middle of a box if it lies in the tile, and how wide and high the box is, in units.
    pub fn middle(&self, bbox: &BBox) -> (Option<Spot>, i64) {
        let corner = |lon, lat| self.place(LonLat::new(lon, lat).expect("the corner of a box is a place"), 0.5);
        let (nw, se) = (corner(bbox.west, bbox.north), corner(bbox.east, bbox.south));
        (spot(((nw.0 + se.0).div_euclid(2), (nw.1 + se.1).div_euclid(2))), (se.0 - nw.0).max(se.1 - nw.1))
    }

    /// On which sides of the reach a place lies, a bit each; 0 within.
    fn outside(&self, at: LonLat) -> u8 {
        let BBox { west, south, east, north } = self.reach;
        u8::from(at.lon() < west)
            | u8::from(at.lon() > east) << 1
            | u8::from(at.lat() < south) << 2
            | u8::from(at.lat() > north) << 3
    }

    fn place(&self, at: LonLat, round: f64) -> Place {
        self.place_of(WorldPoint::of(at), round)
    }

    fn place_of(&self, WorldPoint { x, y }: WorldPoint, round: f64) -> Place {
        let unit = |v: f64| (v * self.scale + round).floor() as i64;
        (unit(x) - self.origin.0, unit(y) - self.origin.1)
    }
}

/// A place of the tile itself, without the buffer.
fn spot((x, y): Place) -> Option<Spot> {
    let side = 0..i64::from(EXTENT);
    (side.contains(&x) && side.contains(&y)).then_some((x as i32, y as i32))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(lon: f64, lat: f64) -> LonLat {
        LonLat::new(lon, lat).unwrap()
    }

    #[test]
    fn the_middle_of_the_world_is_the_middle_of_its_tile() {
        let grid = Grid::new(TileCoord::new(0, 0, 0).unwrap(), 64);
        assert_eq!(grid.points(&[place(0.0, 0.0)])[..], [(2048, 2048)]);
        assert_eq!(grid.line(&[place(0.0, 0.0), place(180.0, 0.0)]), [[(2048, 2048), (4096, 2048)]]);
    }

    #[test]
    fn a_point_on_an_edge_belongs_to_one_tile_only() {
        let tiles = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(x, y)| TileCoord::new(1, x, y).unwrap());
        let shown = tiles.iter().filter(|coord| !Grid::new(**coord, 64).points(&[place(0.0, 0.0)]).is_empty());
        assert_eq!(shown.count(), 1);
    }

    #[test]
    fn a_line_loses_the_edges_beyond_the_buffer() {
        let grid = Grid::new(TileCoord::new(1, 0, 0).unwrap(), 0);
        let line = [place(100., 10.), place(90., 10.), place(-10., 10.), place(90., 10.), place(95., 9.)];
        assert_eq!(grid.line(&line).iter().map(Vec::len).collect::<Vec<_>>(), [3]);
        let east = [place(10., 20.), place(50., 20.), place(50., 30.), place(50., 40.), place(10., 40.)];
        assert!(grid.ring(&east).len() < 5, "all of it is east of the tile");
        // Around the corner by two places in the corner: neither side alone holds all of the way.
        let corner = [place(-10., -20.), place(10., -20.), place(20., -10.), place(10., 30.), place(-10., 30.)];
        let places = grid.ring(&corner);
        assert!(places.iter().any(|(x, y)| *x > 4096 && *y > 4096), "{places:?}");
    }
}
