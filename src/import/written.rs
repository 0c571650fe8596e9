//! A `Written` recipe is the TOML as people type it; checked once, it becomes a [`Recipe`].

use std::{
    collections::BTreeMap,
    ops::Range,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use toml::Spanned;

use super::{
    ImportError, Recipe,
    coordinate::Notation,
    csv::Layout,
    declare::Declaration,
    encoding::Encoding,
    gtfs::{self, Part},
    osm::{self, WrittenSelection},
    recipe::{FieldSource, Format, GeometrySource, IdSource, KindSource, Threshold, flaw_at},
};
use crate::{model::CollectionId, space::BBox};

/// The most refusals where the recipe does not say: a twentieth of the rows.
const DEFAULT_THRESHOLD: Threshold = Threshold::Percent(5.0);

/// A recipe as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    collection: Spanned<CollectionId>,
    #[serde(default)]
    demonstration: bool,
    attribution: Option<String>,
    source: WrittenSource,
    id: Spanned<WrittenId>,
    #[serde(default)]
    geometry: Option<Spanned<WrittenGeometry>>,
    kind: Option<KindSource>,
    #[serde(default)]
    fields: BTreeMap<String, Spanned<FieldSource>>,
    threshold: Option<WrittenThreshold>,
    declare: Option<Spanned<Declaration>>,
    osm: Option<Spanned<WrittenSelection>>,
    gtfs: Option<gtfs::Selection>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSource {
    file: PathBuf,
    format: Option<Format>,
    encoding: Option<Spanned<String>>,
    delimiter: Option<Spanned<String>>,
    header: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenId {
    column: Option<String>,
    hash_of: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenGeometry {
    lon: Option<String>,
    lat: Option<String>,
    #[serde(default)]
    notation: Notation,
    bounds: Option<Spanned<[f64; 4]>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenThreshold {
    refusals: Spanned<Refusals>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Refusals {
    Rows(u64),
    Share(String),
}

impl Written {
    pub fn check(self, path: &Path, text: &str) -> Result<Recipe, ImportError> {
        let flaw = |span: Range<usize>, problem: &str| flaw_at(path, text, span, problem);
        let layout = self.source.layout().map_err(|(span, problem)| flaw(span, &problem))?;
        let id_span = self.id.span();
        let id = match self.id.into_inner() {
            WrittenId { column: Some(column), hash_of: None } => IdSource::Column(column),
            WrittenId { column: None, hash_of: Some(columns) } if !columns.is_empty() => IdSource::HashOf(columns),
            _ => return Err(flaw(id_span, "either `column` or `hash_of` with at least one column")),
        };
        let mut geometry = match self.geometry {
            None => GeometrySource::default(),
            Some(geometry) => {
                let span = geometry.span();
                geometry.into_inner().check(span).map_err(|(span, problem)| flaw(span, problem))?
            }
        };
        for source in self.fields.values() {
            let FieldSource { column, columns, join, .. } = source.get_ref();
            if column.is_some() != columns.is_empty() || (join.is_some() && columns.is_empty()) {
                return Err(flaw(source.span(), "either `column`, or `columns` with at least one, and maybe `join`"));
            }
        }
        let threshold = match self.threshold {
            None => DEFAULT_THRESHOLD,
            Some(WrittenThreshold { refusals }) => threshold(refusals.get_ref())
                .ok_or_else(|| flaw(refusals.span(), "a number of rows, or a share between \"0%\" and \"100%\""))?,
        };
        // The columns of a stop's place are those of the reference.
        if self.gtfs.as_ref().is_some_and(|gtfs| gtfs.take == Part::Stops) {
            geometry.lon_lat = Some(("stop_lon".into(), "stop_lat".into()));
        }
        let osm = match self.osm {
            None => None,
            Some(osm) if geometry.lon_lat.is_some() => {
                return Err(flaw(osm.span(), "elements have a shape of their own: leave out [geometry] lon and lat"));
            }
            Some(osm) => Some(osm.into_inner().check(path).map_err(|(span, problem)| flaw(span, &problem))?),
        };
        let recipe = Recipe {
            path: path.into(),
            text: text.into(),
            collection: self.collection,
            demonstration: self.demonstration,
            attribution: if osm.is_some() { Some(osm::credit(self.attribution)) } else { self.attribution },
            source: path.parent().unwrap_or(Path::new("")).join(&self.source.file),
            format: self.source.format,
            layout,
            id,
            geometry,
            kind: self.kind,
            fields: self.fields,
            threshold,
            declare: self.declare,
            osm,
            gtfs: self.gtfs,
        };
        if recipe.format_of(&recipe.source)?.is_osm() != recipe.osm.is_some() {
            return Err(flaw(0..0, "[osm] goes with a source of OpenStreetMap, and such a source with [osm]"));
        }
        if (recipe.format == Some(Format::Gtfs)) != recipe.gtfs.is_some() {
            return Err(flaw(0..0, "[gtfs] goes with a source of format = \"gtfs\", and such a source with [gtfs]"));
        }
        Ok(recipe)
    }
}

impl WrittenSource {
    fn layout(&self) -> Result<Layout, (Range<usize>, String)> {
        let encoding = match &self.encoding {
            None => Encoding::UTF_8,
            Some(label) => Encoding::of_label(label.get_ref()).ok_or_else(|| {
                (label.span(), format!("`{}` is no encoding of the WHATWG standard", label.get_ref()))
            })?,
        };
        let delimiter = match &self.delimiter {
            None => None,
            // Letters and digits would cut words, a quote and a line end mean something else.
            Some(delimiter) => match delimiter.get_ref().as_bytes() {
                [b] if *b == b'\t' || *b == b' ' || (b.is_ascii_punctuation() && *b != b'"') => Some(*b),
                _ => return Err((delimiter.span(), "one ASCII punctuation mark, a space or a tab".into())),
            },
        };
        Ok(Layout { encoding, delimiter, header: self.header.unwrap_or(true) })
    }
}

impl WrittenGeometry {
    fn check(self, span: Range<usize>) -> Result<GeometrySource, (Range<usize>, &'static str)> {
        let lon_lat = match (self.lon, self.lat) {
            (Some(lon), Some(lat)) => Some((lon, lat)),
            (None, None) => None,
            _ => return Err((span, "`lon` and `lat` belong together")),
        };
        let bounds = match self.bounds {
            None => None,
            Some(bounds) => Some(checked_box(&bounds)?),
        };
        Ok(GeometrySource { lon_lat, notation: self.notation, bounds })
    }
}

/// A box of degrees as people write it.
pub(super) fn checked_box(bounds: &Spanned<[f64; 4]>) -> Result<BBox, (Range<usize>, &'static str)> {
    let [west, south, east, north] = *bounds.get_ref();
    let is_box = -180.0 <= west && west <= east && east <= 180.0 && -90.0 <= south && south <= north && north <= 90.0;
    if !is_box {
        return Err((bounds.span(), "west, south, east, north in degrees, west <= east and south <= north"));
    }
    Ok(BBox { west, south, east, north })
}

fn threshold(refusals: &Refusals) -> Option<Threshold> {
    match refusals {
        Refusals::Rows(rows) => Some(Threshold::Rows(*rows)),
        Refusals::Share(share) => {
            let percent: f64 = share.strip_suffix('%')?.trim().parse().ok()?;
            (0.0..=100.0).contains(&percent).then_some(Threshold::Percent(percent))
        }
    }
}
