//! The table of all routes: what the router answers, what the readers of queries accept and what `/api` documents.

use axum::routing::{MethodRouter, get};

use super::{
    Answering, api, at, catalog, changes, collections, conformance, crs, health, items, nearest, page, pages,
    params::MAX_QUERY_BYTES,
    route::{Form, Param, Route, Said},
    schema, styles, summary, tiles,
};
use crate::{
    model::feature::MAX_ID_BYTES,
    snapshot::summary::{MAX_GROUP_BY, MAX_SUMS},
};

/// Every route with what answers it.
pub fn all() -> Vec<(&'static Route, MethodRouter<Answering>)> {
    vec![
        (&LANDING, get(page::root)),
        (&CONFORMANCE, get(conformance::get)),
        (&API, get(api::document)),
        (&API_PAGE, get(api::page)),
        (&STYLE_SHEET, get(pages::style_sheet)),
        (&CATALOG, get(catalog::get)),
        (&COLLECTIONS, get(collections::list)),
        (&COLLECTION, get(collections::get)),
        (&QUERYABLES, get(schema::queryables)),
        (&SCHEMA, get(schema::schema)),
        (&ITEMS, get(items::list)),
        (&ITEM, get(items::get)),
        (&NEAREST, get(nearest::get)),
        (&AT, get(at::get)),
        (&SUMMARY, get(summary::get)),
        (&TILEJSON, get(tiles::tilejson)),
        (&TILE, get(tiles::tile)),
        (&STYLE, get(styles::get)),
        (&CHANGES, get(changes::get)),
        (&LIVE, get(health::live)),
        (&READY, get(health::ready)),
    ]
}

const JSON: &str = "application/json";
const GEOJSON: &str = "application/geo+json";
const HTML: &str = "text/html";
const SCHEMA_JSON: &str = "application/schema+json";

/// The longest cursor: the id of a feature and what it is sorted by.
const MAX_CURSOR_BYTES: usize = 4096;

/// More than half of any meridian (20 003 931.5 m on WGS84): no place is farther away.
pub const MAX_RADIUS_M: f64 = 20_004_000.0;

const fn said(uk: &'static str, en: &'static str) -> Said {
    Said { uk, en }
}

const fn param(name: &'static str, form: Form, uk: &'static str, en: &'static str) -> Param {
    Param { name, required: false, form, what: said(uk, en) }
}

const fn required(name: &'static str, form: Form, uk: &'static str, en: &'static str) -> Param {
    Param { name, required: true, form, what: said(uk, en) }
}

const fn f(of: &'static [&'static str]) -> Param {
    param(
        "f",
        Form::Word(of),
        "Формат відповіді; інакше — за заголовком Accept",
        "Format of the answer; else by the Accept header",
    )
}

const fn limit(to: usize, default: usize) -> Param {
    let form = Form::Whole { from: 1, to, default };
    param("limit", form, "Скільки об’єктів на сторінці", "Features on a page")
}

const LANG: Param = param(
    "lang",
    Form::Word(&["uk", "en"]),
    "Мова назв; інакше — за заголовком Accept-Language, а без нього українська",
    "Language of titles; else by the Accept-Language header, and Ukrainian without it",
);
const LON: Param = required(
    "lon",
    Form::Number { from: -180.0, to: 180.0 },
    "Довгота місця, градуси WGS 84",
    "Longitude of the place, degrees of WGS 84",
);
const LAT: Param = required(
    "lat",
    Form::Number { from: -90.0, to: 90.0 },
    "Широта місця, градуси WGS 84",
    "Latitude of the place, degrees of WGS 84",
);
const COLLECTION_LIST: Param = param(
    "collections",
    Form::List(300),
    "Лише ці колекції, через кому; інакше всі тематичні",
    "Only these collections, separated by commas; else all thematic ones",
);
const SECTOR: Param = param(
    "sector",
    Form::List(50),
    "Лише ці галузі, через кому; додаються до колекцій",
    "Only these sectors, separated by commas; added to the collections",
);
const KIND: Param = param(
    "kind",
    Form::List(50),
    "Лише ці види об’єктів, через кому",
    "Only these kinds of objects, separated by commas",
);
const RADIUS: Param =
    param("radius", Form::Number { from: 0.0, to: MAX_RADIUS_M }, "Не далі, метри", "Not farther away, metres");
