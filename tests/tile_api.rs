//! Tiles as clients find them: TileJSON 3.0, OGC API – Tiles, formats by ending, by `f` and by `Accept`, any zoom.

mod city;
mod town;

use city::{Server, text};
use mapa::{
    space::{LonLat, TileCoord, WorldPoint},
    tile::Format,
};
use serde_json::Value;

use town::{STAFF, town};

const MVT: &str = "application/vnd.mapbox-vector-tile";

/// What the path of an address is.
fn path<'a>(server: &Server, address: &'a Value) -> &'a str {
    address.as_str().unwrap().strip_prefix(&server.root).unwrap()
}

/// The links of a document with this relation.
fn links<'a>(document: &'a Value, rel: &str) -> Vec<&'a Value> {
    document["links"].as_array().unwrap().iter().filter(|link| link["rel"] == rel).collect()
}

/// What TileJSON 3.0 demands of a document, clause by clause of its section 3, with the zooms it may have.
fn check_tilejson(document: &Value) {
    let text = |key: &str| document[key].as_str().unwrap_or_else(|| panic!("`{key}` is no text"));
    let zoom = |of: &Value, key: &str| of[key].as_u64().filter(|zoom| *zoom <= 30).unwrap_or_else(|| panic!("`{key}`"));
    assert_eq!(text("tilejson"), "3.0.0");
    assert_eq!(text("version").split('.').filter(|part| part.parse::<u64>().is_ok()).count(), 3);
    assert_eq!(text("scheme"), "xyz");
    for key in ["name", "description", "attribution"] {
        assert!(!text(key).is_empty(), "{key}");
    }
    for template in document["tiles"].as_array().unwrap() {
        let template = template.as_str().unwrap();
        assert!(template.starts_with("http") && ["{z}", "{x}", "{y}"].iter().all(|part| template.contains(part)));
    }
    let (least, most) = (zoom(document, "minzoom"), zoom(document, "maxzoom"));
    assert!(least <= most);
    let numbers = |key: &str| -> Vec<f64> {
        document[key].as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
    };
    let [west, south, east, north] = numbers("bounds")[..] else { panic!("bounds are four numbers") };
    assert!((-180.0..=east).contains(&west) && east <= 180.0 && (-90.0..=north).contains(&south) && north <= 90.0);
    let [lon, lat, at] = numbers("center")[..] else { panic!("a center is three numbers") };
    assert!((west..=east).contains(&lon) && (south..=north).contains(&lat) && at.fract() == 0.0);
    assert!((least as f64..=most as f64).contains(&at));
    let layers = document["vector_layers"].as_array().unwrap();
    for (i, layer) in layers.iter().enumerate() {
        assert!(layers[..i].iter().all(|other| other["id"] != layer["id"]) && layer["id"].is_string());
        assert!(layer["fields"].as_object().unwrap().values().all(Value::is_string), "{layer}");
        assert!(layer["description"].is_string());
        assert!(zoom(layer, "minzoom") <= zoom(layer, "maxzoom") && zoom(layer, "maxzoom") <= most, "{layer}");
    }
}

