//! A `FlatGeobuf` file is read one feature at a time, and no byte of it is believed before it is checked.
//!
//! The reader of the `flatgeobuf` crate allocates what a file says (up to 4 GiB a feature) and indexes coordinates and
//! properties without asking, so a broken file would end the process. Here the crate verifies and opens the buffers, and
//! this file does the framing: `magic, header, index, features`, each of the last with its size before it.

use std::{
    borrow::Cow,
    io::{self, BufReader, Read},
};

use flatgeobuf::{
    ColumnType, Crs as FgbCrs, Feature, Geometry as Fgb, GeometryType, Header, size_prefixed_root_as_feature,
    size_prefixed_root_as_header,
};
use geo_types::{Coord, Geometry as G, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};
use geozero::ToJson;

use super::{
    ImportError, Reason,
    meter::{MAX_RECORD_BYTES, Meter},
    outcome::Objection,
    record::{Columns, Record, Row, Shape, Take, as_json},
    shape::sound,
};
use crate::space::Crs;

/// The largest header, in bytes: that of the `flatgeobuf` crate.
const MAX_HEADER_BYTES: u64 = 10 << 20;

/// Bytes of one node of the index: a box of four f64 and an offset of u64.
const INDEX_NODE_BYTES: u64 = 40;

/// Bytes of one place: two f64.
const PLACE_BYTES: usize = 16;

/// Reads a file to its end.
pub(super) fn read(source: Meter<'_>, file: &str, columns: &Columns, take: &mut Take<'_>) -> anyhow::Result<()> {
    let allowance = source.allowance();
    let mut source = BufReader::with_capacity(1 << 16, source);
    let flaw = |problem: String| ImportError::source(file, problem);
    let mut magic = [0; 8];
    // fgb, major version, fgb, patch version.
    if source.read_exact(&mut magic).is_err() || &magic[..4] != b"fgb\x03" || &magic[4..7] != b"fgb" {
        return Err(flaw("it is not a FlatGeobuf file of version 3".into()).into());
    }
    let mut header = Vec::new();
    if !sized(&mut source, MAX_HEADER_BYTES, &mut header).map_err(|problem| flaw(format!("header: {problem}")))? {
        return Err(flaw("the file is cut: no header".into()).into());
    }
    let header =
        size_prefixed_root_as_header(&header).map_err(|error| flaw(format!("the header is broken: {error}")))?;
    let crs = match (&columns.crs, header.crs()) {
        (Some(crs), _) => Some(crs.clone()),
        (None, Some(crs)) => system(&crs).map_err(flaw)?,
        (None, None) => None,
    };
    let index_bytes = index_bytes(&header).ok_or_else(|| flaw("the header is broken: sizes of the index".into()))?;
    // The index is skipped in pieces, so that it may be larger than a record.
    let mut skipped = 0;
    while skipped < index_bytes {
        allowance.renew();
        let piece = (index_bytes - skipped).min(MAX_RECORD_BYTES / 2);
        if io::copy(&mut source.by_ref().take(piece), &mut io::sink()).map_err(|error| ImportError::io(file, error))?
            < piece
        {
            return Err(flaw("the file is cut in its index".into()).into());
        }
        skipped += piece;
    }
    let layout = Layout::of(&header, file, columns, crs)?;
    let (mut row, mut buffer) = (0, Vec::new());
    loop {
        allowance.renew();
        let is_one = sized(&mut source, MAX_RECORD_BYTES, &mut buffer)
            .map_err(|problem| flaw(format!("after feature {row}: {problem}")))?;
        if !is_one {
            break;
        }
        row += 1;
        let opened = match size_prefixed_root_as_feature(&buffer) {
            Ok(feature) => Opened { layout: &layout, feature, places: buffer.len() / PLACE_BYTES },
            Err(error) => {
                let objection = Objection::to_row("", Reason::BadRecord, error.to_string());
                take(Row::refused(row, objection, as_json(None)))?;
                continue;
            }
        };
        let whole = || opened.whole();
        take(match opened.cells(columns) {
            Ok(cells) => Row::Record(Record { row, cells, shape: opened.shape(columns), whole: &whole }),
            Err(objection) => Row::refused(row, objection, whole()),
        })?;
    }
    match header.features_count() {
        count if count > 0 && count != row => {
            Err(flaw(format!("the file is cut or mixed up: {row} features where the header says {count}")).into())
        }
        _ => Ok(()),
    }
}

