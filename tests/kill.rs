//! An import that does not come to its end, by `kill -9` at random instants or by a source that breaks off: the store is exactly
//! what it was or exactly what it was to become.

mod city;
mod postgres;

use std::{
    path::PathBuf,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use city::{City, text};
use mapa::{
    model::Revision,
    store::{Address, Store},
};
use postgres::Cluster;

const TREES: u32 = 4000;

/// How many instants: `MAPA_KILLS`, or 20.
fn kills() -> u32 {
    std::env::var("MAPA_KILLS").map_or(20, |kills| kills.parse().expect("MAPA_KILLS is a number"))
}

/// Writes the trees of a round, of which a third is another one in each; the path of the recipe.
fn planted(city: &City, round: u32) -> PathBuf {
    city.trees((0..TREES).map(|i| {
        let id = if i % 3 == 0 { i * 1000 + round } else { i };
        let name = format!("Дерево {}", if i % 3 == 1 { round } else { 0 });
        (format!("t{id}"), name, 33.4 + f64::from(i) * 1e-5, 47.9)
    }))
}

/// Revision and what stands, as text.
fn state(at: &Address) -> (Revision, Vec<String>) {
    let (revision, mut stored) = Store::open(at).unwrap().load(Revision(0)).unwrap();
    assert_eq!(stored.len(), 1);
    let stored = stored.remove(0);
    assert!(stored.faults.is_empty());
    (revision, stored.features.iter().map(|feature| format!("{feature:?}")).collect())
}

fn killed_imports_leave_the_old_or_the_new(city: &City, at: &Address) {
    let recipe = planted(city, 0);
    let whole = Instant::now();
    city.import(&recipe, None);
    let mut whole = whole.elapsed();
    let mut standing = state(at);
    let (mut old, mut new) = (0, 0);
    for round in 1..=kills() {
        planted(city, round);
        let mut importing =
            city.command().arg("import").arg(&recipe).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // The golden ratio spreads the instants evenly over the import, whatever their number, and a little beyond its end.
        let share = (f64::from(round) * 0.618_033_988_749_895).fract() * 1.1;
        thread::sleep(whole.mul_f64(share));
        importing.kill().unwrap();
        importing.wait().unwrap();

        let after = state(at);
        if after.0 == standing.0 {
            assert!(after == standing, "round {round}: the old revision with other features");
            old += 1;
        } else {
            new += 1;
        }
        // The source whole: what is there afterwards is what the new revision must be, and nothing was in the way.
        let begun = Instant::now();
        city.import(&recipe, None);
        whole = begun.elapsed().max(Duration::from_millis(20));
        let whole = state(at);
        assert_eq!(whole.0, standing.0.next(), "round {round}");
        if after.0 != standing.0 {
            assert!(after == whole, "round {round}: the new revision with other features");
        }
        standing = whole;
    }
    println!("{old} old, {new} new");
    assert!(old > 0, "no import was killed before its end");
}

fn a_source_that_breaks_off_leaves_the_old(city: &City, at: &Address) {
    let recipe = planted(city, 0);
    city.import(&recipe, None);
    let standing = state(at);
    let row = |i: u32| format!(r#"{{"id":"t{i}","name":"Інше","lon":33.4,"lat":47.9}}"#);
    let whole = format!("[{}]", (0..TREES).map(row).collect::<Vec<_>>().join(","));
    // Before any row was written, while they are, and where nothing lacks but the end.
    for share in [100, 2, 1] {
        let source = city.write("cut.json", &whole[..whole.floor_char_boundary(whole.len() / share - 1)]);
        let output = city.mapa(&["import", recipe.to_str().unwrap(), "--source", source.to_str().unwrap()]);
        let told = text(&output.stderr);
        assert!(output.status.code() == Some(1) && told.contains("cut.json"), "{told}");
        assert_eq!(state(at), standing);
    }
    let source = city.write("whole.json", whole);
    city.import(&recipe, Some(&source));
    assert_eq!(state(at).0, standing.0.next());
}

#[test]
fn a_source_that_breaks_off_leaves_a_geopackage_as_it_was() {
    let city = City::new();
    a_source_that_breaks_off_leaves_the_old(&city, &Address::from(&city.store()));
}

#[test]
fn a_source_that_breaks_off_leaves_a_database_as_it_was() {
    let Some(cluster) = Cluster::shared() else { return };
    let url = cluster.database();
    a_source_that_breaks_off_leaves_the_old(&City::over(url.clone()), &url.into());
}

#[test]
fn a_killed_import_leaves_a_geopackage_old_or_new() {
    let city = City::new();
    killed_imports_leave_the_old_or_the_new(&city, &Address::from(&city.store()));
}

#[test]
fn a_killed_import_leaves_a_database_old_or_new() {
    let Some(cluster) = Cluster::shared() else { return };
    let url = cluster.database();
    killed_imports_leave_the_old_or_the_new(&City::over(url.clone()), &url.into());
}
