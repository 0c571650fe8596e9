//! The `Sea` is no element of OpenStreetMap: it lies to the right of every coastline (wiki, "Tag:natural=coastline"), as far
//! as a frame.
//!
//! ```text
//!   ┌────────●───────┐    The coast is cut at the sides of the frame. Going around it clockwise, what follows where the
//!   │  land  ↑  sea  │    coast leaves is sea, up to where it comes in again. The edges of the coast within and these
//!   │     ╭──╯  ◌    │    stretches of the sides are the border of the sea; an island has one of its own.
//!   └─────●──────────┘
//! ```
//!
//! An extract may end in the middle of a coast: from there it goes on straight to the nearest side, or to another one where
//! that encloses nothing.

use std::collections::HashMap;

use super::{
    element::{Place, Tags, tag},
    rings,
};
use crate::space::{BBox, Geometry, clip::part_inside};

/// So many units are left free between a side of the frame and any place of a coast: half a metre.
const CLEAR: i32 = 50;

/// For so many ends of coasts within the frame, each side is tried: 256 seas at most.
const MOST_ENDS_TRIED: usize = 4;

/// Edges that are looked at in all tries together, but for the first.
const MOST_EDGES_TRIED: usize = 10_000_000;

/// The id of the sea, and what it is among elements.
pub(super) const NAME: &str = "sea";

/// Its tags, as those of other waters.
pub(super) const TAGS: &Tags<'static> = &[("natural", "water"), ("water", "sea")];

/// Whether a way is a coast.
pub(super) fn is_coast(tags: &Tags<'_>) -> bool {
    tag(tags, "natural") == Some("coastline")
}

/// As far as the sea is drawn: from the south-western corner to the north-eastern one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    pub low: Place,
    pub high: Place,
}

impl Frame {
    /// The frame between two corners; `None` where they are not the south-western one and the north-eastern one.
    pub fn between(low: Place, high: Place) -> Option<Self> {
        (low.lon < high.lon && low.lat < high.lat).then_some(Self { low, high })
    }

    /// The frame of a box.
    pub fn of_box(bbox: &BBox) -> Self {
        Self { low: Place::of_degrees(bbox.west, bbox.south), high: Place::of_degrees(bbox.east, bbox.north) }
    }

