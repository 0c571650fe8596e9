//! `GET /at`: what a place is, made from the same selection and the same nearest as everything else.

use axum::{
    extract::{RawQuery, State},
    http::HeaderMap,
    response::Response,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Answering, Language, Links, Params, Problem,
    document::Document,
    geojson::FeatureJson,
    links::{Link, feature_path},
    routes,
};
use crate::{
    exchange::View,
    model::Title,
    snapshot::{
        Found, Selection, Snapshot, credits,
        nearest::{Asking, Neighbor, ask},
        open::Clock,
    },
    space::{BBox, LonLat},
};

/// Which collections answer which part of the question what a place is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Surroundings {
    address: AddressSource,
    district: DistrictSource,
    areas: AreaSource,
    works: NearbySource,
    reports: NearbySource,
    service: Vec<Service>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct AddressSource {
    collections: Vec<String>,
    /// Lists of fields: the first that is known whole is the address.
    words: Vec<Vec<String>>,
    radius_m: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct DistrictSource {
    collection: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct AreaSource {
    collections: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct NearbySource {
    collections: Vec<String>,
    radius_m: u32,
    limit: usize,
}

/// One of the services that people need every day.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Service {
    id: String,
    title: Title,
    collections: Vec<String>,
}

impl Surroundings {
    /// Reads `data/at.toml`.
    pub fn read(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}

/// What the place is.
pub async fn get(
    State(city): State<Answering>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &routes::AT)?;
    let language = Language::asked(&params, &asked);
    let links = city.links(&asked);
    let snapshot = city.snapshot();
    let around =
        Around { snapshot: &snapshot, at: params.place()?, language, links: &links, clock: params.clock("hours_at")? };
    let body = around.told(&city.shown.surroundings, &params.again("", None));
    Document::new(&asked, "application/json").in_language(language).json(&body)
}

struct Around<'a> {
    snapshot: &'a Snapshot,
    at: LonLat,
    language: Language,
    links: &'a Links,
    clock: Option<Clock>,
}

impl Around<'_> {
    fn told(&self, of: &Surroundings, query: &str) -> Value {
        let mut body = json!({ "lon": self.at.lon(), "lat": self.at.lat(), "revision": self.snapshot.revision() });
        if let Some(address) = self.address(&of.address) {
            body["address"] = address;
        }
        if let Some(district) = self.holding(std::slice::from_ref(&of.district.collection)).first() {
            body["district"] = self.named(*district);
        }
        let areas = self.holding(&of.areas.collections);
        body["areas"] = areas.iter().map(|area| self.named(*area)).collect();
        body["services"] = of.service.iter().filter_map(|service| self.service(service)).collect();
        for (name, source) in [("works", &of.works), ("reports", &of.reports)] {
            if let Some(nearby) = self.nearby(source) {
                body[name] = nearby;
            }
        }
        if self.snapshot.is_demonstration() {
            body["demonstration"] = true.into();
        }
        let credits = credits(self.snapshot.shelves());
        if !credits.is_empty() {
            body["attribution"] = credits.into();
        }
        let this = self.links.link("self", "application/json", &format!("/at?{query}"));
        body["links"] = json!([this, self.links.link("nearest", "application/geo+json", &self.near())]);
        body
    }

    fn near(&self) -> String {
        format!("/nearest?lon={}&lat={}", self.at.lon(), self.at.lat())
    }

    /// The nearest of those of these collections that there are, of which something may have to be true.
    fn nearest(
        &self,
        collections: &[String],
        radius_m: f64,
        limit: usize,
        accepts: Option<&dyn Fn(Found<'_>) -> bool>,
    ) -> Option<Vec<Neighbor<'_>>> {
        let known = self.known(collections);
        // No collection at all would mean every one.
        if known.is_empty() {
            return None;
        }
        let selection = Selection { collections: known, ..Selection::default() };
        let (selection, from) = (&selection, self.at);
        let asking = Asking { selection, from, radius_m, limit, behind: None, accepts, patience: None };
        Some(ask(self.snapshot, &asking))
    }

    /// Those of these collections that there are.
    fn known(&self, collections: &[String]) -> Vec<String> {
        collections.iter().filter(|id| self.snapshot.shelf(id).is_some()).cloned().collect()
    }

    fn address(&self, source: &AddressSource) -> Option<Value> {
        let text = |Found { shelf, feature }: Found<'_>| {
            let words = source.words.iter().find_map(|fields| {
                let known = fields.iter().map(|field| feature.value(shelf.collection(), field).as_text());
                known.collect::<Option<Vec<&str>>>()
            });
            words.map(|words| words.join(", "))
        };
        // Not every house has an address.
        let has_one = |found: Found<'_>| text(found).is_some();
        let near = *self.nearest(&source.collections, f64::from(source.radius_m), 1, Some(&has_one))?.first()?;
        let mut address = self.named(near.found);
        address["text"] = text(near.found)?.into();
        address["distance_m"] = super::geojson::centimetres(near.sight.distance_m).into();
        Some(address)
    }

    /// The areas of these collections that hold the place, in the order of the collections.
    fn holding(&self, collections: &[String]) -> Vec<Found<'_>> {
        let selection = Selection { boxes: vec![BBox::of_point(self.at)], ..Selection::default() };
        let shelves = collections.iter().filter_map(|id| self.snapshot.shelf(id));
        shelves.flat_map(|shelf| selection.on(shelf).into_iter().map(move |feature| Found { shelf, feature })).collect()
    }

    fn service(&self, service: &Service) -> Option<Value> {
        let near = *self.nearest(&service.collections, f64::INFINITY, 1, None)?.first()?;
        Some(json!({
            "id": service.id,
            "title": self.language.of(&service.title),
            "collections": self.known(&service.collections),
            "nearest": self.feature(near),
        }))
    }

    fn nearby(&self, source: &NearbySource) -> Option<Value> {
        let near = self.nearest(&source.collections, f64::from(source.radius_m), source.limit, None)?;
        let features: Vec<Value> = near.into_iter().map(|near| self.feature(near)).collect();
        Some(json!({ "radius_m": source.radius_m, "features": features }))
    }

    fn feature(&self, near: Neighbor<'_>) -> Value {
        let hours = self.clock.as_ref().map(|clock| clock.looks(near.found));
        let mut feature = FeatureJson::seen(near.found, View::WHOLE, near.sight, hours);
        feature.links = vec![self.link(near.found)];
        serde_json::from_slice(&feature.written()).expect("what is written as JSON is read as JSON")
    }

    /// What an object is called, and where to learn more.
    fn named(&self, found: Found<'_>) -> Value {
        let Found { shelf, feature } = found;
        let collection = shelf.collection();
        let english = feature.value(collection, "name_en").as_text().filter(|_| self.language == Language::En);
        json!({
            "collection": collection.id,
            "id": feature.id.as_str(),
            "kind": feature.kind,
            "name": english.or_else(|| feature.value(collection, "name").as_text()),
            "links": [self.link(found)],
        })
    }

    fn link(&self, found: Found<'_>) -> Link {
        let path = feature_path(found.shelf.collection().id.as_str(), found.feature.id.as_str());
        self.links.link("item", "application/geo+json", &path)
    }
}
