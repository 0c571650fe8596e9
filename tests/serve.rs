//! The server as its clients see it: honest parameters, problems, ETags, fresh data, nothing that is not public.

mod city;

use std::{
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use city::{City, text};
use mapa::space::{LonLat, TileCoord, WorldPoint};
use serde_json::Value;

/// A recipe that brings its own collection of trees, and its source with these rows.
fn trees(city: &City, id: &str, audience: &str, rows: &[(&str, f64, f64)]) -> PathBuf {
    let mut source = String::from("номер;назва;довгота;широта\n");
    for (name, lon, lat) in rows {
        source.push_str(&format!("{name};Дуб «{name}»;{lon};{lat}\n").replace('.', ","));
    }
    city.write(&format!("{id}.csv"), source);
    city.write(
        &format!("{id}.toml"),
        format!(
            r#"
            collection = "{id}"
            attribution = "© Хтось & <b>хтось</b>"
            [source]
            file = "{id}.csv"
            [id]
            column = "номер"
            [geometry]
            lon = "довгота"
            lat = "широта"
            [fields.name]
            column = "назва"
            [declare]
            title = {{ uk = "Дерева", en = "Trees" }}
            geometry = "point"
            audience = "{audience}"
            fields = [ {{ name = "name", type = "text", title = {{ uk = "Назва", en = "Name" }} }} ]
            "#
        ),
    )
}

const THREE: [(&str, f64, f64); 3] = [("a", 33.40, 47.90), ("b", 33.41, 47.91), ("c", 33.60, 48.10)];

fn served() -> (City, city::Server) {
    let city = City::new();
    let recipe = trees(&city, "trees", "public", &THREE);
    city.import(&recipe, None);
    let server = city.serve(&[]);
    (city, server)
}

fn ids(collection: &Value) -> Vec<&str> {
    collection["features"].as_array().unwrap().iter().map(|feature| feature["id"].as_str().unwrap()).collect()
}

#[test]
fn a_wrong_request_gets_a_problem_that_names_what_was_wrong() {
    let (_city, server) = served();
    let cases = [
        ("/catalog?lang=uk", 400, "lang"),
        ("/collections?limit=1", 400, "limit"),
        ("/collections/trees/items?bbx=1", 400, "bbx"),
        ("/collections/trees/items?bbox=1,2,3", 400, "bbox"),
        ("/collections/trees/items?bbox=0,50,1,40", 400, "bbox"),
        ("/collections/trees/items?limit=0", 400, "limit"),
        ("/collections/trees/items?limit=10001", 400, "limit"),
        ("/collections/trees/items?limit=5&limit=6", 400, "limit"),
        ("/collections/trees/items/a?x=1", 400, "x"),
        ("/nearest", 400, "lon"),
        ("/nearest?lon=33.4", 400, "lat"),
        ("/nearest?lon=181&lat=0", 400, "lon"),
        ("/nearest?lon=33.4&lat=90.01", 400, "lat"),
        ("/nearest?lon=NaN&lat=0", 400, "lon"),
        ("/nearest?lon=33&lat=47&limit=101", 400, "limit"),
        ("/nearest?lon=33&lat=47&radius=-1", 400, "radius"),
        ("/nearest?lon=33&lat=47&collections=oaks", 400, "collections"),
        ("/nearest?lon=33&lat=47&collections=trees,", 400, "collections"),
        ("/nearest?lon=33&lat=47&sector=none", 400, "sector"),
        ("/tiles/trees/x/0/0.mvt", 400, "z"),
        ("/tiles/trees/1/-1/0.mvt", 400, "x"),
        ("/tiles/trees/1/0/1.5.mvt", 400, "y"),
        ("/tiles/trees/0/0/0.mvt?filter=x", 400, "filter"),
        ("/tiles/city/0/0/0.mvt?collections=oaks", 400, "collections"),
        ("/styles/light.json?x=1", 400, "x"),
        ("/health/live?x=1", 400, "x"),
        ("/?f=xml", 400, "f"),
        ("/collections/oaks", 404, ""),
        ("/collections/oaks/items", 404, ""),
        ("/collections/trees/items/z", 404, ""),
        ("/tiles/oaks.json", 404, ""),
        ("/tiles/trees", 404, ""),
        ("/tiles/trees/1/2/0.mvt", 404, ""),
        ("/tiles/trees/23/0/0.mvt", 404, ""),
        ("/tiles/trees/0/0/0.pbf", 404, ""),
        ("/styles/none.json", 404, ""),
        ("/nothing/here", 404, ""),
        ("/../Cargo.toml", 404, ""),
    ];
    for (path, status, parameter) in cases {
        let answer = server.get(path);
        let body = text(&answer.body);
        assert_eq!(answer.status, status, "{path}: {body}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
        let problem = answer.json();
        assert_eq!(problem["status"], status);
        assert!(!problem["detail"].as_str().unwrap().is_empty());
        assert_eq!(problem["parameter"].as_str().unwrap_or_default(), parameter, "{path}: {body}");
    }
    let long = server.get(&format!("/nearest?collections={}", "a".repeat(20_000)));
    assert_eq!(long.status, 414);
}

#[test]
fn items_are_paged_by_key_and_boxed() {
    let (_city, server) = served();
    let first = server.json("/collections/trees/items?limit=2");
    assert_eq!(ids(&first), ["a", "b"]);
    assert_eq!((first["numberMatched"].as_u64(), first["numberReturned"].as_u64()), (Some(3), Some(2)));
    let next = first["links"].as_array().unwrap().iter().find(|link| link["rel"] == "next").unwrap();
    let second = server.json(next["href"].as_str().unwrap().strip_prefix(&server.root).unwrap());
    assert_eq!(ids(&second), ["c"]);
    assert!(second["links"].as_array().unwrap().iter().all(|link| link["rel"] != "next"));
    assert_eq!(ids(&server.json("/collections/trees/items?bbox=33.405,47.9,33.6,48.1")), ["b", "c"]);
    let one = server.json("/collections/trees/items/b");
    assert_eq!(one["geometry"]["coordinates"], serde_json::json!([33.41, 47.91]));
    assert_eq!(one["properties"]["name"], "Дуб «b»");
}

#[test]
fn what_is_answered_at_once_is_what_the_route_answers() {
    let city = City::new();
    let names: Vec<String> = (0..1500).map(|i| format!("{i:04}")).collect();
    let place = |i: usize| 33.0 + i as f64 / 10_000.0;
    let rows: Vec<_> = names.iter().enumerate().map(|(i, name)| (name.as_str(), place(i), 47.9)).collect();
    city.import(&trees(&city, "trees", "public", &rows), None);
    let server = city.serve(&[]);
    // One in ten is soon found; the farthest of 1500 is not, before patience is lost.
    for (condition, wanted) in [("name LIKE '%0»'", "0000"), ("name LIKE '%1499»'", "1499")] {
        let near = |filter: &str| {
            let filter = filter.replace('%', "%25").replace(' ', "%20").replace('\'', "%27").replace('»', "%C2%BB");
            server.json(&format!("/nearest?lon=33&lat=47.9&collections=trees&limit=10&filter={filter}"))
        };
        let (at_once, by_route) = (near(condition), near(&format!("{condition}{}", " ".repeat(600))));
        assert_eq!(ids(&at_once)[0], wanted);
        assert_eq!(at_once["features"], by_route["features"], "{condition}");
        assert_eq!(at_once["revision"], by_route["revision"]);
    }
    let (at_once, by_route) =
        (server.json("/collections/trees/items?limit=100"), server.json("/collections/trees/items?limit=101"));
    assert_eq!(ids(&at_once), ids(&by_route)[..100]);
    assert_eq!(at_once["numberMatched"], by_route["numberMatched"]);
    // A tile of 27 trees, and one of them all, each narrowed by a filter that no tile was drawn with.
    for z in [17, 8] {
        let coord = TileCoord::at(WorldPoint::of(LonLat::new(33.01, 47.9).unwrap()), z);
        let tile =
            |or: &str| server.get(&format!("/tiles/trees/{coord}.mvt?filter=name%20LIKE%20%27%250%C2%BB%27{or}"));
        let (at_once, by_route) = (tile(""), tile(&format!("%20OR%20name%20=%20%27{}%27", "a".repeat(600))));
        assert_eq!((at_once.status, at_once.body.is_empty()), (200, false), "{coord}");
        assert_eq!(at_once.body, by_route.body, "{coord}");
        assert_eq!(at_once.header("etag"), by_route.header("etag"));
        let wrong = server.get(&format!("/tiles/trees/{coord}.mvt?filter=name%20LIKE"));
        assert_eq!(wrong.status, 400, "{coord}");
    }
    // What is wrong is told either way, with the id of the request.
    let wrong = server.get_with("/nearest?lon=33&lat=x", &[("x-request-id", "mine")]);
    assert_eq!((wrong.status, wrong.header("x-request-id")), (400, "mine"));
}

#[test]
fn the_same_bytes_have_the_same_strong_etag_and_are_not_sent_twice() {
    let (_city, server) = served();
    for path in [
        "/catalog",
        "/collections/trees/items",
        "/tiles/trees/10/607/356.mvt",
        "/tiles/trees.json",
        "/styles/light.json",
    ] {
        let first = server.get(path);
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with('"') && tag.len() > 10, "{path}: {tag}");
        assert_eq!(server.get(path).header("etag"), tag, "{path}");
        let again = server.get_with(path, &[("if-none-match", &tag)]);
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        // Encoded bytes are other bytes: another tag, and it is known again.
        let zipped = server.get_with(path, &[("accept-encoding", "gzip")]);
        assert_eq!(zipped.header("content-encoding"), "gzip", "{path}");
        assert_ne!(zipped.header("etag"), tag);
        let tag = zipped.header("etag").to_owned();
        let again = server.get_with(path, &[("accept-encoding", "gzip"), ("if-none-match", &tag)]);
        assert_eq!((again.status, again.header("etag")), (304, tag.as_str()));
    }
}

#[test]
fn a_tile_without_objects_is_no_content() {
    let (_city, server) = served();
    let empty = server.get("/tiles/trees/10/0/0.mvt");
    assert_eq!((empty.status, empty.body.len()), (204, 0));
}

#[test]
fn a_collection_asked_for_by_name_is_drawn_at_every_zoom() {
    let city = City::new();
    city.write("paths.csv", "id,shape\n1,\"LINESTRING (33.2 47.8, 33.5 48.0)\"\n");
    let recipe = city.write(
        "paths.toml",
        r#"
        collection = "paths"
        [source]
        file = "paths.csv"
        [id]
        column = "id"
        [geometry]
        wkt = "shape"
        [fields.name]
        column = "id"
        [declare]
        title = { uk = "Стежки", en = "Paths" }
        geometry = "line"
        min_zoom = 8
        fields = [ { name = "name", type = "text", title = { uk = "Назва", en = "Name" } } ]
        "#,
    );
    city.import(&recipe, None);
    let server = city.serve(&[]);
    let layers = |path: &str| {
        let answer = server.get(path);
        (answer.status == 200).then(|| mvt_reader::Reader::new(answer.body).unwrap().get_features(0).unwrap().len())
    };
    assert_eq!(layers("/tiles/city/8/151/89.mvt"), Some(1));
    assert_eq!(layers("/tiles/city/7/75/44.mvt"), None);
    assert_eq!(layers("/tiles/city/7/75/44.mvt?collections=paths"), Some(1));
    assert_eq!(layers("/tiles/city/7/75/44.mvt?collections=schools"), None);
}

#[test]
fn credits_are_text_even_where_clients_read_html() {
    let (_city, server) = served();
    let tilejson = server.json("/tiles/trees.json");
    assert_eq!(tilejson["attribution"], "© Хтось &amp; &lt;b&gt;хтось&lt;/b&gt;");
    assert_eq!(tilejson["tilejson"], "3.0.0");
    assert_eq!(tilejson["vector_layers"][0]["id"], "trees");
}

#[test]
fn what_is_for_staff_is_on_no_public_route() {
    let city = City::new();
    city.import(&trees(&city, "trees", "public", &THREE), None);
    city.import(&trees(&city, "secrets", "staff", &[("s", 33.5, 47.95)]), None);
    let server = city.serve(&[]);
    for path in
        ["/collections/secrets", "/collections/secrets/items", "/tiles/secrets.json", "/tiles/secrets/0/0/0.mvt"]
    {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
    assert_eq!(server.get("/nearest?lon=33.5&lat=47.95&collections=secrets").status, 400);
    for path in ["/catalog", "/collections", "/nearest?lon=33.5&lat=47.95", "/tiles/city.json", "/styles/light.json"] {
        assert!(!text(&server.get(path).body).contains("secrets"), "{path}");
    }
    for z in 8..=16 {
        let tile = TileCoord::at(WorldPoint::of(LonLat::new(33.5, 47.95).unwrap()), z);
        assert!(!text(&server.get(&format!("/tiles/city/{tile}.mvt")).body).contains("secrets"), "{tile}");
    }
    // A collection that becomes staff's own leaves the public snapshot of a running server.
    city.import(&trees(&city, "trees", "staff", &THREE), None);
    let gone = Instant::now();
    while server.get("/collections/trees").status != 404 {
        assert!(gone.elapsed() < Duration::from_secs(1), "still served");
        thread::sleep(Duration::from_millis(10));
    }
    assert!(!text(&server.get("/catalog").body).contains("\"id\":\"trees\""));
}

#[test]
fn a_running_server_shows_an_import_within_a_second_and_fails_no_request() {
    let (city, server) = served();
    let stop = AtomicBool::new(false);
    let asked = thread::scope(|scope| {
        let asking = scope.spawn(|| {
            let mut asked = 0;
            while !stop.load(Ordering::Relaxed) {
                let items = server.json("/collections/trees/items");
                let matched = items["numberMatched"].as_u64().unwrap();
                assert!(matched == 3 || matched == 500, "{matched}: an import is seen whole or not at all");
                assert_eq!(server.get("/tiles/trees/10/607/356.mvt").status, 200);
                asked += 1;
            }
            asked
        });
        let rows: Vec<(String, f64, f64)> =
            (0..500).map(|i| (format!("t{i:03}"), 33.4 + f64::from(i) * 1e-4, 47.9)).collect();
        let rows: Vec<(&str, f64, f64)> = rows.iter().map(|(id, lon, lat)| (id.as_str(), *lon, *lat)).collect();
        city.import(&trees(&city, "trees", "public", &rows), None);
        let committed = Instant::now();
        while server.json("/collections/trees/items")["numberMatched"] != 500 {
            assert!(committed.elapsed() < Duration::from_secs(1), "not shown after a second");
            thread::sleep(Duration::from_millis(5));
        }
        stop.store(true, Ordering::Relaxed);
        asking.join().unwrap()
    });
    assert!(asked > 0);
    assert_eq!(server.json("/catalog")["revision"], 2);
}

#[test]
fn the_server_stops_when_told_and_leaves_a_clean_log() {
    let (_city, mut server) = served();
    server.json("/catalog");
    let killed = std::process::Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert!(server.wait().success());
    assert_eq!(server.log(), "");
}

#[test]
fn what_cannot_be_served_is_told_in_one_sentence() {
    let city = City::new();
    let told = |args: &[&str]| {
        let output = city.mapa(args);
        let said = text(&output.stderr);
        assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{said}");
        said
    };
    assert!(told(&["serve"]).contains("there is no store here"));
    city.write("city.gpkg", "This is no database, though it is long enough to be taken for one at first.");
    assert!(told(&["serve"]).contains("not a store of mapa"));
    std::fs::remove_file(city.store()).unwrap();
    city.import(&trees(&city, "trees", "public", &THREE), None);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = told(&["serve", "--listen", &address]);
    assert!(said.contains(&address) && said.contains("in use"), "{said}");
    assert!(told(&["serve", "--base-map", "tiles.example"]).contains("tiles.example"));
}

#[test]
fn the_page_runs_only_its_own_code() {
    let city = City::new();
    city.import(&trees(&city, "trees", "public", &THREE), None);
    let server = city.serve(&["--base-map", "https://tiles.example/style.json"]);
    let page = server.get_with("/", &[("accept", "text/html,*/*")]);
    if page.status == 404 {
        // A binary built without the page says how to get it.
        assert!(text(&page.body).contains("make"));
        return;
    }
    let policy = page.header("content-security-policy").to_owned();
    assert!(
        policy.contains("script-src 'self'") && policy.contains("connect-src 'self' https://tiles.example"),
        "{policy}"
    );
    assert!(!text(&page.body).contains("<script>"));
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    let landing = server.get_with("/", &[("accept", "application/json")]);
    assert_eq!(landing.header("content-type"), "application/json");
}

#[test]
fn the_files_of_the_page_go_out_as_small_as_they_were_packed_at_build() {
    let city = City::new();
    city.import(&trees(&city, "trees", "public", &THREE), None);
    let server = city.serve(&[]);
    let page = server.get_with("/", &[("accept", "text/html")]);
    if page.status == 404 {
        return;
    }
    let page = text(&page.body);
    let path =
        page.split('"').find(|part| part.starts_with("/assets/index-") && part.strip_suffix(".js").is_some()).unwrap();
    let plain = server.get(path);
    let got = |takes: &str| server.get_with(path, &[("accept-encoding", takes)]);
    let [browser, old] = ["gzip, deflate, br, zstd", "gzip"].map(got);
    assert_eq!((browser.header("content-encoding"), old.header("content-encoding")), ("br", "gzip"));
    assert!(browser.body.len() * 20 < old.body.len() * 19, "{} and {}", browser.body.len(), old.body.len());
    let mut read = Vec::new();
    std::io::Read::read_to_end(&mut brotli::Decompressor::new(&browser.body[..], 4096), &mut read).unwrap();
    assert!(read == plain.body);
    for answer in [&plain, &browser, &old] {
        assert!(answer.header("cache-control").contains("immutable"));
        assert!(answer.header("vary").contains("accept-encoding"), "{}", answer.header("vary"));
    }
    let tag = browser.header("etag");
    assert!(tag.ends_with("-br\"") && tag[..33] == plain.header("etag")[..33], "{tag}");
    assert_eq!(server.get_with(path, &[("accept-encoding", "br"), ("if-none-match", tag)]).status, 304);
    assert_eq!(server.get(&format!("{path}.br")).status, 404);
}

#[test]
fn a_kiosk_has_to_be_told_where_it_stands() {
    let city = City::new();
    city.import(&trees(&city, "trees", "public", &THREE), None);
    let server = city.serve(&[]);
    for (query, named) in
        [("", "lon"), ("lon=33.4&lat=n", "lat"), ("lon=33.4&lat=47.9&idle=5", "idle"), ("lon=33.4&lat=47.9&x=1", "x")]
    {
        let refused = server.get(&format!("/kiosk?{query}"));
        assert_eq!((refused.status, &refused.json()["parameter"]), (400, &serde_json::json!(named)), "{query}");
    }
    let page = server.get("/kiosk?lon=33.4&lat=47.9&lang=en");
    if page.status == 404 {
        return;
    }
    assert!(text(&page.body).contains("<html lang=\"en\""));
    assert!(page.header("content-security-policy").contains("frame-ancestors 'self'"));
}
