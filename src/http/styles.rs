//! `GET /styles/{style}.json`: the MapLibre styles, with the addresses, colours and base map of this city filled in.

use std::collections::BTreeMap;

use axum::{
    extract::{Path, RawQuery, State},
    http::HeaderMap,
    response::Response,
};
use serde_json::{Value, json};

use super::{Answering, Links, Params, Problem, answer, base_layers::Scheme, base_tiles, routes};
use crate::{
    snapshot::Snapshot,
    style::{Fonts, Sprites},
};

/// Stands in a style for the expression that gives each sector its colour.
const SECTOR_COLOR: &str = "{sector-color}";

/// Stands in a style for the expression that gives a cluster the colour of the sector of most that it stands for.
const CLUSTER_COLOR: &str = "{cluster-color}";

/// What has no sector, or many.
const OTHER_COLOR: &str = "#666666";

/// The source of our own base map in a style.
const OWN_BASE: &str = "base";

/// What is drawn under the objects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum BaseMap {
    /// The city's own streets, waters and districts.
    #[default]
    Own,
    /// Pictures from an address with `{z}`, `{x}`, `{y}`, crediting whoever made them.
    Raster {
        /// Address template.
        url: String,
        /// Whom to credit.
        attribution: String,
    },
    /// Tiles of an archive, served beside ours.
    Tiles(Laid),
    /// Another MapLibre style; the page puts the objects on top of it.
    Style {
        /// Address of the style.
        url: String,
    },
}

/// How the tiles of an archive are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Laid {
    /// As pictures in the place of our base map.
    Pictures,
    /// In our colours, by layers that are known.
    Vector(Scheme),
    /// Not at all: their layers are not known. They are served, and the base map stays ours.
    Hidden,
}

impl BaseMap {
    /// Reads the setting: `none`, the address of a style, or a template of raster tiles.
    pub fn read(setting: &str, attribution: Option<&str>) -> Result<Self, String> {
        let url = || setting.to_owned();
        if setting == "none" {
            return Ok(Self::Own);
        }
        if origin(setting).is_none() {
            return Err(format!(
                "`{setting}` is no base map: `none`, or an address that begins with http:// or https://"
            ));
        }
        if !setting.contains("{z}") {
            return Ok(Self::Style { url: url() });
        }
        // A map without its credit breaks the licence of most of them: OSM's own tiles are credited by default.
        let osm = "© OpenStreetMap contributors";
        match attribution {
            Some(credit) => Ok(Self::Raster { url: url(), attribution: credit.into() }),
            None if setting.contains("openstreetmap.org") => Ok(Self::Raster { url: url(), attribution: osm.into() }),
            None => Err(format!("the base map `{setting}` needs an attribution: whom the map credits")),
        }
    }

    /// `https://host` of the base map, which the page may then fetch from.
    pub fn origin(&self) -> Option<String> {
        match self {
            Self::Own | Self::Tiles(_) => None,
            Self::Raster { url, .. } | Self::Style { url } => origin(url),
        }
    }
}

fn origin(url: &str) -> Option<String> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next()?;
    let is_host = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c));
    is_host.then(|| url[..url.len() - rest.len() + host.len()].to_owned())
}

/// The styles that can be asked for, over one base map, and what they are drawn with.
#[derive(Debug)]
pub struct Styles {
    templates: BTreeMap<String, Value>,
    base_map: BaseMap,
    fonts: Fonts,
    sprites: Sprites,
}

impl Styles {
    /// Takes the styles, `(name, style)`, that have their palette's colours already.
    pub fn new(
        templates: impl IntoIterator<Item = (String, Value)>,
        base_map: BaseMap,
        fonts: Fonts,
        sprites: Sprites,
    ) -> Self {
        Self { templates: templates.into_iter().collect(), base_map, fonts, sprites }
    }

    /// What is drawn under the objects.
    pub fn base_map(&self) -> &BaseMap {
        &self.base_map
    }

    /// What names are written with.
    pub fn fonts(&self) -> &Fonts {
        &self.fonts
    }

    /// What objects are marked with.
    pub fn sprites(&self) -> &Sprites {
        &self.sprites
    }

