//! FlatGeobuf with its index: a reader over HTTP fetches only what lies in the box it asks for.

use std::io::{self, Write};

use flatgeobuf::{ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
use geozero::{ColumnValue, PropertyProcessor, error::GeozeroError};

use super::View;
use crate::model::{Collection, Feature, Field, FieldType, GeometryKind, Value};

/// Writes features, each of this collection, in the order of the index (a Hilbert curve), whatever order they come in.
///
/// Columns: `id`, then of what is shown `kind` and the fields by name; the unknown is not there. Easting (longitude) stands
/// first. Areas are always multi, places where one object has several, lines as each is. `imprint` is said of the whole: as JSON,
/// and its `attribution` as description. The library keeps the features in a temporary file until all are known.
pub fn write_flatgeobuf(
    to: impl Write,
    of: &Collection,
    features: &[&Feature],
    view: View<'_>,
    imprint: &serde_json::Value,
) -> io::Result<()> {
    let several = features.iter().any(|feature| feature.geometry.geojson_type().starts_with("Multi"));
    let kind = match of.geometry {
        GeometryKind::Point if several => GeometryType::MultiPoint,
        GeometryKind::Point => GeometryType::Point,
        // The library does not say where the only line of a multi ends, which GDAL takes for damage: each as it is.
        GeometryKind::Line if several => GeometryType::Unknown,
        GeometryKind::Line => GeometryType::LineString,
        GeometryKind::Area => GeometryType::MultiPolygon,
    };
    let metadata = imprint.to_string();
    let options = FgbWriterOptions {
        // An index of nothing is damage to GDAL.
        write_index: !features.is_empty(),
        detect_type: false,
        promote_to_multi: false,
        crs: FgbCrs { code: i32::from(view.crs.epsg()), ..FgbCrs::default() },
        title: Some(&of.title.uk),
        description: imprint["attribution"].as_str(),
        metadata: Some(&metadata),
        ..FgbWriterOptions::default()
    };
    let mut writer = FgbWriter::create_with_options(of.id.as_str(), kind, options).map_err(io::Error::other)?;
    writer.add_column("id", ColumnType::String, |_, _| {});
    if view.shows("kind") {
        writer.add_column("kind", ColumnType::String, |_, _| {});
    }
    let fields = view.fields(of);
    for (_, field) in &fields {
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
        let shape = view.crs.shape(&feature.geometry);
        // The library would make areas multi by itself, but not places.
        let shape =
            if matches!(kind, GeometryType::MultiPoint | GeometryType::MultiPolygon) { multi(shape) } else { shape };
        let written =
            writer.add_feature_geom(shape, |properties| told = tell(feature, &fields, view.shows("kind"), properties));
        written.map_err(io::Error::other)?;
        told.map_err(io::Error::other)?;
    }
    writer.write(to).map_err(io::Error::other)
}

fn multi(shape: geo_types::Geometry<f64>) -> geo_types::Geometry<f64> {
    use geo_types::Geometry as G;
    match shape {
        G::Point(point) => G::MultiPoint(vec![point].into()),
        G::Polygon(polygon) => G::MultiPolygon(polygon.into()),
        other => other,
    }
}

fn tell(
    feature: &Feature,
    fields: &[(usize, &Field)],
    with_kind: bool,
    to: &mut impl PropertyProcessor,
) -> Result<(), GeozeroError> {
    to.property(0, "", &ColumnValue::String(feature.id.as_str()))?;
    if let Some(kind) = feature.kind.as_ref().filter(|_| with_kind) {
        to.property(1, "", &ColumnValue::String(kind))?;
    }
    for (column, (at, _)) in (1 + usize::from(with_kind)..).zip(fields) {
        match &feature.values[*at] {
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
