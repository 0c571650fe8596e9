//! A `Title` is what people read: the same words in Ukrainian and in English.

use serde::{Deserialize, Serialize};

/// One text in both languages of the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// Ukrainian, the first language.
    pub uk: String,
    /// English.
    pub en: String,
}

impl Title {
    /// Whether a language is missing.
    pub fn has_hole(&self) -> bool {
        self.uk.trim().is_empty() || self.en.trim().is_empty()
    }
}
