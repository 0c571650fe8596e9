//! The area rule says whether a closed way encloses something (a house) or comes back to where it began (a roundabout).
//!
//! OpenStreetMap does not mark areas; every user of it has a list of keys. This is the one that editors and renderers agree
//! on (OSM wiki, "Key:area"; the area keys of iD; the style of osm2pgsql), told from the tags of the way alone.

use super::element::{Tags, tag};

/// Keys whose closed ways are areas, except with these values.
const AREA_KEYS: [(&str, &[&str]); 24] = [
    ("amenity", &["bench", "weighbridge"]),
    ("area:highway", &[]),
    ("aeroway", &["taxiway", "runway", "jet_bridge", "parking_position"]),
    ("boundary", &[]),
    ("building", &[]),
    ("building:part", &[]),
    ("craft", &[]),
    ("emergency", &["designated", "destination", "no", "official", "private", "yes"]),
    ("healthcare", &[]),
    ("historic", &["citywalls"]),
    ("indoor", &["corridor", "wall"]),
    ("landuse", &[]),
    ("leisure", &["slipway", "track"]),
    ("man_made", &["breakwater", "cutline", "dyke", "embankment", "groyne", "pipeline", "quay", "goods_conveyor"]),
    ("military", &["trench"]),
    ("natural", &["coastline", "cliff", "ridge", "arete", "tree_row", "valley", "gully"]),
    ("office", &[]),
    ("place", &[]),
    ("power", &["cable", "line", "minor_line"]),
    ("public_transport", &["stop_position"]),
    ("shop", &[]),
    ("telecom", &["line"]),
    ("tourism", &["artwork", "attraction"]),
    ("ruins", &[]),
];

/// Keys whose closed ways are areas with these values only.
const AREA_VALUES: [(&str, &[&str]); 4] = [
    ("golf", &["green", "bunker", "fairway", "rough", "tee", "driving_range"]),
    ("highway", &["elevator", "rest_area", "services", "platform"]),
    ("railway", &["platform", "roundhouse", "station", "traverser", "turntable", "wash"]),
    ("waterway", &["riverbank", "dock", "boatyard", "dam"]),
];

/// Whether a closed way with these tags is an area.
pub(super) fn is_area(tags: &Tags<'_>) -> bool {
    match tag(tags, "area") {
        Some("yes") => return true,
        Some("no") => return false,
        _ => {}
    }
    AREA_KEYS.iter().any(|(key, lines)| tag(tags, key).is_some_and(|value| value != "no" && !lines.contains(&value)))
        || AREA_VALUES.iter().any(|(key, areas)| tag(tags, key).is_some_and(|value| areas.contains(&value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn houses_and_parks_are_areas_and_roundabouts_and_tracks_are_not() {
        for (tags, wanted) in [
            (&[("building", "yes")][..], true),
            (&[("building", "no")], false),
            (&[("leisure", "park")], true),
            (&[("leisure", "pitch"), ("sport", "running")], true),
            (&[("leisure", "track")], false),
            (&[("highway", "residential"), ("junction", "roundabout")], false),
            (&[("highway", "pedestrian"), ("area", "yes")], true),
            (&[("highway", "platform")], true),
            (&[("natural", "coastline")], false),
            (&[("building", "yes"), ("area", "no")], false),
            (&[("barrier", "wall")], false),
            (&[], false),
        ] {
            assert_eq!(is_area(tags), wanted, "{tags:?}");
        }
    }
}
