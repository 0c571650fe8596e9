//! A `Language` is in which of the two the titles of an answer are, by `lang` or else by `Accept-Language`.

use axum::http::{HeaderMap, header};

use super::{Params, preference::liking, route::Said};
use crate::model::Title;

/// A language of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Ukrainian, the first.
    Uk,
    /// English.
    En,
}

impl Language {
    /// The one asked for; Ukrainian where both are liked alike.
    pub fn asked(params: &Params, headers: &HeaderMap) -> Self {
        match params.text("lang") {
            Some("en") => Self::En,
            Some(_) => Self::Uk,
            None => {
                let of = |tag| liking(headers, &header::ACCEPT_LANGUAGE, &[tag]);
                if of("en") > of("uk") { Self::En } else { Self::Uk }
            }
        }
    }

    /// Its tag (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Uk => "uk",
            Self::En => "en",
        }
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Uk => Self::En,
            Self::En => Self::Uk,
        }
    }

    /// A title in it.
    pub fn of(self, title: &Title) -> &str {
        match self {
            Self::Uk => &title.uk,
            Self::En => &title.en,
        }
    }

    /// Words in it.
    pub const fn say(self, said: Said) -> &'static str {
        self.either(said.uk, said.en)
    }

    /// One of two texts.
    pub const fn either(self, uk: &'static str, en: &'static str) -> &'static str {
        match self {
            Self::Uk => uk,
            Self::En => en,
        }
    }

    /// Three of six texts.
    pub const fn either_all(
        self,
        uk: [&'static str; 3],
        en: [&'static str; 3],
    ) -> (&'static str, &'static str, &'static str) {
        let [a, b, c] = match self {
            Self::Uk => uk,
            Self::En => en,
        };
        (a, b, c)
    }
}
