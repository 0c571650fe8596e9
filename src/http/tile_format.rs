//! Which format a vector tile is answered in: by the ending of its path, by `f`, or by `Accept` (RFC 9110 §12.5.1).

use axum::http::{HeaderMap, header};

use super::{Params, Problem, preference::liking};
use crate::tile::Format;

/// What is answered to those who like all formats alike: every client reads it.
pub const DEFAULT: Format = Format::Mvt;

/// The format of this name, which is also the ending of its paths.
pub fn named(name: &str) -> Option<Format> {
    Format::ALL.into_iter().find(|format| format.extension() == name)
}

/// The format that `f` names; `None` where it is not given.
pub fn said(params: &Params) -> Option<Format> {
    params.text("f").map(|name| named(name).expect("the route takes the names of formats only"))
}

/// The format that the asker likes best; of those liked alike, the default.
pub fn accepted(asked: &HeaderMap) -> Result<Format, Problem> {
    let mut best: Option<(Format, (f32, u8))> = None;
    for format in Format::ALL {
        let liking = liking(asked, &header::ACCEPT, &[format.media_type()]);
        if liking > best.map_or((0.0, 0), |(_, liking)| liking) {
            best = Some((format, liking));
        }
    }
    let offered = || Format::ALL.map(Format::media_type).join(" or ");
    best.map(|(format, _)| format).ok_or_else(|| Problem::NotAcceptable(format!("a tile can be {}", offered())))
}