/// Reads a buffer with its size before it, of at most so many bytes; `false` at the end of the file.
fn sized(source: &mut impl Read, limit: u64, into: &mut Vec<u8>) -> Result<bool, String> {
    let mut append = |bytes: u64, into: &mut Vec<u8>| {
        let n = source.take(bytes).read_to_end(into).map_err(|error| error.to_string())?;
        Ok::<_, String>(n as u64)
    };
    into.clear();
    match append(4, into)? {
        0 => return Ok(false),
        4 => {}
        _ => return Err("the file is cut".into()),
    }
    let size = u64::from(u32::from_le_bytes(into[..4].try_into().expect("four bytes were read")));
    if size < 8 || size > limit {
        return Err(format!("a size of {size} bytes, where 8 to {limit} are read"));
    }
    if append(size, into)? < size { Err("the file is cut".into()) } else { Ok(true) }
}

/// The bytes of the packed R-tree before the features; `None` where they cannot be.
fn index_bytes(header: &Header<'_>) -> Option<u64> {
    let (mut level, fanout) = (header.features_count(), u64::from(header.index_node_size()));
    if fanout == 0 || level == 0 {
        return Some(0);
    }
    if fanout < 2 {
        return None;
    }
    let mut nodes = level;
    while level > 1 {
        level = level.div_ceil(fanout);
        nodes = nodes.checked_add(level)?;
    }
    nodes.checked_mul(INDEX_NODE_BYTES)
}

/// The system that a header names; `None`: lon-lat degrees on WGS84.
fn system(crs: &FgbCrs<'_>) -> Result<Option<Crs>, String> {
    let written = crs.code_string().unwrap_or("").to_ascii_uppercase();
    let is_unsaid = crs.code() == 0 && written.is_empty() && crs.wkt().unwrap_or("").is_empty();
    if is_unsaid || crs.code() == 4326 || written.ends_with("CRS84") || written.ends_with("4326") {
        return Ok(None);
    }
    let org = crs.org().filter(|org| !org.is_empty()).unwrap_or("EPSG");
    let code = if written.is_empty() { crs.code().to_string() } else { written };
    match Crs::named(&format!("{org}:{code}")) {
        Some(crs) => Ok(Some(crs)),
        None => Err(format!(
            "its CRS is `{org}:{code}`, which is not read; reproject it, e.g. with ogr2ogr -t_srs EPSG:4326"
        )),
    }
}

/// What the header says of every feature.
struct Layout {
    shape: GeometryType,
    columns: Vec<(String, ColumnType)>,
    slots: Vec<Option<usize>>,
    crs: Option<Crs>,
}

impl Layout {
    fn of(header: &Header<'_>, file: &str, columns: &Columns, crs: Option<Crs>) -> Result<Self, ImportError> {
        let in_file: Vec<_> =
            header.columns().iter().flatten().map(|column| (column.name().to_owned(), column.type_())).collect();
        let names: Vec<_> = in_file.iter().map(|(name, _)| name.clone()).collect();
        let slots = columns.slots_in(file, &names)?;
        Ok(Self { shape: header.geometry_type(), columns: in_file, slots, crs })
    }
}

/// A feature whose buffer is sound; what it says need not be.
struct Opened<'a> {
    layout: &'a Layout,
    feature: Feature<'a>,
    /// How many places the buffer has room for: one that shows more says the same bytes again and again.
    places: usize,
}

