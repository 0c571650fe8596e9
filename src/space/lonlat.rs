//! A `LonLat` is a place on the WGS84 ellipsoid in CRS84 degrees, longitude first.

use std::fmt;

/// A place in CRS84: longitude in [-180, 180] degrees, latitude in [-90, 90] degrees, both finite.
#[derive(Clone, Copy, PartialEq)]
pub struct LonLat {
    lon: f64,
    lat: f64,
}

/// A coordinate that is not on Earth, with the values that were wrong.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("longitude {lon} and latitude {lat} are not within ±180° and ±90°")]
pub struct OutOfRange {
    /// Longitude as given, degrees.
    pub lon: f64,
    /// Latitude as given, degrees.
    pub lat: f64,
}

impl LonLat {
    /// Checks the range once, so that nothing that holds a `LonLat` has to ask again.
    pub fn new(lon: f64, lat: f64) -> Result<Self, OutOfRange> {
        if (-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat) {
            // Adding zero turns -0.0 into 0.0: equal places have equal bytes.
            Ok(Self { lon: lon + 0.0, lat: lat + 0.0 })
        } else {
            Err(OutOfRange { lon, lat })
        }
    }

    /// Longitude in degrees, east positive.
    pub const fn lon(self) -> f64 {
        self.lon
    }

    /// Latitude in degrees, north positive.
    pub const fn lat(self) -> f64 {
        self.lat
    }

    /// The place a fraction `t` in [0, 1] along the straight lon-lat line to `other` (RFC 7946 §3.1.1).
    #[must_use]
    pub fn toward(self, other: Self, t: f64) -> Self {
        // A convex combination of two places in range stays in range.
        Self { lon: self.lon + (other.lon - self.lon) * t, lat: self.lat + (other.lat - self.lat) * t }
    }
}

impl fmt::Debug for LonLat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}, {})", self.lon, self.lat)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corners_of_the_world_are_places_and_what_lies_beyond_is_not() {
        for (lon, lat) in [(180.0, 90.0), (-180.0, -90.0), (0.0, 0.0)] {
            assert!(LonLat::new(lon, lat).is_ok());
        }
        for (lon, lat) in [(180.1, 0.0), (0.0, 90.1), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
            assert!(LonLat::new(lon, lat).is_err(), "{lon} {lat}");
        }
    }
}
