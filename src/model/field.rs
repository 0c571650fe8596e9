//! A `Field` is one typed property that the features of a collection may have.

use serde::{Deserialize, Serialize};

use super::Title;

/// One typed property.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Lower snake case ASCII; the column in the store and the key in JSON and tiles.
    pub name: String,
    /// What its values are.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// What people read.
    pub title: Title,
    /// UCUM code of the unit, or `UAH` for money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// What a text is, where it is more than words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<TextFormat>,
    /// The closed list of what a text may be; empty when it may be anything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Choice>,
    /// How the features of a selection are drawn by it, where that tells people something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chart: Option<Chart>,
    /// Whether the sum of its numbers over features means something, as money and areas do, and years and shares do not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub adds_up: bool,
    /// Whether no two features may have the same value; the store holds whoever writes to it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unique: bool,
}

/// How features are drawn by a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Chart {
    /// A bar for each value; of days, for each year.
    Bars,
    /// A bar for each step of a number.
    Histogram,
}

impl Field {
    /// What is wrong with how it is drawn and added up, for its type.
    pub fn flaw_of_plot(&self) -> Option<&'static str> {
        let is_number = matches!(self.kind, FieldType::Integer | FieldType::Number);
        match self.chart {
            Some(Chart::Histogram) if !is_number => Some("only a number is drawn as a histogram"),
            Some(Chart::Bars) if self.kind == FieldType::Number => {
                Some("a number with a fraction has no bar for each value")
            }
            _ if self.adds_up && !is_number => Some("only numbers add up"),
            _ => None,
        }
    }
}

/// What the values of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldType {
    /// Words.
    Text,
    /// A whole number.
    Integer,
    /// A number with a fraction.
    Number,
    /// Yes or no.
    Boolean,
    /// A day, `YYYY-MM-DD`.
    Date,
}

impl FieldType {
    /// The name used in the catalog and in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Date => "date",
        }
    }
}

/// What a text is, where it is more than words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextFormat {
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// A web address.
    Uri,
    /// Opening hours.
    OpeningHours,
    /// The names of photos ([`super::Photo`]), a space between two.
    Photos,
}

/// One of the things a closed list allows: a kind of object or a value of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "FlatChoice")]
pub struct Choice {
    /// Stable word in ASCII.
    pub id: String,
    /// What people read.
    pub title: Title,
}

/// A choice as the catalog writes it: `{ id, uk, en }`; the store writes `{ id, title }`.
#[derive(Deserialize)]
#[serde(untagged)]
enum FlatChoice {
    Flat { id: String, uk: String, en: String },
    Full { id: String, title: Title },
}

impl From<FlatChoice> for Choice {
    fn from(choice: FlatChoice) -> Self {
        match choice {
            FlatChoice::Flat { id, uk, en } => Self { id, title: Title { uk, en } },
            FlatChoice::Full { id, title } => Self { id, title },
        }
    }
}

impl Choice {
    /// Whether a person who wrote `text` meant this choice: its id or a title, whatever the case.
    pub fn is_meant_by(&self, text: &str) -> bool {
        let text = text.trim().to_lowercase();
        [&self.id, &self.title.uk, &self.title.en].iter().any(|name| name.to_lowercase() == text)
    }
}
