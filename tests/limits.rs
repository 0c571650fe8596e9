//! Limits: what is asked of a server at once is bounded, who is beyond it is told; what happens is counted and named.

mod city;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use city::{City, Server};

fn served(args: &[&str]) -> (City, Server) {
    let city = City::new();
    city.write("wells.csv", "id,depth,lon,lat\n1,12,33.4,47.9\n");
    let recipe = city.write(
        "wells.toml",
        r#"
        collection = "wells"
        [source]
        file = "wells.csv"
        [id]
        column = "id"
        [geometry]
        lon = "lon"
        lat = "lat"
        [fields.depth]
        column = "depth"
        [declare]
        title = { uk = "Колодязі", en = "Wells" }
        geometry = "point"
        fields = [ { name = "depth", type = "integer", title = { uk = "Глибина", en = "Depth" } } ]
        "#,
    );
    city.import(&recipe, None);
    let server = city.serve(args);
    (city, server)
}

fn connect(server: &Server) -> TcpStream {
    let connection = TcpStream::connect(server.root.strip_prefix("http://").unwrap()).unwrap();
    connection.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    connection
}

/// Sends a request on an open connection and reads until the head and a short body have come.
fn ask(connection: &mut TcpStream, request: &str) -> String {
    connection.write_all(request.as_bytes()).unwrap();
    let mut bytes = [0; 4096];
    let n = connection.read(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes[..n]).into_owned()
}

/// All that comes until the other side ends the connection.
fn rest(mut connection: TcpStream) -> String {
    let mut bytes = Vec::new();
    let _ = connection.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

const LIVE: &str = "GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n";

#[test]
fn a_connection_beyond_the_most_is_told_to_come_again() {
    let (_city, server) = served(&["--connections", "3"]);
    let mut open: Vec<TcpStream> = (0..3).map(|_| connect(&server)).collect();
    for connection in &mut open {
        assert!(ask(connection, LIVE).starts_with("HTTP/1.1 200 "));
    }
    let told = rest(connect(&server));
    assert!(told.starts_with("HTTP/1.1 503 ") && told.contains("retry-after: 1\r\n"), "{told}");
    let body: serde_json::Value = serde_json::from_str(told.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert_eq!(body["status"], 503);
    // Those that are open go on, and one that ends makes room.
    assert!(ask(&mut open[0], LIVE).starts_with("HTTP/1.1 200 "));
    drop(open.pop());
    city::until(|| rest_of_one(&server).starts_with("HTTP/1.1 200 "));
}

fn rest_of_one(server: &Server) -> String {
    let mut connection = connect(server);
    let _ = connection.write_all(LIVE.replace("host", "connection: close\r\nhost").as_bytes());
    rest(connection)
}

#[test]
fn who_does_not_send_the_head_of_a_request_in_time_is_let_go() {
    let (_city, server) = served(&["--read-timeout", "1"]);
    let begun = Instant::now();
    let mut slow: Vec<TcpStream> = (0..20).map(|_| connect(&server)).collect();
    let mut silent = vec![connect(&server)];
    for connection in &mut slow {
        connection.write_all(b"GET /health/live HTT").unwrap();
    }
    assert!(ask(&mut silent[0], LIVE).starts_with("HTTP/1.1 200 "), "others are answered meanwhile");
    for connection in slow.into_iter().chain(silent) {
        let told = rest(connection);
        assert!(!told.contains(" 200 "), "{told}");
    }
    let took = begun.elapsed();
    assert!((Duration::from_millis(900)..Duration::from_secs(9)).contains(&took), "{took:?}");
}

#[test]
fn a_head_that_is_too_long_is_refused() {
    let (_city, server) = served(&[]);
    let mut connection = connect(&server);
    let line = format!("x-long: {}\r\n", "a".repeat(1000));
    let told = ask(&mut connection, &format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", line.repeat(40)));
    assert!(told.starts_with("HTTP/1.1 431 "), "{told}");
    let fits = ask(&mut connect(&server), &format!("GET /health/live HTTP/1.1\r\nhost: x\r\n{}\r\n", line.repeat(20)));
    assert!(fits.starts_with("HTTP/1.1 200 "), "{fits}");
}

#[test]
fn a_request_keeps_its_id_or_gets_one_of_its_own() {
    let (_city, server) = served(&[]);
    let id =
        |path: &str, sent: &str| server.get_with(path, &[("x-request-id", sent)]).header("x-request-id").to_owned();
    let mut given = BTreeSet::new();
    for path in ["/health/live", "/tiles/city/10/0/0.mvt", "/nothing", "/nearest"] {
        for own in ["a", "7f-3_x.Y", &"b".repeat(64)] {
            assert_eq!(id(path, own), own, "{path}");
        }
        for wrong in ["", "a b", "a\"b", "<a>", &"b".repeat(65)] {
            let new = id(path, wrong);
            assert!(new.len() == 24 && new.bytes().all(|digit| digit.is_ascii_hexdigit()), "{new}");
            assert!(given.insert(new), "an id is given twice");
        }
    }
}

/// A page of metrics read strictly: samples by name and labels, after each name was declared once.
#[test]
fn the_most_costly_questions_do_not_stand_in_the_way_of_a_cheap_one() {
    let city = City::new();
    let line = |i: u32| {
        let places: Vec<_> =
            (0..200).map(|v| format!("[{},{}]", 33.0 + f64::from(v) * 0.001, 47.0 + f64::from(i) * 0.001)).collect();
        format!(
            r#"{{"type":"Feature","properties":{{"n":"{i}"}},"geometry":{{"type":"LineString","coordinates":[{}]}}}}"#,
            places.join(",")
        )
    };
    let lines: Vec<_> = (0..300).map(line).collect();
    city.write("streets.geojson", format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, lines.join(",")));
    let recipe = "collection = \"streets\"\n[source]\nfile = \"streets.geojson\"\n[id]\ncolumn = \"n\"\n[fields.name]\ncolumn = \"n\"\n";
    let recipe = city.write("streets.toml", recipe);
    city.import(&recipe, None);
    let server = city.serve(&[]);
    let question = |times: usize| {
        let filter = vec!["S_TOUCHES(geom,LINESTRING(33%2047,33.3%2047.3))"; times].join("%20OR%20");
        format!("/summary?collections=streets&f%69lter={filter}")
    };
    let ask = || server.get(&question(10));
    std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().unwrap().get();
        let costly: Vec<_> = (0..=cores).map(|_| scope.spawn(ask)).collect();
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(server.get("/health/live").status, 200);
        assert!(
            costly.iter().all(|question| !question.is_finished()),
            "one is answered, so it may have been waited for"
        );
        assert!(costly.into_iter().all(|question| question.join().unwrap().status == 200));
    });
    // What would take more than a second is refused before anything is asked.
    let refused = server.get(&question(70));
    assert!(refused.status == 400 && city::text(&refused.body).contains("steps"), "{}", city::text(&refused.body));
}

