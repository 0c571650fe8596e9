//! A `Recipe` says how one source file becomes the features of one collection; it is read from TOML and checked.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    ops::Range,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use toml::Spanned;

use super::{
    ImportError, Report, Source, archive::is_archive, coordinate::Notation, csv::Layout, declare::Declaration, gtfs,
    osm, osm::Selection, phone::is_area, photos, photos::PhotoSource, position, record::Naming, rules, sheet::Header,
    written::Written,
};
use crate::{
    model::{Catalog, Collection, CollectionId, GeometryKind, TextFormat, catalog::PHOTO_FIELDS},
    space::{BBox, Crs},
};

/// How one source becomes features.
#[derive(Debug, Clone)]
pub struct Recipe {
    pub(super) path: PathBuf,
    pub(super) text: String,
    pub(super) collection: Spanned<CollectionId>,
    pub(super) demonstration: bool,
    pub(super) attribution: Option<String>,
    pub(super) source: Source,
    pub(super) max_bytes: Option<u64>,
    pub(super) format: Option<Format>,
    pub(super) layout: Layout,
    pub(super) naming: Naming,
    pub(super) trailing_commas: bool,
    pub(super) within: Within,
    pub(super) id: IdSource,
    /// The column with further ids.
    pub(super) aliases: Option<String>,
    pub(super) geometry: GeometrySource,
    pub(super) kind: Option<KindSource>,
    pub(super) fields: BTreeMap<String, Spanned<FieldSource>>,
    pub(super) photos: Option<PhotoSource>,
    pub(super) threshold: Threshold,
    pub(super) declare: Option<Spanned<Declaration>>,
    /// The collection of the districts that fill what is unsaid; `None`: nothing is filled.
    pub(super) districts: Option<CollectionId>,
    pub(super) osm: Option<Selection>,
    pub(super) gtfs: Option<gtfs::Selection>,
}

/// The format of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    /// A table of text, one row a feature.
    Csv,
    /// A `FeatureCollection` (RFC 7946).
    GeoJson,
    /// Features one after the other, one a line or after record separators (RFC 8142).
    GeoJsonSeq,
    /// `FlatGeobuf` 3.
    FlatGeobuf,
    /// A JSON array of objects.
    Json,
    /// A zip of timetable tables; its ending says nothing of it.
    Gtfs,
    /// An extract of OpenStreetMap, packed.
    #[serde(rename = "osm-pbf")]
    OsmPbf,
    /// An extract of OpenStreetMap in XML, with or without gzip.
    #[serde(rename = "osm-xml")]
    OsmXml,
    /// A shapefile of ESRI.
    Shapefile,
    /// A layer of a `GeoPackage`.
    GeoPackage,
    /// A workbook of Office Open XML.
    Xlsx,
    /// A spreadsheet of OpenDocument.
    Ods,
}

impl Format {
    /// Whether it is read in passes.
    pub fn is_osm(self) -> bool {
        matches!(self, Self::OsmPbf | Self::OsmXml)
    }

    pub fn of_ending(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        if name.ends_with(".osm.gz") || name.ends_with(".xml.gz") {
            return Some(Self::OsmXml);
        }
        match path.extension().and_then(OsStr::to_str)?.to_ascii_lowercase().as_str() {
            "csv" | "tsv" | "txt" => Some(Self::Csv),
            "geojson" => Some(Self::GeoJson),
            "geojsonl" | "geojsonseq" | "ndjson" => Some(Self::GeoJsonSeq),
            "fgb" => Some(Self::FlatGeobuf),
            "json" => Some(Self::Json),
            "pbf" => Some(Self::OsmPbf),
            "osm" | "xml" => Some(Self::OsmXml),
            "xlsx" | "xlsm" => Some(Self::Xlsx),
            "ods" => Some(Self::Ods),
            "gpkg" => Some(Self::GeoPackage),
            "shp" => Some(Self::Shapefile),
            _ => None,
        }
    }
}