    fn style(&self, name: &str, snapshot: &Snapshot, links: &Links) -> Option<Value> {
        let mut style = self.templates.get(name)?.clone();
        self.lay_base(&mut style);
        fill(&mut style, SECTOR_COLOR, &sector_colors(snapshot));
        fill(&mut style, CLUSTER_COLOR, &cluster_colors(snapshot));
        for source in style["sources"].as_object_mut()?.values_mut() {
            if let Some(path) = source["url"].as_str().filter(|path| path.starts_with('/')) {
                source["url"] = links.to(path).into();
            }
        }
        self.equip(&mut style, links)?;
        style["metadata"]["mapa:demonstration"] = snapshot.is_demonstration().into();
        Some(style)
    }

    /// Says where glyphs and icons are, by names that change with them; a program without them says nothing, and clients
    /// write with fonts of their own.
    fn equip(&self, style: &mut Value, links: &Links) -> Option<()> {
        let style = style.as_object_mut()?;
        for (member, version) in [
            ("glyphs", (!self.fonts.is_empty()).then(|| format!("?v={}", self.fonts.version()))),
            ("sprite", (!self.sprites.is_empty()).then(|| format!("-{}", self.sprites.version()))),
        ] {
            match (style.get_mut(member), version) {
                (Some(address), Some(version)) => *address = (links.to(address.as_str()?) + &version).into(),
                _ => drop(style.shift_remove(member)),
            }
        }
        if !style.contains_key("sprite") {
            style["layers"].as_array_mut()?.retain(|layer| layer["layout"]["icon-image"].is_null());
        }
        Some(())
    }

    fn lay_base(&self, style: &mut Value) {
        let kind = match &self.base_map {
            BaseMap::Own | BaseMap::Tiles(Laid::Hidden) => "own",
            BaseMap::Raster { .. } => "raster",
            BaseMap::Tiles(_) => "tiles",
            BaseMap::Style { .. } => "style",
        };
        style["metadata"]["mapa:base-map"] = kind.into();
        match &self.base_map {
            BaseMap::Own | BaseMap::Tiles(Laid::Hidden) => return,
            BaseMap::Tiles(Laid::Vector(scheme)) => {
                let url = format!("/tiles/{}.json", base_tiles::NAME);
                style["sources"][base_tiles::NAME] = json!({ "type": "vector", "url": url });
                return scheme.redraw(style, OWN_BASE);
            }
            _ => {}
        }
        if let Some(layers) = style["layers"].as_array_mut() {
            layers.retain(|layer| layer["source"] != OWN_BASE);
        }
        if let Some(sources) = style["sources"].as_object_mut() {
            sources.remove(OWN_BASE);
        }
        match &self.base_map {
            BaseMap::Own | BaseMap::Tiles(Laid::Hidden | Laid::Vector(_)) => {}
            BaseMap::Tiles(Laid::Pictures) => {
                let url = format!("/tiles/{}.json", base_tiles::NAME);
                lay_pictures(style, json!({ "type": "raster", "url": url, "tileSize": 256 }), base_tiles::NAME);
            }
            BaseMap::Style { url } => style["metadata"]["mapa:base-style"] = url.as_str().into(),
            BaseMap::Raster { url, attribution } => {
                let source = json!({ "type": "raster", "tiles": [url], "tileSize": 256, "maxzoom": 19, "attribution": attribution });
                lay_pictures(style, source, "raster");
            }
        }
    }
}

/// Draws pictures above the ground and below everything else.
fn lay_pictures(style: &mut Value, source: Value, name: &str) {
    style["sources"][name] = source;
    if let Some(layers) = style["layers"].as_array_mut() {
        let above_ground = layers.iter().take_while(|layer| layer["type"] == "background").count();
        layers.insert(above_ground, json!({ "id": name, "type": "raster", "source": name }));
    }
}

/// One style.
pub async fn get(
    State(city): State<Answering>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &routes::STYLE)?;
    let name = file.strip_suffix(".json").unwrap_or_default();
    let style = city.shown.styles.style(name, &city.snapshot(), &city.links(&asked));
    match style {
        Some(style) => answer::json(&asked, "application/json", &style),
        None => Err(Problem::NotFound(format!("there is no style `/styles/{file}`"))),
    }
}

