//! The pyramid of a tileset: every tile over the city up to zoom 14, drawn by two threads. Prints a table a scale.

mod city;

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Instant,
};

use mapa::{
    snapshot::Selection,
    space::TileCoord,
    tile::{self, Format},
};

const DEEPEST: u8 = 14;
const THREADS: usize = 2;

fn main() {
    println!("| scale | tileset | format | tiles | with something | s | mean bytes | largest, bytes |");
    println!("| ---: | --- | --- | ---: | ---: | ---: | ---: | ---: |");
    for scale in city::scales() {
        let city = city::open(scale);
        let snapshot = city.snapshot();
        let bbox = snapshot.bbox().unwrap();
        let coords: Vec<TileCoord> = (0..=DEEPEST).flat_map(|z| TileCoord::covering(&bbox, z)).collect();
        for name in ["city", "base", "points"] {
            let tileset = city.tilesets().get(name, &snapshot).unwrap();
            for format in Format::ALL {
                let begun = Instant::now();
                let next = AtomicUsize::new(0);
                let draw = || {
                    let mut sizes = Vec::new();
                    while let Some(coord) = coords.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let selection = Selection::default();
                        sizes.push(tile::draw(&snapshot, &tileset, &selection, *coord, format).unwrap().len());
                    }
                    sizes
                };
                let sizes: Vec<usize> = thread::scope(|scope| {
                    let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(draw)).collect();
                    threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
                });
                let seconds = begun.elapsed().as_secs_f64();
                let full = sizes.iter().filter(|bytes| **bytes > 0).count();
                println!(
                    "| {scale} | {name} | {} | {} | {full} | {seconds:.2} | {} | {} |",
                    format.extension(),
                    sizes.len(),
                    sizes.iter().sum::<usize>() / full.max(1),
                    sizes.iter().max().unwrap(),
                );
            }
        }
    }
}
