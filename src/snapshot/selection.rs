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
}

/// A feature with the shelf it stands on.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// Where it stands.
    pub shelf: &'a Shelf,
    /// What was found.
    pub feature: &'a Feature,
}

/// A part of the features that are meant, in the order of their ids.
#[derive(Debug)]
pub struct Page<'a> {
    /// The features of this part.
    pub features: Vec<&'a Feature>,
    /// How many features are meant on all pages.
    pub matched: usize,
    /// Whether there are any after the last of this part.
    pub more: bool,
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

    /// The features of one shelf that are meant, in the order of their ids.
    pub fn on<'a>(&self, shelf: &'a Shelf) -> Vec<&'a Feature> {
        if self.boxes.is_empty() {
            return shelf.features().collect();
        }
        shelf.near_boxes(&self.boxes).filter(|feature| self.takes(feature)).collect()
    }

    /// At most `limit` features of one shelf that are meant, in the order of their ids, from after this id on.
    ///
    /// Without boxes it takes as long as the page is, not as the shelf.
    pub fn page<'a>(&self, shelf: &'a Shelf, after: Option<&str>, limit: usize) -> Page<'a> {
        if self.boxes.is_empty() {
            // No id is empty: all come after it.
            let mut rest = shelf.after(after.unwrap_or(""));
            let features = rest.by_ref().take(limit).collect();
            return Page { features, matched: shelf.len(), more: rest.next().is_some() };
        }
        let all = self.on(shelf);
        let begin = after.map_or(0, |after| all.partition_point(|feature| feature.id.as_str() <= after));
        let end = all.len().min(begin + limit);
        Page { features: all[begin..end].to_vec(), matched: all.len(), more: end < all.len() }
    }

    /// Whether a feature of a shelf that the selection looks at is meant.
    pub fn takes(&self, feature: &Feature) -> bool {
        self.boxes.is_empty() || self.boxes.iter().any(|bbox| feature.geometry.intersects(bbox))
    }

    /// The selection on one shelf that it looks at.
    pub fn here(&self, _: &Shelf) -> Here<'_> {
        Here { boxes: &self.boxes }
    }
}

/// A selection on one shelf, to be asked about its features.
#[derive(Debug, Clone, Copy)]
pub struct Here<'a> {
    boxes: &'a [BBox],
}

impl Here<'_> {
    /// Whether every feature of the shelf is meant, without asking one.
    pub fn takes_all(&self) -> bool {
        self.boxes.is_empty()
    }

    /// Whether a feature of the shelf is meant.
    pub fn takes(&self, feature: &Feature) -> bool {
        self.boxes.is_empty() || self.boxes.iter().any(|bbox| feature.geometry.intersects(bbox))
    }
}
