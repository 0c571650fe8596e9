//! Copying a whole store into an empty one, of the same sort or the other: the pieces that pass from one to the other.

use super::{
    Origin, PastRun, Refused, Store, StoreError, Version, comparison::Mark, geopackage::Filling as FillingGeoPackage,
    postgis::Filling as FillingPostGis,
};
use crate::model::{Collection, Feature, Provenance, Revision};

/// Features that pass at once.
pub const BATCH: usize = 1000;

/// A piece of a store; all of them, in the order of their reading, are the store.
#[derive(Debug)]
pub enum Piece<'a> {
    /// A collection begins; JSON of what is wanted of its features last.
    Opened(&'a Collection, &'a Provenance, Revision, &'a str),
    /// Some of its features.
    Features(&'a Collection, &'a [Copied]),
    /// The collection was whole.
    Closed(&'a Collection),
    /// An import run.
    Run(&'a PastRun),
    /// A further id of a feature: collection, alias, id.
    Alias(&'a str, &'a str, &'a str),
    /// A row that a run refused.
    Rejection(i64, &'a Refused<'a>),
    /// What a feature was before.
    Version(&'a Version),
    /// How many commits the store has seen; the last piece.
    Revision(Revision),
}

/// Takes pieces.
pub type Take<'t> = dyn FnMut(Piece<'_>) -> Result<(), StoreError> + 't;

impl Store {
    /// How many collections the store has.
    pub fn collections(&mut self) -> Result<u64, StoreError> {
        match self {
            Self::GeoPackage(store) => store.collections(),
            Self::PostGis(store) => store.collections(),
        }
    }

    /// Copies everything into an empty store, as one transaction there and one consistent reading here.
    ///
    /// `told` hears of each collection that is done. A row that another program left in a state that is no feature stops
    /// the copying: nothing may be lost.
    pub fn copy_to(&mut self, to: &mut Self, told: &mut dyn FnMut(&Collection)) -> Result<(), StoreError> {
        let mut tell = |piece: &Piece<'_>| {
            if let Piece::Closed(collection) = piece {
                told(collection);
            }
        };
        match to {
            Self::GeoPackage(to) => {
                let mut filling = FillingGeoPackage::begin(to)?;
                self.pour(&mut |piece| filling.take(&piece).inspect(|()| tell(&piece)))?;
                filling.commit()
            }
            Self::PostGis(to) => {
                let mut filling = FillingPostGis::begin(to)?;
                self.pour(&mut |piece| filling.take(&piece).inspect(|()| tell(&piece)))?;
                filling.commit()
            }
        }
    }

    fn pour(&mut self, take: &mut Take<'_>) -> Result<(), StoreError> {
        match self {
            Self::GeoPackage(store) => store.pour(take),
            Self::PostGis(store) => store.pour(take),
        }
    }
}

/// A row of the source and the row as JSON, as a layer keeps them.
pub type RowAndRecord = (Option<i64>, Option<String>);

/// Takes a row of a layer: key, feature, hash of the content, the revision that brought it, what it was made of.
pub type TakeRow<'t> =
    dyn FnMut(i64, Result<Feature, String>, Option<&[u8]>, i64, RowAndRecord) -> Result<(), StoreError> + 't;

/// A feature on its way from one store to another.
#[derive(Debug)]
pub struct Copied {
    /// The feature.
    pub feature: Feature,
    /// What is kept beside it.
    pub mark: Mark,
    row_and_record: RowAndRecord,
}

impl Copied {
    /// What it was made of; its further ids pass on their own.
    pub fn origin(&self) -> Origin<'_> {
        let (row, record) = &self.row_and_record;
        Origin { row: row.map(i64::unsigned_abs), record: record.as_deref(), aliases: &[] }
    }
}

/// Hands features on in batches.
pub struct Batches<'a> {
    of: &'a Collection,
    layer: &'a str,
    store: &'a str,
    batch: Vec<Copied>,
}

impl<'a> Batches<'a> {
    /// Batches of one collection.
    pub fn new(of: &'a Collection, layer: &'a str, store: &'a str) -> Self {
        Self { of, layer, store, batch: Vec::with_capacity(BATCH) }
    }

    /// Adds a row as it was read.
    pub fn add(
        &mut self,
        fid: i64,
        feature: Result<Feature, String>,
        hash: Option<&[u8]>,
        since: i64,
        row_and_record: RowAndRecord,
        take: &mut Take<'_>,
    ) -> Result<(), StoreError> {
        let feature = feature.map_err(|problem| StoreError::Database {
            store: self.store.into(),
            problem: format!("layer `{}`, row {fid} is no feature: {problem}; mend or delete it first", self.layer),
        })?;
        let hash = hash.and_then(|hash| hash.try_into().ok());
        self.batch.push(Copied { feature, mark: Mark { hash, since }, row_and_record });
        if self.batch.len() < BATCH { Ok(()) } else { self.send(take) }
    }

    /// Hands on what is left.
    pub fn send(&mut self, take: &mut Take<'_>) -> Result<(), StoreError> {
        take(Piece::Features(self.of, &self.batch))?;
        self.batch.clear();
        Ok(())
    }
}

/// The error of copying onto what is there already.
pub fn not_empty(store: String) -> StoreError {
    StoreError::Foreign { store, problem: "a copy goes into an empty store, and this one is not".into() }
}
