//! A `Value` is what one field of one feature says.

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use super::FieldType;

/// Text that is shared by whoever has it: one pointer of eight bytes, so that a [`Value`] takes sixteen.
pub type Text = arcstr::ArcStr;

/// A typed value; `Unknown` is neither empty text, zero nor false.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Nobody has said.
    #[default]
    Unknown,
    /// Yes or no.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Number(f64),
    /// A day of the Gregorian calendar.
    Date(Date),
    /// Text as people wrote it; shared, since many features say the same.
    Text(Text),
}

impl Value {
    /// The type of field this value belongs in; `None` for the unknown, which fits any.
    pub const fn field_type(&self) -> Option<FieldType> {
        match self {
            Self::Unknown => None,
            Self::Boolean(_) => Some(FieldType::Boolean),
            Self::Integer(_) => Some(FieldType::Integer),
            Self::Number(_) => Some(FieldType::Number),
            Self::Date(_) => Some(FieldType::Date),
            Self::Text(_) => Some(FieldType::Text),
        }
    }

    /// Whether nobody has said.
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// The text, of a text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl Serialize for Value {
    /// JSON: null, boolean, number, string; a date is `YYYY-MM-DD`.
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unknown => to.serialize_none(),
            Self::Boolean(b) => to.serialize_bool(*b),
            Self::Integer(i) => to.serialize_i64(*i),
            Self::Number(n) => to.serialize_f64(*n),
            Self::Date(d) => to.collect_str(d),
            Self::Text(t) => to.serialize_str(t),
        }
    }
}
