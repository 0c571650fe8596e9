//! Drawing picks what a tileset shows of a tile, layer by layer, each as far as its room goes.
//!
//! What is most important comes first: collections by their priority, and where the room ends within one, its features
//! by the field that orders them, then the largest, then by a hash of the id, which takes some everywhere. So a tile
//! that thins shows the same as its neighbours of what matters, and the same on every node; how many are left out is told.

use std::{cmp::Reverse, collections::HashMap};

use smallvec::smallvec;

use super::{
    Picture, Tag, Tileset, clip, cluster, feature_number,
    grid::{EXTENT, Grid, Place, Shape},
    label, merge, mvt,
    picture::Layer,
    rings,
    simplify::Knots,
    tileset::{self, DROPPED, Tiny},
};
use crate::{
    model::{Feature, GeometryKind, Value},
    snapshot::{Selection, Shelf, Snapshot, cluster::Single},
    space::{Geometry, TileCoord},
};

/// An area of less than so many square units cannot be seen: a quarter of a pixel where a tile is 512 pixels wide.
const TINY_DOUBLED_AREA: i64 = 2 * 16;

/// An area that is wider or higher than this, in units, is not tiny but thin.
const TINY_UNITS: i64 = 16;

/// Half the side of the square that stands for a tiny area, in units.
const TINY_HALF: i32 = 2;

/// The least bytes of a feature in a tile: more than the room divided by this are not looked at one by one.
const LEAST_BYTES: usize = 16;

/// The room of a layer that has everything, whatever the bytes.
const NO_LIMIT: usize = usize::MAX;

/// After so many features it is guessed whether all will fit, …
const GUESS_AFTER: usize = 128;

/// … and where they would take so many times the room, it is not tried.
const GUESS_SURELY: usize = 2;

/// What is drawn of a layer.
struct Sheet<'a> {
    layer: Layer<'a>,
    /// How many features found no room.
    dropped: u64,
    /// How many were too small to be seen.
    tiny: u64,
}

/// A feature, or several merged into one, ready to be put into a layer.
struct Item<'a> {
    feature: &'a Feature,
    shape: Shape,
    /// How many features it stands for.
    count: u64,
}

/// What the tileset shows of the selection here, before it is written in any format.
pub fn picture<'a>(
    snapshot: &'a Snapshot,
    tileset: &'a Tileset,
    selection: &Selection,
    coord: TileCoord,
) -> Picture<'a> {
    let shown: Vec<&tileset::Layer> = tileset.layers.iter().filter(|layer| layer.shows(coord.z())).collect();
    let draw = |layer: &'a tileset::Layer, room| sheet(snapshot, tileset, layer, selection, coord, room);
    let room = if tileset.plain {
        NO_LIMIT
    } else {
        tileset.budget.saturating_sub(shown.iter().map(|layer| telling_bytes(&layer.name)).sum())
    };
    let mut sheets: Vec<Sheet> = shown.iter().map(|layer| draw(layer, room.min(layer.room()))).collect();
    if room < NO_LIMIT {
        let wanted: Vec<usize> = sheets.iter_mut().map(|sheet| sheet.layer.bytes()).collect();
        let most = fair_share(&wanted, room);
        for ((sheet, layer), wanted) in sheets.iter_mut().zip(&shown).zip(&wanted) {
            if *wanted > most {
                *sheet = draw(layer, most);
            }
        }
    }
    let told = told(&sheets);
    let drawn = sheets.into_iter().map(|sheet| sheet.layer).chain([told]);
    Picture { layers: drawn.filter(|layer| !layer.figures().is_empty()).collect() }
}

/// The most that a layer may take so that all fit: those that want less leave what they do not need to the others.
fn fair_share(wanted: &[usize], room: usize) -> usize {
    let mut ascending = wanted.to_vec();
    ascending.sort_unstable();
    let mut left = room;
    for (i, wanted) in ascending.iter().enumerate() {
        let share = left / (ascending.len() - i);
        if *wanted > share {
            return share;
        }
        left -= wanted;
    }
    usize::MAX
}

