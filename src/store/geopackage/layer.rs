//! A `Layer` is one collection as a typed table of the GeoPackage, as QGIS and GDAL see it.

use std::fmt::Write as _;

use rusqlite::{
    Connection, OptionalExtension, Row, ToSql, params,
    types::{ToSqlOutput, ValueRef},
};

use super::{blob, watch};
use crate::{
    model::{Collection, Feature, Field, FieldType, GeometryKind, Value},
    space::BBox,
    store::{
        Edited, Origin, StoreError,
        comparison::{Known, Mark},
        content::Standing,
        copy::TakeRow,
        log::Reading,
        words::{Said, Words},
    },
};

/// One table of features; while an import runs, the rows it writes are gathered in it where it is new, else in one beside it.
#[derive(Debug)]
pub struct Layer<'a> {
    name: String,
    /// The table in which rows are gathered, as SQL names it.
    gathered: String,
    collection: &'a Collection,
    insert: String,
}

/// The columns of a layer before those of its fields.
const OWN_COLUMNS: &str = "id, mapa_hash, mapa_revision, mapa_row, mapa_record, geom, kind";

/// What stands behind the columns of a row whose past is told.
const STANDING: &str = "mapa_revision, mapa_row, mapa_record";

impl<'a> Layer<'a> {
    /// The layer of a collection under its name.
    pub fn new(name: String, collection: &'a Collection) -> Self {
        Self::gathering(quoted(&name), name, collection)
    }

    /// The layer of a collection that is there and goes on being read while rows are gathered for it.
    ///
    /// They are gathered in a table that only this connection sees: at each table that comes or goes in the file, every
    /// reader has to read all tables and triggers anew, which takes a tenth of a second. For that no table is renamed either.
    pub fn standing(name: String, collection: &'a Collection) -> Self {
        Self::gathering("temp.mapa_new".into(), name, collection)
    }

    fn gathering(gathered: String, name: String, collection: &'a Collection) -> Self {
        let mut insert = format!("INSERT INTO {gathered} ({OWN_COLUMNS}");
        for field in &collection.fields {
            let _ = write!(insert, ", \"{}\"", field.name);
        }
        insert.push_str(") VALUES (?");
        insert.push_str(&", ?".repeat(collection.fields.len() + 6));
        insert.push(')');
        Self { name, gathered, collection, insert }
    }

    /// Name of the table.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Makes the table in which an import gathers its rows.
    pub fn create_new(&self, on: &Connection) -> rusqlite::Result<()> {
        self.create(&self.gathered, on)
    }

    fn create(&self, table: &str, on: &Connection) -> rusqlite::Result<()> {
        let mut columns = String::new();
        for field in &self.collection.fields {
            let _ = write!(columns, ", \"{}\" {}", field.name, sql_type(field));
        }
        on.execute_batch(&format!(
            "CREATE TABLE {table} (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, \
             id TEXT UNIQUE, \
             mapa_hash BLOB, mapa_revision INTEGER, mapa_row INTEGER, mapa_record TEXT, geom BLOB, kind TEXT{columns})"
        ))
    }

    /// Forgets what was gathered.
    pub fn drop_new(&self, on: &Connection) -> rusqlite::Result<()> {
        on.execute_batch(&format!("DROP TABLE {}", self.gathered))
    }

    /// Adds a feature to what is gathered.
    pub fn insert(
        &self,
        on: &Connection,
        (feature, mark): (&Feature, Mark),
        origin: Origin<'_>,
        geometry: &[u8],
    ) -> rusqlite::Result<()> {
        let mut insert = on.prepare_cached(&self.insert)?;
        insert.raw_bind_parameter(1, feature.id.as_str())?;
        insert.raw_bind_parameter(2, mark.hash.as_ref().map(|hash| &hash[..]))?;
        insert.raw_bind_parameter(3, mark.since)?;
        insert.raw_bind_parameter(4, origin.row.map(|row| i64::try_from(row).unwrap_or(i64::MAX)))?;
        insert.raw_bind_parameter(5, origin.record)?;
        insert.raw_bind_parameter(6, geometry)?;
        insert.raw_bind_parameter(7, feature.kind.as_deref())?;
        for (i, value) in feature.values.iter().enumerate() {
            insert.raw_bind_parameter(i + 8, Column(value))?;
        }
        insert.raw_execute()?;
        Ok(())
    }

