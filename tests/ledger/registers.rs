//! Registers and classifiers of the whole country: names, settlements, hromadas, oblasts, classes of buildings.

use mapa::model::Value;

use super::account::{Account, Became, By, own, real_data, whole};

pub fn accounts() -> Vec<Account> {
    let ready = |file: &str, name, became| Account { file: file.into(), recipe: By::Ready(name), became };
    let names = Became::Rows { read: 1089, features: 1089, reasons: &[], warnings: &[("mixed-script", 3)] };
    // Kinds of reserves, such as ornithological ones, that the catalog does not have.
    let reserves = Became::Rows { read: 88, features: 88, reasons: &[], warnings: &[("unknown-kind", 48)] };
    vec![
        ready("geonames-ua/fiz-geo-dnipropetrovska.csv", "geonames.toml", names.clone()),
        ready("geonames-ua/fiz-geo-dnipropetrovska.tsv", "geonames.toml", names.clone()),
        ready("geonames-ua/fiz-geo-dnipropetrovska.xlsx", "geonames.toml", names.clone()),
        ready("geonames-ua/fiz-geo-dnipropetrovska.geojson", "geonames.toml", names),
        ready("geonames-ua/pzo-dnipropetrovska.csv", "nature-reserves.toml", reserves.clone()),
        ready("geonames-ua/pzo-dnipropetrovska.xlsx", "nature-reserves.toml", reserves.clone()),
        ready("geonames-ua/pzo-dnipropetrovska.geojson", "nature-reserves.toml", reserves),
        // Three rows repeat all five cells of an earlier one.
        ready(
            "ukraine-settlements/cities-with-coordinates_utf-8.csv",
            "ukraine-settlements.toml",
            Became::Rows { read: 30_484, features: 30_481, reasons: &[("duplicate-id", 3)], warnings: &[] },
        ),
        // R writes NA where it has no area; a city would say so in the recipe: map = { NA = "" }.
        Account {
            file: "ukraine-hromadas/geography.csv".into(),
            recipe: hromadas(),
            became: Became::Rows { read: 1469, features: 1438, reasons: &[("bad-number", 31)], warnings: &[] },
        },
        // In three oblasts a hole lies outside of the polygon.
        Account {
            file: "ukraine-oblasts/UA_FULL_Ukraine.geojson".into(),
            recipe: oblasts("geojson"),
            became: Became::Rows { read: 25, features: 22, reasons: &[("bad-geometry", 3)], warnings: &[] },
        },
        // A lone feature is no collection; as a sequence it is one of one.
        Account {
            file: "ukraine-oblasts/UA_12_Dnipropetrovska.geojson".into(),
            recipe: oblasts("geojson"),
            became: Became::Nothing { problem: "it is \"Feature\" where a FeatureCollection should be" },
        },
        Account {
            file: "ukraine-oblasts/UA_12_Dnipropetrovska.geojson".into(),
            recipe: oblasts("geojsonseq"),
            became: whole(1),
        },
        // Codes and their names as one object: there is neither a row nor a place.
        Account {
            file: "classifiers/dk018_uk.json".into(),
            recipe: own(
                "classes",
                "[source]\nfile = \"c.json\"\noptional = [\"lon\", \"lat\"]\n[id]\ncolumn = \"code\"\n\
                 [geometry]\nlon = \"lon\"\nlat = \"lat\"\n",
                "point",
                &["name = name"],
            ),
            became: Became::Nothing { problem: "invalid type: map, expected an array of objects" },
        },
    ]
}

fn hromadas() -> By {
    let head = "[source]\nfile = \"g.csv\"\n[id]\ncolumn = \"hromada_code\"\n\
                [geometry]\nlon = \"lon_center\"\nlat = \"lat_center\"\nbounds = [22.0, 44.3, 40.3, 52.4]\n";
    let fields = [
        "name = hromada",
        "center = hromada_center",
        "raion = raion_name",
        "settlements = n_settlements; type = \"integer\"",
        "area_km2 = square; type = \"number\", unit = \"km2\"",
    ];
    own("hromadas", head, "point", &fields)
}

fn oblasts(format: &'static str) -> By {
    let head = format!(
        "[source]\nfile = \"o.geojson\"\nformat = \"{format}\"\n[id]\ncolumn = \"iso3166-2\"\n[geometry]\nbounds = [22.0, 44.3, 40.3, 52.4]\n"
    );
    own("oblasts", &head, "area", &["name = name"])
}

#[test]
fn the_reserves_are_the_same_in_three_formats() {
    if real_data().is_none() {
        return;
    }
    let read = |ending: &str| {
        let all = accounts();
        let file = format!("geonames-ua/pzo-dnipropetrovska.{ending}");
        all.iter().find(|account| account.file == file).unwrap().import().unwrap()
    };
    let [csv, xlsx, geojson] = ["csv", "xlsx", "geojson"].map(read);
    assert_eq!(csv.features.len(), 88);
    for ((a, b), c) in csv.features.iter().zip(&xlsx.features).zip(&geojson.features) {
        assert_eq!(a, b);
        assert_eq!(a, c);
    }
    assert_eq!(csv.counts("protection_status"), [("local".into(), 64), ("national".into(), 24)].into());
    let of_kind = |id: &str| csv.features.iter().filter(|feature| feature.kind.as_deref() == Some(id)).count();
    for (kind, count) in [("landscape-reserve", 15), ("natural-monument", 22), ("botanical-garden", 3)] {
        assert_eq!(of_kind(kind), count, "{kind}");
    }
    assert_eq!(csv.value("П-116", "name_en"), Value::from("Solonyi lyman"));
}

#[test]
fn the_hromada_of_the_city_is_where_it_is() {
    if real_data().is_none() {
        return;
    }
    let account = accounts().into_iter().find(|account| account.file == "ukraine-hromadas/geography.csv").unwrap();
    let all = account.import().unwrap();
    let city = "UA12060170000091033";
    assert_eq!(all.value(city, "center"), Value::from("Кривий Ріг"));
    let of_raion = all.counts("raion");
    assert_eq!(of_raion["Криворізький"], 15);
    let boxes = all.features.iter().map(|feature| feature.geometry.bbox()).reduce(mapa::space::BBox::union).unwrap();
    let wanted = [22.2064, 45.3511, 40.1255, 52.2640];
    assert!(boxes.to_array().iter().zip(wanted).all(|(found, wanted)| (found - wanted).abs() < 1e-4), "{boxes:?}");
}

#[test]
fn the_three_broken_oblasts_are_told_by_name() {
    if real_data().is_none() {
        return;
    }
    let account = accounts().into_iter().find(|account| account.file.ends_with("UA_FULL_Ukraine.geojson")).unwrap();
    let all = account.import().unwrap();
    let name = |record: &str| serde_json::from_str::<serde_json::Value>(record).unwrap()["name"].clone();
    let names: Vec<_> = all.rejections.iter().map(|rejection| name(&rejection.record)).collect();
    assert_eq!(names, ["Херсонська область", "Миколаївська область", "Одеська область"]);
    assert!(
        all.rejections.iter().all(|rejection| rejection.detail.starts_with("a hole lies outside of its area, near"))
    );
}
