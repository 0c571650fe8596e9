//! The world is the unit square of spherical Mercator: (0, 0) its north-west corner, (1, 1) its south-east one.

use std::f64::consts::PI;

use super::{BBox, LonLat};

/// The latitude in degrees at which the Mercator square ends: atan(sinh π).
pub const MAX_LATITUDE_DEG: f64 = 85.051_128_779_806_59;

/// A point of the unit Mercator square, `x` growing east and `y` growing south, both in [0, 1].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WorldPoint {
    /// Fraction of the world from its west edge.
    pub x: f64,
    /// Fraction of the world from its north edge.
    pub y: f64,
}

impl WorldPoint {
    /// EPSG:3857 scaled to the unit square; latitudes beyond [`MAX_LATITUDE_DEG`] are drawn on its edge.
    pub fn of(at: LonLat) -> Self {
        let sin = at.lat().clamp(-MAX_LATITUDE_DEG, MAX_LATITUDE_DEG).to_radians().sin();
        let y = 0.5 - ((1.0 + sin) / (1.0 - sin)).ln() / (4.0 * PI);
        Self { x: at.lon() / 360.0 + 0.5, y: y.clamp(0.0, 1.0) }
    }

    /// The place drawn at this point.
    pub fn lonlat(self) -> LonLat {
        let x = self.x.clamp(0.0, 1.0);
        let y = self.y.clamp(0.0, 1.0);
        let lat = (PI * (1.0 - 2.0 * y)).sinh().atan().to_degrees();
        LonLat::new((x - 0.5) * 360.0, lat).expect("a point of the unit square is a place on Earth")
    }
}

/// A box of the unit Mercator square, possibly reaching beyond it by a tile's buffer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WorldBox {
    /// North-west corner.
    pub min: WorldPoint,
    /// South-east corner.
    pub max: WorldPoint,
}

impl WorldBox {
    /// The world box that is drawn of a lon-lat box.
    pub fn of(bbox: &BBox) -> Self {
        let corner = |lon, lat| WorldPoint::of(LonLat::new(lon, lat).expect("the corner of a box is a place"));
        Self { min: corner(bbox.west, bbox.north), max: corner(bbox.east, bbox.south) }
    }

    /// The lon-lat box that covers this one; what reaches beyond the world is cut at its edge.
    pub fn bbox(&self) -> BBox {
        let nw = self.min.lonlat();
        let se = self.max.lonlat();
        BBox { west: nw.lon(), south: se.lat(), east: se.lon(), north: nw.lat() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_points_of_web_mercator() {
        let origin = WorldPoint::of(LonLat::new(0.0, 0.0).unwrap());
        assert!((origin.x - 0.5).abs() < 1e-15 && (origin.y - 0.5).abs() < 1e-15);
        let corner = WorldPoint::of(LonLat::new(-180.0, MAX_LATITUDE_DEG).unwrap());
        assert!(corner.x.abs() < 1e-15 && corner.y.abs() < 1e-12, "{corner:?}");
    }

    proptest! {
        #[test]
        fn there_and_back_is_the_same_place(lon in -180.0..180.0, lat in -85.0..85.0) {
            let back = WorldPoint::of(LonLat::new(lon, lat).unwrap()).lonlat();
            prop_assert!((back.lon() - lon).abs() < 1e-12 * 360.0);
            prop_assert!((back.lat() - lat).abs() < 1e-11);
        }
    }
}
