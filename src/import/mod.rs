//! Import makes the features of one collection out of one source file, as a recipe says.
//!
//! ```text
//!   bytes ── meter ── csv │ geojson │ flatgeobuf │ json │ osm │ gtfs ── Record ── refine ── Feature
//!                                                             └──────────── Rejection ──────────┘
//! ```
//!
//! Every row comes out as the one or the other, in the order of the file; none is lost and none guessed. What is read at
//! once is one record of at most [`MAX_RECORD_BYTES`]; with the length of the source only the list of its ids grows.
//! An error, unlike a rejection, says that the recipe or the source as a whole is not what it should be.

use std::{
    fs::File,
    io::{BufReader, Read, Seek},
    path::Path,
};

mod cell;
mod coordinate;
mod csv;
mod declare;
mod encoding;
mod error;
mod flatgeobuf;
mod geojson;
mod gtfs;
mod json;
mod lines;
mod meter;
mod osm;
mod outcome;
mod recipe;
mod record;
mod refine;
mod shape;
mod value;
mod words;
mod written;

pub use error::ImportError;
pub use meter::MAX_RECORD_BYTES;
pub use outcome::{Outcome, Reason, Rejection, Report};
pub use recipe::Recipe;
pub use value::MAX_TEXT_CHARS;

use crate::model::Collection;
use meter::Meter;
use recipe::Format;
use record::Row;
use refine::Refinery;

/// Reads the source to its end and hands every row on, in the order of the file.
///
/// `progress` is told the number of source bytes read so far. The sink's error stops the reading and comes back.
pub fn import(
    recipe: &Recipe,
    collection: &Collection,
    source: &Path,
    progress: &dyn Fn(u64),
    sink: &mut dyn FnMut(Outcome) -> anyhow::Result<()>,
) -> anyhow::Result<Report> {
    if recipe.format_of(source)?.is_osm() {
        return import_osm(&osm::Passes::of_file(source, progress)?, recipe, collection, source, sink);
    }
    if recipe.format_of(source)? == Format::Gtfs {
        let file = source.display().to_string();
        let bytes = File::open(source).map_err(|error| ImportError::io(&file, error))?;
        let size = bytes.metadata().map_err(|error| ImportError::io(&file, error))?.len();
        let report = import_gtfs(BufReader::new(bytes), recipe, collection, &file, sink)?;
        progress(size);
        return Ok(report);
    }
    let bytes = Meter::open(source, progress)?;
    import_from(bytes, recipe, collection, source, sink)
}

fn import_from(
    bytes: Meter<'_>,
    recipe: &Recipe,
    collection: &Collection,
    source: &Path,
    sink: &mut dyn FnMut(Outcome) -> anyhow::Result<()>,
) -> anyhow::Result<Report> {
    let file = source.display().to_string();
    let format = recipe.format_of(source)?;
    let (columns, mut refinery) = Refinery::new(recipe, collection)?;
    if columns.wants_shape && matches!(format, Format::Csv | Format::Json) {
        return Err(
            ImportError::source(&file, "its rows have no shape: [geometry] lon and lat must name columns").into()
        );
    }
    let mut take = |row: Row<'_>| sink(refinery.refine(row, &columns)?);
    match format {
        Format::Csv => csv::read(bytes, &file, &recipe.layout, &columns, &mut take),
        Format::GeoJson => geojson::read(bytes, &file, &columns, &mut take),
        Format::FlatGeobuf => flatgeobuf::read(bytes, &file, &columns, &mut take),
        Format::Json => json::read(bytes, &file, &columns, &mut take),
        Format::OsmPbf | Format::OsmXml | Format::Gtfs => unreachable!("it is not read from one stream of bytes"),
    }?;
    Ok(refinery.report())
}

/// An extract is read more than once, so it comes as passes.
fn import_osm(
    passes: &osm::Passes<'_>,
    recipe: &Recipe,
    collection: &Collection,
    source: &Path,
    sink: &mut dyn FnMut(Outcome) -> anyhow::Result<()>,
) -> anyhow::Result<Report> {
    let file = source.display().to_string();
    let Some(selection) = &recipe.osm else {
        return Err(ImportError::source(&file, "OpenStreetMap: [osm] where must say which elements are meant").into());
    };
    let (columns, mut refinery) = Refinery::new(recipe, collection)?;
    let mut take = |row: Row<'_>| sink(refinery.refine(row, &columns)?);
    let format = recipe.format_of(source)?;
    let warnings = osm::read(passes, &file, format, selection, collection.geometry, &columns, &mut take)?;
    for (warning, count) in warnings {
        refinery.warn(warning, count);
    }
    Ok(refinery.report())
}

/// A feed is a zip, whose tables are read in an order of our own.
fn import_gtfs(
    bytes: impl Read + Seek,
    recipe: &Recipe,
    collection: &Collection,
    file: &str,
    sink: &mut dyn FnMut(Outcome) -> anyhow::Result<()>,
) -> anyhow::Result<Report> {
    let Some(selection) = &recipe.gtfs else {
        return Err(ImportError::source(file, "GTFS: [gtfs] take must say which part of it is meant").into());
    };
    let (columns, mut refinery) = Refinery::new(recipe, collection)?;
    let mut take = |row: Row<'_>| sink(refinery.refine(row, &columns)?);
    let (warning, count) = gtfs::read(bytes, file, selection.take, &columns, &mut take)?;
    refinery.warn(warning, count);
    Ok(refinery.report())
}

#[cfg(test)]
mod tests;
