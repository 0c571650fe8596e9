//! Real extracts of OpenStreetMap, judged by GDAL's own reader: the same elements with the same shapes, or a reason.
//!
//! The files are not part of this repository: see `tests/import_real.rs`.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    env,
    path::{Path, PathBuf},
    process::Command,
};

use geozero::ToGeo;
use mapa::{
    import::{Outcome, Recipe, Rejection, Report, import},
    model::{Catalog, Collection, Feature},
    space::{Geometry, LonLat, geodesic::distance_m},
};

const FILES: [&str; 6] = [
    "Helsinki.osm.pbf",
    "monaco-latest.osm.pbf",
    "bremen-trams.osm.pbf",
    "krems.osm.gz",
    "planet_10.068_48.135_10.071_48.137.osm",
    "bad_spain_relation.xml",
];

struct Imported {
    features: BTreeMap<String, Feature>,
    refused: BTreeMap<String, Rejection>,
    report: Report,
}

/// Where an extract is; `None`, and a word of it, where there are no real files.
fn extract(file: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let real = env::var_os("MAPA_REAL_DATA").map_or_else(|| root.join("../shared/data/real"), PathBuf::from);
    let source = real.join("osm-extracts").join(file);
    if source.exists() {
        return Some(source);
    }
    assert!(env::var_os("CI").is_none(), "{} is missing", source.display());
    println!("skipped: no real data");
    None
}

fn imported(source: &Path, terms: &str, geometry: &str) -> Imported {
    let recipe = format!(
        "collection = \"things\"\n[source]\nfile = \"a.osm\"\n[osm]\nwhere = [\"{terms}\"]\n[id]\ncolumn = \"@id\"\n\
         [fields.name]\ncolumn = \"name\"\n\
         [declare]\ntitle = {{ uk = \"Речі\", en = \"Things\" }}\ngeometry = \"{geometry}\"\n\
         fields = [{{ name = \"name\", type = \"text\", title = {{ uk = \"Назва\", en = \"Name\" }} }}]\n"
    );
    let recipe = Recipe::parse(Path::new("things.toml"), &recipe).unwrap();
    let catalog = Catalog { sectors: Vec::new(), collections: BTreeMap::new(), fields: BTreeMap::new() };
    let collection = recipe.collection(&catalog).unwrap();
    let (mut features, mut refused) = (BTreeMap::new(), BTreeMap::new());
    let mut sink = |outcome| {
        match outcome {
            Outcome::Feature(feature, _) => assert!(features.insert(feature.id.to_string(), feature).is_none()),
            Outcome::Rejection(rejection) => assert!(refused.insert(rejection.text.clone(), rejection).is_none()),
        }
        Ok(())
    };
    let read = Cell::new(0);
    let report = import(&recipe, &collection, source, &|bytes| read.set(bytes), &mut sink).unwrap();
    assert_eq!(read.get(), source.metadata().unwrap().len(), "all bytes are read");
    assert_eq!(report.read, (features.len() + refused.len()) as u64);
    Imported { features, refused, report }
}

/// What GDAL finds in a layer, by the id that we give it.
fn gdal(source: &Path, layer: &str, condition: &str) -> BTreeMap<String, Geometry> {
    let path = source.to_str().unwrap();
    let path = if path.rsplit_once('.').is_some_and(|(_, end)| end == "gz") {
        format!("/vsigzip/{path}")
    } else {
        path.into()
    };
    let output = Command::new("ogr2ogr")
        .args(["-f", "GeoJSON", "-lco", "COORDINATE_PRECISION=9", "/vsistdout/", &path, layer, "-where", condition])
        .output()
        .unwrap_or_else(|error| panic!("ogr2ogr: {error}; `make test` installs it"));
    let collection: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let id = |properties: &serde_json::Value| match (properties["osm_id"].as_str(), properties["osm_way_id"].as_str()) {
        (Some(id), _) if layer == "points" => format!("n{id}"),
        (Some(id), _) if layer == "lines" => format!("w{id}"),
        (Some(id), _) => format!("r{id}"),
        (None, Some(id)) => format!("w{id}"),
        (None, None) => panic!("{properties}"),
    };
    let features = collection["features"].as_array().unwrap().iter();
    let sound = features.filter_map(|feature| Some((id(&feature["properties"]), shape(&feature["geometry"])?)));
    sound.collect()
}

