//! Clusters are judged by putting every object into its square of the world one by one.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use mapa::{
    model::{
        Audience, Catalog, Choice, Collection, CollectionId, Feature, FeatureId, Field, FieldType, GeometryKind,
        Provenance, Revision, Title, Value,
    },
    snapshot::{Difference, Filter, Found, Selection, Shelf, Snapshot, cluster::leaves},
    space::{BBox, Cell, Geometry, LonLat, TileCoord, WorldPoint, cell},
    tile::{self, Format, Shape, Tag, Tileset, Tilesets, cluster::ClusterId},
};
use proptest::prelude::*;

/// Collections with the service areas they hang on.
const COLLECTIONS: [(&str, &str); 3] =
    [("clinics", "primary-care"), ("schools", "general-secondary-education"), ("works", "other")];
const STATUSES: [&str; 2] = ["planned", "done"];
const IDS: u32 = 30;
const TO_ZOOM: u8 = 15;

fn title(text: &str) -> Title {
    Title { uk: text.into(), en: text.into() }
}

fn collection(at: usize) -> Collection {
    let field = |name: &str, kind, values: &[&str]| Field {
        name: name.into(),
        kind,
        title: title(name),
        unit: None,
        format: None,
        values: values.iter().map(|id| Choice { id: (*id).into(), title: title(id) }).collect(),
    };
    Collection {
        id: CollectionId::new(COLLECTIONS[at].0).unwrap(),
        title: title(COLLECTIONS[at].0),
        geometry: GeometryKind::Point,
        fields: vec![field("status", FieldType::Text, &STATUSES), field("cost", FieldType::Number, &[])],
        kinds: vec![],
        service_area: Some(COLLECTIONS[at].1.into()),
        author: None,
        post: None,
        licence: None,
        update_period: None,
        next_due: None,
        audience: Audience::Public,
        min_zoom: 12,
        icon: "marker".into(),
        priority: 50,
    }
}

