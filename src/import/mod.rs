//! Import makes the features of one collection out of one source file, as a recipe says.
//!
//! ```text
//!   bytes ── shapefile │ geopackage │ osm │ gtfs ── Record ── refine ── Feature
//!                                            └───────── Rejection ──────────┘
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

mod address;
mod archive;
mod cell;
mod coordinate;
mod csv;
mod day;
mod dbf;
mod declare;
mod demands;
mod districts;
mod encoding;
mod error;
mod flatgeobuf;
mod gazetteer;
mod geojson;
mod geojsonseq;
mod geopackage;
mod gtfs;
mod hours;
mod json;
mod kind;
mod lenient;
mod lines;
mod meaning;
mod meter;
mod ods;
mod osm;
mod outcome;
mod phone;
mod photos;
mod place;
mod position;
mod recipe;
mod record;
mod refine;
mod rules;
mod script;
mod shape;
mod shapefile;
mod sheet;
mod source;
mod spellings;
mod unit;
mod url;
mod value;
mod warning;
mod wkt;
mod words;
mod written;
mod xlsx;

pub use address::AddressRegister;
pub use demands::Demands;
pub use districts::Districts;
pub use error::ImportError;
pub use gazetteer::Gazetteer;
pub use meter::MAX_RECORD_BYTES;
pub use outcome::{Objection, Origin, Outcome, Reason, Rejection, Report};
pub use photos::{Mention, PhotoSource};
pub use recipe::{Recipe, known_ending};
pub use source::Source;
pub use url::{Login, Url};
pub use value::MAX_TEXT_CHARS;

use crate::model::Collection;
use archive::{Archive, is_archive};
use meter::Meter;
use recipe::Format;
use record::{Columns, Row};
use refine::Refinery;

/// What a source is to become, and among which places.
#[derive(Clone, Copy)]
struct Meant<'a> {
    places: &'a Gazetteer,
    recipe: &'a Recipe,
    collection: &'a Collection,
}

impl<'a> Meant<'a> {
    fn refinery(self) -> anyhow::Result<(Columns, Refinery<'a>)> {
        Refinery::new(self.recipe, self.collection, self.places)
    }
}

/// Reads the source to its end and hands every row on, in the order of the file, with nothing known of the city.
///
/// `progress` is told the number of source bytes read so far. The sink's error stops the reading and comes back.
pub fn import(
    recipe: &Recipe,
    collection: &Collection,
    source: &Path,
    progress: &dyn Fn(u64),
    sink: &mut dyn FnMut(Outcome) -> anyhow::Result<()>,
) -> anyhow::Result<Report> {
    import_among(&Gazetteer::default(), recipe, collection, source, progress, sink)
}

/// As [`import`], among places that are known: addresses find their houses, and objects the districts they lie in.
pub fn import_among(
    places: &Gazetteer,
    recipe: &Recipe,
    collection: &Collection,
    source: &Path,
    progress: &dyn Fn(u64),
    sink: &mut dyn FnMut(Outcome) -> anyhow::Result<()>,
) -> anyhow::Result<Report> {
    let meant = Meant { places, recipe, collection };
    // A feed is a zip itself.
    if recipe.format == Some(Format::Gtfs) {
        let file = source.display().to_string();
        let bytes = File::open(source).map_err(|error| ImportError::io(&file, error))?;
        let size = bytes.metadata().map_err(|error| ImportError::io(&file, error))?.len();
        let report = import_gtfs(BufReader::new(bytes), meant, &file, sink)?;
        progress(size);
        return Ok(report);
    }
    if recipe.within.member.is_none() && !is_archive(source) {
        if recipe.format_of(source)?.is_osm() {
            return import_osm(&osm::Passes::of_file(source, progress)?, meant, source, sink);
        }
        let bytes = Meter::open(source, progress)?;
        return import_from(bytes, meant, source, sink);
    }
    let file = source.display().to_string();
    let mut archive = Archive::open(source, &file)?;
    let name = archive.choose(recipe.within.member.as_deref(), recipe.format)?;
    let member = archive.member(&name)?;
    let (packed, size) = (member.archive, u128::from(member.size.max(1)));
    // Of what was unpacked, its share of the archive is told.
    let tell = |read: u64| progress((u128::from(read) * u128::from(packed) / size).min(packed.into()) as u64);
    let bytes = Meter::of_member(Box::new(member), &tell, source, &name);
    let report = import_from(bytes, meant, &source.join(&name), sink)?;
    progress(packed);
    Ok(report)
}