/// The layer that tells what others lack, a point in the middle of the tile for each.
fn told<'a>(sheets: &[Sheet<'a>]) -> Layer<'a> {
    let mut told = Layer::new(DROPPED);
    for sheet in sheets.iter().filter(|sheet| sheet.dropped + sheet.tiny > 0) {
        let name = sheet.layer.name();
        told.add(feature_number(DROPPED, name), Shape::Points(smallvec![(EXTENT as i32 / 2, EXTENT as i32 / 2)]));
        told.tell("layer", name.into());
        told.tell("dropped", Tag::Integer(sheet.dropped as i64));
        told.tell("tiny", Tag::Integer(sheet.tiny as i64));
    }
    told
}

/// The most bytes that telling of a layer takes.
fn telling_bytes(layer: &str) -> usize {
    // The frame and three keys once, and of each layer a feature with three tags, its name and two numbers.
    mvt::frame_bytes(DROPPED) + 64 + 48 + layer.len()
}

/// Draws one layer into so many bytes.
fn sheet<'a>(
    snapshot: &'a Snapshot,
    tileset: &'a Tileset,
    layer: &'a tileset::Layer,
    selection: &Selection,
    coord: TileCoord,
    room: usize,
) -> Sheet<'a> {
    let grid = Grid::new(coord, layer.buffer);
    let here = Selection { boxes: vec![grid.bbox()], ..selection.clone() };
    let mut drawn = Sheet { layer: Layer::new(&layer.name), dropped: 0, tiny: 0 };
    let mut shelves: Vec<&Shelf> = layer
        .shelves(snapshot)
        .into_iter()
        .filter(|shelf| is_shown(tileset, layer, selection, shelf, coord.z()))
        .collect();
    shelves.sort_by_key(|shelf| Reverse(shelf.collection().priority));
    let points_only = layer.label || shelves.iter().all(|shelf| shelf.collection().geometry == GeometryKind::Point);
    if layer.cluster.as_ref().is_some_and(|rule| coord.z() <= rule.to_zoom()) {
        let (points, others): (Vec<_>, Vec<_>) =
            shelves.into_iter().partition(|shelf| shelf.collection().geometry == GeometryKind::Point);
        shelves = others;
        let (singles, dropped) =
            cluster::draw(&mut drawn.layer, tileset, layer, &points, selection, (&grid, coord, room));
        drawn.dropped += dropped;
        fill_singles(&mut drawn, layer, &points, singles, &grid, room);
    }
    for shelf in shelves {
        let features = here.on(shelf);
        if drawn.dropped > 0 {
            drawn.dropped += features.iter().filter(|feature| layer.label || is_here(&grid, feature)).count() as u64;
            continue;
        }
        let items = items(layer, shelf, features, &grid, coord.z(), &mut drawn.tiny);
        fill(&mut drawn, layer, shelf, items, room);
    }
    if !points_only {
        // What is drawn last lies on top.
        drawn.layer.reverse();
    }
    drawn
}

/// Whether collections wait for the zoom from which they are seen among others.
///
/// Seen all together, small objects wait for a closer look, unless a cluster speaks for them; whoever asks for a
/// collection by name gets it, and a plain tileset has everything everywhere.
pub(super) fn waits(tileset: &Tileset, layer: &tileset::Layer, selection: &Selection) -> bool {
    selection.collections.is_empty() && layer.cluster.is_none() && !tileset.plain
}

/// Whether a layer shows something of a shelf at a zoom.
fn is_shown(tileset: &Tileset, layer: &tileset::Layer, selection: &Selection, shelf: &Shelf, z: u8) -> bool {
    cluster::is_asked_for(selection, shelf) && (!waits(tileset, layer, selection) || z >= shelf.collection().min_zoom)
}

