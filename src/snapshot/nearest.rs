//! Nearest finds the features closest to a place by true metres, to the geometry, ties by id.
//!
//! Three steps. The first goes down the index of every shelf asked about and keeps what may be among the nearest, by what a
//! [`Ruler`] tells of their boxes: what is certainly farther than as many others as are wanted is passed over, whole branches
//! at once, and no feature is looked at. The second bounds the shapes of those that are left, the nearest boxes first. The
//! third measures the few that even this does not tell apart.
//!
//! ```text
//!   what is kept      least ├───────────┤ most          metres from the place
//!                           ├──┤
//!                              ├─────┤
//!                                    ├────┤             of the three wanted, the third `most` from the left
//!                                         ┆             is the limit: what begins behind it is out
//!                                         ┆ ├───┤
//! ```
//!
//! The tight ruler is tried first. Where what it finds lies beyond its reach, or is too little, the wide one decides.

use std::{cell::Cell, cmp::Ordering, hint::black_box};

use arrayvec::ArrayVec;

use super::{
    Found, Selection, Shelf, Snapshot,
    packed::{EVERYWHERE, FAN, Node, Rect, outward},
    selection::Here,
    shelf::Part,
};
use crate::{
    model::{Feature, Value},
    space::{
        BBox, LonLat, Ruler, Span,
        geodesic::{Sight, sight_within},
    },
};

/// A feature and where it lies, seen from the place that was asked about.
#[derive(Debug, Clone, Copy)]
pub struct Neighbor<'a> {
    /// What was found.
    pub found: Found<'a>,
    /// How far and in which direction.
    pub sight: Sight,
}

/// Where a list of neighbors goes on: behind this one, which need not be there any more.
#[derive(Debug, Clone, PartialEq)]
pub struct Behind {
    /// Its distance, metres.
    pub distance_m: f64,
    /// Its collection.
    pub collection: String,
    /// Its id.
    pub id: String,
}

/// What is asked.
#[derive(Clone, Copy)]
pub struct Asking<'q> {
    /// Of these features.
    pub selection: &'q Selection,
    /// The nearest to this place.
    pub from: LonLat,
    /// Not farther away, metres.
    pub radius_m: f64,
    /// At most so many.
    pub limit: usize,
    /// Only those behind this one.
    pub behind: Option<&'q Behind>,
    /// Only those that it is true of.
    pub accepts: Option<&'q dyn Fn(Found<'_>) -> bool>,
    /// Once it is lost, the answer may lack anything.
    pub patience: Option<&'q Patience>,
}

/// How many features may still be looked at.
#[derive(Debug)]
pub struct Patience(Cell<u32>);

impl Patience {
    /// Enough for so many.
    pub fn new(features: u32) -> Self {
        Self(Cell::new(features))
    }

    /// Whether there were more.
    pub fn is_lost(&self) -> bool {
        self.0.get() == 0
    }

    /// Whether it is not lost with one more.
    fn lasts(&self) -> bool {
        self.0.set(self.0.get().saturating_sub(1));
        !self.is_lost()
    }
}

/// The features of the selection within `radius_m` metres of a place, nearest first, at most `limit` of them.
pub fn nearest<'a>(
    snapshot: &'a Snapshot,
    selection: &Selection,
    from: LonLat,
    radius_m: f64,
    limit: usize,
) -> Vec<Neighbor<'a>> {
    ask(snapshot, &Asking { selection, from, radius_m, limit, behind: None, accepts: None, patience: None })
}

/// The nearest features, nearest first.
pub fn ask<'a>(snapshot: &'a Snapshot, asking: &Asking<'_>) -> Vec<Neighbor<'a>> {
    closest(&asking.selection.shelves(snapshot), asking)
}

/// The nearest feature of each collection, the nearest of them first.
pub fn ask_each<'a>(snapshot: &'a Snapshot, asking: &Asking<'_>) -> Vec<Neighbor<'a>> {
    let one = Asking { limit: 1, behind: None, ..*asking };
    let shelves = asking.selection.shelves(snapshot);
    let mut all: Vec<Neighbor> = shelves.into_iter().flat_map(|shelf| closest(&[shelf], &one)).collect();
    all.retain(|neighbor| asking.behind.is_none_or(|behind| neighbor.compare_to(behind).is_gt()));
    all.sort_by(Neighbor::compare);
    all.truncate(asking.limit);
    all
}

fn closest<'a>(shelves: &[&'a Shelf], asking: &Asking<'_>) -> Vec<Neighbor<'a>> {
    if let Some(near) = Ruler::near(asking.from)
        && let Some(neighbors) = Search::new(near, asking).run(shelves)
    {
        return neighbors;
    }
    Search::new(Ruler::far(asking.from), asking).run(shelves).expect("the wide ruler reaches everything")
}

