//! Simplifying drops the places of a line or ring that nobody would miss, the same ones in every chain that shares them.
//!
//! ```text
//!   │ a───b─┼─c         The plane is cut into cells of 64 units that all tiles of a zoom share. Of the places that a
//!   │       │  \        chain has in a cell on end, the first and the last stay; between them Douglas and Peucker
//!   │       │   d───e   (1973) decide. So what is dropped depends on what lies in the cell alone: not on where the
//!                       chain begins, nor which way it goes, nor on which tile is drawn.
//! ```
//!
//! A knot, where chains part or end, stays too: two districts drop the same places of their common border.

use std::collections::{HashMap, hash_map::Entry};

use super::grid::Place;

/// Side of a cell in units: no more than the buffer, so that every cell that reaches into a tile is drawn whole.
const CELL: i64 = 64;

/// Places at which chains meet and part.
#[derive(Debug, Default)]
pub struct Knots(HashMap<Place, Passed>);

/// How a place is passed.
#[derive(Debug, PartialEq)]
enum Passed {
    /// Always between these two neighbours, the lesser first.
    Between(Place, Place),
    /// In several ways.
    Knot,
}

impl Knots {
    /// Takes in a chain: a line, or an open ring.
    pub fn note(&mut self, chain: &[Place], closed: bool) {
        let many = chain.len();
        for (i, at) in chain.iter().enumerate() {
            let ends = !closed && (i == 0 || i + 1 == many);
            let (a, b) = (chain[(i + many - 1) % many], chain[(i + 1) % many]);
            let passed = if ends { Passed::Knot } else { Passed::Between(a.min(b), a.max(b)) };
            match self.0.entry(*at) {
                Entry::Vacant(free) => _ = free.insert(passed),
                Entry::Occupied(mut known) if *known.get() != passed => _ = known.insert(Passed::Knot),
                Entry::Occupied(_) => {}
            }
        }
    }

    fn is(&self, at: Place) -> bool {
        self.0.get(&at) == Some(&Passed::Knot)
    }

    /// The chain without the places that lie within the tolerance, in units, of what is left.
    pub fn simplified(&self, chain: &[Place], closed: bool, tolerance_units: f64) -> Vec<Place> {
        let many = chain.len();
        if many <= 2 {
            return chain.to_vec();
        }
        let cell = |i: usize| {
            let (x, y) = chain[i % many];
            (x.div_euclid(CELL), y.div_euclid(CELL))
        };
        let mut keep: Vec<bool> = (0..many)
            .map(|i| {
                let ends = !closed && (i == 0 || i + 1 == many);
                ends || self.is(chain[i]) || cell(i) != cell(i + 1) || cell(i) != cell(i + many - 1)
            })
            .collect();
        if closed {
            anchor(chain, &mut keep);
        }
        let kept: Vec<usize> = (0..many).filter(|i| keep[*i]).collect();
        for pair in kept.windows(2) {
            peucker(chain, pair[0], pair[1], tolerance_units, &mut keep);
        }
        if closed && let (Some(last), Some(first)) = (kept.last(), kept.first()) {
            peucker(chain, *last, *first + many, tolerance_units, &mut keep);
        }
        chain.iter().zip(keep).filter_map(|(at, keep)| keep.then_some(*at)).collect()
    }
}

/// Keeps at least two places of a ring, chosen by where they are.
fn anchor(ring: &[Place], keep: &mut [bool]) {
    let first = match keep.iter().filter(|keep| **keep).count() {
        0 => (0..ring.len()).min_by_key(|i| ring[*i]).expect("a ring has places"),
        1 => keep.iter().position(|keep| *keep).expect("one is kept"),
        _ => return,
    };
    let away = |i: &usize| {
        let (dx, dy) = (ring[*i].0 - ring[first].0, ring[*i].1 - ring[first].1);
        (i128::from(dx) * i128::from(dx) + i128::from(dy) * i128::from(dy), ring[*i])
    };
    let farthest = (0..ring.len()).max_by_key(away).expect("a ring has places");
    keep[first] = true;
    keep[farthest] = true;
}

