//! The recipe that lies beside a source and imports it.

use std::fmt::Write;

use super::{
    photos::FOLDER,
    source::{Format, Layout},
};
use crate::model::Collection;

/// What a reader of the map sees under it.
pub const ATTRIBUTION: &str = "Демонстраційні дані / Demonstration data";

/// A shape outside of this is not of the city: west, south, east, north.
const BOUNDS: &str = "[33.0, 47.5, 33.9, 48.3]";

/// The recipe of a file with so many good and bad rows.
pub fn text(collection: &Collection, layout: &Layout, good: u64, bad: u64) -> String {
    let mut out = format!("# {} (demonstration).\n\n", collection.title.en);
    let _ = writeln!(out, "collection = {}", quoted(collection.id.as_str()));
    let _ = writeln!(out, "demonstration = true\nattribution = {}\n", quoted(ATTRIBUTION));
    let _ = writeln!(out, "[source]\nfile = \"{}.{}\"", collection.id, layout.format.ending());
    let _ = writeln!(out, "format = \"{}\"", layout.format.name());
    match layout.format {
        Format::Csv => out.push_str("delimiter = \",\"\n"),
        Format::SpreadsheetCsv | Format::DmsCsv => out.push_str("delimiter = \";\"\n"),
        Format::OldCsv => out.push_str("encoding = \"windows-1251\"\ndelimiter = \";\"\n"),
        Format::GeoJson | Format::FlatGeobuf => {}
    }
    if let Some(column) = layout.id {
        let _ = writeln!(out, "\n[id]\ncolumn = {}", quoted(column));
    } else {
        let of = |name: &str| collection.field_index(name).map(|i| layout.fields[i].as_str());
        let columns = [of("name"), of("address")].into_iter().flatten().chain(layout.lon_lat.into_iter().flatten());
        let columns = columns.map(quoted).collect::<Vec<_>>().join(", ");
        let _ = writeln!(out, "\n[id]\nhash_of = [{columns}]");
    }
    out.push_str("\n[geometry]\n");
    if let Some([lon, lat]) = layout.lon_lat {
        let _ = writeln!(out, "lon = {}\nlat = {}", quoted(lon), quoted(lat));
    }
    if layout.format == Format::DmsCsv {
        out.push_str("notation = \"dms\"\n");
    }
    let _ = writeln!(out, "bounds = {BOUNDS}\n\n[kind]\ncolumn = {}", quoted(layout.kind));
    if let Some(column) = layout.photos {
        let _ = writeln!(out, "\n[photos]\ncolumn = {}\nfolder = {}", quoted(column), quoted(FOLDER));
        let _ = writeln!(out, "credit = {}", quoted(ATTRIBUTION));
    }
    for (field, column) in collection.fields.iter().zip(&layout.fields) {
        let _ = writeln!(out, "\n[fields.{}]\ncolumn = {}", field.name, quoted(column));
        if field.name == "name" {
            out.push_str("required = true\n");
        }
    }
    // A small file with one bad row has more than one in twenty.
    let refusals = if bad * 20 > good + bad { bad.to_string() } else { "\"5%\"".into() };
    let _ = writeln!(out, "\n[threshold]\nrefusals = {refusals}");
    out
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
