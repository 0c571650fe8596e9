//! A label point is where the name of an object goes: inside an area as far from its edges as can be, on a line half-way.

use std::collections::BinaryHeap;

use crate::space::{Area, BBox, Geometry, LonLat, WorldPoint, geometry::closed_edges};

/// How near the best place is come, as a part of the width of the area.
const PRECISION: f64 = 0.01;

/// Squares looked into before what was found is taken: a comb of a thousand teeth is labelled somewhere inside.
const MOST_SQUARES: usize = 1000;

/// The label point of a geometry. It depends on nothing else, so every tile has it at the same place.
pub fn point(geometry: &Geometry) -> LonLat {
    match geometry {
        Geometry::Point(at) => *at,
        Geometry::Points(all) => all[0],
        Geometry::Lines(lines) => {
            let longest = lines.iter().max_by(|a, b| length(a).total_cmp(&length(b)));
            half_way(longest.expect("a geometry is never empty"))
        }
        Geometry::Areas(areas) => {
            let width = |area: &Area| BBox::of_points(area.outer().iter().copied()).map_or(0.0, |b| b.east - b.west);
            let widest = areas.iter().max_by(|a, b| width(a).total_cmp(&width(b))).expect("a geometry is never empty");
            inside(widest)
        }
    }
}

/// The place half-way along a line.
fn half_way(line: &[LonLat]) -> LonLat {
    let mut left = length(line) / 2.0;
    for step in line.windows(2) {
        let here = length(step);
        if here > 0.0 && here >= left {
            return step[0].toward(step[1], left / here);
        }
        left -= here;
    }
    line[line.len() - 1]
}

/// The length of a line in degrees of latitude, one of longitude being as many as the cosine of the latitude.
fn length(line: &[LonLat]) -> f64 {
    let steps = line.windows(2).map(|step| {
        let (a, b) = (step[0], step[1]);
        let east = (b.lon() - a.lon()) * f64::midpoint(a.lat(), b.lat()).to_radians().cos();
        east.hypot(b.lat() - a.lat())
    });
    steps.sum()
}

/// A place inside the area: the pole of inaccessibility (Garcia-Castellanos and Lombardo 2007), by halving squares
/// (Agafonkin 2016); where the area is too thin for it, the middle of a stretch across.
fn inside(area: &Area) -> LonLat {
    let pole = pole(area);
    if area.contains(pole) { pole } else { across(area) }
}

/// A square of the plane that may hold the best place.
struct Square {
    middle: (f64, f64),
    half: f64,
    /// Distance of the middle to the nearest edge, negative outside.
    depth: f64,
    /// No place in the square lies deeper.
    most: f64,
}

fn pole(area: &Area) -> LonLat {
    let edges: Vec<[(f64, f64); 2]> = area
        .rings()
        .flat_map(closed_edges)
        .map(|(a, b)| {
            [a, b].map(|at| {
                let world = WorldPoint::of(at);
                (world.x, world.y)
            })
        })
        .collect();
    let low = edges.iter().fold((f64::MAX, f64::MAX), |low, [a, _]| (low.0.min(a.0), low.1.min(a.1)));
    let high = edges.iter().fold((f64::MIN, f64::MIN), |high, [a, _]| (high.0.max(a.0), high.1.max(a.1)));
    let side = (high.0 - low.0).min(high.1 - low.1);
    let middle = (f64::midpoint(low.0, high.0), f64::midpoint(low.1, high.1));
    let mut best = Square::new(middle, 0.0, &edges);
    let mut open = BinaryHeap::new();
    if side > 0.0 {
        let half = side / 2.0;
        let (columns, rows) = (((high.0 - low.0) / side).ceil(), ((high.1 - low.1) / side).ceil());
        // Of a sliver only so many squares in a row.
        for i in 0..(columns * rows).min(MOST_SQUARES as f64) as u32 {
            let (column, row) = (f64::from(i % columns as u32), f64::from(i / columns as u32));
            let middle = (low.0 + (column * 2.0 + 1.0) * half, low.1 + (row * 2.0 + 1.0) * half);
            open.push(Square::new(middle, half, &edges));
        }
    }
    for _ in 0..MOST_SQUARES {
        let Some(square) = open.pop() else { break };
        let (middle, half) = (square.middle, square.half / 2.0);
        let worth = square.most - best.depth > PRECISION * side;
        if square.depth > best.depth {
            best = square;
        }
        if worth {
            for (x, y) in [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)] {
                open.push(Square::new((middle.0 + x * half, middle.1 + y * half), half, &edges));
            }
        }
    }
    WorldPoint { x: best.middle.0, y: best.middle.1 }.lonlat()
}

