//! A row without coordinates stands at the house that its address names, and says so; objects say in which district they lie.

mod city;
mod postgres;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    rc::Rc,
};

use city::{City, real, recipe, text};
use mapa::{
    files,
    import::{AddressRegister, Gazetteer, Outcome, Recipe, Rejection, Report, import_among},
    model::{Catalog, Collection, Feature, Value},
    space::{Geometry, LonLat},
};
use postgres::Cluster;
use serde_json::json;

const CLINICS: &str = r#"
collection = "clinics-by-address"
[source]
file = "clinics.csv"
optional = ["lat"]
[id]
column = "id"
[geometry]
lon = "lon"
lat = "lat"
bounds = [33.0, 47.0, 34.0, 49.0]
address = { street = "street", number = "number", settlement = "settlement", city = "Кривий Ріг" }
[fields.name]
column = "name"
[fields.district]
column = "district"
required = true
[threshold]
refusals = "100%"
[declare]
title = { uk = "Амбулаторії", en = "Clinics" }
geometry = "point"
fields = [
  { name = "name", type = "text", title = { uk = "Назва", en = "Name" } },
  { name = "district", type = "text", title = { uk = "Район", en = "District" } },
  { name = "katottg", type = "text", title = { uk = "Код", en = "Code" } },
]
"#;

const ROWS: &str = "id;name;settlement;street;number;district;lon;lat
1;Має координати;;вул. Миру;5;;33,35;47,9
2;За адресою;;вул. Миру;5;;;
3;За колишньою назвою;м. Кривий Ріг;вул. Леніна;12-а;Північний р-н;;
4;Іншого будинку немає;;вул. Миру;6;;;
5;Без адреси;;;;;;
6;Одна координата;;вул. Миру;5;;33,35;
7;Два місця;;вул. Довга;1;;;
8;Не той район;;вул. Миру;5;Південний;;
9;Поза районами;с. Далеке;вул. Польова;1;Хутори;;
10;Ні району, ні сусідів;с. Далеке;вул. Польова;1;;;
";

/// The lists of a city, and a folder with the recipes of all; those that are asked come last by name.
fn city_of_lists(city: &City) -> std::path::PathBuf {
    let folder = city.path("lists");
    std::fs::create_dir(&folder).unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write("clinics.csv", ROWS);
    write("a-clinics.toml", CLINICS);
    write(
        "addresses.csv",
        "id,CATUTTC,postCode,postName,thoroughfare,locatorDesignator,locatorBuilding,lat,lon\n\
         h1,,,Кривий Ріг,вулиця Миру,5,,47.95,33.1\n\
         h2,,,Кривий Ріг,вулиця Миру,7,,47.951,33.1\n\
         h3,,,Кривий Ріг,вулиця Соборності,12А,,47.96,33.2\n\
         h4,,,Кривий Ріг,вулиця Довга,1,,47.9,33.2\n\
         h5,,,Кривий Ріг,вулиця Довга,1,,47.92,33.2\n\
         h6,,,Далеке,вулиця Польова,1,,48.9,33.9\n",
    );
    let register = std::fs::read_to_string(recipe("national/address-register.toml")).unwrap();
    write("y-register.toml", &register);
    let square = |name: &str, code: &str, south: f64, north: f64| {
        let (w, e) = (33.0, 33.5);
        json!({ "type": "Feature", "properties": { "name": name, "code": code },
                "geometry": { "type": "Polygon", "coordinates": [[[w, south], [e, south], [e, north], [w, north], [w, south]]] } })
    };
    let districts = [
        square("Північний", "UA12060170010439451", 47.93, 48.0),
        square("Південний", "UA12060170010585703", 47.8, 47.93),
    ];
    write("districts.geojson", &json!({ "type": "FeatureCollection", "features": districts }).to_string());
    write(
        "z-districts.toml",
        "collection = \"districts\"\n[source]\nfile = \"districts.geojson\"\n[id]\ncolumn = \"code\"\n\
         [fields.name]\ncolumn = \"name\"\n[fields.katottg]\ncolumn = \"code\"\n",
    );
    let street = json!({ "type": "Feature", "properties": { "id": 1, "name": "вулиця Соборності", "old": "вул. Леніна" },
                         "geometry": { "type": "LineString", "coordinates": [[33.2, 47.95], [33.2, 47.97]] } });
    write("streets.geojson", &json!({ "type": "FeatureCollection", "features": [street] }).to_string());
    write(
        "z-streets.toml",
        "collection = \"streets\"\n[source]\nfile = \"streets.geojson\"\n[id]\ncolumn = \"id\"\n\
         [fields.name]\ncolumn = \"name\"\n[fields.former_name]\ncolumn = \"old\"\n",
    );
    folder
}

