//! Features as GeoJSON (RFC 7946): longitude first, degrees, rings closed.

use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};
use serde_json::Value;

use super::photos::PhotosJson;
use crate::{
    exchange::View,
    model::TextFormat,
    snapshot::{Found, credits, open},
    space::{Geometry, LonLat, Offered, geodesic::Sight},
};

/// How far people walk in a minute, metres: 1.25 m/s, which 85 of 100 exceed (Knoblauch, Pietrucha, Nitzburg 1996, "Field
/// Studies of Pedestrian Walking Speed", Transportation Research Record 1538).
const WALK_M_PER_MIN: f64 = 75.0;

/// A feature as a GeoJSON object.
#[derive(Debug)]
pub struct FeatureJson<'a> {
    found: Found<'a>,
    view: View<'a>,
    sight: Option<Sight>,
    hours: Option<open::Sight>,
    links: Option<Vec<Value>>,
}

/// A list of features as a GeoJSON object.
#[derive(Serialize)]
pub struct FeatureCollectionJson<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    /// What was asked for.
    pub features: Vec<FeatureJson<'a>>,
    /// How many there are in all, where that is known.
    #[serde(rename = "numberMatched", skip_serializing_if = "Option::is_none")]
    pub number_matched: Option<usize>,
    /// How many nearer ones are left out because nobody has said when they are open.
    #[serde(rename = "unknownHours", skip_serializing_if = "Option::is_none")]
    pub unknown_hours: Option<usize>,
    /// How many are here.
    #[serde(rename = "numberReturned")]
    number_returned: usize,
    /// The commit they are from.
    pub revision: u64,
    /// Present and true where any of them is invented.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub demonstration: bool,
    /// Whom to credit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attribution: Vec<String>,
    /// Where to go from here.
    pub links: Vec<Value>,
}

impl<'a> FeatureCollectionJson<'a> {
    /// A list at a revision, crediting those whose features are in it.
    pub fn new(revision: u64, features: Vec<FeatureJson<'a>>, links: Vec<Value>) -> Self {
        let demonstration = features.iter().any(|feature| feature.found.shelf.is_demonstration());
        let attribution = credits(features.iter().map(|feature| feature.found.shelf));
        Self {
            kind: "FeatureCollection",
            number_returned: features.len(),
            features,
            number_matched: None,
            unknown_hours: None,
            revision,
            demonstration,
            attribution,
            links,
        }
    }
}

impl<'a> FeatureJson<'a> {
    /// A feature as one of many.
    pub fn one_of_many(found: Found<'a>, view: View<'a>) -> Self {
        Self { found, view, sight: None, hours: None, links: None }
    }

    /// A feature seen from a place.
    pub fn seen(found: Found<'a>, view: View<'a>, sight: Sight, hours: Option<open::Sight>) -> Self {
        Self { found, view, sight: Some(sight), hours, links: None }
    }

    /// A feature on its own.
    pub fn alone(found: Found<'a>, view: View<'a>, hours: Option<open::Sight>, links: Vec<Value>) -> Self {
        Self { found, view, sight: None, hours, links: Some(links) }
    }
}

impl Serialize for FeatureJson<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("type", "Feature")?;
        map.serialize_entry("id", self.found.feature.id.as_str())?;
        map.serialize_entry("geometry", &GeometryJson(&self.found.feature.geometry, self.view.crs))?;
        map.serialize_entry("properties", &PropertiesJson(self))?;
        if let Some(links) = &self.links {
            if self.found.shelf.is_demonstration() {
                map.serialize_entry("demonstration", &true)?;
            }
            map.serialize_entry("links", links)?;
        }
        map.end()
    }
}

struct PropertiesJson<'a>(&'a FeatureJson<'a>);

impl Serialize for PropertiesJson<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let FeatureJson { found: Found { shelf, feature }, view, sight, hours, .. } = self.0;
        let mut map = to.serialize_map(None)?;
        if view.shows("collection") {
            map.serialize_entry("collection", shelf.collection().id.as_str())?;
        }
        if let Some(sector) = shelf.sector()
            && view.shows("sector")
        {
            map.serialize_entry("sector", sector)?;
        }
        if let Some(kind) = &feature.kind
            && view.shows("kind")
        {
            map.serialize_entry("kind", kind)?;
        }
        for (field, value) in shelf.collection().fields.iter().zip(&feature.values) {
            // What nobody has said is not said here either.
            if value.is_unknown() || !view.shows(&field.name) {
                continue;
            }
            match value.as_text().filter(|_| field.format == Some(TextFormat::Photos)) {
                Some(names) => map.serialize_entry(&field.name, &PhotosJson(names))?,
                None => map.serialize_entry(&field.name, value)?,
            }
        }
        if let Some(sight) = sight {
            map.serialize_entry("distance_m", &centimetres(sight.distance_m))?;
            map.serialize_entry("bearing_deg", &(rounded(sight.bearing_deg, 10.0) % 360.0))?;
            map.serialize_entry("walking_min_straight_line", &walking_min(sight.distance_m))?;
        }
        if let Some(open::Sight { doors, until }) = hours {
            map.serialize_entry("open", doors.word())?;
            if let Some(until) = until {
                map.serialize_entry("open_changes", until)?;
            }
        }
        map.end()
    }
}

/// Metres to the centimetre.
pub fn centimetres(metres: f64) -> f64 {
    rounded(metres, 100.0)
}

/// Minutes on foot in a straight line, whole and rather too many.
fn walking_min(distance_m: f64) -> u32 {
    (distance_m / WALK_M_PER_MIN).ceil() as u32
}

fn rounded(number: f64, parts: f64) -> f64 {
    (number * parts).round() / parts
}

struct GeometryJson<'a>(&'a Geometry, &'a Offered);

impl Serialize for GeometryJson<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let crs = self.1;
        let path = |places, closed| Path { places, closed, crs };
        let mut map = to.serialize_map(Some(2))?;
        map.serialize_entry("type", self.0.geojson_type())?;
        match self.0 {
            Geometry::Point(at) => map.serialize_entry("coordinates", &crs.position(*at))?,
            Geometry::Points(all) => map.serialize_entry("coordinates", &path(all, false))?,
            Geometry::Lines(lines) if lines.len() == 1 => {
                map.serialize_entry("coordinates", &path(&lines[0], false))?;
            }
            Geometry::Lines(lines) => {
                let lines: Vec<_> = lines.iter().map(|places| path(places, false)).collect();
                map.serialize_entry("coordinates", &lines)?;
            }
            Geometry::Areas(areas) => {
                let areas: Vec<Vec<_>> =
                    areas.iter().map(|area| area.rings().map(|places| path(places, true)).collect()).collect();
                match areas.as_slice() {
                    [only] => map.serialize_entry("coordinates", only)?,
                    _ => map.serialize_entry("coordinates", &areas)?,
                }
            }
        }
        map.end()
    }
}

struct Path<'a> {
    places: &'a [LonLat],
    closed: bool,
    crs: &'a Offered,
}

impl Serialize for Path<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut list = to.serialize_seq(Some(self.places.len() + usize::from(self.closed)))?;
        for at in self.places.iter().chain(self.places.first().filter(|_| self.closed)) {
            list.serialize_element(&self.crs.position(*at))?;
        }
        list.end()
    }
}
