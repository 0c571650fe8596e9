//! A base map of a file: PMTiles and MBTiles archives are served as they lie, and what cannot be served is told at the start.

mod city;
mod town;

use std::{fs, io::Read as _, path::PathBuf};

use city::{City, Server, text};
use flate2::read::GzDecoder;
use serde_json::Value;

use town::town;

/// An archive of the trees, asked for from zoom 6 and drawn from 8 to 10.
fn archive(city: &City, ending: &str) -> PathBuf {
    let path = city.path(&format!("base.{ending}"));
    let output = city.mapa(&["export", "trees", "--to", path.to_str().unwrap(), "--min-zoom", "6", "--max-zoom", "10"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    path
}

fn over(city: &City, path: &std::path::Path) -> Server {
    city.serve(&["--base-map", path.to_str().unwrap()])
}

#[test]
fn an_archive_is_a_tileset_with_what_it_says_of_itself() {
    let city = town();
    let own = city.serve(&[]);
    let trees = own.json("/tiles/trees.json");
    for ending in ["pmtiles", "mbtiles"] {
        let server = over(&city, &archive(&city, ending));
        let base = server.json("/tiles/base-map.json");
        for key in ["name", "description", "bounds", "attribution"] {
            assert_eq!(base[key], trees[key], "{ending}: {key}");
        }
        assert_eq!(base["center"].as_array().unwrap()[..2], trees["center"].as_array().unwrap()[..2]);
        // The archive begins where there is a first tile.
        assert_eq!(trees["vector_layers"][0]["minzoom"], 8);
        assert_eq!((&base["minzoom"], &base["maxzoom"]), (&8.into(), &10.into()));
        assert_eq!(base["vector_layers"][0]["id"], "trees");
        assert_eq!(base["tiles"][0], format!("{}/tiles/base-map/{{z}}/{{x}}/{{y}}.mvt", server.root));
        // What the tiles say is what they would say without the detour.
        let mut shown = 0;
        for (x, y) in (600..612).flat_map(|x| (352..364).map(move |y| (x, y))) {
            let [base, trees] = ["base-map", "trees"].map(|name| server.get(&format!("/tiles/{name}/10/{x}/{y}.mvt")));
            assert_eq!((base.status, &base.body), (trees.status, &trees.body), "{ending} {x}/{y}");
            shown += usize::from(base.status == 200);
        }
        assert!(shown > 0);
        // Its layers are nobody's scheme: the style stays as it is, and the log says so.
        assert!(server.log().contains("no style draws its layers"), "{}", server.log());
        let sources = |of: &Server| of.json("/styles/light.json")["sources"].as_object().unwrap().len();
        assert_eq!(sources(&server), sources(&own));
    }
}

#[test]
fn packed_tiles_are_handed_on_as_they_lie_with_a_strong_tag() {
    let city = town();
    for ending in ["pmtiles", "mbtiles"] {
        let server = over(&city, &archive(&city, ending));
        let path = "/tiles/base-map/9/303/178.mvt";
        let plain = server.get(path);
        assert_eq!((plain.status, plain.header("content-encoding")), (200, ""));
        let packed = server.get_with(path, &[("accept-encoding", "gzip, br")]);
        assert_eq!(packed.header("content-encoding"), "gzip");
        // The client of this test unpacks nothing, so these are the bytes of the archive.
        let file = fs::read(city.path(&format!("base.{ending}"))).unwrap();
        if ending == "pmtiles" {
            assert!(file.windows(packed.body.len()).any(|bytes| bytes == packed.body));
        }
        let mut unpacked = Vec::new();
        GzDecoder::new(&packed.body[..]).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, plain.body);
        for answer in [&plain, &packed] {
            assert!(answer.header("etag").starts_with('"') && answer.header("vary").contains("accept-encoding"));
            let again = server.get_with(path, &[("if-none-match", answer.header("etag"))]);
            assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, answer.header("etag")));
        }
        assert_ne!(plain.header("etag"), packed.header("etag"));
        for (path, status) in [
            ("/tiles/base-map/9/303/178.pbf", 200),
            ("/tiles/base-map/9/303/178", 200),
            ("/tiles/base-map/9/303/178.png", 404),
            ("/tiles/base-map/9/0/0.mvt", 204),
            ("/tiles/base-map/11/0/0.mvt", 204),
            ("/tiles/base-map/9/512/0.mvt", 404),
            ("/tiles/base-map/9/x/0.mvt", 400),
            ("/tiles/base-map/9/303/178.mvt?collections=trees", 400),
            ("/tiles/base-map.json?f=mvt", 400),
        ] {
            assert_eq!(server.get(path).status, status, "{ending} {path}");
        }
    }
}

