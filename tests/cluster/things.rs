//! Objects made at random, rules of clusters and what is asked for, each with what it means.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mapa::{
    model::{
        Audience, Catalog, Choice, Collection, CollectionId, Feature, FeatureId, Field, FieldType, GeometryKind,
        Provenance, Revision, Title, Value,
    },
    snapshot::{Filter, Selection, Shelf, Snapshot},
    space::{BBox, Geometry, LonLat, WorldPoint},
    tile::{Tileset, Tilesets},
};
use proptest::prelude::*;

/// Collections with the service areas they hang on.
pub const COLLECTIONS: [(&str, &str); 3] =
    [("clinics", "primary-care"), ("schools", "general-secondary-education"), ("works", "other")];
pub const STATUSES: [&str; 2] = ["planned", "done"];
pub const IDS: u32 = 30;
pub const TO_ZOOM: u8 = 15;

pub fn title(text: &str) -> Title {
    Title { uk: text.into(), en: text.into() }
}

pub fn collection(at: usize) -> Collection {
    let field = |name: &str, kind, values: &[&str]| Field {
        name: name.into(),
        kind,
        title: title(name),
        unit: None,
        format: None,
        values: values.iter().map(|id| Choice { id: (*id).into(), title: title(id) }).collect(),
        chart: None,
        adds_up: false,
        unique: false,
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
pub type Draft = (usize, u32, Vec<(f64, f64)>, Option<&'static str>, Option<f64>);

pub fn feature(draft: &Draft) -> Feature {
    let (of, number, places, status, cost) = draft;
    let places: Vec<LonLat> = places.iter().map(|(lon, lat)| LonLat::new(*lon, *lat).unwrap()).collect();
    let geometry = match places[..] {
        [one] => Geometry::Point(one),
        _ => Geometry::Points(places.into()),
    };
    let values = vec![status.map_or(Value::Unknown, Value::from), cost.map_or(Value::Unknown, Value::Number)];
    Feature::new(&collection(*of), &format!("{number:03}"), None, geometry, values).unwrap()
}

pub fn place() -> impl Strategy<Value = (f64, f64)> {
    let near = |middle: f64| (-1.0..1.0_f64).prop_map(move |step| middle + step * 0.2);
    // A lattice finer than the finest cells: objects that stand on each other, or almost.
    let lattice = |middle: f64| (-3..=3_i32).prop_map(move |step| middle + f64::from(step) * 0.000_1);
    prop_oneof![
        3 => (near(33.4), near(47.9)),
        2 => (lattice(33.4), lattice(47.9)),
        1 => (-179.0..179.0_f64, -85.0..85.0_f64),
    ]
}

pub fn draft() -> impl Strategy<Value = Draft> {
    let places = prop_oneof![4 => prop::collection::vec(place(), 1), 1 => prop::collection::vec(place(), 2..4)];
    let status = prop::option::of(prop::sample::select(vec!["planned", "done", "whatever"]));
    let cost = prop::option::of(prop_oneof![
        (-1_000_000_000_000_i64..1_000_000_000_000).prop_map(|cost| cost as f64 / 1000.0),
        Just(0.1),
        Just(1e300)
    ]);
    (0..COLLECTIONS.len(), 0..IDS, places, status, cost)
}

pub fn provenance() -> Provenance {
    Provenance { source: "t".into(), imported: Timestamp::UNIX_EPOCH, demonstration: true, attribution: None }
}

pub type Standing = BTreeMap<(usize, String), Feature>;

pub fn standing(drafts: &[Draft]) -> Standing {
    drafts.iter().map(|draft| ((draft.0, feature(draft).id.to_string()), feature(draft))).collect()
}

pub fn of(standing: &Standing, at: usize) -> Vec<Feature> {
    standing.iter().filter(|((of, _), _)| *of == at).map(|(_, feature)| feature.clone()).collect()
}

/// The snapshot of a city in which only these stand.
pub fn whole(standing: &Standing) -> Snapshot {
    let catalog = Catalog { collections: BTreeMap::default(), ..mapa::files::catalog(None).unwrap() };
    let shelves = (0..COLLECTIONS.len()).map(|at| Shelf::new(collection(at), provenance(), of(standing, at)));
    Snapshot::empty(&catalog, Audience::Public).with(Revision(1), shelves)
}

/// The same after objects were put and taken away.
pub fn changed(from: &Snapshot, put: &[Draft], gone: &[(usize, u32)]) -> Snapshot {
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
pub struct Rule {
    pub cells: u32,
    pub min_points: usize,
    pub by: Option<&'static str>,
    pub sum: bool,
}

pub fn rule() -> impl Strategy<Value = Rule> {
    let by = prop::option::of(prop::sample::select(vec!["sector", "collection", "kind", "status"]));
    (prop::sample::select(vec![1, 4, 8, 64]), 2..5_usize, by, any::<bool>())
        .prop_map(|(cells, min_points, by, sum)| Rule { cells, min_points, by, sum })
}

impl Rule {
    pub fn tileset(&self, snapshot: &Snapshot) -> Tileset {
        let by = self.by.map_or_else(String::new, |by| format!(", count_by = \"{by}\""));
        let sum = if self.sum { ", sum = [\"cost\"]" } else { "" };
        let text = format!(
            "[t]\ntitle = {{ uk = \"т\", en = \"t\" }}\n[[t.layer]]\nname = \"objects\"\nthematic = \"point\"\ndescribe = true\n\
             cluster = {{ to_zoom = {TO_ZOOM}, cells = {}, min_points = {}{by}{sum} }}\n",
            self.cells, self.min_points
        );
        Tilesets::read(&text).unwrap().get("t", snapshot).unwrap()
    }

    pub fn group(&self, of: usize, feature: &Feature) -> Option<String> {
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

pub fn places(feature: &Feature) -> Vec<LonLat> {
    match &feature.geometry {
        Geometry::Point(at) => vec![*at],
        Geometry::Points(all) => all.to_vec(),
        other => panic!("{other:?} is no point"),
    }
}

/// Where an object is counted: its first place.
pub fn world(feature: &Feature) -> WorldPoint {
    WorldPoint::of(places(feature)[0])
}

/// What is asked for: collections, a box that stands for what a page may add, and a filter.
#[derive(Debug, Clone)]
pub struct Asked {
    pub collections: Vec<&'static str>,
    pub bbox: Option<BBox>,
    pub filter: Option<Condition>,
}

/// A filter with what it means.
pub type Condition = (&'static str, fn(&Feature) -> bool);

/// Filters.
pub const FILTERS: [Condition; 3] = [
    ("status = 'done'", |feature| feature.values[0].as_text() == Some("done")),
    ("status IS NULL OR cost > 0", |feature| {
        feature.values[0].is_unknown() || matches!(feature.values[1], Value::Number(cost) if cost > 0.0)
    }),
    ("S_INTERSECTS(geometry, BBOX(33.3, 47.8, 33.41, 47.95))", |feature| {
        let bbox = BBox { west: 33.3, south: 47.8, east: 33.41, north: 47.95 };
        places(feature).into_iter().any(|place| bbox.contains(place))
    }),
];

pub fn asked() -> impl Strategy<Value = Asked> {
    let collections = prop::sample::subsequence(vec!["clinics", "schools", "works"], 0..3);
    let bbox =
        (33.2..33.4_f64, 47.8..47.92_f64).prop_map(|(west, south)| BBox { west, south, east: 33.41, north: 47.93 });
    let filter = prop::sample::select(FILTERS.to_vec());
    (collections, prop::option::weighted(0.25, bbox), prop::option::of(filter))
        .prop_map(|(collections, bbox, filter)| Asked { collections, bbox, filter })
}

impl Asked {
    pub fn selection(&self, snapshot: &Snapshot) -> Selection {
        let filter = self.filter.map(|(text, _)| Filter::text(text).unwrap().bind(snapshot.shelves(), &[]).unwrap());
        Selection {
            collections: self.collections.iter().map(ToString::to_string).collect(),
            boxes: self.bbox.into_iter().collect(),
            filter,
            ..Selection::default()
        }
    }

    pub fn takes(&self, of: usize, feature: &Feature) -> bool {
        (self.collections.is_empty() || self.collections.contains(&COLLECTIONS[of].0))
            && self.bbox.is_none_or(|bbox| feature.geometry.intersects(&bbox))
            && self.filter.is_none_or(|(_, takes)| takes(feature))
    }
}
