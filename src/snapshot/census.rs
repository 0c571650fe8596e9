//! A `Census` counts a snapshot along the filter tree: sectors, service areas, collections, kinds.

use super::{Shelf, Snapshot};
use crate::model::{Choice, Sector, ServiceArea};

/// A step of the filter tree with the number of features below it.
#[derive(Debug)]
pub struct Counted<'a, T, Below> {
    /// The step.
    pub step: &'a T,
    /// Features below it.
    pub count: u64,
    /// The next steps.
    pub below: Vec<Below>,
}

/// A kind with its count.
pub type CountedKind<'a> = Counted<'a, Choice, ()>;
/// A collection with its count.
pub type CountedCollection<'a> = Counted<'a, Shelf, CountedKind<'a>>;
/// A service area with its count.
pub type CountedArea<'a> = Counted<'a, ServiceArea, CountedCollection<'a>>;
/// A sector with its count.
pub type CountedSector<'a> = Counted<'a, Sector, CountedArea<'a>>;

/// Counts the whole tree; steps that hold no collection this audience may see are left out.
pub fn census(snapshot: &Snapshot) -> Vec<CountedSector<'_>> {
    snapshot
        .sectors()
        .iter()
        .map(|sector| count_sector(snapshot, sector))
        .filter(|sector| !sector.below.is_empty())
        .collect()
}

fn count_sector<'a>(snapshot: &'a Snapshot, sector: &'a Sector) -> CountedSector<'a> {
    let below: Vec<_> = sector
        .service_areas
        .iter()
        .map(|area| count_area(snapshot, area))
        .filter(|area| !area.below.is_empty())
        .collect();
    Counted { step: sector, count: below.iter().map(|area| area.count).sum(), below }
}

fn count_area<'a>(snapshot: &'a Snapshot, area: &'a ServiceArea) -> CountedArea<'a> {
    let below: Vec<_> =
        area.collections.iter().filter_map(|id| snapshot.shelf(id.as_str())).map(count_collection).collect();
    Counted { step: area, count: below.iter().map(|collection| collection.count).sum(), below }
}

fn count_collection(shelf: &Shelf) -> CountedCollection<'_> {
    let kinds = &shelf.collection().kinds;
    let below = kinds.iter().map(|kind| Counted { step: kind, count: shelf.count_of(&kind.id), below: Vec::new() });
    Counted { step: shelf, count: shelf.len() as u64, below: below.collect() }
}
