//! OSM XML is read element by element; a gzip around it is known by its first bytes.

use std::{
    borrow::Cow,
    io::{self, BufReader, Read},
};

use flate2::read::MultiGzDecoder;
use quick_xml::{
    XmlVersion,
    events::{BytesStart, Event},
};

use super::{
    element::{Element, ElementId, ElementType, Member, Place, Role, Visit},
    pbf::Types,
};
use crate::import::{ImportError, meter::Meter};

/// The first bytes of a gzip file (RFC 1952 §2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Reads a file to its end and shows the wanted elements.
pub(super) fn read(source: Meter<'_>, file: &str, wanted: Types, visit: &mut Visit<'_>) -> anyhow::Result<()> {
    let packed = source.allowance();
    let bytes = plain(source).map_err(|error| ImportError::io(file, error))?;
    // What is unpacked is measured as well: a small file may hold a record without end.
    let bytes = Meter::new(bytes, &|_| ());
    let allowance = bytes.allowance();
    let mut xml = quick_xml::Reader::from_reader(BufReader::with_capacity(1 << 16, bytes));
    let mut document = Document { depth: 0, has_root: false, bounds: None, current: None };
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let event = xml.read_event_into(&mut buffer);
        let position = xml.buffer_position();
        let flaw = |problem: String| ImportError::source(file, format!("byte {position}: {problem}"));
        match event.map_err(|error| flaw(ending(&error)))? {
            Event::Start(tag) => document.open(&tag, wanted).map_err(flaw)?,
            Event::Empty(tag) => {
                document.open(&tag, wanted).map_err(flaw)?;
                document.close(visit)?;
            }
            Event::End(_) => document.close(visit)?,
            Event::Eof => break,
            _ => {}
        }
        if document.depth <= 1 {
            allowance.renew();
            packed.renew();
        }
    }
    if document.depth > 0 {
        return Err(ImportError::source(file, "the file is cut: <osm> is not closed").into());
    }
    if !document.has_root {
        return Err(ImportError::source(file, "it is no OSM XML file: there is no <osm>").into());
    }
    Ok(())
}

/// The bytes out of their gzip, where they are in one.
fn plain<'a>(mut source: Meter<'a>) -> io::Result<Box<dyn Read + 'a>> {
    let mut start = Vec::new();
    source.by_ref().take(GZIP.len() as u64).read_to_end(&mut start)?;
    let is_packed = start == GZIP;
    let bytes = BufReader::with_capacity(1 << 16, io::Cursor::new(start).chain(source));
    Ok(if is_packed { Box::new(MultiGzDecoder::new(bytes)) } else { Box::new(bytes) })
}

fn ending(error: &quick_xml::Error) -> String {
    match error {
        quick_xml::Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => "the file is cut".into(),
        quick_xml::Error::Io(error) => error.to_string(),
        quick_xml::Error::Syntax(error) => format!("the file is cut or broken: {error}"),
        error => error.to_string(),
    }
}

/// What has been opened and not yet closed.
struct Document {
    depth: usize,
    has_root: bool,
    /// Read and not yet shown.
    bounds: Option<(Place, Place)>,
    current: Option<Current>,
}

/// The element that is being read.
struct Current {
    id: ElementId,
    at: Option<Place>,
    tags: Vec<(Box<str>, Box<str>)>,
    nodes: Vec<i64>,
    members: Vec<Member>,
}

