//! A store keeps features at rest: what was imported, at which revision, what it was before, and what was refused.
//!
//! Verbs: [`Store::open`], [`Store::replace`] (one transaction), [`Store::revision`], [`Store::load`], [`Store::history`].
//! Two stores with one face: the embedded GeoPackage and PostGIS. What one can, the other can; `tests/store.rs` holds both to it.

mod address;
mod comparison;
mod content;
mod copy;
mod face;
mod geopackage;
mod log;
mod photos;
mod postgis;
mod words;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{Collection, Feature, FeatureId, Provenance, Revision};

pub use address::{Address, DatabaseUrl};
pub use comparison::Change;
pub use content::Difference;
pub use face::{Replacement, Store};
pub use photos::Named;

/// A collection as it was loaded.
#[derive(Debug)]
pub struct Stored {
    /// What its features are.
    pub collection: Collection,
    /// Where they came from.
    pub provenance: Provenance,
    /// The revision that brought them.
    pub revision: Revision,
    /// In the order of their ids: all there are, or the new and the changed ones.
    pub features: Vec<Feature>,
    /// Changed ids that have no feature any more; `None` where `features` are all there are.
    pub gone: Option<Vec<FeatureId>>,
    /// Further ids, each with the id of its feature; `None` where they are as they were.
    pub aliases: Option<BTreeMap<String, String>>,
    /// Rows that another program left in a state that is no feature; they are not served.
    pub faults: Vec<Fault>,
    /// Which of `features` another program wrote: no import has seen them, and nobody held them to `demands` yet.
    pub edited: BTreeMap<FeatureId, Edited>,
    /// JSON of what the recipe wants of each feature, as the last import gave it.
    pub demands: String,
}

/// The row of a feature that another program wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// Layer of the store.
    pub layer: String,
    /// Its `fid`.
    pub row: i64,
    /// The revision that brought it.
    pub revision: i64,
}

/// A row of the store that is not served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The row.
    pub at: Edited,
    /// Which column is wrong, if one is.
    pub column: Option<String>,
    /// The text that is wrong, or the id of the row.
    pub text: String,
    /// Code of the reason.
    pub reason: &'static str,
    /// The reason in words.
    pub detail: String,
}

/// The reason where another program left a row in a state that is no feature at all.
const NO_FEATURE: &str = "no-feature";

/// A source row that was refused, as it is kept.
#[derive(Debug, Clone, Copy)]
pub struct Refused<'a> {
    /// Where it stood in the source.
    pub row: u64,
    /// Which column was wrong, if one was.
    pub column: Option<&'a str>,
    /// The text that was wrong.
    pub text: &'a str,
    /// Code of the reason.
    pub reason: &'a str,
    /// The reason in words.
    pub detail: &'a str,
    /// JSON of the whole raw row.
    pub record: &'a str,
}

/// What a feature was made of, as it is kept beside it; it is for the authors of the data and no answer to the public.
#[derive(Debug, Clone, Copy, Default)]
pub struct Origin<'a> {
    /// Where the row stood in the source; `None` where nobody said.
    pub row: Option<u64>,
    /// JSON of the whole raw row.
    pub record: Option<&'a str>,
    /// Further ids by which the feature can be found.
    pub aliases: &'a [String],
}

/// One import run, as it is given to be kept.
#[derive(Debug, Clone)]
pub struct Run {
    /// Name of the recipe.
    pub recipe: String,
    /// JSON of the tally.
    pub report: String,
    /// JSON of what the recipe wants of each feature, for edits to be held to it.
    pub demands: String,
}

/// What a commit did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The revision that it made; `None` where everything was as it should be already.
    pub revision: Option<Revision>,
    /// What it did to the features.
    pub change: Change,
}

/// What a commit would do, the first of each sort by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Diff {
    /// Ids of features that are not there yet.
    pub added: Vec<String>,
    /// Features that are there with another content.
    pub changed: Vec<Changed>,
    /// Ids of features that are there and not in the source.
    pub removed: Vec<String>,
}

/// A feature with another content.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Changed {
    /// Its id.
    pub id: String,
    /// Field by field.
    pub differences: Vec<Difference>,
}

