//! `mapa` is a "City on the Map" server: it imports a city's objects and answers where they are and what they are.
//!
//! The rooms, what each may touch and the way of a datum through them are told in `ARCHITECTURE.md`.

pub mod model;
pub mod space;
