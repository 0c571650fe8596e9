//! The `meaning` of a cell is the value that its field makes of what an office wrote: money, measures, phones, hours, words.

use super::{
    Reason, hours, phone,
    script::repaired,
    unit,
    value::{self, NoValue, is_nothing, trimmed},
    warning::{Warning, Warnings},
    words::Words,
};
use crate::model::{Field, FieldType, TextFormat, Value};

/// What the text says in this field; `phone_area` is the area of numbers without one.
pub(super) fn read(
    text: &str,
    field: &Field,
    phone_area: Option<&str>,
    words: &mut Words,
    warnings: &mut Warnings,
) -> Result<Value, NoValue> {
    let plain = trimmed(text);
    let mut share = |text: &str| Value::Text(words.share(text));
    match (field.kind, &field.unit, field.format) {
        _ if is_nothing(plain) && field.kind != FieldType::Boolean => Ok(Value::Unknown),
        (FieldType::Number, Some(unit), _) => unit::number_in(plain, unit).map(Value::Number),
        (FieldType::Integer, Some(unit), _) => match value::parse(plain, FieldType::Integer, share) {
            Err(why) if why.reason == Reason::BadInteger => whole(unit::number_in(plain, unit), why),
            read => read,
        },
        (FieldType::Text, _, Some(TextFormat::Phone)) => {
            if let Some(phones) = phone::read(plain, phone_area) {
                return Ok(share(&phones));
            }
            warnings.add(Warning::UnreadPhone);
            value::parse(plain, FieldType::Text, share)
        }
        (FieldType::Text, _, Some(TextFormat::OpeningHours)) => {
            if let Some(hours) = hours::read(&repaired(plain)) {
                return Ok(share(&hours));
            }
            warnings.add(Warning::UnreadHours);
            value::parse(plain, FieldType::Text, share)
        }
        (FieldType::Text, _, None) => {
            let repaired = repaired(plain);
            if repaired != plain {
                warnings.add(Warning::MixedScript);
            }
            value::parse(&repaired, FieldType::Text, share)
        }
        (kind, ..) => value::parse(plain, kind, share),
    }
}

/// The number as a whole one; `why` it was none at first.
fn whole(number: Result<f64, NoValue>, why: NoValue) -> Result<Value, NoValue> {
    /// The largest whole number up to which an f64 has every one.
    const LIMIT: f64 = 9_007_199_254_740_992.0;
    match number {
        Ok(number) if number.fract() == 0.0 && number.abs() <= LIMIT => Ok(Value::Integer(number as i64)),
        Err(unit) if unit.reason == Reason::BadUnit => Err(unit),
        _ => Err(why),
    }
}
