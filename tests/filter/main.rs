//! One filter, judged by PostGIS: 2,000 random conditions over points, lines and areas select the same features wherever
//! they are asked.

#[path = "../city/mod.rs"]
mod city;
#[path = "../postgres/mod.rs"]
mod cluster;
mod condition;
mod cql2;
mod sql;
mod things;

use std::collections::{BTreeMap, BTreeSet};

use city::{City, Server};
use cluster::Cluster;
use condition::condition;
use mapa::{
    files, serve,
    settings::Settings,
    snapshot::{
        Filter, Selection, Snapshot,
        nearest::nearest,
        order::Order,
        page::{Turn, page},
        summary::{GroupBy, Key, summary},
    },
    space::{BBox, LonLat, TileCoord},
    store::Store,
    tile,
};
use postgres::{Client, NoTls};
use things::{COLLECTIONS, CORNER, Dice, FIELD, Thing, things};

/// Filters that are judged in this process, and of them over HTTP.
const FILTERS: usize = 2000;
const FILTERS_OVER_HTTP: usize = 300;

/// Features of each collection.
const OF_EACH: usize = 60;

/// The zoom at which tiles are looked into: the smallest area is some 90 units wide there.
const ZOOM: u8 = 6;

/// What the judge selects: collection → ids.
type Ids = BTreeMap<String, BTreeSet<String>>;

struct Judge {
    client: Client,
    _cluster: std::sync::Arc<Cluster>,
}

impl Judge {
    fn over(things: &[Thing]) -> Option<Self> {
        let cluster = Cluster::shared()?;
        let mut client = Client::connect(&cluster.database(), NoTls).unwrap();
        client.batch_execute(sql::TABLE).unwrap();
        client.batch_execute(&sql::insert(things)).unwrap();
        Some(Self { client, _cluster: cluster })
    }

    /// The features for which a condition is true.
    fn selects(&mut self, condition: &str) -> Ids {
        let rows = self.client.query(&format!("SELECT collection, id FROM things WHERE {condition}"), &[]);
        let rows = rows.unwrap_or_else(|error| panic!("{condition}: {error:?}"));
        let mut ids = Ids::new();
        for row in rows {
            ids.entry(row.get(0)).or_default().insert(row.get(1));
        }
        ids
    }

    /// Of each collection the count, the sum of `height` and how many have one.
    fn sums(&mut self, condition: &str) -> BTreeMap<String, (u64, String, u64)> {
        let asked = format!(
            "SELECT collection, count(*), COALESCE(trim_scale(sum(height::numeric)), 0)::text, count(height)
             FROM things WHERE {condition} GROUP BY collection"
        );
        let rows = self.client.query(&asked, &[]).unwrap();
        let number = |number: i64| number as u64;
        rows.iter().map(|row| (row.get(0), (number(row.get(1)), row.get(2), number(row.get(3))))).collect()
    }
}

/// The city of the things, imported from GeoJSON.
fn city_of(things: &[Thing]) -> City {
    let city = City::new();
    for (collection, sort) in COLLECTIONS {
        let of_it = things.iter().filter(|thing| thing.collection == collection);
        let features: Vec<_> = of_it.map(Thing::to_geojson).collect();
        let source = serde_json::json!({ "type": "FeatureCollection", "features": features });
        city.write(&format!("{collection}.geojson"), source.to_string());
        let recipe = city.write(&format!("{collection}.toml"), things::recipe(collection, sort));
        let report = city.import(&recipe, None);
        assert_eq!(report["features"], features.len(), "{report}");
    }
    city
}

fn field() -> BBox {
    let reach = FIELD as f64 / 64.0;
    BBox { west: CORNER.0, south: CORNER.1, east: CORNER.0 + reach, north: CORNER.1 + reach }
}

