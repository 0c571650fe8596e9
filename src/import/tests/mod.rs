//! The room as a whole: a recipe and the bytes of a source in, outcomes out.

mod archive;
mod columns;
mod csv;
mod demands;
mod extract;
mod flatgeobuf;
mod geojson;
mod geojsonseq;
mod gtfs;
mod meaning;
mod osm;
mod photos;
mod place;
mod recipe;
mod refine;
mod rules;
mod shapefile;
mod sheet;

use std::{cell::Cell, io::Cursor, path::Path};

use super::{
    Gazetteer, ImportError, Meant, Meter, Outcome, Reason, Recipe, Rejection, Report, import_from, import_gtfs,
    import_osm, osm::Passes, recipe::Format,
};
use crate::{
    model::{Catalog, Collection, Feature, Value},
    space::{BBox, LonLat},
};

/// A collection `things` of points with one field of each type, and a kind.
pub const DECLARE: &str = r#"
[declare]
title = { uk = "Речі", en = "Things" }
geometry = "point"
fields = [
  { name = "name", type = "text", title = { uk = "Назва", en = "Name" } },
  { name = "storeys", type = "integer", title = { uk = "Поверхи", en = "Storeys" } },
  { name = "area_m2", type = "number", unit = "m2", title = { uk = "Площа", en = "Area" } },
  { name = "is_open", type = "boolean", title = { uk = "Відчинено", en = "Open" } },
  { name = "built", type = "date", title = { uk = "Збудовано", en = "Built" } },
  { name = "status", type = "text", title = { uk = "Стан", en = "Status" }, values = [
    { id = "valid", uk = "Чинний", en = "Valid" },
    { id = "expired", uk = "Втратив чинність", en = "Expired" },
  ] },
]
kinds = [{ id = "municipal", uk = "Комунальний", en = "Municipal" }]
"#;

/// Columns named like the fields; `source` goes into `[source]`.
pub fn things(source: &str) -> String {
    let fields = ["name", "storeys", "area_m2", "is_open", "built", "status"];
    let fields = fields.map(|name| format!("[fields.{name}]\ncolumn = \"{name}\"\n")).concat();
    format!(
        "collection = \"things\"\n[source]\nfile = \"things.csv\"\n{source}\n[id]\ncolumn = \"id\"\n\
         [geometry]\nlon = \"lon\"\nlat = \"lat\"\nbounds = [33.0, 47.5, 34.0, 48.5]\n{fields}\
         [kind]\ncolumn = \"kind\"\nmap = {{ \"Міська рада\" = \"municipal\" }}\n{DECLARE}"
    )
}

/// A small recipe: id, a name that is required, and what else is given.
pub fn small(geometry: &str, declare_geometry: &str) -> String {
    format!(
        "collection = \"things\"\n[source]\nfile = \"things.csv\"\n[id]\ncolumn = \"id\"\n{geometry}\n\
         [fields.name]\ncolumn = \"name\"\n\
         [declare]\ntitle = {{ uk = \"Речі\", en = \"Things\" }}\ngeometry = \"{declare_geometry}\"\n\
         fields = [{{ name = \"name\", type = \"text\", title = {{ uk = \"Назва\", en = \"Name\" }} }}]\n"
    )
}

pub const LON_LAT: &str = "[geometry]\nlon = \"lon\"\nlat = \"lat\"\n";

pub fn no_catalog() -> Catalog {
    Catalog {
        sectors: Vec::new(),
        collections: std::collections::BTreeMap::new(),
        fields: std::collections::BTreeMap::new(),
    }
}

pub fn read_recipe(text: &str) -> (Recipe, Collection) {
    let recipe = Recipe::parse(Path::new("import/things.toml"), text).unwrap();
    let collection = recipe.collection(&no_catalog()).unwrap();
    (recipe, collection)
}

/// The box of one place.
pub fn at(lon: f64, lat: f64) -> BBox {
    BBox::of_point(LonLat::new(lon, lat).unwrap())
}

/// What an import handed on.
#[derive(Debug)]
pub struct Imported {
    pub collection: Collection,
    pub outcomes: Vec<Outcome>,
    pub report: Report,
}

impl Imported {
    pub fn features(&self) -> Vec<&Feature> {
        self.outcomes
            .iter()
            .filter_map(|outcome| if let Outcome::Feature(feature, _) = outcome { Some(feature) } else { None })
            .collect()
    }

