//! PMTiles v3: a header, directories in the order of a Hilbert curve, and tiles, through the `pmtiles` crate.
//!
//! The crate unpacks what a file says without a bound and keeps directories without one; [`Disk`] hands it nothing that
//! unpacks to more than a directory may have, and [`Directories`] lets the least asked for go.

use std::{
    fs::File,
    future,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;
use futures_util::FutureExt as _;
use pmtiles::{
    AsyncBackend, AsyncPmTilesReader, BackendResponse, Compression, DirEntry, Directory, DirectoryCache, Header,
    PmTilesStreamWriter, PmTilesWriter, PmtError, PmtResult, TileId, TileType,
};
use quick_cache::{Weighter, sync::Cache};
use serde_json::Value;

use super::{About, Content, MAX_METADATA_BYTES, MAX_TILE_BYTES, Packed, Packing, about::bounds, ungzip};
use crate::space::{LonLat, TileCoord};

/// The longest directory, unpacked, in bytes; those of an archive of the whole Earth have some 300 kilobytes.
const MAX_DIRECTORY_BYTES: usize = 4 << 20;

/// Memory for directories, bytes.
const DIRECTORY_MEMORY: u64 = 32 << 20;

/// Header and root directory lie within so many bytes of the beginning (PMTiles v3 §2).
const BEGINNING_BYTES: usize = 16_384;

/// The header has so many bytes (PMTiles v3 §3).
const HEADER_BYTES: usize = 127;

/// A PMTiles file, open.
pub struct Reader {
    path: PathBuf,
    about: About,
    packing: Packing,
    archive: AsyncPmTilesReader<Disk, Directories>,
}

impl Reader {
    pub fn open(path: &Path) -> Result<Self, String> {
        let file = File::open(path).map_err(|error| error.to_string())?;
        let length = file.metadata().map_err(|error| error.to_string())?.len();
        let mut beginning = vec![0; BEGINNING_BYTES.min(length as usize)];
        file.read_exact_at(&mut beginning, 0).map_err(|error| error.to_string())?;
        let beginning = Bytes::from(beginning);
        let header = Header::try_from_bytes(beginning.slice(..HEADER_BYTES.min(beginning.len()))).map_err(unsound)?;
        let content = match header.tile_type {
            TileType::Mvt => Content::Mvt,
            TileType::Mlt => Content::Mlt,
            TileType::Png => Content::Png,
            TileType::Jpeg => Content::Jpeg,
            TileType::Webp => Content::Webp,
            TileType::Avif => Content::Avif,
            TileType::Unknown => return Err("it does not say what its tiles are".into()),
        };
        let packing = match header.tile_compression {
            Compression::None => Packing::None,
            Compression::Gzip => Packing::Gzip,
            other => {
                return Err(format!("its tiles are packed by {other:?}; those in gzip and unpacked ones are served"));
            }
        };
        let sections = Sections::of(&beginning)?;
        let disk = Disk { file, length, sections, internal: header.internal_compression() };
        disk.check_root(&beginning)?;
        let open = AsyncPmTilesReader::try_from_cached_source(disk, Directories::new());
        let archive = at_once(open).map_err(unsound)?;
        let metadata = at_once(archive.get_metadata()).map_err(unsound)?;
        let about = about(&header, content, &metadata)?;
        Ok(Self { path: path.to_owned(), about, packing, archive })
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
        let found = at_once(self.archive.get_tile(cell(coord))).map_err(unsound)?;
        Ok(found.map(|bytes| Packed { bytes, packing: self.packing }))
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("path", &self.path).field("about", &self.about).finish_non_exhaustive()
    }
}

/// The place of a tile in a pyramid, in the order of PMTiles.
pub fn number(coord: TileCoord) -> u64 {
    TileId::from(cell(coord)).value()
}

fn cell(coord: TileCoord) -> pmtiles::TileCoord {
    pmtiles::TileCoord::new(coord.z(), coord.x(), coord.y()).expect("PMTiles go to zoom 31, ours to 22")
}

/// The crate is written for sources that are waited for; [`Disk`] never is.
fn at_once<T>(work: impl Future<Output = PmtResult<T>>) -> PmtResult<T> {
    work.now_or_never().expect("nothing here waits")
}

fn unsound(error: PmtError) -> String {
    match error {
        PmtError::InvalidMagicNumber | PmtError::UnsupportedPmTilesVersion => {
            "it is no PMTiles file of version 3".into()
        }
        PmtError::Reading(error) => format!("it cannot be read: {error}"),
        error => format!("it is no sound PMTiles file: {error}"),
    }
}

fn about(header: &Header, content: Content, metadata: &str) -> Result<About, String> {
    let mut about = About::new(content, header.min_zoom, header.max_zoom);
    about.bounds = bounds([header.min_longitude, header.min_latitude, header.max_longitude, header.max_latitude])
        // Zeros all over say nothing.
        .filter(|bbox| bbox.west < bbox.east && bbox.south < bbox.north);
    let at = LonLat::new(header.center_longitude, header.center_latitude).ok();
    about.center =
        at.filter(|at| about.bounds.is_some_and(|bbox| bbox.contains(*at))).map(|at| (at, header.center_zoom));
    match serde_json::from_str(metadata) {
        Ok(Value::Object(said)) => about.take_words(&said),
        _ => return Err("its metadata are no JSON object".into()),
    }
    Ok(about)
}

/// Where in the file directories and metadata lie, as offset and length in bytes (PMTiles v3 §3.2).
#[derive(Debug, Clone, Copy)]
struct Sections {
    root: (u64, u64),
    metadata: (u64, u64),
    leaves: (u64, u64),
}

impl Sections {
    fn of(beginning: &[u8]) -> Result<Self, String> {
        let number = |at: usize| {
            let bytes = beginning.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
            bytes.map(u64::from_le_bytes).ok_or_else(|| "it is shorter than its header".to_owned())
        };
        let section = |at: usize| Ok::<_, String>((number(at)?, number(at + 8)?));
        Ok(Self { root: section(8)?, metadata: section(24)?, leaves: section(40)? })
    }

    /// How much a piece read from here may unpack to; `None` for tiles, which are handed on as they are.
    fn most_unpacked(&self, offset: u64) -> Option<usize> {
        let lies_in = |(begin, length): (u64, u64)| offset >= begin && offset - begin < length;
        if lies_in(self.metadata) {
            Some(MAX_METADATA_BYTES)
        } else if lies_in(self.leaves) {
            Some(MAX_DIRECTORY_BYTES)
        } else {
            None
        }
    }
}

/// The file, read with bounds.
struct Disk {
    file: File,
    length: u64,
    sections: Sections,
    internal: Compression,
}

impl Disk {
    /// The crate unpacks the root directory from the first bytes that it reads, so it is looked at before.
    fn check_root(&self, beginning: &[u8]) -> Result<(), String> {
        let (begin, length) = self.sections.root;
        let range = usize::try_from(begin).ok().zip(usize::try_from(length).ok());
        let root = range.and_then(|(begin, length)| beginning.get(begin..begin.checked_add(length)?));
        let root = root.ok_or("its root directory does not lie in the first 16384 bytes")?;
        self.check(root, MAX_DIRECTORY_BYTES)
    }

    /// Whether the bytes unpack, and to no more than this.
    fn check(&self, bytes: &[u8], most: usize) -> Result<(), String> {
        match self.internal {
            Compression::None if bytes.len() <= most => Ok(()),
            Compression::None => Err(format!("a directory or the metadata have more than {most} bytes")),
            Compression::Gzip => ungzip(bytes, most).map(drop),
            other => Err(format!("its directories are packed by {other:?}, which is not read")),
        }
    }

    fn read_here(&self, offset: u64, length: usize) -> PmtResult<Bytes> {
        let refused = |problem: String| PmtError::Reading(std::io::Error::other(problem));
        let most_unpacked = self.sections.most_unpacked(offset);
        let most = most_unpacked.unwrap_or(MAX_TILE_BYTES);
        if length > most {
            return Err(refused(format!("a piece of {length} bytes, where at most {most} are read")));
        }
        if offset.checked_add(length as u64).is_none_or(|end| end > self.length) {
            return Err(refused("the file ends before what it points to".into()));
        }
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, offset)?;
        if let Some(most) = most_unpacked {
            self.check(&bytes, most).map_err(refused)?;
        }
        Ok(bytes.into())
    }
}

