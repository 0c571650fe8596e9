//! Rules of single fields: range, pattern, synonyms, values that stand once, the order of days, names of columns.

use std::path::Path;

use super::{error_of, no_catalog, run};
use crate::{
    import::{Reason, Recipe},
    model::Value,
};

pub const RECIPE: &str = r#"
collection = "permits"
[source]
file = "permits.csv"
[id]
column = "id"
[geometry]
lon = "lon"
lat = "lat"
[fields.planes]
column = "planes"
range = [1, 12.5]
[fields.number]
columns = ["permitNumber", "permitNumbеr"]
pattern = '\d{3}-[А-Я]'
unique = true
[fields.status]
column = "status"
synonyms = { "так є" = "valid", "дійсний" = "valid" }
[fields.valid_from]
column = "from"
range = ["1990-01-01", "2030-12-31"]
[fields.valid_to]
column = "to"
after = "valid_from"
[declare]
title = { uk = "Дозволи", en = "Permits" }
geometry = "point"
fields = [
  { name = "planes", type = "number", title = { uk = "Площини", en = "Planes" } },
  { name = "number", type = "text", title = { uk = "Номер", en = "Number" } },
  { name = "status", type = "text", title = { uk = "Стан", en = "Status" }, values = [{ id = "valid", uk = "Чинний", en = "Valid" }] },
  { name = "valid_from", type = "date", title = { uk = "Від", en = "From" } },
  { name = "valid_to", type = "date", title = { uk = "До", en = "To" } },
]
"#;

const HEADER: &str = "id,lon,lat,planes,permitNumber,status,from,to\n";

#[test]
fn every_rule_has_its_reason_and_the_unknown_breaks_none() {
    let table = format!(
        "{HEADER}1,33,48,2,001-А,ТАК Є,2024-01-01,2024-01-01\n\
         2,33,48,0,002-А,,,\n\
         3,33,48,\"12,6\",003-А,,,\n\
         4,33,48,2,4-А,,,\n\
         5,33,48,2,005-Аб,,,\n\
         6,33,48,2,001-А,,,\n\
         7,33,48,2,007-А,чинна,,\n\
         8,33,48,2,008-А,,2024-01-02,2024-01-01\n\
         9,33,48,,,,,2024-01-01\n\
         10,33,48,,,,2024-01-02,\n\
         11,33,148,1,011-А,,,\n\
         12,33,48,1,011-А,дійсний,,\n\
         13,33,48,,,,1989-12-31,\n\
         14,33,48,,,,01.01.1990,\n\
         15,33,48,,,,31.12.2030,\n\
         16,33,48,,,,2031-01-01,\n"
    );
    let all = run(RECIPE, "a.csv", table.as_bytes()).unwrap();
    let wanted = [
        (3, Some("planes"), "0", Reason::OutOfRange),
        (4, Some("planes"), "12,6", Reason::OutOfRange),
        (5, Some("permitNumber"), "4-А", Reason::BadPattern),
        (6, Some("permitNumber"), "005-Аб", Reason::BadPattern),
        (7, Some("permitNumber"), "001-А", Reason::RepeatedValue),
        (8, Some("status"), "чинна", Reason::UnknownValue),
        (9, Some("to"), "2024-01-01", Reason::WrongOrder),
        (12, Some("lat"), "148", Reason::BadCoordinate),
        (14, Some("from"), "1989-12-31", Reason::OutOfRange),
        (17, Some("from"), "2031-01-01", Reason::OutOfRange),
    ];
    assert_eq!(all.refused(), wanted);
    assert_eq!(all.rejections()[4].detail, "field `number`: row 2 has the same");
    assert_eq!(all.rejections()[6].detail, "field `valid_to`: 2024-01-01 is before 2024-01-02 of `valid_from`");
    assert_eq!(all.value("1", "status"), Value::from("valid"));
    assert_eq!(all.rejections()[8].detail, "field `valid_from`: 1989-12-31 is not between 1990-01-01 and 2030-12-31");
    // A value of a refused row is free.
    assert_eq!(all.value("12", "number"), Value::from("011-А"));
}

