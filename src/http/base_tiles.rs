//! The base map of a file: tiles of a PMTiles or MBTiles archive, handed on as they lie in it.

use std::sync::Arc;

use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{Links, Problem, answer, base_layers::Scheme, styles::Laid, tilejson};
use crate::{
    archive::Archive,
    space::TileCoord,
    tile::{html_text, tileset::BASE_MAP},
};

/// The tileset that an archive is served as.
pub const NAME: &str = BASE_MAP;

/// An archive that the base map comes from.
#[derive(Debug)]
pub struct BaseTiles {
    archive: Arc<Archive>,
    /// Whom it credits, as HTML.
    attribution: String,
}

impl BaseTiles {
    /// Takes an archive; `credit` stands in for what it says of whom it credits, and must be there where it says nothing.
    pub fn new(archive: Archive, credit: Option<&str>) -> Result<Self, String> {
        let attribution = credit.map(html_text).or_else(|| archive.about().attribution.clone());
        match attribution {
            Some(attribution) => Ok(Self { archive: Arc::new(archive), attribution }),
            None => Err("the base map does not say whom it credits: it needs an attribution".into()),
        }
    }

    /// How styles draw it.
    pub fn laid(&self) -> Laid {
        let about = self.archive.about();
        let layers: Vec<String> =
            about.vector_layers.iter().filter_map(|layer| Some(layer["id"].as_str()?.to_owned())).collect();
        match Scheme::of(&layers) {
            _ if !about.content.is_vector() => Laid::Pictures,
            Some(scheme) => Laid::Vector(scheme),
            None => Laid::Hidden,
        }
    }
}

/// The TileJSON of the base map.
pub fn tilejson(base: &BaseTiles, links: &Links) -> Value {
    let about = base.archive.about();
    let template = format!("/tiles/{NAME}/{{z}}/{{x}}/{{y}}.{}", about.content.ending());
    let mut document = json!({
        "tilejson": "3.0.0",
        "name": about.name.as_deref().unwrap_or(NAME),
        "scheme": "xyz",
        "tiles": [links.to(&template)],
        "minzoom": about.min_zoom,
        "maxzoom": about.max_zoom,
        "bounds": tilejson::bounds(about.bounds),
        "attribution": base.attribution,
    });
    if let Some(description) = &about.description {
        document["description"] = description.as_str().into();
    }
    if let Some((at, zoom)) = about.center {
        document["center"] = tilejson::center(at, zoom);
    }
    // TileJSON asks for the member wherever tiles are vector tiles, and only there (§3.3).
    if about.content.is_vector() {
        document["vector_layers"] = about.vector_layers.clone().into();
    }
    document
}

/// A tile of an archive; `ending` is that of the path, empty where it has none.
pub async fn tile(base: &BaseTiles, coord: TileCoord, ending: &str, asked: &HeaderMap) -> Result<Response, Problem> {
    let content = base.archive.about().content;
    // Many archives call their vector tiles `pbf`, and many clients JPEG `jpeg`.
    let is_its = ending.is_empty()
        || ending == content.ending()
        || matches!((content.ending(), ending), ("mvt", "pbf") | ("jpg", "jpeg"));
    if !is_its {
        return Err(Problem::NotFound(format!("the tiles of `{NAME}` end in .{}", content.ending())));
    }
    let reading = Arc::clone(&base.archive);
    let read = tokio::task::spawn_blocking(move || reading.tile(coord)).await;
    let found = read.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())).map_err(|error| {
        tracing::error!(%coord, %error, "a tile of the base map cannot be read");
        Problem::Internal
    })?;
    let Some(packed) = found else {
        return Ok((StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, "public, no-cache")]).into_response());
    };
    answer::packed(asked, content.media_type(), &packed)
}
