//! A condition written as SQL for PostgreSQL with PostGIS, which judges it: what CQL2 means, said once more in another language.

use crate::{
    condition::{Area, Condition, Span, Term},
    things::Thing,
};

/// The table of all features.
pub const TABLE: &str = "CREATE EXTENSION postgis;
    CREATE TABLE things (collection text, id text, geometry geometry, kind text, name text, note text, levels bigint,
        height double precision, depth double precision, lit boolean, begun date, ended date)";

pub fn insert(things: &[Thing]) -> String {
    let row = |thing: &Thing| {
        let text = |text: Option<&str>| text.map_or("NULL".into(), quoted);
        let number = |number: Option<f64>| number.map_or("NULL".into(), |number| number.to_string());
        format!(
            "({}, {}, ST_GeomFromText('{}'), {}, {}, {}, {}, {}, {}, {}, {}, {})",
            quoted(thing.collection),
            quoted(&thing.id),
            thing.shape.to_wkt(),
            text(thing.kind),
            text(thing.name),
            text(thing.note),
            thing.levels.map_or("NULL".into(), |number| number.to_string()),
            number(thing.height),
            number(thing.depth),
            thing.lit.map_or("NULL".into(), |lit| lit.to_string()),
            text(thing.begun),
            text(thing.ended),
        )
    };
    format!("INSERT INTO things VALUES {}", things.iter().map(row).collect::<Vec<_>>().join(",\n"))
}

pub fn sql(condition: &Condition) -> String {
    let joined = |parts: &[Condition], word: &str| {
        let parts: Vec<_> = parts.iter().map(sql).collect();
        format!("({})", parts.join(word))
    };
    match condition {
        Condition::All(parts) => joined(parts, " AND "),
        Condition::Any(parts) => joined(parts, " OR "),
        Condition::Not(part) => format!("(NOT {})", sql(part)),
        Condition::Lit => "lit".into(),
        Condition::Truth(truth) => truth.to_string(),
        Condition::Compare(sign, a, b) => format!("({} {sign} {})", term(a), term(b)),
        Condition::Between(of, low, high) => format!("({} BETWEEN {} AND {})", term(of), term(low), term(high)),
        Condition::In(of, members) => {
            format!("({} IN ({}))", term(of), members.iter().map(term).collect::<Vec<_>>().join(", "))
        }
        Condition::Like(of, pattern) => format!("({} LIKE {})", term(of), quoted(pattern)),
        Condition::IsNull(of) => format!("({} IS NULL)", term(of)),
        Condition::Space(relation, to, shape_first) => {
            let to = match to {
                Area::Shape(shape) => format!("ST_GeomFromText('{}')", shape.to_wkt()),
                Area::Box([west, south, east, north]) => format!("ST_MakeEnvelope({west}, {south}, {east}, {north})"),
            };
            let relation = relation.strip_prefix("s_").unwrap();
            if *shape_first {
                format!("ST_{relation}({to}, geometry)")
            } else {
                format!("ST_{relation}(geometry, {to})")
            }
        }
        Condition::Time(relation, a, b) => time(relation, &ends(a), &ends(b)),
    }
}

fn term(of: &Term) -> String {
    match of {
        Term::Property(name) => (*name).into(),
        Term::Text(text) => quoted(text),
        Term::Whole(number) => format!("({number})::bigint"),
        Term::Real(number) => format!("({number})::double precision"),
        Term::Day(day) => format!("DATE '{day}'"),
        Term::Instant(at) => format!("TIMESTAMP '{}'", at.trim_end_matches('Z')),
        Term::Fold("casei", of) => format!("lower({})", term(of)),
        Term::Fold(_, of) => unaccented(&term(of)),
        Term::Reckon(sign, a, b) => {
            let (a, b) = (term(a), term(b));
            let real = |of: &str| format!("({of})::double precision");
            match *sign {
                "/" => format!("({} / NULLIF({}, 0))", real(&a), real(&b)),
                "%" => real(&format!("mod(({a})::numeric, NULLIF(({b})::numeric, 0))")),
                "div" => real(&format!("div(({a})::numeric, NULLIF(({b})::numeric, 0))")),
                "^" => format!("power({}, {})", real(&a), real(&b)),
                sign => format!("({a} {sign} {b})"),
            }
        }
    }
}

/// Without the marks that decomposition sets apart, but for those of й and ї, which are hidden from it.
fn unaccented(text: &str) -> String {
    let hidden = format!("translate(normalize({text}, NFC), 'йїЙЇ', U&'\\E001\\E002\\E003\\E004')");
    let bare = format!("regexp_replace(normalize({hidden}, NFD), U&'[\\0300-\\036F]', '', 'g')");
    format!("translate({bare}, U&'\\E001\\E002\\E003\\E004', 'йїЙЇ')")
}

fn ends(of: &Span) -> [String; 2] {
    let end = |end: &Option<Term>, open: &str| {
        end.as_ref().map_or(format!("TIMESTAMP '{open}'"), |end| format!("({})::timestamp", term(end)))
    };
    match of {
        Span::Instant(at) => [format!("({})::timestamp", term(at)), format!("({})::timestamp", term(at))],
        Span::Interval(from, to) => [end(from, "-infinity"), end(to, "infinity")],
    }
}

/// The relations as table 8 of the standard defines them by their ends.
fn time(relation: &str, [af, at]: &[String; 2], [bf, bt]: &[String; 2]) -> String {
    let said = match relation {
        "t_after" => format!("{af} > {bt}"),
        "t_before" => format!("{at} < {bf}"),
        "t_contains" => format!("{af} < {bf} AND {at} > {bt}"),
        "t_disjoint" => format!("NOT ({af} <= {bt} AND {at} >= {bf})"),
        "t_during" => format!("{af} > {bf} AND {at} < {bt}"),
        "t_equals" => format!("{af} = {bf} AND {at} = {bt}"),
        "t_finishedby" => format!("{af} < {bf} AND {at} = {bt}"),
        "t_finishes" => format!("{af} > {bf} AND {at} = {bt}"),
        "t_intersects" => format!("{af} <= {bt} AND {at} >= {bf}"),
        "t_meets" => format!("{at} = {bf}"),
        "t_metby" => format!("{af} = {bt}"),
        "t_overlappedby" => format!("{af} > {bf} AND {af} < {bt} AND {at} > {bt}"),
        "t_overlaps" => format!("{af} < {bf} AND {at} > {bf} AND {at} < {bt}"),
        "t_startedby" => format!("{af} = {bf} AND {at} > {bt}"),
        _ => format!("{af} = {bf} AND {at} < {bt}"),
    };
    format!("({said})")
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
