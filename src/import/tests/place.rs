//! Where a row is: words, both coordinates in one cell, and longitude and latitude in each other's place.

use std::{path::Path, rc::Rc};

use super::{LON_LAT, at, no_catalog, read_recipe, run, run_among, small};
use crate::{
    import::{AddressRegister, Gazetteer, Reason, Recipe},
    model::{Feature, Value},
    space::{BBox, Geometry, LonLat},
};

const BOUNDS: &str = "bounds = [33.0, 47.5, 34.0, 48.5]\n";

#[test]
fn coordinates_are_read_with_the_words_of_open_data() {
    let table = "id;lon;lat;name\n1;33,4 східної довготи;47.9 північної широти;а\n2;33.4 сх.д.;47.9 с.ш.;б\n";
    let all = run(&small(LON_LAT, "point"), "a.csv", table.as_bytes()).unwrap();
    assert_eq!(all.report.features, 2, "{:?}", all.rejections());
    assert!(all.features().iter().all(|feature| feature.geometry.bbox() == at(33.4, 47.9)));
}

#[test]
fn one_column_holds_both_coordinates_in_the_order_of_the_recipe() {
    for (key, cell) in [
        ("lat_lon", "47.9, 33.4"),
        ("lon_lat", "33,4; 47,9"),
        ("lat_lon", "POINT (33.4 47.9)"),
        ("lon_lat", "33.4 47.9"),
    ] {
        let recipe = small(&format!("[geometry]\n{key} = \"place\"\n"), "point");
        let table = format!("id|place|name\n1|{cell}|а\n2||б\n3|47.9|в\n");
        let all = run(&recipe, "a.csv", table.as_bytes()).unwrap();
        assert_eq!(all.features()[0].geometry.bbox(), at(33.4, 47.9), "{key} {cell}");
        let wanted =
            [(3, Some("place"), "", Reason::MissingCoordinates), (4, Some("place"), "47.9", Reason::BadCoordinate)];
        assert_eq!(all.refused(), wanted);
        assert!(all.report.warnings.is_empty());
    }
    let json = br#"[{"id":1,"name":"","place":[33.4,47.9]}]"#;
    let all = run(&small("[geometry]\nlon_lat = \"place\"\n", "point"), "a.json", json).unwrap();
    assert_eq!(all.features()[0].geometry.bbox(), at(33.4, 47.9));
}

#[test]
fn exchanged_coordinates_are_put_right_where_the_bounds_tell_it_and_only_there() {
    let bounded = |notation: &str| small(&format!("{LON_LAT}{notation}{BOUNDS}"), "point");
    for (recipe, row) in [
        (bounded(""), "47.9;33.4"),
        (bounded(""), "47,9 пн. ш.;33,4 сх. д."),
        (bounded("notation = \"dms\"\n"), "N 47° 54’;E 33° 24’"),
    ] {
        let table = format!("id;lon;lat;name\n1;{row};а\n");
        let all = run(&recipe, "a.csv", table.as_bytes()).unwrap();
        assert_eq!(all.features()[0].geometry.bbox(), at(33.4, 47.9), "{row}");
        assert_eq!(all.report.warnings, [("swapped-coordinates".into(), 1)].into());
    }
    let table = "id;place;name\n1;47.9, 33.4;а\n2;33.4, 47.9;б\n";
    let all = run(&small(&format!("[geometry]\nlon_lat = \"place\"\n{BOUNDS}"), "point"), "a.csv", table.as_bytes());
    let all = all.unwrap();
    assert!(all.features().iter().all(|feature| feature.geometry.bbox() == at(33.4, 47.9)));
    assert_eq!(all.report.warnings, [("swapped-coordinates".into(), 1)].into());
    // Without bounds nobody knows; outside of them in both orders, it stays as it was written.
    let all = run(&small(LON_LAT, "point"), "a.csv", b"id,lon,lat,name\n1,47.9,33.4,a\n").unwrap();
    assert_eq!(all.features()[0].geometry.bbox(), at(47.9, 33.4));
    assert!(all.report.warnings.is_empty());
    let all = run(&bounded(""), "a.csv", b"id,lon,lat,name\n1,50.4,30.5,a\n2,N 50,30,b\n").unwrap();
    let wanted = [(2, None, "50.4, 30.5", Reason::OutsideBounds), (3, Some("lon"), "N 50", Reason::BadCoordinate)];
    assert_eq!(all.refused(), wanted);
}