/// The ending of a file name that says how the file is read, a zip archive among them: `csv`, `osm.gz`.
pub fn known_ending(name: &str) -> Option<&str> {
    let path = Path::new(name);
    let ending = path.extension()?.to_str()?;
    if !is_archive(path) {
        Format::of_ending(path)?;
    }
    // What is packed has two endings.
    let is_packed = ending.eq_ignore_ascii_case("gz");
    Some(if is_packed { &name[name.len() - "osm.gz".len()..] } else { ending })
}

/// Which part of a source is meant, where it has several.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Within {
    /// The member of a zip archive; `None`: the only one of a known format.
    pub member: Option<String>,
    /// The layer of a `GeoPackage`; `None`: the only one of features.
    pub layer: Option<String>,
    /// The sheet of a spreadsheet; `None`: the first that has rows.
    pub sheet: Option<String>,
    /// Where in the sheet its header is.
    pub header: Header,
    /// Whether the store keeps the raw row of every feature.
    pub keeps_rows: bool,
}

/// What a feature is called by.
#[derive(Debug, Clone)]
pub(super) enum IdSource {
    Column(String),
    HashOf(Vec<String>),
}

/// Where a feature is.
#[derive(Debug, Clone, Default)]
pub(super) struct GeometrySource {
    /// The columns of longitude and latitude; `None`, and no pair either: the shape that the source has of its own.
    pub lon_lat: Option<(String, String)>,
    /// The column that holds both, and which comes first.
    pub pair: Option<(String, Order)>,
    /// The column that holds the shape as well-known text.
    pub wkt: Option<String>,
    pub notation: Notation,
    /// The system of the columns, or of the shapes where it is not the one that the source states.
    pub crs: Option<Crs>,
    pub bounds: Option<BBox>,
    /// The columns of the address of rows that have no coordinates.
    pub address: Option<AddressSource>,
    /// Where the recipe says it.
    pub address_span: Option<Range<usize>>,
}

/// Where the address of a row stands, and where its house is sought.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AddressSource {
    /// The column of all of it; `None`: `street` and `number` are named.
    pub full: Option<String>,
    pub street: Option<String>,
    pub number: Option<String>,
    pub block: Option<String>,
    pub settlement: Option<String>,
    /// The settlement of rows, and of houses of the register, that name none.
    pub city: Option<String>,
    /// The collection whose features are the register.
    pub register: CollectionId,
}

/// Which of two coordinates in one cell comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    LatLon,
    LonLat,
}

impl Order {
    /// The key of the recipe.
    pub const fn key(self) -> &'static str {
        match self {
            Self::LatLon => "lat_lon",
            Self::LonLat => "lon_lat",
        }
    }
}

/// Which kind of object a feature is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KindSource {
    pub column: String,
    #[serde(default)]
    pub map: BTreeMap<String, Spanned<String>>,
}

/// Where the value of a field comes from.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldSource {
    pub column: Option<String>,
    /// The names under which the column may stand, of which a source has one; with `join`, several columns.
    pub columns: Option<Vec<String>>,
    /// What is put between several columns.
    pub join: Option<String>,
    /// Other words for the texts of the column; `*` for all it does not name, an empty word for unknown.
    #[serde(default)]
    pub map: BTreeMap<String, String>,
    #[serde(default)]
    pub required: bool,
    /// The least and the most of a number, or the first and the last of days.
    pub range: Option<Spanned<[rules::Edge; 2]>>,
    /// The regular expression that the whole text matches.
    pub pattern: Option<Spanned<String>>,
    /// Further spellings of the values of a closed list.
    #[serde(default)]
    pub synonyms: BTreeMap<String, Spanned<String>>,
    /// Whether no two rows may say the same.
    pub unique: Option<Spanned<bool>>,
    /// The field of a day that this one may not be before.
    pub after: Option<Spanned<String>>,
    /// The area of telephone numbers without one, without its zero: `56`.
    pub phone_area: Option<Spanned<String>>,
}

impl FieldSource {
    /// The names of the column, or of those that are joined; `None` where the recipe says none, or both one and several.
    pub fn columns(&self) -> Option<&[String]> {
        match (&self.column, &self.columns) {
            (Some(column), None) => Some(std::slice::from_ref(column)),
            (None, Some(columns)) if !columns.is_empty() => Some(columns),
            _ => None,
        }
    }
}

