//! `GET /nearest`: what is closest to a place, by true metres.

use axum::{
    extract::{RawQuery, State},
    http::HeaderMap,
    response::Response,
};
use serde_json::Value;

use super::{
    Answering, City, Params, Problem,
    document::Document,
    geojson::{FeatureCollectionJson, FeatureJson},
    json,
    parameters::MAX_RADIUS_M,
    routes::{self, SOON_READ_BYTES},
};
use crate::{
    exchange::View,
    snapshot::{
        Found, Snapshot,
        nearest::{Asking, Behind, Neighbor, Patience, ask, ask_each},
        open::{Clock, Doors},
    },
};

const GEOJSON: &str = "application/geo+json";

/// Of those with unknown hours that are nearer than the last one listed, at most so many are counted.
const MOST_UNKNOWN: usize = 1000;

/// As many features are looked at soon.
const SOON_LOOKED_AT: u32 = 1000;

/// The nearest features of the collections named, or of all thematic ones.
pub async fn get(
    State(city): State<Answering>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    answer(&city, &city.snapshot(), query.as_deref(), &asked, None)
}

/// The same, of this snapshot, if it takes no longer than handing it over does.
pub fn at_once(
    city: &City,
    snapshot: &Snapshot,
    query: Option<&str>,
    asked: &HeaderMap,
) -> Option<Result<Response, Problem>> {
    let patience = Patience::new(SOON_LOOKED_AT);
    let query = query.filter(|query| query.len() <= SOON_READ_BYTES)?;
    let answered = answer(city, snapshot, Some(query), asked, Some(&patience));
    (!patience.is_lost()).then_some(answered)
}

fn answer(
    city: &City,
    snapshot: &Snapshot,
    query: Option<&str>,
    asked: &HeaderMap,
    patience: Option<&Patience>,
) -> Result<Response, Problem> {
    let params = Params::read(query, &routes::NEAREST)?;
    let from = params.place()?;
    let radius_m = params.number("radius").unwrap_or(MAX_RADIUS_M);
    let limit = params.whole("limit");
    let (clock, tells) = (params.clock("open_at")?, params.clock("hours_at")?);
    let behind = params.text("cursor").map(behind).transpose()?;
    let selection = params.selection(snapshot)?;

    let is_open = |found: Found<'_>| clock.as_ref().is_none_or(|clock| clock.sees(found) == Doors::Open);
    // One more than is wanted tells whether there is a next page.
    let asking = Asking {
        selection: &selection,
        from,
        radius_m,
        limit: limit + 1,
        behind: behind.as_ref(),
        accepts: clock.as_ref().map(|_| &is_open as &dyn Fn(Found<'_>) -> bool),
        patience,
    };
    let mut neighbors = if params.text("per").is_some() { ask_each(snapshot, &asking) } else { ask(snapshot, &asking) };
    let more = neighbors.len() > limit;
    neighbors.truncate(limit);

    let links = city.links(asked);
    let path = |query: String| format!("/nearest?{query}");
    let mut to = vec![links.link("self", GEOJSON, &path(params.again("", None)))];
    if let Some(last) = neighbors.last()
        && more
    {
        to.push(links.link("next", GEOJSON, &path(params.again("cursor", Some(&cursor(last))))));
    }
    let unknown = clock.as_ref().map(|clock| unknown_hours(snapshot, &asking, clock, neighbors.last(), more));
    let told = tells.as_ref().or(clock.as_ref());
    let features = neighbors
        .iter()
        .map(|near| FeatureJson::seen(near.found, View::WHOLE, near.sight, told.map(|clock| clock.looks(near.found))))
        .collect();
    let mut body = FeatureCollectionJson::new(snapshot.revision().0, features, to);
    body.unknown_hours = unknown;
    Ok(Document::new(asked, GEOJSON).bytes(body.written()))
}

/// How many features with unknown hours are passed over within the part of the list that is answered.
fn unknown_hours(
    snapshot: &Snapshot,
    asking: &Asking<'_>,
    clock: &Clock,
    last: Option<&Neighbor<'_>>,
    more: bool,
) -> usize {
    let radius_m = last.filter(|_| more).map_or(asking.radius_m, |last| last.sight.distance_m);
    let is_unknown = |found: Found<'_>| clock.sees(found) == Doors::Unknown;
    ask(snapshot, &Asking { radius_m, limit: MOST_UNKNOWN, accepts: Some(&is_unknown), ..*asking }).len()
}

fn cursor(last: &Neighbor<'_>) -> String {
    let Found { shelf, feature } = last.found;
    let mut to = Vec::new();
    json::value(&mut to, &("behind", last.sight.distance_m, shelf.collection().id.as_str(), feature.id.as_str()));
    String::from_utf8(to).expect("JSON is text")
}

fn behind(text: &str) -> Result<Behind, Problem> {
    let wrong = || Problem::bad("cursor", text, "`cursor` is not of a link `next` of this list");
    match serde_json::from_str(text) {
        Ok(Value::Array(parts)) => match parts.as_slice() {
            [Value::String(word), Value::Number(metres), Value::String(collection), Value::String(id)]
                if word == "behind" =>
            {
                let distance_m = metres.as_f64().ok_or_else(wrong)?;
                Ok(Behind { distance_m, collection: collection.clone(), id: id.clone() })
            }
            _ => Err(wrong()),
        },
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_names_its_distance_exactly(distance_m in 0.0..20_004_000.0_f64) {
            let mut text = Vec::new();
            json::value(&mut text, &("behind", distance_m, "trees", "t\"1"));
            let mark = behind(std::str::from_utf8(&text).unwrap()).unwrap();
            prop_assert_eq!(mark, Behind { distance_m, collection: "trees".into(), id: "t\"1".into() });
        }
    }
}
