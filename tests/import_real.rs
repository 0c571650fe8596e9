//! The recipes in `import/` read real files of Ukrainian offices: every row is accounted for.
//!
//! The files are not part of this repository. `MAPA_REAL_DATA` says where they are; where they are not, the tests are
//! skipped, except in continuous integration, which must have them. The expected numbers were counted with Python's
//! `csv` and `json` modules.

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
};

use mapa::{
    import::{Outcome, Recipe, Rejection, Report, import},
    model::{Catalog, Collection, Feature, Value},
    space::{BBox, Geometry, LonLat},
};

struct Imported {
    collection: Collection,
    features: Vec<Feature>,
    rejections: Vec<Rejection>,
    report: Report,
}

impl Imported {
    fn bbox(&self) -> [f64; 4] {
        let boxes = self.features.iter().map(|feature| feature.geometry.bbox());
        boxes.reduce(BBox::union).expect("there are features").to_array()
    }

    fn feature(&self, id: &str) -> &Feature {
        self.features.iter().find(|feature| feature.id.as_str() == id).expect(id)
    }

    fn value(&self, id: &str, field: &str) -> Value {
        self.feature(id).value(&self.collection, field).clone()
    }

    /// Whether the box is the one of the description of the files, which has four digits after the point.
    fn assert_bbox(&self, wanted: [f64; 4]) {
        let found = self.bbox();
        let is_near = found.iter().zip(wanted).all(|(found, wanted)| (found - wanted).abs() <= 0.5e-4 + 1e-9);
        assert!(is_near, "{found:?} is not {wanted:?}");
    }
}

fn at(lon: f64, lat: f64) -> Geometry {
    Geometry::Point(LonLat::new(lon, lat).unwrap())
}

/// The folder of the real files.
fn real_data() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    env::var_os("MAPA_REAL_DATA").map_or_else(|| root.join("../shared/data/real"), PathBuf::from)
}

/// Imports a real file by a recipe; `None`, and a word of it, where there are no real files.
fn imported(recipe: &str, source: &str) -> Option<Imported> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("import").join(recipe);
    let all = imported_by(&|_| Recipe::read(&path).unwrap(), source)?;
    assert!(Recipe::read(&path).unwrap().tolerates(&all.report));
    Some(all)
}

fn imported_by(recipe: &dyn Fn(&Path) -> Recipe, source: &str) -> Option<Imported> {
    let source = real_data().join(source);
    if !source.exists() {
        assert!(env::var_os("CI").is_none(), "{} is missing", source.display());
        println!("skipped: no real data");
        return None;
    }
    let recipe = recipe(Path::new("import/real.toml"));
    let catalog = Catalog { sectors: Vec::new(), collections: BTreeMap::new(), fields: BTreeMap::new() };
    let collection = recipe.collection(&catalog).unwrap();
    let (mut features, mut rejections) = (Vec::new(), Vec::new());
    let read = std::cell::Cell::new(0);
    let mut sink = |outcome| {
        match outcome {
            Outcome::Feature(feature, _) => features.push(feature),
            Outcome::Rejection(rejection) => rejections.push(rejection),
        }
        Ok(())
    };
    let report = import(&recipe, &collection, &source, &|bytes| read.set(bytes), &mut sink).unwrap();
    assert_eq!(read.get(), source.metadata().unwrap().len(), "all bytes are read");
    assert_eq!((report.features, report.rejections), (features.len() as u64, rejections.len() as u64));
    assert_eq!(report.read, report.features + report.rejections);
    Some(Imported { collection, features, rejections, report })
}

#[test]
fn first_aid_of_dnipro_comes_whole_and_typed() {
    let Some(all) = imported("dnipro-first-aid.toml", "dnipro-map/dnipro_first_aid.csv") else { return };
    assert_eq!((all.features.len(), all.rejections.len()), (104, 0), "{:?}", all.rejections);
    all.assert_bbox([34.8007, 48.3679, 35.1945, 48.5484]);
    let id = "D380325979";
    for (field, wanted) in [
        ("name", Value::from("Центр первинної медико-санітарної допомоги")),
        ("address", Value::from("вул. Січових стрільців, 89")),
        ("district", Value::from("Шевченківський")),
        ("area_m2", Value::Unknown),
        ("status", Value::from("working")),
        ("complaints", Value::Integer(0)),
        ("has_contract", Value::Boolean(false)),
    ] {
        assert_eq!(all.value(id, field), wanted, "{field}");
    }
    assert_eq!(all.feature(id).geometry, at(35.03271, 48.448_179));
    let in_district = |name: &str| {
        all.features.iter().filter(|f| f.value(&all.collection, "district").as_text() == Some(name)).count()
    };
    assert_eq!(in_district("Шевченківський"), 18);
    assert_eq!(in_district("Соборний"), 13);
}

