//! The catalog that the binary carries is whole, and a catalog with a hole is refused with its place.

use mapa::{files, model::Catalog};

/// The files of the catalog as the binary knows them, with one text replaced.
fn with_hole(file: &str, from: &str, to: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let mut texts = Vec::new();
    for (below, named) in [("catalog", ""), ("base", "base/")] {
        for entry in std::fs::read_dir(folder.join(below)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{named}{}", path.file_name().unwrap().to_str().unwrap());
            let mut text = std::fs::read_to_string(&path).unwrap();
            if name == file {
                assert!(text.contains(from), "{file} has no `{from}`");
                text = text.replacen(from, to, 1);
            }
            texts.push((name, text));
        }
    }
    let flaws = Catalog::read(&texts).expect_err("a hole was made");
    flaws.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_catalog_has_178_thematic_resources_in_a_tree() {
    let catalog = files::catalog(None).unwrap();
    let base = [
        "apartment-buildings",
        "transport-routes",
        "transport-stops",
        "air-posts",
        "districts",
        "streets",
        "rivers",
        "water-bodies",
        "green-areas",
        "buildings",
        "boundaries",
        "railways",
        "places",
    ];
    let thematic = catalog.collections.keys().filter(|id| !base.contains(&id.as_str())).count();
    assert_eq!(thematic, 178);
    let hung: usize =
        catalog.sectors.iter().flat_map(|sector| &sector.service_areas).map(|area| area.collections.len()).sum();
    assert_eq!(hung, 178 + 4, "houses, routes, stops and air posts stand in the tree as well");
    let sectors = ["education", "health", "social-protection", "culture", "sport", "transport", "ecology", "history"];
    for sector in sectors {
        assert!(catalog.sectors.iter().any(|known| known.id == sector), "{sector}");
    }
    for id in ["advertising-structures", "playgrounds", "sports-grounds", "dead-trees", "budget-items"] {
        assert!(catalog.collections.contains_key(id), "{id}");
    }
}

#[test]
fn a_hole_is_told_with_its_file_and_entry() {
    let cases = [
        ("education.toml", "uk = \"Освіта\"", "uk = \" \"", "education.toml: education: a title lacks"),
        (
            "education.toml",
            "\"groups\"",
            "\"grupos\"",
            "education.toml: kindergartens: field `grupos` is not in fields.toml",
        ),
        ("education.toml", "color = \"#", "color = \"x", "education.toml: education: color"),
        (
            "education.toml",
            "author = \"education-department\"",
            "author = \"nobody\"",
            "author `nobody` is not in offices.toml",
        ),
        ("education.toml", "update_period = \"P3M\"", "update_period = \"часто\"", "update_period `часто`"),
        (
            "education.toml",
            "id = \"schools\"",
            "id = \"kindergartens\"",
            "kindergartens: a second collection with this id",
        ),
        ("education.toml", "id = \"schools\"", "id = \"Школи\"", "`Школи` is not a collection id"),
        ("education.toml", "order = 1\n", "order = 2\n", "has the same order 2"),
        ("education.toml", "priority = 80\n", "", "education.toml: line"),
        ("education.toml", "priority = 80\n", "priority = 80\npirority = 8\n", "unknown field `pirority`"),
        ("base/collections.toml", "service_area = \"", "service_area = \"no-", "is in no sector"),
        ("fields.toml", "[name]", "[Name]", "fields.toml: Name: a field name is lower snake case"),
    ];
    for (file, from, to, wanted) in cases {
        let flaws = with_hole(file, from, to);
        assert!(flaws.contains(wanted), "wanted `{wanted}` in:\n{flaws}");
    }
}

#[test]
fn what_is_told_of_a_place_comes_from_collections_that_there_are() {
    let catalog = mapa::files::catalog(None).unwrap();
    mapa::http::Surroundings::read(&mapa::files::surroundings()).unwrap();
    let declared: toml::Table = mapa::files::surroundings().parse().unwrap();
    let mut named: Vec<String> = vec![declared["district"]["collection"].as_str().unwrap().into()];
    let lists = ["address", "areas", "works"].map(|part| &declared[part]["collections"]);
    let services = declared["service"].as_array().unwrap().iter().map(|service| &service["collections"]);
    for list in lists.into_iter().chain(services) {
        named.extend(list.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()));
    }
    // House numbers are declared by the recipes that bring them.
    for id in named.iter().filter(|id| *id != "house-numbers") {
        assert!(catalog.collections.contains_key(id.as_str()), "no collection `{id}`");
    }
}
