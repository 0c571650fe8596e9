//! Tiles: one tile over the middle of the city at several zooms, drawn anew each time.

mod city;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use mapa::{
    snapshot::Selection,
    space::{LonLat, TileCoord, WorldPoint},
    tile,
};

fn benchmark(c: &mut Criterion) {
    let mut group = c.benchmark_group("tile");
    group.sample_size(20);
    let middle = WorldPoint::of(LonLat::new(33.39, 47.91).unwrap());
    for scale in city::scales() {
        let city = city::open(scale);
        let snapshot = city.snapshot();
        for name in ["base", "city"] {
            let tileset = city.tilesets().get(name, &snapshot).unwrap();
            for z in [10, 12, 14, 16] {
                let coord = TileCoord::at(middle, z);
                group.bench_function(BenchmarkId::new(format!("{name} z{z}"), scale), |b| {
                    b.iter(|| {
                        tile::draw(&snapshot, &tileset, &Selection::default(), coord, tile::Format::Mvt).unwrap()
                    });
                });
            }
        }
    }
    group.finish();
}

criterion_group!(benches, benchmark);
criterion_main!(benches);
