//! A `Replacement` makes what a source holds the features of a collection, as one transaction on the GeoPackage.

use std::{collections::BTreeMap, path::Path};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{blob, explain, layer::Layer};
use crate::{
    model::{Collection, Feature, Provenance, Revision},
    store::{
        Change, Changed, Committed, Diff, Origin, Refused, Run, StoreError,
        comparison::{Comparison, Elder},
        content::Standing,
        layer_name,
        log::KEPT_REVISIONS,
    },
};

/// The features of one collection being replaced; dropped uncommitted, it never was.
#[derive(Debug)]
pub struct Replacement<'a> {
    path: &'a Path,
    collection: &'a Collection,
    provenance: &'a Provenance,
    layer: Layer<'a>,
    standing: Option<Elder>,
    comparison: Comparison,
    next: Revision,
    run: i64,
    /// Whether there is a table for rows to be gathered in: an import that changes nothing needs none.
    gathers: bool,
    transaction: Transaction<'a>,
}

impl<'a> Replacement<'a> {
    pub(super) fn begin(
        path: &'a Path,
        collection: &'a Collection,
        provenance: &'a Provenance,
        transaction: Transaction<'a>,
    ) -> Result<Self, StoreError> {
        let at = |error| explain(path, &error);
        let found: Option<(String, String, String)> = transaction
            .query_row(
                "SELECT layer, definition, provenance FROM mapa_collection WHERE id = ?1",
                [collection.id.as_str()],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .optional()
            .map_err(at)?;
        let standing = match found {
            None => None,
            Some((layer, definition, provenance)) => Some(Elder {
                collection: serde_json::from_str(&definition)?,
                provenance: serde_json::from_str(&provenance)?,
                layer,
            }),
        };
        let known = match &standing {
            None => Vec::new(),
            Some(elder) => layer_of(elder).known(&transaction).map_err(at)?,
        };
        let writes_all = standing.as_ref().is_none_or(|elder| !elder.has_columns_of(collection));
        let revision: i64 =
            transaction.query_row("SELECT revision FROM mapa_store", [], |row| row.get(0)).map_err(at)?;
        let next = Revision(revision as u64).next();
        let layer = match &standing {
            None => Layer::new(layer_name(collection.id.as_str()), collection),
            Some(elder) => Layer::standing(elder.layer.clone(), collection),
        };
        transaction
            .execute(
                "INSERT INTO mapa_run (collection, recipe, source, started, report) VALUES (?1, '', ?2, ?3, '')",
                params![collection.id.as_str(), provenance.source, Timestamp::now().to_string()],
            )
            .map_err(at)?;
        let run = transaction.last_insert_rowid();
        let aliases = aliases_of(&transaction, collection.id.as_str()).map_err(at)?;
        let comparison = Comparison::new(known, aliases, writes_all, next);
        Ok(Self { path, collection, provenance, layer, standing, comparison, next, run, gathers: false, transaction })
    }

    /// Adds a feature.
    pub fn put(&mut self, feature: &Feature, origin: Origin<'_>) -> Result<(), StoreError> {
        let Some(mark) = self.comparison.take(self.collection, feature, origin.aliases)? else { return Ok(()) };
        let geometry = blob::encode(&feature.geometry)?;
        self.gather()?;
        let inserted = self.layer.insert(&self.transaction, (feature, mark), origin, &geometry);
        inserted.map_err(|error| explain(self.path, &error))
    }

    /// Makes the table for rows where it is not yet.
    fn gather(&mut self) -> Result<(), StoreError> {
        if !self.gathers {
            self.layer.create_new(&self.transaction).map_err(|error| explain(self.path, &error))?;
            self.gathers = true;
        }
        Ok(())
    }

    fn drop_gathered(&self) -> rusqlite::Result<()> {
        if self.gathers { self.layer.drop_new(&self.transaction) } else { Ok(()) }
    }

    /// Keeps a row that was refused.
    pub fn refuse(&self, refused: &Refused<'_>) -> Result<(), StoreError> {
        keep_rejection(&self.transaction, self.run, refused).map_err(|error| explain(self.path, &error))
    }

    /// What a commit would do.
    pub fn change(&self) -> Change {
        self.comparison.change()
    }

    /// What a commit would do, at most `limit` features of each sort by name.
    pub fn diff(&mut self, limit: usize) -> Result<Diff, StoreError> {
        self.gather()?;
        let tell = || {
            let on = &self.transaction;
            let mut diff = Diff { added: self.layer.added(on, limit)?, ..Diff::default() };
            if let Some(elder) = &self.standing {
                let old = layer_of(elder);
                self.layer.changed(&old, on, Some(limit), &mut |was, is| {
                    let differences =
                        is.map_or_else(|_| Vec::new(), |is| was.differences(&elder.collection, (self.collection, &is)));
                    diff.changed.push(Changed { id: was.id, differences });
                    Ok(())
                })?;
                for fid in self.comparison.removed().into_iter().take(limit) {
                    diff.removed.extend(old.at(on, fid)?.map(|standing| standing.id));
                }
            }
            Ok(diff)
        };
        tell().map_err(|error| explain(self.path, &error))
    }

    /// Makes the features that were put those of the collection, for everybody at once.
    ///
    /// Where everything is as it should be already, only the run is kept: readers need no new revision for it, and the
    /// provenance stays that of the last change.
    pub fn commit(mut self, run: &Run) -> Result<Committed, StoreError> {
        let path = self.path;
        let at = |error| explain(path, &error);
        let change = self.comparison.change();
        let same = self.standing.as_ref().is_some_and(|elder| elder.says(self.collection, self.provenance));
        let revision = if same && change.is_nothing() && self.comparison.has_same_aliases() {
            self.drop_gathered().map_err(at)?;
            None
        } else {
            let definition = serde_json::to_string(self.collection)?;
            let provenance = serde_json::to_string(self.provenance)?;
            self.gather()?;
            self.write(&definition, &provenance).map_err(at)?;
            Some(self.next)
        };
        let keep = "UPDATE mapa_collection SET demands = ?2 WHERE id = ?1 AND demands <> ?2";
        self.transaction.execute(keep, [self.collection.id.as_str(), &run.demands]).map_err(at)?;
        self.finish_run(run, true, revision).map_err(at)?;
        self.transaction.commit().map_err(at)?;
        Ok(Committed { revision, change })
    }

    /// Leaves the collection as it was, and keeps the run with its rejections.
    pub fn refuse_all(self, run: &Run) -> Result<(), StoreError> {
        let at = |error| explain(self.path, &error);
        self.drop_gathered().map_err(at)?;
        self.finish_run(run, false, None).map_err(at)?;
        self.transaction.commit().map_err(at)
    }

    fn write(&self, definition: &str, provenance: &str) -> rusqlite::Result<()> {
        let on = &self.transaction;
        let removed = self.comparison.removed();
        if let Some(elder) = &self.standing {
            self.keep_versions(elder, &removed)?;
        }
        let next = self.next.0 as i64;
        // What readers cannot be told change by change they load whole.
        let is_told = self.comparison.is_told_by_log(self.standing.as_ref(), self.collection);
        let whole_since = if is_told { None } else { Some(next) };
        if is_told {
            self.layer.log(on, &removed, next)?;
        }
        on.execute("UPDATE mapa_store SET importing = 1", [])?;
        if self.standing.as_ref().is_some_and(|elder| elder.has_columns_of(self.collection)) {
            self.layer.apply(on, &removed)?;
        } else {
            self.layer.take_place(on)?;
        }
        self.layer.announce(on, self.comparison.bbox, self.comparison.several_points)?;
        let id = self.collection.id.as_str();
        let aliases_since = if self.comparison.has_same_aliases() { None } else { Some(next) };
        if aliases_since.is_some() {
            on.execute("DELETE FROM mapa_alias WHERE collection = ?1", [id])?;
            for (alias, of) in self.comparison.aliases() {
                keep_alias(on, id, alias, of)?;
            }
        }
        on.execute("UPDATE mapa_store SET revision = ?1, importing = 0", [next])?;
        on.execute("DELETE FROM mapa_change WHERE revision <= ?1", [next - KEPT_REVISIONS])?;
        on.execute(
            "INSERT INTO mapa_collection VALUES (?1, ?2, ?3, ?4, ?5, coalesce(?6, 0), coalesce(?7, 0), '{}')
             ON CONFLICT (id) DO UPDATE SET definition = ?3, provenance = ?4, revision = ?5,
             whole_since = coalesce(?6, whole_since), aliases_since = coalesce(?7, aliases_since)",
            params![id, self.layer.name(), definition, provenance, next, whole_since, aliases_since],
        )?;
        Ok(())
    }

    /// Keeps what changed and removed features were.
    fn keep_versions(&self, elder: &Elder, removed: &[i64]) -> rusqlite::Result<()> {
        let (on, old) = (&self.transaction, layer_of(elder));
        let mut insert = on.prepare("INSERT INTO mapa_version VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL)")?;
        let id = self.collection.id.as_str();
        let next = self.next.0 as i64;
        let mut keep = |was: &Standing| {
            let feature = was.geojson(&elder.collection);
            insert.execute(params![id, was.id, was.since, next, feature, was.row, was.record]).map(drop)
        };
        self.layer.changed(&old, on, None, &mut |was, _| keep(&was))?;
        for fid in removed {
            if let Some(was) = old.at(on, *fid)? {
                keep(&was)?;
            }
        }
        Ok(())
    }

    fn finish_run(&self, run: &Run, accepted: bool, revision: Option<Revision>) -> rusqlite::Result<()> {
        let Change { added, changed, removed, unchanged } = self.comparison.change();
        let [added, changed, removed, unchanged] = [added, changed, removed, unchanged].map(|count| count as i64);
        self.transaction.execute(
            "UPDATE mapa_run SET recipe = ?2, report = ?3, accepted = ?4, revision = ?5, added = ?6, changed = ?7,
             removed = ?8, unchanged = ?9 WHERE run = ?1",
            params![
                self.run,
                run.recipe,
                run.report,
                accepted,
                revision.map(|revision| revision.0 as i64),
                added,
                changed,
                removed,
                unchanged
            ],
        )?;
        Ok(())
    }
}

/// The further ids of a collection, each with the id of its feature.
pub(super) fn aliases_of(on: &Connection, collection: &str) -> rusqlite::Result<BTreeMap<String, String>> {
    let mut rows = on.prepare("SELECT alias, id FROM mapa_alias WHERE collection = ?1")?;
    rows.query_map([collection], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// Keeps a further id.
pub(super) fn keep_alias(on: &Connection, collection: &str, alias: &str, id: &str) -> rusqlite::Result<()> {
    on.prepare_cached("INSERT INTO mapa_alias VALUES (?1, ?2, ?3)")?.execute([collection, alias, id]).map(drop)
}

fn layer_of(elder: &Elder) -> Layer<'_> {
    Layer::new(elder.layer.clone(), &elder.collection)
}

/// Keeps a row that a run refused.
pub(super) fn keep_rejection(on: &Transaction<'_>, run: i64, refused: &Refused<'_>) -> rusqlite::Result<()> {
    let Refused { row, column, text, reason, detail, record } = *refused;
    let row = i64::try_from(row).unwrap_or(i64::MAX);
    on.prepare_cached("INSERT INTO mapa_rejection VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
        .execute(params![run, row, column, text, reason, detail, record])
        .map(drop)
}
