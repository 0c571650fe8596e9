//! `GET /sprites/icons-{version}[@2x].{json,png}`: the icons that objects on the map are marked with.

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery, State},
    http::HeaderMap,
    response::Response,
};

use super::{Answering, Params, Problem, answer, routes};

/// The index of the icons or their picture; without a version in its name it is asked for again each time.
pub async fn get(
    State(city): State<Answering>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &routes::SPRITE)?;
    let sprites = city.shown.styles.sprites();
    let asked_for = read(&file, sprites.version()).filter(|_| !sprites.is_empty());
    let Some((is_picture, is_double, is_named)) = asked_for else {
        return Err(Problem::NotFound(format!("there is no sprite `/sprites/{file}`")));
    };
    let drawing = Arc::clone(&city);
    let sheet = tokio::task::spawn_blocking(move || drawing.shown.styles.sprites().sheet(is_double)).await;
    let sheet = sheet.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())).map_err(|error| {
        tracing::error!(%error, "the icons cannot be drawn");
        Problem::Internal
    })?;
    let (kind, bytes) = if is_picture { ("image/png", sheet.picture) } else { ("application/json", sheet.index) };
    Ok(if is_named { answer::immutable(&asked, kind, bytes.into()) } else { answer::bytes(&asked, kind, bytes.into()) })
}

/// Whether the picture is asked for, at twice the pixels, by this version; `None` for a name that is no sprite.
fn read(file: &str, version: &str) -> Option<(bool, bool, bool)> {
    let (name, ending) = file.rsplit_once('.')?;
    let is_picture = match ending {
        "png" => true,
        "json" => false,
        _ => return None,
    };
    let (name, is_double) = name.strip_suffix("@2x").map_or((name, false), |name| (name, true));
    let named = name.strip_prefix("icons")?;
    let is_named = named.strip_prefix('-') == Some(version);
    (is_named || named.is_empty()).then_some((is_picture, is_double, is_named))
}
