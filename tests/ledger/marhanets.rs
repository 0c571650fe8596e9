//! Marhanets: the columns of a real map of municipal objects. What the texts mean is in `meaning_real.rs`.

use super::account::{Account, Became, By, own, real_data, whole};
use mapa::model::Value;

const PHONE: &str = "phone = phone; type = \"text\", format = \"phone\"";
const HOURS: &str = "opening_hours = working_hours; type = \"text\", format = \"opening-hours\"";

pub fn accounts() -> Vec<Account> {
    let account = |file: &str, recipe, became| Account { file: file.into(), recipe, became };
    vec![
        // The doctors and their shifts are no opening hours: they are kept as they were written.
        account(
            "marhanets/clinics.csv",
            by("clinics", "name", "", &["name = name", "address = address", HOURS]),
            Became::Rows { read: 6, features: 6, reasons: &[], warnings: &[("unread-hours", 6)] },
        ),
        // A group on duty is no opening hours either.
        account(
            "marhanets/kindergartens.csv",
            by("kindergartens", "name", "", &["name = name", "address = address", PHONE, HOURS]),
            Became::Rows { read: 9, features: 9, reasons: &[], warnings: &[("unread-hours", 8)] },
        ),
        account(
            "marhanets/after-school.csv",
            by("after-school", "name", "", &["name = name", "address = address", PHONE, HOURS]),
            whole(7),
        ),
        account(
            "marhanets/temp-constructions.csv",
            by(
                "temp-constructions",
                "registry_number",
                "",
                &[
                    "address = address",
                    "area_m2 = area; type = \"number\", unit = \"m2\"",
                    "has_contract = has_contract; type = \"boolean\"",
                ],
            ),
            whole(2),
        ),
        // The first row lies in Mykolaivka, 100 km to the north.
        account(
            "marhanets/civil-budget.csv",
            by(
                "civil-budget",
                "name",
                "bounds = [34.4, 47.5, 34.9, 47.8]\n",
                &[
                    "name = name",
                    "address = address",
                    "total = total_budget; type = \"number\", unit = \"UAH\"",
                    "votes = votes; type = \"integer\"",
                ],
            ),
            Became::Rows { read: 8, features: 7, reasons: &[("outside-bounds", 1)], warnings: &[] },
        ),
    ]
}

/// Several objects share one place, one address or no name: all of it together is told apart.
fn by(name: &'static str, called: &str, bounds: &str, fields: &[&str]) -> By {
    let head = format!(
        "[source]\nfile = \"m.csv\"\n[id]\nhash_of = [\"{called}\", \"type\", \"address\", \"latitude\", \"longitude\"]\n\
         [geometry]\nlon = \"longitude\"\nlat = \"latitude\"\n{bounds}"
    );
    own(name, &head, "point", fields)
}

#[test]
fn the_budget_of_the_town_is_counted_without_the_village() {
    if real_data().is_none() {
        return;
    }
    let account = accounts().pop().unwrap();
    let all = account.import().unwrap();
    assert_eq!((all.rejections[0].row, all.rejections[0].text.as_str()), (2, "34.714825, 48.54303"));
    let sum = |field: &str| {
        let value = |feature: &mapa::model::Feature| match feature.value(&all.collection, field) {
            Value::Number(number) => *number,
            Value::Integer(number) => *number as f64,
            other => panic!("{other:?}"),
        };
        all.features.iter().map(value).sum::<f64>()
    };
    assert_eq!((sum("total"), sum("votes")), (513_000.0, 1714.0));
}
