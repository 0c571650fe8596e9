//! An ESRI shapefile (technical description of July 1998) is read shape by shape, each with its record of the table beside it.
//!
//! It is several files of one name: `.shp` shapes, `.dbf` their table, `.prj` what coordinates mean, `.cpg` what bytes of
//! text mean. They stand in one folder or in one zip archive. Sizes are checked before they are believed.
//!
//! The encoding is that of the recipe, else that of the `.cpg`, else windows-1251: offices whose programs write no
//! `.cpg` have old programs.

use std::{
    borrow::Cow,
    io::{BufReader, Read},
};

use geo_types::{Coord, Geometry as G, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};
use geozero::ToJson;

use super::{
    ImportError,
    dbf::Dbf,
    encoding::Encoding,
    meter::{MAX_RECORD_BYTES, Meter},
    outcome::Objection,
    record::{Columns, Record, Row, Shape, Take, as_json},
    shape::sound,
};

/// The first number of every `.shp`.
const FILE_CODE: i32 = 9994;

/// The largest `.prj` and `.cpg`.
const MAX_SMALL_BYTES: u64 = 64 << 10;

/// The most steps that finding the polygon of every hole may take.
const MAX_HOLE_STEPS: usize = 500_000_000;

/// Reads a shapefile to its end.
pub(super) fn read(
    source: Meter<'_>,
    file: &str,
    encoding: Option<Encoding>,
    columns: &Columns,
    take: &mut Take<'_>,
) -> anyhow::Result<()> {
    let flaw = |problem: String| ImportError::source(file, problem);
    let small = |ending: &str| -> Result<Option<String>, ImportError> {
        let Some(bytes) = source.sibling(ending, file)? else { return Ok(None) };
        let mut text = Vec::new();
        bytes.take(MAX_SMALL_BYTES).read_to_end(&mut text).map_err(|error| ImportError::io(file, error))?;
        Ok(Some(String::from_utf8_lossy(&text).into_owned()))
    };
    if columns.crs.is_none() {
        let unsaid = || flaw("there is no .prj beside it: say in [geometry] crs which system its shapes are in".into());
        check_crs(&small("prj")?.ok_or_else(unsaid)?).map_err(flaw)?;
    }
    let encoding = match (encoding, small("cpg")?) {
        (Some(encoding), _) => encoding,
        (None, Some(cpg)) => of_cpg(&cpg)
            .ok_or_else(|| flaw(format!("its .cpg says `{}`: say the encoding in [source] encoding", cpg.trim())))?,
        (None, None) => Encoding::of_label("windows-1251").expect("an encoding of the standard"),
    };
    let dbf = source.sibling("dbf", file)?.ok_or_else(|| flaw("there is no .dbf beside it".into()))?;
    let mut dbf = Dbf::open(BufReader::new(dbf), file, encoding)?;
    let header = dbf.header();
    let slots = columns.slots_in(file, &header)?;
    let allowance = source.allowance();
    let mut source = BufReader::with_capacity(1 << 16, source);
    let mut head = [0; 100];
    if source.read_exact(&mut head).is_err() || i32::from_be_bytes([head[0], head[1], head[2], head[3]]) != FILE_CODE {
        return Err(flaw("it is no .shp".into()).into());
    }
    let (mut row, mut content) = (0, Vec::new());
    loop {
        allowance.renew();
        content.clear();
        let mut bytes = |n: u64, content: &mut Vec<u8>| {
            source.by_ref().take(n).read_to_end(content).map_err(|error| ImportError::io(file, error))
        };
        match bytes(8, &mut content)? {
            0 => return Ok(()),
            8 => {}
            _ => return Err(flaw(format!("the .shp is cut after shape {row}")).into()),
        }
        // The number of the record, and its length in words of two bytes.
        let length = i32::from_be_bytes([content[4], content[5], content[6], content[7]]);
        let length = u64::try_from(length).unwrap_or(u64::MAX).saturating_mul(2);
        if length > MAX_RECORD_BYTES {
            return Err(flaw(format!("after shape {row}: a size of {length} bytes")).into());
        }
        content.clear();
        if (bytes(length, &mut content)? as u64) < length {
            return Err(flaw(format!("the .shp is cut after shape {row}")).into());
        }
        row += 1;
        if dbf.next()? {
            continue;
        }
        let whole = || {
            let cell = |i: usize| dbf.cell(i).unwrap_or_else(|objection| objection.text.into());
            let cells = header.iter().enumerate().map(|(i, name)| (Cow::Borrowed(name.as_str()), cell(i)));
            let geometry = geometry(&content).ok().flatten().and_then(|shape| shape.to_json().ok());
            as_json(cells.chain(geometry.map(|text| (Cow::Borrowed("geometry"), Cow::Owned(text)))))
        };
        let cells = || -> Result<Vec<Cow<'_, str>>, Objection> {
            let mut cells = vec![Cow::Borrowed(""); columns.len()];
            for (i, slot) in slots.iter().enumerate() {
                let text = dbf.cell(i)?;
                if let Some(slot) = slot {
                    cells[*slot] = text;
                }
            }
            Ok(cells)
        };
        take(match cells() {
            Ok(cells) => Row::Record(Record { row, cells, shape: shape(&content, columns), whole: &whole }),
            Err(objection) => Row::refused(row, objection, whole()),
        })?;
    }
}

