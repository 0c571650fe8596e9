//! The pages of all collections and of one.

use std::fmt::Write as _;

use axum::{http::HeaderMap, response::Response};

use super::{Frame, HTML, demonstration, text};
use crate::{
    http::{Language, document::Document},
    snapshot::{Shelf, Snapshot},
};

/// All collections, along the filter tree, and then what only carries the map.
pub fn list(asked: &HeaderMap, snapshot: &Snapshot, language: Language) -> Response {
    let mut body = String::new();
    if snapshot.is_demonstration() {
        body.push_str(&demonstration(language));
    }
    for sector in snapshot.sectors() {
        let shelves: Vec<&Shelf> = sector
            .service_areas
            .iter()
            .flat_map(|area| &area.collections)
            .filter_map(|id| snapshot.shelf(id.as_str()))
            .collect();
        part(&mut body, language.of(&sector.title), &shelves, language);
    }
    let carrying: Vec<&Shelf> = snapshot.shelves().filter(|shelf| shelf.sector().is_none()).collect();
    part(&mut body, language.either("Основа мапи", "What carries the map"), &carrying, language);
    let other = format!("/collections?f=html&lang={}", language.other().tag());
    let title = language.either("Колекції", "Collections");
    let frame = Frame { language, title, way: &[], other: &other, json: "/collections?f=json" };
    Document::new(asked, HTML).in_language(language).bytes(frame.around(&body))
}

fn part(body: &mut String, title: &str, shelves: &[&Shelf], language: Language) {
    if shelves.is_empty() {
        return;
    }
    let (name, count) = (language.either("Колекція", "Collection"), language.either("Об’єктів", "Features"));
    let _ = write!(body, "<h2>{}</h2><table><tr><th>{name}</th><th>{count}</th></tr>", text(title));
    for shelf in shelves {
        let collection = shelf.collection();
        let _ = write!(
            body,
            "<tr><td><a href=\"/collections/{}?f=html&amp;lang={}\">{}</a></td><td class=\"number\">{}</td></tr>",
            collection.id,
            language.tag(),
            text(language.of(&collection.title)),
            shelf.len()
        );
    }
    body.push_str("</table>");
}

/// One collection: who answers for it, what its features have, where they are.
pub fn one(asked: &HeaderMap, shelf: &Shelf, language: Language) -> Response {
    let collection = shelf.collection();
    let (id, tag) = (&collection.id, language.tag());
    let mut body = String::new();
    if shelf.is_demonstration() {
        body.push_str(&demonstration(language));
    }
    let _ = write!(
        body,
        "<ul class=\"ways\"><li><a href=\"/collections/{id}/items?f=html&amp;lang={tag}\">{} ({})</a></li>\
         <li><a href=\"/#lang={tag}&amp;collection={id}\">{}</a></li>\
         <li><a href=\"/collections/{id}/items?f=csv&amp;bom=true\">CSV</a></li>\
         <li><a href=\"/collections/{id}/items?f=xlsx&amp;lang={tag}\">XLSX</a></li>\
         <li><a href=\"/collections/{id}/items?f=fgb\">FlatGeobuf</a></li>\
         <li><a href=\"/collections/{id}/schema\">JSON Schema</a></li></ul><dl>",
        language.either("Об’єкти", "Features"),
        shelf.len(),
        language.either("На мапі", "On the map"),
    );
    let mut row = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = write!(body, "<dt>{name}</dt><dd>{}</dd>", text(value));
        }
    };
    let said = |title: &Option<crate::model::Title>| title.as_ref().map(|title| language.of(title).to_owned());
    row(language.either("Автор", "Author"), said(&collection.author));
    row(language.either("Відповідальна посада", "Responsible post"), said(&collection.post));
    row(language.either("Ліцензія", "Licence"), collection.licence.clone());
    row(language.either("Наступне оновлення", "Next update due"), collection.next_due.map(|day| day.to_string()));
    let provenance = shelf.provenance();
    row(language.either("Завантажено", "Imported"), provenance.map(|from| from.imported.to_string()));
    row(language.either("Джерело", "Credit"), provenance.and_then(|from| from.attribution.clone()));
    row(
        language.either("Межі, градуси", "Extent, degrees"),
        shelf.bbox().map(|bbox| bbox.to_array().map(|degrees| degrees.to_string()).join(", ")),
    );
    body.push_str("</dl>");
    let (name, field, kind) = language.either_all(["Назва", "Властивість", "Тип"], ["Title", "Property", "Type"]);
    let _ = write!(
        body,
        "<h2>{}</h2><div class=\"wide\"><table><tr><th>{name}</th><th>{field}</th><th>{kind}</th></tr>",
        language.either("Властивості", "Properties")
    );
    for field in &collection.fields {
        let unit = field.unit.as_ref().map_or_else(String::new, |unit| format!(", {unit}"));
        let _ = write!(
            body,
            "<tr><td>{}</td><td><code>{}</code></td><td>{}{}</td></tr>",
            text(language.of(&field.title)),
            field.name,
            field.kind.name(),
            text(unit)
        );
    }
    body.push_str("</table></div>");
    let (json, other) =
        (format!("/collections/{id}?f=json"), format!("/collections/{id}?f=html&lang={}", language.other().tag()));
    let frame = Frame { language, title: language.of(&collection.title), way: &[], other: &other, json: &json };
    Document::new(asked, HTML).in_language(language).bytes(frame.around(&body))
}
