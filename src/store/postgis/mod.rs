//! The store in PostgreSQL with PostGIS: tables of the schema `mapa`.
//!
//! The `postgres` crate is `tokio-postgres` behind a blocking face, with a current-thread runtime of its own: just what
//! an importer and the thread that follows a store need, and nothing of it shows outside of this room.

mod connect;
mod copy;
mod faults;
mod layer;
mod photos;
mod replacement;
mod rows;

use std::{error::Error as _, fmt, time::Duration};

use jiff::Timestamp;
use postgres::{Client, IsolationLevel, Transaction, error::SqlState, fallible_iterator::FallibleIterator};

use super::{Change, DatabaseUrl, PastRejection, PastRun, StoreError, Stored, Version, log};
use crate::model::{Collection, Feature, Provenance, Revision};
use connect::connect;
use layer::Layer;

pub use copy::Filling;
pub use replacement::Replacement;

/// Runs as `past_run` reads them.
const RUNS: &str = "SELECT run, collection, recipe, source, started, accepted, revision, added, changed, removed, unchanged, \
                    report FROM mapa.mapa_run";

/// The steps that make the tables what this program reads and writes; each is done once, in its own transaction.
const MIGRATIONS: [&str; 3] = [include_str!("schema.sql"), include_str!("schema-2.sql"), include_str!("schema-3.sql")];

/// The advisory lock of migrations and imports: one writer at a time. The number is `mapa` in ASCII.
const WRITER: i64 = 0x6d61_7061;

/// How long one import waits for another to commit, in the words of PostgreSQL.
const WAIT_FOR_WRITER: &str = "2min";

/// A store in a database.
pub struct PostGis {
    url: DatabaseUrl,
    client: Client,
    listening: bool,
}

impl fmt::Debug for PostGis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostGis").field("url", &self.url).finish_non_exhaustive()
    }
}

