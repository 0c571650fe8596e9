//! A PBF file is blobs, each a compressed block of elements that share one table of texts.
//!
//! ```text
//!   [size, BlobHeader, Blob] …   Blob → zlib → HeaderBlock │ PrimitiveBlock ─ groups ─ nodes │ ways │ relations
//! ```
//!
//! The blocks are taken apart here: the readers that exist end the process, or leave elements out without a word, where
//! a file is damaged. What is held at once is one block, of at most [`MAX_BLOCK_BYTES`].

use std::{
    borrow::Cow,
    io::{self, BufReader, Read},
};

use flate2::bufread::ZlibDecoder;

use super::{
    element::{Element, ElementId, ElementType, Member, Place, Role, Visit},
    wire::{Broken, Fields, Value, integers, signed, sums},
};
use crate::import::{ImportError, meter::Meter};

/// The largest header of a blob, in bytes (OSM PBF format, "File format").
const MAX_BLOB_HEADER_BYTES: u64 = 64 << 10;

/// The largest block, packed or not, in bytes (as above).
const MAX_BLOCK_BYTES: u64 = 32 << 20;

/// What a reader must understand before it may read on.
const KNOWN_FEATURES: [&[u8]; 2] = [b"OsmSchema-V0.6", b"DenseNodes"];

/// Which types of element are wanted, or are in a blob.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Types {
    pub nodes: bool,
    pub ways: bool,
    pub relations: bool,
}

impl Types {
    pub const NODES: Self = Self { nodes: true, ways: false, relations: false };
    pub const WAYS: Self = Self { nodes: false, ways: true, relations: false };
    pub const RELATIONS: Self = Self { nodes: false, ways: false, relations: true };

    fn meets(self, other: Self) -> bool {
        self.nodes && other.nodes || self.ways && other.ways || self.relations && other.relations
    }
}

/// What each blob of a file was found to hold, so that a later pass need not unpack those it has no use for.
pub(super) type Contents = Vec<Types>;

/// Reads a file to its end and shows the wanted elements.
pub(super) fn read(
    source: Meter<'_>,
    file: &str,
    wanted: Types,
    contents: &mut Contents,
    visit: &mut Visit<'_>,
) -> anyhow::Result<()> {
    let allowance = source.allowance();
    let mut source = BufReader::with_capacity(1 << 16, source);
    let (mut blob, mut packed, mut block) = (0, Vec::new(), Vec::new());
    let mut has_header = false;
    loop {
        allowance.renew();
        let flaw = |problem: String| ImportError::source(file, format!("blob {}: {problem}", blob + 1));
        let Some(frame) = Frame::next(&mut source).map_err(flaw)? else { break };
        let known = contents.get(blob).copied();
        if frame.is_data && known.is_some_and(|known| !known.meets(wanted)) {
            let skipped = io::copy(&mut source.by_ref().take(frame.size), &mut io::sink())
                .map_err(|error| ImportError::io(file, error))?;
            if skipped < frame.size {
                return Err(flaw("the file is cut".into()).into());
            }
        } else {
            exactly(&mut source, frame.size, &mut packed).map_err(flaw)?;
            let mut found = Types::default();
            if frame.is_header || frame.is_data {
                unpack(&packed, &mut block).map_err(flaw)?;
            }
            if frame.is_header {
                check_header(&block).map_err(flaw)?;
                if let Some((low, high)) = bounds(&block) {
                    visit(Element::Bounds { low, high })?;
                }
                has_header = true;
            } else if frame.is_data {
                if !has_header {
                    return Err(flaw("elements before the header: it is no OSM PBF file".into()).into());
                }
                let parsed = Block::of(&block).map_err(|Broken| flaw(Broken.to_string()))?;
                found = parsed.visit(wanted, visit).map_err(|stop| match stop {
                    Stop::Broken => flaw(Broken.to_string()).into(),
                    Stop::Why(why) => why,
                })?;
            }
            if known.is_none() {
                contents.push(found);
            }
        }
        blob += 1;
    }
    if has_header { Ok(()) } else { Err(ImportError::source(file, "it is no OSM PBF file: no header").into()) }
}

