//! Tables as offices export them.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::{LON_LAT, error_of, run, small};
use crate::{
    import::{Reason, lines::END_MARK},
    model::Value,
};

fn names(recipe: &str, file: &str, bytes: &[u8]) -> Vec<(String, Value)> {
    let all = run(recipe, file, bytes).unwrap();
    assert!(all.rejections().is_empty(), "{:?}", all.rejections());
    all.features().iter().map(|f| (f.id.as_str().to_owned(), f.value(&all.collection, "name").clone())).collect()
}

fn with_source(lines: &str) -> String {
    small(LON_LAT, "point").replace("file = \"things.csv\"", &format!("file = \"things.csv\"\n{lines}"))
}

#[test]
fn delimiters_line_ends_and_byte_order_marks_do_not_matter() {
    let wanted = [("1".to_owned(), Value::from("Школа")), ("2".to_owned(), Value::from("Сад; \"Мрія\",\nкорпус 2"))];
    let plain = "id,lon,lat,name\n1,33.1,47.9,Школа\n2,33.2,47.8,\"Сад; \"\"Мрія\"\",\nкорпус 2\"\n";
    let swapped = |delimiter: &str| {
        "id,lon,lat,name\n1,33.1,47.9,Школа\n2,33.2,47.8,\u{1}\n"
            .replace(',', delimiter)
            .replace('\u{1}', "\"Сад; \"\"Мрія\"\",\nкорпус 2\"")
    };
    let recipe = small(LON_LAT, "point");
    for text in [
        plain.to_owned(),
        plain.replace('\n', "\r\n"),
        plain.replace('\n', "\r"),
        format!("\u{feff}{plain}"),
        plain.trim_end().to_owned(),
        format!("\n\n{plain}\n\n"),
        swapped(";"),
        swapped("\t"),
        swapped("|"),
        plain.replace("id,lon", "\u{a0}id , lon"),
    ] {
        assert_eq!(names(&recipe, "a.csv", text.as_bytes()), wanted, "{text:?}");
    }
    let utf_16: Vec<u8> = plain.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(names(&with_source("encoding = \"utf-16le\""), "a.csv", &utf_16), wanted);
    assert_eq!(names(&recipe, "a.csv", &[b"\xff\xfe", utf_16.as_slice()].concat()), wanted);
}

#[test]
fn a_table_of_windows_1251_is_the_same_as_one_of_utf_8() {
    let mut text = String::from("id;name;lon;lat\n");
    for i in 0..500 {
        writeln!(text, "{i};Школа № {i} «Їжак» ’ґ’;33,{i};47.9").unwrap();
    }
    let (bytes, _, unmappable) = encoding_rs::WINDOWS_1251.encode(&text);
    assert!(!unmappable);
    let utf_8 = names(&small(LON_LAT, "point"), "a.csv", text.as_bytes());
    assert_eq!(utf_8.len(), 500);
    assert_eq!(names(&with_source("encoding = \"windows-1251\""), "a.csv", &bytes), utf_8);
    // It is found where it is not given, and what is given wins.
    assert_eq!(names(&small(LON_LAT, "point"), "a.csv", &bytes), utf_8);
    let error = error_of(
        &with_source("encoding = \"utf-8\""),
        "a.csv",
        &encoding_rs::WINDOWS_1251.encode("id,lon,lat,назва").0,
    );
    assert!(error.contains("the header is not UTF-8"), "{error}");
}

