//! The embedded store: one GeoPackage file, read and written through SQLite.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params};

use super::{Refused, Run, StoreError, Stored, layer::Layer};
use crate::{
    model::{Collection, Feature, Provenance, Revision},
    space::{BBox, Geometry},
};

/// The layout of the tables that this program reads and writes.
const LAYOUT: i64 = 1;

/// `GPKG` as a big-endian number (OGC 12-128r18, clause 1.1.1.1.1).
const APPLICATION_ID: i64 = 0x4750_4B47;

/// How long one import waits for another to commit.
const WAIT_FOR_WRITER: Duration = Duration::from_mins(2);

/// An embedded store.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    connection: Connection,
}

impl Store {
    /// Opens the store that must be there.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if !path.is_file() {
            return Err(StoreError::Missing(path.into()));
        }
        let store = Self::connect(path)?;
        let application: i64 = store.ask("PRAGMA application_id")?;
        if application != APPLICATION_ID {
            return Err(StoreError::Foreign { path: path.into(), problem: "it is not a GeoPackage".into() });
        }
        let known = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'mapa_store'";
        if store.ask::<i64>(known)? == 0 {
            return Err(StoreError::Foreign { path: path.into(), problem: "a GeoPackage of another program".into() });
        }
        let found: i64 = store.ask("SELECT layout FROM mapa_store")?;
        if found != LAYOUT {
            return Err(StoreError::Layout { path: path.into(), found, known: LAYOUT });
        }
        Ok(store)
    }

    /// Opens the store, or makes an empty one where there is no file.
    pub fn open_or_create(path: &Path) -> Result<Self, StoreError> {
        if path.exists() {
            return Self::open(path);
        }
        // The empty store is made beside its name and then renamed: a store is there whole or not at all.
        let mut unborn = path.as_os_str().to_owned();
        unborn.push(format!(".{}.new", std::process::id()));
        let unborn = PathBuf::from(unborn);
        let io = |source: std::io::Error| StoreError::Foreign { path: path.into(), problem: source.to_string() };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(io)?;
        }
        let created = Self::connect(&unborn)?;
        created.create().map_err(|source| StoreError::Database { path: path.into(), source })?;
        drop(created);
        // A hard link fails where a store appeared meanwhile; a rename would replace it.
        let linked = fs::hard_link(&unborn, path);
        fs::remove_file(&unborn).map_err(io)?;
        match linked {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(io(error)),
            _ => Self::open(path),
        }
    }

    /// How many commits the store has seen.
    pub fn revision(&self) -> Result<Revision, StoreError> {
        let revision: i64 = self.ask("SELECT revision FROM mapa_store")?;
        Ok(Revision(u64::try_from(revision).unwrap_or(0)))
    }

    /// Every collection that changed after `since`, and the revision they belong to, as one consistent reading.
    pub fn load(&mut self, since: Revision) -> Result<(Revision, Vec<Stored>), StoreError> {
        let path = self.path.clone();
        let at = |source| StoreError::Database { path: path.clone(), source };
        let reading = self.connection.transaction().map_err(at)?;
        let revision: i64 = reading.query_row("SELECT revision FROM mapa_store", [], |row| row.get(0)).map_err(at)?;
        let mut changed = Vec::new();
        {
            let mut rows = reading
                .prepare("SELECT layer, definition, provenance, revision FROM mapa_collection WHERE revision > ?1 ORDER BY id")
                .map_err(at)?;
            let mut rows = rows.query([since.0 as i64]).map_err(at)?;
            while let Some(row) = rows.next().map_err(at)? {
                let text = |i: usize| row.get::<_, String>(i).map_err(at);
                let collection: Collection = serde_json::from_str(&text(1)?)?;
                let provenance: Provenance = serde_json::from_str(&text(2)?)?;
                let revision = Revision(row.get::<_, i64>(3).map_err(at)? as u64);
                let (features, faults) = Layer::named(text(0)?, &collection).read(&reading).map_err(at)?;
                changed.push(Stored { collection, provenance, revision, features, faults });
            }
        }
        Ok((Revision(revision as u64), changed))
    }

    /// Begins to replace all features of a collection; nothing is seen by others before [`Replacement::commit`].
    pub fn replace<'a>(
        &'a mut self,
        collection: &'a Collection,
        provenance: &'a Provenance,
    ) -> Result<Replacement<'a>, StoreError> {
        let path = &self.path;
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|source| StoreError::Database { path: path.clone(), source })?;
        let replacement = Replacement {
            path,
            collection,
            provenance,
            layer: Layer::new(collection),
            started: Timestamp::now(),
            bbox: None,
            several_points: false,
            run: 0,
            transaction,
        };
        replacement.begin().map_err(|source| StoreError::Database { path: path.clone(), source })
    }

    fn connect(path: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let set_up = || {
            let connection = Connection::open_with_flags(path, flags)?;
            connection.busy_timeout(WAIT_FOR_WRITER)?;
            // Readers go on while a writer commits; FULL makes a commit outlive a power cut.
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.pragma_update(None, "foreign_keys", true)?;
            connection.set_prepared_statement_cache_capacity(64);
            Ok(connection)
        };
        match set_up() {
            Ok(connection) => Ok(Self { path: path.into(), connection }),
            Err(error) => Err(explain(path, error)),
        }
    }

    fn create(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch(&format!(
            "PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 10300; BEGIN; {} COMMIT; PRAGMA wal_checkpoint(TRUNCATE);",
            include_str!("schema.sql")
        ))
    }

    fn ask<T: rusqlite::types::FromSql>(&self, question: &str) -> Result<T, StoreError> {
        self.connection.query_row(question, [], |row| row.get(0)).map_err(|error| explain(&self.path, error))
    }
}

