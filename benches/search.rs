//! Search: what people type, asked of the whole city, each question by itself.

mod city;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use mapa::{
    files,
    snapshot::{
        Selection,
        search::{Asking, Lexicon, Query, search},
    },
    space::LonLat,
};

fn benchmark(c: &mut Criterion) {
    let lexicon = Lexicon::read(&files::lexicon()).unwrap();
    let selection = Selection::default();
    let near = LonLat::new(33.39, 47.91).ok();
    let mut group = c.benchmark_group("search, 10 of each group");
    group.sample_size(20);
    for scale in city::scales() {
        let city = city::open(scale);
        let snapshot = city.snapshot();
        let features: usize = snapshot.shelves().map(mapa::snapshot::Shelf::len).sum();
        let bytes = snapshot.search_bytes();
        println!("scale {scale}: {features} features, {bytes} bytes of indexes, {} a feature", bytes / features);
        let mut took: Vec<(f64, &str)> = Vec::new();
        for question in city::questions() {
            let mut least = f64::INFINITY;
            for _ in 0..3 {
                let begun = std::time::Instant::now();
                let query = Query::read(question, &lexicon).unwrap();
                search(&snapshot, &Asking { query: &query, lexicon: &lexicon, selection: &selection, near, limit: 10 });
                least = least.min(begun.elapsed().as_secs_f64() * 1e3);
            }
            took.push((least, question));
        }
        took.sort_by(|a, b| a.0.total_cmp(&b.0));
        let at = |part: usize| took[(took.len() - 1) * part / 100];
        println!(
            "scale {scale}: ms of {} questions: half {:?}, 95 % {:?}, 99 % {:?}, most {:?}",
            took.len(),
            at(50),
            at(95),
            at(99),
            at(100)
        );
        for typed in ["а", "вул", "аптека", "школа 12", "шклоа 12", "проспект Миру 5", "22-9/1"]
        {
            group.bench_function(BenchmarkId::new(typed, scale), |b| {
                b.iter(|| {
                    let query = Query::read(typed, &lexicon).unwrap();
                    search(
                        &snapshot,
                        &Asking { query: &query, lexicon: &lexicon, selection: &selection, near, limit: 10 },
                    )
                    .places
                    .len()
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, benchmark);
criterion_main!(benches);
