//! A `Shelf` is one collection in memory: a base that never changes, and the few features changed since it was built.
//!
//! ```text
//!   base    a b c d e f g h     in the order of ids, indexed; shared by the shelves that follow each other
//!   hidden    ·     ·           what was replaced or is gone: places in the base
//!   fresh     b′        g½      what was put: a small base of its own, built anew with each change
//!   ─────────────────────────
//!   read    a b′c d f g g½h     merged by id; no id stands both in fresh and, unhidden, in the base
//! ```
//!
//! A shelf with changes answers exactly as one built whole from the same features would.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use jiff::civil::Date;

use super::{
    layer::Layer,
    packed::Packed,
    photos,
    points::{Mass, Points},
    search::{Texts, Titles},
};
use crate::{
    model::{Collection, Feature, FeatureId, Photo, Provenance, Validity},
    space::{BBox, Cell, EdgeTree},
};

/// Changes that every shelf may carry before it is worth building whole.
const FEW_CHANGES: usize = 4096;

/// Changes that no shelf carries for long: each further change copies and indexes all of them, which for so many points
/// without fields takes 0.15 s in an unoptimised build (`benches/snapshot.rs`, 2026-11-23).
const MANY_CHANGES: usize = 8192;

/// Between the two, one change to so many features of the base.
const FEATURES_PER_CHANGE: usize = 64;

/// One collection at one revision.
#[derive(Debug)]
pub struct Shelf {
    collection: Collection,
    sector: Option<String>,
    provenance: Option<Provenance>,
    base: Arc<Layer>,
    /// Places in the base, ascending, each once.
    hidden: Vec<u32>,
    /// Those of them that are points.
    hidden_points: Points,
    fresh: Layer,
    kinds: BTreeMap<String, u64>,
    bbox: Option<BBox>,
    /// Further ids, each with the id of its feature; shared by the shelves that follow each other.
    aliases: Arc<BTreeMap<String, String>>,
    /// Looked for when first asked about.
    days: OnceLock<Option<Days>>,
    /// The words of the collection's titles; shared by the shelves that follow each other.
    titles: Arc<Titles>,
}

/// A feature as it was on one shelf and as it is on another; `None` where it is not there.
pub(super) type Changed<'a> = (Option<&'a Feature>, Option<&'a Feature>);
/// From a day to a day, both included; `None` for an open side.
pub type Days = (Option<Date>, Option<Date>);

/// One of the two layers that a shelf is made of, without what is hidden in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) shelf: &'a Shelf,
    layer: &'a Layer,
    hidden: &'a [u32],
}

/// Whom to credit for these shelves, each once.
pub fn credits<'a>(shelves: impl Iterator<Item = &'a Shelf>) -> Vec<String> {
    let mut credits: Vec<String> = shelves.filter_map(|shelf| shelf.provenance()?.attribution.clone()).collect();
    credits.sort_unstable();
    credits.dedup();
    credits
}

impl Shelf {
    /// A shelf of these features; they may come in any order.
    pub fn new(collection: Collection, provenance: Provenance, features: Vec<Feature>) -> Self {
        let mut kinds = BTreeMap::new();
        for feature in &features {
            count(&mut kinds, feature);
        }
        let base = Layer::new(features);
        let titles = Arc::new(Titles::of(&collection));
        let bbox = base.bbox_without(&[]);
        Self {
            collection,
            sector: None,
            provenance: Some(provenance),
            base: Arc::new(base),
            hidden: Vec::new(),
            hidden_points: Points::new(std::iter::empty()),
            fresh: Layer::new(Vec::new()),
            kinds,
            bbox,
            aliases: Arc::default(),
            days: OnceLock::new(),
            titles,
        }
    }

    /// The shelf of a collection that nobody has filled.
    pub fn empty(collection: Collection) -> Self {
        let titles = Arc::new(Titles::of(&collection));
        Self {
            collection,
            sector: None,
            provenance: None,
            base: Arc::new(Layer::new(Vec::new())),
            hidden: Vec::new(),
            hidden_points: Points::new(std::iter::empty()),
            fresh: Layer::new(Vec::new()),
            kinds: BTreeMap::new(),
            bbox: None,
            aliases: Arc::default(),
            days: OnceLock::new(),
            titles,
        }
    }

    /// The shelf after this one: without what is gone, then with what is put in place of its namesakes or beside them.
    ///
    /// An id that is gone and was never here changes nothing; of several features put under one id the last stays.
    /// The work grows with the changes since the base was built; of the base only the rim of its box is looked at.
    #[must_use]
    pub fn with(&self, provenance: Provenance, put: Vec<Feature>, gone: &[FeatureId]) -> Self {
        self.changed(Some(provenance), put, gone)
    }

