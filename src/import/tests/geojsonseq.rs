//! `GeoJSON` text sequences.

use proptest::prelude::*;

use super::{error_of, run, small};
use crate::import::Reason;

fn point(id: u32, name: &str) -> String {
    let geometry = r#"{"type":"Point","coordinates":[33.4,47.9]}"#;
    format!(r#"{{"type":"Feature","properties":{{"id":{id},"name":"{name}"}},"geometry":{geometry}}}"#)
}

#[test]
fn features_stand_on_lines_or_after_separators() {
    let (a, b) = (point(1, "Сад"), point(2, "Школа"));
    let pretty = b.replace(',', ",\n ");
    for text in [
        format!("{a}\n{b}\n"),
        format!("\u{feff}{a}\r\n\r\n{b}"),
        format!("\n\n{a}\n{b}"),
        format!("\u{1e}{a}\n\u{1e}{b}\n"),
        format!("\u{1e}{pretty}\n\u{1e}{a}\n"),
        format!("\n\u{1e}{a}\u{1e}\u{1e}{pretty}"),
    ] {
        for file in ["a.geojsonl", "a.ndjson", "a.geojsonseq"] {
            let all = run(&small("", "point"), file, text.as_bytes()).unwrap();
            assert!(all.rejections().is_empty(), "{text:?}: {:?}", all.rejections());
            let mut ids: Vec<_> = all.features().iter().map(|feature| feature.id.as_str()).collect();
            ids.sort_unstable();
            assert_eq!(ids, ["1", "2"], "{text:?}");
        }
    }
}

#[test]
fn a_broken_record_is_refused_and_the_next_one_read() {
    let lines = [
        point(1, "Сад"),
        point(2, "Школа")[..40].into(),
        "7".into(),
        r#"{"type":"FeatureCollection","features":[]}"#.into(),
    ];
    for mark in ["", "\u{1e}"] {
        let mut bytes: Vec<u8> = lines.iter().flat_map(|line| format!("{mark}{line}\n").into_bytes()).collect();
        bytes.extend_from_slice(mark.as_bytes());
        bytes.extend_from_slice(b"{\"a\":\"\xff\"}\n");
        bytes.extend_from_slice(format!("{mark}{}", &point(6, "Парк")).as_bytes());
        let all = run(&small("", "point"), "a.ndjson", &bytes).unwrap();
        let refused: Vec<_> = all.refused().into_iter().map(|(row, _, _, reason)| (row, reason)).collect();
        let bad = Reason::BadRecord;
        assert_eq!(refused, [(2, bad), (3, bad), (4, bad), (5, Reason::BadEncoding)]);
        assert_eq!(all.features().iter().map(|f| f.id.as_str()).collect::<Vec<_>>(), ["1", "6"]);
    }
    let error = error_of(&small("", "point"), "a.ndjson", point(1, "x").replace("name", "nom").as_bytes());
    assert!(error.contains("there is no column `name`"), "{error}");
    let endless = [b"{\"a\":\"".as_slice(), &vec![b'x'; 66 << 20]].concat();
    assert!(error_of(&small("", "point"), "a.ndjson", &endless).contains("larger than 64 MiB"));
}

proptest! {
    #[test]
    fn any_bytes_are_features_and_rejections_or_an_error(
        text in "[\u{1e}\\[\\]{}:,\"0-9a-zі\\\\ \n.-]{0,80}",
        bytes in proptest::collection::vec(any::<u8>(), 0..100),
    ) {
        let _ = run(&small("", "point"), "a.ndjson", text.as_bytes());
        let _ = run(&small("", "point"), "a.ndjson", &bytes);
        let _ = run(&small("", "point"), "a.ndjson", &[point(1, "а").as_bytes(), b"\n", &bytes].concat());
    }
}
