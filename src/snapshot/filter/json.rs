//! CQL2 JSON (OGC 21-065r2 §8) becomes an expression.

use geo_types::{Coord, Geometry as G, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};
use serde_json::{Map, Value};

use super::{
    FilterError, MAX_DEPTH,
    tree::{Expr, Op},
};

/// Reads the whole document.
pub(super) fn read(text: &str) -> Result<Expr, FilterError> {
    let value: Value = serde_json::from_str(text).map_err(|error| FilterError::Form(format!("no JSON: {error}")))?;
    expr(&value, 0)
}

fn expr(value: &Value, depth: usize) -> Result<Expr, FilterError> {
    if depth > MAX_DEPTH {
        return Err(FilterError::Form(format!(
            "more than {MAX_DEPTH} conditions or operators stand within each other"
        )));
    }
    match value {
        Value::Null => Ok(Expr::Null),
        Value::Bool(truth) => Ok(Expr::Boolean(*truth)),
        Value::String(text) => Ok(Expr::Text(text.clone())),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Ok(Expr::Integer(whole)),
            (_, Some(number)) if number.is_finite() => Ok(Expr::Number(number)),
            _ => Err(FilterError::Form(format!("`{number}` is not a number that can be held"))),
        },
        Value::Array(_) => Err(wrong(value, "a list stands only behind `in`")),
        Value::Object(members) => object(value, members, depth),
    }
}

fn object(value: &Value, members: &Map<String, Value>, depth: usize) -> Result<Expr, FilterError> {
    let keys: Vec<&str> = members.keys().map(String::as_str).collect();
    let text = |key: &str| members[key].as_str().ok_or_else(|| wrong(value, &format!("`{key}` is a text")));
    let list = |key: &str| members[key].as_array().ok_or_else(|| wrong(value, &format!("`{key}` is a list")));
    match keys.as_slice() {
        ["property"] => Ok(Expr::Property(text("property")?.into())),
        ["date"] => Expr::date(text("date")?),
        ["timestamp"] => Expr::timestamp(text("timestamp")?),
        ["interval"] => match list("interval")?.as_slice() {
            [from, to] => Expr::interval([expr(from, depth + 1)?, expr(to, depth + 1)?]),
            _ => Err(wrong(value, "an interval has two ends")),
        },
        ["bbox"] => Expr::bbox(&numbers(&members["bbox"])?),
        ["op", "args"] | ["args", "op"] => operation(value, text("op")?, list("args")?, depth),
        _ if members.contains_key("coordinates") => Expr::shape(&shape(value, members)?),
        _ => Err(wrong(value, "neither an operator with `op` and `args`, a property, a shape nor a time")),
    }
}

fn operation(value: &Value, name: &str, args: &[Value], depth: usize) -> Result<Expr, FilterError> {
    let op = Op::named(name).ok_or_else(|| wrong(value, &format!("`{name}` is no operator that is known")))?;
    let mut operands = Vec::with_capacity(args.len());
    for (i, arg) in args.iter().enumerate() {
        operands.push(match arg {
            Value::Array(members) if op == Op::In && i == 1 => {
                Expr::List(members.iter().map(|member| expr(member, depth + 1)).collect::<Result<_, _>>()?)
            }
            arg => expr(arg, depth + 1)?,
        });
    }
    if op == Op::In && !matches!(operands.as_slice(), [_, Expr::List(members)] if !members.is_empty()) {
        return Err(wrong(value, "`in` takes a value and a list"));
    }
    Expr::operation(op, operands)
}

fn shape(value: &Value, members: &Map<String, Value>) -> Result<G<f64>, FilterError> {
    let at = &members["coordinates"];
    Ok(match members.get("type").and_then(Value::as_str) {
        Some("Point") => Point(coord(at)?).into(),
        Some("MultiPoint") => MultiPoint(each(at, |at| coord(at).map(Point))?).into(),
        Some("LineString") => line(at)?.into(),
        Some("MultiLineString") => MultiLineString(each(at, line)?).into(),
        Some("Polygon") => polygon(at)?.into(),
        Some("MultiPolygon") => MultiPolygon(each(at, polygon)?).into(),
        _ => return Err(wrong(value, "not a shape of one object: Point, LineString, Polygon or many of them")),
    })
}

fn polygon(rings: &Value) -> Result<Polygon<f64>, FilterError> {
    let mut rings = each(rings, line)?.into_iter();
    let outer = rings.next().unwrap_or_else(|| LineString(Vec::new()));
    Ok(Polygon::new(outer, rings.collect()))
}

fn line(places: &Value) -> Result<LineString<f64>, FilterError> {
    Ok(LineString(each(places, coord)?))
}

fn coord(at: &Value) -> Result<Coord<f64>, FilterError> {
    match numbers(at)?[..] {
        [x, y] | [x, y, _] => Ok(Coord { x, y }),
        _ => Err(wrong(at, "a position has a longitude and a latitude")),
    }
}

fn numbers(list: &Value) -> Result<Vec<f64>, FilterError> {
    each(list, |number| number.as_f64().ok_or_else(|| wrong(number, "a number is wanted")))
}

fn each<T>(list: &Value, one: impl Fn(&Value) -> Result<T, FilterError>) -> Result<Vec<T>, FilterError> {
    list.as_array().ok_or_else(|| wrong(list, "a list is wanted"))?.iter().map(one).collect()
}

fn wrong(value: &Value, why: &str) -> FilterError {
    let text = value.to_string();
    let end = text.char_indices().nth(60).map_or(text.len(), |(end, _)| end);
    FilterError::Form(format!("`{}`: {why}", &text[..end]))
}
