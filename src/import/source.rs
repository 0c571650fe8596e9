//! A `Source` says where the bytes of an import stand: in a file here, or on a server.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use super::Url;

/// Where a source stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// What a server answers.
    Url(Url),
}

impl Source {
    /// What is meant by what was written: a URL where a scheme and `://` begin it, else a path.
    pub fn of(written: &Path) -> Result<Self, String> {
        match written.to_str() {
            Some(text) if Url::is_meant(text) => Url::parse(text).map(Self::Url),
            _ => Ok(Self::File(written.into())),
        }
    }

    /// A path that is not absolute is meant from this folder; a URL stands where it stands.
    #[must_use]
    pub fn from_folder(self, folder: &Path) -> Self {
        match self {
            Self::File(path) => Self::File(folder.join(path)),
            Self::Url(_) => self,
        }
    }

    /// What it is known by: the name of the file, or the URL without its login.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            Self::Url(url) => url.to_string(),
        }
    }

    /// The path of a file, or for a URL the name that ends its path: what tells the format.
    pub(super) fn path(&self) -> PathBuf {
        match self {
            Self::File(path) => path.clone(),
            Self::Url(url) => url.file_name().into(),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Url(url) => url.fmt(f),
        }
    }
}
