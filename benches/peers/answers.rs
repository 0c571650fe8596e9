//! Answers: nearest, items and search over HTTP, each beside a constant body of the same mean size; databases asked the like.

use std::path::Path;

use mapa::space::LonLat;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{
    beside_constant, city, databases,
    load::{Stream, print},
    points::Point,
    process::Process,
};

/// Distinct places that are asked about.
const PLACES: usize = 3000;

/// Distinct pages of items.
const PAGES: usize = 180;

/// Prints a table of each kind of question.
pub fn compare(city: &Path, store: &Path, folder: &Path, points: &[Point]) {
    let places = places(points);
    let kind = most_said(points);
    let nearest = |of: &str| -> Vec<String> {
        places.iter().map(|at| format!("/nearest?lon={:.6}&lat={:.6}&limit=10{of}", at.lon(), at.lat())).collect()
    };
    let filter = format!("&collections=spots&filter=sort%3D%27{}%27", escaped(kind));
    let pages: Vec<String> = (0..PAGES)
        .map(|i| format!("/collections/spots/items?limit=100&start={}", escaped(&points[i * points.len() / PAGES].id)))
        .collect();
    let questions: Vec<String> = city::questions()
        .zip(places.iter().cycle())
        .map(|(typed, at)| format!("/search?q={}&lon={:.6}&lat={:.6}", escaped(typed), at.lon(), at.lat()))
        .collect();

    let spots = Process::mapa(store, &[]).drawn();
    let whole = Process::mapa(city, &[]).drawn();
    let measure = |title: &str, server: &Process, paths: &[String]| {
        let stream = Stream::new(folder, "answers", paths.to_vec());
        let packed = Stream::new(folder, "packed", paths.to_vec());
        let mut rows = beside_constant("mapa", server, &stream.plain(), paths);
        rows.push(crate::load::warm("mapa, packed with gzip for each", server, &packed));
        print(title, &rows);
    };
    measure("Nearest ten of 18,000 points", &spots, &nearest("&collections=spots"));
    measure(&format!("Nearest ten of one kind (`{kind}`)"), &spots, &nearest(&filter));
    measure("Nearest ten of all thematic collections", &whole, &nearest(""));
    measure("A page of 100 items", &spots, &pages);
    measure("Search, as people type", &whole, &questions);
    drop((spots, whole));
    databases::compare(folder, points, &places, kind);
}

/// Places near the points, denser where those are: the same ones at each call.
fn places(points: &[Point]) -> Vec<LonLat> {
    (0..PLACES)
        .map(|i| {
            let near = points[i * 7919 % points.len()].at;
            let beside = |turn: usize| ((i * turn % 1000) as f64 / 1000.0 - 0.5) * 0.02;
            LonLat::new(near.lon() + beside(31), near.lat() + beside(57)).unwrap()
        })
        .collect()
}

/// The kind that most points have.
fn most_said(points: &[Point]) -> &str {
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    for point in points.iter().filter(|point| !point.kind.is_empty()) {
        *counts.entry(&point.kind).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).expect("some point has a kind").0
}

fn escaped(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