#[test]
fn a_bad_byte_refuses_its_row_and_shows_it() {
    let all = run(
        &with_source("encoding = \"utf-8\""),
        "a.csv",
        b"id,lon,lat,name,x\n1,33,48,a,\n2,33,48,b\xffc,\n3,33,48,d,\xe9\n",
    );
    let all = all.unwrap();
    assert_eq!(
        all.refused(),
        [
            (3, Some("name"), "b\\xFFc", Reason::BadEncoding),
            // A column that the recipe does not name counts as well.
            (4, Some("x"), "\\xE9", Reason::BadEncoding)
        ]
    );
    assert_eq!(all.rejections()[0].record, r#"{"id":"2","lon":"33","lat":"48","name":"b\\xFFc","x":""}"#);
    let cp1251 = with_source("encoding = \"cp1251\"");
    let all = run(&cp1251, "a.csv", b"id,lon,lat,name\n1,33,48,\x98\n").unwrap();
    assert_eq!(all.refused(), [(2, Some("name"), "\u{fffd}", Reason::BadEncoding)]);
}

#[test]
fn rows_are_numbered_as_a_spreadsheet_shows_them() {
    let table = "id,lon,lat,name\n1,33,48,\"a\nb\n\nc\"\n\n2,x,48,a\n\n\n3,y,48,\"a\n\"\n4,33,48,ok\n5,z,48,a";
    let rows = |text: &str, recipe: &str| -> Vec<(u64, String)> {
        let all = run(recipe, "a.csv", text.as_bytes()).unwrap();
        all.rejections().iter().map(|r| (r.row, r.text.clone())).collect()
    };
    let wanted = [(4, "x".to_owned()), (7, "y".to_owned()), (9, "z".to_owned())];
    for text in [table.to_owned(), table.replace('\n', "\r\n"), format!("{table}\n"), format!("{table}\r\n\r\n")] {
        assert_eq!(rows(&text, &small(LON_LAT, "point")), wanted, "{text:?}");
    }
    // Without a header the first row is row 1, and columns are called by number.
    let numbered = with_source("header = false")
        .replace("lon = \"lon\"\nlat = \"lat\"", "lon = \"2\"\nlat = \"3\"")
        .replace("column = \"id\"", "column = \"1\"")
        .replace("column = \"name\"", "column = \"4\"");
    let all = run(&numbered, "a.csv", "1,x,48,a\n2,33,48,b\n".as_bytes()).unwrap();
    assert_eq!(all.refused(), [(1, Some("2"), "x", Reason::BadCoordinate)]);
    assert_eq!(all.rejections()[0].record, r#"{"1":"1","2":"x","3":"48","4":"a"}"#);
    assert_eq!(all.value("2", "name"), Value::from("b"));
}

#[test]
fn a_row_of_another_width_is_refused_with_all_its_cells() {
    let all = run(&small(LON_LAT, "point"), "a.csv", b"id,lon,lat,name\n1,33,48\n2,33,48,a,b\n3,33,48,a\n").unwrap();
    assert_eq!(all.refused(), [(2, None, "", Reason::WrongWidth), (3, None, "", Reason::WrongWidth)]);
    assert_eq!(all.rejections()[0].detail, "the row has 3 cells where the header has 4");
    assert_eq!(all.rejections()[1].record, r#"{"id":"2","lon":"33","lat":"48","name":"a","5":"b"}"#);
    assert_eq!(all.report.features, 1);
}

#[test]
fn tables_that_cannot_be_read_say_why() {
    let recipe = small(LON_LAT, "point");
    for (bytes, wanted) in [
        ("", "a.csv: it is empty: no header"),
        ("\n\n", "a.csv: it is empty: no header"),
        (
            "id,lon,latt,name\n",
            "a.csv: there is no column `lat`, which [geometry] lat names; the columns are `id`, `lon`, `latt`, `name`",
        ),
        ("id,lon,lat,name,name\n", "a.csv: the column `name`, which [fields.name] column names, stands 2 times"),
        (
            "id,lon,lat,name\n1,33,48,a\n2,33,48,\"b\n3,33,48,c\n",
            "a.csv: a quote that is opened at line 3 or below is never closed: is the file cut?",
        ),
    ] {
        assert_eq!(error_of(&recipe, "a.csv", bytes.as_bytes()), wanted);
    }
    let in_the_middle = ["id,lon,lat,name".as_bytes(), END_MARK, b"1,33,48,a\n"].concat();
    assert!(error_of(&recipe, "a.csv", &in_the_middle).contains("in the middle"));
    assert!(error_of(&small("", "point"), "a.csv", b"id,name\n").contains("[geometry] lon and lat"));
    assert!(error_of(&recipe, "a.xls", b"id,name\n").contains("its ending says no format"));
}

#[test]
fn a_record_without_end_is_stopped() {
    let mut bytes = b"id,lon,lat,name\n1,33,48,\"".to_vec();
    bytes.resize(bytes.len() + (66 << 20), b'x');
    assert!(error_of(&small(LON_LAT, "point"), "a.csv", &bytes).contains("larger than 64 MiB"));
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9a-zА-Яіїєґ ,;\"\n\r]{0,12}",
        Just("33.4".to_owned()),
        Just("47,9".to_owned()),
        Just("—".to_owned()),
        "\\PC{0,6}"
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_are_rows_or_an_error(
        header in prop_oneof![Just(&b"id,lon,lat,name\n"[..]), Just(&b""[..])],
        bytes in proptest::collection::vec(prop_oneof![
            any::<u8>(),
            proptest::sample::select(b"\",;\n\r\x02\x030123456789.a".to_vec())
        ], 0..400),
        encoding in proptest::sample::select(vec!["utf-8", "windows-1251", "utf-16le", "gb18030"]),
    ) {
        let recipe = with_source(&format!("encoding = \"{encoding}\""));
        let _ = run(&recipe, "a.csv", &[header, &bytes].concat());
    }

    /// Written by the csv crate, read by the room: as many outcomes as rows, and the names as they were.
    #[test]
    fn no_row_of_a_table_is_lost(rows in proptest::collection::vec((cell(), cell(), cell()), 0..20), crlf: bool) {
        let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().terminator(terminator).from_writer(Vec::new());
        writer.write_record(["id", "lon", "lat", "name"]).unwrap();
        for (i, (lon, lat, name)) in rows.iter().enumerate() {
            writer.write_record([&i.to_string(), lon, lat, name]).unwrap();
        }
        let all = run(&small(LON_LAT, "point"), "a.csv", &writer.into_inner().unwrap()).unwrap();
        prop_assert_eq!(all.report.read, rows.len() as u64);
        for rejection in all.rejections() {
            let record: serde_json::Value = serde_json::from_str(&rejection.record).unwrap();
            let i = rejection.row as usize - 2;
            let id = i.to_string();
            prop_assert_eq!(record["id"].as_str(), Some(id.as_str()));
            let unified = rows[i].2.replace("\r\n", "\n").replace('\r', "\n");
            prop_assert_eq!(record["name"].as_str(), Some(unified.as_str()));
        }
    }
}
