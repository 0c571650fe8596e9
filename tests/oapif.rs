//! The features as their clients see them: paging that covers everything once, other systems and formats, GDAL, OWSLib, schemathesis.

mod city;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use city::{City, Server, text};
use serde_json::{Value, json};

/// Trees of which some have no height, many have the same, and names that spreadsheets and pages must not run.
const COUNT: usize = 57;

fn rows(numbers: impl IntoIterator<Item = usize>) -> String {
    let mut source = String::from("номер;назва;висота;посаджено;відчинено;довгота;широта\n");
    for i in numbers {
        let height = if i % 5 == 0 { String::new() } else { (i % 4).to_string() };
        let planted = if i % 7 == 0 { String::new() } else { format!("20{:02}-01-02", i % 20) };
        let hours = match i % 3 {
            0 => "24/7",
            1 => "Mo-Su 00:00-00:01",
            _ => "",
        };
        let name = ["=1+1", "<b>Дуб</b>", "Їжак; \"лапки\"", "Ґанок", "ялина"][i % 5];
        let (lon, lat) = (33.4 + i as f64 * 1e-3, 47.9 + (i % 9) as f64 * 1e-3);
        let row = format!("t{i:03};{};{height};{planted};{hours};{lon};{lat}\n", quoted(name));
        source.push_str(&row);
    }
    source
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn import(city: &City, numbers: impl IntoIterator<Item = usize>) {
    city.write("trees.csv", rows(numbers));
    let recipe = city.write(
        "trees.toml",
        r#"
        collection = "trees"
        attribution = "© Хтось & <b>хтось</b>"
        [source]
        file = "trees.csv"
        [id]
        column = "номер"
        [geometry]
        lon = "довгота"
        lat = "широта"
        [fields.name]
        column = "назва"
        [fields.height]
        column = "висота"
        [fields.planted]
        column = "посаджено"
        [fields.opening_hours]
        column = "відчинено"
        [declare]
        title = { uk = "Дерева", en = "Trees" }
        geometry = "point"
        fields = [
            { name = "name", type = "text", title = { uk = "Назва", en = "Name" } },
            { name = "height", type = "integer", title = { uk = "Висота", en = "Height" } },
            { name = "planted", type = "date", title = { uk = "Посаджено", en = "Planted" } },
            { name = "opening_hours", type = "text", format = "opening-hours", title = { uk = "Години", en = "Hours" } },
        ]
        "#,
    );
    city.import(&recipe, None);
}

fn served() -> (City, Server) {
    let city = City::new();
    import(&city, 0..COUNT);
    let server = city.serve(&[]);
    (city, server)
}

fn ids(page: &Value) -> Vec<String> {
    page["features"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

fn link(page: &Value, rel: &str, server: &Server) -> Option<String> {
    let links = page["links"].as_array().unwrap();
    let href = links.iter().find(|link| link["rel"] == rel)?["href"].as_str().unwrap();
    Some(href.strip_prefix(&server.root).unwrap().to_owned())
}

#[test]
fn a_page_that_starts_with_a_feature_goes_on_from_there_in_both_directions() {
    let (_city, server) = served();
    for query in [
        "",
        "&sortby=height",
        "&sortby=-height,name",
        "&filter=height%20%3E%200",
        "&sortby=planted&filter=height%20%3E%200",
    ] {
        let all = ids(&server.json(&format!("/collections/trees/items?limit=1000{query}")));
        for (at, id) in all.iter().enumerate().step_by(7) {
            let page = server.json(&format!("/collections/trees/items?limit=5&start={id}{query}"));
            assert_eq!(ids(&page), all[at..all.len().min(at + 5)], "{query} {id}");
            assert_eq!(page["numberMatched"], all.len());
            let way = |rel| link(&page, rel, &server).map(|path| ids(&server.json(&path)));
            assert_eq!(way("prev").unwrap_or_default(), all[at.saturating_sub(5)..at], "{query} {id}");
            assert_eq!(
                way("next").unwrap_or_default(),
                all[all.len().min(at + 5)..all.len().min(at + 10)],
                "{query} {id}"
            );
        }
    }
    // A feature that is not meant stands somewhere, and the page begins behind that place.
    let rest = ids(&server.json("/collections/trees/items?limit=2&start=t000&filter=height%20%3E%200"));
    assert_eq!(rest, ["t001", "t002"]);
    for (query, named) in [("start=nobody", "start"), ("start=t000&cursor=%5B%22after%22%2C%22t001%22%5D", "start")] {
        let answer = server.get(&format!("/collections/trees/items?{query}"));
        assert_eq!((answer.status, &answer.json()["parameter"]), (400, &json!(named)), "{query}");
    }
}

#[test]
fn pages_forwards_and_back_cover_everything_once_under_ties_and_unknowns() {
    let (_city, server) = served();
    for sort in ["", "height", "-height", "planted,-height", "-name,planted", "kind,-id"] {
        let first = format!("/collections/trees/items?limit=8&sortby={sort}");
        let first = if sort.is_empty() { "/collections/trees/items?limit=8".to_owned() } else { first };
        let (mut pages, mut path) = (Vec::new(), Some(first));
        let mut last = String::new();
        while let Some(at) = path {
            let page = server.json(&at);
            assert_eq!(page["numberMatched"], COUNT, "{at}");
            pages.push(ids(&page));
            path = link(&page, "next", &server);
            last = at;
        }
        let forwards = pages.concat();
        assert_eq!(forwards.iter().collect::<BTreeSet<_>>().len(), COUNT, "{sort}");
        assert_eq!(forwards.len(), COUNT, "{sort}");
        // Back from the last page the same pages come.
        let mut back = vec![ids(&server.json(&last))];
        let mut path = link(&server.json(&last), "prev", &server);
        while let Some(at) = path {
            let page = server.json(&at);
            back.insert(0, ids(&page));
            path = link(&page, "prev", &server);
        }
        assert_eq!(back.concat(), forwards, "{sort}");
        if sort == "-height" {
            let all = server.json("/collections/trees/items?limit=100&sortby=-height");
            let heights: Vec<Option<i64>> =
                all["features"].as_array().unwrap().iter().map(|one| one["properties"]["height"].as_i64()).collect();
            let known: Vec<i64> = heights.iter().copied().map_while(|height| height).collect();
            assert!(known.is_sorted_by(|a, b| a >= b) && heights[known.len()..].iter().all(Option::is_none));
        }
    }
}

#[test]
fn what_stands_all_the_while_is_paged_exactly_once_though_others_come_and_go() {
    let city = City::new();
    let even = |i: &usize| i.is_multiple_of(2);
    import(&city, 0..COUNT);
    let server = city.serve(&[]);
    let mut seen = Vec::new();
    let mut path = Some("/collections/trees/items?limit=5&sortby=-height".to_owned());
    let mut turn = 0;
    while let Some(at) = path {
        let page = server.json(&at);
        seen.extend(ids(&page));
        path = link(&page, "next", &server);
        // Odd trees, the last of the page among them perhaps, go and come back.
        turn += 1;
        if turn % 2 == 1 {
            import(&city, (0..COUNT).filter(even));
        } else {
            import(&city, 0..COUNT);
        }
        city::until(|| {
            server.json("/collections/trees")["count"] == if turn % 2 == 1 { COUNT.div_ceil(2) } else { COUNT }
        });
    }
    for i in (0..COUNT).filter(even) {
        let id = format!("t{i:03}");
        assert_eq!(seen.iter().filter(|one| **one == id).count(), 1, "{id} in {seen:?}");
    }
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len(), "a tree came twice");
}

#[test]
fn answers_come_in_the_systems_and_the_order_of_axes_asked_for() {
    let (_city, server) = served();
    let epsg = |code: &str| format!("http://www.opengis.net/def/crs/EPSG/0/{code}");
    let at = |crs: &str| {
        let answer = server.get(&format!("/collections/trees/items/t000?crs={crs}"));
        assert_eq!(answer.header("content-crs"), format!("<{crs}>"));
        answer.json()["geometry"]["coordinates"].clone()
    };
    assert_eq!(at("http://www.opengis.net/def/crs/OGC/1.3/CRS84"), json!([33.4, 47.9]));
    assert_eq!(at(&epsg("4326")), json!([47.9, 33.4]));
    for (code, box_of) in [("3857", [0, 1]), ("6385", [1, 0])] {
        // PROJ says where it is; UCS-2000 has the northing first.
        let output = Command::new("sh")
            .args(["-c", &format!("echo '47.9 33.4' | cs2cs -f %.3f EPSG:4326 EPSG:{code}")])
            .output()
            .unwrap();
        let said = text(&output.stdout);
        let judge: Vec<f64> = said.split_whitespace().take(2).map(|number| number.parse().unwrap()).collect();
        let told = at(&epsg(code));
        for axis in 0..2 {
            assert!((told[axis].as_f64().unwrap() - judge[axis]).abs() < 0.1, "EPSG:{code}: {told} for {judge:?}");
        }
        assert!(judge[box_of[1]] > judge[box_of[0]], "the northing is the greater number here");
        let bbox = format!("{},{},{},{}", judge[0] - 5.0, judge[1] - 5.0, judge[0] + 5.0, judge[1] + 5.0);
        let path = format!("/collections/trees/items?bbox={bbox}&bbox-crs={}", epsg(code));
        assert_eq!(ids(&server.json(&path)), ["t000"], "{path}");
    }
    // A box of UCS-2000 is turned against the meridians: a corner of the box in degrees around it lies outside of it.
    let judge = |lon: f64, lat: f64| {
        let crs = mapa::space::Crs::of_epsg(6387).unwrap();
        crs.place_from_crs84(lon, lat).unwrap()
    };
    let ((west, south), (east, north)) = (judge(33.3999, 47.8999), judge(33.456, 47.905));
    let inside: BTreeSet<String> = (0..COUNT)
        .filter(|i| {
            let (x, y) = judge(33.4 + *i as f64 * 1e-3, 47.9 + (*i % 9) as f64 * 1e-3);
            (west..=east).contains(&x) && (south..=north).contains(&y)
        })
        .map(|i| format!("t{i:03}"))
        .collect();
    let path =
        format!("/collections/trees/items?limit=100&bbox={south},{west},{north},{east}&bbox-crs={}", epsg("6387"));
    assert!(inside.len() > 5);
    assert_eq!(ids(&server.json(&path)).into_iter().collect::<BTreeSet<_>>(), inside);
    let boxed = format!("/collections/trees/items?bbox=47.8999,33.3999,47.9001,33.4001&bbox-crs={}", epsg("4326"));
    assert_eq!(ids(&server.json(&boxed)), ["t000"]);
    assert_eq!(server.get(&format!("/collections/trees/items?crs={}", epsg("2154"))).status, 400);
}

#[test]
fn a_table_is_whole_and_runs_nothing_in_a_spreadsheet() {
    let (_city, server) = served();
    let answer = server.get("/collections/trees/items?f=csv&bom=true");
    assert!(
        answer.body.starts_with("\u{feff}id,name,".as_bytes())
            || answer.body.starts_with("\u{feff}id,kind,".as_bytes())
    );
    let table = text(&answer.body);
    assert_eq!(table.matches("\r\n").count(), COUNT + 1);
    assert!(table.contains(",'=1+1,") && !table.contains(",=1+1,"));
    assert!(table.contains("\"Їжак; \"\"лапки\"\"\""));
    let page = server.get("/collections/trees/items?f=csv&limit=2&properties=height");
    assert_eq!(text(&page.body), "id,height\r\nt000,\r\nt001,1\r\n");
    assert!(
        page.header("link").contains("rel=\"")
            && page.headers.get_all("link").iter().any(|link| link.to_str().unwrap().contains("\"next\""))
    );
}

#[test]
fn flatgeobuf_is_read_in_parts_over_http() {
    let (city, server) = served();
    let path = "/collections/trees/items?f=fgb";
    let whole = server.get(path);
    let part = server.get_with(path, &[("range", "bytes=8-15")]);
    assert_eq!((part.status, part.body.as_slice()), (206, &whole.body[8..16]));
    assert_eq!(part.header("content-range"), format!("bytes 8-15/{}", whole.body.len()));
    let changed = server.get_with(path, &[("range", "bytes=8-15"), ("if-range", "\"other\"")]);
    assert_eq!((changed.status, changed.body.len()), (200, whole.body.len()));
    assert_eq!(server.get_with(path, &[("range", "bytes=9999999-")]).status, 416);
    assert_eq!(server.get_with(path, &[("if-none-match", whole.header("etag"))]).status, 304);
    // GDAL reads it from the server itself, by ranges and through the index.
    let said = ran(Command::new("ogrinfo")
        .args(["-q", "-al", "-spat", "33.3995", "47.8995", "33.4005", "47.9005"])
        .arg(format!("/vsicurl/{}{path}", server.root)));
    assert_eq!(said.matches("OGRFeature").count(), 1, "{said}");
    assert!(said.contains("t000") && said.contains("POINT (33.4 47.9)"), "{said}");
    let file = city.write("trees.fgb", &whole.body);
    let said = ran(Command::new("ogrinfo").args(["-so", "-al"]).arg(file));
    assert!(said.contains(&format!("Feature Count: {COUNT}")) && said.contains("WGS 84"), "{said}");
    assert!(text(&whole.body).contains(r#""attribution":"© Хтось & <b>хтось</b>""#));
    // Nothing is a file too.
    let file = city.write("none.fgb", server.get(&format!("{path}&filter=FALSE")).body);
    let said = ran(Command::new("ogrinfo").args(["-so", "-al"]).arg(file));
    assert!(said.contains("Feature Count: 0") && said.contains("height"), "{said}");
    // Only what is asked for, in the system asked for.
    let path = format!("{path}&limit=2&properties=height,planted&crs=http://www.opengis.net/def/crs/EPSG/0/6387");
    let file = city.write("metres.fgb", server.get(&path).body);
    let said = ran(Command::new("ogrinfo").args(["-al"]).arg(file));
    let shown = ["UCS-2000", "height (Integer64) = 1", "planted (DateTime) = 20", "name: String", "kind: String"];
    assert_eq!(shown.map(|words| said.contains(words)), [true, true, true, false, false], "{said}");
}

#[test]
fn pages_are_read_without_a_program_and_run_nothing() {
    let (_city, server) = served();
    let browser = [("accept", "text/html,application/xhtml+xml,*/*;q=0.8"), ("accept-language", "en-GB,en;q=0.9")];
    for path in [
        "/collections",
        "/collections/trees",
        "/collections/trees/items",
        "/collections/trees/items/t001",
        "/api.html",
        "/api",
    ] {
        let answer = server.get_with(path, &browser);
        let page = text(&answer.body);
        assert_eq!(answer.status, 200, "{path}: {page}");
        assert!(answer.header("content-type").starts_with("text/html"), "{path}");
        assert_eq!(answer.header("content-language"), "en", "{path}");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert!(!page.contains("<script") && !page.contains("<b>") && !page.contains("style=\""), "{path}: {page}");
        assert!(page.contains("<html lang=\"en\">"), "{path}");
        assert!(server.get(&format!("{}lang=uk&f=html", join(path))).status < 500);
    }
    let items = text(&server.get_with("/collections/trees/items", &browser).body);
    assert!(items.contains("&lt;b&gt;Дуб&lt;/b&gt;") && items.contains("rel=\"next\""));
    let ukrainian = server.get("/collections/trees?f=html");
    assert_eq!(ukrainian.header("content-language"), "uk");
    assert!(text(&ukrainian.body).contains("Дерева"));
    assert_eq!(server.get("/pages.css").header("content-type"), "text/css; charset=utf-8");
    // Without a word of what is liked it is JSON.
    assert_eq!(server.get("/collections").header("content-type"), "application/json");
}

fn join(path: &str) -> String {
    format!("{path}?")
}

#[test]
fn every_answer_says_its_revision() {
    let (_city, server) = served();
    for path in [
        "/?f=json",
        "/conformance",
        "/api",
        "/collections",
        "/collections/trees",
        "/collections/trees/schema",
        "/collections/trees/queryables",
        "/collections/trees/items",
        "/collections/trees/items/t000",
        "/nearest?lon=33&lat=47",
        "/at?lon=33.4&lat=47.9",
        "/catalog",
        "/summary?collections=trees",
        "/collections/trees/items?f=csv",
    ] {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.header("mapa-revision")), (200, "1"), "{path}: {}", text(&answer.body));
        assert!(answer.header("etag").starts_with('"') && !answer.header("cache-control").is_empty(), "{path}");
    }
}

#[test]
fn neighbors_are_paged_and_heed_hours_and_kinds_of_list() {
    let (_city, server) = served();
    let all = server.json("/nearest?lon=33.4&lat=47.9&collections=trees&limit=100");
    let (mut seen, mut path) = (Vec::new(), Some("/nearest?lon=33.4&lat=47.9&collections=trees&limit=7".to_owned()));
    while let Some(at) = path {
        let page = server.json(&at);
        seen.extend(ids(&page));
        path = link(&page, "next", &server);
    }
    assert_eq!(seen, ids(&all));
    assert_eq!(seen.len(), COUNT);
    let open = server.json("/nearest?lon=33.4&lat=47.9&collections=trees&limit=100&open_at=2026-11-24T10:00:00Z");
    let wanted: BTreeSet<String> = (0..COUNT).filter(|i| i % 3 == 0).map(|i| format!("t{i:03}")).collect();
    assert_eq!(ids(&open).into_iter().collect::<BTreeSet<_>>(), wanted);
    assert_eq!(open["unknownHours"], (0..COUNT).filter(|i| i % 3 == 2).count());
    assert_eq!(open["features"][0]["properties"]["open"], "open");
    // Told of every one, not narrowed; and of one alone, with the instant of the change.
    let told = server.json("/nearest?lon=33.4&lat=47.9&collections=trees&limit=100&hours_at=2026-11-24T10:00:00Z");
    assert_eq!(ids(&told), ids(&all));
    let of = |word: &str| {
        told["features"].as_array().unwrap().iter().filter(|one| one["properties"]["open"] == word).count()
    };
    assert_eq!((of("open"), of("open") + of("closed") + of("unknown")), (wanted.len(), COUNT));
    let one = server.json("/collections/trees/items/t000?hours_at=2026-11-24T10:00:00Z");
    assert_eq!(one["properties"]["open"], "open", "{one}");
    let silent = server.json("/collections/trees/items/t000");
    assert!(silent["properties"]["open"].is_null(), "nobody asked");
    let each = server.json("/nearest?lon=33.4&lat=47.9&per=collection");
    assert_eq!(ids(&each), ["t000"]);
    let near = &all["features"][1]["properties"];
    let walk = (near["distance_m"].as_f64().unwrap() / 75.0).ceil();
    assert_eq!(near["walking_min_straight_line"].as_f64(), Some(walk));
    for (query, name) in [
        ("cursor=x", "cursor"),
        ("open_at=yesterday", "open_at"),
        ("hours_at=x", "hours_at"),
        ("kind=oak", "kind"),
        ("per=sector", "per"),
    ] {
        let answer = server.get(&format!("/nearest?lon=33&lat=47&{query}"));
        assert_eq!((answer.status, answer.json()["parameter"].as_str().unwrap()), (400, name), "{query}");
    }
}

#[test]
fn gdal_reads_a_collection_page_by_page() {
    let (_city, server) = served();
    let source = format!("OAPIF:{}", server.root);
    let said = ran(Command::new("ogrinfo").args(["-ro", "-al", "-oo", "PAGE_SIZE=10", &source, "trees"]));
    assert_eq!(said.matches("OGRFeature(trees)").count(), COUNT, "{said}");
    assert!(said.contains(&format!("Feature Count: {COUNT}")), "{said}");
    assert!(said.contains("height: Integer") && said.contains("planted: Date"), "{said}");
    // The condition goes to the server as CQL2, the system as crs.
    let tall = ran(Command::new("ogrinfo").args(["-ro", "-q", "-al", &source, "trees", "-where", "height = 3"]));
    let wanted = (0..COUNT).filter(|i| i % 5 != 0 && i % 4 == 3).count();
    assert_eq!(tall.matches("OGRFeature(trees)").count(), wanted, "{tall}");
}

#[test]
fn owslib_walks_from_the_landing_page_to_filtered_items() {
    let Some(python) = python() else { return };
    let (_city, server) = served();
    let walk = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/owslib_walk.py");
    let said = ran(Command::new(python).arg(walk).args([&server.root, "trees", "height >= 2 AND name LIKE 'Ґ%'"]));
    let told: Value = serde_json::from_str(&said).unwrap();
    let wanted: Vec<String> = (0..COUNT).filter(|i| i % 5 == 3 && i % 4 >= 2).map(|i| format!("t{i:03}")).collect();
    assert_eq!(told["found"], json!(wanted));
    assert_eq!((&told["matched"], &told["one"]), (&json!(wanted.len()), &json!(wanted[0])));
    assert_eq!(
        told["queryables"],
        json!(["collection", "geometry", "height", "id", "name", "opening_hours", "planted", "sector"])
    );
    let classes = told["classes"].as_array().unwrap();
    assert!(classes.contains(&json!("http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core")));
    assert!(told["collections"].as_array().unwrap().contains(&json!("trees")));
}

#[test]
fn schemathesis_finds_no_answer_that_the_document_does_not_say() {
    let Some(python) = python() else { return };
    let (_city, server) = served();
    // It ends nowhere else: who listens for changes listens on.
    let output = Command::new(python.with_file_name("schemathesis"))
        .args(["run", &format!("{}/api", server.root), "--phases", "examples,coverage,fuzzing", "--max-examples", "12"])
        .args([
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        ])
        .args(["--exclude-path", "/changes", "--seed", "1", "--request-timeout", "20", "--workers", "1", "--no-color"])
        .output()
        .unwrap();
    let said: String =
        text(&output.stdout).lines().map(|line| line.chars().take(300).collect::<String>() + "\n").collect();
    assert!(output.status.success(), "{said}{}", text(&output.stderr));
    assert_eq!(server.log(), "");
}

/// The Python of the clients; `None`, said aloud, where they are not installed and need not be.
fn python() -> Option<PathBuf> {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients/bin/python");
    if python.exists() {
        return Some(python);
    }
    assert!(std::env::var_os("CI").is_none(), "no clients: run tests/tools.sh");
    println!("skipped: no clients");
    None
}

fn ran(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(status.success(), "{command:?}: {}{}", text(&stdout), text(&stderr));
    text(&stdout)
}

/// Imports a source in GeoJSON into a collection of the catalog; each feature with an id, a shape and properties.
fn import_features(city: &City, collection: &str, fields: &[&str], features: &[(&str, Value, Value)]) {
    let features: Vec<Value> = features
        .iter()
        .map(|(id, geometry, properties)| {
            let mut properties = properties.clone();
            properties["id"] = json!(id);
            json!({ "type": "Feature", "geometry": geometry, "properties": properties })
        })
        .collect();
    let source = json!({ "type": "FeatureCollection", "features": features }).to_string();
    city.write(&format!("{collection}.geojson"), source);
    let fields: Vec<String> = fields.iter().map(|field| format!("[fields.{field}]\ncolumn = \"{field}\"\n")).collect();
    let recipe = format!(
        "collection = \"{collection}\"\n[source]\nfile = \"{collection}.geojson\"\n[id]\ncolumn = \"id\"\n[geometry]\nbounds = [33.0, 47.0, 34.0, 49.0]\n{}",
        fields.concat()
    );
    let recipe = city.write(&format!("{collection}.toml"), recipe);
    city.import(&recipe, None);
}

#[test]
fn a_place_is_told_by_what_holds_it_and_what_is_near() {
    let city = City::new();
    let point = |lon: f64, lat: f64| json!({ "type": "Point", "coordinates": [lon, lat] });
    let square = |lon: f64, lat: f64, half: f64| {
        let corner = |x: f64, y: f64| json!([lon + x * half, lat + y * half]);
        let ring = [corner(-1., -1.), corner(1., -1.), corner(1., 1.), corner(-1., 1.), corner(-1., -1.)];
        json!({ "type": "Polygon", "coordinates": [ring] })
    };
    let districts = [
        ("d1", square(33.4, 47.9, 0.05), json!({ "name": "Перший", "name_en": "First" })),
        ("d2", square(33.6, 47.9, 0.05), json!({ "name": "Другий" })),
    ];
    import_features(&city, "districts", &["name", "name_en"], &districts);
    let mut houses = vec![("h2", square(33.402, 47.9, 0.0001), json!({ "address": "вул. Миру, 5" }))];
    let nameless: Vec<String> = (0..30).map(|i| format!("n{i}")).collect();
    houses.extend(nameless.iter().map(|id| (id.as_str(), square(33.401, 47.9, 0.0001), json!({ "name": "Дім" }))));
    import_features(&city, "apartment-buildings", &["name", "address"], &houses);
    let schools = [
        ("s1", point(33.41, 47.9), json!({ "name": "Далека" })),
        ("s2", point(33.405, 47.9), json!({ "name": "Близька" })),
    ];
    import_features(&city, "schools", &["name"], &schools);
    let works = [
        ("w1", point(33.4, 47.903), json!({ "name": "Ремонт" })),
        ("w2", point(33.4, 47.92), json!({ "name": "Задалеко" })),
    ];
    import_features(&city, "budget-items", &["name"], &works);
    let server = city.serve(&[]);
    let told = server.json("/at?lon=33.4&lat=47.9&lang=en");
    // The nearest houses have no address: the next one that has is told.
    assert_eq!((&told["address"]["text"], &told["address"]["id"]), (&json!("вул. Миру, 5"), &json!("h2")));
    assert_eq!((&told["district"]["id"], &told["district"]["name"]), (&json!("d1"), &json!("First")));
    let services = told["services"].as_array().unwrap();
    assert_eq!(services.len(), 1, "services of which the city has none are left out");
    assert_eq!((&services[0]["id"], &services[0]["nearest"]["id"]), (&json!("school"), &json!("s2")));
    assert_eq!(ids(&told["works"]), ["w1"]);
    assert!(told.get("reports").is_none() && told["areas"] == json!([]));
    let inside = server.json("/at?lon=33.402&lat=47.9");
    assert_eq!((&inside["areas"][0]["id"], &inside["address"]["distance_m"]), (&json!("h2"), &json!(0.0)));
    assert_eq!(services[0]["collections"], json!(["schools"]), "what else there is of a service is found by these");
    assert_eq!(server.json("/at?lon=10&lat=10")["services"][0]["id"], "school");
    assert!(server.json("/at?lon=10&lat=10").get("district").is_none());
}
