//! The demonstration city goes the whole way: written, imported, served, every object and every bad row accounted for.

mod city;

use std::collections::BTreeMap;

use city::{City, text};
use mapa::space::{LonLat, TileCoord, WorldPoint};
use serde_json::Value;

#[test]
fn the_demonstration_city_comes_through_whole() {
    let city = City::new();
    let written = city.mapa(&["demo", "--out", "demo"]);
    assert!(written.status.success(), "{}", text(&written.stderr));
    assert!(text(&written.stdout).contains("demonstration data"));
    let manifest: Value = serde_json::from_slice(&std::fs::read(city.path("demo/manifest.json")).unwrap()).unwrap();
    let mut recipes: Vec<String> = std::fs::read_dir(city.path("demo"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .map(|path| path.to_str().unwrap().to_owned())
        .collect();
    recipes.sort();
    assert_eq!(recipes.len(), 187);

    let mut args = vec!["import", "--json"];
    args.extend(recipes.iter().map(String::as_str));
    let imported = city.mapa(&args);
    assert_eq!(imported.status.code(), Some(0), "{}", text(&imported.stderr));
    let report: Value = serde_json::from_slice(&imported.stdout).unwrap();
    assert_eq!(report["reasons"], manifest["bad_rows"], "the bad rows are those that were written");
    let count = |name: &str| report[name].as_u64().unwrap();
    assert_eq!(count("read"), count("features") + count("rejections"));

    let server = city.serve(&[]);
    let catalog = server.json("/catalog");
    assert_eq!(catalog["demonstration"], true);
    let mut counts = BTreeMap::new();
    for sector in catalog["sectors"].as_array().unwrap() {
        for area in sector["service_areas"].as_array().unwrap() {
            for collection in area["collections"].as_array().unwrap() {
                let id = collection["id"].as_str().unwrap();
                let kinds = collection["kinds"].as_array().unwrap().iter().map(|kind| kind["count"].as_u64().unwrap());
                let count = collection["count"].as_u64().unwrap();
                assert_eq!(kinds.sum::<u64>(), count, "{id}: every object has a kind");
                assert_eq!(Some(count), manifest["collections"][id].as_u64(), "{id}");
                counts.insert(id.to_owned(), count);
            }
        }
    }
    assert_eq!(counts.len(), 178 + 4);
    let besides = ["apartment-buildings", "transport-routes", "transport-stops", "air-posts"].map(|id| counts[id]);
    assert_eq!(besides, [5200, 60, 900, 29]);
    assert_eq!(counts.values().sum::<u64>() - besides.iter().sum::<u64>(), 18_000);
    let known = ["advertising-structures", "playgrounds", "sports-grounds", "dead-trees", "budget-items"];
    assert_eq!(known.map(|id| counts[id]), [1900, 420, 160, 900, 380]);
    assert_eq!(server.json("/collections/districts")["count"], 7);

    // Every permit status is there, and so are structures without a permit.
    let permits = server.json("/collections/advertising-structures/items?limit=10000");
    let status = |feature: &Value| feature["properties"]["permit_status"].as_str().map(str::to_owned);
    let mut statuses: BTreeMap<Option<String>, usize> = BTreeMap::new();
    for feature in permits["features"].as_array().unwrap() {
        *statuses.entry(status(feature)).or_default() += 1;
    }
    for wanted in [Some("valid"), Some("expired"), Some("annulled"), None] {
        let found = statuses.get(&wanted.map(str::to_owned)).copied().unwrap_or(0);
        assert!(found >= 20, "{wanted:?}: {statuses:?}");
    }

    // At the deepest zoom every public point object is drawn exactly once over all tiles that hold one.
    let zoom = mapa::tile::tileset::MAX_ZOOM;
    let schools = server.json("/collections/schools/items?limit=10000");
    let mut tiles: Vec<TileCoord> = schools["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|school| {
            let at = &school["geometry"]["coordinates"];
            let at = LonLat::new(at[0].as_f64().unwrap(), at[1].as_f64().unwrap()).unwrap();
            TileCoord::at(WorldPoint::of(at), zoom)
        })
        .collect();
    tiles.sort_unstable();
    tiles.dedup();
    let drawn: usize = tiles
        .iter()
        .map(|tile| {
            let bytes = server.get(&format!("/tiles/city/{tile}.mvt?collections=schools")).body;
            mvt_reader::Reader::new(bytes).unwrap().get_features(0).unwrap().len()
        })
        .sum();
    assert_eq!(drawn as u64, counts["schools"]);
    assert!(server.json("/tiles/city.json")["attribution"].as_str().unwrap().contains("Демонстраційні дані"));
    assert_eq!(server.log(), "");
}
