//! A `Tileset` says which collections go into which tile layers, at which zooms, with which fields.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{ClusterRule, cluster};
use crate::{
    model::{Collection, CollectionId, GeometryKind, Title},
    snapshot::{Shelf, Snapshot},
};

/// The deepest zoom drawn; clients enlarge it beyond (4096 units of a z16 tile are 13 cm each at 48° N).
pub const MAX_ZOOM: u8 = 16;

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
    /// From which zoom it is drawn.
    #[serde(default)]
    pub min_zoom: u8,
    /// Properties taken from the collection's fields, where it has them.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Whether id, collection, sector, kind and rank are told.
    #[serde(default)]
    pub describe: bool,
    /// Whether a point inside stands for each shape.
    #[serde(default)]
    pub label: bool,
    /// How its points are gathered where they stand close; each is drawn on its own where it is not said.
    pub cluster: Option<ClusterRule>,
}

/// Why tilesets could not be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TilesetError {
    /// The text is not of the form.
    #[error("tilesets: {0}")]
    Form(String),
    /// A layer takes from nowhere, or from two places.
    #[error("tileset `{tileset}`, layer `{layer}`: it has either `collections` or `thematic`")]
    Source {
        /// Name of the tileset.
        tileset: String,
        /// Name of the layer.
        layer: String,
    },
    /// Two layers of one name cannot be told apart in a tile.
    #[error("tileset `{tileset}`: a second layer `{layer}`")]
    Twice {
        /// Name of the tileset.
        tileset: String,
        /// Name of the layer.
        layer: String,
    },
}

impl Tilesets {
    /// Reads the declarations from TOML.
    pub fn read(text: &str) -> Result<Self, TilesetError> {
        let tilesets: Self = toml::from_str(text).map_err(|error| TilesetError::Form(error.to_string()))?;
        for (name, tileset) in &tilesets.0 {
            for (i, layer) in tileset.layers.iter().enumerate() {
                let at = || (name.clone(), layer.name.clone());
                if layer.collections.is_empty() == layer.thematic.is_none() {
                    let (tileset, layer) = at();
                    return Err(TilesetError::Source { tileset, layer });
                }
                if tileset.layers[..i].iter().any(|other| other.name == layer.name) {
                    let (tileset, layer) = at();
                    return Err(TilesetError::Twice { tileset, layer });
                }
            }
        }
        let clustered = tilesets.0.values().flat_map(|tileset| &tileset.layers).filter(|layer| layer.cluster.is_some());
        if clustered.count() > cluster::MOST_LAYERS {
            return Err(TilesetError::Form(format!("more than {} layers with clusters", cluster::MOST_LAYERS)));
        }
        Ok(tilesets)
    }

    /// The tileset of this name: a declared one, or that of the collection with this id.
    pub fn get(&self, name: &str, snapshot: &Snapshot) -> Option<Tileset> {
        if let Some(declared) = self.0.get(name) {
            return Some(declared.clone());
        }
        let collection = snapshot.shelf(name)?.collection();
        let layer = Layer {
            name: collection.id.to_string(),
            collections: vec![collection.id.to_string()],
            thematic: None,
            min_zoom: collection.min_zoom,
            fields: collection.fields.iter().map(|field| field.name.clone()).collect(),
            describe: true,
            label: false,
            cluster: None,
        };
        Some(Tileset { title: collection.title.clone(), layers: vec![layer] })
    }

    /// The names of the declared tilesets.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl Tileset {
    /// The collections it shows something of, by id.
    pub fn collections(&self, snapshot: &Snapshot) -> BTreeSet<CollectionId> {
        let shelves = self.layers.iter().flat_map(|layer| layer.shelves(snapshot));
        shelves.map(|shelf| shelf.collection().id.clone()).collect()
    }
}

impl Layer {
    /// The shelves whose features it shows, in the order of their ids.
    pub fn shelves<'a>(&'a self, snapshot: &'a Snapshot) -> impl Iterator<Item = &'a Shelf> {
        snapshot.shelves().filter(|shelf| {
            let collection = shelf.collection();
            match self.thematic {
                Some(shape) => shelf.sector().is_some() && collection.geometry == shape,
                None => self.collections.iter().any(|id| id == collection.id.as_str()),
            }
        })
    }

    /// The positions, in a collection, of the fields that are told.
    pub fn fields_of<'a>(&'a self, collection: &'a Collection) -> impl Iterator<Item = usize> + 'a {
        self.fields.iter().filter_map(|name| collection.field_index(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declared_tilesets_are_read() {
        let tilesets = Tilesets::read(include_str!("../../styles/tilesets.toml")).unwrap();
        assert_eq!(tilesets.names().collect::<Vec<_>>(), ["base", "city"]);
    }

    #[test]
    fn a_layer_takes_from_one_place_and_has_its_own_name() {
        let head = "[t]\ntitle = { uk = \"т\", en = \"t\" }\n[[t.layer]]\nname = \"a\"\n";
        assert!(matches!(Tilesets::read(head), Err(TilesetError::Source { .. })));
        let both = format!("{head}thematic = \"point\"\ncollections = [\"x\"]\n");
        assert!(matches!(Tilesets::read(&both), Err(TilesetError::Source { .. })));
        let twice = format!("{head}thematic = \"point\"\n[[t.layer]]\nname = \"a\"\nthematic = \"line\"\n");
        assert!(matches!(Tilesets::read(&twice), Err(TilesetError::Twice { .. })));
        assert!(matches!(Tilesets::read("[t]\nlayers = 1"), Err(TilesetError::Form(_))));
    }
}
