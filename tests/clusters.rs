//! Over HTTP: what a tile counts is what `/clusters` tells, page by page, until a change says otherwise.

mod city;

use std::{collections::BTreeMap, fs, path::PathBuf};

use city::{City, Server, text};
use mapa::{
    space::{BBox, LonLat, TileCoord, WorldPoint, cell},
    tile::cluster::ClusterId,
};
use mvt_reader::feature::Value as Tag;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

const BOX: BBox = BBox { west: 33.30, south: 47.85, east: 33.50, north: 47.99 };

/// Trees in rows, and three more at one place; each with its place.
fn trees() -> Vec<(f64, f64)> {
    let row = |i: u32| (33.305 + f64::from(i % 20) * 0.0097, 47.853 + f64::from(i / 20) * 0.0067);
    (0..200).map(row).chain([(33.45, 47.98); 3]).collect()
}

fn recipe(city: &City, trees: &[(f64, f64)]) -> PathBuf {
    let name = |i| format!("дуб {i}");
    let path = city.trees(trees.iter().enumerate().map(|(i, (lon, lat))| (name(i), name(i), *lon, *lat)));
    let recipe = fs::read_to_string(path).unwrap();
    city.write("trees.toml", recipe + "min_zoom = 12\n")
}

type Told = std::collections::HashMap<String, Tag>;

/// What the tiles of a zoom show of the objects.
fn shown(server: &Server, z: u8) -> Vec<Told> {
    let mut shown = Vec::new();
    for coord in TileCoord::covering(&BOX, z) {
        let answer = server.get(&format!("/tiles/city/{coord}.mvt"));
        if answer.status == 204 {
            continue;
        }
        let reader = mvt_reader::Reader::new(answer.body).unwrap();
        for feature in reader.get_features(0).unwrap() {
            let properties = feature.properties.unwrap();
            if let Some(id) = properties.get("cluster_id") {
                assert_eq!(whole(id), feature.id.unwrap());
            }
            shown.push(properties);
        }
    }
    shown
}