/// Keeps what lies farther than the tolerance from the line between two kept places; positions may run on past the end.
fn peucker(chain: &[Place], from: usize, to: usize, tolerance_units: f64, keep: &mut [bool]) {
    let mut open = vec![(from, to)];
    while let Some((from, to)) = open.pop() {
        let at = |i: usize| chain[i % chain.len()];
        let (a, b) = if at(from) <= at(to) { (at(from), at(to)) } else { (at(to), at(from)) };
        let farthest = (from + 1..to)
            .map(|i| (squared_distance(at(i), a, b), i))
            .max_by(|(p, i), (q, j)| p.total_cmp(q).then_with(|| at(*i).cmp(&at(*j))));
        if let Some((squared, i)) = farthest
            && squared > tolerance_units * tolerance_units
        {
            keep[i % chain.len()] = true;
            open.extend([(from, i), (i, to)]);
        }
    }
}

/// The square of the distance from a place to the nearest place between two.
fn squared_distance(at: Place, a: Place, b: Place) -> f64 {
    let (px, py) = ((at.0 - a.0) as f64, (at.1 - a.1) as f64);
    let (dx, dy) = ((b.0 - a.0) as f64, (b.1 - a.1) as f64);
    let along = dx * dx + dy * dy;
    let t = if along > 0.0 { ((px * dx + py * dy) / along).clamp(0.0, 1.0) } else { 0.0 };
    let (ox, oy) = (px - t * dx, py - t * dy);
    ox * ox + oy * oy
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A crooked path of so many small steps.
    fn path() -> impl Strategy<Value = Vec<Place>> {
        let steps = proptest::collection::vec((-9..10_i64, -9..10_i64), 3..120);
        (steps, (-200..200_i64, -200..200_i64)).prop_map(|(steps, mut at)| {
            let mut path = vec![at];
            for (dx, dy) in steps {
                at = (at.0 + dx, at.1 + dy);
                path.push(at);
            }
            path.dedup();
            path
        })
    }

    #[test]
    fn a_straight_line_in_a_cell_is_its_ends() {
        let line: Vec<Place> = (0..60).map(|i| (i, i)).collect();
        assert_eq!(Knots::default().simplified(&line, false, 1.0), [(0, 0), (59, 59)]);
    }

    proptest! {
        #[test]
        fn nothing_moves_farther_than_the_tolerance(path in path(), tolerance in 0.5..20.0_f64) {
            prop_assume!(path.len() > 2);
            let simplified = Knots::default().simplified(&path, false, tolerance);
            for at in &path {
                let near = simplified.windows(2).map(|edge| squared_distance(*at, edge[0], edge[1])).fold(f64::MAX, f64::min);
                prop_assert!(near.sqrt() <= tolerance + 1e-9, "{at:?} is {} away", near.sqrt());
            }
        }

        #[test]
        fn it_does_not_matter_where_a_ring_begins_and_which_way_it_goes(path in path(), turn in 0..100_usize) {
            // A ring that passes a place twice has a knot there.
            prop_assume!(path.len() > 2 && path.first() != path.last());
            let mut knots = Knots::default();
            knots.note(&path, true);
            let sorted = |mut places: Vec<Place>| { places.sort_unstable(); places };
            let there = sorted(knots.simplified(&path, true, 4.0));
            let mut turned = path.clone();
            turned.rotate_left(turn % path.len());
            turned.reverse();
            prop_assert_eq!(there, sorted(knots.simplified(&turned, true, 4.0)));
        }

        #[test]
        fn two_rings_keep_the_same_places_of_their_common_border(border in path(), east in path(), west in path()) {
            prop_assume!([&border, &east, &west].iter().all(|path| path.len() > 2));
            // Both go along the border, one each way, and come back on their own sides, far away.
            let moved = |path: &[Place], dx: i64| path.iter().map(|(x, y)| (x + dx, *y)).collect::<Vec<_>>();
            let a: Vec<Place> = border.iter().copied().chain(moved(&east, 5000)).collect();
            let b: Vec<Place> = border.iter().rev().copied().chain(moved(&west, -5000)).collect();
            let mut knots = Knots::default();
            knots.note(&a, true);
            knots.note(&b, true);
            let of_border = |ring: &[Place]| {
                let mut kept: Vec<Place> =
                    knots.simplified(ring, true, 4.0).into_iter().filter(|(x, _)| x.abs() < 2500).collect();
                kept.sort_unstable();
                kept
            };
            prop_assert_eq!(of_border(&a), of_border(&b));
        }
    }
}
