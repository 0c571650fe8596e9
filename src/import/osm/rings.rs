//! `Rings` are assembled out of the edges of an area, whatever ways they come in and whatever roles those have.
//!
//! ```text
//!   edges ── twice-drawn ones cancel ── every place has an even number of them ── none crosses another
//!         ── at a place of four or more, neighbours by angle belong together ── closed lines
//!         ── cut where a line meets itself at a place ── rings ── nested: outer, hole, outer in the hole, …
//! ```
//!
//! What is inside is told by the even-odd rule, as every renderer does, so that a wrong role does no harm. Sums are of
//! whole numbers: nothing is decided by rounding.

use std::collections::HashMap;

use super::element::Place;
use crate::space::{Area, Geometry};

/// How many pairs of edges are compared before an area is given up as no shape of anything.
const MAX_COMPARISONS: u64 = 100_000_000;

/// The areas that the lines enclose, or why they enclose none.
pub(super) fn assemble(lines: &[&[Place]]) -> Result<Geometry, String> {
    let edges = edges(lines);
    if edges.is_empty() {
        return Err("it encloses nothing".into());
    }
    check_crossings(&edges)?;
    let partners = partners(&edges)?;
    let rings = trace(&edges, &partners);
    nest(&rings)
}

/// An edge between two places, the smaller first.
type Edge = [Place; 2];

/// The edges that are drawn an odd number of times: what two areas share is no border of both together.
fn edges(lines: &[&[Place]]) -> Vec<Edge> {
    let all = lines.iter().flat_map(|line| line.windows(2));
    let mut all: Vec<Edge> =
        all.filter(|ends| ends[0] != ends[1]).map(|ends| [ends[0].min(ends[1]), ends[0].max(ends[1])]).collect();
    all.sort_unstable();
    all.chunk_by(|a, b| a == b).filter(|same| same.len() % 2 == 1).map(|same| same[0]).collect()
}

/// Edges stand in the order of their western ends, so each is compared with those that begin before it ends.
fn check_crossings(edges: &[Edge]) -> Result<(), String> {
    let mut comparisons = 0_u64;
    for (i, edge) in edges.iter().enumerate() {
        for other in edges[i + 1..].iter().take_while(|other| other[0].lon <= edge[1].lon) {
            comparisons += 1;
            if meet_wrongly(*edge, *other) {
                return Err(format!("its border crosses or touches itself near {}", other[0]));
            }
        }
        if comparisons > MAX_COMPARISONS {
            return Err("its border is too tangled to be checked".into());
        }
    }
    Ok(())
}

/// Whether two edges have more in common than an end.
fn meet_wrongly([a, b]: Edge, [c, d]: Edge) -> bool {
    let lats = |p: Place, q: Place| (p.lat.min(q.lat), p.lat.max(q.lat));
    let ((low, high), (other_low, other_high)) = (lats(a, b), lats(c, d));
    if low > other_high || other_low > high {
        return false;
    }
    let shared = if a == c {
        Some((a, b, d))
    } else if a == d {
        Some((a, b, c))
    } else if b == c {
        Some((b, a, d))
    } else if b == d {
        Some((b, a, c))
    } else {
        None
    };
    if let Some((hub, one, other)) = shared {
        // Along one line and to the same side: one lies on the other.
        return turn(hub, one, other) == 0 && ahead(hub, one, other) > 0;
    }
    let (ac, ad) = (turn(a, b, c).signum(), turn(a, b, d).signum());
    let (ca, cb) = (turn(c, d, a).signum(), turn(c, d, b).signum());
    // On one line their boxes tell, which were seen to overlap.
    ac * ad <= 0 && ca * cb <= 0
}

/// Twice the area of the triangle, positive counter-clockwise.
fn turn(from: Place, to: Place, at: Place) -> i128 {
    let (x, y) = (step(from.lon, to.lon), step(from.lat, to.lat));
    x * step(from.lat, at.lat) - y * step(from.lon, at.lon)
}

/// How far two steps from one place go the same way.
fn ahead(hub: Place, one: Place, other: Place) -> i128 {
    step(hub.lon, one.lon) * step(hub.lon, other.lon) + step(hub.lat, one.lat) * step(hub.lat, other.lat)
}

