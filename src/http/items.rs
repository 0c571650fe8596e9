//! `GET /collections/{id}/items` and `…/items/{featureId}`: the features themselves (OGC API – Features Part 1).

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery, State},
    http::HeaderMap,
    response::Response,
};

use super::{
    Answering, City, Language, Links, Params, Problem, answer,
    collections::shelf,
    cursor,
    document::Document,
    file,
    format::{Format, XLSX},
    geojson::{FeatureCollectionJson, FeatureJson},
    links::{Link, feature_path},
    pages, routes, schema,
};
use crate::{
    exchange::{View, fits},
    model::Revision,
    snapshot::{
        Found, Selection, Shelf, Snapshot,
        order::Order,
        page::{Page, Turn, page},
    },
    space::Offered,
};

/// The most features on a page.
pub const MAX_LIMIT: usize = 10_000;

const GEOJSON: &str = "application/geo+json";

/// As many features are listed soon, in the order of their ids.
const SOON_LISTED: usize = 100;

/// What a request for a list of features means.
#[derive(Debug)]
pub struct Question {
    /// Which features.
    pub selection: Selection,
    /// In which order.
    pub order: Order,
    /// Which part of them.
    pub turn: Turn,
    /// At most so many.
    pub limit: usize,
    /// Only these properties; `None` for all.
    pub only: Option<Vec<String>>,
    /// In which coordinates.
    pub crs: Offered,
    /// In which language the titles are.
    pub language: Language,
}

impl Question {
    fn read(params: &Params, shelf: &Shelf, asked: &HeaderMap) -> Result<Self, Problem> {
        let of = shelf.collection();
        let boxes = params.bbox()?;
        let selection = Selection {
            collections: vec![of.id.to_string()],
            boxes: boxes.clone(),
            shape: params.outline(),
            ..Selection::default()
        };
        let selection = params.narrowed(selection, [shelf], &boxes)?;
        let order = Order::read(&params.list("sortby"), of)
            .map_err(|error| Problem::bad("sortby", params.text("sortby").unwrap_or_default(), error.to_string()))?;
        let turn = match (params.text("cursor"), params.text("start")) {
            (Some(_), Some(id)) => {
                return Err(Problem::bad("start", id, "`cursor` tells already where the page begins"));
            }
            (Some(text), None) => cursor::read(text, &order)?,
            (None, Some(id)) => match shelf.feature(id) {
                Some(feature) => Turn::From(order.mark(feature)),
                None => return Err(Problem::bad("start", id, format!("there is no feature `{id}` in `{}`", of.id))),
            },
            (None, None) => Turn::First,
        };
        let only = params.list("properties");
        if let Some(unknown) = only.iter().find(|name| !schema::has_property(of, name)) {
            return Err(Problem::bad("properties", *unknown, format!("the collection has no property `{unknown}`")));
        }
        Ok(Self {
            selection,
            order,
            turn,
            limit: params.whole("limit"),
            only: params.text("properties").map(|_| only.into_iter().map(Into::into).collect()),
            crs: Offered::at(params.text("crs")),
            language: Language::asked(params, asked),
        })
    }

    /// What is shown of each feature.
    pub fn view(&self) -> View<'_> {
        View { crs: &self.crs, only: self.only.as_deref() }
    }
}

/// A page of features; `next` and `prev` go on from marks, so pages neither repeat nor skip.
pub async fn list(
    State(city): State<Answering>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &routes::ITEMS)?;
    let snapshot = city.snapshot();
    let shelf = shelf(&snapshot, &id)?;
    let mut question = Question::read(&params, shelf, &asked)?;
    let format = Format::asked(&params, &routes::ITEMS, &asked);
    let file = file::Kind::of(format);
    if file.is_some() && question.turn == Turn::First && params.text("limit").is_none() {
        // A file is the whole of what is meant, unless a page of it is asked for.
        question.limit = usize::MAX;
    }

    let listed = Listed::new(&city, &asked, &params, shelf, &question, format);
    if let Some(kind) = file {
        let Listed { page, .. } = &listed;
        let document = listed.document(&asked, kind.media()).named(&format!("{id}.{}", format.word()));
        if kind == file::Kind::Xlsx {
            fits(page.matched.min(question.limit)).map_err(|error| Problem::bad("f", "xlsx", error.to_string()))?;
        }
        // Only sheets have titles, and so a language.
        let language = (kind == file::Kind::Xlsx).then(|| question.language.tag());
        let key = (id, snapshot.revision(), params.again("lang", language), kind);
        return city.files.answer(key, document, Arc::clone(&snapshot), question, params.is_true("bom"), &asked).await;
    }
    Ok(listed.answer(&asked, &params, snapshot.revision()))
}

