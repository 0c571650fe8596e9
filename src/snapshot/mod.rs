//! A `Snapshot` is everything one audience may see at one revision: features in memory, indexed, never changed.
//!
//! It is built from shelves, one a collection; a newer snapshot shares the shelves that did not change, and a changed
//! shelf shares its base with its elder.

pub mod census;
pub mod cluster;
mod decimal;
mod difference;
pub mod filter;
mod layer;
pub mod nearest;
pub mod open;
pub mod order;
mod packed;
pub mod page;
pub mod photos;
mod points;
mod property;
pub mod search;
pub mod selection;
mod shelf;
pub mod summary;
mod when;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use crate::{
    model::{Audience, Catalog, CollectionId, Photo, Revision, Sector, ServiceArea, collection::OTHER_SERVICE_AREA},
    space::BBox,
};

use search::Spelling;

pub use decimal::Decimal;
pub use difference::{Difference, Touched};
pub use filter::{Bound, Filter, FilterError};
pub use property::{Property, PropertyType};
pub use selection::{Found, Selection};
pub use shelf::{Shelf, credits};
pub use when::{BadWhen, When};

/// Everything one audience may see at one revision.
#[derive(Debug, Clone)]
pub struct Snapshot {
    revision: Revision,
    audience: Audience,
    sectors: Vec<Sector>,
    /// What each sector is called, in words that are searched.
    sector_titles: Arc<[search::Called]>,
    shelves: BTreeMap<CollectionId, Arc<Shelf>>,
    spelling: Spelled,
}

/// All words that are said, gathered when first asked for.
#[derive(Debug, Clone, Default)]
struct Spelled {
    known: OnceLock<Arc<Spelling>>,
    /// Words that an elder knew, and the collections that have changed since.
    elder: Option<Arc<Spelling>>,
    since: BTreeSet<CollectionId>,
}

impl Snapshot {
    /// The snapshot of an empty store: the catalog's collections that this audience may see, without features.
    pub fn empty(catalog: &Catalog, audience: Audience) -> Self {
        let thematic = catalog.collections.values().map(|collection| Arc::new(Shelf::empty(collection.clone())));
        let mut empty = Self {
            revision: Revision(0),
            audience,
            sectors: catalog.sectors.clone(),
            sector_titles: catalog.sectors.iter().map(|sector| search::Called::of(&sector.title)).collect(),
            shelves: BTreeMap::new(),
            spelling: Spelled::default(),
        };
        empty.place(thematic);
        empty
    }

    /// The snapshot at a later revision, in which these shelves stand instead of their elders.
    ///
    /// What the audience may not see is left out here, and so is nowhere.
    #[must_use]
    pub fn with(&self, revision: Revision, changed: impl IntoIterator<Item = Shelf>) -> Self {
        let mut next = self.clone();
        next.revision = revision;
        next.spelling = self.spelling.outgrown();
        next.place(changed.into_iter().map(Arc::new));
        next
    }

    /// Which commit this is.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// The filter tree.
    pub fn sectors(&self) -> &[Sector] {
        &self.sectors
    }

    /// Every collection, by id.
    pub fn shelves(&self) -> impl Iterator<Item = &Shelf> {
        self.shelves.values().map(AsRef::as_ref)
    }

    /// One collection.
    pub fn shelf(&self, id: &str) -> Option<&Shelf> {
        self.shelves.get(id).map(AsRef::as_ref)
    }

    /// Those of these ids that there are, each once, in the order of their ids.
    pub fn shelves_of<'a>(&self, ids: impl Iterator<Item = &'a str>) -> Vec<&Shelf> {
        let mut ids: Vec<&str> = ids.collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().filter_map(|id| self.shelf(id)).collect()
    }

    /// The collections that stand in the filter tree.
    pub fn thematic(&self) -> impl Iterator<Item = &Shelf> {
        self.shelves().filter(|shelf| shelf.sector().is_some())
    }

    /// Whether a feature here has this size of a photo.
    pub fn shows(&self, photo: Photo) -> bool {
        self.shelves().any(|shelf| shelf.shows(photo))
    }

    /// The box of all features; `None` while there is none.
    pub fn bbox(&self) -> Option<BBox> {
        self.shelves().filter_map(Shelf::bbox).reduce(BBox::union)
    }

    /// Whether any of it is invented.
    pub fn is_demonstration(&self) -> bool {
        self.shelves().any(Shelf::is_demonstration)
    }

    /// All words that are said; what is gone may be among them until it is gathered anew.
    fn spelling(&self) -> &Spelling {
        let Spelled { known, elder, since } = &self.spelling;
        known.get_or_init(|| {
            let shelves = self.shelves().filter(|shelf| elder.is_none() || since.contains(&shelf.collection().id));
            let texts = shelves.flat_map(Shelf::parts).map(shelf::Part::texts);
            match (Spelling::of(texts, elder.as_deref()), elder) {
                (Some(grown), _) => Arc::new(grown),
                (None, Some(elder)) => Arc::clone(elder),
                (None, None) => unreachable!("words are gathered where there is no elder"),
            }
        })
    }

    fn place(&mut self, shelves: impl IntoIterator<Item = Arc<Shelf>>) {
        for mut shelf in shelves {
            let id = shelf.collection().id.clone();
            self.spelling.since.insert(id.clone());
            if !self.audience.may_see(shelf.collection().audience) {
                self.shelves.remove(&id);
                // Not even the words of what may not be seen stay.
                self.spelling = Spelled::default();
                for area in self.sectors.iter_mut().flat_map(|sector| &mut sector.service_areas) {
                    area.collections.retain(|listed| *listed != id);
                }
                continue;
            }
            if let Some(wanted) = shelf.collection().service_area.clone() {
                let sector = self.hang(&wanted, &id);
                Arc::get_mut(&mut shelf).expect("a shelf is placed before it is shared").set_sector(sector);
            }
            self.shelves.insert(id, shelf);
        }
    }

    /// Hangs a collection on its service area, or on the one for others, and tells the sector.
    fn hang(&mut self, wanted: &str, id: &CollectionId) -> String {
        let known = self.sectors.iter().flat_map(|sector| &sector.service_areas).any(|area| area.id == wanted);
        let wanted = if known { wanted } else { OTHER_SERVICE_AREA };
        let holds = |area: &ServiceArea| area.id == wanted;
        let sector = self
            .sectors
            .iter_mut()
            .find(|sector| sector.service_areas.iter().any(holds))
            .expect("a catalog always has the service area for others");
        for area in sector.service_areas.iter_mut().filter(|area| holds(area)) {
            if !area.collections.contains(id) {
                area.collections.push(id.clone());
            }
        }
        sector.id.clone()
    }
}

impl Spelled {
    /// That of a snapshot in which further shelves will stand.
    fn outgrown(&self) -> Self {
        match self.known.get() {
            Some(known) => Self { elder: Some(Arc::clone(known)), ..Self::default() },
            None => self.clone(),
        }
    }
}
