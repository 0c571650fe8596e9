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
    /// What the server is set to beside its port: `name=value`.
    settings: Vec<String>,
}

impl Cluster {
    /// Starts one; `None`, said aloud, where PostgreSQL with PostGIS is missing and need not be there.
    pub fn start() -> Option<Self> {
        // Whether a commit outlives a power cut is not what is tested.
        Self::start_with(|_| vec!["fsync=off".into()])
    }

    /// Starts one that keeps what it commits, whatever happens to the machine: part of what is measured.
    pub fn start_durable() -> Option<Self> {
        Self::start_with(|_| Vec::new())
    }

    /// Starts one that speaks TLS as `localhost`, by a certificate of an authority of its own.
    pub fn start_encrypted() -> Option<Self> {
        Self::start_with(|folder| {
            let made = Command::new("sh").current_dir(folder).args(["-ec", CERTIFICATES]).output().unwrap();
            assert!(made.status.success(), "openssl: {}", String::from_utf8_lossy(&made.stderr));
            let path = |name: &str| folder.join(name).display().to_string();
            // The server reads no key that another user could have written.
            if is_root() {
                let owned = Command::new("chown").arg(SERVER_USER).arg(path("server.key")).status().unwrap();
                assert!(owned.success(), "chown");
            }
            let file = |name: &str, setting: &str| format!("{setting}={}", path(name));
            let files = [file("server.crt", "ssl_cert_file"), file("server.key", "ssl_key_file")];
            [&["fsync=off".into(), "ssl=on".into()], &files[..]].concat()
        })
    }

    fn start_with(settings: impl FnOnce(&Path) -> Vec<String>) -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(std::env::var_os("CI").is_none(), "PostgreSQL with PostGIS is missing; `make test` installs it");
            println!("skipped: no PostgreSQL with PostGIS (Debian: apt-get install postgresql-15-postgis-3)");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = settings(folder.path());
        let mut cluster = Self { folder, programs, port, server: None, databases: AtomicU32::new(0), settings };
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
        self.url_of(&name)
    }

    /// A server that follows this one and can only be read: a streaming replica.
    pub fn replica(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let copied = self
            .program("pg_basebackup")
            .args(["--host=127.0.0.1", "--username=mapa", "--write-recovery-conf", "--checkpoint=fast", "--port"])
            .args([&self.port.to_string(), "--pgdata"])
            .arg(folder.path().join("data"))
            .output()
            .unwrap();
        assert!(copied.status.success(), "pg_basebackup: {}", String::from_utf8_lossy(&copied.stderr));
        let (programs, settings) = (self.programs.clone(), self.settings.clone());
        let mut replica = Self { folder, programs, port, server: None, databases: AtomicU32::new(0), settings };
        replica.go_on();
        replica
    }

    /// The URL of the database of this name as this server has it.
    pub fn url_of(&self, database: &str) -> String {
        format!("postgres://mapa@127.0.0.1:{}/{database}", self.port)
    }

    /// A file of the folder beside the data.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What `psql` answers in a database of the cluster.
    pub fn sql(&self, database: &str, statement: &str) -> String {
        self.try_sql(database, statement).unwrap_or_else(|problem| panic!("{statement}: {problem}"))
    }

    /// The same, or what psql is told instead.
    pub fn try_sql(&self, database: &str, statement: &str) -> Result<String, String> {
        let output = self.ask(database, statement);
        let [told, problem] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        if output.status.success() { Ok(told.trim().to_owned()) } else { Err(problem) }
    }

    /// What `pgbench` tells of a script, prepared, by so many clients for so many seconds.
    pub fn bench(&self, database: &str, script: &Path, clients: usize, seconds: &str) -> String {
        let output = self
            .program("pgbench")
            .args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--username=mapa", "--host=127.0.0.1"])
            .args(["--client", &clients.to_string(), "--time", seconds, "--port", &self.port.to_string(), "--file"])
            .arg(script)
            .arg(database)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
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
        server.args(["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=30"]);
        server.args(self.settings.iter().flat_map(|setting| ["-c", setting]));
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
        let mut command = if is_root() {
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

/// Makes an authority `ca.crt` and a server certificate by it, for `localhost` and nothing else.
const CERTIFICATES: &str = r#"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=Authority of a test" -keyout ca.key -out ca.crt
openssl req -newkey rsa:2048 -nodes -subj "/CN=localhost" -keyout server.key -out server.csr
echo "subjectAltName=DNS:localhost" >server.ext
openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile server.ext -out server.crt
chmod 0600 server.key
"#;

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0)
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
