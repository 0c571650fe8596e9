//! Both stores, whole processes: the first import, the same again, and what changes then until a server shows it. Prints a table a scale.

mod city;
#[path = "../tests/postgres/mod.rs"]
mod postgres;

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

/// The collection of which one row changes.
const COLLECTION: &str = "advertising-structures";

/// Rows that another program edits, one after the other.
const EDITS: u32 = 30;

fn main() {
    println!(
        "| scale | store | first import, s | importer peak, MB | the same again, s | of the first | one row changed, s | served after, ms | an edit, ms | served after, ms: median | most | slowest request meanwhile, ms |"
    );
    println!("| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for scale in city::scales() {
        let file = city::folder(scale).join("stores.gpkg");
        for end in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{end}", file.display()));
        }
        measure(scale, "GeoPackage", file.to_str().unwrap());
        match postgres::Cluster::start_durable() {
            Some(cluster) => measure(scale, "PostGIS", &cluster.database()),
            None => println!("| {scale} | PostGIS | | | | | | | | | | |"),
        }
    }
}

fn measure(scale: u32, name: &str, store: &str) {
    let recipes = city::recipes(scale);
    let mut args = vec!["import", "--store", store];
    args.extend(recipes.iter().map(String::as_str));
    let first = city::run(&args);
    let again = city::run(&args);

    let mut server = Command::new(city::MAPA)
        .args(["serve", "--listen", "127.0.0.1:0", "--store", store])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut root = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut root).unwrap();
    let ready = format!("{}/health/ready", root.trim());
    let before = revision(&ready);
    let (recipe, source) = changed(scale);
    let change = city::run(&["import", "--store", store, "--source", &source, &recipe]);
    let committed = Instant::now();
    while revision(&ready) == before {
        assert!(committed.elapsed() < Duration::from_mins(1), "the change is not served");
    }
    let served = committed.elapsed();
    let edits = edit(store, root.trim(), &ready);
    server.kill().unwrap();
    server.wait().unwrap();

    println!(
        "| {scale} | {name} | {:.2} | {:.0} | {:.2} | {:.0} % | {:.2} | {:.0} | {edits} |",
        first.wall.as_secs_f64(),
        first.peak as f64 / 1e6,
        again.wall.as_secs_f64(),
        100.0 * again.wall.as_secs_f64() / first.wall.as_secs_f64(),
        change.wall.as_secs_f64(),
        served.as_secs_f64() * 1e3,
    );
}

/// Edits rows as another program does: how long an edit takes to commit, how long after it is served (median and most), and
/// what the slowest request took meanwhile; milliseconds, as cells of the table.
fn edit(store: &str, root: &str, ready: &str) -> String {
    let layer = COLLECTION.replace('-', "_");
    let mut commit: Box<dyn FnMut(u32)> = if store.starts_with("postgres://") {
        let mut client = ::postgres::Client::connect(store, ::postgres::NoTls).unwrap();
        Box::new(move |i| {
            let one = format!(
                "UPDATE mapa.{layer} SET name = 'edit {i}' WHERE fid = (SELECT min(fid) + {i} FROM mapa.{layer})"
            );
            assert_eq!(client.execute(&one, &[]).unwrap(), 1);
        })
    } else {
        let connection = rusqlite::Connection::open(store).unwrap();
        Box::new(move |i| {
            let one = format!("UPDATE {layer} SET name = 'edit {i}' WHERE fid = (SELECT min(fid) + {i} FROM {layer})");
            assert_eq!(connection.execute(&one, []).unwrap(), 1);
        })
    };
    let done = AtomicBool::new(false);
    let (mut commits, mut waits) = (Vec::new(), Vec::new());
    let slowest = thread::scope(|scope| {
        let asking = scope.spawn(|| {
            let paths = [
                format!("{root}/collections/{COLLECTION}/items?limit=10"),
                format!("{root}/nearest?lon=33.39&lat=47.91&limit=10&collections={COLLECTION}"),
            ];
            let mut slowest = Duration::ZERO;
            for path in paths.iter().cycle() {
                let asked = Instant::now();
                ureq::get(path).call().unwrap().into_body().read_to_string().unwrap();
                slowest = slowest.max(asked.elapsed());
                if done.load(Ordering::Relaxed) {
                    return slowest;
                }
                thread::sleep(Duration::from_millis(1));
            }
            slowest
        });
        for i in 0..EDITS {
            let before = revision(ready);
            let begun = Instant::now();
            commit(i);
            let committed = Instant::now();
            while revision(ready) == before {
                assert!(committed.elapsed() < Duration::from_mins(1), "the edit is not served");
            }
            waits.push(committed.elapsed().as_secs_f64() * 1e3);
            commits.push((committed - begun).as_secs_f64() * 1e3);
            // So that the next is not served with it, and does not come in step with who looks.
            thread::sleep(Duration::from_millis(u64::from(37 + i * 11 % 23)));
        }
        done.store(true, Ordering::Relaxed);
        asking.join().unwrap()
    });
    commits.sort_by(f64::total_cmp);
    waits.sort_by(f64::total_cmp);
    let [commit, median] = [&commits, &waits].map(|all| all[all.len() / 2]);
    format!("{commit:.1} | {median:.1} | {:.1} | {:.1}", waits[waits.len() - 1], slowest.as_secs_f64() * 1e3)
}

fn revision(ready: &str) -> u64 {
    let answer = ureq::get(ready).call().unwrap().into_body().read_to_string().unwrap();
    serde_json::from_str::<serde_json::Value>(&answer).unwrap()["revision"].as_u64().unwrap()
}

/// The recipe of the collection, and its source with one digit of its last row another.
fn changed(scale: u32) -> (String, String) {
    let recipe = city::demo(scale).join(format!("{COLLECTION}.toml"));
    let table: toml::Table = fs::read_to_string(&recipe).unwrap().parse().unwrap();
    let name = table["source"]["file"].as_str().unwrap().to_owned();
    let mut bytes = fs::read(city::demo(scale).join(&name)).unwrap();
    let digit = bytes.iter().rposition(|byte| (b'1'..=b'8').contains(byte)).unwrap();
    bytes[digit] += 1;
    let folder = city::folder(scale).join("changed");
    fs::create_dir_all(&folder).unwrap();
    let source = folder.join(Path::new(&name).file_name().unwrap());
    fs::write(&source, bytes).unwrap();
    (recipe.to_str().unwrap().to_owned(), source.to_str().unwrap().to_owned())
}
