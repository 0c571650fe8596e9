//! Clipping keeps what of a chain of places lies in a square of the grid, in whole numbers.
//!
//! An edge is cut at the same place whichever way it is gone along, so what is common to two chains stays common.

use super::grid::{Place, Spot};

/// One side of the square: what lies beyond it goes.
#[derive(Clone, Copy)]
struct Side {
    vertical: bool,
    limit: i64,
    keeps_below: bool,
}

/// The pieces of a line in the square [low, high]², neighbours different, each of two places or more.
pub fn line(places: &[Place], low: i64, high: i64) -> Vec<Vec<Spot>> {
    let mut pieces = vec![places.to_vec()];
    for side in sides(low, high) {
        if pieces.iter().flatten().all(|at| side.depth(*at) >= 0) {
            continue;
        }
        pieces = pieces.iter().flat_map(|piece| side.pieces(piece)).collect();
    }
    let mut kept: Vec<Vec<Spot>> = Vec::new();
    for piece in pieces {
        let mut spots = snapped(&piece);
        spots.dedup();
        // Two pieces that meet are one line again.
        match kept.last_mut() {
            Some(last) if last.last() == spots.first() => last.extend(&spots[1..]),
            _ => kept.push(spots),
        }
    }
    kept.retain(|spots| spots.len() >= 2);
    kept
}

/// The part of an open ring in the square [low, high]²: Sutherland and Hodgman (1974), one side after the other. What
/// falls apart hangs together along the sides; no places where nothing is left.
pub fn ring(places: &[Place], low: i64, high: i64) -> Vec<Spot> {
    let mut kept = places.to_vec();
    for side in sides(low, high) {
        if kept.iter().all(|at| side.depth(*at) >= 0) {
            continue;
        }
        let Some(mut from) = kept.last().copied() else { break };
        let mut next = Vec::with_capacity(kept.len() + 4);
        for to in kept {
            if (side.depth(from) < 0) != (side.depth(to) < 0) {
                next.push(side.cut(from, to));
            }
            if side.depth(to) >= 0 {
                next.push(to);
            }
            from = to;
        }
        kept = next;
    }
    let mut spots = snapped(&kept);
    spots.dedup();
    while spots.len() > 1 && spots.first() == spots.last() {
        spots.pop();
    }
    spots
}

fn sides(low: i64, high: i64) -> [Side; 4] {
    [(true, low, false), (true, high, true), (false, low, false), (false, high, true)]
        .map(|(vertical, limit, keeps_below)| Side { vertical, limit, keeps_below })
}

impl Side {
    /// How far inside a place lies; negative outside.
    fn depth(self, at: Place) -> i64 {
        let along = if self.vertical { at.0 } else { at.1 };
        if self.keeps_below { self.limit - along } else { along - self.limit }
    }

    /// Where an edge from one side to the other meets it, rounded to the nearest unit.
    fn cut(self, a: Place, b: Place) -> Place {
        let turned = |at: Place| if self.vertical { at } else { (at.1, at.0) };
        let (a, b) = (turned(a), turned(b));
        let (a, b) = if a <= b { (a, b) } else { (b, a) };
        let (run, rise) = (i128::from(b.0 - a.0), i128::from(b.1 - a.1));
        let steps = (2 * rise * i128::from(self.limit - a.0) + run).div_euclid(2 * run);
        turned((self.limit, a.1 + steps as i64))
    }

    fn pieces(self, line: &[Place]) -> Vec<Vec<Place>> {
        let (mut pieces, mut open) = (Vec::new(), Vec::new());
        for (i, to) in line.iter().enumerate() {
            if i > 0 && (self.depth(line[i - 1]) < 0) != (self.depth(*to) < 0) {
                open.push(self.cut(line[i - 1], *to));
            }
            if self.depth(*to) >= 0 {
                open.push(*to);
            } else if !open.is_empty() {
                pieces.push(std::mem::take(&mut open));
            }
        }
        if !open.is_empty() {
            pieces.push(open);
        }
        pieces
    }
}

fn snapped(places: &[Place]) -> Vec<Spot> {
    let near = |v: i64| i32::try_from(v).expect("what is clipped lies in the square");
    places.iter().map(|(x, y)| (near(*x), near(*y))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_out_and_in_again_is_two_pieces() {
        let line_ = [(-10, 5), (5, 5), (5, 30), (8, 30), (8, 2)];
        assert_eq!(line(&line_, 0, 20), [vec![(0, 5), (5, 5), (5, 20)], vec![(8, 20), (8, 2)]]);
        assert_eq!(line(&[(-5, 3), (-1, 9)], 0, 20), [] as [Vec<Spot>; 0]);
    }

    #[test]
    fn a_ring_around_the_square_is_the_square() {
        let around = [(-50, -50), (70, -50), (70, 70), (-50, 70)];
        let mut spots = ring(&around, 0, 20);
        spots.sort_unstable();
        assert_eq!(spots, [(0, 0), (0, 20), (20, 0), (20, 20)]);
    }

    proptest! {
        #[test]
        fn an_edge_is_cut_the_same_both_ways(
            a in (-10_000_i64..20_000, -10_000_i64..20_000), b in (-10_000_i64..20_000, -10_000_i64..20_000),
        ) {
            let there = line(&[a, b], -64, 4160);
            let mut back = line(&[b, a], -64, 4160);
            for piece in &mut back { piece.reverse(); }
            prop_assert_eq!(&there, &back);
            for (x, y) in there.iter().flatten() {
                prop_assert!((-64..=4160).contains(x) && (-64..=4160).contains(y));
                // Each place is within a unit of the edge: by the distance to the line through a and b.
                let (dx, dy) = ((b.0 - a.0) as f64, (b.1 - a.1) as f64);
                let off = (dx * (f64::from(*y) - a.1 as f64) - dy * (f64::from(*x) - a.0 as f64)).abs();
                prop_assert!(off <= 1.5 * dx.hypot(dy).max(1.0), "{off}");
            }
        }
    }
}
