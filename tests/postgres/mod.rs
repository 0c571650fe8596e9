//! A PostgreSQL of a test: its own cluster in a temporary folder on its own port, stopped with the value.
#![allow(dead_code, reason = "each test uses its own part of it")]

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// The user that runs the server where the tests run as root, which PostgreSQL refuses to be.
const SERVER_USER: &str = "postgres";

/// A running cluster.
pub struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
    server: Option<Child>,
    databases: AtomicU32,
    /// Whether a commit outlives a power cut: not what is tested, but part of what is measured.
    fsync: bool,
}

impl Cluster {
    /// Starts one; `None`, said aloud, where PostgreSQL with PostGIS is missing and need not be there.
    pub fn start() -> Option<Self> {
        Self::start_with(false)
    }

    /// Starts one that keeps what it commits, whatever happens to the machine.
    pub fn start_durable() -> Option<Self> {
        Self::start_with(true)
    }

    fn start_with(fsync: bool) -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(std::env::var_os("CI").is_none(), "PostgreSQL with PostGIS is missing; `make test` installs it");
            println!("skipped: no PostgreSQL with PostGIS (Debian: apt-get install postgresql-15-postgis-3)");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut cluster = Self { folder, programs, port, server: None, databases: AtomicU32::new(0), fsync };
        let made = cluster
            .program("initdb")
            .args(["--auth=trust", "--username=mapa", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--pgdata"])
            .arg(cluster.data())
            .output()
            .unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        cluster.go_on();
        Some(cluster)
    }

    /// The one that other tests of this binary use at the same time, or a new one.
    pub fn shared() -> Option<Arc<Self>> {
        static SHARED: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = shared.upgrade() {
            return Some(running);
        }
        let started = Arc::new(Self::start()?);
        *shared = Arc::downgrade(&started);
        Some(started)
    }

    /// The process of the running server; those that answer are its children.
    pub fn id(&self) -> u32 {
        self.server.as_ref().expect("the server runs").id()
    }

    /// The URL of a new, empty database.
    pub fn database(&self) -> String {
        let name = format!("city{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        format!("postgres://mapa@127.0.0.1:{}/{name}", self.port)
    }

    /// What `psql` answers in a database of the cluster.
    pub fn sql(&self, database: &str, statement: &str) -> String {
        let output = self.ask(database, statement);
        assert!(output.status.success(), "{statement}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn ask(&self, database: &str, statement: &str) -> Output {
        self.program("psql")
            .args(["--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "--username=mapa", "--host=127.0.0.1"])
            .args(["--port", &self.port.to_string(), "--dbname", database, "--command", statement])
            .output()
            .unwrap()
    }

    /// Stops the server at once; connections break.
    pub fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            // Through pg_ctl, since the process that was started may be the one that changes the user.
            let stop = self
                .program("pg_ctl")
                .args(["stop", "--mode=immediate", "--silent", "--pgdata"])
                .arg(self.data())
                .output();
            if !stop.is_ok_and(|output| output.status.success()) {
                let _ = server.kill();
            }
            let _ = server.wait();
        }
    }

    /// Starts the server again.
    pub fn go_on(&mut self) {
        let log = fs::File::create(self.folder.path().join("log")).unwrap();
        let mut server = self.program("postgres");
        server.arg("-D").arg(self.data()).args(["-p", &self.port.to_string(), "-k"]).arg(self.folder.path());
        let fsync = if self.fsync { "fsync=on" } else { "fsync=off" };
        server.args(["-c", "listen_addresses=127.0.0.1", "-c", fsync, "-c", "max_connections=30"]);
        self.server = Some(server.stdout(Stdio::null()).stderr(log).spawn().unwrap());
        let begun = Instant::now();
        while !self.ask("postgres", "SELECT 1").status.success() {
            let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(begun.elapsed() < Duration::from_mins(1), "PostgreSQL does not start: {}", log());
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A program of PostgreSQL, as somebody who may run it.
    fn program(&self, name: &str) -> Command {
        let path = self.programs.join(name);
        let root = fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0);
        let mut command = if root {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", SERVER_USER, "--regid", SERVER_USER, "--clear-groups", "--"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        command.current_dir("/").stdin(Stdio::null());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Where the newest PostgreSQL that has PostGIS is, as Debian lays it out.
fn programs() -> Option<PathBuf> {
    let mut versions: Vec<u32> = fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|version| Path::new(&format!("/usr/share/postgresql/{version}/extension/postgis.control")).exists())
        .collect();
    versions.sort_unstable();
    versions.pop().map(|version| format!("/usr/lib/postgresql/{version}/bin").into())
}
