//! A `Written` recipe is the TOML as people type it; checked once, it becomes a [`Recipe`].

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use toml::Spanned;

use super::{
    ImportError, Recipe, Source,
    archive::is_archive,
    coordinate::Notation,
    csv::Layout,
    declare::Declaration,
    encoding::Encoding,
    gtfs::{self, Part},
    osm::{self, WrittenSelection},
    photos::WrittenPhotos,
    recipe::{
        AddressSource, FieldSource, Format, GeometrySource, IdSource, KindSource, Order, Threshold, Within, flaw_at,
    },
    record::Naming,
    sheet::{Header, MAX_ROWS},
};
use crate::{
    model::CollectionId,
    space::{BBox, Crs},
};

/// The most refusals where the recipe does not say: a twentieth of the rows.
const DEFAULT_THRESHOLD: Threshold = Threshold::Percent(5.0);

/// The collection of the address register where the recipe does not say.
const REGISTER: &str = "house-numbers";

/// The collection of the districts where the recipe does not say.
const DISTRICTS: &str = "districts";

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
    photos: Option<Spanned<WrittenPhotos>>,
    threshold: Option<WrittenThreshold>,
    declare: Option<Spanned<Declaration>>,
    districts: Option<WrittenDistricts>,
    osm: Option<Spanned<WrittenSelection>>,
    gtfs: Option<gtfs::Selection>,
}

