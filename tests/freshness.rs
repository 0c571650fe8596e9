//! A change of one object changes the tiles it touches, before and after, and no others; who listens is told which.

mod city;

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
            [fields.name]
            column = "name"
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

/// The tiles from a zoom on that hold one of these places.
fn holding(places: &[(f64, f64)], from_zoom: u8) -> BTreeSet<TileCoord> {
    let points = places.iter().map(|(lon, lat)| WorldPoint::of(LonLat::new(*lon, *lat).unwrap()));
    points.flat_map(|at| (from_zoom..=DEEPEST).map(move |z| TileCoord::at(at, z))).collect()
}

#[test]
fn one_change_touches_its_tiles_and_no_others() {
    let city = City::new();
    let mut trees = lattice();
    city.import(&recipe(&city, &trees), None);
    let server = city.serve(&[]);
    let changes = listen(&server);
    assert_eq!(changes.recv().unwrap()["revision"], 1, "who begins to listen is told where things stand");
    let before = ["trees", "city", "base"].map(|tileset| tags(&server, tileset));
    assert!(before.iter().take(2).all(|tags| tags.values().filter(|tag| !tag.is_empty()).count() > 100));

    // One tree is moved across the city, another renamed.
    let (from, to) = ((trees[25].1, trees[25].2), (33.4801, 47.9603));
    (trees[25].1, trees[25].2) = to;
    trees[310].0 = "ясен".into();
    city.import(&recipe(&city, &trees), None);

    let change = changes.recv().unwrap();
    assert_eq!((&change["revision"], &change["collections"]), (&2.into(), &serde_json::json!(["trees"])));
    let after = ["trees", "city", "base"].map(|tileset| tags(&server, tileset));
    let changed = |at: usize| -> BTreeSet<TileCoord> {
        before[at].iter().filter(|(coord, tag)| after[at][*coord] != **tag).map(|(coord, _)| *coord).collect()
    };
    let renamed = (trees[310].1, trees[310].2);
    assert_eq!(changed(0), holding(&[from, to, renamed], MIN_ZOOM));
    // Where a cluster stands for the trees their names are not seen, nor a move within its cell; from zoom 10 on a cell
    // is smaller than the move.
    let changed_clusters = changed(1);
    assert!(changed_clusters.is_subset(&holding(&[from, to, renamed], 0)), "{changed_clusters:?}");
    assert!(changed_clusters.is_superset(&holding(&[from, to], 10)), "{changed_clusters:?}");
    assert_eq!(before[2], after[2]);

    // Who listens is told of all of them, and of few others: neighbours within reach, and zooms where they are not drawn.
    let told: BTreeSet<String> =
        change["tiles"]["city"].as_array().unwrap().iter().map(|tile| tile.as_str().unwrap().into()).collect();
    assert!(changed(0).union(&changed_clusters).all(|coord| told.contains(&coord.to_string())));
    assert!(told.len() < 3 * 17 * 2, "{told:?}");
    assert_eq!(change["tiles"]["base"], serde_json::json!([]));

    // A node that never saw the first revision gives the same bytes.
    let other = city.serve(&[]);
    assert_eq!([tags(&other, "trees"), tags(&other, "city")], after[..2]);
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
