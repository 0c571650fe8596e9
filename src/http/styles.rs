//! `GET /styles/{style}.json`: the MapLibre styles, with the addresses, colours and base map of this city filled in.

use std::collections::BTreeMap;

use axum::{
    extract::{Path, RawQuery, State},
    http::HeaderMap,
    response::Response,
};
use serde_json::{Value, json};

use super::{Answering, Links, Params, Problem, answer, routes};
use crate::snapshot::Snapshot;

/// Stands in a style for the expression that gives each sector its colour.
const SECTOR_COLOR: &str = "{sector-color}";

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
    /// Another MapLibre style; the page puts the objects on top of it.
    Style {
        /// Address of the style.
        url: String,
    },
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
            Self::Own => None,
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

/// The styles that can be asked for, over one base map.
#[derive(Debug)]
pub struct Styles {
    templates: BTreeMap<String, Value>,
    base_map: BaseMap,
}

/// A style that is not JSON.
#[derive(Debug, thiserror::Error)]
#[error("the style `{name}` is not JSON: {source}")]
pub struct StylesError {
    name: String,
    source: serde_json::Error,
}

impl Styles {
    /// Takes the style templates, `(name, JSON text)`.
    pub fn new(templates: &[(String, String)], base_map: BaseMap) -> Result<Self, StylesError> {
        let templates = templates
            .iter()
            .map(|(name, text)| {
                let template =
                    serde_json::from_str(text).map_err(|source| StylesError { name: name.clone(), source })?;
                Ok((name.clone(), template))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { templates, base_map })
    }

    /// What is drawn under the objects.
    pub fn base_map(&self) -> &BaseMap {
        &self.base_map
    }

    fn style(&self, name: &str, snapshot: &Snapshot, links: &Links) -> Option<Value> {
        let mut style = self.templates.get(name)?.clone();
        self.lay_base(&mut style);
        fill(&mut style, &sector_colors(snapshot));
        for source in style["sources"].as_object_mut()?.values_mut() {
            if let Some(path) = source["url"].as_str().filter(|path| path.starts_with('/')) {
                source["url"] = links.to(path).into();
            }
        }
        style["metadata"]["mapa:demonstration"] = snapshot.is_demonstration().into();
        Some(style)
    }

    fn lay_base(&self, style: &mut Value) {
        let kind = match &self.base_map {
            BaseMap::Own => "own",
            BaseMap::Raster { .. } => "raster",
            BaseMap::Style { .. } => "style",
        };
        style["metadata"]["mapa:base-map"] = kind.into();
        if self.base_map == BaseMap::Own {
            return;
        }
        if let Some(layers) = style["layers"].as_array_mut() {
            layers.retain(|layer| layer["source"] != OWN_BASE);
        }
        if let Some(sources) = style["sources"].as_object_mut() {
            sources.remove(OWN_BASE);
        }
        match &self.base_map {
            BaseMap::Own => {}
            BaseMap::Style { url } => style["metadata"]["mapa:base-style"] = url.as_str().into(),
            BaseMap::Raster { url, attribution } => {
                style["sources"]["raster"] = json!({ "type": "raster", "tiles": [url], "tileSize": 256, "maxzoom": 19, "attribution": attribution });
                if let Some(layers) = style["layers"].as_array_mut() {
                    let above_ground = layers.iter().take_while(|layer| layer["type"] == "background").count();
                    layers.insert(above_ground, json!({ "id": "raster", "type": "raster", "source": "raster" }));
                }
            }
        }
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
    expression.push(json!("#666666"));
    Value::Array(expression)
}

fn fill(value: &mut Value, colors: &Value) {
    match value {
        Value::String(text) if text == SECTOR_COLOR => *value = colors.clone(),
        Value::Array(list) => list.iter_mut().for_each(|value| fill(value, colors)),
        Value::Object(map) => map.values_mut().for_each(|value| fill(value, colors)),
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
        let styles = Styles::new(&[("light".into(), template.into())], raster).unwrap();
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
