//! The parameters that routes share, each with its limit.

use super::{
    params::MAX_QUERY_BYTES,
    route::{Form, Param, Said},
};
use crate::{model::feature::MAX_ID_BYTES, space::crs};

/// The longest cursor: the id of a feature and what it is sorted by.
const MAX_CURSOR_BYTES: usize = 4096;

/// More than half of any meridian (20 003 931.5 m on WGS84): no place is farther away.
pub const MAX_RADIUS_M: f64 = 20_004_000.0;

/// Words in both languages.
pub const fn said(uk: &'static str, en: &'static str) -> Said {
    Said { uk, en }
}

/// A parameter that may be left out.
pub const fn param(name: &'static str, form: Form, uk: &'static str, en: &'static str) -> Param {
    Param { name, required: false, form, what: said(uk, en) }
}

/// A parameter that must be given.
pub const fn required(name: &'static str, form: Form, uk: &'static str, en: &'static str) -> Param {
    Param { name, required: true, form, what: said(uk, en) }
}

/// The same, where it may be left out.
pub const fn optional(param: Param) -> Param {
    Param { required: false, ..param }
}

/// `f`, one of these words.
pub const fn f(of: &'static [&'static str]) -> Param {
    param(
        "f",
        Form::Word(of),
        "Формат відповіді; інакше — за заголовком Accept",
        "Format of the answer; else by the Accept header",
    )
}

/// `limit`, up to so many, and what it is when it is not given.
pub const fn limit(to: usize, default: usize) -> Param {
    let form = Form::Whole { from: 1, to, default };
    param("limit", form, "Скільки об’єктів на сторінці", "Features on a page")
}

/// `lang`.
pub const LANG: Param = param(
    "lang",
    Form::Word(&["uk", "en"]),
    "Мова назв; інакше — за заголовком Accept-Language, а без нього українська",
    "Language of titles; else by the Accept-Language header, and Ukrainian without it",
);
/// `lon`.
pub const LON: Param = required(
    "lon",
    Form::Number { from: -180.0, to: 180.0 },
    "Довгота місця, градуси WGS 84",
    "Longitude of the place, degrees of WGS 84",
);
/// `lat`.
pub const LAT: Param = required(
    "lat",
    Form::Number { from: -90.0, to: 90.0 },
    "Широта місця, градуси WGS 84",
    "Latitude of the place, degrees of WGS 84",
);
/// `collections`.
pub const COLLECTION_LIST: Param = param(
    "collections",
    Form::List(300),
    "Лише ці колекції, через кому; інакше всі тематичні",
    "Only these collections, separated by commas; else all thematic ones",
);
/// `sector`.
pub const SECTOR: Param = param(
    "sector",
    Form::List(50),
    "Лише ці галузі, через кому; додаються до колекцій",
    "Only these sectors, separated by commas; added to the collections",
);
/// `kind`.
pub const KIND: Param = param(
    "kind",
    Form::List(50),
    "Лише ці види об’єктів, через кому",
    "Only these kinds of objects, separated by commas",
);
/// `radius`.
pub const RADIUS: Param =
    param("radius", Form::Number { from: 0.0, to: MAX_RADIUS_M }, "Не далі, метри", "Not farther away, metres");
/// `bbox`.
pub const BBOX: Param = param(
    "bbox",
    Form::Box,
    "Лише те, що має спільну точку з прямокутником; у градусах: захід, південь, схід, північ",
    "Only what shares a point with the box; in degrees: west, south, east, north",
);
/// `bbox-crs`.
pub const BBOX_CRS: Param = param(
    "bbox-crs",
    Form::Word(crs::OFFERED),
    "Система координат bbox, з її порядком осей; інакше CRS84",
    "The coordinate system of bbox, in its order of axes; else CRS84",
);
/// `crs`.
pub const CRS: Param = param(
    "crs",
    Form::Word(crs::OFFERED),
    "Система координат відповіді, з її порядком осей; інакше CRS84",
    "The coordinate system of the answer, in its order of axes; else CRS84",
);
/// `cursor`.
pub const CURSOR: Param = param(
    "cursor",
    Form::Text(MAX_CURSOR_BYTES),
    "Звідки продовжити: з посилань next і prev",
    "Where to go on: from the links next and prev",
);
/// `start`.
pub const START: Param = param(
    "start",
    Form::Text(MAX_ID_BYTES),
    "Сторінка, що починається з цього об’єкта: його ідентифікатор; замість cursor",
    "The page that begins with this feature: its id; instead of cursor",
);
/// `filter`.
pub const FILTER: Param = param(
    "filter",
    Form::Text(MAX_QUERY_BYTES),
    "Лише те, для чого умова CQL2 істинна",
    "Only that for which a condition in CQL2 is true",
);
/// `filter-lang`.
pub const FILTER_LANG: Param = param(
    "filter-lang",
    Form::Word(&["cql2-text", "cql2-json"]),
    "Запис умови; інакше cql2-text",
    "How the condition is written; else cql2-text",
);
/// `filter-crs`.
pub const FILTER_CRS: Param = param(
    "filter-crs",
    Form::Word(&[crs::CRS84]),
    "Система координат фігур в умові",
    "The coordinate system of shapes in the condition",
);
/// `datetime`.
pub const DATETIME: Param = param(
    "datetime",
    Form::Text(64),
    "Лише чинне тоді: дата, мить RFC 3339 або проміжок через /, відкритий кінець — ..",
    "Only what is valid then: a day, an instant of RFC 3339, or an interval with /, an open end is ..",
);
/// `properties`.
pub const PROPERTIES: Param = param(
    "properties",
    Form::List(100),
    "Лише ці властивості, через кому",
    "Only these properties, separated by commas",
);
/// `sortby`.
pub const SORT_BY: Param = param(
    "sortby",
    Form::List(crate::snapshot::order::MAX_KEYS),
    "За якими властивостями впорядкувати, через кому; «-» перед назвою — за спаданням; невідоме завжди останнє",
    "The properties to sort by, separated by commas; `-` before a name for descending; unknown is always last",
);
/// `bom`.
pub const BOM: Param = param(
    "bom",
    Form::Word(&["true", "false"]),
    "Для CSV: позначка UTF-8 на початку, для Excel",
    "For CSV: the mark of UTF-8 at the beginning, for Excel",
);

/// `per`.
pub const PER: Param = param(
    "per",
    Form::Word(&["collection"]),
    "Найближчий об’єкт кожної колекції",
    "The nearest one of each collection",
);
/// `hours_at`.
pub const HOURS_AT: Param = param(
    "hours_at",
    Form::Text(64),
    "Сказати, чи відчинено в цю мить (open) і коли це зміниться (open_changes): now або RFC 3339",
    "Tell whether it is open at this instant (open) and when that changes (open_changes): now, or RFC 3339",
);
/// `open_at`.
pub const OPEN_AT: Param = param(
    "open_at",
    Form::Text(64),
    "Лише відчинене в цю мить: now або RFC 3339; невідомі години — не відчинено",
    "Only what is open at this instant: now, or RFC 3339; unknown hours are not open",
);
