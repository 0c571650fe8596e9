//! Shapefiles, written here byte by byte and then damaged.

use std::{fs, path::Path};

use proptest::prelude::*;

use super::{read_recipe, sheet::zipped, small};
use crate::{
    import::{Outcome, Reason, import},
    model::Value,
    space::Geometry,
};

const PRJ: &str = r#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#;

/// A .shp of these contents of records.
fn shp(records: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = 9994_i32.to_be_bytes().to_vec();
    bytes.resize(100, 0);
    for (i, record) in records.iter().enumerate() {
        bytes.extend((i as i32 + 1).to_be_bytes());
        bytes.extend((record.len() as i32 / 2).to_be_bytes());
        bytes.extend(record);
    }
    bytes
}

fn point(x: f64, y: f64) -> Vec<u8> {
    [&1_i32.to_le_bytes()[..], &x.to_le_bytes(), &y.to_le_bytes()].concat()
}

fn polygon(rings: &[&[[f64; 2]]]) -> Vec<u8> {
    let mut bytes = 5_i32.to_le_bytes().to_vec();
    bytes.extend([0; 32]);
    bytes.extend((rings.len() as i32).to_le_bytes());
    bytes.extend((rings.iter().map(|ring| ring.len()).sum::<usize>() as i32).to_le_bytes());
    let mut start = 0_i32;
    for ring in rings {
        bytes.extend(start.to_le_bytes());
        start += ring.len() as i32;
    }
    bytes.extend(rings.iter().flat_map(|ring| ring.iter().flatten()).flat_map(|number| number.to_le_bytes()));
    bytes
}

/// A .dbf with the columns id (N) and name (C); a name in front of which `*` stands is of a deleted record.
fn dbf(records: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = vec![0; 32];
    bytes[8..10].copy_from_slice(&(32_u16 + 64 + 1).to_le_bytes());
    bytes[10..12].copy_from_slice(&(1_u16 + 20 + 20).to_le_bytes());
    for (name, kind) in [("id", b'N'), ("name", b'C')] {
        let mut field = [0; 32];
        field[..name.len()].copy_from_slice(name.as_bytes());
        field[11] = kind;
        field[16] = 20;
        bytes.extend(field);
    }
    bytes.push(b'\r');
    for (id, name) in records {
        let deleted = name.starts_with(b"*");
        bytes.push(if deleted { b'*' } else { b' ' });
        bytes.extend(format!("{id:>20}").into_bytes());
        bytes.extend_from_slice(name);
        bytes.resize(bytes.len() + 20 - name.len(), b' ');
    }
    bytes
}

