//! An `Element` of OpenStreetMap is a node, a way of nodes or a relation of members, with tags.

use std::fmt;

use crate::space::{LonLat, OutOfRange};

/// Units of a degree in which OpenStreetMap keeps places.
const UNITS: f64 = 1e7;

/// What an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum ElementType {
    Node,
    Way,
    Relation,
}

impl ElementType {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Way => "way",
            Self::Relation => "relation",
        }
    }
}

/// The name of an element: `n123`, `w123`, `r123`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ElementId(pub ElementType, pub i64);

impl fmt::Display for ElementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", &self.0.name()[..1], self.1)
    }
}

/// A place in units of 10⁻⁷ degree, the resolution of OpenStreetMap: equal places are equal numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    pub lon: i32,
    pub lat: i32,
}

impl Place {
    /// The place of degrees; those that are not on Earth are kept as near as the numbers go, and told later.
    pub fn of_degrees(lon: f64, lat: f64) -> Self {
        Self { lon: (lon * UNITS).round() as i32, lat: (lat * UNITS).round() as i32 }
    }

    /// The place of nanodegrees.
    pub fn of_nano(lon: i128, lat: i128) -> Self {
        let unit = |nano: i128| {
            let rounded = (nano + if nano < 0 { -50 } else { 50 }) / 100;
            rounded.clamp(i128::from(i32::MIN), i128::from(i32::MAX)) as i32
        };
        Self { lon: unit(lon), lat: unit(lat) }
    }

    pub fn lon_lat(self) -> Result<LonLat, OutOfRange> {
        LonLat::new(f64::from(self.lon) / UNITS, f64::from(self.lat) / UNITS)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", f64::from(self.lon) / UNITS, f64::from(self.lat) / UNITS)
    }
}

/// The tags of an element, key and value.
pub(super) type Tags<'a> = [(&'a str, &'a str)];

/// The value of a key; the first where it stands twice.
pub(super) fn tag<'a>(tags: &Tags<'a>, key: &str) -> Option<&'a str> {
    tags.iter().find(|(known, _)| *known == key).map(|(_, value)| *value)
}

/// Tags that outlive the block they were read from.
pub(super) type OwnTags = Box<[(Box<str>, Box<str>)]>;

pub(super) fn owned(tags: &Tags<'_>) -> OwnTags {
    tags.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect()
}

pub(super) fn borrowed(tags: &OwnTags) -> Vec<(&str, &str)> {
    tags.iter().map(|(key, value)| (&**key, &**value)).collect()
}

/// A member of a relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    pub id: ElementId,
    pub role: Role,
}

/// What a member is to the shape of its relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Part of the shape.
    Part,
    /// A stop or a platform beside a route.
    Stop,
    /// A centre, a label or whatever else is no edge of an area.
    Other,
}

impl Role {
    pub fn of(word: &str) -> Self {
        if word.starts_with("stop") || word.starts_with("platform") {
            return Self::Stop;
        }
        match word {
            "admin_centre" | "label" | "subarea" | "entrance" | "guidepost" => Self::Other,
            _ => Self::Part,
        }
    }
}

/// One element as a reader hands it on.
#[derive(Debug)]
pub(super) enum Element<'a> {
    /// What the source says of how far it reaches, from corner to corner, where that can be read; shown in every pass.
    Bounds {
        low: Place,
        high: Place,
    },
    /// A node without a place is one of which only the id was asked for.
    Node {
        id: i64,
        at: Option<Place>,
        tags: &'a Tags<'a>,
    },
    Way {
        id: i64,
        nodes: &'a [i64],
        tags: &'a Tags<'a>,
    },
    Relation {
        id: i64,
        members: &'a [Member],
        tags: &'a Tags<'a>,
    },
}

/// Takes the elements in the order of the source; its error ends the reading.
pub(super) type Visit<'a> = dyn FnMut(Element<'_>) -> anyhow::Result<()> + 'a;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_the_same_from_degrees_and_from_nanodegrees() {
        for (lon, lat) in [(24.935_273_1, 60.179_100_9), (-0.000_000_1, -90.0), (180.0, 0.000_000_4)] {
            let nano = |degrees: f64| (degrees * 1e9).round() as i128;
            let place = Place::of_degrees(lon, lat);
            assert_eq!(place, Place::of_nano(nano(lon), nano(lat)));
            assert_eq!(place.lon_lat().unwrap(), LonLat::new(lon, lat).unwrap());
        }
        assert!(Place::of_nano(i128::from(i64::MAX) * 1000, 0).lon_lat().is_err());
        assert_eq!(ElementId(ElementType::Relation, -5).to_string(), "r-5");
    }
}