/// What stands before a blob.
struct Frame {
    is_header: bool,
    is_data: bool,
    size: u64,
}

impl Frame {
    /// The next one; `None` at the end of the file.
    fn next(source: &mut impl Read) -> Result<Option<Self>, String> {
        let mut start = Vec::new();
        source.take(4).read_to_end(&mut start).map_err(|error| error.to_string())?;
        let Ok(start) = <[u8; 4]>::try_from(start.as_slice()) else {
            return if start.is_empty() { Ok(None) } else { Err("the file is cut".into()) };
        };
        let size = u64::from(u32::from_be_bytes(start));
        if size > MAX_BLOB_HEADER_BYTES {
            return Err(format!("a header of {size} bytes: it is no OSM PBF file, or broken"));
        }
        let mut header = Vec::new();
        exactly(source, size, &mut header)?;
        let mut frame = Self { is_header: false, is_data: false, size: 0 };
        for field in Fields::of(&header) {
            match field.map_err(|Broken| "its header is broken")? {
                (1, Value::Bytes(name)) => {
                    frame.is_header = name == b"OSMHeader";
                    frame.is_data = name == b"OSMData";
                }
                (3, Value::Varint(size)) => frame.size = size,
                _ => {}
            }
        }
        if frame.size > MAX_BLOCK_BYTES {
            return Err(format!("{} bytes, where {MAX_BLOCK_BYTES} are allowed", frame.size));
        }
        Ok(Some(frame))
    }
}

fn exactly(source: &mut impl Read, size: u64, into: &mut Vec<u8>) -> Result<(), String> {
    into.clear();
    let read = source.take(size).read_to_end(into).map_err(|error| error.to_string())?;
    if (read as u64) < size { Err("the file is cut".into()) } else { Ok(()) }
}

fn unpack(blob: &[u8], into: &mut Vec<u8>) -> Result<(), String> {
    into.clear();
    for field in Fields::of(blob) {
        match field.map_err(|Broken| Broken.to_string())? {
            (1, Value::Bytes(raw)) => {
                into.extend_from_slice(raw);
                return Ok(());
            }
            (3, Value::Bytes(zlib)) => {
                let mut bytes = ZlibDecoder::new(zlib).take(MAX_BLOCK_BYTES + 1);
                bytes.read_to_end(into).map_err(|error| format!("it cannot be unpacked: {error}"))?;
                if into.len() as u64 > MAX_BLOCK_BYTES {
                    return Err(format!("more than {MAX_BLOCK_BYTES} bytes when unpacked"));
                }
                return Ok(());
            }
            (4..=7, Value::Bytes(_)) => {
                return Err("packed otherwise than by zlib; osmium cat -o out.osm.pbf repacks it".into());
            }
            _ => {}
        }
    }
    Err("it is empty".into())
}

fn check_header(block: &[u8]) -> Result<(), String> {
    for field in Fields::of(block) {
        if let (4, Value::Bytes(feature)) = field.map_err(|Broken| Broken.to_string())?
            && !KNOWN_FEATURES.contains(&feature)
        {
            return Err(format!("the file wants a reader of `{}`", String::from_utf8_lossy(feature)));
        }
    }
    Ok(())
}

/// The corners of the box of a header, in nanodegrees: left 1, right 2, top 3, bottom 4. They are a hint, and no reason to
/// refuse a file.
fn bounds(block: &[u8]) -> Option<(Place, Place)> {
    let bbox = Fields::of(block).flatten().find_map(|field| match field {
        (1, Value::Bytes(bbox)) => Some(bbox),
        _ => None,
    })?;
    let side = |wanted: u64| {
        Fields::of(bbox).flatten().find_map(|field| match field {
            (number, Value::Varint(code)) if number == wanted => Some(i128::from(signed(code))),
            _ => None,
        })
    };
    Some((Place::of_nano(side(1)?, side(4)?), Place::of_nano(side(2)?, side(3)?)))
}

/// Tags whose texts may have been mended.
type Texts<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// Why a block is not read on.
enum Stop {
    Broken,
    Why(anyhow::Error),
}

