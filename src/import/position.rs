//! The `position` of a feature says how its place was found, where the source gave none: by its address, and how exactly.

use crate::model::{Choice, Collection, Field, FieldType, Title, Value, catalog::POSITION_FIELDS};

/// What is kept of a feature that was placed by its address.
const GEOCODED: &str = "geocoded";

/// The place is that of the house. There is no lesser precision: a street or a settlement is no answer.
pub(super) const BUILDING: &str = "building";

/// The fields that a collection has besides its own where addresses are matched; unknown where the source says the place.
pub(super) fn fields() -> [Field; 2] {
    let text = |name: &str, uk: &str, en: &str, value: (&str, &str, &str)| Field {
        name: name.into(),
        kind: FieldType::Text,
        title: Title { uk: uk.into(), en: en.into() },
        unit: None,
        format: None,
        values: vec![Choice { id: value.0.into(), title: Title { uk: value.1.into(), en: value.2.into() } }],
        chart: None,
        adds_up: false,
        unique: false,
    };
    let [position, precision] = POSITION_FIELDS;
    [
        text(position, "Місце визначено", "Placed", (GEOCODED, "за адресою", "by its address")),
        text(precision, "Точність місця", "Precision of the place", (BUILDING, "будинок", "building")),
    ]
}

/// Marks the values of a feature that was placed by its address.
pub(super) fn mark(collection: &Collection, values: &mut [Value]) {
    for (name, value) in POSITION_FIELDS.into_iter().zip([GEOCODED, BUILDING]) {
        if let Some(index) = collection.field_index(name) {
            values[index] = Value::from(value);
        }
    }
}
