//! The table of all routes: what the router answers, what the readers of queries accept and what `/api` documents.

use axum::{
    http::{HeaderMap, Uri},
    response::Response,
    routing::{MethodRouter, get},
};

use super::{
    Answering, City, Problem, Standing, api, at, catalog, changes, clusters, collections, conformance, fonts,
    format::XLSX,
    health, items, metrics, nearest, page, pages,
    parameters::{
        BBOX, BBOX_CRS, BOM, COLLECTION_LIST, CRS, CURSOR, DATETIME, FILTER, FILTER_CRS, FILTER_LANG, HOURS_AT, KIND,
        LANG, LAT, LON, OPEN_AT, PER, PROPERTIES, RADIUS, SECTOR, SORT_BY, START, f, limit, optional, param, required,
        said,
    },
    photos,
    route::{Form, Param, Route},
    schema, search, sprites, styles, summary, tilejson, tiles, tilesets,
};
use crate::{
    model::feature::MAX_ID_BYTES,
    snapshot::summary::{MAX_GROUP_BY, MAX_SUMS},
};

/// Every route with what answers it.
pub fn all() -> Vec<(&'static Route, MethodRouter<Answering>)> {
    vec![
        (&LANDING, get(page::root)),
        (&EMBED, get(page::embed)),
        (&KIOSK, get(page::kiosk)),
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
        (&SEARCH, get(search::get)),
        (&AT, get(at::get)),
        (&SUMMARY, get(summary::get)),
        (&TILESETS, get(tilesets::list)),
        (&TILEJSON, get(tilejson::get)),
        (&TILE, get(tiles::xyz)),
        (&TILESET, get(tilesets::tileset)),
        (&TILESET_TILE, get(tiles::of_tileset)),
        (&MATRIX_SETS, get(tilesets::matrix_sets)),
        (&MATRIX_SET, get(tilesets::matrix_set)),
        (&COLLECTION_TILESETS, get(tilesets::of_collection)),
        (&COLLECTION_TILESET, get(tilesets::collection_tileset)),
        (&COLLECTION_TILE, get(tiles::of_collection)),
        (&CLUSTER, get(clusters::get)),
        (&STYLE, get(styles::get)),
        (&GLYPHS, get(fonts::get)),
        (&FONT_LICENCE, get(fonts::licence)),
        (&SPRITE, get(sprites::get)),
        (&PHOTO, get(photos::get)),
        (&CHANGES, get(changes::get)),
        (&LIVE, get(health::live)),
        (&READY, get(health::ready)),
        (&METRICS, get(metrics::get)),
    ]
}

/// A query of so many bytes is soon read, and its filter soon asked about a feature.
pub const SOON_READ_BYTES: usize = 512;

/// What is answered sooner than it is handed to another thread, with its route: what is nearest, a page of features, a tile
/// of few points.
pub(super) fn at_once(
    city: &City,
    standing: &Standing,
    uri: &Uri,
    asked: &HeaderMap,
) -> Option<(&'static Route, Result<Response, Problem>)> {
    let (path, query) = (uri.path(), uri.query());
    let snapshot = &*standing.snapshot;
    if path == NEAREST.path {
        return Some((&NEAREST, nearest::at_once(city, snapshot, query, asked)?));
    }
    if path.starts_with("/tiles/") {
        return Some((&TILE, tiles::at_once(city, standing, uri, asked)?));
    }
    let id = path.strip_prefix("/collections/")?.strip_suffix("/items")?;
    Some((&ITEMS, items::at_once(city, snapshot, id, query, asked)?))
}

const JSON: &str = "application/json";
const GEOJSON: &str = "application/geo+json";
const HTML: &str = "text/html";
const SCHEMA_JSON: &str = "application/schema+json";
const TILE_ANSWERS: &[(&str, &str)] =
    &[("application/vnd.mapbox-vector-tile", ""), ("application/vnd.maplibre-tile", "")];

/// `f` of tiles.
const TILE_FORMAT: Param = f(&["mvt", "mlt"]);

