//! The constant server is what no tile server can pass: the least axum program, with one body for every request.

use axum::{Router, body::Bytes, http::header, routing::get};

/// Answers forever with a body of so many bytes.
pub fn serve(bytes: usize) {
    let body = Bytes::from((0..bytes).map(|i| (i * 31 % 251) as u8).collect::<Vec<_>>());
    let answer = move || async move {
        let kind = (header::CONTENT_TYPE, "application/vnd.mapbox-vector-tile");
        ([kind, (header::CONTENT_ENCODING, "gzip")], body)
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("http://{}", listener.local_addr().unwrap());
        axum::serve(listener, Router::new().fallback(get(answer))).await.unwrap();
    });
}
