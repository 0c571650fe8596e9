//! Merging makes one line of lines that go on where another ends.

use std::collections::HashMap;

use super::grid::Place;

/// The same lines, those joined that alone share an end; where three or more meet, each ends.
///
/// Lines come in the order of the first of each, going its way.
pub fn joined(lines: Vec<Vec<Place>>) -> Vec<Vec<Place>> {
    let mut ends: HashMap<Place, Vec<usize>> = HashMap::new();
    for (i, line) in lines.iter().enumerate() {
        for end in [line[0], line[line.len() - 1]] {
            ends.entry(end).or_default().push(i);
        }
    }
    let mut free: Vec<Option<Vec<Place>>> = lines.into_iter().map(Some).collect();
    let mut joined = Vec::new();
    for i in 0..free.len() {
        let Some(mut chain) = free[i].take() else { continue };
        // Once from its last place on, turned round once more from what was its first.
        for _ in 0..2 {
            while let Some(next) = following(&ends, &mut free, chain[chain.len() - 1]) {
                chain.extend(&next[1..]);
            }
            chain.reverse();
        }
        joined.push(chain);
    }
    joined
}

/// Takes the one other line that has an end here, going from here on.
fn following(ends: &HashMap<Place, Vec<usize>>, free: &mut [Option<Vec<Place>>], here: Place) -> Option<Vec<Place>> {
    let [a, b] = ends.get(&here)?.as_slice() else { return None };
    let mut next = free[*a].take().or_else(|| free[*b].take())?;
    if next[0] != here {
        next.reverse();
    }
    Some(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_street_in_pieces_is_one_line_and_a_crossing_ends_it() {
        let pieces = vec![vec![(2, 0), (1, 0)], vec![(0, 0), (1, 0)], vec![(2, 0), (3, 0)]];
        assert_eq!(joined(pieces.clone()), [[(3, 0), (2, 0), (1, 0), (0, 0)]]);
        let crossed: Vec<_> = pieces.into_iter().chain([vec![(1, 0), (1, 9)]]).collect();
        assert_eq!(joined(crossed).len(), 3);
        assert_eq!(joined(vec![vec![(0, 0), (1, 1)], vec![(1, 1), (1, 0), (0, 0)]]).len(), 1);
    }

    proptest! {
        #[test]
        fn no_edge_is_lost_and_none_comes_twice(
            lines in proptest::collection::vec(proptest::collection::vec((0..6_i64, 0..6_i64), 2..5), 1..20),
        ) {
            let edges = |lines: &[Vec<Place>]| {
                let mut edges: Vec<_> =
                    lines.iter().flat_map(|l| l.windows(2)).map(|e| (e[0].min(e[1]), e[0].max(e[1]))).collect();
                edges.sort_unstable();
                edges
            };
            let joined = joined(lines.clone());
            prop_assert!(joined.len() <= lines.len());
            prop_assert_eq!(edges(&joined), edges(&lines));
        }
    }
}
