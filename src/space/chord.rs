//! A `Chord` is the straight way through the Earth to a near place, and tells the geodesic there to a ten-millionth of a metre.
//!
//! Along a geodesic of a short length s the surface bends as a circle does whose radius is that of the ellipsoid in this
//! direction, so its chord is c = 2R sin(s/2R), and
//!
//! ```text
//!   s = c + c³/24R² + …        1/R = cos²α/M + sin²α/N   (Euler), α the azimuth
//! ```
//!
//! At 10 km the second part is 1 mm. What is left out of it: the next part, 3c⁵/640R⁴ = 0.3 nm; that R changes along the way,
//! as M does by a part in 100 for a radian of latitude and so by less than 2 in 10⁵ here, which is 0.04 µm; and that the chord
//! spans the normal section instead of the geodesic, which are as long to the fifth power of s/R times e⁴. The azimuths of
//! those two differ by less than e²s²/12a² = 1.4·10⁻⁹ rad (Rapp 1991, "Geometric Geodesy", part I).

use super::{
    LonLat,
    sphere::{A_M, E2},
};

/// The longest chord that tells a geodesic, metres.
pub(super) const REACH_M: f64 = 10_000.0;

/// A difference of latitudes that no chord within reach has, degrees: one of them has at least a(1−e²)π/180 = 110,574 m.
const BEYOND_DEG: f64 = 0.091;

/// A place on the ellipsoid, with its trigonometry done once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stand {
    at: LonLat,
    sin: f64,
    cos: f64,
    /// Metres from the axis: N cos φ.
    from_axis_m: f64,
    /// Metres north of the plane of the equator: N (1−e²) sin φ.
    north_m: f64,
    /// The curvature along the meridian and across it, 1/M and 1/N.
    curvature: (f64, f64),
}

/// A geodesic between two places.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Way {
    /// How long it is.
    pub metres: f64,
    /// Its azimuth where it starts, degrees from north, clockwise, −180 to 180.
    pub departure_deg: f64,
    /// Its direction where it arrives: the parts of one to the east and to the north.
    pub arrival: (f64, f64),
}

impl Stand {
    pub(super) fn new(at: LonLat) -> Self {
        let (sin, cos) = at.lat().to_radians().sin_cos();
        let w = (1.0 - E2 * sin * sin).sqrt();
        let n = A_M / w;
        Self {
            at,
            sin,
            cos,
            from_axis_m: n * cos,
            north_m: n * (1.0 - E2) * sin,
            curvature: (w * w * w / (A_M * (1.0 - E2)), 1.0 / n),
        }
    }

    pub(super) fn at(&self) -> LonLat {
        self.at
    }

    /// The geodesic to a place; `None` where it is not near.
    pub(super) fn way_to(&self, to: LonLat) -> Option<Way> {
        if (to.lat() - self.at.lat()).abs() > BEYOND_DEG {
            return None;
        }
        let other = Self::new(to);
        let (turn_sin, turn_cos) = (to.lon() - self.at.lon()).to_radians().sin_cos();
        // The chord in the meridian plane of this place, across it, and along the axis.
        let (out, across, up) = (
            other.from_axis_m * turn_cos - self.from_axis_m,
            other.from_axis_m * turn_sin,
            other.north_m - self.north_m,
        );
        let square = out * out + across * across + up * up;
        if square > REACH_M * REACH_M {
            return None;
        }
        let north = self.cos * up - self.sin * out;
        let flat = across * across + north * north;
        let (meridian, parallel) = self.curvature;
        let curvature = if flat > 0.0 { (north * north * meridian + across * across * parallel) / flat } else { 0.0 };
        let metres = square.sqrt() * (1.0 + square * curvature * curvature / 24.0);
        // Seen from there.
        let beyond = out * turn_cos + across * turn_sin;
        let (east_there, north_there) = (across * turn_cos - out * turn_sin, other.cos * up - other.sin * beyond);
        let length = east_there.hypot(north_there);
        let arrival = if length > 0.0 { (east_there / length, north_there / length) } else { (0.0, 1.0) };
        Some(Way { metres, departure_deg: across.atan2(north).to_degrees(), arrival })
    }
}
