//! The ready recipes for the national lists of open data read each list as it is published, and as it is misspelt.

mod lists;
mod sheets;

use std::{collections::BTreeMap, path::Path, rc::Rc, sync::LazyLock};

use lists::List;
use mapa::{
    files,
    import::{AddressRegister, Gazetteer, Outcome, Recipe, Report, import, import_among},
    model::{Catalog, Collection, Feature, Value},
    space::{Geometry, LonLat},
};
use sheets::{Form, write};

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| files::catalog(None).unwrap());

fn recipe(name: &str) -> Recipe {
    Recipe::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("import/national").join(name)).unwrap()
}

/// What the recipe itself says under `[source]`.
fn source(name: &str) -> toml::Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("import/national").join(name);
    let text = std::fs::read_to_string(path).unwrap();
    text.parse::<toml::Table>().unwrap()["source"].as_table().unwrap().clone()
}

impl List {
    fn collection(&self) -> Collection {
        recipe(self.recipe).collection(&CATALOG).unwrap()
    }

    /// The table of the good row.
    fn rows(&self) -> Vec<Vec<String>> {
        let row: BTreeMap<_, _> = self.row.iter().copied().collect();
        let unknown: Vec<_> = row.keys().filter(|column| !self.header.contains(column)).collect();
        assert!(unknown.is_empty(), "{}: {unknown:?} are not in the header", self.recipe);
        let cells = self.header.iter().map(|column| (*row.get(column).unwrap_or(&"null")).to_owned());
        vec![self.header.iter().map(|column| (*column).to_owned()).collect(), cells.collect()]
    }

    fn position(&self, column: &str) -> usize {
        self.header.iter().position(|known| *known == column).unwrap_or_else(|| panic!("{}: {column}", self.recipe))
    }

    fn import(&self, form: Form, rows: &[Vec<String>]) -> anyhow::Result<(Vec<Outcome>, Report)> {
        let folder = tempfile::tempdir()?;
        let path = write(folder.path(), form, rows);
        let mut outcomes = Vec::new();
        let mut sink = |outcome| {
            outcomes.push(outcome);
            Ok(())
        };
        let report = import(&recipe(self.recipe), &self.collection(), &path, &|_| (), &mut sink)?;
        Ok((outcomes, report))
    }

    /// The only feature of a table that has one row.
    fn feature(&self, form: Form, rows: &[Vec<String>]) -> Feature {
        match self.import(form, rows).unwrap_or_else(|error| panic!("{}: {error}", self.recipe)).0.as_slice() {
            [Outcome::Feature(feature, _)] => feature.clone(),
            other => panic!("{}: {other:?}", self.recipe),
        }
    }

    /// The feature as the list says it.
    fn wanted(&self) -> BTreeMap<String, Value> {
        let collection = self.collection();
        let mut values: BTreeMap<_, _> =
            collection.fields.iter().map(|field| (field.name.clone(), Value::Unknown)).collect();
        for (name, value) in &self.fields {
            assert!(values.insert((*name).into(), value.clone()).is_some(), "{}: no field {name}", self.recipe);
        }
        values
    }
}

fn values(collection: &Collection, feature: &Feature) -> BTreeMap<String, Value> {
    collection.fields.iter().zip(&feature.values).map(|(field, value)| (field.name.clone(), value.clone())).collect()
}

#[test]
fn every_list_is_read_as_it_is_published_in_every_form() {
    for list in lists::all() {
        for form in [Form::Utf8, Form::Cp1251, Form::Xlsx] {
            let (outcomes, report) = list.import(form, &list.rows()).unwrap();
            let [Outcome::Feature(feature, _)] = outcomes.as_slice() else { panic!("{}: {outcomes:?}", list.recipe) };
            assert_eq!(values(&list.collection(), feature), list.wanted(), "{} {form:?}", list.recipe);
            assert_eq!(feature.id.as_str(), list.row[0].1);
            assert_eq!(feature.kind.as_deref(), list.kind);
            assert_eq!(feature.geometry, Geometry::Point(LonLat::new(33.39, 47.91).unwrap()));
            assert_eq!((report.warnings, report.absent_columns), (BTreeMap::new(), vec![]), "{}", list.recipe);
        }
    }
}

