//! A `Layer` is one collection as a typed table of the GeoPackage, as QGIS and GDAL see it.

use std::{fmt::Write as _, sync::Arc};

use geozero::{CoordDimensions, ToGeo, ToWkb, wkb::GpkgWkb};
use rusqlite::{
    Connection, ToSql, params,
    types::{ToSqlOutput, ValueRef},
};

use super::{Fault, StoreError};
use crate::{
    model::{Collection, Feature, Field, FieldType, GeometryKind, Value},
    space::{BBox, Geometry},
};

/// One table of features; while an import runs, its rows are gathered in a table beside it.
#[derive(Debug)]
pub struct Layer<'a> {
    name: String,
    collection: &'a Collection,
    insert: String,
}

impl<'a> Layer<'a> {
    /// The layer of a collection under the name it gets: the id with underscores.
    pub fn new(collection: &'a Collection) -> Self {
        Self::named(collection.id.as_str().replace('-', "_"), collection)
    }

    /// The layer of a collection under the name it has.
    pub fn named(name: String, collection: &'a Collection) -> Self {
        let mut insert = format!("INSERT INTO \"{name}__new\" (geom, id, kind");
        for field in &collection.fields {
            let _ = write!(insert, ", \"{}\"", field.name);
        }
        insert.push_str(") VALUES (?");
        insert.push_str(&", ?".repeat(collection.fields.len() + 2));
        insert.push(')');
        Self { name, collection, insert }
    }

    /// Name of the table.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Makes the table in which an import gathers its rows.
    pub fn create_new(&self, on: &Connection) -> rusqlite::Result<()> {
        let mut columns = String::new();
        for field in &self.collection.fields {
            let _ = write!(columns, ", \"{}\" {}", field.name, sql_type(field));
        }
        on.execute_batch(&format!(
            "CREATE TABLE \"{}__new\" (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom BLOB, id TEXT NOT NULL UNIQUE, kind TEXT{columns})",
            self.name
        ))
    }

    /// Forgets what was gathered.
    pub fn drop_new(&self, on: &Connection) -> rusqlite::Result<()> {
        on.execute_batch(&format!("DROP TABLE \"{}__new\"", self.name))
    }

    /// Adds a feature to what is gathered.
    pub fn insert(&self, on: &Connection, feature: &Feature, geometry: &[u8]) -> rusqlite::Result<()> {
        let mut insert = on.prepare_cached(&self.insert)?;
        insert.raw_bind_parameter(1, geometry)?;
        insert.raw_bind_parameter(2, feature.id.as_str())?;
        insert.raw_bind_parameter(3, feature.kind.as_deref())?;
        for (i, value) in feature.values.iter().enumerate() {
            insert.raw_bind_parameter(i + 4, Column(value))?;
        }
        insert.raw_execute()?;
        Ok(())
    }

    /// Puts what was gathered in the place of what was there, and tells GeoPackage readers of it.
    pub fn publish(
        &self,
        on: &Connection,
        replaces: bool,
        bbox: Option<BBox>,
        several_points: bool,
    ) -> rusqlite::Result<()> {
        let Self { name, collection, .. } = self;
        if replaces {
            on.execute("DELETE FROM gpkg_geometry_columns WHERE table_name = ?1", [name])?;
            on.execute("DELETE FROM gpkg_contents WHERE table_name = ?1", [name])?;
            on.execute_batch(&format!("DROP TABLE \"{name}\""))?;
        }
        on.execute_batch(&format!("ALTER TABLE \"{name}__new\" RENAME TO \"{name}\""))?;
        let [west, south, east, north] = bbox.map_or([None; 4], |bbox| bbox.to_array().map(Some));
        on.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, min_x, min_y, max_x, max_y, srs_id)
             VALUES (?1, 'features', ?1, ?2, ?3, ?4, ?5, ?6, 4326)",
            params![name, collection.title.uk, west, south, east, north],
        )?;
        let shape = match collection.geometry {
            GeometryKind::Point if several_points => "GEOMETRY",
            GeometryKind::Point => "POINT",
            GeometryKind::Line => "MULTILINESTRING",
            GeometryKind::Area => "MULTIPOLYGON",
        };
        on.execute("INSERT INTO gpkg_geometry_columns VALUES (?1, 'geom', ?2, 4326, 0, 0)", params![name, shape])?;
        Ok(())
    }

    /// Reads the layer in the order of ids; rows that are no features come back as faults.
    pub fn read(&self, on: &Connection) -> rusqlite::Result<(Vec<Feature>, Vec<Fault>)> {
        let mut columns = String::from("fid, geom, id, kind");
        for field in &self.collection.fields {
            let _ = write!(columns, ", \"{}\"", field.name);
        }
        let mut rows = on.prepare(&format!("SELECT {columns} FROM \"{}\" ORDER BY id", self.name))?;
        let mut rows = rows.query([])?;
        let (mut features, mut faults) = (Vec::new(), Vec::new());
        let mut words = Words::default();
        while let Some(row) = rows.next()? {
            let fid = row.get(0)?;
            match self.feature(row, &mut words) {
                Ok(feature) => features.push(feature),
                Err(problem) => faults.push(Fault { layer: self.name.clone(), row: fid, problem }),
            }
        }
        Ok((features, faults))
    }

    fn feature(&self, row: &rusqlite::Row<'_>, words: &mut Words) -> Result<Feature, String> {
        let blob = row.get_ref(1).ok().and_then(|cell| cell.as_blob().ok()).ok_or("no geometry")?;
        let geometry = decode(blob)?;
        let id = row.get_ref(2).ok().and_then(|cell| cell.as_str().ok()).ok_or("no id")?;
        let kind = match row.get_ref(3).map_err(|error| error.to_string())? {
            ValueRef::Null => None,
            cell => Some(words.shared(cell.as_str().map_err(|error| error.to_string())?)),
        };
        let mut values = Vec::with_capacity(self.collection.fields.len());
        for (i, field) in self.collection.fields.iter().enumerate() {
            let cell = row.get_ref(i + 4).map_err(|error| error.to_string())?;
            values.push(value(field, cell, words)?);
        }
        Feature::new(self.collection, id, kind, geometry, values).map_err(|error| error.to_string())
    }
}

