//! Databases asked for the nearest ten, without HTTP: PostGIS by its own load generator, Redis by 16 clients; and tipg, which
//! answers items over HTTP from PostGIS.

use std::{
    fmt::Write as _,
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use mapa::space::LonLat;

use crate::{
    load::{Stream, print, seconds, warm},
    points::{self, Point},
    postgres::Cluster,
    process::Process,
};

/// As many clients as `wrk` has connections.
const CLIENTS: usize = 16;

/// What a database did.
struct Row {
    name: String,
    per_second: f64,
    mean_ms: f64,
}

/// Prints a table; who is not installed is said aloud.
pub fn compare(folder: &Path, points: &[Point], places: &[LonLat], kind: &str) {
    let mut rows = Vec::new();
    if let Some(cluster) = Cluster::start() {
        let database = cluster.database();
        let name = database.rsplit('/').next().unwrap();
        fill(&cluster, name, folder, places);
        let ask = |title: &str, only: &str| {
            let of = "id, name, sort, number, ST_AsGeoJSON(geom)";
            let script = format!(
                "\\set i random(0, {})\nSELECT {of}, ST_Distance(geom, (SELECT at FROM places WHERE i = :i)) FROM points {only}
                 ORDER BY geom <-> (SELECT at FROM places WHERE i = :i) LIMIT 10;\n",
                places.len() - 1
            );
            let file = folder.join("knn.sql");
            fs::write(&file, script.replace("\n                 ", " ")).unwrap();
            let told = cluster.bench(name, &file, CLIENTS, &seconds());
            let number = |word: &str| -> f64 {
                let line = told.lines().find_map(|line| line.strip_prefix(word)).expect("pgbench tells");
                line.trim_start_matches([' ', '=']).split(' ').next().unwrap().parse().unwrap()
            };
            Row { name: title.into(), per_second: number("tps"), mean_ms: number("latency average") }
        };
        rows.push(ask("PostGIS, `<->` of geography, all", ""));
        rows.push(ask("PostGIS, of one kind", &format!("WHERE sort = '{kind}'")));
        tipg(&cluster, &database, folder, points.len());
    }
    rows.extend(redis(points, places));
    println!("\n### Nearest ten without HTTP\n\n| | answers/s | mean, ms |\n| --- | ---: | ---: |");
    for Row { name, per_second, mean_ms } in rows {
        println!("| {name} | {per_second:.0} | {mean_ms:.2} |");
    }
}

fn fill(cluster: &Cluster, database: &str, folder: &Path, places: &[LonLat]) {
    let mut csv = String::new();
    for (i, at) in places.iter().enumerate() {
        writeln!(csv, "{i},{},{}", at.lon(), at.lat()).unwrap();
    }
    fs::write(folder.join("places.csv"), csv).unwrap();
    points::pour(cluster, database, folder);
    for statement in [
        "CREATE TABLE points AS SELECT number, id, name, kind AS sort, ST_MakePoint(lon, lat)::geography(Point, 4326) AS geom FROM raw".into(),
        "ALTER TABLE points ADD PRIMARY KEY (id)".into(),
        "CREATE INDEX ON points USING gist (geom)".into(),
        "CREATE TABLE place (i int PRIMARY KEY, lon float8, lat float8)".into(),
        format!("\\copy place FROM '{}' CSV", folder.join("places.csv").display()),
        "CREATE TABLE places AS SELECT i, ST_MakePoint(lon, lat)::geography(Point, 4326) AS at FROM place".into(),
        "ALTER TABLE places ADD PRIMARY KEY (i)".into(),
        "DROP TABLE raw, place".into(),
        "VACUUM ANALYZE points".into(),
        "VACUUM ANALYZE places".into(),
    ] {
        cluster.sql(database, &statement);
    }
}

/// A page of 100 items from tipg, where it is installed.
fn tipg(cluster: &Cluster, database: &str, folder: &Path, count: usize) {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("var/bench/tipg/bin/uvicorn");
    if !program.exists() {
        println!("\nskipped: no tipg; python3 -m venv var/bench/tipg && var/bench/tipg/bin/pip install tipg uvicorn");
        return;
    }
    let port = free_port();
    let mut command = Command::new(program);
    command.args(["tipg.main:app", "--port", &port.to_string(), "--log-level", "error"]);
    command.env("DATABASE_URL", database).env("TIPG_DB_SCHEMAS", "[\"public\"]");
    let server = Process::at(port, &mut command, Some(cluster.id()));
    let pages = (0..180).map(|i| format!("/collections/public.points/items?limit=100&offset={}", i * count / 180));
    let stream = Stream::new(folder, "tipg", pages).plain();
    print("A page of 100 items from tipg", &[warm("tipg, PostGIS", &server, &stream)]);
}

/// The nearest ten within 2 km, as Redis ranks them: on a sphere, with places rounded to 52 bits.
fn redis(points: &[Point], places: &[LonLat]) -> Option<Row> {
    let port = free_port();
    let mut command = Command::new("redis-server");
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
    let Ok(child) = command.stdout(Stdio::null()).spawn() else {
        println!("\nskipped: no redis-server; Debian: apt-get install redis-server");
        return None;
    };
    let _running = Running(child);
    let connect = || {
        let begun = Instant::now();
        loop {
            match TcpStream::connect(("127.0.0.1", port)) {
                Ok(stream) => return BufReader::new(stream),
                Err(_) => assert!(begun.elapsed() < Duration::from_secs(10), "redis-server does not start"),
            }
            thread::sleep(Duration::from_millis(20));
        }
    };
    let mut first = connect();
    for point in points {
        let (lon, lat) = (point.at.lon().to_string(), point.at.lat().to_string());
        say(&mut first, &["GEOADD", "points", &lon, &lat, &point.id]);
    }
    let whole = Duration::from_secs(seconds().parse().expect("whole seconds"));
    let begun = Instant::now();
    let answers: usize = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let connect = &connect;
                scope.spawn(move || {
                    let (mut connection, mut answers) = (connect(), 0);
                    for at in places.iter().cycle().skip(client * 101) {
                        if begun.elapsed() > whole {
                            break;
                        }
                        let (lon, lat) = (at.lon().to_string(), at.lat().to_string());
                        let search = ["GEOSEARCH", "points", "FROMLONLAT", &lon, &lat, "BYRADIUS", "2", "km"];
                        say(&mut connection, &[&search[..], &["ASC", "COUNT", "10", "WITHDIST"]].concat());
                        answers += 1;
                    }
                    answers
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().unwrap()).sum()
    });
    let per_second = answers as f64 / begun.elapsed().as_secs_f64();
    Some(Row { name: "Redis, GEOSEARCH within 2 km".into(), per_second, mean_ms: CLIENTS as f64 / per_second * 1e3 })
}

/// Says a command and reads its whole reply (RESP 2).
fn say(to: &mut BufReader<TcpStream>, words: &[&str]) {
    let mut command = format!("*{}\r\n", words.len());
    for word in words {
        let _ = write!(command, "${}\r\n{word}\r\n", word.len());
    }
    to.get_mut().write_all(command.as_bytes()).unwrap();
    let mut replies = 1_usize;
    while replies > 0 {
        replies -= 1;
        let mut line = String::new();
        to.read_line(&mut line).unwrap();
        let number = || line[1..].trim().parse::<i64>().unwrap();
        match line.as_bytes().first() {
            Some(b'*') => replies += number().unsigned_abs() as usize,
            Some(b'$') => to.read_exact(&mut vec![0; number().unsigned_abs() as usize + 2]).unwrap(),
            Some(b':' | b'+') => {}
            _ => panic!("redis: {line}"),
        }
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Stopped with the value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
