//! A `Declaration` is a collection that a recipe brings with it, where the catalog has none.

use std::collections::BTreeSet;

use jiff::{Span, civil::Date};
use serde::Deserialize;

use crate::model::{
    Audience, Catalog, Chart, Choice, Collection, CollectionId, Field, FieldType, GeometryKind, TextFormat, Title,
    catalog::is_field_name, collection::OTHER_SERVICE_AREA,
};

/// `[declare]` of a recipe.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Declaration {
    title: Title,
    geometry: GeometryKind,
    service_area: Option<String>,
    /// It carries the map, and stands nowhere in the filter tree.
    #[serde(default)]
    base: bool,
    fields: Vec<DeclaredField>,
    #[serde(default)]
    kinds: Vec<DeclaredChoice>,
    author: Option<Title>,
    post: Option<Title>,
    licence: Option<String>,
    update_period: Option<String>,
    next_due: Option<toml::value::Datetime>,
    #[serde(default = "for_everybody")]
    audience: Audience,
    #[serde(default = "from_zoom_8")]
    min_zoom: u8,
    #[serde(default = "a_marker")]
    icon: String,
    #[serde(default = "of_middle_priority")]
    priority: u8,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclaredField {
    name: String,
    #[serde(rename = "type")]
    kind: FieldType,
    title: Title,
    unit: Option<String>,
    format: Option<TextFormat>,
    #[serde(default)]
    values: Vec<DeclaredChoice>,
    chart: Option<Chart>,
    #[serde(default)]
    adds_up: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclaredChoice {
    id: String,
    uk: String,
    en: String,
}

fn for_everybody() -> Audience {
    Audience::Public
}

fn from_zoom_8() -> u8 {
    8
}

fn a_marker() -> String {
    "marker".into()
}

fn of_middle_priority() -> u8 {
    50
}

impl Declaration {
    /// The collection with this id, or what is wrong with it.
    pub fn collection(&self, id: &CollectionId, catalog: &Catalog) -> Result<Collection, String> {
        let titles = [Some(&self.title), self.author.as_ref(), self.post.as_ref()];
        if titles.into_iter().flatten().any(Title::has_hole) {
            return Err("a title, author or post lacks a language".into());
        }
        if self.base && self.service_area.is_some() {
            return Err("what carries the map (base) is in no service area".into());
        }
        let service_area = self.service_area.as_deref().unwrap_or(OTHER_SERVICE_AREA);
        if service_area != OTHER_SERVICE_AREA && catalog.sector_of(service_area).is_none() {
            return Err(format!("the catalog has no service area `{service_area}`"));
        }
        if self.min_zoom > 16 || self.priority > 100 {
            return Err("min_zoom is at most 16 and priority at most 100".into());
        }
        if self.update_period.as_ref().is_some_and(|period| period.parse::<Span>().is_err()) {
            return Err("update_period is not an ISO 8601 duration".into());
        }
        let next_due = match &self.next_due {
            None => None,
            Some(due) => Some(due.to_string().parse::<Date>().map_err(|_| format!("next_due `{due}` is not a date"))?),
        };
        Ok(Collection {
            id: id.clone(),
            title: self.title.clone(),
            geometry: self.geometry,
            fields: self.fields()?,
            kinds: choices("kinds", &self.kinds)?,
            service_area: (!self.base).then(|| service_area.into()),
            author: self.author.clone(),
            post: self.post.clone(),
            licence: self.licence.clone(),
            update_period: self.update_period.clone(),
            next_due,
            audience: self.audience,
            min_zoom: self.min_zoom,
            icon: self.icon.clone(),
            priority: self.priority,
        })
    }

    fn fields(&self) -> Result<Vec<Field>, String> {
        if self.fields.is_empty() {
            return Err("fields is empty".into());
        }
        let mut seen = BTreeSet::new();
        let field = |declared: &DeclaredField| {
            let DeclaredField { name, kind, title, unit, format, values, chart, adds_up } = declared.clone();
            if !is_field_name(&name) {
                return Err(format!("`{name}` is no field name: lower snake case ASCII and no reserved word"));
            }
            if !seen.insert(name.clone()) {
                return Err(format!("field `{name}` stands twice"));
            }
            if title.has_hole() {
                return Err(format!("the title of field `{name}` lacks a language"));
            }
            if kind != FieldType::Text && (format.is_some() || !values.is_empty()) {
                return Err(format!("field `{name}` is no text: it has neither a format nor a list of values"));
            }
            let values = choices(&name, &values)?;
            let field = Field { name, kind, title, unit, format, values, chart, adds_up, unique: false };
            match field.flaw_of_plot() {
                None => Ok(field),
                Some(flaw) => Err(format!("field `{}`: {flaw}", field.name)),
            }
        };
        self.fields.iter().map(field).collect()
    }
}

fn choices(of: &str, declared: &[DeclaredChoice]) -> Result<Vec<Choice>, String> {
    let mut seen = BTreeSet::new();
    let choice = |DeclaredChoice { id, uk, en }: &DeclaredChoice| {
        if id.is_empty() || !id.is_ascii() {
            return Err(format!("{of}: `{id}` is not a word in ASCII"));
        }
        if !seen.insert(id.clone()) {
            return Err(format!("{of}: `{id}` stands twice"));
        }
        let title = Title { uk: uk.clone(), en: en.clone() };
        if title.has_hole() {
            return Err(format!("{of}: `{id}` lacks a language"));
        }
        Ok(Choice { id: id.clone(), title })
    };
    declared.iter().map(choice).collect()
}
