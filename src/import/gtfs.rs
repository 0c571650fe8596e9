//! A GTFS feed is a zip of tables; its stops become points, its routes lines along the shape most of their trips have.
//!
//! The tables are streamed row by row, so that one bad row is one rejection: what is held is, for routes, how many trips
//! have which shape and the places of the shapes that are drawn. Columns are those of `stops.txt` or `routes.txt`; one
//! that the reference knows and the feed leaves out is empty. A table is read no further than the limits of an
//! [`Archive`], and what is beyond them is an error.

use std::{
    borrow::Cow,
    collections::HashMap,
    io::{Read, Seek, SeekFrom},
};

use csv::{ByteRecord, ReaderBuilder};
use serde::Deserialize;
use zip::ZipArchive;

use super::{
    ImportError, Reason,
    archive::{Archive, listed},
    encoding::Encoding,
    meter::{Allowance, Meter, without_bom},
    outcome::Objection,
    record::{Columns, Record, Row, Shape, Take, as_json},
    value::trimmed,
};
use crate::space::{Geometry, LonLat};

/// Columns of the reference (gtfs.org, "Schedule reference") that a feed need not have.
const STOPS: [&str; 16] = [
    "stop_id",
    "stop_code",
    "stop_name",
    "tts_stop_name",
    "stop_desc",
    "stop_lat",
    "stop_lon",
    "zone_id",
    "stop_url",
    "location_type",
    "parent_station",
    "stop_timezone",
    "wheelchair_boarding",
    "level_id",
    "platform_code",
    "stop_access",
];
const ROUTES: [&str; 14] = [
    "route_id",
    "agency_id",
    "route_short_name",
    "route_long_name",
    "route_desc",
    "route_type",
    "route_url",
    "route_color",
    "route_text_color",
    "route_sort_order",
    "continuous_pickup",
    "continuous_drop_off",
    "network_id",
    "cemv_support",
];

/// Stations, entrances and nodes of a station: rows of `stops.txt` at which nothing stops.
const NO_STOP: &str = "no-stop";

/// Which rows of a feed are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Part {
    /// `stops.txt`, where vehicles stop.
    Stops,
    /// `routes.txt`, with `trips.txt` and `shapes.txt`.
    Routes,
}

/// `[gtfs]` of a recipe.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Selection {
    pub take: Part,
}

/// Reads a feed to its end, from a folder of the zip where the recipe names one.
///
/// Gives the number of rows that are no stops, by their warning.
pub(super) fn read(
    bytes: impl Read + Seek,
    file: &str,
    folder: Option<&str>,
    part: Part,
    columns: &Columns,
    take: &mut Take<'_>,
) -> anyhow::Result<(&'static str, u64)> {
    let table = match part {
        Part::Stops => "stops.txt",
        Part::Routes => "routes.txt",
    };
    let mut feed = Feed::open(bytes, file, folder, table)?;
    let mut others = 0;
    match part {
        Part::Stops => feed.table(table, |table| {
            let slots = table.slots(&STOPS, columns)?;
            let kind = table.column("location_type");
            while let Some(row) = table.next()? {
                let is_stop =
                    kind.and_then(|kind| table.record.get(kind)).is_none_or(|kind| matches!(kind, b"" | b"0"));
                if is_stop || table.has_wrong_width() {
                    table.hand_on(row, &slots, columns, Shape::None, take)?;
                } else {
                    others += 1;
                }
            }
            Ok(())
        })?,
        Part::Routes => {
            let chosen = feed.chosen_shapes()?;
            let shapes = feed.shapes(&chosen)?;
            feed.table(table, |table| {
                let slots = table.slots(&ROUTES, columns)?;
                let id = table.column("route_id");
                while let Some(row) = table.next()? {
                    let route = id.and_then(|id| table.record.get(id)).unwrap_or_default();
                    let shape = match chosen.get(route).and_then(|shape| shapes.get(shape)) {
                        Some(points) => line(points).map_or_else(
                            |problem| Shape::Broken { text: String::from_utf8_lossy(route).into(), problem },
                            Shape::Sound,
                        ),
                        None => Shape::Broken {
                            text: String::from_utf8_lossy(route).into(),
                            problem: "no trip of the route has a shape in shapes.txt".into(),
                        },
                    };
                    table.hand_on(row, &slots, columns, shape, take)?;
                }
                Ok(())
            })?;
        }
    }
    Ok((NO_STOP, others))
}

/// The places of a shape with their order; what is no place is kept as its text.
type Points = Vec<(f64, Result<LonLat, String>)>;

fn line(points: &Points) -> Result<Geometry, String> {
    let mut points: Vec<_> = points.iter().collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut places = points.into_iter().map(|(_, place)| place.clone()).collect::<Result<Vec<_>, _>>()?;
    places.dedup();
    Geometry::lines(vec![places]).map_err(|error| error.to_string())
}

