//! What offices write, field by field of a whole import.

use std::path::Path;

use super::{LON_LAT, no_catalog, run};
use crate::{
    import::{Reason, Recipe},
    model::Value,
};

/// A recipe whose columns are named like its fields; `more` goes into `[fields.phone]`.
fn recipe(more: &str) -> String {
    let fields = ["name", "cost_uah", "area_m2", "depth_cm", "phone", "hours", "opened", "site"];
    let columns = fields.map(|name| format!("[fields.{name}]\ncolumn = \"{name}\"\n")).concat();
    let columns = columns.replace("column = \"phone\"\n", &format!("column = \"phone\"\n{more}\n"));
    let field = |name: &str, rest: &str| {
        format!("{{ name = \"{name}\", {rest}, title = {{ uk = \"{name}\", en = \"{name}\" }} }},\n")
    };
    let declared = [
        field("name", "type = \"text\""),
        field("cost_uah", "type = \"number\", unit = \"UAH\""),
        field("area_m2", "type = \"number\", unit = \"m2\""),
        field("depth_cm", "type = \"integer\", unit = \"cm\""),
        field("phone", "type = \"text\", format = \"phone\""),
        field("hours", "type = \"text\", format = \"opening-hours\""),
        field("hours_source", "type = \"text\""),
        field("opened", "type = \"date\""),
        field("site", "type = \"text\", format = \"uri\""),
    ]
    .concat();
    format!(
        "collection = \"things\"\n[source]\nfile = \"things.csv\"\n[id]\ncolumn = \"id\"\n{LON_LAT}{columns}\
         [declare]\ntitle = {{ uk = \"Речі\", en = \"Things\" }}\ngeometry = \"point\"\nfields = [\n{declared}]\n"
    )
}

const HEADER: &str = "id;lon;lat;name;cost_uah;area_m2;depth_cm;phone;hours;opened;site\n";

#[test]
fn a_row_is_understood_as_the_office_meant_it() {
    let table = format!(
        "{HEADER}1;33;48;Музей «Cтепова»;90 000 грн.;6,0 м2;1,2 м;(05665) 2-12-66;пн.-пт. 08:00 - 17:00;27379;http://Мoзаїка.example\n\
         2;33;48;Café;<Null>;null;\u{a0};-;;н/д;\n"
    );
    let all = run(&recipe(""), "a.csv", table.as_bytes()).unwrap();
    assert_eq!(all.report.features, 2, "{:?}", all.rejections());
    for (field, wanted) in [
        ("name", Value::from("Музей «Степова»")),
        ("cost_uah", Value::Number(90_000.0)),
        ("area_m2", Value::Number(6.0)),
        ("depth_cm", Value::Integer(120)),
        ("phone", Value::from("+380566521266")),
        ("hours", Value::from("Mo-Fr 08:00-17:00")),
        ("hours_source", Value::from("пн.-пт. 08:00 - 17:00")),
        ("opened", Value::Date(jiff::civil::date(1974, 12, 16))),
        // An address is a code, not words.
        ("site", Value::from("http://Мoзаїка.example")),
    ] {
        assert_eq!(all.value("1", field), wanted, "{field}");
        if field != "name" {
            assert_eq!(all.value("2", field), Value::Unknown, "{field}");
        }
    }
    assert_eq!(all.value("2", "name"), Value::from("Café"));
    assert_eq!(all.report.warnings, [("mixed-script".into(), 1)].into());
}

#[test]
fn what_cannot_be_read_is_kept_as_it_was_written_with_a_warning() {
    let table = format!("{HEADER}1;33;48;;;;;у приймальні;за домовленістю;;\n2;33;48;;;;;409-10-10;;;\n");
    let all = run(&recipe(""), "a.csv", table.as_bytes()).unwrap();
    assert_eq!(all.value("1", "phone"), Value::from("у приймальні"));
    assert_eq!(all.value("1", "hours"), Value::from("за домовленістю"));
    assert_eq!(all.value("1", "hours_source"), Value::from("за домовленістю"));
    assert_eq!(all.value("2", "phone"), Value::from("409-10-10"));
    assert_eq!(all.report.warnings, [("unread-hours".into(), 1), ("unread-phone".into(), 2)].into());
    let all = run(&recipe("phone_area = \"56\""), "a.csv", table.as_bytes()).unwrap();
    assert_eq!(all.value("2", "phone"), Value::from("+380564091010"));
    for wrong in
        [recipe("phone_area = \"056\""), recipe("phone_area = \"56\"").replace("format = \"phone\"", "unit = \"x\"")]
    {
        let parsed = Recipe::parse(Path::new("things.toml"), &wrong).unwrap();
        let error = parsed.collection(&no_catalog()).unwrap_err().to_string();
        assert!(error.contains("[fields.phone] phone_area: two to five digits"), "{error}");
    }
}

#[test]
fn a_unit_that_contradicts_the_field_refuses_the_row() {
    let table = format!(
        "{HEADER}1;33;48;;100 $;;;;;;\n2;33;48;;;6 м;;;;;\n3;33;48;;;;2 кг;;;;\n4;33;48;;;;1,25 см;;;;\n5;33;48;;;;глибоко;;;;\n"
    );
    let all = run(&recipe(""), "a.csv", table.as_bytes()).unwrap();
    let refused: Vec<_> =
        all.refused().into_iter().map(|(row, column, _, reason)| (row, column.unwrap(), reason)).collect();
    let wanted = [
        (2, "cost_uah", Reason::BadUnit),
        (3, "area_m2", Reason::BadUnit),
        (4, "depth_cm", Reason::BadUnit),
        (5, "depth_cm", Reason::BadInteger),
        (6, "depth_cm", Reason::BadInteger),
    ];
    assert_eq!(refused, wanted);
}
