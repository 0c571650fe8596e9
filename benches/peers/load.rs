//! A load is what `wrk` measured of a server: 16 connections kept alive, a stream of paths, gzip accepted.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::process::Process;

const CONNECTIONS: &str = "16";

/// One row of the table.
pub struct Row {
    pub name: String,
    pub per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// Processor time of the server and all it started, an answer.
    pub cpu_us: f64,
    pub resident: u64,
    /// With the heads of the answers.
    pub bytes: f64,
    pub failures: u64,
}

/// Seconds that a row is measured: `MAPA_BENCH_SECONDS`, or 10.
pub fn seconds() -> String {
    std::env::var("MAPA_BENCH_SECONDS").unwrap_or_else(|_| "10".into())
}

/// Paths that are asked for in turn, in a file where `wrk` reads them, and the encoding that is accepted.
pub struct Stream {
    file: PathBuf,
    pub encoding: &'static str,
}

impl Stream {
    /// Writes a stream; gzip is accepted.
    pub fn new(folder: &Path, name: &str, paths: impl IntoIterator<Item = String>) -> Self {
        let file = folder.join(format!("{name}.paths"));
        std::fs::write(&file, paths.into_iter().collect::<Vec<_>>().join("\n") + "\n").unwrap();
        Self { file, encoding: "gzip" }
    }

    /// The same, with answers as they are.
    pub fn plain(self) -> Self {
        Self { encoding: "identity", ..self }
    }
}

/// Measures a server that has been asked for every path of the stream before.
pub fn warm(name: &str, server: &Process, stream: &Stream) -> Row {
    run(server, stream, "3");
    cold(name, server, stream)
}

/// Measures a server as it is.
pub fn cold(name: &str, server: &Process, stream: &Stream) -> Row {
    let before = server.cpu_us();
    let [answers, micros, bytes, p50_ms, p99_ms, failures] = run(server, stream, &seconds());
    Row {
        name: name.to_owned(),
        per_second: answers / (micros / 1e6),
        p50_ms,
        p99_ms,
        cpu_us: (server.cpu_us() - before) / answers,
        resident: server.resident(),
        bytes: bytes / answers,
        failures: failures as u64,
    }
}

fn run(server: &Process, stream: &Stream, seconds: &str) -> [f64; 6] {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/paths.lua");
    let output = Command::new("wrk")
        .args(["--threads", "2", "--connections", CONNECTIONS, "--duration", seconds, "--timeout", "20", "--latency"])
        .arg("--script")
        .arg(script)
        .args([&server.root, "--"])
        .arg(&stream.file)
        .arg(stream.encoding)
        .output()
        .expect("wrk is missing (Debian: apt-get install wrk)");
    let said = String::from_utf8_lossy(&output.stdout);
    let line = said.lines().find_map(|line| line.strip_prefix("RESULT "));
    let line = line.unwrap_or_else(|| panic!("wrk: {said}{}", String::from_utf8_lossy(&output.stderr)));
    let numbers: Vec<f64> = line.split(' ').map(|number| number.parse().unwrap()).collect();
    numbers.try_into().expect("six numbers")
}

/// Prints the rows as Markdown.
pub fn print(title: &str, rows: &[Row]) {
    println!("\n### {title}\n");
    println!(
        "| | answers/s | p50, ms | p99, ms | server CPU, µs an answer | resident, MB | bytes an answer | failures |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for row in rows {
        println!(
            "| {} | {:.0} | {:.2} | {:.2} | {:.1} | {:.0} | {:.0} | {} |",
            row.name,
            row.per_second,
            row.p50_ms,
            row.p99_ms,
            row.cpu_us,
            row.resident as f64 / 1e6,
            row.bytes,
            row.failures,
        );
    }
}