fn ids_in_tile(bytes: Vec<u8>, ids: &mut BTreeSet<String>) {
    if bytes.is_empty() {
        return;
    }
    for feature in mvt_reader::Reader::new(bytes).unwrap().get_features(0).unwrap() {
        let Some(mvt_reader::feature::Value::String(id)) = feature.properties.unwrap().remove("id") else {
            panic!("no id")
        };
        ids.insert(id);
    }
}

/// Items page by page, nearest, tiles and summary of this process.
fn check_in_process(snapshot: &Snapshot, filter: &Filter, wanted: &Ids, sums: &BTreeMap<String, (u64, String, u64)>) {
    let collections: Vec<String> = COLLECTIONS.map(|(id, _)| id.to_owned()).into();
    let selection = Selection { collections, ..Selection::default() };
    let bound =
        filter.bind(selection.shelves(snapshot), &[]).unwrap_or_else(|error| panic!("{}: {error}", filter.canonical()));
    let selection = Selection { filter: Some(bound), ..selection };
    let none = BTreeSet::new();
    let told = filter.canonical();
    let tilesets = files::tilesets(None).unwrap();
    for shelf in selection.shelves(snapshot) {
        let id = shelf.collection().id.as_str();
        let wanted = wanted.get(id).unwrap_or(&none);
        let (mut paged, mut turn) = (Vec::new(), Turn::First);
        loop {
            let page = page(&selection, shelf, &Order::default(), &turn, 17);
            assert_eq!(page.matched, wanted.len(), "numberMatched of {id}: {told}");
            paged.extend(page.features.iter().map(|feature| feature.id.to_string()));
            let Some(last) = page.features.last().filter(|_| page.is_followed) else { break };
            turn = Turn::After(Order::default().mark(last));
        }
        assert!(paged.is_sorted() && paged.iter().eq(wanted), "items of {id}: {told}\n{paged:?}\n{wanted:?}");
        let mut drawn = BTreeSet::new();
        let tileset = tilesets.get(id, snapshot).unwrap();
        for coord in TileCoord::covering(&field(), ZOOM) {
            ids_in_tile(tile::draw(snapshot, &tileset, &selection, coord, tile::Format::Mvt).unwrap(), &mut drawn);
        }
        assert_eq!(&drawn, wanted, "tiles of {id}: {told}");
    }
    let mut near = Ids::new();
    for neighbor in nearest(snapshot, &selection, LonLat::new(31.0, 47.0).unwrap(), f64::INFINITY, usize::MAX) {
        let (collection, id) =
            (neighbor.found.shelf.collection().id.to_string(), neighbor.found.feature.id.to_string());
        near.entry(collection).or_default().insert(id);
    }
    assert_eq!(&near, wanted, "nearest: {told}");
    let summary = summary(snapshot, &selection, &[GroupBy::read("collection")], &["height"]).unwrap();
    let groups = summary.groups.iter().map(|(keys, tally)| {
        let Key::Text(collection) = &keys[0] else { panic!("{keys:?}") };
        (collection.clone(), (tally.count, tally.sums[0].sum.to_string(), tally.sums[0].known))
    });
    assert_eq!(&groups.collect::<BTreeMap<_, _>>(), sums, "summary: {told}");
    assert_eq!(summary.total.count, sums.values().map(|(count, ..)| count).sum::<u64>(), "total: {told}");
}

