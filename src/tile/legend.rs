//! A `Legend` says what the tiles of a tileset hold: layers with fields and zooms, where they reach, whom to credit.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    model::{FieldType, GeometryKind, Title},
    snapshot::{Selection, Shelf, Snapshot, credits},
    space::{BBox, LonLat, WorldPoint},
};

use super::{
    Tileset, cluster, draw,
    tileset::{DROPPED, MAX_ZOOM},
};

/// How closely the middle of a tileset is looked at first, at most.
const CLOSEST_CENTER: u8 = 14;

/// What the tiles of a tileset hold.
#[derive(Debug, Clone)]
pub struct Legend {
    /// What people read.
    pub title: Title,
    /// What is in it, in words.
    pub description: String,
    /// The layers in the order in which they are drawn.
    pub vector_layers: Vec<VectorLayer>,
    /// Where its features are, degrees; `None` while there is none.
    pub bounds: Option<BBox>,
    /// The middle of that, and the zoom at which all of it fits on a small screen.
    pub center: Option<(LonLat, u8)>,
    /// Whom to credit.
    pub credits: Vec<String>,
    /// The same as HTML, which is how TileJSON and both archive formats have it.
    pub attribution: String,
    /// The deepest zoom that clients should ask for.
    pub max_zoom: u8,
}

/// A layer of vector tiles, as TileJSON 3.0 §3.3 has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VectorLayer {
    /// Its name in the tiles.
    pub id: String,
    /// What it shows, in words.
    pub description: String,
    /// From which zoom it is drawn.
    pub minzoom: u8,
    /// Down to which zoom it is drawn.
    pub maxzoom: u8,
    /// Each property with its type: `String`, `Number` or `Boolean`.
    pub fields: BTreeMap<String, &'static str>,
}

impl Legend {
    /// The legend of a tileset over the features of a snapshot, with the zooms of its layers in tiles of a selection.
    ///
    /// All else is of the whole: a style draws from all layers, and what is put beyond the bounds of a few objects later is to be
    /// asked for too.
    pub fn of(tileset: &Tileset, snapshot: &Snapshot, selection: &Selection) -> Self {
        let shelves = || tileset.layers.iter().flat_map(|layer| layer.shelves(snapshot));
        let bounds = shelves().filter_map(Shelf::bbox).reduce(BBox::union);
        let mut credits = credits(shelves());
        if credits.is_empty() && shelves().any(Shelf::is_demonstration) {
            credits.push("Демонстраційні дані / Demonstration data".into());
        }
        let mut titles: Vec<&str> = shelves().map(|shelf| shelf.collection().title.uk.as_str()).collect();
        titles.dedup();
        Self {
            title: tileset.title.clone(),
            description: listed(&titles),
            vector_layers: vector_layers(tileset, snapshot, selection),
            bounds,
            center: bounds.map(|bbox| center(&bbox)),
            attribution: credits.iter().map(|credit| html_text(credit)).collect::<Vec<_>>().join(" · "),
            credits,
            max_zoom: MAX_ZOOM,
        }
    }
}

fn vector_layers(tileset: &Tileset, snapshot: &Snapshot, selection: &Selection) -> Vec<VectorLayer> {
    let of = |layer: &super::tileset::Layer| {
        let mut fields = BTreeMap::new();
        if layer.describe {
            fields.extend(["id", "collection", "sector", "kind", "icon"].map(|name| (name.to_owned(), "String")));
            fields.insert("rank".into(), "Number");
        }
        let (mut titles, mut widest) = (Vec::new(), MAX_ZOOM);
        for shelf in layer.shelves(snapshot) {
            let collection = shelf.collection();
            titles.push(collection.title.uk.as_str());
            let waits = draw::waits(tileset, layer, selection);
            widest = widest.min(if waits { collection.min_zoom } else { 0 });
            for field in layer.fields_of(collection) {
                let field = &collection.fields[field];
                fields.insert(field.name.clone(), type_name(field.kind));
            }
        }
        if let Some(rule) = &layer.cluster {
            let shelves = layer.shelves(snapshot);
            let told = cluster::properties(rule, &shelves);
            fields.extend(told.into_iter().map(|(name, kind)| (name, type_name(kind))));
        }
        let maxzoom = layer.max_zoom.min(MAX_ZOOM);
        VectorLayer {
            id: layer.name.clone(),
            description: listed(&titles),
            minzoom: widest.max(layer.min_zoom).min(maxzoom),
            maxzoom,
            fields,
        }
    };
    let mut layers: Vec<VectorLayer> = tileset.layers.iter().map(of).collect();
    // The points of a plain tileset are all in it; a line may be too small to be seen.
    let points = |layer: &super::tileset::Layer| {
        layer.shelves(snapshot).iter().all(|shelf| shelf.collection().geometry == GeometryKind::Point)
    };
    if !(tileset.plain && tileset.layers.iter().all(points)) {
        let fields = [("layer", "String"), ("dropped", "Number"), ("tiny", "Number")];
        layers.push(VectorLayer {
            id: DROPPED.into(),
            description: "Скільки об’єктів не вмістилося в тайл / How many features found no room in the tile".into(),
            minzoom: 0,
            maxzoom: MAX_ZOOM,
            fields: fields.map(|(name, kind)| (name.to_owned(), kind)).into(),
        });
    }
    layers
}

/// The first titles of a list, which may be long.
fn listed(titles: &[&str]) -> String {
    const SHOWN: usize = 8;
    let mut list = titles.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    if titles.len() > SHOWN {
        list.push_str(", …");
    }
    list
}

/// The middle of a box, and the closest zoom at which two tiles of 512 pixels still hold all of it.
fn center(bbox: &BBox) -> (LonLat, u8) {
    let corner = |lon, lat| WorldPoint::of(LonLat::new(lon, lat).expect("the corner of a box is a place"));
    let (nw, se) = (corner(bbox.west, bbox.north), corner(bbox.east, bbox.south));
    let middle = WorldPoint { x: f64::midpoint(nw.x, se.x), y: f64::midpoint(nw.y, se.y) };
    let width = (se.x - nw.x).max(se.y - nw.y);
    let zoom = (0..=CLOSEST_CENTER).rev().find(|zoom| width * f64::from(1_u32 << zoom) <= 2.0).unwrap_or(0);
    // Seven places after the point are a centimetre, and all that a PMTiles header has room for.
    let rounded = |degrees: f64| (degrees * 1e7).round() / 1e7;
    let at = middle.lonlat();
    (LonLat::new(rounded(at.lon()), rounded(at.lat())).expect("a place near a place"), zoom)
}

/// The words of the TileJSON convention.
const fn type_name(kind: FieldType) -> &'static str {
    match kind {
        FieldType::Integer | FieldType::Number => "Number",
        FieldType::Boolean => "Boolean",
        FieldType::Text | FieldType::Date => "String",
    }
}

/// Text as HTML.
pub fn html_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