const BBOX: Param = param(
    "bbox",
    Form::Box,
    "Лише те, що має спільну точку з прямокутником; у градусах: захід, південь, схід, північ",
    "Only what shares a point with the box; in degrees: west, south, east, north",
);
const BBOX_CRS: Param = param(
    "bbox-crs",
    Form::Word(crs::OFFERED),
    "Система координат bbox, з її порядком осей; інакше CRS84",
    "The coordinate system of bbox, in its order of axes; else CRS84",
);
const CRS: Param = param(
    "crs",
    Form::Word(crs::OFFERED),
    "Система координат відповіді, з її порядком осей; інакше CRS84",
    "The coordinate system of the answer, in its order of axes; else CRS84",
);
const CURSOR: Param = param(
    "cursor",
    Form::Text(MAX_CURSOR_BYTES),
    "Звідки продовжити: з посилань next і prev",
    "Where to go on: from the links next and prev",
);
const FILTER: Param = param(
    "filter",
    Form::Text(MAX_QUERY_BYTES),
    "Лише те, для чого умова CQL2 істинна",
    "Only that for which a condition in CQL2 is true",
);
const FILTER_LANG: Param = param(
    "filter-lang",
    Form::Word(&["cql2-text", "cql2-json"]),
    "Запис умови; інакше cql2-text",
    "How the condition is written; else cql2-text",
);
const FILTER_CRS: Param = param(
    "filter-crs",
    Form::Word(&[crs::CRS84]),
    "Система координат фігур в умові",
    "The coordinate system of shapes in the condition",
);
const DATETIME: Param = param(
    "datetime",
    Form::Text(64),
    "Лише чинне тоді: дата, мить RFC 3339 або проміжок через /, відкритий кінець — ..",
    "Only what is valid then: a day, an instant of RFC 3339, or an interval with /, an open end is ..",
);
const PROPERTIES: Param = param(
    "properties",
    Form::List(100),
    "Лише ці властивості, через кому",
    "Only these properties, separated by commas",
);
const SORT_BY: Param = param(
    "sortby",
    Form::List(crate::snapshot::order::MAX_KEYS),
    "За якими властивостями впорядкувати, через кому; «-» перед назвою — за спаданням; невідоме завжди останнє",
    "The properties to sort by, separated by commas; `-` before a name for descending; unknown is always last",
);
const BOM: Param = param(
    "bom",
    Form::Word(&["true", "false"]),
    "Для CSV: позначка UTF-8 на початку, для Excel",
    "For CSV: the mark of UTF-8 at the beginning, for Excel",
);

const PER: Param = param(
    "per",
    Form::Word(&["collection"]),
    "Найближчий об’єкт кожної колекції",
    "The nearest one of each collection",
);
const OPEN_AT: Param = param(
    "open_at",
    Form::Text(64),
    "Лише відчинене в цю мить: now або RFC 3339; невідомі години — не відчинено",
    "Only what is open at this instant: now, or RFC 3339; unknown hours are not open",
);