impl From<Broken> for Stop {
    fn from(Broken: Broken) -> Self {
        Self::Broken
    }
}

impl From<anyhow::Error> for Stop {
    fn from(why: anyhow::Error) -> Self {
        Self::Why(why)
    }
}

/// Elements with the texts of their tags; a text that is not UTF-8 has U+FFFD where it is not.
struct Block<'a> {
    texts: Vec<&'a [u8]>,
    groups: Vec<&'a [u8]>,
    /// Nanodegrees of one unit.
    granularity: i64,
    lon_offset: i64,
    lat_offset: i64,
}

impl<'a> Block<'a> {
    fn of(bytes: &'a [u8]) -> Result<Self, Broken> {
        let mut block = Self { texts: Vec::new(), groups: Vec::new(), granularity: 100, lon_offset: 0, lat_offset: 0 };
        for field in Fields::of(bytes) {
            match field? {
                (1, Value::Bytes(table)) => {
                    for text in Fields::of(table) {
                        if let (1, Value::Bytes(text)) = text? {
                            block.texts.push(text);
                        }
                    }
                }
                (2, Value::Bytes(group)) => block.groups.push(group),
                (17, Value::Varint(granularity)) => block.granularity = granularity as i64,
                (19, Value::Varint(offset)) => block.lat_offset = offset as i64,
                (20, Value::Varint(offset)) => block.lon_offset = offset as i64,
                _ => {}
            }
        }
        Ok(block)
    }

    /// Shows the wanted elements and says of which types there are any.
    fn visit(&self, wanted: Types, visit: &mut Visit<'_>) -> Result<Types, Stop> {
        let mut found = Types::default();
        for group in &self.groups {
            for field in Fields::of(group) {
                match field? {
                    (1, Value::Bytes(node)) => {
                        found.nodes = true;
                        if wanted.nodes {
                            self.node(node, visit)?;
                        }
                    }
                    (2, Value::Bytes(dense)) => {
                        found.nodes = true;
                        if wanted.nodes {
                            self.dense(dense, visit)?;
                        }
                    }
                    (3, Value::Bytes(way)) => {
                        found.ways = true;
                        if wanted.ways {
                            self.way(way, visit)?;
                        }
                    }
                    (4, Value::Bytes(relation)) => {
                        found.relations = true;
                        if wanted.relations {
                            self.relation(relation, visit)?;
                        }
                    }
                    _ => {}
                }
            }
        }
        Ok(found)
    }

