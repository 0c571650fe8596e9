//! Copying out of a database and into an empty one.

use std::fmt;

use postgres::{IsolationLevel, Transaction, fallible_iterator::FallibleIterator};

use super::{
    PostGis, RUNS, WRITER, explain,
    layer::{Gathering, Layer},
    past_run,
    rows::Rows,
};
use crate::{
    model::{Collection, Provenance, Revision},
    store::{
        DatabaseUrl, Refused, StoreError, Version,
        copy::{Batches, Piece, Take, not_empty},
        layer_name,
    },
};

impl PostGis {
    /// How many collections there are.
    pub fn collections(&mut self) -> Result<u64, StoreError> {
        let row = self.client()?.query_one("SELECT count(*) FROM mapa.mapa_collection", &[]);
        row.map(|row| row.get::<_, i64>(0).unsigned_abs()).map_err(|error| explain(&self.url, &error))
    }

    /// Hands on everything, as one consistent reading.
    pub fn pour(&mut self, take: &mut Take<'_>) -> Result<(), StoreError> {
        self.client()?;
        let Self { url, client, .. } = self;
        let at = |error| explain(url, &error);
        let store = url.to_string();
        let reading = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
        let mut on = reading.start().map_err(at)?;
        on.batch_execute("LOCK TABLE mapa.mapa_store IN ACCESS SHARE MODE").map_err(at)?;
        let revision: i64 = on.query_one("SELECT revision FROM mapa.mapa_store", &[]).map_err(at)?.get(0);

        let ask = "SELECT layer, definition::text, provenance::text, revision, demands FROM mapa.mapa_collection
                   ORDER BY id COLLATE \"C\"";
        for row in on.query(ask, &[]).map_err(at)? {
            let (name, of): (String, Collection) = (row.get(0), serde_json::from_str(row.get(1))?);
            let provenance: Provenance = serde_json::from_str(row.get(2))?;
            take(Piece::Opened(&of, &provenance, Revision(row.get::<_, i64>(3) as u64), row.get(4)))?;
            let mut batches = Batches::new(&of, &name, &store);
            Layer::new(name.clone(), &of).each_row(&mut on, at, &mut |fid, feature, hash, since, of| {
                batches.add(fid, feature, hash, since, of, take)
            })?;
            batches.send(take)?;
            take(Piece::Closed(&of))?;
        }

        for row in on.query(&format!("{RUNS} ORDER BY run"), &[]).map_err(at)? {
            take(Piece::Run(&past_run(&row)))?;
        }

        let ask = "SELECT collection, alias, id FROM mapa.mapa_alias ORDER BY collection COLLATE \"C\", alias";
        for row in on.query(ask, &[]).map_err(at)? {
            take(Piece::Alias(row.get(0), row.get(1), row.get(2)))?;
        }

        let ask = "SELECT run, row, column_name, text, reason, detail, record FROM mapa.mapa_rejection ORDER BY run, row, ctid";
        let mut rows = on.query_raw(ask, std::iter::empty::<i64>()).map_err(at)?;
        while let Some(row) = rows.next().map_err(at)? {
            let refused = Refused {
                row: row.get::<_, i64>(1).unsigned_abs(),
                column: row.get(2),
                text: row.get(3),
                reason: row.get(4),
                detail: row.get(5),
                record: row.get(6),
            };
            take(Piece::Rejection(row.get(0), &refused))?;
        }
        drop(rows);

        let ask = "SELECT collection, id, from_revision, to_revision, feature, row, record FROM mapa.mapa_version
                   ORDER BY to_revision, collection COLLATE \"C\", id COLLATE \"C\"";
        let mut rows = on.query_raw(ask, std::iter::empty::<i64>()).map_err(at)?;
        while let Some(row) = rows.next().map_err(at)? {
            take(Piece::Version(&Version {
                collection: row.get(0),
                id: row.get(1),
                from: row.get(2),
                to: Some(row.get(3)),
                feature: row.get(4),
                row: row.get(5),
                record: row.get(6),
            }))?;
        }
        take(Piece::Revision(Revision(revision as u64)))
    }
}

/// An empty database being filled, as one transaction.
pub struct Filling<'a> {
    url: &'a DatabaseUrl,
    transaction: Transaction<'a>,
    features: Option<Gathering>,
    rejections: Rows,
    versions: Rows,
}

impl fmt::Debug for Filling<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filling").field("url", &self.url).finish_non_exhaustive()
    }
}