impl<'a> Opened<'a> {
    fn cells(&self, columns: &Columns) -> Result<Vec<Cow<'a, str>>, Objection> {
        let mut cells = vec![Cow::Borrowed(""); columns.len()];
        for property in self.properties() {
            let (column, text) = property?;
            if let Some(slot) = self.layout.slots[column] {
                cells[slot] = text;
            }
        }
        Ok(cells)
    }

    /// The number of each column that has a value, with its text. After something that is wrong there is nothing more.
    fn properties(&self) -> impl Iterator<Item = Result<(usize, Cow<'a, str>), Objection>> {
        let mut rest = self.feature.properties().map_or(&[][..], |bytes| bytes.bytes());
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let property = self.property(&mut rest);
            if property.is_err() {
                rest = &[];
            }
            Some(property)
        })
    }

    fn property(&self, rest: &mut &'a [u8]) -> Result<(usize, Cow<'a, str>), Objection> {
        let broken = |why: &str| Objection::to_row("", Reason::BadRecord, format!("the properties are broken: {why}"));
        let index = usize::from(u16::from_le_bytes(cut(rest).ok_or_else(|| broken("half a column number"))?));
        let Some((name, kind)) = self.layout.columns.get(index) else {
            return Err(broken(&format!("there is no column {index}")));
        };
        let text = match read_text(*kind, rest) {
            Some(Ok(text)) => text,
            Some(Err(bytes)) => {
                let shown = String::from_utf8_lossy(bytes);
                return Err(Objection::to_column(name, &shown, Reason::BadEncoding, "a byte has no meaning in UTF-8"));
            }
            None => return Err(broken(&format!("they end within column `{name}`, or its type is not known"))),
        };
        Ok((index, text))
    }

    fn shape(&self, columns: &Columns) -> Shape {
        if !columns.wants_shape {
            return Shape::None;
        }
        let Some(geometry) = self.feature.geometry() else { return Shape::Missing };
        match self.geometry(&geometry).and_then(|shape| sound(shape, self.layout.crs.as_ref())) {
            Ok(shape) => Shape::Sound(shape),
            Err(problem) => Shape::Broken { text: self.geometry_text().unwrap_or_default(), problem },
        }
    }

    fn geometry(&self, geometry: &Fgb<'_>) -> Result<G<f64>, String> {
        let kind = if self.layout.shape == GeometryType::Unknown { geometry.type_() } else { self.layout.shape };
        let mut places_left = self.places;
        read_geometry(geometry, kind, &mut places_left)
    }

    fn geometry_text(&self) -> Option<String> {
        let geometry = self.geometry(&self.feature.geometry()?).ok()?;
        geometry.to_json().ok()
    }

    fn whole(&self) -> String {
        let column = |i: usize| Cow::Owned(self.layout.columns[i].0.clone());
        let cells = self.properties().map_while(Result::ok).map(|(i, text)| (column(i), text));
        as_json(cells.chain(self.geometry_text().map(|text| (Cow::Borrowed("geometry"), Cow::Owned(text)))))
    }
}

/// Takes a fixed number of bytes off the front.
fn cut<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (bytes, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*bytes)
}

