//! A `Tileset` says which collections go into which tile layers, at which zooms, with which fields, in how many bytes.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{ClusterRule, cluster};
use crate::{
    model::{Catalog, Collection, CollectionId, GeometryKind, Title},
    snapshot::{Shelf, Snapshot},
    space::tile_coord,
};

/// The deepest zoom drawn; clients enlarge it beyond (4096 units of a z16 tile are 13 cm each at 48° N).
pub const MAX_ZOOM: u8 = 16;

/// The layer that tells what others lack.
pub const DROPPED: &str = "dropped";

/// The tiles of a base map from an archive have this name, and so no tileset has.
pub const BASE_MAP: &str = "base-map";

/// Tilesets of one path: `a,b,c`.
pub const MOST_PARTS: usize = 8;

/// The most bytes of a tile before compression, in MVT; the least that can be asked for.
pub const MOST_BYTES: usize = 500_000;
const LEAST_BYTES: usize = 16_384;

/// The widest buffer, in units: wide enough for the widest line of our styles, and what a change is taken to reach.
pub const MOST_BUFFER_UNITS: u32 = 64;

/// The most that simplifying may move a line, in units: two pixels where a tile is 512 pixels wide.
const MOST_TOLERANCE_UNITS: u32 = 16;

/// Layers of one tileset.
const MOST_LAYERS: usize = 32;

/// Before the id of a collection where its own tileset is meant; no declared name has a slash.
const OF_COLLECTION: &str = "collections/";

/// The tilesets that are declared, by name.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct Tilesets(BTreeMap<String, Tileset>);

/// What one tile shows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tileset {
    /// What people read.
    pub title: Title,
    /// Bytes of a tile at most, as MVT before compression.
    #[serde(default = "most_bytes")]
    pub budget: usize,
    /// Whether its one layer has every feature at every zoom, whatever the bytes.
    #[serde(default)]
    pub plain: bool,
    /// From the bottom to the top.
    #[serde(rename = "layer")]
    pub layers: Vec<Layer>,
}

/// One layer of a tile.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// Its name in the tile.
    pub name: String,
    /// The collections in it, by id.
    #[serde(default)]
    pub collections: Vec<String>,
    /// Every collection of the filter tree with this shape.
    pub thematic: Option<GeometryKind>,
    /// Only those of these sectors.
    #[serde(default)]
    pub sectors: Vec<String>,
    /// From which zoom it is drawn.
    #[serde(default)]
    pub min_zoom: u8,
    /// To which zoom it is drawn.
    #[serde(default = "max_zoom")]
    pub max_zoom: u8,
    /// Properties taken from the collection's fields, where it has them.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Whether id, collection, sector, kind, icon and rank are told.
    #[serde(default)]
    pub describe: bool,
    /// Whether a point inside stands for each shape.
    #[serde(default)]
    pub label: bool,
    /// How its points are gathered where they stand close; each is drawn on its own where it is not said.
    pub cluster: Option<ClusterRule>,
    /// How far lines and areas reach beyond the tile, in units.
    #[serde(default = "buffer")]
    pub buffer: u32,
    /// How far simplifying may move a line, in units; at [`MAX_ZOOM`] and deeper none is moved.
    #[serde(default = "tolerance")]
    pub tolerance: u32,
    /// What becomes of an area too small to be seen.
    #[serde(default)]
    pub tiny: Tiny,
    /// Up to which zoom lines that say the same are one.
    pub merge_to_zoom: Option<u8>,
    /// The field by which features of a collection are chosen where not all fit: the greatest first.
    pub order: Option<String>,
    /// Bytes of this layer at most.
    pub budget: Option<usize>,
}

/// What becomes of an area too small to be seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tiny {
    /// A small square stands for it.
    #[default]
    Square,
    /// It is left out and counted.
    Drop,
}

/// Why tilesets could not be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TilesetError {
    /// The text is not of the form.
    #[error("tilesets: {0}")]
    Form(String),
    /// A tileset contradicts itself.
    #[error("tileset `{tileset}`: {problem}")]
    Tileset {
        /// Its name.
        tileset: String,
        /// What is wrong.
        problem: String,
    },
    /// A layer contradicts itself or another one.
    #[error("tileset `{tileset}`, layer `{layer}`: {problem}")]
    Layer {
        /// Name of the tileset.
        tileset: String,
        /// Name of the layer.
        layer: String,
        /// What is wrong.
        problem: String,
    },
}

