//! Nearest is judged by brute force: every feature measured, all of them sorted.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mapa::{
    model::{Audience, Catalog, Collection, CollectionId, Feature, GeometryKind, Provenance, Revision, Title},
    snapshot::{Selection, Shelf, Snapshot, nearest::nearest},
    space::{Area, Geometry, LonLat, geodesic::sight},
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