    /// What the layer has, by hashes.
    pub fn known(&self, on: &Connection) -> rusqlite::Result<Vec<Known>> {
        let mut rows = on.prepare(&format!("SELECT fid, id, mapa_hash, mapa_revision FROM \"{}\"", self.name))?;
        let mut rows = rows.query([])?;
        let mut known = Vec::new();
        while let Some(row) = rows.next()? {
            // Whatever another program put there: what is no id of ours equals none that comes in.
            let id = row.get_ref(1)?.as_str().unwrap_or_default();
            let hash = row.get_ref(2)?.as_blob_or_null().unwrap_or_default();
            known.push(Known::new(id, hash, row.get(0)?, row.get_ref(3)?.as_i64_or_null().unwrap_or_default()));
        }
        Ok(known)
    }

    /// Puts what was gathered in the place of the whole layer, and tells GeoPackage readers of it.
    pub fn take_place(&self, on: &Connection) -> rusqlite::Result<()> {
        let Self { name, gathered, collection, .. } = self;
        if *gathered != quoted(name) {
            on.execute("DELETE FROM gpkg_geometry_columns WHERE table_name = ?1", [name])?;
            on.execute("DELETE FROM gpkg_contents WHERE table_name = ?1", [name])?;
            on.execute_batch(&format!("DROP TABLE \"{name}\""))?;
            self.create(&quoted(name), on)?;
            on.execute_batch(&format!("INSERT INTO \"{name}\" SELECT * FROM {gathered}"))?;
            self.drop_new(on)?;
        }
        on.execute_batch(&watch::triggers(name, collection))?;
        self.hold_unique(on)?;
        on.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id)
             VALUES (?1, 'features', ?1, ?2, 4326)",
            params![name, collection.title.uk],
        )?;
        on.execute("INSERT INTO gpkg_geometry_columns VALUES (?1, 'geom', 'GEOMETRY', 4326, 0, 0)", [name])?;
        Ok(())
    }

    /// Lets no value of a unique field be written twice, whoever writes.
    fn hold_unique(&self, on: &Connection) -> rusqlite::Result<()> {
        self.unique().try_for_each(|(index, field)| {
            on.execute_batch(&format!("CREATE UNIQUE INDEX \"{index}\" ON \"{}\" (\"{field}\")", self.name))
        })
    }

    /// Lets go of it: SQLite would look at each row by itself, while two of them exchange their values.
    fn let_go_of_unique(&self, on: &Connection) -> rusqlite::Result<()> {
        self.unique().try_for_each(|(index, _)| on.execute_batch(&format!("DROP INDEX \"{index}\"")))
    }

    /// The index and the field of each unique one.
    fn unique(&self) -> impl Iterator<Item = (String, &str)> {
        let unique = self.collection.fields.iter().filter(|field| field.unique);
        unique.map(|field| (format!("mapa_unique_{}_{}", self.name, field.name), field.name.as_str()))
    }

    /// Writes what was gathered into the layer: changed features keep their rows, new ones get some; removed ones go.
    pub fn apply(&self, on: &Connection, removed: &[i64]) -> rusqlite::Result<()> {
        let Self { name, gathered, collection, .. } = self;
        let mut sets =
            OWN_COLUMNS[4..].split(", ").map(|own| format!("{own} = n.{own}")).collect::<Vec<_>>().join(", ");
        let mut columns = String::from(OWN_COLUMNS);
        for field in &collection.fields {
            let _ = write!(sets, ", \"{0}\" = n.\"{0}\"", field.name);
            let _ = write!(columns, ", \"{}\"", field.name);
        }
        let mut delete = on.prepare(&format!("DELETE FROM \"{name}\" WHERE fid = ?1"))?;
        for fid in removed {
            delete.execute([fid])?;
        }
        // One row alone exchanges its value with no other.
        let several = format!("SELECT count(*) > 1 FROM (SELECT 1 FROM {gathered} LIMIT 2)");
        let lets_go = self.unique().next().is_some() && on.query_row(&several, [], |row| row.get(0))?;
        if lets_go {
            self.let_go_of_unique(on)?;
        }
        on.execute_batch(&format!(
            "UPDATE \"{name}\" AS o SET {sets} FROM {gathered} AS n WHERE n.id = o.id;
             INSERT INTO \"{name}\" ({columns}) SELECT {columns} FROM {gathered} AS n
             WHERE NOT EXISTS (SELECT 1 FROM \"{name}\" AS o WHERE o.id = n.id)"
        ))?;
        if lets_go {
            self.hold_unique(on)?;
        }
        self.drop_new(on)
    }

    /// Logs what is gathered and what is to be removed as changed by a revision.
    pub fn log(&self, on: &Connection, removed: &[i64], revision: i64) -> rusqlite::Result<()> {
        let (name, gathered, collection) = (&self.name, &self.gathered, self.collection.id.as_str());
        on.execute(
            &format!("INSERT INTO mapa_change SELECT ?1, ?2, id FROM {gathered}"),
            params![revision, collection],
        )?;
        let one = format!("INSERT OR IGNORE INTO mapa_change SELECT ?1, ?2, id FROM \"{name}\" WHERE fid = ?3");
        let mut one = on.prepare(&one)?;
        for fid in removed {
            one.execute(params![revision, collection, fid])?;
        }
        Ok(())
    }

    /// Tells GeoPackage readers what the layer holds now.
    pub fn announce(&self, on: &Connection, bbox: Option<BBox>, several_points: bool) -> rusqlite::Result<()> {
        let Self { name, collection, .. } = self;
        let [west, south, east, north] = bbox.map_or([None; 4], |bbox| bbox.to_array().map(Some));
        on.execute(
            "UPDATE gpkg_contents SET description = ?2, min_x = ?3, min_y = ?4, max_x = ?5, max_y = ?6,
             last_change = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE table_name = ?1",
            params![name, collection.title.uk, west, south, east, north],
        )?;
        let shape = match collection.geometry {
            GeometryKind::Point if several_points => "GEOMETRY",
            GeometryKind::Point => "POINT",
            GeometryKind::Line => "MULTILINESTRING",
            GeometryKind::Area => "MULTIPOLYGON",
        };
        on.execute(
            "UPDATE gpkg_geometry_columns SET geometry_type_name = ?2 WHERE table_name = ?1",
            params![name, shape],
        )?;
        Ok(())
    }

    /// Reads the layer in the order of ids, or only these; rows that are no features come back as faults.
    pub fn read(&self, on: &Connection, ids: Option<&[String]>) -> rusqlite::Result<Reading> {
        let mut read = Reading::default();
        let mut words = Words::default();
        let after = 4 + self.collection.fields.len();
        let mut take = |row: &Row<'_>| {
            let (fid, revision) = (row.get(0)?, row.get(after)?);
            let at = || Edited { layer: self.name.clone(), row: fid, revision };
            let id = row.get_ref(2)?.as_str().unwrap_or_default();
            read.add(id, self.feature(row, 0, &mut words), at, row.get(after + 1)?);
            Ok(())
        };
        let (columns, name) = (self.columns("f"), &self.name);
        let ask = format!("SELECT {columns}, coalesce(mapa_revision, 0), mapa_hash IS NULL FROM \"{name}\" AS f");
        match ids {
            None => {
                let mut rows = on.prepare(&format!("{ask} ORDER BY id"))?;
                let mut rows = rows.query([])?;
                while let Some(row) = rows.next()? {
                    take(row)?;
                }
            }
            Some(ids) => {
                let mut one = on.prepare(&format!("{ask} WHERE id = ?1"))?;
                for id in ids {
                    one.query_row([id], &mut take).optional()?;
                }
                read.features.sort_unstable_by(|a, b| a.id.cmp(&b.id));
            }
        }
        Ok(read)
    }

    /// Hands on every row in the order of ids: key, feature, hash of the content, the revision that brought it.
    pub fn each(
        &self,
        on: &Connection,
        at: impl Fn(rusqlite::Error) -> StoreError,
        take: &mut TakeRow<'_>,
    ) -> Result<(), StoreError> {
        let after = 4 + self.collection.fields.len();
        let (columns, name) = (self.columns("f"), &self.name);
        let ask = format!(
            "SELECT {columns}, mapa_hash, mapa_revision, mapa_row, mapa_record FROM \"{name}\" AS f ORDER BY id"
        );
        let mut rows = on.prepare(&ask).map_err(&at)?;
        let mut rows = rows.query([]).map_err(&at)?;
        let mut words = Words::default();
        while let Some(row) = rows.next().map_err(&at)? {
            let feature = self.feature(row, 0, &mut words);
            let hash = row.get_ref(after).map_err(&at)?.as_blob_or_null().unwrap_or_default();
            let since = row.get_ref(after + 1).map_err(&at)?.as_i64_or_null().unwrap_or_default();
            let row_and_record = (row.get(after + 2).map_err(&at)?, row.get(after + 3).map_err(&at)?);
            take(row.get(0).map_err(&at)?, feature, hash, since.unwrap_or(0), row_and_record)?;
        }
        Ok(())
    }

    /// The feature of a row and the revision that brought it; `None` where there is no such row.
    pub fn at(&self, on: &Connection, fid: i64) -> rusqlite::Result<Option<Standing>> {
        self.one(on, "fid", &fid)
    }

    /// The feature of an id and the revision that brought it.
    pub fn of(&self, on: &Connection, id: &str) -> rusqlite::Result<Option<Standing>> {
        self.one(on, "id", &id)
    }

    fn one(&self, on: &Connection, column: &str, key: &dyn ToSql) -> rusqlite::Result<Option<Standing>> {
        let (columns, name) = (self.columns("f"), &self.name);
        let ask = format!("SELECT {columns}, {STANDING} FROM \"{name}\" AS f WHERE {column} = ?1");
        on.prepare_cached(&ask)?
            .query_row([key], |row| self.stands(row, 4 + self.collection.fields.len(), &mut Words::default()))
            .optional()
    }

    /// Hands on every feature that is gathered with another content than it has, in the order of ids: as it was, as it is.
    pub fn changed(
        &self,
        old: &Layer<'_>,
        on: &Connection,
        limit: Option<usize>,
        take: &mut dyn FnMut(Standing, Result<Feature, String>) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let (was, is, name, gathered) = (old.columns("o"), self.columns("n"), &self.name, &self.gathered);
        let limit = limit.map_or(-1, |limit| limit as i64);
        let mut rows = on.prepare(&format!(
            "SELECT {was}, o.mapa_revision, o.mapa_row, o.mapa_record, {is} FROM {gathered} AS n JOIN \"{name}\" AS o ON o.id = n.id
             WHERE o.mapa_hash IS NOT n.mapa_hash ORDER BY n.id LIMIT {limit}"
        ))?;
        let mut rows = rows.query([])?;
        let after = 4 + old.collection.fields.len();
        let mut words = Words::default();
        while let Some(row) = rows.next()? {
            take(old.stands(row, after, &mut words)?, self.feature(row, after + 3, &mut words))?;
        }
        Ok(())
    }

    /// Ids of the first features gathered that the layer does not have.
    pub fn added(&self, on: &Connection, limit: usize) -> rusqlite::Result<Vec<String>> {
        let Self { name, gathered, .. } = self;
        let unknown = if *gathered == quoted(name) {
            String::new()
        } else {
            format!("WHERE NOT EXISTS (SELECT 1 FROM \"{name}\" AS o WHERE o.id = n.id)")
        };
        let mut rows = on.prepare(&format!("SELECT id FROM {gathered} AS n {unknown} ORDER BY id LIMIT {limit}"))?;
        rows.query_map([], |row| row.get(0))?.collect()
    }

    fn columns(&self, table: &str) -> String {
        let mut columns = format!("{table}.fid, {table}.geom, {table}.id, {table}.kind");
        for field in &self.collection.fields {
            let _ = write!(columns, ", {table}.\"{}\"", field.name);
        }
        columns
    }

    fn stands(&self, row: &Row<'_>, since: usize, words: &mut Words) -> rusqlite::Result<Standing> {
        Ok(Standing {
            id: row.get_ref(2)?.as_str().unwrap_or_default().into(),
            since: row.get::<_, Option<i64>>(since)?.unwrap_or(0),
            row: row.get(since + 1)?,
            record: row.get(since + 2)?,
            feature: self.feature(row, 0, words),
        })
    }

    fn feature(&self, row: &Row<'_>, from: usize, words: &mut Words) -> Result<Feature, String> {
        let shape = row.get_ref(from + 1).ok().and_then(|cell| cell.as_blob().ok()).ok_or("no geometry")?;
        let geometry = blob::decode(shape)?;
        let id = row.get_ref(from + 2).ok().and_then(|cell| cell.as_str().ok()).ok_or("no id")?;
        let kind = match row.get_ref(from + 3).map_err(|error| error.to_string())? {
            ValueRef::Null => None,
            cell => Some(words.kinds().shared(cell.as_str().map_err(|error| error.to_string())?)),
        };
        let mut values = Vec::with_capacity(self.collection.fields.len());
        for (i, field) in self.collection.fields.iter().enumerate() {
            let cell = row.get_ref(from + i + 4).map_err(|error| error.to_string())?;
            values.push(value(field, cell, words.field(i))?);
        }
        Feature::new(self.collection, id, kind, geometry, values).map_err(|error| error.to_string())
    }
}

/// The name of a table in SQL.
fn quoted(table: &str) -> String {
    format!("\"{table}\"")
}

fn value(field: &Field, cell: ValueRef<'_>, said: &mut Said) -> Result<Value, String> {
    let wrong = || format!("column `{}` is {}, not {}", field.name, cell.data_type(), field.kind.name());
    Ok(match (field.kind, cell) {
        (_, ValueRef::Null) => Value::Unknown,
        (FieldType::Text, ValueRef::Text(_)) => Value::Text(said.shared(cell.as_str().map_err(|_| wrong())?)),
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
