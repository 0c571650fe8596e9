//! GDAL is the independent reader: the store as typed layers, tiles with the same ids and properties.

mod city;

use std::{collections::BTreeMap, path::Path, process::Command};

use city::{City, text};
use serde_json::Value;

const SOURCE: &str = r#"{ "type": "FeatureCollection", "features": [
    { "type": "Feature", "properties": { "n": "л-1", "name": "Лінія «Захід»", "length": 12.5, "lit": "так", "built": "2019-05-01", "lanes": 2 },
      "geometry": { "type": "LineString", "coordinates": [[33.30, 47.90], [33.35, 47.91], [33.40, 47.90]] } },
    { "type": "Feature", "properties": { "n": "л-2", "name": "Лінія 2" },
      "geometry": { "type": "MultiLineString", "coordinates": [[[33.31, 47.92], [33.32, 47.93]], [[33.33, 47.94], [33.34, 47.95]]] } }
] }"#;

const RECIPE: &str = r#"
collection = "test-lines"
[source]
file = "lines.geojson"
[id]
column = "n"
[fields.name]
column = "name"
[fields.length_m]
column = "length"
[fields.lit]
column = "lit"
[fields.built]
column = "built"
[fields.lanes]
column = "lanes"
[declare]
title = { uk = "Лінії", en = "Lines" }
geometry = "line"
fields = [
    { name = "name", type = "text", title = { uk = "Назва", en = "Name" } },
    { name = "length_m", type = "number", unit = "m", title = { uk = "Довжина", en = "Length" } },
    { name = "lit", type = "boolean", title = { uk = "Освітлення", en = "Lit" } },
    { name = "built", type = "date", title = { uk = "Збудовано", en = "Built" } },
    { name = "lanes", type = "integer", title = { uk = "Смуги", en = "Lanes" } },
]
"#;

fn lines() -> City {
    let city = City::new();
    city.write("lines.geojson", SOURCE);
    let recipe = city.write("lines.toml", RECIPE);
    assert_eq!(city.import(&recipe, None)["features"], 2);
    city
}

/// What a GDAL program says; GDAL is there wherever `make test` ran before.
fn gdal(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output().unwrap_or_else(|error| {
        panic!("{program}: {error}; `make test` installs it");
    });
    let (said, complained) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success() && !complained.contains("ERROR"), "{program} {args:?}: {complained}");
    said
}

fn geojson(source: &Path, options: &[&str]) -> BTreeMap<String, Value> {
    let mut args = vec!["-f", "GeoJSON", "/vsistdout/", source.to_str().unwrap(), "-t_srs", "EPSG:4326"];
    args.extend(options);
    let read: Value = serde_json::from_str(&gdal("ogr2ogr", &args)).unwrap();
    let features = read["features"].as_array().unwrap().iter().cloned();
    features.map(|feature| (feature["properties"]["id"].as_str().unwrap().to_owned(), feature)).collect()
}

#[test]
fn each_collection_is_a_typed_layer() {
    let city = lines();
    let said = gdal("ogrinfo", &["-ro", "-so", city.store().to_str().unwrap(), "test_lines"]);
    for wanted in [
        "Geometry: Multi Line String",
        "Feature Count: 2",
        "Extent: (33.300000, 47.900000) - (33.400000, 47.950000)",
        "id: String",
        "name: String",
        "length_m: Real",
        "lit: Integer(Boolean)",
        "built: Date",
        "lanes: Integer",
        "WGS 84",
    ] {
        assert!(said.contains(wanted), "no `{wanted}` in:\n{said}");
    }
    let features = geojson(&city.store(), &["test_lines"]);
    assert_eq!(features["л-1"]["properties"]["built"], "2019-05-01");
    assert_eq!(features["л-1"]["properties"]["lit"], true);
    assert_eq!(features["л-2"]["properties"]["length_m"], Value::Null);
    assert_eq!(features["л-2"]["geometry"]["coordinates"].as_array().unwrap().len(), 2);
}

#[test]
fn a_tile_holds_the_same_ids_and_properties() {
    let city = lines();
    let server = city.serve(&[]);
    // One tile of zoom 9 holds both lines.
    let answer = server.get("/tiles/test-lines/9/303/178.mvt");
    assert_eq!(answer.status, 200);
    let tile = city.write("tile.mvt", &answer.body);
    let features = geojson(&tile, &["-oo", "Z=9", "-oo", "X=303", "-oo", "Y=178", "-oo", "CLIP=NO"]);
    let items = server.json("/collections/test-lines/items");
    for item in items["features"].as_array().unwrap() {
        let drawn = &features[item["id"].as_str().unwrap()];
        for (name, value) in item["properties"].as_object().unwrap() {
            // MVT has no type for them: GDAL gives booleans and dates as it finds them.
            let told = &drawn["properties"][name];
            assert!(
                told == value || (value.is_boolean() && told.as_i64() == value.as_bool().map(i64::from)),
                "{name}: {told} for {value}"
            );
        }
    }
    assert_eq!(features.len(), 2);
    // The line starts where the source says, to half a unit of the grid.
    let mut start = &features["л-1"]["geometry"]["coordinates"];
    while start[0].is_array() {
        start = &start[0];
    }
    for (axis, wanted) in [33.30, 47.90].into_iter().enumerate() {
        let told = start[axis].as_f64().unwrap();
        assert!((told - wanted).abs() <= 0.5 * 360.0 / 512.0 / 4096.0, "{told} for {wanted}");
    }
}
