//! The values of an object are told field by field: what hangs together first, then each by its name, format and type.

use std::collections::BTreeMap;

use super::{
    days,
    dice::Dice,
    facts::{Facts, ValueFact},
    measures, permits, subject,
    subject::Subject,
    works,
};
use crate::model::{Field, FieldType, TextFormat, Value};

/// The share of objects of which a field is not known, where the facts do not say.
const UNKNOWN: f64 = 0.06;

/// The share of yes, where the facts do not say.
const YES: f64 = 0.6;

/// Values already told, by field.
#[derive(Default)]
pub struct Known(BTreeMap<&'static str, Value>);

impl Known {
    pub fn tell(&mut self, field: &'static str, value: Value) {
        self.0.insert(field, value);
    }

    pub fn tell_text(&mut self, field: &'static str, text: impl AsRef<str>) {
        self.tell(field, text.as_ref().into());
    }
}

/// The values of an object in the order of its collection's fields; what is already known is taken as it is.
pub fn values(subject: &Subject, mut known: Known, facts: &Facts, dice: &mut Dice) -> Vec<Value> {
    permits::tell(subject, &mut known, facts, dice);
    works::tell(subject, &mut known, facts, dice);
    measures::tell(subject, &mut known, dice);
    let fields = &subject.collection.fields;
    fields
        .iter()
        .map(|field| match known.0.remove(field.name.as_str()) {
            Some(value) => value,
            None => value(field, subject, facts, dice),
        })
        .collect()
}

fn value(field: &Field, subject: &Subject, facts: &Facts, dice: &mut Dice) -> Value {
    match field.name.as_str() {
        "name" => return subject.name.uk.as_str().into(),
        "name_en" => return subject.name.en.as_str().into(),
        "address" => return subject.address.as_str().into(),
        "district" => return subject.district.into(),
        "inventory_number" => return format!("1013{:05}", subject.number).as_str().into(),
        _ => {}
    }
    let fact = facts
        .values
        .get(&format!("{}.{}", subject.collection.id, field.name))
        .or_else(|| facts.values.get(&field.name));
    if dice.chance(fact.map_or(UNKNOWN, |fact| fact.unknown.max(if fact.unknown == 0.0 { UNKNOWN } else { 0.0 }))) {
        return Value::Unknown;
    }
    if !field.values.is_empty() {
        let even = vec![1.0; field.values.len()];
        let shares = fact.map(|fact| &fact.shares).filter(|shares| shares.len() == field.values.len());
        return field.values[dice.weighed(shares.unwrap_or(&even))].id.as_str().into();
    }
    match field.kind {
        FieldType::Boolean => Value::Boolean(dice.chance(fact.and_then(|fact| fact.yes).unwrap_or(YES))),
        FieldType::Integer => {
            let [low, high] = fact.and_then(|fact| fact.between).unwrap_or([1.0, 100.0]);
            Value::Integer(skewed(low, high, dice).round() as i64)
        }
        FieldType::Number => {
            let [low, high] = fact.and_then(|fact| fact.between).unwrap_or([1.0, 100.0]);
            Value::Number(rounded(skewed(low, high, dice), fact.map_or(1, |fact| fact.decimals)))
        }
        FieldType::Date => Value::Date(day(fact, dice)),
        FieldType::Text => text(field, fact, subject, facts, dice),
    }
}

fn text(field: &Field, fact: Option<&ValueFact>, subject: &Subject, facts: &Facts, dice: &mut Dice) -> Value {
    let id = &subject.collection.id;
    if let Some(fact) = fact.filter(|fact| !fact.texts.is_empty()) {
        return said(fact, facts, dice).as_str().into();
    }
    match field.format {
        Some(TextFormat::Phone) => phone(dice).as_str().into(),
        // RFC 2606 keeps these domains for examples.
        Some(TextFormat::Email) => format!("{id}-{}@example.org", subject.number).as_str().into(),
        Some(TextFormat::Uri) => format!("https://example.org/{id}/{}", subject.number).as_str().into(),
        _ if field.name.ends_with("_id") => edrpou(dice).as_str().into(),
        _ => Value::Unknown,
    }
}

/// One text of a fact, or several joined.
pub fn said(fact: &ValueFact, facts: &Facts, dice: &mut Dice) -> String {
    let Some([least, most]) = fact.several else {
        return subject::fill(dice.pick(&fact.texts).as_str(), &facts.objects.lists, dice);
    };
    let mut texts = fact.texts.iter().collect::<Vec<_>>();
    dice.shuffle(&mut texts);
    texts.truncate(dice.whole(least, most) as usize);
    let texts = texts.into_iter().map(|text| subject::fill(text, &facts.objects.lists, dice)).collect::<Vec<_>>();
    texts.join(", ")
}

/// A number of the city's exchange with subscriber numbers 400-00-00 to 400-99-99, which the demonstration invents.
pub fn phone(dice: &mut Dice) -> String {
    format!("+380 56 400 {:02} {:02}", dice.below(100), dice.below(100))
}

/// Eight digits that begin with 99, as no registered code does.
pub fn edrpou(dice: &mut Dice) -> String {
    format!("99{:06}", dice.below(1_000_000))
}

/// Small things are common, large ones rare.
fn skewed(low: f64, high: f64, dice: &mut Dice) -> f64 {
    low + (high - low) * dice.unit() * dice.between(0.35, 1.0)
}

/// A number with so many decimals.
pub fn rounded(number: f64, decimals: u32) -> f64 {
    let parts = 10_f64.powi(decimals as i32);
    (number * parts).round() / parts
}

fn day(fact: Option<&ValueFact>, dice: &mut Dice) -> jiff::civil::Date {
    let span = fact.and_then(|fact| fact.days.as_ref());
    let read = |at: &toml::value::Datetime| at.to_string().parse().ok();
    match span.and_then(|[first, last]| read(first).zip(read(last))) {
        Some((first, last)) => days::between(first, last, dice),
        None => days::ago(30, 2000, dice),
    }
}