/// Puts the points that are in no cluster into the layer, shelf by shelf.
fn fill_singles<'a>(
    drawn: &mut Sheet<'a>,
    layer: &'a tileset::Layer,
    shelves: &[&'a Shelf],
    singles: Vec<Single<'a>>,
    grid: &Grid,
    room: usize,
) {
    let mut of: HashMap<*const Shelf, Vec<Item>> = HashMap::new();
    for single in singles {
        let item = Item { feature: single.found.feature, shape: grid.mark(single.at), count: 1 };
        of.entry(std::ptr::from_ref(single.found.shelf)).or_default().push(item);
    }
    for shelf in shelves {
        let mut items = of.remove(&std::ptr::from_ref(*shelf)).unwrap_or_default();
        if drawn.dropped > 0 {
            drawn.dropped += items.len() as u64;
            continue;
        }
        items.sort_by(|a, b| a.feature.id.cmp(&b.feature.id));
        fill(drawn, layer, shelf, items, room);
    }
}

/// Whether a feature that meets the box of the tile would be drawn: a point on the far edge is the next tile's.
fn is_here(grid: &Grid, feature: &Feature) -> bool {
    match &feature.geometry {
        Geometry::Point(at) => !grid.points(std::slice::from_ref(at)).is_empty(),
        Geometry::Points(all) => !grid.points(all).is_empty(),
        Geometry::Lines(_) | Geometry::Areas(_) => true,
    }
}

/// Puts items into the layer; where they do not all fit, the most important ones.
fn fill<'a>(drawn: &mut Sheet<'a>, layer: &'a tileset::Layer, shelf: &'a Shelf, items: Vec<Item<'a>>, room: usize) {
    let fields: Vec<usize> = layer.fields_of(shelf.collection()).collect();
    let put_as = |to: &mut Layer<'a>, feature, shape| put(to, layer, &fields, shelf, feature, shape);
    if room == NO_LIMIT {
        drawn.layer.reserve(items.len());
        for Item { feature, shape, .. } in items {
            put_as(&mut drawn.layer, feature, shape);
        }
        return;
    }
    let put_item = |to: &mut Layer<'a>, item: &Item<'a>| put_as(to, item.feature, item.shape.clone());
    let start = drawn.layer.mark();
    if items.len() <= room / LEAST_BYTES {
        let (before, most) = (drawn.layer.bytes(), room.saturating_mul(GUESS_SURELY));
        drawn.layer.reserve(items.len());
        let fits = items.iter().zip(1..).all(|(item, count)| {
            put_item(&mut drawn.layer, item);
            let bytes = drawn.layer.bytes();
            bytes <= room && (count != GUESS_AFTER || (bytes - before) / GUESS_AFTER * items.len() <= most)
        });
        if fits {
            return;
        }
        drawn.layer.back_to(start);
    }
    let order = layer.order.as_deref().and_then(|field| shelf.collection().field_index(field));
    let mut ranked: Vec<&Item> = items.iter().collect();
    ranked.sort_by_cached_key(|item| rank(shelf, order, item));
    for (i, item) in ranked.iter().enumerate() {
        let before = drawn.layer.mark();
        put_item(&mut drawn.layer, item);
        if drawn.layer.bytes() > room {
            drawn.layer.back_to(before);
            drawn.dropped += ranked[i..].iter().map(|item| item.count).sum::<u64>();
            return;
        }
    }
    // They do fit, though the first ones were far longer than the others.
    drawn.layer.back_to(start);
    for item in &items {
        put_item(&mut drawn.layer, item);
    }
}

/// The least goes first: the greatest by the field that orders, then the largest, then by the hash of the id.
fn rank(shelf: &Shelf, order: Option<usize>, item: &Item) -> (Reverse<u64>, Reverse<u64>, u64) {
    let told = match order.map(|field| &item.feature.values[field]) {
        Some(Value::Integer(i)) => *i as f64,
        Some(Value::Number(n)) => *n,
        _ => f64::NEG_INFINITY,
    };
    let size = match &item.feature.geometry {
        Geometry::Point(_) | Geometry::Points(_) => 0.0,
        shape => {
            let bbox = shape.bbox();
            (bbox.east - bbox.west).hypot(bbox.north - bbox.south)
        }
    };
    let number = feature_number(shelf.collection().id.as_str(), item.feature.id.as_str());
    (Reverse(ordered(told)), Reverse(ordered(size)), number)
}