fn step(from: i32, to: i32) -> i128 {
    i128::from(to) - i128::from(from)
}

/// For each end of an edge (2i is the first of edge i, 2i + 1 the second) the end with which the border goes on.
fn partners(edges: &[Edge]) -> Result<Vec<usize>, String> {
    let place = |end: usize| edges[end / 2][end % 2];
    let mut ends: Vec<usize> = (0..edges.len() * 2).collect();
    ends.sort_unstable_by_key(|end| place(*end));
    let mut partners = vec![0; ends.len()];
    for at_place in ends.chunk_by_mut(|a, b| place(*a) == place(*b)) {
        let hub = place(at_place[0]);
        if at_place.len() % 2 == 1 {
            return Err(format!("its border is open at {hub}"));
        }
        if at_place.len() > 2 {
            // By angle: the upper half plane first, in it counter-clockwise.
            let is_lower = |end: usize| (place(end ^ 1).lat, place(end ^ 1).lon) < (hub.lat, hub.lon);
            at_place.sort_unstable_by(|a, b| {
                let by_half = is_lower(*a).cmp(&is_lower(*b));
                by_half.then_with(|| turn(hub, place(b ^ 1), place(a ^ 1)).cmp(&0))
            });
        }
        for pair in at_place.chunks_exact(2) {
            partners[pair[0]] = pair[1];
            partners[pair[1]] = pair[0];
        }
    }
    Ok(partners)
}

/// The rings, each cut where it comes back to one of its own places.
fn trace(edges: &[Edge], partners: &[usize]) -> Vec<Vec<Place>> {
    let mut is_done = vec![false; edges.len()];
    let mut rings = Vec::new();
    for first in 0..edges.len() {
        if is_done[first] {
            continue;
        }
        let (mut path, mut seen) = (Vec::new(), HashMap::new());
        let mut end = first * 2;
        while !is_done[end / 2] {
            is_done[end / 2] = true;
            let from = edges[end / 2][end % 2];
            cut_loop(&mut path, &mut seen, from, &mut rings);
            seen.insert(from, path.len());
            path.push(from);
            end = partners[end ^ 1];
        }
        if path.len() > 2 {
            rings.push(path);
        }
    }
    rings
}

/// Where the path has been at this place before, what lies between is a ring of its own.
fn cut_loop(path: &mut Vec<Place>, seen: &mut HashMap<Place, usize>, at: Place, rings: &mut Vec<Vec<Place>>) {
    if let Some(&start) = seen.get(&at) {
        let ring = path.split_off(start);
        for place in &ring {
            seen.remove(place);
        }
        rings.push(ring);
    }
}

/// Outer rings with the holes directly in them.
fn nest(rings: &[Vec<Place>]) -> Result<Geometry, String> {
    let boxes: Vec<[Place; 2]> = rings.iter().map(|ring| corners(ring)).collect();
    // A ring is in another where the middle of one of its edges is: the edges are not shared and do not cross.
    let holders = |i: usize| -> Vec<usize> {
        let middle = (sum(rings[i][0].lon, rings[i][1].lon), sum(rings[i][0].lat, rings[i][1].lat));
        let is_in = |j: &usize| *j != i && is_within(&boxes[i], &boxes[*j]) && holds(&rings[*j], middle);
        (0..rings.len()).filter(is_in).collect()
    };
    let holders: Vec<Vec<usize>> = (0..rings.len()).map(holders).collect();
    let mut holes: HashMap<usize, Vec<usize>> = HashMap::new();
    for (i, around) in holders.iter().enumerate().filter(|(_, around)| around.len() % 2 == 1) {
        let nearest = around.iter().max_by_key(|j| holders[**j].len()).expect("an odd number is not none");
        holes.entry(*nearest).or_default().push(i);
    }
    let places = |i: usize| {
        let places: Result<Vec<_>, _> = rings[i].iter().map(|place| place.lon_lat()).collect();
        places.map_err(|error| error.to_string())
    };
    let mut areas = Vec::new();
    for i in (0..rings.len()).filter(|i| holders[*i].len().is_multiple_of(2)) {
        let holes = holes.get(&i).into_iter().flatten().map(|hole| places(*hole)).collect::<Result<_, _>>()?;
        areas.push(Area::new(places(i)?, holes).map_err(|error| error.to_string())?);
    }
    Geometry::areas(areas).map_err(|error| error.to_string())
}

