//! Which photos a store names: in what stands, and in what it keeps of the past.

use std::collections::HashSet;

use super::{Store, StoreError};
use crate::model::{Collection, Photo, TextFormat};

/// The pictures that are named, by their hashes.
pub type Named = HashSet<u128>;

impl Store {
    /// Tells every picture that is named, and holds off whoever wants to write until `then` has returned: what it does
    /// not hear of, nobody can begin to name meanwhile.
    pub fn with_photos<T>(&mut self, then: impl FnOnce(&Named) -> T) -> Result<T, StoreError> {
        match self {
            Self::GeoPackage(store) => store.with_photos(then),
            Self::PostGis(store) => store.with_photos(then),
        }
    }
}

/// The questions for every text of a layer that may name photos.
///
/// Rows that another program has left in a state that is no feature are among them.
pub(super) fn questions<'a>(of: &'a Collection, table: &'a str) -> impl Iterator<Item = String> + 'a {
    let fields = of.fields.iter().filter(|field| field.format == Some(TextFormat::Photos));
    fields.map(move |field| format!("SELECT \"{0}\" FROM {table} WHERE \"{0}\" IS NOT NULL", field.name))
}

/// Adds what a text names: the value of a field, or a state that was, whatever it is written in.
pub(super) fn read(text: &str, named: &mut Named) {
    let is_no_name = |letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.'));
    named.extend(text.split(is_no_name).filter_map(Photo::read).map(|photo| photo.hash));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_is_found_in_a_field_and_in_the_state_of_a_feature() {
        let name = |tone: u128| format!("{tone:032x}-64x48.jpg");
        let mut named = Named::new();
        read(&format!("{} {}", name(1), name(2)), &mut named);
        read(&format!(r#"{{"properties":{{"photos":"{}","name":"{}x"}}}}"#, name(3), name(4)), &mut named);
        assert_eq!(named, [1, 2, 3].into());
    }
}
