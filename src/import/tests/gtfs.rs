//! GTFS feeds, made here: no feed of a real city was at hand.

use std::io::{Cursor, Write as _};

use proptest::prelude::*;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{Imported, at, error_of, run};
use crate::{import::Reason, model::Value, space::Geometry};

const STOPS: &str = "stop_id,stop_name,stop_lat,stop_lon,location_type\n\
    a,\"Площа, центр\",47.90,33.30,0\nb,Вокзал,47.91,33.31,\nstation,Станція,47.91,33.31,1\nc,Депо,,33.32,0\nd,Парк\n";
const ROUTES: &str = "\u{feff}route_id,route_short_name,route_long_name,route_type\n\
    1,1,Центр – Вокзал,0\n2,228,Депо – Парк,3\n3,3,Без форми,3\n4,4,Зламана,3\n";
const TRIPS: &str = "route_id,service_id,trip_id,shape_id\n\
    1,w,t1,rare\n1,w,t2,often\n1,w,t3,often\n2,w,t4,turned\n3,w,t5,\n4,w,t6,broken\n";
const SHAPES: &str = "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\n\
    rare,47.9,33.3,1\nrare,48.9,33.3,2\noften,47.9,33.3,1\noften,47.91,33.31,2\noften,47.92,33.32,10\n\
    turned,47.95,33.35,20\nturned,47.94,33.34,3\nbroken,47.9,33.3,1\nbroken,north,33.3,2\n";

