//! Copying out of a GeoPackage and into an empty one.

use rusqlite::{Transaction, TransactionBehavior, params};

use super::{GeoPackage, RUNS, blob, explain, layer::Layer, past_run, shown};
use crate::{
    model::{Collection, Provenance, Revision},
    space::{BBox, Geometry},
    store::{
        Refused, StoreError, Version,
        copy::{Batches, Piece, Take, not_empty},
        layer_name,
    },
};

impl GeoPackage {
    /// How many collections there are.
    pub fn collections(&self) -> Result<u64, StoreError> {
        self.ask::<i64>("SELECT count(*) FROM mapa_collection").map(i64::unsigned_abs)
    }

    /// Hands on everything, as one consistent reading.
    pub fn pour(&mut self, take: &mut Take<'_>) -> Result<(), StoreError> {
        let path = self.path.clone();
        let at = |error| explain(&path, &error);
        let store = shown(&path);
        let on = self.connection.transaction().map_err(at)?;
        let revision: i64 = on.query_row("SELECT revision FROM mapa_store", [], |row| row.get(0)).map_err(at)?;

        let ask = "SELECT layer, definition, provenance, revision, demands FROM mapa_collection ORDER BY id";
        let mut rows = on.prepare(ask).map_err(at)?;
        let mut rows = rows.query([]).map_err(at)?;
        while let Some(row) = rows.next().map_err(at)? {
            let text = |i: usize| row.get::<_, String>(i).map_err(at);
            let (name, of): (String, Collection) = (text(0)?, serde_json::from_str(&text(1)?)?);
            let provenance: Provenance = serde_json::from_str(&text(2)?)?;
            let revision = Revision(row.get::<_, i64>(3).map_err(at)? as u64);
            take(Piece::Opened(&of, &provenance, revision, &text(4)?))?;
            let mut batches = Batches::new(&of, &name, &store);
            Layer::new(name.clone(), &of)
                .each(&on, at, &mut |fid, feature, hash, since, of| batches.add(fid, feature, hash, since, of, take))?;
            batches.send(take)?;
            take(Piece::Closed(&of))?;
        }

        let mut rows = on.prepare(&format!("{RUNS} ORDER BY run")).map_err(at)?;
        let mut rows = rows.query([]).map_err(at)?;
        while let Some(row) = rows.next().map_err(at)? {
            take(Piece::Run(&past_run(row).map_err(at)?))?;
        }

        let mut rows =
            on.prepare("SELECT collection, alias, id FROM mapa_alias ORDER BY collection, alias").map_err(at)?;
        let mut rows = rows.query([]).map_err(at)?;
        while let Some(row) = rows.next().map_err(at)? {
            let text = |i: usize| row.get::<_, String>(i).map_err(at);
            take(Piece::Alias(&text(0)?, &text(1)?, &text(2)?))?;
        }

        let ask = "SELECT run, row, column_name, text, reason, detail, record FROM mapa_rejection ORDER BY rowid";
        let mut rows = on.prepare(ask).map_err(at)?;
        let mut rows = rows.query([]).map_err(at)?;
        while let Some(row) = rows.next().map_err(at)? {
            let text = |i: usize| row.get::<_, String>(i).map_err(at);
            let column: Option<String> = row.get(2).map_err(at)?;
            let [words, reason, detail, record] = [text(3)?, text(4)?, text(5)?, text(6)?];
            let number = row.get::<_, i64>(1).map_err(at)?.unsigned_abs();
            let refused = Refused {
                row: number,
                column: column.as_deref(),
                text: &words,
                reason: &reason,
                detail: &detail,
                record: &record,
            };
            take(Piece::Rejection(row.get(0).map_err(at)?, &refused))?;
        }

        let ask = "SELECT collection, id, from_revision, to_revision, feature, row, record, shape FROM mapa_version ORDER BY rowid";
        let mut rows = on.prepare(ask).map_err(at)?;
        let mut rows = rows.query([]).map_err(at)?;
        while let Some(row) = rows.next().map_err(at)? {
            let read = || {
                let (collection, id) = (row.get(0)?, row.get(1)?);
                let (from, to) = (row.get(2)?, Some(row.get(3)?));
                let feature = blob::whole(row.get(4)?, row.get(7)?);
                Ok(Version { collection, id, from, to, feature, row: row.get(5)?, record: row.get(6)? })
            };
            take(Piece::Version(&read().map_err(at)?))?;
        }
        take(Piece::Revision(Revision(revision as u64)))
    }
}