/// A page of features as JSON, of this snapshot, if it takes no longer than handing it over does.
pub fn at_once(
    city: &City,
    snapshot: &Snapshot,
    id: &str,
    query: Option<&str>,
    asked: &HeaderMap,
) -> Option<Result<Response, Problem>> {
    // What is wrong, the route says.
    let params = Params::read(query, &routes::ITEMS).ok()?;
    let is_soon = params.has_only(&["limit", "start", "cursor", "lang", "f"]) && params.whole("limit") <= SOON_LISTED;
    let format = Format::asked(&params, &routes::ITEMS, asked);
    if !is_soon || format != Format::Json {
        return None;
    }
    let shelf = snapshot.shelf(id)?;
    let question = Question::read(&params, shelf, asked);
    let answer = |question: Question| {
        Listed::new(city, asked, &params, shelf, &question, format).answer(asked, &params, snapshot.revision())
    };
    Some(question.map(answer))
}

/// A page that was asked for.
struct Listed<'a> {
    shelf: &'a Shelf,
    question: &'a Question,
    format: Format,
    page: Page<'a>,
    ways: Vec<Link>,
}

impl<'a> Listed<'a> {
    fn new(
        city: &City,
        asked: &HeaderMap,
        params: &Params,
        shelf: &'a Shelf,
        question: &'a Question,
        format: Format,
    ) -> Self {
        let page = page(&question.selection, shelf, &question.order, &question.turn, question.limit);
        let path = format!("/collections/{}/items", shelf.collection().id);
        let ways = ways(&city.links(asked), params, &path, format, &question.order, &page);
        Self { shelf, question, format, page, ways }
    }

    fn document<'h>(&self, asked: &'h HeaderMap, kind: &'static str) -> Document<'h> {
        let Question { language, crs, .. } = self.question;
        Document::new(asked, kind).in_language(*language).in_crs(crs.uri).with_links(&self.ways)
    }

    /// The page as HTML or JSON.
    fn answer(self, asked: &HeaderMap, params: &Params, revision: Revision) -> Response {
        let Self { shelf, question, format, ref page, ref ways } = self;
        if format == Format::Html {
            let table = pages::items::Table { shelf, page, ways, question };
            return self.document(asked, pages::HTML).bytes(table.written(params));
        }
        let found = page.features.iter().map(|feature| Found { shelf, feature });
        let features = found.map(|found| FeatureJson::one_of_many(found, question.view())).collect();
        let mut body = FeatureCollectionJson::new(revision.0, features, ways.clone());
        body.number_matched = Some(page.matched);
        self.document(asked, GEOJSON).bytes(body.written())
    }
}

/// Where to go from a page: to itself, its other formats, its collection, the next page and the one before.
fn ways(links: &Links, params: &Params, path: &str, format: Format, order: &Order, page: &Page<'_>) -> Vec<Link> {
    let media = |format| match format {
        Format::Json => GEOJSON,
        Format::Html => "text/html",
        Format::Csv => "text/csv",
        Format::FlatGeobuf => "application/flatgeobuf",
        Format::Xlsx => XLSX,
    };
    let with = |name, value: Option<&str>| match params.again(name, value) {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    };
    let mut to = vec![links.link("self", media(format), &with("", None))];
    for other in Format::ALL {
        if other != format {
            to.push(links.link("alternate", media(other), &with("f", Some(other.word()))));
        }
    }
    let collection = path.trim_end_matches("/items");
    to.push(links.link("collection", "application/json", collection));
    if let Some(last) = page.features.last()
        && page.is_followed
    {
        let next = cursor::written("after", &order.mark(last));
        to.push(links.link("next", media(format), &with("cursor", Some(&next))));
    }
    if let Some(first) = page.features.first()
        && page.is_preceded
    {
        let prev = cursor::written("before", &order.mark(first));
        to.push(links.link("prev", media(format), &with("cursor", Some(&prev))));
    }
    to
}

/// One feature; by a further id of it, the way to it.
pub async fn get(
    State(city): State<Answering>,
    Path((id, feature)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &routes::ITEM)?;
    let snapshot = city.snapshot();
    let shelf = shelf(&snapshot, &id)?;
    let Some(feature) = shelf.feature(&feature) else {
        let Some(known) = shelf.by_alias(&feature) else {
            return Err(Problem::NotFound(format!("there is no feature `{feature}` in `{id}`")));
        };
        return Ok(answer::elsewhere(&feature_path(&id, known.id.as_str())));
    };
    let (language, crs) = (Language::asked(&params, &asked), Offered::at(params.text("crs")));
    let links = city.links(&asked);
    let path = feature_path(&id, feature.id.as_str());
    let to = vec![
        links.link("self", GEOJSON, &path),
        links.link("alternate", "text/html", &format!("{path}?f=html")),
        links.link("collection", "application/json", &format!("/collections/{id}")),
    ];
    let found = Found { shelf, feature };
    let document = |kind| Document::new(&asked, kind).in_language(language).in_crs(crs.uri).with_links(&to);
    if Format::asked(&params, &routes::ITEM, &asked) == Format::Html {
        return Ok(document(pages::HTML).bytes(pages::items::one(found, &crs, language)));
    }
    let hours = params.clock("hours_at")?.map(|clock| clock.looks(found));
    let body = FeatureJson::alone(found, View { crs: &crs, only: None }, hours, to.clone());
    Ok(document(GEOJSON).bytes(body.written()))
}
