//! Whole processes: import of all sources, start to the first tile, memory. Prints a table a scale.

mod city;

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::Instant,
};

use mapa::space::{LonLat, TileCoord, WorldPoint};

fn main() {
    println!(
        "| scale | features | import, s | importer peak, MB | start to first tile, s | server resident, MB | bytes a feature |"
    );
    println!("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
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

        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        println!(
            "| {scale} | {features} | {:.2} | {:.0} | {:.2} | {:.0} | {} |",
            import.wall.as_secs_f64(),
            megabytes(import.peak),
            first_tile.as_secs_f64(),
            megabytes(resident),
            resident / features.max(1),
        );
    }
}
