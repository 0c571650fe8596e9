//! Which format a vector tile is answered in: by the ending of its path, by `f`, or by `Accept` (RFC 9110 §12.5.1).

use axum::http::{HeaderMap, header};

use super::{Params, Problem};
use crate::tile::Format;

/// What is answered to those who like all formats alike: every client reads it.
pub const DEFAULT: Format = Format::Mvt;

/// The format of this name, which is also the ending of its paths.
pub fn named(name: &str) -> Option<Format> {
    Format::ALL.into_iter().find(|format| format.extension() == name)
}

/// The format that `f` names; `None` where it is not given.
pub fn said(params: &Params) -> Result<Option<Format>, Problem> {
    let Some(name) = params.text("f") else { return Ok(None) };
    let wrong = || {
        let known = Format::ALL.map(Format::extension).join(" or ");
        Problem::bad("f", name, format!("`f` is {known}"))
    };
    named(name).map(Some).ok_or_else(wrong)
}

/// The format that the asker likes best; of those liked alike, the default.
pub fn accepted(asked: &HeaderMap) -> Result<Format, Problem> {
    let lists: Vec<&str> = asked.get_all(header::ACCEPT).into_iter().filter_map(|list| list.to_str().ok()).collect();
    if lists.iter().all(|list| list.trim().is_empty()) {
        return Ok(DEFAULT);
    }
    let mut best: Option<(Format, f32)> = None;
    for format in Format::ALL {
        let liking = liking(&lists, format.media_type());
        if liking > best.map_or(0.0, |(_, liking)| liking) {
            best = Some((format, liking));
        }
    }
    let offered = || Format::ALL.map(Format::media_type).join(" or ");
    best.map(|(format, _)| format).ok_or_else(|| Problem::NotAcceptable(format!("a tile can be {}", offered())))
}

/// How much a media type is liked, 0 to 1: the range that names it most closely says so (RFC 9110 §12.5.1).
fn liking(lists: &[&str], media_type: &str) -> f32 {
    let (kind, _) = media_type.split_once('/').expect("a media type has a kind");
    let mut said: Option<(u8, f32)> = None;
    for range in lists.iter().flat_map(|list| list.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let closeness = match name.split_once('/') {
            _ if name == media_type => 2,
            Some((group, "*")) if group == kind => 1,
            Some(("*", "*")) => 0,
            _ => continue,
        };
        let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        let quality = quality.map_or(1.0, |quality| quality.trim().parse::<f32>().unwrap_or(0.0).clamp(0.0, 1.0));
        if said.is_none_or(|(closest, _)| closeness >= closest) {
            said = Some((closeness, quality));
        }
    }
    said.map_or(0.0, |(_, quality)| quality)
}