    /// Around all these places; `None` around none.
    fn around<'a>(places: impl Iterator<Item = &'a Place>) -> Option<Self> {
        places.fold(None, |frame: Option<Self>, place| {
            let Self { low, high } = frame.unwrap_or(Self { low: *place, high: *place });
            Some(Self {
                low: Place { lon: low.lon.min(place.lon), lat: low.lat.min(place.lat) },
                high: Place { lon: high.lon.max(place.lon), lat: high.lat.max(place.lat) },
            })
        })
    }

    /// The same or a little wider, so that none of the places lies near a line of its sides: where a cut is rounded there,
    /// no coast is lost.
    fn beside(mut self, places: impl Iterator<Item = Place> + Clone) -> Self {
        let lons: Vec<i32> = sorted(places.clone().map(|place| place.lon));
        let lats: Vec<i32> = sorted(places.map(|place| place.lat));
        let free = |mut at: i32, taken: &[i32], step: i32| {
            loop {
                let first = taken.partition_point(|one| *one < at.saturating_sub(CLEAR));
                match taken.get(first) {
                    Some(one) if *one <= at.saturating_add(CLEAR) && at != at.saturating_add(step) => at += step,
                    _ => return at,
                }
            }
        };
        self.low = Place { lon: free(self.low.lon, &lons, -1), lat: free(self.low.lat, &lats, -1) };
        self.high = Place { lon: free(self.high.lon, &lons, 1), lat: free(self.high.lat, &lats, 1) };
        self
    }

    fn holds(&self, at: Place) -> bool {
        (self.low.lon..=self.high.lon).contains(&at.lon) && (self.low.lat..=self.high.lat).contains(&at.lat)
    }

    /// The places right outside, straight beyond each side, with how far each is from one within.
    fn exits(&self, at: Place) -> [(i64, Place); 4] {
        let Self { low, high } = *self;
        let far = |from: i32, to: i32| i64::from(to) - i64::from(from);
        [
            (far(low.lon, at.lon), Place { lon: low.lon.saturating_sub(1), ..at }),
            (far(at.lon, high.lon), Place { lon: high.lon.saturating_add(1), ..at }),
            (far(low.lat, at.lat), Place { lat: low.lat.saturating_sub(1), ..at }),
            (far(at.lat, high.lat), Place { lat: high.lat.saturating_add(1), ..at }),
        ]
    }

    /// The place at this part of an edge that crosses a side there, on that side.
    fn crossing(&self, (a, b): Edge, part: f64) -> Place {
        let between = |a: i32, b: i32, low: i32, high: i32| {
            (f64::from(a) + (f64::from(b) - f64::from(a)) * part).round().clamp(low.into(), high.into()) as i32
        };
        let Self { low, high } = *self;
        let at = Place { lon: between(a.lon, b.lon, low.lon, high.lon), lat: between(a.lat, b.lat, low.lat, high.lat) };
        let far = |a: i32, b: i32| i64::from(a).abs_diff(b.into());
        let sides = [
            (far(at.lon, low.lon), Place { lon: low.lon, ..at }),
            (far(at.lon, high.lon), Place { lon: high.lon, ..at }),
            (far(at.lat, low.lat), Place { lat: low.lat, ..at }),
            (far(at.lat, high.lat), Place { lat: high.lat, ..at }),
        ];
        sides.into_iter().min_by_key(|(far, _)| *far).expect("there are four sides").1
    }

    fn size(&self) -> (i64, i64) {
        let side = |low: i32, high: i32| i64::from(high) - i64::from(low);
        (side(self.low.lon, self.high.lon), side(self.low.lat, self.high.lat))
    }

    /// How far a place on a side is from the north-western corner, clockwise.
    fn way_to(&self, at: Place) -> i64 {
        let (width, height) = self.size();
        let side = |from: i32, to: i32| i64::from(to) - i64::from(from);
        if at.lat == self.high.lat {
            side(self.low.lon, at.lon)
        } else if at.lon == self.high.lon {
            width + side(at.lat, self.high.lat)
        } else if at.lat == self.low.lat {
            width + height + side(at.lon, self.high.lon)
        } else {
            2 * width + height + side(self.low.lat, at.lat)
        }
    }

    /// The corners clockwise from the north-western one, each as [`way_to`](Self::way_to) tells.
    fn corners(&self) -> [(i64, Place); 4] {
        let ((width, height), Self { low, high }) = (self.size(), *self);
        [
            (0, Place { lon: low.lon, lat: high.lat }),
            (width, high),
            (width + height, Place { lon: high.lon, lat: low.lat }),
            (2 * width + height, low),
        ]
    }

    /// The sides clockwise from one place on them to another.
    fn sides(&self, from: Place, to: Place) -> Vec<Place> {
        let round = 2 * (self.size().0 + self.size().1);
        let start = self.way_to(from);
        let ahead = |way: i64| (way - start).rem_euclid(round);
        let end = ahead(self.way_to(to));
        let mut between: Vec<(i64, Place)> = self.corners().map(|(way, corner)| (ahead(way), corner)).into();
        between.retain(|(way, _)| *way > 0 && *way < end);
        between.sort_unstable_by_key(|(way, _)| *way);
        let corners = between.into_iter().map(|(_, corner)| corner);
        std::iter::once(from).chain(corners).chain([to]).collect()
    }

    fn ring(&self) -> Vec<Place> {
        let corners = self.corners().map(|(_, corner)| corner);
        corners.into_iter().chain([corners[0]]).collect()
    }
}

fn sorted(numbers: impl Iterator<Item = i32>) -> Vec<i32> {
    let mut numbers: Vec<i32> = numbers.collect();
    numbers.sort_unstable();
    numbers
}

/// From a place to the next one.
type Edge = (Place, Place);

/// The sea between these coasts, each in its direction, within the frame or else as far as they go; `None` where no coast
/// tells on which side it lies.
pub(super) fn sea(coasts: &[Vec<Place>], frame: Option<Frame>) -> Option<Result<Geometry, String>> {
    let places = || coasts.iter().flatten();
    let frame = frame.or_else(|| Frame::around(places()))?.beside(places().copied());
    let mut edges: Vec<Edge> =
        coasts.iter().flat_map(|coast| coast.windows(2)).map(|ends| (ends[0], ends[1])).collect();
    edges.sort_unstable();
    edges.dedup();
    let ends = ends(&edges, &frame);
    let mut first = None;
    let tries = (MOST_EDGES_TRIED / edges.len().max(1)).max(1);
    for more in continuations(&ends, &frame).into_iter().take(tries) {
        let enclosed = enclosed(edges.iter().copied().chain(more), &frame)?;
        if enclosed.is_ok() {
            return Some(enclosed);
        }
        first = first.or(Some(enclosed));
    }
    first
}