fn shape(geojson: &serde_json::Value) -> Option<Geometry> {
    let text = geojson.to_string();
    Geometry::try_from(&geozero::geojson::GeoJson(&text).to_geo().unwrap()).ok()
}

/// Square degrees of areas, metres of lines.
fn size(geometry: &Geometry) -> f64 {
    match geometry {
        Geometry::Areas(areas) => areas.iter().flat_map(mapa::space::Area::rings).map(ring).sum::<f64>().abs(),
        Geometry::Lines(lines) => {
            lines.iter().flat_map(|line| line.windows(2)).map(|ends| distance_m(ends[0], ends[1])).sum()
        }
        Geometry::Point(_) | Geometry::Points(_) => 0.0,
    }
}

fn ring(ring: &[LonLat]) -> f64 {
    let from = |at: &LonLat| (at.lon() - ring[0].lon(), at.lat() - ring[0].lat());
    let edges = ring.iter().zip(ring.iter().cycle().skip(1));
    edges.map(|(a, b)| from(a).0 * from(b).1 - from(b).0 * from(a).1).sum::<f64>() / 2.0
}

/// One question to both readers: a tag, the shape, the layer of GDAL and its condition.
type Question = (&'static str, &'static str, &'static str, &'static str);

const QUESTIONS: [Question; 7] = [
    ("amenity", "point", "points", "other_tags LIKE '%\"amenity\"=>%'"),
    ("highway", "line", "lines", "highway IS NOT NULL"),
    ("route,type=route", "line", "multilinestrings", "type = 'route'"),
    ("building", "area", "multipolygons", "building IS NOT NULL"),
    ("leisure", "area", "multipolygons", "leisure IS NOT NULL"),
    ("landuse", "area", "multipolygons", "landuse IS NOT NULL"),
    ("natural", "area", "multipolygons", "natural IS NOT NULL"),
];

/// How many features there are in each file for each question, and how many elements are refused.
const COUNTS: [[(usize, usize); 7]; 6] = [
    [(1006, 9), (2395, 179), (233, 4), (446, 54), (26, 6), (207, 39), (75, 11)],
    [(621, 0), (2360, 0), (42, 0), (1207, 0), (108, 0), (22, 0), (27, 1)],
    [(0, 0), (233, 0), (51, 0), (0, 0), (0, 0), (0, 0), (0, 0)],
    [(133, 0), (836, 0), (17, 0), (1195, 0), (22, 0), (54, 0), (29, 0)],
    [(0, 0), (14, 5), (0, 0), (31, 2), (0, 0), (0, 2), (0, 0)],
    [(0, 0), (0, 0), (0, 0), (0, 0), (0, 0), (1, 0), (27, 0)],
];

/// Elements that only one of the readers takes, with the reason.
fn is_a_known_difference(file: &str, id: &str, terms: &str) -> bool {
    match (file, id) {
        // `building` with area tags that GDAL's list of keys for closed ways does not have, or the other way round.
        ("Helsinki.osm.pbf", "w122595213" | "w675858716" | "w193449889")
        | ("monaco-latest.osm.pbf", "w833508293" | "w224205566") => true,
        // Multipolygons of the old manner, whose tags stand on the outer way: GDAL gives them to the relation.
        ("krems.osm.gz", _) => ["building", "landuse", "natural"].contains(&terms),
        _ => false,
    }
}