#[test]
fn the_register_of_names_is_the_same_in_three_formats() {
    let read = |ending| imported("geonames.toml", &format!("geonames-ua/fiz-geo-dnipropetrovska.{ending}"));
    let (Some(csv), Some(tsv), Some(geojson)) = (read("csv"), read("tsv"), read("geojson")) else { return };
    for all in [&csv, &tsv, &geojson] {
        assert_eq!((all.features.len(), all.rejections.len()), (1089, 0), "{:?}", all.rejections);
        // Ф-877, Ф-10857 and Ф-10875 have one letter of the other script. The fourth, `Nыmtseva`, can be in neither as a whole.
        assert_eq!(all.report.warnings, [("mixed-script".into(), 3)].into());
        all.assert_bbox([33.0128, 47.4903, 36.8914, 49.1783]);
    }
    for ((a, b), c) in csv.features.iter().zip(&tsv.features).zip(&geojson.features) {
        assert_eq!(a, b);
        assert_eq!(a, c);
    }
    for (id, field, wanted) in [
        ("Ф-877", "name", "Сухий Бичок"),
        ("Ф-10857", "name_en", "Ostrivka"),
        ("Ф-10875", "name", "Мережене"),
        ("Ф-28936", "name_en", "Nыmtseva"),
    ] {
        assert_eq!(csv.value(id, field), Value::from(wanted));
    }
    let of_kind = |id: &str| csv.features.iter().filter(|feature| feature.kind.as_deref() == Some(id)).count();
    for (kind, count) in [("balka", 642), ("tract", 237), ("kurgan", 62), ("lake", 38), ("stream", 3)] {
        assert_eq!(of_kind(kind), count, "{kind}");
    }
    assert_eq!(of_kind("historical-region"), 1);
    assert_eq!(csv.features.iter().filter(|f| f.value(&csv.collection, "raion").is_unknown()).count(), 97);
    // A line end inside a quoted cell stays.
    assert_eq!(csv.value("Ф-10581", "raion"), Value::from("р-н П'ятихатський, р-н\nВерхньодніпровський"));
    let (lon, lat) = (35.0 + 30.0 / 60.0 + 15.0 / 3600.0, 48.0 + 31.0 / 60.0 + 25.0 / 3600.0);
    assert_eq!(csv.feature("Ф-10011").geometry, at(lon, lat));
}

#[test]
fn the_districts_of_kharkiv_are_areas() {
    let Some(all) = imported("kharkiv-raions.toml", "kharkiv-districts/kharkiv-raions.geojson") else { return };
    assert_eq!((all.features.len(), all.rejections.len()), (9, 0), "{:?}", all.rejections);
    all.assert_bbox([36.1056, 49.8785, 36.4549, 50.1047]);
    let names: Vec<_> = all.features.iter().map(|feature| feature.id.as_str()).collect();
    assert_eq!(names[..3], ["Kyivskyi", "Shevchenkivskyi", "Kholodnohirskyi"]);
    // Of the nine, only the first is of two polygons.
    let kinds: Vec<_> = all.features.iter().map(|feature| feature.geometry.geojson_type()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "MultiPolygon").count(), 1);
    assert_eq!(kinds[0], "MultiPolygon");
    let population = |feature: &Feature| match feature.value(&all.collection, "population") {
        Value::Integer(people) => *people,
        other => panic!("{other:?}"),
    };
    assert_eq!(all.features.iter().map(population).sum::<i64>(), 1_458_491);
    assert_eq!(all.value("Saltivskyi", "former_name"), Value::from("Московський"));
}

#[test]
fn the_settlements_of_ukraine_are_all_accounted_for() {
    let source = "ukraine-settlements/cities-with-coordinates_utf-8.csv";
    let Some(all) = imported("ukraine-settlements.toml", source) else { return };
    assert_eq!((all.report.read, all.report.features, all.report.rejections), (30_484, 30_481, 3));
    assert_eq!(all.report.reasons, [("duplicate-id".into(), 3)].into());
    all.assert_bbox([22.1610, 44.3903, 40.1979, 52.3428]);
    assert_eq!(all.features.iter().filter(|f| f.value(&all.collection, "name").is_unknown()).count(), 668);
    let rows: Vec<_> = all.rejections.iter().map(|r| (r.row, r.detail.as_str())).collect();
    assert_eq!(rows, REPEATED_SETTLEMENTS);
    let record: serde_json::Value = serde_json::from_str(&all.rejections[0].record).unwrap();
    assert_eq!(record["1"], "Крим");
}

/// Rows that repeat all five cells of an earlier one.
const REPEATED_SETTLEMENTS: [(u64, &str); 3] =
    [(15141, "row 15117 has the same id"), (15536, "row 15365 has the same id"), (15887, "row 15711 has the same id")];

#[test]
fn the_stops_of_a_plain_array_come_whole() {
    let Some(all) = imported("lviv-stops.toml", "lviv-stops/lviv_stops.json") else { return };
    assert_eq!((all.features.len(), all.rejections.len()), (5508, 0), "{:?}", all.rejections);
    all.assert_bbox([22.2056, 46.4677, 36.3183, 51.4858]);
    assert_eq!(all.value("1", "name"), Value::from("вул. Наукова"));
    let on_demand =
        all.features.iter().filter(|f| f.value(&all.collection, "name").as_text() == Some("На вимогу")).count();
    assert_eq!(on_demand, 704);
    assert_eq!(all.report.warnings, [("mixed-script".into(), 23)].into());
    assert_eq!(all.value("222399", "name").as_text().map(|name| name.contains("Захисників")), Some(true));
}