/// A number in the order of the floating point number (IEEE 754 §5.10, as `f64::total_cmp` has it).
fn ordered(n: f64) -> u64 {
    let bits = n.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// The shapes of these features on the grid, in the order of their ids; what cannot be seen is counted.
fn items<'a>(
    layer: &tileset::Layer,
    shelf: &'a Shelf,
    features: Vec<&'a Feature>,
    grid: &Grid,
    z: u8,
    tiny: &mut u64,
) -> Vec<Item<'a>> {
    if layer.label {
        let point = |feature: &'a Feature| {
            let spots = grid.points(&[label::point(&feature.geometry)]);
            (!spots.is_empty()).then_some(Item { feature, shape: Shape::Points(spots), count: 1 })
        };
        return features.into_iter().filter_map(point).collect();
    }
    let mut outlines = Vec::new();
    let mut items = Vec::with_capacity(features.len());
    for feature in features {
        let outline = match &feature.geometry {
            Geometry::Point(at) => {
                let spots = grid.points(std::slice::from_ref(at));
                if !spots.is_empty() {
                    items.push(Item { feature, shape: Shape::Points(spots), count: 1 });
                }
                continue;
            }
            Geometry::Points(all) => {
                let spots = grid.points(all);
                if !spots.is_empty() {
                    items.push(Item { feature, shape: Shape::Points(spots), count: 1 });
                }
                continue;
            }
            Geometry::Lines(lines) => lines.iter().flat_map(|line| grid.line(line)).collect(),
            // Rings run the other way round where y grows south: outer ones are to have a positive area.
            Geometry::Areas(areas) => {
                areas.iter().flat_map(crate::space::Area::rings).map(|ring| turned(grid.ring(ring))).collect()
            }
        };
        outlines.push(Outline { feature, chains: outline, count: 1 });
    }
    if layer.merges(z) {
        outlines = merged(layer, shelf, outlines);
    }
    items.extend(drawn(layer, outlines, grid, z, tiny));
    items
}

fn turned(mut ring: Vec<Place>) -> Vec<Place> {
    ring.reverse();
    ring
}

/// Lines or rings on the lattice, before they are simplified and clipped.
struct Outline<'a> {
    feature: &'a Feature,
    chains: Vec<Vec<Place>>,
    count: u64,
}

/// Lines that say the same become one, as the first of them.
fn merged<'a>(layer: &tileset::Layer, shelf: &'a Shelf, outlines: Vec<Outline<'a>>) -> Vec<Outline<'a>> {
    let fields: Vec<usize> = layer.fields_of(shelf.collection()).collect();
    let mut known: HashMap<Vec<Option<Tag>>, usize> = HashMap::new();
    let mut groups: Vec<Outline> = Vec::new();
    for outline in outlines {
        let said = fields.iter().map(|field| Tag::of(&outline.feature.values[*field])).collect();
        let at = *known.entry(said).or_insert(groups.len());
        match groups.get_mut(at) {
            None => groups.push(outline),
            Some(group) => {
                group.chains.extend(outline.chains);
                group.count += outline.count;
            }
        }
    }
    for group in &mut groups {
        let lines = std::mem::take(&mut group.chains).into_iter().filter(|line| line.len() >= 2);
        group.chains = merge::joined(lines.collect());
    }
    groups
}