impl Neighbor<'_> {
    /// Nearer first; equal distances by collection and id.
    fn compare(&self, other: &Self) -> Ordering {
        let name = |of: &Self| (of.found.shelf.collection().id.clone(), of.found.feature.id.clone());
        self.sight.distance_m.total_cmp(&other.sight.distance_m).then_with(|| name(self).cmp(&name(other)))
    }

    fn compare_to(&self, mark: &Behind) -> Ordering {
        let Found { shelf, feature } = self.found;
        let name = (shelf.collection().id.as_str(), feature.id.as_str());
        let mark_name = (mark.collection.as_str(), mark.id.as_str());
        self.sight.distance_m.total_cmp(&mark.distance_m).then_with(|| name.cmp(&mark_name))
    }
}

/// How much farther than the limit a ruler reaches that is made for it: what lies at the limit is still measured by it.
const SLACK: f64 = 1.01;

/// How many times farther than the limit a ruler reaches before a tighter one is made.
const MUCH: f64 = 4.0;

/// Candidates that there is room for from the beginning.
const ROOM: usize = 64;

/// What may be among the nearest: the feature at a place of a part.
#[derive(Clone, Copy)]
struct Candidate<'a> {
    span: Span,
    part: Part<'a>,
    feature: &'a Feature,
    at: u32,
}

impl<'a> Candidate<'a> {
    fn found(&self) -> Found<'a> {
        Found { shelf: self.part.shelf, feature: self.feature }
    }

    /// The same, bounded by its shape; what was known better already stays known.
    fn bounded(mut self, ruler: &Ruler, enough_m: f64) -> Self {
        let by_shape = ruler.to_geometry(&self.feature.geometry, self.part.edges(self.at), enough_m);
        self.span.least_m = self.span.least_m.max(by_shape.least_m);
        self.span.most_m = self.span.most_m.min(by_shape.most_m);
        self
    }

    fn measured(&self, ruler: &Ruler) -> Neighbor<'a> {
        let sight = sight_within(ruler, &self.feature.geometry, self.part.edges(self.at), self.span);
        Neighbor { found: self.found(), sight }
    }
}

struct Search<'a, 'q> {
    ruler: Ruler,
    asking: &'q Asking<'q>,
    candidates: Vec<Candidate<'a>>,
    /// The least of what candidates are at most away, ascending, as many as are wanted.
    mosts: Vec<f64>,
    /// What is farther away is not wanted, metres.
    limit_m: f64,
    /// What does not meet this is farther away.
    within: Rect,
}

/// One part that is looked through.
#[derive(Clone, Copy)]
struct Looking<'a, 'h> {
    part: Part<'a>,
    here: Here<'h>,
    takes_all: bool,
}

/// The children of a node that may hold what is wanted, the nearest first, each with how far it is at least, metres.
type Children = ArrayVec<(f64, Node), FAN>;

impl<'a, 'q> Search<'a, 'q> {
    fn new(ruler: Ruler, asking: &'q Asking<'q>) -> Self {
        let candidates = Vec::with_capacity(asking.limit.min(ROOM));
        let mut search =
            Self { ruler, asking, candidates, mosts: Vec::new(), limit_m: f64::INFINITY, within: EVERYWHERE };
        search.narrow(asking.radius_m);
        search
    }