fn explain(path: &Path, source: rusqlite::Error) -> StoreError {
    if source.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) {
        return StoreError::Foreign { path: path.into(), problem: "it is not a database".into() };
    }
    StoreError::Database { path: path.into(), source }
}

/// The features of one collection being replaced, as one transaction; dropped uncommitted, it never was.
#[derive(Debug)]
pub struct Replacement<'a> {
    path: &'a Path,
    collection: &'a Collection,
    provenance: &'a Provenance,
    layer: Layer<'a>,
    started: Timestamp,
    bbox: Option<BBox>,
    several_points: bool,
    run: i64,
    transaction: Transaction<'a>,
}

impl Replacement<'_> {
    /// Adds a feature.
    pub fn put(&mut self, feature: &Feature) -> Result<(), StoreError> {
        let bbox = feature.geometry.bbox();
        self.bbox = Some(self.bbox.map_or(bbox, |all| all.union(bbox)));
        self.several_points |= matches!(feature.geometry, Geometry::Points(_));
        let blob = super::layer::encode(&feature.geometry, bbox)?;
        self.layer.insert(&self.transaction, feature, &blob).map_err(|source| self.at(source))
    }

    /// Keeps a row that was refused.
    pub fn refuse(&self, refused: &Refused<'_>) -> Result<(), StoreError> {
        let mut insert = self
            .transaction
            .prepare_cached("INSERT INTO mapa_rejection VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
            .map_err(|source| self.at(source))?;
        let Refused { row, column, text, reason, detail, record } = *refused;
        let row = i64::try_from(row).unwrap_or(i64::MAX);
        insert
            .execute(params![self.run, row, column, text, reason, detail, record])
            .map_err(|source| self.at(source))?;
        Ok(())
    }

    /// Makes the new features those of the collection, for everybody at once, and tells the revision that did it.
    pub fn commit(self, run: &Run) -> Result<Revision, StoreError> {
        let at = |source| StoreError::Database { path: self.path.into(), source };
        let definition = serde_json::to_string(self.collection)?;
        let provenance = serde_json::to_string(self.provenance)?;
        let revision = self.swap(run, &definition, &provenance).map_err(at)?;
        self.transaction.commit().map_err(at)?;
        Ok(Revision(revision as u64))
    }

    /// Leaves the collection as it was, and keeps the run with its rejections.
    pub fn refuse_all(self, run: &Run) -> Result<(), StoreError> {
        let at = |source| StoreError::Database { path: self.path.into(), source };
        self.layer.drop_new(&self.transaction).map_err(at)?;
        self.finish_run(run, None).map_err(at)?;
        self.transaction.commit().map_err(at)
    }

    fn begin(mut self) -> rusqlite::Result<Self> {
        self.transaction.execute(
            "INSERT INTO mapa_run (collection, recipe, source, started, report) VALUES (?1, '', ?2, ?3, '')",
            params![self.collection.id.as_str(), self.provenance.source, self.started.to_string()],
        )?;
        self.run = self.transaction.last_insert_rowid();
        self.layer.create_new(&self.transaction)?;
        Ok(self)
    }

    fn swap(&self, run: &Run, definition: &str, provenance: &str) -> rusqlite::Result<i64> {
        let known: Option<i64> = self
            .transaction
            .query_row("SELECT revision FROM mapa_collection WHERE id = ?1", [self.collection.id.as_str()], |row| {
                row.get(0)
            })
            .optional()?;
        self.layer.publish(&self.transaction, known.is_some(), self.bbox, self.several_points)?;
        let revision: i64 = self.transaction.query_row(
            "UPDATE mapa_store SET revision = revision + 1 RETURNING revision",
            [],
            |row| row.get(0),
        )?;
        self.transaction.execute(
            "INSERT INTO mapa_collection VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (id) DO UPDATE SET definition = ?3, provenance = ?4, revision = ?5",
            params![self.collection.id.as_str(), self.layer.name(), definition, provenance, revision],
        )?;
        self.finish_run(run, Some(revision))?;
        Ok(revision)
    }

    fn finish_run(&self, run: &Run, revision: Option<i64>) -> rusqlite::Result<()> {
        self.transaction.execute(
            "UPDATE mapa_run SET recipe = ?2, report = ?3, revision = ?4 WHERE run = ?1",
            params![self.run, run.recipe, run.report, revision],
        )?;
        Ok(())
    }

    fn at(&self, source: rusqlite::Error) -> StoreError {
        StoreError::Database { path: self.path.into(), source }
    }
}
