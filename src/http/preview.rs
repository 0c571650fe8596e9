//! A `Preview` is what a view of the map page is called before anybody opens it: by browsers, messengers and search engines.

use std::{borrow::Cow, fmt::Write as _};

use super::{
    Language, Links,
    links::{escaped, feature_path},
    pages::text,
    photos,
};
use crate::{
    model::{Collection, Feature, Photo, Title},
    snapshot::{Shelf, Snapshot, photos::of as photos_of},
};

/// The picture of a city that every view shares, where the page has one.
pub const PICTURE: &str = "preview.png";

const SITE: Title2 = ("Місто на мапі", "City on the Map");
const ABOUT: Title2 = (
    "Об’єкти міста на мапі: що поруч, з адресою, годинами роботи й телефоном.",
    "The city's objects on a map: what is near, with address, opening hours and telephone.",
);

/// What a query says that is a view of the page.
const VIEW: [&str; 6] = ["map", "sector", "area", "collection", "kind", "object"];

/// More titles than this are no title.
const MOST_NAMED: usize = 3;

type Title2 = (&'static str, &'static str);

/// What a view is called; nothing in it is HTML yet.
#[derive(Debug, PartialEq, Eq)]
pub struct Preview {
    language: Language,
    title: Option<String>,
    about: String,
    /// The object that it shows, as somebody took it.
    photo: Option<Photo>,
    /// The view's own address, from `/` on.
    path: String,
    /// Where the same is read without a script.
    plain: String,
}

/// Whether a query asks for a view of the page, whatever the asker says it reads.
pub fn is_view(query: &str) -> bool {
    form_urlencoded::parse(query.as_bytes()).any(|(name, _)| VIEW.contains(&&*name))
}

impl Preview {
    /// Of the view that a query names, as far as it names anything there is.
    pub fn of(query: &str, snapshot: &Snapshot) -> Self {
        let said = |name: &str| {
            form_urlencoded::parse(query.as_bytes()).find(|(known, _)| known == name).map(|(_, value)| value)
        };
        let language = if said("lang").as_deref() == Some("en") { Language::En } else { Language::Uk };
        let mut preview = Self {
            language,
            title: None,
            about: language.either(ABOUT.0, ABOUT.1).into(),
            photo: None,
            path: format!("/?lang={}", language.tag()),
            plain: format!("/collections?f=html&lang={}", language.tag()),
        };
        if let Some((shelf, feature)) = said("object").and_then(|key| object(&key, snapshot)) {
            preview.shows(shelf, feature);
            return preview;
        }
        let list = |name: &str| said(name).unwrap_or_default();
        let mut titles = Vec::new();
        for sector in snapshot.sectors() {
            let named = |list: &Cow<'_, str>, id: &str| list.split(',').any(|word| word == id);
            if named(&list("sector"), &sector.id) {
                titles.push(&sector.title);
            }
            titles.extend(
                sector.service_areas.iter().filter(|area| named(&list("area"), &area.id)).map(|area| &area.title),
            );
        }
        let collections = list("collection");
        let kinds = list("kind");
        titles.extend(collections.split(',').filter_map(|id| Some(&snapshot.shelf(id)?.collection().title)));
        titles.extend(kinds.split(',').filter_map(|id| kind_title(id, snapshot)));
        if !titles.is_empty() {
            let more = if titles.len() > MOST_NAMED { "…" } else { "" };
            let first: Vec<&str> = titles.iter().take(MOST_NAMED).map(|title| language.of(title)).collect();
            preview.title = Some(format!("{}{more}", first.join(", ")));
            for name in ["sector", "area", "collection", "kind"] {
                let words: Vec<_> = list(name).split(',').filter(|word| !word.is_empty()).map(escaped).collect();
                if !words.is_empty() {
                    let _ = write!(preview.path, "&{name}={}", words.join(","));
                }
            }
        }
        preview
    }

    fn shows(&mut self, shelf: &Shelf, feature: &Feature) {
        let (collection, language) = (shelf.collection(), self.language);
        let id = (collection.id.as_str(), feature.id.as_str());
        let of = |name: &str| feature.value(collection, name).as_text().filter(|text| !text.is_empty());
        let english = of("name_en").filter(|_| language == Language::En);
        let sort = kind_of(collection, feature).map_or(language.of(&collection.title), |title| language.of(title));
        self.title = Some(english.or_else(|| of("name")).unwrap_or(sort).to_owned());
        let facts = [Some(sort), of("address"), Some(language.of(&collection.title)).filter(|title| *title != sort)];
        self.about = facts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
        self.photo = photos_of(collection, feature).next();
        self.path = format!("/?lang={}&object={}/{}", language.tag(), id.0, escaped(id.1));
        self.plain = format!("{}?f=html&lang={}", feature_path(id.0, id.1), language.tag());
    }

