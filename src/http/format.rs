//! A `Format` is what an answer is written in, by `f` or else by `Accept`.

use axum::http::{HeaderMap, header};

use super::{
    Params,
    preference::liking,
    route::{Form, Route},
};

/// The media type of XLSX (IANA).
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// One way to write an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON of any kind.
    Json,
    /// A page to be read without a program.
    Html,
    /// A table.
    Csv,
    /// FlatGeobuf, with its index.
    FlatGeobuf,
    /// A sheet for people.
    Xlsx,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Json, Self::Html, Self::Csv, Self::FlatGeobuf, Self::Xlsx];

    /// Its word in `f`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Html => "html",
            Self::Csv => "csv",
            Self::FlatGeobuf => "fgb",
            Self::Xlsx => "xlsx",
        }
    }

    /// The media types it is asked for by.
    const fn media(self) -> &'static [&'static str] {
        match self {
            Self::Json => &[
                "application/geo+json",
                "application/json",
                "application/schema+json",
                "application/vnd.oai.openapi+json",
            ],
            Self::Html => &["text/html"],
            Self::Csv => &["text/csv"],
            Self::FlatGeobuf => &["application/flatgeobuf", "application/vnd.flatgeobuf"],
            Self::Xlsx => &[XLSX],
        }
    }

    /// The one asked for, of those that the route has; JSON where all are liked alike, or none.
    pub fn asked(params: &Params, route: &Route, headers: &HeaderMap) -> Self {
        let Some(Form::Word(words)) = route.param("f").map(|param| param.form) else { return Self::Json };
        if let Some(word) = params.text("f") {
            return Self::ALL.into_iter().find(|format| format.word() == word).unwrap_or(Self::Json);
        }
        let offered = Self::ALL.into_iter().filter(|format| words.contains(&format.word()));
        let mut best = (Self::Json, (0.0, 0));
        for format in offered {
            let liking = liking(headers, &header::ACCEPT, format.media());
            if liking > best.1 {
                best = (format, liking);
            }
        }
        best.0
    }
}
