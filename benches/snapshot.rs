//! The snapshot of a whole city: everything read from the store, checked, and indexed.

mod city;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

fn benchmark(c: &mut Criterion) {
    let mut group = c.benchmark_group("snapshot");
    group.sample_size(10);
    for scale in city::scales() {
        city::store(scale);
        group.bench_function(BenchmarkId::new("load and build", scale), |b| b.iter(|| city::open(scale)));
    }
    group.finish();
}

criterion_group!(benches, benchmark);
criterion_main!(benches);
