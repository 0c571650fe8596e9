//! FlatGeobuf, with its index: the features stand in Hilbert order, whatever order they were made in.

use std::{fs::File, io::BufWriter, io::Write};

use flatgeobuf::{ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
use geozero::{ColumnValue, PropertyProcessor};

use super::{Layout, Row};
use crate::{
    demo::faults::Fault,
    model::{Collection, FieldType, GeometryKind, Value},
    space::{Geometry, LonLat},
};

/// A FlatGeobuf file being written; the library keeps the features in a temporary file until the end.
pub struct FlatGeobufSink<'a> {
    file: BufWriter<File>,
    writer: FgbWriter<'a>,
    collection: &'a Collection,
    layout: &'a Layout,
}

impl<'a> FlatGeobufSink<'a> {
    pub fn open(file: BufWriter<File>, collection: &'a Collection, layout: &'a Layout) -> anyhow::Result<Self> {
        let shape = match collection.geometry {
            GeometryKind::Point => GeometryType::Point,
            GeometryKind::Line => GeometryType::LineString,
            GeometryKind::Area => GeometryType::Polygon,
        };
        let options = FgbWriterOptions {
            detect_type: false,
            promote_to_multi: false,
            crs: FgbCrs { code: 4326, ..FgbCrs::default() },
            ..FgbWriterOptions::default()
        };
        let mut writer = FgbWriter::create_with_options(collection.id.as_str(), shape, options)?;
        for column in layout.id.into_iter().chain([layout.kind]).chain(layout.photos) {
            writer.add_column(column, ColumnType::String, |_, _| {});
        }
        for (column, field) in layout.fields.iter().zip(&collection.fields) {
            let kind = match field.kind {
                FieldType::Boolean => ColumnType::Bool,
                FieldType::Integer => ColumnType::Long,
                FieldType::Number => ColumnType::Double,
                FieldType::Date | FieldType::Text => ColumnType::String,
            };
            writer.add_column(column, kind, |_, _| {});
        }
        Ok(Self { file, writer, collection, layout })
    }

    pub fn write(&mut self, row: &Row, fault: Option<Fault>) -> anyhow::Result<()> {
        let geometry = geo_types::Geometry::from(&match (&row.geometry, fault) {
            (Geometry::Point(_), Some(Fault::OutsideBounds)) => Geometry::Point(LonLat::new(0.0, 0.0)?),
            (geometry, _) => geometry.clone(),
        });
        let mut texts = Vec::new();
        texts.extend(self.layout.id.map(|_| row.id.clone()));
        texts.push(self.collection.kinds[row.kind].title.uk.clone());
        texts.extend(self.layout.photos.map(|_| row.photos.clone()));
        let mut outcome = Ok(());
        self.writer.add_feature_geom(geometry, |feature| {
            outcome = (|| -> anyhow::Result<()> {
                for (i, text) in texts.iter().enumerate() {
                    feature.property(i, "", &ColumnValue::String(text))?;
                }
                for (i, (field, value)) in self.collection.fields.iter().zip(&row.values).enumerate() {
                    let column = texts.len() + i;
                    // A property that is not there is unknown.
                    match value {
                        _ if fault == Some(Fault::MissingValue) && field.name == "name" => false,
                        Value::Unknown => false,
                        Value::Boolean(yes) => feature.property(column, "", &ColumnValue::Bool(*yes))?,
                        Value::Integer(number) => feature.property(column, "", &ColumnValue::Long(*number))?,
                        Value::Number(number) => feature.property(column, "", &ColumnValue::Double(*number))?,
                        Value::Date(day) => feature.property(column, "", &ColumnValue::String(&day.to_string()))?,
                        Value::Text(text) => feature.property(column, "", &ColumnValue::String(text))?,
                    };
                }
                Ok(())
            })();
        })?;
        outcome
    }

    pub fn finish(mut self) -> anyhow::Result<()> {
        self.writer.write(&mut self.file)?;
        self.file.flush()?;
        Ok(())
    }
}
