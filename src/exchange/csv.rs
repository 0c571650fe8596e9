//! CSV (RFC 4180): a row a feature, in UTF-8; a place in two columns, every shape as well-known text.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@` or a control character for a formula. Such a text gets
//! an apostrophe before it, which spreadsheets do not show, unless it is a number or a telephone number, which without
//! letters can call nothing.

use std::{
    io::{self, Write},
    iter::once,
};

use super::View;
use crate::{
    model::{Collection, Feature, Field, GeometryKind, Value},
    space::{Geometry, wkt},
};

/// How a CSV file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Csv {
    /// Begins with a byte order mark, without which Excel takes UTF-8 for something else.
    pub bom: bool,
}

/// Writes features, each of this collection, in the order in which they come.
///
/// Columns: `id`, then of what is shown `kind`, the fields by name, and, for `geometry`, the place in two columns where
/// the collection has places (`lon` and `lat` in degrees, `x` and `y` in metres) and `wkt` (well-known text of the same
/// numbers, easting first). The unknown is an empty cell; several places of one object stand in `wkt` only.
pub fn write_csv(
    mut to: impl Write,
    of: &Collection,
    features: &[&Feature],
    view: View<'_>,
    how: Csv,
) -> io::Result<()> {
    if how.bom {
        to.write_all("\u{feff}".as_bytes())?;
    }
    let fields = view.fields(of);
    let rows = features.iter().map(|feature| row(of, feature, &fields, view));
    write_rows(to, once(head(of, &fields, view)).chain(rows))
}

/// Writes rows of as many cells each, the first of them the head.
pub fn write_rows(to: impl Write, rows: impl IntoIterator<Item = Vec<String>>) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
    for row in rows {
        writer.write_record(&row)?;
    }
    writer.flush()
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

fn head(of: &Collection, fields: &[(usize, &Field)], view: View<'_>) -> Vec<String> {
    let mut head = vec!["id"];
    head.extend(view.shows("kind").then_some("kind"));
    head.extend(fields.iter().map(|(_, field)| field.name.as_str()));
    if view.shows("geometry") {
        if of.geometry == GeometryKind::Point {
            head.extend(if view.crs.is_degrees() { ["lon", "lat"] } else { ["x", "y"] });
        }
        head.push("wkt");
    }
    head.into_iter().map(Into::into).collect()
}

fn row(of: &Collection, feature: &Feature, fields: &[(usize, &Field)], view: View<'_>) -> Vec<String> {
    let mut cells = vec![harmless(feature.id.as_str())];
    if view.shows("kind") {
        cells.push(feature.kind.as_deref().unwrap_or_default().into());
    }
    cells.extend(fields.iter().map(|(at, _)| cell(&feature.values[*at])));
    if view.shows("geometry") {
        match &feature.geometry {
            Geometry::Point(at) => cells.extend(view.crs.easting_first(*at).map(|number| number.to_string())),
            _ if of.geometry == GeometryKind::Point => cells.extend([String::new(), String::new()]),
            _ => {}
        }
        cells.push(wkt::written(&view.crs.shape(&feature.geometry)));
    }
    cells
}

fn cell(value: &Value) -> String {
    match value {
        Value::Unknown => String::new(),
        Value::Boolean(b) => b.to_string(),
        Value::Integer(i) => i.to_string(),
        Value::Number(n) => n.to_string(),
        Value::Date(d) => d.to_string(),
        Value::Text(t) => harmless(t),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Audience, CollectionId, Title},
        space::{LonLat, Offered},
    };

    #[test]
    fn what_is_unknown_is_an_empty_cell_and_what_is_several_places_is_text() {
        let title = || Title { uk: "Дерева".into(), en: "Trees".into() };
        let of = Collection {
            id: CollectionId::new("trees").unwrap(),
            title: title(),
            geometry: GeometryKind::Point,
            fields: vec![crate::model::Field {
                name: "name".into(),
                kind: crate::model::FieldType::Text,
                title: title(),
                unit: None,
                format: None,
                values: vec![],
                chart: None,
                adds_up: false,
                unique: false,
            }],
            kinds: vec![],
            service_area: None,
            author: None,
            post: None,
            licence: None,
            update_period: None,
            next_due: None,
            audience: Audience::Public,
            min_zoom: 0,
            icon: "tree".into(),
            priority: 50,
        };
        let at = |lon, lat| LonLat::new(lon, lat).unwrap();
        let point = Geometry::Point(at(33.25, 47.5));
        let one = Feature::new(&of, "1", None, point, vec!["Дуб, «старий»\n\"A\"".into()]).unwrap();
        let points = Geometry::Points(Box::new([at(33.25, 47.5), at(33.5, 47.75)]));
        let two = Feature::new(&of, "2", None, points, vec![Value::Unknown]).unwrap();
        let written = |features: &[&Feature], view: View<'_>, how| {
            let mut bytes = Vec::new();
            write_csv(&mut bytes, &of, features, view, how).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        let wanted = "\u{feff}id,kind,name,lon,lat,wkt\r\n\
                      1,,\"Дуб, «старий»\n\"\"A\"\"\",33.25,47.5,POINT(33.25 47.5)\r\n\
                      2,,,,,\"MULTIPOINT((33.25 47.5), (33.5 47.75))\"\r\n";
        assert_eq!(written(&[&one, &two], View::WHOLE, Csv { bom: true }), wanted);

        let only = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let crs = Offered::at(Some("http://www.opengis.net/def/crs/EPSG/0/6385"));
        let places = written(&[&one], View { crs: &crs, only: Some(&only(&["geometry"])) }, Csv::default());
        let [x, y] = crs.easting_first(at(33.25, 47.5));
        assert_eq!(places, format!("id,x,y,wkt\r\n1,{x},{y},POINT({x} {y})\r\n"));
        let kinds = written(&[&two], View { crs: &crs, only: Some(&only(&["kind"])) }, Csv::default());
        assert_eq!(kinds, "id,kind\r\n2,\r\n");
    }

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