fn over_both_stores(test: impl Fn(City)) {
    test(City::new());
    if let Some(cluster) = Cluster::shared() {
        test(City::over(cluster.database()));
    }
}

#[test]
fn a_row_without_coordinates_stands_at_its_house_and_is_marked() {
    over_both_stores(|city| {
        let lists = city_of_lists(&city);
        let told = city.mapa(&["import", "--dry-run", lists.to_str().unwrap()]);
        assert!(told.status.success(), "{}", text(&told.stderr));
        let report = city.import(&lists, None);
        let run = report["runs"].as_array().unwrap().iter().find(|run| run["recipe"] == "a-clinics").unwrap();
        assert_eq!(run["geocoded"], json!({ "building": 4 }), "{run}");
        assert_eq!(report["geocoded"], json!({ "building": 4 }));
        assert_eq!(
            run["reasons"],
            json!({ "ambiguous-address": 1, "missing-coordinates": 2, "missing-value": 1, "unknown-address": 1 })
        );
        assert_eq!(run["warnings"], json!({ "other-district": 1 }));
        assert_eq!((&run["read"], &run["features"]), (&json!(10), &json!(5)));

        let server = city.serve(&[]);
        let item = |id: &str| server.json(&format!("/collections/clinics-by-address/items/{id}"));
        let (said, found) = (item("1"), item("2"));
        assert_eq!(said["geometry"]["coordinates"], json!([33.35, 47.9]));
        assert!(said["properties"].get("position").is_none(), "{said}");
        assert_eq!(said["properties"]["district"], "Південний");
        assert_eq!(found["geometry"]["coordinates"], json!([33.1, 47.95]));
        let of_found = &found["properties"];
        assert_eq!((&of_found["position"], &of_found["position_precision"]), (&json!("geocoded"), &json!("building")));
        assert_eq!((&of_found["district"], &of_found["katottg"]), (&json!("Північний"), &json!("UA12060170010439451")));
        assert_eq!(item("3")["geometry"]["coordinates"], json!([33.2, 47.96]));
        assert_eq!(item("3")["properties"]["district"], "Північний р-н", "what the source says is kept");
        assert_eq!(item("8")["properties"]["district"], "Південний");
        assert_eq!(item("9")["properties"]["district"], "Хутори");

        let history = |args: &[&str]| -> serde_json::Value {
            let output = city.mapa(&[&["history", "--json", "clinics-by-address"], args].concat());
            serde_json::from_slice(&output.stdout).unwrap()
        };
        assert_eq!(history(&["2"])[0]["feature"]["properties"]["position"], "geocoded");
        let run = history(&[])[0]["run"].to_string();
        let refused = history(&["--run", &run]);
        let detail =
            |row: u64| refused.as_array().unwrap().iter().find(|kept| kept["row"] == row).unwrap()["detail"].clone();
        assert_eq!(
            detail(5),
            "the address register has no such house; the nearest are вулиця Миру (кривий ріг), 5; вулиця Миру (кривий ріг), 7"
        );
        assert_eq!(detail(6), "there are neither coordinates nor an address");
        assert_eq!(detail(7), "there is no latitude", "one coordinate is not none");
        assert_eq!(detail(8), "вулиця Довга (кривий ріг), 1 stands at several places");

        let again = city.import(&lists, None);
        let change = &again["change"];
        assert_eq!(
            (&change["changed"], &change["added"], &change["removed"]),
            (&json!(0), &json!(0), &json!(0)),
            "{again}"
        );
    });
}

#[test]
fn what_a_run_replaces_is_known_to_the_next_one_and_a_store_without_places_says_so() {
    let city = City::new();
    let lists = city_of_lists(&city);
    let alone = city.import(&lists.join("a-clinics.toml"), None);
    assert!(alone.get("geocoded").is_none());
    assert_eq!(alone["reasons"]["missing-coordinates"], 9, "{alone}");
    let told = text(&city.mapa(&["import", "--dry-run", lists.join("a-clinics.toml").to_str().unwrap()]).stdout);
    assert!(told.contains("the store has no address register to ask"), "{told}");
    city.import(&lists, None);
    let told = text(&city.mapa(&["import", lists.join("a-clinics.toml").to_str().unwrap()]).stdout);
    assert!(told.contains("placed by their address: building 4"), "{told}");
    // A house moves; the next import of the list follows it.
    let addresses = std::fs::read_to_string(lists.join("addresses.csv")).unwrap();
    std::fs::write(lists.join("addresses.csv"), addresses.replace("47.95,33.1", "47.94,33.1")).unwrap();
    let report = city.import(&lists, None);
    assert_eq!(report["change"]["changed"], 3, "the house and the two that stand at it: {report}");
}