    pub fn rejections(&self) -> Vec<&Rejection> {
        self.outcomes
            .iter()
            .filter_map(|outcome| if let Outcome::Rejection(rejection) = outcome { Some(rejection) } else { None })
            .collect()
    }

    /// Row, column, text and reason of every rejection.
    pub fn refused<'a>(&'a self) -> Vec<(u64, Option<&'a str>, &'a str, Reason)> {
        let parts = |r: &'a Rejection| (r.row, r.column.as_deref(), r.text.as_str(), r.reason);
        self.rejections().into_iter().map(parts).collect()
    }

    pub fn value(&self, id: &str, field: &str) -> Value {
        let feature = self.features().into_iter().find(|feature| feature.id.as_str() == id).expect(id);
        feature.value(&self.collection, field).clone()
    }
}

/// Imports bytes as if they were the file; all that must hold of every import is checked.
pub fn run(recipe: &str, file: &str, bytes: &[u8]) -> anyhow::Result<Imported> {
    run_among(&Gazetteer::default(), recipe, file, bytes)
}

/// As [`run`], among known places.
pub fn run_among(places: &Gazetteer, recipe: &str, file: &str, bytes: &[u8]) -> anyhow::Result<Imported> {
    let (recipe, collection) = read_recipe(recipe);
    let meant = Meant { places, recipe: &recipe, collection: &collection };
    let mut outcomes = Vec::new();
    let told = Cell::new(0);
    let tell = |n| told.set(n);
    let mut sink = |outcome| {
        outcomes.push(outcome);
        Ok(())
    };
    let path = Path::new(file);
    let report = if recipe.format_of(path)?.is_osm() {
        import_osm(&Passes::of_bytes(bytes, &tell), meant, path, &mut sink)?
    } else if recipe.format == Some(Format::Gtfs) {
        tell(bytes.len() as u64);
        import_gtfs(Cursor::new(bytes), meant, file, &mut sink)?
    } else {
        import_from(Meter::new(Box::new(Cursor::new(bytes)), &tell), meant, path, &mut sink)?
    };
    assert_eq!(told.get(), bytes.len() as u64, "every byte was read");
    assert_eq!(report.read, report.features + report.rejections);
    assert_eq!(report.read, outcomes.len() as u64);
    assert_eq!(report.rejections, report.reasons.values().sum::<u64>());
    let imported = Imported { collection, outcomes, report };
    assert_eq!(imported.report.features, imported.features().len() as u64);
    for rejection in imported.rejections() {
        assert!(serde_json::from_str::<serde_json::Map<_, _>>(&rejection.record).is_ok(), "{}", rejection.record);
    }
    Ok(imported)
}

/// The sentence with which an import ends.
pub fn error_of(recipe: &str, file: &str, bytes: &[u8]) -> String {
    let error = run(recipe, file, bytes).unwrap_err();
    assert!(error.is::<ImportError>(), "{error:?}");
    error.to_string()
}

#[test]
fn the_error_of_the_sink_stops_the_reading_and_comes_back() {
    let (recipe, collection) = read_recipe(&small(LON_LAT, "point"));
    let json: String = "[".to_owned() + &[r#"{"id":1,"lon":33,"lat":48,"name":"а"}"#; 5].join(",") + "]";
    for (file, bytes) in [("a.csv", "id,lon,lat,name\n1,33,48,а\n2,33,48,б\n3,33,48,в\n"), ("a.json", json.as_str())]
    {
        let meant = Meant { places: &Gazetteer::default(), recipe: &recipe, collection: &collection };
        let mut seen = 0;
        let mut sink = |_| {
            seen += 1;
            anyhow::ensure!(seen < 2, "the store is full");
            Ok(())
        };
        let meter = Meter::new(Box::new(Cursor::new(bytes)), &|_| ());
        let error = import_from(meter, meant, Path::new(file), &mut sink).unwrap_err();
        assert_eq!(error.to_string(), "the store is full");
        assert_eq!(seen, 2);
    }
}

#[test]
fn a_file_that_is_not_there_is_told_by_its_path() {
    let (recipe, collection) = read_recipe(&small(LON_LAT, "point"));
    let source = Path::new("/nowhere/schools.csv");
    let error = super::import(&recipe, &collection, source, &|_| (), &mut |_| Ok(())).unwrap_err();
    assert!(error.to_string().starts_with("/nowhere/schools.csv: "), "{error}");
}