/// How many refusals an import bears.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Threshold {
    Rows(u64),
    Percent(f64),
}

impl Recipe {
    /// Reads a recipe from its file.
    pub fn read(path: &Path) -> Result<Self, ImportError> {
        let text = fs::read_to_string(path).map_err(|error| ImportError::io(&path.display().to_string(), error))?;
        Self::parse(path, &text)
    }

    /// Reads a recipe from its text; `path` says where it would stand.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ImportError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let written: Written =
            toml::from_str(text).map_err(|error| flaw_at(path, text, error.span().unwrap_or(0..0), error.message()))?;
        written.check(path, text)
    }

    /// The collection: the declared one, or the one of the catalog. Checks that it has what the recipe names.
    pub fn collection(&self, catalog: &Catalog) -> Result<Collection, ImportError> {
        let known = catalog.collections.get(self.collection_id());
        let mut collection = match (&self.declare, known) {
            (Some(declare), None) => declare
                .get_ref()
                .collection(self.collection_id(), catalog)
                .map_err(|problem| self.flaw(declare.span(), &problem))?,
            (None, Some(known)) => known.clone(),
            (Some(_), Some(_)) => {
                let problem = format!("`{}` is in the catalog already: leave out [declare]", self.collection_id());
                return Err(self.flaw(self.collection.span(), &problem));
            }
            (None, None) => {
                let problem = format!("`{}` is not in the catalog, nor is there a [declare]", self.collection_id());
                return Err(self.flaw(self.collection.span(), &problem));
            }
        };
        if let Some(span) = &self.geometry.address_span {
            if collection.geometry != GeometryKind::Point {
                return Err(self.flaw(span.clone(), "an address is a place: the collection has to be one of points"));
            }
            collection.fields.extend(position::fields());
        }
        if self.photos.is_some() {
            let known: Vec<_> = collection.fields.iter().map(|field| field.name.clone()).collect();
            collection.fields.extend(photos::fields().into_iter().filter(|field| !known.contains(&field.name)));
        }
        if let Some(source) = self.fields.get(PHOTO_FIELDS[0]) {
            return Err(self.flaw(source.span(), "which column names photos is said under [photos]"));
        }
        if self.osm.is_some() {
            collection.licence = Some(osm::LICENCE.into());
        }
        for (name, source) in &self.fields {
            if collection.field_index(name).is_none() {
                let fields: Vec<_> = collection.fields.iter().map(|field| field.name.as_str()).collect();
                let problem = format!("the collection has no field `{name}`; it has {}", fields.join(", "));
                return Err(self.flaw(source.span(), &problem));
            }
        }
        for (name, source) in &self.fields {
            let field = collection.field_index(name).map(|i| &collection.fields[i]);
            if let Some((span, problem)) =
                field.and_then(|field| rules::flaw(field, source.get_ref(), &self.fields, &collection))
            {
                return Err(self.flaw(span, &problem));
            }
            let Some(area) = &source.get_ref().phone_area else { continue };
            if !is_area(area.get_ref()) || !field.is_some_and(|field| field.format == Some(TextFormat::Phone)) {
                let problem = "two to five digits without the zero, for a field of the format `phone`";
                return Err(self.flaw(area.span(), problem));
            }
        }
        for kind in self.kind.iter().flat_map(|kind| kind.map.values()) {
            if !collection.kinds.iter().any(|known| known.id == *kind.get_ref()) {
                let problem = format!("the collection has no kind `{}`", kind.get_ref());
                return Err(self.flaw(kind.span(), &problem));
            }
        }
        for field in &mut collection.fields {
            let unique = self.fields.get(&field.name).and_then(|source| source.get_ref().unique.as_ref());
            field.unique = unique.is_some_and(|unique| *unique.get_ref());
        }
        Ok(collection)
    }

    /// The id of the collection that is filled.
    pub fn collection_id(&self) -> &CollectionId {
        self.collection.get_ref()
    }

    /// The source: a file, meant from the folder of the recipe, or a URL.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The most bytes that may be fetched of a URL, where the recipe says it.
    pub fn max_bytes(&self) -> Option<u64> {
        self.max_bytes
    }

    /// The name of the recipe: its file name without the ending.
    pub fn name(&self) -> &str {
        self.path.file_stem().and_then(OsStr::to_str).unwrap_or("recipe")
    }

    /// Whether the data are invented to show the product.
    pub fn demonstration(&self) -> bool {
        self.demonstration
    }

    /// Whom to credit wherever the data are drawn.
    pub fn attribution(&self) -> Option<&str> {
        self.attribution.as_deref()
    }

    /// The collection whose features are the address register, where one is asked, and the settlement of what names none.
    pub fn register(&self) -> Option<(&CollectionId, Option<&str>)> {
        self.geometry.address.as_ref().map(|address| (&address.register, address.city.as_deref()))
    }

    /// The collection whose areas say in which district an object lies, where that is wanted.
    pub fn districts(&self) -> Option<&CollectionId> {
        self.districts.as_ref()
    }

    /// Which pictures show the features, where the recipe says it.
    pub fn photos(&self) -> Option<&PhotoSource> {
        self.photos.as_ref()
    }

    /// The folder in which the recipe stands.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// Whether an import with this outcome may be committed.
    pub fn tolerates(&self, report: &Report) -> bool {
        match self.threshold {
            Threshold::Rows(rows) => report.rejections <= rows,
            Threshold::Percent(percent) => report.rejections as f64 * 100.0 <= report.read as f64 * percent,
        }
    }

    /// The format of a source: what the recipe says, else what its ending says.
    pub(super) fn format_of(&self, source: &Path) -> Result<Format, ImportError> {
        self.format.or_else(|| Format::of_ending(source)).ok_or_else(|| {
            let problem = "its ending says no format (csv, tsv, txt, xlsx, ods, geojson, geojsonl, ndjson, json, fgb, shp, gpkg, osm.pbf, osm, osm.gz, xml): say it in [source] format";
            ImportError::source(&source.display().to_string(), problem)
        })
    }

    /// That the tables for one format go with a source of that format, as far as it is known before it is opened.
    pub(super) fn format_fits(&self) -> Result<(), ImportError> {
        // Of an archive without a named member it is known when it is opened, of a URL without an ending when it is fetched.
        let name = self.source.path();
        let is_known = match &self.source {
            Source::File(_) => !is_archive(&name),
            Source::Url(_) => !is_archive(&name) && self.format_of(&name).is_ok(),
        };
        if self.within.member.is_some() || is_known {
            let read = self.within.member.as_ref().map_or(name.as_path(), Path::new);
            if self.format_of(read)?.is_osm() != self.osm.is_some() {
                return Err(self.flaw(0..0, "[osm] goes with a source of OpenStreetMap, and such a source with [osm]"));
            }
        }
        if (self.format == Some(Format::Gtfs)) != self.gtfs.is_some() {
            return Err(
                self.flaw(0..0, "[gtfs] goes with a source of format = \"gtfs\", and such a source with [gtfs]")
            );
        }
        Ok(())
    }

    fn flaw(&self, span: Range<usize>, problem: &str) -> ImportError {
        flaw_at(&self.path, &self.text, span, problem)
    }
}

/// A flaw of the recipe with the line and the key at the start of the span.
pub(super) fn flaw_at(path: &Path, text: &str, span: Range<usize>, problem: &str) -> ImportError {
    let start = (0..=span.start.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let before = &text[..start];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = text[line_start..].lines().next().unwrap_or("").trim();
    let is_table = |line: &&str| line.starts_with('[');
    let key = match line.split_once('=') {
        _ if is_table(&line) => line.into(),
        Some((key, _)) => match before[..line_start].lines().rev().map(str::trim).find(is_table) {
            Some(table) => format!("{table} {}", key.trim()),
            None => key.trim().into(),
        },
        None => line.to_owned(),
    };
    let key = if key.is_empty() { "recipe".into() } else { key };
    let line = before.matches('\n').count() + 1;
    ImportError::Recipe { file: path.display().to_string(), line, key, problem: problem.into() }
}
