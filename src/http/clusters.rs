//! `GET /clusters/{tileset}/{clusterId}`: what a cluster of a tile stands for, page by page.

use axum::{
    extract::{Path, RawQuery, State},
    http::HeaderMap,
    response::Response,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    Answering, Params, Problem, answer,
    geojson::{FeatureCollectionJson, FeatureJson},
    links::escaped,
    routes,
    tiles::{find, shown},
};
use crate::{
    exchange::View,
    snapshot::{Found, Selection, cluster},
    tile::{
        self, Tag,
        cluster::{ClusterId, Standing, cluster as find_cluster, told},
    },
};

const GEOJSON: &str = "application/geo+json";

/// What the tile told of the cluster, beside a page of its leaves.
#[derive(Serialize)]
struct ClusterJson {
    /// Around the places at which the leaves are counted: west, south, east, north in degrees.
    bbox: [f64; 4],
    cluster_id: u64,
    point_count: u64,
    expansion_zoom: u8,
    /// Longitude and latitude of the mark, degrees.
    center: [f64; 2],
    #[serde(flatten)]
    told: Map<String, Value>,
}

/// The leaves in the order of their collections and ids; `next` begins after the last one, so pages neither repeat nor skip.
pub async fn get(
    State(city): State<Answering>,
    Path((name, number)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &routes::CLUSTER)?;
    let limit = params.whole("limit");
    let cursor = params.text("cursor").map(after).transpose()?;
    let snapshot = city.snapshot();
    let tileset = find(&city, &snapshot, &name)?;
    let wrong =
        || Problem::bad("clusterId", &number, format!("`{number}` is not a `cluster_id` of the tileset `{name}`"));
    let id = number.parse().ok().and_then(ClusterId::of).ok_or_else(wrong)?;
    let (_, rule) = id.layer(&tileset).ok_or_else(wrong)?;
    let tile = rule.zoom_of(id.cell().level()).and_then(|z| id.cell().tile(z)).ok_or_else(wrong)?;
    let selection =
        params.narrowed(params.collections(&snapshot)?, shown(&tileset, &snapshot), &[tile::reach(tile)])?;

    let gone = || {
        let revision = snapshot.revision();
        Problem::NotFound(format!("at revision {revision} nothing of `{name}` is the cluster {number}"))
    };
    let standing = find_cluster(&snapshot, &tileset, &selection, id).ok_or_else(gone)?;
    let (leaves, more) = page(&standing, &selection, id, cursor, limit);

    let links = city.links(&asked);
    let path = format!("/clusters/{}/{number}", escaped(&name));
    let this = query.as_ref().map_or_else(|| path.clone(), |query| format!("{path}?{query}"));
    let mut to = vec![links.link("self", GEOJSON, &this)];
    if let Some(last) = leaves.last()
        && more
    {
        let cursor = format!("{}/{}", last.shelf.collection().id, last.feature.id);
        to.push(links.link("next", GEOJSON, &format!("{path}?{}", params.again("cursor", Some(&cursor)))));
    }
    let features = leaves.into_iter().map(|found| FeatureJson::one_of_many(found, View::WHOLE)).collect();
    let mut page = FeatureCollectionJson::new(snapshot.revision().0, features, to);
    page.number_matched = Some(standing.cluster.count as usize);
    let bbox = cluster::bbox(&standing.shelves, &selection, id.cell()).ok_or_else(gone)?;
    let center = standing.cluster.at.lonlat();
    let cluster = ClusterJson {
        bbox: bbox.to_array(),
        cluster_id: id.number(),
        point_count: standing.cluster.count,
        expansion_zoom: standing.expansion_zoom,
        center: [center.lon(), center.lat()],
        told: told(rule, &standing.cluster).into_iter().map(|(name, tag)| (name, number_of(&tag))).collect(),
    };
    Ok(answer::bytes(&asked, GEOJSON, page.written_with(&cluster)))
}

/// The collection and the id after which a page begins.
fn after(cursor: &str) -> Result<(&str, &str), Problem> {
    cursor.split_once('/').ok_or_else(|| {
        Problem::bad("cursor", cursor, "`cursor` is where a page ended: a collection, a slash and the id of a feature")
    })
}

/// At most `limit` leaves from after a collection and id on, and whether more come after them.
///
/// Collections beyond the page are not looked into.
fn page<'a>(
    standing: &Standing<'a>,
    selection: &Selection,
    id: ClusterId,
    cursor: Option<(&str, &str)>,
    limit: usize,
) -> (Vec<Found<'a>>, bool) {
    let mut leaves: Vec<Found> = Vec::new();
    for shelf in &standing.shelves {
        let begin = match cursor {
            Some((from, _)) if shelf.collection().id.as_str() < from => continue,
            Some((from, id)) if shelf.collection().id.as_str() == from => Some(id),
            _ => None,
        };
        let rest = cluster::leaves(shelf, selection, id.cell()).into_iter();
        let rest = rest.filter(|feature| begin.is_none_or(|id| feature.id.as_str() > id));
        leaves.extend(rest.take(limit + 1 - leaves.len()).map(|feature| Found { shelf, feature }));
        if leaves.len() > limit {
            leaves.truncate(limit);
            return (leaves, true);
        }
    }
    (leaves, false)
}

fn number_of(tag: &Tag) -> Value {
    match tag {
        Tag::Boolean(b) => json!(b),
        Tag::Integer(i) => json!(i),
        Tag::Number(n) => json!(n),
        Tag::Text(text) => json!(text),
    }
}