    /// The neighbors; `None` where the ruler does not reach so far.
    fn run(mut self, shelves: &[&'a Shelf]) -> Option<Vec<Neighbor<'a>>> {
        for shelf in shelves {
            let here = self.asking.selection.here(shelf);
            for part in shelf.parts() {
                let (index, looking) = (part.index(), Looking { part, here, takes_all: here.takes_all() });
                let Some(top) = index.top() else { continue };
                if self.ruler.least_to_box(&index.bbox(top)) <= self.limit_m
                    && index.place(top).is_none_or(|at| self.is_meant(looking, at))
                {
                    self.descend(looking, top);
                }
            }
        }
        if self.limit_m > self.ruler.reach_m() {
            return None;
        }
        self.tell_apart();
        let limit_m = self.limit_m;
        let kept = self.candidates.iter().filter(|candidate| candidate.span.least_m <= limit_m);
        let measured = kept.map(|candidate| candidate.measured(&self.ruler));
        let is_meant = |one: &Neighbor| {
            one.sight.distance_m <= self.asking.radius_m
                && self.asking.behind.is_none_or(|behind| one.compare_to(behind).is_gt())
        };
        let mut neighbors: Vec<_> = measured.filter(is_meant).collect();
        neighbors.sort_by(Neighbor::compare);
        neighbors.truncate(self.asking.limit);
        Some(neighbors)
    }

    /// Looks through a branch, its nearer children first, so that the limit soon lies where it belongs; or at a feature.
    fn descend(&mut self, looking: Looking<'a, '_>, node: Node) {
        let index = looking.part.index();
        if let Some(at) = index.place(node) {
            return self.look_at(looking, at, &index.bbox(node));
        }
        let mut children = Children::new();
        self.find_children(looking, node, &mut children);
        for (least_m, child) in &children {
            if *least_m > self.limit_m {
                return;
            }
            self.descend(looking, *child);
        }
    }

    fn find_children(&mut self, looking: Looking<'a, '_>, node: Node, children: &mut Children) {
        let index = looking.part.index();
        let meets = index.children(node).filter(|child| index.meets(*child, &self.within));
        children.extend(meets.map(|child| (0.0, child)));
        if !looking.takes_all {
            // Features are asked one right after the other and before any is measured. What they are asked about is touched before,
            // which hangs on no answer: so memory is waited for by all of them at once.
            for at in children.iter().filter_map(|(_, child)| index.place(*child)) {
                black_box(
                    looking.part.at(at).and_then(|feature| feature.values.first()).is_some_and(Value::is_unknown),
                );
            }
            children.retain(|(_, child)| index.place(*child).is_none_or(|at| self.is_meant(looking, at)));
        }
        children.retain(|(least_m, child)| {
            let bbox = index.bbox(*child);
            *least_m = self.ruler.least_to_box(&bbox);
            *least_m <= self.limit_m && looking.here.reaches(&bbox)
        });
        children.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    }

    /// Whether the feature at a place of the part is one of the selection.
    fn is_meant(&mut self, Looking { part, here, .. }: Looking<'a, '_>, at: u32) -> bool {
        self.is_patient() && part.at(at).is_some_and(|feature| here.takes(feature))
    }

    /// Whether one more feature may be looked at; else nothing is near enough any more.
    fn is_patient(&mut self) -> bool {
        let lasts = self.asking.patience.is_none_or(Patience::lasts);
        if !lasts {
            self.limit_m = f64::NEG_INFINITY;
        }
        lasts
    }

    /// Bounds the shapes of what was kept for its box, by the ruler that is tight up to the limit.
    fn tell_apart(&mut self) {
        self.ruler = self.ruler.reaching_only(self.limit_m * SLACK);
        let mut candidates = std::mem::take(&mut self.candidates);
        self.mosts.clear();
        candidates.retain(|candidate| candidate.span.least_m <= self.limit_m);
        candidates.sort_unstable_by(|a, b| a.span.least_m.total_cmp(&b.span.least_m));
        for candidate in candidates {
            if candidate.span.least_m > self.limit_m {
                return;
            }
            self.consider(candidate.bounded(&self.ruler, self.limit_m));
        }
    }

    /// Nothing farther than so many metres is wanted any more.
    fn narrow(&mut self, limit_m: f64) {
        if limit_m < self.limit_m {
            self.limit_m = limit_m;
            if limit_m * MUCH < self.ruler.reach_m() {
                self.ruler = self.ruler.reaching_only(limit_m * SLACK);
            }
            self.within = self.ruler.box_within(limit_m).map_or(EVERYWHERE, outward);
        }
    }

    /// Keeps a feature of the selection if its box is near enough.
    fn look_at(&mut self, Looking { part, takes_all, .. }: Looking<'a, '_>, at: u32, bbox: &BBox) {
        // Where a filter narrows, patience was had when the feature was asked.
        let Some(feature) = part.at(at).filter(|_| !takes_all || self.is_patient()) else { return };
        if self.asking.accepts.is_some_and(|accepts| !accepts(Found { shelf: part.shelf, feature })) {
            return;
        }
        self.consider(Candidate { span: self.ruler.to_box(bbox), part, feature, at });
    }

    /// Keeps what may be among the nearest, on the right side of the mark.
    fn consider(&mut self, mut candidate: Candidate<'a>) {
        if candidate.span.least_m > self.limit_m {
            return;
        }
        if let Some(mark) = self.asking.behind {
            let reach_m = self.ruler.reach_m();
            let holds =
                |Span { least_m, most_m }| least_m <= mark.distance_m && mark.distance_m <= most_m && most_m <= reach_m;
            if holds(candidate.span) {
                candidate = candidate.bounded(&self.ruler, f64::INFINITY);
            }
            if candidate.span.most_m < mark.distance_m {
                return;
            }
            if holds(candidate.span) {
                // On which side of the mark it lies, only the measure tells.
                let measured = candidate.measured(&self.ruler);
                if measured.compare_to(mark).is_le() {
                    return;
                }
                let distance_m = measured.sight.distance_m;
                candidate.span = Span { least_m: distance_m, most_m: distance_m };
            }
        }
        self.keep(candidate);
    }

    fn keep(&mut self, candidate: Candidate<'a>) {
        let most_m = candidate.span.most_m;
        self.candidates.push(candidate);
        let wanted = self.asking.limit;
        if self.mosts.len() == wanted && self.mosts.last().is_some_and(|last| most_m >= *last) {
            return;
        }
        let at = self.mosts.partition_point(|known| *known <= most_m);
        self.mosts.insert(at, most_m);
        self.mosts.truncate(wanted);
        if self.mosts.len() == wanted
            && let Some(last) = self.mosts.last()
        {
            self.narrow(*last);
        }
    }
}