#[test]
fn every_element_is_the_same_for_gdal_or_refused_with_its_reason() {
    for (file, counts) in FILES.into_iter().zip(COUNTS) {
        let Some(source) = extract(file) else { return };
        for ((terms, geometry, layer, condition), (features, refused)) in QUESTIONS.into_iter().zip(counts) {
            let mut ours = imported(&source, terms, geometry);
            let theirs = gdal(&source, layer, condition);
            // GDAL makes no points of areas.
            ours.features.retain(|id, _| geometry != "point" || id.starts_with('n'));
            assert_eq!((ours.features.len(), ours.refused.len()), (features, refused), "{file} {terms}");
            let ids: BTreeSet<&String> = ours.features.keys().collect();
            let other: BTreeSet<&String> = theirs.keys().filter(|id| !ours.refused.contains_key(*id)).collect();
            for id in ids.symmetric_difference(&other) {
                assert!(is_a_known_difference(file, id, terms), "{file} {terms} {id}");
            }
            for id in ids.intersection(&other) {
                let (found, wanted) = (size(&ours.features[*id].geometry), size(&theirs[*id]));
                // GDAL draws the platforms of a route as well, and a way as often as the route passes it.
                let is_near = (found - wanted).abs() <= 1e-6 * wanted || layer == "multilinestrings" && found < wanted;
                assert!(is_near, "{file} {id}: {found} is not {wanted}");
            }
            for rejection in ours.refused.values() {
                assert_eq!(rejection.reason.as_str(), "bad-geometry");
                assert!(rejection.detail.len() > 10 && !rejection.record.is_empty(), "{rejection:?}");
            }
        }
    }
}

#[test]
fn routes_without_platforms_are_as_long_as_gdal_has_them() {
    for (file, equal) in [("krems.osm.gz", 17), ("Helsinki.osm.pbf", 229), ("monaco-latest.osm.pbf", 33)] {
        let Some(source) = extract(file) else { return };
        let ours = imported(&source, "route,type=route", "line");
        let theirs = gdal(&source, "multilinestrings", "type = 'route'");
        let is_equal = |(id, feature): &(&String, &Feature)| {
            (size(&feature.geometry) - size(&theirs[*id])).abs() <= 1e-6 * size(&theirs[*id])
        };
        assert_eq!(ours.features.iter().filter(is_equal).count(), equal, "{file}");
    }
}

#[test]
fn the_trams_of_bremen_run_on_few_lines() {
    let Some(source) = extract("bremen-trams.osm.pbf") else { return };
    let all = imported(&source, "route=tram,type=route", "line");
    assert_eq!((all.features.len(), all.refused.len()), (51, 0));
    let parts = |feature: &Feature| match &feature.geometry {
        Geometry::Lines(lines) => lines.len(),
        other => panic!("{other:?}"),
    };
    let whole = all.features.values().filter(|feature| parts(feature) == 1).count();
    assert!(whole * 2 > all.features.len(), "{whole} of {}", all.features.len());
    assert_eq!(all.report.warnings.get("incomplete-route"), Some(&6));
}

/// The recipes of a folder, by the collection they fill.
fn recipes(folder: &str) -> Vec<(Recipe, Collection)> {
    let catalog = mapa::files::catalog(None).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("import").join(folder);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: &PathBuf| {
        let recipe = Recipe::read(path).unwrap();
        let collection = recipe.collection(&catalog).unwrap();
        assert_eq!(recipe.name(), collection.id.as_str(), "a recipe is called like its collection");
        assert_eq!(recipe.attribution(), Some("© OpenStreetMap contributors"));
        (recipe, collection)
    };
    paths.iter().map(read).collect()
}

#[test]
fn the_ready_recipes_fit_the_catalog() {
    assert!(recipes("osm-city").len() > 60);
    let base = recipes("osm-base");
    let ids: Vec<&str> = base.iter().map(|(_, collection)| collection.id.as_str()).collect();
    for id in
        ["streets", "railways", "water-bodies", "green-areas", "buildings", "house-numbers", "places", "boundaries"]
    {
        assert!(ids.contains(&id), "{id}");
    }
}