    /// The page with the preview in it.
    pub fn put_into(&self, page: &str, links: &Links, has_picture: bool) -> String {
        let site = self.language.either(SITE.0, SITE.1);
        let title = self.title.as_ref().map_or(Cow::Borrowed(site), |title| Cow::Owned(format!("{title} — {site}")));
        let (title, about, url) = (text(title), text(&self.about), text(links.to(&self.path)));
        let mut head = format!("<title>{title}</title>");
        let mut meta = |kind: &str, name: &str, content: &str| {
            let _ = write!(head, "\n    <meta {kind}=\"{name}\" content=\"{content}\" />");
        };
        meta("name", "description", &about);
        meta("property", "og:type", "website");
        meta("property", "og:site_name", site);
        meta("property", "og:title", &title);
        meta("property", "og:description", &about);
        meta("property", "og:url", &url);
        meta("property", "og:locale", self.language.either("uk_UA", "en_GB"));
        let common = has_picture.then(|| format!("/{PICTURE}"));
        if let Some(path) = self.photo.map(photos::path).or(common) {
            meta("property", "og:image", &text(links.to(&path)));
            if let Some(Photo { width, height, .. }) = self.photo {
                meta("property", "og:image:type", photos::JPEG);
                meta("property", "og:image:width", &width.to_string());
                meta("property", "og:image:height", &height.to_string());
                meta("property", "og:image:alt", &title);
            }
            meta("name", "twitter:card", "summary_large_image");
        }
        let _ = write!(head, "\n    <link rel=\"canonical\" href=\"{url}\" />");
        let without = self.language.either(
            "Для мапи потрібен JavaScript. Без нього можна прочитати",
            "The map needs JavaScript. Without it you can read",
        );
        let data = self.language.either("ті самі відомості як текст", "the same facts as text");
        let plain = format!("<noscript>{without} <a href=\"{}\">{data}</a>.</noscript>", text(&self.plain));
        let page = replaced(page, "<html lang=\"", "\"", &format!("<html lang=\"{}\"", self.language.tag()));
        let page = replaced(&page, "<title>", "</title>", &head);
        replaced(&page, "<noscript>", "</noscript>", &plain)
    }
}

/// The first stretch between two marks, the marks included, replaced; the page as it is where it lacks them.
fn replaced(page: &str, from: &str, to: &str, by: &str) -> String {
    let found = page.split_once(from).and_then(|(before, rest)| Some((before, rest.split_once(to)?.1)));
    found.map_or_else(|| page.to_owned(), |(before, after)| format!("{before}{by}{after}"))
}

/// The object that `collection/id` names, by a former id of it too.
fn object<'a>(key: &str, snapshot: &'a Snapshot) -> Option<(&'a Shelf, &'a Feature)> {
    let (collection, id) = key.split_once('/')?;
    let shelf = snapshot.shelf(collection)?;
    Some((shelf, shelf.feature(id).or_else(|| shelf.by_alias(id))?))
}

fn kind_of<'a>(collection: &'a Collection, feature: &Feature) -> Option<&'a Title> {
    let id = feature.kind.as_deref()?;
    collection.kinds.iter().find(|kind| kind.id == id).map(|kind| &kind.title)
}

/// The title of `collection:kind`.
fn kind_title<'a>(key: &str, snapshot: &'a Snapshot) -> Option<&'a Title> {
    let (collection, kind) = key.split_once(':')?;
    let collection = snapshot.shelf(collection)?.collection();
    collection.kinds.iter().find(|known| known.id == kind).map(|known| &known.title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_view_is_left_to_the_api() {
        assert!(is_view("map=12/33/47&lang=en") && is_view("object=a/1"));
        assert!(!is_view("") && !is_view("f=json&lang=uk"));
    }

    #[test]
    fn names_are_text_in_the_page_and_never_html() {
        let preview = Preview {
            language: Language::En,
            title: Some("</title><script>alert(1)</script>\"'&".into()),
            about: "\"><img src=x>".into(),
            photo: None,
            path: "/?object=a/%22".into(),
            plain: "/collections/a/items/1?f=html&lang=en".into(),
        };
        let page = "<html lang=\"uk\"><title>Місто</title><noscript>x</noscript></html>";
        let links = Links::new(Some("https://map.example"), &axum::http::HeaderMap::new());
        let written = preview.put_into(page, &links, true);
        assert!(written.starts_with("<html lang=\"en\"><title>&lt;/title&gt;&lt;script&gt;"), "{written}");
        assert!(!written.contains("<script>") && !written.contains("<img"), "{written}");
        assert!(written.contains("content=\"https://map.example/preview.png\""), "{written}");
        assert!(written.contains("href=\"/collections/a/items/1?f=html&amp;lang=en\""), "{written}");
    }

    #[test]
    fn a_page_without_the_marks_stays_as_it_is() {
        assert_eq!(replaced("<p>x</p>", "<title>", "</title>", "y"), "<p>x</p>");
        assert_eq!(replaced("<title>x", "<title>", "</title>", "y"), "<title>x");
    }
}
