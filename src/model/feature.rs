//! A `Feature` is one object of the city: an id, a shape and what is known of it.

use std::{borrow::Borrow, fmt};

use super::{Collection, FieldType, GeometryKind, Text, Value};
use crate::space::Geometry;

/// The longest id, in bytes.
pub const MAX_ID_BYTES: usize = 200;

/// One object of a collection; its values stand in the order of the collection's fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Stable within the collection.
    pub id: FeatureId,
    /// Which kind of object it is; `None` where nobody has said.
    pub kind: Option<Text>,
    /// Where it is.
    pub geometry: Geometry,
    /// What is known of it.
    pub values: Box<[Value]>,
}

/// Why a feature does not belong in its collection.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FeatureError {
    /// The id is empty, too long or has control characters.
    #[error("`{0}` is not a feature id: 1 to {MAX_ID_BYTES} bytes without control characters")]
    Id(String),
    /// The shape is of another kind.
    #[error("a {found} where the collection has {wanted:?} features")]
    Geometry {
        /// GeoJSON name of the shape.
        found: &'static str,
        /// What the collection holds.
        wanted: GeometryKind,
    },
    /// A value is of another type than its field.
    #[error("field `{field}` is {wanted}, not {found}", wanted = wanted.name(), found = found.name())]
    Type {
        /// Name of the field.
        field: String,
        /// Type of the field.
        wanted: FieldType,
        /// Type of the value.
        found: FieldType,
    },
    /// A number is not finite.
    #[error("field `{0}` is not a finite number")]
    NotFinite(String),
    /// There are more or fewer values than fields.
    #[error("{found} values for {wanted} fields")]
    Width {
        /// Number of values.
        found: usize,
        /// Number of fields.
        wanted: usize,
    },
    /// The collection has no such kind.
    #[error("the collection has no kind `{0}`")]
    Kind(String),
}

impl Feature {
    /// Checks the feature against its collection, once.
    pub fn new(
        of: &Collection,
        id: &str,
        kind: Option<Text>,
        geometry: Geometry,
        values: Vec<Value>,
    ) -> Result<Self, FeatureError> {
        let fits = matches!(
            (&geometry, of.geometry),
            (Geometry::Point(_) | Geometry::Points(_), GeometryKind::Point)
                | (Geometry::Lines(_), GeometryKind::Line)
                | (Geometry::Areas(_), GeometryKind::Area)
        );
        if !fits {
            return Err(FeatureError::Geometry { found: geometry.geojson_type(), wanted: of.geometry });
        }
        if let Some(kind) = &kind
            && !of.kinds.iter().any(|known| known.id == **kind)
        {
            return Err(FeatureError::Kind(kind.to_string()));
        }
        if values.len() != of.fields.len() {
            return Err(FeatureError::Width { found: values.len(), wanted: of.fields.len() });
        }
        for (value, field) in values.iter().zip(&of.fields) {
            if let Some(found) = value.field_type()
                && found != field.kind
            {
                return Err(FeatureError::Type { field: field.name.clone(), wanted: field.kind, found });
            }
            if matches!(value, Value::Number(n) if !n.is_finite()) {
                return Err(FeatureError::NotFinite(field.name.clone()));
            }
        }
        Ok(Self { id: FeatureId::new(id)?, kind, geometry, values: values.into() })
    }

    /// The value of the named field; unknown where the collection has no such field.
    pub fn value<'a>(&'a self, of: &Collection, field: &str) -> &'a Value {
        of.field_index(field).map_or(&Value::Unknown, |i| &self.values[i])
    }
}

/// The name of a feature, unique in its collection.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FeatureId(ecow::EcoString);

impl FeatureId {
    /// Checks the length and that there are no control characters.
    pub fn new(id: &str) -> Result<Self, FeatureError> {
        if id.is_empty() || id.len() > MAX_ID_BYTES || id.chars().any(char::is_control) {
            return Err(FeatureError::Id(id.chars().take(MAX_ID_BYTES).collect()));
        }
        Ok(Self(id.into()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for FeatureId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FeatureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