/// `["match", ["get", "sector"], "education", "#1860d8", …, other]`.
fn sector_colors(snapshot: &Snapshot) -> Value {
    let mut expression = vec![json!("match"), json!(["get", "sector"])];
    for sector in snapshot.sectors() {
        expression.push(json!(sector.id));
        expression.push(json!(sector.color));
    }
    expression.push(json!(OTHER_COLOR));
    Value::Array(expression)
}

/// `["case", [">", ["*", 2, ["coalesce", ["get", "count_education"], 0]], ["get", "point_count"]], "#1860d8", …, other]`.
fn cluster_colors(snapshot: &Snapshot) -> Value {
    let mut expression = vec![json!("case")];
    for sector in snapshot.sectors() {
        let count = json!(["coalesce", ["get", format!("count_{}", sector.id)], 0]);
        expression.push(json!([">", ["*", 2, count], ["get", "point_count"]]));
        expression.push(json!(sector.color));
    }
    // A city without sectors: `case` wants one branch at least.
    if expression.len() == 1 {
        return json!(OTHER_COLOR);
    }
    expression.push(json!(OTHER_COLOR));
    Value::Array(expression)
}

fn fill(value: &mut Value, token: &str, colors: &Value) {
    match value {
        Value::String(text) if text == token => *value = colors.clone(),
        Value::Array(list) => list.iter_mut().for_each(|value| fill(value, token, colors)),
        Value::Object(map) => map.values_mut().for_each(|value| fill(value, token, colors)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_of_the_base_map_is_understood_or_refused() {
        assert_eq!(BaseMap::read("none", None), Ok(BaseMap::Own));
        let style = BaseMap::read("https://tiles.example/style.json", None).unwrap();
        assert_eq!(style.origin().as_deref(), Some("https://tiles.example"));
        let raster = BaseMap::read("https://tile.example:8443/{z}/{x}/{y}.png", Some("© them")).unwrap();
        assert_eq!(raster.origin().as_deref(), Some("https://tile.example:8443"));
        for wrong in ["", "styles.json", "javascript:alert(1)", "https://", "https://a b/{z}", "https://x;script-src/"]
        {
            assert!(BaseMap::read(wrong, Some("©")).is_err(), "{wrong}");
        }
        assert!(BaseMap::read("https://tile.example/{z}/{x}/{y}.png", None).is_err());
    }

    #[test]
    fn a_raster_base_takes_the_place_of_our_own() {
        let template = r#"{"version":8,"sources":{"base":{"type":"vector","url":"/tiles/base.json"},"city":{"type":"vector","url":"/tiles/city.json"}},
            "layers":[{"id":"ground","type":"background"},{"id":"streets","type":"line","source":"base"},
                      {"id":"objects","type":"circle","source":"city","paint":{"circle-color":"{sector-color}"}}]}"#;
        let raster = BaseMap::read("https://tile.openstreetmap.org/{z}/{x}/{y}.png", None).unwrap();
        let template = ("light".to_owned(), serde_json::from_str(template).unwrap());
        let styles = Styles::new([template], raster, Fonts::default(), Sprites::default());
        let catalog =
            crate::model::Catalog { sectors: vec![], collections: BTreeMap::default(), fields: BTreeMap::default() };
        let snapshot = Snapshot::empty(&catalog, crate::model::Audience::Public);
        let links = Links::new(Some("https://map.example"), &HeaderMap::new());
        let style = styles.style("light", &snapshot, &links).unwrap();
        let ids: Vec<_> = style["layers"].as_array().unwrap().iter().map(|layer| &layer["id"]).collect();
        assert_eq!(ids, ["ground", "raster", "objects"]);
        assert_eq!(style["sources"]["raster"]["attribution"], "© OpenStreetMap contributors");
        assert_eq!(style["sources"]["city"]["url"], "https://map.example/tiles/city.json");
        assert!(style["sources"].get("base").is_none());
    }
}
