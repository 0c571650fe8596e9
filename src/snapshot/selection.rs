//! A `Selection` is the one answer to "which features": tiles, items, nearest and counts all come from it.

use std::borrow::Cow;

use super::{Bound, Shelf, Snapshot, When, filter::Plan};
use crate::{
    model::{Feature, Validity},
    space::BBox,
};

/// Which features are meant. What is not said does not narrow.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    /// Only these collections, by id; empty for every thematic one.
    pub collections: Vec<String>,
    /// Only what shares a point with one of these boxes; empty for everywhere.
    pub boxes: Vec<BBox>,
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

    /// At most `limit` features of one shelf that are meant, in the order of their ids, from after this id on.
    ///
    /// Where nothing narrows it takes as long as the page is, not as the shelf.
    pub fn page<'a>(&self, shelf: &'a Shelf, after: Option<&str>, limit: usize) -> Page<'a> {
        if self.here(shelf).takes_all() {
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

    /// The selection on one shelf that it looks at.
    pub fn here(&self, shelf: &Shelf) -> Here<'_> {
        Here {
            boxes: &self.boxes,
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
    plan: Option<&'a Plan>,
    /// There is a filter, and it was not made for this shelf.
    is_nothing: bool,
    time: Option<(When, Validity)>,
}

impl Here<'_> {
    /// Whether every feature of the shelf is meant, without asking one.
    pub fn takes_all(&self) -> bool {
        self.boxes.is_empty() && self.plan.is_none() && !self.is_nothing && self.time.is_none()
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
            && self.time.is_none_or(|(when, validity)| when.meets(validity, feature))
            && (self.boxes.is_empty() || self.boxes.iter().any(|bbox| feature.geometry.intersects(bbox)))
            && self.plan.is_none_or(|plan| plan.takes(feature))
    }
}