#[test]
fn districts_are_not_asked_where_the_recipe_says_so() {
    let city = City::new();
    let lists = city_of_lists(&city);
    let text = format!("districts = false\n{}", CLINICS.replace("required = true", ""));
    std::fs::write(lists.join("a-clinics.toml"), text).unwrap();
    let report = city.import(&lists, None);
    assert_eq!(report["warnings"], json!({}));
    let server = city.serve(&[]);
    let item = server.json("/collections/clinics-by-address/items/2");
    assert!(item["properties"].get("district").is_none(), "{item}");
}

/// A recipe of shelters by the address in one column.
fn shelters(column: &str) -> (Recipe, Collection) {
    let recipe = format!(
        "collection = \"kyiv\"\n[source]\nfile = \"s.xlsx\"\n\
         [id]\nhash_of = [\"Район\", \"Адреса\", \"Тип укриття\", \"Вид укриття\", \"Тип будівлі\", \"Власник\"]\n\
         [geometry]\naddress = {{ full = \"{column}\", city = \"Київ\" }}\n[fields.address]\ncolumn = \"{column}\"\n\
         [declare]\ntitle = {{ uk = \"Укриття\", en = \"Shelters\" }}\ngeometry = \"point\"\n\
         fields = [{{ name = \"address\", type = \"text\", title = {{ uk = \"Адреса\", en = \"Address\" }} }}]\n"
    );
    let recipe = Recipe::parse(Path::new("kyiv.toml"), &recipe).unwrap();
    let catalog = Catalog { sectors: Vec::new(), collections: BTreeMap::new(), fields: BTreeMap::new() };
    let collection = recipe.collection(&catalog).unwrap();
    (recipe, collection)
}

fn among(register: AddressRegister, column: &str, source: &Path) -> (Vec<Feature>, Vec<Rejection>, Report) {
    let places = Gazetteer { addresses: Some(Rc::new(register)), districts: None };
    let (recipe, collection) = shelters(column);
    let (mut features, mut rejections) = (Vec::new(), Vec::new());
    let mut sink = |outcome| {
        match outcome {
            Outcome::Feature(feature, _) => features.push(feature),
            Outcome::Rejection(rejection) => rejections.push(rejection),
        }
        Ok(())
    };
    let report = import_among(&places, &recipe, &collection, source, &|_| (), &mut sink).unwrap();
    (features, rejections, report)
}

/// Street and house of an address of the plainest form, in the words of a register: `вул. Миру, 5-а` → вулиця Миру, 5А.
fn plain(address: &str) -> Option<(String, String)> {
    let (word, rest) = address.split_once(". ")?;
    let word = match word {
        "вул" => "вулиця",
        "просп" => "проспект",
        "бульв" => "бульвар",
        "пров" => "провулок",
        _ => return None,
    };
    let (name, number) = rest.split_once(", ")?;
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ").replace(['\'', '`', 'ʼ'], "’");
    let digits = number.trim_end_matches(|c: char| c.is_alphabetic() || c == '-');
    let letter = number[digits.len()..].trim_start_matches('-');
    let is_plain = name.chars().all(|c| c.is_alphabetic() || " '’-".contains(c))
        && !digits.is_empty()
        && digits.bytes().all(|b| b.is_ascii_digit())
        && letter.chars().count() <= 1;
    is_plain.then(|| (format!("{word} {name}"), format!("{digits}{}", letter.to_uppercase())))
}

/// A register of these houses, each a hundredth of a degree from the next.
fn register(
    houses: &BTreeSet<(String, String)>,
    renamed: &[(String, String)],
) -> (AddressRegister, BTreeMap<(String, String), LonLat>) {
    let catalog = files::catalog(None).unwrap();
    let recipe = Recipe::read(&recipe("national/address-register.toml")).unwrap();
    let of = recipe.collection(&catalog).unwrap();
    let at = |i: usize| LonLat::new(20.0 + (i % 1000) as f64 / 100.0, 40.0 + (i / 1000) as f64 / 100.0).unwrap();
    let places: BTreeMap<_, _> = houses.iter().enumerate().map(|(i, house)| (house.clone(), at(i))).collect();
    let features: Vec<Feature> = places
        .iter()
        .enumerate()
        .map(|(i, ((street, number), at))| {
            let value = |name: &str| match name {
                "street" => Value::from(street.as_str()),
                "number" => Value::from(number.as_str()),
                _ => Value::Unknown,
            };
            let values = of.fields.iter().map(|field| value(&field.name)).collect();
            Feature::new(&of, &format!("h{i}"), None, Geometry::Point(*at), values).unwrap()
        })
        .collect();
    (AddressRegister::new(&of, &features, Some("м. Київ"), renamed), places)
}

