//! The ways of a route become its lines: each way once, turned so that it goes on where the one before ends.

use std::collections::HashSet;

use super::element::Place;

/// As few lines as the order of the ways allows.
///
/// A way that is cut comes as several, which stand together under its id.
pub(super) fn merge(ways: &[(i64, Vec<Place>)]) -> Vec<Vec<Place>> {
    let mut lines: Vec<Vec<Place>> = Vec::new();
    let mut drawn = HashSet::new();
    // How many ways the last line is made of: while it is one, it may still be turned itself.
    let mut length = 0;
    for (id, places) in ways {
        let (Some(&first), Some(&last)) = (places.first(), places.last()) else { continue };
        if !drawn.insert((*id, first, last)) {
            continue;
        }
        let joined = lines.last_mut().is_some_and(|line| {
            let (start, end) = (line[0], line[line.len() - 1]);
            if length == 1 && end != first && end != last && (start == first || start == last) {
                line.reverse();
            }
            let end = line[line.len() - 1];
            if end == first {
                line.extend_from_slice(&places[1..]);
            } else if end == last {
                line.extend(places.iter().rev().skip(1));
            }
            end == first || end == last
        });
        if joined {
            length += 1;
        } else {
            lines.push(places.clone());
            length = 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_are_joined_whichever_way_they_were_drawn() {
        let way = |id: i64, lons: &[i32]| (id, lons.iter().map(|&lon| Place { lon, lat: 0 }).collect::<Vec<_>>());
        let merged = |ways: &[(i64, Vec<Place>)]| -> Vec<Vec<i32>> {
            merge(ways).iter().map(|line| line.iter().map(|place| place.lon).collect()).collect()
        };
        let (a, b, c) = (way(1, &[0, 1, 2]), way(2, &[2, 3]), way(3, &[5, 4, 3]));
        assert_eq!(merged(&[a.clone(), b.clone(), c.clone()]), [[0, 1, 2, 3, 4, 5]]);
        assert_eq!(merged(&[c.clone(), b.clone(), a.clone()]), [[5, 4, 3, 2, 1, 0]]);
        assert_eq!(merged(&[b.clone(), a.clone()]), [[3, 2, 1, 0]]);
        // A gap, and a way that is passed twice.
        assert_eq!(merged(&[a.clone(), c.clone(), a.clone()]), [[0, 1, 2], [5, 4, 3]]);
        assert_eq!(merged(&[a, way(7, &[9, 2])]), [[0, 1, 2, 9]]);
        assert!(merged(&[]).is_empty());
    }
}
