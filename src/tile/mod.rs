//! A tile is a part of a snapshot drawn as bytes: select, snap, simplify, clip into a picture, encode.

mod clip;
pub mod cluster;
mod cluster_rule;
mod draw;
mod grid;
mod label;
mod legend;
mod merge;
mod mlt;
mod mvt;
mod picture;
mod pyramid;
mod rings;
mod simplify;
pub mod tileset;
mod touched;

use smallvec::SmallVec;

use crate::{
    snapshot::{Selection, Snapshot},
    space::{BBox, TileCoord},
};

pub use cluster_rule::ClusterRule;
pub use draw::picture;
pub use grid::{EXTENT, Shape, Spot};
pub use legend::{Legend, VectorLayer, html_text};
pub use mlt::TileError;
pub use picture::{Figure, Layer as PictureLayer, Picture, Tag};
pub use pyramid::pyramid;
pub use tileset::{Tileset, Tilesets};
pub use touched::{MOST_TILES, tiles as touched_tiles, touches};

use grid::Grid;

/// Where a tile looks for what it shows: its box and the widest buffer.
pub fn reach(coord: TileCoord) -> BBox {
    Grid::new(coord, tileset::MOST_BUFFER_UNITS).bbox()
}

/// How a picture is written as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// Mapbox Vector Tile 2.1.
    Mvt,
    /// MapLibre Tile.
    Mlt,
}

impl Format {
    /// Each of them.
    pub const ALL: [Self; 2] = [Self::Mvt, Self::Mlt];

    /// What its files end in, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Mvt => "mvt",
            Self::Mlt => "mlt",
        }
    }

    /// What is asked for and answered; some servers call MLT `application/vnd.maplibre-vector-tile`.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Mvt => "application/vnd.mapbox-vector-tile",
            Self::Mlt => "application/vnd.maplibre-tile",
        }
    }
}

/// Draws the features of the selection that the tileset shows here; nothing to show is no bytes.
///
/// The same snapshot gives the same bytes: layers in the order of the tileset, in each the most important collections
/// first (of lines and areas last, on top), and features in the order of their ids.
pub fn draw(
    snapshot: &Snapshot,
    tileset: &Tileset,
    selection: &Selection,
    coord: TileCoord,
    format: Format,
) -> Result<Vec<u8>, TileError> {
    let picture = picture(snapshot, tileset, selection, coord);
    match format {
        Format::Mvt => Ok(mvt::encode(&picture)),
        Format::Mlt => mlt::encode(&picture),
    }
}

/// The number of a feature in tiles: stable over revisions and exact in JavaScript, which holds 53 bits.
///
/// It has 52: MLT writes the step from one to the next with its sign, and its decoder in JavaScript takes a step of more
/// than 2^52 for one the other way (`@maplibre/mlt` 1.3.0).
pub fn feature_number(collection: &str, id: &str) -> u64 {
    let mut name: SmallVec<[u8; 256]> = SmallVec::from_slice(collection.as_bytes());
    name.push(b'/');
    name.extend_from_slice(id.as_bytes());
    xxhash_rust::xxh3::xxh3_64(&name) & ((1 << 52) - 1)
}
