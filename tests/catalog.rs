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

/// What an eye sees of a colour in linear light: all of it, or without one kind of cones.
///
/// Machado, Oliveira and Fernandes 2009, “A physiologically-based model for simulation of color vision deficiency”, severity 1.
const EYES: [(&str, [[f64; 3]; 3], f64); 4] = [
    ("every eye", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], 21.0),
    (
        "protanopia",
        [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]],
        11.5,
    ),
    (
        "deuteranopia",
        [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]],
        11.5,
    ),
    (
        "tritanopia",
        [[1.255_528, -0.076_749, -0.178_779], [-0.078_411, 0.930_809, 0.147_602], [0.004_733, 0.691_367, 0.303_900]],
        11.5,
    ),
];

/// Linear light of `#rrggbb` (IEC 61966-2-1).
fn light(color: &str) -> [f64; 3] {
    [1, 3, 5].map(|at| {
        let channel = f64::from(u8::from_str_radix(&color[at..at + 2], 16).unwrap()) / 255.0;
        if channel <= 0.040_45 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
    })
}

/// CIE 1976 L*a*b* of linear sRGB light under D65.
fn lab([r, g, b]: [f64; 3]) -> [f64; 3] {
    let f = |t: f64| if t > 216.0 / 24389.0 { t.cbrt() } else { (24389.0 / 27.0 * t + 16.0) / 116.0 };
    let x = f((0.412_456_4 * r + 0.357_576_1 * g + 0.180_437_5 * b) / 0.950_47);
    let y = f(0.212_672_9 * r + 0.715_152_2 * g + 0.072_175_0 * b);
    let z = f((0.019_333_9 * r + 0.119_192_0 * g + 0.950_304_1 * b) / 1.088_83);
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

#[test]
fn sectors_are_told_apart_by_every_eye_and_carry_white_icons() {
    let catalog = mapa::files::catalog(None).unwrap();
    for (eye, sees, least) in EYES {
        let seen: Vec<_> = catalog
            .sectors
            .iter()
            .map(|sector| {
                let light = light(&sector.color);
                let seen = sees.map(|row| row.iter().zip(light).map(|(a, b)| a * b).sum::<f64>().clamp(0.0, 1.0));
                (sector.id.as_str(), lab(seen))
            })
            .collect();
        for (i, (one, a)) in seen.iter().enumerate() {
            for (other, b) in &seen[..i] {
                let apart = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
                assert!(apart >= least, "{one} and {other} are {apart:.1} apart for {eye}, not {least}");
            }
        }
    }
    // WCAG 2.2, 1.4.11: a mark needs 3 : 1.
    for sector in &catalog.sectors {
        let [r, g, b] = light(&sector.color);
        let contrast = 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05);
        assert!(contrast >= 3.0, "white on {} has {contrast:.1}", sector.id);
    }
}