/// The text of one value; `None` where the bytes end before it does, the bytes themselves where they are no text.
fn read_text<'a>(kind: ColumnType, rest: &mut &'a [u8]) -> Option<Result<Cow<'a, str>, &'a [u8]>> {
    let text = match kind {
        ColumnType::Byte => i8::from_le_bytes(cut(rest)?).to_string(),
        ColumnType::UByte => u8::from_le_bytes(cut(rest)?).to_string(),
        ColumnType::Bool => (u8::from_le_bytes(cut(rest)?) != 0).to_string(),
        ColumnType::Short => i16::from_le_bytes(cut(rest)?).to_string(),
        ColumnType::UShort => u16::from_le_bytes(cut(rest)?).to_string(),
        ColumnType::Int => i32::from_le_bytes(cut(rest)?).to_string(),
        ColumnType::UInt => u32::from_le_bytes(cut(rest)?).to_string(),
        ColumnType::Long => i64::from_le_bytes(cut(rest)?).to_string(),
        ColumnType::ULong => u64::from_le_bytes(cut(rest)?).to_string(),
        ColumnType::Float => f32::from_le_bytes(cut(rest)?).to_string(),
        ColumnType::Double => f64::from_le_bytes(cut(rest)?).to_string(),
        ColumnType::String | ColumnType::Json | ColumnType::DateTime | ColumnType::Binary => {
            let length = u32::from_le_bytes(cut(rest)?) as usize;
            let (bytes, after) = rest.split_at_checked(length)?;
            *rest = after;
            if kind == ColumnType::Binary {
                return Some(Ok(format!("{length} bytes").into()));
            }
            return Some(std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| bytes));
        }
        _ => return None,
    };
    Some(Ok(text.into()))
}

/// The shape, of a buffer that is sound but may say anything.
fn read_geometry(geometry: &Fgb<'_>, kind: GeometryType, places_left: &mut usize) -> Result<G<f64>, String> {
    Ok(match kind {
        GeometryType::Point => match read_places(geometry, places_left)?.as_slice() {
            [at] => Point(*at).into(),
            other => return Err(format!("a point of {} places", other.len())),
        },
        GeometryType::MultiPoint => {
            MultiPoint(read_places(geometry, places_left)?.into_iter().map(Point).collect()).into()
        }
        GeometryType::LineString => LineString(read_places(geometry, places_left)?).into(),
        GeometryType::MultiLineString => MultiLineString(read_lines(geometry, places_left)?).into(),
        GeometryType::Polygon => read_polygon(geometry, places_left)?.into(),
        GeometryType::MultiPolygon => {
            let mut polygons = Vec::new();
            for part in geometry.parts().iter().flatten() {
                polygons.push(read_polygon(&part, places_left)?);
            }
            MultiPolygon(polygons).into()
        }
        other => {
            return Err(format!("a {} is no shape of one object", other.variant_name().unwrap_or("nameless shape")));
        }
    })
}

fn read_polygon(geometry: &Fgb<'_>, places_left: &mut usize) -> Result<Polygon<f64>, String> {
    let mut rings = read_lines(geometry, places_left)?.into_iter();
    let outer = rings.next().unwrap_or_else(|| LineString(Vec::new()));
    Ok(Polygon::new(outer, rings.collect()))
}

/// The lines or rings of a geometry: `ends` says where in its places each ends; without it there is one.
fn read_lines(geometry: &Fgb<'_>, places_left: &mut usize) -> Result<Vec<LineString<f64>>, String> {
    let places = read_places(geometry, places_left)?;
    let ends: Vec<usize> = geometry.ends().iter().flatten().map(|end| end as usize).collect();
    if ends.is_empty() {
        return Ok(vec![LineString(places)]);
    }
    let mut lines = Vec::with_capacity(ends.len());
    let mut start = 0;
    for end in ends {
        let line = places
            .get(start..end)
            .ok_or_else(|| format!("a line of the places {start} to {end} of {}", places.len()))?;
        lines.push(LineString(line.to_vec()));
        start = end;
    }
    if start == places.len() {
        Ok(lines)
    } else {
        Err(format!("{} places, of which {start} are in lines", places.len()))
    }
}

fn read_places(geometry: &Fgb<'_>, places_left: &mut usize) -> Result<Vec<Coord<f64>>, String> {
    let numbers = geometry.xy().ok_or("no places")?;
    if numbers.len() % 2 != 0 {
        return Err(format!("{} numbers are no pairs", numbers.len()));
    }
    let count = numbers.len() / 2;
    *places_left = places_left.checked_sub(count).ok_or("more places than the file has bytes for")?;
    Ok((0..count).map(|i| Coord { x: numbers.get(2 * i), y: numbers.get(2 * i + 1) }).collect())
}
