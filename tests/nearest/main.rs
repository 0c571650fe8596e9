//! Nearest is judged by brute force: every feature measured, all of them sorted; and by other libraries of geodesics.

mod postgis;
#[path = "../postgres/mod.rs"]
mod postgres;

use std::collections::BTreeMap;

use jiff::Timestamp;
use mapa::{
    model::{Audience, Catalog, Collection, CollectionId, Feature, GeometryKind, Provenance, Revision, Title},
    snapshot::{
        Found, Selection, Shelf, Snapshot,
        nearest::{Asking, Behind, Neighbor, Patience, ask, nearest},
    },
    space::{Area, BBox, Geometry, LonLat, geodesic::sight},
};
use proptest::prelude::*;

fn collection(id: &str, geometry: GeometryKind) -> Collection {
    Collection {
        id: CollectionId::new(id).unwrap(),
        title: Title { uk: "Збірка".into(), en: "Collection".into() },
        geometry,
        fields: vec![],
        kinds: vec![],
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

/// A snapshot of points, lines and areas, one collection each.
fn snapshot(shapes: &[Geometry]) -> Snapshot {
    let catalog = mapa::files::catalog(None).unwrap();
    let catalog = Catalog { collections: BTreeMap::default(), ..catalog };
    let kinds = [("points", GeometryKind::Point), ("lines", GeometryKind::Line), ("areas", GeometryKind::Area)];
    let shelves = kinds.map(|(id, kind)| {
        let collection = collection(id, kind);
        let features = shapes
            .iter()
            .enumerate()
            .filter_map(|(i, shape)| Feature::new(&collection, &format!("{i:04}"), None, shape.clone(), vec![]).ok())
            .collect();
        let provenance = Provenance {
            source: "test".into(),
            imported: Timestamp::UNIX_EPOCH,
            demonstration: true,
            attribution: None,
        };
        Shelf::new(collection, provenance, features)
    });
    Snapshot::empty(&catalog, Audience::Public).with(Revision(1), shelves)
}

/// Distance in metres, collection and id of every feature in reach, nearest first.
fn brute_force(snapshot: &Snapshot, from: LonLat, radius_m: f64, limit: usize) -> Vec<(f64, String, String)> {
    let mut all: Vec<_> = snapshot
        .shelves()
        .flat_map(|shelf| shelf.features().map(move |feature| (shelf, feature)))
        .map(|(shelf, feature)| {
            (sight(from, &feature.geometry).distance_m, shelf.collection().id.to_string(), feature.id.to_string())
        })
        .filter(|(distance_m, ..)| *distance_m <= radius_m)
        .collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| (&a.1, &a.2).cmp(&(&b.1, &b.2))));
    all.truncate(limit);
    all
}

fn found(snapshot: &Snapshot, from: LonLat, radius_m: f64, limit: usize) -> Vec<(f64, String, String)> {
    nearest(snapshot, &Selection::default(), from, radius_m, limit)
        .into_iter()
        .map(|neighbor| {
            let shelf = neighbor.found.shelf.collection().id.to_string();
            (neighbor.sight.distance_m, shelf, neighbor.found.feature.id.to_string())
        })
        .collect()
}

fn place(lon: f64, lat: f64) -> LonLat {
    LonLat::new(lon, lat).unwrap()
}

/// Places of a part of the world: the city, the antimeridian, a pole, everywhere.
fn field() -> impl Strategy<Value = (f64, f64, f64)> {
    prop_oneof![Just((33.4, 47.9, 0.3)), Just((179.9, -17.0, 0.1)), Just((0.0, 88.0, 2.0)), Just((0.0, 0.0, 80.0)),]
}

fn shape() -> impl Strategy<Value = (u8, Vec<(f64, f64)>)> {
    (0_u8..4, prop::collection::vec((-1.0..1.0_f64, -1.0..1.0_f64), 4..6))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn nearest_is_what_brute_force_says(
        (lon, lat, reach) in field(),
        shapes in prop::collection::vec(shape(), 1..60),
        from in (-1.2..1.2_f64, -1.2..1.2_f64),
        share in 0.0..1.0_f64,
        limit in 1_usize..30,
    ) {
        let at = |(x, y): (f64, f64), scale: f64, around: (f64, f64)| {
            let lon = (around.0 + x * reach * scale).clamp(-180.0, 180.0);
            place(lon, (around.1 + y * reach * scale).clamp(-90.0, 90.0))
        };
        let shapes: Vec<Geometry> = shapes
            .iter()
            .filter_map(|(kind, spots)| {
                let centre = at(spots[0], 1.0, (lon, lat));
                let around = (centre.lon(), centre.lat());
                let near: Vec<LonLat> = spots[1..].iter().map(|spot| at(*spot, 0.1, around)).collect();
                match kind {
                    0 => Some(Geometry::Point(centre)),
                    // Several features in one place, to see ties.
                    1 => Some(Geometry::Point(place(lon, lat))),
                    2 => Geometry::lines(vec![near]).ok(),
                    _ => Geometry::areas(vec![Area::new(near, vec![]).ok()?]).ok(),
                }
            })
            .collect();
        let snapshot = snapshot(&shapes);
        let from = at(from, 1.0, (lon, lat));
        let radius_m = 20_004_000.0 * share.powi(4);
        prop_assert_eq!(found(&snapshot, from, radius_m, limit), brute_force(&snapshot, from, radius_m, limit));
    }
}

