//! Which pictures a row names, and which files are of an id.

use std::collections::BTreeSet;

use proptest::prelude::*;
use regex::Regex;

use crate::import::{
    photos::{Pattern, PhotoPlan, PhotoSource},
    record::Columns,
};

#[test]
fn a_cell_names_several_pictures_each_once() {
    let columns = ["a", "b"].map(String::from).to_vec();
    let source = PhotoSource { columns, pattern: None, folder: None, hosts: BTreeSet::new(), credit: None };
    let mut columns = Columns::default();
    let plan = PhotoPlan::new(&source, &mut columns);
    let named = |a: &str, b: &str| {
        let mentions = plan.mentions(&[a, b], &columns).into_iter();
        mentions.map(|mention| format!("{}:{}", mention.column, mention.text)).collect::<Vec<_>>()
    };
    assert_eq!(named("", "-"), [""; 0]);
    assert_eq!(named("1.jpg; 2.jpg|1.jpg\n 3.jpg", "2.jpg, 4.jpg"), ["a:1.jpg", "a:2.jpg", "a:3.jpg", "b:4.jpg"]);
    // A comma within a name or a URL parts nothing.
    assert_eq!(named("вид,північ.jpg", "https://x.ua/a,b.jpg"), ["a:вид,північ.jpg", "b:https://x.ua/a,b.jpg"]);
}

#[test]
fn a_file_is_of_an_id_that_ends_where_the_id_ends() {
    let is_of = |pattern: &str, id: &str, name: &str| Pattern::read(pattern).unwrap().is_of(id, &name.to_lowercase());
    for (name, wanted) in [
        ("12.jpg", true),
        ("12-2.JPG", true),
        ("12 (1).jpg", true),
        ("123.jpg", false),
        ("12а.jpg", false),
        ("12.png", false),
    ] {
        assert_eq!(is_of("{id}*.jpg", "12", name), wanted, "{name}");
    }
    assert!(is_of("Школа {id}.*", "Ф-7", "школа ф-7.webp"));
    assert!(!is_of("Школа {id}.*", "Ф-7", "школа ф-70.webp"));
    assert!(is_of("{id}_*_*.jpg", "a", "a_x_y_z.jpg") && !is_of("{id}_*_*.jpg", "a", "a_x.jpg"));
    assert!(is_of("{id}.jpg", "a*b", "a*b.jpg") && !is_of("{id}.jpg", "a*b", "axb.jpg"));
    for bad in ["*.jpg", "{id}{id}.jpg", "a/{id}.jpg", "*{id}.jpg", "{id}\\*.jpg", "{ID}.jpg"] {
        assert_eq!(Pattern::read(bad), None, "{bad}");
    }
}

proptest! {
    #[test]
    fn a_pattern_takes_what_the_same_regular_expression_takes(
        head in "[ab]{0,2}", tail in prop::collection::vec("[ab.]{0,2}", 1..4), id in "[ab1]{1,2}", name in "[ab1.]{0,9}",
    ) {
        let pattern = Pattern::read(&format!("{head}{{id}}{}", tail.join("*"))).unwrap();
        let tails: Vec<String> = tail.iter().map(|part| regex::escape(part)).collect();
        let glob = format!("^{}{}{}$", regex::escape(&head), regex::escape(&id), tails.join(".*"));
        let is_starred = tail[0].is_empty() && tail.len() > 1;
        let rest = name.strip_prefix(&format!("{head}{id}")).unwrap_or_default();
        let is_of_another = is_starred && rest.starts_with(char::is_alphanumeric);
        let wanted = Regex::new(&glob).unwrap().is_match(&name) && !is_of_another;
        prop_assert_eq!(pattern.is_of(&id, &name), wanted, "{}", glob);
        prop_assert!(!pattern.is_of(&id, &name) || name.starts_with(&pattern.beginning(&id)));
    }
}