/// Whether coordinates are longitudes and latitudes of WGS84. What reprojects others belongs here.
fn check_crs(prj: &str) -> Result<(), String> {
    let plain: String = prj.chars().filter(|c| !c.is_whitespace() && *c != '_').flat_map(char::to_uppercase).collect();
    let is_geographic = ["GEOGCS[", "GEOGCRS[", "GEODCRS["].iter().any(|start| plain.starts_with(start));
    if is_geographic && (plain.contains("WGS1984") || plain.contains("WGS84")) {
        return Ok(());
    }
    let shown: String = prj.trim().chars().take(80).collect();
    Err(format!(
        "its .prj says `{shown}…`, which is not WGS84 in degrees: say in [geometry] crs which system it is, as EPSG:6385"
    ))
}

/// The encoding of a `.cpg`: a label, or the number of a code page.
fn of_cpg(text: &str) -> Option<Encoding> {
    let text = text.trim().trim_start_matches('\u{feff}');
    let number = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    Encoding::of_label(text).or_else(|| match number {
        "65001" => Some(Encoding::UTF_8),
        "866" | "88591" => Encoding::of_label(if number == "866" { "ibm866" } else { "iso-8859-1" }),
        number => Encoding::of_label(&format!("windows-{number}")),
    })
}

fn shape(content: &[u8], columns: &Columns) -> Shape {
    if !columns.wants_shape {
        return Shape::None;
    }
    let text = |shape: &G<f64>| shape.to_json().unwrap_or_default();
    match geometry(content) {
        Ok(None) => Shape::Missing,
        Ok(Some(shape)) => match sound(shape.clone(), columns.crs.as_ref()) {
            Ok(sound) => Shape::Sound(sound),
            Err(problem) => Shape::Broken { text: text(&shape), problem },
        },
        Err(problem) => Shape::Broken { text: String::new(), problem },
    }
}

/// The shape of a record; what it says of heights and measures is left out. `None`: the null shape.
fn geometry(content: &[u8]) -> Result<Option<G<f64>>, String> {
    let mut rest = content;
    Ok(Some(match int(&mut rest)? {
        0 => return Ok(None),
        1 | 11 | 21 => Point(place(&mut rest)?).into(),
        8 | 18 | 28 => {
            skip_box(&mut rest)?;
            let count = int(&mut rest)?;
            MultiPoint(places(&mut rest, count)?.into_iter().map(Point).collect()).into()
        }
        3 | 13 | 23 => MultiLineString(lines(&mut rest)?).into(),
        5 | 15 | 25 => polygons(lines(&mut rest)?)?.into(),
        other => return Err(format!("a shape of type {other} is no point, line or area")),
    }))
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], String> {
    let (bytes, after) = rest.split_first_chunk().ok_or("the shape is shorter than it says")?;
    *rest = after;
    Ok(*bytes)
}

