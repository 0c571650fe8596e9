//! Model says what things are: collections of features with typed fields, who may see them and at which revision.
//!
//! Everything here is pure and already checked; a value of these types cannot be wrong.

pub mod catalog;
pub mod collection;
pub mod feature;
pub mod field;
pub mod latin;
pub mod photo;
pub mod revision;
pub mod title;
pub mod validity;
pub mod value;

pub use catalog::{Catalog, Flaw, Sector, ServiceArea};
pub use collection::{Audience, Collection, CollectionId, GeometryKind, Provenance};
pub use feature::{Feature, FeatureError, FeatureId};
pub use field::{Chart, Choice, Field, FieldType, TextFormat};
pub use photo::Photo;
pub use revision::Revision;
pub use title::Title;
pub use validity::Validity;
pub use value::{Text, Value};
