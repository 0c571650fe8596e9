//! `Settings` are what an operator decides: flags win over the environment, both win over `mapa.toml`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::{http::Limits, photo::Place, store::Address};

/// The file that is read where none is named.
const DEFAULT_FILE: &str = "mapa.toml";

/// What can be set; what is not set has the default of its accessor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, clap::Args)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Where the city is kept: the path of a GeoPackage, or postgres://USER:PASSWORD@HOST/DATABASE [default: var/city.gpkg]
    #[arg(long, global = true, env = "MAPA_STORE", hide_env_values = true, value_name = "STORE")]
    pub store: Option<Address>,

    /// Address and port to answer on [default: 127.0.0.1:8080]
    #[arg(long, global = true, env = "MAPA_LISTEN", value_name = "ADDR:PORT")]
    pub listen: Option<String>,

    /// Address the city is known by, where a proxy stands before it (https://map.example)
    #[arg(long, global = true, env = "MAPA_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,

    /// What is drawn under the objects: `none` (our own streets), a MapLibre style, raster tiles with {z}/{x}/{y}, or a file
    /// of tiles (.pmtiles, .mbtiles) [default: none]
    #[arg(long, global = true, env = "MAPA_BASE_MAP", value_name = "URL|FILE")]
    pub base_map: Option<String>,

    /// Whom raster tiles credit; whom a file of tiles credits, where it does not say
    #[arg(long, global = true, env = "MAPA_BASE_MAP_ATTRIBUTION", value_name = "TEXT")]
    pub base_map_attribution: Option<String>,

    /// Memory for drawn tiles, in megabytes [default: 256]
    #[arg(long, global = true, env = "MAPA_TILE_MEMORY", value_name = "MB")]
    pub tile_memory: Option<u32>,

    /// Connections that may be open at once; more are told 503 [default: 16000]
    #[arg(long, global = true, env = "MAPA_CONNECTIONS", value_name = "NUMBER")]
    pub connections: Option<u32>,

    /// Seconds in which the head of a request has to arrive; also the longest pause between two requests [default: 60]
    #[arg(long, global = true, env = "MAPA_READ_TIMEOUT", value_name = "SECONDS")]
    pub read_timeout: Option<u32>,

    /// Folder of a catalog of your own, laid out like `data/` of this project [default: the built-in catalog]
    #[arg(long, global = true, env = "MAPA_CATALOG", value_name = "DIR")]
    pub catalog: Option<PathBuf>,

    /// File of tilesets of your own, laid out like `styles/tilesets.toml`; they stand in the place of built-in namesakes
    #[arg(long, global = true, env = "MAPA_TILESETS", value_name = "FILE")]
    pub tilesets: Option<PathBuf>,

    /// Folder in which fetched sources are kept [default: var/cache]
    #[arg(long, global = true, env = "MAPA_CACHE", value_name = "DIR")]
    pub cache: Option<PathBuf>,

    /// Where photos are kept: a folder, or s3://BUCKET/PREFIX [default: beside the store, var/city.photos]
    #[arg(long, global = true, env = "MAPA_PHOTOS", value_name = "DIR|URL")]
    pub photos: Option<Place>,
}

impl Settings {
    /// Adds what the settings file says and neither flags nor environment do.
    ///
    /// A file that is named must be there; the default one may be missing.
    pub fn with_file(self, named: Option<&Path>) -> anyhow::Result<Self> {
        let path = named.unwrap_or(Path::new(DEFAULT_FILE));
        if named.is_none() && !path.exists() {
            return Ok(self);
        }
        let text = std::fs::read_to_string(path).with_context(|| format!("{}", path.display()))?;
        let file: Self = match toml::from_str(&text) {
            Ok(file) => file,
            // The whole text of the error would quote the line, and a line may hold a password.
            Err(error) => {
                let before = error.span().map_or(0, |span| span.start.min(text.len()));
                let line = text[..before].split('\n').count();
                bail!("{}, line {line}: {}", path.display(), error.message())
            }
        };
        Ok(Self {
            store: self.store.or(file.store),
            listen: self.listen.or(file.listen),
            public_url: self.public_url.or(file.public_url),
            base_map: self.base_map.or(file.base_map),
            base_map_attribution: self.base_map_attribution.or(file.base_map_attribution),
            tile_memory: self.tile_memory.or(file.tile_memory),
            connections: self.connections.or(file.connections),
            read_timeout: self.read_timeout.or(file.read_timeout),
            catalog: self.catalog.or(file.catalog),
            tilesets: self.tilesets.or(file.tilesets),
            cache: self.cache.or(file.cache),
            photos: self.photos.or(file.photos),
        })
    }

    /// Where the city is kept.
    pub fn store(&self) -> Address {
        self.store.clone().unwrap_or(Address::File("var/city.gpkg".into()))
    }

    /// Address and port to answer on.
    pub fn listen(&self) -> &str {
        self.listen.as_deref().unwrap_or("127.0.0.1:8080")
    }

    /// Folder in which fetched sources are kept.
    pub fn cache(&self) -> &Path {
        self.cache.as_deref().unwrap_or(Path::new("var/cache"))
    }

    /// Where the photos of the city are kept.
    pub fn photos(&self) -> Place {
        self.photos_of(&self.store())
    }

    /// Where the photos of a store are kept: beside it, if nothing else is set.
    pub fn photos_of(&self, store: &Address) -> Place {
        self.photos.clone().unwrap_or_else(|| {
            Place::Folder(match store {
                Address::File(path) => path.with_extension("photos"),
                Address::Database(_) => "var/city.photos".into(),
            })
        })
    }

    /// Memory for drawn tiles, bytes.
    pub fn tile_memory(&self) -> u64 {
        u64::from(self.tile_memory.unwrap_or(256)) << 20
    }

    /// What is asked of the server at once, at most.
    pub fn limits(&self) -> Limits {
        Limits {
            connections: self.connections.unwrap_or(16_000) as usize,
            head: Duration::from_secs(u64::from(self.read_timeout.unwrap_or(60))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_the_file_and_unknown_keys_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mapa.toml");
        std::fs::write(&path, "store = \"a.gpkg\"\nlisten = \"127.0.0.1:1\"\n").unwrap();
        let flags = Settings { listen: Some("127.0.0.1:2".into()), ..Settings::default() };
        let settings = flags.with_file(Some(&path)).unwrap();
        assert_eq!((settings.store(), settings.listen()), (Address::File("a.gpkg".into()), "127.0.0.1:2"));

        std::fs::write(&path, "stroe = \"a.gpkg\"\n").unwrap();
        let error = Settings::default().with_file(Some(&path)).unwrap_err().to_string();
        assert!(error.contains("line 1") && error.contains("stroe"), "{error}");

        std::fs::write(&path, "# the store\nstore = postgres://mapa:secret@db/city\n").unwrap();
        let error = Settings::default().with_file(Some(&path)).unwrap_err().to_string();
        assert!(error.contains("line 2") && !error.contains("secret"), "{error}");
    }
}