fn run(geometry: &str, members: &[(&str, &[u8])]) -> Result<Vec<Outcome>, String> {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("a.zip");
    fs::write(&source, zipped(members)).unwrap();
    let beside = folder.path().join("a.shp");
    for (name, bytes) in members {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let (recipe, collection) = read_recipe(&small("", geometry));
    let read = |source: &Path| {
        let mut outcomes = Vec::new();
        let report = import(&recipe, &collection, source, &|_| (), &mut |outcome| {
            outcomes.push(outcome);
            Ok(())
        });
        report.map(|_| outcomes).map_err(|error| error.to_string())
    };
    let (zipped, plain) = (read(&source), read(&beside));
    assert_eq!(zipped.as_ref().ok(), plain.as_ref().ok(), "in an archive and beside each other");
    zipped.map_err(|error| error.replace(&folder.path().display().to_string(), ""))
}

#[test]
fn shapes_and_their_table_become_features() {
    let cp1251 = encoding_rs::WINDOWS_1251.encode("Школа №1").0;
    let shapes = shp(&[point(33.4, 47.9), point(33.5, 47.8), 0_i32.to_le_bytes().to_vec()]);
    let table = dbf(&[("12345678901234567890", &cp1251), ("2", b"*deleted"), ("3", b"null shape")]);
    let members = [("a.shp", shapes.as_slice()), ("a.dbf", &table), ("a.prj", PRJ.as_bytes())];
    let outcomes = run("point", &members).unwrap();
    let [Outcome::Feature(feature, _), Outcome::Rejection(rejection)] = outcomes.as_slice() else {
        panic!("{outcomes:?}")
    };
    assert_eq!((feature.id.as_str(), &feature.values[0]), ("12345678901234567890", &Value::from("Школа №1")));
    assert_eq!((rejection.row, rejection.reason), (3, Reason::MissingCoordinates));
    assert_eq!(rejection.record, r#"{"id":"3","name":"null shape"}"#);

    let table = dbf(&[("1", "Сад".as_bytes()), ("2", b"b"), ("3", b"c")]);
    for cpg in ["UTF-8\r\n", "65001"] {
        let members =
            [("a.shp", shapes.as_slice()), ("a.dbf", &table), ("a.prj", PRJ.as_bytes()), ("a.cpg", cpg.as_bytes())];
        let outcomes = run("point", &members).unwrap();
        assert!(
            matches!(&outcomes[0], Outcome::Feature(feature, _) if feature.values[0] == Value::from("Сад")),
            "{cpg}"
        );
    }
}

#[test]
fn holes_find_their_polygon_in_any_order() {
    let square = |x: f64, y: f64, size: f64, is_hole: bool| {
        let mut ring = vec![[x, y], [x, y + size], [x + size, y + size], [x + size, y], [x, y]];
        if is_hole {
            ring.reverse();
        }
        ring
    };
    let rings = [
        square(33.1, 47.1, 0.1, true),
        square(35.0, 47.0, 1.0, false),
        square(33.0, 47.0, 1.0, false),
        square(35.2, 47.2, 0.1, true),
    ];
    let rings: Vec<&[[f64; 2]]> = rings.iter().map(Vec::as_slice).collect();
    let members = [("a.shp", shp(&[polygon(&rings)])), ("a.dbf", dbf(&[("1", b"a")])), ("a.prj", PRJ.into())];
    let members = members.each_ref().map(|(name, bytes)| (*name, bytes.as_slice()));
    let outcomes = run("area", &members).unwrap();
    let [Outcome::Feature(feature, _)] = outcomes.as_slice() else { panic!("{outcomes:?}") };
    let Geometry::Areas(areas) = &feature.geometry else { panic!("{feature:?}") };
    let holes: Vec<_> = areas.iter().map(|area| area.holes().count()).collect();
    assert_eq!(holes, [1, 1]);
}

#[test]
fn what_is_no_whole_shapefile_is_told() {
    let (shapes, table) = (shp(&[point(33.4, 47.9), point(33.4, 47.9)]), dbf(&[("1", b"a"), ("2", b"b")]));
    let utm = r#"PROJCS["WGS_1984_UTM_Zone_36N",GEOGCS["GCS_WGS_1984"]]"#;
    let sk42 = r#"GEOGCS["GCS_Pulkovo_1942",DATUM["D_Pulkovo_1942"]]"#;
    let all: Vec<(&str, &[u8])> = vec![("a.shp", &shapes), ("a.dbf", &table), ("a.prj", PRJ.as_bytes())];
    let with = |i: usize, bytes: &'static [u8]| {
        let mut all = all.clone();
        all[i].1 = bytes;
        all
    };
    let cut = |i: usize, by: usize| {
        let mut all = all.clone();
        all[i].1 = &all[i].1[..all[i].1.len() - by];
        all
    };
    for (members, wanted) in [
        (all[..2].to_vec(), "/a.zip/a.shp: there is no .prj beside it"),
        (vec![all[0], all[2]], "/a.zip/a.shp: there is no .dbf beside it"),
        (with(2, utm.as_bytes()), "its .prj says `PROJCS["),
        (with(2, sk42.as_bytes()), "its .prj says `GEOGCS["),
        (with(0, b"PK"), "it is no .shp"),
        (with(1, b"x"), "its .dbf is cut"),
        (cut(0, 4), "the .shp is cut after shape 1"),
        (cut(1, 4), "its .dbf has fewer records than its .shp"),
        ([all.as_slice(), &[("a.cpg", b"utf-9".as_slice())]].concat(), "its .cpg says `utf-9`"),
    ] {
        let error = run("point", &members).unwrap_err();
        assert!(error.contains(wanted), "{error:?} has no {wanted:?}");
    }
}

proptest! {
    #[test]
    fn a_damaged_shapefile_is_features_and_rejections_or_an_error(
        damage in proptest::collection::vec((0..2_usize, any::<prop::sample::Index>(), prop_oneof![any::<u8>(), Just(255), 0..9_u8]), 1..6),
    ) {
        let ring: &[[f64; 2]] = &[[33.0, 47.0], [33.0, 48.0], [34.0, 48.0], [33.0, 47.0]];
        let mut files = [shp(&[polygon(&[ring, ring]), point(33.4, 47.9)]), dbf(&[("1", b"a"), ("2", b"b")])];
        for (file, at, byte) in damage {
            let at = at.index(files[file].len());
            files[file][at] = byte;
        }
        let _ = run("area", &[("a.shp", &files[0]), ("a.dbf", &files[1]), ("a.prj", PRJ.as_bytes())]);
    }
}
