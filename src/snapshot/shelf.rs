//! A `Shelf` is one collection in memory: its features in the order of their ids, indexed by place.

use std::collections::BTreeMap;

use rstar::{AABB, ParentNode, RTree, RTreeObject};

use crate::{
    model::{Collection, Feature, Provenance},
    space::BBox,
};

/// One collection at one revision.
#[derive(Debug)]
pub struct Shelf {
    collection: Collection,
    sector: Option<String>,
    provenance: Option<Provenance>,
    features: Vec<Feature>,
    index: RTree<Entry>,
    kinds: BTreeMap<String, u64>,
    /// Further ids, each with the id of its feature.
    aliases: BTreeMap<String, String>,
}

/// The box of a feature and the feature's place on the shelf.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    bbox: BBox,
    at: u32,
}

impl Entry {
    /// The smallest lon-lat box of the feature.
    pub fn bbox(&self) -> BBox {
        self.bbox
    }

    /// Its place on the shelf.
    pub fn at(&self) -> usize {
        self.at as usize
    }
}

impl RTreeObject for Entry {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        envelope(&self.bbox)
    }
}

impl Shelf {
    /// A shelf of these features; they may come in any order.
    pub fn new(collection: Collection, provenance: Provenance, mut features: Vec<Feature>) -> Self {
        features.sort_by(|a, b| a.id.cmp(&b.id));
        let entries = features
            .iter()
            .enumerate()
            .map(|(at, feature)| Entry {
                bbox: feature.geometry.bbox(),
                at: u32::try_from(at).expect("a collection has fewer than 2^32 features"),
            })
            .collect();
        let mut kinds = BTreeMap::new();
        for kind in features.iter().filter_map(|feature| feature.kind.as_deref()) {
            match kinds.get_mut(kind) {
                Some(count) => *count += 1,
                None => _ = kinds.insert(kind.to_owned(), 1),
            }
        }
        Self {
            collection,
            sector: None,
            provenance: Some(provenance),
            features,
            index: RTree::bulk_load(entries),
            kinds,
            aliases: BTreeMap::new(),
        }
    }

    /// The shelf of a collection that nobody has filled.
    pub fn empty(collection: Collection) -> Self {
        Self {
            collection,
            sector: None,
            provenance: None,
            features: Vec::new(),
            index: RTree::new(),
            kinds: BTreeMap::new(),
            aliases: BTreeMap::new(),
        }
    }

    /// The same with these further ids, each with the id of its feature.
    #[must_use]
    pub fn with_aliases(mut self, aliases: BTreeMap<String, String>) -> Self {
        self.aliases = aliases;
        self
    }

    /// The feature that was known by this id before, or is known by it elsewhere.
    pub fn by_alias(&self, alias: &str) -> Option<&Feature> {
        self.feature(self.aliases.get(alias)?)
    }

    /// What the features are.
    pub fn collection(&self) -> &Collection {
        &self.collection
    }

    /// The sector of the filter tree; `None` for what only carries the map.
    pub fn sector(&self) -> Option<&str> {
        self.sector.as_deref()
    }

    /// Where the features came from; `None` while nobody has filled the shelf.
    pub fn provenance(&self) -> Option<&Provenance> {
        self.provenance.as_ref()
    }

    /// Whether the features are invented.
    pub fn is_demonstration(&self) -> bool {
        self.provenance.as_ref().is_some_and(|provenance| provenance.demonstration)
    }

    /// All features in the order of their ids.
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// The feature with this id.
    pub fn feature(&self, id: &str) -> Option<&Feature> {
        let at = self.features.binary_search_by(|feature| feature.id.as_str().cmp(id)).ok()?;
        Some(&self.features[at])
    }

    /// How many features are of this kind.
    pub fn count_of(&self, kind: &str) -> u64 {
        self.kinds.get(kind).copied().unwrap_or(0)
    }

    /// The box of all features; `None` while there is none.
    pub fn bbox(&self) -> Option<BBox> {
        (!self.features.is_empty()).then(|| bbox(&self.index.root().envelope()))
    }

    /// The places on the shelf, ascending, of features whose boxes share a point with this one.
    pub fn near_box(&self, bbox: &BBox) -> Vec<usize> {
        let mut found: Vec<usize> = self.index.locate_in_envelope_intersecting(envelope(bbox)).map(Entry::at).collect();
        found.sort_unstable();
        found
    }

    pub(super) fn root(&self) -> &ParentNode<Entry> {
        self.index.root()
    }

    pub(super) fn set_sector(&mut self, sector: String) {
        self.sector = Some(sector);
    }
}

/// The box of an envelope of the index.
pub(super) fn bbox(envelope: &AABB<[f64; 2]>) -> BBox {
    let ([west, south], [east, north]) = (envelope.lower(), envelope.upper());
    BBox { west, south, east, north }
}

fn envelope(bbox: &BBox) -> AABB<[f64; 2]> {
    AABB::from_corners([bbox.west, bbox.south], [bbox.east, bbox.north])
}