/// What one object is made of: its collection, its number, its places, its status and its cost.
type Draft = (usize, u32, Vec<(f64, f64)>, Option<&'static str>, Option<f64>);

fn feature(draft: &Draft) -> Feature {
    let (of, number, places, status, cost) = draft;
    let places: Vec<LonLat> = places.iter().map(|(lon, lat)| LonLat::new(*lon, *lat).unwrap()).collect();
    let geometry = match places[..] {
        [one] => Geometry::Point(one),
        _ => Geometry::Points(places.into()),
    };
    let values = vec![status.map_or(Value::Unknown, Value::from), cost.map_or(Value::Unknown, Value::Number)];
    Feature::new(&collection(*of), &format!("{number:03}"), None, geometry, values).unwrap()
}

fn place() -> impl Strategy<Value = (f64, f64)> {
    let near = |middle: f64| (-1.0..1.0_f64).prop_map(move |step| middle + step * 0.2);
    // A lattice finer than the finest cells: objects that stand on each other, or almost.
    let lattice = |middle: f64| (-3..=3_i32).prop_map(move |step| middle + f64::from(step) * 0.000_1);
    prop_oneof![
        3 => (near(33.4), near(47.9)),
        2 => (lattice(33.4), lattice(47.9)),
        1 => (-179.0..179.0_f64, -85.0..85.0_f64),
    ]
}

fn draft() -> impl Strategy<Value = Draft> {
    let places = prop_oneof![4 => prop::collection::vec(place(), 1), 1 => prop::collection::vec(place(), 2..4)];
    let status = prop::option::of(prop::sample::select(vec!["planned", "done", "whatever"]));
    let cost = prop::option::of(prop_oneof![-1e9..1e9_f64, Just(0.1), Just(1e300), Just(-1e300)]);
    (0..COLLECTIONS.len(), 0..IDS, places, status, cost)
}

fn provenance() -> Provenance {
    Provenance { source: "t".into(), imported: Timestamp::UNIX_EPOCH, demonstration: true, attribution: None }
}

type Standing = BTreeMap<(usize, String), Feature>;

fn standing(drafts: &[Draft]) -> Standing {
    drafts.iter().map(|draft| ((draft.0, feature(draft).id.to_string()), feature(draft))).collect()
}

fn of(standing: &Standing, at: usize) -> Vec<Feature> {
    standing.iter().filter(|((of, _), _)| *of == at).map(|(_, feature)| feature.clone()).collect()
}

/// The snapshot of a city in which only these stand.
fn whole(standing: &Standing) -> Snapshot {
    let catalog = Catalog { collections: BTreeMap::default(), ..mapa::files::catalog(None).unwrap() };
    let shelves = (0..COLLECTIONS.len()).map(|at| Shelf::new(collection(at), provenance(), of(standing, at)));
    Snapshot::empty(&catalog, Audience::Public).with(Revision(1), shelves)
}

/// The same after objects were put and taken away.
fn changed(from: &Snapshot, put: &[Draft], gone: &[(usize, u32)]) -> Snapshot {
    let shelves = (0..COLLECTIONS.len()).map(|at| {
        let gone: Vec<FeatureId> = gone
            .iter()
            .filter(|(of, _)| *of == at)
            .map(|(_, number)| FeatureId::new(&format!("{number:03}")).unwrap())
            .collect();
        let put = put.iter().filter(|draft| draft.0 == at).map(feature).collect();
        from.shelf(COLLECTIONS[at].0).unwrap().with(provenance(), put, &gone)
    });
    from.with(Revision(2), shelves.collect::<Vec<_>>())
}

#[derive(Debug, Clone)]
struct Rule {
    cells: u32,
    min_points: usize,
    by: Option<&'static str>,
    sum: bool,
}

fn rule() -> impl Strategy<Value = Rule> {
    let by = prop::option::of(prop::sample::select(vec!["sector", "collection", "kind", "status"]));
    (prop::sample::select(vec![1, 4, 8, 64]), 2..5_usize, by, any::<bool>())
        .prop_map(|(cells, min_points, by, sum)| Rule { cells, min_points, by, sum })
}

impl Rule {
    fn tileset(&self, snapshot: &Snapshot) -> Tileset {
        let by = self.by.map_or_else(String::new, |by| format!(", count_by = \"{by}\""));
        let sum = if self.sum { ", sum = [\"cost\"]" } else { "" };
        let text = format!(
            "[t]\ntitle = {{ uk = \"т\", en = \"t\" }}\n[[t.layer]]\nname = \"objects\"\nthematic = \"point\"\ndescribe = true\n\
             cluster = {{ to_zoom = {TO_ZOOM}, cells = {}, min_points = {}{by}{sum} }}\n",
            self.cells, self.min_points
        );
        Tilesets::read(&text).unwrap().get("t", snapshot).unwrap()
    }

    fn group(&self, of: usize, feature: &Feature) -> Option<String> {
        Some(match self.by? {
            "sector" => ["health", "education", "other"][of].into(),
            "collection" => COLLECTIONS[of].0.into(),
            "kind" => "unknown".into(),
            _ => match feature.values[0].as_text() {
                None => "unknown".into(),
                Some(text) if STATUSES.contains(&text) => text.into(),
                Some(_) => "other".into(),
            },
        })
    }
}

fn places(feature: &Feature) -> Vec<LonLat> {
    match &feature.geometry {
        Geometry::Point(at) => vec![*at],
        Geometry::Points(all) => all.to_vec(),
        other => panic!("{other:?} is no point"),
    }
}

/// Where an object is counted: its first place.
fn world(feature: &Feature) -> WorldPoint {
    WorldPoint::of(places(feature)[0])
}

/// The square of the world of so many along each side.
fn square(at: WorldPoint, across: u64) -> (u64, u64) {
    ((at.x * across as f64) as u64, (at.y * across as f64) as u64)
}

type Member<'a> = (usize, &'a Feature);

/// What should be seen at a zoom: the squares with their objects.
fn squares<'a>(members: &[Member<'a>], across: u64) -> BTreeMap<(u64, u64), Vec<Member<'a>>> {
    let mut squares: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for member in members {
        squares.entry(square(world(member.1), across)).or_default().push(*member);
    }
    squares
}