/// An import run, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PastRun {
    /// Its number.
    pub run: i64,
    /// Id of the collection.
    pub collection: String,
    /// Name of the recipe.
    pub recipe: String,
    /// Name of the source.
    pub source: String,
    /// RFC 3339.
    pub started: String,
    /// Whether the threshold of the recipe let it pass.
    pub accepted: bool,
    /// The revision that it made; `None` where it was refused or changed nothing.
    pub revision: Option<i64>,
    /// What it did to the features; of a refused run, what it would have done.
    #[serde(flatten)]
    pub change: Change,
    /// JSON of the tally.
    #[serde(skip)]
    pub report: String,
}

impl PastRun {
    /// The same, found once more by a run of this number.
    fn again(self, run: i64) -> Self {
        let change = Change { unchanged: self.change.stands(), ..Change::default() };
        Self { run, revision: None, change, ..self }
    }
}

/// A state of a feature, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Version {
    /// Id of the collection.
    pub collection: String,
    /// Id of the feature.
    pub id: String,
    /// The revision that brought it.
    pub from: i64,
    /// The revision that ended it; `None` for the state that stands.
    pub to: Option<i64>,
    /// GeoJSON.
    #[serde(serialize_with = "as_json")]
    pub feature: String,
    /// Where the row that it was made of stood in the source.
    pub row: Option<i64>,
    /// JSON of that row.
    #[serde(serialize_with = "as_json_or_null")]
    pub record: Option<String>,
}

/// A row that a run refused, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PastRejection {
    /// Where it stood in the source.
    pub row: u64,
    /// Which column was wrong, if one was.
    pub column: Option<String>,
    /// The text that was wrong.
    pub text: String,
    /// Code of the reason.
    pub reason: String,
    /// The reason in words.
    pub detail: String,
    /// JSON of the whole raw row.
    #[serde(serialize_with = "as_json")]
    pub record: String,
}

fn as_json<S: serde::Serializer>(text: &str, to: S) -> Result<S::Ok, S::Error> {
    serde_json::from_str::<&serde_json::value::RawValue>(text).map_err(serde::ser::Error::custom)?.serialize(to)
}

#[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
fn as_json_or_null<S: serde::Serializer>(text: &Option<String>, to: S) -> Result<S::Ok, S::Error> {
    match text {
        Some(text) => as_json(text, to),
        None => to.serialize_none(),
    }
}

/// Why a store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no store at the address.
    #[error("{0}: there is no store here; import something first")]
    Missing(String),
    /// What is there is something else.
    #[error("{store}: this is not a store of mapa: {problem}")]
    Foreign {
        /// The address.
        store: String,
        /// Why it is none.
        problem: String,
    },
    /// The store was written by another version.
    #[error("{store}: the store has layout {found}, this program reads layout {known}{}", advice(store, *found, *known))]
    Layout {
        /// The address.
        store: String,
        /// Layout of the store.
        found: i64,
        /// Layout this program knows.
        known: i64,
    },
    /// The database does not answer.
    #[error("{store}: cannot connect: {problem}")]
    Unreachable {
        /// The address.
        store: String,
        /// What was said instead.
        problem: String,
    },
    /// The database said no.
    #[error("{store}: {problem}")]
    Database {
        /// The address.
        store: String,
        /// What it said.
        problem: String,
    },
    /// A feature was put twice.
    #[error("the feature `{0}` was put twice")]
    Twice(String),
    /// A shape could not be written.
    #[error("a geometry could not be encoded: {0}")]
    Geometry(#[from] geozero::error::GeozeroError),
    /// A definition could not be written or read.
    #[error("a definition could not be encoded: {0}")]
    Definition(#[from] serde_json::Error),
}

fn advice(store: &str, found: i64, known: i64) -> &'static str {
    match found < known {
        true if store.starts_with("postgres") => "; an import with this program brings it up to date",
        true => "; import the sources again into a new store",
        false => "; a newer mapa wrote it",
    }
}

/// The name of the layer of a collection: the id with underscores. No id has two hyphens together, so no other layer is `c__…`.
fn layer_name(id: &str) -> String {
    let name = id.replace('-', "_");
    let taken = ["mapa_", "gpkg_", "sqlite_", "rtree_", "pg_"].iter().any(|prefix| name.starts_with(prefix));
    if taken { format!("c__{name}") } else { name }
}
