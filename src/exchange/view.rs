//! A `View` is what of features is shown, and in which coordinates.

use crate::{
    model::{Collection, Field},
    space::Offered,
};

/// What of features is shown, and in which coordinates.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The coordinate system.
    pub crs: &'a Offered,
    /// Only these properties; `None` for all. `kind` and `geometry` are two of them.
    pub only: Option<&'a [String]>,
}

impl View<'_> {
    /// Everything, in longitude and latitude.
    pub const WHOLE: View<'static> = View { crs: &Offered::CRS84, only: None };

    /// Whether a property is shown.
    pub fn shows(&self, name: &str) -> bool {
        self.only.is_none_or(|only| only.iter().any(|shown| shown == name))
    }

    /// The fields that are shown, each with its place among all.
    pub fn fields<'a>(&self, of: &'a Collection) -> Vec<(usize, &'a Field)> {
        of.fields.iter().enumerate().filter(|(_, field)| self.shows(&field.name)).collect()
    }
}
