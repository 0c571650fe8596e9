//! A `Grid` is the integer plane of one tile; shapes are clipped to it and snapped onto it.
//!
//! ```text
//!   -64 ┌───────────────────────┐        x grows east, y grows south;
//!       │ 0 ┌───────────────┐   │        a unit is 1/4096 of the tile.
//!       │   │     tile      │   │        Lines and areas keep what lies in the buffer,
//!       │   └───────────────┘ 4096       so that their edges are drawn outside the tile's;
//!       └───────────────────────┘ 4160   a point belongs to exactly one tile.
//! ```

use crate::space::{Area, BBox, Geometry, LonLat, TileCoord, WorldPoint, clip::part_inside, world::WorldBox};

/// Units along a side of a tile (MVT 2.1 §4.1 calls it extent).
pub const EXTENT: u32 = 4096;

/// A place on the grid, in tile units.
pub type Spot = (i32, i32);

/// A geometry on the grid. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// Places.
    Points(Vec<Spot>),
    /// Lines of two places or more, neighbours different.
    Lines(Vec<Vec<Spot>>),
    /// Rings of three places or more, open; each outer ring (positive area, y down) is followed by its holes (negative).
    Rings(Vec<Vec<Spot>>),
}

/// The integer plane of one tile.
#[derive(Debug, Clone, Copy)]
pub struct Grid {
    coord: TileCoord,
    reach: WorldBox,
    buffer: f64,
}

impl Grid {
    /// The grid of a tile whose shapes may reach `buffer_units` beyond its edge.
    pub fn new(coord: TileCoord, buffer_units: u32) -> Self {
        let buffer = f64::from(buffer_units);
        Self { coord, reach: coord.world_box(buffer / f64::from(EXTENT)), buffer }
    }

    /// The lon-lat box that the grid reaches over.
    pub fn bbox(&self) -> BBox {
        self.reach.bbox()
    }

    /// The part of the geometry on the grid; `None` where nothing of it is left.
    pub fn shape(&self, geometry: &Geometry) -> Option<Shape> {
        match geometry {
            Geometry::Point(at) => self.points(std::slice::from_ref(at)),
            Geometry::Points(all) => self.points(all),
            Geometry::Lines(lines) => {
                let mut kept = Vec::new();
                for line in lines {
                    self.line(line, &mut kept);
                }
                (!kept.is_empty()).then_some(Shape::Lines(kept))
            }
            Geometry::Areas(areas) => {
                let mut kept = Vec::new();
                for area in areas {
                    self.area(area, &mut kept);
                }
                (!kept.is_empty()).then_some(Shape::Rings(kept))
            }
        }
    }

    /// A point that stands for the geometry, if it lies in this tile: inside an area, on a line.
    pub fn label(&self, geometry: &Geometry) -> Option<Shape> {
        let at = match geometry {
            Geometry::Point(at) => *at,
            Geometry::Points(all) => all[0],
            Geometry::Lines(lines) => {
                let longest = lines.iter().max_by_key(|line| line.len()).expect("a geometry is never empty");
                longest[longest.len() / 2]
            }
            Geometry::Areas(areas) => {
                let width =
                    |area: &Area| BBox::of_points(area.outer().iter().copied()).map_or(0.0, |b| b.east - b.west);
                let widest =
                    areas.iter().max_by(|a, b| width(a).total_cmp(&width(b))).expect("a geometry is never empty");
                inside(widest)
            }
        };
        self.points(&[at])
    }

    /// A point of the world in this tile.
    pub fn mark(&self, at: WorldPoint) -> Shape {
        let (x, y) = self.units_of(at);
        Shape::Points(vec![(x.floor() as i32, y.floor() as i32)])
    }

    fn points(&self, all: &[LonLat]) -> Option<Shape> {
        // Rounding down keeps a point in the tile that its place belongs to: 4095.9 is not 4096.
        let side = f64::from(EXTENT);
        let mut kept: Vec<Spot> = all
            .iter()
            .map(|at| self.units(*at))
            .filter(|(x, y)| (0.0..side).contains(x) && (0.0..side).contains(y))
            .map(|(x, y)| (x.floor() as i32, y.floor() as i32))
            .collect();
        kept.dedup();
        (!kept.is_empty()).then_some(Shape::Points(kept))
    }

    fn line(&self, line: &[LonLat], kept: &mut Vec<Vec<Spot>>) {
        let places: Vec<Exact> = line.iter().map(|at| self.units(*at)).collect();
        let (low, high) = self.edges();
        for piece in clip_line(&places, low, high) {
            let mut spots = snap(&piece);
            spots.dedup();
            if spots.len() < 2 {
                continue;
            }
            // Two pieces that meet are one line; MVT has no way to begin where the last one ended without a move.
            match kept.last_mut() {
                Some(last) if last.last() == spots.first() => last.extend(&spots[1..]),
                _ => kept.push(spots),
            }
        }
    }