fn feed(tables: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in tables {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn whole() -> Vec<u8> {
    feed(&[("stops.txt", STOPS), ("routes.txt", ROUTES), ("trips.txt", TRIPS), ("shapes.txt", SHAPES)])
}

fn recipe(take: &str, id: &str, name: &str, geometry: &str) -> String {
    format!(
        "collection = \"things\"\n[source]\nfile = \"feed.zip\"\nformat = \"gtfs\"\n[gtfs]\ntake = \"{take}\"\n[id]\ncolumn = \"{id}\"\n\
         [fields.name]\ncolumn = \"{name}\"\n\
         [declare]\ntitle = {{ uk = \"Речі\", en = \"Things\" }}\ngeometry = \"{geometry}\"\n\
         fields = [{{ name = \"name\", type = \"text\", title = {{ uk = \"Назва\", en = \"Name\" }} }}]\n"
    )
}

fn stops() -> String {
    recipe("stops", "stop_id", "stop_name", "point")
}

fn routes() -> String {
    recipe("routes", "route_id", "route_long_name", "line")
}

fn reasons(all: &Imported) -> Vec<(u64, Reason)> {
    all.rejections().iter().map(|rejection| (rejection.row, rejection.reason)).collect()
}

#[test]
fn stops_are_points_and_what_is_no_stop_is_counted() {
    let all = run(&stops(), "feed.zip", &whole()).unwrap();
    assert_eq!(all.value("a", "name"), Value::from("Площа, центр"));
    assert_eq!(all.features()[1].geometry.bbox(), at(33.31, 47.91));
    assert_eq!(reasons(&all), [(5, Reason::MissingCoordinates), (6, Reason::WrongWidth)]);
    assert_eq!((all.report.read, all.report.warnings["no-stop"]), (4, 1));
}

#[test]
fn a_route_is_the_line_most_of_its_trips_take() {
    let all = run(&routes(), "feed.zip", &whole()).unwrap();
    let lons = |i: usize| match &all.features()[i].geometry {
        Geometry::Lines(lines) => lines[0].iter().map(|place| place.lon()).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(lons(0), [33.3, 33.31, 33.32]);
    assert_eq!(lons(1), [33.34, 33.35], "in the order of its sequence, not of the file");
    let details: Vec<_> = all.rejections().iter().map(|r| (r.text.as_str(), r.detail.as_str())).collect();
    assert_eq!(
        details,
        [("3", "no trip of the route has a shape in shapes.txt"), ("4", "shapes.txt, row 10: `north` is no number"),]
    );
    assert!(reasons(&all).iter().all(|(_, reason)| *reason == Reason::BadGeometry));
}

#[test]
fn feeds_and_recipes_that_cannot_be_followed_say_why() {
    for (recipe, bytes, wanted) in [
        (stops(), b"PK no zip".to_vec(), "no zip of GTFS tables"),
        (stops(), whole()[..200].to_vec(), "no zip of GTFS tables"),
        (stops(), feed(&[("routes.txt", ROUTES)]), "there is no stops.txt"),
        (stops(), feed(&[("a/stops.txt", STOPS), ("b/c/stops.txt", STOPS)]), "which is meant: `a`, `b/c`"),
        (routes(), feed(&[("routes.txt", ROUTES)]), "there is no trips.txt"),
        (
            routes(),
            feed(&[("a/routes.txt", ROUTES), ("b/trips.txt", TRIPS)]),
            "no trips.txt in the folder `a` of the feed; it has `a/routes.txt`",
        ),
        (routes(), feed(&[("trips.txt", "trip_id\n"), ("routes.txt", ROUTES)]), "no column `route_id`"),
        (stops(), feed(&[("stops.txt", "")]), "it is empty"),
        (stops().replace("\"stop_name\"", "\"stopname\""), whole(), "there is no column `stopname`"),
    ] {
        let error = error_of(&recipe, "feed.zip", &bytes);
        assert!(error.contains(wanted), "{error:?} has no {wanted:?}");
    }
    // A column of the reference that the feed leaves out is unknown.
    let all = run(&stops().replace("\"stop_name\"", "\"stop_desc\""), "feed.zip", &whole()).unwrap();
    assert_eq!(all.value("a", "name"), Value::Unknown);
    for (from, to) in
        [("[gtfs]\ntake = \"stops\"\n", ""), ("format = \"gtfs\"\n", "format = \"csv\"\n"), ("\"stops\"", "\"trips\"")]
    {
        let text = stops().replacen(from, to, 1);
        assert!(crate::import::Recipe::parse(std::path::Path::new("x.toml"), &text).is_err(), "{to}");
    }
}

#[test]
fn tables_may_stand_in_a_folder() {
    let all = run(&stops(), "feed.zip", &feed(&[("feed/stops.txt", STOPS), ("old_stops.txt", "")])).unwrap();
    assert_eq!(all.features().len(), 2);
}

#[test]
fn of_several_feeds_in_a_zip_the_recipe_names_one() {
    let other = STOPS.replace("Вокзал", "Ринок");
    let both = feed(&[("tram/stops.txt", STOPS), ("bus/2026/stops.txt", &other)]);
    let within = |folder: &str| stops().replace("[gtfs]", &format!("member = \"{folder}\"\n[gtfs]"));
    for (folder, wanted) in [("tram", "Вокзал"), ("tram/", "Вокзал"), ("bus/2026", "Ринок")] {
        assert_eq!(run(&within(folder), "feed.zip", &both).unwrap().value("b", "name"), Value::from(wanted));
    }
    for folder in ["bus", "tram/stops.txt", "metro"] {
        let error = error_of(&within(folder), "feed.zip", &both);
        assert!(error.contains(&format!("no stops.txt in the folder `{folder}`")), "{error}");
    }
    // Tables stand at the top (reference, "File Requirements"), so what stands in folders too is something else.
    let top = feed(&[("old/stops.txt", &other), ("stops.txt", STOPS)]);
    assert_eq!(run(&stops(), "feed.zip", &top).unwrap().value("b", "name"), Value::from("Вокзал"));
}

#[test]
fn what_a_feed_cannot_have_is_refused_at_the_recipe() {
    for (from, to, wanted) in [
        ("[gtfs]", "member = \"feed.zip\"\n[gtfs]", "[source] member: a feed in an archive in an archive"),
        ("[id]", "[geometry]\nlat_lon = \"place\"\n[id]", "[geometry]: the places of a feed are those of its tables"),
        ("[id]", "[geometry]\nlon = \"x\"\nlat = \"y\"\n[id]", "[geometry]: the places of a feed"),
    ] {
        for recipe in [stops(), routes()] {
            let text = recipe.replacen(from, to, 1);
            let error = crate::import::Recipe::parse(std::path::Path::new("x.toml"), &text).unwrap_err().to_string();
            assert!(error.contains(wanted), "{error}");
        }
    }
    let bounded = stops().replacen("[id]", "[geometry]\nbounds = [33, 47, 34, 48]\n[id]", 1);
    assert_eq!(run(&bounded, "feed.zip", &whole()).unwrap().features().len(), 2);
}

#[test]
fn a_table_that_unpacks_without_measure_is_stopped() {
    let row = format!("x,{},47.9,33.3,\n", "x".repeat(60_000));
    let bomb = STOPS.lines().next().unwrap().to_owned() + "\n" + &row.repeat((17 << 20) / row.len());
    let error = error_of(&stops(), "feed.zip", &feed(&[("stops.txt", &bomb)]));
    assert!(error.starts_with("feed.zip/stops.txt") && error.contains("a zip bomb"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_damaged_feed_is_features_and_rejections_or_an_error(
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in proptest::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let mut bytes = whole();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let _ = run(&stops(), "feed.zip", &bytes);
        let _ = run(&routes(), "feed.zip", &bytes);
    }

    #[test]
    fn any_tables_are_features_and_rejections_or_an_error(
        text in "[a-c0-9,\"\n.-]{0,80}",
        other in "[a-c0-9,\"\n.-]{0,80}",
    ) {
        let stops_text = format!("stop_id,stop_lat,stop_lon,stop_name\n{text}");
        let trips = format!("route_id,shape_id\na,a\n{other}");
        let shapes = format!("shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\n{text}");
        let routes_text = format!("route_id,route_long_name\na,b\n{other}");
        let bytes = feed(&[("stops.txt", &stops_text), ("trips.txt", &trips), ("shapes.txt", &shapes), ("routes.txt", &routes_text)]);
        let _ = run(&stops(), "feed.zip", &bytes);
        let _ = run(&routes(), "feed.zip", &bytes);
    }
}
