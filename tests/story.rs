//! The main job on real input: a file that nobody here wrote is imported, drawn and asked through the built binary.

mod city;

use std::collections::BTreeSet;

use city::{City, real, recipe};
use mapa::{
    model::Revision,
    space::{
        LonLat, TileCoord, WorldPoint,
        geodesic::{distance_m, sight},
    },
    store::Store,
    tile::feature_number,
};
use serde_json::Value;

/// Every feature of a collection, page by page along `next`.
fn all_items(server: &city::Server, collection: &str, limit: usize) -> Vec<Value> {
    let mut path = format!("/collections/{collection}/items?limit={limit}");
    let mut items = Vec::new();
    loop {
        let page = server.json(&path);
        items.extend(page["features"].as_array().unwrap().iter().cloned());
        let next = page["links"].as_array().unwrap().iter().find(|link| link["rel"] == "next");
        match next {
            Some(next) => path = next["href"].as_str().unwrap().strip_prefix(&server.root).unwrap().into(),
            None => return items,
        }
    }
}

fn place(feature: &Value) -> LonLat {
    let at = feature["geometry"]["coordinates"].as_array().unwrap();
    LonLat::new(at[0].as_f64().unwrap(), at[1].as_f64().unwrap()).unwrap()
}

#[test]
fn the_stops_of_lviv_are_imported_drawn_and_found() {
    let Some(source) = real("lviv-stops/lviv_stops.json") else { return };
    let city = City::new();
    let report = city.import(&recipe("lviv-stops.toml"), Some(&source));
    let count = |name: &str| report[name].as_u64().unwrap();
    assert_eq!(count("read"), 5508);
    assert_eq!(count("read"), count("features") + count("rejections"));
    assert_eq!(count("rejections"), 0);

    let server = city.serve(&[]);
    let items = all_items(&server, "lviv-stops", 1000);
    let ids: BTreeSet<&str> = items.iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert_eq!((items.len(), ids.len()), (5508, 5508), "every stop once");
    let collection = server.json("/collections/lviv-stops");
    let told = collection["extent"]["spatial"]["bbox"][0].as_array().unwrap();
    for (told, measured) in told.iter().zip([22.2056, 46.4677, 36.3183, 51.4858]) {
        assert!((told.as_f64().unwrap() - measured).abs() < 5e-5, "{told} for {measured}");
    }

    // Items in a box are those that a plain comparison finds.
    let (west, south, east, north) = (24.0, 49.82, 24.05, 49.86);
    let inside = |item: &&Value| {
        let at = place(item);
        (west..=east).contains(&at.lon()) && (south..=north).contains(&at.lat())
    };
    let boxed = server.json(&format!("/collections/lviv-stops/items?limit=10000&bbox={west},{south},{east},{north}"));
    assert_eq!(boxed["numberMatched"].as_u64().unwrap() as usize, items.iter().filter(inside).count());
    assert!(boxed["numberMatched"].as_u64().unwrap() > 50);

    // Nearest to the opera house of Lviv is what measuring every stop says.
    let opera = LonLat::new(24.0264, 49.8440).unwrap();
    let mut measured: Vec<(f64, &str)> =
        items.iter().map(|item| (distance_m(opera, place(item)), item["id"].as_str().unwrap())).collect();
    measured.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(b.1)));
    let nearest = server.json("/nearest?lon=24.0264&lat=49.844&collections=lviv-stops&limit=25");
    for (neighbor, (metres, id)) in nearest["features"].as_array().unwrap().iter().zip(&measured) {
        assert_eq!(neighbor["id"], *id);
        let told = neighbor["properties"]["distance_m"].as_f64().unwrap();
        assert!((told - metres).abs() <= 0.005, "{told} for {metres}");
    }

    // The tiles of the first zoom that shows them hold every stop exactly once.
    let tilejson = server.json("/tiles/lviv-stops.json");
    let zoom = u8::try_from(tilejson["vector_layers"][0]["minzoom"].as_u64().unwrap()).unwrap();
    let tiles: BTreeSet<TileCoord> =
        items.iter().map(|item| TileCoord::at(WorldPoint::of(place(item)), zoom)).collect();
    let mut drawn = Vec::new();
    for tile in &tiles {
        let answer = server.get(&format!("/tiles/lviv-stops/{tile}.mvt"));
        assert_eq!(answer.status, 200);
        let reader = mvt_reader::Reader::new(answer.body).unwrap();
        assert_eq!(reader.get_layer_names().unwrap(), ["lviv-stops"]);
        drawn.extend(reader.get_features(0).unwrap().into_iter().map(|feature| feature.id.unwrap()));
    }
    drawn.sort_unstable();
    let mut expected: Vec<u64> = ids.iter().map(|id| feature_number("lviv-stops", id)).collect();
    expected.sort_unstable();
    assert_eq!(drawn, expected);
}

#[test]
fn the_clinics_of_dnipro_fill_a_layer_and_are_told_with_their_credit() {
    let Some(source) = real("dnipro-map/dnipro_first_aid.csv") else { return };
    let city = City::new();
    let report = city.import(&recipe("dnipro-first-aid.toml"), Some(&source));
    assert_eq!((report["read"].as_u64(), report["features"].as_u64()), (Some(104), Some(104)));
    let server = city.serve(&[]);
    let items = all_items(&server, "dnipro-first-aid", 50);
    assert_eq!(items.len(), 104);
    assert!(!server.json("/tiles/dnipro-first-aid.json")["attribution"].as_str().unwrap().is_empty());
    // People put in the column of owners are not told.
    assert!(!items.iter().any(|item| item.to_string().contains("Головний лікар")));
}

#[test]
fn every_settlement_of_ukraine_is_a_feature_or_a_rejection() {
    let Some(source) = real("ukraine-settlements/cities-with-coordinates_utf-8.csv") else { return };
    let city = City::new();
    let report = city.import(&recipe("ukraine-settlements.toml"), Some(&source));
    assert_eq!(report["read"], 30_484);
    assert_eq!(report["features"].as_u64().unwrap() + report["rejections"].as_u64().unwrap(), 30_484);
    let (_, stored) = Store::open(&city.store()).unwrap().load(Revision(0)).unwrap();
    assert_eq!(report["features"], stored[0].features.len());
    let rejected: i64 = rusqlite::Connection::open(city.store())
        .unwrap()
        .query_row("SELECT count(*) FROM mapa_rejection", [], |row| row.get(0))
        .unwrap();
    assert_eq!(report["rejections"], rejected);
}

#[test]
fn the_districts_of_kharkiv_are_areas_that_contain_their_places() {
    let Some(source) = real("kharkiv-districts/kharkiv-raions.geojson") else { return };
    let city = City::new();
    let report = city.import(&recipe("kharkiv-raions.toml"), Some(&source));
    assert_eq!((report["read"].as_u64(), report["features"].as_u64()), (Some(9), Some(9)));
    let (_, stored) = Store::open(&city.store()).unwrap().load(Revision(0)).unwrap();
    // The Derzhprom building stands inside exactly one district.
    let derzhprom = LonLat::new(36.2276, 50.0065).unwrap();
    let distances = stored[0].features.iter().map(|district| sight(derzhprom, &district.geometry).distance_m);
    assert_eq!(distances.filter(|metres| *metres <= 0.0).count(), 1);
    // Its licence is not stated: it is not for the public, and no public route has it.
    let server = city.serve(&[]);
    assert_eq!(server.get("/collections/kharkiv-raions").status, 404);
}
