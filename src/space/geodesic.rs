//! A geodesic is the shortest way between two places on the WGS84 ellipsoid, measured in metres.
//!
//! Distances are those of Karney (2013, "Algorithms for geodesics", J. Geodesy 87), by `geographiclib-rs`.

use std::sync::OnceLock;

use geographiclib_rs::{Geodesic, InverseGeodesic};

use super::{
    BBox, Geometry, LonLat,
    geometry::closed_edges,
    sphere::{E2, Origin},
};

/// The longest stretch of an edge, in degrees of either axis, on which the distance to a place is taken to have one least point.
const LONGEST_STRETCH_DEG: f64 = 1.0;

/// How far along an edge the nearest point is sought: the stretch is halved until it is shorter than this share of itself.
const EDGE_TOLERANCE: f64 = 1e-9;

/// Where something lies, seen from a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sight {
    /// Metres along the geodesic to its nearest point; 0 inside an area.
    pub distance_m: f64,
    /// Direction in which that geodesic starts, degrees clockwise from north in [0, 360).
    pub bearing_deg: f64,
}

/// Metres between two places along the geodesic.
pub fn distance_m(from: LonLat, to: LonLat) -> f64 {
    wgs84().inverse(from.lat(), from.lon(), to.lat(), to.lon())
}

/// The nearest point of the geometry, seen from a place.
pub fn sight(from: LonLat, geometry: &Geometry) -> Sight {
    let mut search = Nearest { from, origin: Origin::new(from), best: None };
    match geometry {
        Geometry::Point(at) => search.point(*at),
        Geometry::Points(all) => all.iter().for_each(|at| search.point(*at)),
        Geometry::Lines(lines) => lines.iter().for_each(|line| search.edges(line.windows(2).map(|w| (w[0], w[1])))),
        Geometry::Areas(areas) => {
            if areas.iter().any(|area| area.contains(from)) {
                return Sight { distance_m: 0.0, bearing_deg: 0.0 };
            }
            for ring in areas.iter().flat_map(super::Area::rings) {
                search.edges(closed_edges(ring));
            }
        }
    }
    search.best.expect("a geometry has at least one place")
}

struct Nearest {
    from: LonLat,
    origin: Origin,
    best: Option<Sight>,
}

impl Nearest {
    fn point(&mut self, at: LonLat) {
        let (distance_m, azimuth, _, _) = inverse(self.from, at);
        if self.best.is_none_or(|best| distance_m < best.distance_m) {
            self.best = Some(Sight { distance_m, bearing_deg: clockwise(azimuth) });
        }
    }

    fn edges(&mut self, edges: impl Iterator<Item = (LonLat, LonLat)>) {
        for (a, b) in edges {
            let longest = (b.lon() - a.lon()).abs().max((b.lat() - a.lat()).abs());
            let pieces = (longest / LONGEST_STRETCH_DEG).ceil().max(1.0) as u32;
            for i in 0..pieces {
                let cut = |k: u32| a.toward(b, f64::from(k) / f64::from(pieces));
                self.stretch(cut(i), cut(i + 1));
            }
        }
    }

    /// Halves a stretch by the sign of the slope of the distance along it.
    ///
    /// At a point q the distance grows along the edge by cos(angle between the geodesic's end and the edge).
    fn stretch(&mut self, a: LonLat, b: LonLat) {
        let bound = self.origin.least_metres_to(&BBox::of_point(a).union(BBox::of_point(b)));
        if self.best.is_some_and(|best| bound > best.distance_m) {
            return;
        }
        self.point(a);
        self.point(b);
        let (mut low, mut high) = (0.0_f64, 1.0_f64);
        if self.slope(a, b, low) >= 0.0 || self.slope(a, b, high) <= 0.0 {
            return;
        }
        while high - low > EDGE_TOLERANCE {
            let middle = f64::midpoint(low, high);
            if self.slope(a, b, middle) < 0.0 { low = middle } else { high = middle }
        }
        self.point(a.toward(b, f64::midpoint(low, high)));
    }

