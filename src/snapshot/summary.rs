//! A `Summary` counts and adds up what a selection means, in groups: its counts are those of the items, its sums exact.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Decimal, Found, Property, PropertyType, Selection, Shelf, Snapshot};
use crate::model::{Feature, FieldType, Value};

/// The most fields that a summary groups by.
pub const MAX_GROUP_BY: usize = 2;

/// The most fields that are added up.
pub const MAX_SUMS: usize = 8;

/// The most groups of an answer.
pub const MAX_GROUPS: usize = 10_000;

/// What groups are made of: `district`, `year(started)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupBy {
    property: String,
    /// Of a day only the year.
    by_year: bool,
}

/// Counts and sums by group.
#[derive(Debug)]
pub struct Summary {
    /// The groups that hold anything, in the order of their keys.
    pub groups: Vec<(Vec<Key>, Tally)>,
    /// All of it.
    pub total: Tally,
}

/// What the features of a group have in common; unknown comes after all that is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// No or yes.
    Boolean(bool),
    /// A whole number, or a year.
    Integer(i64),
    /// A day.
    Date(Date),
    /// A text.
    Text(String),
    /// Nobody has said, or the collection has no such field.
    Unknown,
}

/// The count of a group and its sums.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many features.
    pub count: u64,
    /// One for each field that is added up.
    pub sums: Vec<Sum>,
}

/// What a field adds up to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// Of the features that say something.
    pub sum: Decimal,
    /// How many these are.
    pub known: u64,
}

/// Why there is no summary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SummaryError {
    /// None of the collections has the field.
    #[error("there is no property `{0}` in the collections asked about")]
    Unknown(String),
    /// A field of another type.
    #[error("`{name}` of the collection `{collection}` is not {wanted}")]
    Type {
        /// The field.
        name: String,
        /// Where.
        collection: String,
        /// What can be grouped or added up.
        wanted: &'static str,
    },
    /// There are more groups than an answer holds.
    #[error("there are more than {MAX_GROUPS} groups; ask for fewer features or group by something coarser")]
    TooMany,
    /// A number that no sum can hold.
    #[error("`{0}` has a number beyond 10^27")]
    TooGreat(String),
}

impl GroupBy {
    /// Reads `name` or `year(name)`.
    pub fn read(text: &str) -> Self {
        match text.strip_prefix("year(").and_then(|rest| rest.strip_suffix(')')) {
            Some(property) => Self { property: property.trim().into(), by_year: true },
            None => Self { property: text.into(), by_year: false },
        }
    }
}

/// Counts the features of a selection by group and adds up fields of them.
pub fn summary(
    snapshot: &Snapshot,
    selection: &Selection,
    group_by: &[GroupBy],
    sums: &[&str],
) -> Result<Summary, SummaryError> {
    let shelves = selection.shelves(snapshot);
    for name in group_by.iter().map(|by| by.property.as_str()).chain(sums.iter().copied()) {
        if !shelves.iter().any(|shelf| Property::named(shelf.collection(), name).is_some()) {
            return Err(SummaryError::Unknown(name.into()));
        }
    }
    let empty = Tally { count: 0, sums: vec![Sum::default(); sums.len()] };
    let mut groups: BTreeMap<Vec<Key>, Tally> = BTreeMap::new();
    let mut total = empty.clone();
    for shelf in shelves {
        let keys: Vec<_> = group_by.iter().map(|by| by.on(shelf)).collect::<Result<_, _>>()?;
        let fields: Vec<_> = sums.iter().map(|name| added(name, shelf)).collect::<Result<_, _>>()?;
        for feature in selection.on(shelf) {
            let found = Found { shelf, feature };
            let key = group_by.iter().zip(&keys).map(|(by, property)| by.key(*property, found)).collect();
            let values = fields.iter().map(|at| at.map_or(&Value::Unknown, |at| &feature.values[at]));
            let numbers = values.zip(sums).map(|(value, name)| number(value, name)).collect::<Result<Vec<_>, _>>()?;
            total.add(&numbers);
            if !group_by.is_empty() {
                groups.entry(key).or_insert_with(|| empty.clone()).add(&numbers);
            }
            if groups.len() > MAX_GROUPS {
                return Err(SummaryError::TooMany);
            }
        }
    }
    Ok(Summary { groups: groups.into_iter().collect(), total })
}

impl GroupBy {
    /// Its property on a shelf; `None` where that has none.
    fn on(&self, shelf: &Shelf) -> Result<Option<Property>, SummaryError> {
        let collection = shelf.collection();
        let Some(property) = Property::named(collection, &self.property) else { return Ok(None) };
        let wanted = if self.by_year { "a day" } else { "a text, a whole number, a day, or yes or no" };
        let fits = match property.kind(collection) {
            PropertyType::Value(FieldType::Date) => true,
            PropertyType::Value(FieldType::Text | FieldType::Integer | FieldType::Boolean) => !self.by_year,
            PropertyType::Value(FieldType::Number) | PropertyType::Shape(_) => false,
        };
        if fits { Ok(Some(property)) } else { Err(wrong_type(&self.property, shelf, wanted)) }
    }

    fn key(&self, property: Option<Property>, Found { shelf, feature }: Found) -> Key {
        let text = |text: Option<&str>| text.map_or(Key::Unknown, |text| Key::Text(text.into()));
        match property {
            None | Some(Property::Geometry) => Key::Unknown,
            Some(Property::Id) => text(Some(feature.id.as_str())),
            Some(Property::Collection) => text(Some(shelf.collection().id.as_str())),
            Some(Property::Sector) => text(shelf.sector()),
            Some(Property::Kind) => text(feature.kind.as_deref()),
            Some(Property::Field(at)) => self.key_of_value(feature, at),
        }
    }

    fn key_of_value(&self, feature: &Feature, at: usize) -> Key {
        match &feature.values[at] {
            Value::Unknown | Value::Number(_) => Key::Unknown,
            Value::Boolean(truth) => Key::Boolean(*truth),
            Value::Integer(number) => Key::Integer(*number),
            Value::Date(day) if self.by_year => Key::Integer(day.year().into()),
            Value::Date(day) => Key::Date(*day),
            Value::Text(text) => Key::Text(text.to_string()),
        }
    }
}

impl Tally {
    fn add(&mut self, numbers: &[Option<Decimal>]) {
        self.count += 1;
        for (sum, number) in self.sums.iter_mut().zip(numbers) {
            if let Some(number) = number {
                sum.sum += *number;
                sum.known += 1;
            }
        }
    }
}

/// The position of a field of numbers on a shelf; `None` where that has none of this name.
fn added(name: &str, shelf: &Shelf) -> Result<Option<usize>, SummaryError> {
    let collection = shelf.collection();
    let Some(property) = Property::named(collection, name) else { return Ok(None) };
    match (property, property.kind(collection)) {
        (Property::Field(at), PropertyType::Value(FieldType::Integer | FieldType::Number)) => Ok(Some(at)),
        _ => Err(wrong_type(name, shelf, "a number")),
    }
}

fn number(value: &Value, name: &str) -> Result<Option<Decimal>, SummaryError> {
    match value {
        Value::Integer(number) => Ok(Some(Decimal::whole(*number))),
        Value::Number(number) => {
            Decimal::shortest(*number).map(Some).ok_or_else(|| SummaryError::TooGreat(name.into()))
        }
        _ => Ok(None),
    }
}

fn wrong_type(name: &str, shelf: &Shelf, wanted: &'static str) -> SummaryError {
    SummaryError::Type { name: name.into(), collection: shelf.collection().id.to_string(), wanted }
}
