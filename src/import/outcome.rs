//! An `Outcome` is what became of one row: a feature, or a rejection that keeps the row and says why.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Serialize, Serializer};

use super::{Mention, warning::Warnings};
use crate::model::Feature;

/// The longest piece of offending text a rejection shows, in characters; its `record` holds all of it.
const MAX_SHOWN_CHARS: usize = 1000;

/// What became of one row of the source.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It is an object of the city, with what it was made of.
    Feature(Feature, Origin),
    /// It was refused.
    Rejection(Rejection),
}

/// What a feature was made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// As [`Rejection::row`].
    pub row: u64,
    /// The whole row as a JSON object, column → text; `None` where the recipe does not keep rows.
    pub record: Option<String>,
    /// Further ids by which the feature can be found.
    pub aliases: Vec<String>,
    /// The pictures that the row names; who imports brings them.
    pub photos: Vec<Mention>,
}

/// A row that was refused, kept with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejection {
    /// What a spreadsheet shows: the header is row 1. Of other formats the number of the feature, from 1.
    pub row: u64,
    /// The column that was wrong; `None` where it is the row as a whole.
    pub column: Option<String>,
    /// The text that was wrong, at most 1000 characters of it.
    pub text: String,
    /// Why, in a stable word.
    pub reason: Reason,
    /// Why, in a sentence.
    pub detail: String,
    /// The whole row as a JSON object, column → text.
    pub record: String,
}

/// Why one place of a row is wrong; with the row it becomes a [`Rejection`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// As [`Rejection::column`].
    pub column: Option<String>,
    /// As [`Rejection::text`].
    pub text: String,
    /// As [`Rejection::reason`].
    pub reason: Reason,
    /// As [`Rejection::detail`].
    pub detail: String,
}

impl Objection {
    pub(super) fn to_column(column: &str, text: &str, reason: Reason, detail: impl Into<String>) -> Self {
        Self { column: Some(column.into()), text: shown(text), reason, detail: detail.into() }
    }

    pub(super) fn to_row(text: &str, reason: Reason, detail: impl Into<String>) -> Self {
        Self { column: None, text: shown(text), reason, detail: detail.into() }
    }

    pub(super) fn reject(self, row: u64, record: String) -> Rejection {
        let Self { column, text, reason, detail } = self;
        Rejection { row, column, text, reason, detail, record }
    }
}

fn shown(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN_CHARS) {
        None => text.into(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// Defines the reasons and their words in one place.
macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// Why a row was refused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason {
            $($(#[$doc])* $name,)*
        }

        impl Reason {
            /// Every reason there is.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The stable word of reports and stores.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }
        }
    };
}

reasons! {
    /// Longitude or latitude is empty, or there is no shape.
    MissingCoordinates = "missing-coordinates",
    /// The text is no coordinate, or none on Earth.
    BadCoordinate = "bad-coordinate",
    /// The shape reaches beyond the bounds of the recipe.
    OutsideBounds = "outside-bounds",
    /// The row has no coordinates, and its address is not one of a house.
    BadAddress = "bad-address",
    /// The row has no coordinates, and the address register does not have its address.
    UnknownAddress = "unknown-address",
    /// The row has no coordinates, and its address may be that of more than one house.
    AmbiguousAddress = "ambiguous-address",
    /// The shape of the source is broken.
    BadGeometry = "bad-geometry",
    /// The shape is sound, but of another kind than the collection holds.
    WrongGeometry = "wrong-geometry",
    /// A required field is empty.
    MissingValue = "missing-value",
    /// The text is no number.
    BadNumber = "bad-number",
    /// The text is no whole number.
    BadInteger = "bad-integer",
    /// The unit behind the number is not that of the field, nor can it be turned into it.
    BadUnit = "bad-unit",
    /// The text is no day.
    BadDate = "bad-date",
    /// The text is neither yes nor no.
    BadBoolean = "bad-boolean",
    /// The text is not in the closed list of the field.
    UnknownValue = "unknown-value",
    /// The number is outside of the range of the recipe.
    OutOfRange = "out-of-range",
    /// The text is not of the pattern of the recipe.
    BadPattern = "bad-pattern",
    /// Another row has the same value where the recipe wants each once.
    RepeatedValue = "repeated-value",
    /// The day is before one that it has to follow.
    WrongOrder = "wrong-order",
    /// The text names something that is no photo of ours.
    BadPhoto = "bad-photo",
    /// The text is longer than any text may be.
    TooLong = "too-long",
    /// There is nothing to name the feature by.
    MissingId = "missing-id",
    /// The text cannot be an id.
    BadId = "bad-id",
    /// Another row has the same id.
    DuplicateId = "duplicate-id",
    /// The row has more or fewer cells than the header.
    WrongWidth = "wrong-width",
    /// A byte has no meaning in the encoding of the source.
    BadEncoding = "bad-encoding",
    /// What stands where an object should is none.
    BadRecord = "bad-record",
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

/// The tally of one import; `read` is always `features + rejections`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Rows seen.
    pub read: u64,
    /// Rows that became features.
    pub features: u64,
    /// Rows that were refused.
    pub rejections: u64,
    /// Refused rows by [`Reason::as_str`].
    pub reasons: BTreeMap<Cow<'static, str>, u64>,
    /// Features that are less than their row meant them to be, or were put right, by a stable word such as `unknown-kind`.
    pub warnings: BTreeMap<Cow<'static, str>, u64>,
    /// Features that were placed by their address, by how exactly.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub geocoded: BTreeMap<Cow<'static, str>, u64>,
    /// Columns that the recipe calls optional and the source does not have, as the recipe names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absent_columns: Vec<String>,
}

impl Report {
    pub(super) fn count(&mut self, outcome: &Outcome) {
        self.read += 1;
        match outcome {
            Outcome::Feature(..) => self.features += 1,
            Outcome::Rejection(rejection) => {
                self.rejections += 1;
                *self.reasons.entry(rejection.reason.as_str().into()).or_default() += 1;
            }
        }
    }

    pub(super) fn warn(&mut self, warnings: &Warnings) {
        for warning in warnings.iter() {
            self.note(warning.as_str(), 1);
        }
    }

    /// Counts what befell a feature after its row was read.
    pub fn add_warning(&mut self, warning: &'static str) {
        self.note(warning, 1);
    }

    pub(super) fn note(&mut self, warning: &'static str, count: u64) {
        if count > 0 {
            *self.warnings.entry(warning.into()).or_default() += count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_reason_has_its_own_kebab_case_word() {
        let words: BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
        assert_eq!(words.len(), Reason::ALL.len());
        for word in words {
            assert!(word.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{word}");
        }
    }

    #[test]
    fn a_long_text_is_shown_by_its_beginning() {
        let objection = Objection::to_row(&"ї".repeat(5000), Reason::BadRecord, "");
        assert_eq!(objection.text.chars().count(), MAX_SHOWN_CHARS + 1);
        assert!(objection.text.ends_with('…'));
    }
}
