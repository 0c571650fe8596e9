//! Search as people use it: the demonstration city and real files over HTTP, and the questions with the objects that are meant.

#[path = "../city/mod.rs"]
mod city;

use std::{
    collections::BTreeSet,
    fs,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use city::{City, Server, real, recipe, text};
use serde_json::Value;

/// Of the questions so many in a hundred must be answered among the first three of a group.
const ANSWERED: usize = 95;

/// The demonstration city, served; stopped with the last test that uses it.
struct Demo {
    server: Server,
    _city: City,
}

/// The one that other tests use at the same time, or a new one.
fn demo() -> Arc<Demo> {
    static SHARED: Mutex<Weak<Demo>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(served) = shared.upgrade() {
        return served;
    }
    let city = City::new();
    assert!(city.mapa(&["demo", "--out", "demo"]).status.success());
    let entries = fs::read_dir(city.path("demo")).unwrap().map(|entry| entry.unwrap().path());
    let recipes = entries.filter(|path| path.extension().is_some_and(|end| end == "toml"));
    let recipes: BTreeSet<String> = recipes.map(|path| path.to_str().unwrap().to_owned()).collect();
    let args: Vec<&str> = ["import"].into_iter().chain(recipes.iter().map(String::as_str)).collect();
    let imported = city.mapa(&args);
    assert_eq!(imported.status.code(), Some(0), "{}", text(&imported.stderr));
    let served = Arc::new(Demo { server: city.serve(&[]), _city: city });
    *shared = Arc::downgrade(&served);
    served
}

fn ask(server: &Server, typed: &str, more: &str) -> Value {
    let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("q", typed).finish();
    server.json(&format!("/search?{query}{more}"))
}

fn hits<'a>(answer: &'a Value, group: &str) -> Vec<(&'a str, &'a str)> {
    let hits = answer[group].as_array().unwrap().iter();
    hits.map(|hit| (hit["collection"].as_str().unwrap(), hit["id"].as_str().unwrap())).collect()
}

/// The questions of a file that are not answered among the first three of a group.
fn missed(server: &Server, questions: &str) -> (usize, Vec<String>) {
    let rows = questions.lines().filter(|line| !line.starts_with('#'));
    let rows: Vec<Vec<&str>> = rows.map(|line| line.split('\t').collect()).collect();
    let is_answered = |row: &Vec<&str>| {
        let answer = ask(server, row[0], "");
        ["places", "addresses"]
            .iter()
            .any(|group| hits(&answer, group).iter().take(3).any(|hit| *hit == (row[1], row[2])))
    };
    let missed = rows.iter().filter(|row| !is_answered(row)).map(|row| row.join("\t")).collect();
    (rows.len(), missed)
}

#[test]
fn of_two_hundred_questions_nearly_all_are_answered_among_the_first_three() {
    let demo = &demo().server;
    let (all, missed) = missed(demo, include_str!("queries.tsv"));
    println!("{} of {all} answered; missed:\n{}", all - missed.len(), missed.join("\n"));
    assert!(all >= 200);
    assert!(missed.len() * 100 <= all * (100 - ANSWERED), "{}", missed.join("\n"));
}

#[test]
fn real_files_are_searched_as_well() {
    let files = [
        ("dnipro-first-aid.toml", "dnipro-map/dnipro_first_aid.csv"),
        ("lviv-stops.toml", "lviv-stops/lviv_stops.json"),
        ("nature-reserves.toml", "geonames-ua/pzo-dnipropetrovska.geojson"),
    ];
    let city = City::new();
    for (name, source) in files {
        let Some(source) = real(source) else { return };
        city.import(&recipe(name), Some(&source));
    }
    let server = city.serve(&[]);
    let (all, missed) = missed(&server, include_str!("real.tsv"));
    println!("{} of {all} answered; missed:\n{}", all - missed.len(), missed.join("\n"));
    assert!(missed.len() * 100 <= all * (100 - ANSWERED), "{}", missed.join("\n"));
}

#[test]
fn the_number_that_was_typed_comes_first() {
    let demo = &demo().server;
    for typed in ["школа 12", "Школа №12", "school 12", "shkola 12"] {
        let answer = ask(demo, typed, "&collections=schools");
        assert_eq!(hits(&answer, "places")[0], ("schools", "00012"), "{typed}");
    }
}

#[test]
fn apostrophes_and_keyboards_make_no_difference() {
    let demo = &demo().server;
    let of = |typed| hits(&ask(demo, typed, "&limit=50"), "places").iter().map(|hit| hit.1.to_owned()).collect();
    let wanted: Vec<String> = of("стадіон м’ята");
    assert!(!wanted.is_empty());
    for typed in ["стадіон м'ята", "стадіон мʼята", "стадіон м`ята", "стадіон м\"ята", "СТАДИОН МЯТА", "stadion miata"]
    {
        let found: Vec<String> = of(typed);
        assert_eq!(found, wanted, "{typed}");
    }
}