/// An empty GeoPackage being filled, as one transaction.
#[derive(Debug)]
pub struct Filling<'a> {
    path: &'a std::path::Path,
    transaction: Transaction<'a>,
    bbox: Option<BBox>,
    several_points: bool,
}

impl<'a> Filling<'a> {
    /// Begins, where there is nothing yet.
    pub fn begin(store: &'a mut GeoPackage) -> Result<Self, StoreError> {
        let path = &store.path;
        let at = |error| explain(path, &error);
        let transaction = store.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(at)?;
        let ask = "SELECT (SELECT count(*) FROM mapa_run) + (SELECT count(*) FROM mapa_collection)";
        if transaction.query_row(ask, [], |row| row.get::<_, i64>(0)).map_err(at)? > 0 {
            return Err(not_empty(shown(path)));
        }
        Ok(Self { path, transaction, bbox: None, several_points: false })
    }

    /// Takes a piece.
    pub fn take(&mut self, piece: &Piece<'_>) -> Result<(), StoreError> {
        let (path, on) = (self.path, &self.transaction);
        let at = |error| explain(path, &error);
        let layer = layer_of;
        match *piece {
            Piece::Opened(of, provenance, revision, demands) => {
                (self.bbox, self.several_points) = (None, false);
                let (definition, provenance) = (serde_json::to_string(of)?, serde_json::to_string(provenance)?);
                layer(of).create_new(on).map_err(at)?;
                on.execute(
                    "INSERT INTO mapa_collection VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?5, ?6)",
                    params![of.id.as_str(), layer(of).name(), definition, provenance, revision.0 as i64, demands],
                )
                .map(drop)
                .map_err(at)
            }
            Piece::Features(of, batch) => {
                let layer = layer(of);
                for copied in batch {
                    let feature = &copied.feature;
                    let bbox = feature.geometry.bbox();
                    self.bbox = Some(self.bbox.map_or(bbox, |all| all.union(bbox)));
                    self.several_points |= matches!(feature.geometry, Geometry::Points(_));
                    let geometry = blob::encode(&feature.geometry)?;
                    layer.insert(on, (feature, copied.mark), copied.origin(), &geometry).map_err(at)?;
                }
                Ok(())
            }
            Piece::Closed(of) => {
                layer(of).take_place(on).map_err(at)?;
                layer(of).announce(on, self.bbox, self.several_points).map_err(at)
            }
            Piece::Run(run) => {
                let [added, changed, removed, unchanged] =
                    [run.change.added, run.change.changed, run.change.removed, run.change.unchanged].map(|n| n as i64);
                on.execute(
                    "INSERT INTO mapa_run (run, collection, recipe, source, started, accepted, revision, added, changed,
                     removed, unchanged, report) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                    params![
                        run.run,
                        run.collection,
                        run.recipe,
                        run.source,
                        run.started,
                        run.accepted,
                        run.revision,
                        added,
                        changed,
                        removed,
                        unchanged,
                        run.report
                    ],
                )
                .map(drop)
                .map_err(at)
            }
            Piece::Rejection(run, refused) => super::replacement::keep_rejection(on, run, refused).map_err(at),
            Piece::Alias(collection, alias, id) => {
                super::replacement::keep_alias(on, collection, alias, id).map_err(at)
            }
            Piece::Version(version) => {
                let Version { collection, id, from, to, feature, row, record } = version;
                let mut insert = on
                    .prepare_cached("INSERT INTO mapa_version VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL)")
                    .map_err(at)?;
                insert.execute(params![collection, id, from, to, feature, row, record]).map(drop).map_err(at)
            }
            Piece::Revision(revision) => {
                on.execute("UPDATE mapa_store SET revision = ?1", [revision.0 as i64]).map(drop).map_err(at)
            }
        }
    }

    /// Makes it so.
    pub fn commit(self) -> Result<(), StoreError> {
        self.transaction.commit().map_err(|error| explain(self.path, &error))
    }
}

fn layer_of(of: &Collection) -> Layer<'_> {
    Layer::new(layer_name(of.id.as_str()), of)
}
