//! A place `inside` a shape stands for it where a collection has points: on the line, within the area.

use crate::space::{Area, Geometry, LonLat};

/// How many parallels are tried for a place within an area that does not hold its own centre.
const PARALLELS: u32 = 15;

/// A place on the longest line or within the largest area.
pub(super) fn place(geometry: &Geometry) -> LonLat {
    match geometry {
        Geometry::Point(at) => *at,
        Geometry::Points(all) => all[0],
        Geometry::Lines(lines) => {
            let longest = lines.iter().max_by(|a, b| length(a).total_cmp(&length(b)));
            middle(longest.expect("a geometry is never empty"))
        }
        Geometry::Areas(areas) => {
            let largest = areas.iter().max_by(|a, b| centre(a).1.total_cmp(&centre(b).1));
            within(largest.expect("a geometry is never empty"))
        }
    }
}

/// The length of an edge with meridians drawn as near as they are at its latitude; in degrees of latitude.
fn edge(a: LonLat, b: LonLat) -> f64 {
    let across = (b.lon() - a.lon()) * f64::midpoint(a.lat(), b.lat()).to_radians().cos();
    across.hypot(b.lat() - a.lat())
}

fn length(line: &[LonLat]) -> f64 {
    line.windows(2).map(|ends| edge(ends[0], ends[1])).sum()
}

fn middle(line: &[LonLat]) -> LonLat {
    let mut left = length(line) / 2.0;
    for ends in line.windows(2) {
        let edge = edge(ends[0], ends[1]);
        if edge > 0.0 && left <= edge {
            return ends[0].toward(ends[1], left / edge);
        }
        left -= edge;
    }
    line[line.len() - 1]
}

/// The centre of the outer ring and its area in square degrees.
fn centre(area: &Area) -> ((f64, f64), f64) {
    let (outer, origin) = (area.outer(), area.outer()[0]);
    let from = |at: LonLat| (at.lon() - origin.lon(), at.lat() - origin.lat());
    let (mut x, mut y, mut doubled) = (0.0, 0.0, 0.0);
    for (a, b) in outer.iter().zip(outer.iter().cycle().skip(1)) {
        let ((ax, ay), (bx, by)) = (from(*a), from(*b));
        let cross = ax * by - bx * ay;
        x += (ax + bx) * cross;
        y += (ay + by) * cross;
        doubled += cross;
    }
    let at = |sum: f64| if doubled == 0.0 { 0.0 } else { sum / (3.0 * doubled) };
    ((origin.lon() + at(x), origin.lat() + at(y)), doubled.abs() / 2.0)
}

/// The centre where the area holds it, else the middle of the widest stretch along one of some parallels.
fn within(area: &Area) -> LonLat {
    let ((lon, lat), _) = centre(area);
    if let Ok(centre) = LonLat::new(lon, lat)
        && area.contains(centre)
    {
        return centre;
    }
    let lats = area.outer().iter().map(|at| at.lat());
    let (south, north) =
        lats.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), lat| (low.min(lat), high.max(lat)));
    let mut best: Option<(f64, LonLat)> = None;
    for i in 1..=PARALLELS {
        let lat = south + (north - south) * f64::from(i) / f64::from(PARALLELS + 1);
        let mut crossings: Vec<f64> = Vec::new();
        for ring in area.rings() {
            for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
                if (a.lat() > lat) != (b.lat() > lat) {
                    crossings.push(a.lon() + (b.lon() - a.lon()) * (lat - a.lat()) / (b.lat() - a.lat()));
                }
            }
        }
        crossings.sort_unstable_by(f64::total_cmp);
        for stretch in crossings.chunks_exact(2) {
            let width = stretch[1] - stretch[0];
            if best.is_none_or(|(widest, _)| width > widest)
                && let Ok(at) = LonLat::new(f64::midpoint(stretch[0], stretch[1]), lat)
            {
                best = Some((width, at));
            }
        }
    }
    best.map_or(area.outer()[0], |(_, at)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(lon: f64, lat: f64) -> LonLat {
        LonLat::new(lon, lat).unwrap()
    }

    fn area(places: &[(f64, f64)]) -> Area {
        Area::new(places.iter().map(|&(lon, lat)| at(lon, lat)).collect(), Vec::new()).unwrap()
    }

    #[test]
    fn a_square_has_its_centre_and_a_horseshoe_a_place_in_one_of_its_arms() {
        let square = Geometry::areas(vec![area(&[(0., 0.), (2., 0.), (2., 2.), (0., 2.)])]).unwrap();
        assert_eq!(place(&square), at(1.0, 1.0));
        let shoe = area(&[(0., 0.), (9., 0.), (9., 9.), (8., 9.), (8., 1.), (1., 1.), (1., 9.), (0., 9.)]);
        let found = place(&Geometry::areas(vec![shoe.clone()]).unwrap());
        assert!(shoe.contains(found), "{found:?}");
        let line =
            Geometry::lines(vec![vec![at(0., 0.), at(0., 1.), at(0., 4.)], vec![at(5., 5.), at(5., 6.)]]).unwrap();
        assert_eq!(place(&line), at(0.0, 2.0));
        let nothing = Geometry::lines(vec![vec![at(1., 1.), at(1., 1.)]]).unwrap();
        assert_eq!(place(&nothing), at(1.0, 1.0));
    }

    proptest! {
        /// A star around a place: its rays have any lengths.
        #[test]
        fn the_place_of_an_area_is_in_it(rays in proptest::collection::vec(0.01..1.0_f64, 5..30)) {
            let step = std::f64::consts::TAU / rays.len() as f64;
            let star: Vec<_> = rays.iter().enumerate().map(|(i, r)| {
                let (sin, cos) = (i as f64 * step).sin_cos();
                (33.0 + r * cos, 48.0 + r * sin)
            }).collect();
            let star = area(&star);
            prop_assert!(star.contains(place(&Geometry::areas(vec![star.clone()]).unwrap())));
        }
    }
}