    fn area(&self, area: &Area, kept: &mut Vec<Vec<Spot>>) {
        let Some(outer) = self.ring(area.outer(), true) else { return };
        kept.push(outer);
        kept.extend(area.holes().filter_map(|hole| self.ring(hole, false)));
    }

    fn ring(&self, ring: &[LonLat], outer: bool) -> Option<Vec<Spot>> {
        let places: Vec<Exact> = ring.iter().map(|at| self.units(*at)).collect();
        let (low, high) = self.edges();
        let mut spots = snap(&clip_ring(&places, low, high));
        spots.dedup();
        while spots.len() > 1 && spots.first() == spots.last() {
            spots.pop();
        }
        let area = doubled_area(&spots);
        if spots.len() < 3 || area == 0 {
            return None;
        }
        if (area > 0) != outer {
            spots.reverse();
        }
        Some(spots)
    }

    fn edges(&self) -> (f64, f64) {
        (-self.buffer, f64::from(EXTENT) + self.buffer)
    }

    fn units(&self, at: LonLat) -> Exact {
        self.units_of(WorldPoint::of(at))
    }

    fn units_of(&self, WorldPoint { x, y }: WorldPoint) -> Exact {
        let tiles = f64::from(1_u32 << self.coord.z());
        let side = f64::from(EXTENT);
        ((x * tiles - f64::from(self.coord.x())) * side, (y * tiles - f64::from(self.coord.y())) * side)
    }
}

/// A place in tile units before it is snapped.
type Exact = (f64, f64);

fn snap(places: &[Exact]) -> Vec<Spot> {
    places.iter().map(|(x, y)| (x.round() as i32, y.round() as i32)).collect()
}

/// Twice the signed area in square units by the surveyor's formula (MVT 2.1 §4.3.3.3), y growing south.
pub fn doubled_area(ring: &[Spot]) -> i64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter().zip(next).map(|(a, b)| i64::from(a.0) * i64::from(b.1) - i64::from(b.0) * i64::from(a.1)).sum()
}

/// The pieces of a line in the square [low, high]².
fn clip_line(line: &[Exact], low: f64, high: f64) -> Vec<Vec<Exact>> {
    let mut pieces: Vec<Vec<Exact>> = Vec::new();
    let mut open = false;
    for edge in line.windows(2) {
        let Some((enter, leave)) = part_inside(edge[0], edge[1], (low, low), (high, high)) else {
            open = false;
            continue;
        };
        if !open {
            pieces.push(vec![along(edge[0], edge[1], enter)]);
        }
        pieces.last_mut().expect("a piece was opened").push(along(edge[0], edge[1], leave));
        open = leave >= 1.0;
    }
    pieces
}

fn along(a: Exact, b: Exact, t: f64) -> Exact {
    // The ends come back as they are, so that edges which share one still share it.
    if t <= 0.0 {
        a
    } else if t >= 1.0 {
        b
    } else {
        (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t)
    }
}

/// The part of a ring in the square [low, high]²: Sutherland and Hodgman (1974), one side after the other.
fn clip_ring(ring: &[Exact], low: f64, high: f64) -> Vec<Exact> {
    let mut kept = ring.to_vec();
    let sides: [fn(Exact, f64, f64) -> f64; 4] =
        [|p, low, _| p.0 - low, |p, _, high| high - p.0, |p, low, _| p.1 - low, |p, _, high| high - p.1];
    for depth in sides {
        let Some(mut from) = kept.last().copied() else { break };
        let mut next = Vec::with_capacity(kept.len() + 4);
        for to in kept {
            let (d_from, d_to) = (depth(from, low, high), depth(to, low, high));
            if (d_from < 0.0) != (d_to < 0.0) {
                next.push(along(from, to, d_from / (d_from - d_to)));
            }
            if d_to >= 0.0 {
                next.push(to);
            }
            from = to;
        }
        kept = next;
    }
    kept
}

