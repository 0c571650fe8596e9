//! The list of civil protection shelters.

use mapa::model::Value;

use super::{BLOCK, DISTRICT, List, NUMBER, SETTLEMENT, STREET, text};

pub fn shelters() -> List {
    List {
        recipe: "shelters.toml",
        header: &[
            "shelterId",
            "shelterType",
            "atuCode",
            "adressPostCode",
            "adressAdminUnitL1",
            "adressAdminUnitL2",
            "adressAdminUnitL3",
            "addressPostName",
            "addressPostDistrict",
            "addressThoroughfare",
            "addressLocatorDesignator",
            "addressLocatorBuilding",
            "lat",
            "lon",
            "shelterCapacity",
            "balanceHolderName",
        ],
        row: &[
            ("shelterId", "00017"),
            ("shelterType", "ПРУ"),
            ("atuCode", "UA12060170010065850"),
            ("addressPostName", "Кривий Ріг"),
            ("addressPostDistrict", "Саксаганський"),
            ("addressThoroughfare", "вулиця Прикладна"),
            ("addressLocatorDesignator", "5"),
            ("lat", "47.91"),
            ("lon", "33.39"),
            ("shelterCapacity", "150"),
            ("balanceHolderName", "КП «Приклад»"),
        ],
        kind: Some("radiation-shelter"),
        fields: vec![
            ("name", text("ПРУ")),
            ("inventory_number", text("00017")),
            ("capacity", Value::Integer(150)),
            ("balance_holder", text("КП «Приклад»")),
            ("address", text("вулиця Прикладна, 5, Кривий Ріг")),
            ("district", text("Саксаганський")),
        ],
        needed: &["shelterId", "shelterType"],
        also_named: &[
            ("shelterId", &["shelterld"]),
            // The t of the word is Cyrillic.
            ("shelterType", &["shelter\u{442}ype"]),
            ("shelterCapacity", &["capacity"]),
            SETTLEMENT,
            DISTRICT,
            STREET,
            NUMBER,
            BLOCK,
        ],
        faults: &[
            ("shelterId", "null", "missing-id"),
            ("shelterType", "null", "missing-value"),
            ("lat", "null", "missing-coordinates"),
            ("lon", "під школою", "bad-coordinate"),
            ("lat", "57.91", "outside-bounds"),
            ("shelterCapacity", "багато", "bad-integer"),
            ("shelterCapacity", "-5", "out-of-range"),
        ],
    }
}