#[test]
fn every_other_name_of_a_column_is_read_as_the_column() {
    for list in lists::all() {
        let table = source(list.recipe);
        let written = table["also_named"].as_table().unwrap();
        let names = |names: &toml::Value| names.clone().try_into::<Vec<String>>().unwrap();
        let written: BTreeMap<_, _> = written.iter().map(|(column, also)| (column.clone(), names(also))).collect();
        let wanted = list.also_named.iter().map(|(column, also)| {
            ((*column).to_owned(), also.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
        });
        assert_eq!(written, wanted.collect(), "{}", list.recipe);
        let good = list.feature(Form::Utf8, &list.rows());
        for (column, also) in list.also_named {
            // The other name fills what the name fills: without a column of either the feature is another one, or none.
            let at = list.position(column);
            for name in *also {
                let mut rows = list.rows();
                rows[0][at] = (*name).into();
                assert_eq!(list.feature(Form::Utf8, &rows), good, "{} {name}", list.recipe);
                let mut told = list.rows();
                told[0].push((*name).into());
                told[1].push("null".into());
                let error = list.import(Form::Utf8, &told).unwrap_err().to_string();
                assert!(error.contains(column) && error.contains(name) && error.contains("both there"), "{error}");
            }
        }
    }
}

#[test]
fn only_the_columns_that_may_be_missing_may_be_missing() {
    for list in lists::all() {
        let optional = source(list.recipe)["optional"].clone().try_into::<Vec<String>>().unwrap();
        let (rows, mut needed) = (list.rows(), Vec::new());
        for (at, column) in list.header.iter().enumerate() {
            let without = rows.iter().map(|row| {
                let mut row = row.clone();
                row.remove(at);
                row
            });
            let without: Vec<_> = without.collect();
            let is_place = ["lat", "lon"].contains(column);
            match list.import(Form::Utf8, &without) {
                Ok((_, report)) if optional.iter().any(|name| name == column) => {
                    assert_eq!(report.absent_columns, [*column], "{}", list.recipe);
                    let reasons = if is_place { [("missing-coordinates".into(), 1)].into() } else { BTreeMap::new() };
                    assert_eq!(report.reasons, reasons, "{} {column}", list.recipe);
                }
                Ok((outcomes, report)) => {
                    // A column that the recipe does not read.
                    assert!(report.absent_columns.is_empty());
                    let [Outcome::Feature(feature, _)] = outcomes.as_slice() else { panic!("{outcomes:?}") };
                    assert_eq!(values(&list.collection(), feature), list.wanted(), "{} {column}", list.recipe);
                }
                Err(error) => {
                    needed.push(*column);
                    assert!(error.to_string().contains(&format!("there is no column `{column}`")), "{error}");
                }
            }
        }
        assert_eq!(needed, list.needed, "{}", list.recipe);
        for column in &optional {
            list.position(column);
        }
    }
}

#[test]
fn every_fault_is_refused_with_its_column_and_text() {
    for list in lists::all() {
        for (column, text, reason) in list.faults {
            let mut rows = list.rows();
            let at = list.position(column);
            rows[1][at] = (*text).into();
            let (outcomes, _) = list.import(Form::Cp1251, &rows).unwrap();
            let [Outcome::Rejection(rejection)] = outcomes.as_slice() else {
                panic!("{} {column} {text:?}: {outcomes:?}", list.recipe)
            };
            assert_eq!((rejection.row, rejection.reason.as_str()), (2, *reason), "{} {column} {text:?}", list.recipe);
            // A place is wrong as a whole where it lies outside.
            if *reason == "outside-bounds" {
                assert!(rejection.text.contains(text), "{rejection:?}");
            } else {
                assert_eq!(rejection.column.as_deref(), Some(*column), "{rejection:?}");
                assert!(rejection.text.contains(text), "{rejection:?}");
            }
            let record: serde_json::Value = serde_json::from_str(&rejection.record).unwrap();
            assert_eq!(record[*column], *text, "the whole row is kept");
        }
    }
}

#[test]
fn null_says_that_nobody_knows_in_every_column() {
    for list in lists::all() {
        let wanted = list.wanted();
        for (at, column) in list.header.iter().enumerate() {
            let mut rows = list.rows();
            let is_said = rows[1][at] != "null";
            rows[1][at] = "NULL".into();
            let (outcomes, report) = list.import(Form::Utf8, &rows).unwrap();
            match &outcomes[..] {
                [Outcome::Rejection(rejection)] => {
                    assert!(rejection.reason.as_str().starts_with("missing-"), "{} {column}", list.recipe);
                }
                [Outcome::Feature(feature, _)] => {
                    let found = values(&list.collection(), feature);
                    let changed: Vec<_> = found.iter().filter(|(name, value)| wanted[*name] != **value).collect();
                    // A part of the address is left out of it; of any other column nothing is left.
                    let is_less = |(name, value): &(&String, &Value)| value.is_unknown() || *name == "address";
                    assert!(changed.iter().all(is_less), "{} {column}: {changed:?}", list.recipe);
                    assert!(is_said || changed.is_empty(), "{} {column}: {changed:?}", list.recipe);
                    assert!(report.warnings.is_empty());
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

/// A register of one house.
fn register_of(list: &List, block: &str) -> Gazetteer {
    let of = recipe("address-register.toml").collection(&CATALOG).unwrap();
    let said = |column: &str| list.row.iter().find(|(name, _)| *name == column).map_or("", |(_, text)| *text);
    let values = of.fields.iter().map(|field| match field.name.as_str() {
        "settlement" => Value::from(said("addressPostName")),
        "street" => Value::from(said("addressThoroughfare")),
        "number" => Value::from(said("addressLocatorDesignator")),
        "block" if !block.is_empty() => Value::from(block),
        _ => Value::Unknown,
    });
    let at = Geometry::Point(LonLat::new(33.4, 47.9).unwrap());
    let house = Feature::new(&of, "h1", None, at, values.collect()).unwrap();
    Gazetteer { addresses: Some(Rc::new(AddressRegister::new(&of, [&house], None, &[]))), districts: None }
}

#[test]
fn without_coordinates_a_row_of_every_list_stands_at_the_house_of_its_address() {
    for list in lists::all().into_iter().filter(|list| list.recipe != "address-register.toml") {
        let mut rows = list.rows();
        for column in ["lat", "lon"] {
            rows[1][list.position(column)] = "null".into();
        }
        let block = rows[1][list.position("addressLocatorBuilding")].clone();
        let block = if block == "null" { "" } else { &block };
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), Form::Utf8, &rows);
        let among = |places: &Gazetteer| {
            let mut outcomes = Vec::new();
            let mut sink = |outcome| {
                outcomes.push(outcome);
                Ok(())
            };
            import_among(places, &recipe(list.recipe), &list.collection(), &path, &|_| (), &mut sink).unwrap();
            outcomes.pop().unwrap()
        };
        let Outcome::Feature(feature, _) = among(&register_of(&list, block)) else { panic!("{}", list.recipe) };
        assert_eq!(feature.geometry, Geometry::Point(LonLat::new(33.4, 47.9).unwrap()), "{}", list.recipe);
        assert_eq!(feature.value(&list.collection(), "position"), &Value::from("geocoded"), "{}", list.recipe);
        let Outcome::Rejection(rejection) = among(&register_of(&list, "99")) else { panic!("{}", list.recipe) };
        assert_eq!(rejection.reason.as_str(), "unknown-address", "{}", list.recipe);
        assert!(rejection.detail.contains("корп. 99"), "{}", rejection.detail);
    }
}

#[test]
fn every_status_of_a_permit_is_known_in_its_spellings() {
    for list in lists::all() {
        let Some(column) = ["status", "permissionStatus"].into_iter().find(|column| list.header.contains(column))
        else {
            continue;
        };
        for (written, meant) in [
            ("Чинний", "valid"),
            ("ЧИННИЙ ", "valid"),
            ("Діючий", "valid"),
            ("Дійсний", "valid"),
            ("Втратив чинність за терміном дії", "expired"),
            ("втратив чинність", "expired"),
            ("Термін дії закінчився", "expired"),
            ("Анульований", "annulled"),
            ("Анульовано", "annulled"),
            ("Скасований", "annulled"),
            ("Скасовано", "annulled"),
            ("Перевиданий", "reissued"),
            ("Перевидано", "reissued"),
            ("Переоформлений", "reissued"),
        ] {
            let mut rows = list.rows();
            rows[1][list.position(column)] = written.into();
            let feature = list.feature(Form::Utf8, &rows);
            assert_eq!(feature.value(&list.collection(), "permit_status"), &Value::from(meant), "{written}");
        }
    }
}

#[test]
fn the_kinds_of_shelters_are_known_in_their_spellings() {
    let list = lists::all().into_iter().find(|list| list.recipe == "shelters.toml").unwrap();
    for (written, meant) in [
        ("сховище", "storage"),
        ("найпростіше укриття", "simple-shelter"),
        ("Найпростіші ", "simple-shelter"),
        ("споруди подвійного призначення", "dual-purpose"),
        ("Подвійного призначення", "dual-purpose"),
        ("протирадіаційне укриття", "radiation-shelter"),
        ("ПРУ", "radiation-shelter"),
    ] {
        let mut rows = list.rows();
        rows[1][list.position("shelterType")] = written.into();
        assert_eq!(list.feature(Form::Utf8, &rows).kind.as_deref(), Some(meant), "{written}");
    }
}

#[test]
fn exchanged_coordinates_are_put_right_and_told() {
    for list in lists::all() {
        let mut rows = list.rows();
        let (lat, lon) = (list.position("lat"), list.position("lon"));
        rows[1].swap(lat, lon);
        let (outcomes, report) = list.import(Form::Utf8, &rows).unwrap();
        let [Outcome::Feature(feature, _)] = outcomes.as_slice() else { panic!("{outcomes:?}") };
        assert_eq!(feature.geometry, Geometry::Point(LonLat::new(33.39, 47.91).unwrap()));
        assert_eq!(report.warnings, [("swapped-coordinates".into(), 1)].into());
    }
}

#[test]
fn the_command_names_the_columns_that_are_not_there() {
    let list = lists::all().into_iter().find(|list| list.recipe == "address-register.toml").unwrap();
    let mut rows = list.rows();
    for column in ["postCode", "locatorBuilding"] {
        let at = list.position(column);
        // Another column of no name that the recipe knows.
        rows[0][at] = format!("{column}1");
    }
    let folder = tempfile::tempdir().unwrap();
    let source = write(folder.path(), Form::Utf8, &rows);
    let import = |more: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_mapa"));
        let recipe = Path::new(env!("CARGO_MANIFEST_DIR")).join("import/national").join(list.recipe);
        command.arg("import").arg(recipe).arg("--source").arg(&source);
        let done = command.arg("--store").arg(folder.path().join("city.gpkg")).args(more).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    };
    let told = import(&["--dry-run"]);
    assert!(told.contains("list.csv: it has no column locatorBuilding, postCode\n"), "{told}");
    let told: serde_json::Value = serde_json::from_str(&import(&["--json"])).unwrap();
    assert_eq!(told["runs"][0]["absent_columns"], serde_json::json!(["locatorBuilding", "postCode"]));
}

#[test]
fn every_ready_recipe_fits_the_catalog_and_every_national_one_is_tried() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("import");
    let (mut folders, mut count, mut national) = (vec![root], 0, Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let recipe = Recipe::read(&path).unwrap_or_else(|error| panic!("{error}"));
            recipe.collection(&CATALOG).unwrap_or_else(|error| panic!("{error}"));
            count += 1;
            if folder.ends_with("national") {
                national.push(path.file_name().unwrap().to_string_lossy().into_owned());
            }
        }
    }
    assert!(count > 90, "{count}");
    national.sort();
    let mut tried: Vec<_> = lists::all().iter().map(|list| list.recipe).collect();
    tried.sort_unstable();
    assert_eq!(national, tried);
}

#[test]
fn the_register_of_addresses_and_the_house_numbers_of_openstreetmap_are_one_collection() {
    let read = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("import").join(name);
        Recipe::read(&path).unwrap().collection(&CATALOG).unwrap()
    };
    let register = read("national/address-register.toml");
    // The licence of OpenStreetMap comes of itself.
    let of_osm = Collection { licence: register.licence.clone(), ..read("osm-base/house-numbers.toml") };
    assert_eq!(register, of_osm);
    // It carries the map, as streets do: nobody looks for it in the filter, and no mark stands at each house.
    assert_eq!(register.service_area, None);
}
