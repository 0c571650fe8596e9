//! Space says where things are: degrees on the ellipsoid, points of the unit Mercator world, tiles of its pyramid.
//!
//! Everything here is pure arithmetic; nothing here knows what stands at a place.

pub mod bands;
pub mod bbox;
pub mod cell;
mod chord;
pub mod clip;
pub mod crs;
pub mod edges;
pub mod geodesic;
pub mod geometry;
pub mod lonlat;
pub mod relation;
pub mod ruler;
pub mod sphere;
pub mod tile_coord;
pub mod wkt;
pub mod world;

pub use bands::Bands;
pub use bbox::BBox;
pub use cell::Cell;
pub use crs::{Crs, Offered};
pub use edges::EdgeTree;
pub use geometry::{Area, Geometry, GeometryError};
pub use lonlat::{LonLat, OutOfRange};
pub use relation::{Relation, Shape};
pub use ruler::{Ruler, Span};
pub use tile_coord::TileCoord;
pub use world::WorldPoint;
