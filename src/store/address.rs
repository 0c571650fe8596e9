//! An `Address` says where a store is: the path of a GeoPackage or the URL of a PostgreSQL database.

use std::{
    convert::Infallible,
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use serde::Deserialize;

/// Where a store is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum Address {
    /// The path of a GeoPackage.
    File(PathBuf),
    /// A database.
    Database(DatabaseUrl),
}

/// A `postgres://` URL. Its password is in no text made from it; only the store that connects reads it.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The URL as it was given, with its password.
    pub(super) fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DatabaseUrl {
    /// Scheme, user, host and database. What could be a password, a wrongly written one too, is left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rest = self.0.split_once("://").map_or("", |(_, rest)| rest);
        // A password may hold any unescaped character, so whatever stands before the last @ may be of it.
        let (login, place) = rest.rsplit_once('@').map_or((None, rest), |(login, place)| (Some(login), place));
        let user = login.map_or("", |login| login.split([':', '/', '?', '#', '@']).next().unwrap_or_default());
        let place = place.split(['?', '#']).next().unwrap_or_default();
        f.write_str("postgres://")?;
        if login.is_some() {
            write!(f, "{user}@")?;
        }
        f.write_str(place)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Database(url) => url.fmt(f),
        }
    }
}

impl From<String> for Address {
    fn from(text: String) -> Self {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Self::Database(DatabaseUrl(text))
        } else {
            Self::File(text.into())
        }
    }
}

impl FromStr for Address {
    type Err = Infallible;

    /// Any text is an address, so that no reader of arguments has to show one that it refuses.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::from(text.to_owned()))
    }
}

impl From<&Self> for Address {
    fn from(address: &Self) -> Self {
        address.clone()
    }
}

impl From<&Path> for Address {
    fn from(path: &Path) -> Self {
        Self::File(path.into())
    }
}

impl From<&PathBuf> for Address {
    fn from(path: &PathBuf) -> Self {
        Self::File(path.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_in_no_text_of_an_address() {
        for (given, shown) in [
            ("postgres://mapa:secret@db.example:5432/city", "postgres://mapa@db.example:5432/city"),
            ("postgresql://mapa:se@cr/et?@db/city?sslmode=require", "postgres://mapa@db/city"),
            ("postgres://db/city?user=mapa&password=secret", "postgres://db/city"),
            ("postgres://mapa@%2Ftmp%2Fsocket/city", "postgres://mapa@%2Ftmp%2Fsocket/city"),
            ("postgres://", "postgres://"),
        ] {
            let address: Address = given.parse().unwrap();
            assert_eq!(address.to_string(), shown);
            assert!(!format!("{address:?}").contains("secret"), "{address:?}");
        }
        assert_eq!(Address::from("var/city.gpkg".to_owned()), Address::File("var/city.gpkg".into()));
    }
}
