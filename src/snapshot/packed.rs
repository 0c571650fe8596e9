//! A `Packed` tree is boxes in flat arrays, sixteen to a node, built once and then only asked what lies where.
//!
//! ```text
//!   level 2   [ 0                             ]    the top
//!   level 1   [ 0            ] [ 1            ]    node i has the boxes 16 i .. 16 i + 16 of the level below
//!   level 0   □ □ □ □ □ □ □ …  □ □ □ □ □ □ □ …    the boxes, neighbours side by side,
//!   places    7 0 4 9 …                            and which each was of those given
//! ```
//!
//! Boxes are kept in single precision, rounded outward: each holds the true one, and reaches a step beyond it at most on any
//! side (2^-16 degrees, 1.7 m, or less). So what is measured to a box is a lower bound of the truth. Of boxes that are all
//! points, the south-western corner alone is kept: the other one is a step from it.

use crate::space::BBox;

/// So many boxes have one above them.
pub(super) const FAN: usize = 16;

/// West, south, east, north, in degrees.
pub(super) type Rect = [f32; 4];

/// Everywhere.
pub(super) const EVERYWHERE: Rect = [f32::NEG_INFINITY, f32::NEG_INFINITY, f32::INFINITY, f32::INFINITY];

/// A static R-tree: 21 bytes a box, 13 where all are points. A box is known by its place among those the tree was built of.
#[derive(Debug)]
pub(super) struct Packed {
    leaves: Leaves,
    /// From the boxes around the leaves up to the level of one node; none where there is one leaf, or no leaf.
    levels: Box<[Box<[Rect]>]>,
    places: Box<[u32]>,
}

/// The boxes that a tree was built of.
#[derive(Debug)]
enum Leaves {
    /// West and south of each.
    Points(Box<[[f32; 2]]>),
    Boxes(Box<[Rect]>),
}

/// A branch of the tree, or one of its boxes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    level: u32,
    at: u32,
}

impl Packed {
    /// A tree of these boxes, of which there are fewer than 2^32.
    pub(super) fn new(boxes: impl Iterator<Item = BBox>) -> Self {
        let mut only_points = true;
        let rounded = boxes.map(|bbox| {
            only_points &= (bbox.west, bbox.south) == (bbox.east, bbox.north);
            outward(bbox)
        });
        let mut leaves: Vec<(Rect, u32)> = rounded.zip(0..).collect();
        pack(&mut leaves);
        let places: Box<[u32]> = leaves.iter().map(|(_, place)| *place).collect();
        let leaves = if only_points {
            Leaves::Points(leaves.into_iter().map(|([west, south, ..], _)| [west, south]).collect())
        } else {
            Leaves::Boxes(leaves.into_iter().map(|(rect, _)| rect).collect())
        };
        let mut levels: Vec<Box<[Rect]>> = Vec::new();
        if places.len() > 1 {
            let nodes = (0..places.len()).step_by(FAN);
            let of = |first: usize| first..(first + FAN).min(places.len());
            levels.push(nodes.map(|first| around(of(first).map(|at| leaves.rect(at)))).collect());
        }
        while let Some(below) = levels.last().filter(|level| level.len() > 1) {
            levels.push(below.chunks(FAN).map(|node| around(node.iter().copied())).collect());
        }
        Self { leaves, levels: levels.into(), places }
    }

    /// The node above all; `None` of no boxes.
    pub(super) fn top(&self) -> Option<Node> {
        (!self.places.is_empty()).then_some(Node { level: self.levels.len() as u32, at: 0 })
    }

    /// A box that holds all boxes of the node.
    pub(super) fn bbox(&self, of: Node) -> BBox {
        widened(self.rect(of))
    }

    /// The place of the box that the node is; `None` for a branch.
    pub(super) fn place(&self, of: Node) -> Option<u32> {
        (of.level == 0).then(|| self.places[of.at as usize])
    }

    /// What is right below a branch; nothing below a box.
    pub(super) fn children(&self, of: Node) -> impl ExactSizeIterator<Item = Node> + use<> {
        let level = of.level.saturating_sub(1);
        let len = match of.level {
            0 => 0,
            1 => self.places.len(),
            above => self.levels[above as usize - 2].len(),
        };
        let first = of.at as usize * FAN;
        (first.min(len) as u32..(first + FAN).min(len) as u32).map(move |at| Node { level, at })
    }

