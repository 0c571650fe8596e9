//! `Demands` are what a recipe wants of a feature beyond its type, kept with the features so that an edit is held to them too.

use std::{collections::BTreeMap, ops::Not};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use toml::Spanned;

use super::{
    Reason, Recipe,
    outcome::Objection,
    recipe::FieldSource,
    refine::{listed, outside},
    rules::{Edge, Rules},
};
use crate::{
    model::{Collection, Feature, Field, Photo, TextFormat, Value},
    space::BBox,
};

/// What a recipe wants of a feature: bounds, and rules by field. That a value stands once the store itself
/// [holds](Field::unique).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Demands {
    /// West, south, east, north, degrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bounds: Option<[f64; 4]>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<String, Demand>,
}

/// What a recipe wants of one field.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Demand {
    #[serde(default, skip_serializing_if = "Not::not")]
    required: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    range: Option<[Edge; 2]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pattern: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

impl Demands {
    /// The demands of a recipe.
    pub fn of(recipe: &Recipe) -> Self {
        let demand = |source: &FieldSource| Demand {
            required: source.required,
            range: source.range.as_ref().map(|range| range.get_ref().clone()),
            pattern: source.pattern.as_ref().map(|pattern| pattern.get_ref().clone()),
            after: source.after.as_ref().map(|after| after.get_ref().clone()),
        };
        Self {
            bounds: recipe.geometry.bounds.map(BBox::to_array),
            fields: recipe.fields.iter().map(|(name, source)| (name.clone(), demand(source.get_ref()))).collect(),
        }
    }

    /// Somebody who holds features of a collection to this.
    pub fn inspector<'a>(&self, of: &'a Collection) -> Inspector<'a> {
        let spanned = |text: &String| Spanned::new(0..0, text.clone());
        let fields = of.fields.iter().map(|field| {
            let Some(demand) = self.fields.get(&field.name) else { return (field, false, Rules::default()) };
            let source = FieldSource {
                range: demand.range.as_ref().map(|range| Spanned::new(0..0, range.clone())),
                pattern: demand.pattern.as_ref().map(spanned),
                after: demand.after.as_ref().map(spanned),
                ..FieldSource::default()
            };
            (field, demand.required, Rules::of(&source, field, of))
        });
        let bounds = self.bounds.map(|[west, south, east, north]| BBox { west, south, east, north });
        Inspector { bounds, fields: fields.collect() }
    }
}

/// Holds features that no import made to what one would want of them.
#[derive(Debug)]
pub struct Inspector<'a> {
    bounds: Option<BBox>,
    /// Each field, whether it is required, and its rules.
    fields: Vec<(&'a Field, bool, Rules)>,
}

impl Inspector<'_> {
    /// What is wrong with a feature; columns have the names of the fields.
    pub fn objection(&self, feature: &Feature) -> Option<Objection> {
        if let Some(objection) = self.bounds.as_ref().and_then(|bounds| outside(bounds, &feature.geometry)) {
            return Some(objection);
        }
        self.fields.iter().zip(&feature.values).find_map(|((field, required, rules), value)| {
            let refused = |reason, detail| {
                let text = match serde_json::json!(value) {
                    Json::Null => String::new(),
                    Json::String(text) => text,
                    other => other.to_string(),
                };
                Objection::to_column(&field.name, &text, reason, detail)
            };
            if *required && value.is_unknown() {
                return Some(refused(Reason::MissingValue, "it is required".into()));
            }
            if let Value::Text(text) = value
                && !field.values.is_empty()
                && !field.values.iter().any(|choice| choice.id == **text)
            {
                return Some(refused(Reason::UnknownValue, format!("not one of {}", listed(&field.values))));
            }
            if let (Some(TextFormat::Photos), Some(text)) = (field.format, value.as_text())
                && let Some(other) = Photo::first_that_is_none(text)
            {
                let detail = format!("`{other}` is no name of a photo: names, a space between two");
                return Some(refused(Reason::BadPhoto, detail));
            }
            let wrong = rules.refuse(value).or_else(|| rules.refuse_beside(value, &feature.values));
            wrong.map(|(reason, detail)| refused(reason, detail))
        })
    }
}
