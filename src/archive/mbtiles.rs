//! MBTiles 1.3: an SQLite file with a table of tiles, whose rows are counted from the south, and one of words.
//!
//! `tiles` may be a view (archives that keep equal tiles once are), so a statement of the file's maker runs when a tile is
//! asked for: it may only read, and for a while only.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use bytes::Bytes;
use rusqlite::{Connection, OpenFlags, OptionalExtension, config::DbConfig, limits::Limit, params};
use serde_json::{Map, Value, json};

use super::{About, Content, MAX_METADATA_BYTES, MAX_TILE_BYTES, Packed, Packing, about::bounds};
use crate::space::{LonLat, TileCoord};

/// Instructions of SQLite's machine between two looks at how long a question takes already.
const STEPS: i32 = 1_000_000;

/// Looks at one question before it is ended; a tile by its index takes some fifty instructions, the range of zooms of a
/// million tiles without an index some millions.
const MOST_LOOKS: u32 = 200;

/// An MBTiles file, open.
#[derive(Debug)]
pub struct Reader {
    path: PathBuf,
    about: About,
    /// One question at a time; each takes some microseconds.
    connection: Mutex<Connection>,
    looks: Looks,
}

/// How often the question under way has been looked at.
#[derive(Debug, Clone, Default)]
struct Looks(Arc<AtomicU32>);

impl Looks {
    fn begin(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    fn are_too_many(&self) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed) >= MOST_LOOKS
    }
}

impl Reader {
    pub fn open(path: &Path) -> Result<Self, String> {
        let looks = Looks::default();
        let connection = connect(path, &looks).map_err(unsound)?;
        let about = about(&connection)?;
        Ok(Self { path: path.to_owned(), about, connection: Mutex::new(connection), looks })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn about(&self) -> &About {
        &self.about
    }

    pub fn tile(&self, coord: TileCoord) -> Result<Option<Packed>, String> {
        if !self.about.has_zoom_of(coord) {
            return Ok(None);
        }
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        self.looks.begin();
        let found: Option<Vec<u8>> = connection
            .prepare_cached("SELECT tile_data FROM tiles WHERE zoom_level = ?1 AND tile_column = ?2 AND tile_row = ?3")
            .and_then(|mut ask| {
                ask.query_row(params![coord.z(), coord.x(), row_of(coord)], |row| row.get::<_, Option<Vec<u8>>>(0))
                    .optional()
            })
            .map_err(unsound)?
            .flatten();
        Ok(found.filter(|bytes| !bytes.is_empty()).map(|bytes| {
            // Nothing says whether vector tiles are packed, so each tells it itself (RFC 1952 §2.3.1).
            let is_gzip = self.about.content.is_vector() && bytes.starts_with(&[0x1f, 0x8b]);
            Packed { bytes: Bytes::from(bytes), packing: if is_gzip { Packing::Gzip } else { Packing::None } }
        }))
    }
}

/// MBTiles counts rows from the south (the TMS way).
fn row_of(coord: TileCoord) -> u32 {
    (1 << coord.z()) - 1 - coord.y()
}

fn connect(path: &Path, looks: &Looks) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_TILE_BYTES as i32)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    let looks = looks.clone();
    connection.progress_handler(STEPS, Some(move || looks.are_too_many()))?;
    Ok(connection)
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
fn unsound(error: rusqlite::Error) -> String {
    format!("it is no sound MBTiles file: {error}")
}

fn about(connection: &Connection) -> Result<About, String> {
    let mut said = words(connection).map_err(unsound)?;
    let text = |key: &str| said.get(key).and_then(Value::as_str).map(str::trim);
    let content = match text("format") {
        Some("pbf" | "mvt" | "application/vnd.mapbox-vector-tile") => Content::Mvt,
        Some("png" | "image/png") => Content::Png,
        Some("jpg" | "jpeg" | "image/jpeg") => Content::Jpeg,
        Some("webp" | "image/webp") => Content::Webp,
        other => {
            let found = other.unwrap_or("missing");
            return Err(format!("its format is `{}`; pbf, png, jpg and webp are served", shortened(found)));
        }
    };
    let zoom = |key: &str| text(key).and_then(|zoom| zoom.parse::<u8>().ok());
    let (least, most) = match (zoom("minzoom"), zoom("maxzoom")) {
        (Some(least), Some(most)) => (least, most),
        _ => connection
            .query_row("SELECT min(zoom_level), max(zoom_level) FROM tiles", [], |row| {
                Ok((row.get::<_, Option<u8>>(0)?, row.get::<_, Option<u8>>(1)?))
            })
            .map_err(unsound)
            .and_then(|range| match range {
                (Some(least), Some(most)) => Ok((least, most)),
                _ => Err("it has no tiles".into()),
            })?,
    };
    let mut about = About::new(content, least, most);
    about.bounds = text("bounds").and_then(numbers).and_then(bounds);
    about.center = text("center").and_then(numbers).and_then(|[lon, lat, zoom]| {
        let zoom = (0.0..=30.0).contains(&zoom).then_some(zoom as u8)?;
        Some((LonLat::new(lon, lat).ok()?, zoom))
    });
    if let Some(Value::Object(more)) = text("json").and_then(|text| serde_json::from_str(text).ok()) {
        said.extend(more.into_iter().filter(|(key, _)| key == "vector_layers"));
    }
    about.take_words(&said);
    Ok(about)
}