#[test]
fn a_column_is_found_by_any_of_its_names_and_told_by_the_one_it_has() {
    let row = "1,33,48,2,001-А,,,\n2,33,48,2,??,,,\n";
    let misspelt = HEADER.replace("permitNumber", "permitNumbеr");
    let all = run(RECIPE, "a.csv", format!("{misspelt}{row}").as_bytes()).unwrap();
    assert_eq!(all.value("1", "number"), Value::from("001-А"));
    assert_eq!(all.refused(), [(3, Some("permitNumbеr"), "??", Reason::BadPattern)]);
    let both = HEADER.replace("status", "permitNumbеr");
    assert!(error_of(RECIPE, "a.csv", format!("{both}{row}").as_bytes()).contains("are both there"));
    let neither = HEADER.replace("permitNumber", "number");
    let error = error_of(RECIPE, "a.csv", format!("{neither}{row}").as_bytes());
    assert!(
        error.contains("no column `permitNumber` or `permitNumbеr`, which [fields.number] columns names"),
        "{error}"
    );
    // Of a JSON object it is that object alone.
    let object = |id: u8, keys: &str| {
        format!(r#"{{"id":{id},"lon":33,"lat":48,"planes":1,"status":"","from":null,"to":null,{keys}}}"#)
    };
    let json = [
        object(1, r#""permitNumber":"001-А""#),
        object(2, r#""permitNumbеr":"002-А""#),
        object(3, r#""permitNumber":"003-А","permitNumbеr":"004-А""#),
    ];
    let all = run(RECIPE, "a.json", format!("[{}]", json.join(",")).as_bytes()).unwrap();
    assert_eq!(all.value("2", "number"), Value::from("002-А"));
    assert_eq!(all.refused(), [(3, Some("permitNumbеr"), "\"004-А\"", Reason::BadRecord)]);
}

#[test]
fn a_rule_that_makes_no_sense_is_told_with_its_line() {
    for (from, to, wanted) in [
        ("range = [1, 12.5]", "range = [2, 1]", "line 12: [fields.planes] range: the least and the most"),
        ("range = [1, 12.5]", "range = [\"1\", \"2\"]", "[fields.planes] range: the range of numbers is two numbers"),
        ("range = [1, 12.5]", "range = [1, true]", "[fields.planes] range: a number, or a day in quotes"),
        (
            "range = [1, 12.5]",
            "range = [1990-01-01, 2030-12-31]",
            "[fields.planes] range: a number, or a day in quotes",
        ),
        ("[\"1990-01-01\", \"2030", "[\"2031-01-01\", \"2030", "[fields.valid_from] range: the first and the last day"),
        ("\"1990-01-01\"", "\"01.01.1990\"", "[fields.valid_from] range: a day is written as in"),
        ("\"1990-01-01\"", "\"1990-01-01T00:00\"", "[fields.valid_from] range: a day is written as in"),
        (
            "[\"1990-01-01\", \"2030-12-31\"]",
            "[1990, 2030]",
            "[fields.valid_from] range: the range of days is two days",
        ),
        ("range = [1, 12.5]", "pattern = 'x'", "line 12: [fields.planes] pattern: only a text"),
        ("unique = true", "range = [1, 2]", "[fields.number] range: only numbers and days have a range"),
        ("pattern = '\\d{3}-[А-Я]'", "pattern = '('", "[fields.number] pattern: no regular expression"),
        ("pattern = '\\d{3}-[А-Я]'", "pattern = '\\w{9999999}'", "[fields.number] pattern: no regular expression"),
        ("after = \"valid_from\"", "after = \"planes\"", "[fields.valid_to] after: a day has to come after"),
        ("after = \"valid_from\"", "after = \"valid_to\"", "[fields.valid_to] after: a day has to come after"),
        (
            "\"так є\" = \"valid\"",
            "\"так є\" = \"yes\"",
            "[fields.status] synonyms: `так є`: the field has no value `yes`",
        ),
        ("column = \"from\"", "", "[fields.valid_from]: either `column` or `columns`"),
        ("column = \"from\"", "column = \"from\"\njoin = \", \"", "[fields.valid_from]: `join` goes with `columns`"),
        ("column = \"from\"", "columns = []", "[fields.valid_from]: either `column` or `columns`"),
        (
            "column = \"from\"",
            "column = \"from\"\ncolumns = [\"a\"]",
            "[fields.valid_from]: either `column` or `columns`",
        ),
    ] {
        assert!(RECIPE.contains(from), "{from}");
        let recipe = Recipe::parse(Path::new("permits.toml"), &RECIPE.replacen(from, to, 1));
        let error = recipe.and_then(|recipe| recipe.collection(&no_catalog())).unwrap_err().to_string();
        assert!(error.contains(wanted), "{error:?} has no {wanted:?}");
    }
}
