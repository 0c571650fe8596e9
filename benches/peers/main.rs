//! Peers: whole servers side by side on this machine in one run, each under the same load. Prints Markdown tables.
//!
//!   cargo bench --bench peers -- [tiles] [answers]

mod answers;
#[path = "../city/mod.rs"]
mod city;
mod constant;
mod databases;
mod load;
mod martin;
mod points;
#[path = "../../tests/postgres/mod.rs"]
mod postgres;
mod process;

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use load::{Row, Stream, cold, print, warm};
use mapa::space::{TileCoord, WorldPoint};
use martin::Martin;
use points::Point;
use process::Process;

/// What can be measured alone.
const PARTS: [&str; 2] = ["tiles", "answers"];

/// Objects are changed one by one so many times.
const CHANGES: usize = 20;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if let [_, what, bytes] = &args[..]
        && what == "constant"
    {
        return constant::serve(bytes.parse().expect("a number of bytes"));
    }
    let city = city::store(1);
    let folder = city::folder(1).join("peers");
    let points = points::of(&city::open(1).snapshot());
    let tiles = points::tiles(&points);
    let store = points::store(&folder, &points);
    println!("{} points, {} tiles of zooms 10 to 17", points.len(), tiles.len());

    let all = !args.iter().any(|arg| PARTS.contains(&arg.as_str()));
    let is_wanted = |part: &str| all || args.iter().any(|arg| arg == part);
    if is_wanted(PARTS[0]) {
        print("Drawn ahead: the tileset `city`", &ahead(&city, &folder, &tiles));
        print("The same points, one layer, every one of them", &plain(&store, &folder, &tiles, &points));
    }
    if is_wanted(PARTS[1]) {
        answers::compare(&city, &store, &folder, &points);
    }
    if is_wanted(PARTS[0]) {
        freshness(&folder, points);
    }
}

/// Tiles of the city that are drawn ahead, beside a constant body of the same mean size before and after.
fn ahead(store: &Path, folder: &Path, tiles: &[TileCoord]) -> Vec<Row> {
    let mapa = Process::mapa(store, &[]).drawn();
    let (drawn, seconds) =
        (mapa.metric("mapa_tiles_drawn_ahead_total"), mapa.metric("mapa_tiles_drawn_ahead_seconds_total"));
    println!("\n{drawn} tiles of all declared tilesets drawn ahead, in gzip and brotli, in {seconds:.2} s");
    let within = tiles.iter().filter(|coord| coord.z() <= mapa::tile::tileset::MAX_ZOOM);
    let paths: Vec<String> = within.map(|coord| format!("/tiles/city/{coord}.mvt")).collect();
    beside_constant("mapa, drawn ahead", &mapa, &Stream::new(folder, "ahead", paths.clone()), &paths)
}

/// A stream from us, beside a constant body of the same mean size before and after.
fn beside_constant(name: &str, mapa: &Process, stream: &Stream, paths: &[String]) -> Vec<Row> {
    let accepts = format!("accept-encoding: {}\r\n", stream.encoding);
    let bodies = paths.iter().map(|path| {
        let (head, body) = mapa.get(path, &accepts);
        assert!(head.starts_with("http/1.1 20"), "{path}: {head} {}", String::from_utf8_lossy(&body));
        body.len()
    });
    let mean = bodies.sum::<usize>() / paths.len();
    let constant =
        Process::telling(Command::new(std::env::current_exe().unwrap()).args(["constant", &mean.to_string()]));
    let before = warm(&format!("axum, constant {mean} bytes, before"), &constant, stream);
    let ours = warm(name, mapa, stream);
    let after = warm(&format!("axum, constant {mean} bytes, after"), &constant, stream);
    let mean_of = |of: fn(&Row) -> f64| f64::midpoint(of(&before), of(&after));
    println!(
        "\n{name}: {:.2} of the constant server's answers, {:.2} times its p99",
        ours.per_second / mean_of(|row| row.per_second),
        ours.p99_ms / mean_of(|row| row.p99_ms),
    );
    vec![before, ours, after]
}

/// One plain layer from us, and from martin in three arrangements.
fn plain(store: &Path, folder: &Path, tiles: &[TileCoord], points: &[Point]) -> Vec<Row> {
    let ours: Vec<String> = tiles.iter().map(|coord| format!("/tiles/{}/{coord}.mvt", points::PLAIN)).collect();
    let tilesets = points::tilesets(folder);
    let mapa = |args: &[&str]| Process::mapa(store, &[args, &["--tilesets", tilesets.to_str().unwrap()]].concat());
    let theirs = Stream::new(folder, "martin", tiles.iter().map(|coord| format!("/points/{coord}")));
    let paths = Stream::new(folder, "mapa", ours.clone());
    let mut rows = beside_constant("mapa, kept", &mapa(&[]).drawn(), &paths, &ours);
    let martin = Martin::over(folder, points);
    if let Some(martin) = &martin {
        rows.push(warm("martin, MBTiles, cached", &martin.over_mbtiles(17), &theirs));
        rows.push(warm("martin, PostGIS, cached", &martin.over_database(512), &theirs));
    }
    rows.push(cold("mapa, nothing kept", &mapa(&["--tile-memory", "0"]), &paths));
    if let Some(martin) = &martin {
        rows.push(cold("martin, PostGIS, not cached", &martin.over_database(0), &theirs));
    }
    // Each request with a filter that no request had before.
    for (name, tileset) in [("plain", points::PLAIN), ("described", "spots")] {
        let mapa = mapa(&[]).drawn();
        let path = |coord: &TileCoord| format!("/tiles/{tileset}/{coord}.mvt?filter=number%3C%3E{{n}}");
        let (head, body) = mapa.get(&path(&tiles[0]).replace("{n}", "1"), "");
        assert!(head.starts_with("http/1.1 200"), "{head} {}", String::from_utf8_lossy(&body));
        let stream = Stream::new(folder, "filtered", tiles.iter().map(path));
        rows.push(cold(&format!("mapa, {name}, each with a filter never seen"), &mapa, &stream));
    }
    rows
}

/// How soon one changed object is in the bytes of its tile, from the end of the import that changed it.
fn freshness(folder: &Path, mut points: Vec<Point>) {
    let mapa = Process::mapa(&folder.join("points.gpkg"), &[]).drawn();
    let mut took: Vec<Duration> = (0..CHANGES)
        .map(|i| {
            let changed = i * points.len() / CHANGES;
            let path = format!("/tiles/spots/{}.mvt", TileCoord::at(WorldPoint::of(points[changed].at), 14));
            let before = mapa.get(&path, "").1;
            points[changed].name = format!("змінено {i}");
            points::write(folder, &points);
            points::import(folder);
            let begun = Instant::now();
            while mapa.get(&path, "").1 == before {
                assert!(begun.elapsed() < Duration::from_secs(10), "a change is not seen");
            }
            begun.elapsed()
        })
        .collect();
    took.sort_unstable();
    let ms = |at: usize| took[at].as_secs_f64() * 1e3;
    println!(
        "\nOne change until new bytes: median {:.0} ms, worst of {CHANGES} {:.0} ms",
        ms(CHANGES / 2),
        ms(CHANGES - 1)
    );
}
