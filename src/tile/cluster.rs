//! Clusters of a layer are drawn as points with counts, and found again by the id that each carries.

use std::cmp::Reverse;

use super::{
    ClusterRule, Tag,
    grid::Grid,
    picture,
    tileset::{Layer, MAX_ZOOM, Tileset},
};
use crate::{
    model::FieldType,
    snapshot::{
        Selection, Shelf, Snapshot,
        cluster::{By, Cluster, Clustering, OTHER, Single, UNKNOWN, marks},
    },
    space::{Cell, TileCoord},
};

/// Bits of an id that name the cell: one before its place along the curve, which at the deepest level has
/// 2 · (15 + 6). What stands above is the layer; all together they are less than 2^52, so exact in
/// JavaScript, and so are the steps between them that MLT writes.
const CELL_BITS: u32 = 45;

/// The most layers with clusters that the ids of a tileset can tell apart.
pub(super) const MOST_LAYERS: usize = 1 << (52 - CELL_BITS);

const _: () = assert!(2 * (MAX_ZOOM as u32 - 1 + super::cluster_rule::MOST_HALVINGS as u32) < CELL_BITS);

/// The name of a cluster within its tileset: the same for the same cell of the world, whatever is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClusterId {
    /// Which of the layers with clusters, from 0.
    layer: usize,
    cell: Cell,
}

/// A cluster that stands at a revision.
#[derive(Debug)]
pub struct Standing<'a> {
    /// Its layer.
    pub layer: &'a Layer,
    /// The collections it is of, in the order of their ids.
    pub shelves: Vec<&'a Shelf>,
    /// What it stands for.
    pub cluster: Cluster<'a>,
    /// The first zoom at which its objects are not all one cluster.
    pub expansion_zoom: u8,
}

impl ClusterId {
    /// The id of a number; `None` where no cluster of any tileset has it.
    pub fn of(number: u64) -> Option<Self> {
        let named = number & ((1 << CELL_BITS) - 1);
        let level = named.checked_ilog2()? / 2;
        let cell = Cell::new(level as u8, named.checked_sub(1 << (2 * level))?)?;
        let layer = (number >> CELL_BITS) as usize;
        (layer < MOST_LAYERS && named.ilog2().is_multiple_of(2)).then_some(Self { layer, cell })
    }

    /// The number, less than 2^53.
    pub fn number(self) -> u64 {
        (self.layer as u64) << CELL_BITS | 1 << (2 * self.cell.level()) | self.cell.index()
    }

    /// The cell it is of.
    pub fn cell(self) -> Cell {
        self.cell
    }

    /// The layer of a tileset that may have this cluster, and its rule.
    pub fn layer(self, tileset: &Tileset) -> Option<(&Layer, &ClusterRule)> {
        let (layer, rule) = clustered(tileset).nth(self.layer)?;
        rule.zoom_of(self.cell.level()).map(|_| (layer, rule))
    }
}

/// The layers of a tileset that have clusters, in their order.
fn clustered(tileset: &Tileset) -> impl Iterator<Item = (&Layer, &ClusterRule)> {
    tileset.layers.iter().filter_map(|layer| Some((layer, layer.cluster.as_ref()?)))
}

/// The cluster of this id among what the selection takes; `None` where it has none.
pub fn cluster<'a>(
    snapshot: &'a Snapshot,
    tileset: &'a Tileset,
    selection: &Selection,
    id: ClusterId,
) -> Option<Standing<'a>> {
    let (layer, rule) = id.layer(tileset)?;
    let shelves: Vec<&Shelf> =
        layer.shelves(snapshot).into_iter().filter(|shelf| is_asked_for(selection, shelf)).collect();
    let level = id.cell.level();
    let how = Clustering { level, min_points: rule.min_points(), tally: rule.tally() };
    let cluster = marks(&shelves, selection, id.cell, &how).clusters.pop()?;
    let expansion_zoom = expansion_zoom(rule, &cluster);
    Some(Standing { layer, shelves, cluster, expansion_zoom })
}

/// Whether a selection looks at this shelf of a layer.
pub(super) fn is_asked_for(selection: &Selection, shelf: &Shelf) -> bool {
    let asked = &selection.collections;
    asked.is_empty() || asked.iter().any(|id| id == shelf.collection().id.as_str())
}

/// The first zoom at which the points of the cluster are in several cells, or where there are no cells any more.
fn expansion_zoom(rule: &ClusterRule, cluster: &Cluster) -> u8 {
    cluster.opens.and_then(|level| rule.zoom_of(level)).unwrap_or(rule.to_zoom() + 1)
}

/// Draws the clusters of the shelves here, which hold points, the greatest ones where not all fit into so many bytes; gives
/// back what is not in any, and how many objects the clusters without room stand for.
pub(super) fn draw<'a>(
    to: &mut picture::Layer<'a>,
    tileset: &Tileset,
    layer: &Layer,
    shelves: &[&'a Shelf],
    selection: &Selection,
    (grid, coord, room): (&Grid, TileCoord, usize),
) -> (Vec<Single<'a>>, u64) {
    let place = clustered(tileset).enumerate().find(|(_, (other, _))| std::ptr::eq(*other, layer));
    let Some((number, (_, rule))) = place else { return (Vec::new(), 0) };
    let how = Clustering { level: rule.level(coord.z()), min_points: rule.min_points(), tally: rule.tally() };
    let mut marks = marks(shelves, selection, Cell::of_tile(coord), &how);
    let start = to.mark();
    for cluster in &marks.clusters {
        put(to, number, rule, cluster, grid);
    }
    let mut dropped = 0;
    if to.bytes() > room {
        to.back_to(start);
        marks.clusters.sort_by_key(|cluster| (Reverse(cluster.count), cluster.cell));
        for cluster in &marks.clusters {
            let before = to.mark();
            put(to, number, rule, cluster, grid);
            if dropped > 0 || to.bytes() > room {
                to.back_to(before);
                dropped += cluster.count;
            }
        }
    }
    (marks.singles, dropped)
}