fn whole(tag: &Tag) -> u64 {
    match tag {
        Tag::SInt(i) => u64::try_from(*i).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// All leaves of a cluster, followed over its pages; and what its first page says.
fn leaves(server: &Server, path: &str) -> (Vec<String>, Value) {
    let first = server.json(path);
    let (mut page, mut leaves) = (first.clone(), Vec::new());
    loop {
        let features = page["features"].as_array().unwrap();
        assert_eq!(page["numberReturned"], features.len());
        leaves.extend(features.iter().map(|feature| feature["id"].as_str().unwrap().to_owned()));
        let next = page["links"].as_array().unwrap().iter().find(|link| link["rel"] == "next");
        let Some(next) = next else { return (leaves, first) };
        page = server.json(next["href"].as_str().unwrap().strip_prefix(&server.root).unwrap());
    }
}

#[test]
fn the_leaves_of_all_clusters_and_the_single_objects_are_all_objects() {
    let city = City::new();
    city.import(&recipe(&city, &trees()), None);
    let server = city.serve(&[]);
    let all: Vec<String> = {
        let mut ids: Vec<String> = (0..trees().len()).map(|i| format!("дуб {i}")).collect();
        ids.sort();
        ids
    };
    for z in [0, 9, 11, 13, 15, 16] {
        let mut ids = Vec::new();
        for told in shown(&server, z) {
            let Some(id) = told.get("cluster_id") else {
                let Tag::String(id) = &told["id"] else { panic!("{told:?}") };
                ids.push(id.clone());
                continue;
            };
            let id = whole(id);
            let (leaves, page) = leaves(&server, &format!("/clusters/city/{id}?limit=7"));
            assert!(leaves.is_sorted());
            for (key, wanted) in [
                ("point_count", whole(&told["point_count"])),
                ("count_other", whole(&told["count_other"])),
                ("expansion_zoom", whole(&told["expansion_zoom"])),
                ("cluster_id", id),
                ("numberMatched", leaves.len() as u64),
            ] {
                assert_eq!(page[key], wanted, "{key}");
            }
            assert_eq!(leaves.len() as u64, whole(&told["point_count"]));
            assert_eq!(told["cluster"], Tag::Bool(true));
            let [west, south, east, north]: [f64; 4] = serde_json::from_value(page["bbox"].clone()).unwrap();
            let [lon, lat]: [f64; 2] = serde_json::from_value(page["center"].clone()).unwrap();
            assert!(west <= east && south <= north && BOX.contains(LonLat::new(west, south).unwrap()));
            let cell = ClusterId::of(id).unwrap().cell();
            let center = cell::key(WorldPoint::of(LonLat::new(lon, lat).unwrap()));
            assert!(cell.keys().contains(&center), "the mark stands in its cell");
            ids.extend(leaves);
        }
        ids.sort();
        assert_eq!(ids, all, "zoom {z}");
    }
    // Three at one place: never apart, but beyond the last zoom of clusters on their own.
    let together = |told: &&Told| told.get("point_count").is_some_and(|count| whole(count) == 3);
    let shown = shown(&server, 15);
    let [one] = shown.iter().filter(together).collect::<Vec<_>>()[..] else { panic!("{shown:?}") };
    assert_eq!(whole(&one["expansion_zoom"]), 16);

    // Another node shows the same ids.
    let other = city.serve(&[]);
    let path = "/tiles/city/11/1213/713.mvt";
    assert_eq!(server.get(path).body, other.get(path).body);
    let fields = &server.json("/tiles/city.json")["vector_layers"];
    let fields = fields.as_array().unwrap().iter().find(|layer| layer["id"] == "objects").unwrap()["fields"].clone();
    let kinds: BTreeMap<String, String> = serde_json::from_value(fields).unwrap();
    for (name, kind) in [("cluster", "Boolean"), ("point_count", "Number"), ("count_other", "Number")] {
        assert_eq!(kinds[name], kind, "{name}");
    }
}

#[test]
fn what_is_no_cluster_is_said_to_be_none() {
    let city = City::new();
    city.import(&recipe(&city, &trees()), None);
    let server = city.serve(&[]);
    let whole_world = shown(&server, 0);
    let id = whole(&whole_world[0]["cluster_id"]);
    assert_eq!(server.json(&format!("/clusters/city/{id}?collections=trees"))["point_count"], 203);
    // What narrows a tile narrows the cluster, on every page.
    let filter = utf8_percent_encode("id IN ('дуб 0', 'дуб 7', 'дуб 200')", NON_ALPHANUMERIC).to_string();
    let (narrowed, page) = leaves(&server, &format!("/clusters/city/{id}?filter={filter}&limit=1"));
    assert_eq!((narrowed, &page["point_count"]), (vec!["дуб 0".into(), "дуб 200".into(), "дуб 7".into()], &3.into()));
    for (path, status, named) in [
        ("/clusters/city/tree".to_owned(), 400, "clusterId"),
        ("/clusters/city/-1".to_owned(), 400, "clusterId"),
        // A number of no cell; one of a layer that is not there; one of a zoom without clusters.
        ("/clusters/city/2".to_owned(), 400, "clusterId"),
        (format!("/clusters/city/{}", id + (1 << 45)), 400, "clusterId"),
        (format!("/clusters/city/{}", 1_u64 << (2 * 19)), 400, "clusterId"),
        (format!("/clusters/trees/{id}"), 400, "clusterId"),
        (format!("/clusters/oaks/{id}"), 404, "oaks"),
        // A place where nothing is.
        ("/clusters/city/64".to_owned(), 404, "revision 1"),
        (format!("/clusters/city/{id}?collections=schools"), 404, "revision 1"),
        (format!("/clusters/city/{id}?collections=oaks"), 400, "oaks"),
        (format!("/clusters/city/{id}?filter=id%3D%27none%27"), 404, "revision 1"),
        (format!("/clusters/city/{id}?filter=id%3D"), 400, "filter"),
        (format!("/clusters/city/{id}?datetime=x"), 400, "datetime"),
        (format!("/clusters/city/{id}?limit=0"), 400, "limit"),
        (format!("/clusters/city/{id}?cursor=trees"), 400, "cursor"),
        (format!("/clusters/city/{id}?radius=3"), 400, "radius"),
    ] {
        let answer = server.get(&path);
        assert_eq!(answer.status, status, "{path}: {}", text(&answer.body));
        assert!(text(&answer.body).contains(named), "{path}: {}", text(&answer.body));
    }
    // All but one are gone: that one is no cluster.
    city.import(&recipe(&city, &trees()[..1]), None);
    city::until(|| server.get(&format!("/clusters/city/{id}")).status == 404);
    let [only] = &shown(&server, 0)[..] else { panic!("one object") };
    assert_eq!(only["id"], Tag::String("дуб 0".into()));
}
