//! The one face of both stores.

use std::{thread, time::Duration};

use super::{
    Address, Change, Committed, Diff, Fault, Origin, PastRejection, PastRun, Refused, Run, StoreError, Stored, Version,
    geopackage::{self, GeoPackage},
    postgis::{self, PostGis},
};
use crate::model::{Collection, Feature, Provenance, Revision};

/// How often a file is looked at: a read of one row, some 20 µs.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// How often a database is looked at that has announced nothing, should an announcement have been lost.
const LOOK_ANYWAY_EVERY: Duration = Duration::from_millis(500);

/// A store.
#[derive(Debug)]
pub enum Store {
    /// One file.
    GeoPackage(GeoPackage),
    /// A PostgreSQL database.
    PostGis(PostGis),
}

/// The features of one collection being replaced, as one transaction; dropped uncommitted, it never was.
#[derive(Debug)]
pub enum Replacement<'a> {
    /// In one file.
    GeoPackage(geopackage::Replacement<'a>),
    /// In a database.
    PostGis(postgis::Replacement<'a>),
}

impl Store {
    /// Opens the store that must be there.
    pub fn open(at: impl Into<Address>) -> Result<Self, StoreError> {
        match at.into() {
            Address::File(path) => GeoPackage::open(&path).map(Self::GeoPackage),
            Address::Database(url) => PostGis::open(&url).map(Self::PostGis),
        }
    }

    /// Opens the store, or makes an empty one where there is none.
    pub fn open_or_create(at: impl Into<Address>) -> Result<Self, StoreError> {
        match at.into() {
            Address::File(path) => GeoPackage::open_or_create(&path).map(Self::GeoPackage),
            Address::Database(url) => PostGis::open_or_create(&url).map(Self::PostGis),
        }
    }

    /// How many commits the store has seen.
    pub fn revision(&mut self) -> Result<Revision, StoreError> {
        match self {
            Self::GeoPackage(store) => store.revision(),
            Self::PostGis(store) => store.revision(),
        }
    }

    /// Returns when there may be a newer revision: as soon as the store announces one, and after a while in any case.
    pub fn wait(&mut self) -> Result<(), StoreError> {
        match self {
            Self::GeoPackage(_) => {
                thread::sleep(LOOK_EVERY);
                Ok(())
            }
            Self::PostGis(store) => store.wait(LOOK_ANYWAY_EVERY),
        }
    }

    /// Every collection that changed after `since`, whole or what changed of it, and the revision they belong to, as one consistent reading.
    pub fn load(&mut self, since: Revision) -> Result<(Revision, Vec<Stored>), StoreError> {
        match self {
            Self::GeoPackage(store) => store.load(since),
            Self::PostGis(store) => store.load(since),
        }
    }

    /// Keeps rows that are no features as rejections of the edits that made them so, unless somebody has; those that are
    /// to be tried again stay in the list.
    pub fn keep_faults(&mut self, faults: &mut Vec<Fault>) -> Result<(), StoreError> {
        if faults.is_empty() {
            return Ok(());
        }
        match self {
            Self::GeoPackage(store) => {
                if store.keep_faults(faults)? {
                    faults.clear();
                }
            }
            Self::PostGis(store) => {
                store.keep_faults(faults)?;
                faults.clear();
            }
        }
        Ok(())
    }

    /// One collection as it stands, its features in the order of their ids; `None` where the store has none of this id.
    pub fn collection(&mut self, id: &str) -> Result<Option<(Collection, Vec<Feature>)>, StoreError> {
        match self {
            Self::GeoPackage(store) => store.collection(id),
            Self::PostGis(store) => store.collection(id),
        }
    }

    /// Begins to replace all features of a collection; nothing is seen by others before [`Replacement::commit`].
    pub fn replace<'a>(
        &'a mut self,
        collection: &'a Collection,
        provenance: &'a Provenance,
    ) -> Result<Replacement<'a>, StoreError> {
        match self {
            Self::GeoPackage(store) => store.replace(collection, provenance).map(Replacement::GeoPackage),
            Self::PostGis(store) => store.replace(collection, provenance).map(Replacement::PostGis),
        }
    }

    /// The texts of a field of a collection, each once, in no order; none where the store does not have it.
    pub fn texts(&mut self, collection: &str, field: &str) -> Result<Vec<String>, StoreError> {
        match self {
            Self::GeoPackage(store) => store.texts(collection, field),
            Self::PostGis(store) => store.texts(collection, field),
        }
    }

    /// The revision that last changed a collection, of an import or an edit; `None` where the store has none of this id.
    pub fn revision_of(&mut self, collection: &str) -> Result<Option<Revision>, StoreError> {
        match self {
            Self::GeoPackage(store) => store.revision_of(collection),
            Self::PostGis(store) => store.revision_of(collection),
        }
    }

    /// Keeps the last run over a collection once more, with its rejections, as one that changed nothing; `None`, and
    /// nothing kept, where it is not the `same` or was refused. Returns what it was, under its new number.
    ///
    /// An edit by another program is a run too: behind one, nothing is the same.
    pub fn repeat(&mut self, collection: &str, same: &dyn Fn(&PastRun) -> bool) -> Result<Option<PastRun>, StoreError> {
        match self {
            Self::GeoPackage(store) => store.repeat(collection, same),
            Self::PostGis(store) => store.repeat(collection, same),
        }
    }

    /// The runs over a collection, oldest first.
    pub fn runs(&mut self, collection: &str) -> Result<Vec<PastRun>, StoreError> {
        match self {
            Self::GeoPackage(store) => store.runs(collection),
            Self::PostGis(store) => store.runs(collection),
        }
    }

    /// The states of a feature, oldest first; the last is the one that stands, where one does.
    pub fn versions(&mut self, collection: &str, id: &str) -> Result<Vec<Version>, StoreError> {
        match self {
            Self::GeoPackage(store) => store.versions(collection, id),
            Self::PostGis(store) => store.versions(collection, id),
        }
    }
}

