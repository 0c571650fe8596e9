//! `GET /` and the files of the map page.

use std::{borrow::Cow, collections::BTreeMap};

use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderValue, Method, Uri, header},
    response::Response,
};
use serde_json::json;

use super::{
    Answering, BaseMap, Language, Params, Problem, answer,
    document::Document,
    encoding::Encoding,
    preference::liking,
    preview::{PICTURE, Preview, is_view},
    routes,
    tilesets::TILESETS_VECTOR,
};

/// The page that begins everything.
const INDEX: &str = "index.html";

/// Files below this folder have names that change with their content.
const HASHED: &str = "assets/";

/// How the file is called that has another one packed in brotli.
const IN_BROTLI: &str = ".br";

/// The files of the built page by path, without a leading slash.
#[derive(Debug, Default)]
pub struct PageFiles(BTreeMap<String, Cow<'static, [u8]>>);

impl PageFiles {
    /// Takes the files, `(path, bytes)`.
    pub fn new(files: impl IntoIterator<Item = (String, Cow<'static, [u8]>)>) -> Self {
        Self(files.into_iter().collect())
    }
}

/// The map page for a browser; the landing page of the API for `f=json` or a client that asks for JSON.
pub async fn root(
    State(city): State<Answering>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let view = query.as_deref().unwrap_or_default();
    let wants_html =
        liking(&asked, &header::ACCEPT, &["text/html"]) > liking(&asked, &header::ACCEPT, &["application/json"]);
    // Messengers ask for the link they were given and do not say that they read HTML.
    if (wants_html || is_view(view)) && !view.split('&').any(|part| part.starts_with("f=")) {
        return index(&city, &asked, view, Framing::Own);
    }
    let params = Params::read(query.as_deref(), &routes::LANDING)?;
    let language = Language::asked(&params, &asked);
    if params.text("f") == Some("html") {
        return index(&city, &asked, view, Framing::Own);
    }
    let links = city.links(&asked);
    let mut to = vec![
        links.link("self", "application/json", "/?f=json"),
        links.link("alternate", "text/html", "/?f=html"),
        links.link("service-desc", super::api::OPENAPI, "/api"),
        links.link("service-doc", "text/html", "/api.html"),
        links.link("conformance", "application/json", "/conformance"),
        links.link("data", "application/json", "/collections"),
        links.link("catalog", "application/json", "/catalog"),
        links.link(TILESETS_VECTOR, "application/json", "/tiles"),
        links.link("http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes", "application/json", "/tileMatrixSets"),
    ];
    to.extend(city.shown.tilesets.names().map(|name| {
        let mut link = links.link("tiles", "application/json", &format!("/tiles/{name}.json"));
        link.title = Some(name.into());
        link
    }));
    let landing = json!({
        "title": language.either("Місто на мапі", "City on the Map"),
        "description": language.either(
            "Об’єкти міста: колекції, тайли, найближче.",
            "Objects of the city: collections, tiles, nearest."
        ),
        "links": to,
    });
    Document::new(&asked, "application/json").in_language(language).with_links(&to).json(&landing)
}

/// The page for the frames of other sites: the map alone, with the filter that its address fixes.
pub async fn embed(
    State(city): State<Answering>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    index(&city, &asked, query.as_deref().unwrap_or_default(), Framing::Any)
}

/// The page for a touch screen in a street, which stands at the place that its address names.
pub async fn kiosk(
    State(city): State<Answering>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &routes::KIOSK)?;
    index(&city, &asked, query.as_deref().unwrap_or_default(), Framing::Own)
}

/// A file of the page.
pub async fn file(
    State(city): State<Answering>,
    method: Method,
    uri: Uri,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let nothing = || Problem::NotFound(format!("there is nothing at `{}`", uri.path()));
    if method != Method::GET && method != Method::HEAD {
        return Err(nothing());
    }
    let path = uri.path().trim_start_matches('/');
    if path == INDEX {
        return index(&city, &asked, "", Framing::Own);
    }
    let files = &city.shown.page.0;
    let bytes = files.get(path).filter(|_| !path.ends_with(IN_BROTLI)).ok_or_else(nothing)?;
    let kind = media_type(path);
    if !path.starts_with(HASHED) {
        return Ok(answer::bytes(&asked, kind, bytes.to_vec()));
    }
    Ok(match files.get(&format!("{path}{IN_BROTLI}")) {
        // Packed at build, as small as it gets; whoever does not take it has it packed on its way.
        Some(packed) if Encoding::Brotli.is_accepted(&asked) => {
            answer::immutable_in_brotli(&asked, kind, bytes, packed.to_vec())
        }
        _ => answer::immutable(&asked, kind, bytes.to_vec()),
    })
}

/// Whose frames may show the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    Own,
    Any,
}

fn index(city: &Answering, asked: &HeaderMap, view: &str, framing: Framing) -> Result<Response, Problem> {
    let files = &city.shown.page.0;
    let page = files.get(INDEX).and_then(|page| std::str::from_utf8(page).ok()).ok_or_else(|| {
        Problem::NotFound("this program was built without the map page: run `make` and start it again".into())
    })?;
    let preview = Preview::of(view, &city.snapshot());
    let page = preview.put_into(page, &city.links(asked), files.contains_key(PICTURE));
    let mut response = answer::bytes(asked, media_type(INDEX), page.into_bytes());
    let policy = policy(city.shown.styles.base_map(), framing);
    let policy = HeaderValue::from_str(&policy).map_err(|_| Problem::Internal)?;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin"));
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

/// The page runs only its own code; it fetches from its own server and, where one is set, from the base map's.
fn policy(base_map: &BaseMap, framing: Framing) -> String {
    let base = base_map.origin().map_or_else(String::new, |origin| format!(" {origin}"));
    let ancestors = if framing == Framing::Any { "*" } else { "'self'" };
    format!(
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:{base}; \
         connect-src 'self'{base}; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; \
         form-action 'none'; frame-ancestors {ancestors}"
    )
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, end)| end) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
