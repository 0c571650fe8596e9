//! What narrows a question narrows every answer alike: filters, times and boxes on items, tiles, nearest and summaries.

mod city;

use city::{City, Server};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};

const RECIPE: &str = r#"
collection = "signs"
[source]
file = "signs.csv"
[id]
column = "id"
[geometry]
lon = "lon"
lat = "lat"
[fields.name]
column = "name"
[fields.valid_from]
column = "from"
[fields.valid_through]
column = "through"
[fields.fee]
column = "fee"
[fields.lit]
column = "lit"
[declare]
title = { uk = "Дозволи", en = "Permits" }
geometry = "point"
min_zoom = 0
fields = [
    { name = "name", type = "text", title = { uk = "Назва", en = "Name" } },
    { name = "valid_from", type = "date", title = { uk = "Від", en = "From" } },
    { name = "valid_through", type = "date", title = { uk = "До", en = "Through" } },
    { name = "fee", type = "number", title = { uk = "Плата", en = "Fee" } },
    { name = "lit", type = "boolean", title = { uk = "Світло", en = "Lit" } },
]
"#;

const ROWS: &str = "id,lon,lat,name,from,through,fee,lit
a,33.40,47.90,Щит,2020-01-01,2021-12-31,0.1,true
b,33.41,47.91,Щит,2022-01-01,2024-06-30,0.2,true
c,33.42,47.92,Вивіска,2022-05-05,,1000000000000.01,false
d,33.43,47.93,Вивіска,,,,
e,33.44,47.94,,,2019-06-01,0.3,true
";

fn served() -> (City, Server) {
    let city = City::new();
    city.write("signs.csv", ROWS);
    let recipe = city.write("signs.toml", RECIPE);
    let report = city.import(&recipe, None);
    assert_eq!(report["features"], 5, "{report}");
    let server = city.serve(&[]);
    (city, server)
}

/// What people write, with what a URL may not hold escaped.
fn url(path: &str) -> String {
    const NOT_IN_URLS: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'{').add(b'}');
    utf8_percent_encode(path, NOT_IN_URLS).to_string()
}

