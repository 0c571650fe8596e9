//! Packing is the content coding that an answer gets on its way out to one asker, where none is kept.
//!
//! What is packed for one asker is packed fast; what many ask for is kept packed well.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    task::{Context, Poll},
};

use axum::{
    body::Body,
    http::{HeaderMap, Request, header},
    response::Response,
};
use tower_http::{
    CompressionLevel,
    compression::{CompressionLayer, DefaultPredicate, Predicate as _, predicate::NotForContentType},
};
use tower_layer::Layer as _;
use tower_service::Service;

use super::{answer, format};
use crate::tile::Format;

/// The headers that tell which content codings the asker takes.
pub fn accepts(asked: &HeaderMap) -> HeaderMap {
    let lists = asked.get_all(header::ACCEPT_ENCODING).into_iter();
    lists.map(|list| (header::ACCEPT_ENCODING, list.clone())).collect()
}

/// The answer as the asker takes it.
pub async fn packed(accepts: HeaderMap, response: Response) -> Response {
    // Tiles are kept with their encodings, and none is made on the way out.
    let packing = CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(
        DefaultPredicate::new()
            .and(NotForContentType::const_new(Format::Mvt.media_type()))
            .and(NotForContentType::const_new(Format::Mlt.media_type()))
            // A sheet is packed already.
            .and(NotForContentType::const_new(format::XLSX)),
    );
    let mut request = Request::new(());
    *request.headers_mut() = accepts;
    match packing.layer(Given(Some(response))).call(request).await {
        Ok(response) => answer::tag_encoding(response.map(Body::new)),
        Err(never) => match never {},
    }
}

/// A service that has its one response already.
struct Given(Option<Response>);

impl Service<Request<()>> for Given {
    type Response = Response;
    type Error = Infallible;
    type Future = Ready<Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        ready(Ok(self.0.take().unwrap_or_default()))
    }
}
