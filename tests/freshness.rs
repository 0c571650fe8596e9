//! A change of one object changes the tiles it touches, before and after, and no others; who listens is told which.

mod city;
mod postgres;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    io::{BufRead, BufReader},
    path::PathBuf,
    sync::mpsc,
    thread,
};

use city::{City, Server};
use mapa::space::{BBox, LonLat, TileCoord, WorldPoint};
use postgres::Cluster;
use serde_json::Value;

/// The zoom from which the collection of these tests is drawn among all others.
const MIN_ZOOM: u8 = 8;
const DEEPEST: u8 = 14;
const BOX: BBox = BBox { west: 33.30, south: 47.85, east: 33.50, north: 47.99 };

/// Trees on a lattice over the box, each with its name and place.
fn lattice() -> Vec<(String, f64, f64)> {
    let place = |i: u32| (33.305 + f64::from(i % 20) * 0.0097, 47.853 + f64::from(i / 20) * 0.0067);
    (0..400).map(|i| (format!("дуб {i}"), place(i).0, place(i).1)).collect()
}

fn recipe(city: &City, trees: &[(String, f64, f64)]) -> PathBuf {
    let mut source = String::from("id,name,lon,lat\n");
    for (i, (name, lon, lat)) in trees.iter().enumerate() {
        let _ = writeln!(source, "{i},{name},{lon},{lat}");
    }
    city.write("trees.csv", source);
    city.write(
        "trees.toml",
        format!(
            r#"
            collection = "trees"
            [source]
            file = "trees.csv"
            [id]
            column = "id"
            [geometry]
            lon = "lon"
            lat = "lat"
            bounds = [33.0, 47.0, 34.0, 48.5]
            [fields.name]
            column = "name"
            pattern = ".{{3,20}}"
            [declare]
            title = {{ uk = "Дерева", en = "Trees" }}
            geometry = "point"
            min_zoom = {MIN_ZOOM}
            fields = [ {{ name = "name", type = "text", title = {{ uk = "Назва", en = "Name" }} }} ]
            "#
        ),
    )
}

/// The ETag of every tile of the pyramid over the box; of an empty one, none.
fn tags(server: &Server, tileset: &str) -> BTreeMap<TileCoord, String> {
    let coords = (0..=DEEPEST).flat_map(|z| TileCoord::covering(&BOX, z));
    coords
        .map(|coord| (coord, server.get(&format!("/tiles/{tileset}/{coord}.mvt")).header("etag").to_owned()))
        .collect()
}

/// The events of `/changes` from now on, as they come.
fn listen(server: &Server) -> mpsc::Receiver<Value> {
    let response = ureq::get(format!("{}/changes", server.root)).call().unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(response.into_body().into_reader()).lines() {
            let Ok(line) = line else { return };
            if let Some(data) = line.strip_prefix("data: ") {
                let _ = tell.send(serde_json::from_str(data).unwrap());
            }
        }
    });
    told
}

fn holding(lon: f64, lat: f64) -> impl Iterator<Item = TileCoord> {
    let at = WorldPoint::of(LonLat::new(lon, lat).unwrap());
    (MIN_ZOOM..=DEEPEST).map(move |z| TileCoord::at(at, z))
}