/// Why a path names no tileset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoTileset {
    /// Nothing has this name.
    #[error("there is no tileset `{0}`")]
    Unknown(String),
    /// A part comes twice.
    #[error("the tileset `{0}` comes twice")]
    Twice(String),
    /// There are too many parts.
    #[error("{0} tilesets at once; at most {MOST_PARTS} can be composed")]
    Many(usize),
    /// There are too many layers.
    #[error("{0} layers at once; composed tilesets have at most {MOST_LAYERS}")]
    Layers(usize),
}

impl Tilesets {
    /// Reads the declarations from TOML.
    pub fn read(text: &str) -> Result<Self, TilesetError> {
        let tilesets: Self = toml::from_str(text).map_err(|error| TilesetError::Form(error.to_string()))?;
        for (name, tileset) in &tilesets.0 {
            tileset.check(name)?;
        }
        tilesets.counted()
    }

    /// These and others, which stand in the place of their namesakes.
    pub fn with(mut self, others: Self) -> Result<Self, TilesetError> {
        self.0.extend(others.0);
        self.counted()
    }

    fn counted(self) -> Result<Self, TilesetError> {
        let clustered = self.0.values().flat_map(|tileset| &tileset.layers).filter(|layer| layer.cluster.is_some());
        if clustered.count() > cluster::MOST_LAYERS {
            return Err(TilesetError::Form(format!("more than {} layers with clusters", cluster::MOST_LAYERS)));
        }
        Ok(self)
    }

    /// The tileset of this name: a declared one, that of the collection with this id, or several composed.
    pub fn get(&self, name: &str, snapshot: &Snapshot) -> Option<Tileset> {
        self.find(name, snapshot).ok()
    }

    /// The tileset of this name, or why there is none.
    ///
    /// `a,b` has the layers of both, those of `a` below. A layer that both declare alike is there once; another one whose
    /// name is taken is called `b.name`. A composed tile keeps to the least of the budgets.
    pub fn find(&self, name: &str, snapshot: &Snapshot) -> Result<Tileset, NoTileset> {
        let parts: Vec<&str> = name.split(',').collect();
        if parts.len() > MOST_PARTS {
            return Err(NoTileset::Many(parts.len()));
        }
        let mut composed = self.part(parts[0], snapshot)?;
        for (i, part) in parts.iter().enumerate().skip(1) {
            if parts[..i].contains(part) {
                return Err(NoTileset::Twice((*part).into()));
            }
            composed.put_on_top(part, self.part(part, snapshot)?);
        }
        match composed.layers.len() {
            0..=MOST_LAYERS => Ok(composed),
            many => Err(NoTileset::Layers(many)),
        }
    }

    /// The name under which a collection's own tileset is found, also where a declared tileset has the id for its name.
    pub fn of_collection(id: &str) -> String {
        format!("{OF_COLLECTION}{id}")
    }

    /// The names of the declared tilesets.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The collections that they name and a catalog lacks, by id: a recipe may declare them.
    pub fn not_in(&self, catalog: &Catalog) -> BTreeSet<&str> {
        let named = self.0.values().flat_map(|tileset| &tileset.layers).flat_map(|layer| &layer.collections);
        named.map(String::as_str).filter(|id| !catalog.collections.contains_key(*id)).collect()
    }

    fn part(&self, name: &str, snapshot: &Snapshot) -> Result<Tileset, NoTileset> {
        if let Some(declared) = self.0.get(name) {
            return Ok(declared.clone());
        }
        let id = name.strip_prefix(OF_COLLECTION).unwrap_or(name);
        let collection = snapshot.shelf(id).ok_or_else(|| NoTileset::Unknown(name.into()))?.collection();
        let layer = Layer {
            collections: vec![collection.id.to_string()],
            min_zoom: collection.min_zoom,
            fields: collection.fields.iter().map(|field| field.name.clone()).collect(),
            describe: true,
            ..Layer::new(collection.id.as_str())
        };
        Ok(Tileset { title: collection.title.clone(), budget: MOST_BYTES, plain: false, layers: vec![layer] })
    }
}

impl Tileset {
    /// The collections it shows something of, by id.
    pub fn collections(&self, snapshot: &Snapshot) -> BTreeSet<CollectionId> {
        let shelves = self.layers.iter().flat_map(|layer| layer.shelves(snapshot));
        shelves.map(|shelf| shelf.collection().id.clone()).collect()
    }

    fn put_on_top(&mut self, name: &str, top: Self) {
        let both = |a: &str, b: &str| format!("{a} · {b}");
        self.title = Title { uk: both(&self.title.uk, &top.title.uk), en: both(&self.title.en, &top.title.en) };
        self.budget = self.budget.min(top.budget);
        // Each would have everything everywhere; all together have room for a tile.
        self.plain = false;
        for mut layer in top.layers {
            if self.layers.contains(&layer) {
                continue;
            }
            if self.layers.iter().any(|below| below.name == layer.name) {
                layer.name = format!("{name}.{}", layer.name);
            }
            self.layers.push(layer);
        }
    }

