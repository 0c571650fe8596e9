//! Columns under other names, columns that are not there, members of members, shapes in a column.

use proptest::prelude::*;

use super::{LON_LAT, error_of, run, small};
use crate::{import::Reason, model::Value};

/// The small recipe with this in `[source]`.
fn with(source: &str, geometry: &str) -> String {
    small(geometry, "point").replace("file = \"things.csv\"", &format!("file = \"things.csv\"\n{source}"))
}

#[test]
fn a_column_is_known_by_all_its_names_in_every_format() {
    let recipe = with("also_named = { id = [\"uid\"], lon = [\"lng\"], name = [\"title\", \"nаme\"] }", LON_LAT);
    for (file, text) in [
        ("a.csv", "uid;lng;lat;title\n7;33.4;47.9;Сад\n"),
        // The a of the second name is Cyrillic.
        ("a.csv", "lat,nаme,id,lon\n47.9,Сад,7,33.4\n"),
        ("a.json", r#"[{"uid":7,"lng":33.4,"lat":47.9,"title":"Сад"}]"#),
        (
            "a.geojson",
            r#"{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,"properties":{"uid":7,"lng":33.4,"lat":47.9,"title":"Сад"}}]}"#,
        ),
    ] {
        let all = run(&recipe, file, text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(all.value("7", "name"), Value::from("Сад"), "{text}");
        assert_eq!(all.report.absent_columns, Vec::<String>::new());
    }
    let both = error_of(&recipe, "a.csv", "uid,id,lon,lat,name\n7,8,33.4,47.9,Сад\n".as_bytes());
    assert!(both.contains("the columns `uid` and `id` are both there"), "{both}");
    let none = error_of(&recipe, "a.csv", "id,lat,name\n7,47.9,Сад\n".as_bytes());
    assert!(none.contains("no column `lon` or `lng`, which [geometry] lon names"), "{none}");
    let bad = run(&recipe, "a.csv", "uid,lng,lat,title\n7,x,47.9,Сад\n".as_bytes()).unwrap();
    assert_eq!(bad.refused(), [(2, Some("lng"), "x", Reason::BadCoordinate)]);
}

#[test]
fn a_column_that_may_be_missing_is_unknown_and_told() {
    let recipe = with("optional = [\"name\", \"lon\", \"lat\"]", LON_LAT);
    let no_name = run(&recipe, "a.csv", b"id,lon,lat\n7,33.4,47.9\n").unwrap();
    assert_eq!((no_name.value("7", "name"), no_name.report.absent_columns), (Value::Unknown, vec!["name".into()]));
    let nowhere = run(&recipe, "a.csv", "id,name\n7,Сад\n".as_bytes()).unwrap();
    assert_eq!(nowhere.refused(), [(2, Some("lon"), "", Reason::MissingCoordinates)]);
    assert_eq!(nowhere.report.absent_columns, ["lon", "lat"]);
    let json = run(&recipe, "a.json", r#"[{"id":7,"lon":33.4,"lat":47.9}]"#.as_bytes()).unwrap();
    assert_eq!((json.features().len(), json.report.absent_columns), (1, vec!["name".into()]));
    // Without any row there is nothing that could be told of the columns of JSON.
    let error = error_of(&recipe, "a.csv", b"lon,lat,name\n");
    assert!(error.contains("no column `id`"), "{error}");
    let numbered = with("header = false\noptional = [\"9\"]", LON_LAT);
    let numbered =
        ["id", "lon", "lat", "name"].iter().zip(["1", "2", "3", "9"]).fold(numbered, |recipe, (name, number)| {
            recipe.replace(&format!("= \"{name}\"\n"), &format!("= \"{number}\"\n"))
        });
    let all = run(&numbered, "a.csv", b"7,33.4,47.9\n").unwrap();
    assert_eq!((all.features().len(), all.report.absent_columns), (1, vec!["9".into()]));
}

#[test]
fn a_name_in_the_source_table_that_nothing_is_read_from_is_a_flaw() {
    for source in ["optional = [\"nane\"]", "also_named = { nane = [\"title\"] }"] {
        let error = run(&with(source, LON_LAT), "a.csv", b"id,lon,lat,name\n").unwrap_err().to_string();
        assert_eq!(error, "[source] speaks of a column `nane`, which the recipe reads nothing from");
    }
}

#[test]
fn a_member_of_a_member_is_a_column() {
    let recipe = small(LON_LAT, "point")
        .replace("column = \"name\"", "column = \"tags.name:uk.official\"")
        .replace("lon = \"lon\"", "lon = \"place.lon\"");
    let object =
        |id: u8, tags: &str| format!(r#"{{"id":{id},"place":{{"lon":33.4,"x":{{}}}},"lat":47.9,"tags":{tags}}}"#);
    let all = [
        object(1, r#"{"name:uk":{"official":"Сад"},"other":[1]}"#),
        object(2, "null"),
        object(3, "[]"),
        object(4, "{}"),
        object(5, r#"{"name:uk":"Сад"}"#),
        object(6, r#"{"name:uk.official":"Парк"}"#),
        object(7, r#"{"name:uk":{"official":"Сад"},"name:uk.official":"Парк"}"#),
    ];
    let all = run(&recipe, "a.json", format!("[{}]", all.join(",")).as_bytes()).unwrap();
    for (id, wanted) in [("1", "Сад".into()), ("2", Value::Unknown), ("4", Value::Unknown), ("6", "Парк".into())]
    {
        assert_eq!(all.value(id, "name"), wanted, "{id}");
    }
    assert_eq!(all.refused(), [(7, Some("tags.name:uk.official"), "\"Парк\"", Reason::BadRecord)]);
    let error = error_of(&recipe, "a.json", br#"[{"id":1,"place":{"lng":1},"lat":2,"tags":{}}]"#);
    assert!(error.contains("no column `place.lon`") && error.contains("`place.lng`"), "{error}");
    let twice = run(
        &small(LON_LAT, "point"),
        "a.json",
        br#"[{"id":1,"id":2,"lon":33,"lat":48,"name":""},{"id":3,"lon":33,"lat":48,"name":""}]"#,
    )
    .unwrap();
    assert_eq!(twice.refused(), [(1, Some("id"), "2", Reason::BadRecord)]);
}

#[test]
fn a_comma_too_many_is_told_with_its_place_and_read_where_the_recipe_says_so() {
    let json = "[{\"id\":1,\"lon\":33,\"lat\":48,\"name\":\"а,]\",},\n]";
    let feature =
        r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[33,48,]},"properties":{"id":1,"name":"а,]"},}"#;
    let geojson = format!("{{\"type\":\"FeatureCollection\",\"features\":[{feature},\n],}}");
    for (file, text, geometry) in [("a.json", json, LON_LAT), ("a.geojson", geojson.as_str(), "")] {
        let error = error_of(&with("", geometry), file, text.as_bytes());
        assert!(
            error.contains("at line 1 column") && (file == "a.geojson" || error.contains("trailing_commas = true")),
            "{error}"
        );
        let all = run(&with("trailing_commas = true", geometry), file, text.as_bytes()).unwrap();
        assert_eq!((all.features().len(), all.value("1", "name")), (1, Value::from("а,]")));
        let error = error_of(&with("trailing_commas = true", geometry), file, text.replace(",\n", ",\n,").as_bytes());
        assert!(error.contains("at line 2 column 2"), "{error}");
    }
}

#[test]
fn shapes_stand_in_a_column_as_well_known_text() {
    let wkt = |bounds: &str| format!("[geometry]\nwkt = \"shape\"\n{bounds}");
    let rows = "id;name;shape\n1;а;POLYGON((33 48,33.2 48,33.2 48.2,33 48))\n2;б;POLYGON((33 48\n3;в;\n4;г;POINT(33 48)\n\
                5;ґ;POLYGON((48 33,48.2 33,48.2 33.2,48 33))\n6;д;POLYGON((10 48,10.2 48,10.2 48.2,10 48))\n";
    let all = run(&small(&wkt("bounds = [32, 47, 34, 49]"), "area"), "a.csv", rows.as_bytes()).unwrap();
    assert_eq!(all.features().iter().map(|feature| feature.id.as_str()).collect::<Vec<_>>(), ["1", "5"]);
    assert_eq!(all.features()[0].geometry.bbox(), all.features()[1].geometry.bbox());
    assert_eq!(all.report.warnings, [("swapped-coordinates".into(), 1)].into());
    assert_eq!(
        all.refused(),
        [
            (3, Some("shape"), "POLYGON((33 48", Reason::BadGeometry),
            (4, Some("shape"), "", Reason::MissingCoordinates),
            (5, None, "Point", Reason::WrongGeometry),
            (7, None, "[10.0, 48.0, 10.2, 48.2]", Reason::OutsideBounds),
        ]
    );
    let metres = run(
        &small(&wkt("crs = \"EPSG:6385\""), "point"),
        "a.json",
        br#"[{"id":1,"name":"","shape":"POINT(300000 5300000)"}]"#,
    )
    .unwrap();
    let at = metres.features()[0].geometry.bbox();
    assert!((at.west - 33.0).abs() < 1e-2 && (47.8..47.9).contains(&at.south), "{at:?}");
    let both = small(&(wkt("") + "lon = \"lon\"\nlat = \"lat\"\n"), "point");
    let error = crate::import::Recipe::parse(std::path::Path::new("r.toml"), &both).unwrap_err().to_string();
    assert!(error.contains("[geometry]: either `wkt`, or columns of coordinates"), "{error}");
}

proptest! {
    #[test]
    fn no_json_ends_the_reading_of_members_of_members(text in r#"[\[\]{},:"a.1 \\]{0,80}"#) {
        let recipe = with("trailing_commas = true\noptional = [\"name\", \"lon\", \"lat\"]", LON_LAT)
            .replace("column = \"id\"", "column = \"a.a\"");
        let _ = run_any(&recipe, &text);
        let _ = run_any(&recipe, &format!("[{{\"a\":{text}}}]"));
    }
}

/// Imports without asking that all bytes are read: of a broken file they are not.
fn run_any(recipe: &str, text: &str) -> Option<u64> {
    let (recipe, collection) = super::read_recipe(recipe);
    let meter = crate::import::Meter::new(Box::new(std::io::Cursor::new(text.as_bytes().to_vec())), &|_| ());
    let path = std::path::Path::new("a.json");
    let meant = super::Meant { places: &super::Gazetteer::default(), recipe: &recipe, collection: &collection };
    super::import_from(meter, meant, path, &mut |_| Ok(())).ok().map(|report| report.read)
}