impl Store {
    /// The rows that a run refused, in the order of the source.
    pub fn rejections(&mut self, run: i64) -> Result<Vec<PastRejection>, StoreError> {
        match self {
            Self::GeoPackage(store) => store.rejections(run),
            Self::PostGis(store) => store.rejections(run),
        }
    }

    /// The id of the feature that has this further id.
    pub fn alias(&mut self, collection: &str, alias: &str) -> Result<Option<String>, StoreError> {
        match self {
            Self::GeoPackage(store) => store.alias(collection, alias),
            Self::PostGis(store) => store.alias(collection, alias),
        }
    }
}

impl Replacement<'_> {
    /// Adds a feature with what it was made of.
    pub fn put(&mut self, feature: &Feature, origin: Origin<'_>) -> Result<(), StoreError> {
        match self {
            Self::GeoPackage(replacement) => replacement.put(feature, origin),
            Self::PostGis(replacement) => replacement.put(feature, origin),
        }
    }

    /// Keeps a row that was refused.
    pub fn refuse(&mut self, refused: &Refused<'_>) -> Result<(), StoreError> {
        match self {
            Self::GeoPackage(replacement) => replacement.refuse(refused),
            Self::PostGis(replacement) => replacement.refuse(refused),
        }
    }

    /// What a commit would do to the features.
    pub fn change(&self) -> Change {
        match self {
            Self::GeoPackage(replacement) => replacement.change(),
            Self::PostGis(replacement) => replacement.change(),
        }
    }

    /// What a commit would do, at most `limit` features of each sort by name.
    pub fn diff(&mut self, limit: usize) -> Result<Diff, StoreError> {
        match self {
            Self::GeoPackage(replacement) => replacement.diff(limit),
            Self::PostGis(replacement) => replacement.diff(limit),
        }
    }

    /// Makes the features that were put those of the collection, for everybody at once.
    ///
    /// Where everything is as it should be already, only the run is kept: readers need no new revision for it, and the
    /// provenance stays that of the last change.
    pub fn commit(self, run: &Run) -> Result<Committed, StoreError> {
        match self {
            Self::GeoPackage(replacement) => replacement.commit(run),
            Self::PostGis(replacement) => replacement.commit(run),
        }
    }

    /// Leaves the collection as it was, and keeps the run with its rejections.
    pub fn refuse_all(self, run: &Run) -> Result<(), StoreError> {
        match self {
            Self::GeoPackage(replacement) => replacement.refuse_all(run),
            Self::PostGis(replacement) => replacement.refuse_all(run),
        }
    }
}