/// A zip of tables.
struct Feed<'f, R> {
    archive: Archive<R>,
    file: &'f str,
    /// Where in the zip its tables stand: empty, or with a slash at its end.
    folder: String,
}

impl<'f, R: Read + Seek> Feed<'f, R> {
    /// Opens the feed in this folder of the zip; where none is named, at the top, else in the only one with this table.
    fn open(mut bytes: R, file: &'f str, folder: Option<&str>, table: &str) -> Result<Self, ImportError> {
        let size = bytes.seek(SeekFrom::End(0)).map_err(|error| ImportError::io(file, error))?;
        let zip = ZipArchive::new(bytes)
            .map_err(|error| ImportError::source(file, format!("it is no zip of GTFS tables, or is cut: {error}")))?;
        let archive = Archive::of(zip, size, file)?;
        let is_folder = |start: &&str| start.is_empty() || start.ends_with('/');
        let folders: Vec<_> = archive.names().filter_map(|name| name.strip_suffix(table)).filter(is_folder).collect();
        let folder = match (folder, folders.as_slice()) {
            (Some(folder), _) => format!("{}/", folder.trim_end_matches('/')),
            (None, [one]) => (*one).into(),
            (None, several) if several.is_empty() || several.contains(&"") => String::new(),
            (None, several) => {
                let several = listed(several.iter().map(|folder| folder.trim_end_matches('/')));
                let problem =
                    format!("{table} stands in several folders; say in [source] member which is meant: {several}");
                return Err(ImportError::source(file, problem));
            }
        };
        Ok(Self { archive, file, folder })
    }

    /// Reads a table.
    fn table<T>(&mut self, name: &str, read: impl FnOnce(&mut Table<'_>) -> anyhow::Result<T>) -> anyhow::Result<T> {
        let member = format!("{}{name}", self.folder);
        if !self.archive.names().any(|known| known == member) {
            let place = match self.folder.trim_end_matches('/') {
                "" => String::new(),
                folder => format!(" the folder `{folder}` of"),
            };
            let problem = format!("there is no {name} in{place} the feed; it has {}", listed(self.archive.names()));
            return Err(ImportError::source(self.file, problem).into());
        }
        let file = format!("{}/{member}", self.file);
        read(&mut Table::open(&file, Box::new(self.archive.member(&member)?))?)
    }

    /// The shape that most trips of each route have; of equals the one that is met first.
    fn chosen_shapes(&mut self) -> anyhow::Result<HashMap<Vec<u8>, Vec<u8>>> {
        self.table("trips.txt", |table| {
            let (route, shape) = (table.wanted("route_id")?, table.column("shape_id"));
            let mut counts: HashMap<Vec<u8>, Vec<(Vec<u8>, u64)>> = HashMap::new();
            while table.next()?.is_some() {
                let (Some(route), Some(shape)) = (table.record.get(route), shape.and_then(|i| table.record.get(i)))
                else {
                    continue;
                };
                if shape.is_empty() {
                    continue;
                }
                let shapes = counts.entry(route.into()).or_default();
                match shapes.iter_mut().find(|(known, _)| known == shape) {
                    Some((_, count)) => *count += 1,
                    None => shapes.push((shape.into(), 1)),
                }
            }
            let most = |shapes: Vec<(Vec<u8>, u64)>| {
                shapes.into_iter().rev().max_by_key(|(_, count)| *count).expect("a shape was counted").0
            };
            Ok(counts.into_iter().map(|(route, shapes)| (route, most(shapes))).collect())
        })
    }

    fn shapes(&mut self, chosen: &HashMap<Vec<u8>, Vec<u8>>) -> anyhow::Result<HashMap<Vec<u8>, Points>> {
        let mut shapes: HashMap<Vec<u8>, Points> = HashMap::new();
        if chosen.is_empty() {
            return Ok(shapes);
        }
        let wanted: std::collections::HashSet<&Vec<u8>> = chosen.values().collect();
        self.table("shapes.txt", |table| {
            let columns = ["shape_id", "shape_pt_sequence", "shape_pt_lon", "shape_pt_lat"];
            let [id, order, lon, lat] = columns.map(|name| table.wanted(name));
            let (id, order, lon, lat) = (id?, order?, lon?, lat?);
            while let Some(row) = table.next()? {
                let Some(shape) = table.record.get(id).map(<[u8]>::to_vec).filter(|id| wanted.contains(id)) else {
                    continue;
                };
                let number = |i: usize| {
                    let text = String::from_utf8_lossy(table.record.get(i).unwrap_or_default());
                    let number: Option<f64> = trimmed(&text).parse().ok();
                    number.ok_or_else(|| format!("shapes.txt, row {row}: `{text}` is no number"))
                };
                let place = number(lon).and_then(|lon| {
                    let place = LonLat::new(lon, number(lat)?);
                    place.map_err(|error| format!("shapes.txt, row {row}: {error}"))
                });
                let (order, place) = match number(order) {
                    Ok(order) => (order, place),
                    Err(problem) => (f64::INFINITY, Err(problem)),
                };
                shapes.entry(shape).or_default().push((order, place));
            }
            Ok(())
        })?;
        Ok(shapes)
    }
}

/// One table of a feed: comma-separated UTF-8 with a header (RFC 4180).
struct Table<'a> {
    file: &'a str,
    reader: csv::Reader<Box<dyn Read + 'a>>,
    allowance: Allowance,
    header: Vec<String>,
    record: ByteRecord,
    row: u64,
}

