//! A `Layer` is features in the order of their ids with an index of their boxes, built once and then only asked.

use std::sync::OnceLock;

use super::{packed::Packed, photos::Photos, points::Points, search::Texts};
use crate::{
    model::{Collection, Feature},
    space::{BBox, EdgeTree},
};

/// Features in the order of their ids, indexed by place.
#[derive(Debug)]
pub(super) struct Layer {
    features: Box<[Feature]>,
    index: Packed,
    /// The edges of long shapes, each with the place of its feature, ascending.
    edges: Box<[(u32, EdgeTree)]>,
    points: Points,
    /// Of all shapes.
    vertices: usize,
    /// Made when first asked for.
    texts: OnceLock<Texts>,
    /// Made when first asked for.
    photos: OnceLock<Photos>,
}

impl Layer {
    /// A layer of these features, each with an id of its own; they may come in any order.
    pub(super) fn new(mut features: Vec<Feature>) -> Self {
        features.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        assert!(u32::try_from(features.len()).is_ok(), "a collection has fewer than 2^32 features");
        let index = Packed::new(features.iter().map(|feature| feature.geometry.bbox()));
        let edges = (0..).zip(&features).filter_map(|(at, feature)| Some((at, EdgeTree::of(&feature.geometry)?)));
        let edges = edges.collect();
        let points = Points::new(features.iter().enumerate().map(|(at, feature)| (at as u32, feature)));
        let vertices = features.iter().map(|feature| feature.geometry.vertices()).sum();
        let (texts, photos) = (OnceLock::new(), OnceLock::new());
        let features = features.into();
        Self { features, index, edges, points, vertices, texts, photos }
    }

    /// All features in the order of their ids.
    pub(super) fn features(&self) -> &[Feature] {
        &self.features
    }

    /// The feature at a place.
    pub(super) fn at(&self, at: u32) -> &Feature {
        &self.features[at as usize]
    }

    /// How many places all shapes are made of.
    pub(super) fn vertices(&self) -> usize {
        self.vertices
    }

    /// The index of its words, of features of this collection.
    pub(super) fn texts(&self, of: &Collection) -> &Texts {
        self.texts.get_or_init(|| Texts::of(of, &self.features))
    }

    /// The index of its photos, of features of this collection.
    pub(super) fn photos(&self, of: &Collection) -> &Photos {
        self.photos.get_or_init(|| Photos::of(of, &self.features))
    }

    /// The edges of the feature at a place, where they are many.
    pub(super) fn edges(&self, at: u32) -> Option<&EdgeTree> {
        self.edges.binary_search_by_key(&at, |(of, _)| *of).ok().map(|i| &self.edges[i].1)
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
        let exact = |at| self.at(at).geometry.bbox();
        let mut found: Vec<u32> = boxes.iter().flat_map(|bbox| self.index.meeting(bbox, exact)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The index of their boxes, by their places.
    pub(super) fn index(&self) -> &Packed {
        &self.index
    }

    /// The smallest box of all features but those at the hidden places; `None` where none is left.
    ///
    /// Only what sticks out of the box found so far, or may, is looked into.
    pub(super) fn bbox_without(&self, hidden: &[u32]) -> Option<BBox> {
        let mut found: Option<BBox> = None;
        let mut open: Vec<_> = self.index.top().into_iter().collect();
        while let Some(node) = open.pop() {
            if found.is_some_and(|found| found.union(self.index.bbox(node)) == found) {
                continue;
            }
            match self.index.place(node) {
                None => open.extend(self.index.children(node)),
                Some(at) if hidden.binary_search(&at).is_ok() => {}
                Some(at) => {
                    let bbox = self.at(at).geometry.bbox();
                    found = Some(found.map_or(bbox, |found| found.union(bbox)));
                }
            }
        }
        found
    }
}
