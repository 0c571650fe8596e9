//! `Photos` is the index from pictures to the features of a layer that show them, built once and then only asked.

use crate::model::{Collection, Feature, Photo, TextFormat};

/// Which features of a layer show which picture.
#[derive(Debug)]
pub(super) struct Photos(Vec<(u128, u32)>);

impl Photos {
    pub(super) fn of(collection: &Collection, features: &[Feature]) -> Self {
        let fields: Vec<usize> = fields(collection).collect();
        let mut shown = Vec::new();
        if !fields.is_empty() {
            for (at, feature) in features.iter().enumerate() {
                shown.extend(named(feature, &fields).map(|photo| (photo.hash, at as u32)));
            }
        }
        shown.sort_unstable();
        shown.dedup();
        Self(shown)
    }

    /// The places of the features that show a picture.
    pub(super) fn places(&self, hash: u128) -> impl Iterator<Item = u32> {
        let first = self.0.partition_point(|(known, _)| *known < hash);
        self.0[first..].iter().take_while(move |(known, _)| *known == hash).map(|(_, at)| *at)
    }
}

/// The photos of a feature, the largest size of each.
pub fn of<'a>(collection: &'a Collection, feature: &'a Feature) -> impl Iterator<Item = Photo> + 'a {
    fields(collection).filter_map(|field| feature.values[field].as_text()).flat_map(Photo::all)
}

/// Whether a feature shows this size of a picture.
pub(super) fn shows(collection: &Collection, feature: &Feature, photo: Photo) -> bool {
    of(collection, feature).any(|shown| shown.hash == photo.hash && shown.sizes().any(|size| size == photo))
}

fn fields(collection: &Collection) -> impl Iterator<Item = usize> + '_ {
    let is_of_photos = |at: &usize| collection.fields[*at].format == Some(TextFormat::Photos);
    (0..collection.fields.len()).filter(is_of_photos)
}

fn named<'a>(feature: &'a Feature, fields: &'a [usize]) -> impl Iterator<Item = Photo> + 'a {
    fields.iter().filter_map(|field| feature.values[*field].as_text()).flat_map(Photo::all)
}