fn import_from(
    bytes: Meter<'_>,
    meant: Meant<'_>,
    source: &Path,
    sink: &mut dyn FnMut(Outcome) -> anyhow::Result<()>,
) -> anyhow::Result<Report> {
    let (file, recipe) = (source.display().to_string(), meant.recipe);
    let format = recipe.format_of(source)?;
    if recipe.osm.is_some() && !format.is_osm() {
        return Err(ImportError::source(&file, "[osm] goes with a source of OpenStreetMap, which this is not").into());
    }
    let (columns, mut refinery) = meant.refinery()?;
    let is_placed = recipe.geometry.address.is_some();
    if columns.wants_shape && !is_placed && matches!(format, Format::Csv | Format::Json) {
        return Err(ImportError::source(
            &file,
            "its rows have no shape: [geometry] lon and lat (or lat_lon, wkt, address) must name columns",
        )
        .into());
    }
    let within = &recipe.within;
    let mut take = |row: Row<'_>| sink(refinery.refine(row, &columns)?);
    match format {
        Format::Csv => csv::read(bytes, &file, &recipe.layout, &columns, &mut take),
        Format::GeoJson => geojson::read(bytes, &file, recipe.trailing_commas, &columns, &mut take),
        Format::GeoJsonSeq => geojsonseq::read(bytes, &file, &columns, &mut take),
        Format::FlatGeobuf => flatgeobuf::read(bytes, &file, &columns, &mut take),
        Format::Json => json::read(bytes, &file, recipe.trailing_commas, &columns, &mut take),
        Format::OsmPbf | Format::OsmXml | Format::Gtfs => {
            return Err(ImportError::source(&file, "it is read several times, so it cannot stand in an archive").into());
        }
        Format::Shapefile => shapefile::read(bytes, &file, recipe.layout.encoding, &columns, &mut take),
        Format::GeoPackage => {
            geopackage::read(&bytes.whole(&file)?, &file, within.layer.as_deref(), &columns, &mut take)
        }
        Format::Xlsx => {
            xlsx::read(&bytes.whole(&file)?, &file, within.sheet.as_deref(), within.header, &columns, &mut take)
        }
        Format::Ods => {
            ods::read(&bytes.whole(&file)?, &file, within.sheet.as_deref(), within.header, &columns, &mut take)
        }
    }?;
    refinery.lacks(columns.absent());
    Ok(refinery.report())
}

/// An extract is read more than once, so it comes as passes.
fn import_osm(
    passes: &osm::Passes<'_>,
    meant: Meant<'_>,
    source: &Path,
    sink: &mut dyn FnMut(Outcome) -> anyhow::Result<()>,
) -> anyhow::Result<Report> {
    let (file, recipe) = (source.display().to_string(), meant.recipe);
    let Some(selection) = &recipe.osm else {
        return Err(ImportError::source(&file, "OpenStreetMap: [osm] where must say which elements are meant").into());
    };
    let (columns, mut refinery) = meant.refinery()?;
    let mut take = |row: Row<'_>| sink(refinery.refine(row, &columns)?);
    let format = recipe.format_of(source)?;
    let warnings = osm::read(passes, &file, format, selection, meant.collection.geometry, &columns, &mut take)?;
    for (warning, count) in warnings {
        refinery.warn(warning, count);
    }
    Ok(refinery.report())
}

/// A feed is a zip, whose tables are read in an order of our own.
fn import_gtfs(
    bytes: impl Read + Seek,
    meant: Meant<'_>,
    file: &str,
    sink: &mut dyn FnMut(Outcome) -> anyhow::Result<()>,
) -> anyhow::Result<Report> {
    let recipe = meant.recipe;
    let Some(selection) = &recipe.gtfs else {
        return Err(ImportError::source(file, "GTFS: [gtfs] take must say which part of it is meant").into());
    };
    let (columns, mut refinery) = meant.refinery()?;
    let mut take = |row: Row<'_>| sink(refinery.refine(row, &columns)?);
    let folder = recipe.within.member.as_deref();
    let (warning, count) = gtfs::read(bytes, file, folder, selection.take, &columns, &mut take)?;
    refinery.warn(warning, count);
    refinery.lacks(columns.absent());
    Ok(refinery.report())
}

#[cfg(test)]
mod tests;