    fn changed(&self, provenance: Option<Provenance>, put: Vec<Feature>, gone: &[FeatureId]) -> Self {
        let put: BTreeMap<FeatureId, Feature> = put.into_iter().map(|feature| (feature.id.clone(), feature)).collect();
        let touched: BTreeSet<&FeatureId> = put.keys().chain(gone).collect();
        let (mut kinds, mut hidden) = (self.kinds.clone(), self.hidden.clone());
        for elder in touched.iter().filter_map(|id| self.feature(id.as_str())) {
            discount(&mut kinds, elder);
        }
        hidden.extend(touched.iter().filter_map(|id| self.base.place_of(id.as_str())));
        hidden.sort_unstable();
        hidden.dedup();

        let mut fresh: Vec<Feature> =
            self.fresh.features().iter().filter(|elder| !touched.contains(&elder.id)).cloned().collect();
        for feature in put.into_values() {
            count(&mut kinds, &feature);
            fresh.push(feature);
        }
        let fresh = Layer::new(fresh);
        let hidden_points = Points::new(hidden.iter().map(|at| (*at, self.base.at(*at))));
        let bbox = [self.base.bbox_without(&hidden), fresh.bbox_without(&[])].into_iter().flatten().reduce(BBox::union);
        Self {
            collection: self.collection.clone(),
            sector: self.sector.clone(),
            provenance,
            base: Arc::clone(&self.base),
            hidden,
            hidden_points,
            fresh,
            kinds,
            bbox,
            aliases: Arc::clone(&self.aliases),
            days: OnceLock::new(),
            titles: Arc::clone(&self.titles),
        }
    }

    /// This shelf with one base again, once it carries so many changes that building it is worth it; `None` before.
    ///
    /// It gives the same answers. It takes as long as building a shelf of all features, so it is for a thread that nobody
    /// waits for; the shelf that stands by then comes [`onto`](Self::onto) its base.
    pub fn compacted(&self) -> Option<Self> {
        let bearable = (self.base.features().len() / FEATURES_PER_CHANGE).clamp(FEW_CHANGES, MANY_CHANGES);
        (self.hidden.len().max(self.fresh.features().len()) > bearable).then(|| Self {
            collection: self.collection.clone(),
            sector: self.sector.clone(),
            provenance: self.provenance.clone(),
            base: Arc::new(Layer::new(self.features().cloned().collect())),
            hidden: Vec::new(),
            hidden_points: Points::new(std::iter::empty()),
            fresh: Layer::new(Vec::new()),
            kinds: self.kinds.clone(),
            bbox: self.bbox,
            aliases: Arc::clone(&self.aliases),
            days: OnceLock::new(),
            titles: Arc::clone(&self.titles),
        })
    }

    /// This shelf on the base of `compacted`, which was made of `elder`; `None` where it was built anew since.
    #[must_use]
    pub fn onto(&self, elder: &Self, compacted: &Self) -> Option<Self> {
        let (mut put, mut gone) = (Vec::new(), Vec::new());
        for (was, is) in self.changed_since(elder)? {
            match (was, is) {
                (_, Some(is)) => put.push(is.clone()),
                (Some(was), None) => gone.push(was.id.clone()),
                (None, None) => {}
            }
        }
        let onto = compacted.changed(self.provenance.clone(), put, &gone);
        Some(Self { aliases: Arc::clone(&self.aliases), ..onto })
    }

    /// What is another here than on a shelf of the same base, in the order of ids; `None` where the bases are two.
    ///
    /// The work grows with the changes since the base was built: what both leave of it unhidden is the same.
    pub(super) fn changed_since<'a>(&'a self, elder: &'a Self) -> Option<Vec<Changed<'a>>> {
        if !Arc::ptr_eq(&self.base, &elder.base) {
            return None;
        }
        let hidden_in_one = |one: &'a Self, other: &'a Self| {
            one.hidden.iter().filter(|at| other.stands(**at)).map(|at| &self.base.at(*at).id)
        };
        let put = [self, elder].into_iter().flat_map(|shelf| shelf.fresh.features()).map(|feature| &feature.id);
        let ids: BTreeSet<&FeatureId> =
            put.chain(hidden_in_one(self, elder)).chain(hidden_in_one(elder, self)).collect();
        let both = ids.into_iter().map(|id| (elder.feature(id.as_str()), self.feature(id.as_str())));
        Some(both.filter(|(was, is)| was != is).collect())
    }

