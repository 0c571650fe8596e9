//! Exchange: the features of one collection as a file that other programs read, CSV or FlatGeobuf.
//!
//! Both write to anything, so a file and an answer are the same bytes.

mod csv;
mod flatgeobuf;

pub use self::{
    csv::{Csv, write_csv},
    flatgeobuf::write_flatgeobuf,
};

/// Columns before those of the fields: what every feature has, whatever its collection.
const OWN_COLUMNS: [&str; 2] = ["id", "kind"];