impl Square {
    fn new(middle: (f64, f64), half: f64, edges: &[[(f64, f64); 2]]) -> Self {
        let (mut nearest, mut within) = (f64::MAX, false);
        for [a, b] in edges {
            if (a.1 > middle.1) != (b.1 > middle.1) && middle.0 < (b.0 - a.0) * (middle.1 - a.1) / (b.1 - a.1) + a.0 {
                within = !within;
            }
            let (dx, dy) = (b.0 - a.0, b.1 - a.1);
            let (px, py) = (middle.0 - a.0, middle.1 - a.1);
            let t = ((px * dx + py * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
            let (ox, oy) = (px - t * dx, py - t * dy);
            nearest = nearest.min(ox * ox + oy * oy);
        }
        let depth = if within { nearest.sqrt() } else { -nearest.sqrt() };
        Self { middle, half, depth, most: depth + half * std::f64::consts::SQRT_2 }
    }

    /// The one that may hold the deepest place comes first; among such, one by its place.
    fn rank(&self) -> (f64, f64, f64) {
        (self.most, self.middle.0, self.middle.1)
    }
}

impl PartialEq for Square {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Square {}

impl PartialOrd for Square {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Square {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let (a, b) = (self.rank(), other.rank());
        a.0.total_cmp(&b.0).then_with(|| a.1.total_cmp(&b.1)).then_with(|| a.2.total_cmp(&b.2))
    }
}

/// The middle of the widest stretch on the parallel through the middle of the area's box.
fn across(area: &Area) -> LonLat {
    let bbox = BBox::of_points(area.outer().iter().copied()).expect("a ring is never empty");
    // A parallel through no vertex crosses each edge cleanly; the golden ratio is unlikely to hit one.
    let lat = bbox.south + (bbox.north - bbox.south) * 0.500_618;
    let mut crossed: Vec<f64> = area
        .rings()
        .flat_map(closed_edges)
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

    #[test]
    fn a_line_is_labelled_half_way_along_the_longest() {
        let line = |places: &[(f64, f64)]| places.iter().map(|(lon, lat)| place(*lon, *lat)).collect::<Vec<_>>();
        let label = |lines: Vec<Vec<LonLat>>| point(&Geometry::lines(lines).unwrap());
        let near = |at: LonLat, lon: f64, lat: f64| (at.lon() - lon).abs() < 1e-9 && (at.lat() - lat).abs() < 1e-9;
        let two = label(vec![line(&[(33., 47.), (33., 48.)])]);
        assert!(near(two, 33., 47.5), "{two:?}");
        // Many short steps at one end do not draw the label to it, nor to a short line of many places.
        let winding = line(&[(33., 47.), (33., 47.01), (33., 47.02), (33., 47.03), (33., 48.)]);
        let short = line(&[(1., 1.), (1., 1.1), (1., 1.2), (1., 1.3), (1., 1.4), (1., 1.5)]);
        let longest = label(vec![short, winding]);
        assert!(near(longest, 33., 47.5), "{longest:?}");
    }

    #[test]
    fn a_label_lies_inside_a_crescent() {
        // A C-shape whose centroid is in its mouth; its back is the widest part.
        let c = [(0., 0.), (9., 0.), (9., 2.), (4., 2.), (4., 7.), (9., 7.), (9., 9.), (0., 9.)];
        let area = Area::new(c.map(|(lon, lat)| place(lon, lat)).to_vec(), vec![]).unwrap();
        let label = inside(&area);
        assert!(area.contains(label));
        assert!((1.5..2.6).contains(&label.lon()), "{label:?}");
    }

    #[test]
    fn a_label_keeps_out_of_a_hole() {
        let square = |lo: f64, hi: f64| vec![place(lo, lo), place(hi, lo), place(hi, hi), place(lo, hi)];
        let area = Area::new(square(0., 9.), vec![square(1., 8.)]).unwrap();
        assert!(area.contains(inside(&area)));
    }

    proptest! {
        #[test]
        fn a_label_lies_inside_any_star(radii in proptest::collection::vec(0.01..1.0_f64, 3..40), lon in -170.0..170.0_f64, lat in -80.0..80.0_f64) {
            let many = radii.len() as f64;
            let ring = radii.iter().enumerate().map(|(i, r)| {
                let angle = i as f64 / many * std::f64::consts::TAU;
                place(lon + r * angle.cos(), lat + r * angle.sin())
            });
            let area = Area::new(ring.collect(), vec![]).unwrap();
            prop_assert!(area.contains(inside(&area)));
        }
    }
}
