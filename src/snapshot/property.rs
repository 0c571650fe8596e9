//! A `Property` is what can be asked of a feature by name: in filters, in groups and in sums.

use crate::model::{Collection, FieldType, GeometryKind};

/// Something that a feature of a collection says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Property {
    /// The feature's id.
    Id,
    /// The id of its collection.
    Collection,
    /// The id of the sector that the collection stands in; unknown for what only carries the map.
    Sector,
    /// The id of its kind.
    Kind,
    /// Its shape.
    Geometry,
    /// The field at this position.
    Field(usize),
}

/// What a property is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PropertyType {
    /// A value of a field of this type.
    Value(FieldType),
    /// A shape.
    Shape(GeometryKind),
}

impl Property {
    /// The names that every collection has; `geom` is another word for `geometry`.
    pub const ALWAYS: [(&str, Self); 6] = [
        ("id", Self::Id),
        ("collection", Self::Collection),
        ("sector", Self::Sector),
        ("kind", Self::Kind),
        ("geometry", Self::Geometry),
        ("geom", Self::Geometry),
    ];

    /// The property of this name; no field has a name that every collection has.
    pub fn named(collection: &Collection, name: &str) -> Option<Self> {
        let always = Self::ALWAYS.iter().find(|(known, _)| *known == name).map(|(_, property)| *property);
        always.or_else(|| collection.field_index(name).map(Self::Field))
    }

    /// All properties of a collection by name, those that every collection has first: what can be queried.
    pub fn all(collection: &Collection) -> impl Iterator<Item = (&str, Self)> {
        let fields = collection.fields.iter().enumerate().map(|(at, field)| (field.name.as_str(), Self::Field(at)));
        Self::ALWAYS.into_iter().chain(fields)
    }

    /// What it is in a collection that has it.
    pub fn kind(self, collection: &Collection) -> PropertyType {
        match self {
            Self::Id | Self::Collection | Self::Sector | Self::Kind => PropertyType::Value(FieldType::Text),
            Self::Geometry => PropertyType::Shape(collection.geometry),
            Self::Field(at) => PropertyType::Value(collection.fields[at].kind),
        }
    }
}
