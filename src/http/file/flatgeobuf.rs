//! Features as FlatGeobuf, in Hilbert order with an index, so that a reader fetches only the part it looks at.

use std::io::{self, Write};

use flatgeobuf::{ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
use geozero::{ColumnValue, PropertyProcessor};

use crate::{
    http::{geojson::View, items::Question},
    model::{Feature, FieldType, GeometryKind, Value},
    snapshot::Shelf,
    space::Geometry,
};

/// Writes the features; the library keeps them in a temporary file until all are known.
pub fn write(to: &mut impl Write, shelf: &Shelf, features: &[&Feature], question: &Question) -> io::Result<()> {
    let collection = shelf.collection();
    let view = View { crs: &question.crs, only: question.only.as_deref() };
    let several = features.iter().any(|feature| matches!(feature.geometry, Geometry::Points(_)));
    let shape = match collection.geometry {
        GeometryKind::Point if several => GeometryType::MultiPoint,
        GeometryKind::Point => GeometryType::Point,
        GeometryKind::Line => GeometryType::MultiLineString,
        GeometryKind::Area => GeometryType::MultiPolygon,
    };
    let options = FgbWriterOptions {
        detect_type: false,
        promote_to_multi: shape != GeometryType::Point,
        crs: FgbCrs { code: i32::from(question.crs.epsg()), ..FgbCrs::default() },
        ..FgbWriterOptions::default()
    };
    let mut writer =
        FgbWriter::create_with_options(collection.id.as_str(), shape, options).map_err(io::Error::other)?;
    writer.add_column("id", ColumnType::String, |_, _| {});
    writer.add_column("kind", ColumnType::String, |_, _| {});
    let fields: Vec<usize> =
        (0..collection.fields.len()).filter(|at| view.shows(&collection.fields[*at].name)).collect();
    for at in &fields {
        let field = &collection.fields[*at];
        let kind = match field.kind {
            FieldType::Boolean => ColumnType::Bool,
            FieldType::Integer => ColumnType::Long,
            FieldType::Number => ColumnType::Double,
            FieldType::Date => ColumnType::DateTime,
            FieldType::Text => ColumnType::String,
        };
        writer.add_column(&field.name, kind, |_, _| {});
    }
    for feature in features {
        let mut outcome = Ok(());
        let written = writer.add_feature_geom(question.crs.shape(&feature.geometry), |row| {
            outcome = (|| {
                row.property(0, "", &ColumnValue::String(feature.id.as_str()))?;
                if let Some(kind) = &feature.kind {
                    row.property(1, "", &ColumnValue::String(kind))?;
                }
                for (column, at) in fields.iter().enumerate() {
                    let column = column + 2;
                    // A property that is not there is unknown.
                    match &feature.values[*at] {
                        Value::Unknown => false,
                        Value::Boolean(yes) => row.property(column, "", &ColumnValue::Bool(*yes))?,
                        Value::Integer(number) => row.property(column, "", &ColumnValue::Long(*number))?,
                        Value::Number(number) => row.property(column, "", &ColumnValue::Double(*number))?,
                        Value::Date(day) => row.property(column, "", &ColumnValue::DateTime(&day.to_string()))?,
                        Value::Text(text) => row.property(column, "", &ColumnValue::String(text))?,
                    };
                }
                Ok::<_, geozero::error::GeozeroError>(())
            })();
        });
        written.map_err(io::Error::other)?;
        outcome.map_err(io::Error::other)?;
    }
    writer.write(to).map_err(io::Error::other)
}