    /// The same with these further ids, each with the id of its feature.
    #[must_use]
    pub fn with_aliases(mut self, aliases: BTreeMap<String, String>) -> Self {
        self.aliases = Arc::new(aliases);
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

    /// How many features there are.
    pub fn len(&self) -> usize {
        self.base.features().len() - self.hidden.len() + self.fresh.features().len()
    }

    /// How many places a shape is made of at the mean, rounded up; 1 where each is one place.
    pub(super) fn mean_vertices(&self) -> usize {
        let layers = [&*self.base, &self.fresh];
        let features: usize = layers.iter().map(|layer| layer.features().len()).sum();
        layers.iter().map(|layer| layer.vertices()).sum::<usize>().div_ceil(features.max(1))
    }

    /// Whether there is no feature.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All features in the order of their ids.
    pub fn features(&self) -> impl Iterator<Item = &Feature> {
        self.rest(0, 0)
    }

    /// The features whose ids come after this one, in the order of their ids; nobody need have the id itself.
    pub fn after(&self, id: &str) -> impl Iterator<Item = &Feature> {
        self.rest(self.base.place_after(id), self.fresh.place_after(id))
    }

    /// The features whose ids come before this one, the last first; nobody need have the id itself.
    pub fn before(&self, id: &str) -> impl Iterator<Item = &Feature> {
        let base = &self.base.features()[..self.base.place_from(id)];
        let unhidden =
            base.iter().enumerate().rev().filter(|(at, _)| self.stands(*at as u32)).map(|(_, feature)| feature);
        merged_backwards(unhidden, self.fresh.features()[..self.fresh.place_from(id)].iter().rev())
    }

    /// The feature with this id.
    pub fn feature(&self, id: &str) -> Option<&Feature> {
        if let Some(at) = self.fresh.place_of(id) {
            return Some(self.fresh.at(at));
        }
        let at = self.base.place_of(id)?;
        self.stands(at).then(|| self.base.at(at))
    }

    /// How many features are of this kind.
    pub fn count_of(&self, kind: &str) -> u64 {
        self.kinds.get(kind).copied().unwrap_or(0)
    }

    /// The box of all features; `None` while there is none.
    pub fn bbox(&self) -> Option<BBox> {
        self.bbox
    }

    /// The days between which all features are that say when they are; `None` where none does.
    pub fn days(&self) -> Option<Days> {
        *self.days.get_or_init(|| {
            let validity = Validity::of(&self.collection)?;
            let both = |a: Days, b: Days| {
                // An open side is open whatever the other says.
                let of =
                    |a: Option<Date>, b: Option<Date>, pick: fn(Date, Date) -> Date| a.zip(b).map(|(a, b)| pick(a, b));
                (of(a.0, b.0, Date::min), of(a.1, b.1, Date::max))
            };
            self.features().filter_map(|feature| validity.days(feature)).reduce(both)
        })
    }

    /// The features whose boxes share a point with one of these, in the order of their ids, each once.
    pub fn near_boxes(&self, boxes: &[BBox]) -> impl Iterator<Item = &Feature> {
        let base = self.base.near_boxes(boxes).into_iter().filter(|at| self.stands(*at)).map(|at| self.base.at(at));
        merged(base, self.fresh.near_boxes(boxes).into_iter().map(|at| self.fresh.at(at)))
    }

    /// The features that are points and stand in a cell, with the smallest cells they stand in; in no order to rely on.
    pub(super) fn points_in(&self, cell: Cell) -> impl Iterator<Item = (u64, &Feature)> {
        let (base, fresh) = (self.base.points(), self.fresh.points());
        let base = base.of(base.stretch(cell)).filter(|(_, at)| self.stands(*at));
        let fresh = fresh.of(fresh.stretch(cell));
        base.map(|(key, at)| (key, self.base.at(at))).chain(fresh.map(|(key, at)| (key, self.fresh.at(at))))
    }

    /// How many points stand in a cell, and perhaps those that stood there before; told without looking at one.
    pub fn most_points_in(&self, cell: Cell) -> usize {
        [&self.base, &self.fresh].map(|layer| layer.points().stretch(cell).len()).into_iter().sum()
    }

    /// The cells of a level that points stand in, within a cell: how many and where, the first and the last along the
    /// curve. A cell comes twice where points were put into it since the base was built.
    ///
    /// It takes as long as there are cells and hidden features in them, however many points stand there.
    pub(super) fn masses_in(&self, within: Cell, level: u8) -> impl Iterator<Item = (Cell, Mass, [u64; 2])> {
        let (base, fresh) = (self.base.points(), self.fresh.points());
        let unhidden = base.cells(base.stretch(within), level).filter_map(move |(cell, stretch)| {
            let mut mass = base.mass(stretch.clone());
            mass -= self.hidden_points.mass(self.hidden_points.stretch(cell));
            let mut standing = base.of(stretch).filter(|(_, at)| self.stands(*at)).map(|(key, _)| key);
            let first = standing.next()?;
            Some((cell, mass, [first, standing.next_back().unwrap_or(first)]))
        });
        let put = fresh.cells(fresh.stretch(within), level).map(|(cell, stretch)| {
            let mut keys = fresh.of(stretch.clone()).map(|(key, _)| key);
            let first = keys.next().expect("a cell with points has a first one");
            (cell, fresh.mass(stretch), [first, keys.next_back().unwrap_or(first)])
        });
        unhidden.chain(put)
    }

    /// The indexes to be searched; what they find stands in one of them only.
    pub(super) fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        [(self.base.as_ref(), self.hidden.as_slice()), (&self.fresh, &[])]
            .into_iter()
            .filter(|(layer, _)| !layer.features().is_empty())
            .map(|(layer, hidden)| Part { shelf: self, layer, hidden })
    }