impl<'a> Table<'a> {
    fn open(file: &'a str, bytes: Box<dyn Read + 'a>) -> Result<Self, ImportError> {
        let bytes = Meter::new(bytes, &|_| ());
        let allowance = bytes.allowance();
        let bytes: Box<dyn Read + 'a> = Box::new(without_bom(bytes).map_err(|error| ImportError::io(file, error))?);
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
        let mut table = Self { file, reader, allowance, header: Vec::new(), record: ByteRecord::new(), row: 0 };
        if table.next()?.is_none() {
            return Err(ImportError::source(file, "it is empty: no header"));
        }
        let name = |cell: &[u8]| trimmed(&String::from_utf8_lossy(cell)).to_owned();
        table.header = table.record.iter().map(name).collect();
        Ok(table)
    }

    /// Reads the next row and gives its number; the header is row 1.
    fn next(&mut self) -> Result<Option<u64>, ImportError> {
        self.allowance.renew();
        let is_row = self.reader.read_byte_record(&mut self.record);
        if !is_row.map_err(|error| ImportError::source(self.file, error.to_string()))? {
            return Ok(None);
        }
        self.row += 1;
        Ok(Some(self.row))
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    fn wanted(&self, name: &str) -> Result<usize, ImportError> {
        self.column(name).ok_or_else(|| ImportError::source(self.file, format!("there is no column `{name}`")))
    }

    /// For each column of the table the slot it fills; every column of the recipe is in the table or in the reference.
    fn slots(&self, reference: &[&str], columns: &Columns) -> Result<Vec<Option<usize>>, ImportError> {
        let mut all = self.header.clone();
        for name in reference {
            let slot = columns.find(name);
            if slot.is_some() && all.iter().all(|column| columns.find(column) != slot) {
                all.push((*name).into());
            }
        }
        if let Some((name, _)) = columns.lacking(&all).next() {
            return Err(columns.missing(self.file, name, self.header.clone()));
        }
        let mut slots = columns.slots_in(self.file, &all)?;
        slots.truncate(self.header.len());
        Ok(slots)
    }

    fn has_wrong_width(&self) -> bool {
        self.record.len() != self.header.len()
    }

    fn hand_on(
        &self,
        row: u64,
        slots: &[Option<usize>],
        columns: &Columns,
        shape: Shape,
        take: &mut Take<'_>,
    ) -> anyhow::Result<()> {
        let whole = || self.whole();
        take(match self.cells(slots, columns) {
            Ok(cells) => Row::Record(Record { row, cells, shape, whole: &whole }),
            Err(objection) => Row::refused(row, objection, self.whole()),
        })
    }

    fn cells(&self, slots: &[Option<usize>], columns: &Columns) -> Result<Vec<Cow<'_, str>>, Objection> {
        if self.has_wrong_width() {
            let detail = format!("the row has {} cells where the header has {}", self.record.len(), self.header.len());
            return Err(Objection::to_row("", Reason::WrongWidth, detail));
        }
        let mut cells = vec![Cow::Borrowed(""); columns.len()];
        for ((bytes, name), slot) in self.record.iter().zip(&self.header).zip(slots) {
            let text = Encoding::UTF_8.cell(bytes).map_err(|shown| {
                Objection::to_column(name, &shown, Reason::BadEncoding, "a byte has no meaning in UTF-8")
            })?;
            if let Some(slot) = slot {
                cells[*slot] = text;
            }
        }
        Ok(cells)
    }

    fn whole(&self) -> String {
        let column = |i: usize| self.header.get(i).cloned().unwrap_or_else(|| (i + 1).to_string());
        let cell = |(i, bytes)| (Cow::Owned(column(i)), Encoding::UTF_8.cell(bytes).unwrap_or_else(Cow::Owned));
        as_json(self.record.iter().enumerate().map(cell))
    }
}