#[test]
fn the_recipes_of_timetables_fit_the_catalog() {
    let catalog = mapa::files::catalog(None).unwrap();
    for name in ["gtfs-stops.toml", "gtfs-routes.toml"] {
        let recipe = Recipe::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("import").join(name)).unwrap();
        recipe.collection(&catalog).unwrap();
        assert_eq!(recipe.attribution(), None, "the feed's publisher is to be credited by name");
    }
}

#[test]
fn the_ready_recipes_make_a_city_of_monaco() {
    let Some(source) = extract("monaco-latest.osm.pbf") else { return };
    let mut counts = BTreeMap::new();
    let mut classes: BTreeMap<String, usize> = BTreeMap::new();
    let mut sea = None;
    for (recipe, collection) in recipes("osm-base").into_iter().chain(recipes("osm-city")) {
        let mut sink = |outcome| {
            if let Outcome::Feature(feature, _) = outcome {
                if let Some(class) = feature.value(&collection, "class").as_text() {
                    *classes.entry(class.to_owned()).or_default() += 1;
                }
                if feature.id.as_str() == "sea" {
                    sea = Some(feature);
                }
            }
            Ok(())
        };
        let report = import(&recipe, &collection, &source, &|_| (), &mut sink).unwrap();
        assert!(recipe.tolerates(&report), "{} {report:?}", collection.id);
        counts.insert(collection.id.to_string(), report.features);
    }
    let street = |values: &str| {
        let values: Vec<String> = values.split(' ').map(|value| format!("'{value}'")).collect();
        let condition = format!(
            "highway IN ({}) AND (other_tags IS NULL OR other_tags NOT LIKE '%\"area\"=>\"yes\"%')",
            values.join(",")
        );
        gdal(&source, "lines", &condition).len()
    };
    assert_eq!(classes["arterial"], street("motorway motorway_link trunk trunk_link primary primary_link"));
    assert_eq!(classes["main"], street("secondary secondary_link tertiary tertiary_link"));
    let buildings = gdal(&source, "multipolygons", "building IS NOT NULL AND building <> 'no'").len() as u64;
    assert_eq!(counts["buildings"] + counts["apartment-buildings"], buildings);
    for (id, count) in
        [("schools", 10), ("pharmacies", 12), ("restaurants", 96), ("transport-stops", 104), ("boundaries", 6)]
    {
        assert_eq!(counts[id], count, "{id}");
    }
    let sea = sea.expect("Monaco lies by the sea");
    let Geometry::Areas(areas) = &sea.geometry else { panic!("the sea is an area") };
    let is_sea = |lon, lat| areas.iter().any(|area| area.contains(LonLat::new(lon, lat).unwrap()));
    // Port Hercule, the open sea; the casino, the palace, the Fontvieille that was won from the sea.
    for (lon, lat, wanted) in [
        (7.4262, 43.7350, true),
        (7.4450, 43.7350, true),
        (7.4281, 43.7391, false),
        (7.4203, 43.7312, false),
        (7.4155, 43.7290, false),
    ] {
        assert_eq!(is_sea(lon, lat), wanted, "{lon} {lat}");
    }
}

/// Its inner ways touch each other and the outer ring, which some assemblers do not survive.
#[test]
fn the_tangled_relation_of_spain_is_one_shape() {
    let Some(source) = extract("bad_spain_relation.xml") else { return };
    let all = imported(&source, "type=multipolygon", "area");
    assert!(all.refused.is_empty(), "{:?}", all.refused);
    let theirs = gdal(&source, "multipolygons", "landuse = 'forest'");
    let (found, wanted) = (size(&all.features["r9686038"].geometry), size(&theirs["r9686038"]));
    assert!((found - wanted).abs() < 1e-9 * wanted, "{found} is not {wanted}");
    let points = imported(&source, "type=multipolygon", "point");
    let (Geometry::Areas(areas), Geometry::Point(at)) =
        (&all.features["r9686038"].geometry, &points.features["r9686038"].geometry)
    else {
        panic!("an area and a point in it");
    };
    assert!(areas.iter().any(|area| area.contains(*at)), "{at:?}");
}
