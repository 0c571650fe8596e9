//! Photo keeps the pictures of features: what a source has is developed once, in a few sizes, and lies in an album ever after.
//!
//! ```text
//!   bytes ── develop ── sizes, upright, nothing but pixels ── Album (folder │ bucket) ── read by name
//! ```

mod album;
mod darkroom;
mod develop;
mod flaw;

pub use album::{Album, AlbumError, Place, copy, has_all, sweep};
pub use darkroom::{Darkroom, Ticket};
pub use develop::{Developed, MAX_ALLOCATED, MAX_BYTES, MAX_PIXELS, develop, foresee};
pub use flaw::Flaw;

#[cfg(test)]
mod tests;
