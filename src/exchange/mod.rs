//! Exchange: the features of one collection as a file that other programs read: CSV, XLSX or FlatGeobuf.
//!
//! All write to anything, so a file and an answer are the same bytes.

mod csv;
mod flatgeobuf;
mod imprint;
mod view;
mod xlsx;

pub use self::{
    csv::{Csv, harmless, write_csv, write_rows},
    flatgeobuf::write_flatgeobuf,
    imprint::imprint,
    view::View,
    xlsx::{fits, write_xlsx},
};
