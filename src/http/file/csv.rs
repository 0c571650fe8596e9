//! Features as CSV (RFC 4180): a row each, a column a property, the shape as well-known text.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@` or a control character for a formula. Such a text gets
//! an apostrophe before it, which spreadsheets do not show, unless it is a number or a telephone number, which without
//! letters can call nothing.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use crate::{
    http::{crs::Asked, geojson::View, items::Question},
    model::{Feature, GeometryKind, Value},
    snapshot::Shelf,
    space::{Geometry, LonLat},
};

/// The mark by which Excel knows UTF-8.
const BOM: &[u8] = "\u{feff}".as_bytes();

/// Writes a head row and the features.
pub fn write(
    to: &mut impl Write,
    shelf: &Shelf,
    features: &[&Feature],
    question: &Question,
    bom: bool,
) -> io::Result<()> {
    let collection = shelf.collection();
    let view = View { crs: &question.crs, only: question.only.as_deref() };
    let fields: Vec<usize> =
        (0..collection.fields.len()).filter(|at| view.shows(&collection.fields[*at].name)).collect();
    let has_place = collection.geometry == GeometryKind::Point && view.shows("geometry");
    if bom {
        to.write_all(BOM)?;
    }
    let mut rows = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(to);
    let mut head = vec!["id"];
    if view.shows("kind") {
        head.push("kind");
    }
    head.extend(fields.iter().map(|at| collection.fields[*at].name.as_str()));
    if has_place {
        head.extend(if question.crs.epsg() == 4326 { ["lon", "lat"] } else { ["x", "y"] });
    }
    if view.shows("geometry") {
        head.push("wkt");
    }
    rows.write_record(&head)?;
    let mut cells: Vec<String> = Vec::with_capacity(head.len());
    for feature in features {
        cells.clear();
        cells.push(harmless(feature.id.as_str()));
        if view.shows("kind") {
            cells.push(feature.kind.as_deref().unwrap_or_default().into());
        }
        cells.extend(fields.iter().map(|at| cell(&feature.values[*at])));
        if has_place {
            match &feature.geometry {
                Geometry::Point(at) => cells.extend(question.crs.easting_first(*at).map(|number| number.to_string())),
                // Several places of one object stand in the well-known text only.
                _ => cells.extend([String::new(), String::new()]),
            }
        }
        if view.shows("geometry") {
            cells.push(wkt(&feature.geometry, &question.crs));
        }
        rows.write_record(&cells)?;
    }
    rows.flush()
}

fn cell(value: &Value) -> String {
    match value {
        Value::Unknown => String::new(),
        Value::Boolean(yes) => yes.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Date(day) => day.to_string(),
        Value::Text(text) => harmless(text),
    }
}

/// A text that no spreadsheet takes for a formula.
pub fn harmless(text: &str) -> String {
    let is_number = |rest: &str| rest.chars().all(|c| c.is_ascii_digit() || " ()-.,".contains(c));
    let guarded = match text.chars().next() {
        Some('=' | '@' | '\t' | '\r' | '\n') => true,
        Some('+' | '-') => !is_number(&text[1..]),
        _ => false,
    };
    if guarded { format!("'{text}") } else { text.into() }
}

/// Well-known text (OGC 06-103r4), easting first.
fn wkt(geometry: &Geometry, crs: &Asked) -> String {
    let place = |at: &LonLat| {
        let [x, y] = crs.easting_first(*at);
        format!("{x} {y}")
    };
    let list = |of: Vec<String>| format!("({})", of.join(","));
    let path = |places: &[LonLat]| list(places.iter().map(place).collect());
    let ring = |places: &[LonLat]| list(places.iter().chain(places.first()).map(place).collect());
    let area = |area: &crate::space::Area| list(area.rings().map(ring).collect());
    let mut text = geometry.geojson_type().to_ascii_uppercase();
    let written = match geometry {
        Geometry::Point(at) => list(vec![place(at)]),
        Geometry::Points(all) => list(all.iter().map(|at| list(vec![place(at)])).collect()),
        Geometry::Lines(lines) if lines.len() == 1 => path(&lines[0]),
        Geometry::Lines(lines) => list(lines.iter().map(|line| path(line)).collect()),
        Geometry::Areas(areas) if areas.len() == 1 => area(&areas[0]),
        Geometry::Areas(areas) => list(areas.iter().map(area).collect()),
    };
    let _ = write!(text, " {written}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_shown_instead() {
        for formula in ["=1+1", "@SUM(A1)", "+HYPERLINK(\"http://x\")", "-cmd|' /C calc'!A0", "\t=1", "\r=1"] {
            assert_eq!(harmless(formula), format!("'{formula}"));
        }
        for text in ["+380 (56) 400-12-34", "-5.5", "школа № 1", "", "a=b", "'"] {
            assert_eq!(harmless(text), text);
        }
    }
}