/// What the edges enclose on their right together with the sides of the frame; `None` where none is within.
fn enclosed(edges: impl Iterator<Item = Edge>, frame: &Frame) -> Option<Result<Geometry, String>> {
    let (low, high) = (units(frame.low), units(frame.high));
    let mut lines = Vec::new();
    // Each with whether the coast leaves the frame there.
    let mut crossings: Vec<(Place, bool)> = Vec::new();
    for (a, b) in edges {
        let Some((enter, leave)) = part_inside(units(a), units(b), low, high) else { continue };
        let from = if enter > 0.0 { frame.crossing((a, b), enter) } else { a };
        let to = if leave < 1.0 { frame.crossing((a, b), leave) } else { b };
        if from == to {
            continue;
        }
        crossings.extend((enter > 0.0).then_some((from, false)));
        crossings.extend((leave < 1.0).then_some((to, true)));
        lines.push(vec![from, to]);
    }
    if lines.is_empty() {
        return None;
    }
    crossings.sort_unstable_by_key(|(at, leaves)| (frame.way_to(*at), *leaves));
    if crossings.is_empty() && doubled_area(&lines) > 0 {
        // Nothing but islands.
        lines.push(frame.ring());
    }
    for (i, (from, leaves)) in crossings.iter().enumerate() {
        if *leaves {
            lines.push(frame.sides(*from, crossings[(i + 1) % crossings.len()].0));
        }
    }
    Some(rings::assemble(&lines.iter().map(Vec::as_slice).collect::<Vec<_>>()))
}

/// The places within the frame where a coast begins, with `true`, or ends.
fn ends(edges: &[Edge], frame: &Frame) -> Vec<(Place, bool)> {
    // How many more begin at a place than end there.
    let mut open: HashMap<Place, i32> = HashMap::new();
    for (from, to) in edges {
        *open.entry(*from).or_default() += 1;
        *open.entry(*to).or_default() -= 1;
    }
    let within = open.into_iter().filter(|(at, more)| *more != 0 && frame.holds(*at));
    let mut ends: Vec<(Place, bool)> = within.map(|(at, more)| (at, more > 0)).collect();
    ends.sort_unstable();
    ends
}

/// The ways in which these ends can go on straight to the sides, those first that add the least; once nothing where there are none.
fn continuations(ends: &[(Place, bool)], frame: &Frame) -> Vec<Vec<Edge>> {
    let mut all: Vec<(i64, Vec<Edge>)> = vec![(0, Vec::new())];
    for (at, begins) in ends {
        let mut exits = frame.exits(*at);
        exits.sort_unstable();
        let tried = if ends.len() <= MOST_ENDS_TRIED { &exits[..] } else { &exits[..1] };
        let with = |(far, edges): &(i64, Vec<Edge>)| -> Vec<(i64, Vec<Edge>)> {
            let edge = |exit: Place| if *begins { (exit, *at) } else { (*at, exit) };
            tried.iter().map(|(more, exit)| (far + more, [&edges[..], &[edge(*exit)]].concat())).collect()
        };
        all = all.iter().flat_map(with).collect();
    }
    all.sort();
    all.into_iter().map(|(_, edges)| edges).collect()
}

/// Twice the area that lines which begin where others end enclose, positive counter-clockwise.
fn doubled_area(lines: &[Vec<Place>]) -> i128 {
    let cross = |a: Place, b: Place| i128::from(a.lon) * i128::from(b.lat) - i128::from(b.lon) * i128::from(a.lat);
    lines.iter().flat_map(|line| line.windows(2)).map(|ends| cross(ends[0], ends[1])).sum()
}

