//! `FlatGeobuf`, written by its own crate and then damaged.

use flatgeobuf::{FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
use geozero::{GeozeroDatasource, geojson::GeoJsonReader};
use proptest::prelude::*;

use super::{error_of, run, small};
use crate::import::Reason;

const AREAS: &str = r#"{"type":"FeatureCollection","features":[
  {"type":"Feature","properties":{"id":"а","name":"Саксаганський","people":7,"share":0.5,"open":true},"geometry":
    {"type":"MultiPolygon","coordinates":[[[[33.1,47.9],[33.3,47.9],[33.3,48.1],[33.1,47.9]]],
      [[[33.5,47.5],[33.9,47.5],[33.9,47.9],[33.5,47.5]],[[33.7,47.6],[33.8,47.7],[33.8,47.6],[33.7,47.6]]]]}},
  {"type":"Feature","properties":{"id":"б","name":"Інгулецький","people":8,"share":1.5,"open":false},"geometry":
    {"type":"Polygon","coordinates":[[[33.2,47.7],[33.4,47.7],[33.4,47.8],[33.2,47.7]]]}}
]}"#;

const POINTS: &str = r#"{"type":"FeatureCollection","features":[
  {"type":"Feature","properties":{"id":1,"name":"Сад"},"geometry":{"type":"Point","coordinates":[33.4,47.9]}},
  {"type":"Feature","properties":{"id":2,"name":"Школа"},"geometry":{"type":"Point","coordinates":[33.5,47.8]}}
]}"#;

/// The same features as a file of the crate; without an index they keep their order.
fn written(geojson: &str, kind: GeometryType, epsg: i32, index: bool) -> Vec<u8> {
    let options = FgbWriterOptions {
        write_index: index,
        crs: FgbCrs { code: epsg, ..FgbCrs::default() },
        ..FgbWriterOptions::default()
    };
    let mut writer = FgbWriter::create_with_options("речі", kind, options).unwrap();
    GeoJsonReader(geojson.as_bytes()).process(&mut writer).unwrap();
    let mut bytes = Vec::new();
    writer.write(&mut bytes).unwrap();
    bytes
}

#[test]
fn the_same_features_as_from_geojson() {
    for (text, kind, of) in [(AREAS, GeometryType::MultiPolygon, "area"), (POINTS, GeometryType::Point, "point")] {
        let from_geojson = run(&small("", of), "a.geojson", text.as_bytes()).unwrap();
        assert!(from_geojson.rejections().is_empty());
        for (epsg, index) in [(4326, false), (0, false), (4326, true)] {
            let from_fgb = run(&small("", of), "a.fgb", &written(text, kind, epsg, index)).unwrap();
            let (mut a, mut b) = (from_geojson.features(), from_fgb.features());
            a.sort_by(|a, b| a.id.cmp(&b.id));
            b.sort_by(|a, b| a.id.cmp(&b.id));
            assert_eq!(a, b);
        }
    }
}

#[test]
fn a_refused_feature_keeps_its_columns_and_its_shape() {
    let all = run(&small("", "line"), "a.fgb", &written(POINTS, GeometryType::Point, 4326, false)).unwrap();
    let refused: Vec<_> = all.refused().into_iter().map(|(row, _, text, reason)| (row, text, reason)).collect();
    assert_eq!(refused, [(1, "Point", Reason::WrongGeometry), (2, "Point", Reason::WrongGeometry)]);
    let record: serde_json::Value = serde_json::from_str(&all.rejections()[0].record).unwrap();
    assert_eq!((record["id"].as_str(), record["name"].as_str()), (Some("1"), Some("Сад")));
    assert!(record["geometry"].as_str().unwrap().contains("33.4"), "{record}");
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let recipe = small("", "point");
    let good = written(POINTS, GeometryType::Point, 4326, true);
    for (bytes, wanted) in [
        (b"PK\x03\x04 not this".to_vec(), "not a FlatGeobuf"),
        (written(POINTS, GeometryType::Point, 2154, true), "its CRS is `EPSG:2154`"),
        (good[..good.len() - 1].to_vec(), "the file is cut"),
        (good[..good.len() / 2].to_vec(), "the file is cut"),
        (good[..20].to_vec(), "the file is cut"),
        ([good.as_slice(), &[8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]].concat(), "3 features where the header says 2"),
        ([good.as_slice(), &[255; 8]].concat(), "a size of 4294967295 bytes"),
        (written(&POINTS.replace("name", "nom"), GeometryType::Point, 0, false), "no column `name`"),
    ] {
        let error = error_of(&recipe, "a.fgb", &bytes);
        assert!(error.contains(wanted), "{error:?} has no {wanted:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    /// The crate's own reader panics on some of these.
    #[test]
    fn a_damaged_file_is_features_and_rejections_or_an_error(
        is_area: bool,
        index: bool,
        damage in proptest::collection::vec((any::<prop::sample::Index>(), prop_oneof![any::<u8>(), Just(0), Just(255), 0..9_u8]), 1..6),
        cut in proptest::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let (text, kind, of) =
            if is_area { (AREAS, GeometryType::MultiPolygon, "area") } else { (POINTS, GeometryType::Point, "point") };
        let mut bytes = written(text, kind, 4326, index);
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let _ = run(&small("", of), "a.fgb", &bytes);
    }

    #[test]
    fn any_bytes_after_the_magic_are_an_error_or_features(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = run(&small("", "point"), "a.fgb", &[b"fgb\x03fgb\x00", bytes.as_slice()].concat());
        let sized = [b"fgb\x03fgb\x00".as_slice(), &(bytes.len() as u32).to_le_bytes(), &bytes].concat();
        let _ = run(&small("", "point"), "a.fgb", &sized);
        let _ = run(&small("", "point"), "a.fgb", &bytes);
    }
}
