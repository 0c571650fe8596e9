//! Recipes and what is wrong with them.

use std::path::Path;

use proptest::prelude::*;

use super::{DECLARE, LON_LAT, no_catalog, read_recipe, small, things};
use crate::{
    import::{Recipe, Report},
    model::{Catalog, GeometryKind},
};

fn error_of(text: &str) -> String {
    let path = Path::new("import/things.toml");
    Recipe::parse(path, text).and_then(|recipe| recipe.collection(&no_catalog())).unwrap_err().to_string()
}

#[test]
fn a_recipe_says_what_it_says() {
    let text = "demonstration = true\nattribution = \"© Місто\"\n".to_owned() + &things("");
    let (recipe, collection) = read_recipe(&text);
    assert_eq!((recipe.name(), recipe.source().to_string().as_str()), ("things", "import/things.csv"));
    assert_eq!((recipe.demonstration(), recipe.attribution()), (true, Some("© Місто")));
    assert_eq!((collection.id.as_str(), collection.geometry), ("things", GeometryKind::Point));
    assert_eq!(collection.service_area.as_deref(), Some("other"));
    assert_eq!((collection.min_zoom, collection.priority, collection.icon.as_str()), (8, 50, "marker"));
    assert_eq!(collection.fields.len(), 6);
}

#[test]
fn a_flaw_is_told_with_file_line_and_key() {
    let good = things("");
    for (from, to, wanted) in [
        ("[id]", "[idd]", "line 5: [idd]: unknown field `idd`"),
        ("column = \"id\"", "colum = \"id\"", "line 6: [id] colum: unknown field `colum`"),
        ("lat = \"lat\"\n", "", "line 7: [geometry]: `lon` and `lat` belong together"),
        ("lat = \"lat\"", "lat_lon = \"b\"", "line 7: [geometry]: `lon` and `lat` belong together"),
        (
            "lat = \"lat\"",
            "lat = \"lat\"\nlat_lon = \"b\"",
            "line 7: [geometry]: either `lon` and `lat`, or one column",
        ),
        ("lon = \"lon\"", "lat_lon = \"b\"\nlon_lat = \"b\"", "line 7: [geometry]: either `lat_lon` or `lon_lat`"),
        ("bounds =", "crs = \"EPSG:2154\"\nbounds =", "line 10: [geometry] crs: no coordinate system that is read"),
        (
            "bounds =",
            "notation = \"dms\"\ncrs = \"EPSG:6385\"\nbounds =",
            "line 11: [geometry] crs: a system in metres has no degrees",
        ),
        ("[33.0, 47.5, 34.0", "[35.0, 47.5, 34.0", "line 10: [geometry] bounds: west, south, east, north"),
        ("bounds = [33.0, 47.5, 34.0, 48.5]", "bounds = \"all\"", "line 10: [geometry] bounds: invalid type"),
        ("bounds =", "notation = \"utm\"\nbounds =", "line 10: [geometry] notation: unknown variant `utm`"),
        ("things.csv\"\n", "things.csv\"\nencoding = \"cp9\"\n", "line 4: [source] encoding: `cp9` is no encoding"),
        ("things.csv\"\n", "things.csv\"\ndelimiter = \"::\"\n", "line 4: [source] delimiter: one ASCII"),
        (
            "things.csv",
            "ftp://data.example/things.csv",
            "line 3: [source] file: `ftp://data.example/things.csv`: only http",
        ),
        (
            "things.csv",
            "https://office:s3cret@/things.csv",
            "line 3: [source] file: `https://…@/things.csv`: it has no host",
        ),
        ("things.csv\"\n", "things.csv\"\nmax_bytes = 0\n", "line 4: [source] max_bytes: at least 1"),
        ("things.csv", "https://data.example/city.osm.pbf", "[osm] goes with a source of OpenStreetMap"),
        ("things.csv\"\n", "things.csv\"\nformat = \"xls\"\n", "line 4: [source] format: unknown variant `xls`"),
        ("column = \"id\"", "column = \"id\"\nhash_of = [\"a\"]", "line 5: [id]: either `column` or `hash_of`"),
        ("column = \"id\"", "hash_of = []", "line 5: [id]: either `column` or `hash_of`"),
        (
            "[fields.name]",
            "[fields.nom]",
            "line 11: [fields.nom]: the collection has no field `nom`; it has name, storeys",
        ),
        ("= \"municipal\" }", "= \"private\" }", "line 25: [kind] map: the collection has no kind `private`"),
        ("collection = \"things\"", "collection = \"Things\"", "line 1: collection: `Things` is not a collection id"),
        ("type = \"date\"", "type = \"day\"", "unknown variant `day`"),
        ("name = \"built\"", "name = \"geom\"", "[declare]: `geom` is no field name"),
        ("name = \"built\"", "name = \"name\"", "[declare]: field `name` stands twice"),
        ("uk = \"Збудовано\"", "uk = \"\"", "the title of field `built` lacks a language"),
        ("type = \"date\"", "type = \"date\", format = \"uri\"", "field `built` is no text"),
        ("id = \"expired\"", "id = \"valid\"", "status: `valid` stands twice"),
        ("geometry = \"point\"", "geometry = \"point\"\nmin_zoom = 17", "min_zoom is at most 16"),
        ("geometry = \"point\"", "geometry = \"point\"\nservice_area = \"moon\"", "no service area `moon`"),
        ("geometry = \"point\"", "geometry = \"point\"\nnext_due = 10:00:00", "next_due `10:00:00` is not a date"),
        (
            "geometry = \"point\"",
            "geometry = \"point\"\nupdate_period = \"yearly\"",
            "update_period is not an ISO 8601",
        ),
        (DECLARE, "", "line 1: collection: `things` is not in the catalog, nor is there a [declare]"),
        ("[id]", "[threshold]\nrefusals = \"101%\"\n[id]", "line 6: [threshold] refusals: a number of rows"),
        ("[id]", "[threshold]\nrefusals = -1\n[id]", "line 6: [threshold] refusals"),
        ("[id]", "[id", "line 5: "),
    ] {
        assert!(good.contains(from), "{from}");
        let error = error_of(&good.replacen(from, to, 1));
        let wanted = if wanted.starts_with("line") { format!("import/things.toml: {wanted}") } else { wanted.into() };
        assert!(error.contains(&wanted), "{error:?} has no {wanted:?}");
    }
    assert!(error_of(&good.replace("things.csv", "things.xls")).contains("its ending says no format"));
}