#[test]
fn the_shelters_of_kyiv_stand_at_the_houses_of_a_register_or_are_refused() {
    let Some(source) = real("kyiv-shelters/shelters.xlsx") else { return };
    // With an empty register every row is refused, which shows all addresses.
    let (_, all, report) = among(AddressRegister::default(), "Адреса", &source);
    assert_eq!((report.read, report.features), (4382, 0));
    let row = |kept: &Rejection| -> serde_json::Value { serde_json::from_str(&kept.record).unwrap() };
    let addresses: BTreeMap<u64, String> =
        all.iter().map(|kept| (kept.row, row(kept)["Адреса"].as_str().unwrap_or_default().trim().to_owned())).collect();
    // The register knows every second street of the plain addresses.
    let plain_ones: BTreeSet<_> = addresses.values().filter_map(|address| plain(address)).collect();
    let streets: BTreeSet<_> = plain_ones.iter().map(|(street, _)| street.clone()).collect();
    let known: BTreeSet<_> = streets.iter().step_by(2).cloned().collect();
    let houses: BTreeSet<_> = plain_ones.iter().filter(|(street, _)| known.contains(street)).cloned().collect();
    let (register, places) = register(&houses, &[]);
    assert_eq!(register.len(), places.len());
    let (features, rejections, report) = among(register, "Адреса", &source);
    // Every plain address of a street that is known is found, at its house.
    let mut mended = 0;
    for feature in &features {
        let address = feature.values[0].as_text().unwrap();
        if let Some(house) = plain(address) {
            // What the list wrote in two scripts is put right in the value.
            match places.get(&house) {
                Some(at) => assert_eq!(feature.geometry, Geometry::Point(*at), "{address}"),
                None => mended += 1,
            }
        }
    }
    assert_eq!((places.len(), report.features, mended), (1120, 1333, 3));
    let refused: BTreeSet<u64> = rejections.iter().map(|kept| kept.row).collect();
    for (row, address) in &addresses {
        let is_there = plain(address).is_some_and(|house| places.contains_key(&house));
        assert!(!(is_there && refused.contains(row)) || is_repeated(&rejections, *row), "row {row}: {address}");
    }
    for kept in rejections.iter().filter(|kept| plain(&kept.text).is_some() && kept.reason.as_str() != "duplicate-id") {
        assert_eq!(kept.reason.as_str(), "unknown-address", "{kept:?}");
    }
    assert_eq!(report.geocoded.get("building"), Some(&report.features));
    assert_eq!(report.reasons.get("ambiguous-address"), None);
}

fn is_repeated(rejections: &[Rejection], row: u64) -> bool {
    rejections.iter().any(|kept| kept.row == row && kept.reason.as_str() == "duplicate-id")
}

#[test]
fn the_shelters_of_kyiv_are_found_by_the_former_names_that_the_city_publishes() {
    let (Some(source), Some(streets)) = (real("kyiv-shelters/shelters.xlsx"), real("kyiv-streets/streets.csv")) else {
        return;
    };
    let mut table = csv::Reader::from_path(streets).unwrap();
    let renamed: Vec<(String, String)> = table
        .records()
        .map(Result::unwrap)
        .filter(|row| !row[10].trim().is_empty())
        .map(|row| (format!("{} {}", &row[3], &row[2]), format!("{} {}", &row[11], &row[10])))
        .collect();
    assert!(renamed.len() > 300, "{}", renamed.len());
    let (_, all, _) = among(AddressRegister::default(), "Адреса", &source);
    let record = |kept: &Rejection| -> serde_json::Value { serde_json::from_str(&kept.record).unwrap() };
    let houses: BTreeSet<_> = all.iter().filter_map(|kept| plain(record(kept)["Адреса"].as_str()?.trim())).collect();
    // The list has the address of before the renaming beside that of today: both lead to one house.
    let (register, _) = register(&houses, &renamed);
    let (features, _, report) = among(register, "address_old", &source);
    let ids = |of: &[Feature]| {
        of.iter().map(|feature| (feature.id.to_string(), feature.geometry.clone())).collect::<BTreeMap<_, _>>()
    };
    let by_former = ids(&features);
    let by_present = ids(&among(self::register(&houses, &renamed).0, "Адреса", &source).0);
    let both: Vec<_> = by_former.iter().filter(|(id, _)| by_present.contains_key(*id)).collect();
    let elsewhere: Vec<_> = both.iter().filter(|(id, at)| by_present[*id] != **at).collect();
    // The list itself calls seven houses in two ways, such as `вул. Вершигори, 9-Б` and `вул. Петра Вершигори, 9-Б`; a register
    // made of it has both.
    assert_eq!((both.len(), elsewhere.len(), by_former.len(), by_present.len()), (1030, 7, 1030, 3044));
    let unnamed = among(self::register(&houses, &[]).0, "address_old", &source).2;
    assert_eq!((report.features, unnamed.features), (1030, 1028), "two by a former name alone");
    assert_eq!(report.reasons["ambiguous-address"], 2);
}
