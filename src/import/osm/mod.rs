//! An OpenStreetMap extract is read in passes: which relations are meant, which ways, and where their nodes are.
//!
//! ```text
//!   relations ── their ways ─┐
//!                      ways ─┴─ their nodes ─┐
//!                                     nodes ─┴─▶ points, then ways, then relations, each a Record
//! ```
//!
//! What is held in memory is one block of the source, the elements that match with their tags, and 16 bytes for each of
//! their nodes: the size of the extract does not matter, only how much of it is meant.
//!
//! An element is meant where its tags match, its shape is of the kind the collection holds, and it reaches into the clip:
//!
//! | collection | nodes | ways | relations |
//! | --- | --- | --- | --- |
//! | points | as they are | a place on or in them | multipolygons and boundaries: a place in them |
//! | lines | – | open ones, and closed ones that are no area | routes |
//! | areas | – | closed ones that the [area rule](area_rule) says are areas | multipolygons and boundaries |
//!
//! Elements whose tags match but whose shape is another are counted, under the warning `other-shape`. The [sea], where it is
//! meant, is one area more, which no element is.

use std::{
    collections::HashMap,
    ops::Range,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use toml::Spanned;

mod area_rule;
mod clip;
mod desk;
mod element;
mod filter;
mod ground;
mod inside;
mod passes;
mod pbf;
mod rings;
mod route;
mod sea;
mod wire;
mod xml;

pub(super) use passes::Passes;

use super::{
    ImportError,
    recipe::Format,
    record::{Columns, Shape, Take},
    written::checked_box,
};
use crate::{
    model::GeometryKind,
    space::{BBox, Geometry, LonLat},
};
use clip::Clip;
use desk::Desk;
use element::{Element, ElementId, ElementType, Member, OwnTags, Place, Role, Tags, Visit, borrowed, owned, tag};
use filter::Filter;
use ground::Ground;
use pbf::{Contents, Types};
use sea::Frame;

/// Whom to credit wherever data of OpenStreetMap are drawn (osmfoundation.org, "Attribution Guidelines").
pub(super) const CREDIT: &str = "© OpenStreetMap contributors";

/// The licence of all data of OpenStreetMap (SPDX).
pub(super) const LICENCE: &str = "ODbL-1.0";

/// Elements whose tags match but that have no shape of the collection's kind.
const OTHER_SHAPE: &str = "other-shape";

/// Routes of which some ways are not in the source.
const INCOMPLETE_ROUTE: &str = "incomplete-route";

/// How often the source is read.
const PASSES: u64 = 3;

/// `[osm]` of a recipe.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenSelection {
    #[serde(rename = "where")]
    filter: Spanned<Vec<String>>,
    clip: Option<Spanned<[f64; 4]>>,
    clip_polygon: Option<Spanned<PathBuf>>,
    #[serde(default)]
    sea: bool,
}

/// Which elements of an extract are meant.
#[derive(Debug, Clone)]
pub(super) struct Selection {
    filter: Filter,
    clip: Option<BBox>,
    /// Beside the recipe.
    clip_polygon: Option<PathBuf>,
    /// Whether the sea is meant too.
    sea: bool,
}

impl WrittenSelection {
    /// `recipe` is the path of the recipe.
    pub fn check(self, recipe: &Path) -> Result<Selection, (Range<usize>, String)> {
        let filter = Filter::parse(self.filter.get_ref()).map_err(|problem| (self.filter.span(), problem))?;
        if let (Some(_), Some(polygon)) = (&self.clip, &self.clip_polygon) {
            return Err((polygon.span(), "either `clip` or `clip_polygon`".into()));
        }
        let clip = self.clip.map(|clip| checked_box(&clip)).transpose().map_err(|(span, why)| (span, why.into()))?;
        let beside = |path: Spanned<PathBuf>| recipe.parent().unwrap_or(Path::new("")).join(path.into_inner());
        Ok(Selection { filter, clip, clip_polygon: self.clip_polygon.map(beside), sea: self.sea })
    }
}