/// A geometry as a GeoPackage blob with its envelope; lines and areas are always multi, as their layer declares.
pub fn encode(geometry: &Geometry, bbox: BBox) -> Result<Vec<u8>, StoreError> {
    use geo_types::Geometry as G;
    let shape = match G::from(geometry) {
        G::LineString(line) => G::MultiLineString(geo_types::MultiLineString(vec![line])),
        G::Polygon(polygon) => G::MultiPolygon(geo_types::MultiPolygon(vec![polygon])),
        other => other,
    };
    // The envelope of clause 2.1.3.1.1 is [min x, max x, min y, max y]; a point carries none.
    let envelope = match geometry {
        Geometry::Point(_) => Vec::new(),
        _ => vec![bbox.west, bbox.east, bbox.south, bbox.north],
    };
    Ok(shape.to_gpkg_wkb(CoordDimensions::xy(), Some(4326), envelope)?)
}

fn decode(blob: &[u8]) -> Result<Geometry, String> {
    let shape = GpkgWkb(blob).to_geo().map_err(|error| error.to_string())?;
    Geometry::try_from(&shape).map_err(|error| error.to_string())
}

fn value(field: &Field, cell: ValueRef<'_>, words: &mut Words) -> Result<Value, String> {
    let wrong = || format!("column `{}` is {}, not {}", field.name, cell.data_type(), field.kind.name());
    Ok(match (field.kind, cell) {
        (_, ValueRef::Null) => Value::Unknown,
        (FieldType::Text, ValueRef::Text(_)) => Value::Text(words.shared(cell.as_str().map_err(|_| wrong())?)),
        (FieldType::Integer, ValueRef::Integer(i)) => Value::Integer(i),
        (FieldType::Number, ValueRef::Real(n)) => Value::Number(n),
        (FieldType::Number, ValueRef::Integer(i)) => Value::Number(i as f64),
        (FieldType::Boolean, ValueRef::Integer(b @ (0 | 1))) => Value::Boolean(b == 1),
        (FieldType::Date, ValueRef::Text(_)) => {
            let text = cell.as_str().map_err(|_| wrong())?;
            Value::Date(text.parse().map_err(|_| format!("column `{}`: `{text}` is not a date", field.name))?)
        }
        _ => return Err(wrong()),
    })
}

fn sql_type(field: &Field) -> &'static str {
    match field.kind {
        FieldType::Text => "TEXT",
        FieldType::Integer => "INTEGER",
        FieldType::Number => "DOUBLE",
        FieldType::Boolean => "BOOLEAN",
        FieldType::Date => "DATE",
    }
}

/// A value as SQLite keeps it.
struct Column<'a>(&'a Value);

impl ToSql for Column<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Value::Unknown => ToSqlOutput::Borrowed(ValueRef::Null),
            Value::Boolean(b) => ToSqlOutput::Borrowed(ValueRef::Integer(i64::from(*b))),
            Value::Integer(i) => ToSqlOutput::Borrowed(ValueRef::Integer(*i)),
            Value::Number(n) => ToSqlOutput::Borrowed(ValueRef::Real(*n)),
            Value::Date(d) => ToSqlOutput::Owned(d.to_string().into()),
            Value::Text(t) => ToSqlOutput::Borrowed(ValueRef::Text(t.as_bytes())),
        })
    }
}

/// Words said by many features of a layer, kept once.
#[derive(Default)]
struct Words(std::collections::HashSet<Arc<str>>);

impl Words {
    /// Texts longer than this are hardly ever said twice.
    const LONGEST: usize = 48;

    fn shared(&mut self, text: &str) -> Arc<str> {
        if text.len() > Self::LONGEST {
            return text.into();
        }
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let word: Arc<str> = text.into();
        self.0.insert(word.clone());
        word
    }
}