type Told = BTreeMap<String, Tag<'static>>;

/// What a tile shows: its figures with their places in the world.
fn seen(
    snapshot: &Snapshot,
    tileset: &Tileset,
    selection: &Selection,
    coord: TileCoord,
) -> Vec<(u64, WorldPoint, Told)> {
    let picture = tile::picture(snapshot, tileset, selection, coord);
    let mut seen = Vec::new();
    for layer in &picture.layers {
        for figure in layer.figures() {
            let Shape::Points(spots) = &figure.shape else { panic!("points only") };
            assert!(spots.iter().all(|(x, y)| (0..4096).contains(x) && (0..4096).contains(y)), "{spots:?}");
            let unit = |tile: u32, spot: i32| {
                (f64::from(tile) + (f64::from(spot) + 0.5) / 4096.0) / f64::from(1_u32 << coord.z())
            };
            let at = WorldPoint { x: unit(coord.x(), spots[0].0), y: unit(coord.y(), spots[0].1) };
            let told = layer.tags(figure).iter().map(|(key, tag)| {
                let tag = match tag {
                    Tag::Boolean(b) => Tag::Boolean(*b),
                    Tag::Integer(i) => Tag::Integer(*i),
                    Tag::Number(n) => Tag::Number(*n),
                    Tag::Text(text) => Tag::Text(text.to_string().into()),
                };
                (layer.keys()[*key as usize].to_string(), tag)
            });
            seen.push((figure.number, at, told.collect()));
        }
    }
    seen
}

fn integer(told: &Told, key: &str) -> Option<i64> {
    match told.get(key)? {
        Tag::Integer(i) => Some(*i),
        other => panic!("{key} is {other:?}"),
    }
}

/// What a cluster of these should say besides its id.
fn wanted(rule: &Rule, members: &[Member], z: u8) -> (usize, BTreeMap<String, i64>, Option<(f64, i64)>, u8) {
    let mut groups = BTreeMap::new();
    for (of, feature) in members {
        if let Some(group) = rule.group(*of, feature) {
            *groups.entry(format!("count_{group}")).or_default() += 1;
        }
    }
    let costs: Vec<Option<f64>> = members
        .iter()
        .map(|(_, feature)| match feature.values[1] {
            Value::Number(cost) => Some(cost),
            _ => None,
        })
        .collect();
    let thousandths = |cost: f64| (cost * 1000.0).round().clamp(-1e28, 1e28) as i128;
    // From the last to the first: no order may matter.
    let sum: i128 = costs.iter().rev().flatten().map(|cost| thousandths(*cost)).sum();
    let unknown = costs.iter().filter(|cost| cost.is_none()).count() as i64;
    let opens = (z + 1..=TO_ZOOM).find(|z| squares(members, u64::from(rule.cells) << z).len() > 1);
    (members.len(), groups, rule.sum.then_some((sum as f64 / 1000.0, unknown)), opens.unwrap_or(TO_ZOOM + 1))
}

fn told_of(told: &Told) -> (usize, BTreeMap<String, i64>, Option<(f64, i64)>, u8) {
    let groups = told.keys().filter(|key| key.starts_with("count_"));
    let sum = told.get("sum_cost").map(|sum| match sum {
        Tag::Number(sum) => (*sum, integer(told, "unknown_cost").unwrap_or(0)),
        other => panic!("{other:?}"),
    });
    (
        integer(told, "point_count").unwrap() as usize,
        groups.map(|key| (key.clone(), integer(told, key).unwrap())).collect(),
        sum,
        integer(told, "expansion_zoom").unwrap() as u8,
    )
}

fn names(found: &[Member]) -> BTreeSet<(usize, String)> {
    found.iter().map(|(of, feature)| (*of, feature.id.to_string())).collect()
}