fn read(page: &str) -> BTreeMap<String, f64> {
    let (mut samples, mut kinds) = (BTreeMap::new(), BTreeMap::new());
    for line in page.lines() {
        if let Some(declared) = line.strip_prefix("# ") {
            let mut words = declared.splitn(3, ' ');
            let (what, name, rest) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
            if what == "TYPE" {
                assert!(["counter", "gauge", "histogram"].contains(&rest), "{line}");
                assert!(kinds.insert(name.to_owned(), rest.to_owned()).is_none(), "{name} is declared twice");
            } else {
                assert_eq!(what, "HELP", "{line}");
            }
            continue;
        }
        let (sample, value) = line.rsplit_once(' ').unwrap();
        let name = sample.split('{').next().unwrap();
        let plain = name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        let of_histogram = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
        let declared = kinds.contains_key(name)
            || of_histogram.is_some_and(|name| kinds.get(name).is_some_and(|kind| kind == "histogram"));
        assert!(plain && declared, "{line}");
        assert!(samples.insert(sample.to_owned(), value.parse().unwrap()).is_none(), "{sample} is told twice");
    }
    samples
}

#[test]
fn what_is_asked_is_counted_by_route_and_status() {
    let (_city, server) = served(&[]);
    let page = || read(&city::text(&server.get("/metrics").body));
    for _ in 0..7 {
        server.get("/health/live");
        server.get("/tiles/city/10/0/0.mvt");
        server.get("/collections/oaks");
        server.get("/nothing/here");
    }
    let samples = page();
    let count = |route: &str, status: u16| {
        let labels = format!("{{route=\"{route}\",status=\"{status}\"");
        let all = samples[&format!("mapa_request_duration_seconds_count{labels}}}")];
        let classes: Vec<f64> = samples
            .iter()
            .filter(|(name, _)| name.starts_with(&format!("mapa_request_duration_seconds_bucket{labels},")))
            .map(|(_, value)| *value)
            .collect();
        assert!(classes.len() > 10 && classes.iter().all(|class| *class <= all), "{route}");
        assert_eq!(samples[&format!("mapa_request_duration_seconds_bucket{labels},le=\"+Inf\"}}")], all);
        assert!(samples[&format!("mapa_request_duration_seconds_sum{labels}}}")] > 0.0);
        all
    };
    assert_eq!(count("/health/live", 200), 7.0);
    assert_eq!(count("/tiles/{tileset}/{z}/{x}/{y}", 204), 7.0);
    assert_eq!(count("/collections/{collectionId}", 404), 7.0);
    assert_eq!(count("other", 404), 7.0);
    assert_eq!((samples["mapa_revision"], samples["mapa_features"]), (1.0, 1.0));
    assert!(samples["process_resident_memory_bytes"] > 1e6);
    assert!(samples["mapa_connections"] >= 1.0);
    // The page itself is counted too, and counts never fall.
    assert!(page()["mapa_request_duration_seconds_count{route=\"/metrics\",status=\"200\"}"] >= 1.0);
}
