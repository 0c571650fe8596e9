//! What is exported is what is served: archives hold the bytes of the tiles, files the features, and others read both.
//!
//! Judges: the `pmtiles` package of npm for PMTiles (GDAL reads these from 3.8 on), GDAL for everything else.

mod city;
mod town;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use city::{City, Server, text};
use mapa::space::{BBox, TileCoord};
use serde_json::Value;

use town::{STAFF, town};

const MAX_ZOOM: u8 = 14;

/// Exports and wants it done; the path of the file.
fn exported(city: &City, what: &str, name: &str, more: &[&str]) -> PathBuf {
    let path = city.path(name);
    let mut args = vec!["export", what, "--to", path.to_str().unwrap()];
    args.extend(more);
    let output = city.mapa(&args);
    assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
    path
}

/// The tiles that the server shows of a tileset, every place of the pyramid over its bounds asked for.
fn served(
    server: &Server,
    tileset: &str,
    format: &str,
    zooms: std::ops::RangeInclusive<u8>,
) -> BTreeMap<String, Vec<u8>> {
    let bounds = server.json(&format!("/tiles/{tileset}.json"))["bounds"].clone();
    let [west, south, east, north] = [0, 1, 2, 3].map(|i| bounds[i].as_f64().unwrap());
    let bbox = BBox { west: west - 0.02, south: south - 0.02, east: east + 0.02, north: north + 0.02 };
    let mut tiles = BTreeMap::new();
    for coord in zooms.flat_map(|zoom| TileCoord::covering(&bbox, zoom).collect::<Vec<_>>()) {
        let answer = server.get(&format!("/tiles/{tileset}/{coord}.{format}"));
        match answer.status {
            200 => drop(tiles.insert(coord.to_string(), answer.body)),
            status => assert_eq!(status, 204, "{coord}"),
        }
    }
    tiles
}

