//! Whole processes: import of all sources, start to the first tile, memory. Prints a table a scale.

mod city;

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use mapa::space::{LonLat, TileCoord, WorldPoint};

fn main() {
    println!(
        "| scale | features | import, s | importer peak, MB | start to first tile, s | server resident, MB | bytes a feature | \
         cold z10, ms | cold z14, ms |"
    );
    println!("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for scale in city::scales() {
        city::demo(scale);
        let (store, import) = city::import(scale);

        let begun = Instant::now();
        let mut server = Command::new(city::MAPA)
            .args(["serve", "--listen", "127.0.0.1:0", "--store", store.to_str().unwrap()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut root = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut root).unwrap();
        let coord = TileCoord::at(WorldPoint::of(LonLat::new(33.39, 47.91).unwrap()), 14);
        let tile = ureq::get(format!("{}/tiles/city/{coord}.mvt", root.trim())).call().unwrap();
        assert_eq!(tile.status(), 200);
        let first_tile = begun.elapsed();

        let ready =
            ureq::get(format!("{}/health/ready", root.trim())).call().unwrap().into_body().read_to_string().unwrap();
        let ready: serde_json::Value = serde_json::from_str(&ready).unwrap();
        let features = ready["features"].as_u64().unwrap();
        let resident = city::memory(server.id(), "VmRSS");
        server.kill().unwrap();
        server.wait().unwrap();
        let [z10, z14] = cold(&store);

        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        println!(
            "| {scale} | {features} | {:.2} | {:.0} | {:.2} | {:.0} | {} | {z10:.1} | {z14:.1} |",
            import.wall.as_secs_f64(),
            megabytes(import.peak),
            first_tile.as_secs_f64(),
            megabytes(resident),
            resident / features.max(1),
        );
    }
}

/// Milliseconds of the tiles over the middle of the city at zooms 10 and 14, drawn for who asks, by a server that keeps none.
fn cold(store: &Path) -> [f64; 2] {
    let mut server = Command::new(city::MAPA)
        .args(["serve", "--listen", "127.0.0.1:0", "--tile-memory", "0", "--store", store.to_str().unwrap()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut root = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut root).unwrap();
    let times = [10, 14].map(|z| {
        let coord = TileCoord::at(WorldPoint::of(LonLat::new(33.39, 47.91).unwrap()), z);
        let mut took: Vec<f64> = (0..9)
            .map(|_| {
                let begun = Instant::now();
                let tile =
                    ureq::get(format!("{}/tiles/city/{coord}.mvt", root.trim())).header("accept-encoding", "gzip");
                assert_eq!(tile.call().unwrap().status(), 200);
                begun.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        took.sort_unstable_by(f64::total_cmp);
        took[took.len() / 2]
    });
    server.kill().unwrap();
    server.wait().unwrap();
    times
}
