//! A shelf with changes is judged by a shelf built whole from the same features: every reading is the same.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use jiff::Timestamp;
use mapa::{
    model::{
        Audience, Catalog, Choice, Collection, CollectionId, Feature, FeatureId, GeometryKind, Provenance, Revision,
        Title,
    },
    snapshot::{
        Difference, Selection, Shelf, Snapshot,
        nearest::nearest,
        order::{Mark, Order},
        page::{Turn, page},
    },
    space::{Area, BBox, Geometry, LonLat, TileCoord, WorldPoint},
    tile::{self, Tilesets},
};
use proptest::prelude::*;

const KINDS: [&str; 3] = ["new", "old", "closed"];

/// Ids come from few, so that changes often meet.
const IDS: u32 = 40;

const MIDDLE: (f64, f64) = (33.4, 47.9);

fn collection(geometry: GeometryKind) -> Collection {
    let title = |text: &str| Title { uk: text.into(), en: text.into() };
    Collection {
        id: CollectionId::new("things").unwrap(),
        title: title("Речі"),
        geometry,
        fields: vec![],
        kinds: KINDS.map(|id| Choice { id: id.into(), title: title(id) }).into(),
        service_area: Some("other".into()),
        author: None,
        post: None,
        licence: None,
        update_period: None,
        next_due: None,
        audience: Audience::Public,
        min_zoom: 8,
        icon: "marker".into(),
        priority: 50,
    }
}

fn provenance(source: &str) -> Provenance {
    Provenance { source: source.into(), imported: Timestamp::UNIX_EPOCH, demonstration: true, attribution: None }
}

fn place(x: f64, y: f64) -> LonLat {
    LonLat::new(MIDDLE.0 + x * 0.3, MIDDLE.1 + y * 0.3).unwrap()
}

fn id(number: u32) -> FeatureId {
    FeatureId::new(&format!("{number:05}")).unwrap()
}

/// What one feature is drawn from: its number, its kind, and places in −1..1 around the middle.
type Draft = (u32, Option<usize>, Vec<(f64, f64)>);

fn feature(of: &Collection, (number, kind, spots): &Draft) -> Feature {
    let places: Vec<LonLat> = spots.iter().map(|(x, y)| place(*x, *y)).collect();
    let geometry = match of.geometry {
        GeometryKind::Point => Geometry::Point(places[0]),
        GeometryKind::Line => Geometry::lines(vec![places]).unwrap(),
        GeometryKind::Area => Geometry::areas(vec![Area::new(places, vec![]).unwrap()]).unwrap(),
    };
    Feature::new(of, id(*number).as_str(), kind.map(|kind| KINDS[kind].into()), geometry, vec![]).unwrap()
}

static NO_COLLECTIONS: LazyLock<Catalog> =
    LazyLock::new(|| Catalog { collections: BTreeMap::default(), ..mapa::files::catalog(None).unwrap() });
static TILESETS: LazyLock<Tilesets> = LazyLock::new(|| mapa::files::tilesets(None).unwrap());

/// The snapshot of a city in which there is only this shelf.
fn snapshot(shelf: Shelf) -> Snapshot {
    Snapshot::empty(&NO_COLLECTIONS, Audience::Public).with(Revision(1), [shelf])
}

fn shelf(snapshot: &Snapshot) -> &Shelf {
    snapshot.shelf("things").unwrap()
}

