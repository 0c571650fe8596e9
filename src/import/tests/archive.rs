//! Members of zip archives.

use std::{cell::Cell, fs, path::Path};

use super::{LON_LAT, read_recipe, sheet::zipped, small};
use crate::import::{Report, import};

const TABLE: &[u8] = "id,lon,lat,name\n1,33,48,Сад\n2,33,x,Школа\n".as_bytes();

fn with_source(lines: &str) -> String {
    small(LON_LAT, "point").replace("things.csv\"", &format!("things.zip\"\n{lines}"))
}

/// Imports an archive; at the end all its bytes must have been told.
fn run(recipe: &str, bytes: &[u8]) -> Result<Report, String> {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("a.zip");
    fs::write(&source, bytes).unwrap();
    let (recipe, collection) = read_recipe(recipe);
    let told = Cell::new(0);
    let report = import(&recipe, &collection, &source, &|n| told.set(n), &mut |_| Ok(()));
    let report = report.map_err(|error| error.to_string().replace(&folder.path().display().to_string(), ""))?;
    assert_eq!(told.get(), bytes.len() as u64);
    Ok(report)
}

#[test]
fn a_member_is_read_as_if_it_were_the_file() {
    let members: &[(&str, &[u8])] =
        &[("читай.pdf", b"%PDF"), ("дані/школи.csv", TABLE), ("__MACOSX/дані/._школи.csv", b"\0"), ("дані/", b"")];
    for lines in ["", "member = \"дані/школи.csv\"", "member = \"дані/школи.csv\"\nformat = \"csv\""]
    {
        let report = run(&with_source(lines), &zipped(members)).unwrap();
        assert_eq!((report.read, report.features, report.rejections), (2, 1, 1), "{lines}");
    }
    let nested: &[(&str, &[u8])] = &[("a.csv", TABLE), ("b.csv", b"")];
    for (lines, members, wanted) in [
        ("", nested, "/a.zip: say in [source] member which is meant: `a.csv`, `b.csv`"),
        ("member = \"c.csv\"", nested, "/a.zip: it has no member `c.csv`; it has `a.csv`, `b.csv`"),
        ("member = \"b.csv\"", nested, "/a.zip/b.csv: it is empty: no header"),
        ("format = \"json\"", nested, "/a.zip: no member has a known ending; it has `a.csv`, `b.csv`"),
        ("", &[("a.pdf", b"".as_slice())], "/a.zip: no member has a known ending; it has `a.pdf`"),
    ] {
        assert_eq!(run(&with_source(lines), &zipped(members)).unwrap_err(), wanted);
    }
    assert!(run(&with_source(""), b"id,lon").unwrap_err().starts_with("/a.zip: it is not a zip archive, or is cut"));
    let cut = zipped(members);
    assert!(run(&with_source(""), &cut[..cut.len() - 30]).is_err());
}

#[test]
fn a_member_that_unpacks_without_measure_is_stopped() {
    let row = format!("1,33,48,{}\n", "x".repeat(5000));
    let row = row.as_bytes();
    let bomb = [b"id,lon,lat,name\n".as_slice(), &row.repeat((17 << 20) / row.len())].concat();
    let error = run(&with_source(""), &zipped(&[("a.csv", &bomb)])).unwrap_err();
    assert!(error.starts_with("/a.zip/a.csv") && error.contains("a zip bomb"), "{error}");
    // What unpacks to little harms nobody, whatever the ratio.
    let small = [b"id,lon,lat,name\n".as_slice(), &row.repeat(1000)].concat();
    assert_eq!(run(&with_source(""), &zipped(&[("a.csv", &small)])).unwrap().read, 1000);
}

#[test]
fn an_archive_without_a_known_member_is_told_at_the_recipe_where_one_is_named() {
    let recipe = with_source("member = \"a.pdf\"");
    let error = crate::import::Recipe::parse(Path::new("things.toml"), &recipe).unwrap_err();
    assert!(error.to_string().contains("its ending says no format"), "{error}");
}