    /// Whether the box of a node shares a point with this one, both as they are rounded.
    pub(super) fn meets(&self, of: Node, with: &Rect) -> bool {
        let [west, south, east, north] = self.rect(of);
        west <= with[2] && with[0] <= east && south <= with[3] && with[1] <= north
    }

    /// The places of the boxes that share a point with this one, in no order to rely on.
    ///
    /// `exact` is asked for the true box of a place where the rounded one does not tell.
    pub(super) fn meeting(&self, with: &BBox, exact: impl Fn(u32) -> BBox) -> Vec<u32> {
        let may_meet = |node: &Node| self.bbox(*node).intersects(with);
        let mut found = Vec::new();
        let mut open: Vec<Node> = self.top().into_iter().filter(may_meet).collect();
        while let Some(node) = open.pop() {
            match self.place(node) {
                None => open.extend(self.children(node).filter(may_meet)),
                Some(place) if core(self.rect(node)).intersects(with) || exact(place).intersects(with) => {
                    found.push(place);
                }
                Some(_) => {}
            }
        }
        found
    }

    #[inline]
    fn rect(&self, of: Node) -> Rect {
        match of.level {
            0 => self.leaves.rect(of.at as usize),
            above => self.levels[above as usize - 1][of.at as usize],
        }
    }
}

impl Leaves {
    #[inline]
    fn rect(&self, at: usize) -> Rect {
        match self {
            Self::Boxes(all) => all[at],
            Self::Points(all) => {
                let [west, south] = all[at];
                [west, south, west.next_up().min(180.0), south.next_up().min(90.0)]
            }
        }
    }
}

/// Orders boxes so that those of a node lie together: from the top down, into columns from west to east and each of them
/// into nodes from south to north, about as many as there are columns (Lee and Lee 2003, "OMT").
fn pack(leaves: &mut [(Rect, u32)]) {
    if leaves.len() <= FAN {
        return;
    }
    let mut node = FAN;
    while node * FAN < leaves.len() {
        node *= FAN;
    }
    let columns = leaves.len().div_ceil(node).isqrt();
    let column = leaves.len().div_ceil(node).div_ceil(columns) * node;
    cut(leaves, column, |[west, _, east, _]| west + east);
    for column in leaves.chunks_mut(column) {
        cut(column, node, |[_, south, _, north]| south + north);
        column.chunks_mut(node).for_each(pack);
    }
}

/// Orders boxes so far that each chunk of a size has no greater number than the next.
fn cut(mut leaves: &mut [(Rect, u32)], size: usize, number: impl Fn(Rect) -> f32) {
    while leaves.len() > size {
        leaves.select_nth_unstable_by(size, |a, b| number(a.0).total_cmp(&number(b.0)));
        leaves = &mut leaves[size..];
    }
}

/// A box in single precision that holds this one.
pub(super) fn outward(of: BBox) -> Rect {
    let down = |v: f64| {
        let near = v as f32;
        if f64::from(near) > v { near.next_down() } else { near }
    };
    let up = |v: f64| -down(-v);
    [down(of.west), down(of.south), up(of.east), up(of.north)]
}

fn widened([west, south, east, north]: Rect) -> BBox {
    BBox { west: west.into(), south: south.into(), east: east.into(), north: north.into() }
}

/// What meets this meets the true box of a rounded one: a step within each side. Of a small box its sides may have
/// passed each other.
fn core([west, south, east, north]: Rect) -> BBox {
    widened([west.next_up(), south.next_up(), east.next_down(), north.next_down()])
}