fn ids(collection: &Value) -> Vec<&str> {
    let mut ids: Vec<_> =
        collection["features"].as_array().unwrap().iter().map(|feature| feature["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids
}

fn in_tile(server: &Server, query: &str) -> Vec<String> {
    let answer = server.get(&format!("/tiles/signs/9/303/178.mvt?{query}"));
    if answer.status == 204 {
        return Vec::new();
    }
    assert_eq!(answer.status, 200, "{query}: {}", city::text(&answer.body));
    let features = mvt_reader::Reader::new(answer.body).unwrap().get_features(0).unwrap();
    let id = |feature: mvt_reader::feature::Feature| match feature.properties.unwrap().remove("id") {
        Some(mvt_reader::feature::Value::String(id)) => id,
        other => panic!("{other:?}"),
    };
    let mut ids: Vec<_> = features.into_iter().map(id).collect();
    ids.sort();
    ids
}

#[test]
fn a_time_and_a_filter_narrow_every_answer_alike() {
    let (_city, server) = served();
    for (query, wanted) in [
        ("datetime=2021-12-31", vec!["a"]),
        ("datetime=2021-12-31T23:59:59Z", vec!["a"]),
        // Two hours before in UTC, where days are counted.
        ("datetime=2022-01-01T01:00:00%2B02:00", vec!["a"]),
        ("datetime=2022-01-01/2022-02-01", vec!["b"]),
        ("datetime=2030-01-01/..", vec!["c"]),
        ("datetime=../2019-12-31", vec!["e"]),
        // Nobody has said when `d` is.
        ("datetime=../..", vec!["a", "b", "c", "e"]),
        ("filter=name='Щит'", vec!["a", "b"]),
        ("filter=name<>'Щит'", vec!["c", "d"]),
        ("filter=lit AND fee > 0.15", vec!["b", "e"]),
        ("filter=id IN ('e','a','x','a')", vec!["a", "e"]),
        ("filter=id='e' AND lit", vec!["e"]),
        ("filter=S_WITHIN(geom, BBOX(33.405,47,33.425,48))", vec!["b", "c"]),
        ("filter=name LIKE 'В%25'&datetime=2023-01-01", vec!["c"]),
        ("filter={\"op\":\"isNull\",\"args\":[{\"property\":\"fee\"}]}&filter-lang=cql2-json", vec!["d"]),
    ] {
        let query = url(query);
        let items = server.json(&format!("/collections/signs/items?{query}"));
        assert_eq!(ids(&items), wanted, "{query}");
        assert_eq!(items["numberMatched"], wanted.len(), "{query}");
        assert_eq!(ids(&server.json(&format!("/nearest?lon=33&lat=47&{query}"))), wanted, "{query}");
        assert_eq!(in_tile(&server, &query), wanted, "{query}");
        assert_eq!(server.json(&format!("/summary?{query}"))["total"]["count"], wanted.len(), "{query}");
    }
    let boxed = server.json("/summary?bbox=33.405,47,33.425,48&filter=lit");
    assert_eq!(boxed["total"]["count"], 1);
    assert_eq!(server.log(), "");
}

#[test]
fn the_next_page_and_the_tiles_of_a_narrowed_list_are_narrowed_too() {
    let (_city, server) = served();
    let first = server.json(&url("/collections/signs/items?limit=1&filter=name='Щит'&datetime=2010-01-01/.."));
    assert_eq!((ids(&first), &first["numberMatched"]), (vec!["a"], &json!(2)));
    let next = first["links"].as_array().unwrap().iter().find(|link| link["rel"] == "next").unwrap();
    let second = server.json(next["href"].as_str().unwrap().strip_prefix(&server.root).unwrap());
    assert_eq!((ids(&second), &second["numberMatched"]), (vec!["b"], &json!(2)));

    let tilejson = server.json(&url("/tiles/signs.json?filter=name='Щит'"));
    let tile = tilejson["tiles"][0].as_str().unwrap().replace("{z}", "9").replace("{x}", "303").replace("{y}", "178");
    let tile = server.get(tile.strip_prefix(&server.root).unwrap());
    // Filters that are read as the same give the same tile.
    let same = server.get(&url("/tiles/signs/9/303/178.mvt?filter=(\"name\" = 'Щит')"));
    assert_eq!((tile.status, tile.header("etag")), (200, same.header("etag")));
    let whole = server.get("/tiles/signs/9/303/178.mvt");
    assert_ne!(tile.header("etag"), whole.header("etag"));
}

#[test]
fn a_summary_counts_and_adds_up_to_the_last_kopiika() {
    let (_city, server) = served();
    let summary = server.json("/summary?collections=signs&group_by=name,year(valid_from)&sum=fee");
    let groups = summary["groups"].as_array().unwrap();
    let told: Vec<_> = groups
        .iter()
        .map(|group| {
            let by = &group["by"];
            (
                by["name"].clone(),
                by["year(valid_from)"].clone(),
                group["count"].clone(),
                group["sums"]["fee"].to_string(),
            )
        })
        .collect();
    let sum = |sum: &str, known: u8| format!("{{\"known\":{known},\"sum\":{sum}}}");
    let group = |name: Value, year: Value, text: &str, known| (name, year, json!(1), sum(text, known));
    let mut wanted = vec![
        group(json!("Вивіска"), json!(2022), "1000000000000.01", 1),
        group(json!("Вивіска"), Value::Null, "0", 0),
        group(json!("Щит"), json!(2020), "0.1", 1),
        group(json!("Щит"), json!(2022), "0.2", 1),
        group(Value::Null, Value::Null, "0.3", 1),
    ];
    for (told, wanted) in told.iter().zip(&mut wanted) {
        assert_eq!((&told.0, &told.1, &told.2), (&wanted.0, &wanted.1, &wanted.2));
        let (told, wanted): (Value, Value) =
            (serde_json::from_str(&told.3).unwrap(), serde_json::from_str(&wanted.3).unwrap());
        assert_eq!(told, wanted);
    }
    // As it is written, since a reader may round: 0.1 + 0.2 + 0.3 + 1000000000000.01.
    let text = city::text(&server.get("/summary?collections=signs&sum=fee").body);
    assert!(text.contains(r#""total":{"count":5,"sums":{"fee":{"sum":1000000000000.61,"known":4}}}"#), "{text}");

    let csv = server.get("/summary?collections=signs&group_by=lit,name&sum=fee&f=csv");
    assert!(csv.header("content-type").starts_with("text/csv"));
    let wanted = "lit,name,count,fee,fee_known\r\nfalse,Вивіска,1,1000000000000.01,1\r\ntrue,Щит,2,0.3,2\r\ntrue,,1,0.3,1\r\n,Вивіска,1,0,0\r\n";
    assert_eq!(city::text(&csv.body), wanted);
    let total = server.get("/summary?collections=signs&f=csv");
    assert_eq!(city::text(&total.body), "count\r\n5\r\n");
}

#[test]
fn a_collection_tells_when_its_features_are() {
    let (_city, server) = served();
    let permits = server.json("/collections/signs");
    assert_eq!(permits["validity"], json!({ "from": "valid_from", "through": "valid_through" }));
    // One of them has no end, one no beginning.
    assert_eq!(permits["extent"]["temporal"]["interval"], json!([[null, null]]));
    assert_eq!(server.json("/collections/schools").get("validity"), None);
}

#[test]
fn what_cannot_narrow_is_named() {
    let (_city, server) = served();
    for (path, parameter, detail) in [
        (
            "/collections/signs/items?filter=levels=1",
            "filter",
            "there is no property `levels`; there are: id, collection",
        ),
        ("/nearest?lon=33&lat=47&filter=levels_of_nothing=1", "filter", "there is no property `levels_of_nothing`"),
        ("/tiles/signs/0/0/0.mvt?filter=name=1", "filter", "compares text with number in the collection `signs`"),
        ("/tiles/signs.json?filter=name=", "filter", "at character 6"),
        ("/summary?filter=name+LIKE+1", "filter", "is not a pattern"),
        ("/summary?filter=lit&filter-lang=sql", "filter-lang", "is one of: cql2-text, cql2-json"),
        ("/summary?filter=lit&filter-crs=EPSG:3857", "filter-crs", "CRS84"),
        ("/summary?filter={}&filter-lang=cql2-json", "filter", "neither an operator"),
        ("/collections/signs/items?datetime=yesterday", "datetime", "`yesterday` is neither an instant"),
        ("/nearest?lon=33&lat=47&datetime=2022-01-01/2021-01-01", "datetime", "ends before it begins"),
        ("/tiles/signs/0/0/0.mvt?datetime=2022", "datetime", "`2022`"),
        ("/summary?group_by=name,lit,fee", "group_by", "is a list of at most 2"),
        ("/summary?group_by=name,name", "group_by", "names `name` twice"),
        ("/summary?collections=signs&group_by=fee", "group_by", "`fee` of the collection `signs` is not a text"),
        ("/summary?collections=signs&group_by=year(name)", "group_by", "is not a day"),
        ("/summary?collections=signs&group_by=geometry", "group_by", "`geometry` of the collection `signs`"),
        ("/summary?collections=signs&sum=name", "sum", "`name` of the collection `signs` is not a number"),
        ("/summary?sum=nothing_known", "sum", "there is no property `nothing_known`"),
        ("/summary?f=xml", "f", "is one of: json, csv"),
        ("/summary?limit=1", "limit", "is not a parameter of this route"),
    ] {
        let refused = server.get(&url(path));
        let problem = refused.json();
        assert_eq!((refused.status, problem["parameter"].as_str()), (400, Some(parameter)), "{path}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains(detail), "{path}: {problem}");
    }
    assert_eq!(server.log(), "");
}

#[test]
fn what_is_valid_for_a_time_says_so_in_the_catalog_and_what_stands_anyway_does_not() {
    let catalog = mapa::files::catalog(None).unwrap();
    for (id, wanted) in [
        ("advertising-structures", Some((Some("valid_from"), Some("valid_through")))),
        ("emission-sources", Some((Some("permit_issued"), Some("valid_through")))),
        ("communal-property-leased", Some((Some("lease_start"), Some("lease_end")))),
        ("budget-items", Some((Some("started"), Some("finished")))),
        ("unauthorised-dumps", Some((Some("detected"), Some("cleared")))),
        ("communal-property-for-rent", Some((Some("available_from"), None))),
        ("land-plots-for-auction", Some((Some("auction_date"), Some("auction_date")))),
        ("rivers", None),
        ("benches", None),
        ("schools", None),
    ] {
        let collection = &catalog.collections[id];
        let name = |at: Option<usize>| at.map(|at| collection.fields[at].name.as_str());
        let validity = mapa::model::Validity::of(collection);
        assert_eq!(validity.map(|validity| (name(validity.from), name(validity.through))), wanted, "{id}");
    }
}

#[test]
fn a_collection_does_not_stand_behind_a_tileset_of_its_name() {
    let (city, server) = served();
    // The catalog has districts, and a tileset of that name shows more than them.
    let of_collection = server.json("/collections/districts/tiles/WebMercatorQuad");
    let of_tileset = server.json("/tiles/districts/WebMercatorQuad");
    let layers = |tileset: &Value| -> Vec<String> {
        tileset["layers"].as_array().unwrap().iter().map(|layer| layer["id"].as_str().unwrap().into()).collect()
    };
    assert_eq!(layers(&of_collection), ["districts", "dropped"]);
    assert!(layers(&of_tileset).len() > 2, "{of_tileset}");
    let recipe = city.write("permits.toml", RECIPE.replace("collection = \"signs\"", "collection = \"permits\""));
    let refused = city.mapa(&["import", recipe.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        city::text(&refused.stderr).contains("`permits` is the name of a tileset"),
        "{}",
        city::text(&refused.stderr)
    );
}
