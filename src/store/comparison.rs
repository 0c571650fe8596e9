//! A `Comparison` tells what an import changes while its features come in: which are new, changed, the same or gone.

use std::collections::BTreeMap;

use serde::Serialize;
use xxhash_rust::xxh3::xxh3_128;

use super::{StoreError, content, log::MOST_CHANGES};
use crate::{
    model::{Collection, Feature, Provenance, Revision},
    space::{BBox, Geometry},
};

/// How many features a commit touched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Not there before.
    pub added: u64,
    /// There before with another content.
    pub changed: u64,
    /// There before and not in the source any more.
    pub removed: u64,
    /// There before with the same content.
    pub unchanged: u64,
}

impl Change {
    /// Whether every feature is as it was.
    pub fn is_nothing(&self) -> bool {
        self.added + self.changed + self.removed == 0
    }

    /// How many features there are after it.
    pub(super) fn stands(&self) -> u64 {
        self.added + self.changed + self.unchanged
    }
}

impl std::ops::Add for Change {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            added: self.added + other.added,
            changed: self.changed + other.changed,
            removed: self.removed + other.removed,
            unchanged: self.unchanged + other.unchanged,
        }
    }
}

/// What a collection is before an import.
#[derive(Debug)]
pub struct Elder {
    /// Its definition.
    pub collection: Collection,
    /// Where its features came from.
    pub provenance: Provenance,
    /// Name of its layer.
    pub layer: String,
}

impl Elder {
    /// Whether a layer of this definition has the columns that the other needs; the layer is made anew otherwise.
    pub fn has_columns_of(&self, other: &Collection) -> bool {
        let columns = |of: &Collection| {
            of.fields.iter().map(|field| (field.name.clone(), field.kind, field.unique)).collect::<Vec<_>>()
        };
        self.collection.geometry == other.geometry && columns(&self.collection) == columns(other)
    }

    /// Whether this is how the collection would be described again, apart from the time of the import.
    pub fn says(&self, collection: &Collection, provenance: &Provenance) -> bool {
        let provenance = Provenance { imported: self.provenance.imported, ..provenance.clone() };
        self.collection == *collection && self.provenance == provenance
    }
}

/// A feature of the layer as it stands, by hashes: 48 bytes, whatever the feature holds.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// Hash of the id.
    id: [u64; 2],
    /// Hash of the content; zero where somebody changed the row by hand.
    content: [u64; 2],
    /// Key of the row.
    pub fid: i64,
    /// The revision that brought this content.
    since: i64,
}

impl Known {
    /// A row as the layer has it.
    pub fn new(id: &str, content: Option<&[u8]>, fid: i64, since: Option<i64>) -> Self {
        let content = content.and_then(|bytes| bytes.try_into().ok()).map_or(0, u128::from_be_bytes);
        Self { id: halves(xxh3_128(id.as_bytes())), content: halves(content), fid, since: since.unwrap_or(0) }
    }
}

fn halves(hash: u128) -> [u64; 2] {
    [(hash >> 64) as u64, hash as u64]
}

/// What a feature that is to be written gets besides its own columns.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    /// Hash of the content; `None` where another program wrote it.
    pub hash: Option<[u8; 16]>,
    /// The revision that brought it.
    pub since: i64,
}

/// The features of a layer against those that come in.
#[derive(Debug)]
pub struct Comparison {
    /// In the order of the hashes of their ids.
    known: Vec<Known>,
    seen: Vec<bool>,
    writes_all: bool,
    next: Revision,
    change: Change,
    /// The further ids of the layer as it stands, and of what came in.
    aliases: [BTreeMap<String, String>; 2],
    bytes: Vec<u8>,
    /// The box of all features that came in.
    pub bbox: Option<BBox>,
    /// Whether any of them has several places.
    pub several_points: bool,
}

impl Comparison {
    /// Compares with what is known; `writes_all` where the layer is made anew, `next` is the revision that would do it.
    pub fn new(mut known: Vec<Known>, aliases: BTreeMap<String, String>, writes_all: bool, next: Revision) -> Self {
        known.sort_unstable_by_key(|known| known.id);
        let change = Change { removed: known.len() as u64, ..Change::default() };
        let seen = vec![false; known.len()];
        let aliases = [aliases, BTreeMap::new()];
        Self { known, seen, writes_all, next, change, aliases, bytes: Vec::new(), bbox: None, several_points: false }
    }

    /// Whether every further id is as it was.
    pub fn has_same_aliases(&self) -> bool {
        self.aliases[0] == self.aliases[1]
    }

    /// The further ids that came in, each with the id of its feature.
    pub fn aliases(&self) -> &BTreeMap<String, String> {
        &self.aliases[1]
    }

    /// Takes a feature; `None`: it is there already, just as it is.
    pub fn take(&mut self, of: &Collection, feature: &Feature, aliases: &[String]) -> Result<Option<Mark>, StoreError> {
        for alias in aliases {
            if self.aliases[1].insert(alias.clone(), feature.id.to_string()).is_some() {
                return Err(StoreError::Twice(alias.clone()));
            }
        }
        let bbox = feature.geometry.bbox();
        self.bbox = Some(self.bbox.map_or(bbox, |all| all.union(bbox)));
        self.several_points |= matches!(feature.geometry, Geometry::Points(_));
        let hash = content::hash(of, feature, &mut self.bytes);
        let mut mark = Mark { hash: Some(hash.to_be_bytes()), since: self.next.0 as i64 };
        let id = halves(xxh3_128(feature.id.as_str().as_bytes()));
        let Ok(at) = self.known.binary_search_by_key(&id, |known| known.id) else {
            self.change.added += 1;
            return Ok(Some(mark));
        };
        if std::mem::replace(&mut self.seen[at], true) {
            return Err(StoreError::Twice(feature.id.to_string()));
        }
        self.change.removed -= 1;
        if self.known[at].content != halves(hash) {
            self.change.changed += 1;
            return Ok(Some(mark));
        }
        self.change.unchanged += 1;
        mark.since = self.known[at].since;
        Ok(self.writes_all.then_some(mark))
    }

    /// What the features that came in so far change, if no other comes.
    pub fn change(&self) -> Change {
        self.change
    }

    /// Whether readers can follow by the log: the definition stays, and few features change.
    pub fn is_told_by_log(&self, standing: Option<&Elder>, collection: &Collection) -> bool {
        let Change { added, changed, removed, .. } = self.change;
        standing.is_some_and(|elder| elder.collection == *collection)
            && added + changed + removed <= MOST_CHANGES as u64
    }

    /// The keys of the rows that did not come in, in their order.
    pub fn removed(&self) -> Vec<i64> {
        let unseen = self.known.iter().zip(&self.seen).filter(|(_, seen)| !**seen);
        let mut fids: Vec<i64> = unseen.map(|(known, _)| known.fid).collect();
        fids.sort_unstable();
        fids
    }
}
