//! A `Replacement` makes what a source holds the features of a collection, as one transaction on the database.

use std::{collections::BTreeMap, fmt};

use jiff::Timestamp;
use postgres::{
    GenericClient, Transaction,
    types::{ToSql, Type},
};

use super::{
    explain,
    layer::{Gathering, Layer},
    rows::Rows,
};
use crate::{
    model::{Collection, Feature, Provenance, Revision},
    store::{
        Change, Changed, Committed, DatabaseUrl, Diff, Origin, Refused, Run, StoreError,
        comparison::{Comparison, Elder},
        content::Standing,
        layer_name,
        log::KEPT_REVISIONS,
    },
};

/// The features of one collection being replaced; dropped uncommitted, it never was.
pub struct Replacement<'a> {
    url: &'a DatabaseUrl,
    collection: &'a Collection,
    provenance: &'a Provenance,
    layer: Layer<'a>,
    standing: Option<Elder>,
    comparison: Comparison,
    next: Revision,
    run: i64,
    /// Rows for the table beside the layer; an import that changes nothing needs none.
    rows: Option<Gathering>,
    rejections: Rows,
    transaction: Transaction<'a>,
}

impl fmt::Debug for Replacement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replacement").field("collection", &self.collection.id).finish_non_exhaustive()
    }
}

impl<'a> Replacement<'a> {
    /// Begins; the transaction holds the lock of writers.
    pub(super) fn begin(
        url: &'a DatabaseUrl,
        collection: &'a Collection,
        provenance: &'a Provenance,
        mut transaction: Transaction<'a>,
    ) -> Result<Self, StoreError> {
        let at = |error| explain(url, &error);
        let on = &mut transaction;
        let ask = "SELECT layer, definition::text, provenance::text FROM mapa.mapa_collection WHERE id = $1";
        let standing = match on.query_typed_opt(ask, &[(&collection.id.as_str(), Type::TEXT)]).map_err(at)? {
            None => None,
            Some(row) => Some(Elder {
                collection: serde_json::from_str(row.get(1))?,
                provenance: serde_json::from_str(row.get(2))?,
                layer: row.get(0),
            }),
        };
        let known = match &standing {
            None => Vec::new(),
            Some(elder) => layer_of(elder).known(on).map_err(at)?,
        };
        let writes_all = standing.as_ref().is_none_or(|elder| !elder.has_columns_of(collection));
        let revision: i64 = on.query_typed_one("SELECT revision FROM mapa.mapa_store", &[]).map_err(at)?.get(0);
        let next = Revision(revision as u64).next();
        let name = standing.as_ref().map_or_else(|| layer_name(collection.id.as_str()), |elder| elder.layer.clone());
        let layer = Layer::new(name, collection);
        let insert = "INSERT INTO mapa.mapa_run (collection, source, started) VALUES ($1, $2, $3) RETURNING run";
        let source = provenance.source.replace('\0', "\u{fffd}");
        let (id, started) = (collection.id.as_str(), Timestamp::now().to_string());
        let said: [&(dyn ToSql + Sync); 3] = [&id, &source, &started];
        let row = on.query_typed_one(insert, &said.map(|said| (said, Type::TEXT)));
        let run = row.map_err(at)?.get(0);
        let rejections = Rows::new("COPY mapa.mapa_rejection FROM STDIN BINARY".into(), 7);
        let aliases = aliases_of(on, collection.id.as_str()).map_err(at)?;
        let comparison = Comparison::new(known, aliases, writes_all, next);
        Ok(Self {
            url,
            collection,
            provenance,
            layer,
            standing,
            comparison,
            next,
            run,
            rows: None,
            rejections,
            transaction,
        })
    }

    /// Adds a feature.
    pub fn put(&mut self, feature: &Feature, origin: Origin<'_>) -> Result<(), StoreError> {
        let Some(mark) = self.comparison.take(self.collection, feature, origin.aliases)? else { return Ok(()) };
        let (url, on) = (self.url, &mut self.transaction);
        let rows = match &mut self.rows {
            Some(rows) => rows,
            none => none.insert(self.layer.create_new(on).map_err(|error| explain(url, &error))?),
        };
        rows.make_room_for(feature, on).map_err(|error| explain(url, &error))?;
        rows.take(feature, mark, origin)
    }

    /// Sends what is gathered; afterwards the table beside the layer is there.
    fn send(&mut self) -> Result<(), postgres::Error> {
        match &mut self.rows {
            Some(rows) => rows.send(&mut self.transaction),
            none => {
                *none = Some(self.layer.create_new(&mut self.transaction)?);
                Ok(())
            }
        }
    }

