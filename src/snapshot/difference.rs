//! A `Difference` tells where one snapshot shows something else than another: what may be kept is what it does not touch.

use std::{cmp::Ordering, collections::BTreeMap, ptr, sync::Arc};

use super::{Shelf, Snapshot};
use crate::{
    model::{CollectionId, Feature},
    space::BBox,
};

/// More changed features of one collection than this are told as one box around them all.
const MOST_BOXES: usize = 1000;

/// Where two snapshots differ, collection by collection; what is not named is the same.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Difference(BTreeMap<CollectionId, Touched>);

/// Where a collection differs.
#[derive(Debug, Clone, PartialEq)]
pub enum Touched {
    /// The collection itself changed: its title, fields, sector, or that it is there.
    Everywhere,
    /// Its features changed: the boxes where they are and where they were.
    Boxes(Vec<BBox>),
}

impl Difference {
    /// What is another in `next` than in `last`. Of a shelf that follows its elder only the changes are looked at.
    pub fn between(last: &Snapshot, next: &Snapshot) -> Self {
        let mut touched = BTreeMap::new();
        for (id, shelf) in &next.shelves {
            match last.shelves.get(id) {
                Some(elder) if Arc::ptr_eq(elder, shelf) => {}
                Some(elder) => {
                    if let Some(where_) = of_shelves(elder, shelf) {
                        touched.insert(id.clone(), where_);
                    }
                }
                None => _ = touched.insert(id.clone(), Touched::Everywhere),
            }
        }
        for id in last.shelves.keys().filter(|id| !next.shelves.contains_key(*id)) {
            touched.insert(id.clone(), Touched::Everywhere);
        }
        Self(touched)
    }

    /// Whether nothing is different.
    pub fn is_nothing(&self) -> bool {
        self.0.is_empty()
    }

    /// Each collection that is different.
    pub fn iter(&self) -> impl Iterator<Item = (&CollectionId, &Touched)> {
        self.0.iter()
    }

    /// Whether it touches a place of one of these collections.
    pub fn touches<'a>(&self, collections: impl IntoIterator<Item = &'a CollectionId>, place: &BBox) -> bool {
        collections.into_iter().filter_map(|id| self.0.get(id)).any(|touched| match touched {
            Touched::Everywhere => true,
            Touched::Boxes(boxes) => boxes.iter().any(|bbox| bbox.intersects(place)),
        })
    }
}

fn of_shelves(last: &Shelf, next: &Shelf) -> Option<Touched> {
    if last.collection() != next.collection()
        || last.sector() != next.sector()
        || last.is_demonstration() != next.is_demonstration()
    {
        return Some(Touched::Everywhere);
    }
    let mut boxes = Vec::new();
    let mut touch = |feature: &Feature| {
        let bbox = feature.geometry.bbox();
        match boxes.len() {
            0..MOST_BOXES => boxes.push(bbox),
            _ => boxes = vec![boxes.iter().copied().fold(bbox, BBox::union)],
        }
    };
    if let Some(changed) = next.changed_since(last) {
        for (was, is) in changed {
            was.into_iter().chain(is).for_each(&mut touch);
        }
        return (!boxes.is_empty()).then_some(Touched::Boxes(boxes));
    }
    let (mut olds, mut news) = (last.features().peekable(), next.features().peekable());
    loop {
        let turn = match (olds.peek(), news.peek()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => old.id.cmp(&new.id),
        };
        let old = if turn.is_le() { olds.next() } else { None };
        let new = if turn.is_ge() { news.next() } else { None };
        match (old, new) {
            (Some(old), Some(new)) if ptr::eq(old, new) || old == new => {}
            (old, new) => old.into_iter().chain(new).for_each(&mut touch),
        }
    }
    (!boxes.is_empty()).then_some(Touched::Boxes(boxes))
}