    fn check(&self, name: &str) -> Result<(), TilesetError> {
        let wrong = |problem: String| Err(TilesetError::Tileset { tileset: name.into(), problem });
        let spelled = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || !name.chars().all(spelled) {
            return wrong("a name is of lower-case letters a-z, digits and hyphens".into());
        }
        if name == BASE_MAP {
            return wrong("this is the name of the base map's tiles".into());
        }
        if !(LEAST_BYTES..=MOST_BYTES).contains(&self.budget) {
            return wrong(format!("`budget` is {LEAST_BYTES} to {MOST_BYTES} bytes, not {}", self.budget));
        }
        if self.layers.is_empty() || self.layers.len() > MOST_LAYERS {
            return wrong(format!("it has 1 to {MOST_LAYERS} layers, not {}", self.layers.len()));
        }
        if self.plain && self.layers.len() > 1 {
            return wrong(format!("`plain` is one layer, not {}", self.layers.len()));
        }
        for (i, layer) in self.layers.iter().enumerate() {
            let twice = self.layers[..i].iter().any(|other| other.name == layer.name);
            let problem = if twice { Some("a second layer of this name".into()) } else { layer.problem(self.plain) };
            if let Some(problem) = problem {
                return Err(TilesetError::Layer { tileset: name.into(), layer: layer.name.clone(), problem });
            }
        }
        Ok(())
    }
}

impl Layer {
    fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            collections: Vec::new(),
            thematic: None,
            sectors: Vec::new(),
            min_zoom: 0,
            max_zoom: max_zoom(),
            fields: Vec::new(),
            describe: false,
            label: false,
            cluster: None,
            buffer: buffer(),
            tolerance: tolerance(),
            tiny: Tiny::default(),
            merge_to_zoom: None,
            order: None,
            budget: None,
        }
    }

    /// The shelves whose features it shows, in the order of their ids.
    pub fn shelves<'a>(&self, snapshot: &'a Snapshot) -> Vec<&'a Shelf> {
        let Some(shape) = self.thematic else {
            return snapshot.shelves_of(self.collections.iter().map(String::as_str));
        };
        let within = |sector: &str| self.sectors.is_empty() || self.sectors.iter().any(|id| id == sector);
        let shown = |shelf: &&Shelf| shelf.collection().geometry == shape && shelf.sector().is_some_and(within);
        snapshot.shelves().filter(shown).collect()
    }

    /// The positions, in a collection, of the fields that are told.
    pub fn fields_of<'a>(&'a self, collection: &'a Collection) -> impl Iterator<Item = usize> + 'a {
        self.fields.iter().filter_map(|name| collection.field_index(name))
    }

    /// Whether it is drawn at a zoom.
    pub fn shows(&self, z: u8) -> bool {
        (self.min_zoom..=self.max_zoom).contains(&z)
    }

    /// Whether lines that say the same are one at a zoom.
    pub fn merges(&self, z: u8) -> bool {
        self.merge_to_zoom.is_some_and(|last| z <= last)
    }

    /// Bytes it may take.
    pub fn room(&self) -> usize {
        self.budget.unwrap_or(usize::MAX)
    }

    fn problem(&self, plain: bool) -> Option<String> {
        let deepest = tile_coord::MAX_ZOOM;
        if self.name.is_empty() || self.name == DROPPED || self.name.contains(',') {
            return Some(format!("a layer has a name without commas, and `{DROPPED}` tells what others lack"));
        }
        if self.collections.is_empty() == self.thematic.is_none() {
            return Some("it has either `collections` or `thematic`".into());
        }
        if !self.sectors.is_empty() && self.thematic.is_none() {
            return Some("`sectors` narrows `thematic`, which it has not".into());
        }
        if self.min_zoom > self.max_zoom || self.max_zoom > deepest {
            let (first, last) = (self.min_zoom, self.max_zoom);
            return Some(format!("zooms `{first}` to `{last}` are not a range within 0 to {deepest}"));
        }
        if self.buffer > MOST_BUFFER_UNITS {
            return Some(format!("`buffer` is at most {MOST_BUFFER_UNITS} units, not {}", self.buffer));
        }
        if self.tolerance > MOST_TOLERANCE_UNITS {
            return Some(format!("`tolerance` is at most {MOST_TOLERANCE_UNITS} units, not {}", self.tolerance));
        }
        if self.merge_to_zoom.is_some() && (self.describe || self.label) {
            return Some("lines with `describe` are never the same, and labels are no lines: nothing to merge".into());
        }
        if plain && (self.min_zoom, self.max_zoom) != (0, max_zoom()) {
            return Some("a `plain` tileset has every feature at every zoom: no `min_zoom`, no `max_zoom`".into());
        }
        let thins = self.budget.is_some() || self.tiny == Tiny::Drop;
        if plain && (thins || self.merge_to_zoom.is_some() || self.cluster.is_some()) {
            return Some(
                "a `plain` tileset has every feature: no clusters, no merging, no budget, none dropped".into(),
            );
        }
        if let Some(repeated) = self.fields.iter().enumerate().find(|(i, name)| self.fields[..*i].contains(name)) {
            return Some(format!("a second field `{}`", repeated.1));
        }
        let told = ["id", "collection", "sector", "kind", "icon", "rank"];
        let own = self.fields.iter().find(|field| told.contains(&field.as_str()));
        own.filter(|_| self.describe).map(|field| format!("`describe` tells `{field}` already"))
    }
}