#[test]
fn tilejson_is_as_the_specification_says() {
    let city = town();
    let server = city.serve(&[]);
    for name in ["city", "base", "trees", "ways", "lots"] {
        let path = format!("/tiles/{name}.json");
        if name != "base" {
            check_tilejson(&server.json(&path));
        }
        for format in Format::ALL {
            let document = server.json(&format!("{path}?f={}", format.extension()));
            assert_eq!(document["encoding"].as_str(), (format == Format::Mlt).then_some("mlt"));
            let template = &document["tiles"][0];
            assert!(template.as_str().unwrap().ends_with(&format!("{{y}}.{}", format.extension())), "{template}");
        }
    }
    let trees = server.json("/tiles/trees.json");
    assert_eq!(trees["vector_layers"][0]["fields"]["name"], "String");
    assert_eq!(trees["vector_layers"][0]["description"], "Дерева");
    // What narrows the tiles stands in their address, for TileJSON is all that a client asks.
    let narrowed = server.json("/tiles/city.json?collections=trees,ways");
    assert!(narrowed["tiles"][0].as_str().unwrap().ends_with(".mvt?collections=trees%2Cways"));
    // However narrow the choice, a style draws from all layers, and what comes to lie elsewhere is asked for too.
    let whole = server.json("/tiles/city.json");
    let ids = |of: &Value| {
        of["vector_layers"].as_array().unwrap().iter().map(|layer| layer["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!((ids(&narrowed), &narrowed["bounds"]), (ids(&whole), &whole["bounds"]));
    assert_eq!(server.get("/tiles/city.json?collections=none").status, 400);
    assert_eq!(server.get("/tiles/city.json?f=png").status, 400);
}

#[test]
fn an_operator_brings_tilesets_of_their_own() {
    let city = town();
    let tileset = |name: &str, of: &str, more: &str| {
        format!(
            "[{name}]\ntitle = {{ uk = \"Своє\", en = \"Own\" }}\n{more}\n[[{name}.layer]]\nname = \"own\"\n\
             collections = [\"{of}\"]\nfields = [\"name\"]\n"
        )
    };
    let own = tileset("bare", "trees", "plain = true") + &tileset("districts", "lots", "");
    let file = city.write("own.toml", own);
    let file = file.to_str().unwrap();
    let server = city.serve(&["--tilesets", file]);
    for (name, fields) in [("bare", vec!["name"]), ("districts", vec!["name"]), ("points", vec![])] {
        let document = server.json(&format!("/tiles/{name}.json"));
        check_tilejson(&document);
        let told: Vec<&String> = document["vector_layers"][0]["fields"].as_object().unwrap().keys().collect();
        assert!(fields.is_empty() || told == fields, "{name}: {told:?}");
    }
    let tiles = server.json("/tiles");
    assert!(tiles["tilesets"].as_array().unwrap().iter().any(|entry| entry["title"] == "Своє"), "{tiles}");
    // Every tree with its name and nothing else.
    let tile = server.get("/tiles/bare/9/303/178.mvt");
    let reader = mvt_reader::Reader::new(tile.body).unwrap();
    let trees = reader.get_features(0).unwrap();
    assert!(trees.iter().all(|tree| tree.properties.as_ref().unwrap().keys().eq(["name"])));
    let described = mvt_reader::Reader::new(server.get("/tiles/trees/9/303/178.mvt").body);
    assert_eq!(trees.len(), described.unwrap().get_features(0).unwrap().len());
    // Not plain any more where two are asked for at once: a tile has room for so much.
    let both = server.json("/tiles/bare,points.json");
    let layers: Vec<&Value> = both["vector_layers"].as_array().unwrap().iter().map(|layer| &layer["id"]).collect();
    assert_eq!(layers, ["own", "points", "dropped"]);
    // They are exported and checked too, and what is wrong with them is told.
    let archive = city.path("bare.mbtiles");
    let exported = city.mapa(&["export", "bare", "--to", archive.to_str().unwrap(), "--tilesets", file]);
    assert!(exported.status.success(), "{}", text(&exported.stderr));
    let wrong = city.write("wrong.toml", tileset("bare", "trees", "plain = true\nbudget = 1"));
    let refused = city.mapa(&["check", "--tilesets", wrong.to_str().unwrap()]);
    let told = text(&refused.stderr);
    assert!(!refused.status.success() && told.contains("wrong.toml") && told.contains("bare"), "{told}");
    let unknown = city.write("unknown.toml", tileset("own", "tres", ""));
    let noted = city.mapa(&["check", "--tilesets", unknown.to_str().unwrap()]);
    assert!(noted.status.success() && text(&noted.stdout).contains("could bring: tres\n"), "{}", text(&noted.stdout));
    let missing = city.mapa(&["check", "--tilesets", "nowhere.toml"]);
    assert!(!missing.status.success() && text(&missing.stderr).contains("nowhere.toml"));
}

#[test]
fn the_format_is_told_by_the_ending_by_f_or_by_what_the_asker_accepts() {
    let city = town();
    let server = city.serve(&[]);
    let [xyz, ogc] = ["/tiles/trees/9/303/178", "/tiles/trees/WebMercatorQuad/9/178/303"];
    for format in Format::ALL {
        let plain = server.get(&format!("{xyz}.{}", format.extension()));
        assert_eq!((plain.status, plain.header("content-type")), (200, format.media_type()));
        assert!(!plain.header("vary").contains("accept,") && !plain.header("vary").ends_with("accept"));
        let said = server.get(&format!("{ogc}?f={}", format.extension()));
        assert_eq!((said.header("content-type"), &said.body), (format.media_type(), &plain.body));
        let other = "application/json;q=0.9, */*;q=0.1";
        let closest = format!("{}, {other}", format.media_type());
        for path in [xyz, ogc] {
            let accepted = server.get_with(path, &[("accept", &closest)]);
            assert_eq!((accepted.status, accepted.header("content-type")), (200, format.media_type()), "{closest}");
            assert_eq!((&accepted.body, accepted.header("etag")), (&plain.body, plain.header("etag")));
            let varies: Vec<_> = accepted.headers.get_all("vary").iter().map(|vary| vary.to_str().unwrap()).collect();
            assert!(varies.join(",").split(',').any(|name| name.trim() == "accept"), "{varies:?}");
        }
    }
    for anything in ["*/*", "application/*", "text/html, */*;q=0.1", ""] {
        assert_eq!(server.get_with(xyz, &[("accept", anything)]).header("content-type"), MVT, "{anything:?}");
    }
    for nothing in ["image/png", "application/json", "*/*;q=0", "application/vnd.mapbox-vector-tile;q=0, image/*"] {
        let refused = server.get_with(xyz, &[("accept", nothing)]);
        assert_eq!(refused.status, 406, "{nothing}");
        assert!(refused.json()["detail"].as_str().unwrap().contains(MVT));
    }
    assert_eq!(server.get(&format!("{ogc}?f=png")).status, 400);
    assert_eq!(server.get(&format!("{xyz}.png")).status, 404);
}

#[test]
fn ogc_clients_find_the_tiles_by_links_from_the_landing_page() {
    let city = town();
    let server = city.serve(&[]);
    let tilesets = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector";
    let landing = server.json("/?f=json");
    let list = server.json(path(&server, &links(&landing, tilesets)[0]["href"]));
    let collection = server.json("/collections/trees");
    let of_collection = server.json(path(&server, &links(&collection, tilesets)[0]["href"]));
    let mut seen = Vec::new();
    for entry in [&list, &of_collection].into_iter().flat_map(|list| list["tilesets"].as_array().unwrap()) {
        assert_eq!(
            (&entry["dataType"], entry["crs"].as_str()),
            (&"vector".into(), Some("http://www.opengis.net/def/crs/EPSG/0/3857"))
        );
        let at = path(&server, &links(entry, "self")[0]["href"]);
        let tileset = server.json(at);
        assert_eq!(tileset["title"], entry["title"]);
        let scheme = &links(&tileset, "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme")[0]["href"];
        assert_eq!(server.json(path(&server, scheme))["uri"], tileset["tileMatrixSetURI"]);
        check_tilejson_if_any(&server, path(&server, &links(&tileset, "describedby")[0]["href"]));
        if tileset["boundingBox"].is_null() {
            continue;
        }
        for item in links(&tileset, "item") {
            assert_eq!(item["templated"], true);
            for limits in
                tileset["tileMatrixSetLimits"].as_array().unwrap().iter().filter(|limits| limits["tileMatrix"] == "13")
            {
                let (rows, columns) = (range(limits, "Row"), range(limits, "Col"));
                let template = path(&server, &item["href"]);
                let mut shown = 0;
                for (row, column) in rows.clone().flat_map(|row| columns.clone().map(move |column| (row, column))) {
                    let at = template
                        .replace("{tileMatrix}", "13")
                        .replace("{tileRow}", &row.to_string())
                        .replace("{tileCol}", &column.to_string());
                    let tile = server.get(&at);
                    if tile.status == 200 {
                        assert_eq!(tile.header("content-type"), item["type"].as_str().unwrap());
                        shown += 1;
                    }
                }
                assert!(shown > 10, "{at}: {shown} tiles");
                seen.push(at.to_owned());
            }
        }
    }
    assert!(seen.iter().any(|at| at == "/tiles/city/WebMercatorQuad"), "{seen:?}");
    assert!(seen.iter().any(|at| at == "/collections/trees/tiles/WebMercatorQuad"), "{seen:?}");
    // Row and column are the other way round than x and y.
    let xyz = server.get("/tiles/trees/9/303/178.mvt");
    assert_eq!(server.get("/collections/trees/tiles/WebMercatorQuad/9/178/303?f=mvt").body, xyz.body);
    for (path, status) in [
        ("/collections/none/tiles", 404),
        ("/collections/none/tiles/WebMercatorQuad/0/0/0", 404),
        (&format!("/collections/{STAFF}/tiles"), 404),
        ("/collections/city/tiles/WebMercatorQuad/0/0/0", 404),
        ("/tiles/none/WebMercatorQuad", 404),
        ("/tiles/trees/WebMercatorQuad/3/8/0", 404),
        ("/tiles/trees/WebMercatorQuad/23/0/0", 404),
        ("/tiles/trees/WebMercatorQuad/3/-1/0", 400),
        ("/tiles/trees/WebMercatorQuad/3/1/0?bbox=1", 400),
        ("/tileMatrixSets/WorldCRS84Quad", 404),
    ] {
        assert_eq!(server.get(path).status, status, "{path}");
    }
    // What is wrong has the name that the path has for it.
    for (path, name) in [("/tiles/trees/9/303/x.mvt", "y"), ("/tiles/trees/WebMercatorQuad/9/x/303", "tileRow")] {
        assert_eq!(serde_json::from_slice::<Value>(&server.get(path).body).unwrap()["parameter"], name);
    }
    for path in ["/tiles", "/tiles/trees/WebMercatorQuad", "/tileMatrixSets", "/collections/trees/tiles"] {
        assert_eq!(server.get(&format!("{path}?f=json")).body, server.get(path).body, "{path}");
    }
}

fn check_tilejson_if_any(server: &Server, path: &str) {
    let document = server.json(path);
    // The base map of this town is empty: it has no middle and credits nobody.
    if !document["center"].is_null() {
        check_tilejson(&document);
    }
}

fn range(limits: &Value, axis: &str) -> std::ops::RangeInclusive<u64> {
    let number = |end: &str| limits[format!("{end}Tile{axis}")].as_u64().unwrap();
    number("min")..=number("max")
}

#[test]
fn the_tile_matrix_set_is_the_registered_one() {
    let city = town();
    let server = city.serve(&[]);
    let sets = server.json("/tileMatrixSets");
    let set = server.json(path(&server, &links(&sets["tileMatrixSets"][0], "self")[0]["href"]));
    assert_eq!(set["id"], "WebMercatorQuad");
    let matrices = set["tileMatrices"].as_array().unwrap();
    // The numbers of OGC 17-083r4, Annex D.1, table D.1.
    let known = [
        (0, 559_082_264.028_717, 156_543.033_928_041),
        (10, 545_978.773_465_544, 152.874_056_570_353),
        (18, 2_132.729_583_849_78, 0.597_164_283_477_939),
    ];
    for (zoom, scale, cell) in known {
        let matrix = &matrices[zoom];
        for (key, wanted) in [("scaleDenominator", scale), ("cellSize", cell)] {
            let told = matrix[key].as_f64().unwrap();
            assert!((told / wanted - 1.0).abs() < 1e-11, "{key} {told} for {wanted}");
        }
        assert_eq!(
            (matrix["id"].as_str().unwrap(), matrix["matrixWidth"].as_u64()),
            (zoom.to_string().as_str(), Some(1 << zoom))
        );
    }
    assert!((matrices[0]["pointOfOrigin"][1].as_f64().unwrap() - 20_037_508.342_789_2).abs() < 1e-6);
}

#[test]
fn a_tile_beyond_the_maxzoom_is_drawn_from_the_features_and_exact() {
    let city = town();
    let server = city.serve(&[]);
    assert_eq!(server.json("/tiles/trees.json")["maxzoom"], 16);
    let items = server.json("/collections/trees/items?limit=5");
    for item in items["features"].as_array().unwrap() {
        let [lon, lat] = [0, 1].map(|i| item["geometry"]["coordinates"][i].as_f64().unwrap());
        let at = WorldPoint::of(LonLat::new(lon, lat).unwrap());
        for zoom in [17, 19, 22] {
            let coord = TileCoord::at(at, zoom);
            let answer = server.get(&format!("/tiles/trees/{coord}.mvt"));
            assert_eq!(answer.status, 200, "{coord}");
            let features = mvt_reader::Reader::new(answer.body).unwrap().get_features(0).unwrap();
            let drawn = features.iter().find(|feature| {
                feature.properties.as_ref().unwrap()["id"]
                    == mvt_reader::feature::Value::String(item["id"].as_str().unwrap().into())
            });
            let drawn = match drawn.unwrap().get_geometry() {
                geo_types::Geometry::Point(point) => *point,
                geo_types::Geometry::MultiPoint(points) => points.0[0],
                other => panic!("{other:?} is no place"),
            };
            // A unit of a tile of zoom 22 is two millimetres; an enlarged tile of zoom 16 would be off by up to 64 of them.
            let unit = |v: f64, index: u32| ((v * f64::from(1_u32 << zoom) - f64::from(index)) * 4096.0).floor();
            let (x, y) = (unit(at.x, coord.x()), unit(at.y, coord.y()));
            assert!((f64::from(drawn.x()) - x).abs() <= 1.0 && (f64::from(drawn.y()) - y).abs() <= 1.0, "{coord}");
        }
    }
    assert_eq!(server.get("/tiles/trees/23/0/0.mvt").status, 404);
}