/// Outlines simplified, clipped and made valid.
fn drawn<'a>(layer: &tileset::Layer, outlines: Vec<Outline<'a>>, grid: &Grid, z: u8, tiny: &mut u64) -> Vec<Item<'a>> {
    let tolerance = if z >= tileset::MAX_ZOOM { 0.0 } else { f64::from(layer.tolerance) };
    let closed = |outline: &Outline| matches!(outline.feature.geometry, Geometry::Areas(_));
    let mut knots = Knots::default();
    if tolerance > 0.0 {
        for outline in &outlines {
            outline.chains.iter().for_each(|chain| knots.note(chain, closed(outline)));
        }
    }
    let (low, high) = grid.edges();
    let mut items = Vec::with_capacity(outlines.len());
    for outline in outlines {
        let is_closed = closed(&outline);
        let chains = outline
            .chains
            .into_iter()
            .map(|chain| if tolerance > 0.0 { knots.simplified(&chain, is_closed, tolerance) } else { chain });
        let shape = if is_closed {
            let clipped = chains.map(|ring| clip::ring(&ring, low, high)).filter(|ring| ring.len() >= 3);
            Shape::Rings(rings::valid(clipped.collect()))
        } else {
            Shape::Lines(chains.flat_map(|line| clip::line(&line, low, high)).collect())
        };
        let (feature, count) = (outline.feature, outline.count);
        match seen(layer, feature, shape, grid) {
            Seen::As(shape) => items.push(Item { feature, shape, count }),
            Seen::TooSmall => *tiny += count,
            Seen::Elsewhere => {}
        }
    }
    items
}

/// How a shape is seen in a tile.
enum Seen {
    As(Shape),
    TooSmall,
    Elsewhere,
}

/// What is too small to be seen belongs to the one tile that its middle lies in.
fn seen(layer: &tileset::Layer, feature: &Feature, shape: Shape, grid: &Grid) -> Seen {
    let seen = match &shape {
        Shape::Points(points) => !points.is_empty(),
        Shape::Lines(lines) => !lines.is_empty(),
        Shape::Rings(rings) => rings.iter().map(|ring| rings::doubled_area(ring)).sum::<i64>() >= TINY_DOUBLED_AREA,
    };
    if seen {
        return Seen::As(shape);
    }
    let (middle, size) = grid.middle(&feature.geometry.bbox());
    match (shape, middle) {
        // A piece of something larger, cut off by the edge or very thin.
        (Shape::Rings(rings), _) if !rings.is_empty() && size > TINY_UNITS => Seen::As(Shape::Rings(rings)),
        (_, None) => Seen::Elsewhere,
        (Shape::Rings(_), Some((x, y))) if layer.tiny == Tiny::Square => {
            let (west, north, east, south) = (x - TINY_HALF, y - TINY_HALF, x + TINY_HALF, y + TINY_HALF);
            Seen::As(Shape::Rings(vec![vec![(west, north), (east, north), (east, south), (west, south)]]))
        }
        (_, Some(_)) => Seen::TooSmall,
    }
}

/// Puts a feature with its properties into a layer.
fn put<'a>(
    to: &mut Layer<'a>,
    layer: &tileset::Layer,
    fields: &[usize],
    shelf: &'a Shelf,
    feature: &'a Feature,
    shape: Shape,
) {
    let collection = shelf.collection();
    to.add(feature_number(collection.id.as_str(), feature.id.as_str()), shape);
    if layer.describe {
        to.tell("id", feature.id.as_str().into());
        to.tell("collection", collection.id.as_str().into());
        if let Some(sector) = shelf.sector() {
            to.tell("sector", sector.into());
        }
        if let Some(kind) = feature.kind.as_deref() {
            to.tell("kind", kind.into());
        }
        to.tell("icon", collection.icon.as_str().into());
        to.tell("rank", Tag::Integer(i64::from(collection.priority)));
    }
    for field in fields {
        if let Some(tag) = Tag::of(&feature.values[*field]) {
            to.tell(&collection.fields[*field].name, tag);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_wants_little_gets_it_and_the_others_share_the_rest() {
        assert_eq!(fair_share(&[10, 20, 30], 60), usize::MAX);
        assert_eq!(fair_share(&[10, 80, 90], 100), 45);
        assert_eq!(fair_share(&[500, 500], 100), 50);
        assert_eq!(fair_share(&[], 100), usize::MAX);
    }

    #[test]
    fn numbers_keep_their_order() {
        let numbers = [f64::NEG_INFINITY, -2.5, -0.0, 0.0, 1e-300, 3.0, f64::INFINITY];
        assert!(numbers.windows(2).all(|pair| ordered(pair[0]) < ordered(pair[1])));
    }
}