/// A place inside the area: the middle of the widest stretch on the parallel through the middle of its box.
fn inside(area: &Area) -> LonLat {
    let bbox = BBox::of_points(area.outer().iter().copied()).expect("a ring is never empty");
    // A parallel through no vertex crosses each edge cleanly; the golden ratio is unlikely to hit one.
    let lat = bbox.south + (bbox.north - bbox.south) * 0.500_618;
    let mut crossed: Vec<f64> = area
        .rings()
        .flat_map(crate::space::geometry::closed_edges)
        .filter(|(a, b)| (a.lat() > lat) != (b.lat() > lat))
        .map(|(a, b)| a.lon() + (b.lon() - a.lon()) * (lat - a.lat()) / (b.lat() - a.lat()))
        .collect();
    crossed.sort_by(f64::total_cmp);
    let widest = crossed.chunks_exact(2).max_by(|a, b| (a[1] - a[0]).total_cmp(&(b[1] - b[0])));
    let lon = widest.map_or(f64::midpoint(bbox.west, bbox.east), |pair| f64::midpoint(pair[0], pair[1]));
    LonLat::new(lon, lat).expect("a place between two places of a box lies on Earth")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place(lon: f64, lat: f64) -> LonLat {
        LonLat::new(lon, lat).unwrap()
    }

    fn grid() -> Grid {
        Grid::new(TileCoord::new(0, 0, 0).unwrap(), 64)
    }

    #[test]
    fn the_middle_of_the_world_is_the_middle_of_its_tile() {
        assert_eq!(grid().shape(&Geometry::Point(place(0.0, 0.0))), Some(Shape::Points(vec![(2048, 2048)])));
    }

    #[test]
    fn a_point_on_an_edge_belongs_to_one_tile_only() {
        let at = Geometry::Point(place(0.0, 0.0));
        let tiles = [(0, 0), (0, 1), (1, 0), (1, 1)];
        let shown =
            tiles.iter().filter(|(x, y)| Grid::new(TileCoord::new(1, *x, *y).unwrap(), 64).shape(&at).is_some());
        assert_eq!(shown.count(), 1);
    }

    #[test]
    fn outer_rings_are_positive_and_holes_negative() {
        let square = |h: f64| vec![place(-h, -h), place(h, -h), place(h, h), place(-h, h)];
        let area = Geometry::areas(vec![Area::new(square(60.0), vec![square(20.0)]).unwrap()]).unwrap();
        let Some(Shape::Rings(rings)) = grid().shape(&area) else { panic!("rings") };
        assert_eq!(rings.len(), 2);
        assert!(doubled_area(&rings[0]) > 0 && doubled_area(&rings[1]) < 0);
    }

    #[test]
    fn a_label_lies_inside_a_crescent() {
        // A C-shape whose centroid is in its mouth.
        let c = vec![
            place(0., 0.),
            place(9., 0.),
            place(9., 2.),
            place(2., 2.),
            place(2., 7.),
            place(9., 7.),
            place(9., 9.),
            place(0., 9.),
        ];
        let area = Area::new(c, vec![]).unwrap();
        assert!(area.contains(inside(&area)));
    }

    proptest! {
        #[test]
        fn what_is_drawn_stays_on_the_grid(
            line in proptest::collection::vec((-180.0..180.0_f64, -89.0..89.0_f64), 2..30),
            z in 0_u8..12, x in 0.0..1.0_f64, y in 0.0..1.0_f64,
        ) {
            let places: Vec<LonLat> = line.iter().map(|(lon, lat)| place(*lon, *lat)).collect();
            let grid = Grid::new(TileCoord::at(WorldPoint { x, y }, z), 64);
            let within = |spots: &Vec<Spot>| spots.iter().all(|(x, y)| (-64..=4160).contains(x) && (-64..=4160).contains(y));
            if let Some(Shape::Lines(lines)) = grid.shape(&Geometry::lines(vec![places.clone()]).unwrap()) {
                for line in &lines {
                    prop_assert!(line.len() >= 2 && within(line));
                    prop_assert!(line.windows(2).all(|w| w[0] != w[1]));
                }
            }
            if let Ok(area) = Area::new(places, vec![])
                && let Some(Shape::Rings(rings)) = grid.shape(&Geometry::areas(vec![area]).unwrap())
            {
                for ring in &rings {
                    prop_assert!(ring.len() >= 3 && within(ring) && doubled_area(ring) > 0);
                    prop_assert!(ring.windows(2).all(|w| w[0] != w[1]) && ring.first() != ring.last());
                }
            }
        }

        #[test]
        fn a_line_loses_no_sample_that_lies_in_the_tile(
            a in (-170.0..170.0_f64, -80.0..80.0_f64), b in (-170.0..170.0_f64, -80.0..80.0_f64), t in 0.0..1.0_f64,
        ) {
            let low_high = (-64.0, 4160.0);
            let grid = Grid::new(TileCoord::new(2, 1, 1).unwrap(), 64);
            let ends = [grid.units(place(a.0, a.1)), grid.units(place(b.0, b.1))];
            let sample = along(ends[0], ends[1], t);
            let inside = |v: f64| (low_high.0 + 1e-6..=low_high.1 - 1e-6).contains(&v);
            if inside(sample.0) && inside(sample.1) {
                let pieces = clip_line(&ends, low_high.0, low_high.1);
                prop_assert_eq!(pieces.len(), 1);
                let between = |i: usize, v: f64, axis: fn(Exact) -> f64| {
                    let (p, q) = (axis(pieces[i][0]), axis(pieces[i][1]));
                    (p.min(q) - 1e-6..=p.max(q) + 1e-6).contains(&v)
                };
                prop_assert!(between(0, sample.0, |p| p.0) && between(0, sample.1, |p| p.1));
            }
        }
    }
}