    fn text(&self, index: u64) -> Result<Cow<'a, str>, Broken> {
        let bytes = usize::try_from(index).ok().and_then(|index| self.texts.get(index)).ok_or(Broken)?;
        Ok(String::from_utf8_lossy(bytes))
    }

    fn place(&self, lon: i64, lat: i64) -> Place {
        let nano = |offset: i64, units: i64| i128::from(offset) + i128::from(self.granularity) * i128::from(units);
        Place::of_nano(nano(self.lon_offset, lon), nano(self.lat_offset, lat))
    }

    fn tags(&self, keys: &[u64], values: &[u64]) -> Result<Texts<'a>, Broken> {
        if keys.len() != values.len() {
            return Err(Broken);
        }
        keys.iter().zip(values).map(|(key, value)| Ok((self.text(*key)?, self.text(*value)?))).collect()
    }

    fn node(&self, bytes: &[u8], visit: &mut Visit<'_>) -> Result<(), Stop> {
        let (mut id, mut lon, mut lat) = (None, None, None);
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        for field in Fields::of(bytes) {
            match field? {
                (1, Value::Varint(code)) => id = Some(signed(code)),
                (2, packed) => integers(packed, &mut keys)?,
                (3, packed) => integers(packed, &mut values)?,
                (8, Value::Varint(code)) => lat = Some(signed(code)),
                (9, Value::Varint(code)) => lon = Some(signed(code)),
                _ => {}
            }
        }
        let (Some(id), Some(lon), Some(lat)) = (id, lon, lat) else { return Err(Stop::Broken) };
        let tags = self.tags(&keys, &values)?;
        visit(Element::Node { id, at: Some(self.place(lon, lat)), tags: &pairs(&tags) })?;
        Ok(())
    }

    fn dense(&self, bytes: &[u8], visit: &mut Visit<'_>) -> Result<(), Stop> {
        let (mut ids, mut lats, mut lons, mut keys_values) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for field in Fields::of(bytes) {
            match field? {
                (1, packed) => integers(packed, &mut ids)?,
                (8, packed) => integers(packed, &mut lats)?,
                (9, packed) => integers(packed, &mut lons)?,
                (10, packed) => integers(packed, &mut keys_values)?,
                _ => {}
            }
        }
        if ids.len() != lats.len() || ids.len() != lons.len() {
            return Err(Stop::Broken);
        }
        // Key, value, key, value, 0 for every node; nothing at all where no node has tags.
        let mut rest = keys_values.iter();
        let has_tags = !keys_values.is_empty();
        let mut tags = Vec::new();
        for ((id, lat), lon) in sums(&ids).zip(sums(&lats)).zip(sums(&lons)) {
            tags.clear();
            if has_tags {
                loop {
                    match rest.next() {
                        Some(0) => break,
                        Some(key) => tags.push((self.text(*key)?, self.text(*rest.next().ok_or(Broken)?)?)),
                        None => return Err(Stop::Broken),
                    }
                }
            }
            visit(Element::Node { id, at: Some(self.place(lon, lat)), tags: &pairs(&tags) })?;
        }
        if rest.next().is_some() { Err(Stop::Broken) } else { Ok(()) }
    }

    fn way(&self, bytes: &[u8], visit: &mut Visit<'_>) -> Result<(), Stop> {
        let (mut id, mut keys, mut values, mut refs) = (None, Vec::new(), Vec::new(), Vec::new());
        for field in Fields::of(bytes) {
            match field? {
                (1, Value::Varint(number)) => id = Some(number as i64),
                (2, packed) => integers(packed, &mut keys)?,
                (3, packed) => integers(packed, &mut values)?,
                (8, packed) => integers(packed, &mut refs)?,
                _ => {}
            }
        }
        let nodes: Vec<i64> = sums(&refs).collect();
        let tags = self.tags(&keys, &values)?;
        visit(Element::Way { id: id.ok_or(Broken)?, nodes: &nodes, tags: &pairs(&tags) })?;
        Ok(())
    }

    fn relation(&self, bytes: &[u8], visit: &mut Visit<'_>) -> Result<(), Stop> {
        let (mut id, mut keys, mut values) = (None, Vec::new(), Vec::new());
        let (mut roles, mut ids, mut types) = (Vec::new(), Vec::new(), Vec::new());
        for field in Fields::of(bytes) {
            match field? {
                (1, Value::Varint(number)) => id = Some(number as i64),
                (2, packed) => integers(packed, &mut keys)?,
                (3, packed) => integers(packed, &mut values)?,
                (8, packed) => integers(packed, &mut roles)?,
                (9, packed) => integers(packed, &mut ids)?,
                (10, packed) => integers(packed, &mut types)?,
                _ => {}
            }
        }
        if ids.len() != roles.len() || ids.len() != types.len() {
            return Err(Stop::Broken);
        }
        let member = |((id, role), kind): ((i64, &u64), &u64)| {
            let kind = match kind {
                0 => ElementType::Node,
                1 => ElementType::Way,
                2 => ElementType::Relation,
                _ => return Err(Broken),
            };
            Ok(Member { id: ElementId(kind, id), role: Role::of(&self.text(*role)?) })
        };
        let members: Vec<Member> = sums(&ids).zip(&roles).zip(&types).map(member).collect::<Result<_, _>>()?;
        let tags = self.tags(&keys, &values)?;
        visit(Element::Relation { id: id.ok_or(Broken)?, members: &members, tags: &pairs(&tags) })?;
        Ok(())
    }
}

fn pairs<'t>(tags: &'t [(Cow<'_, str>, Cow<'_, str>)]) -> Vec<(&'t str, &'t str)> {
    tags.iter().map(|(key, value)| (&**key, &**value)).collect()
}
