//! Data of other Ukrainian cities: stops, shelters, streets, places, districts, works.

use std::fs;

use mapa::model::Value;

use super::account::{Account, Became, By, own, real_data, whole};

pub fn accounts() -> Vec<Account> {
    let account = |file: &str, recipe, became| Account { file: file.into(), recipe, became };
    vec![
        account("dnipro-map/dnipro_first_aid.csv", By::Ready("dnipro-first-aid.toml"), whole(104)),
        // Words that mix two scripts are put right.
        account(
            "lviv-stops/lviv_stops.json",
            By::Ready("lviv-stops.toml"),
            Became::Rows { read: 5508, features: 5508, reasons: &[], warnings: &[("mixed-script", 23)] },
        ),
        account("kharkiv-districts/kharkiv-raions.geojson", By::Ready("kharkiv-raions.toml"), whole(9)),
        account(
            "kharkiv-districts/kharkiv-city.geojson",
            own(
                "kharkiv",
                "[source]\nfile = \"k.geojson\"\n[id]\ncolumn = \"ADM3_PCODE\"\n",
                "area",
                &["name = ADM3_UA", "raion = ADM2_UA"],
            ),
            whole(1),
        ),
        account("lviv-osm/lviv-churches.geojson", churches(), whole(17)),
        account("kyiv-osm-pois/kyiv-osm-pois.json", places_of_kyiv(), whole(200)),
        // The list has addresses and no places. Row 4348 holds nothing but `<Null>`, so that there is nothing to call it by.
        account(
            "kyiv-shelters/shelters.xlsx",
            shelters(),
            Became::Rows {
                read: 4382,
                features: 0,
                reasons: &[("missing-coordinates", 4381), ("missing-id", 1)],
                warnings: &[],
            },
        ),
        // A register of names has no places.
        account(
            "kyiv-streets/streets.csv",
            streets(),
            Became::Rows { read: 2843, features: 0, reasons: &[("missing-coordinates", 2843)], warnings: &[] },
        ),
        works("roads", false, Became::Nothing { problem: "trailing comma at line 32 column 5" }),
        works("buildings", false, Became::Nothing { problem: "trailing comma at line 32 column 5" }),
        works("schools", false, Became::Nothing { problem: "trailing comma at line 32 column 5" }),
        // In two texts a Latin B and C stand in a Ukrainian word.
        works("roads", true, Became::Rows { read: 2, features: 2, reasons: &[], warnings: &[("mixed-script", 1)] }),
        works("buildings", true, Became::Rows { read: 2, features: 2, reasons: &[], warnings: &[("mixed-script", 1)] }),
        works("schools", true, whole(2)),
    ]
}

fn churches() -> By {
    let head =
        "[source]\nfile = \"c.geojson\"\n[id]\ncolumn = \"@id\"\n[geometry]\nbounds = [23.9, 49.7, 24.2, 50.0]\n";
    own("churches", head, "point", &["name = name", "street = addr:street", "religion = religion"])
}

fn places_of_kyiv() -> By {
    let head = "[source]\nfile = \"p.json\"\n[id]\ncolumn = \"id\"\n\
                [geometry]\nlon = \"lon\"\nlat = \"lat\"\nbounds = [30.2, 50.2, 30.9, 50.6]\n";
    let fields = [
        "name = nameUk",
        "barrier_free = barrierFree; type = \"boolean\"",
        "opening_hours = tags.opening_hours; type = \"text\", format = \"opening-hours\"",
        "phone = tags.phone; type = \"text\", format = \"phone\"",
        "street = tags.addr:street",
    ];
    own("places-of-kyiv", head, "point", &fields)
}

fn shelters() -> By {
    let head = "[source]\nfile = \"s.xlsx\"\noptional = [\"lon\", \"lat\"]\n\
                [id]\nhash_of = [\"Район\", \"Адреса\", \"Тип укриття\", \"Вид укриття\", \"Тип будівлі\", \"Власник\"]\n\
                [geometry]\nlon = \"lon\"\nlat = \"lat\"\n";
    own("shelters-of-kyiv", head, "point", &["address = Адреса"])
}

