//! An `Appearance` is the one style source in the colours and sizes of one palette: light, dark, high contrast, kiosk.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

/// What a source or a palette says wrongly.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppearanceError {
    /// The source is not JSON.
    #[error("the style source is not JSON: {0}")]
    Source(String),
    /// A palette is not as it should be.
    #[error("styles/{0}.toml: {1}")]
    Palette(String, String),
    /// A palette builds on one that is not there, or on itself.
    #[error("styles/{0}.toml: there is no palette `{1}` to build on")]
    Base(String, String),
    /// The source names a colour that the palette lacks.
    #[error("styles/{0}.toml has no colour `{1}`, which the style source names")]
    Missing(String, String),
    /// The palette has a colour that the source does not name.
    #[error("styles/{0}.toml has a colour `{1}`, which the style source does not name")]
    Unused(String, String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Palette {
    title: String,
    /// The palette that has what this one does not say.
    base: Option<String>,
    #[serde(default)]
    scale: Scale,
    #[serde(default)]
    colors: BTreeMap<String, String>,
}

/// How many times as large things are drawn as the source says.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Scale {
    text: f64,
    mark: f64,
    line: f64,
}

impl Default for Scale {
    fn default() -> Self {
        Self { text: 1.0, mark: 1.0, line: 1.0 }
    }
}

impl Scale {
    /// The factor of a property, where it is a size.
    fn of(self, property: &str) -> Option<f64> {
        let factor = match property {
            "text-size" | "text-halo-width" => self.text,
            "circle-radius" | "circle-stroke-width" | "icon-size" => self.mark,
            "line-width" => self.line,
            _ => return None,
        };
        (factor != 1.0).then_some(factor)
    }
}

/// Every palette's style, `(name, style)`, made of the source with its tokens `{colour}` and `{title}` filled in.
pub fn appearances(source: &str, palettes: &[(String, String)]) -> Result<Vec<(String, Value)>, AppearanceError> {
    let source: Value = serde_json::from_str(source).map_err(|error| AppearanceError::Source(error.to_string()))?;
    let mut read = BTreeMap::new();
    for (name, text) in palettes {
        let palette: Palette =
            toml::from_str(text).map_err(|error| AppearanceError::Palette(name.clone(), error.to_string()))?;
        read.insert(name.clone(), palette);
    }
    read.iter().map(|(name, palette)| Ok((name.clone(), appearance(&source, name, palette, &read)?))).collect()
}

fn appearance(
    source: &Value,
    name: &str,
    palette: &Palette,
    all: &BTreeMap<String, Palette>,
) -> Result<Value, AppearanceError> {
    let mut colors = BTreeMap::new();
    if let Some(base) = &palette.base {
        let found = all.get(base).filter(|found| found.base.is_none());
        let found = found.ok_or_else(|| AppearanceError::Base(name.into(), base.clone()))?;
        colors.extend(found.colors.iter().map(|(name, color)| (name.as_str(), color.as_str())));
    }
    colors.extend(palette.colors.iter().map(|(name, color)| (name.as_str(), color.as_str())));
    let mut filling = Filling { colors: &colors, named: BTreeSet::new(), missing: None };
    let mut style = source.clone();
    filling.fill(&mut style);
    if let Some(missing) = filling.missing {
        return Err(AppearanceError::Missing(name.into(), missing));
    }
    if let Some(unused) = colors.keys().find(|color| !filling.named.contains(**color)) {
        return Err(AppearanceError::Unused(name.into(), (*unused).to_owned()));
    }
    style["name"] = palette.title.as_str().into();
    enlarge(&mut style, palette.scale);
    Ok(style)
}

struct Filling<'a> {
    colors: &'a BTreeMap<&'a str, &'a str>,
    named: BTreeSet<String>,
    missing: Option<String>,
}

impl Filling<'_> {
    /// Puts colours where a whole text is a token. What the city fills in, and the title, are no colours of a palette.
    fn fill(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => {
                let Some(token) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else { return };
                if matches!(token, "title" | "sector-color" | "cluster-color") {
                    return;
                }
                match self.colors.get(token) {
                    Some(color) => {
                        self.named.insert(token.into());
                        *value = (*color).into();
                    }
                    None => self.missing = Some(token.into()),
                }
            }
            Value::Array(list) => list.iter_mut().for_each(|value| self.fill(value)),
            Value::Object(map) => map.values_mut().for_each(|value| self.fill(value)),
            _ => {}
        }
    }
}