impl PostGis {
    /// Opens the store that must be there.
    pub fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        let mut store = Self { url: url.clone(), client: connect(url)?, listening: false };
        match store.layout()? {
            None => Err(StoreError::Missing(url.to_string())),
            Some(found) if found != MIGRATIONS.len() as i64 => {
                Err(StoreError::Layout { store: url.to_string(), found, known: MIGRATIONS.len() as i64 })
            }
            Some(_) => Ok(store),
        }
    }

    /// Opens the store, or makes an empty one in a database that has none; brings an older one up to date.
    pub fn open_or_create(url: &DatabaseUrl) -> Result<Self, StoreError> {
        let mut store = Self { url: url.clone(), client: connect(url)?, listening: false };
        if store.layout()?.is_none_or(|found| found < MIGRATIONS.len() as i64) {
            store.migrate().map_err(|error| explain(url, &error))?;
        }
        drop(store);
        Self::open(url)
    }

    /// How many commits the store has seen.
    pub fn revision(&mut self) -> Result<Revision, StoreError> {
        let row = self.client()?.query_one("SELECT revision FROM mapa.mapa_store", &[]);
        let revision: i64 = row.map_err(|error| explain(&self.url, &error))?.get(0);
        Ok(Revision(u64::try_from(revision).unwrap_or(0)))
    }

    /// Returns as soon as a commit is announced, and after `at_most` in any case.
    pub fn wait(&mut self, at_most: Duration) -> Result<(), StoreError> {
        self.client()?;
        let Self { url, client, listening } = self;
        let at = |error| explain(url, &error);
        if !*listening {
            match client.batch_execute("LISTEN mapa") {
                // A replica announces nothing: its revision is asked for again and again.
                Err(error) if error.code() != Some(&SqlState::READ_ONLY_SQL_TRANSACTION) => return Err(at(error)),
                _ => *listening = true,
            }
        }
        let mut announced = client.notifications();
        if announced.timeout_iter(at_most).next().map_err(at)?.is_some() {
            // Several commits in a row are one reason to look.
            while announced.iter().next().map_err(at)?.is_some() {}
        }
        Ok(())
    }

    /// Every collection that changed after `since`, whole or what changed of it, and the revision they belong to, as one
    /// consistent reading.
    pub fn load(&mut self, since: Revision) -> Result<(Revision, Vec<Stored>), StoreError> {
        self.client()?;
        let Self { url, client, .. } = self;
        let at = |error| explain(url, &error);
        let reading = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
        let mut reading = reading.start().map_err(at)?;
        // The first statement that reads fixes what is seen; no layer may be exchanged between then and the end.
        reading.batch_execute("LOCK TABLE mapa.mapa_store IN ACCESS SHARE MODE").map_err(at)?;
        let revision: i64 = reading.query_one("SELECT revision FROM mapa.mapa_store", &[]).map_err(at)?.get(0);
        let mut changed = Vec::new();
        let ask = "SELECT layer, definition::text, provenance::text, revision, whole_since, aliases_since, demands
                   FROM mapa.mapa_collection WHERE revision > $1 ORDER BY id COLLATE \"C\"";
        let known = since.0 as i64;
        for row in reading.query(ask, &[&known]).map_err(at)? {
            let collection: Collection = serde_json::from_str(row.get(1))?;
            let provenance: Provenance = serde_json::from_str(row.get(2))?;
            let ids = if log::reaches(since, row.get(4), revision) {
                changed_ids(&mut reading, collection.id.as_str(), known).map_err(at)?
            } else {
                None
            };
            let read = Layer::new(row.get(0), &collection).read(&mut reading, ids.as_deref()).map_err(at)?;
            let gone = ids.map(|ids| read.gone(&ids));
            let aliases = if gone.is_none() || row.get::<_, i64>(5) > known {
                Some(replacement::aliases_of(&mut reading, collection.id.as_str()).map_err(at)?)
            } else {
                None
            };
            let revision = Revision(row.get::<_, i64>(3) as u64);
            let log::Reading { features, faults, edited } = read;
            let demands = row.get(6);
            let stored = Stored { collection, provenance, revision, features, gone, aliases, faults, edited, demands };
            changed.push(stored);
        }
        Ok((Revision(revision as u64), changed))
    }

    /// One collection as it stands, its features in the order of their ids; `None` where the store has none of this id.
    pub fn collection(&mut self, id: &str) -> Result<Option<(Collection, Vec<Feature>)>, StoreError> {
        let url = self.url.clone();
        let Some((mut reading, layer, collection)) = self.reading(id)? else { return Ok(None) };
        let read = Layer::new(layer, &collection).read(&mut reading, None);
        let features = read.map_err(|error| explain(&url, &error))?.features;
        Ok(Some((collection, features)))
    }

    /// Begins to replace all features of a collection; nothing is seen by others before [`Replacement::commit`].
    pub fn replace<'a>(
        &'a mut self,
        collection: &'a Collection,
        provenance: &'a Provenance,
    ) -> Result<Replacement<'a>, StoreError> {
        self.client()?;
        let Self { url, client, .. } = self;
        let at = |error| explain(url, &error);
        let transaction = writing(client).map_err(at)?;
        Replacement::begin(url, collection, provenance, transaction)
    }

    /// The texts of a field of a collection.
    pub fn texts(&mut self, collection: &str, field: &str) -> Result<Vec<String>, StoreError> {
        let url = self.url.clone();
        let Some((mut reading, layer, of)) = self.reading(collection)? else { return Ok(Vec::new()) };
        if of.field_index(field).is_none() {
            return Ok(Vec::new());
        }
        let ask = format!("SELECT DISTINCT \"{field}\"::text FROM mapa.\"{layer}\" WHERE \"{field}\" IS NOT NULL");
        let rows = reading.query(&ask, &[]).map_err(|error| explain(&url, &error))?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// The revision that last changed a collection.
    pub fn revision_of(&mut self, collection: &str) -> Result<Option<Revision>, StoreError> {
        let ask = "SELECT revision FROM mapa.mapa_collection WHERE id = $1";
        let row = self.client()?.query_opt(ask, &[&collection]).map_err(|error| explain(&self.url, &error))?;
        Ok(row.map(|row| Revision(row.get::<_, i64>(0) as u64)))
    }

    /// Keeps the last run over a collection once more, where it is the same.
    pub fn repeat(&mut self, collection: &str, same: &dyn Fn(&PastRun) -> bool) -> Result<Option<PastRun>, StoreError> {
        self.client()?;
        let Self { url, client, .. } = self;
        let mut repeat = || -> Result<Option<PastRun>, postgres::Error> {
            let mut on = writing(client)?;
            let ask = format!("{RUNS} WHERE collection = $1 ORDER BY run DESC LIMIT 1");
            let last = on.query_opt(&ask, &[&collection])?.map(|row| past_run(&row));
            let Some(last) = last.filter(|last| last.accepted && same(last)) else { return Ok(None) };
            let row = on.query_one(
                "INSERT INTO mapa.mapa_run (collection, recipe, source, started, accepted, unchanged, report)
                 SELECT collection, recipe, source, $2, true, $3, report FROM mapa.mapa_run WHERE run = $1 RETURNING run",
                &[&last.run, &Timestamp::now().to_string(), &(last.change.stands() as i64)],
            )?;
            let run: i64 = row.get(0);
            on.execute(
                "INSERT INTO mapa.mapa_rejection SELECT $2, row, column_name, text, reason, detail, record
                 FROM mapa.mapa_rejection WHERE run = $1 ORDER BY ctid",
                &[&last.run, &run],
            )?;
            on.commit()?;
            Ok(Some(last.again(run)))
        };
        repeat().map_err(|error| explain(url, &error))
    }

    /// The runs over a collection, oldest first.
    pub fn runs(&mut self, collection: &str) -> Result<Vec<PastRun>, StoreError> {
        let ask = &format!("{RUNS} WHERE collection = $1 ORDER BY run");
        let rows = self.client()?.query(ask, &[&collection]).map_err(|error| explain(&self.url, &error))?;
        Ok(rows.iter().map(past_run).collect())
    }

    /// The states of a feature, oldest first; the last is the one that stands, where one does.
    pub fn versions(&mut self, collection: &str, id: &str) -> Result<Vec<Version>, StoreError> {
        self.client()?;
        let Self { url, client, .. } = self;
        let at = |error| explain(url, &error);
        let ask = "SELECT from_revision, to_revision, feature, row, record FROM mapa.mapa_version
                   WHERE collection = $1 AND id = $2 ORDER BY to_revision";
        let rows = client.query(ask, &[&collection, &id]).map_err(at)?;
        let version = |row: &postgres::Row| Version {
            collection: collection.into(),
            id: id.into(),
            from: row.get(0),
            to: Some(row.get(1)),
            feature: row.get(2),
            row: row.get(3),
            record: row.get(4),
        };
        let mut versions: Vec<_> = rows.iter().map(version).collect();
        let ask = "SELECT layer, definition::text FROM mapa.mapa_collection WHERE id = $1";
        if let Some(row) = client.query_opt(ask, &[&collection]).map_err(at)? {
            let definition: Collection = serde_json::from_str(row.get(1))?;
            if let Some(standing) = Layer::new(row.get(0), &definition).of(client, id).map_err(at)? {
                versions.push(standing.version(&definition));
            }
        }
        Ok(versions)
    }

    /// The rows that a run refused, in the order of the source.
    pub fn rejections(&mut self, run: i64) -> Result<Vec<PastRejection>, StoreError> {
        let ask = "SELECT row, column_name, text, reason, detail, record FROM mapa.mapa_rejection
                   WHERE run = $1 ORDER BY row, ctid";
        let rows = self.client()?.query(ask, &[&run]).map_err(|error| explain(&self.url, &error))?;
        let rejection = |row: &postgres::Row| PastRejection {
            row: row.get::<_, i64>(0).unsigned_abs(),
            column: row.get(1),
            text: row.get(2),
            reason: row.get(3),
            detail: row.get(4),
            record: row.get(5),
        };
        Ok(rows.iter().map(rejection).collect())
    }

    /// The id of the feature that has this further id.
    pub fn alias(&mut self, collection: &str, alias: &str) -> Result<Option<String>, StoreError> {
        let ask = "SELECT id FROM mapa.mapa_alias WHERE collection = $1 AND alias = $2";
        let row = self.client()?.query_opt(ask, &[&collection, &alias]).map_err(|error| explain(&self.url, &error))?;
        Ok(row.map(|row| row.get(0)))
    }

    /// A reading in which no layer is exchanged between its definition and its rows, with the layer and the definition of a
    /// collection; `None` where the store has none of this id.
    fn reading(&mut self, id: &str) -> Result<Option<(Transaction<'_>, String, Collection)>, StoreError> {
        self.client()?;
        let Self { url, client, .. } = self;
        let at = |error| explain(url, &error);
        let mut reading = client.transaction().map_err(at)?;
        reading.batch_execute("LOCK TABLE mapa.mapa_store IN ACCESS SHARE MODE").map_err(at)?;
        let ask = "SELECT layer, definition::text FROM mapa.mapa_collection WHERE id = $1";
        let Some(row) = reading.query_opt(ask, &[&id]).map_err(at)? else { return Ok(None) };
        Ok(Some((reading, row.get(0), serde_json::from_str(row.get(1))?)))
    }

    /// The connection; a new one where the old one broke.
    fn client(&mut self) -> Result<&mut Client, StoreError> {
        if self.client.is_closed() {
            self.client = connect(&self.url)?;
            self.listening = false;
        }
        Ok(&mut self.client)
    }

    /// How many migrations the database has seen; `None` where it is no store.
    fn layout(&mut self) -> Result<Option<i64>, StoreError> {
        let mut ask = || {
            let there = "SELECT to_regclass('mapa.mapa_migration') IS NOT NULL";
            if !self.client.query_one(there, &[])?.get::<_, bool>(0) {
                return Ok(None);
            }
            let row = self.client.query_one("SELECT max(version) FROM mapa.mapa_migration", &[])?;
            Ok(row.get::<_, Option<i64>>(0))
        };
        ask().map_err(|error: postgres::Error| explain(&self.url, &error))
    }

    fn migrate(&mut self) -> Result<(), postgres::Error> {
        let mut transaction = self.client.transaction()?;
        transaction.batch_execute(&format!(
            "SELECT pg_advisory_xact_lock({WRITER});
             CREATE SCHEMA IF NOT EXISTS mapa;
             CREATE TABLE IF NOT EXISTS mapa.mapa_migration (
                 version bigint NOT NULL PRIMARY KEY, applied timestamptz NOT NULL DEFAULT now()
             )"
        ))?;
        let row = transaction.query_one("SELECT coalesce(max(version), 0) FROM mapa.mapa_migration", &[])?;
        let done = usize::try_from(row.get::<_, i64>(0)).unwrap_or(0);
        for (i, migration) in MIGRATIONS.iter().enumerate().skip(done) {
            transaction.batch_execute(migration)?;
            transaction.execute("INSERT INTO mapa.mapa_migration (version) VALUES ($1)", &[&(i as i64 + 1)])?;
        }
        transaction.commit()
    }
}