/// The rows of `metadata`, as long as they are few and short.
fn words(connection: &Connection) -> rusqlite::Result<Map<String, Value>> {
    let mut rows = connection.prepare("SELECT name, value FROM metadata WHERE length(value) <= ?1 LIMIT 1000")?;
    let pairs = rows.query_map([MAX_METADATA_BYTES as i64], |row| {
        Ok((row.get_ref(0)?.as_str().unwrap_or_default().to_owned(), row.get_ref(1)?.as_str().ok().map(Value::from)))
    })?;
    let mut words = Map::new();
    for pair in pairs {
        let (name, value) = pair?;
        if let Some(value) = value {
            words.insert(name, value);
        }
    }
    Ok(words)
}

fn numbers<const N: usize>(text: &str) -> Option<[f64; N]> {
    let numbers: Vec<f64> = text.split(',').map(|number| number.trim().parse().ok()).collect::<Option<_>>()?;
    numbers.try_into().ok()
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

/// An MBTiles file being written, as one transaction.
pub struct Writer {
    connection: Connection,
}

impl Writer {
    pub fn create(path: &Path, about: &About) -> Result<Self, String> {
        if about.content != Content::Mvt {
            return Err(format!("MBTiles has no word for {} tiles; write PMTiles", about.content.ending()));
        }
        let create = || -> rusqlite::Result<Connection> {
            let connection = Connection::open(path)?;
            // The file has no reader yet, and is thrown away where it is not finished.
            connection.pragma_update(None, "journal_mode", "OFF")?;
            connection.pragma_update(None, "synchronous", "OFF")?;
            // `MPBX`, which the specification asks for.
            connection.pragma_update(None, "application_id", 0x4d50_4258)?;
            connection.execute_batch(
                "BEGIN;
                 CREATE TABLE metadata (name TEXT, value TEXT);
                 CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB);",
            )?;
            for (name, value) in rows_of(about) {
                connection.execute("INSERT INTO metadata VALUES (?1, ?2)", [name, value])?;
            }
            Ok(connection)
        };
        create().map(|connection| Self { connection }).map_err(|error| error.to_string())
    }

    pub fn put(&mut self, coord: TileCoord, bytes: &[u8]) -> Result<(), String> {
        self.connection
            .prepare_cached("INSERT INTO tiles VALUES (?1, ?2, ?3, ?4)")
            .and_then(|mut put| put.execute(params![coord.z(), coord.x(), row_of(coord), bytes]))
            .map(drop)
            .map_err(|error| error.to_string())
    }

    pub fn finish(self) -> Result<(), String> {
        self.connection
            .execute_batch(
                "CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row);
                 CREATE UNIQUE INDEX name ON metadata (name);
                 COMMIT;",
            )
            .and_then(|()| self.connection.close().map_err(|(_, error)| error))
            .map_err(|error| error.to_string())
    }
}

/// The rows of `metadata`: numbers as text, the layers as JSON within `json`.
fn rows_of(about: &About) -> Vec<(String, String)> {
    let mut rows = vec![("format".to_owned(), "pbf".to_owned()), ("type".into(), "overlay".into())];
    let mut words = about.words();
    if let Some(layers) = words.shift_remove("vector_layers") {
        rows.push(("json".into(), json!({ "vector_layers": layers }).to_string()));
    }
    rows.extend(words.into_iter().filter_map(|(name, word)| Some((name, word.as_str()?.to_owned()))));
    if let Some(bounds) = about.bounds {
        rows.push(("bounds".into(), bounds.to_array().map(|degrees| degrees.to_string()).join(",")));
    }
    if let Some((at, zoom)) = about.center {
        rows.push(("center".into(), format!("{},{},{zoom}", at.lon(), at.lat())));
    }
    rows.push(("minzoom".into(), about.min_zoom.to_string()));
    rows.push(("maxzoom".into(), about.max_zoom.to_string()));
    rows
}
