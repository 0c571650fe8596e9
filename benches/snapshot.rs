//! The snapshot of a whole city, read from the store, checked and indexed; one change of a shelf, and reading beside changes.

mod city;

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use mapa::{
    files,
    model::{Audience, Collection, Feature, FeatureId, Provenance, Revision},
    snapshot::{
        Selection, Shelf, Snapshot,
        nearest::nearest,
        order::{Mark, Order},
        page::{Turn, page},
    },
    space::{BBox, Geometry, LonLat},
};

/// As many features on one shelf as the city has at scale 1 and at scale 100.
const SHELVES: [u32; 2] = [18_000, 1_800_000];

/// How many changes a shelf carries before it is compacted (`snapshot::Shelf::compacted`), less one.
const MOST_CHANGES: [u32; 2] = [4_095, 8_191];

fn load(c: &mut Criterion) {
    let mut group = c.benchmark_group("snapshot");
    group.sample_size(10);
    for scale in city::scales() {
        group.bench_function(BenchmarkId::new("load and build", scale), |b| {
            city::store(scale);
            b.iter(|| city::open(scale));
        });
    }
    group.finish();
}

fn change(c: &mut Criterion) {
    let mut group = c.benchmark_group("change");
    group.sample_size(10);
    let everywhere = Selection::default();
    let after = Turn::After(Mark { values: vec![], id: "0009000".into() });
    let bbox = BBox { west: 33.39, south: 47.90, east: 33.40, north: 47.91 };
    let from = LonLat::new(33.39, 47.91).unwrap();
    for (size, most) in SHELVES.into_iter().zip(MOST_CHANGES) {
        let collection = collection();
        let whole =
            Shelf::new(collection.clone(), provenance(), (0..size).map(|at| thing(&collection, at, 0)).collect());
        let changes = (0..most).map(|at| thing(&collection, at.wrapping_mul(7919) % size, 1)).collect();
        let changed = whole.with(provenance(), changes, &[]);
        for (state, shelf) in [("no others", &whole), ("the most others", &changed)] {
            let name = |what: &str| BenchmarkId::new(format!("{what} beside {state}"), size);
            group.bench_function(name("one"), |b| {
                let put = || vec![thing(&collection, 11, 2)];
                b.iter_batched(put, |put| shelf.with(provenance(), put, &[]), BatchSize::PerIteration);
            });
            group.bench_function(name("one removal"), |b| {
                let gone = [FeatureId::new(&format!("{:07}", 11)).unwrap()];
                b.iter_with_large_drop(|| shelf.with(provenance(), vec![], &gone));
            });
            group.bench_function(name("read a box"), |b| {
                b.iter(|| shelf.near_boxes(black_box(&[bbox])).map(|feature| feature.id.as_str().len()).sum::<usize>());
            });
            group.bench_function(name("read a page"), |b| {
                b.iter(|| page(&everywhere, shelf, &Order::default(), &after, 10));
            });
        }
        group.bench_function(BenchmarkId::new("all built anew", size), |b| {
            let features = || whole.features().cloned().collect::<Vec<_>>();
            let build = |features| Shelf::new(collection.clone(), provenance(), features);
            b.iter_batched(features, build, BatchSize::PerIteration);
        });
        let empty = Snapshot::empty(&files::catalog(None).unwrap(), Audience::Public);
        for (state, shelf) in [("no", whole), ("the most", changed)] {
            let snapshot = empty.with(Revision(1), [shelf]);
            let schools = Selection { collections: vec!["schools".into()], ..Selection::default() };
            group.bench_function(BenchmarkId::new(format!("nearest beside {state} others"), size), |b| {
                b.iter(|| nearest(&snapshot, &schools, black_box(from), f64::INFINITY, 10));
            });
        }
    }
    group.finish();
}

fn collection() -> Collection {
    let schools = files::catalog(None).unwrap().collections.remove("schools").unwrap();
    Collection { fields: vec![], kinds: vec![], ..schools }
}

fn provenance() -> Provenance {
    Provenance { source: "benchmark".into(), imported: Timestamp::UNIX_EPOCH, demonstration: true, attribution: None }
}

/// A point of the city's box, 33.20–33.60° E, 47.70–48.15° N, elsewhere at each turn.
fn thing(of: &Collection, number: u32, turn: u32) -> Feature {
    let share = |by: u32| f64::from((number ^ (turn << 24)).wrapping_mul(by)) / f64::from(u32::MAX);
    let at = LonLat::new(33.20 + share(2_654_435_761) * 0.4, 47.70 + share(2_246_822_519) * 0.45).unwrap();
    Feature::new(of, &format!("{number:07}"), None, Geometry::Point(at), vec![]).unwrap()
}

criterion_group!(benches, load, change);
criterion_main!(benches);