#[test]
fn two_thousand_filters_select_what_postgis_selects() {
    let things = things(&mut Dice(1), OF_EACH);
    let Some(mut judge) = Judge::over(&things) else { return };
    let city = city_of(&things);
    let mut store = Store::open(&city.store()).unwrap();
    let snapshot = serve::city(&mut store, &files::catalog(None).unwrap(), &Settings::default()).unwrap().snapshot();
    let mut dice = Dice(20_261_124);
    let mut telling = 0;
    for _ in 0..FILTERS {
        let condition = condition(&mut dice, 3);
        let (text, sql) = (cql2::text(&condition), sql::sql(&condition));
        let filter = Filter::text(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let json = Filter::json(&cql2::json(&condition).to_string()).unwrap_or_else(|error| panic!("{text}: {error}"));
        let (wanted, sums) = (judge.selects(&sql), judge.sums(&sql));
        assert_eq!(filter, json, "{text}");
        check_in_process(&snapshot, &filter, &wanted, &sums);
        let count = wanted.values().map(BTreeSet::len).sum::<usize>();
        telling += usize::from(count > 0 && count < things.len());
    }
    // Filters that are true of all or of none judge little.
    assert!(telling > FILTERS / 2, "only {telling} of {FILTERS} filters tell features apart");
    println!("{telling} of {FILTERS} filters tell features apart");
}

#[test]
fn over_http_items_tiles_nearest_and_summary_select_what_postgis_selects() {
    let things = things(&mut Dice(2), OF_EACH);
    let Some(mut judge) = Judge::over(&things) else { return };
    let city = city_of(&things);
    let server = city.serve(&[]);
    let mut dice = Dice(5);
    for turn in 0..FILTERS_OVER_HTTP {
        let condition = condition(&mut dice, 3);
        let text = cql2::text(&condition);
        let query = if turn % 2 == 0 {
            format!("filter={}", escaped(&text))
        } else {
            format!("filter-lang=cql2-json&filter={}", escaped(&cql2::json(&condition).to_string()))
        };
        let wanted = judge.selects(&sql::sql(&condition));
        let none = BTreeSet::new();
        for (id, _) in COLLECTIONS {
            let wanted = wanted.get(id).unwrap_or(&none);
            let path = format!("/collections/{id}/items?limit=1000&{query}");
            if id == "areas" && text.contains("depth") {
                let refused = server.get(&path);
                assert_eq!(refused.status, 400, "{text}");
                assert!(refused.json()["detail"].as_str().unwrap().contains("there is no property `depth`"), "{text}");
                continue;
            }
            let items = server.json(&path);
            assert_eq!(items["numberMatched"], wanted.len(), "{id}: {text}");
            assert_eq!(&ids(&items, |_| true), wanted, "{id}: {text}");
            assert_eq!(&tiled(&server, id, &query), wanted, "tiles of {id}: {text}");
        }
        let all = "collections=spots,lines,areas";
        let count: usize = wanted.values().map(BTreeSet::len).sum();
        let near = server.json(&format!("/nearest?lon=31&lat=47&limit=100&{all}&{query}"));
        let found = near["features"].as_array().unwrap().len();
        assert_eq!(found, count.min(100), "nearest: {text}");
        for (id, _) in COLLECTIONS {
            let near = ids(&near, |collection| collection == id);
            let wanted = wanted.get(id).unwrap_or(&none);
            assert!(near.is_subset(wanted) && (count > 100 || near == *wanted), "nearest in {id}: {text}");
        }
        let summary = server.json(&format!("/summary?group_by=collection&sum=height&{all}&{query}"));
        assert_eq!(summary["total"]["count"], count, "{text}");
        for group in summary["groups"].as_array().unwrap() {
            assert_eq!(group["count"], wanted[group["by"]["collection"].as_str().unwrap()].len(), "{text}");
        }
    }
    assert_eq!(server.log(), "");
}

fn ids(collection: &serde_json::Value, of: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let features = collection["features"].as_array().unwrap().iter();
    let of_it = features.filter(|feature| of(feature["properties"]["collection"].as_str().unwrap()));
    of_it.map(|feature| feature["id"].as_str().unwrap().to_owned()).collect()
}

fn tiled(server: &Server, collection: &str, query: &str) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for coord in TileCoord::covering(&field(), ZOOM) {
        let path = format!("/tiles/{collection}/{}/{}/{}.mvt?{query}", coord.z(), coord.x(), coord.y());
        let answer = server.get(&path);
        assert!(matches!(answer.status, 200 | 204), "{path}");
        ids_in_tile(answer.body, &mut ids);
    }
    ids
}

fn escaped(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