/// What is asked for: collections, a box that stands for what a page may add, and a filter.
#[derive(Debug, Clone)]
struct Asked {
    collections: Vec<&'static str>,
    bbox: Option<BBox>,
    filter: Option<(&'static str, fn(&Feature) -> bool)>,
}

/// Filters, each with what it means.
const FILTERS: [(&str, fn(&Feature) -> bool); 3] = [
    ("status = 'done'", |feature| feature.values[0].as_text() == Some("done")),
    ("status IS NULL OR cost > 0", |feature| {
        feature.values[0].is_unknown() || matches!(feature.values[1], Value::Number(cost) if cost > 0.0)
    }),
    ("S_INTERSECTS(geometry, BBOX(33.3, 47.8, 33.41, 47.95))", |feature| {
        let bbox = BBox { west: 33.3, south: 47.8, east: 33.41, north: 47.95 };
        places(feature).into_iter().any(|place| bbox.contains(place))
    }),
];

fn asked() -> impl Strategy<Value = Asked> {
    let collections = prop::sample::subsequence(vec!["clinics", "schools", "works"], 0..3);
    let bbox =
        (33.2..33.4_f64, 47.8..47.92_f64).prop_map(|(west, south)| BBox { west, south, east: 33.41, north: 47.93 });
    let filter = prop::sample::select(FILTERS.to_vec());
    (collections, prop::option::weighted(0.25, bbox), prop::option::of(filter))
        .prop_map(|(collections, bbox, filter)| Asked { collections, bbox, filter })
}

impl Asked {
    fn selection(&self, snapshot: &Snapshot) -> Selection {
        let filter = self.filter.map(|(text, _)| Filter::text(text).unwrap().bind(snapshot.shelves(), &[]).unwrap());
        Selection {
            collections: self.collections.iter().map(ToString::to_string).collect(),
            boxes: self.bbox.into_iter().collect(),
            filter,
            datetime: None,
        }
    }