#[test]
fn a_shape_of_the_source_is_put_right_as_a_whole() {
    let line = |places: &str| {
        format!(
            r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","id":1,"properties":{{"name":"а"}},
            "geometry":{{"type":"LineString","coordinates":{places}}}}}]}}"#
        )
    };
    let recipe = small(&format!("[geometry]\n{BOUNDS}"), "line");
    let all = run(&recipe, "a.geojson", line("[[47.9,33.4],[48.0,33.5]]").as_bytes()).unwrap();
    assert_eq!(all.features()[0].geometry.bbox(), BBox { west: 33.4, south: 47.9, east: 33.5, north: 48.0 });
    assert_eq!(all.report.warnings, [("swapped-coordinates".into(), 1)].into());
    let all = run(&recipe, "a.geojson", line("[[47.9,33.4],[33.5,48.0]]").as_bytes()).unwrap();
    assert_eq!(all.rejections()[0].reason, Reason::OutsideBounds);
    // An area keeps its holes, and its rings run as they should.
    let areas = small(&format!("[geometry]\n{BOUNDS}"), "area");
    let ring = "[[[47.9,33.4],[47.9,33.6],[48.1,33.6],[48.1,33.4],[47.9,33.4]],\
                [[48.0,33.5],[48.0,33.55],[48.05,33.55],[48.0,33.5]]]";
    let text = line(ring).replace("LineString", "Polygon");
    let all = run(&areas, "a.geojson", text.as_bytes()).unwrap();
    let crate::space::Geometry::Areas(found) = &all.features()[0].geometry else { panic!() };
    assert_eq!(found[0].holes().count(), 1);
    assert_eq!(all.features()[0].geometry.bbox(), BBox { west: 33.4, south: 47.9, east: 33.6, north: 48.1 });
}

#[test]
fn columns_in_metres_are_eastings_and_northings_of_their_system() {
    let recipe = |crs: &str| small(&format!("{LON_LAT}crs = \"{crs}\"\n{BOUNDS}"), "point");
    // The places are those of `cs2cs`; that every system agrees with it to a tenth of a metre, tests/proj.rs shows.
    for (crs, x, y, lon, lat) in
        [("EPSG:6385", "337 433,30", "5300000", 33.498_4, 47.832_0), ("EPSG:4284", "33,5", "48", 33.498_4, 47.999_843)]
    {
        let table = format!("id;lon;lat;name\n1;{x};{y};а\n2;{y};{x};б\n3;сто;{y};в\n");
        let all = run(&recipe(crs), "a.csv", table.as_bytes()).unwrap();
        assert_eq!(all.report.features, 2, "{:?}", all.rejections());
        let [found_lon, found_lat, ..] = all.features()[0].geometry.bbox().to_array();
        assert!((found_lon - lon).abs() < 2e-3 && (found_lat - lat).abs() < 2e-3, "{found_lon} {found_lat}");
        assert_eq!(all.features()[0].geometry, all.features()[1].geometry, "X north, as geodesy has it, is put right");
        assert_eq!(all.report.warnings, [("swapped-coordinates".into(), 1)].into());
        assert_eq!(all.rejections()[0].reason, Reason::BadCoordinate);
    }
}

#[test]
fn what_has_no_shape_of_its_own_may_have_an_address() {
    let (_, of) = read_recipe(
        &small("", "point")
            .replace("fields = [", "fields = [{ name = \"street\", type = \"text\", title = { uk = \"Вулиця\", en = \"Street\" } }, { name = \"number\", type = \"text\", title = { uk = \"Номер\", en = \"Number\" } }, "),
    );
    let values = ["вулиця Миру", "5"].map(Value::from).into_iter().chain([Value::Unknown]).collect();
    let house = Feature::new(&of, "h1", None, Geometry::Point(LonLat::new(33.1, 47.8).unwrap()), values).unwrap();
    let register = AddressRegister::new(&of, [&house], None, &[]);
    let places = Gazetteer { addresses: Some(Rc::new(register)), districts: None };
    let json = r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"id":1,"name":"вул. Миру, 5"},"geometry":null},
        {"type":"Feature","properties":{"id":2,"name":"вул. Миру, 5"},"geometry":{"type":"Point","coordinates":[33.4,47.9]}},
        {"type":"Feature","properties":{"id":3,"name":"вул. Миру, 5"},"geometry":{"type":"Point","coordinates":["33"]}},
        {"type":"Feature","properties":{"id":4,"name":"вул. Миру, 7"},"geometry":null}]}"#;
    let recipe = small("[geometry]\naddress = \"name\"\n", "point");
    let all = run_among(&places, &recipe, "a.geojson", json.as_bytes()).unwrap();
    let places: Vec<_> = all.features().iter().map(|feature| feature.geometry.bbox()).collect();
    assert_eq!(places, [at(33.1, 47.8), at(33.4, 47.9)]);
    assert_eq!((all.value("1", "position"), all.value("2", "position")), (Value::from("geocoded"), Value::Unknown));
    let reasons: Vec<_> = all.refused().iter().map(|refused| (refused.0, refused.3)).collect();
    assert_eq!(reasons, [(3, Reason::BadGeometry), (4, Reason::UnknownAddress)]);
    assert_eq!(all.report.geocoded, [("building".into(), 1)].into());
    for (geometry, wanted) in [
        ("[geometry]\naddress = { full = \"name\", street = \"s\" }\n", "either `full`, or `street` and `number`"),
        ("[geometry]\naddress = { street = \"s\" }\n", "either `full`, or `street` and `number`"),
        ("[geometry]\naddress = { full = \"name\", cty = \"s\" }\n", "line 7: [geometry] address: a column, or {"),
    ] {
        let error = Recipe::parse(Path::new("a.toml"), &small(geometry, "point")).unwrap_err().to_string();
        assert!(error.contains(wanted), "{error}");
    }
    let recipe = Recipe::parse(Path::new("a.toml"), &small("[geometry]\naddress = \"name\"\n", "line")).unwrap();
    let error = recipe.collection(&no_catalog()).unwrap_err().to_string();
    assert!(error.contains("[geometry] address: an address is a place"), "{error}");
}
