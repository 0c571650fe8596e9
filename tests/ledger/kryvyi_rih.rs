//! Kryvyi Rih itself: its codes and the boxes of its districts.

use super::account::{Account, Became, own, real_data};

pub fn accounts() -> Vec<Account> {
    vec![
        Account {
            file: "kryvyi-rih/katottg-kryvyi-rih.csv".into(),
            recipe: own(
                "codes",
                "[source]\nfile = \"k.csv\"\noptional = [\"lon\", \"lat\"]\n\
                 [id]\nhash_of = [\"Другий рівень\", \"Третій рівень\", \"Четвертий рівень\", \"Додатковий рівень\"]\n\
                 [geometry]\nlon = \"lon\"\nlat = \"lat\"\n",
                "point",
                &["name = Назва об’єкта", "category = Категорія об’єкта"],
            ),
            // A codifier has no places: every unit is refused for want of one, and kept with its row.
            became: Became::Rows { read: 15, features: 0, reasons: &[("missing-coordinates", 15)], warnings: &[] },
        },
        bounds("bound", Became::Rows { read: 15, features: 13, reasons: &[("bad-geometry", 2)], warnings: &[] }),
        bounds("point", Became::Rows { read: 15, features: 14, reasons: &[("bad-geometry", 1)], warnings: &[] }),
    ]
}

/// The districts by one of their two columns of well-known text.
fn bounds(column: &'static str, became: Became) -> Account {
    let head = format!(
        "[source]\nfile = \"b.csv\"\n[id]\ncolumn = \"id\"\n[geometry]\nwkt = \"{column}\"\nbounds = [33.0, 47.5, 35.3, 48.6]\n"
    );
    let fields = ["former_name = name_orig", "city = city_id; type = \"integer\""];
    Account { file: "kryvyi-rih/district-bounds.csv".into(), recipe: own(column, &head, "point", &fields), became }
}

#[test]
fn a_box_or_a_place_with_a_missing_space_is_refused_by_its_row() {
    if real_data().is_none() {
        return;
    }
    let refused = |account: Account| -> Vec<(u64, String)> {
        let all = account.import().unwrap();
        assert!(all.rejections.iter().all(|r| r.column.as_deref() == Some(account.recipe.name())));
        all.rejections.into_iter().map(|r| (r.row, r.detail)).collect()
    };
    // Row numbers are those of a spreadsheet, in which the header is row 1: the districts 3 and 8, and the place of 9.
    let boxes = refused(bounds("bound", super::account::whole(15)));
    let no_number = |text: &str| format!("`{text}` is not a number");
    assert_eq!(boxes, [(4, no_number("33.369671147.958186")), (9, no_number("34.870127148.468559"))]);
    let places = refused(bounds("point", super::account::whole(15)));
    assert_eq!(places, [(10, no_number("35.013848.4063"))]);
}

#[test]
fn the_boxes_of_the_districts_are_where_their_places_are() {
    if real_data().is_none() {
        return;
    }
    let [boxes, places] = ["bound", "point"].map(|column| bounds(column, super::account::whole(15)).import().unwrap());
    let mut held = 0;
    for district in &boxes.features {
        let Some(place) = places.features.iter().find(|place| place.id == district.id) else { continue };
        let (outer, inner) = (district.geometry.bbox(), place.geometry.bbox());
        assert!(outer.west < inner.west && inner.east < outer.east, "{}", district.id.as_str());
        assert!(outer.south < inner.south && inner.north < outer.north, "{}", district.id.as_str());
        held += 1;
    }
    assert_eq!(held, 12);
}
