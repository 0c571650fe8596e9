//! An archive is a pyramid of tiles in one file, PMTiles v3 or MBTiles 1.3, written whole and read tile by tile.
//!
//! What is read comes from others: every length in it is checked against a limit before room is made for it, and a file
//! that is broken or hostile is an error in words.

mod about;
mod mbtiles;
mod pmtiles;

use std::{io::Read as _, path::Path};

use bytes::Bytes;
use flate2::{Compression, read::GzDecoder, write::GzEncoder};

use crate::space::TileCoord;

pub use about::{About, Content, Packing};

/// The longest tile that is read or unpacked, in bytes; a tile that clients can draw has a hundredth of it.
pub const MAX_TILE_BYTES: usize = 32 << 20;

/// The longest description of an archive that is read or unpacked, in bytes.
pub const MAX_METADATA_BYTES: usize = 4 << 20;

/// An archive that is open to be read, from any number of threads.
#[derive(Debug)]
pub enum Archive {
    /// PMTiles v3.
    PmTiles(pmtiles::Reader),
    /// MBTiles 1.3.
    MbTiles(mbtiles::Reader),
}

/// An archive being written.
pub enum Writer {
    /// PMTiles v3.
    PmTiles(Box<pmtiles::Writer>),
    /// MBTiles 1.3.
    MbTiles(mbtiles::Writer),
}

/// A tile as it lies in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// Its bytes.
    pub bytes: Bytes,
    /// What has to be undone before they are what they are.
    pub packing: Packing,
}

/// Why an archive could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct ArchiveError {
    /// Path of the archive.
    pub file: String,
    /// What is wrong.
    pub problem: String,
}

/// Whether a path names an archive by its ending.
pub fn is_archive(path: &Path) -> bool {
    has_ending(path, "pmtiles") || has_ending(path, "mbtiles")
}

impl Archive {
    /// Opens an archive, which kind it is being told by its ending, and reads what it says of itself.
    pub fn open(path: &Path) -> Result<Self, ArchiveError> {
        let opened = if has_ending(path, "mbtiles") {
            mbtiles::Reader::open(path).map(Self::MbTiles)
        } else {
            pmtiles::Reader::open(path).map(Self::PmTiles)
        };
        opened.map_err(|problem| error(path, problem))
    }

    /// What it says of itself.
    pub fn about(&self) -> &About {
        match self {
            Self::PmTiles(archive) => archive.about(),
            Self::MbTiles(archive) => archive.about(),
        }
    }

    /// A tile; `None` where the archive has none.
    pub fn tile(&self, coord: TileCoord) -> Result<Option<Packed>, ArchiveError> {
        match self {
            Self::PmTiles(archive) => archive.tile(coord).map_err(|problem| error(archive.path(), problem)),
            Self::MbTiles(archive) => archive.tile(coord).map_err(|problem| error(archive.path(), problem)),
        }
    }
}

impl Writer {
    /// Begins an archive in a new file, whose kind is told by the ending of `named`: it may get that name later.
    pub fn create(path: &Path, named: &Path, about: &About) -> Result<Self, ArchiveError> {
        let created = if has_ending(named, "mbtiles") {
            mbtiles::Writer::create(path, about).map(Self::MbTiles)
        } else {
            pmtiles::Writer::create(path, about).map(|writer| Self::PmTiles(Box::new(writer)))
        };
        created.map_err(|problem| error(named, problem))
    }

    /// Puts the tiles of a pyramid into the order in which they must be added: that of the PMTiles Hilbert curve, from the
    /// widest zoom on.
    pub fn order(coords: &mut [TileCoord]) {
        coords.sort_by_cached_key(|coord| pmtiles::number(*coord));
    }

    /// Adds a tile that has something to show, in gzip as [`gzip`] makes it.
    pub fn put(&mut self, coord: TileCoord, gzip: &[u8]) -> Result<(), ArchiveError> {
        let put = match self {
            Self::PmTiles(writer) => writer.put(coord, gzip),
            Self::MbTiles(writer) => writer.put(coord, gzip),
        };
        put.map_err(|problem| error(Path::new(&coord.to_string()), problem))
    }

    /// Ends the archive: all of it is in the file now.
    pub fn finish(self) -> Result<(), ArchiveError> {
        let finished = match self {
            Self::PmTiles(writer) => writer.finish(),
            Self::MbTiles(writer) => writer.finish(),
        };
        finished.map_err(|problem| error(Path::new("the archive"), problem))
    }
}

impl Packed {
    /// The bytes unpacked; what unpacks to more than [`MAX_TILE_BYTES`] is an error.
    pub fn unpacked(&self) -> Result<Bytes, String> {
        match self.packing {
            Packing::None => Ok(self.bytes.clone()),
            Packing::Gzip => ungzip(&self.bytes, MAX_TILE_BYTES).map(Bytes::from),
        }
    }
}

/// Bytes in gzip, the same on every machine and in every run.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut to = GzEncoder::new(Vec::new(), Compression::best());
    std::io::Write::write_all(&mut to, bytes).expect("a vector takes all bytes");
    to.finish().expect("a vector takes all bytes")
}

fn ungzip(bytes: &[u8], most: usize) -> Result<Vec<u8>, String> {
    let mut unpacked = Vec::new();
    let read = GzDecoder::new(bytes).take(most as u64 + 1).read_to_end(&mut unpacked);
    read.map_err(|error| format!("it is not in gzip as it says: {error}"))?;
    if unpacked.len() > most { Err(format!("it unpacks to more than {most} bytes")) } else { Ok(unpacked) }
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending))
}

fn error(path: &Path, problem: String) -> ArchiveError {
    ArchiveError { file: path.display().to_string(), problem }
}

#[cfg(test)]
mod tests;