/// Every reading of the two is the same. `boxes`, `from` and `limit` say what is asked.
fn assert_same(changed: &Snapshot, whole: &Snapshot, boxes: &[BBox], from: LonLat, limit: usize) {
    let (a, b) = (shelf(changed), shelf(whole));
    let features: Vec<&Feature> = b.features().collect();
    assert!(features.is_sorted_by(|a, b| a.id < b.id));
    assert_eq!(a.features().collect::<Vec<_>>(), features);
    assert_eq!((a.len(), a.is_empty()), (features.len(), features.is_empty()));
    assert_eq!((a.bbox(), changed.bbox()), (b.bbox(), whole.bbox()));
    assert_eq!(a.provenance(), b.provenance());
    assert_eq!((a.sector(), a.collection()), (b.sector(), b.collection()));
    for kind in KINDS {
        let counted = features.iter().filter(|feature| feature.kind.as_deref() == Some(kind)).count() as u64;
        assert_eq!((a.count_of(kind), b.count_of(kind)), (counted, counted), "{kind}");
    }
    let everywhere = Selection { collections: vec!["things".into()], ..Selection::default() };
    let here = Selection { boxes: boxes.to_vec(), ..everywhere.clone() };
    for number in 0..=IDS {
        let id = id(number);
        assert_eq!(a.feature(id.as_str()), b.feature(id.as_str()));
        let after: Vec<_> = features.iter().copied().filter(|feature| feature.id > id).collect();
        assert_eq!(a.after(id.as_str()).collect::<Vec<_>>(), after);
        let before: Vec<_> = features.iter().rev().copied().filter(|feature| feature.id < id).collect();
        assert_eq!(a.before(id.as_str()).collect::<Vec<_>>(), before);
        let mark = || Mark { values: vec![], id: id.to_string() };
        for turn in [Turn::First, Turn::After(mark()), Turn::Before(mark())] {
            for selection in [&everywhere, &here] {
                let [page, judge] = [a, b].map(|shelf| page(selection, shelf, &Order::default(), &turn, limit));
                assert_eq!((&page.features, page.matched), (&judge.features, judge.matched));
                assert_eq!((page.is_preceded, page.is_followed), (judge.is_preceded, judge.is_followed));
            }
        }
    }
    for shelf in [a, b] {
        let page = page(&everywhere, shelf, &Order::default(), &Turn::First, limit);
        assert_eq!(page.features, features[..limit.min(features.len())]);
        assert_eq!((page.matched, page.is_followed), (features.len(), limit < features.len()));
    }
    let near: Vec<_> = features
        .iter()
        .copied()
        .filter(|feature| boxes.iter().any(|bbox| feature.geometry.bbox().intersects(bbox)))
        .collect();
    assert_eq!(a.near_boxes(boxes).collect::<Vec<_>>(), near);
    assert_eq!(b.near_boxes(boxes).collect::<Vec<_>>(), near);
    assert_eq!(here.on(a), here.on(b));
    let neighbors = |of| -> Vec<(FeatureId, f64)> {
        let found = nearest(of, &everywhere, from, 1e6, limit);
        found.iter().map(|neighbor| (neighbor.found.feature.id.clone(), neighbor.sight.distance_m)).collect()
    };
    assert_eq!(neighbors(changed), neighbors(whole));
    assert_eq!(neighbors(whole).len(), limit.min(features.len()));
    let spots = features.iter().take(1).map(|feature| feature.geometry.bbox());
    let spots = spots.map(|bbox| LonLat::new(bbox.west, bbox.south).unwrap()).chain([from]);
    for ((tileset, z), spot) in [("city", 9), ("city", 12), ("things", 10)].into_iter().zip(spots.cycle()) {
        let (tileset, coord) = (TILESETS.get(tileset, whole).unwrap(), TileCoord::at(WorldPoint::of(spot), z));
        let draw = |of| tile::draw(of, &tileset, &Selection::default(), coord, tile::Format::Mvt).unwrap();
        assert_eq!(draw(changed), draw(whole), "{coord:?}");
        let is_there = features.iter().any(|feature| feature.geometry == Geometry::Point(spot));
        assert!(!is_there || !draw(whole).is_empty(), "a point is drawn in its tile");
    }
}

