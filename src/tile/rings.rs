//! Rings are valid when they make polygons by the letter of OGC Simple Features (06-103r4 §6.1.11) and MVT 2.1 §4.3.3.3:
//! no ring meets itself but in single places, holes lie in their outer ring, polygons do not overlap.
//!
//! Snapping and simplifying may break any of these. What is broken is put right in whole numbers by `i_overlay`: what is
//! wound around once or more in the right direction is the area, what is turned inside out is not.

use i_overlay::{
    core::{
        fill_rule::FillRule,
        overlay::{ContourDirection, IntOverlayOptions, Overlay, ShapeType},
        overlay_rule::OverlayRule,
        solver::Solver,
    },
    i_float::int::point::IntPoint,
};

use super::grid::Spot;

/// Up to so many places a ring is looked at edge against edge, which is quicker than sweeping over it.
const FEW_PLACES: usize = 24;

/// How often what was put right is put right again: rounding a new crossing onto the grid can make another one.
const ROUNDS: usize = 4;

/// The same area as valid rings: each outer one (positive area, y down) followed by its holes (negative).
///
/// They come open, outer rings wound as such and holes against them; none is left of what has no area.
pub fn valid(rings: Vec<Vec<Spot>>) -> Vec<Vec<Spot>> {
    if let [only] = rings.as_slice()
        && only.len() <= FEW_PLACES
        && is_simple(only)
    {
        return if doubled_area(only) > 0 { rings } else { Vec::new() };
    }
    let mut rings = rings;
    for _ in 0..ROUNDS {
        let again = overlaid(&rings);
        let settled = again == rings;
        rings = again;
        if settled {
            break;
        }
    }
    rings
}

fn overlaid(rings: &[Vec<Spot>]) -> Vec<Vec<Spot>> {
    let options = IntOverlayOptions {
        preserve_input_collinear: true,
        output_direction: ContourDirection::CounterClockwise,
        preserve_output_collinear: true,
        min_output_area: 0,
        ogc: true,
    };
    let mut overlay = Overlay::new_custom(rings.iter().map(Vec::len).sum(), options, Solver::default());
    for ring in rings {
        overlay.add_path_iter(ring.iter().map(|(x, y)| IntPoint::new(*x, *y)), ShapeType::Subject);
    }
    let mut kept = Vec::new();
    for polygon in overlay.overlay(OverlayRule::Subject, FillRule::Positive) {
        for (i, contour) in polygon.into_iter().enumerate() {
            let mut ring: Vec<Spot> = contour.into_iter().map(|at| (at.x, at.y)).collect();
            let area = doubled_area(&ring);
            if area == 0 && i == 0 {
                break;
            }
            if (area > 0) != (i == 0) {
                ring.reverse();
            }
            if area != 0 {
                kept.push(ring);
            }
        }
    }
    kept
}

/// Twice the signed area in square units by the surveyor's formula (MVT 2.1 §4.3.3.3), y growing south.
pub fn doubled_area(ring: &[Spot]) -> i64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter().zip(next).map(|(a, b)| i64::from(a.0) * i64::from(b.1) - i64::from(b.0) * i64::from(a.1)).sum()
}

/// Whether no two edges share more than the place between neighbours.
fn is_simple(ring: &[Spot]) -> bool {
    let many = ring.len();
    if many < 3 {
        return false;
    }
    let edge = |i: usize| (ring[i], ring[(i + 1) % many]);
    for i in 0..many {
        let (a, b) = edge(i);
        let (_, c) = edge((i + 1) % many);
        // Turning straight back.
        let back = i64::from(b.0 - a.0) * i64::from(c.0 - b.0) + i64::from(b.1 - a.1) * i64::from(c.1 - b.1) < 0;
        if turn(a, b, c) == 0 && back {
            return false;
        }
        for j in i + 2..many {
            let neighbours = i == 0 && j + 1 == many;
            if !neighbours && meet(edge(i), edge(j)) {
                return false;
            }
        }
    }
    true
}

/// Whether two edges share a place.
fn meet((a, b): (Spot, Spot), (c, d): (Spot, Spot)) -> bool {
    let apart = |p: i32, q: i32, r: i32, s: i32| p.max(q) < r.min(s) || r.max(s) < p.min(q);
    if apart(a.0, b.0, c.0, d.0) || apart(a.1, b.1, c.1, d.1) {
        return false;
    }
    turn(a, b, c).signum() * turn(a, b, d).signum() <= 0 && turn(c, d, a).signum() * turn(c, d, b).signum() <= 0
}

/// Positive where the way from `a` over `b` to `c` turns right as drawn, 0 where it is straight.
fn turn(a: Spot, b: Spot, c: Spot) -> i64 {
    i64::from(b.0 - a.0) * i64::from(c.1 - a.1) - i64::from(b.1 - a.1) * i64::from(c.0 - a.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_valid_stays_as_it_is() {
        let square = vec![(0, 0), (10, 0), (10, 10), (0, 10)];
        let hole = vec![(2, 2), (2, 8), (8, 8), (8, 2)];
        assert_eq!(valid(vec![square.clone()]), std::slice::from_ref(&square));
        let both = valid(vec![square, hole]);
        assert_eq!(both.iter().map(|ring| doubled_area(ring)).collect::<Vec<_>>(), [200, -72]);
    }

    #[test]
    fn a_bow_tie_keeps_the_loop_that_is_wound_rightly() {
        let rings = valid(vec![vec![(0, 0), (10, 10), (10, 0), (0, 10)]]);
        assert_eq!(rings.len(), 1);
        assert_eq!(doubled_area(&rings[0]), 50);
    }

    #[test]
    fn a_ring_turned_inside_out_and_a_hole_outside_are_nothing() {
        assert!(valid(vec![vec![(0, 0), (0, 10), (10, 10), (10, 0)]]).is_empty());
        let square = vec![(0, 0), (10, 0), (10, 10), (0, 10)];
        let outside = vec![(20, 0), (20, 10), (30, 10), (30, 0)];
        assert_eq!(valid(vec![square, outside]).len(), 1);
    }

    #[test]
    fn a_spike_goes_and_a_bridge_along_an_edge_goes() {
        let spike = vec![(0, 0), (10, 0), (10, 10), (5, 10), (5, 30), (5, 10), (0, 10)];
        assert_eq!(valid(vec![spike]).iter().map(|ring| doubled_area(ring)).collect::<Vec<_>>(), [200]);
        // Two squares held together by a bridge of no width, as clipping leaves them.
        let bridge = vec![(0, 0), (10, 0), (20, 0), (20, 10), (10, 10), (10, 0), (5, 0), (5, 10), (0, 10)];
        assert!(valid(bridge.chunks(9).map(<[Spot]>::to_vec).collect()).iter().all(|ring| is_simple(ring)));
    }
}
