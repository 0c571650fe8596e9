//! `GET /photos/{photo}`: a photo of an object, in one of its sizes.

use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use serde::{Serialize, Serializer};

use super::{Answering, Params, Problem, answer, routes};
use crate::model::Photo;

/// All sizes are kept as this.
pub const JPEG: &str = "image/jpeg";

/// A picture runs nothing and loads nothing, also where it is opened by itself.
const POLICY: &str = "default-src 'none'; sandbox; frame-ancestors 'self'";

/// One size of a photo that an object of this snapshot has; of no other it is told whether it is there.
pub async fn get(
    State(city): State<Answering>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &routes::PHOTO)?;
    let nothing = || Problem::NotFound(format!("there is no photo `{name}`"));
    let photo = Photo::read(&name).filter(|photo| city.snapshot().shows(*photo)).ok_or_else(nothing)?;
    // The name tells the bytes, so they need not be read for whoever has them.
    let tag = name.trim_end_matches(".jpg");
    if let Some(response) = answer::has_for_ever(&asked, tag) {
        return Ok(response);
    }
    let read = city.shown.album.read(photo).await.map_err(|error| {
        tracing::error!("{error}");
        Problem::Busy("photos cannot be read at the moment".into())
    })?;
    let Some(bytes) = read else {
        tracing::warn!(photo = name, "an object has a photo that the album does not have");
        return Err(nothing());
    };
    let mut response = answer::for_ever(JPEG, tag, bytes);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    Ok(response)
}

/// Where a photo is asked for.
pub fn path(photo: Photo) -> String {
    format!("/photos/{photo}")
}

/// Photos as a property of a feature: each with where it is, its size in pixels, and its smaller sizes.
pub struct PhotosJson<'a>(pub &'a str);

/// One size of a photo.
#[derive(Serialize)]
struct SizeJson {
    href: String,
    width: u32,
    height: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    thumbnails: Vec<Self>,
}

impl SizeJson {
    fn new(photo: Photo) -> Self {
        Self { href: path(photo), width: photo.width, height: photo.height, thumbnails: Vec::new() }
    }
}

impl Serialize for PhotosJson<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(Photo::all(self.0).map(|photo| {
            let thumbnails = photo.sizes().skip(1).map(SizeJson::new).collect();
            SizeJson { thumbnails, ..SizeJson::new(photo) }
        }))
    }
}