impl Document {
    fn open(&mut self, tag: &BytesStart<'_>, wanted: Types) -> Result<(), String> {
        self.depth += 1;
        match (self.depth, tag.name().0) {
            (1, "osm") if !self.has_root => self.has_root = true,
            (1, name) => return Err(format!("it is <{name}> where one <osm> should be")),
            (2, "bounds") => self.bounds = bounds(tag),
            (2, "node") if wanted.nodes => self.current = Some(Current::of(ElementType::Node, tag)?),
            (2, "way") if wanted.ways => self.current = Some(Current::of(ElementType::Way, tag)?),
            (2, "relation") if wanted.relations => self.current = Some(Current::of(ElementType::Relation, tag)?),
            (3, name) => {
                if let Some(current) = &mut self.current {
                    current.inner(name, tag)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, visit: &mut Visit<'_>) -> anyhow::Result<()> {
        // That ends are those of what was opened is checked by the reader.
        self.depth = self.depth.saturating_sub(1);
        if let Some((low, high)) = self.bounds.take() {
            visit(Element::Bounds { low, high })?;
        }
        if self.depth == 1
            && let Some(current) = self.current.take()
        {
            let Current { id: ElementId(kind, id), at, tags, nodes, members } = &current;
            let tags: Vec<(&str, &str)> = tags.iter().map(|(key, value)| (&**key, &**value)).collect();
            let (id, tags) = (*id, tags.as_slice());
            visit(match kind {
                ElementType::Node => Element::Node { id, at: *at, tags },
                ElementType::Way => Element::Way { id, nodes, tags },
                ElementType::Relation => Element::Relation { id, members, tags },
            })?;
        }
        Ok(())
    }
}

impl Current {
    fn of(kind: ElementType, tag: &BytesStart<'_>) -> Result<Self, String> {
        let [id, lon, lat] = attributes(tag, ["id", "lon", "lat"])?;
        let id = number(id.as_deref(), "id")?;
        let at = match (lon, lat) {
            (Some(lon), Some(lat)) => Some(Place::of_degrees(degrees(&lon)?, degrees(&lat)?)),
            _ => None,
        };
        let (tags, nodes, members) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { id: ElementId(kind, id), at, tags, nodes, members })
    }

    fn inner(&mut self, name: &str, tag: &BytesStart<'_>) -> Result<(), String> {
        match (name, self.id.0) {
            ("tag", _) => {
                let [key, value] = attributes(tag, ["k", "v"])?;
                let (Some(key), Some(value)) = (key, value) else { return Err("a <tag> without k or v".into()) };
                self.tags.push((key.into(), value.into()));
            }
            ("nd", ElementType::Way) => {
                let [node] = attributes(tag, ["ref"])?;
                self.nodes.push(number(node.as_deref(), "ref")?);
            }
            ("member", ElementType::Relation) => {
                let [kind, id, role] = attributes(tag, ["type", "ref", "role"])?;
                let kind = match kind.as_deref() {
                    Some("node") => ElementType::Node,
                    Some("way") => ElementType::Way,
                    Some("relation") => ElementType::Relation,
                    other => return Err(format!("a <member> of type `{}`", other.unwrap_or(""))),
                };
                let id = ElementId(kind, number(id.as_deref(), "ref")?);
                self.members.push(Member { id, role: Role::of(role.as_deref().unwrap_or("")) });
            }
            _ => {}
        }
        Ok(())
    }
}

/// The corners of `<bounds>`, where it names all four: they are a hint, and no reason to refuse a file.
fn bounds(tag: &BytesStart<'_>) -> Option<(Place, Place)> {
    let [west, south, east, north] = attributes(tag, ["minlon", "minlat", "maxlon", "maxlat"]).ok()?;
    let place = |lon: &str, lat: &str| Some(Place::of_degrees(degrees(lon).ok()?, degrees(lat).ok()?));
    Some((place(&west?, &south?)?, place(&east?, &north?)?))
}

fn degrees(text: &str) -> Result<f64, String> {
    let degrees: Option<f64> = text.trim().parse().ok().filter(|degrees: &f64| degrees.is_finite());
    degrees.ok_or_else(|| format!("`{text}` is no coordinate"))
}

fn number(text: Option<&str>, name: &str) -> Result<i64, String> {
    let text = text.ok_or_else(|| format!("an element without {name}"))?;
    text.trim().parse().map_err(|_| format!("{name} `{text}` is no number"))
}

/// The named attributes of an element.
fn attributes<'a, const N: usize>(
    tag: &'a BytesStart<'_>,
    names: [&str; N],
) -> Result<[Option<Cow<'a, str>>; N], String> {
    let mut found = [const { None }; N];
    // Whether an attribute stands twice is not asked: that takes the square of their number.
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| error.to_string())?;
        if let Some(i) = names.iter().position(|name| *name == attribute.key.0) {
            let text = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
            found[i] = Some(text);
        }
    }
    Ok(found)
}