fn corners(ring: &[Place]) -> [Place; 2] {
    ring.iter().fold([ring[0]; 2], |[low, high], at| {
        [
            Place { lon: low.lon.min(at.lon), lat: low.lat.min(at.lat) },
            Place { lon: high.lon.max(at.lon), lat: high.lat.max(at.lat) },
        ]
    })
}

fn is_within(inner: &[Place; 2], outer: &[Place; 2]) -> bool {
    outer[0].lon <= inner[0].lon
        && outer[0].lat <= inner[0].lat
        && inner[1].lon <= outer[1].lon
        && inner[1].lat <= outer[1].lat
}

fn sum(a: i32, b: i32) -> i128 {
    i128::from(a) + i128::from(b)
}

/// Whether a ring holds a place that is given in half units, by the edges that a ray to the east crosses.
fn holds(ring: &[Place], (x, y): (i128, i128)) -> bool {
    let half = |at: &Place| (i128::from(at.lon) * 2, i128::from(at.lat) * 2);
    let crossed = ring.iter().zip(ring.iter().cycle().skip(1)).filter(|(a, b)| {
        let ((ax, ay), (bx, by)) = (half(a), half(b));
        if (ay > y) == (by > y) {
            return false;
        }
        let turn = (bx - ax) * (y - ay) - (by - ay) * (x - ax);
        if by > ay { turn > 0 } else { turn < 0 }
    });
    crossed.count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(places: &[(i32, i32)]) -> Vec<Place> {
        places.iter().map(|&(lon, lat)| Place { lon, lat }).collect()
    }

    fn of(lines: &[&[(i32, i32)]]) -> Result<Geometry, String> {
        let lines: Vec<_> = lines.iter().map(|places| line(places)).collect();
        assemble(&lines.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    /// The number of holes of every area, and the area of all in square units.
    fn measured(geometry: &Geometry) -> (Vec<usize>, f64) {
        let Geometry::Areas(areas) = geometry else { panic!("{geometry:?}") };
        let ring = |places: &[crate::space::LonLat]| -> f64 {
            let edges = places.iter().zip(places.iter().cycle().skip(1));
            edges.map(|(a, b)| (a.lon() * b.lat() - b.lon() * a.lat()) * 1e14).sum::<f64>() / 2.0
        };
        let mut holes: Vec<usize> = areas.iter().map(|area| area.holes().count()).collect();
        holes.sort_unstable();
        (holes, (areas.iter().flat_map(Area::rings).map(ring).sum::<f64>() * 2.0).round() / 2.0)
    }

    const SQUARE: &[(i32, i32)] = &[(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)];

    #[test]
    fn rings_come_out_of_ways_in_any_order() {
        for (lines, holes, area) in [
            (&[SQUARE][..], vec![0], 100.0),
            (&[&[(0, 0), (10, 0), (10, 10)], &[(0, 0), (0, 10), (10, 10)]], vec![0], 100.0),
            // A hole, an island in it, and one beside.
            (
                &[
                    &[(2, 2), (8, 2), (8, 8), (2, 8), (2, 2)],
                    SQUARE,
                    &[(4, 4), (6, 4), (6, 6), (4, 6), (4, 4)],
                    &[(20, 0), (22, 0), (22, 2), (20, 0)],
                ],
                vec![0, 0, 1],
                100.0 - 36.0 + 4.0 + 2.0,
            ),
            // A figure of eight over one place, and a spike that leads nowhere.
            (&[&[(0, 0), (5, 5), (10, 0), (10, 10), (5, 5), (0, 10), (0, 0)]], vec![0, 0], 50.0),
            (&[SQUARE, &[(10, 10), (12, 12), (10, 10)]], vec![0], 100.0),
            // A hole that touches the outer ring at one place, and two holes with a common edge.
            (&[SQUARE, &[(0, 0), (5, 2), (2, 5), (0, 0)]], vec![1], 89.5),
            (
                &[SQUARE, &[(2, 2), (5, 2), (5, 8), (2, 8), (2, 2)], &[(5, 2), (8, 2), (8, 8), (5, 8), (5, 2)]],
                vec![1],
                64.0,
            ),
            // Two areas side by side are one.
            (&[SQUARE, &[(10, 0), (20, 0), (20, 10), (10, 10), (10, 0)]], vec![0], 200.0),
            // A hole that touches the outer ring at two places parts it in two.
            (&[SQUARE, &[(0, 0), (6, 4), (10, 10), (4, 6), (0, 0)]], vec![0, 0], 80.0),
        ] {
            assert_eq!(measured(&of(lines).unwrap()), (holes, area), "{lines:?}");
        }
    }

    #[test]
    fn what_is_no_area_is_told_with_the_place() {
        for (lines, wanted) in [
            (&[][..], "encloses nothing"),
            (&[&[(0, 0), (5, 5), (0, 0)][..]], "encloses nothing"),
            (&[&[(0, 0), (10, 0), (10, 10)]], "open at 0, 0"),
            (&[SQUARE, &[(20, 0), (30, 0)]], "open at 0.000002, 0"),
            (&[&[(0, 0), (10, 10), (10, 0), (0, 10), (0, 0)]], "crosses or touches itself near"),
            (&[SQUARE, &[(5, 5), (15, 5), (15, 6), (5, 6), (5, 5)]], "crosses or touches itself near"),
            // A corner on an edge without a common place, and an edge upon another.
            (&[SQUARE, &[(5, 0), (6, 5), (4, 5), (5, 0)]], "crosses or touches itself near"),
            (&[SQUARE, &[(0, 0), (5, 0), (5, -5), (0, 0)]], "crosses or touches itself near"),
        ] {
            let error = of(lines).unwrap_err();
            assert!(error.contains(wanted), "{lines:?}: {error}");
        }
        let far = [(0, 0), (2_000_000_000, 0), (0, 5), (0, 0)];
        assert!(of(&[&far]).unwrap_err().contains("not within"));
    }

    /// Whether the place is inside by the even-odd rule over all lines as they were given.
    fn is_inside(lines: &[Vec<Place>], at: (i128, i128)) -> bool {
        lines.iter().filter(|line| holds(&line[..line.len() - 1], at)).count() % 2 == 1
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// Rings on a small lattice meet in all ways. What is assembled holds exactly the places that the rings enclose.
        #[test]
        fn an_area_is_what_its_lines_enclose(
            rings in proptest::collection::vec(proptest::collection::vec((0..7_i32, 0..7_i32), 3..7), 1..5),
        ) {
            let lines: Vec<Vec<Place>> = rings.iter().map(|ring| {
                let mut ring = line(ring);
                ring.push(ring[0]);
                ring
            }).collect();
            if let Ok(geometry) = assemble(&lines.iter().map(Vec::as_slice).collect::<Vec<_>>()) {
                let Geometry::Areas(areas) = &geometry else { panic!() };
                for x in 0..14_i32 {
                    for y in 0..14_i32 {
                        // Never on an edge of the lattice: half units and a little beside.
                        let at = crate::space::LonLat::new((f64::from(x) / 2.0 + 0.2137) / 1e7, (f64::from(y) / 2.0 + 0.1319) / 1e7).unwrap();
                        let inside = areas.iter().filter(|area| area.contains(at)).count();
                        let scaled: Vec<Vec<Place>> = lines.iter().map(|line| line.iter().map(|p| Place { lon: p.lon * 10_000, lat: p.lat * 10_000 }).collect()).collect();
                        let wanted = is_inside(&scaled, (i128::from(x) * 10_000 + 4274, i128::from(y) * 10_000 + 2638));
                        prop_assert_eq!(inside, usize::from(wanted), "{:?} in {:?}", (x, y), &lines);
                    }
                }
            }
        }
    }
}