fn streets() -> By {
    let head = "[source]\nfile = \"s.csv\"\noptional = [\"lon\", \"lat\"]\n\
                [id]\ncolumn = \"Унікальний цифровий код об'єкта\"\n[geometry]\nlon = \"lon\"\nlat = \"lat\"\n";
    let fields = [
        "name = Повне офіційне найменування об'єкта",
        "class = Категорія (тип) об'єкта",
        "district = Адміністративний район",
        "former_name = Колишнє найменування об'єкта",
        "named = Дата документу про присвоєння найменування об'єкта; type = \"date\"",
    ];
    own("streets-of-kyiv", head, "point", &fields)
}

/// Works of Novyi Rozdil, which a program wrote with a comma after the last one.
fn works(name: &'static str, trailing_commas: bool, became: Became) -> Account {
    let head = format!(
        "[source]\nfile = \"w.geojson\"\ntrailing_commas = {trailing_commas}\n[id]\ncolumn = \"id\"\n[geometry]\nbounds = [24.0, 49.4, 24.3, 49.6]\n"
    );
    let file = match name {
        "roads" => "novyi-rozdil-budget/roads.geojson",
        "buildings" => "novyi-rozdil-budget/buildings.geojson",
        _ => "novyi-rozdil-budget/schools.geojson",
    };
    Account { file: file.into(), recipe: own(name, &head, "point", &["name = popupContent"]), became }
}

fn account(file: &str) -> Account {
    accounts().into_iter().rfind(|account| account.file == file).unwrap()
}

#[test]
fn tags_of_tags_are_read_where_they_are() {
    if real_data().is_none() {
        return;
    }
    let all = account("kyiv-osm-pois/kyiv-osm-pois.json").import().unwrap();
    assert_eq!(all.counts("name")["?"], 164);
    let hours = [
        ("?", 188),
        ("Mo-Su 10:00-22:00", 5),
        ("mo-su 09:00-21:00", 2),
        ("Mo-Sa 10:00-23:00; Su 11:00-23:00", 1),
        ("Mo-Su 09:00-20:00", 1),
        ("Mo-Su 09:30-02:30", 1),
        ("mo-sa 09:00-21:00, su 10:00-20:00", 1),
        ("mo-su 10:00-21:00", 1),
    ];
    assert_eq!(all.counts("opening_hours"), hours.map(|(text, count)| (text.to_owned(), count)).into());
    assert_eq!(all.counts("phone").values().sum::<usize>() - all.counts("phone")["?"], 7);
    assert_eq!(all.value("4872986821", "street"), Value::from("вулиця Ентузіастів"));
}

#[test]
fn the_register_of_streets_says_its_days_as_numbers() {
    let Some(root) = real_data() else { return };
    // With a place for every row, the rest of it can be read.
    let text = fs::read_to_string(root.join("kyiv-streets/streets.csv")).unwrap();
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let folder = tempfile::tempdir().unwrap();
    let placed = folder.path().join("placed.csv");
    let mut writer = csv::Writer::from_path(&placed).unwrap();
    let with =
        |record: &csv::StringRecord, more: [&str; 2]| record.iter().chain(more).map(str::to_owned).collect::<Vec<_>>();
    writer.write_record(with(table.headers().unwrap(), ["lon", "lat"])).unwrap();
    for record in table.records() {
        writer.write_record(with(&record.unwrap(), ["30.52", "50.45"])).unwrap();
    }
    writer.flush().unwrap();
    let all = account("kyiv-streets/streets.csv").import_from(&placed).unwrap();
    assert_eq!((all.features.len(), all.rejections.len()), (2843, 0), "{:?}", all.rejections.first());
    assert_eq!(all.counts("named")["?"], 1019);
    assert_eq!(all.counts("named")["1869-08-14"], 20);
    assert_eq!(all.value("10411", "named"), Value::Date("1974-12-16".parse().unwrap()));
    assert_eq!(all.report.warnings, [].into());
}

#[test]
fn works_of_a_script_are_whole_without_their_last_commas() {
    if real_data().is_none() {
        return;
    }
    let mut sums = Vec::new();
    for name in ["roads", "buildings", "schools"] {
        let all = account(&format!("novyi-rozdil-budget/{name}.geojson")).import().unwrap();
        for id in ["100", "101"] {
            let text = all.value(id, "name").as_text().unwrap().to_owned();
            let sum = text.split("<b>").nth(1).unwrap().split(" грн").next().unwrap().replace(' ', "");
            sums.push(sum.trim_end_matches("грн").parse::<u32>().unwrap());
        }
    }
    assert_eq!(sums, [14_873, 135_000, 380_345, 50_391, 356_989, 50_997]);
}
