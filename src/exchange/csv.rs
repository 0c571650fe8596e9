//! CSV (RFC 4180): a row a feature, in UTF-8; a place in two columns, any other shape as well-known text.

use std::io::Write;

use anyhow::Context as _;
use geozero::ToWkt as _;

use crate::{
    model::{Collection, Feature, GeometryKind, Value},
    space::Geometry,
};

use super::OWN_COLUMNS;

/// How a CSV file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Csv {
    /// Begins with a byte order mark, without which Excel takes UTF-8 for something else.
    pub bom: bool,
}

/// Writes features, each of this collection, in the order in which they come.
///
/// Columns: `id`, `kind`, the fields by name, then `lon` and `lat` in degrees where the collection has places, and
/// `geometry` (well-known text of the same degrees) where any of its shapes is more than one place. The unknown is an
/// empty cell.
pub fn write_csv(mut to: impl Write, of: &Collection, features: &[&Feature], how: Csv) -> anyhow::Result<()> {
    if how.bom {
        to.write_all("\u{feff}".as_bytes())?;
    }
    let mut rows = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
    let is_place = of.geometry == GeometryKind::Point;
    let mut header: Vec<&str> = OWN_COLUMNS.to_vec();
    header.extend(of.fields.iter().map(|field| field.name.as_str()));
    let has_shapes = !is_place || features.iter().any(|feature| matches!(feature.geometry, Geometry::Points(_)));
    header.extend(if is_place { ["lon", "lat"].as_slice() } else { &[] });
    header.extend(has_shapes.then_some("geometry"));
    rows.write_record(&header)?;
    let mut cells: Vec<String> = Vec::with_capacity(header.len());
    for feature in features {
        cells.clear();
        cells.push(feature.id.as_str().into());
        cells.push(feature.kind.as_deref().unwrap_or_default().into());
        cells.extend(feature.values.iter().map(text));
        if let Geometry::Point(at) = &feature.geometry {
            cells.extend([at.lon().to_string(), at.lat().to_string()]);
        } else if is_place {
            cells.extend([String::new(), String::new()]);
        }
        if has_shapes {
            let shape = geo_types::Geometry::from(&feature.geometry);
            cells.push(shape.to_wkt().with_context(|| format!("the shape of `{}`", feature.id))?);
        }
        rows.write_record(&cells)?;
    }
    rows.flush()?;
    Ok(())
}

fn text(value: &Value) -> String {
    match value {
        Value::Unknown => String::new(),
        Value::Boolean(b) => b.to_string(),
        Value::Integer(i) => i.to_string(),
        Value::Number(n) => n.to_string(),
        Value::Date(d) => d.to_string(),
        Value::Text(t) => t.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Audience, CollectionId, Title},
        space::LonLat,
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
        let written = |features: &[&Feature], how| {
            let mut bytes = Vec::new();
            write_csv(&mut bytes, &of, features, how).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        let wanted = "id,kind,name,lon,lat\r\n1,,\"Дуб, «старий»\n\"\"A\"\"\",33.25,47.5\r\n";
        assert_eq!(written(&[&one], Csv::default()), wanted);
        let wanted = "\u{feff}id,kind,name,lon,lat,geometry\r\n1,,\"Дуб, «старий»\n\"\"A\"\"\",33.25,47.5,POINT(33.25 47.5)\r\n\
                      2,,,,,\"MULTIPOINT(33.25 47.5,33.5 47.75)\"\r\n";
        assert_eq!(written(&[&one, &two], Csv { bom: true }), wanted);
    }
}