    fn slope(&self, a: LonLat, b: LonLat, t: f64) -> f64 {
        let at = a.toward(b, t);
        let (_, _, arrival, _) = inverse(self.from, at);
        // The direction of the edge on the ellipsoid: N cosφ dλ to the east, M dφ to the north.
        let sin = at.lat().to_radians().sin();
        let w2 = 1.0 - E2 * sin * sin;
        let east = (b.lon() - a.lon()) * at.lat().to_radians().cos();
        let north = (b.lat() - a.lat()) * (1.0 - E2) / w2;
        let arrival = arrival.to_radians();
        arrival.sin() * east + arrival.cos() * north
    }
}

fn inverse(from: LonLat, to: LonLat) -> (f64, f64, f64, f64) {
    wgs84().inverse(from.lat(), from.lon(), to.lat(), to.lon())
}

fn clockwise(azimuth_deg: f64) -> f64 {
    let turned = if azimuth_deg < 0.0 { azimuth_deg + 360.0 } else { azimuth_deg };
    if turned >= 360.0 { 0.0 } else { turned }
}

fn wgs84() -> &'static Geodesic {
    static WGS84: OnceLock<Geodesic> = OnceLock::new();
    WGS84.get_or_init(Geodesic::wgs84)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place(lon: f64, lat: f64) -> LonLat {
        LonLat::new(lon, lat).unwrap()
    }

    #[test]
    fn a_known_geodesic() {
        // Wellington to Salamanca, the worked example of the GeographicLib documentation: 19 959 679.267 m.
        let d = distance_m(place(174.81, -41.32), place(-5.50, 40.96));
        assert!((d - 19_959_679.267_353).abs() < 1e-3, "{d}");
    }

    #[test]
    fn due_east_is_ninety_degrees() {
        let seen = sight(place(33.0, 0.0), &Geometry::Point(place(33.1, 0.0)));
        assert!((seen.bearing_deg - 90.0).abs() < 1e-9);
    }

    #[test]
    fn inside_an_area_the_distance_is_nothing_and_in_its_hole_it_is_not() {
        let square = |lo: f64, hi: f64| vec![place(lo, lo), place(hi, lo), place(hi, hi), place(lo, hi)];
        let area = crate::space::Area::new(square(0.0, 10.0), vec![square(4.0, 6.0)]).unwrap();
        let geometry = Geometry::Areas(vec![area].into());
        assert!(sight(place(1.0, 1.0), &geometry).distance_m.abs() < f64::EPSILON);
        let hole = sight(place(5.0, 4.5), &geometry).distance_m;
        let edge = distance_m(place(5.0, 4.5), place(5.0, 4.0));
        assert!((hole - edge).abs() < 0.5, "{hole} against {edge}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn the_distance_to_an_edge_is_that_of_its_nearest_sample(
            from in (-180.0..=180.0, -89.0..=89.0),
            a in (-180.0..=180.0_f64, -89.0..=89.0_f64),
            step in (-3.0..3.0_f64, -3.0..3.0_f64),
        ) {
            let a = place(a.0, a.1);
            let b = place((a.lon() + step.0).clamp(-180.0, 180.0), (a.lat() + step.1).clamp(-89.5, 89.5));
            let from = place(from.0, from.1);
            let found = sight(from, &Geometry::Lines(vec![vec![a, b].into()].into())).distance_m;
            let samples = 2000;
            let sampled = (0..=samples)
                .map(|i| distance_m(from, a.toward(b, f64::from(i) / f64::from(samples))))
                .fold(f64::INFINITY, f64::min);
            prop_assert!(found <= sampled + 1e-3, "{found} but a sample is {sampled}");
            // Between two samples at most 333 km / 2000 / 2 are missed, less when the line is seen from far.
            prop_assert!(found >= sampled - 250.0, "{found} is nearer than any sample {sampled}");
        }
    }
}
