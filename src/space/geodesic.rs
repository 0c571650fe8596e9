//! A geodesic is the shortest way between two places on the WGS84 ellipsoid, measured in metres.
//!
//! Distances are those of Karney (2013, "Algorithms for geodesics", J. Geodesy 87), by `geographiclib-rs`; those to near places
//! are told by the [`chord`](super::chord), which takes a tenth of the time, and differ from them by less than 0.1 µm.

use std::sync::OnceLock;

use geographiclib_rs::{Geodesic, InverseGeodesic};

use super::{
    EdgeTree, Geometry, LonLat, Ruler, Span,
    chord::{Stand, Way},
    geometry::closed_edges,
    sphere::E2,
};

/// The longest stretch of an edge, in degrees of either axis, on which the distance to a place is taken to have one least point.
const LONGEST_STRETCH_DEG: f64 = 1.0;

/// How exactly the nearest point of an edge is sought along it. Off by ε metres at d metres the distance is ε²/2d too long,
/// and never more than ε.
const EDGE_TOLERANCE_M: f64 = 1e-6;

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
    if let Some(near) = Ruler::near(from) {
        let span = near.to_geometry(geometry, None, f64::INFINITY);
        if span.most_m <= near.reach_m() {
            return sight_within(&near, geometry, None, span);
        }
    }
    let far = Ruler::far(from);
    sight_within(&far, geometry, None, far.to_geometry(geometry, None, f64::INFINITY))
}

/// The nearest point of the geometry, seen from the place of a ruler, which has found between what it lies.
///
/// Only edges that can hold it are measured; the answer is the same with `edges`, the geometry's tree, and without.
pub fn sight_within(ruler: &Ruler, geometry: &Geometry, edges: Option<&EdgeTree>, span: Span) -> Sight {
    let mut search = Nearest { from: Stand::new(ruler.from()), ruler, most_m: span.most_m, best: None };
    match geometry {
        Geometry::Point(at) => search.point(*at),
        Geometry::Points(all) => all.iter().for_each(|at| search.point(*at)),
        Geometry::Areas(_) if geometry.holds(ruler.from(), edges) => {
            return Sight { distance_m: 0.0, bearing_deg: 0.0 };
        }
        Geometry::Lines(_) | Geometry::Areas(_) => match (edges, geometry) {
            (Some(edges), _) => edges.walk(
                geometry,
                &mut search,
                |search, bbox| search.ruler.least_to_box(bbox) <= search.most_m,
                |search, _, a, b| search.edge(a, b),
            ),
            (None, Geometry::Lines(lines)) => {
                lines.iter().flat_map(|line| line.windows(2)).for_each(|w| search.edge(w[0], w[1]));
            }
            (None, Geometry::Areas(areas)) => {
                let rings = areas.iter().flat_map(super::Area::rings);
                rings.flat_map(closed_edges).for_each(|(a, b)| search.edge(a, b));
            }
            (None, _) => {}
        },
    }
    search.best.expect("the edge that the span was found on is measured")
}

struct Nearest<'a> {
    from: Stand,
    ruler: &'a Ruler,
    /// The nearest point is not farther than that.
    most_m: f64,
    best: Option<Sight>,
}

/// A place along an edge, measured: the metres to it, and those metres seen along the edge, which fall to zero at the
/// nearest point and there grow as the way along the edge does.
struct Foot {
    t: f64,
    sight: Sight,
    along_m: f64,
}

