//! A `Rule` of a recipe says what a value may be beyond its type: in a range, of a pattern, once only, not before another.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

use jiff::civil::Date;
use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use toml::Spanned;
use xxhash_rust::xxh3::xxh3_128;

use super::{Reason, recipe::FieldSource};
use crate::model::{Collection, Field, FieldType, Value};

/// The largest compiled pattern, in bytes.
const MAX_PATTERN_BYTES: usize = 1 << 20;

/// One end of a range, as it is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged, expecting = "a number, or a day in quotes as in \"1990-01-01\"")]
pub(super) enum Edge {
    Number(f64),
    Day(String),
}

/// What a value lies in, both ends included.
#[derive(Debug, Clone, Copy)]
enum Within {
    Numbers([f64; 2]),
    Days([Date; 2]),
}

impl Within {
    /// The range of a field of this type, or what is wrong with it.
    fn of(kind: FieldType, edges: &[Edge; 2]) -> Result<Self, &'static str> {
        match (kind, edges) {
            (FieldType::Integer | FieldType::Number, [Edge::Number(least), Edge::Number(most)]) => {
                let is_range = least.is_finite() && most.is_finite() && least <= most;
                is_range.then_some(Self::Numbers([*least, *most])).ok_or("the least and the most, in this order")
            }
            (FieldType::Integer | FieldType::Number, _) => Err("the range of numbers is two numbers"),
            (FieldType::Date, [Edge::Day(first), Edge::Day(last)]) => match (day(first), day(last)) {
                (Some(first), Some(last)) if first <= last => Ok(Self::Days([first, last])),
                (Some(_), Some(_)) => Err("the first and the last day, in this order"),
                _ => Err("a day is written as in \"1990-01-01\""),
            },
            (FieldType::Date, _) => Err("the range of days is two days as in [\"1990-01-01\", \"2030-12-31\"]"),
            _ => Err("only numbers and days have a range"),
        }
    }

    /// What is wrong with a value.
    fn refuse(&self, value: &Value) -> Option<String> {
        match (self, value) {
            (Self::Numbers(_), Value::Integer(number)) => self.refuse(&Value::Number(*number as f64)),
            (Self::Numbers([least, most]), Value::Number(number)) => {
                (!(least..=most).contains(&number)).then(|| format!("{number} is not between {least} and {most}"))
            }
            (Self::Days([first, last]), Value::Date(day)) => {
                (!(first..=last).contains(&day)).then(|| format!("{day} is not between {first} and {last}"))
            }
            _ => None,
        }
    }
}

/// A day of the one spelling (ISO 8601).
fn day(text: &str) -> Option<Date> {
    text.parse().ok().filter(|day: &Date| day.to_string() == text)
}

/// The rules of one field of one import.
#[derive(Debug, Default)]
pub(super) struct Rules {
    range: Option<Within>,
    pattern: Option<Regex>,
    /// Place in the collection of the day that this one may not be before, and its name.
    after: Option<(usize, String)>,
    /// The row of every value so far, by its 128-bit hash, where each may stand once; it grows with the source.
    once: Option<HashMap<u128, u64>>,
}

impl Rules {
    /// The rules of a field; the recipe has been checked against the collection.
    pub fn of(source: &FieldSource, field: &Field, collection: &Collection) -> Self {
        Self {
            range: source.range.as_ref().and_then(|range| Within::of(field.kind, range.get_ref()).ok()),
            pattern: source.pattern.as_ref().and_then(|pattern| whole(pattern.get_ref()).ok()),
            after: source.after.as_ref().and_then(|after| {
                let index = collection.field_index(after.get_ref())?;
                Some((index, after.get_ref().clone()))
            }),
            once: source.unique.as_ref().is_some_and(|unique| *unique.get_ref()).then(HashMap::new),
        }
    }

    /// What is wrong with a value by itself; the unknown breaks no rule.
    pub fn refuse(&self, value: &Value) -> Option<(Reason, String)> {
        if let Some(problem) = self.range.as_ref().and_then(|range| range.refuse(value)) {
            return Some((Reason::OutOfRange, problem));
        }
        if let (Some(pattern), Some(text)) = (&self.pattern, value.as_text())
            && !pattern.is_match(text)
        {
            return Some((Reason::BadPattern, format!("it is not of the pattern {}", pattern.as_str())));
        }
        let row = self.once.as_ref()?.get(&hash(value)?)?;
        Some((Reason::RepeatedValue, format!("row {row} has the same")))
    }

    /// What is wrong with a value beside the others of its row.
    pub fn refuse_beside(&self, value: &Value, all: &[Value]) -> Option<(Reason, String)> {
        let (index, name) = self.after.as_ref()?;
        match (value, &all[*index]) {
            (Value::Date(day), Value::Date(before)) if day < before => {
                Some((Reason::WrongOrder, format!("{day} is before {before} of `{name}`")))
            }
            _ => None,
        }
    }

    /// Remembers a value of a row that became a feature.
    pub fn remember(&mut self, value: &Value, row: u64) {
        if let (Some(rows), Some(hash)) = (&mut self.once, hash(value)) {
            rows.insert(hash, row);
        }
    }
}

fn hash(value: &Value) -> Option<u128> {
    if value.is_unknown() {
        return None;
    }
    // The values of one field are of one type, so that their texts tell them apart, and only two texts mean the same number.
    let value = if *value == Value::Number(0.0) { &Value::Number(0.0) } else { value };
    serde_json::to_string(value).ok().map(|text| xxh3_128(text.as_bytes()))
}

/// The pattern, which the whole text has to match.
fn whole(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&format!("^(?:{pattern})$")).size_limit(MAX_PATTERN_BYTES).build()
}

/// What is wrong with the rules of a field, and where the recipe says it.
pub(super) fn flaw(
    field: &Field,
    source: &FieldSource,
    fields: &BTreeMap<String, Spanned<FieldSource>>,
    collection: &Collection,
) -> Option<(Range<usize>, String)> {
    if let Some(range) = &source.range
        && let Err(problem) = Within::of(field.kind, range.get_ref())
    {
        return Some((range.span(), problem.into()));
    }
    if let Some(pattern) = &source.pattern {
        if field.kind != FieldType::Text || !field.values.is_empty() {
            return Some((pattern.span(), "only a text without a list of values has a pattern".into()));
        }
        if let Err(error) = whole(pattern.get_ref()) {
            let why = error.to_string();
            let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ");
            return Some((pattern.span(), format!("no regular expression: {why}")));
        }
    }
    if let Some(after) = &source.after {
        let other = collection.field_index(after.get_ref()).map(|i| &collection.fields[i]);
        let is_day = |field: &Field| field.kind == FieldType::Date;
        let is_filled = fields.contains_key(after.get_ref()) && *after.get_ref() != field.name;
        if !is_day(field) || !other.is_some_and(is_day) || !is_filled {
            return Some((after.span(), "a day has to come after another day that the recipe fills".into()));
        }
    }
    for (written, meant) in &source.synonyms {
        if !field.values.iter().any(|choice| choice.id == *meant.get_ref()) {
            let problem = format!("`{written}`: the field has no value `{}`", meant.get_ref());
            return Some((meant.span(), problem));
        }
    }
    None
}