fn put(to: &mut picture::Layer, layer: usize, rule: &ClusterRule, cluster: &Cluster, grid: &Grid) {
    let id = ClusterId { layer, cell: cluster.cell }.number();
    to.add(id, grid.mark(cluster.at));
    to.tell("cluster", Tag::Boolean(true));
    to.tell("cluster_id", Tag::Integer(id as i64));
    to.tell("expansion_zoom", Tag::Integer(i64::from(expansion_zoom(rule, cluster))));
    to.tell("point_count", Tag::Integer(cluster.count as i64));
    to.tell("point_count_abbreviated", Tag::Text(abbreviated(cluster.count).into()));
    for (name, number) in told(rule, cluster) {
        to.tell(name, number);
    }
}

/// What a rule tells of a cluster besides how many it stands for: names with numbers.
pub fn told<'a>(rule: &ClusterRule, cluster: &Cluster) -> Vec<(String, Tag<'a>)> {
    let mut told: Vec<_> =
        cluster.groups.iter().map(|(group, count)| (format!("count_{group}"), Tag::Integer(*count as i64))).collect();
    for (field, sum) in rule.tally().sums.iter().zip(&cluster.sums) {
        told.push((format!("sum_{field}"), Tag::Number(sum.number())));
        if sum.unknown > 0 {
            told.push((format!("unknown_{field}"), Tag::Integer(sum.unknown as i64)));
        }
    }
    told
}

/// The properties that clusters of these shelves may have, for a description of the layer.
pub fn properties(rule: &ClusterRule, shelves: &[&Shelf]) -> Vec<(String, FieldType)> {
    let always = [
        ("cluster", FieldType::Boolean),
        ("cluster_id", FieldType::Integer),
        ("expansion_zoom", FieldType::Integer),
        ("point_count", FieldType::Integer),
        ("point_count_abbreviated", FieldType::Text),
    ];
    let mut properties: Vec<(String, FieldType)> = always.map(|(name, kind)| (name.to_owned(), kind)).into();
    let mut groups: Vec<&str> = shelves
        .iter()
        .flat_map(|shelf| {
            let collection = shelf.collection();
            match &rule.tally().by {
                None => vec![],
                Some(By::Sector) => vec![shelf.sector().unwrap_or(OTHER)],
                Some(By::Collection) => vec![collection.id.as_str()],
                Some(By::Kind) => collection.kinds.iter().map(|kind| kind.id.as_str()).chain([UNKNOWN]).collect(),
                Some(By::Field(name)) => match collection.field_index(name).map(|at| &collection.fields[at]) {
                    None => vec![UNKNOWN],
                    Some(field) if field.kind == FieldType::Boolean => vec!["false", "true", UNKNOWN],
                    Some(field) => {
                        field.values.iter().map(|choice| choice.id.as_str()).chain([UNKNOWN, OTHER]).collect()
                    }
                },
            }
        })
        .collect();
    groups.sort_unstable();
    groups.dedup();
    properties.extend(groups.into_iter().map(|group| (format!("count_{group}"), FieldType::Integer)));
    for field in &rule.tally().sums {
        properties.push((format!("sum_{field}"), FieldType::Number));
        properties.push((format!("unknown_{field}"), FieldType::Integer));
    }
    properties
}

/// A count in few characters, as supercluster writes it: 999, 1.2k, 34k; and 1.2M.
fn abbreviated(count: u64) -> String {
    let tenths = |unit: u64| (count * 10 + unit / 2) / unit;
    match count {
        0..1000 => count.to_string(),
        1000..9950 => format!("{}.{}k", tenths(1000) / 10, tenths(1000) % 10).replace(".0k", "k"),
        9950..999_500 => format!("{}k", (count + 500) / 1000),
        _ => format!("{}.{}M", tenths(1_000_000) / 10, tenths(1_000_000) % 10).replace(".0M", "M"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_count_is_written_short() {
        let counts = [2, 999, 1000, 1049, 1050, 9949, 9950, 18_000, 999_499, 999_500, 1_807_797];
        let short = ["2", "999", "1k", "1k", "1.1k", "9.9k", "10k", "18k", "999k", "1M", "1.8M"];
        assert_eq!(counts.map(abbreviated), short);
    }

    #[test]
    fn a_number_that_names_no_cell_is_no_id() {
        // 2 and 3 would be cells of level ½; 0 has no level at all.
        for wrong in [0, 2, 3, 8, 1 << CELL_BITS, 1 << 53, (1 << 53) + 1, u64::MAX] {
            assert_eq!(ClusterId::of(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn an_id_leads_back_and_is_exact_in_javascript(layer in 0..MOST_LAYERS, level in 0..=21_u8, place: u64) {
            let cell = Cell::new(level, place & ((1 << (2 * level)) - 1)).unwrap();
            let id = ClusterId { layer, cell };
            prop_assert_eq!(ClusterId::of(id.number()), Some(id));
            prop_assert!(id.number() < 1 << 53);
            prop_assert_eq!(id.number() as f64 as u64, id.number());
        }

        #[test]
        fn a_number_is_the_number_of_its_id(number: u64) {
            for number in [number, number >> 11, number >> 20, number >> 40] {
                if let Some(id) = ClusterId::of(number) {
                    prop_assert_eq!(id.number(), number);
                }
            }
        }
    }
}