    /// The words of the collection's titles.
    pub(super) fn titles(&self) -> &Titles {
        &self.titles
    }

    pub(super) fn set_sector(&mut self, sector: String) {
        self.sector = Some(sector);
    }

    /// Whether a feature here has this size of a photo.
    pub(super) fn shows(&self, photo: Photo) -> bool {
        self.parts().any(|Part { layer, hidden, .. }| {
            let mut places = layer.photos(&self.collection).places(photo.hash);
            places.any(|at| hidden.binary_search(&at).is_err() && photos::shows(&self.collection, layer.at(at), photo))
        })
    }

    /// Whether the feature at this place of the base is still what it was.
    fn stands(&self, at: u32) -> bool {
        self.hidden.binary_search(&at).is_err()
    }

    fn rest(&self, base: usize, fresh: usize) -> impl Iterator<Item = &Feature> {
        let unhidden = self.base.features()[base..].iter().enumerate().filter_map(move |(i, feature)| {
            let at = (base + i) as u32;
            self.stands(at).then_some(feature)
        });
        merged(unhidden, self.fresh.features()[fresh..].iter())
    }
}

impl<'a> Part<'a> {
    /// The index of its boxes by their places in the layer, those of what is hidden among them.
    pub(super) fn index(self) -> &'a Packed {
        self.layer.index()
    }

    /// The index of its words, that of what is hidden among them.
    pub(super) fn texts(self) -> &'a Texts {
        self.layer.texts(&self.shelf.collection)
    }

    /// The feature at a place of the layer; `None` where it is hidden.
    pub(super) fn at(self, at: u32) -> Option<&'a Feature> {
        self.hidden.binary_search(&at).is_err().then(|| self.layer.at(at))
    }

    /// The edges of the feature at a place of the layer, where there are many.
    pub(super) fn edges(self, at: u32) -> Option<&'a EdgeTree> {
        self.layer.edges(at)
    }
}

/// Features in the order of their ids from two such sequences.
fn merged<'a>(
    base: impl Iterator<Item = &'a Feature>,
    fresh: impl Iterator<Item = &'a Feature>,
) -> impl Iterator<Item = &'a Feature> {
    let (mut base, mut fresh) = (base.peekable(), fresh.peekable());
    std::iter::from_fn(move || match (base.peek(), fresh.peek()) {
        (Some(a), Some(b)) if b.id < a.id => fresh.next(),
        (Some(_), _) => base.next(),
        (None, _) => fresh.next(),
    })
}

/// The same of two sequences from their ends.
fn merged_backwards<'a>(
    base: impl Iterator<Item = &'a Feature>,
    fresh: impl Iterator<Item = &'a Feature>,
) -> impl Iterator<Item = &'a Feature> {
    let (mut base, mut fresh) = (base.peekable(), fresh.peekable());
    std::iter::from_fn(move || match (base.peek(), fresh.peek()) {
        (Some(a), Some(b)) if b.id > a.id => fresh.next(),
        (Some(_), _) => base.next(),
        (None, _) => fresh.next(),
    })
}

fn count(kinds: &mut BTreeMap<String, u64>, feature: &Feature) {
    let Some(kind) = feature.kind.as_deref() else { return };
    match kinds.get_mut(kind) {
        Some(count) => *count += 1,
        None => _ = kinds.insert(kind.to_owned(), 1),
    }
}

fn discount(kinds: &mut BTreeMap<String, u64>, feature: &Feature) {
    let Some(kind) = feature.kind.as_deref() else { return };
    *kinds.get_mut(kind).expect("every feature that stands is counted") -= 1;
}
