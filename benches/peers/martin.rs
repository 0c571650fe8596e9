//! Martin, arranged over the same points: from PostGIS with its cache off and on, and from tiles copied into an MBTiles.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use mapa::space::BBox;

use crate::{
    points::{self, Point},
    postgres::Cluster,
    process::Process,
};

/// A martin with its database.
pub struct Martin {
    programs: PathBuf,
    cluster: Cluster,
    database: String,
    folder: PathBuf,
    /// West, south, east, north of the points, degrees.
    bbox: String,
}

impl Martin {
    /// The points in a database; `None`, said aloud, where martin or PostgreSQL is missing.
    pub fn over(folder: &Path, points: &[Point]) -> Option<Self> {
        let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("var/bench/bin");
        let programs = std::env::var_os("MAPA_MARTIN").map_or(installed, PathBuf::from);
        if !programs.join("martin").exists() {
            println!("skipped: no martin in {}; `make bench` installs it", programs.display());
            return None;
        }
        let cluster = Cluster::start()?;
        let database = cluster.database();
        let name = database.rsplit('/').next().unwrap();
        points::pour(&cluster, name, folder);
        for statement in [
            "CREATE TABLE points AS SELECT number AS gid, name, kind AS sort, number, \
             ST_Transform(ST_SetSRID(ST_MakePoint(lon, lat), 4326), 3857)::geometry(Point, 3857) AS geom FROM raw",
            "ALTER TABLE points ADD PRIMARY KEY (gid)",
            "CREATE INDEX ON points USING gist (geom)",
            "DROP TABLE raw",
            "VACUUM ANALYZE points",
        ] {
            cluster.sql(name, statement);
        }
        assert_eq!(cluster.sql(name, "SELECT count(*) FROM points"), points.len().to_string());
        let all = points.iter().map(|point| BBox::of_point(point.at)).reduce(BBox::union).expect("there are points");
        let bbox = all.to_array().map(|degrees| degrees.to_string()).join(",");
        Some(Self { programs, cluster, database, folder: folder.to_owned(), bbox })
    }

    /// Served from the database, with so many megabytes of cache.
    pub fn over_database(&self, cache_mb: u32) -> Process {
        self.start(&self.database, cache_mb, Some(self.cluster.id()))
    }

    /// Served from an MBTiles that holds every tile of the zooms, in gzip.
    pub fn over_mbtiles(&self, deepest: u8) -> Process {
        let file = self.folder.join("points.mbtiles");
        let _ = fs::remove_file(&file);
        let copied = Command::new(self.programs.join("martin-cp"))
            .args(["--source", "points", "--mbtiles-type", "flat", "--encoding", "gzip", "--concurrency", "4"])
            // Without a box it copies the tiles of the whole world.
            .args([&format!("--bbox={}", self.bbox), "--min-zoom=0", &format!("--max-zoom={deepest}"), "--output-file"])
            .arg(&file)
            .arg(&self.database)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(copied.success(), "martin-cp");
        self.start(file.to_str().unwrap(), 512, None)
    }

    fn start(&self, source: &str, cache_mb: u32, beside: Option<u32>) -> Process {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(self.programs.join("martin"));
        command.args(["--listen-addresses", &format!("127.0.0.1:{port}"), "--cache-size", &cache_mb.to_string()]);
        Process::at(port, command.arg(source), beside)
    }
}
