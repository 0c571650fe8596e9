//! A `Selection` is the one answer to "which features": tiles, items, nearest and counts all come from it.

use std::{borrow::Cow, sync::Arc};

use super::{Bound, Shelf, Snapshot, When, filter::Plan};
use crate::{
    model::{Feature, Validity},
    space::{BBox, Relation, Shape},
};

/// Which features are meant. What is not said does not narrow.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    /// Only these collections, by id; empty for every thematic one.
    pub collections: Vec<String>,
    /// Only what shares a point with one of these boxes; empty for everywhere.
    pub boxes: Vec<BBox>,
    /// Only what shares a point with this shape too: a box of another coordinate system, which is none in degrees.
    pub shape: Option<Arc<Shape>>,
    /// Only these kinds, by id; empty for all.
    pub kinds: Vec<String>,
    /// Only those for which it is true; made for every shelf that is looked at.
    pub filter: Option<Bound>,
    /// Only what is at some time of this; what has no time always is.
    pub datetime: Option<When>,
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
        snapshot.shelves_of(self.collections.iter().map(String::as_str))
    }

    /// The features of one shelf that are meant, in the order of their ids.
    pub fn on<'a>(&self, shelf: &'a Shelf) -> Vec<&'a Feature> {
        let here = self.here(shelf);
        if let Some(ids) = here.plan.and_then(|plan| plan.ids.as_ref()) {
            let mut found: Vec<_> =
                ids.iter().filter_map(|id| shelf.feature(id)).filter(|feature| here.takes(feature)).collect();
            found.sort_unstable_by(|a, b| a.id.cmp(&b.id));
            found.dedup_by(|a, b| a.id == b.id);
            return found;
        }
        let boxes = here.plan.map_or(Cow::Borrowed(&*self.boxes), |plan| plan.boxes(&self.boxes));
        if boxes.is_empty() {
            return shelf.features().filter(|feature| here.takes(feature)).collect();
        }
        shelf.near_boxes(&boxes).filter(|feature| here.takes(feature)).collect()
    }

    /// The selection on one shelf that it looks at.
    pub fn here(&self, shelf: &Shelf) -> Here<'_> {
        Here {
            boxes: &self.boxes,
            shape: self.shape.as_deref(),
            kinds: &self.kinds,
            plan: self.filter.as_ref().and_then(|filter| filter.of(shelf)),
            is_nothing: self.filter.as_ref().is_some_and(|filter| filter.of(shelf).is_none()),
            time: self.datetime.and_then(|when| Some((when, Validity::of(shelf.collection())?))),
        }
    }
}

/// A selection on one shelf, to be asked about its features.
#[derive(Debug, Clone, Copy)]
pub struct Here<'a> {
    boxes: &'a [BBox],
    shape: Option<&'a Shape>,
    kinds: &'a [String],
    plan: Option<&'a Plan>,
    /// There is a filter, and it was not made for this shelf.
    is_nothing: bool,
    time: Option<(When, Validity)>,
}

impl Here<'_> {
    /// Whether every feature of the shelf is meant, without asking one.
    pub fn takes_all(&self) -> bool {
        self.boxes.is_empty()
            && self.shape.is_none()
            && self.kinds.is_empty()
            && self.plan.is_none()
            && !self.is_nothing
            && self.time.is_none()
    }

    /// Whether a feature that lies in this box may be meant.
    pub fn reaches(&self, bbox: &BBox) -> bool {
        !self.is_nothing
            && (self.boxes.is_empty() || self.boxes.iter().any(|one| one.intersects(bbox)))
            && self.plan.and_then(|plan| plan.bbox).is_none_or(|one| one.intersects(bbox))
    }

    /// Whether a feature of the shelf is meant.
    pub fn takes(&self, feature: &Feature) -> bool {
        !self.is_nothing
            && (self.kinds.is_empty()
                || feature.kind.as_deref().is_some_and(|kind| self.kinds.iter().any(|id| id == kind)))
            && self.time.is_none_or(|(when, validity)| when.meets(validity, feature))
            && (self.boxes.is_empty() || self.boxes.iter().any(|bbox| feature.geometry.intersects(bbox)))
            && self.shape.is_none_or(|shape| Relation::Intersects.holds(&feature.geometry, shape))
            && self.plan.is_none_or(|plan| plan.takes(feature))
    }
}
