//! A source is a file as an office exports it: its format, the columns it has and how its values are written.

mod csv;
mod flatgeobuf;
mod geojson;

use std::{collections::BTreeSet, fs::File, io::BufWriter, path::Path};

use super::{dice::fnv1a, faults::Fault, plane::Spot};
use crate::{
    model::{Collection, GeometryKind, Value},
    space::{Geometry, LonLat},
};

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// UTF-8, commas, decimal points, Unix lines.
    Csv,
    /// UTF-8 with a byte order mark, semicolons, decimal commas, as a spreadsheet saves it.
    SpreadsheetCsv,
    /// windows-1251, semicolons, decimal commas.
    OldCsv,
    /// UTF-8, semicolons, coordinates in degrees, minutes and seconds.
    DmsCsv,
    GeoJson,
    FlatGeobuf,
}

/// The columns of a file.
pub struct Layout {
    pub format: Format,
    /// `None`: the file has no ids, the recipe makes them of name, address and coordinates.
    pub id: Option<&'static str>,
    pub kind: &'static str,
    /// The column of the names of photos, where the file has one.
    pub photos: Option<&'static str>,
    /// Lon and lat columns; `None` where the shape is the format's own.
    pub lon_lat: Option<[&'static str; 2]>,
    /// One for each field of the collection.
    pub fields: Vec<String>,
}

/// One object ready to be written. A closed list holds the id of its choice.
pub struct Row {
    pub id: String,
    /// Position among the collection's kinds.
    pub kind: usize,
    pub geometry: Geometry,
    pub values: Vec<Value>,
    /// Names of files.
    pub photos: String,
}

/// A file being written.
pub enum Sink<'a> {
    Csv(Box<csv::CsvSink<'a>>),
    GeoJson(geojson::GeoJsonSink<'a>),
    FlatGeobuf(Box<flatgeobuf::FlatGeobufSink<'a>>),
}

impl Format {
    /// The format a collection comes in; the same for every seed.
    pub fn of(collection: &Collection) -> Self {
        match collection.id.as_str() {
            "apartment-buildings" => return Self::FlatGeobuf,
            "transport-stops" => return Self::Csv,
            // The registers come as offices keep them.
            "advertising-structures" | "dead-trees" => return Self::OldCsv,
            "air-posts" | "budget-items" => return Self::SpreadsheetCsv,
            _ => {}
        }
        if collection.geometry != GeometryKind::Point {
            return Self::GeoJson;
        }
        match fnv1a(collection.id.as_str()) % 20 {
            0..6 => Self::Csv,
            6..11 => Self::SpreadsheetCsv,
            11..14 => Self::OldCsv,
            14..16 => Self::DmsCsv,
            16..18 => Self::GeoJson,
            _ => Self::FlatGeobuf,
        }
    }

    pub fn is_csv(self) -> bool {
        !matches!(self, Self::GeoJson | Self::FlatGeobuf)
    }

    pub fn is_utf8_csv(self) -> bool {
        self.is_csv() && self != Self::OldCsv
    }

    pub fn ending(self) -> &'static str {
        match self {
            Self::GeoJson => "geojson",
            Self::FlatGeobuf => "fgb",
            _ => "csv",
        }
    }

    /// The name a recipe gives it.
    pub fn name(self) -> &'static str {
        match self {
            Self::GeoJson => "geojson",
            Self::FlatGeobuf => "flatgeobuf",
            _ => "csv",
        }
    }

    /// The place a point has once it is written in this format.
    pub fn grid(self) -> fn(Spot) -> LonLat {
        match self {
            // A tenth of a second.
            Self::DmsCsv => |spot| spot.rounded(36_000.0),
            _ => Spot::lonlat_of_point,
        }
    }
}

impl Layout {
    pub fn of(collection: &Collection) -> Self {
        let format = Format::of(collection);
        // Some offices number nothing.
        let has_ids = !(format.is_csv() && fnv1a(collection.id.as_str()) % 13 == 5);
        let mut taken = BTreeSet::new();
        let fields = collection
            .fields
            .iter()
            .map(|field| {
                let title = if format.is_csv() { header(format, &field.name, &field.title.uk) } else { &field.name };
                if taken.insert(title) { title.to_owned() } else { format!("{title} ({})", field.name) }
            })
            .collect();
        let (id, kind) = if format.is_csv() {
            ("Реєстраційний номер", "Вид")
        } else {
            ("registry_id", "object_kind")
        };
        let lon_lat = match format {
            Format::OldCsv => Some(["Координата (довгота)", "Координата (широта)"]),
            format if format.is_csv() => Some(["Довгота", "Широта"]),
            _ => None,
        };
        Self { format, id: has_ids.then_some(id), kind, photos: None, lon_lat, fields }
    }

    /// The same with a column of photos.
    pub fn with_photos(self) -> Self {
        Self { photos: Some(if self.format.is_csv() { "Фото" } else { "photo_files" }), ..self }
    }
}

/// Old registers call some columns otherwise than the dictionary of fields does.
fn header<'a>(format: Format, field: &str, title: &'a str) -> &'a str {
    match (format, field) {
        (Format::OldCsv, "name") => "Найменування об’єкта",
        (Format::OldCsv, "address") => "Адреса розташування",
        (Format::OldCsv, "phone") => "Контактний телефон",
        (Format::SpreadsheetCsv, "name") => "Назва об’єкта",
        _ => title,
    }
}

impl<'a> Sink<'a> {
    pub fn create(path: &Path, collection: &'a Collection, layout: &'a Layout) -> anyhow::Result<Self> {
        let file = BufWriter::with_capacity(1 << 18, File::create(path)?);
        Ok(match layout.format {
            Format::GeoJson => Self::GeoJson(geojson::GeoJsonSink::open(file, collection, layout)?),
            Format::FlatGeobuf => {
                Self::FlatGeobuf(Box::new(flatgeobuf::FlatGeobufSink::open(file, collection, layout)?))
            }
            _ => Self::Csv(Box::new(csv::CsvSink::open(file, collection, layout)?)),
        })
    }

    /// Writes a row, spoiled where a fault is asked for.
    pub fn write(&mut self, row: &Row, fault: Option<Fault>) -> anyhow::Result<()> {
        match self {
            Self::Csv(sink) => sink.write(row, fault),
            Self::GeoJson(sink) => sink.write(row, fault),
            Self::FlatGeobuf(sink) => sink.write(row, fault),
        }
    }

    pub fn finish(self) -> anyhow::Result<()> {
        match self {
            Self::Csv(sink) => sink.finish(),
            Self::GeoJson(sink) => sink.finish(),
            Self::FlatGeobuf(sink) => sink.finish(),
        }
    }
}
