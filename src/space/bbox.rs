//! A `BBox` is the part of the world between two meridians and two parallels.

use super::LonLat;

/// A box in CRS84 degrees with `west <= east` and `south <= north`; a box over the antimeridian is two of these.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BBox {
    /// Least longitude, degrees.
    pub west: f64,
    /// Least latitude, degrees.
    pub south: f64,
    /// Greatest longitude, degrees.
    pub east: f64,
    /// Greatest latitude, degrees.
    pub north: f64,
}

impl BBox {
    /// The box that holds only this place.
    pub const fn of_point(at: LonLat) -> Self {
        Self { west: at.lon(), south: at.lat(), east: at.lon(), north: at.lat() }
    }

    /// The smallest box that holds all these places; `None` for no place.
    pub fn of_points(places: impl IntoIterator<Item = LonLat>) -> Option<Self> {
        places.into_iter().map(Self::of_point).reduce(Self::union)
    }

    /// The smallest box that holds both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            west: self.west.min(other.west),
            south: self.south.min(other.south),
            east: self.east.max(other.east),
            north: self.north.max(other.north),
        }
    }

    /// Whether the place lies in the box or on its edge.
    pub fn contains(&self, at: LonLat) -> bool {
        (self.west..=self.east).contains(&at.lon()) && (self.south..=self.north).contains(&at.lat())
    }

    /// Whether the two boxes share at least a point.
    pub fn intersects(&self, other: &Self) -> bool {
        self.west <= other.east && other.west <= self.east && self.south <= other.north && other.south <= self.north
    }

    /// What the two boxes share; `None` for no point.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        self.intersects(other).then(|| Self {
            west: self.west.max(other.west),
            south: self.south.max(other.south),
            east: self.east.min(other.east),
            north: self.north.min(other.north),
        })
    }

    /// `[west, south, east, north]` in degrees, the order of GeoJSON and OGC.
    pub const fn to_array(self) -> [f64; 4] {
        [self.west, self.south, self.east, self.north]
    }
}
