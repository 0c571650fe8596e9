//! The pages of the API, to be read without a program: what JSON says, as HTML without a script.

pub mod api;
pub mod collections;
pub mod items;

use std::fmt::{Display, Write as _};

use axum::{extract::RawQuery, http::HeaderMap, response::Response};

use super::{Language, Params, Problem, answer, routes};

/// The media type of a page.
pub const HTML: &str = "text/html; charset=utf-8";

/// The colours of the map page, and the few shapes of these pages.
const STYLE_SHEET: &str = concat!(include_str!("../../../web/src/look/tokens.css"), include_str!("pages.css"));

/// `GET /pages.css`.
pub async fn style_sheet(RawQuery(query): RawQuery, asked: HeaderMap) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &routes::STYLE_SHEET)?;
    Ok(answer::bytes(&asked, "text/css; charset=utf-8", STYLE_SHEET.into()))
}

/// A text in HTML, wherever in it.
pub fn text(text: impl Display) -> String {
    let text = text.to_string();
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str("&quot;"),
            '\'' => written.push_str("&#39;"),
            other => written.push(other),
        }
    }
    written
}

/// What stands around the body of every page.
#[derive(Debug)]
pub struct Frame<'a> {
    /// In which language.
    pub language: Language,
    /// What the page is about; no HTML.
    pub title: &'a str,
    /// The way to it: paths and titles, no HTML.
    pub way: &'a [(&'a str, &'a str)],
    /// The same in the other language.
    pub other: &'a str,
    /// The same as JSON.
    pub json: &'a str,
}

impl Frame<'_> {
    /// The page with this body, which is HTML.
    pub fn around(&self, body: &str) -> Vec<u8> {
        let tag = self.language.tag();
        let name = self.language.either("Місто на мапі", "City on the Map");
        let mut way = String::new();
        for (path, title) in
            [("/", name), ("/collections", self.language.either("Колекції", "Collections"))].iter().chain(self.way)
        {
            let _ =
                write!(way, "<li><a href=\"{}\">{}</a></li>", text(with_language(path, self.language)), text(title));
        }
        format!(
            "<!doctype html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title} · {name}</title>\n<link rel=\"stylesheet\" href=\"/pages.css\">\n\
             <link rel=\"alternate\" type=\"application/json\" href=\"{json}\">\n\
             <link rel=\"alternate\" hreflang=\"{other_tag}\" href=\"{other}\">\n</head>\n<body>\n\
             <header><nav aria-label=\"{way_label}\"><ol>{way}</ol></nav>\
             <p><a href=\"{json}\">JSON</a> <a href=\"/api.html?lang={tag}\">API</a> \
             <a href=\"{other}\" hreflang=\"{other_tag}\" lang=\"{other_tag}\">{other_name}</a></p></header>\n\
             <main>\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n",
            title = text(self.title),
            json = text(self.json),
            other = text(self.other),
            other_tag = self.language.other().tag(),
            other_name = self.language.other().either("Українською", "English"),
            way_label = self.language.either("Шлях", "Path"),
        )
        .into_bytes()
    }
}

/// A path of ours in a language; the map page reads its own from what follows `#`.
fn with_language(path: &str, language: Language) -> String {
    if path == "/" { "/".into() } else { format!("{path}?f=html&lang={}", language.tag()) }
}

/// The note that stands over everything invented.
pub fn demonstration(language: Language) -> String {
    let note = language.either(
        "Демонстраційні дані: об’єкти вигадані для показу і не описують справжнього міста.",
        "Demonstration data: the objects are invented for show and do not describe the real city.",
    );
    format!("<p class=\"note\">{note}</p>")
}
