//! A `Flaw` is why a picture of a source is not shown; the feature is kept without it.

use super::{AlbumError, MAX_ALLOCATED, MAX_BYTES, MAX_PIXELS};

/// Why a picture of a source is not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// It is not where the source says, or may not be looked for there.
    #[error("{0}")]
    Missing(String),
    /// It is larger than what is read.
    #[error("it has {0} bytes, and {MAX_BYTES} are read")]
    TooManyBytes(u64),
    /// It has more pixels than what is unpacked.
    #[error("it has {0} × {1} pixels, and {MAX_PIXELS} in all are unpacked")]
    TooManyPixels(u32, u32),
    /// Its pixels hold more than what is unpacked.
    #[error("unpacked it would take more than {MAX_ALLOCATED} bytes")]
    TooDeep,
    /// It is none, or a broken one.
    #[error("{0}")]
    Broken(String),
    /// A feature names more photos than are shown of one.
    #[error("of one object {0} photos are shown")]
    TooMany(usize),
}

impl Flaw {
    /// Every stable word of reports.
    pub const WORDS: [&str; 4] = ["missing-photo", "large-photo", "bad-photo", "many-photos"];

    /// The stable word of reports.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Missing(_) => Self::WORDS[0],
            Self::TooManyBytes(_) | Self::TooManyPixels(..) | Self::TooDeep => Self::WORDS[1],
            Self::Broken(_) => Self::WORDS[2],
            Self::TooMany(_) => Self::WORDS[3],
        }
    }
}

/// Why developing a picture came to nothing: for a flaw of its own, or because the album cannot be used at all.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Flaw(#[from] Flaw),
    #[error(transparent)]
    Album(#[from] AlbumError),
}