/// The credit of a recipe over OpenStreetMap: what it says itself comes after the one that is owed.
pub(super) fn credit(own: Option<String>) -> String {
    match own {
        Some(own) if own.contains(CREDIT) => own,
        Some(own) if !own.trim().is_empty() => format!("{CREDIT}; {own}"),
        _ => CREDIT.into(),
    }
}

/// Counts of what a reader would otherwise pass over in silence, by a stable word.
pub(super) type Warnings = Vec<(&'static str, u64)>;

/// Reads an extract to its end.
pub(super) fn read(
    source: &Passes<'_>,
    file: &str,
    format: Format,
    selection: &Selection,
    kind: GeometryKind,
    columns: &Columns,
    take: &mut Take<'_>,
) -> anyhow::Result<Warnings> {
    let clip = match (&selection.clip, &selection.clip_polygon) {
        (Some(bbox), _) => Some(Clip::Box(*bbox)),
        (None, Some(path)) => Some(Clip::read(path)?),
        (None, None) => None,
    };
    if selection.sea && kind != GeometryKind::Area {
        return Err(ImportError::source(file, "[osm] sea goes with a collection of areas, which this is not").into());
    }
    let mut contents = Contents::new();
    let mut pass = |number: u64, wanted: Types, visit: &mut Visit<'_>| -> anyhow::Result<()> {
        let progress = |read: u64| source.tell(number, PASSES, read);
        let bytes = source.open(file, &progress)?;
        match format {
            Format::OsmPbf => pbf::read(bytes, file, wanted, &mut contents, visit),
            _ => xml::read(bytes, file, wanted, visit),
        }
    };
    let mut meant = Meant::new(selection, kind);
    let mut frame = None;
    pass(0, Types::RELATIONS, &mut |element| {
        match element {
            Element::Bounds { low, high } => frame = Frame::between(low, high),
            Element::Relation { id, members, tags } => meant.relation(id, members, tags),
            _ => {}
        }
        Ok(())
    })?;
    meant.wanted_ways.sort_unstable();
    meant.wanted_ways.dedup();
    pass(1, Types::WAYS, &mut |element| {
        if let Element::Way { id, nodes, tags } = element {
            meant.way(id, nodes, tags);
        }
        Ok(())
    })?;
    let mut ground = Ground::of(meant.nodes());
    let frame = clip.as_ref().map(|clip| Frame::of_box(clip.bbox())).or(frame);
    let mut desk = Desk::new(clip, columns, take);
    pass(2, Types::NODES, &mut |element| {
        let Element::Node { id, at, tags } = element else { return Ok(()) };
        if let Some(at) = at {
            ground.put(id, at);
        }
        if meant.node(tags) {
            let shape = match at.map(Place::lon_lat) {
                Some(Ok(at)) => Shape::Sound(Geometry::Point(at)),
                Some(Err(error)) => Shape::Broken { text: node_id(id), problem: error.to_string() },
                None => Shape::Missing,
            };
            desk.hand_on((&node_id(id), ElementType::Node.name()), tags, shape, &[])?;
        }
        Ok(())
    })?;
    let incomplete = meant.hand_on(&ground, &mut desk)?;
    meant.hand_on_sea(&ground, frame, &mut desk)?;
    source.tell_end();
    Ok(vec![(OTHER_SHAPE, meant.other_shapes), (INCOMPLETE_ROUTE, incomplete)])
}

fn node_id(id: i64) -> String {
    ElementId(ElementType::Node, id).to_string()
}

/// What the shape of a way or of a relation is made as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Line,
    Area,
}

impl Form {
    fn of_way(nodes: &[i64], tags: &Tags<'_>) -> Self {
        let is_closed = nodes.len() > 3 && nodes.first() == nodes.last();
        if is_closed && area_rule::is_area(tags) { Self::Area } else { Self::Line }
    }

