//! `GET /fonts/{stack}/{range}.pbf`: the glyphs that names on the map are written with.

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery, State},
    http::HeaderMap,
    response::Response,
};

use super::{Answering, Params, Problem, answer, routes};
use crate::style::GlyphRange;

/// One range of a font.
pub async fn get(
    State(city): State<Answering>,
    Path((stack, file)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &routes::GLYPHS)?;
    let nothing = |detail: &str| Problem::NotFound(format!("there are no glyphs `/fonts/{stack}/{file}`: {detail}"));
    let range = file.strip_suffix(".pbf").and_then(GlyphRange::read);
    let range = range.ok_or_else(|| nothing("a range is 0-255.pbf, 256-511.pbf … 65280-65535.pbf"))?;
    let fonts = city.shown.styles.fonts();
    let font = fonts.first_of(&stack).ok_or_else(|| nothing("no such font"))?.to_owned();
    let is_this_version = params.text("v") == Some(fonts.version());
    let making = Arc::clone(&city);
    let glyphs = tokio::task::spawn_blocking(move || making.shown.styles.fonts().glyphs(&font, range)).await;
    let glyphs = glyphs.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
    let glyphs = glyphs.ok_or_else(|| nothing("no such font"))?.map_err(|error| {
        tracing::error!(%error);
        Problem::Internal
    })?;
    let kind = "application/x-protobuf";
    Ok(if is_this_version {
        answer::immutable(&asked, kind, glyphs.into())
    } else {
        answer::bytes(&asked, kind, glyphs.into())
    })
}

/// The licence that the fonts come under.
pub async fn licence(
    State(city): State<Answering>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &routes::FONT_LICENCE)?;
    match city.shown.styles.fonts().licence() {
        Some(text) => Ok(answer::bytes(&asked, "text/plain; charset=utf-8", text.to_vec())),
        None => Err(Problem::NotFound("this program was built without fonts".into())),
    }
}