fn int(rest: &mut &[u8]) -> Result<i32, String> {
    take(rest).map(i32::from_le_bytes)
}

fn skip_box(rest: &mut &[u8]) -> Result<(), String> {
    take::<32>(rest).map(|_| ())
}

fn place(rest: &mut &[u8]) -> Result<Coord<f64>, String> {
    Ok(Coord { x: f64::from_le_bytes(take(rest)?), y: f64::from_le_bytes(take(rest)?) })
}

fn places(rest: &mut &[u8], count: i32) -> Result<Vec<Coord<f64>>, String> {
    // No room is made for places that the record cannot hold.
    let count = usize::try_from(count).ok().filter(|count| *count <= rest.len() / 16);
    (0..count.ok_or("the shape is shorter than it says")?).map(|_| place(rest)).collect()
}

fn lines(rest: &mut &[u8]) -> Result<Vec<LineString<f64>>, String> {
    skip_box(rest)?;
    let (parts, count) = (int(rest)?, int(rest)?);
    let parts = usize::try_from(parts).ok().filter(|parts| *parts <= rest.len() / 4);
    let parts = parts.ok_or("the shape is shorter than it says")?;
    let starts = (0..parts).map(|_| int(rest)).collect::<Result<Vec<_>, _>>()?;
    let places = places(rest, count)?;
    let line = |i: usize| {
        let start = usize::try_from(starts[i]).ok();
        let end = starts.get(i + 1).map_or(Some(places.len()), |end| usize::try_from(*end).ok());
        let line = start.zip(end).and_then(|(start, end)| places.get(start..end));
        line.map(|line| LineString(line.to_vec())).ok_or("the parts of the shape are in no order".to_owned())
    };
    (0..parts).map(line).collect()
}

/// Rings that run clockwise are polygons, the others holes in the least polygon around them.
fn polygons(rings: Vec<LineString<f64>>) -> Result<MultiPolygon<f64>, String> {
    let total: usize = rings.iter().map(|ring| ring.0.len()).sum();
    let (outer, holes): (Vec<_>, Vec<_>) = rings.into_iter().partition(|ring| area(ring) <= 0.0);
    if holes.len().saturating_mul(total) > MAX_HOLE_STEPS {
        return Err(format!("{} holes are too many for {total} places", holes.len()));
    }
    let mut polygons: Vec<_> = outer.into_iter().map(|ring| (-area(&ring), Polygon::new(ring, Vec::new()))).collect();
    for hole in holes {
        let around =
            polygons.iter_mut().filter(|(_, polygon)| hole.0.first().is_some_and(|at| holds(polygon.exterior(), *at)));
        match around.min_by(|(a, _), (b, _)| a.total_cmp(b)) {
            Some((_, polygon)) => polygon.interiors_push(hole),
            // A hole in nothing is a polygon that was drawn the wrong way round.
            None => polygons.push((area(&hole), Polygon::new(hole, Vec::new()))),
        }
    }
    Ok(MultiPolygon(polygons.into_iter().map(|(_, polygon)| polygon).collect()))
}

/// Twice the area in square degrees, negative where the ring runs clockwise.
fn area(ring: &LineString<f64>) -> f64 {
    ring.0.windows(2).map(|pair| pair[0].x * pair[1].y - pair[1].x * pair[0].y).sum()
}

fn holds(ring: &LineString<f64>, at: Coord<f64>) -> bool {
    let crosses = |pair: &[Coord<f64>]| {
        let (a, b) = (pair[0], pair[1]);
        (a.y > at.y) != (b.y > at.y) && at.x < (b.x - a.x) * (at.y - a.y) / (b.y - a.y) + a.x
    };
    ring.0.windows(2).filter(|pair| crosses(pair)).count() % 2 == 1
}
