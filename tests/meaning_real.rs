//! What the offices of Marhanets wrote, in their own files: money, measures, telephones, opening hours.
//!
//! As in `import_real.rs` the files are not part of this repository and the tests are skipped where they are not.

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
};

use mapa::{
    import::{Outcome, Recipe, Report, import},
    model::{Catalog, Value},
};

/// The values of one column of a file, read as a field of this declaration, and the report.
fn read(file: &str, column: &str, field: &str) -> Option<(Vec<Value>, Report)> {
    // Two libraries share a house and their hours.
    let name = if file == "temp-constructions.csv" { "registry_number" } else { "name" };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let real = env::var_os("MAPA_REAL_DATA").map_or_else(|| root.join("../shared/data/real"), PathBuf::from);
    let source = real.join("marhanets").join(file);
    if !source.exists() {
        assert!(env::var_os("CI").is_none(), "{} is missing", source.display());
        println!("skipped: no real data");
        return None;
    }
    let recipe = format!(
        "collection = \"marhanets\"\n[source]\nfile = \"{file}\"\n\
         [id]\nhash_of = [\"{name}\", \"type\", \"address\", \"latitude\", \"longitude\", \"{column}\"]\n\
         [geometry]\nlon = \"longitude\"\nlat = \"latitude\"\n[fields.value]\ncolumn = \"{column}\"\n\
         [declare]\ntitle = {{ uk = \"Марганець\", en = \"Marhanets\" }}\ngeometry = \"point\"\n\
         fields = [{{ name = \"value\", {field}, title = {{ uk = \"Значення\", en = \"Value\" }} }}]\n"
    );
    let recipe = Recipe::parse(Path::new("marhanets.toml"), &recipe).unwrap();
    let catalog = Catalog { sectors: Vec::new(), collections: BTreeMap::new(), fields: BTreeMap::new() };
    let collection = recipe.collection(&catalog).unwrap();
    let mut values = Vec::new();
    let mut sink = |outcome| {
        match outcome {
            Outcome::Feature(feature, _) => values.push(feature.value(&collection, "value").clone()),
            Outcome::Rejection(rejection) => panic!("{rejection:?}"),
        }
        Ok(())
    };
    let report = import(&recipe, &collection, &source, &|_| (), &mut sink).unwrap();
    Some((values, report))
}

#[test]
fn sums_and_areas_are_numbers() {
    let Some((sums, _)) = read("civil-budget.csv", "total_budget", "type = \"number\", unit = \"UAH\"") else { return };
    let wanted = [100_000.0, 100_000.0, 100_000.0, 50_000.0, 50_000.0, 100_000.0, 63_000.0, 50_000.0];
    assert_eq!(sums, wanted.map(Value::Number));
    let (areas, _) = read("temp-constructions.csv", "area", "type = \"number\", unit = \"m2\"").unwrap();
    assert_eq!(areas, [Value::Number(6.0), Value::Number(6.0)]);
}

#[test]
fn telephones_are_international() {
    for (file, first, count) in [("kindergartens.csv", "+380566521266", 9), ("after-school.csv", "+380566522040", 7)] {
        let Some((phones, report)) = read(file, "phone", "type = \"text\", format = \"phone\"") else { return };
        assert_eq!((phones.len(), &phones[0]), (count, &Value::from(first)));
        let is_whole = |phone: &Value| phone.as_text().is_some_and(|text| text.starts_with("+380") && text.len() == 13);
        assert!(phones.iter().all(is_whole), "{phones:?}");
        assert!(report.warnings.is_empty());
    }
}

#[test]
fn opening_hours_are_read_or_kept() {
    let field = "type = \"text\", format = \"opening-hours\"";
    let Some((hours, report)) = read("after-school.csv", "working_hours", field) else { return };
    let wanted = [
        "Mo-Fr 08:00-17:00",
        "Tu-Sa 08:30-17:00",
        "Mo-Fr 08:00-17:00",
        "Mo,We-Su 08:30-17:00",
        "Mo-Fr 08:00-17:00",
        "Mo-Th,Su 09:00-18:00",
        "Mo,We-Su 08:30-17:00",
    ];
    assert_eq!(hours, wanted.map(Value::from));
    assert!(report.warnings.is_empty());
    // One kindergarten says its hours; the others add a group on duty, which no opening hours can say.
    let (hours, report) = read("kindergartens.csv", "working_hours", field).unwrap();
    assert_eq!(hours[0], Value::from("08:00-17:00"));
    assert_eq!(hours[1], Value::from("7.00-17.30|6.00-7.00; 17.30-18.00 - чергова група"));
    assert_eq!(report.warnings, [("unread-hours".into(), 8)].into());
    // Clinics name their doctors and shifts.
    let (_, report) = read("clinics.csv", "working_hours", field).unwrap();
    assert_eq!(report.warnings, [("unread-hours".into(), 6)].into());
}
