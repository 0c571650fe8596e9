//! The pages of a list of features and of one feature.

use std::fmt::Write as _;

use super::{Frame, demonstration, text};
use crate::{
    http::{
        Language, Params,
        items::Question,
        links::{Link, escaped, feature_path},
        photos,
    },
    model::{Collection, Field, Photo, TextFormat, Value},
    snapshot::{Found, Shelf, page::Page, photos::of as photos_of},
    space::{LonLat, Offered},
};

/// Features in rows.
#[derive(Debug)]
pub struct Table<'a> {
    /// Where they stand.
    pub shelf: &'a Shelf,
    /// Which.
    pub page: &'a Page<'a>,
    /// Links from here.
    pub ways: &'a [Link],
    /// What was asked.
    pub question: &'a Question,
}

impl Table<'_> {
    /// The page.
    pub fn written(&self, params: &Params) -> Vec<u8> {
        let (collection, language) = (self.shelf.collection(), self.question.language);
        let (id, title) = (&collection.id, language.of(&collection.title));
        let mut body = String::new();
        if self.shelf.is_demonstration() {
            body.push_str(&demonstration(language));
        }
        let _ = write!(body, "<p>{}: {}</p>", language.either("Усього об’єктів", "Features in all"), self.page.matched);
        self.turns(&mut body);
        let view = self.question.view();
        let shown = view.fields(collection);
        let _ =
            write!(body, "<div class=\"wide\"><table><tr><th>{}</th>", language.either("Ідентифікатор", "Identifier"));
        let has_kinds = !collection.kinds.is_empty() && view.shows("kind");
        if has_kinds {
            let _ = write!(body, "<th>{}</th>", language.either("Вид", "Kind"));
        }
        for (_, field) in &shown {
            let _ = write!(body, "<th>{}</th>", heading(field, language));
        }
        body.push_str("</tr>");
        for feature in &self.page.features {
            let href = format!("{}?f=html&lang={}", feature_path(id.as_str(), feature.id.as_str()), language.tag());
            let _ = write!(body, "<tr><td><a href=\"{}\">{}</a></td>", text(href), text(&feature.id));
            if has_kinds {
                let _ = write!(body, "<td>{}</td>", text(kind(collection, feature.kind.as_deref(), language)));
            }
            for (at, field) in &shown {
                let value = &feature.values[*at];
                let class =
                    if matches!(value, Value::Integer(_) | Value::Number(_)) { " class=\"number\"" } else { "" };
                let _ = write!(body, "<td{class}>{}</td>", said(field, value, language));
            }
            body.push_str("</tr>");
        }
        body.push_str("</table></div>");
        self.turns(&mut body);
        credit(&mut body, self.shelf);
        let path = format!("/collections/{id}");
        let other = format!("{path}/items?{}", params.again("lang", Some(language.other().tag())));
        let json = format!("{path}/items?{}", params.again("f", Some("json")));
        let way = [(path.as_str(), title)];
        Frame { language, title, way: &way, other: &other, json: &json }.around(&body)
    }

    /// Links to the page before and after, and to the other formats.
    fn turns(&self, body: &mut String) {
        let language = self.question.language;
        body.push_str("<ul class=\"ways\">");
        for (rel, title) in
            [("prev", language.either("← Назад", "← Back")), ("next", language.either("Далі →", "Next →"))]
        {
            if let Some(link) = self.ways.iter().find(|link| link.rel == rel) {
                let href = text(&link.href);
                let _ = write!(body, "<li><a rel=\"{rel}\" href=\"{href}\">{title}</a></li>");
            }
        }
        body.push_str("</ul>");
    }
}

