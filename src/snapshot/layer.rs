//! A `Layer` is features in the order of their ids with an index of their boxes, built once and then only asked.

use std::sync::OnceLock;

use rstar::{AABB, ParentNode, RStarInsertionStrategy, RTree, RTreeNode, RTreeObject, RTreeParams};

use super::{points::Points, search::Texts};
use crate::{
    model::{Collection, Feature},
    space::{BBox, EdgeTree},
};

/// Features in the order of their ids, indexed by place.
#[derive(Debug)]
pub(super) struct Layer {
    features: Vec<Feature>,
    index: RTree<Entry, Wide>,
    /// The edges of long shapes.
    edges: Vec<EdgeTree>,
    points: Points,
    /// Made when first asked for.
    texts: OnceLock<Texts>,
}

/// The box of a feature and the feature's place in its layer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    bbox: BBox,
    at: u32,
    /// The place of its tree of edges; [`NO_EDGES`] for short shapes.
    edges: u32,
}

/// Nodes of up to sixteen: of a million boxes they take 65 bytes each, where those of six take 94, are built in half of the
/// time and asked in two thirds of it (`benches/RESULTS.md`).
#[derive(Debug)]
struct Wide;

impl RTreeParams for Wide {
    const MIN_SIZE: usize = 5;
    const MAX_SIZE: usize = 16;
    const REINSERTION_COUNT: usize = 4;
    type DefaultInsertionStrategy = RStarInsertionStrategy;
}

/// No place in a list of trees.
const NO_EDGES: u32 = u32::MAX;

impl Entry {
    /// The smallest lon-lat box of the feature.
    pub(super) fn bbox(&self) -> BBox {
        self.bbox
    }

    /// Its place in the layer.
    pub(super) fn at(&self) -> u32 {
        self.at
    }
}

impl RTreeObject for Entry {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        envelope(&self.bbox)
    }
}

impl Layer {
    /// A layer of these features, each with an id of its own; they may come in any order.
    pub(super) fn new(mut features: Vec<Feature>) -> Self {
        features.sort_by(|a, b| a.id.cmp(&b.id));
        let mut edges = Vec::new();
        let entry = |(at, feature): (usize, &Feature)| {
            let mut entry = Entry {
                bbox: feature.geometry.bbox(),
                at: u32::try_from(at).expect("a collection has fewer than 2^32 features"),
                edges: NO_EDGES,
            };
            if let Some(tree) = EdgeTree::of(&feature.geometry) {
                entry.edges = edges.len() as u32;
                edges.push(tree);
            }
            entry
        };
        let entries = features.iter().enumerate().map(entry).collect();
        let points = Points::new(features.iter().enumerate().map(|(at, feature)| (at as u32, feature)));
        Self { features, index: RTree::bulk_load_with_params(entries), edges, points, texts: OnceLock::new() }
    }

    /// All features in the order of their ids.
    pub(super) fn features(&self) -> &[Feature] {
        &self.features
    }

    /// The feature at a place.
    pub(super) fn at(&self, at: u32) -> &Feature {
        &self.features[at as usize]
    }

    /// The index of its words, of features of this collection.
    pub(super) fn texts(&self, of: &Collection) -> &Texts {
        self.texts.get_or_init(|| Texts::of(of, &self.features))
    }

    /// The edges of the feature of an entry, where they are many.
    pub(super) fn edges(&self, entry: &Entry) -> Option<&EdgeTree> {
        self.edges.get(entry.edges as usize)
    }

    /// Those that are points, along the Z-order curve.
    pub(super) fn points(&self) -> &Points {
        &self.points
    }

    /// The place of the feature with this id.
    pub(super) fn place_of(&self, id: &str) -> Option<u32> {
        self.features.binary_search_by(|feature| feature.id.as_str().cmp(id)).ok().map(|at| at as u32)
    }

    /// The place after all ids up to this one.
    pub(super) fn place_after(&self, id: &str) -> usize {
        self.features.partition_point(|feature| feature.id.as_str() <= id)
    }

    /// The place of the first id that does not come before this one.
    pub(super) fn place_from(&self, id: &str) -> usize {
        self.features.partition_point(|feature| feature.id.as_str() < id)
    }

    /// The places, ascending and each once, of features whose boxes share a point with one of these.
    pub(super) fn near_boxes(&self, boxes: &[BBox]) -> Vec<u32> {
        let mut found: Vec<u32> = boxes
            .iter()
            .flat_map(|bbox| self.index.locate_in_envelope_intersecting(envelope(bbox)))
            .map(Entry::at)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The top of the index.
    pub(super) fn root(&self) -> &ParentNode<Entry> {
        self.index.root()
    }

    /// The smallest box of all features but those at the hidden places; `None` where none is left.
    ///
    /// Only what sticks out of the box found so far is looked into.
    pub(super) fn bbox_without(&self, hidden: &[u32]) -> Option<BBox> {
        let mut found: Option<BBox> = None;
        let mut open = vec![self.root()];
        while let Some(branch) = open.pop() {
            for child in branch.children() {
                let bbox = bbox(&child.envelope());
                if found.is_some_and(|found| found.union(bbox) == found) {
                    continue;
                }
                match child {
                    RTreeNode::Parent(branch) => open.push(branch),
                    RTreeNode::Leaf(entry) if hidden.binary_search(&entry.at).is_ok() => {}
                    RTreeNode::Leaf(_) => found = Some(found.map_or(bbox, |found| found.union(bbox))),
                }
            }
        }
        found
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
