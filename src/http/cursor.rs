//! A cursor is where a list goes on, as it stands in links: a mark in an order, and in which direction from it.
//!
//! JSON, `["after","id",…]` or `["before","id",…]` with what the list is sorted by; clients take it as it is.

use serde_json::{Value as Json, json};

use super::Problem;
use crate::{
    model::{FieldType, Value},
    snapshot::{
        order::{Mark, Order},
        page::Turn,
    },
};

/// The turn that a cursor of this order means.
pub fn read(text: &str, order: &Order) -> Result<Turn, Problem> {
    let wrong = || Problem::bad("cursor", text, "`cursor` is not of a link `next` or `prev` of this list");
    let Ok(Json::Array(parts)) = serde_json::from_str(text) else { return Err(wrong()) };
    let [Json::String(side), Json::String(id), values @ ..] = parts.as_slice() else { return Err(wrong()) };
    if values.len() != order.types().len() || id.is_empty() {
        return Err(wrong());
    }
    let values: Option<Vec<Value>> = values.iter().zip(order.types()).map(|(value, kind)| typed(value, kind)).collect();
    let mark = Mark { values: values.ok_or_else(wrong)?, id: id.clone() };
    match side.as_str() {
        "after" => Ok(Turn::After(mark)),
        "before" => Ok(Turn::Before(mark)),
        _ => Err(wrong()),
    }
}

/// The cursor that goes on from a mark, `after` or `before` it.
pub fn written(side: &str, mark: &Mark) -> String {
    let mut parts = vec![json!(side), json!(mark.id)];
    parts.extend(mark.values.iter().map(|value| serde_json::to_value(value).unwrap_or_default()));
    Json::Array(parts).to_string()
}

fn typed(value: &Json, kind: FieldType) -> Option<Value> {
    Some(match (value, kind) {
        (Json::Null, _) => Value::Unknown,
        (Json::Bool(yes), FieldType::Boolean) => Value::Boolean(*yes),
        (Json::Number(number), FieldType::Integer) => Value::Integer(number.as_i64()?),
        (Json::Number(number), FieldType::Number) => Value::Number(number.as_f64()?),
        (Json::String(day), FieldType::Date) => Value::Date(day.parse().ok()?),
        (Json::String(text), FieldType::Text) => Value::from(text.as_str()),
        _ => return None,
    })
}