/// The page of one feature.
pub fn one(found: Found<'_>, crs: &Offered, language: Language) -> Vec<u8> {
    let Found { shelf, feature } = found;
    let collection = shelf.collection();
    let (id, tag) = (&collection.id, language.tag());
    let mut body = String::new();
    if shelf.is_demonstration() {
        body.push_str(&demonstration(language));
    }
    let object = format!("/#lang={tag}&object={id}/{}", escaped(feature.id.as_str()));
    let on_map = language.either("На мапі", "On the map");
    let _ = write!(body, "<ul class=\"ways\"><li><a href=\"{}\">{on_map}</a></li></ul>", text(object));
    let named = collection.fields.iter().zip(&feature.values).find(|(field, _)| field.name == "name");
    let title = named.and_then(|(_, value)| value.as_text()).unwrap_or(feature.id.as_str());
    gallery(&mut body, found, title, language);
    body.push_str("<dl>");
    let mut row = |name: &str, value: String| {
        let _ = write!(body, "<dt>{name}</dt><dd>{value}</dd>");
    };
    row(language.either("Ідентифікатор", "Identifier"), text(&feature.id));
    if feature.kind.is_some() {
        row(language.either("Вид", "Kind"), text(kind(collection, feature.kind.as_deref(), language)));
    }
    for (field, value) in collection.fields.iter().zip(&feature.values) {
        if field.format == Some(TextFormat::Photos) {
            continue;
        }
        // What nobody has said is said to be unknown.
        row(&heading(field, language), said(field, value, language));
    }
    let bbox = feature.geometry.bbox();
    if let Ok(middle) = LonLat::new(f64::midpoint(bbox.west, bbox.east), f64::midpoint(bbox.south, bbox.north)) {
        let [a, b] = crs.position(middle);
        row(language.either("Середина, координати", "Middle, coordinates"), format!("{a}, {b}"));
    }
    body.push_str("</dl>");
    credit(&mut body, shelf);
    let path = feature_path(id.as_str(), feature.id.as_str());
    let (up, items) = (format!("/collections/{id}"), format!("/collections/{id}/items"));
    let way = [(up.as_str(), language.of(&collection.title)), (items.as_str(), language.either("Об’єкти", "Features"))];
    let other = format!("{path}?f=html&lang={}", language.other().tag());
    Frame { language, title, way: &way, other: &other, json: &format!("{path}?f=json") }.around(&body)
}

/// The photos of a feature: each as large as the page has room for, those out of sight not yet loaded.
fn gallery(body: &mut String, Found { shelf, feature }: Found<'_>, title: &str, language: Language) {
    let shown: Vec<Photo> = photos_of(shelf.collection(), feature).collect();
    if shown.is_empty() {
        return;
    }
    body.push_str("<div class=\"photos\">");
    for (i, photo) in shown.iter().enumerate() {
        let Photo { width, height, .. } = photo;
        let sizes: Vec<_> = photo.sizes().map(|size| format!("{} {}w", photos::path(size), size.width)).collect();
        let which = language.either("світлина", "photo");
        let alt = format!("{title}: {which} {}/{}", i + 1, shown.len());
        let _ = write!(
            body,
            "<a href=\"{path}\"><img src=\"{path}\" srcset=\"{}\" sizes=\"20rem\" width=\"{width}\" height=\"{height}\" \
             loading=\"lazy\" decoding=\"async\" alt=\"{}\"></a>",
            sizes.join(", "),
            text(alt),
            path = photos::path(*photo),
        );
    }
    body.push_str("</div>");
}

fn heading(field: &Field, language: Language) -> String {
    let unit = field.unit.as_ref().map_or_else(String::new, |unit| format!(", {unit}"));
    format!("{}{}", text(language.of(&field.title)), text(unit))
}

fn kind<'a>(collection: &'a Collection, id: Option<&'a str>, language: Language) -> &'a str {
    let known = id.and_then(|id| collection.kinds.iter().find(|kind| kind.id == id));
    known.map_or(id.unwrap_or_default(), |kind| language.of(&kind.title))
}

/// A value as people read it, as HTML.
fn said(field: &Field, value: &Value, language: Language) -> String {
    match value {
        Value::Unknown => format!("<span class=\"soft\">{}</span>", language.either("невідомо", "unknown")),
        Value::Boolean(yes) => language.either(if *yes { "так" } else { "ні" }, if *yes { "yes" } else { "no" }).into(),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Date(day) => day.to_string(),
        Value::Text(words) => match field.format {
            // Only what is a web address becomes a link: `javascript:` never does.
            Some(TextFormat::Uri) if words.starts_with("https://") || words.starts_with("http://") => {
                format!("<a href=\"{0}\" rel=\"nofollow noopener\">{0}</a>", text(words))
            }
            Some(TextFormat::Email) => format!("<a href=\"mailto:{0}\">{0}</a>", text(words)),
            Some(TextFormat::Photos) => Photo::all(words).count().to_string(),
            Some(TextFormat::Phone) => format!("<a href=\"tel:{0}\">{0}</a>", text(words)),
            _ => {
                let choice = field.values.iter().find(|choice| choice.id == **words);
                text(choice.map_or(words.as_ref(), |choice| language.of(&choice.title)))
            }
        },
    }
}

fn credit(body: &mut String, shelf: &Shelf) {
    if let Some(credit) = shelf.provenance().and_then(|from| from.attribution.as_ref()) {
        let _ = write!(body, "<p class=\"soft\">{}</p>", text(credit));
    }
}
