//! The demonstration city at a scale, imported once and kept in `var/bench`.
#![allow(dead_code, reason = "each benchmark uses its own part of it")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use mapa::{files, http::City, serve, settings::Settings, store::Store};

/// The built binary.
pub const MAPA: &str = env!("CARGO_BIN_EXE_mapa");

/// The scales that are measured: `MAPA_BENCH_SCALES`, or 1, 10 and 100 times 18 thousand objects.
pub fn scales() -> Vec<u32> {
    let scales = std::env::var("MAPA_BENCH_SCALES").unwrap_or_else(|_| "1,10,100".into());
    scales.split(',').map(|scale| scale.trim().parse().expect("MAPA_BENCH_SCALES is a list of numbers")).collect()
}

pub fn folder(scale: u32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("var/bench/scale-{scale}"))
}

/// What a process took.
#[derive(Debug, Clone, Copy)]
pub struct Took {
    pub wall: Duration,
    /// The most memory it held, bytes.
    pub peak: u64,
}

/// Runs the binary to its end.
pub fn run(args: &[&str]) -> Took {
    let begun = Instant::now();
    let mut child = Command::new(MAPA).args(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut peak = 0;
    loop {
        peak = peak.max(memory(child.id(), "VmHWM"));
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "mapa {args:?}");
            return Took { wall: begun.elapsed(), peak };
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A line of `/proc/PID/status`, in bytes; 0 once the process is gone.
pub fn memory(pid: u32, line: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let found = status.lines().find_map(|text| text.strip_prefix(line)?.strip_prefix(':'));
    found.and_then(|text| text.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) * 1024
}

/// The sources of the city at a scale.
pub fn demo(scale: u32) -> PathBuf {
    let out = folder(scale).join("demo");
    if !out.join("manifest.json").exists() {
        run(&["demo", "--scale", &scale.to_string(), "--out", out.to_str().unwrap()]);
    }
    out
}

/// The recipes of the city at a scale.
pub fn recipes(scale: u32) -> Vec<String> {
    let mut recipes: Vec<String> = fs::read_dir(demo(scale))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .map(|path| path.to_str().unwrap().to_owned())
        .collect();
    recipes.sort();
    recipes
}

/// Imports the city at a scale into an empty store.
pub fn import(scale: u32) -> (PathBuf, Took) {
    let store = folder(scale).join("city.gpkg");
    for end in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{end}", store.display()));
    }
    let recipes = recipes(scale);
    let mut args = vec!["import", "--store", store.to_str().unwrap()];
    args.extend(recipes.iter().map(String::as_str));
    let took = run(&args);
    (store, took)
}

/// The store of the city at a scale, imported where it is not there.
pub fn store(scale: u32) -> PathBuf {
    let store = folder(scale).join("city.gpkg");
    if store.exists() { store } else { import(scale).0 }
}

/// The city at a scale in this process.
pub fn open(scale: u32) -> City {
    let catalog = files::catalog(None).unwrap();
    let mut store = Store::open(&store(scale)).unwrap();
    serve::city(&mut store, &catalog, &Settings::default()).unwrap()
}

/// The questions of the tests, and their beginnings as they are typed.
pub fn questions() -> impl Iterator<Item = &'static str> {
    let rows = include_str!("../../tests/search/queries.tsv").lines().filter(|line| !line.starts_with('#'));
    let whole = rows.filter_map(|row| row.split('\t').next());
    whole.flat_map(|typed| typed.char_indices().skip(1).map(|(at, _)| &typed[..at]).chain([typed]))
}
