//! Nearest finds the features closest to a place by true metres, to the geometry, ties by id.
//!
//! One best-first search runs over the indexes of all shelves at once: that of a base and that of what changed since. Three things wait in one queue, each under a
//! number of metres that nothing it stands for can be nearer than:
//!
//! ```text
//!   Branch    a box of an index      bound: to the box, on the sphere scaled down (space::sphere)
//!   Guess     a feature's box        bound: the same
//!   Answer    a feature              its geodesic distance: exact
//! ```
//!
//! An answer that comes to the front is nearer than whatever is still behind a bound: it is next. Where a bound
//! equals a distance the bound comes first, so that equal distances stand side by side and are told by id.

use std::{cmp::Ordering, collections::BinaryHeap};

use rstar::{ParentNode, RTreeNode};

use super::{
    Found, Selection, Snapshot,
    layer::{self, Entry},
    selection::Here,
    shelf::Part,
};
use crate::space::{
    LonLat,
    geodesic::{Sight, sight},
    sphere::Origin,
};

/// A feature and where it lies, seen from the place that was asked about.
#[derive(Debug, Clone, Copy)]
pub struct Neighbor<'a> {
    /// What was found.
    pub found: Found<'a>,
    /// How far and in which direction.
    pub sight: Sight,
}

/// The features of the selection within `radius_m` metres of a place, nearest first, at most `limit` of them.
pub fn nearest<'a>(
    snapshot: &'a Snapshot,
    selection: &Selection,
    from: LonLat,
    radius_m: f64,
    limit: usize,
) -> Vec<Neighbor<'a>> {
    let shelves = selection.shelves(snapshot);
    let parts: Vec<(Part, Here)> =
        shelves.iter().flat_map(|shelf| shelf.parts().map(|part| (part, selection.here(shelf)))).collect();
    let origin = Origin::new(from);
    let mut queue = BinaryHeap::new();
    for (at, (part, _)) in parts.iter().enumerate() {
        queue.push(Waiting { metres: 0.0, part: at, what: What::Branch(part.root()) });
    }
    let mut neighbors = Vec::new();
    while neighbors.len() < limit
        && let Some(Waiting { metres, part: at, what }) = queue.pop()
        && metres <= radius_m
    {
        let (part, here) = parts[at];
        match what {
            What::Branch(branch) => {
                for child in branch.children() {
                    let (bbox, what) = match child {
                        RTreeNode::Parent(branch) => (layer::bbox(&branch.envelope()), What::Branch(branch)),
                        RTreeNode::Leaf(entry) => (entry.bbox(), What::Guess(entry)),
                    };
                    if here.reaches(&bbox) {
                        queue.push(Waiting { metres: origin.least_metres_to(&bbox), part: at, what });
                    }
                }
            }
            What::Guess(entry) => {
                if let Some(feature) = part.feature(entry)
                    && here.takes(feature)
                {
                    let found = Found { shelf: part.shelf, feature };
                    let sight = sight(from, &feature.geometry);
                    queue.push(Waiting {
                        metres: sight.distance_m,
                        part: at,
                        what: What::Answer(Neighbor { found, sight }),
                    });
                }
            }
            What::Answer(neighbor) => neighbors.push(neighbor),
        }
    }
    neighbors
}

struct Waiting<'a> {
    metres: f64,
    part: usize,
    what: What<'a>,
}

enum What<'a> {
    Branch(&'a ParentNode<Entry>),
    Guess(&'a Entry),
    Answer(Neighbor<'a>),
}

impl Waiting<'_> {
    /// What distinguishes equal metres: bounds before answers, answers by collection and id.
    fn turn(&self) -> (bool, &str, &str) {
        match &self.what {
            What::Branch(_) | What::Guess(_) => (false, "", ""),
            What::Answer(Neighbor { found: Found { shelf, feature }, .. }) => {
                (true, shelf.collection().id.as_str(), feature.id.as_str())
            }
        }
    }
}

impl Ord for Waiting<'_> {
    /// The heap gives its greatest first; the least metres are made the greatest.
    fn cmp(&self, other: &Self) -> Ordering {
        other.metres.total_cmp(&self.metres).then_with(|| other.turn().cmp(&self.turn()))
    }
}

impl PartialOrd for Waiting<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiting<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Waiting<'_> {}