#[test]
fn the_register_of_names_as_a_workbook_is_the_same_as_the_table() {
    let read = |ending| imported("geonames.toml", &format!("geonames-ua/fiz-geo-dnipropetrovska.{ending}"));
    let (Some(csv), Some(xlsx)) = (read("csv"), read("xlsx")) else { return };
    assert_eq!((xlsx.features.len(), xlsx.rejections.len()), (1089, 0), "{:?}", xlsx.rejections);
    let differing: Vec<_> = csv.features.iter().zip(&xlsx.features).filter(|(a, b)| a != b).collect();
    assert!(differing.is_empty(), "{differing:?}");
}

/// The whole of a recipe without a place, for the shelters of Kyiv.
const SHELTERS: &str = r#"
collection = "shelters-of-kyiv"
[source]
file = "shelters.xlsx"
[id]
hash_of = ["Район", "Адреса", "Тип укриття", "Вид укриття", "Тип будівлі", "Власник", "Форма власності", "address_old"]
[fields.address]
column = "Адреса"
[declare]
title = { uk = "Укриття", en = "Shelters" }
geometry = "point"
fields = [{ name = "address", type = "text", title = { uk = "Адреса", en = "Address" } }]
"#;

#[test]
fn every_shelter_of_kyiv_is_refused_for_want_of_a_place_with_its_row_and_the_digits_of_its_phone() {
    let Some(all) = imported_by(&|path| Recipe::parse(path, SHELTERS).unwrap(), "kyiv-shelters/shelters.xlsx") else {
        return;
    };
    assert_eq!((all.report.read, all.report.features), (4382, 0));
    // Row 4348 holds nothing but `<Null>`, so that there is nothing to call it by either.
    assert_eq!(all.report.reasons, [("missing-coordinates".into(), 4381), ("missing-id".into(), 1)].into());
    assert_eq!(all.rejections[4346].reason.as_str(), "missing-id");
    assert!(all.rejections.iter().map(|rejection| rejection.row).eq(2..=4383));
    let cell = |row: usize, column: &str| {
        let record: serde_json::Value = serde_json::from_str(&all.rejections[row - 2].record).unwrap();
        record[column].as_str().unwrap_or_default().to_owned()
    };
    for (row, column, wanted) in [
        (2, "Адреса", "вул. Юрія Іллєнка, 32"),
        (3, "№ телефону", "442899989"),
        (6, "№ телефону", "2252385"),
        (4383, "№ телефону", "445250999"),
        (4383, "Адреса", "вул. Саперно-Слобідська, 8"),
        (4383, "Режим роботи", "<Null>"),
    ] {
        assert_eq!(cell(row, column), wanted, "row {row}");
    }
}

#[test]
fn a_real_table_in_windows_1251_is_the_same_without_a_word_in_the_recipe() {
    let source = "dnipro-map/dnipro_first_aid.csv";
    let Some(utf_8) = imported("dnipro-first-aid.toml", source) else { return };
    let text = std::fs::read_to_string(real_data().join(source)).unwrap();
    let (bytes, _, unmappable) = encoding_rs::WINDOWS_1251.encode(&text);
    assert!(!unmappable && std::str::from_utf8(&bytes).is_err());
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join("old.csv");
    std::fs::write(&old, bytes).unwrap();
    let cp1251 = imported("dnipro-first-aid.toml", old.to_str().unwrap()).unwrap();
    assert_eq!(utf_8.features, cp1251.features);
}

#[test]
fn the_districts_of_kharkiv_are_the_same_as_a_shapefile_and_a_geopackage_of_gdal() {
    let source = "kharkiv-districts/kharkiv-raions.geojson";
    let Some(geojson) = imported("kharkiv-raions.toml", source) else { return };
    let folder = tempfile::tempdir().unwrap();
    for (format, name) in [("ESRI Shapefile", "raions.shp"), ("GPKG", "raions.gpkg")] {
        let written = folder.path().join(name);
        let mut gdal = std::process::Command::new("ogr2ogr");
        gdal.args(["-f", format]).arg(&written).arg(real_data().join(source));
        if format == "ESRI Shapefile" {
            gdal.args(["-lco", "ENCODING=UTF-8"]);
        }
        let done = gdal.output().expect("`make test` installs GDAL");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let found = imported("kharkiv-raions.toml", written.to_str().unwrap()).unwrap();
        assert_eq!((found.features.len(), found.rejections.len()), (9, 0), "{:?}", found.rejections);
        for (a, b) in geojson.features.iter().zip(&found.features) {
            assert_eq!((&a.id, &a.values, &a.kind), (&b.id, &b.values, &b.kind), "{format}");
            // A ring may begin at another place, but not reach elsewhere.
            assert_eq!(a.geometry.bbox(), b.geometry.bbox(), "{format}");
        }
    }
}