/// What the npm package reads: header and metadata, then each tile of these places that it finds.
fn pmtiles(path: &Path, coords: impl Iterator<Item = String>) -> (Value, BTreeMap<String, Vec<u8>>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let asked = path.with_extension("asked");
    fs::write(&asked, coords.collect::<Vec<_>>().join("\n")).unwrap();
    let output = Command::new("node")
        .arg(root.join("web/tests/read-pmtiles.mjs"))
        .args([path, &asked])
        .output()
        .unwrap_or_else(|error| panic!("node: {error}; `make test` needs it"));
    assert!(output.status.success(), "{}", text(&output.stderr));
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();
    let tiles = read["tiles"].as_object().unwrap().iter();
    let bytes = |hex: &Value| {
        let hex = hex.as_str().unwrap();
        (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect()
    };
    (read.clone(), tiles.map(|(coord, hex)| (coord.clone(), bytes(hex))).collect())
}

/// What GDAL gives as GeoJSON.
fn gdal(path: &Path, layer: &str, options: &[&str]) -> Value {
    let mut args = vec!["-f", "GeoJSON", "/vsistdout/", path.to_str().unwrap(), layer, "-t_srs", "EPSG:4326"];
    args.extend(options);
    let output = Command::new("ogr2ogr").args(&args).output().expect("`make test` installs GDAL");
    let complained = text(&output.stderr);
    assert!(output.status.success() && !complained.contains("ERROR"), "{args:?}: {complained}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// GDAL gives the id of a GeoJSON feature as it is, and a column of that name as a property.
fn id_of(feature: &Value) -> String {
    feature["id"].as_str().or(feature["properties"]["id"].as_str()).unwrap().to_owned()
}

fn ids(features: &Value) -> Vec<String> {
    let features = features["features"].as_array().unwrap().iter();
    features.map(id_of).collect()
}

#[test]
fn pmtiles_hold_the_tiles_that_are_served_and_no_others() {
    let city = town();
    let server = city.serve(&[]);
    let served = served(&server, "city", "mvt", 0..=MAX_ZOOM);
    assert!(served.len() > 60, "{} tiles are no pyramid", served.len());
    let path = exported(&city, "city", "city.pmtiles", &["--max-zoom", "14"]);
    // One more of each zoom, far away, is not there.
    let far = (1..=MAX_ZOOM).map(|zoom| format!("{zoom}/0/0"));
    let (read, tiles) = pmtiles(&path, served.keys().cloned().chain(far));
    assert!(tiles == served, "other tiles: {} for {}", tiles.len(), served.len());
    let (header, metadata) = (&read["header"], &read["metadata"]);
    assert_eq!(header["numAddressedTiles"], served.len());
    assert_eq!(
        (&header["clustered"], &header["tileType"], &header["tileCompression"]),
        (&true.into(), &1.into(), &2.into())
    );
    assert_eq!((&header["minZoom"], &header["maxZoom"]), (&0.into(), &14.into()));
    let tilejson = server.json("/tiles/city.json");
    for (i, name) in ["minLon", "minLat", "maxLon", "maxLat"].into_iter().enumerate() {
        assert!((header[name].as_f64().unwrap() - tilejson["bounds"][i].as_f64().unwrap()).abs() < 1e-7, "{name}");
    }
    assert_eq!(metadata["attribution"], "© OpenStreetMap contributors · © Місто &amp; сад");
    for name in ["name", "description", "version", "attribution"] {
        assert_eq!(metadata[name], tilejson[name], "{name}");
    }
    assert_eq!(
        metadata["vector_layers"].as_array().unwrap().len(),
        tilejson["vector_layers"].as_array().unwrap().len()
    );
}

#[test]
fn an_archive_and_tilejson_tell_the_zooms_that_show_anything() {
    let city = City::new();
    let recipe = city.trees([(1, "Стара", 33.4, 47.9), (2, "Нова", 33.41, 47.91)]);
    fs::write(&recipe, fs::read_to_string(&recipe).unwrap() + "min_zoom = 9\n").unwrap();
    city.import(&recipe, None);
    let server = city.serve(&[]);
    let served = served(&server, "trees", "mvt", 0..=11);
    assert!(
        served.keys().all(|coord| !coord.starts_with(['0', '8'])) && served.keys().any(|coord| coord.starts_with("9/"))
    );
    let path = exported(&city, "trees", "trees.pmtiles", &["--max-zoom", "11"]);
    let (read, tiles) = pmtiles(&path, served.keys().cloned());
    let header = &read["header"];
    assert_eq!((&header["minZoom"], &header["maxZoom"], tiles.len()), (&9.into(), &11.into(), served.len()));
    assert!(header["centerZoom"].as_u64().unwrap() >= 9, "{header}");
    let output =
        city.mapa(&["export", "trees", "--to", city.path("none.pmtiles").to_str().unwrap(), "--max-zoom", "8"]);
    let said = text(&output.stderr);
    assert!(!output.status.success() && said.contains("`trees` is drawn at zooms 9 to 16 only"), "{said}");
    // A layer may end before the last zoom that is asked for.
    let own = "[own]\ntitle = { uk = \"Своє\", en = \"Own\" }\n[[own.layer]]\nname = \"all\"\ncollections = [\"trees\"]\nmax_zoom = 10\n";
    let own = city.write("own.toml", own);
    let path = exported(&city, "own", "own.pmtiles", &["--max-zoom", "12", "--tilesets", own.to_str().unwrap()]);
    let header = &pmtiles(&path, std::iter::empty()).0["header"];
    assert_eq!((&header["minZoom"], &header["maxZoom"]), (&9.into(), &10.into()));
    // Asked for by name, they are shown from afar too, and TileJSON says so.
    let server = city.serve(&["--tilesets", own.to_str().unwrap()]);
    for (narrowed, minzoom, status) in [("", 9, 204), ("?collections=trees", 0, 200)] {
        assert_eq!(server.json(&format!("/tiles/own.json{narrowed}"))["vector_layers"][0]["minzoom"], minzoom);
        assert_eq!(server.get(&format!("/tiles/own/0/0/0.mvt{narrowed}")).status, status);
    }
}

#[test]
fn maplibre_tiles_are_exported_as_they_are_served() {
    let city = town();
    let served = served(&city.serve(&[]), "city", "mlt", 8..=11);
    let path = exported(&city, "city", "city.pmtiles", &["--format", "mlt", "--min-zoom", "8", "--max-zoom", "11"]);
    let (read, tiles) = pmtiles(&path, served.keys().cloned());
    assert!(!served.is_empty() && tiles == served);
    // 6 is MLT (PMTiles v3 §3.3).
    assert_eq!((&read["header"]["tileType"], &read["header"]["numAddressedTiles"]), (&6.into(), &served.len().into()));
}

#[test]
fn gdal_reads_the_same_objects_from_mbtiles_as_are_served_at_every_zoom() {
    let city = town();
    let server = city.serve(&[]);
    let path = exported(&city, "trees", "trees.mbtiles", &["--min-zoom", "8", "--max-zoom", "14"]);
    for zoom in 8..=MAX_ZOOM {
        let mut shown = Vec::new();
        for bytes in served(&server, "trees", "mvt", zoom..=zoom).into_values() {
            for feature in mvt_reader::Reader::new(bytes).unwrap().get_features(0).unwrap() {
                let mvt_reader::feature::Value::String(id) = feature.properties.unwrap().remove("id").unwrap() else {
                    panic!("an id is a text")
                };
                shown.push(id);
            }
        }
        // One tile at a time is what GDAL must not cut at its edge, or a tree on it would be there twice.
        let mut read = ids(&gdal(&path, "trees", &["-oo", &format!("ZOOM_LEVEL={zoom}"), "-oo", "CLIP=NO"]));
        shown.sort_unstable();
        read.sort_unstable();
        assert_eq!(read, shown, "zoom {zoom}");
        read.dedup();
        assert_eq!(read.len(), 60);
    }
    let said = Command::new("ogrinfo").args(["-ro", "-so", path.to_str().unwrap()]).output().unwrap();
    let said = text(&said.stdout);
    for wanted in ["minzoom=8", "maxzoom=14", "attribution=© Місто &amp; сад", "format=pbf", "name=Дерева"]
    {
        assert!(said.contains(wanted), "no `{wanted}` in {said}");
    }
}

#[test]
fn the_same_revision_is_the_same_archive() {
    let city = town();
    for ending in ["pmtiles", "mbtiles"] {
        let bytes = |name: &str| fs::read(exported(&city, "city", &format!("{name}.{ending}"), &[])).unwrap();
        assert!(bytes("a") == bytes("b"), "{ending}");
    }
}

#[test]
fn files_of_a_collection_have_its_items_as_gdal_reads_them() {
    let city = town();
    let server = city.serve(&[]);
    for (collection, multi) in [("trees", "MultiPoint"), ("ways", "Unknown(any)"), ("lots", "MultiPolygon")] {
        let items = server.json(&format!("/collections/{collection}/items?limit=1000"));
        let wanted: BTreeMap<&str, &Value> =
            items["features"].as_array().unwrap().iter().map(|item| (item["id"].as_str().unwrap(), item)).collect();
        for ending in ["geojson", "fgb", "gpkg", "csv"] {
            let path = exported(&city, collection, &format!("{collection}.{ending}"), &[]);
            let csv = vec!["-oo", "GEOM_POSSIBLE_NAMES=wkt", "-s_srs", "EPSG:4326"];
            let options = if ending == "csv" { csv } else { Vec::new() };
            let read = gdal(&path, collection, &options);
            assert_eq!(ids(&read).len(), wanted.len(), "{collection}.{ending}");
            for feature in read["features"].as_array().unwrap() {
                let properties = &feature["properties"];
                let id = id_of(feature);
                let item = wanted[id.as_str()];
                assert_eq!(properties["name"], item["properties"]["name"], "{collection}.{ending} {id}");
                assert_eq!(places(&feature["geometry"]), places(&item["geometry"]), "{collection}.{ending} {id}");
            }
        }
        let fgb =
            Command::new("ogrinfo").args(["-ro", "-so", "-al"]).arg(city.path(&format!("{collection}.fgb"))).output();
        let fgb = text(&fgb.unwrap().stdout).replace(' ', "");
        assert!(fgb.contains(&format!("Geometry:{multi}")), "{fgb}");
    }
    // Where no line is in parts, none is said to be.
    let one = server.get("/collections/ways/items?f=fgb&filter=id='ways-01'").body;
    let said = Command::new("ogrinfo").args(["-al"]).arg(city.write("one.fgb", one)).output().unwrap();
    assert!(text(&said.stdout).contains("Geometry: Line String") && text(&said.stdout).contains("ways-01"));
    // Who reads only longitudes and latitudes finds each tree that stands in one place there.
    let columns = ["-oo", "X_POSSIBLE_NAMES=lon", "-oo", "Y_POSSIBLE_NAMES=lat", "-s_srs", "EPSG:4326"];
    let read = gdal(&city.path("trees.csv"), "trees", &columns);
    let trees = gdal(&city.path("trees.geojson"), "trees", &[]);
    let by_id = |read: &Value| -> BTreeMap<String, Vec<[String; 2]>> {
        let features = read["features"].as_array().unwrap().iter();
        let single = features.filter(|feature| feature["geometry"]["type"] == "Point");
        single.map(|feature| (id_of(feature), places(&feature["geometry"]))).collect()
    };
    assert_eq!((by_id(&read), by_id(&read).len()), (by_id(&trees), 59));
    // A box asks the index of the FlatGeobuf: what is found is what /items finds.
    let found = gdal(&city.path("trees.fgb"), "trees", &["-spat", "33.3", "47.85", "33.4", "47.93"]);
    let items = server.json("/collections/trees/items?bbox=33.3,47.85,33.4,47.93&limit=1000");
    let wanted: BTreeSet<&str> =
        items["features"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert!(!wanted.is_empty() && wanted.len() < 60);
    assert_eq!(ids(&found).iter().map(String::as_str).collect::<BTreeSet<_>>(), wanted);
}

#[test]
fn a_file_is_byte_for_byte_what_is_answered() {
    let city = town();
    let server = city.serve(&[]);
    for collection in ["trees", "ways", "lots"] {
        for (name, query, more) in
            [("a.csv", "f=csv", vec![]), ("b.csv", "f=csv&bom=true", vec!["--bom"]), ("a.fgb", "f=fgb", vec![])]
        {
            let file = fs::read(exported(&city, collection, &format!("{collection}-{name}"), &more)).unwrap();
            let answer = server.get(&format!("/collections/{collection}/items?{query}"));
            assert_eq!(answer.status, 200, "{collection} {query}: {}", text(&answer.body));
            assert!(file == answer.body, "{collection} {query}: {} and {} bytes", file.len(), answer.body.len());
        }
    }
}

/// All places of a geometry in their order, whatever it is nested in.
fn places(geometry: &Value) -> Vec<[String; 2]> {
    fn gather(value: &Value, to: &mut Vec<[String; 2]>) {
        match value.as_array() {
            Some(pair) if pair[0].is_number() => {
                to.push([0, 1].map(|i| format!("{:.7}", pair[i].as_f64().unwrap())));
            }
            parts => parts.into_iter().flatten().for_each(|part| gather(part, to)),
        }
    }
    let mut places = Vec::new();
    gather(&geometry["coordinates"], &mut places);
    places
}

#[test]
fn a_file_says_whom_to_credit_and_csv_begins_as_excel_wants_it() {
    let city = town();
    let geojson: Value =
        serde_json::from_slice(&fs::read(exported(&city, "ways", "ways.geojson", &[])).unwrap()).unwrap();
    assert_eq!(geojson["attribution"], "© OpenStreetMap contributors");
    let fgb = text(&fs::read(exported(&city, "ways", "ways.fgb", &[])).unwrap());
    assert!(fgb.contains(r#""attribution":"© OpenStreetMap contributors""#));
    let plain = fs::read(exported(&city, "ways", "plain.csv", &[])).unwrap();
    let marked = fs::read(exported(&city, "ways", "marked.csv", &["--bom"])).unwrap();
    assert!(plain.starts_with(b"id,kind,name,wkt\r\n"));
    assert_eq!(marked, [b"\xef\xbb\xbf".as_slice(), &plain].concat());
    let beside: Value = serde_json::from_slice(&fs::read(city.path("plain.csv-metadata.json")).unwrap()).unwrap();
    assert_eq!((&beside["url"], &beside["dc:rights"]), (&"plain.csv".into(), &"© OpenStreetMap contributors".into()));
}

#[test]
fn what_is_for_staff_is_in_no_file() {
    let city = town();
    let path = exported(&city, "city", "city.pmtiles", &["--max-zoom", "10"]);
    assert!(!text(&fs::read(path).unwrap()).contains(STAFF));
    let output = city.mapa(&["export", STAFF, "--to", "secrets.geojson"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("there is no collection"), "{}", text(&output.stderr));
}

#[test]
fn what_cannot_be_exported_is_told_in_one_sentence_and_leaves_no_file() {
    let city = town();
    fs::write(city.path("there.csv"), "mine").unwrap();
    let store = city.store();
    for (args, wanted) in [
        (vec!["city", "--to", "a.csv"], "a tileset is exported as .pmtiles or .mbtiles"),
        (vec!["trees", "--to", "a.xls"], "the ending tells the format"),
        (vec!["trees", "--to", "a"], "the ending tells the format"),
        (vec!["nowhere", "--to", "a.pmtiles"], "there is no tileset `nowhere`"),
        (vec!["trees", "--to", "a.mbtiles", "--format", "mlt"], "MBTiles has no word for mlt tiles"),
        (vec!["trees", "--to", "there.csv"], "is there already"),
        (vec!["trees", "--to", store.to_str().unwrap(), "--replace"], "is the store that is exported from"),
        (vec!["city", "--to", "a.pmtiles", "--max-zoom", "17"], "--max-zoom is at most 16"),
        (vec!["base", "--to", "a.pmtiles"], "`base` shows nothing yet"),
        (vec!["city", "--to", "a.pmtiles", "--min-zoom", "5", "--max-zoom", "4"], "is closer than"),
    ] {
        let output = city.mapa(&[vec!["export"], args.clone()].concat());
        let said = text(&output.stderr);
        assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{args:?}: {said}");
        assert!(said.contains(wanted), "{said:?} has no {wanted:?}");
    }
    assert_eq!(fs::read(city.path("there.csv")).unwrap(), b"mine");
    exported(&city, "trees", "there.csv", &["--replace"]);
    assert!(fs::read(city.path("there.csv")).unwrap().starts_with(b"id,"));
    let left = fs::read_dir(city.path("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(left.filter(|name| name.contains(".new") || name.starts_with("a.")).collect::<Vec<_>>(), [""; 0]);
}
