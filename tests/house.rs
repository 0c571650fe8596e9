//! The rules of the house: which room may use which, and where each foreign crate lives.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Rooms and what each may use besides itself.
const ROOMS: [(&str, &[&str]); 14] = [
    ("space", &[]),
    ("register", &["model", "space"]),
    ("model", &["space"]),
    ("import", &["model", "space"]),
    ("fetch", &["import"]),
    ("photo", &["model"]),
    ("store", &["model", "space"]),
    ("snapshot", &["model", "space"]),
    ("demo", &["model", "space"]),
    ("tile", &["snapshot", "model", "space"]),
    ("style", &[]),
    ("archive", &["space"]),
    ("exchange", &["model", "space"]),
    ("http", &["archive", "exchange", "photo", "snapshot", "style", "tile", "register", "model", "space"]),
];

/// Foreign crates and the only places that may name them.
const HOMES: &[(&str, &[&str])] = &[
    ("axum", &["http"]),
    ("tower_http", &["http"]),
    ("tower_layer", &["http"]),
    ("tower_service", &["http"]),
    ("mimalloc", &["main.rs"]),
    ("hyper", &["http"]),
    ("hyper_util", &["http"]),
    ("http_body", &["http"]),
    ("rustix", &["serve.rs"]),
    ("arcstr", &["model"]),
    ("ecow", &["model"]),
    ("mlt_core", &["tile"]),
    ("i_overlay", &["tile"]),
    ("hashbrown", &["snapshot"]),
    ("indexmap", &["tile"]),
    ("rusqlite", &["archive", "import", "store"]),
    ("pmtiles", &["archive"]),
    ("pbf_font_tools", &["style"]),
    ("spreet", &["style"]),
    ("postgres", &["store"]),
    ("rustls", &["store", "fetch", "photo"]),
    ("rustls_native_certs", &["fetch"]),
    ("ureq", &["fetch"]),
    ("base64", &["fetch"]),
    ("tokio_postgres_rustls", &["store"]),
    ("calamine", &["import"]),
    ("quick_xml", &["import"]),
    ("tempfile", &["archive", "http", "import", "fetch", "photo", "settings.rs"]),
    ("zip", &["import"]),
    ("geographiclib_rs", &["space"]),
    ("geo", &["space"]),
    ("unicode_normalization", &["snapshot"]),
    ("geozero", &["exchange", "import", "store", "demo"]),
    ("rust_xlsxwriter", &["exchange"]),
    ("flatgeobuf", &["exchange", "import", "demo"]),
    ("csv", &["exchange", "import", "demo"]),
    ("fst", &["snapshot"]),
    ("levenshtein_automata", &["snapshot"]),
    ("encoding_rs", &["import", "demo"]),
    ("flate2", &["archive", "fetch", "http", "import"]),
    ("brotli", &["http"]),
    ("proj4rs", &["space"]),
    ("opening_hours", &["snapshot"]),
    ("chrono", &["snapshot"]),
    ("quick_cache", &["archive", "http"]),
    ("futures_util", &["archive", "http", "photo"]),
    ("opening_hours_syntax", &["import"]),
    ("regex", &["import"]),
    ("rand_chacha", &["demo"]),
    ("indicatif", &["progress.rs"]),
    ("rust_embed", &["files.rs"]),
    ("clap", &["main.rs", "settings.rs"]),
    ("tokio", &["http", "photo", "serve.rs"]),
    ("object_store", &["photo"]),
    ("image", &["photo", "demo"]),
    ("sha2", &["photo"]),
];

#[test]
fn every_room_uses_only_what_it_may() {
    let mut broken = Vec::new();
    for (path, text) in sources() {
        let place = place(&path);
        let Some((_, allowed)) = ROOMS.iter().find(|(room, _)| *room == place) else { continue };
        for used in crate_names(&text) {
            let is_room = ROOMS.iter().any(|(room, _)| *room == used);
            if used != place && !(is_room && allowed.contains(&used.as_str())) {
                broken.push(format!("{} uses crate::{used}", path.display()));
            }
        }
        if text.contains("super::super") {
            broken.push(format!("{} reaches out of its room by super::super", path.display()));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_foreign_crate_stays_at_home() {
    let mut broken = Vec::new();
    for (path, text) in sources() {
        let place = place(&path);
        for (foreign, homes) in HOMES {
            // `csv::` may also be a module of the room itself, which is then at home anyway.
            let named = text
                .match_indices(&format!("{foreign}::"))
                .any(|(at, _)| !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'));
            if named && !homes.contains(&place.as_str()) {
                broken.push(format!("{} names {foreign}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_file_opens_with_a_sentence() {
    for (path, text) in files("src").into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())) {
        assert!(text.starts_with("//! "), "{} does not say what it is", path.display());
    }
}

#[test]
fn the_reader_of_these_rules_sees_what_it_should() {
    let text = "use crate::{\n    model::{A, B},\n    space::C,\n};\nlet x = crate::tile::draw();";
    assert_eq!(crate_names(text), BTreeSet::from(["model".into(), "space".into(), "tile".into()]));
}

/// Every source file without its comments.
fn sources() -> Vec<(PathBuf, String)> {
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        (path, code.join("\n"))
    };
    files("src").into_iter().map(read).collect()
}

fn files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty());
    found
}

/// The room of a file, or its name where it stands in none.
fn place(path: &Path) -> String {
    let below = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    below.components().next().unwrap().as_os_str().to_string_lossy().into_owned()
}

/// The names that stand directly after `crate::`, in lists as well.
fn crate_names(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let Some(list) = rest.strip_prefix('{') else {
            names.insert(word(rest));
            continue;
        };
        let mut depth = 0;
        let mut begins = true;
        for (i, c) in list.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => begins = true,
                c if begins && c.is_alphabetic() => {
                    names.insert(word(&list[i..]));
                    begins = false;
                }
                _ => {}
            }
        }
    }
    names
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}
