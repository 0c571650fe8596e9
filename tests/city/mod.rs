//! A city of a test: a folder with its store, the built binary over it, and a client.
#![allow(dead_code, reason = "each test uses its own part of it")]

use std::{
    fmt::{Display, Write as _},
    fs,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

/// The recipe that [`City::trees`] writes; what follows it is still of `declare`.
const TREES: &str = r#"
collection = "trees"
[source]
file = "trees.csv"
[id]
column = "id"
[geometry]
lon = "lon"
lat = "lat"
[fields.name]
column = "name"
[declare]
title = { uk = "Дерева", en = "Trees" }
geometry = "point"
fields = [ { name = "name", type = "text", title = { uk = "Назва", en = "Name" } } ]
"#;

/// A folder that is gone after the test.
pub struct City {
    folder: TempDir,
    database: Option<String>,
}

/// The built binary, serving; killed with the value.
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:port`.
    pub root: String,
    log: Arc<Mutex<String>>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub body: Vec<u8>,
}

impl City {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), database: None }
    }

    /// A city whose store is a database.
    pub fn over(database: String) -> Self {
        Self { database: Some(database), ..Self::new() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn store(&self) -> PathBuf {
        self.path("city.gpkg")
    }

    /// Writes a file and gives its path.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Writes `trees.csv` with these ids, names, longitudes and latitudes, and gives the path of the recipe `trees.toml`.
    pub fn trees(&self, rows: impl IntoIterator<Item = (impl Display, impl Display, f64, f64)>) -> PathBuf {
        let mut source = String::from("id,name,lon,lat\n");
        for (id, name, lon, lat) in rows {
            let _ = writeln!(source, "{id},{name},{lon},{lat}");
        }
        self.write("trees.csv", source);
        self.write("trees.toml", TREES)
    }

    /// The binary in the folder, over the store of the city.
    pub fn command(&self) -> Command {
        let mut command = command(self.folder.path());
        match &self.database {
            Some(url) => command.env("MAPA_STORE", url),
            None => command.env("MAPA_STORE", self.store()),
        };
        command
    }

    /// Runs the binary in the folder, over the store of the city.
    pub fn mapa(&self, args: &[&str]) -> Output {
        self.command().args(args).output().unwrap()
    }

    /// Imports and wants it accepted; the report as JSON.
    pub fn import(&self, recipe: &Path, source: Option<&Path>) -> Value {
        let mut args = vec!["import", "--json", recipe.to_str().unwrap()];
        if let Some(source) = source {
            args.extend(["--source", source.to_str().unwrap()]);
        }
        let output = self.mapa(&args);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    pub fn serve(&self, args: &[&str]) -> Server {
        self.serve_with(args, &[])
    }

    /// Serves with more in the environment.
    pub fn serve_with(&self, args: &[&str], environment: &[(&str, &str)]) -> Server {
        let mut child = self
            .command()
            .envs(environment.iter().copied())
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (mut errors, kept) = (child.stderr.take().unwrap(), Arc::clone(&log));
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(n @ 1..) = errors.read(&mut bytes) {
                kept.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..n]));
            }
        });
        let mut root = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut root).unwrap();
        assert!(root.starts_with("http://"), "the server did not start: {}", log.lock().unwrap());
        Server { child, root: root.trim().into(), log }
    }
}

/// A recipe of the project.
pub fn recipe(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("import").join(name)
}

/// A file of the real data; `None`, said aloud, where they are absent and need not be there.
pub fn real(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("MAPA_REAL_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/real"), PathBuf::from);
    let path = root.join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "no real data at {}", path.display());
    println!("skipped: no real data");
    None
}

/// Waits until something is so, for some seconds at most.
pub fn until(mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(10), "it does not come");
        thread::sleep(Duration::from_millis(10));
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mapa"));
    command
        .current_dir(folder)
        .env_remove("MAPA_LISTEN")
        .env_remove("MAPA_CONFIG")
        .env_remove("MAPA_CATALOG")
        .env_remove("MAPA_PHOTOS");
    command
}

impl Server {
    pub fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[])
    }

    /// As it is answered, redirects too.
    pub fn get_once(&self, path: &str) -> Answer {
        self.ask(path, &[], 0)
    }

    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask(path, headers, 3)
    }

    fn ask(&self, path: &str, headers: &[(&str, &str)], redirects: u32) -> Answer {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(redirects);
        let agent = config.max_redirects_will_error(false).build().new_agent();
        let mut request = agent.get(format!("{}{path}", self.root));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = request.call().unwrap();
        let body = response.body_mut().with_config().limit(1 << 30).read_to_vec().unwrap();
        Answer { status: response.status().as_u16(), headers: response.headers().clone(), body }
    }

    pub fn json(&self, path: &str) -> Value {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", text(&answer.body));
        answer.json()
    }

    /// What the server wrote to its log so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> std::process::ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", text(&self.body)))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
