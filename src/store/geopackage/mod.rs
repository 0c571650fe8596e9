//! The embedded store: one GeoPackage file, read and written through SQLite.

mod blob;
mod copy;
mod faults;
mod layer;
mod photos;
mod replacement;
mod watch;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};

use super::{Change, PastRejection, PastRun, StoreError, Stored, Version, log};
use crate::model::{Collection, Feature, Provenance, Revision};
use layer::Layer;

pub use copy::Filling;
pub use replacement::Replacement;

/// Runs as `past_run` reads them.
const RUNS: &str = "SELECT run, collection, recipe, source, started, accepted, revision, added, changed, removed, unchanged, \
                    report FROM mapa_run";

/// The layout of the tables that this program reads and writes.
const LAYOUT: i64 = 4;

/// `GPKG` as a big-endian number (OGC 12-128r18, clause 1.1.1.1.1).
const APPLICATION_ID: i64 = 0x4750_4B47;

/// How long one import waits for another to commit.
const WAIT_FOR_WRITER: Duration = Duration::from_mins(2);

/// An embedded store.
#[derive(Debug)]
pub struct GeoPackage {
    path: PathBuf,
    connection: Connection,
}

impl GeoPackage {
    /// Opens the store that must be there.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if !path.is_file() {
            return Err(StoreError::Missing(shown(path)));
        }
        let store = Self::connect(path)?;
        let application: i64 = store.ask("PRAGMA application_id")?;
        if application != APPLICATION_ID {
            return Err(StoreError::Foreign { store: shown(path), problem: "it is not a GeoPackage".into() });
        }
        let known = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'mapa_store'";
        if store.ask::<i64>(known)? == 0 {
            return Err(StoreError::Foreign { store: shown(path), problem: "a GeoPackage of another program".into() });
        }
        let found: i64 = store.ask("SELECT layout FROM mapa_store")?;
        if found != LAYOUT {
            return Err(StoreError::Layout { store: shown(path), found, known: LAYOUT });
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
        let io = |source: std::io::Error| StoreError::Foreign { store: shown(path), problem: source.to_string() };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(io)?;
        }
        let created = Self::connect(&unborn)?;
        created.create().map_err(|error| explain(path, &error))?;
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

    /// Every collection that changed after `since`, whole or what changed of it, and the revision they belong to, as one
    /// consistent reading.
    pub fn load(&mut self, since: Revision) -> Result<(Revision, Vec<Stored>), StoreError> {
        let path = self.path.clone();
        let at = |error| explain(&path, &error);
        let reading = self.connection.transaction().map_err(at)?;
        let revision: i64 = reading.query_row("SELECT revision FROM mapa_store", [], |row| row.get(0)).map_err(at)?;
        let mut changed = Vec::new();
        {
            let ask = "SELECT layer, definition, provenance, revision, whole_since, aliases_since, demands FROM mapa_collection
                       WHERE revision > ?1 ORDER BY id";
            let known = since.0 as i64;
            let mut rows = reading.prepare(ask).map_err(at)?;
            let mut rows = rows.query([known]).map_err(at)?;
            while let Some(row) = rows.next().map_err(at)? {
                let text = |i: usize| row.get::<_, String>(i).map_err(at);
                let number = |i: usize| row.get::<_, i64>(i).map_err(at);
                let collection: Collection = serde_json::from_str(&text(1)?)?;
                let provenance: Provenance = serde_json::from_str(&text(2)?)?;
                let ids = if log::reaches(since, number(4)?, revision) {
                    changed_ids(&reading, collection.id.as_str(), known).map_err(at)?
                } else {
                    None
                };
                let read = Layer::new(text(0)?, &collection).read(&reading, ids.as_deref()).map_err(at)?;
                let gone = ids.map(|ids| read.gone(&ids));
                let aliases = if gone.is_none() || number(5)? > known {
                    Some(replacement::aliases_of(&reading, collection.id.as_str()).map_err(at)?)
                } else {
                    None
                };
                let revision = Revision(number(3)? as u64);
                let log::Reading { features, faults, edited } = read;
                let demands = text(6)?;
                let stored =
                    Stored { collection, provenance, revision, features, gone, aliases, faults, edited, demands };
                changed.push(stored);
            }
        }
        Ok((Revision(revision as u64), changed))
    }

    /// One collection as it stands, its features in the order of their ids; `None` where the store has none of this id.
    pub fn collection(&self, id: &str) -> Result<Option<(Collection, Vec<Feature>)>, StoreError> {
        // One reading: no layer may be exchanged between its definition and its rows.
        let _reading = self.connection.unchecked_transaction().map_err(|error| explain(&self.path, &error))?;
        let Some((layer, collection)) = self.definition(id)? else { return Ok(None) };
        let read = Layer::new(layer, &collection).read(&self.connection, None);
        let features = read.map_err(|error| explain(&self.path, &error))?.features;
        Ok(Some((collection, features)))
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
            .map_err(|error| explain(path, &error))?;
        Replacement::begin(path, collection, provenance, transaction)
    }

    /// The texts of a field of a collection.
    pub fn texts(&self, collection: &str, field: &str) -> Result<Vec<String>, StoreError> {
        let _reading = self.connection.unchecked_transaction().map_err(|error| explain(&self.path, &error))?;
        let Some((layer, of)) = self.definition(collection)? else { return Ok(Vec::new()) };
        if of.field_index(field).is_none() {
            return Ok(Vec::new());
        }
        let ask = || -> rusqlite::Result<Vec<String>> {
            let ask = format!("SELECT DISTINCT \"{field}\" FROM \"{layer}\" WHERE typeof(\"{field}\") = 'text'");
            self.connection.prepare(&ask)?.query_map([], |row| row.get(0))?.collect()
        };
        ask().map_err(|error| explain(&self.path, &error))
    }

    /// The revision that last changed a collection.
    pub fn revision_of(&self, collection: &str) -> Result<Option<Revision>, StoreError> {
        let ask = "SELECT revision FROM mapa_collection WHERE id = ?1";
        let found: Option<i64> = self
            .connection
            .query_row(ask, [collection], |row| row.get(0))
            .optional()
            .map_err(|error| explain(&self.path, &error))?;
        Ok(found.map(|revision| Revision(revision as u64)))
    }

    /// Keeps the last run over a collection once more, where it is the same.
    pub fn repeat(&mut self, collection: &str, same: &dyn Fn(&PastRun) -> bool) -> Result<Option<PastRun>, StoreError> {
        let path = &self.path;
        let mut repeat = || -> rusqlite::Result<Option<PastRun>> {
            let on = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let ask = format!("{RUNS} WHERE collection = ?1 ORDER BY run DESC LIMIT 1");
            let last = on.query_row(&ask, [collection], past_run).optional()?;
            let Some(last) = last.filter(|last| last.accepted && same(last)) else { return Ok(None) };
            on.execute(
                "INSERT INTO mapa_run (collection, recipe, source, started, accepted, unchanged, report)
                 SELECT collection, recipe, source, ?2, 1, ?3, report FROM mapa_run WHERE run = ?1",
                params![last.run, Timestamp::now().to_string(), last.change.stands() as i64],
            )?;
            let run = on.last_insert_rowid();
            on.execute(
                "INSERT INTO mapa_rejection SELECT ?2, row, column_name, text, reason, detail, record FROM mapa_rejection
                 WHERE run = ?1 ORDER BY rowid",
                [last.run, run],
            )?;
            on.commit()?;
            Ok(Some(last.again(run)))
        };
        repeat().map_err(|error| explain(path, &error))
    }

    /// The runs over a collection, oldest first.
    pub fn runs(&self, collection: &str) -> Result<Vec<PastRun>, StoreError> {
        let ask = || -> rusqlite::Result<Vec<PastRun>> {
            let mut rows = self.connection.prepare(&format!("{RUNS} WHERE collection = ?1 ORDER BY run"))?;
            rows.query_map([collection], past_run)?.collect()
        };
        ask().map_err(|error| explain(&self.path, &error))
    }

    /// The states of a feature, oldest first; the last is the one that stands, where one does.
    pub fn versions(&self, collection: &str, id: &str) -> Result<Vec<Version>, StoreError> {
        let ask = || -> rusqlite::Result<Vec<Version>> {
            let mut rows = self.connection.prepare(
                "SELECT from_revision, to_revision, feature, row, record, shape FROM mapa_version
                 WHERE collection = ?1 AND id = ?2 ORDER BY to_revision",
            )?;
            rows.query_map([collection, id], |row| {
                let [collection, id] = [collection, id].map(Into::into);
                let (from, to, feature) = (row.get(0)?, Some(row.get(1)?), blob::whole(row.get(2)?, row.get(5)?));
                Ok(Version { collection, id, from, to, feature, row: row.get(3)?, record: row.get(4)? })
            })?
            .collect()
        };
        let mut versions = ask().map_err(|error| explain(&self.path, &error))?;
        if let Some((layer, definition)) = self.definition(collection)? {
            let standing = Layer::new(layer, &definition).of(&self.connection, id);
            if let Some(standing) = standing.map_err(|error| explain(&self.path, &error))? {
                versions.push(standing.version(&definition));
            }
        }
        Ok(versions)
    }

    /// The rows that a run refused, in the order of the source.
    pub fn rejections(&self, run: i64) -> Result<Vec<PastRejection>, StoreError> {
        let ask = || -> rusqlite::Result<Vec<PastRejection>> {
            let mut rows = self.connection.prepare(
                "SELECT row, column_name, text, reason, detail, record FROM mapa_rejection WHERE run = ?1
                 ORDER BY row, rowid",
            )?;
            rows.query_map([run], |row| {
                Ok(PastRejection {
                    row: row.get::<_, i64>(0)?.unsigned_abs(),
                    column: row.get(1)?,
                    text: row.get(2)?,
                    reason: row.get(3)?,
                    detail: row.get(4)?,
                    record: row.get(5)?,
                })
            })?
            .collect()
        };
        ask().map_err(|error| explain(&self.path, &error))
    }

    /// The id of the feature that has this further id.
    pub fn alias(&self, collection: &str, alias: &str) -> Result<Option<String>, StoreError> {
        let ask = "SELECT id FROM mapa_alias WHERE collection = ?1 AND alias = ?2";
        let found = self.connection.query_row(ask, [collection, alias], |row| row.get(0)).optional();
        found.map_err(|error| explain(&self.path, &error))
    }

    /// The layer and the definition of a collection.
    fn definition(&self, collection: &str) -> Result<Option<(String, Collection)>, StoreError> {
        let found: Option<(String, String)> = self
            .connection
            .query_row("SELECT layer, definition FROM mapa_collection WHERE id = ?1", [collection], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()
            .map_err(|error| explain(&self.path, &error))?;
        found.map(|(layer, definition)| Ok((layer, serde_json::from_str(&definition)?))).transpose()
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
            Err(error) => Err(explain(path, &error)),
        }
    }

    fn create(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch(&format!(
            "PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 10300; BEGIN; {} COMMIT; PRAGMA wal_checkpoint(TRUNCATE);",
            include_str!("schema.sql")
        ))
    }

    fn ask<T: rusqlite::types::FromSql>(&self, question: &str) -> Result<T, StoreError> {
        self.connection.query_row(question, [], |row| row.get(0)).map_err(|error| explain(&self.path, &error))
    }
}

