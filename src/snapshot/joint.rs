//! A `Joint` index is one tree over the lowest nodes of many: what is near a place on any of a hundred shelves is found
//! without going down each.
//!
//! It is of the bases of the thematic shelves, which never change, and shared by snapshots for as long as they stand: two
//! bytes a feature.

use std::sync::Arc;

use super::{
    Shelf,
    layer::Layer,
    packed::{Node, Packed},
};

/// One tree over the nodes of many bases.
#[derive(Debug)]
pub(super) struct Joint {
    bases: Vec<Arc<Layer>>,
    tree: Packed,
    /// By their places in the tree: which base it is of, and which node there.
    nodes: Box<[(u32, Node)]>,
}

impl Joint {
    /// The index of these shelves: this one, where it is of their bases already.
    pub(super) fn of<'a>(elder: Option<&Arc<Self>>, shelves: impl Iterator<Item = &'a Shelf>) -> Arc<Self> {
        let bases: Vec<_> = shelves.map(Shelf::base).collect();
        if let Some(elder) = elder
            && elder.bases.len() == bases.len()
            && elder.bases.iter().zip(&bases).all(|(one, other)| Arc::ptr_eq(one, other))
        {
            return Arc::clone(elder);
        }
        let bases: Vec<_> = bases.into_iter().cloned().collect();
        let low =
            |(of, base): (u32, &Arc<Layer>)| base.index().lowest().map(move |node| (of, node)).collect::<Vec<_>>();
        let nodes: Box<[_]> = (0..).zip(&bases).flat_map(low).collect();
        let tree = Packed::new(nodes.iter().map(|(of, node)| bases[*of as usize].index().bbox(*node)));
        Arc::new(Self { bases, tree, nodes })
    }

    /// The tree of nodes.
    pub(super) fn tree(&self) -> &Packed {
        &self.tree
    }

    /// What stands at a place of the tree: the number of its shelf, and the node of that shelf's base.
    pub(super) fn at(&self, place: u32) -> (usize, Node) {
        let (of, node) = self.nodes[place as usize];
        (of as usize, node)
    }
}