/// `GET /`
pub static LANDING: Route = Route {
    path: "/",
    id: "getLandingPage",
    what: said("Сторінка мапи; початок API", "The map page; the landing page of the API"),
    params: &[f(&["json", "html"]), LANG],
    answers: &[(JSON, "Landing"), (HTML, "")],
    also: &[],
};
/// `GET /embed`
pub static EMBED: Route = Route {
    path: "/embed",
    id: "getEmbed",
    what: said(
        "Мапа для вставки на інші сайти, з незмінним вибором",
        "The map for frames of other sites, with a fixed choice",
    ),
    params: &[],
    answers: &[(HTML, "")],
    also: &[],
};
/// `idle` of a kiosk.
const IDLE: Param = param(
    "idle",
    Form::Whole { from: 10, to: 600, default: 60 },
    "Через скільки секунд без дотику кіоск починає спочатку",
    "After how many seconds without a touch the kiosk begins anew",
);

/// `GET /kiosk`
pub static KIOSK: Route = Route {
    path: "/kiosk",
    id: "getKiosk",
    what: said(
        "Сторінка для сенсорного кіоска, що стоїть у цьому місці",
        "The page for a touch kiosk that stands at this place",
    ),
    params: &[LON, LAT, LANG, IDLE],
    answers: &[(HTML, "")],
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
        START,
        PROPERTIES,
        SORT_BY,
        LANG,
        param(
            "f",
            Form::Word(&["json", "html", "csv", "fgb", "xlsx"]),
            "Формат відповіді; інакше — за заголовком Accept; xlsx — щонайбільше 1 048 575 об’єктів",
            "Format of the answer; else by the Accept header; xlsx is of at most 1,048,575 features",
        ),
        BOM,
    ],
    answers: &[
        (GEOJSON, "FeatureCollection"),
        (HTML, ""),
        ("text/csv", ""),
        ("application/flatgeobuf", ""),
        (XLSX, ""),
    ],
    also: &[206, 416, 503],
};
/// `GET /collections/{id}/items/{featureId}`
pub static ITEM: Route = Route {
    path: "/collections/{collectionId}/items/{featureId}",
    id: "getItem",
    what: said("Один об’єкт", "One feature"),
    params: &[CRS, LANG, HOURS_AT, f(&["json", "html"])],
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
        HOURS_AT,
    ],
    answers: &[(GEOJSON, "FeatureCollection")],
    also: &[],
};
/// `GET /search`
pub static SEARCH: Route = Route {
    path: "/search",
    id: "getSearch",
    what: said(
        "Пошук за назвами, видами, адресами й номерами: місця, адреси, колекції",
        "Search by names, kinds, addresses and numbers: places, addresses, collections",
    ),
    params: &[
        required(
            "q",
            Form::Typed(search::MAX_LETTERS),
            "Що набрано: українською, англійською чи латинкою; останнє слово може бути недописане",
            "What was typed: in Ukrainian, English or transliterated; the last word may be unfinished",
        ),
        optional(LON),
        optional(LAT),
        COLLECTION_LIST,
        SECTOR,
        KIND,
        DATETIME,
        FILTER,
        FILTER_LANG,
        FILTER_CRS,
        limit(50, 10),
        LANG,
    ],
    answers: &[(JSON, "Object")],
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
    params: &[LON, LAT, LANG, HOURS_AT],
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
/// `GET /tiles`
pub static TILESETS: Route = Route {
    path: "/tiles",
    id: "getTilesets",
    what: said("Оголошені набори тайлів, OGC API – Tiles", "The declared tilesets, OGC API – Tiles"),
    params: &[f(&["json"])],
    answers: &[(JSON, "Object")],
    also: &[],
};
/// `GET /tiles/{tileset}.json`
pub static TILEJSON: Route = Route {
    path: "/tiles/{tileset}",
    id: "getTileJson",
    what: said("TileJSON 3.0 набору тайлів: {tileset}.json", "The TileJSON 3.0 of a tileset: {tileset}.json"),
    params: &[COLLECTION_LIST, DATETIME, FILTER, FILTER_LANG, FILTER_CRS, TILE_FORMAT],
    answers: &[(JSON, "Object")],
    also: &[],
};
/// `GET /tiles/{tileset}/{z}/{x}/{y}.mvt`
pub static TILE: Route = Route {
    path: "/tiles/{tileset}/{z}/{x}/{y}",
    id: "getTile",
    what: said(
        "Векторний тайл: {y}.mvt — MVT 2.1, {y}.mlt — MapLibre Tile, без закінчення — за Accept; порожній — 204",
        "A vector tile: {y}.mvt is MVT 2.1, {y}.mlt a MapLibre Tile, without an ending as Accept says; an empty one is 204",
    ),
    params: &[COLLECTION_LIST, DATETIME, FILTER, FILTER_LANG, FILTER_CRS],
    answers: TILE_ANSWERS,
    also: &[204, 406, 503],
};
/// The tiles and the TileJSON of a base map from a file, which nothing narrows.
pub static BASE_TILE: Route = Route { params: &[], ..TILE };
/// `GET /tiles/{tileset}/WebMercatorQuad`
pub static TILESET: Route = Route {
    path: "/tiles/{tileset}/WebMercatorQuad",
    id: "getTileset",
    what: said("Опис набору тайлів", "The metadata of a tileset"),
    params: &[f(&["json"])],
    answers: &[(JSON, "Object")],
    also: &[],
};
/// `GET /tiles/{tileset}/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}`
pub static TILESET_TILE: Route = Route {
    path: "/tiles/{tileset}/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}",
    id: "getTilesetTile",
    what: said("Тайл набору за матрицею, рядком і стовпцем", "A tile of a tileset by tile matrix, row and column"),
    params: &[COLLECTION_LIST, DATETIME, FILTER, FILTER_LANG, FILTER_CRS, TILE_FORMAT],
    answers: TILE_ANSWERS,
    also: &[204, 406, 503],
};
/// `GET /tileMatrixSets`
pub static MATRIX_SETS: Route = Route {
    path: "/tileMatrixSets",
    id: "getTileMatrixSets",
    what: said("Як ріжуться тайли", "The ways in which tiles are cut"),
    params: &[f(&["json"])],
    answers: &[(JSON, "Object")],
    also: &[],
};
/// `GET /tileMatrixSets/WebMercatorQuad`
pub static MATRIX_SET: Route = Route {
    path: "/tileMatrixSets/{tileMatrixSetId}",
    id: "getTileMatrixSet",
    what: said("Один спосіб різати тайли: WebMercatorQuad", "One way in which tiles are cut: WebMercatorQuad"),
    params: &[f(&["json"])],
    answers: &[(JSON, "Object")],
    also: &[],
};
/// `GET /collections/{id}/tiles`
pub static COLLECTION_TILESETS: Route = Route {
    path: "/collections/{collectionId}/tiles",
    id: "getCollectionTilesets",
    what: said("Набір тайлів колекції", "The tileset of a collection"),
    params: &[f(&["json"])],
    answers: &[(JSON, "Object")],
    also: &[],
};
/// `GET /collections/{id}/tiles/WebMercatorQuad`
pub static COLLECTION_TILESET: Route = Route {
    path: "/collections/{collectionId}/tiles/WebMercatorQuad",
    id: "getCollectionTileset",
    what: said("Опис набору тайлів колекції", "The metadata of the tileset of a collection"),
    params: &[f(&["json"])],
    answers: &[(JSON, "Object")],
    also: &[],
};
/// `GET /collections/{id}/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}`
pub static COLLECTION_TILE: Route = Route {
    path: "/collections/{collectionId}/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}",
    id: "getCollectionTile",
    what: said("Тайл колекції за матрицею, рядком і стовпцем", "A tile of a collection by tile matrix, row and column"),
    params: &[DATETIME, FILTER, FILTER_LANG, FILTER_CRS, TILE_FORMAT],
    answers: TILE_ANSWERS,
    also: &[204, 406, 503],
};
/// `GET /clusters/{tileset}/{clusterId}`
pub static CLUSTER: Route = Route {
    path: "/clusters/{tileset}/{clusterId}",
    id: "getCluster",
    what: said("Що стоїть за кластером тайла, сторінками", "What a cluster of a tile stands for, page by page"),
    params: &[COLLECTION_LIST, DATETIME, FILTER, FILTER_LANG, FILTER_CRS, limit(items::MAX_LIMIT, 10), CURSOR],
    answers: &[(GEOJSON, "FeatureCollection")],
    also: &[],
};
/// `GET /styles/{style}.json`
pub static STYLE: Route = Route {
    path: "/styles/{style}",
    id: "getStyle",
    what: said(
        "Стиль MapLibre: light.json, dark.json, contrast.json, kiosk.json",
        "A MapLibre style: light.json, dark.json, contrast.json, kiosk.json",
    ),
    params: &[],
    answers: &[(JSON, "Object")],
    also: &[],
};
/// `GET /fonts/{stack}/{range}.pbf`
pub static GLYPHS: Route = Route {
    path: "/fonts/{stack}/{range}",
    id: "getGlyphs",
    what: said(
        "256 знаків шрифту для MapLibre: {range}.pbf; стиль каже, звідки їх брати",
        "256 characters of a font for MapLibre: {range}.pbf; a style says where to take them from",
    ),
    params: &[param(
        "v",
        Form::Text(16),
        "Версія знаків зі стилю: з нею відповідь можна тримати вічно",
        "The version of the glyphs, from a style: with it the answer may be kept for good",
    )],
    answers: &[("application/x-protobuf", "")],
    also: &[],
};
/// `GET /fonts/OFL.txt`
pub static FONT_LICENCE: Route = Route {
    path: "/fonts/OFL.txt",
    id: "getFontLicence",
    what: said("Ліцензія шрифтів", "The licence of the fonts"),
    params: &[],
    answers: &[("text/plain", "")],
    also: &[404],
};
/// `GET /sprites/{sprite}`
pub static SPRITE: Route = Route {
    path: "/sprites/{sprite}",
    id: "getSprite",
    what: said(
        "Піктограми мапи: icons.json — де яка, icons.png — вони самі, icons@2x — для щільних екранів",
        "The icons of the map: icons.json tells where each is, icons.png has them, icons@2x for dense screens",
    ),
    params: &[],
    answers: &[(JSON, "Object"), ("image/png", "")],
    also: &[],
};
/// `GET /photos/{photo}`
pub static PHOTO: Route = Route {
    path: "/photos/{photo}",
    id: "getPhoto",
    what: said(
        "Світлина об’єкта в одному з її розмірів; адреси — у властивості photos об’єктів",
        "A photo of an object in one of its sizes; the property photos of objects tells the addresses",
    ),
    params: &[],
    answers: &[(photos::JPEG, "")],
    also: &[503],
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
/// `GET /metrics`
pub static METRICS: Route = Route {
    path: "/metrics",
    id: "getMetrics",
    what: said("Лічильники сервера для Prometheus", "Counters of the server for Prometheus"),
    params: &[],
    answers: &[("text/plain", "")],
    also: &[],
};

/// What a part of a path may be: its name, the most bytes, a pattern.
pub const PARTS: &[(&str, usize, &str)] = &[
    ("collectionId", 63, "^[a-z][a-z0-9-]*$"),
    ("featureId", MAX_ID_BYTES, "^[^/]+$"),
    ("tileset", 1000, "^[a-z][a-z0-9,-]*([.]json)?$"),
    ("z", 2, "^[0-9]{1,2}$"),
    ("x", 10, "^[0-9]+$"),
    ("y", 14, "^[0-9]+([.](mvt|mlt))?$"),
    ("tileMatrixSetId", 100, "^[A-Za-z]+$"),
    ("tileMatrix", 2, "^[0-9]{1,2}$"),
    ("tileRow", 10, "^[0-9]+$"),
    ("tileCol", 10, "^[0-9]+$"),
    ("clusterId", 16, "^[0-9]+$"),
    ("style", 100, "^[a-z-]+[.]json$"),
    ("stack", 200, "^[A-Za-z0-9 ,-]+$"),
    ("range", 15, "^[0-9]+-[0-9]+[.]pbf$"),
    ("photo", 46, "^[0-9a-f]{32}-[0-9]{1,4}x[0-9]{1,4}[.]jpg$"),
    ("sprite", 40, "^icons(-[0-9a-f]{16})?(@2x)?[.](json|png)$"),
];