#[test]
fn a_collection_comes_from_the_catalog_or_from_the_recipe_but_not_from_both() {
    let (recipe, collection) = read_recipe(&things(""));
    let mut catalog: Catalog = no_catalog();
    catalog.collections.insert(collection.id.clone(), collection.clone());
    assert!(recipe.collection(&catalog).unwrap_err().to_string().contains("is in the catalog already"));
    let plain = Recipe::parse(Path::new("things.toml"), &things("").replace(DECLARE, "")).unwrap();
    assert_eq!(plain.collection(&catalog).unwrap(), collection);
}

#[test]
fn a_threshold_is_a_share_or_a_number_of_rows() {
    let report = |read, rejections| Report { read, rejections, features: read - rejections, ..Report::default() };
    for (threshold, tolerated, refused) in [
        ("", report(100, 5), report(100, 6)),
        ("refusals = \"5%\"", report(20, 1), report(19, 1)),
        ("refusals = \"0%\"", report(7, 0), report(1_000_000, 1)),
        ("refusals = \"0.5 %\"", report(200, 1), report(199, 1)),
        ("refusals = 3", report(3, 3), report(1000, 4)),
    ] {
        let recipe = small(LON_LAT, "point").replace("[id]", &format!("[threshold]\n{threshold}\n[id]"));
        let recipe = if threshold.is_empty() { small(LON_LAT, "point") } else { recipe };
        let (recipe, _) = read_recipe(&recipe);
        assert!(recipe.tolerates(&tolerated), "{threshold}");
        assert!(!recipe.tolerates(&refused), "{threshold}");
        assert!(recipe.tolerates(&Report::default()));
    }
}

proptest! {
    #[test]
    fn any_text_is_a_recipe_or_an_error_with_a_line(
        text in "[\\[\\]{}=\"a-zі0-9.,\n #-]{0,120}",
        at in any::<prop::sample::Index>(),
        wild in "\\PC{0,8}",
    ) {
        let mut changed = things("");
        let at = (0..=at.index(changed.len())).rev().find(|at| changed.is_char_boundary(*at)).unwrap();
        changed.insert_str(at, &wild);
        for text in [text, changed] {
            if let Err(error) = Recipe::parse(Path::new("x.toml"), &text).and_then(|recipe| recipe.collection(&no_catalog())) {
                let error = error.to_string();
                prop_assert!(error.starts_with("x.toml: line ") || error.contains("its ending says no format"), "{}", error);
            }
        }
    }
}

#[test]
fn a_source_may_stand_on_a_server() {
    for (written, wanted) in [
        ("https://office:s3cret@data.example/stops.csv?key=1", "https://data.example/stops.csv?key=1"),
        ("http://data.example/download", "http://data.example/download"),
        ("https://data.example/all.zip", "https://data.example/all.zip"),
        ("folder/http/stops.csv", "import/folder/http/stops.csv"),
    ] {
        let (recipe, _) = read_recipe(&things("max_bytes = 5").replacen("things.csv", written, 1));
        assert_eq!((recipe.source().to_string().as_str(), recipe.max_bytes()), (wanted, Some(5)));
        assert!(!format!("{:?}", recipe.source()).contains("s3cret"));
    }
}

#[test]
fn an_ending_is_known_where_a_format_has_it() {
    for (name, wanted) in [
        ("stops.csv", Some("csv")),
        ("stops.v2.GeoJSON", Some("GeoJSON")),
        ("місто.osm.gz", Some("osm.gz")),
        ("a.xml.GZ", Some("xml.GZ")),
        ("city.osm.pbf", Some("pbf")),
        ("all.zip", Some("zip")),
        ("stops.csv.gz", None),
        ("run.exe", None),
        (".csv", None),
        ("", None),
        ("..", None),
    ] {
        assert_eq!(crate::import::known_ending(name), wanted, "{name}");
    }
}
