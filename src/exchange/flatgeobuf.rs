//! FlatGeobuf with its index: a reader over HTTP fetches only what lies in the box it asks for.

use std::io::Write;

use flatgeobuf::{ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
use geozero::{ColumnValue, PropertyProcessor, error::GeozeroError};

use crate::model::{Collection, Feature, FieldType, GeometryKind, Value};

use super::OWN_COLUMNS;

/// Writes features, each of this collection, in the order of the index (a Hilbert curve), whatever order they come in.
///
/// Columns: `id`, `kind`, the fields by name; the unknown is not there. Longitude and latitude are those of WGS84, and all
/// shapes are multi where one of them is. `about` is said of the whole: as JSON, and its `attribution` as description.
pub fn write_flatgeobuf(
    to: impl Write,
    of: &Collection,
    features: &[&Feature],
    about: &serde_json::Value,
) -> anyhow::Result<()> {
    let is_multi = features.iter().any(|feature| feature.geometry.geojson_type().starts_with("Multi"));
    let kind = match (of.geometry, is_multi) {
        (GeometryKind::Point, false) => GeometryType::Point,
        (GeometryKind::Point, true) => GeometryType::MultiPoint,
        (GeometryKind::Line, false) => GeometryType::LineString,
        (GeometryKind::Line, true) => GeometryType::MultiLineString,
        (GeometryKind::Area, false) => GeometryType::Polygon,
        (GeometryKind::Area, true) => GeometryType::MultiPolygon,
    };
    let metadata = about.to_string();
    let options = FgbWriterOptions {
        write_index: true,
        detect_type: false,
        promote_to_multi: false,
        crs: FgbCrs { code: 4326, ..FgbCrs::default() },
        title: Some(&of.title.uk),
        description: about["attribution"].as_str(),
        metadata: Some(&metadata),
        ..FgbWriterOptions::default()
    };
    let mut writer = FgbWriter::create_with_options(of.id.as_str(), kind, options)?;
    for column in OWN_COLUMNS {
        writer.add_column(column, ColumnType::String, |_, _| {});
    }
    for field in &of.fields {
        let column = match field.kind {
            FieldType::Boolean => ColumnType::Bool,
            FieldType::Integer => ColumnType::Long,
            FieldType::Number => ColumnType::Double,
            // A day without a time is ISO 8601, which is all that the type asks for.
            FieldType::Date => ColumnType::DateTime,
            FieldType::Text => ColumnType::String,
        };
        writer.add_column(&field.name, column, |_, _| {});
    }
    for feature in features {
        let mut told = Ok(());
        let shape = geo_types::Geometry::from(&feature.geometry);
        writer.add_feature_geom(if is_multi { multi(shape) } else { shape }, |properties| {
            told = tell(feature, properties);
        })?;
        told?;
    }
    writer.write(to)?;
    Ok(())
}

fn multi(shape: geo_types::Geometry<f64>) -> geo_types::Geometry<f64> {
    use geo_types::Geometry as G;
    match shape {
        G::Point(point) => G::MultiPoint(vec![point].into()),
        G::LineString(line) => G::MultiLineString(geo_types::MultiLineString(vec![line])),
        G::Polygon(polygon) => G::MultiPolygon(polygon.into()),
        other => other,
    }
}

fn tell(feature: &Feature, to: &mut impl PropertyProcessor) -> Result<(), GeozeroError> {
    to.property(0, "", &ColumnValue::String(feature.id.as_str()))?;
    if let Some(kind) = &feature.kind {
        to.property(1, "", &ColumnValue::String(kind))?;
    }
    for (i, value) in feature.values.iter().enumerate() {
        let column = OWN_COLUMNS.len() + i;
        match value {
            Value::Unknown => {}
            Value::Boolean(b) => drop(to.property(column, "", &ColumnValue::Bool(*b))?),
            Value::Integer(i) => drop(to.property(column, "", &ColumnValue::Long(*i))?),
            Value::Number(n) => drop(to.property(column, "", &ColumnValue::Double(*n))?),
            Value::Date(d) => drop(to.property(column, "", &ColumnValue::DateTime(&d.to_string()))?),
            Value::Text(t) => drop(to.property(column, "", &ColumnValue::String(t))?),
        }
    }
    Ok(())
}