    fn drop_gathered(&mut self) -> Result<(), postgres::Error> {
        if self.rows.is_none() { Ok(()) } else { self.transaction.batch_execute("DROP TABLE mapa.mapa_new") }
    }

    /// Keeps a row that was refused.
    pub fn refuse(&mut self, refused: &Refused<'_>) -> Result<(), StoreError> {
        gather_rejection(&mut self.rejections, self.run, refused);
        self.rejections.send_if_full(&mut self.transaction).map_err(|error| explain(self.url, &error))
    }

    /// What a commit would do.
    pub fn change(&self) -> Change {
        self.comparison.change()
    }

    /// What a commit would do, at most `limit` features of each sort by name.
    pub fn diff(&mut self, limit: usize) -> Result<Diff, StoreError> {
        self.tell(limit).map_err(|error| explain(self.url, &error))
    }

    fn tell(&mut self, limit: usize) -> Result<Diff, postgres::Error> {
        self.send()?;
        let on = &mut self.transaction;
        let mut diff = Diff { added: self.layer.added(on, self.standing.is_some(), limit)?, ..Diff::default() };
        if let Some(elder) = &self.standing {
            let old = layer_of(elder);
            self.layer.changed(&old, on, Some(limit), &mut |_, was, is| {
                let differences =
                    is.map_or_else(|_| Vec::new(), |is| was.differences(&elder.collection, (self.collection, &is)));
                diff.changed.push(Changed { id: was.id, differences });
                Ok(())
            })?;
            let mut removed = self.comparison.removed();
            removed.truncate(limit);
            old.of_rows(on, &removed, &mut |_, standing| {
                diff.removed.push(standing.id);
                Ok(())
            })?;
        }
        Ok(diff)
    }

    /// Makes the features that were put those of the collection, for everybody at once.
    pub fn commit(mut self, run: &Run) -> Result<Committed, StoreError> {
        let url = self.url;
        let at = |error| explain(url, &error);
        let change = self.comparison.change();
        let same = self.standing.as_ref().is_some_and(|elder| elder.says(self.collection, self.provenance));
        self.rejections.send(&mut self.transaction).map_err(at)?;
        let revision = if same && change.is_nothing() && self.comparison.has_same_aliases() {
            self.drop_gathered().map_err(at)?;
            None
        } else {
            let definition = serde_json::to_string(self.collection)?;
            let provenance = serde_json::to_string(self.provenance)?;
            self.send().map_err(at)?;
            self.write(&definition, &provenance).map_err(at)?;
            Some(self.next)
        };
        let keep = "UPDATE mapa.mapa_collection SET demands = $2 WHERE id = $1 AND demands <> $2";
        let said = [(&self.collection.id.as_str() as &(dyn ToSql + Sync), Type::TEXT), (&run.demands, Type::TEXT)];
        self.transaction.execute_typed(keep, &said).map_err(at)?;
        self.finish_run(run, true, revision).map_err(at)?;
        self.transaction.commit().map_err(at)?;
        Ok(Committed { revision, change })
    }

    /// Leaves the collection as it was, and keeps the run with its rejections.
    pub fn refuse_all(mut self, run: &Run) -> Result<(), StoreError> {
        let url = self.url;
        let at = |error| explain(url, &error);
        self.rejections.send(&mut self.transaction).map_err(at)?;
        self.drop_gathered().map_err(at)?;
        self.finish_run(run, false, None).map_err(at)?;
        self.transaction.commit().map_err(at)
    }

