//! A store keeps features at rest: what was imported, at which revision, and what was refused.
//!
//! Verbs: [`Store::open`], [`Store::replace`] (one transaction), [`Store::revision`], [`Store::load`].

mod geopackage;
mod layer;

use std::path::PathBuf;

use crate::model::{Collection, Feature, Provenance, Revision};

pub use geopackage::{Replacement, Store};

/// A collection as it was loaded.
#[derive(Debug)]
pub struct Stored {
    /// What its features are.
    pub collection: Collection,
    /// Where they came from.
    pub provenance: Provenance,
    /// The revision that brought them.
    pub revision: Revision,
    /// In the order of their ids.
    pub features: Vec<Feature>,
    /// Rows that another program left in a state that is no feature; they are not served.
    pub faults: Vec<Fault>,
}

/// A row of the store that is no feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Layer of the store.
    pub layer: String,
    /// Its `fid`.
    pub row: i64,
    /// What is wrong with it.
    pub problem: String,
}

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

/// One import run, as it is kept.
#[derive(Debug, Clone)]
pub struct Run {
    /// Name of the recipe.
    pub recipe: String,
    /// JSON of the tally.
    pub report: String,
}

/// Why a store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such file.
    #[error("{path}: there is no store here; import something first", path = .0.display())]
    Missing(PathBuf),
    /// The file is something else.
    #[error("{path}: this is not a store of mapa: {problem}", path = path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Why it is none.
        problem: String,
    },
    /// The file was written by another version.
    #[error("{path}: the store has layout {found}, this program reads layout {known}", path = path.display())]
    Layout {
        /// The file.
        path: PathBuf,
        /// Layout of the file.
        found: i64,
        /// Layout this program knows.
        known: i64,
    },
    /// The database said no.
    #[error("{path}: {source}", path = path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: rusqlite::Error,
    },
    /// A shape could not be written.
    #[error("a geometry could not be encoded: {0}")]
    Geometry(#[from] geozero::error::GeozeroError),
    /// A definition could not be written or read.
    #[error("a definition could not be encoded: {0}")]
    Definition(#[from] serde_json::Error),
}