fn draft() -> impl Strategy<Value = Draft> {
    // A coarse lattice beside free places: features that lie on each other, and on the edges of boxes.
    let step = prop_oneof![-1.0..1.0_f64, (-4..=4_i32).prop_map(|step| f64::from(step) / 4.0)];
    let spot = (step.clone(), step);
    let kind = prop::option::of(0..KINDS.len());
    (0..IDS, kind, prop::collection::vec(spot, 4)).prop_filter("a ring needs three places", |(_, _, spots)| {
        let different: BTreeSet<_> = spots.iter().map(|(x, y)| (x.to_bits(), y.to_bits())).collect();
        different.len() == spots.len()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn a_shelf_with_changes_reads_as_one_built_whole(
        kind in prop_oneof![Just(GeometryKind::Point), Just(GeometryKind::Line), Just(GeometryKind::Area)],
        begin in prop::option::of(prop::collection::vec(draft(), 0..30)),
        changes in prop::collection::vec(
            (prop::collection::vec(draft(), 0..6), prop::collection::vec(0..IDS + 5, 0..6)), 1..8),
        corners in prop::collection::vec((-1.0..1.0_f64, -1.0..1.0_f64, 0.0..1.0_f64), 1..3),
        from in (-1.0..1.0_f64, -1.0..1.0_f64),
        limit in 1_usize..50,
    ) {
        let collection = collection(kind);
        let boxes: Vec<BBox> = corners
            .iter()
            .map(|(x, y, size)| BBox::of_point(place(*x, *y)).union(BBox::of_point(place(x + size, y + size))))
            .collect();
        let whole = |of: &Shelf| match of.provenance() {
            Some(provenance) => Shelf::new(collection.clone(), provenance.clone(), of.features().cloned().collect()),
            None => Shelf::empty(collection.clone()),
        };
        let mut standing: BTreeMap<FeatureId, Feature> = BTreeMap::new();
        let mut changed = match begin {
            None => snapshot(Shelf::empty(collection.clone())),
            Some(drafts) => {
                let drafts = drafts.iter().map(|draft| feature(&collection, draft));
                standing.extend(drafts.map(|feature| (feature.id.clone(), feature)));
                snapshot(Shelf::new(collection.clone(), provenance("0"), standing.values().cloned().collect()))
            }
        };
        for (at, (put, gone)) in changes.into_iter().enumerate() {
            let put: Vec<Feature> = put.iter().map(|draft| feature(&collection, draft)).collect();
            let gone: Vec<FeatureId> = gone.into_iter().map(id).collect();
            for id in &gone {
                standing.remove(id);
            }
            standing.extend(put.iter().map(|feature| (feature.id.clone(), feature.clone())));
            let provenance = provenance(&at.to_string());
            let elder = shelf(&changed).features().cloned().collect::<Vec<_>>();
            let next = shelf(&changed).with(provenance.clone(), put, &gone);
            prop_assert_eq!(elder, shelf(&changed).features().cloned().collect::<Vec<_>>());
            prop_assert!(next.compacted().is_none(), "so few changes are borne");
            let last = changed.clone();
            changed = changed.with(Revision(1), [next]);
            let built = Shelf::new(collection.clone(), provenance, standing.values().cloned().collect());
            let built = snapshot(built);
            assert_same(&changed, &built, &boxes, place(from.0, from.1), limit);
            // What is told of the changes is what a comparison of all features tells.
            let last_built = snapshot(whole(shelf(&last)));
            prop_assert_eq!(Difference::between(&last, &changed), Difference::between(&last_built, &built));
            prop_assert_eq!(Difference::between(&changed, &last), Difference::between(&built, &last_built));
        }
    }
}

/// Points spread over the city without a pattern, the same each time.
fn point(of: &Collection, number: u32, turn: u32) -> Feature {
    let unit = |salt: u32| f64::from((number ^ turn.wrapping_mul(salt)).wrapping_mul(salt) % 20_000) / 10_000.0 - 1.0;
    feature(of, &(number, Some((number + turn) as usize % 3), vec![(unit(2_654_435_761), unit(2_246_822_519))]))
}

#[test]
fn many_changes_are_compacted_and_the_answers_stay() {
    let collection = collection(GeometryKind::Point);
    let mut standing: BTreeMap<FeatureId, Feature> =
        (0..6000).map(|number| point(&collection, number, 0)).map(|feature| (feature.id.clone(), feature)).collect();
    let mut changed = snapshot(Shelf::new(collection.clone(), provenance("0"), standing.values().cloned().collect()));
    let boxes = [BBox::of_point(place(-0.5, -0.5)).union(BBox::of_point(place(0.1, 0.2)))];
    let mut compactions = 0;
    for turn in 1..8 {
        let put: Vec<Feature> = (0..1500).map(|i| point(&collection, (i * 7 + turn * 991) % 9000, turn)).collect();
        let gone: Vec<FeatureId> = (0..300).map(|i| id((i * 31 + turn * 577) % 9000)).collect();
        for id in &gone {
            standing.remove(id);
        }
        standing.extend(put.iter().map(|feature| (feature.id.clone(), feature.clone())));
        let provenance = provenance(&turn.to_string());
        let whole = Shelf::new(collection.clone(), provenance.clone(), standing.values().cloned().collect());
        let whole = snapshot(whole);
        let next = shelf(&changed).with(provenance, put, &gone);
        changed = changed.with(Revision(1), [next]);
        assert_same(&changed, &whole, &boxes, place(0.3, 0.1), 100);
        // As the threads of a server do it: what is compacted comes late, when further changes stand.
        if let Some(compacted) = shelf(&changed).compacted() {
            let elder = changed.clone();
            let gone = [standing.pop_first().unwrap().0, standing.pop_last().unwrap().0];
            let put = point(&collection, 4321, turn + 50);
            standing.insert(put.id.clone(), put.clone());
            changed = changed.with(Revision(1), [shelf(&changed).with(self::provenance("late"), vec![put], &gone)]);
            let whole = Shelf::new(collection.clone(), self::provenance("late"), standing.values().cloned().collect());
            let onto = shelf(&changed).onto(shelf(&elder), &compacted).unwrap();
            assert!(onto.compacted().is_none());
            changed = changed.with(changed.revision(), [onto]);
            assert_same(&changed, &snapshot(whole), &boxes, place(0.3, 0.1), 100);
            // Another base by now: what is built of the elder comes too late.
            assert!(shelf(&changed).onto(shelf(&elder), &compacted).is_none());
            compactions += 1;
        }
    }
    assert!(compactions >= 2, "{compactions}");
}

#[test]
fn the_box_shrinks_when_the_outermost_feature_goes() {
    let collection = collection(GeometryKind::Point);
    let spots = [(-0.9, 0.0), (0.9, 0.0), (0.0, -0.9), (0.0, 0.9), (0.1, 0.2)];
    let features = spots.iter().zip(0..).map(|(spot, number)| feature(&collection, &(number, None, vec![*spot])));
    let mut shelf = Shelf::new(collection.clone(), provenance("0"), features.collect());
    for number in 0..4 {
        shelf = shelf.with(provenance("1"), vec![], &[id(number)]);
        let left = BBox::of_points(spots[number as usize + 1..].iter().map(|(x, y)| place(*x, *y)));
        assert_eq!(shelf.bbox(), left);
    }
    assert_eq!(shelf.with(provenance("2"), vec![], &[id(4)]).bbox(), None);
}

#[test]
fn an_id_both_gone_and_put_is_put_and_the_last_of_several_stays() {
    let collection = collection(GeometryKind::Point);
    let at = |x: f64, kind| feature(&collection, &(7, Some(kind), vec![(x, 0.0)]));
    let shelf = Shelf::new(collection.clone(), provenance("0"), vec![at(0.0, 0)]);
    let shelf = shelf.with(provenance("1"), vec![at(0.1, 1), at(0.2, 2)], &[id(7), id(7), id(8)]);
    assert_eq!(shelf.features().collect::<Vec<_>>(), [&at(0.2, 2)]);
    assert_eq!(KINDS.map(|kind| shelf.count_of(kind)), [0, 0, 1]);
}
