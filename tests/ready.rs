//! Ready tiles: the shortest way through the server answers as the long one does, always with the same bytes.

mod city;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read, Write},
    net::TcpStream,
};

use city::{City, Server};
use mapa::space::{BBox, LonLat, TileCoord, WorldPoint};

const BOX: BBox = BBox { west: 33.30, south: 47.85, east: 33.50, north: 47.99 };

/// A city of 900 trees in three streets.
fn planted() -> City {
    let city = City::new();
    let recipe = city.trees((0..900_u32).map(|i| {
        let (lon, lat) = (33.305 + f64::from(i % 300) * 6.3e-4, 47.86 + f64::from(i / 300) * 0.05);
        (i, format!("дуб {}", i % 7), lon, lat)
    }));
    city.import(&recipe, None);
    city
}

fn metric(server: &Server, name: &str) -> f64 {
    let page = city::text(&server.get("/metrics").body);
    let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{name} is not in {page}")).parse().unwrap()
}

/// Status line, headers and body.
type Raw = (String, BTreeSet<String>, Vec<u8>);

fn heads((status, headers, body): Raw) -> (String, BTreeSet<String>, usize) {
    (status, headers, body.len())
}

/// A request as it goes over the wire, and what comes back without what differs by request.
fn ask(server: &Server, method: &str, path: &str, headers: &str) -> Raw {
    let mut connection = TcpStream::connect(server.root.strip_prefix("http://").unwrap()).unwrap();
    let host = "host: mapa.example\r\nconnection: close\r\n";
    write!(connection, "{method} {path} HTTP/1.1\r\n{host}{headers}\r\n").unwrap();
    let mut bytes = Vec::new();
    connection.read_to_end(&mut bytes).unwrap();
    let split = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8(bytes[..split].to_vec()).unwrap();
    let mut lines = head.lines().map(str::to_owned);
    let status = lines.next().unwrap();
    let mut kept = lines.collect::<BTreeSet<_>>();
    assert!(kept.iter().any(|line| line.starts_with("x-request-id: ")), "{head}");
    kept.retain(|line| !line.starts_with("date: ") && !line.starts_with("x-request-id: "));
    (status, kept, bytes[split + 4..].to_vec())
}

#[test]
fn a_ready_tile_is_answered_as_one_that_goes_through_the_routes() {
    let city = planted();
    let (keeping, drawing) = (city.serve(&[]), city.serve(&["--tile-memory", "0"]));
    let full = TileCoord::at(WorldPoint::of(LonLat::new(33.4, 47.91).unwrap()), 10);
    let paths = [format!("/tiles/city/{full}.mvt"), format!("/tiles/trees/{full}.mvt"), "/tiles/city/9/0/0.mvt".into()];
    let tag = keeping.get_with(&paths[0], &[("accept-encoding", "identity")]).header("etag").to_owned();
    assert!(!tag.is_empty());
    let asked = [
        String::new(),
        "accept-encoding: gzip\r\n".into(),
        "accept-encoding: br;q=0.2, gzip;q=0.1\r\norigin: https://other.example\r\n".into(),
        "accept-encoding: zstd\r\n".into(),
        format!("if-none-match: {tag}\r\n"),
        format!("accept-encoding: gzip\r\nif-none-match: \"x\", W/{}-gzip\"\r\n", tag.trim_end_matches('"')),
        "if-none-match: *\r\n".into(),
    ];
    for path in &paths {
        for headers in &asked {
            // Whoever asks first may have to wait for the drawing or the encoding.
            ask(&keeping, "GET", path, headers);
            let ready = || metric(&keeping, "mapa_tiles_ready_total");
            let before = ready();
            let got = ["GET", "HEAD"].map(|method| ask(&keeping, method, path, headers));
            assert_eq!(ready() - before, 2.0, "{path} {headers} was not ready");
            let wanted = ["GET", "HEAD"].map(|method| ask(&drawing, method, path, headers));
            assert!(got == wanted, "{path} {headers}: {:?} and not {:?}", got.clone().map(heads), wanted.map(heads));
            let names = |answer: &Raw| {
                answer.1.iter().map(|line| line.split(':').next().unwrap().to_owned()).collect::<Vec<_>>()
            };
            for name in ["access-control-allow-origin", "cache-control", "mapa-revision", "x-content-type-options"] {
                assert!(names(&got[0]).iter().any(|header| header == name), "{path} {headers}: no {name}");
            }
            assert_eq!(names(&got[0]), names(&got[1]), "{path} {headers}: HEAD differs");
            assert!(got[1].2.is_empty());
        }
    }
    assert_eq!(metric(&drawing, "mapa_tiles_ready_total"), 0.0);
}

#[test]
fn another_origin_may_ask_and_is_told_so_before() {
    let server = planted().serve(&[]);
    let preflight = "origin: https://other.example\r\naccess-control-request-method: GET\r\n";
    let (status, headers, _) = ask(&server, "OPTIONS", "/tiles/city/10/607/356.mvt", preflight);
    assert!(status.contains(" 200 "), "{status}");
    assert!(headers.contains("access-control-allow-origin: *"), "{headers:?}");
    assert!(headers.contains("access-control-allow-methods: GET,HEAD"), "{headers:?}");
}

#[test]
fn a_tile_has_one_etag_over_two_nodes_and_a_restart() {
    let repeats = std::env::var("MAPA_REPEATS").map_or(10, |repeats| repeats.parse().expect("a number"));
    let city = planted();
    let coords: Vec<TileCoord> = (8..=15).flat_map(|z| TileCoord::covering(&BOX, z)).collect();
    let mut seen: BTreeMap<String, BTreeSet<(String, Vec<u8>)>> = BTreeMap::new();
    let mut look = |server: &Server, times: usize| {
        for _ in 0..times {
            for tileset in ["city", "trees"] {
                let tiles = coords.iter().map(|coord| format!("/tiles/{tileset}/{coord}.mvt"));
                for path in tiles.step_by(coords.len() / 50) {
                    let answer = server.get_with(&path, &[("accept-encoding", "identity")]);
                    seen.entry(path).or_default().insert((answer.header("etag").to_owned(), answer.body));
                }
            }
        }
    };
    let nodes = [city.serve(&[]), city.serve(&["--tile-memory", "1"])];
    for node in &nodes {
        look(node, repeats / 3 + 1);
    }
    drop(nodes);
    look(&city.serve(&[]), repeats / 3 + 1);
    assert!(seen.len() >= 100, "{}", seen.len());
    let shown = seen.values().filter(|answers| answers.iter().all(|(tag, _)| !tag.is_empty())).count();
    assert!(shown >= 20, "{shown} of {} show anything", seen.len());
    for (path, answers) in seen {
        assert_eq!(answers.len(), 1, "{path}: {:?}", answers.iter().map(|(tag, _)| tag).collect::<Vec<_>>());
    }
}
