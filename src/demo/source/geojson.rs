//! GeoJSON: one feature a line, so that a person can look at it and a difference is short.

use std::{
    fs::File,
    io::{BufWriter, Write},
};

use anyhow::Context;
use serde_json::{Map, Value as Json, json};

use super::{Layout, Row};
use crate::{
    demo::faults::Fault,
    model::{Collection, FieldType},
    space::{Geometry, LonLat},
};

/// A GeoJSON file being written.
pub struct GeoJsonSink<'a> {
    file: BufWriter<File>,
    collection: &'a Collection,
    layout: &'a Layout,
    is_first: bool,
}

impl<'a> GeoJsonSink<'a> {
    pub fn open(mut file: BufWriter<File>, collection: &'a Collection, layout: &'a Layout) -> anyhow::Result<Self> {
        let name = serde_json::to_string(collection.id.as_str())?;
        write!(file, "{{\"type\":\"FeatureCollection\",\"name\":{name},\"features\":[")?;
        Ok(Self { file, collection, layout, is_first: true })
    }

    pub fn write(&mut self, row: &Row, fault: Option<Fault>) -> anyhow::Result<()> {
        let mut properties = Map::new();
        if let Some(id) = self.layout.id {
            properties.insert(id.into(), row.id.as_str().into());
        }
        properties.insert(self.layout.kind.into(), self.collection.kinds[row.kind].title.uk.as_str().into());
        if let Some(photos) = self.layout.photos.filter(|_| !row.photos.is_empty()) {
            properties.insert(photos.into(), row.photos.as_str().into());
        }
        for (column, value) in self.layout.fields.iter().zip(&row.values) {
            properties.insert(column.clone(), serde_json::to_value(value)?);
        }
        let mut geometry = shape(&row.geometry);
        if let Some(fault) = fault {
            self.spoil(fault, &mut properties, &mut geometry)?;
        }
        let feature = json!({ "type": "Feature", "geometry": geometry, "properties": properties });
        self.file.write_all(if self.is_first { b"\n" } else { b",\n" })?;
        self.is_first = false;
        serde_json::to_writer(&mut self.file, &feature)?;
        Ok(())
    }

    pub fn finish(mut self) -> anyhow::Result<()> {
        self.file.write_all(b"\n]}\n")?;
        self.file.flush()?;
        Ok(())
    }

    /// Spoils a feature the way a real export is spoiled.
    fn spoil(&self, fault: Fault, properties: &mut Map<String, Json>, geometry: &mut Json) -> anyhow::Result<()> {
        let of_type = |kind: FieldType| {
            let fits = |field: &&crate::model::Field| field.kind == kind && field.values.is_empty();
            self.collection.fields.iter().find(fits).map(|field| field.name.clone()).context("the plan of faults")
        };
        let (key, value) = match fault {
            Fault::MissingCoordinates => {
                *geometry = Json::Null;
                return Ok(());
            }
            Fault::OutsideBounds => {
                geometry["coordinates"] = json!([0.0, 0.0]);
                return Ok(());
            }
            Fault::WrongGeometry => {
                let at = geometry["coordinates"].clone();
                *geometry = json!({ "type": "LineString", "coordinates": [at, [33.4, 47.9]] });
                return Ok(());
            }
            Fault::BadGeometry => {
                let start = geometry["coordinates"][0].clone();
                geometry["coordinates"] = json!([start]);
                return Ok(());
            }
            Fault::MissingValue => ("name".into(), Json::Null),
            Fault::BadNumber => (of_type(FieldType::Number)?, "12,5,0 тис.".into()),
            Fault::BadInteger => (of_type(FieldType::Integer)?, "близько двадцяти".into()),
            Fault::BadDate => (of_type(FieldType::Date)?, "2025-02-31".into()),
            Fault::BadBoolean => (of_type(FieldType::Boolean)?, "частково".into()),
            Fault::UnknownValue => {
                let list = self.collection.fields.iter().find(|field| !field.values.is_empty());
                (list.context("the plan of faults")?.name.clone(), "Потребує уточнення".into())
            }
            Fault::MissingId => (self.layout.id.context("the plan of faults")?.into(), Json::Null),
            // The plan makes the id itself that of the row before; the rest is of CSV only.
            _ => return Ok(()),
        };
        properties.insert(key, value);
        Ok(())
    }
}

fn shape(geometry: &Geometry) -> Json {
    let place = |at: &LonLat| json!([at.lon(), at.lat()]);
    let line = |places: &[LonLat]| places.iter().map(place).collect::<Vec<_>>();
    let ring = |places: &[LonLat]| places.iter().chain(&places[..1]).map(place).collect::<Vec<_>>();
    match geometry {
        Geometry::Point(at) => json!({ "type": "Point", "coordinates": place(at) }),
        Geometry::Points(all) => json!({ "type": "MultiPoint", "coordinates": line(all) }),
        Geometry::Lines(lines) if lines.len() == 1 => json!({ "type": "LineString", "coordinates": line(&lines[0]) }),
        Geometry::Lines(lines) => {
            let lines = lines.iter().map(|l| line(l)).collect::<Vec<_>>();
            json!({ "type": "MultiLineString", "coordinates": lines })
        }
        Geometry::Areas(areas) => {
            let polygons = areas.iter().map(|area| area.rings().map(ring).collect::<Vec<_>>()).collect::<Vec<_>>();
            match <[_; 1]>::try_from(polygons) {
                Ok([polygon]) => json!({ "type": "Polygon", "coordinates": polygon }),
                Err(polygons) => json!({ "type": "MultiPolygon", "coordinates": polygons }),
            }
        }
    }
}