fn enlarge(style: &mut Value, scale: Scale) {
    let Some(layers) = style["layers"].as_array_mut() else { return };
    for layer in layers {
        for group in ["layout", "paint"] {
            let Some(properties) = layer.get_mut(group).and_then(Value::as_object_mut) else { continue };
            for (name, value) in properties {
                if let Some(factor) = scale.of(name) {
                    multiply(value, factor);
                }
            }
        }
    }
}

/// Multiplies what an expression gives. `zoom` may stand only at the top, so it is the outputs that are multiplied.
fn multiply(expression: &mut Value, factor: f64) {
    // Where the outputs are: the first of them, and how far it is to the next.
    let (first, step) = match expression {
        Value::Number(number) => {
            let size = number.as_f64().unwrap_or_default() * factor;
            *expression = ((size * 100.0).round() / 100.0).into();
            return;
        }
        Value::Array(parts) => match parts.first().and_then(Value::as_str) {
            Some("interpolate") => (4, 2),
            Some("match") => (3, 2),
            Some("step" | "case") => (2, 2),
            _ => {
                *expression = serde_json::json!(["*", factor, expression]);
                return;
            }
        },
        _ => return,
    };
    let Some(parts) = expression.as_array_mut() else { return };
    let has_default = matches!(parts[0].as_str(), Some("match" | "case"));
    let last = parts.len() - 1;
    for (i, part) in parts.iter_mut().enumerate().skip(first) {
        if (i - first) % step == 0 || (has_default && i == last) {
            multiply(part, factor);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn made(source: &str, palettes: &[(&str, &str)]) -> Result<Vec<(String, Value)>, AppearanceError> {
        let palettes: Vec<_> = palettes.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect();
        appearances(source, &palettes)
    }

    #[test]
    fn a_palette_fills_in_its_colours_and_those_it_builds_on() {
        let source = r#"{"name":"{title}","layers":[{"paint":{"line-color":"{a}","fill-color":["x","{b}"],"text-color":"{sector-color}"}}]}"#;
        let light = ("light", "title = \"L\"\n[colors]\na = \"#000000\"\nb = \"#111111\"");
        let kiosk = ("kiosk", "title = \"K\"\nbase = \"light\"\n[colors]\nb = \"#222222\"");
        let styles = made(source, &[light, kiosk]).unwrap();
        let paint = json!({"line-color": "#000000", "fill-color": ["x", "#222222"], "text-color": "{sector-color}"});
        assert_eq!(styles[0], ("kiosk".into(), json!({"name": "K", "layers": [{"paint": paint}]})));
        assert_eq!(styles[1].1["layers"][0]["paint"]["fill-color"][1], "#111111");
    }

    #[test]
    fn what_a_palette_lacks_or_says_in_vain_is_named() {
        let source = r#"{"layers":[{"paint":{"line-color":"{a}"}}]}"#;
        let error = |palette: &str| made(source, &[("light", palette)]).unwrap_err();
        assert_eq!(error("title = \"L\""), AppearanceError::Missing("light".into(), "a".into()));
        let unused = error("title = \"L\"\n[colors]\na = \"#000\"\nb = \"#111\"");
        assert_eq!(unused, AppearanceError::Unused("light".into(), "b".into()));
        assert_eq!(error("title = \"L\"\nbase = \"light\""), AppearanceError::Base("light".into(), "light".into()));
        assert!(matches!(error("title = \"L\"\ncolours = 1"), AppearanceError::Palette(..)));
    }

    #[test]
    fn sizes_grow_in_the_outputs_of_expressions_and_nowhere_else() {
        let source = r#"{"layers":[{"layout":{"text-size":["interpolate",["linear"],["zoom"],8,["match",["get","kind"],"city",10,5],15,20],"text-padding":4},
            "paint":{"circle-radius":["step",["zoom"],3,14,5],"line-width":["get","w"]}}]}"#;
        let styles = made(source, &[("kiosk", "title = \"K\"\n[scale]\ntext = 1.5\nmark = 2\nline = 2")]).unwrap();
        let layer = &styles[0].1["layers"][0];
        let size =
            json!(["interpolate", ["linear"], ["zoom"], 8, ["match", ["get", "kind"], "city", 15.0, 7.5], 15, 30.0]);
        assert_eq!(layer["layout"], json!({"text-size": size, "text-padding": 4}));
        let radius = json!(["step", ["zoom"], 6.0, 14, 10.0]);
        assert_eq!(layer["paint"], json!({"circle-radius": radius, "line-width": ["*", 2.0, ["get", "w"]]}));
    }
}