#[test]
fn pictures_of_an_archive_lie_under_the_objects() {
    let city = town();
    let path = city.path("aerial.mbtiles");
    let base = rusqlite::Connection::open(&path).unwrap();
    base.execute_batch(
        "CREATE TABLE metadata (name TEXT, value TEXT);
         INSERT INTO metadata VALUES ('name', 'Знімок'), ('format', 'png'), ('bounds', '33,47.5,34,48');
         CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB);
         INSERT INTO tiles VALUES (1, 1, 1, x'89504e470d0a1a0a');",
    )
    .unwrap();
    drop(base);
    let refused = city.mapa(&["serve", "--base-map", path.to_str().unwrap()]);
    assert!(text(&refused.stderr).contains("needs an attribution"), "{}", text(&refused.stderr));
    let server = city.serve(&["--base-map", path.to_str().unwrap(), "--base-map-attribution", "© Зйомка & місто"]);
    let tilejson = server.json("/tiles/base-map.json");
    assert_eq!(tilejson["attribution"], "© Зйомка &amp; місто");
    assert!(tilejson["tiles"][0].as_str().unwrap().ends_with("{y}.png") && tilejson["vector_layers"].is_null());
    let picture = server.get("/tiles/base-map/1/1/0.png");
    assert_eq!((picture.header("content-type"), &picture.body[..]), ("image/png", &b"\x89PNG\r\n\x1a\n"[..]));
    let style = server.json("/styles/light.json");
    assert_eq!(style["sources"]["base-map"]["url"], format!("{}/tiles/base-map.json", server.root));
    let layers = style["layers"].as_array().unwrap();
    let at = |wanted: &dyn Fn(&Value) -> bool| layers.iter().position(wanted);
    assert!(at(&|layer| layer["source"] == "base-map") < at(&|layer| layer["source"] == "city"));
    assert_eq!(at(&|layer| layer["source"] == "base"), None, "our own streets are not drawn over pictures");
}

/// GDAL writes an archive with layers as OpenMapTiles has them, of real shapes: our reader is held to another's writer.
#[test]
fn an_archive_that_gdal_wrote_is_drawn_in_our_colours() {
    let city = town();
    let feature = |class: &str, lat: f64| {
        format!(
            r#"{{"type":"Feature","properties":{{"class":"{class}"}},"geometry":{{"type":"LineString","coordinates":[[33.30,{lat}],[33.45,{lat}]]}}}}"#
        )
    };
    let layer = |name: &str, features: &[String]| {
        let text = format!(r#"{{"type":"FeatureCollection","name":"{name}","features":[{}]}}"#, features.join(","));
        city.write(&format!("{name}.geojson"), text)
    };
    let roads = layer("transportation", &[feature("primary", 47.90), feature("minor", 47.91), feature("minor", 47.92)]);
    let water = layer("water", &[feature("river", 47.93)]);
    let path = city.path("omt.mbtiles");
    let layers = [roads, water].map(|path| {
        let name = path.file_stem().unwrap().to_str().unwrap();
        format!("<OGRVRTLayer name='{name}'><SrcDataSource>{}</SrcDataSource></OGRVRTLayer>", path.display())
    });
    let both = city.write("both.vrt", format!("<OGRVRTDataSource>{}</OGRVRTDataSource>", layers.concat()));
    let output = std::process::Command::new("ogr2ogr")
        .args([
            "-f",
            "MBTiles",
            path.to_str().unwrap(),
            both.to_str().unwrap(),
            "-dsco",
            "MINZOOM=5",
            "-dsco",
            "MAXZOOM=12",
        ])
        .output()
        .expect("`make test` installs GDAL");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let server = city.serve(&[
        "--base-map",
        path.to_str().unwrap(),
        "--base-map-attribution",
        "© OpenMapTiles © OpenStreetMap contributors",
    ]);
    let tilejson = server.json("/tiles/base-map.json");
    assert_eq!((&tilejson["minzoom"], &tilejson["maxzoom"]), (&5.into(), &12.into()));
    let tile = server.get("/tiles/base-map/8/151/89.mvt");
    let reader = mvt_reader::Reader::new(tile.body).unwrap();
    assert_eq!(reader.get_layer_names().unwrap(), ["transportation", "water"]);
    assert_eq!(reader.get_features(0).unwrap().len(), 3);
    let style = server.json("/styles/dark.json");
    assert_eq!(style["metadata"]["mapa:base-map"], "tiles");
    let streets: Vec<&Value> =
        style["layers"].as_array().unwrap().iter().filter(|layer| layer["source-layer"] == "transportation").collect();
    assert!(streets.len() >= 6 && streets.iter().all(|layer| layer["source"] == "base-map"));
    assert_eq!(server.log(), "");
}

#[test]
fn a_file_that_is_no_archive_is_told_in_one_sentence() {
    let city = town();
    city.write("broken.pmtiles", b"PMTiles\x03 and nothing more");
    city.write("zip.pmtiles", b"PK\x03\x04 something else altogether".repeat(10));
    city.write("broken.mbtiles", b"SQLite format 3\0 and then nothing that makes sense to anybody".repeat(40));
    for (name, wanted) in [
        ("none.pmtiles", "No such file"),
        ("broken.pmtiles", "no sound PMTiles file"),
        ("zip.pmtiles", "no PMTiles file of version 3"),
        ("broken.mbtiles", "no sound MBTiles file"),
    ] {
        let output = city.mapa(&["serve", "--listen", "127.0.0.1:0", "--base-map", name]);
        let said = text(&output.stderr);
        assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{said}");
        assert!(said.contains(name) && said.contains(wanted), "{said:?} has no {wanted:?}");
    }
}
