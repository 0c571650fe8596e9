//! Serving from PostgreSQL: nodes that give the same bytes, follow every commit and go on without the database.

mod city;
mod postgres;

use std::{
    path::PathBuf,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use city::{City, Server, text};
use postgres::Cluster;

/// The recipe of so many trees, each with this name.
fn trees(city: &City, count: u32, name: &str) -> PathBuf {
    city.trees((0..count).map(|i| (format!("t{i}"), name, 33.4 + f64::from(i) * 1e-4, 47.9)))
}

fn matched(server: &Server) -> u64 {
    server.json("/collections/trees/items?limit=1")["numberMatched"].as_u64().unwrap_or(0)
}

fn within(limit: Duration, what: &str, mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < limit, "{what}: not within {limit:?}");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn two_nodes_on_one_database_give_the_same_bytes_and_follow_within_a_second() {
    let Some(cluster) = Cluster::shared() else { return };
    let city = City::over(cluster.database());
    city.import(&trees(&city, 100, "Дуб"), None);
    // Behind one proxy they are known by one address.
    let nodes = [(); 2].map(|()| city.serve(&["--public-url", "https://map.example"]));
    for round in 1..=3 {
        for path in [
            "/catalog",
            "/collections/trees/items?limit=50",
            "/tiles/trees/10/607/356.mvt",
            "/tiles/city/10/607/356.mvt",
        ] {
            let [one, other] = [&nodes[0], &nodes[1]].map(|node| node.get(path));
            assert_eq!(one.status, 200, "{path}");
            assert_eq!(one.header("etag"), other.header("etag"), "{path}");
            assert!(one.body == other.body, "{path}: other bytes");
        }
        city.import(&trees(&city, 100 + round, "Дуб"), None);
        for node in &nodes {
            within(Duration::from_secs(1), "a commit is followed", || matched(node) == u64::from(100 + round));
        }
    }
    assert_eq!(nodes.each_ref().map(Server::log).iter().filter(|log| log.contains("ERROR")).count(), 0);
}

#[test]
fn a_database_that_stops_fails_no_read_and_nodes_catch_up_when_it_is_back() {
    let Some(mut cluster) = Cluster::start() else { return };
    let city = City::over(cluster.database());
    city.import(&trees(&city, 10, "Дуб"), None);
    let nodes = [city.serve(&[]), city.serve(&[])];
    let (stop, asked) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for node in &nodes {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    assert!(matched(node) >= 10);
                    assert_eq!(node.get("/tiles/trees/10/607/356.mvt").status, 200);
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        cluster.stop();
        let before = asked.load(Ordering::Relaxed);
        thread::sleep(Duration::from_millis(1500));
        assert!(asked.load(Ordering::Relaxed) > before, "nobody reads while the database is down");
        // Who starts now is told why it cannot be.
        for args in [&["serve"][..], &["import", "trees.toml"]] {
            let output = city.mapa(args);
            let said = text(&output.stderr);
            assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{said}");
            assert!(said.contains("cannot connect") && said.contains("refused"), "{said}");
        }
        cluster.go_on();
        city.import(&trees(&city, 20, "Дуб"), None);
        for node in &nodes {
            within(Duration::from_secs(5), "a node catches up", || matched(node) == 20);
        }
        stop.store(true, Ordering::Relaxed);
    });
    for node in &nodes {
        // It is told after the new snapshot stands.
        within(Duration::from_secs(5), "it is told", || node.log().contains("the store can be read again"));
        let log = node.log();
        assert_eq!(log.matches("the store cannot be read").count(), 1, "{log}");
        assert_eq!(log.matches("the store can be read again").count(), 1, "{log}");
    }
}

#[test]
fn a_password_is_in_no_log_and_no_error() {
    let Some(cluster) = Cluster::shared() else { return };
    // Trust authentication takes any password.
    let url = cluster.database().replace("mapa@", "mapa:s3cret@");
    let city = City::over(url.clone());
    let recipe = trees(&city, 3, "Дуб");
    let mut said = String::new();
    for args in [
        &["serve"][..],
        &["import", "--json", recipe.to_str().unwrap()],
        &["import", "none.toml"],
        &["history", "none"],
        &["--help"],
        &["serve", "--listen", "nowhere"],
    ] {
        let output = city.mapa(args);
        said += &(text(&output.stdout) + &text(&output.stderr));
    }
    let wrong = City::over(url.replace("/city", "/none"));
    said += &text(&wrong.mapa(&["serve"]).stderr);
    assert!(said.contains("mapa@127.0.0.1"), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
}

#[test]
fn what_an_import_changes_is_told_and_its_history_shown() {
    let cluster = Cluster::shared();
    let cities = [Some(City::new()), cluster.as_ref().map(|cluster| City::over(cluster.database()))];
    for city in cities.iter().flatten() {
        city.import(&trees(city, 3, "Дуб"), None);
        let recipe = trees(city, 2, "Дуб").into_os_string().into_string().unwrap();
        let source =
            city.write("other.csv", "id,name,lon,lat\nt0,Дуб,33.4,47.9\nt1,Клен,33.4001,47.9\nt7,Липа,33.5,47.9\n");
        let source = source.to_str().unwrap();
        for dry_run in [&["--dry-run"][..], &[]] {
            let args = [&["import", "--diff", &recipe, "--source", source], dry_run].concat();
            let said = text(&city.mapa(&args).stdout);
            for wanted in ["trees + t7", "trees ~ t1", "    name: \"Дуб\" → \"Клен\"", "trees - t2"] {
                assert!(said.contains(wanted), "no `{wanted}` in:\n{said}");
            }
            assert!(!said.contains("t0"), "{said}");
        }
        let report = city.import(recipe.as_ref(), Some(source.as_ref()));
        assert_eq!(report["change"]["unchanged"], 3);
        assert_eq!(report["runs"][0]["revision"], serde_json::Value::Null);

        let runs = text(&city.mapa(&["history", "trees"]).stdout);
        let counted: Vec<Vec<&str>> =
            runs.lines().skip(1).map(|line| line.split_whitespace().skip(2).take(5).collect()).collect();
        assert_eq!(counted, [["1", "3", "0", "0", "0"], ["2", "1", "1", "1", "1"], ["same", "0", "0", "0", "3"]]);
        let states = text(&city.mapa(&["history", "trees", "t1"]).stdout);
        let states: Vec<&str> = states.lines().collect();
        let [was, its_row, stands, other_row] = states[..] else { panic!("{states:?}") };
        assert!(was.starts_with("revision 1, changed by 2:") && was.contains("Дуб"), "{was}");
        assert!(its_row.trim_start().starts_with("row 3:") && its_row.contains("Дуб"), "{its_row}");
        assert!(stands.starts_with("revision 2, stands:") && stands.contains("Клен"), "{stands}");
        assert!(other_row.trim_start().starts_with("row 3:") && other_row.contains("Клен"), "{other_row}");
        assert!(text(&city.mapa(&["history", "trees", "t2"]).stdout).starts_with("revision 1, removed by 2:"));
        let json: serde_json::Value =
            serde_json::from_slice(&city.mapa(&["history", "trees", "t1", "--json"]).stdout).unwrap();
        assert_eq!(json[0]["feature"]["properties"]["name"], "Дуб");
        assert_eq!(city.mapa(&["history", "trees", "t99"]).status.code(), Some(1));
    }
}
