//! From the texts of a row to a feature, or to one reason against it.

use super::{LON_LAT, at, run, small, things};
use crate::{
    import::Reason,
    model::{Text, Value},
};

const HEADER: &str = "id,lon,lat,name,storeys,area_m2,is_open,built,status,kind";

fn rows(rows: &[&str]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

#[test]
fn a_row_becomes_a_typed_feature() {
    let all = run(
        &things(""),
        "a.csv",
        rows(&[
            "A-1,\"33,4\",47.9,\u{a0}Школа № 5 ,2,\"1 250,5\",так,01.09.1975,чинний,Комунальний",
            "A-2,33.5°,47.8,,,,,,,",
        ])
        .as_bytes(),
    )
    .unwrap();
    assert_eq!(all.report.features, 2, "{:?}", all.rejections());
    for (field, wanted) in [
        ("name", Value::from("Школа № 5")),
        ("storeys", Value::Integer(2)),
        ("area_m2", Value::Number(1250.5)),
        ("is_open", Value::Boolean(true)),
        ("built", Value::Date(jiff::civil::date(1975, 9, 1))),
        ("status", Value::from("valid")),
    ] {
        assert_eq!(all.value("A-1", field), wanted);
        assert_eq!(all.value("A-2", field), Value::Unknown);
    }
    assert_eq!(all.features()[0].kind.as_deref(), Some("municipal"));
    assert_eq!(all.features()[0].geometry.bbox(), at(33.4, 47.9));
    assert_eq!(all.features()[1].kind, None);
    assert!(all.report.warnings.is_empty());
}

#[test]
fn every_wrong_cell_has_its_reason() {
    for (row, column, text, reason) in [
        ("1,,47.9,,,,,,,", Some("lon"), "", Reason::MissingCoordinates),
        ("1,33.4,н/д,,,,,,,", Some("lat"), "н/д", Reason::MissingCoordinates),
        ("1,33.4,північ,,,,,,,", Some("lat"), "північ", Reason::BadCoordinate),
        ("1,47.9,34.4,,,,,,,", None, "47.9, 34.4", Reason::OutsideBounds),
        ("—,33.4,47.9,,,,,,,", Some("id"), "—", Reason::MissingId),
        ("a\u{1}b,33.4,47.9,,,,,,,", Some("id"), "a\u{1}b", Reason::BadId),
        ("1,33.4,47.9,,два,,,,,", Some("storeys"), "два", Reason::BadInteger),
        ("1,33.4,47.9,,,шість м2,,,,", Some("area_m2"), "шість м2", Reason::BadNumber),
        ("1,33.4,47.9,,,6 кг,,,,", Some("area_m2"), "6 кг", Reason::BadUnit),
        ("1,33.4,47.9,,,,може,,,", Some("is_open"), "може", Reason::BadBoolean),
        ("1,33.4,47.9,,,,,2024,,", Some("built"), "2024", Reason::BadDate),
        ("1,33.4,47.9,,,,,,дійсний,", Some("status"), "дійсний", Reason::UnknownValue),
    ] {
        let all = run(&things(""), "a.csv", rows(&[row]).as_bytes()).unwrap();
        assert_eq!(all.refused(), [(2, column, text, reason)], "{row}");
        assert!(!all.rejections()[0].detail.is_empty());
    }
}

#[test]
fn a_required_field_and_a_long_text_refuse_the_row() {
    let required = small(LON_LAT, "point").replace("column = \"name\"", "column = \"name\"\nrequired = true");
    let long = "ї".repeat(10_001);
    let table = format!("id,lon,lat,name\n1,33,48,<Null>\n2,33,48,{long}\n3,33,48,ok\n");
    let all = run(&required, "a.csv", table.as_bytes()).unwrap();
    let refused: Vec<_> = all.refused().into_iter().map(|(row, column, _, reason)| (row, column, reason)).collect();
    assert_eq!(refused, [(2, Some("name"), Reason::MissingValue), (3, Some("name"), Reason::TooLong)]);
    assert_eq!(all.rejections()[1].text.chars().count(), 1001);
    assert!(all.rejections()[1].record.contains(&long), "the record keeps all of it");
}

#[test]
fn the_second_of_two_equal_ids_is_refused_and_names_the_first() {
    let table = "id,lon,lat,name\n7,x,48,a\n7,33,48,b\n8,33,48,c\n 7 ,33,48,d\n";
    let all = run(&small(LON_LAT, "point"), "a.csv", table.as_bytes()).unwrap();
    // A row that was itself refused takes no id.
    assert_eq!(all.value("7", "name"), Value::from("b"));
    assert_eq!(all.refused()[1], (5, Some("id"), "7", Reason::DuplicateId));
    assert_eq!(all.rejections()[1].detail, "row 3 has the same id");
}

#[test]
fn a_hash_names_a_feature_by_its_columns() {
    let hashed = small(LON_LAT, "point").replace("column = \"id\"", "hash_of = [\"name\", \"lon\", \"lat\"]");
    let table = "lon,lat,name\n33,48,а\n3,348,а\n33,48, а \n,,\n33,48,б\n";
    let all = run(&hashed, "a.csv", table.as_bytes()).unwrap();
    let reasons: Vec<_> = all.refused().into_iter().map(|(row, _, _, reason)| (row, reason)).collect();
    assert_eq!(reasons, [(3, Reason::BadCoordinate), (4, Reason::DuplicateId), (5, Reason::MissingId)]);
    for feature in all.features() {
        assert!(feature.id.as_str().len() == 16 && feature.id.as_str().bytes().all(|b| b.is_ascii_hexdigit()));
    }
    // The same id next year, on another machine.
    assert_eq!(all.features()[0].id.as_str(), "0bec4aa877e0575c");
}

#[test]
fn a_kind_is_understood_by_map_id_or_title_and_otherwise_unknown_with_a_warning() {
    let kinds = ["міська рада ", "municipal", "Municipal", "приватний", "—", "приватний"];
    let table: Vec<_> = kinds.iter().enumerate().map(|(i, kind)| format!("{i},33.4,47.9,,,,,,,{kind}")).collect();
    let table: Vec<_> = table.iter().map(String::as_str).collect();
    let all = run(&things(""), "a.csv", rows(&table).as_bytes()).unwrap();
    let found: Vec<_> = all.features().iter().map(|feature| feature.kind.clone()).collect();
    let municipal: Option<Text> = Some("municipal".into());
    assert_eq!(found, [municipal.clone(), municipal.clone(), municipal, None, None, None]);
    assert_eq!(all.report.warnings, [("unknown-kind".into(), 2)].into());
}

#[test]
fn a_star_in_the_map_of_kinds_stands_for_every_text_it_does_not_name() {
    let recipe = things("")
        .replace("= \"municipal\" }", "= \"municipal\", \"*\" = \"private\" }")
        .replace("kinds = [", "kinds = [{ id = \"private\", uk = \"Приватний\", en = \"Private\" }, ");
    let table = [
        "1,33.4,47.9,,,,,,,міська рада",
        "2,33.4,47.9,,,,,,,хтось",
        "3,33.4,47.9,,,,,,,municipal",
        "4,33.4,47.9,,,,,,,—",
    ];
    let all = run(&recipe, "a.csv", rows(&table).as_bytes()).unwrap();
    let found: Vec<_> = all.features().iter().map(|feature| feature.kind.as_deref()).collect();
    assert_eq!(found, [Some("municipal"), Some("private"), Some("municipal"), None]);
    assert_eq!(all.report.warnings, [].into());
}

#[test]
fn equal_texts_are_one_text() {
    let all =
        run(&small(LON_LAT, "point"), "a.csv", "id,lon,lat,name\n1,33,48,балка\n2,33,48,балка\n".as_bytes()).unwrap();
    let (Value::Text(a), Value::Text(b)) = (all.value("1", "name"), all.value("2", "name")) else { panic!() };
    assert!(Text::ptr_eq(&a, &b));
}