    fn of_relation(tags: &Tags<'_>) -> Option<Self> {
        match tag(tags, "type")? {
            "multipolygon" | "boundary" => Some(Self::Area),
            "route" => Some(Self::Line),
            _ => None,
        }
    }
}

/// A way or a relation that is meant.
struct Chosen<Parts> {
    id: i64,
    form: Form,
    tags: OwnTags,
    parts: Parts,
}

/// The elements that are meant, as far as the passes have come.
struct Meant<'a> {
    selection: &'a Selection,
    kind: GeometryKind,
    /// With their nodes.
    ways: Vec<Chosen<Box<[i64]>>>,
    /// With their ways.
    relations: Vec<Chosen<Box<[i64]>>>,
    /// The ways of the relations, sorted.
    wanted_ways: Vec<i64>,
    way_nodes: HashMap<i64, Box<[i64]>>,
    /// The nodes of coasts, where the sea is meant.
    coasts: Vec<Box<[i64]>>,
    other_shapes: u64,
}

impl<'a> Meant<'a> {
    fn new(selection: &'a Selection, kind: GeometryKind) -> Self {
        Self {
            selection,
            kind,
            ways: Vec::new(),
            relations: Vec::new(),
            wanted_ways: Vec::new(),
            way_nodes: HashMap::new(),
            coasts: Vec::new(),
            other_shapes: 0,
        }
    }

    fn relation(&mut self, id: i64, members: &[Member], tags: &Tags<'_>) {
        if !self.selection.filter.matches(tags) {
            return;
        }
        let form = Form::of_relation(tags).filter(|form| match form {
            Form::Area => matches!(self.kind, GeometryKind::Area | GeometryKind::Point),
            Form::Line => self.kind == GeometryKind::Line,
        });
        let Some(form) = form else {
            self.other_shapes += 1;
            return;
        };
        let is_part = |member: &&Member| member.id.0 == ElementType::Way && member.role == Role::Part;
        let ways: Box<[i64]> = members.iter().filter(is_part).map(|member| member.id.1).collect();
        self.wanted_ways.extend(&ways);
        self.relations.push(Chosen { id, form, tags: owned(tags), parts: ways });
    }

    fn way(&mut self, id: i64, nodes: &[i64], tags: &Tags<'_>) {
        if self.wanted_ways.binary_search(&id).is_ok() {
            self.way_nodes.insert(id, nodes.into());
        }
        if self.selection.sea && sea::is_coast(tags) {
            self.coasts.push(nodes.into());
        }
        if !self.selection.filter.matches(tags) {
            return;
        }
        let form = Form::of_way(nodes, tags);
        match (form, self.kind) {
            (_, GeometryKind::Point) | (Form::Line, GeometryKind::Line) | (Form::Area, GeometryKind::Area) => {
                self.ways.push(Chosen { id, form, tags: owned(tags), parts: nodes.into() });
            }
            _ => self.other_shapes += 1,
        }
    }

    /// Whether a node is meant itself.
    fn node(&mut self, tags: &Tags<'_>) -> bool {
        let matches = self.selection.filter.matches(tags);
        if matches && self.kind != GeometryKind::Point {
            self.other_shapes += 1;
            return false;
        }
        matches
    }

    fn nodes(&self) -> impl Iterator<Item = i64> {
        let all = self.ways.iter().map(|way| &way.parts).chain(self.way_nodes.values()).chain(&self.coasts);
        all.flat_map(|nodes| nodes.iter().copied())
    }

