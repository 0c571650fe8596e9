//! Extracts of OpenStreetMap by the ready recipes; each shape is held against GDAL in `osm_real.rs`.

use super::account::{Account, Became, By, real_data};

type Counts = &'static [(&'static str, u64)];

/// Extract, recipe, elements, features, reasons, warnings.
const READ: &[(&str, &str, u64, u64, Counts, Counts)] = &[
    // The centre of Helsinki was cut out without the nodes beyond its border; a few houses have half a storey.
    ("Helsinki.osm.pbf", "osm-base/streets.toml", 800, 751, &[("bad-geometry", 49)], &[("other-shape", 11)]),
    (
        "Helsinki.osm.pbf",
        "osm-base/buildings.toml",
        465,
        421,
        &[("bad-geometry", 40), ("bad-integer", 4)],
        &[("other-shape", 36)],
    ),
    ("Helsinki.osm.pbf", "osm-base/house-numbers.toml", 1470, 1460, &[("bad-geometry", 10)], &[]),
    ("Helsinki.osm.pbf", "osm-base/green-areas.toml", 189, 166, &[("bad-geometry", 23)], &[]),
    ("monaco-latest.osm.pbf", "osm-base/streets.toml", 788, 788, &[], &[("other-shape", 1)]),
    ("monaco-latest.osm.pbf", "osm-base/buildings.toml", 1154, 1154, &[], &[("other-shape", 1)]),
    ("monaco-latest.osm.pbf", "osm-base/house-numbers.toml", 257, 257, &[], &[]),
    ("monaco-latest.osm.pbf", "osm-base/green-areas.toml", 53, 53, &[], &[]),
    // One stop is of a kind that the catalog does not have; six routes leave the extract.
    ("bremen-trams.osm.pbf", "osm-city/transport-stops.toml", 330, 330, &[], &[("unknown-kind", 1)]),
    ("bremen-trams.osm.pbf", "osm-city/transport-routes.toml", 51, 51, &[], &[("incomplete-route", 6)]),
    ("krems.osm.gz", "osm-base/streets.toml", 391, 391, &[], &[]),
    ("krems.osm.gz", "osm-base/buildings.toml", 1195, 1195, &[], &[("other-shape", 1)]),
    ("krems.osm.gz", "osm-base/house-numbers.toml", 324, 324, &[], &[]),
    ("krems.osm.gz", "osm-base/green-areas.toml", 35, 35, &[], &[]),
    // A few houses around a crossing were cut out: ways with one node left, borders that cross themselves where nodes are
    // missing, relations without their ways.
    ("planet_10.068_48.135_10.071_48.137.osm", "osm-base/streets.toml", 6, 4, &[("bad-geometry", 2)], &[]),
    (
        "planet_10.068_48.135_10.071_48.137.osm",
        "osm-base/buildings.toml",
        33,
        31,
        &[("bad-geometry", 2)],
        &[("other-shape", 1)],
    ),
    ("planet_10.068_48.135_10.071_48.137.osm", "osm-base/house-numbers.toml", 18, 15, &[("bad-geometry", 3)], &[]),
    (
        "planet_10.068_48.135_10.071_48.137.osm",
        "osm-base/green-areas.toml",
        1,
        0,
        &[("bad-geometry", 1)],
        &[("other-shape", 1)],
    ),
    // The tangled relation comes out as one shape.
    ("bad_spain_relation.xml", "osm-base/green-areas.toml", 18, 18, &[], &[]),
];

pub fn accounts() -> Vec<Account> {
    let account =
        |(file, recipe, read, features, reasons, warnings): &(&str, &'static str, u64, u64, Counts, Counts)| {
            let became = Became::Rows { read: *read, features: *features, reasons, warnings };
            Account { file: format!("osm-extracts/{file}"), recipe: By::Ready(recipe), became }
        };
    READ.iter().map(account).collect()
}

#[test]
fn what_is_refused_of_an_extract_was_cut_or_has_half_a_storey() {
    if real_data().is_none() {
        return;
    }
    let mut kinds = std::collections::BTreeMap::<String, usize>::new();
    for account in accounts() {
        for rejection in account.import().unwrap().rejections {
            let words = rejection.detail.split_whitespace().filter(|word| !word.contains(|c: char| c.is_ascii_digit()));
            *kinds.entry(words.collect::<Vec<_>>().join(" ")).or_default() += 1;
        }
    }
    let told = [
        // Ways and relations that reach beyond the border of the extract.
        ("its node is not in the source: was it cut here?", 118),
        ("its way its node is not in the source: was it cut here?", 4),
        ("its way is not in the source", 2),
        // What is left of a shape where the rest was cut off.
        ("a line has place where it needs two", 3),
        ("its border crosses or touches itself near", 2),
        ("its border is open at", 1),
        // Houses of three storeys and a half.
        ("field `levels`: not a whole number", 4),
    ];
    assert_eq!(kinds, told.map(|(detail, count)| (detail.to_owned(), count)).into());
}
