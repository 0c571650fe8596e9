//! `About` is what an archive says of itself: whose it is, where it reaches, what its tiles are.

use serde_json::{Map, Value, json};

use crate::space::{BBox, LonLat, TileCoord, tile_coord::MAX_ZOOM};

/// What an archive says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    /// What people read.
    pub name: Option<String>,
    /// More of it.
    pub description: Option<String>,
    /// Whom to credit, as HTML, which is how both formats have it.
    pub attribution: Option<String>,
    /// Which state of the data it is.
    pub version: Option<String>,
    /// Where there are tiles, degrees; `None` where nothing is said.
    pub bounds: Option<BBox>,
    /// Where to look first, at which zoom.
    pub center: Option<(LonLat, u8)>,
    /// The widest zoom that has tiles.
    pub min_zoom: u8,
    /// The closest zoom that has tiles, at least [`About::min_zoom`].
    pub max_zoom: u8,
    /// What the tiles are.
    pub content: Content,
    /// The layers of vector tiles, as TileJSON 3.0 §3.3 has them; none for pictures.
    pub vector_layers: Vec<Value>,
}

/// What the tiles of an archive are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Mapbox Vector Tiles.
    Mvt,
    /// MapLibre Tiles.
    Mlt,
    /// Pictures.
    Png,
    /// Pictures.
    Jpeg,
    /// Pictures.
    Webp,
    /// Pictures.
    Avif,
}

/// How tiles are packed in an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// As they are.
    None,
    /// RFC 1952.
    Gzip,
}

impl Content {
    /// The ending in addresses.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Mvt => "mvt",
            Self::Mlt => "mlt",
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Webp => "webp",
            Self::Avif => "avif",
        }
    }

    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Mvt => "application/vnd.mapbox-vector-tile",
            Self::Mlt => "application/vnd.maplibre-tile",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Avif => "image/avif",
        }
    }

    /// Whether the tiles have layers and not pixels.
    pub const fn is_vector(self) -> bool {
        matches!(self, Self::Mvt | Self::Mlt)
    }
}

impl About {
    /// Nothing but the content and the zooms; turned round and cut to what can be asked for where they make no range.
    pub fn new(content: Content, min_zoom: u8, max_zoom: u8) -> Self {
        let (least, most) = (min_zoom.min(max_zoom).min(MAX_ZOOM), max_zoom.max(min_zoom).min(MAX_ZOOM));
        Self {
            name: None,
            description: None,
            attribution: None,
            version: None,
            bounds: None,
            center: None,
            min_zoom: least,
            max_zoom: most,
            content,
            vector_layers: Vec::new(),
        }
    }

    /// Takes what metadata say in words: a JSON object of PMTiles, or the rows of MBTiles.
    pub fn take_words(&mut self, said: &Map<String, Value>) {
        let text = |key: &str| said.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(String::from);
        self.name = text("name");
        self.description = text("description");
        self.attribution = text("attribution");
        self.version = text("version");
        let layers = said.get("vector_layers").and_then(Value::as_array).filter(|_| self.content.is_vector());
        self.vector_layers = layers.map(|layers| layers.iter().filter_map(layer).collect()).unwrap_or_default();
    }

    /// What is said in words, as JSON.
    pub fn words(&self) -> Map<String, Value> {
        let texts = [
            ("name", &self.name),
            ("description", &self.description),
            ("attribution", &self.attribution),
            ("version", &self.version),
        ];
        let mut words: Map<String, Value> =
            texts.into_iter().filter_map(|(key, text)| Some((key.into(), text.as_deref()?.into()))).collect();
        if self.content.is_vector() {
            words.insert("vector_layers".into(), self.vector_layers.clone().into());
        }
        words
    }

    /// Whether there can be such a tile.
    pub fn has_zoom_of(&self, coord: TileCoord) -> bool {
        (self.min_zoom..=self.max_zoom).contains(&coord.z())
    }
}

/// A layer as TileJSON wants it: `id` and `fields`, whose values are words, are always there.
fn layer(said: &Value) -> Option<Value> {
    let id = said.get("id")?.as_str()?;
    let mut fields = Map::new();
    for (name, kind) in said.get("fields").and_then(Value::as_object).into_iter().flatten() {
        fields.insert(name.clone(), kind.as_str().unwrap_or_default().into());
    }
    let mut layer = json!({ "id": id, "fields": fields });
    if let Some(description) = said.get("description").and_then(Value::as_str) {
        layer["description"] = description.into();
    }
    for key in ["minzoom", "maxzoom"] {
        if let Some(zoom) = said.get(key).and_then(Value::as_u64).filter(|zoom| *zoom <= 30) {
            layer[key] = zoom.into();
        }
    }
    Some(layer)
}

/// A box from four numbers in degrees, west, south, east, north; `None` where they make no box on Earth.
pub fn bounds(numbers: [f64; 4]) -> Option<BBox> {
    let [west, south, east, north] = numbers;
    let (sw, ne) = (LonLat::new(west, south).ok()?, LonLat::new(east, north).ok()?);
    (west <= east && south <= north).then(|| BBox::of_point(sw).union(BBox::of_point(ne)))
}