    /// Hands the ways and the relations on; says how many routes had gaps.
    fn hand_on(&self, ground: &Ground, desk: &mut Desk<'_, '_>) -> anyhow::Result<u64> {
        for way in &self.ways {
            let places = ground.places(&way.parts);
            let shape = places.clone().and_then(|places| match way.form {
                Form::Line => line_of(vec![places]),
                Form::Area => rings::assemble(&[&places]),
            });
            let known = if shape.is_err() { ground.known(&way.parts) } else { Vec::new() };
            self.one(ElementId(ElementType::Way, way.id), &way.tags, shape, &known, desk)?;
        }
        let mut incomplete = 0;
        for relation in &self.relations {
            let (shape, is_whole) = self.relation_shape(relation, ground);
            let nodes = relation.parts.iter().filter_map(|way| self.way_nodes.get(way));
            let known = if shape.is_err() { nodes.flat_map(|nodes| ground.known(nodes)).collect() } else { Vec::new() };
            let is_shown =
                self.one(ElementId(ElementType::Relation, relation.id), &relation.tags, shape, &known, desk)?;
            incomplete += u64::from(is_shown && !is_whole);
        }
        Ok(incomplete)
    }

    /// Hands the sea on, of which no element tells: as far as the frame, or else as the coasts go.
    fn hand_on_sea(&self, ground: &Ground, frame: Option<Frame>, desk: &mut Desk<'_, '_>) -> anyhow::Result<()> {
        let coasts: Vec<Vec<Place>> = self.coasts.iter().flat_map(|nodes| ground.stretches(nodes)).collect();
        let shape = match sea::sea(&coasts, frame) {
            None => return Ok(()),
            Some(Ok(shape)) => Shape::Sound(shape),
            Some(Err(problem)) => Shape::Broken { text: sea::NAME.into(), problem },
        };
        desk.hand_on((sea::NAME, sea::NAME), sea::TAGS, shape, &[])?;
        Ok(())
    }

    /// Whether it was handed on with a sound shape.
    fn one(
        &self,
        id: ElementId,
        tags: &OwnTags,
        shape: Result<Geometry, String>,
        known: &[Place],
        desk: &mut Desk<'_, '_>,
    ) -> anyhow::Result<bool> {
        let shape = match shape {
            Ok(shape) if self.kind == GeometryKind::Point => Shape::Sound(Geometry::Point(inside::place(&shape))),
            Ok(shape) => Shape::Sound(shape),
            Err(problem) => Shape::Broken { text: id.to_string(), problem },
        };
        let is_sound = matches!(shape, Shape::Sound(_));
        Ok(desk.hand_on((&id.to_string(), id.0.name()), &borrowed(tags), shape, known)? && is_sound)
    }

    /// The shape, and whether all ways of it are there.
    ///
    /// An area with a gap is none; a route with gaps is drawn as far as it is known.
    fn relation_shape(&self, relation: &Chosen<Box<[i64]>>, ground: &Ground) -> (Result<Geometry, String>, bool) {
        let mut ways = Vec::new();
        let mut missing = None;
        for id in &relation.parts {
            let name = ElementId(ElementType::Way, *id);
            let places = match self.way_nodes.get(id) {
                None => Err(format!("its way {name} is not in the source")),
                Some(nodes) => {
                    ways.extend(ground.stretches(nodes).into_iter().map(|places| (*id, places)));
                    ground.places(nodes).map(|_| ()).map_err(|problem| format!("its way {name}: {problem}"))
                }
            };
            missing = missing.or(places.err());
        }
        let is_whole = missing.is_none();
        let shape = match (relation.form, missing) {
            _ if relation.parts.is_empty() => Err("it has no ways".into()),
            (Form::Area, Some(problem)) => Err(problem),
            (Form::Area, None) => {
                rings::assemble(&ways.iter().map(|(_, places)| places.as_slice()).collect::<Vec<_>>())
            }
            (Form::Line, Some(problem)) if ways.is_empty() => Err(problem),
            (Form::Line, _) => line_of(route::merge(&ways)),
        };
        (shape, is_whole)
    }
}

fn line_of(lines: Vec<Vec<Place>>) -> Result<Geometry, String> {
    let degrees = |mut line: Vec<Place>| -> Result<Vec<LonLat>, String> {
        line.dedup();
        line.into_iter().map(|place| place.lon_lat().map_err(|error| error.to_string())).collect()
    };
    let lines = lines.into_iter().map(degrees).collect::<Result<_, _>>()?;
    Geometry::lines(lines).map_err(|error| error.to_string())
}
