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
    ImportError, Report, coordinate::Notation, csv::Layout, declare::Declaration, gtfs, osm, osm::Selection,
    written::Written,
};
use crate::{
    model::{Catalog, Collection, CollectionId},
    space::BBox,
};

/// How one source becomes features.
#[derive(Debug, Clone)]
pub struct Recipe {
    pub(super) path: PathBuf,
    pub(super) text: String,
    pub(super) collection: Spanned<CollectionId>,
    pub(super) demonstration: bool,
    pub(super) attribution: Option<String>,
    pub(super) source: PathBuf,
    pub(super) format: Option<Format>,
    pub(super) layout: Layout,
    pub(super) id: IdSource,
    pub(super) geometry: GeometrySource,
    pub(super) kind: Option<KindSource>,
    pub(super) fields: BTreeMap<String, Spanned<FieldSource>>,
    pub(super) threshold: Threshold,
    pub(super) declare: Option<Spanned<Declaration>>,
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
}

impl Format {
    /// Whether it is read in passes.
    pub fn is_osm(self) -> bool {
        matches!(self, Self::OsmPbf | Self::OsmXml)
    }

    fn of_ending(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        if name.ends_with(".osm.gz") || name.ends_with(".xml.gz") {
            return Some(Self::OsmXml);
        }
        match path.extension().and_then(OsStr::to_str)?.to_ascii_lowercase().as_str() {
            "csv" | "tsv" | "txt" => Some(Self::Csv),
            "geojson" => Some(Self::GeoJson),
            "fgb" => Some(Self::FlatGeobuf),
            "json" => Some(Self::Json),
            "pbf" => Some(Self::OsmPbf),
            "osm" | "xml" => Some(Self::OsmXml),
            _ => None,
        }
    }
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
    /// The columns of longitude and latitude; `None`: the shape that the source has of its own.
    pub lon_lat: Option<(String, String)>,
    pub notation: Notation,
    pub bounds: Option<BBox>,
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
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldSource {
    /// Either this…
    pub column: Option<String>,
    /// … or several, joined by `join`.
    #[serde(default)]
    pub columns: Vec<String>,
    pub join: Option<String>,
    /// Other words for the texts of the column; `*` for all it does not name, an empty word for unknown.
    #[serde(default)]
    pub map: BTreeMap<String, String>,
    #[serde(default)]
    pub required: bool,
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
        for kind in self.kind.iter().flat_map(|kind| kind.map.values()) {
            if !collection.kinds.iter().any(|known| known.id == *kind.get_ref()) {
                let problem = format!("the collection has no kind `{}`", kind.get_ref());
                return Err(self.flaw(kind.span(), &problem));
            }
        }
        Ok(collection)
    }

    /// The id of the collection that is filled.
    pub fn collection_id(&self) -> &CollectionId {
        self.collection.get_ref()
    }

    /// The source file, beside the recipe.
    pub fn source(&self) -> &Path {
        &self.source
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
            let problem = "its ending says no format (csv, tsv, txt, geojson, json, fgb, osm.pbf, osm, osm.gz, xml): say it in [source] format";
            ImportError::source(&source.display().to_string(), problem)
        })
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