impl<'a> Filling<'a> {
    /// Begins, where there is nothing yet.
    pub fn begin(store: &'a mut PostGis) -> Result<Self, StoreError> {
        store.client()?;
        let PostGis { url, client, .. } = store;
        let at = |error| explain(url, &error);
        let mut transaction = client.transaction().map_err(at)?;
        transaction.batch_execute(&format!("SELECT pg_advisory_xact_lock({WRITER})")).map_err(at)?;
        let ask = "SELECT (SELECT count(*) FROM mapa.mapa_run) + (SELECT count(*) FROM mapa.mapa_collection)";
        if transaction.query_one(ask, &[]).map_err(at)?.get::<_, i64>(0) > 0 {
            return Err(not_empty(url.to_string()));
        }
        let into = |table: &str, columns| Rows::new(format!("COPY mapa.{table} FROM STDIN BINARY"), columns);
        let (rejections, versions) = (into("mapa_rejection", 7), into("mapa_version", 7));
        Ok(Self { url, transaction, features: None, rejections, versions })
    }

    /// Takes a piece.
    pub fn take(&mut self, piece: &Piece<'_>) -> Result<(), StoreError> {
        let (url, on) = (self.url, &mut self.transaction);
        let at = |error| explain(url, &error);
        let layer = layer_of;
        match *piece {
            Piece::Opened(of, provenance, revision, demands) => {
                self.features = Some(layer(of).create_new(on).map_err(at)?);
                on.execute(
                    "INSERT INTO mapa.mapa_collection VALUES ($1, $2, $3::text::json, $4::text::json, $5, $5, $5, $6)",
                    &[
                        &of.id.as_str(),
                        &layer(of).name(),
                        &serde_json::to_string(of)?,
                        &serde_json::to_string(provenance)?,
                        &(revision.0 as i64),
                        &demands,
                    ],
                )
                .map(drop)
                .map_err(at)
            }
            Piece::Features(_, batch) => {
                let rows = self.features.as_mut().expect("a collection is opened before its features");
                for copied in batch {
                    rows.make_room_for(&copied.feature, on).map_err(at)?;
                    rows.take(&copied.feature, copied.mark, copied.origin())?;
                }
                Ok(())
            }
            Piece::Closed(of) => {
                let mut rows = self.features.take().expect("a collection is opened before it is closed");
                rows.send(on).map_err(at)?;
                layer(of).take_place(on, false).map_err(at)?;
                layer(of).describe(on).map_err(at)
            }
            Piece::Run(run) => {
                let [added, changed, removed, unchanged] =
                    [run.change.added, run.change.changed, run.change.removed, run.change.unchanged].map(|n| n as i64);
                on.execute(
                    "INSERT INTO mapa.mapa_run (run, collection, recipe, source, started, accepted, revision, added,
                     changed, removed, unchanged, report) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                    &[
                        &run.run,
                        &run.collection,
                        &run.recipe,
                        &run.source,
                        &run.started,
                        &run.accepted,
                        &run.revision,
                        &added,
                        &changed,
                        &removed,
                        &unchanged,
                        &run.report,
                    ],
                )
                .map(drop)
                .map_err(at)
            }
            Piece::Rejection(run, refused) => {
                super::replacement::gather_rejection(&mut self.rejections, run, refused);
                self.rejections.send_if_full(on).map_err(at)
            }
            Piece::Alias(collection, alias, id) => {
                let insert = "INSERT INTO mapa.mapa_alias VALUES ($1, $2, $3)";
                on.execute(insert, &[&collection, &alias, &id]).map(drop).map_err(at)
            }
            Piece::Version(Version { collection, id, from, to, feature, row, record }) => {
                let to = to.expect("only what was is kept as a version");
                self.versions.row().text(collection).text(id).integer(*from).integer(to).text(feature);
                self.versions.integer_or_null(*row).text_or_null(record.as_deref());
                self.versions.send_if_full(on).map_err(at)
            }
            Piece::Revision(revision) => {
                self.rejections.send(on).map_err(at)?;
                self.versions.send(on).map_err(at)?;
                let revision = revision.0 as i64;
                on.execute("UPDATE mapa.mapa_store SET revision = $1", &[&revision]).map_err(at)?;
                on.execute("SELECT pg_notify('mapa', $1)", &[&revision.to_string()]).map_err(at)?;
                // The next run gets the number after the last one.
                let last = "SELECT setval(pg_get_serial_sequence('mapa.mapa_run', 'run'), max(run)) FROM mapa.mapa_run";
                on.execute(last, &[]).map(drop).map_err(at)
            }
        }
    }

    /// Makes it so.
    pub fn commit(self) -> Result<(), StoreError> {
        let url = self.url;
        self.transaction.commit().map_err(|error| explain(url, &error))
    }
}

fn layer_of(of: &Collection) -> Layer<'_> {
    Layer::new(layer_name(of.id.as_str()), of)
}
