//! A `Collection` is one thematic resource (електронний ресурс): what its features are and who answers for them.

use std::{borrow::Borrow, fmt, sync::Arc};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{Choice, Field, Title};

/// The service area of collections that name none.
pub const OTHER_SERVICE_AREA: &str = "other";

/// One thematic resource, an OGC API collection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Collection {
    /// Stable, in paths and file names.
    pub id: CollectionId,
    /// What people read.
    pub title: Title,
    /// What shape its features have.
    pub geometry: GeometryKind,
    /// Its typed properties, in the order of the store's columns.
    pub fields: Vec<Field>,
    /// The kinds of object in it, the last step of the filter tree.
    pub kinds: Vec<Choice>,
    /// Where in the filter tree it stands; `None` for what only carries the map.
    pub service_area: Option<String>,
    /// The office that keeps it.
    pub author: Option<Title>,
    /// The responsible post in that office.
    pub post: Option<Title>,
    /// SPDX identifier.
    pub licence: Option<String>,
    /// How often it is renewed, ISO 8601 duration.
    pub update_period: Option<String>,
    /// When the next renewal is due.
    pub next_due: Option<Date>,
    /// Who may see it.
    pub audience: Audience,
    /// From which zoom it is drawn.
    pub min_zoom: u8,
    /// Name of its icon in the sprite.
    pub icon: String,
    /// Who wins a place on the map: 0 to 100.
    pub priority: u8,
}

impl Collection {
    /// The position of a field by its name.
    pub fn field_index(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    /// The kind that this text means.
    pub fn kind(&self, text: &str) -> Option<&Choice> {
        self.kinds.iter().find(|kind| kind.is_meant_by(text))
    }
}

/// The shape of a collection's features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GeometryKind {
    /// Places.
    Point,
    /// Lines.
    Line,
    /// Polygons.
    Area,
}

/// Who may see a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// Everybody.
    Public,
    /// Those who work for the city.
    Staff,
}

impl Audience {
    /// Whether this audience may see what is meant for `meant_for`.
    pub fn may_see(self, meant_for: Self) -> bool {
        meant_for <= self
    }
}

/// Where the features of a collection came from, kept with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Name of the source file.
    pub source: String,
    /// When it was imported.
    pub imported: Timestamp,
    /// Whether it is invented to show the product.
    pub demonstration: bool,
    /// Whom to credit wherever it is drawn.
    pub attribution: Option<String>,
}

/// Lower kebab case ASCII, at most 63 characters, a letter first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CollectionId(Arc<str>);

/// A word that is no collection id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a collection id: lower-case letters a-z, digits and single hyphens, a letter first, at most 63 characters"
)]
pub struct BadCollectionId(pub String);

impl CollectionId {
    /// Checks the spelling.
    pub fn new(id: &str) -> Result<Self, BadCollectionId> {
        let spelled = id.starts_with(|c: char| c.is_ascii_lowercase())
            && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            && !id.ends_with('-')
            && !id.contains("--");
        if spelled && id.len() <= 63 { Ok(Self(id.into())) } else { Err(BadCollectionId(id.into())) }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for CollectionId {
    type Error = BadCollectionId;
    fn try_from(id: String) -> Result<Self, BadCollectionId> {
        Self::new(&id)
    }
}

impl From<CollectionId> for String {
    fn from(id: CollectionId) -> Self {
        id.0.as_ref().into()
    }
}

impl Borrow<str> for CollectionId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CollectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_words_of_a_path() {
        for good in ["schools", "dk018-buildings", "a"] {
            assert!(CollectionId::new(good).is_ok(), "{good}");
        }
        for bad in ["", "Schools", "школи", "1a", "a_b", "a--b", "a-", "a/b", &"a".repeat(64)] {
            assert!(CollectionId::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn staff_see_everything_and_the_public_only_what_is_public() {
        assert!(Audience::Staff.may_see(Audience::Public));
        assert!(Audience::Public.may_see(Audience::Public));
        assert!(!Audience::Public.may_see(Audience::Staff));
    }
}
