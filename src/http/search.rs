//! `GET /search`: what somebody typed, as places, addresses and steps of the filter tree.

use std::borrow::Cow;

use axum::{
    extract::{RawQuery, State},
    http::HeaderMap,
    response::Response,
};
use serde_json::{Value, json};

use super::{
    Answering, Language, Links, Params, Problem,
    document::Document,
    geojson::centimetres,
    json::{self, Members},
    links::feature_path,
    routes,
};
use crate::{
    model::{Choice, Feature},
    snapshot::{
        Found, Selection, Shelf, credits,
        search::{Asking, Hit, Query, Step, search, shelves, spot},
    },
    space::{LonLat, geodesic::sight},
};

/// The longest text that is searched for.
pub const MAX_LETTERS: usize = 200;

/// Room for an answer from the beginning, bytes; most need no more.
const ROOM: usize = 8 << 10;

/// The best few of each group.
pub async fn get(
    State(city): State<Answering>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &routes::SEARCH)?;
    let language = Language::asked(&params, &asked);
    let near = near(&params)?;
    let typed = params.text("q").unwrap_or_default();
    let lexicon = &city.shown.lexicon;
    let query = Query::read(typed, lexicon).map_err(|error| Problem::bad("q", typed, error.to_string()))?;
    let snapshot = city.snapshot();
    let selection = params.collections(&snapshot)?;
    let looked_at = shelves(&snapshot, &selection);
    let selection: Selection = params.narrowed(selection, looked_at, &[])?;

    let limit = params.whole("limit");
    let asking = Asking { query: &query, lexicon, selection: &selection, near, limit };
    let answer = search(&snapshot, &asking);

    let links = city.links(&asked);
    let shown = Shown { near, language, links: &links };
    let mut to = Vec::with_capacity(ROOM);
    let mut members = Members::new(&mut to);
    members.text("q", typed);
    json::list(members.named("places"), &answer.places, |to, hit| shown.hit(to, hit, false));
    json::list(members.named("addresses"), &answer.addresses, |to, hit| shown.hit(to, hit, true));
    json::list(members.named("collections"), &answer.steps, |to, step| json::value(to, &shown.step(step)));
    members.value("mistyped", &answer.mistyped);
    members.value("revision", &snapshot.revision().0);
    if let Some(number) = &answer.without {
        members.text("without", number);
    }
    let from = || answer.places.iter().chain(&answer.addresses).map(|hit| hit.found.shelf);
    if from().any(Shelf::is_demonstration) {
        members.value("demonstration", &true);
    }
    let credits = credits(from());
    if !credits.is_empty() {
        members.value("attribution", &credits);
    }
    members.value("links", &[links.link("self", "application/json", &format!("/search?{}", params.again("", None)))]);
    members.end();
    Ok(Document::new(&asked, "application/json").in_language(language).bytes(to))
}

/// The place of the asker; `None` where it is not told.
fn near(params: &Params) -> Result<Option<LonLat>, Problem> {
    match (params.text("lon"), params.text("lat")) {
        (None, None) => Ok(None),
        (Some(_), Some(_)) => params.place().map(Some),
        (Some(_), None) => Err(Problem::bad("lat", "", "`lat` is missing beside `lon`")),
        (None, Some(_)) => Err(Problem::bad("lon", "", "`lon` is missing beside `lat`")),
    }
}

struct Shown<'a> {
    near: Option<LonLat>,
    language: Language,
    links: &'a Links,
}

impl Shown<'_> {
    fn hit(&self, to: &mut Vec<u8>, hit: &Hit<'_>, by_address: bool) {
        let Found { shelf, feature } = hit.found;
        let collection = shelf.collection();
        let text = |field: &str| feature.value(collection, field).as_text().filter(|text| !text.trim().is_empty());
        let address =
            text("address").map(Cow::from).or_else(|| Some(format!("{}, {}", text("street")?, text("number")?).into()));
        let name = self.language.either("name", "name_en");
        let name = text(name).or_else(|| text("name")).or_else(|| text("name_en")).map(Cow::from);
        let kind = feature.kind.as_deref().and_then(|id| collection.kinds.iter().find(|kind| kind.id == id));
        let subtitle = self.language.of(kind.map_or(&collection.title, |kind| &kind.title));
        let title = if by_address { address.clone().or(name) } else { name.or_else(|| address.clone()) };
        let at = spot(&feature.geometry);
        let path = feature_path(collection.id.as_str(), feature.id.as_str());
        let mut members = Members::new(to);
        members.text("collection", collection.id.as_str());
        members.text("id", feature.id.as_str());
        members.text("title", title.as_deref().unwrap_or(subtitle));
        members.text("subtitle", subtitle);
        members.value("lon", &at.lon());
        members.value("lat", &at.lat());
        for (name, value) in [
            ("kind", feature.kind.as_deref()),
            ("sector", shelf.sector()),
            ("address", address.as_deref()),
            ("former_name", text("former_name")),
        ] {
            if let Some(value) = value {
                members.text(name, value);
            }
        }
        if let Some(near) = self.near {
            members.value("distance_m", &centimetres(distance_m(near, feature)));
        }
        members.value("links", &[self.links.link("item", "application/geo+json", &path)]);
        members.end();
    }

    fn step(&self, step: &Step<'_>) -> Value {
        match step {
            Step::Sector(sector) => json!({
                "type": "sector", "id": sector.id, "title": self.language.of(&sector.title),
            }),
            Step::Collection(shelf) => json!({
                "type": "collection",
                "id": shelf.collection().id,
                "collection": shelf.collection().id,
                "sector": shelf.sector(),
                "title": self.language.of(&shelf.collection().title),
                "count": shelf.len(),
            }),
            Step::Kind(shelf, kind) => self.kind(shelf, kind),
        }
    }

    fn kind(&self, shelf: &Shelf, kind: &Choice) -> Value {
        json!({
            "type": "kind",
            "id": kind.id,
            "collection": shelf.collection().id,
            "sector": shelf.sector(),
            "title": self.language.of(&kind.title),
            "subtitle": self.language.of(&shelf.collection().title),
            "count": shelf.count_of(&kind.id),
        })
    }
}

/// Metres to the nearest point of a feature.
fn distance_m(from: LonLat, feature: &Feature) -> f64 {
    sight(from, &feature.geometry).distance_m
}