impl Nearest<'_> {
    fn point(&mut self, at: LonLat) {
        self.take(seen(&way(&self.from, at)));
    }

    fn take(&mut self, sight: Sight) {
        if self.best.is_none_or(|best| sight.distance_m < best.distance_m) {
            self.most_m = self.most_m.min(sight.distance_m);
            self.best = Some(sight);
        }
    }

    fn edge(&mut self, a: LonLat, b: LonLat) {
        if self.ruler.to_edge(a, b).least_m > self.most_m {
            return;
        }
        let longest = (b.lon() - a.lon()).abs().max((b.lat() - a.lat()).abs());
        let pieces = (longest / LONGEST_STRETCH_DEG).ceil().max(1.0) as u32;
        for i in 0..pieces {
            let cut = |k: u32| a.toward(b, f64::from(k) / f64::from(pieces));
            self.stretch(cut(i), cut(i + 1));
        }
    }

    /// Finds where the distance along a stretch stops falling: between two places of which the one sees the nearest
    /// point ahead and the other behind, where a straight line between what they see along the edge is zero (regula
    /// falsi; the end that stays twice counts half, after Dowell and Jarratt 1971, so that both close in).
    fn stretch(&mut self, a: LonLat, b: LonLat) {
        if self.ruler.to_edge(a, b).least_m > self.most_m {
            return;
        }
        let (mut low, mut high) = (self.foot(a, b, 0.0), self.foot(a, b, 1.0));
        self.take(low.sight);
        self.take(high.sight);
        let length_m = way(&Stand::new(a), b).metres;
        let mut stays = 0_i8;
        while low.along_m < 0.0 && high.along_m > 0.0 && (high.t - low.t) * length_m > EDGE_TOLERANCE_M {
            let zero = low.t - low.along_m * (high.t - low.t) / (high.along_m - low.along_m);
            let middle = if zero > low.t && zero < high.t { zero } else { f64::midpoint(low.t, high.t) };
            let foot = self.foot(a, b, middle);
            self.take(foot.sight);
            if foot.along_m.abs() < EDGE_TOLERANCE_M || !(middle > low.t && middle < high.t) {
                return;
            }
            if foot.along_m < 0.0 {
                low = foot;
                if stays < 0 {
                    high.along_m *= 0.5;
                }
                stays = -1;
            } else {
                high = foot;
                if stays > 0 {
                    low.along_m *= 0.5;
                }
                stays = 1;
            }
        }
    }

    fn foot(&self, a: LonLat, b: LonLat, t: f64) -> Foot {
        let at = a.toward(b, t);
        let way = way(&self.from, at);
        // The direction of the edge on the ellipsoid: N cosφ dλ to the east, M dφ to the north.
        let (sin, cos) = at.lat().to_radians().sin_cos();
        let w2 = 1.0 - E2 * sin * sin;
        let east = (b.lon() - a.lon()) * cos;
        let north = (b.lat() - a.lat()) * (1.0 - E2) / w2;
        let length = east.hypot(north);
        let cosine = if length > 0.0 { (way.arrival.0 * east + way.arrival.1 * north) / length } else { 0.0 };
        Foot { t, sight: seen(&way), along_m: way.metres * cosine }
    }
}

/// The geodesic between two places.
fn way(from: &Stand, to: LonLat) -> Way {
    from.way_to(to).unwrap_or_else(|| far(from.at(), to))
}

/// The geodesic between any two places.
fn far(from: LonLat, to: LonLat) -> Way {
    let (metres, departure_deg, arrival_deg, _) = wgs84().inverse(from.lat(), from.lon(), to.lat(), to.lon());
    Way { metres, departure_deg, arrival: arrival_deg.to_radians().sin_cos() }
}

fn seen(way: &Way) -> Sight {
    Sight { distance_m: way.metres, bearing_deg: clockwise(way.departure_deg) }
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
        #![proptest_config(ProptestConfig::with_cases(3000))]
        #[test]
        fn the_chord_tells_what_karney_does(
            from in (-180.0..=180.0_f64, -90.0..=90.0_f64),
            azimuth in -180.0..180.0_f64,
            metres in prop_oneof![0.0..1.0_f64, 0.0..100.0_f64, 0.0..10_000.0_f64],
        ) {
            use geographiclib_rs::DirectGeodesic as _;
            let from = place(from.0, from.1);
            let (lat, lon): (f64, f64) = wgs84().direct(from.lat(), from.lon(), azimuth, metres);
            let to = place(lon.clamp(-180.0, 180.0), lat.clamp(-90.0, 90.0));
            let truth = far(from, to);
            let told = Stand::new(from).way_to(to);
            // What the places round to may lie a little beyond the reach.
            prop_assume!(told.is_some() || truth.metres < 9_999.0);
            let told = told.unwrap();
            prop_assert!((told.metres - truth.metres).abs() < 1e-7, "{told:?} for {truth:?}");
            // Across, metres at the other end; at a pole any azimuth names the same direction together with a longitude.
            let off_m = |told_deg: f64, truth_deg: f64| (told_deg - truth_deg).to_radians().sin().abs() * truth.metres;
            prop_assert!(off_m(told.departure_deg, truth.departure_deg) < 1e-4, "{told:?} for {truth:?}");
            let cross = told.arrival.0 * truth.arrival.1 - told.arrival.1 * truth.arrival.0;
            prop_assert!(cross.abs() * truth.metres < 1e-4, "{told:?} for {truth:?}");
            if truth.metres > 1e-3 {
                prop_assert!(told.arrival.0 * truth.arrival.0 + told.arrival.1 * truth.arrival.1 > 0.0);
                prop_assert!((told.departure_deg - truth.departure_deg).to_radians().cos() > 0.0);
            }
        }
    }

    #[test]
    fn a_place_is_at_no_distance_from_itself_and_its_neighbors_over_the_antimeridian_are_near() {
        let at = place(33.4, 47.9);
        assert_eq!(Stand::new(at).way_to(at).unwrap().metres, 0.0);
        let over = Stand::new(place(179.999, 10.0)).way_to(place(-179.999, 10.0)).unwrap();
        assert!((over.metres - far(place(179.999, 10.0), place(-179.999, 10.0)).metres).abs() < 1e-7);
        assert!((over.departure_deg - 90.0).abs() < 1e-3);
        assert_eq!(Stand::new(at).way_to(place(33.6, 47.9)), None);
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
