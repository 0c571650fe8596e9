//! Features as GeoJSON (RFC 7946): longitude first, degrees, rings closed.

use serde_json::{Map, Value};

use super::{
    json::{self, Members},
    links::Link,
    photos::PhotosJson,
};
use crate::{
    exchange::View,
    model::TextFormat,
    snapshot::{Found, credits, open},
    space::{Geometry, LonLat, geodesic::Sight},
};

/// How far people walk in a minute, metres: 1.25 m/s, which 85 of 100 exceed (Knoblauch, Pietrucha, Nitzburg 1996, "Field
/// Studies of Pedestrian Walking Speed", Transportation Research Record 1538).
const WALK_M_PER_MIN: f64 = 75.0;

/// Room for a feature from the beginning, bytes; most need no more.
const ROOM_FOR_ONE: usize = 512;

/// Room for what a list says of itself, bytes.
const ROOM_FOR_ALL: usize = 2 << 10;

/// A feature as a GeoJSON object.
#[derive(Debug)]
pub struct FeatureJson<'a> {
    found: Found<'a>,
    view: View<'a>,
    sight: Option<Sight>,
    hours: Option<open::Sight>,
    /// Stands on its own, and so tells what a list tells of all its features.
    is_alone: bool,
    /// Where to go from here.
    pub links: Vec<Link>,
}

/// A list of features as a GeoJSON object.
pub struct FeatureCollectionJson<'a> {
    /// What was asked for.
    features: Vec<FeatureJson<'a>>,
    /// How many there are in all, where that is known.
    pub number_matched: Option<usize>,
    /// How many nearer ones are left out because nobody has said when they are open.
    pub unknown_hours: Option<usize>,
    /// The commit they are from.
    revision: u64,
    /// Where to go from here.
    links: Vec<Link>,
}

impl<'a> FeatureCollectionJson<'a> {
    /// A list at a revision.
    pub fn new(revision: u64, features: Vec<FeatureJson<'a>>, links: Vec<Link>) -> Self {
        Self { features, number_matched: None, unknown_hours: None, revision, links }
    }

    /// The bytes of the list.
    pub fn written(&self) -> Vec<u8> {
        self.written_with(&Map::<String, Value>::new())
    }

    /// The bytes of the list with members besides its own.
    pub fn written_with(&self, besides: &impl serde::Serialize) -> Vec<u8> {
        let mut to = Vec::with_capacity(ROOM_FOR_ALL + self.features.len() * ROOM_FOR_ONE);
        let mut members = Members::new(&mut to);
        members.text("type", "FeatureCollection");
        json::list(members.named("features"), &self.features, |to, feature| feature.write(to));
        if let Some(matched) = self.number_matched {
            members.value("numberMatched", &matched);
        }
        if let Some(unknown) = self.unknown_hours {
            members.value("unknownHours", &unknown);
        }
        members.value("numberReturned", &self.features.len());
        members.value("revision", &self.revision);
        // Whether any of it is invented, and whom to credit.
        if self.features.iter().any(|feature| feature.found.shelf.is_demonstration()) {
            members.value("demonstration", &true);
        }
        let attribution = credits(self.features.iter().map(|feature| feature.found.shelf));
        if !attribution.is_empty() {
            members.value("attribution", &attribution);
        }
        members.value("links", &self.links);
        members.all_of(besides);
        members.end();
        to
    }
}

impl<'a> FeatureJson<'a> {
    /// A feature as one of many.
    pub fn one_of_many(found: Found<'a>, view: View<'a>) -> Self {
        Self { found, view, sight: None, hours: None, is_alone: false, links: Vec::new() }
    }

    /// A feature seen from a place.
    pub fn seen(found: Found<'a>, view: View<'a>, sight: Sight, hours: Option<open::Sight>) -> Self {
        Self { sight: Some(sight), hours, ..Self::one_of_many(found, view) }
    }

    /// A feature on its own.
    pub fn alone(found: Found<'a>, view: View<'a>, hours: Option<open::Sight>, links: Vec<Link>) -> Self {
        Self { hours, is_alone: true, links, ..Self::one_of_many(found, view) }
    }

    /// The bytes of the object.
    pub fn written(&self) -> Vec<u8> {
        let mut to = Vec::with_capacity(ROOM_FOR_ONE);
        self.write(&mut to);
        to
    }

    /// Writes the object.
    pub fn write(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(br#"{"type":"Feature","id":"#);
        json::text(to, self.found.feature.id.as_str());
        to.extend_from_slice(br#","geometry":"#);
        self.write_geometry(to);
        to.extend_from_slice(br#","properties":"#);
        self.write_properties(to);
        let mut members = Members::after(to);
        if self.is_alone && self.found.shelf.is_demonstration() {
            members.value("demonstration", &true);
        }
        if !self.links.is_empty() {
            members.value("links", &self.links);
        }
        members.end();
    }

    fn write_properties(&self, to: &mut Vec<u8>) {
        let Self { found: Found { shelf, feature }, view, sight, hours, .. } = self;
        let mut members = Members::new(to);
        if view.shows("collection") {
            members.text("collection", shelf.collection().id.as_str());
        }
        if let Some(sector) = shelf.sector()
            && view.shows("sector")
        {
            members.text("sector", sector);
        }
        if let Some(kind) = &feature.kind
            && view.shows("kind")
        {
            members.text("kind", kind);
        }
        for (field, value) in shelf.collection().fields.iter().zip(&feature.values) {
            // What nobody has said is not said here either.
            if value.is_unknown() || !view.shows(&field.name) {
                continue;
            }
            match value.as_text() {
                Some(names) if field.format == Some(TextFormat::Photos) => {
                    members.value(&field.name, &PhotosJson(names));
                }
                Some(text) => members.text(&field.name, text),
                None => members.value(&field.name, value),
            }
        }
        if let Some(sight) = sight {
            members.value("distance_m", &centimetres(sight.distance_m));
            members.value("bearing_deg", &(rounded(sight.bearing_deg, 10.0) % 360.0));
            members.value("walking_min_straight_line", &walking_min(sight.distance_m));
        }
        if let Some(open::Sight { doors, until }) = hours {
            members.text("open", doors.word());
            if let Some(until) = until {
                members.value("open_changes", until);
            }
        }
        members.end();
    }

    fn write_geometry(&self, to: &mut Vec<u8>) {
        let geometry = &self.found.feature.geometry;
        let place = |to: &mut Vec<u8>, at: &LonLat| json::list(to, self.view.crs.position(*at), json::number);
        let line = |to: &mut Vec<u8>, places: &[LonLat]| json::list(to, places, place);
        // A ring ends where it begins.
        let ring = |to: &mut Vec<u8>, places: &[LonLat]| json::list(to, places.iter().chain(places.first()), place);
        to.extend_from_slice(br#"{"type":""#);
        to.extend_from_slice(geometry.geojson_type().as_bytes());
        to.extend_from_slice(br#"","coordinates":"#);
        match geometry {
            Geometry::Point(at) => place(to, at),
            Geometry::Points(all) => line(to, all),
            Geometry::Lines(lines) => match &**lines {
                [only] => line(to, only),
                _ => json::list(to, lines.iter(), |to, one| line(to, one)),
            },
            Geometry::Areas(areas) => match &**areas {
                [only] => json::list(to, only.rings(), ring),
                _ => json::list(to, areas.iter(), |to, one| json::list(to, one.rings(), ring)),
            },
        }
        to.push(b'}');
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
