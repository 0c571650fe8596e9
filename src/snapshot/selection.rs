//! A `Selection` is the one answer to "which features": tiles, items, nearest and counts all come from it.

use super::{Shelf, Snapshot};
use crate::{model::Feature, space::BBox};

/// Which features are meant. What is not said does not narrow.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    /// Only these collections, by id; empty for every thematic one.
    pub collections: Vec<String>,
    /// Only what shares a point with one of these boxes; empty for everywhere.
    pub boxes: Vec<BBox>,
    /// Only these kinds, by id; empty for all.
    pub kinds: Vec<String>,
}

/// A feature with the shelf it stands on.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// Where it stands.
    pub shelf: &'a Shelf,
    /// What was found.
    pub feature: &'a Feature,
}

impl Selection {
    /// The shelves that the selection looks at, in the order of their ids.
    pub fn shelves<'a>(&self, snapshot: &'a Snapshot) -> Vec<&'a Shelf> {
        if self.collections.is_empty() {
            return snapshot.thematic().collect();
        }
        snapshot
            .shelves()
            .filter(|shelf| self.collections.iter().any(|id| id == shelf.collection().id.as_str()))
            .collect()
    }

    /// Whether there can be a feature, of the collections looked at, that is not meant.
    pub fn narrows(&self) -> bool {
        !self.boxes.is_empty() || !self.kinds.is_empty()
    }

    /// The features of one shelf that are meant, in the order of their ids.
    pub fn on<'a>(&self, shelf: &'a Shelf) -> Vec<&'a Feature> {
        if self.boxes.is_empty() {
            return shelf.features().filter(|feature| self.takes(feature)).collect();
        }
        shelf.near_boxes(&self.boxes).filter(|feature| self.takes(feature)).collect()
    }

    /// Whether a feature of a shelf that the selection looks at is meant.
    pub fn takes(&self, feature: &Feature) -> bool {
        (self.kinds.is_empty() || feature.kind.as_deref().is_some_and(|kind| self.kinds.iter().any(|id| id == kind)))
            && (self.boxes.is_empty() || self.boxes.iter().any(|bbox| feature.geometry.intersects(bbox)))
    }
}