/// `GET /`
pub static LANDING: Route = Route {
    path: "/",
    id: "getLandingPage",
    what: said("Сторінка мапи; початок API", "The map page; the landing page of the API"),
    params: &[f(&["json", "html"]), LANG],
    answers: &[(JSON, "Landing"), (HTML, "")],
    also: &[],
};
/// `GET /conformance`
pub static CONFORMANCE: Route = Route {
    path: "/conformance",
    id: "getConformance",
    what: said("Класи відповідності OGC", "Conformance classes of OGC"),
    params: &[f(&["json"])],
    answers: &[(JSON, "Conformance")],
    also: &[],
};
/// `GET /api`
pub static API: Route = Route {
    path: "/api",
    id: "getApi",
    what: said("Цей опис, OpenAPI 3.0", "This description, OpenAPI 3.0"),
    params: &[f(&["json", "html"]), LANG],
    answers: &[(api::OPENAPI, "Object"), (HTML, "")],
    also: &[],
};
/// `GET /api.html`
pub static API_PAGE: Route = Route {
    path: "/api.html",
    id: "getApiPage",
    what: said("Цей опис для читання", "This description to be read"),
    params: &[LANG],
    answers: &[(HTML, "")],
    also: &[],
};
/// `GET /pages.css`
pub static STYLE_SHEET: Route = Route {
    path: "/pages.css",
    id: "getStyleSheet",
    what: said("Вигляд сторінок API", "The look of the pages of the API"),
    params: &[],
    answers: &[("text/css", "")],
    also: &[],
};
/// `GET /catalog`
pub static CATALOG: Route = Route {
    path: "/catalog",
    id: "getCatalog",
    what: said("Дерево фільтрів з кількостями", "The filter tree with counts"),
    params: &[],
    answers: &[(JSON, "Object")],
    also: &[],
};
/// `GET /collections`
pub static COLLECTIONS: Route = Route {
    path: "/collections",
    id: "getCollections",
    what: said("Усі колекції", "All collections"),
    params: &[f(&["json", "html"]), LANG],
    answers: &[(JSON, "Collections"), (HTML, "")],
    also: &[],
};
/// `GET /collections/{id}`
pub static COLLECTION: Route = Route {
    path: "/collections/{collectionId}",
    id: "getCollection",
    what: said("Одна колекція", "One collection"),
    params: &[f(&["json", "html"]), LANG],
    answers: &[(JSON, "Collection"), (HTML, "")],
    also: &[],
};
/// `GET /collections/{id}/queryables`
pub static QUERYABLES: Route = Route {
    path: "/collections/{collectionId}/queryables",
    id: "getQueryables",
    what: said("За чим можна фільтрувати, JSON Schema", "What can be filtered by, JSON Schema"),
    params: &[f(&["json"]), LANG],
    answers: &[(SCHEMA_JSON, "Object")],
    also: &[],
};
/// `GET /collections/{id}/schema`
pub static SCHEMA: Route = Route {
    path: "/collections/{collectionId}/schema",
    id: "getSchema",
    what: said("Які властивості мають об’єкти, JSON Schema", "What properties features have, JSON Schema"),
    params: &[f(&["json"]), LANG],
    answers: &[(SCHEMA_JSON, "Object")],
    also: &[],
};
/// `GET /collections/{id}/items`
pub static ITEMS: Route = Route {
    path: "/collections/{collectionId}/items",
    id: "getItems",
    what: said("Об’єкти колекції", "The features of a collection"),
    params: &[
        BBOX,
        BBOX_CRS,
        CRS,
        DATETIME,
        FILTER,
        FILTER_LANG,
        FILTER_CRS,
        limit(items::MAX_LIMIT, 10),
        CURSOR,
        PROPERTIES,
        SORT_BY,
        LANG,
        f(&["json", "html", "csv", "fgb"]),
        BOM,
    ],
    answers: &[(GEOJSON, "FeatureCollection"), (HTML, ""), ("text/csv", ""), ("application/flatgeobuf", "")],
    also: &[206, 416, 503],
};
/// `GET /collections/{id}/items/{featureId}`
pub static ITEM: Route = Route {
    path: "/collections/{collectionId}/items/{featureId}",
    id: "getItem",
    what: said("Один об’єкт", "One feature"),
    params: &[CRS, LANG, f(&["json", "html"])],
    answers: &[(GEOJSON, "Feature"), (HTML, "")],
    also: &[308],
};
/// `GET /nearest`
pub static NEAREST: Route = Route {
    path: "/nearest",
    id: "getNearest",
    what: said("Найближче до місця, за справжніми метрами", "What is nearest to a place, by true metres"),
    params: &[
        LON,
        LAT,
        COLLECTION_LIST,
        SECTOR,
        KIND,
        DATETIME,
        FILTER,
        FILTER_LANG,
        FILTER_CRS,
        RADIUS,
        limit(100, 10),
        CURSOR,
        PER,
        OPEN_AT,
    ],
    answers: &[(GEOJSON, "FeatureCollection")],
    also: &[],
};
/// `GET /at`
pub static AT: Route = Route {
    path: "/at",
    id: "getAt",
    what: said(
        "Що це за місце: адреса, район, ділянки, найближчі повсякденні послуги, роботи поруч",
        "What this place is: address, district, areas, the nearest everyday services, works nearby",
    ),
    params: &[LON, LAT, LANG],
    answers: &[(JSON, "Object")],
    also: &[],
};
/// `GET /summary`
pub static SUMMARY: Route = Route {
    path: "/summary",
    id: "getSummary",
    what: said("Кількості й суми за одним чи двома полями", "Counts and sums by one or two fields"),
    params: &[
        COLLECTION_LIST,
        SECTOR,
        KIND,
        BBOX,
        BBOX_CRS,
        DATETIME,
        FILTER,
        FILTER_LANG,
        FILTER_CRS,
        param("group_by", Form::List(MAX_GROUP_BY), "За якими полями групувати", "The fields to group by"),
        param("sum", Form::List(MAX_SUMS), "Які поля додати", "The fields to add up"),
        f(&["json", "csv"]),
    ],
    answers: &[(JSON, "Object"), ("text/csv", "")],
    also: &[],
};
/// `GET /tiles/{tileset}.json`
pub static TILEJSON: Route = Route {
    path: "/tiles/{tileset}",
    id: "getTileJson",
    what: said("TileJSON 3.0 набору тайлів: {tileset}.json", "The TileJSON 3.0 of a tileset: {tileset}.json"),
    params: &[COLLECTION_LIST, DATETIME, FILTER, FILTER_LANG, FILTER_CRS],
    answers: &[(JSON, "Object")],
    also: &[],
};
/// `GET /tiles/{tileset}/{z}/{x}/{y}.mvt`
pub static TILE: Route = Route {
    path: "/tiles/{tileset}/{z}/{x}/{y}",
    id: "getTile",
    what: said(
        "Векторний тайл MVT 2.1: {y}.mvt; порожній — 204",
        "A vector tile, MVT 2.1: {y}.mvt; an empty one is 204",
    ),
    params: &[COLLECTION_LIST, DATETIME, FILTER, FILTER_LANG, FILTER_CRS],
    answers: &[("application/vnd.mapbox-vector-tile", "")],
    also: &[204],
};
/// `GET /styles/{style}.json`
pub static STYLE: Route = Route {
    path: "/styles/{style}",
    id: "getStyle",
    what: said("Стиль MapLibre: light.json, dark.json", "A MapLibre style: light.json, dark.json"),
    params: &[],
    answers: &[(JSON, "Object")],
    also: &[],
};
/// `GET /changes`
pub static CHANGES: Route = Route {
    path: "/changes",
    id: "getChanges",
    what: said("Події сервера: нові ревізії", "Server-sent events: new revisions"),
    params: &[],
    answers: &[("text/event-stream", "")],
    also: &[503],
};
/// `GET /health/live`
pub static LIVE: Route = Route {
    path: "/health/live",
    id: "getLive",
    what: said("Чи працює сервер", "Whether the server runs"),
    params: &[],
    answers: &[(JSON, "Object")],
    also: &[],
};
/// `GET /health/ready`
pub static READY: Route = Route {
    path: "/health/ready",
    id: "getReady",
    what: said("Чи є з чого відповідати", "Whether there is something to answer from"),
    params: &[],
    answers: &[(JSON, "Object")],
    also: &[],
};

/// What a part of a path may be: its name, the most bytes, a pattern.
pub const PARTS: &[(&str, usize, &str)] = &[
    ("collectionId", 63, "^[a-z][a-z0-9-]*$"),
    ("featureId", MAX_ID_BYTES, "^[^/]+$"),
    ("tileset", 1000, "^[a-z][a-z0-9,-]*([.]json)?$"),
    ("z", 2, "^[0-9]{1,2}$"),
    ("x", 10, "^[0-9]+$"),
    ("y", 14, "^[0-9]+[.]mvt$"),
    ("style", 100, "^[a-z-]+[.]json$"),
];