    fn write(&mut self, definition: &str, provenance: &str) -> Result<(), postgres::Error> {
        let removed = self.comparison.removed();
        self.keep_versions(&removed)?;
        let (on, next) = (&mut self.transaction, self.next.0 as i64);
        // What readers cannot be told change by change they load whole.
        let is_told = self.comparison.is_told_by_log(self.standing.as_ref(), self.collection);
        let whole_since = if is_told { None } else { Some(next) };
        if is_told {
            self.layer.log(on, &removed, next)?;
        }
        if self.standing.as_ref().is_some_and(|elder| elder.has_columns_of(self.collection)) {
            self.layer.apply(on, &removed, self.comparison.several_points)?;
        } else {
            self.layer.take_place(on, self.standing.is_some())?;
        }
        if !is_told {
            self.layer.describe(on)?;
        }
        let aliases_since = if self.comparison.has_same_aliases() { None } else { Some(next) };
        if aliases_since.is_some() {
            let id = self.collection.id.as_str();
            on.execute("DELETE FROM mapa.mapa_alias WHERE collection = $1", &[&id])?;
            let mut rows = Rows::new("COPY mapa.mapa_alias FROM STDIN BINARY".into(), 3);
            for (alias, of) in self.comparison.aliases() {
                rows.row().text(id).text(alias).text(of);
                rows.send_if_full(on)?;
            }
            rows.send(on)?;
        }
        on.query_typed_one(
            "WITH stored AS (UPDATE mapa.mapa_store SET revision = $5),
             forgotten AS (DELETE FROM mapa.mapa_change WHERE revision <= $8)
             INSERT INTO mapa.mapa_collection AS o VALUES ($1, $2, $3::json, $4::json, $5, coalesce($6, 0), coalesce($7, 0))
             ON CONFLICT (id) DO UPDATE SET definition = $3::json, provenance = $4::json, revision = $5,
             whole_since = coalesce($6, o.whole_since), aliases_since = coalesce($7, o.aliases_since)
             RETURNING pg_notify('mapa', $5::text)",
            &[
                (&self.collection.id.as_str(), Type::TEXT),
                (&self.layer.name(), Type::TEXT),
                (&definition, Type::TEXT),
                (&provenance, Type::TEXT),
                (&next, Type::INT8),
                (&whole_since, Type::INT8),
                (&aliases_since, Type::INT8),
                (&(next - KEPT_REVISIONS), Type::INT8),
            ],
        )?;
        Ok(())
    }

    /// Keeps what changed and removed features were.
    fn keep_versions(&mut self, removed: &[i64]) -> Result<(), postgres::Error> {
        let Some(elder) = &self.standing else { return Ok(()) };
        let (on, old, next) = (&mut self.transaction, layer_of(elder), self.next.0 as i64);
        let mut versions = Rows::new("COPY mapa.mapa_version FROM STDIN BINARY".into(), 7);
        let mut keep = |on: &mut Transaction<'_>, was: &Standing| {
            versions.row().text(self.collection.id.as_str()).text(&was.id).integer(was.since).integer(next);
            versions.text(&was.geojson(&elder.collection));
            versions.integer_or_null(was.row).text_or_null(was.record.as_deref());
            versions.send_if_full(on)
        };
        self.layer.changed(&old, on, None, &mut |on, was, _| keep(on, &was))?;
        old.of_rows(on, removed, &mut |on, was| keep(on, &was))?;
        versions.send(on)
    }

    fn finish_run(&mut self, run: &Run, accepted: bool, revision: Option<Revision>) -> Result<(), postgres::Error> {
        let Change { added, changed, removed, unchanged } = self.comparison.change();
        let [added, changed, removed, unchanged] = [added, changed, removed, unchanged].map(|count| count as i64);
        let revision = revision.map(|revision| revision.0 as i64);
        self.transaction.execute_typed(
            "UPDATE mapa.mapa_run SET recipe = $2, report = $3, accepted = $4, revision = $5, added = $6, changed = $7,
             removed = $8, unchanged = $9 WHERE run = $1",
            &[
                (&self.run, Type::INT8),
                (&run.recipe, Type::TEXT),
                (&run.report, Type::TEXT),
                (&accepted, Type::BOOL),
                (&revision, Type::INT8),
                (&added, Type::INT8),
                (&changed, Type::INT8),
                (&removed, Type::INT8),
                (&unchanged, Type::INT8),
            ],
        )?;
        Ok(())
    }
}

/// The further ids of a collection, each with the id of its feature.
pub(super) fn aliases_of(
    on: &mut impl GenericClient,
    collection: &str,
) -> Result<BTreeMap<String, String>, postgres::Error> {
    let ask = "SELECT alias, id FROM mapa.mapa_alias WHERE collection = $1";
    let rows = on.query_typed(ask, &[(&collection, Type::TEXT)])?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

fn layer_of(elder: &Elder) -> Layer<'_> {
    Layer::new(elder.layer.clone(), &elder.collection)
}

/// Adds a row that a run refused to those that are to be kept.
pub(super) fn gather_rejection(rows: &mut Rows, run: i64, refused: &Refused<'_>) {
    let Refused { row, column, text, reason, detail, record } = *refused;
    rows.row().integer(run).integer(i64::try_from(row).unwrap_or(i64::MAX)).text_or_null(column);
    rows.text(text).text(reason).text(detail).text(record);
}