impl AsyncBackend for Disk {
    fn read_exact(&self, offset: u64, length: usize) -> impl Future<Output = PmtResult<BackendResponse>> + Send {
        future::ready(self.read_here(offset, length).map(BackendResponse::new))
    }

    fn read(&self, offset: u64, length: usize) -> impl Future<Output = PmtResult<BackendResponse>> + Send {
        let rest = usize::try_from(self.length.saturating_sub(offset)).unwrap_or(usize::MAX);
        future::ready(self.read_here(offset, length.min(rest)).map(BackendResponse::new))
    }
}

/// Leaf directories that were read, by their offset.
struct Directories(Cache<u64, Arc<Directory>, Weight>);

#[derive(Clone)]
struct Weight;

impl Weighter<u64, Arc<Directory>> for Weight {
    fn weight(&self, _: &u64, directory: &Arc<Directory>) -> u64 {
        64 + directory.get_approx_byte_size() as u64
    }
}

impl Directories {
    fn new() -> Self {
        Self(Cache::with_weighter(256, DIRECTORY_MEMORY, Weight))
    }
}

impl DirectoryCache for Directories {
    async fn get_dir_entry_or_insert(
        &self,
        offset: u64,
        tile: TileId,
        read: impl Future<Output = PmtResult<Directory>> + Send,
    ) -> PmtResult<Option<DirEntry>> {
        if let Some(known) = self.0.get(&offset) {
            return Ok(known.find_tile_id(tile).copied());
        }
        let directory = Arc::new(read.await?);
        self.0.insert(offset, Arc::clone(&directory));
        Ok(directory.find_tile_id(tile).copied())
    }
}