/// For [`part_inside`]: whole numbers, so that what lies within is told exactly.
fn units(at: Place) -> (f64, f64) {
    (at.lon.into(), at.lat.into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::space::LonLat;

    const FRAME: Frame = Frame { low: Place { lon: 0, lat: 0 }, high: Place { lon: 100 * SCALE, lat: 100 * SCALE } };

    /// Units in one of the steps that the tests count in.
    const SCALE: i32 = 1000;

    fn line(places: &[(i32, i32)]) -> Vec<Place> {
        places.iter().map(|(lon, lat)| Place { lon: lon * SCALE, lat: lat * SCALE }).collect()
    }

    fn is_sea(sea: &Geometry, at: (f64, f64)) -> bool {
        let Geometry::Areas(areas) = sea else { panic!("the sea is an area") };
        let at = LonLat::new(at.0 * f64::from(SCALE) / 1e7, at.1 * f64::from(SCALE) / 1e7).unwrap();
        areas.iter().any(|area| area.contains(at))
    }

    fn of(coasts: &[&[(i32, i32)]], frame: Option<Frame>) -> Option<Result<Geometry, String>> {
        let coasts: Vec<Vec<Place>> = coasts.iter().map(|coast| line(coast)).collect();
        sea(&coasts, frame)
    }

    #[test]
    fn the_sea_is_to_the_right() {
        let north: &[(i32, i32)] = &[(50, -10), (50, 110)];
        let south: &[(i32, i32)] = &[(50, 110), (50, -10)];
        let island: &[(i32, i32)] = &[(70, 70), (80, 70), (75, 80), (70, 70)];
        let (east, west) = ((90.0, 20.0), (10.0, 20.0));
        for (coasts, wanted, not) in [
            (&[north][..], east, west),
            (&[south], west, east),
            // In two ways, the second begun where the first ends, and given twice.
            (&[&[(50, 40), (50, 110)], &[(50, -10), (50, 40)], &[(50, 40), (50, 110)]], east, west),
            (&[north, island], east, (75.0, 72.0)),
            (&[island], west, (75.0, 72.0)),
            // A lagoon: its coast runs clockwise.
            (&[&[(70, 70), (75, 80), (80, 70), (70, 70)]], (75.0, 72.0), east),
            // An island cut by a side, and one by a corner.
            (&[&[(90, 40), (110, 40), (110, 60), (90, 60), (90, 40)]], west, (95.0, 50.0)),
            (&[&[(90, 90), (110, 90), (110, 110), (90, 110), (90, 90)]], west, (95.0, 95.0)),
            // A strait: land on both sides.
            (&[&[(20, -10), (20, 110)], &[(60, 110), (60, -10)]], (40.0, 50.0), (80.0, 50.0)),
            // The extract ends in the middle of the coast; it goes on to the nearest side.
            (&[&[(50, -10), (50, 95)]], east, west),
            (&[&[(50, 5), (50, 95)]], east, west),
            // It leaves at once where it begins, and comes back beside: the nearest side would be the wrong one.
            (&[&[(30, 5), (20, -5), (40, -5), (40, 110)]], (60.0, 20.0), (20.0, 60.0)),
            // On the very sides of the frame.
            (&[&[(50, 0), (50, 100)]], east, west),
        ] {
            let found = of(coasts, Some(FRAME)).unwrap().unwrap_or_else(|problem| panic!("{coasts:?}: {problem}"));
            assert!(is_sea(&found, wanted), "{coasts:?}");
            assert!(!is_sea(&found, not), "{coasts:?}");
        }
    }

    #[test]
    fn where_no_coast_is_in_the_frame_nothing_is_told() {
        assert!(of(&[], Some(FRAME)).is_none());
        assert!(of(&[&[(200, 0), (200, 100)]], Some(FRAME)).is_none());
        assert!(of(&[], None).is_none());
    }

    #[test]
    fn without_a_frame_the_sea_is_as_far_as_its_coasts() {
        let found =
            of(&[&[(0, 0), (10, 60), (0, 100)], &[(90, 50), (95, 50), (90, 55), (90, 50)]], None).unwrap().unwrap();
        assert!(is_sea(&found, (50.0, 50.0)) && !is_sea(&found, (2.0, 50.0)) && !is_sea(&found, (91.0, 51.0)));
    }

    #[test]
    fn a_coast_that_crosses_itself_is_told_with_the_place() {
        let tangled = of(&[&[(20, -10), (20, 50), (80, 60), (10, 40), (10, 110)]], Some(FRAME)).unwrap();
        assert!(tangled.unwrap_err().contains("crosses or touches itself near"));
    }

    /// Places anywhere, and often where others are or nearly.
    fn place() -> impl Strategy<Value = Place> {
        let number = || prop_oneof![6 => (0..8_i32).prop_map(|n| n * 15 * SCALE), 2 => -60..60_i32, 1 => any::<i32>(), 1 => Just(i32::MIN), 1 => Just(i32::MAX)];
        (number(), number()).prop_map(|(lon, lat)| Place { lon, lat })
    }

    /// Islands of many shapes, each in a field of its own of a lattice, some of them cut by the frame.
    fn islands() -> impl Strategy<Value = Vec<Vec<(i32, i32)>>> {
        let corner = |x: i32, y: i32| (0..x, 0..y);
        let island = (corner(9, 9), 5..18_i32, 5..18_i32, any::<bool>());
        proptest::collection::vec(island, 1..9).prop_map(|all| {
            let mut islands = Vec::new();
            for (i, ((x, y), width, height, is_pointed)) in (0..).zip(all) {
                // Fields of 40 by 40, three in a row, the outer ones half outside.
                let (west, south) = (i % 3 * 40 - 20 + 3 + x, i / 3 * 40 - 20 + 3 + y);
                let (east, north) = (west + width, south + height);
                let top =
                    if is_pointed { vec![(west + width / 2, north + 3)] } else { vec![(east, north), (west, north)] };
                islands.push([vec![(west, south), (east, south)], top].concat());
            }
            islands
        })
    }

    proptest! {
        #[test]
        fn any_coasts_are_a_sea_or_a_reason(
            coasts in proptest::collection::vec(proptest::collection::vec(place(), 0..8), 0..6),
            corners in proptest::option::of((place(), place())),
        ) {
            let frame = corners.and_then(|(low, high)| Frame::between(low, high));
            match sea(&coasts, frame) {
                Some(Ok(Geometry::Areas(areas))) => prop_assert!(!areas.is_empty()),
                Some(Ok(other)) => prop_assert!(false, "{other:?}"),
                Some(Err(_)) | None => {}
            }
        }

        #[test]
        fn all_is_sea_but_the_islands(
            islands in islands(), cuts in proptest::collection::vec(0..3_usize, 9), in_two in any::<bool>(),
        ) {
            let coasts: Vec<Vec<(i32, i32)>> = islands.iter().zip(&cuts).flat_map(|(island, cut)| {
                let mut ring = island.clone();
                let turns = cut % ring.len();
                ring.rotate_left(turns);
                ring.push(ring[0]);
                if in_two { vec![ring[1..].to_vec(), ring[..2].to_vec()] } else { vec![ring] }
            }).collect();
            let found = of(&coasts.iter().map(Vec::as_slice).collect::<Vec<_>>(), Some(FRAME));
            let holds = |island: &[(i32, i32)], at: (f64, f64)| {
                let next = island.iter().cycle().skip(1);
                island.iter().zip(next).all(|(a, b)| {
                    let (a, b) = ((f64::from(a.0), f64::from(a.1)), (f64::from(b.0), f64::from(b.1)));
                    (b.0 - a.0) * (at.1 - a.1) - (b.1 - a.1) * (at.0 - a.0) > 0.0
                })
            };
            let Some(found) = found else {
                // Every island lies outside, or holds nothing of the frame.
                prop_assert!(islands.iter().all(|island| island.iter().all(|(x, y)| *x < 0 || *y < 0)), "{:?}", &islands);
                return Ok(());
            };
            let found = found.unwrap();
            for x in (1..100).step_by(3) {
                for y in (1..100).step_by(3) {
                    // A cut edge is rounded to whole units where it meets the side, so no place close to a border is asked.
                    let at = (f64::from(x) + 0.31, f64::from(y) + 0.17);
                    let near = |(dx, dy): (f64, f64)| islands.iter().any(|island| holds(island, (at.0 + dx, at.1 + dy)));
                    let around = [(0.0, 0.0), (0.1, 0.0), (-0.1, 0.0), (0.0, 0.1), (0.0, -0.1)].map(near);
                    if around.iter().all(|is_land| *is_land == around[0]) {
                        prop_assert_eq!(is_sea(&found, at), !around[0], "{:?} beside {:?}", at, &islands);
                    }
                }
            }
        }
    }
}
