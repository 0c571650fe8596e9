//! One extract fills several collections: a folder of recipes, one source for all, and the credit wherever they are served.

mod city;

use city::{City, text};

const EXTRACT: &str = "<?xml version='1.0'?><osm version='0.6'>
<node id='1' lon='33.30' lat='47.90'/><node id='2' lon='33.31' lat='47.90'/><node id='3' lon='33.31' lat='47.91'/>
<node id='4' lon='33.35' lat='47.95'><tag k='amenity' v='pharmacy'/><tag k='name' v='Аптека'/>
  <tag k='addr:street' v='вулиця Миру'/><tag k='addr:housenumber' v='5'/><tag k='wheelchair' v='limited'/></node>
<way id='10'><nd ref='1'/><nd ref='2'/><nd ref='3'/><nd ref='1'/><tag k='amenity' v='school'/><tag k='name' v='Школа'/></way>
<way id='11'><nd ref='1'/><nd ref='2'/><tag k='highway' v='primary'/><tag k='name' v='проспект'/></way>
</osm>";

#[test]
fn a_folder_of_recipes_over_one_extract_fills_its_collections() {
    let city = City::new();
    let extract = city.write("city.osm", EXTRACT);
    let import = |folder: &str| {
        let folder = format!("{}/import/{folder}", env!("CARGO_MANIFEST_DIR"));
        let output = city.mapa(&["import", "--json", &folder, "--source", extract.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let report = import("osm-city");
    assert!(report["runs"].as_array().unwrap().len() > 60);
    assert_eq!((&report["features"], &report["rejections"]), (&2.into(), &0.into()));
    assert_eq!(import("osm-base")["features"], 2);

    let server = city.serve(&[]);
    let pharmacy = server.json("/collections/pharmacies/items/n4");
    assert_eq!(pharmacy["properties"]["address"], "вулиця Миру, 5");
    assert_eq!(pharmacy["properties"]["accessibility"], "partial");
    assert_eq!(server.json("/collections/streets/items/w11")["properties"]["class"], "arterial");
    assert_eq!(server.json("/collections/schools/items/w10")["geometry"]["type"], "Point");
    for path in ["/tiles/base.json", "/tiles/city.json", "/collections/schools", "/nearest?lon=33.3&lat=47.9"] {
        let answer = server.json(path);
        assert!(answer["attribution"].to_string().contains("© OpenStreetMap contributors"), "{path}: {answer}");
    }
    assert_eq!(server.json("/collections/schools")["licence"], "ODbL-1.0");

    let empty = city.path("empty");
    std::fs::create_dir(&empty).unwrap();
    let output = city.mapa(&["import", empty.to_str().unwrap()]);
    assert!(text(&output.stderr).contains("there is no recipe in"), "{}", text(&output.stderr));
}
