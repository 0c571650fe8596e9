//! Nearest: ten of all thematic objects, and ten of one collection, from places spread over the city.

mod city;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use mapa::{
    snapshot::{Selection, nearest::nearest},
    space::LonLat,
};

fn benchmark(c: &mut Criterion) {
    let mut group = c.benchmark_group("nearest, 10 of");
    for scale in city::scales() {
        let city = city::open(scale);
        let snapshot = city.snapshot();
        let mut turn = 0_u32;
        // A lattice over the city's box: 33.20–33.60° E, 47.70–48.15° N.
        let mut from = || {
            turn = turn.wrapping_add(1);
            let (x, y) = (f64::from(turn.wrapping_mul(7919) % 1000), f64::from(turn.wrapping_mul(104_729) % 1000));
            LonLat::new(33.20 + x * 4e-4, 47.70 + y * 4.5e-4).unwrap()
        };
        let all = Selection::default();
        group.bench_function(BenchmarkId::new("all", scale), |b| {
            b.iter(|| nearest(&snapshot, &all, from(), f64::INFINITY, 10));
        });
        let schools = Selection { collections: vec!["schools".into()], ..Selection::default() };
        group.bench_function(BenchmarkId::new("schools", scale), |b| {
            b.iter(|| nearest(&snapshot, &schools, from(), f64::INFINITY, 10));
        });
        let houses = Selection { collections: vec!["apartment-buildings".into()], ..Selection::default() };
        group.bench_function(BenchmarkId::new("houses (areas)", scale), |b| {
            b.iter(|| nearest(&snapshot, &houses, from(), f64::INFINITY, 10));
        });
    }
    group.finish();
}

criterion_group!(benches, benchmark);
criterion_main!(benches);