    fn takes(&self, of: usize, feature: &Feature) -> bool {
        (self.collections.is_empty() || self.collections.contains(&COLLECTIONS[of].0))
            && self.bbox.is_none_or(|bbox| feature.geometry.intersects(&bbox))
            && self.filter.is_none_or(|(_, takes)| takes(feature))
    }
}

/// The tiles of a zoom in which anything may be seen, and their neighbours.
fn tiles(standing: &Standing, z: u8) -> BTreeSet<TileCoord> {
    let mut tiles = BTreeSet::new();
    for place in standing.values().flat_map(places) {
        let at = TileCoord::at(WorldPoint::of(place), z);
        for (x, y) in (-1..=1).flat_map(|x| (-1..=1).map(move |y| (x, y))) {
            let moved = |from: u32, by: i32| u32::try_from(i64::from(from) + i64::from(by)).unwrap_or(u32::MAX);
            tiles.extend(TileCoord::new(z, moved(at.x(), x), moved(at.y(), y)));
        }
    }
    tiles
}

fn check_zoom(snapshot: &Snapshot, standing: &Standing, asked: &Asked, rule: &Rule, z: u8) {
    let tileset = rule.tileset(snapshot);
    let selection = &asked.selection(snapshot);
    let members = standing.iter().map(|((of, _), feature)| (*of, feature));
    let members: Vec<Member> = members.filter(|(of, feature)| asked.takes(*of, feature)).collect();
    let across = u64::from(rule.cells) << z;
    let mut squares = squares(&members, across);
    let (mut ids, mut singles, mut total) = (BTreeSet::new(), BTreeSet::new(), 0);
    for coord in tiles(standing, z) {
        for (number, at, told) in seen(snapshot, &tileset, selection, coord) {
            assert!(ids.insert(number), "one number, one figure");
            if told.get("cluster") != Some(&Tag::Boolean(true)) {
                let text = |key: &str| match &told[key] {
                    Tag::Text(text) => text.to_string(),
                    other => panic!("{other:?}"),
                };
                let of = COLLECTIONS.iter().position(|(id, _)| *id == text("collection")).unwrap();
                let feature = &standing[&(of, text("id"))];
                assert!(told.keys().all(|key| !key.starts_with("cluster") && !key.starts_with("point_count")));
                if z > TO_ZOOM && matches!(feature.geometry, Geometry::Points(_)) {
                    // Beyond clusters an object of several places is shown at each, in several tiles maybe.
                    total += usize::from(singles.insert((of, text("id"))));
                    ids.remove(&number);
                    continue;
                }
                let own = world(feature);
                assert_eq!(TileCoord::at(own, z), coord, "an object is shown in its tile");
                let near = 0.51 / 4096.0 / f64::from(1_u32 << z);
                assert!((own.x - at.x).abs() <= near && (own.y - at.y).abs() <= near);
                assert!(singles.insert((of, text("id"))), "an object is shown once");
                total += 1;
                continue;
            }
            assert!(z <= TO_ZOOM);
            let found = squares.remove(&square(at, across)).expect("a square is marked once");
            assert!(found.len() >= rule.min_points);
            let mean = |axis: fn(WorldPoint) -> f64| {
                found.iter().map(|(_, feature)| axis(world(feature))).sum::<f64>() / found.len() as f64
            };
            let near = 0.51 / 4096.0 / f64::from(1_u32 << z);
            assert!((mean(|at| at.x) - at.x).abs() <= near && (mean(|at| at.y) - at.y).abs() <= near);
            assert_eq!(told_of(&told), wanted(rule, &found, z));
            assert_eq!(integer(&told, "cluster_id"), Some(number as i64));
            total += found.len();
            check_cluster(snapshot, &tileset, selection, number, &found);
        }
    }
    assert!(z > TO_ZOOM || squares.values().all(|left| left.len() < rule.min_points));
    let alone: Vec<Member> = squares.into_values().flatten().collect();
    assert_eq!(singles, names(&alone), "what no cluster stands for is shown itself");
    assert_eq!(total, members.len(), "counts over a zoom add up");
}

/// The cluster of an id is what the tile showed, and its leaves are its members.
fn check_cluster(snapshot: &Snapshot, tileset: &Tileset, selection: &Selection, number: u64, found: &[Member]) {
    let id = ClusterId::of(number).unwrap();
    let standing = tile::cluster::cluster(snapshot, tileset, selection, id).unwrap();
    assert_eq!(standing.cluster.count as usize, found.len());
    let leaves: Vec<Found> = standing
        .shelves
        .iter()
        .flat_map(|shelf| leaves(shelf, selection, id.cell()).into_iter().map(|feature| Found { shelf, feature }))
        .collect();
    assert!(leaves.is_sorted_by(|a, b| {
        (&a.shelf.collection().id, &a.feature.id) < (&b.shelf.collection().id, &b.feature.id)
    }));
    let of =
        |found: &Found| COLLECTIONS.iter().position(|(id, _)| *id == found.shelf.collection().id.as_str()).unwrap();
    let leaves: Vec<Member> = leaves.iter().map(|found| (of(found), found.feature)).collect();
    assert_eq!(names(&leaves), names(found));
    let bbox = mapa::snapshot::cluster::bbox(&standing.shelves, selection, id.cell()).unwrap();
    let exact = BBox::of_points(found.iter().map(|(_, feature)| world(feature).lonlat())).unwrap();
    for (wide, exact) in bbox.to_array().into_iter().zip(exact.to_array()) {
        assert!((wide - exact).abs() < 2e-7, "{bbox:?} around {exact:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn every_object_is_in_one_cluster_or_on_its_own_at_every_zoom(
        drafts in prop::collection::vec(draft(), 0..60), rule in rule(), asked in asked(), from in 0..6_u8,
    ) {
        let standing = standing(&drafts);
        let snapshot = whole(&standing);
        // Boxes stand here for whatever narrows; where there are no clusters, a tile looks into its own box only.
        let last = if asked.bbox.is_none() { TO_ZOOM + 1 } else { TO_ZOOM };
        for z in (from..=last).step_by(3).chain([last]) {
            check_zoom(&snapshot, &standing, &asked, &rule, z);
        }
    }

    #[test]
    fn shelves_with_changes_cluster_as_shelves_built_whole(
        begin in prop::collection::vec(draft(), 0..40),
        put in prop::collection::vec(draft(), 0..10),
        gone in prop::collection::vec((0..COLLECTIONS.len(), 0..IDS), 0..15),
        rule in rule(), asked in asked(),
    ) {
        let mut now = standing(&begin);
        let snapshot = changed(&whole(&now), &put, &gone);
        for (of, number) in gone {
            now.remove(&(of, format!("{number:03}")));
        }
        now.extend(standing(&put));
        let judge = whole(&now);
        for z in [0, 7, 12, TO_ZOOM] {
            check_zoom(&snapshot, &now, &asked, &rule, z);
            for coord in tiles(&now, z) {
                let draw = |of: &Snapshot| tile::draw(of, &rule.tileset(of), &asked.selection(of), coord, Format::Mvt).unwrap();
                prop_assert_eq!(draw(&snapshot), draw(&judge));
            }
        }
    }

    #[test]
    fn a_change_of_one_object_changes_only_the_tiles_that_hold_it(
        begin in prop::collection::vec(draft(), 1..40), mut put in draft(), rule in rule(),
    ) {
        put.2.truncate(1);
        let before = standing(&begin);
        let elder = before.get(&(put.0, format!("{:03}", put.1)));
        prop_assume!(elder.is_none_or(|elder| matches!(elder.geometry, Geometry::Point(_))));
        let mut after = before.clone();
        after.extend(standing(std::slice::from_ref(&put)));
        let (old, new) = (whole(&before), changed(&whole(&before), std::slice::from_ref(&put), &[]));
        let difference = Difference::between(&old, &new);
        let collections = rule.tileset(&new).collections(&new);
        let places: Vec<WorldPoint> = elder.into_iter().map(world).chain([world(&feature(&put))]).collect();
        for z in 0..=TO_ZOOM + 1 {
            for coord in tiles(&after, z).into_iter().chain(tiles(&before, z)) {
                let draw = |of: &Snapshot| tile::draw(of, &rule.tileset(of), &Selection::default(), coord, Format::Mvt).unwrap();
                if draw(&old) != draw(&new) {
                    prop_assert!(places.iter().any(|at| TileCoord::at(*at, z) == coord), "{coord}");
                    prop_assert!(tile::touches(&difference, &collections, coord), "{coord}");
                }
            }
            if elder.is_none() {
                let coord = TileCoord::at(places[0], z);
                let draw = |of: &Snapshot| tile::draw(of, &rule.tileset(of), &Selection::default(), coord, Format::Mvt).unwrap();
                prop_assert_ne!(draw(&old), draw(&new), "one object more is seen in its tile");
            }
        }
    }

    #[test]
    fn the_parts_of_a_cluster_add_up_to_it(drafts in prop::collection::vec(draft(), 2..60), rule in rule()) {
        let standing = standing(&drafts);
        let snapshot = whole(&standing);
        let tileset = rule.tileset(&snapshot);
        for z in 0..TO_ZOOM {
            for coord in tiles(&standing, z) {
                for (number, _, told) in seen(&snapshot, &tileset, &Selection::default(), coord) {
                    let Some(count) = integer(&told, "point_count") else { continue };
                    let cell = ClusterId::of(number).unwrap().cell();
                    let below = (0..2).flat_map(|x| (0..2).map(move |y| (coord.x() * 2 + x, coord.y() * 2 + y)));
                    let below = below.map(|(x, y)| TileCoord::new(z + 1, x, y).unwrap());
                    let parts: i64 = below
                        .flat_map(|coord| seen(&snapshot, &tileset, &Selection::default(), coord))
                        .filter(|(number, at, told)| match told.get("cluster") {
                            Some(_) => ClusterId::of(*number).unwrap().cell().index() >> 2 == cell.index(),
                            None => Cell::holding(cell::key(*at), cell.level()) == cell,
                        })
                        .map(|(_, _, told)| integer(&told, "point_count").unwrap_or(1))
                        .sum();
                    prop_assert_eq!(parts, count);
                }
            }
        }
    }
}
