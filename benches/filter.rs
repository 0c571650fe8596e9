//! Filters: how long the whole city is asked, by what is asked of each feature.

mod city;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use mapa::{
    snapshot::{
        Filter, Selection,
        nearest::nearest,
        summary::{GroupBy, summary},
    },
    space::LonLat,
};

/// A polygon of so many vertices around the middle of the city.
fn ring(vertices: u32, radius_deg: f64) -> String {
    let place = |i: u32| {
        let (sin, cos) = (f64::from(i) / f64::from(vertices) * std::f64::consts::TAU).sin_cos();
        format!("{} {}", 33.4 + cos * radius_deg, 47.92 + sin * radius_deg)
    };
    format!("POLYGON(({}))", (0..vertices).chain([0]).map(place).collect::<Vec<_>>().join(","))
}

fn benchmark(c: &mut Criterion) {
    let filters = [
        ("id", "id = 'nobody'".to_owned()),
        ("equality", "kind = 'pharmacy'".into()),
        ("three conditions", "district = 'Довгинцівський' AND name IS NOT NULL AND kind <> 'x'".into()),
        ("in", "kind IN ('pharmacy', 'bench', 'school', 'stop')".into()),
        ("like", "name LIKE '%12%'".into()),
        ("casei like", "CASEI(name) LIKE CASEI('%ШКОЛА%')".into()),
        ("box", "S_INTERSECTS(geom, BBOX(33.39, 47.91, 33.41, 47.93))".into()),
        ("within 1 km, 64 vertices", format!("S_WITHIN(geom, {})", ring(64, 0.01))),
        ("within the city, 500 vertices", format!("S_WITHIN(geom, {})", ring(500, 0.2))),
        ("disjoint, 500 vertices", format!("S_DISJOINT(geom, {})", ring(500, 0.2))),
    ];
    let mut group = c.benchmark_group("filter, all of the city");
    group.sample_size(20);
    for scale in city::scales() {
        let city = city::open(scale);
        let snapshot = city.snapshot();
        for (name, text) in &filters {
            let filter = Filter::text(text).unwrap();
            let Ok(bound) = filter.bind(Selection::default().shelves(&snapshot), &[]) else {
                println!("refused at scale {scale}: {name}");
                continue;
            };
            let selection = Selection { filter: Some(bound), ..Selection::default() };
            group.bench_function(BenchmarkId::new(*name, scale), |b| {
                b.iter(|| selection.shelves(&snapshot).iter().map(|shelf| selection.on(shelf).len()).sum::<usize>());
            });
        }
        group.bench_function(BenchmarkId::new("read and bound to all collections", scale), |b| {
            b.iter(|| Filter::text(&filters[2].1).unwrap().bind(Selection::default().shelves(&snapshot), &[]).unwrap());
        });
        let bound = Filter::text(&filters[1].1).unwrap().bind(Selection::default().shelves(&snapshot), &[]).unwrap();
        let selection = Selection { filter: Some(bound), ..Selection::default() };
        let from = LonLat::new(33.4, 47.92).unwrap();
        group.bench_function(BenchmarkId::new("nearest 10 of one kind", scale), |b| {
            b.iter(|| nearest(&snapshot, &selection, from, f64::INFINITY, 10));
        });
        group.bench_function(BenchmarkId::new("summary by collection and kind", scale), |b| {
            let by = [GroupBy::read("collection"), GroupBy::read("kind")];
            b.iter(|| summary(&snapshot, &Selection::default(), &by, &[]).unwrap().groups.len());
        });
        group.bench_function(BenchmarkId::new("sums of planned and spent by year", scale), |b| {
            let budget = Selection { collections: vec!["budget-items".into()], ..Selection::default() };
            let by = [GroupBy::read("year(started)")];
            b.iter(|| summary(&snapshot, &budget, &by, &["planned_uah", "spent_uah"]).unwrap().groups.len());
        });
    }
    group.finish();
}

criterion_group!(benches, benchmark);
criterion_main!(benches);
