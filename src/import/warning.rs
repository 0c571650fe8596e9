//! A `Warning` says that a feature is less, or other, than its row as it was written; the row is not refused for it.

/// What may be said of a feature besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Warning {
    /// The kind of the row is not known to the collection; the feature is kept without one.
    UnknownKind,
    /// Longitude and latitude stood in each other's place; the bounds told it and they were put right.
    SwappedCoordinates,
    /// A word had letters of another script that look the same; they were put right.
    MixedScript,
    /// The text of a telephone is none; it is kept as it was written.
    UnreadPhone,
    /// The opening hours were not understood; they are kept as they were written.
    UnreadHours,
    /// The source names another district than the one the place is in; its word is kept.
    OtherDistrict,
    /// The source names a territory that the district of the place is not of; its code is kept.
    OtherKatottg,
}

impl Warning {
    /// The stable word of reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownKind => "unknown-kind",
            Self::SwappedCoordinates => "swapped-coordinates",
            Self::MixedScript => "mixed-script",
            Self::UnreadPhone => "unread-phone",
            Self::UnreadHours => "unread-hours",
            Self::OtherDistrict => "other-district",
            Self::OtherKatottg => "other-katottg",
        }
    }
}

/// The warnings of one row, each once.
#[derive(Debug, Default)]
pub(super) struct Warnings(Vec<Warning>);

impl Warnings {
    pub fn add(&mut self, warning: Warning) {
        if !self.0.contains(&warning) {
            self.0.push(warning);
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = Warning> {
        self.0.iter().copied()
    }
}