fn most_bytes() -> usize {
    MOST_BYTES
}

fn max_zoom() -> u8 {
    tile_coord::MAX_ZOOM
}

fn buffer() -> u32 {
    MOST_BUFFER_UNITS
}

/// Half a pixel where a tile is 512 pixels wide.
fn tolerance() -> u32 {
    4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declared_tilesets_are_read() {
        let tilesets = Tilesets::read(include_str!("../../styles/tilesets.toml")).unwrap();
        let names: Vec<_> = tilesets.names().collect();
        assert_eq!(names, ["base", "budget", "city", "districts", "housing", "permits", "points", "transport"]);
    }

    #[test]
    fn what_contradicts_itself_is_refused_with_its_place_and_the_wrong_text() {
        let head = "[t]\ntitle = { uk = \"т\", en = \"t\" }\n";
        let layer = "[[t.layer]]\nname = \"a\"\nthematic = \"point\"\n";
        let refused = [
            (format!("{head}[[t.layer]]\nname = \"a\"\n"), "layer `a`: it has either"),
            (format!("{head}{layer}collections = [\"x\"]\n"), "layer `a`: it has either"),
            (format!("{head}{layer}{layer}"), "layer `a`: a second layer"),
            (format!("{head}{layer}min_zoom = 9\nmax_zoom = 8\n"), "zooms `9` to `8`"),
            (format!("{head}{layer}max_zoom = 23\n"), "zooms `0` to `23`"),
            (format!("{head}{layer}buffer = 65\n"), "not 65"),
            (format!("{head}{layer}tolerance = 17\n"), "not 17"),
            (format!("{head}{layer}merge_to_zoom = 9\ndescribe = true\n"), "nothing to merge"),
            (format!("{head}{layer}fields = [\"name\", \"name\"]\n"), "a second field `name`"),
            (format!("{head}{layer}fields = [\"rank\"]\ndescribe = true\n"), "tells `rank` already"),
            (format!("{head}{layer}").replace("\"a\"", "\"dropped\""), "tells what others lack"),
            (format!("{head}{layer}tiny = \"blow-up\"\n"), "blow-up"),
            (format!("{head}budget = 600000\n{layer}"), "not 600000"),
            (format!("{head}layer = []\n"), "not 0"),
            (format!("{head}plain = true\n{layer}{}", layer.replace("\"a\"", "\"b\"")), "`plain` is one layer, not 2"),
            (format!("{head}plain = true\n{layer}tiny = \"drop\"\n"), "every feature"),
            (format!("{head}plain = true\n{layer}min_zoom = 3\n"), "at every zoom"),
            (format!("{head}{layer}cluster = {{ to_zoom = 9, sum = [\"uah\", \"uah\"] }}\n"), "a second `uah`"),
            (format!("{head}{layer}").replace("[t]", "[base-map]").replace("[[t.", "[[base-map."), "the base map's"),
            (format!("{head}{layer}sector = \"x\"\n"), "sector"),
            (format!("{head}[[t.layer]]\nname = \"a\"\ncollections = [\"x\"]\nsectors = [\"y\"]\n"), "narrows"),
            (format!("{head}{layer}").replace("[t]", "[\"a,b\"]").replace("[[t.", "[[\"a,b\"."), "tileset `a,b`"),
            ("[t]\nlayers = 1".into(), "tilesets:"),
        ];
        for (text, said) in refused {
            let error = Tilesets::read(&text).unwrap_err().to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
        assert!(Tilesets::read(&format!("{head}{layer}")).is_ok());
    }
}
