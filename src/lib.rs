//! `mapa` is a "City on the Map" server: it imports a city's objects and answers where they are and what they are.
//!
//! The rooms, what each may touch and the way of a datum through them are told in `ARCHITECTURE.md`.

pub mod archive;
pub mod demo;
pub mod exchange;
pub mod export;
pub mod fetch;
pub mod files;
pub mod history;
pub mod http;
pub mod import;
pub mod load;
pub mod model;
pub mod photo;
pub mod progress;
pub mod serve;
pub mod settings;
pub mod snapshot;
pub mod space;
pub mod store;
pub mod style;
pub mod tile;