#[test]
fn ties_are_told_by_id() {
    let shapes = vec![Geometry::Point(place(33.4, 47.9)); 5];
    let ids: Vec<_> = found(&snapshot(&shapes), place(33.5, 47.9), 1e7, 3).into_iter().map(|(_, _, id)| id).collect();
    assert_eq!(ids, ["0000", "0001", "0002"]);
}

#[test]
fn the_antimeridian_is_no_wall() {
    let shapes = vec![Geometry::Point(place(-179.99, 0.0)), Geometry::Point(place(179.0, 0.0))];
    let nearest = found(&snapshot(&shapes), place(179.99, 0.0), 1e7, 1);
    assert_eq!(nearest[0].2, "0000");
    assert!((nearest[0].0 - 2226.4).abs() < 1.0, "{}", nearest[0].0);
}

/// Numbers that look like chance and are the same each time (splitmix64, Steele et al. 2014).
struct Dice(u64);

impl Dice {
    /// Within -1 and 1.
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

/// Long and short lines and areas of the city, at the antimeridian, beside a pole and over all the Earth.
fn long_shapes(dice: &mut Dice) -> Vec<(LonLat, Geometry)> {
    let mut shapes = Vec::new();
    for (lon, lat, reach) in
        [(33.4, 47.9, 0.3), (179.95, -17.0, 0.1), (-179.9, 70.0, 0.2), (20.0, 89.0, 0.9), (0.0, 0.0, 70.0)]
    {
        for number in 0..10 {
            let mut near = |scale: f64| {
                let at = (lon + dice.roll() * reach * scale, lat + dice.roll() * reach * scale);
                (at.0.clamp(-180.0, 180.0), at.1.clamp(-90.0, 90.0))
            };
            let centre = near(0.8);
            // Some places lie between the ring and its hole.
            let from = if number % 4 == 1 { (centre.0 + reach * 0.09, centre.1) } else { near(1.0) };
            // More edges than go without a tree, and fewer.
            let count = if number % 2 == 0 { 7 } else { 150 };
            let size = reach * 0.15;
            let around = |i: usize, size: f64| {
                let turn = std::f64::consts::TAU * i as f64 / count as f64;
                let wave = 1.0 + 0.3 * (turn * 5.0).sin();
                let at = (centre.0 + size * wave * turn.cos(), centre.1 + size * wave * turn.sin());
                place(at.0.clamp(-180.0, 180.0), at.1.clamp(-90.0, 90.0))
            };
            let ring: Vec<LonLat> = (0..count).map(|i| around(i, size)).collect();
            let shape = if number % 3 == 0 {
                Geometry::lines(vec![ring]).unwrap()
            } else {
                let hole = (0..count).map(|i| around(i, size * 0.4)).collect();
                let Ok(area) = Area::new(ring, vec![hole]) else { continue };
                Geometry::areas(vec![area]).unwrap()
            };
            shapes.push((place(from.0.clamp(-180.0, 180.0), from.1), shape));
        }
    }
    shapes
}

#[test]
fn geographiclib_finds_the_same_distances_to_lines_and_areas() {
    let python = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients/bin/python");
    if !python.exists() {
        assert!(std::env::var_os("CI").is_none(), "no clients: run tests/tools.sh");
        println!("skipped: no clients");
        return;
    }
    let shapes = long_shapes(&mut Dice(7));
    let position = |at: &LonLat| [at.lon(), at.lat()];
    let mut asked = String::new();
    for (from, shape) in &shapes {
        let paths: Vec<Vec<[f64; 2]>> = match shape {
            Geometry::Lines(lines) => lines.iter().map(|line| line.iter().map(position).collect()).collect(),
            Geometry::Areas(areas) => {
                let rings = areas.iter().flat_map(Area::rings);
                rings.map(|ring| ring.iter().chain(ring.first()).map(position).collect()).collect()
            }
            _ => unreachable!("only lines and areas are made"),
        };
        asked.push_str(&serde_json::json!({ "from": position(from), "paths": paths }).to_string());
        asked.push('\n');
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), asked).unwrap();
    let judge = std::process::Command::new(python)
        .arg(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/geodesics.py"))
        .stdin(std::fs::File::open(file.path()).unwrap())
        .output()
        .unwrap();
    assert!(judge.status.success(), "{}", String::from_utf8_lossy(&judge.stderr));
    let judged: Vec<f64> = String::from_utf8(judge.stdout).unwrap().lines().map(|line| line.parse().unwrap()).collect();
    assert_eq!(judged.len(), shapes.len());
    let mut inside = 0;
    for ((from, shape), judged) in shapes.iter().zip(judged) {
        let told = found(&snapshot(std::slice::from_ref(shape)), *from, 20_004_000.0, 1)[0].0;
        let alone = sight(*from, shape).distance_m;
        assert!((told - alone).abs() < 1e-9, "{told} with a tree of edges, {alone} without");
        if shape.holds(*from, None) {
            assert!(told.abs() < f64::EPSILON, "inside it is nothing, not {told}");
            inside += 1;
        } else {
            assert!(
                (told - judged).abs() < 1e-3,
                "{told} m, but geographiclib finds {judged} m from {from:?} to {shape:?}"
            );
        }
    }
    assert!(inside > 1, "some places lie inside");
}

#[test]
fn pages_of_neighbors_follow_each_other_exactly() {
    let mut dice = Dice(11);
    let from = place(33.3, 47.95);
    // Up to where a ruler reaches that is made for so much, and farther than any flat one.
    for radius_m in [900.0, 20_000.0, 49_900.0, 60_000.0] {
        let shapes: Vec<Geometry> = (0..300)
            .map(|i| {
                if i % 3 == 0 {
                    return Geometry::Point(place(33.4, 47.9));
                }
                if i % 3 == 1 {
                    return Geometry::Point(place(33.4 + dice.roll(), 47.9 + dice.roll()));
                }
                // Along the rim, inside and outside.
                let (turn, m) = (dice.roll() * std::f64::consts::TAU, radius_m * (0.985 + 0.02 * dice.roll().abs()));
                Geometry::Point(place(from.lon() + m * turn.sin() / 74_600.0, from.lat() + m * turn.cos() / 111_200.0))
            })
            .collect();
        pages_follow(&snapshot(&shapes), from, radius_m);
    }
}

#[test]
fn whoever_does_not_lose_patience_is_told_what_everybody_is() {
    let mut dice = Dice(5);
    let shapes: Vec<_> = (0..3000).map(|_| Geometry::Point(place(33.4 + dice.roll(), 47.9 + dice.roll()))).collect();
    let snapshot = snapshot(&shapes);
    let selection = Selection::default();
    let is_rare = |found: Found<'_>| found.feature.id.as_str().ends_with("00");
    for (accepts, enough) in [(None, 100), (Some(&is_rare as &dyn Fn(Found<'_>) -> bool), 3000)] {
        let mut last = true;
        for features in [1, 10, 100, 1000, 10_000] {
            let asked = |patience| Asking {
                selection: &selection,
                from: place(33.4, 47.9),
                radius_m: 1e6,
                limit: 10,
                behind: None,
                accepts,
                patience,
            };
            let patience = Patience::new(features);
            let (some, all) = (ask(&snapshot, &asked(Some(&patience))), ask(&snapshot, &asked(None)));
            assert!(patience.is_lost() || features > 1, "one is not enough");
            assert!(!patience.is_lost() || features <= enough, "{features} are enough");
            // With more patience it is not lost earlier.
            assert!(last || !patience.is_lost());
            last = patience.is_lost();
            if !last {
                let names = |of: &[Neighbor<'_>]| {
                    of.iter().map(|one| (one.found.feature.id.to_string(), one.sight)).collect::<Vec<_>>()
                };
                assert_eq!(names(&some), names(&all));
            }
        }
    }
}

#[test]
fn a_feature_costs_patience_once_filtered_or_not() {
    let shapes: Vec<_> = (0..10).map(|i| Geometry::Point(place(33.4 + f64::from(i) / 1e3, 47.9))).collect();
    let snapshot = snapshot(&shapes);
    let everywhere = BBox { west: -180.0, south: -90.0, east: 180.0, north: 90.0 };
    for boxes in [vec![], vec![everywhere]] {
        let selection = Selection { boxes, ..Selection::default() };
        let (from, radius_m, limit) = (place(33.4, 47.9), 1e6, 10);
        for (features, lost) in [(10, true), (11, false)] {
            let patience = Patience::new(features);
            let asking = Asking {
                selection: &selection,
                from,
                radius_m,
                limit,
                behind: None,
                accepts: None,
                patience: Some(&patience),
            };
            let found = ask(&snapshot, &asking).len();
            assert_eq!((patience.is_lost(), found == 10), (lost, !lost), "{features} for {selection:?}");
        }
    }
}

fn pages_follow(snapshot: &Snapshot, from: LonLat, radius_m: f64) {
    let selection = Selection::default();
    let whole = found(snapshot, from, radius_m, 1000);
    let (mut pages, mut behind) = (Vec::new(), None);
    loop {
        let asking = Asking {
            selection: &selection,
            from,
            radius_m,
            limit: 13,
            behind: behind.as_ref(),
            accepts: None,
            patience: None,
        };
        let page = ask(snapshot, &asking);
        let Some(last) = page.last() else { break };
        behind = Some(Behind {
            distance_m: last.sight.distance_m,
            collection: last.found.shelf.collection().id.to_string(),
            id: last.found.feature.id.to_string(),
        });
        pages.extend(page.iter().map(|near| {
            (near.sight.distance_m, near.found.shelf.collection().id.to_string(), near.found.feature.id.to_string())
        }));
    }
    assert!(whole.len() > 50, "{radius_m}: {}", whole.len());
    assert_eq!(pages, whole, "{radius_m}");
}