/// The ids of a collection that changed after a revision; `None` where they are no few.
fn changed_ids(on: &Connection, collection: &str, since: i64) -> rusqlite::Result<Option<Vec<String>>> {
    let mut ids = on.prepare(&format!(
        "SELECT DISTINCT id FROM mapa_change WHERE revision > ?2 AND collection = ?1 LIMIT {}",
        log::MOST_CHANGES + 1
    ))?;
    let ids = ids.query_map(params![collection, since], |row| row.get(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok((ids.len() <= log::MOST_CHANGES).then_some(ids))
}

fn past_run(row: &rusqlite::Row<'_>) -> rusqlite::Result<PastRun> {
    let count = |i| row.get::<_, i64>(i).map(i64::unsigned_abs);
    Ok(PastRun {
        run: row.get(0)?,
        collection: row.get(1)?,
        recipe: row.get(2)?,
        source: row.get(3)?,
        started: row.get(4)?,
        accepted: row.get(5)?,
        revision: row.get(6)?,
        change: Change { added: count(7)?, changed: count(8)?, removed: count(9)?, unchanged: count(10)? },
        report: row.get(11)?,
    })
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn explain(path: &Path, error: &rusqlite::Error) -> StoreError {
    let store = shown(path);
    if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) {
        return StoreError::Foreign { store, problem: "it is not a database".into() };
    }
    StoreError::Database { store, problem: error.to_string() }
}