/// A PMTiles file being written.
pub struct Writer(PmTilesStreamWriter<File>);

impl Writer {
    pub fn create(path: &Path, about: &About) -> Result<Self, String> {
        let kind = match about.content {
            Content::Mvt => TileType::Mvt,
            Content::Mlt => TileType::Mlt,
            Content::Png => TileType::Png,
            Content::Jpeg => TileType::Jpeg,
            Content::Webp => TileType::Webp,
            Content::Avif => TileType::Avif,
        };
        let file = File::create_new(path).map_err(|error| error.to_string())?;
        let mut writer = PmTilesWriter::new(kind)
            .precompressed(Compression::Gzip)
            .min_zoom(about.min_zoom)
            .max_zoom(about.max_zoom)
            .metadata(Value::Object(about.words()).to_string());
        if let Some(bbox) = about.bounds {
            writer = writer.bounds(bbox.west, bbox.south, bbox.east, bbox.north);
        }
        if let Some((at, zoom)) = about.center {
            writer = writer.center(at.lon(), at.lat()).center_zoom(zoom);
        }
        writer.create(file).map(Self).map_err(|error| error.to_string())
    }

    pub fn put(&mut self, coord: TileCoord, bytes: &[u8]) -> Result<(), String> {
        self.0.add_tile(cell(coord), bytes).map_err(|error| error.to_string())
    }

    pub fn finish(self) -> Result<(), String> {
        self.0.finalize().map_err(|error| error.to_string())
    }
}
