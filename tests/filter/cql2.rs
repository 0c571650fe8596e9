//! A condition written as CQL2 text and as CQL2 JSON, from the standard alone (OGC 21-065r2).

use serde_json::{Value, json};

use crate::condition::{Area, Condition, Span, Term};

pub fn text(condition: &Condition) -> String {
    let joined = |parts: &[Condition], word: &str| {
        let parts: Vec<_> = parts.iter().map(text).collect();
        format!("({})", parts.join(word))
    };
    match condition {
        Condition::All(parts) => joined(parts, " AND "),
        Condition::Any(parts) => joined(parts, " OR "),
        Condition::Not(part) => format!("NOT {}", text(part)),
        Condition::Lit => "lit".into(),
        Condition::Truth(truth) => truth.to_string(),
        Condition::Compare(sign, a, b) => format!("{} {sign} {}", term(a), term(b)),
        Condition::Between(of, low, high) => format!("{} BETWEEN {} AND {}", term(of), term(low), term(high)),
        Condition::In(of, members) => {
            format!("{} IN ({})", term(of), members.iter().map(term).collect::<Vec<_>>().join(", "))
        }
        Condition::Like(of, pattern) => format!("{} LIKE {}", term(of), quoted(pattern)),
        Condition::IsNull(of) => format!("{} IS NULL", term(of)),
        Condition::Space(relation, to, true) => format!("{}({}, geom)", relation.to_uppercase(), area(to)),
        Condition::Space(relation, to, false) => format!("{relation}(geometry, {})", area(to)),
        Condition::Time(relation, a, b) => format!("{}({}, {})", relation.to_uppercase(), span(a), span(b)),
    }
}

fn term(of: &Term) -> String {
    match of {
        Term::Property(name) => (*name).into(),
        Term::Text(text) => quoted(text),
        Term::Whole(number) => number.to_string(),
        Term::Real(number) => format!("{number:?}"),
        Term::Day(day) => format!("DATE('{day}')"),
        Term::Instant(at) => format!("TIMESTAMP('{at}')"),
        Term::Fold(fold, of) => format!("{}({})", fold.to_uppercase(), term(of)),
        Term::Reckon(sign, a, b) => format!("({} {sign} {})", term(a), term(b)),
    }
}

fn span(of: &Span) -> String {
    let end = |end: &Option<Term>| match end {
        None => "'..'".into(),
        Some(Term::Day(day)) => format!("'{day}'"),
        Some(Term::Instant(at)) => format!("'{at}'"),
        Some(other) => term(other),
    };
    match of {
        Span::Instant(at) => term(at),
        Span::Interval(from, to) => format!("INTERVAL({}, {})", end(from), end(to)),
    }
}

fn area(of: &Area) -> String {
    match of {
        Area::Shape(shape) => shape.to_wkt(),
        Area::Box([west, south, east, north]) => format!("BBOX({west}, {south}, {east}, {north})"),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

pub fn json(condition: &Condition) -> Value {
    let op = |op: &str, args: Vec<Value>| json!({ "op": op, "args": args });
    match condition {
        Condition::All(parts) => op("and", parts.iter().map(json).collect()),
        Condition::Any(parts) => op("or", parts.iter().map(json).collect()),
        Condition::Not(part) => op("not", vec![json(part)]),
        Condition::Lit => json!({ "property": "lit" }),
        Condition::Truth(truth) => json!(truth),
        Condition::Compare(sign, a, b) => op(sign, vec![term_json(a), term_json(b)]),
        Condition::Between(of, low, high) => op("between", vec![term_json(of), term_json(low), term_json(high)]),
        Condition::In(of, members) => op("in", vec![term_json(of), members.iter().map(term_json).collect()]),
        Condition::Like(of, pattern) => op("like", vec![term_json(of), json!(pattern)]),
        Condition::IsNull(of) => op("isNull", vec![term_json(of)]),
        Condition::Space(relation, to, shape_first) => {
            let mut args = vec![json!({ "property": "geometry" }), area_json(to)];
            if *shape_first {
                args.reverse();
            }
            op(relation, args)
        }
        Condition::Time(relation, a, b) => op(relation, vec![span_json(a), span_json(b)]),
    }
}

fn term_json(of: &Term) -> Value {
    match of {
        Term::Property(name) => json!({ "property": name }),
        Term::Text(text) => json!(text),
        Term::Whole(number) => json!(number),
        Term::Real(number) => json!(number),
        Term::Day(day) => json!({ "date": day }),
        Term::Instant(at) => json!({ "timestamp": at }),
        Term::Fold(fold, of) => json!({ "op": fold, "args": [term_json(of)] }),
        Term::Reckon(sign, a, b) => json!({ "op": sign, "args": [term_json(a), term_json(b)] }),
    }
}

fn span_json(of: &Span) -> Value {
    let end = |end: &Option<Term>| match end {
        None => json!(".."),
        Some(Term::Day(day)) => json!(day),
        Some(Term::Instant(at)) => json!(at),
        Some(other) => term_json(other),
    };
    match of {
        Span::Instant(at) => term_json(at),
        Span::Interval(from, to) => json!({ "interval": [end(from), end(to)] }),
    }
}

fn area_json(of: &Area) -> Value {
    match of {
        Area::Shape(shape) => shape.0.clone(),
        Area::Box(numbers) => json!({ "bbox": numbers }),
    }
}