#[test]
fn one_change_touches_its_tiles_and_no_others() {
    let city = City::new();
    let mut trees = lattice();
    city.import(&recipe(&city, &trees), None);
    let server = city.serve(&[]);
    let changes = listen(&server);
    assert_eq!(changes.recv().unwrap()["revision"], 1, "who begins to listen is told where things stand");
    let before = ["city", "base"].map(|tileset| tags(&server, tileset));
    assert!(before[0].values().filter(|tag| !tag.is_empty()).count() > 100);

    // One tree is moved across the city, another renamed.
    let (from, to) = ((trees[25].1, trees[25].2), (33.4801, 47.9603));
    (trees[25].1, trees[25].2) = to;
    trees[310].0 = "ясен".into();
    city.import(&recipe(&city, &trees), None);

    let change = changes.recv().unwrap();
    assert_eq!((&change["revision"], &change["collections"]), (&2.into(), &serde_json::json!(["trees"])));
    let after = ["city", "base"].map(|tileset| tags(&server, tileset));
    let changed: BTreeSet<TileCoord> =
        before[0].iter().filter(|(coord, tag)| after[0][*coord] != **tag).map(|(coord, _)| *coord).collect();
    let renamed = (trees[310].1, trees[310].2);
    let wanted: BTreeSet<TileCoord> =
        [from, to, renamed].into_iter().flat_map(|(lon, lat)| holding(lon, lat)).collect();
    assert_eq!(changed, wanted);
    assert_eq!(before[1], after[1]);

    // Who listens is told of all of them, and of few others: neighbours within reach, and zooms where they are not drawn.
    let told: BTreeSet<String> =
        change["tiles"]["city"].as_array().unwrap().iter().map(|tile| tile.as_str().unwrap().into()).collect();
    assert!(changed.iter().all(|coord| told.contains(&coord.to_string())));
    assert!(told.len() < 3 * 17 * 2, "{told:?}");
    assert_eq!(change["tiles"]["base"], serde_json::json!([]));

    // A node that never saw the first revision gives the same bytes.
    assert_eq!(tags(&city.serve(&[]), "city"), after[0]);
}

/// What another program does to the store of a city; `{}` stands for the schema.
fn edit(city: &City, database: Option<(&Cluster, &str)>, statement: &str) {
    match database {
        Some((cluster, url)) => {
            _ = cluster.sql(url.rsplit('/').next().unwrap(), &statement.replace("{}", "mapa."));
        }
        None => {
            let other = rusqlite::Connection::open(city.store()).unwrap();
            other.execute_batch(&statement.replace("{}", "")).unwrap();
        }
    }
}

#[test]
fn a_node_that_followed_edits_and_imports_gives_the_bytes_of_one_that_loaded_all() {
    let cluster = Cluster::shared();
    let database = cluster.as_ref().map(|cluster| cluster.database());
    let over = [None, cluster.as_deref().zip(database.as_deref())];
    for database in over.into_iter().take(1 + usize::from(cluster.is_some())) {
        let city = database.map_or_else(City::new, |(_, url)| City::over(url.into()));
        let mut trees = lattice();
        city.import(&recipe(&city, &trees), None);
        let follower = city.serve(&["--public-url", "https://map.example"]);
        let changes = listen(&follower);
        changes.recv().unwrap();
        let before = tags(&follower, "city");

        // Renamed, moved onto another, gone, new, no feature any more, and none that the recipe takes.
        let edits = "BEGIN;
            UPDATE {}trees SET name = 'граб' WHERE id = '310';
            UPDATE {}trees SET geom = (SELECT geom FROM {}trees WHERE id = '399') WHERE id = '25';
            DELETE FROM {}trees WHERE id = '40';
            INSERT INTO {}trees (id, name, geom) SELECT 'новий', 'клен', geom FROM {}trees WHERE id = '100';
            UPDATE {}trees SET kind = 'вигадка' WHERE id = '220';
            UPDATE {}trees SET name = 'в' WHERE id = '5';
            COMMIT";
        edit(&city, database, edits);
        let edited = changes.recv().unwrap();
        let after = tags(&follower, "city");
        let changed: BTreeSet<TileCoord> =
            before.iter().filter(|(coord, tag)| after[*coord] != **tag).map(|(coord, _)| *coord).collect();
        let touched = [310, 25, 399, 40, 100, 220, 5].map(|i: usize| (trees[i].1, trees[i].2));
        let wanted: BTreeSet<TileCoord> = touched.iter().flat_map(|(lon, lat)| holding(*lon, *lat)).collect();
        assert_eq!(changed, wanted);
        let told = edited["tiles"]["city"].as_array().unwrap();
        assert!(changed.iter().all(|coord| told.contains(&coord.to_string().into())));
        assert_same(&city, &follower);
        let runs = city::text(&city.mapa(&["history", "trees"]).stdout);
        let run = runs.lines().find(|line| line.contains(" edit ")).expect(&runs).split_whitespace().next().unwrap();
        // The node that saw it keeps the rows that it does not serve; the one that began later has nothing to add.
        let refused = || city::text(&city.mapa(&["history", "trees", "--run", run]).stdout);
        city::until(|| refused().contains("refused 2 rows"));
        let refused = refused();
        for wanted in ["no-feature: the collection has no kind `вигадка` (`220`)", ", column `name`: bad-pattern: "]
        {
            assert_eq!(refused.matches(wanted).count(), 1, "{refused}");
        }

        trees[7].0 = "ясен".into();
        trees.pop();
        city.import(&recipe(&city, &trees), None);
        changes.recv().unwrap();
        assert_same(&city, &follower);
        assert_eq!(follower.json("/collections/trees/items?limit=1")["numberMatched"], 399);
    }
}