fn around(nodes: impl Iterator<Item = Rect>) -> Rect {
    nodes.reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]).expect("no chunk is empty")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*, sample::select};

    /// Numbers between two ends, those that single precision does not have among them, and the ends often.
    fn number(least: f64, greatest: f64) -> impl Strategy<Value = f64> {
        let near =
            select(vec![least, least.next_up(), -1e-300, 0.0, 0.1, 0.1_f64.next_up(), greatest.next_down(), greatest]);
        prop_oneof![1 => near, 2 => least..=greatest, 2 => 33.0..33.0001_f64]
    }

    fn a_box() -> impl Strategy<Value = BBox> {
        let ends = || ((number(-180.0, 180.0), number(-90.0, 90.0)), (number(-180.0, 180.0), number(-90.0, 90.0)));
        prop_oneof![ends(), ends().prop_map(|(a, _)| (a, a))].prop_map(|(a, b)| BBox {
            west: a.0.min(b.0),
            south: a.1.min(b.1),
            east: a.0.max(b.0),
            north: a.1.max(b.1),
        })
    }

    fn boxes() -> impl Strategy<Value = Vec<BBox>> {
        let alone = prop_oneof![4 => 0..300_usize, 1 => select(vec![0, 1, 16, 17, 256, 257, 4096, 4097])];
        // As many as wanted of few: most stand there several times.
        (alone, vec(a_box(), 1..600)).prop_map(|(count, all)| all.iter().copied().cycle().take(count).collect())
    }

    fn holds(outer: BBox, inner: BBox) -> bool {
        outer.union(inner) == outer
    }

    /// The places below a node, each of whose boxes it holds.
    fn below(tree: &Packed, node: Node, boxes: &[BBox]) -> Vec<u32> {
        let places: Vec<u32> = match tree.place(node) {
            Some(place) => vec![place],
            None => tree.children(node).flat_map(|child| below(tree, child, boxes)).collect(),
        };
        assert!(tree.children(node).len() <= FAN);
        assert!(places.iter().all(|place| holds(tree.bbox(node), boxes[*place as usize])), "{node:?} is too small");
        places
    }

    proptest! {
        #[test]
        fn every_box_is_below_the_top_once_and_within_all_above_it(boxes in boxes()) {
            let tree = Packed::new(boxes.iter().copied());
            let mut places = tree.top().map_or(Vec::new(), |top| below(&tree, top, &boxes));
            places.sort_unstable();
            prop_assert_eq!(places, (0..boxes.len() as u32).collect::<Vec<_>>());
        }

        #[test]
        fn what_meets_a_box_is_what_looking_at_each_finds(boxes in boxes(), with in a_box(), touching in any::<proptest::sample::Index>()) {
            let tree = Packed::new(boxes.iter().copied());
            // Beside a box anywhere one that touches one of these exactly, and one that just fails to.
            let beside = (!boxes.is_empty()).then(|| boxes[touching.index(boxes.len())].east);
            let withs = beside.into_iter().flat_map(|west| [west, west.next_up()]).filter(|west| *west <= 180.0);
            for with in withs.map(|west| BBox { west, south: -90.0, east: 180.0, north: 90.0 }).chain([with]) {
                let mut found = tree.meeting(&with, |place| boxes[place as usize]);
                found.sort_unstable();
                let meeting = (0..).zip(&boxes).filter(|(_, one)| one.intersects(&with)).map(|(place, _)| place);
                prop_assert_eq!(found, meeting.collect::<Vec<u32>>());
            }
        }

        #[test]
        fn rounding_widens_a_box_by_less_than_a_step_and_what_meets_its_core_meets_it(one in a_box(), with in a_box()) {
            let rounded = outward(one);
            let wide = widened(rounded);
            prop_assert!(holds(wide, one));
            let steps = one.to_array().into_iter().zip(wide.to_array());
            prop_assert!(steps.into_iter().all(|(exact, near)| (exact - near).abs() <= 2_f64.powi(-16)), "{wide:?}");
            prop_assert!(!core(rounded).intersects(&with) || one.intersects(&with));
        }
    }

    #[test]
    fn neighbours_stand_together() {
        // A field of 64 × 64 points: looking at a sixteenth of it opens not many more nodes than hold it.
        let field = (0..4096).map(|i| (f64::from(i * 37 % 64), f64::from(i * 37 / 64 % 64)));
        let tree = Packed::new(field.map(|(x, y)| BBox { west: x, south: y, east: x, north: y }));
        let with = BBox { west: 20.5, south: 20.5, east: 36.5, north: 36.5 };
        let nodes = (0..256).map(|at| tree.bbox(Node { level: 1, at }));
        assert_eq!(tree.meeting(&with, |_| unreachable!("no point is at the edge")).len(), 256);
        let met = nodes.filter(|node| node.intersects(&with)).count();
        assert!(met <= 25, "{met} nodes of sixteen");
    }
}
