//! `GeoJSON` and plain JSON.

use proptest::prelude::*;

use super::{LON_LAT, at, error_of, run, small};
use crate::{import::Reason, model::Value};

fn collection(features: &str) -> String {
    format!(r#"{{"type":"FeatureCollection","name":"речі","features":[{features}]}}"#)
}

fn point(id: &str, coordinates: &str) -> String {
    let geometry = format!(r#"{{"type":"Point","coordinates":{coordinates}}}"#);
    format!(r#"{{"type":"Feature","properties":{{"id":{id},"name":"Сад"}},"geometry":{geometry}}}"#)
}

#[test]
fn a_bad_feature_is_refused_and_the_next_one_read() {
    let features = [
        point("1", "[33.4,47.9]"),
        point("2", "[33.4]"),
        point("3", "[333.4,47.9]"),
        r#"{"type":"Feature","properties":{"id":"4","name":null},"geometry":null}"#.into(),
        r#"{"type":"Feature","properties":{"id":"5"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1]]]}}"#.into(),
        "17".into(),
        r#"{"type":"Topology"}"#.into(),
        r#"{"type":"Feature","properties":[],"geometry":null}"#.into(),
        r#"{"type":"Feature","properties":{"id":"9","name":"\ud800"},"geometry":null}"#.into(),
        r#"{"type":"Feature","properties":null,"geometry":{"type":"Point","coordinates":[33,48]},"id":"node/10"}"#.into(),
        r#"{"type":"Feature","properties":{"name":"без ключа"},"geometry":{"type":"Point","coordinates":[33,48]}}"#.into(),
    ];
    let all = run(&small("", "point"), "a.geojson", collection(&features.join(",\n")).as_bytes()).unwrap();
    let refused: Vec<_> = all.refused().into_iter().map(|(row, column, _, reason)| (row, column, reason)).collect();
    assert_eq!(
        refused,
        [
            (2, None, Reason::BadGeometry),
            (3, None, Reason::BadGeometry),
            (4, None, Reason::MissingCoordinates),
            (5, None, Reason::WrongGeometry),
            (6, None, Reason::BadRecord),
            (7, None, Reason::BadRecord),
            (8, None, Reason::BadRecord),
            (9, Some("name"), Reason::BadEncoding),
            (11, Some("id"), Reason::MissingId),
        ]
    );
    let ids: Vec<_> = all.features().iter().map(|feature| feature.id.as_str()).collect();
    assert_eq!(ids, ["1", "node/10"]);
    assert_eq!(all.value("node/10", "name"), Value::Unknown);
    assert_eq!(
        all.rejections()[0].record,
        r#"{"id":"2","name":"Сад","geometry":"{\"type\":\"Point\",\"coordinates\":[33.4]}"}"#
    );
    assert_eq!(all.rejections()[4].record, r#"{"feature":"17"}"#);
}

#[test]
fn the_crs_of_the_file_is_heeded_or_told() {
    let with_crs = |crs: &str, after: bool| {
        let features = format!(r#""features":[{}]"#, point("1", "[33.4,47.9]"));
        let crs = format!(r#""crs":{crs}"#);
        let (a, b) = if after { (features, crs) } else { (crs, features) };
        format!(r#"{{"type":"FeatureCollection",{a},{b}}}"#)
    };
    let named = |name: &str| format!(r#"{{"type":"name","properties":{{"name":"{name}"}}}}"#);
    for name in [
        "urn:ogc:def:crs:OGC:1.3:CRS84",
        "urn:ogc:def:crs:EPSG::4326",
        "EPSG:4326",
        "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        "https://www.opengis.net/def/crs/EPSG/0/4326",
    ] {
        assert_eq!(
            run(&small("", "point"), "a.geojson", with_crs(&named(name), true).as_bytes()).unwrap().report.features,
            1
        );
    }
    run(&small("", "point"), "a.geojson", with_crs("null", false).as_bytes()).unwrap();
    for crs in [named("urn:ogc:def:crs:EPSG::2154"), named("EPSG:4258"), named("4326"), "7".into()] {
        for after in [false, true] {
            let error = error_of(&small("", "point"), "a.geojson", with_crs(&crs, after).as_bytes());
            assert!(error.contains("its crs is") && error.contains("reproject"), "{error}");
        }
    }
    // Said in time, a system that is read is put right; too late, only the recipe can help.
    let metres = |after| with_crs(&named("EPSG:3857"), after).replace("[33.4,47.9]", "[3718071.0,6088750.0]");
    let recipe = small("[geometry]\ncrs = \"EPSG:3857\"\n", "point");
    for (recipe, after) in [(small("", "point"), false), (recipe.clone(), false), (recipe, true)] {
        let all = run(&recipe, "a.geojson", metres(after).as_bytes()).unwrap();
        let [lon, lat, ..] = all.features()[0].geometry.bbox().to_array();
        assert!((lon - 33.4).abs() < 1e-4 && (lat - 47.9).abs() < 1e-2, "{lon} {lat}");
    }
    let error = error_of(&small("", "point"), "a.geojson", metres(true).as_bytes());
    assert!(error.contains("[geometry] crs"), "{error}");
}

#[test]
fn what_is_no_whole_collection_is_told_with_line_and_column() {
    let recipe = small("", "point");
    let whole = collection(&[point("1", "[33.4,47.9]"), point("2", "[33.4,47.9]")].join(",\n"));
    let cut = &whole[..whole.len() - 30];
    for (text, wanted) in [
        (cut, "the file is cut: EOF while parsing"),
        (cut, "line 2 column "),
        (&whole[..3], "line 1 column 3"),
        ("", "line 1 column 0"),
        (&whole.replace("}},\n", "}}\n"), "expected `,` or `]` at line 2 column 1"),
        (&collection(&format!("{},", point("1", "[33.4,47.9]"))), "trailing comma"),
        (r#"{"type":"FeatureCollection"}"#, "missing field `features`"),
        (r#"{"type":"Feature","geometry":null,"properties":null}"#, "where a FeatureCollection should be"),
        ("[]", "format = \"json\""),
        (&format!("{whole} 7"), "trailing characters"),
    ] {
        let error = error_of(&recipe, "a.geojson", text.as_bytes());
        assert!(error.starts_with("a.geojson: ") && error.contains(wanted), "{error:?} has no {wanted:?}");
    }
    assert_eq!(run(&recipe, "a.geojson", collection("").as_bytes()).unwrap().report.read, 0);
    assert_eq!(run(&recipe, "a.geojson", format!("\u{feff}{whole}").as_bytes()).unwrap().report.read, 2);
}

#[test]
fn a_key_that_one_object_lacks_is_unknown_and_one_that_all_lack_is_an_error() {
    let recipe = small(LON_LAT, "point");
    let all = run(
        &recipe,
        "a.json",
        r#"[{"id":1,"lon":33.25,"lat":"48,5","name":"Сад"},{"id":"2","lon":33,"lat":48},{"id":3,"lon":33,"lat":48,"name":true}]"#.as_bytes(),
    )
    .unwrap();
    assert_eq!(all.features().len(), 3);
    assert_eq!(all.value("1", "name"), Value::from("Сад"));
    assert_eq!(all.features()[0].geometry.bbox(), at(33.25, 48.5));
    assert_eq!(all.value("2", "name"), Value::Unknown);
    assert_eq!(all.value("3", "name"), Value::from("true"));
    assert_eq!(
        error_of(&recipe, "a.json", r#"[{"id":1,"lon":33,"lat":48,"nаme":"Сад"}]"#.as_bytes()),
        "a.json: there is no column `name`, which [fields.name] column names; the columns are `id`, `lon`, `lat`, `nаme`"
    );
}

#[test]
fn an_array_may_hold_anything_and_an_object_is_no_array() {
    let recipe = small(LON_LAT, "point");
    let all = run(&recipe, "a.json", br#"[{"id":1,"lon":33,"lat":48,"name":["a"]},7,[],null,"x"]"#).unwrap();
    let refused: Vec<_> = all.refused().into_iter().map(|(row, _, text, reason)| (row, text, reason)).collect();
    let bad = Reason::BadRecord;
    assert_eq!(refused, [(2, "7", bad), (3, "[]", bad), (4, "null", bad), (5, "\"x\"", bad)]);
    assert_eq!(all.value("1", "name"), Value::from("[\"a\"]"));
    assert!(error_of(&recipe, "a.json", b"{}").contains("format = \"geojson\""));
    assert!(error_of(&recipe, "a.json", br#"[{"id":1,"#).contains("the file is cut"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_are_features_or_an_error(
        text in r#"[\[\]{}:,"0-9a-zі\\ \n.-]{0,80}"#,
        bytes in proptest::collection::vec(any::<u8>(), 0..100),
    ) {
        for file in ["a.json", "a.geojson"] {
            let _ = run(&small(LON_LAT, "point"), file, text.as_bytes());
            let _ = run(&small(LON_LAT, "point"), file, &bytes);
            let _ = run(&small("", "area"), "a.geojson", collection(&text).as_bytes());
        }
    }

    /// One byte of a good file changed: it is still read to the end, or the end is told.
    #[test]
    fn a_damaged_file_is_features_and_rejections_or_an_error(at in 0..1000_usize, byte: u8, cut in 0..1000_usize) {
        let features: Vec<_> = (0..8).map(|i| point(&i.to_string(), "[33.4,47.9]")).collect();
        let mut bytes = collection(&features.join(",")).into_bytes();
        let (at, cut) = (at % bytes.len(), cut % bytes.len());
        prop_assert!(run(&small("", "point"), "a.geojson", &bytes[..cut]).is_err());
        bytes[at] = byte;
        if let Ok(all) = run(&small("", "point"), "a.geojson", &bytes) {
            prop_assert!(all.report.read <= 8);
        }
    }
}