/// The collection of the districts, or whether there is any.
#[derive(Deserialize)]
#[serde(untagged, expecting = "the id of a collection, or false")]
enum WrittenDistricts {
    Wanted(bool),
    In(CollectionId),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSource {
    file: Spanned<PathBuf>,
    /// The most bytes that are fetched of a URL.
    max_bytes: Option<Spanned<u64>>,
    format: Option<Format>,
    encoding: Option<Spanned<String>>,
    delimiter: Option<Spanned<String>>,
    header: Option<bool>,
    header_row: Option<Spanned<u32>>,
    sheet: Option<String>,
    member: Option<Spanned<String>>,
    layer: Option<String>,
    #[serde(default)]
    also_named: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    optional: BTreeSet<String>,
    #[serde(default)]
    trailing_commas: bool,
    keep_rows: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenId {
    column: Option<String>,
    hash_of: Option<Vec<String>>,
    aliases: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenGeometry {
    lon: Option<String>,
    lat: Option<String>,
    lat_lon: Option<String>,
    lon_lat: Option<String>,
    wkt: Option<String>,
    #[serde(default)]
    notation: Notation,
    crs: Option<Spanned<String>>,
    bounds: Option<Spanned<[f64; 4]>>,
    address: Option<Spanned<WrittenAddress>>,
}

/// The column of whole addresses, or the columns of their parts.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a column, or { street, number, block, settlement } or { full }, with city and register")]
enum WrittenAddress {
    Full(String),
    Parts(WrittenParts),
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenParts {
    full: Option<String>,
    street: Option<String>,
    number: Option<String>,
    block: Option<String>,
    settlement: Option<String>,
    city: Option<String>,
    register: Option<CollectionId>,
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
        let within = self.source.within().map_err(|(span, problem)| flaw(span, problem))?;
        let source =
            Source::of(self.source.file.get_ref()).map_err(|problem| flaw(self.source.file.span(), &problem))?;
        let max_bytes = self.source.max_bytes.as_ref().map(|bytes| (bytes.span(), *bytes.get_ref()));
        if let Some((span, 0)) = max_bytes {
            return Err(flaw(span, "at least 1"));
        }
        let id_span = self.id.span();
        let WrittenId { column, hash_of, aliases } = self.id.into_inner();
        let id = match (column, hash_of) {
            (Some(column), None) => IdSource::Column(column),
            (None, Some(columns)) if !columns.is_empty() => IdSource::HashOf(columns),
            _ => return Err(flaw(id_span, "either `column` or `hash_of` with at least one column")),
        };
        let geometry_span = self.geometry.as_ref().map(Spanned::span);
        let mut geometry = match self.geometry {
            None => GeometrySource::default(),
            Some(geometry) => {
                let span = geometry.span();
                geometry.into_inner().check(span).map_err(|(span, problem)| flaw(span, problem))?
            }
        };
        for source in self.fields.values() {
            if source.get_ref().columns().is_none() {
                return Err(flaw(source.span(), "either `column` or `columns` with at least one name"));
            }
            if source.get_ref().join.is_some() && source.get_ref().columns.is_none() {
                return Err(flaw(source.span(), "`join` goes with `columns`"));
            }
        }
        let threshold = match self.threshold {
            None => DEFAULT_THRESHOLD,
            Some(WrittenThreshold { refusals }) => threshold(refusals.get_ref())
                .ok_or_else(|| flaw(refusals.span(), "a number of rows, or a share between \"0%\" and \"100%\""))?,
        };
        if let (Some(_), Some(span), true) =
            (&self.gtfs, geometry_span, geometry.pair.is_some() || geometry.lon_lat.is_some())
        {
            return Err(flaw(
                span,
                "the places of a feed are those of its tables: leave out lon, lat, lat_lon and lon_lat",
            ));
        }
        if let (Some(_), Some(member)) = (&self.gtfs, &self.source.member)
            && is_archive(Path::new(member.get_ref()))
        {
            return Err(flaw(
                member.span(),
                "a feed in an archive in an archive is not read: unpack it; of a feed, `member` names the folder of its tables",
            ));
        }
        // The columns of a stop's place are those of the reference.
        if self.gtfs.as_ref().is_some_and(|gtfs| gtfs.take == Part::Stops) {
            geometry.lon_lat = Some(("stop_lon".into(), "stop_lat".into()));
        }
        let districts = match self.districts {
            None | Some(WrittenDistricts::Wanted(true)) => Some(known(DISTRICTS)),
            Some(WrittenDistricts::Wanted(false)) => None,
            Some(WrittenDistricts::In(id)) => Some(id),
        }
        .filter(|id| id != self.collection.get_ref());
        let osm = match self.osm {
            None => None,
            Some(osm) if geometry.lon_lat.is_some() || geometry.wkt.is_some() || geometry.address.is_some() => {
                return Err(flaw(
                    osm.span(),
                    "elements have a shape of their own: leave out [geometry] lon, lat and address",
                ));
            }
            Some(osm) => Some(osm.into_inner().check(path).map_err(|(span, problem)| flaw(span, &problem))?),
        };
        let photos = self.photos.map(|photos| WrittenPhotos::check(photos, path, text)).transpose()?;
        let recipe = Recipe {
            path: path.into(),
            text: text.into(),
            collection: self.collection,
            demonstration: self.demonstration,
            attribution: if osm.is_some() { Some(osm::credit(self.attribution)) } else { self.attribution },
            source: source.from_folder(path.parent().unwrap_or(Path::new(""))),
            max_bytes: max_bytes.map(|(_, bytes)| bytes),
            format: self.source.format,
            layout,
            trailing_commas: self.source.trailing_commas,
            naming: Naming { also: self.source.also_named, optional: self.source.optional },
            within,
            id,
            aliases,
            geometry,
            kind: self.kind,
            fields: self.fields,
            photos,
            threshold,
            declare: self.declare,
            districts,
            osm,
            gtfs: self.gtfs,
        };
        recipe.format_fits()?;
        Ok(recipe)
    }
}

impl WrittenSource {
    fn layout(&self) -> Result<Layout, (Range<usize>, String)> {
        let encoding = match &self.encoding {
            None => None,
            Some(label) => Some(Encoding::of_label(label.get_ref()).ok_or_else(|| {
                (label.span(), format!("`{}` is no encoding of the WHATWG standard", label.get_ref()))
            })?),
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

impl WrittenSource {
    fn within(&self) -> Result<Within, (Range<usize>, &'static str)> {
        let header = match (&self.header_row, self.header) {
            (None, Some(false)) => Header::None,
            (None, _) => Header::Found,
            (Some(row), Some(false)) => return Err((row.span(), "there is no row of the header where header = false")),
            (Some(row), _) if (1..=MAX_ROWS).contains(row.get_ref()) => Header::Row(*row.get_ref()),
            (Some(row), _) => return Err((row.span(), "the number of a row, from 1 to 1048576")),
        };
        Ok(Within {
            member: self.member.as_ref().map(|member| member.get_ref().clone()),
            layer: self.layer.clone(),
            sheet: self.sheet.clone(),
            header,
            keeps_rows: self.keep_rows.unwrap_or(true),
        })
    }
}

impl WrittenGeometry {
    fn check(self, span: Range<usize>) -> Result<GeometrySource, (Range<usize>, &'static str)> {
        let pair = match (self.lat_lon, self.lon_lat) {
            (Some(column), None) => Some((column, Order::LatLon)),
            (None, Some(column)) => Some((column, Order::LonLat)),
            (None, None) => None,
            _ => return Err((span, "either `lat_lon` or `lon_lat`")),
        };
        let lon_lat = match (self.lon, self.lat) {
            (Some(_), Some(_)) if pair.is_some() => {
                return Err((span, "either `lon` and `lat`, or one column with both"));
            }
            (Some(lon), Some(lat)) => Some((lon, lat)),
            (None, None) => None,
            _ => return Err((span, "`lon` and `lat` belong together")),
        };
        if self.wkt.is_some() && (lon_lat.is_some() || pair.is_some()) {
            return Err((span, "either `wkt`, or columns of coordinates"));
        }
        let crs = match self.crs {
            None => None,
            Some(name) => match Crs::named(name.get_ref()) {
                None => return Err((name.span(), "no coordinate system that is read, such as EPSG:6385")),
                Some(crs) if self.notation == Notation::Dms && !crs.is_degrees() => {
                    return Err((name.span(), "a system in metres has no degrees: leave out `notation`"));
                }
                found => found,
            },
        };
        let bounds = match self.bounds {
            None => None,
            Some(bounds) => Some(checked_box(&bounds)?),
        };
        let (mut address, mut address_span) = (None, None);
        if let Some(written) = self.address {
            let span = written.span();
            let parts = written.into_inner().check();
            address =
                Some(parts.ok_or((span.clone(), "either `full`, or `street` and `number`, with or without `block`"))?);
            address_span = Some(span);
        }
        let wkt = self.wkt;
        Ok(GeometrySource { lon_lat, pair, wkt, notation: self.notation, crs, bounds, address, address_span })
    }
}

impl WrittenAddress {
    fn check(self) -> Option<AddressSource> {
        let WrittenParts { full, street, number, block, settlement, city, register } = match self {
            Self::Full(full) => WrittenParts { full: Some(full), ..WrittenParts::default() },
            Self::Parts(parts) => parts,
        };
        let is_one_way = match &full {
            Some(_) => street.is_none() && number.is_none() && block.is_none(),
            None => street.is_some() && number.is_some(),
        };
        let register = register.unwrap_or_else(|| known(REGISTER));
        is_one_way.then_some(AddressSource { full, street, number, block, settlement, city, register })
    }
}

fn known(id: &str) -> CollectionId {
    CollectionId::new(id).expect("it is an id")
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