/// A node that begins now answers as the one that followed.
fn assert_same(city: &City, follower: &Server) {
    let fresh = city.serve(&["--public-url", "https://map.example"]);
    assert_eq!(tags(&fresh, "city"), tags(follower, "city"));
    for path in [
        "/catalog",
        "/collections",
        "/collections/trees/items?limit=500",
        "/collections/trees/items?limit=90&bbox=33.31,47.86,33.42,47.95",
        "/nearest?lon=33.4&lat=47.9&limit=100&collections=trees",
        "/tiles/trees.json",
        "/health/ready",
    ] {
        let [one, other] = [&fresh, follower].map(|node| node.get(path));
        assert_eq!((one.status, one.header("etag")), (200, other.header("etag")), "{path}");
        assert!(one.body == other.body, "{path}: other bytes");
    }
}

#[test]
fn who_comes_back_after_a_change_is_told_that_everything_changed() {
    let city = City::new();
    city.import(&recipe(&city, &lattice()), None);
    let server = city.serve(&[]);
    for (id, tiles) in [("1", serde_json::json!({})), ("0", Value::Null)] {
        let response = ureq::get(format!("{}/changes", server.root)).header("Last-Event-ID", id).call().unwrap();
        let lines = BufReader::new(response.into_body().into_reader()).lines();
        let data = lines.map_while(Result::ok).find_map(|line| line.strip_prefix("data: ").map(str::to_owned)).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&data).unwrap()["tiles"], tiles, "{id}");
    }
    // A change of the collection itself touches all of it.
    let changes = listen(&server);
    changes.recv().unwrap();
    let path = recipe(&city, &lattice());
    let text = std::fs::read_to_string(&path).unwrap().replace("Trees", "Oaks");
    std::fs::write(&path, text).unwrap();
    city.import(&path, None);
    let change = changes.recv().unwrap();
    assert_eq!((&change["tiles"]["city"], &change["tiles"]["base"]), (&Value::Null, &serde_json::json!([])));
}

#[test]
fn a_kept_tile_has_the_bytes_of_a_drawn_one_in_every_encoding() {
    use std::io::Read as _;
    let city = City::new();
    city.import(&recipe(&city, &lattice()), None);
    let server = city.serve(&[]);
    let middle = WorldPoint::of(LonLat::new(33.4, 47.92).unwrap());
    let path = &format!("/tiles/city/{}.mvt", TileCoord::at(middle, 10));
    let plain = server.get_with(path, &[("accept-encoding", "identity")]);
    assert_eq!(plain.header("vary"), "accept-encoding");
    let tag = plain.header("etag").trim_matches('"').to_owned();
    for _ in 0..2 {
        for encoding in ["gzip", "br"] {
            // The client of these tests takes gzip apart by itself.
            let mut response = std::process::Command::new("curl");
            response.args(["--silent", "--include", "--raw", "--header"]).arg(format!("accept-encoding: {encoding}"));
            let output = response.arg(format!("{}{path}", server.root)).output().unwrap().stdout;
            let split = output.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
            let (head, body) = (String::from_utf8_lossy(&output[..split]).to_lowercase(), &output[split + 4..]);
            assert!(head.contains(&format!("content-encoding: {encoding}")), "{head}");
            assert!(head.contains(&format!("etag: \"{tag}-{encoding}\"")), "{head}");
            let mut bytes = Vec::new();
            match encoding {
                "gzip" => flate2::read::GzDecoder::new(body).read_to_end(&mut bytes).unwrap(),
                _ => brotli::Decompressor::new(body, 4096).read_to_end(&mut bytes).unwrap(),
            };
            assert_eq!(bytes, plain.body);
            let has = server.get_with(path, &[("if-none-match", &format!("\"{tag}-{encoding}\""))]);
            assert_eq!((has.status, has.body.len()), (304, 0));
        }
    }
}
