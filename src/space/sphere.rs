//! Bounds on the sphere: how near a box can possibly be, cheaply and never too far.
//!
//! The bound that makes nearest-object search correct. Map each place to the unit sphere by its geodetic latitude
//! and longitude. On the ellipsoid a step (dφ, dλ) is √(M² dφ² + N² cos²φ dλ²) metres, where M ≥ a(1−e²) and
//! N ≥ a > a(1−e²) (M is least at the equator), so
//!
//! ```text
//!     geodesic metres ≥ a(1−e²) · angle on the unit sphere
//! ```
//!
//! and the angle to a lon-lat box is known in closed form (Agafonkin, geokdbush, `boxDist`).

use super::{BBox, LonLat};

/// The semi-major axis a of WGS84 in metres (NIMA TR8350.2).
pub(super) const A_M: f64 = 6_378_137.0;

/// The first eccentricity of WGS84, squared (NIMA TR8350.2).
pub(super) const E2: f64 = 6.694_379_990_14e-3;

/// a(1−e²) in metres, less a part in 10⁹ for rounding.
const LEAST_METRES_PER_RADIAN: f64 = A_M * (1.0 - E2) * (1.0 - 1e-9);

/// a/√(1−e²), the greatest radius of curvature (at a pole), and a part in 10⁹ for rounding.
const MOST_METRES_PER_RADIAN: f64 = 6_399_593.625_8 * (1.0 + 1e-9);

/// What rounding may add to a short distance: an angle of 10⁻¹⁵ rad is 6 nm.
const ROUNDING_M: f64 = 1e-6;

/// The place that distances are bounded from, with its trigonometry done once.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    lon: f64,
    lat: f64,
    cos_lat: f64,
}

impl Origin {
    /// Prepares a place to be measured from.
    pub fn new(at: LonLat) -> Self {
        Self { lon: at.lon(), lat: at.lat(), cos_lat: at.lat().to_radians().cos() }
    }

    /// A number of metres that no place of the box is nearer than; 0 inside it.
    ///
    /// ```text
    ///        │ lat only │          straight above or below: the difference of latitudes
    ///   ─────┼──────────┼─────
    ///  corner│   box    │corner    beside: the nearer side is a meridian; its nearest point is where the great
    ///   or   │          │  or      circle from the origin meets it at a right angle, at tan φ' = tan φ / cos Δλ,
    ///   side ┼──────────┼ side     or the nearer corner where that point is not on the side
    /// ```
    pub fn least_metres_to(&self, to: &BBox) -> f64 {
        let (d_west, d_east) = (wrapped(to.west - self.lon), wrapped(to.east - self.lon));
        let over = (to.west..=to.east).contains(&self.lon) || to.east - to.west >= 360.0;
        let haversine = if over {
            if (to.south..=to.north).contains(&self.lat) {
                return 0.0;
            }
            let d_lat = if self.lat < to.south { to.south - self.lat } else { self.lat - to.north };
            half_square(d_lat)
        } else {
            // For one latitude the angle grows with the difference of longitudes: the nearer side is enough.
            let d_lon = if d_west.abs() < d_east.abs() { d_west } else { d_east };
            let hav_lon = half_square(d_lon);
            let corner = |lat: f64| half_square(lat - self.lat) + self.cos_lat * lat.to_radians().cos() * hav_lon;
            let corners = corner(to.south).min(corner(to.north));
            let cos_d_lon = d_lon.to_radians().cos();
            if cos_d_lon > 0.0 {
                let foot = (self.lat.to_radians().tan() / cos_d_lon).atan().to_degrees();
                if (to.south..=to.north).contains(&foot) { corners.min(corner(foot)) } else { corners }
            } else {
                corners
            }
        };
        (LEAST_METRES_PER_RADIAN * 2.0 * haversine.clamp(0.0, 1.0).sqrt().asin() - ROUNDING_M).max(0.0)
    }
}

impl Origin {
    /// A number of metres that this place is not farther than: its angle on the unit sphere times the greatest radius of
    /// curvature, as the arc of a great circle is a way of that length at most.
    pub fn most_metres_to(&self, at: LonLat) -> f64 {
        let hav_lon = half_square(wrapped(at.lon() - self.lon));
        let haversine = half_square(at.lat() - self.lat) + self.cos_lat * at.lat().to_radians().cos() * hav_lon;
        MOST_METRES_PER_RADIAN * 2.0 * haversine.clamp(0.0, 1.0).sqrt().asin() + ROUNDING_M
    }
}

/// sin²(d/2) of an angle in degrees: the haversine.
fn half_square(degrees: f64) -> f64 {
    let s = (degrees.to_radians() * 0.5).sin();
    s * s
}

/// A difference of longitudes brought into [-180, 180] degrees.
pub(super) fn wrapped(degrees: f64) -> f64 {
    let d = degrees % 360.0;
    if d > 180.0 {
        d - 360.0
    } else if d < -180.0 {
        d + 360.0
    } else {
        d
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::geodesic::distance_m;
    use proptest::prelude::*;

    fn place(lon: f64, lat: f64) -> LonLat {
        LonLat::new(lon, lat).unwrap()
    }

    #[test]
    fn at_the_pole_all_longitudes_are_one_place() {
        let pole = Origin::new(place(-2.1, 90.0));
        assert!(pole.least_metres_to(&BBox::of_point(place(33.0, 90.0))).abs() < f64::EPSILON);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn no_place_of_a_box_is_nearer_than_its_bound(
            from in (-180.0..=180.0, -90.0..=90.0),
            a in (-180.0..=180.0, -90.0..=90.0),
            b in (-180.0..=180.0, -90.0..=90.0),
            at in (0.0..=1.0, 0.0..=1.0),
        ) {
            let to = BBox::of_points([place(a.0, a.1), place(b.0, b.1)]).unwrap();
            let inside = place(to.west + (to.east - to.west) * at.0, to.south + (to.north - to.south) * at.1);
            let bound = Origin::new(place(from.0, from.1)).least_metres_to(&to);
            let truth = distance_m(place(from.0, from.1), inside);
            prop_assert!(bound <= truth, "bound {bound} m, but {inside:?} is {truth} m away");
        }

        #[test]
        fn the_bound_of_a_single_place_is_within_one_percent(
            from in (-180.0..=180.0, -90.0..=90.0),
            to in (-180.0..=180.0, -90.0..=90.0),
        ) {
            let bound = Origin::new(place(from.0, from.1)).least_metres_to(&BBox::of_point(place(to.0, to.1)));
            let truth = distance_m(place(from.0, from.1), place(to.0, to.1));
            prop_assert!(bound >= truth * 0.985 - 1e-5, "bound {bound} m for {truth} m");
        }
    }
}