/// The ids of a collection that changed after a revision; `None` where they are no few.
fn changed_ids(on: &mut Transaction<'_>, collection: &str, since: i64) -> Result<Option<Vec<String>>, postgres::Error> {
    let ask = format!(
        "SELECT DISTINCT id FROM mapa.mapa_change WHERE revision > $2 AND collection = $1 LIMIT {}",
        log::MOST_CHANGES + 1
    );
    let rows = on.query(&ask, &[&collection, &since])?;
    Ok((rows.len() <= log::MOST_CHANGES).then(|| rows.iter().map(|row| row.get(0)).collect()))
}

/// A transaction that holds the lock of writers.
fn writing(client: &mut Client) -> Result<Transaction<'_>, postgres::Error> {
    let mut transaction = client.transaction()?;
    // A writer whose process is gone gives up its work within the second.
    let wait = format!(
        "SET LOCAL lock_timeout = '{WAIT_FOR_WRITER}'; SET LOCAL client_connection_check_interval = '1s';
         SET LOCAL mapa.importing = 'on'; SELECT pg_advisory_xact_lock({WRITER})"
    );
    transaction.batch_execute(&wait)?;
    Ok(transaction)
}

fn past_run(row: &postgres::Row) -> PastRun {
    let count = |i| row.get::<_, i64>(i).unsigned_abs();
    PastRun {
        run: row.get(0),
        collection: row.get(1),
        recipe: row.get(2),
        source: row.get(3),
        started: row.get(4),
        accepted: row.get(5),
        revision: row.get(6),
        change: Change { added: count(7), changed: count(8), removed: count(9), unchanged: count(10) },
        report: row.get(11),
    }
}

fn explain(url: &DatabaseUrl, error: &postgres::Error) -> StoreError {
    StoreError::Database { store: url.to_string(), problem: words(error) }
}

/// What an error says, in the server's own words where it has some.
fn words(error: &postgres::Error) -> String {
    if let Some(said) = error.as_db_error() {
        let detail = said.detail().map(|detail| format!(" ({detail})")).unwrap_or_default();
        return format!("{}{detail}", said.message());
    }
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}
