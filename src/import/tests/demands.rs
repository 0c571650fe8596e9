//! Demands on edits: what an import would refuse of a row is refused of the same feature.

use std::path::Path;

use jiff::civil::date;

use super::{no_catalog, rules::RECIPE};
use crate::{
    import::{Demands, Reason, Recipe},
    model::{Feature, Value},
    space::{Geometry, LonLat},
};

#[test]
fn an_edit_is_refused_for_the_reasons_of_an_import() {
    let text = RECIPE
        .replace("lat = \"lat\"", "lat = \"lat\"\nbounds = [33.0, 47.5, 34.0, 48.5]")
        .replace("column = \"planes\"", "column = \"planes\"\nrequired = true");
    let recipe = Recipe::parse(Path::new("permits.toml"), &text).unwrap();
    let of = recipe.collection(&no_catalog()).unwrap();
    // As a store keeps them.
    let kept = serde_json::to_string(&Demands::of(&recipe)).unwrap();
    let demands: Demands = serde_json::from_str(&kept).unwrap();
    let judged = |values: [Value; 5], lon: f64| {
        let at = Geometry::Point(LonLat::new(lon, 48.0).unwrap());
        let feature = Feature::new(&of, "1", None, at, values.to_vec()).unwrap();
        demands.inspector(&of).objection(&feature).map(|objection| (objection.column, objection.text, objection.reason))
    };
    let day = |year| Value::Date(date(year, 1, 1));
    let good = || [Value::Number(2.0), "001-А".into(), "valid".into(), day(2024), day(2024)];
    assert_eq!(judged(good(), 33.5), None);
    let least = [Value::Number(1.0), Value::Unknown, Value::Unknown, Value::Unknown, Value::Unknown];
    assert_eq!(judged(least, 33.0), None);
    assert_eq!(judged(good(), 34.1), Some((None, "34.1, 48".into(), Reason::OutsideBounds)));
    let cases = [
        (0, Value::Unknown, "planes", "", Reason::MissingValue),
        (0, Value::Number(12.6), "planes", "12.6", Reason::OutOfRange),
        (1, "1-А".into(), "number", "1-А", Reason::BadPattern),
        (1, "001-Аб".into(), "number", "001-Аб", Reason::BadPattern),
        // The word of an import is no id of the list.
        (2, "дійсний".into(), "status", "дійсний", Reason::UnknownValue),
        (3, day(1980), "valid_from", "1980-01-01", Reason::OutOfRange),
        (4, day(2023), "valid_to", "2023-01-01", Reason::WrongOrder),
    ];
    for (at, value, column, text, reason) in cases {
        let mut values = good();
        values[at] = value;
        assert_eq!(judged(values, 33.5), Some((Some(column.into()), text.into(), reason)), "{column}");
    }
    // Of a collection that no recipe made, only what it defines itself is wanted.
    let none: Demands = serde_json::from_str("{}").unwrap();
    let mut values = good().to_vec();
    values[0] = Value::Unknown;
    let at = Geometry::Point(LonLat::new(0.0, 0.0).unwrap());
    assert_eq!(none.inspector(&of).objection(&Feature::new(&of, "1", None, at, values).unwrap()), None);
}