#[test]
fn what_is_near_comes_before_what_answers_as_well_and_is_far() {
    let demo = &demo().server;
    for (lon, lat) in [(33.39, 47.91), (33.56, 48.13)] {
        let answer = ask(demo, "аптека", &format!("&lon={lon}&lat={lat}&limit=50"));
        let places = answer["places"].as_array().unwrap();
        let metres: Vec<f64> = places.iter().map(|hit| hit["distance_m"].as_f64().unwrap()).collect();
        assert!(metres[0] < 2000.0, "{metres:?}");
        assert!(metres[0] <= metres[49]);
    }
    let near = |at: &str| hits(&ask(demo, "аптека", at), "places")[0].1.to_owned();
    assert_ne!(near("&lon=33.39&lat=47.91"), near("&lon=33.56&lat=48.13"));
}

#[test]
fn a_house_that_nobody_has_stands_in_its_street_and_former_names_lead_to_houses() {
    let demo = &demo().server;
    let answer = ask(demo, "проспект Миру 99999", "");
    assert_eq!(hits(&answer, "addresses")[0], ("streets", "V-0003"));
    assert_eq!(answer["without"], "99999");
    // The street has had another name; its houses know only the one of today.
    let houses =
        demo.json("/collections/apartment-buildings/items?filter=address%20LIKE%20'вул.%20Вербова%202-га,%25'&limit=1");
    let house = &houses["features"][0];
    let number = house["properties"]["address"].as_str().unwrap().rsplit(' ').next().unwrap();
    let answer = ask(demo, &format!("вулиця Заводська 9-та {number}"), "");
    let found = hits(&answer, "addresses");
    assert!(found.contains(&("apartment-buildings", house["id"].as_str().unwrap())), "{answer}");
}

#[test]
fn steps_of_the_filter_tree_are_found_in_both_languages() {
    let demo = &demo().server;
    for (typed, lang, id, title) in [
        ("аптеки", "uk", "pharmacies", "Аптеки"),
        ("pharmacies", "en", "pharmacies", "Pharmacies"),
        ("освіта", "uk", "education", "Освіта"),
        ("білборд", "uk", "billboard", "Білборд"),
    ] {
        let answer = ask(demo, typed, &format!("&lang={lang}"));
        let steps = answer["collections"].as_array().unwrap();
        assert!(steps.iter().any(|step| step["id"] == id && step["title"] == title), "{typed}: {steps:?}");
    }
}

#[test]
fn search_is_narrowed_as_everything_else_is() {
    let demo = &demo().server;
    let answer = ask(demo, "школа", "&limit=50&filter=district%3D'Тернівський%20район'&collections=schools");
    let found = hits(&answer, "places");
    assert!(!found.is_empty());
    for (collection, id) in found {
        let feature = demo.json(&format!("/collections/{collection}/items/{id}"));
        assert_eq!(feature["properties"]["district"], "Тернівський район");
    }
    let of_kind = ask(demo, "12", "&kind=lyceum&collections=schools");
    assert!(of_kind["places"].as_array().unwrap().iter().all(|hit| hit["kind"] == "lyceum"));
}

#[test]
fn limits_are_told_and_kept() {
    let demo = &demo().server;
    let wrong = |query: &str, parameter: &str| {
        let answer = demo.get(&format!("/search?{query}"));
        assert_eq!(answer.status, 400, "{query}");
        assert_eq!(answer.json()["parameter"], parameter, "{query}");
    };
    wrong("", "q");
    wrong(&format!("q={}", "%D0%B0".repeat(201)), "q");
    wrong(&format!("q={}", "a+".repeat(13)), "q");
    wrong("q=a&limit=51", "limit");
    wrong("q=a&lon=33", "lat");
    wrong("q=a&lat=48", "lon");
    wrong("q=a&collections=nowhere", "collections");
    wrong("q=a&filter=nothing%3D1", "filter");
    assert_eq!(demo.get(&format!("/search?q={}", "%D0%B0".repeat(200))).status, 200);
    for nothing in ["", "%20", "-", "%F0%9F%98%80", "\u{2019}"] {
        let answer = demo.json(&format!("/search?q={nothing}"));
        assert_eq!(answer["places"].as_array().unwrap().len(), 0);
    }
    assert_eq!(hits(&ask(demo, "аптека", "&limit=50"), "places").len(), 50);
    let answer = demo.get("/search?q=12");
    assert_eq!(demo.get_with("/search?q=12", &[("if-none-match", answer.header("etag"))]).status, 304);
    assert_eq!(answer.header("mapa-revision"), answer.json()["revision"].to_string());
}
