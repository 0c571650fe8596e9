//! OpenStreetMap: one small extract as XML and as PBF, whole, cut and damaged.

use std::io::Write as _;

use proptest::prelude::*;

use super::{
    Imported, error_of,
    extract::{Extract, Tags, blob, bytes, extract, raw_blob, unpacked},
    read_recipe, run,
};
use crate::{
    import::Reason,
    model::Value,
    space::{Area, Geometry, LonLat},
};

/// A recipe over `[osm]` lines for a collection of this shape.
fn recipe(osm: &str, geometry: &str) -> String {
    format!(
        "collection = \"things\"\n[source]\nfile = \"a.osm\"\n[osm]\n{osm}\n[id]\ncolumn = \"@id\"\n\
         [fields.name]\ncolumn = \"name\"\n[fields.what]\ncolumn = \"@type\"\n\
         [declare]\ntitle = {{ uk = \"Речі\", en = \"Things\" }}\ngeometry = \"{geometry}\"\n\
         fields = [{{ name = \"name\", type = \"text\", title = {{ uk = \"Назва\", en = \"Name\" }} }},\n\
         {{ name = \"what\", type = \"text\", title = {{ uk = \"Що\", en = \"What\" }} }}]\n"
    )
}

fn wanted(terms: &str, geometry: &str) -> String {
    recipe(&format!("where = [{terms}]"), geometry)
}

fn ids(all: &Imported) -> Vec<&str> {
    all.features().iter().map(|feature| feature.id.as_str()).collect()
}

fn shape<'a>(all: &'a Imported, id: &str) -> &'a Geometry {
    &all.features().into_iter().find(|feature| feature.id.as_str() == id).expect(id).geometry
}

#[test]
fn the_shape_of_the_collection_decides_which_elements_are_meant() {
    let park = "\"leisure=park\"";
    for (terms, geometry, wanted_ids, others) in [
        (park, "point", &["n9", "w10", "w11", "r20"][..], 0),
        (park, "area", &["w10", "r20"], 2),
        (park, "line", &["w11"], 3),
        ("\"highway\"", "line", &["w14", "w15"], 0),
        ("\"highway\"", "area", &[], 2),
        ("\"route=tram\"", "line", &["r21"], 1),
        ("\"leisure=park,name\", \"highway,!name\"", "point", &["n9", "w10", "w15", "r20"], 0),
    ] {
        let all = run(&wanted(terms, geometry), "a.osm", extract().xml().as_bytes()).unwrap();
        assert!(all.rejections().is_empty(), "{:?}", all.rejections());
        assert_eq!(ids(&all), wanted_ids, "{terms} {geometry}");
        assert_eq!(all.report.warnings.get("other-shape").copied().unwrap_or(0), others, "{terms} {geometry}");
    }
}

#[test]
fn shapes_are_assembled_and_tags_are_columns() {
    let all = run(&wanted("\"leisure=park\"", "area"), "a.osm", extract().xml().as_bytes()).unwrap();
    assert_eq!(all.value("w10", "name"), Value::from("Парк «A & B»"));
    assert_eq!((all.value("w10", "what"), all.value("r20", "what")), (Value::from("way"), Value::from("relation")));
    let Geometry::Areas(areas) = shape(&all, "r20") else { panic!() };
    assert_eq!((areas.len(), areas[0].outer().len()), (1, 4));
    assert_eq!(areas[0].holes().map(<[_]>::len).collect::<Vec<_>>(), [3]);
    let lines = run(&wanted("\"route=tram\"", "line"), "a.osm", extract().xml().as_bytes()).unwrap();
    let Geometry::Lines(route) = shape(&lines, "r21") else { panic!() };
    assert_eq!(route.iter().map(|line| line.len()).collect::<Vec<_>>(), [4], "the platform is no part of the route");
    let points = run(&wanted("\"leisure=park\"", "point"), "a.osm", extract().xml().as_bytes()).unwrap();
    let Geometry::Point(at) = shape(&points, "r20") else { panic!() };
    let inside = |area: &Area| area.contains(*at);
    assert!(areas.iter().any(inside), "{at:?}");
}

#[test]
fn xml_gzip_and_both_kinds_of_pbf_say_the_same() {
    for (terms, geometry) in
        [("\"leisure=park\"", "point"), ("\"leisure=park\"", "area"), ("\"highway\", \"route\"", "line")]
    {
        let recipe = wanted(terms, geometry);
        let xml = run(&recipe, "a.osm", extract().xml().as_bytes()).unwrap();
        for (file, bytes) in [
            ("a.osm.gz", extract().gz()),
            ("a.xml", extract().xml().into_bytes()),
            ("a.osm.pbf", extract().pbf(true)),
            ("a.osm.pbf", extract().pbf(false)),
        ] {
            let other = run(&recipe, file, &bytes).unwrap();
            assert_eq!((&xml.outcomes, &xml.report), (&other.outcomes, &other.report), "{file}");
        }
    }
}

#[test]
fn what_is_cut_or_broken_is_refused_with_its_name() {
    let mut cut = extract();
    cut.nodes.retain(|node| node.0 != 4);
    cut.ways.retain(|way| way.0 != 13);
    for (terms, geometry, refused) in [
        (
            "\"leisure=park\"",
            "area",
            vec![("w10", "its node n4 is not in the source"), ("r20", "its way w12: its node n4")],
        ),
        ("\"leisure=park\"", "point", vec![("w10", "its node n4"), ("r20", "its way w12: its node n4")]),
        ("\"highway\"", "line", vec![("w14", "its node n4")]),
    ] {
        let all = run(&wanted(terms, geometry), "a.osm", cut.xml().as_bytes()).unwrap();
        let found: Vec<_> = all.rejections().iter().map(|r| (r.text.as_str(), r.detail.as_str())).collect();
        assert_eq!(found.len(), refused.len(), "{found:?}");
        for ((id, detail), (wanted_id, wanted_detail)) in found.iter().zip(&refused) {
            assert!(id == wanted_id && detail.starts_with(wanted_detail), "{found:?}");
        }
        assert!(all.rejections().iter().all(|rejection| rejection.reason == Reason::BadGeometry));
    }
    // The record of a refused element is its tags.
    let all = run(&wanted("\"leisure=park\"", "area"), "a.osm", cut.xml().as_bytes()).unwrap();
    assert_eq!(all.rejections()[0].record, r#"{"@id":"w10","@type":"way","leisure":"park","name":"Парк «A & B»"}"#);

    // A route is drawn as far as it is known, and counted; one of which nothing is known is refused.
    let mut gap = extract();
    gap.ways.retain(|way| way.0 != 15);
    let all = run(&wanted("\"route=tram\"", "line"), "a.osm", gap.xml().as_bytes()).unwrap();
    assert_eq!((ids(&all), all.report.warnings["incomplete-route"]), (vec!["r21"], 1));
    gap.ways.clear();
    let all = run(&wanted("\"route=tram\"", "line"), "a.osm", gap.xml().as_bytes()).unwrap();
    assert_eq!(all.rejections()[0].detail, "its way w11 is not in the source");

    let mut open = extract();
    open.relations[0].1.remove(1);
    let all = run(&wanted("\"leisure=park\"", "area"), "a.osm", open.xml().as_bytes()).unwrap();
    assert!(all.rejections()[0].detail.starts_with("its border is open at 0, 0"), "{:?}", all.rejections());

    let mut crossed = extract();
    crossed.ways[0].1 = vec![1, 3, 2, 4, 1];
    let all = run(&wanted("\"leisure=park\"", "area"), "a.osm", crossed.xml().as_bytes()).unwrap();
    assert_eq!((all.rejections()[0].text.as_str(), ids(&all)), ("w10", vec!["r20"]));
    assert!(all.rejections()[0].detail.contains("crosses or touches itself"));

    let nowhere = extract().xml().replace("id='9' lon='0.6'", "id='9' lon='200'");
    let all = run(&wanted("\"leisure=park\"", "point"), "a.osm", nowhere.as_bytes()).unwrap();
    assert_eq!(all.refused()[0].3, Reason::BadGeometry);
    let unsaid = extract().xml().replace("id='9' lon='0.6'", "id='9'");
    let all = run(&wanted("\"leisure=park\"", "point"), "a.osm", unsaid.as_bytes()).unwrap();
    assert_eq!(all.refused()[0].3, Reason::MissingCoordinates);
}

/// Land in the west: its coast runs north, past an island in the east.
fn coast() -> Extract {
    const COAST: Tags = &[("natural", "coastline")];
    let places = [(1, 20, -30), (2, 25, 10), (3, 20, 60), (4, 40, 10), (5, 50, 10), (6, 45, 20), (7, 30, 90)];
    Extract {
        nodes: places.map(|(id, lon, lat)| (id, lon, lat, &[][..])).into(),
        ways: vec![(10, vec![1, 2], COAST), (11, vec![2, 3, 7], COAST), (12, vec![4, 5, 6, 4], COAST)],
        ..Extract::default()
    }
}

#[test]
fn the_sea_is_one_area_more_within_the_clip_or_the_bounds_or_else_its_coasts() {
    let sea = |osm: &str, file: &Extract| {
        let recipe = recipe(&format!("where = [\"natural=water\"]\nsea = true\n{osm}"), "area");
        let all = run(&recipe, "a.osm", file.xml().as_bytes()).unwrap();
        for (name, bytes) in [("a.osm.pbf", file.pbf(true)), ("a.osm.pbf", file.pbf(false))] {
            assert_eq!(run(&recipe, name, &bytes).unwrap().outcomes, all.outcomes);
        }
        all
    };
    let bounded = Extract { bounds: Some([-10, -20, 80, 70]), ..coast() };
    for (osm, file, east, south) in [
        ("", &coast(), 0.5, -0.3),
        ("", &bounded, 0.8, -0.2),
        ("clip = [0.0, -0.1, 0.6, 0.5]", &bounded, 0.6, -0.1),
        // Bounds that enclose nothing say nothing.
        ("", &Extract { bounds: Some([80, -20, -10, 70]), ..coast() }, 0.5, -0.3),
    ] {
        let all = sea(osm, file);
        assert_eq!((ids(&all), all.value("sea", "what")), (vec!["sea"], Value::from("sea")));
        let Geometry::Areas(areas) = shape(&all, "sea") else { panic!() };
        let bbox = shape(&all, "sea").bbox();
        assert!((bbox.east - east).abs() < 1e-4 && (bbox.south - south).abs() < 1e-4, "{osm}: {bbox:?}");
        let is_sea = |lon: f64, lat: f64| areas.iter().any(|area| area.contains(LonLat::new(lon, lat).unwrap()));
        assert!(is_sea(0.35, 0.1) && !is_sea(0.15, 0.1) && !is_sea(0.45, 0.13), "{osm}: {areas:?}");
    }
    // Nor do bounds that cannot be read, and no file is refused for them.
    let water = recipe("where = [\"natural=water\"]\nsea = true", "area");
    let xml = coast().xml().replace("<bounds minlat='0'/>", "<bounds minlon='x' minlat='0' maxlon='1' maxlat='1'/>");
    let mut pbf = unpacked(&bounded.pbf(true));
    assert!(xml.contains("minlon='x'"));
    let at = pbf.windows(b"OsmSchema".len()).position(|text| text == b"OsmSchema").unwrap();
    // The last byte of the box: it says that more follow.
    pbf[at - 3] |= 0x80;
    for (name, bytes) in [("a.osm", xml.into_bytes()), ("a.osm.pbf", pbf)] {
        assert_eq!(run(&water, name, &bytes).unwrap().outcomes, sea("", &coast()).outcomes, "{name}");
    }
    // Far from any coast, and where none is meant, there is none.
    assert!(ids(&sea("clip = [2.0, 2.0, 3.0, 3.0]", &coast())).is_empty());
    assert!(ids(&run(&wanted("\"natural=water\"", "area"), "a.osm", coast().xml().as_bytes()).unwrap()).is_empty());
    let error = error_of(&recipe("where = [\"natural=water\"]\nsea = true", "line"), "a.osm", coast().xml().as_bytes());
    assert!(error.contains("[osm] sea goes with a collection of areas"), "{error}");
}

#[test]
fn a_bad_byte_refuses_its_element() {
    let mut file = extract();
    file.nodes[8].3 = &[("leisure", "park"), ("name", "XXXX")];
    let mut block = unpacked(&file.pbf(true));
    while let Some(at) = block.windows(4).position(|text| text == b"XXXX") {
        block[at] = 0xff;
    }
    let all = run(&wanted("\"leisure=park\"", "point"), "a.osm.pbf", &block).unwrap();
    assert_eq!(all.refused(), [(1, Some("name"), "\u{fffd}XXX", Reason::BadEncoding)]);
    assert_eq!(all.features().len(), 3);
}

#[test]
fn a_clip_leaves_out_what_lies_beside_and_takes_whole_what_reaches_in() {
    let clipped = |clip: &str, file: &Extract| {
        let osm = format!("where = [\"leisure=park\", \"highway\"]\nclip = {clip}");
        let all = run(&recipe(&osm, "point"), "a.osm", file.xml().as_bytes()).unwrap();
        let refused: Vec<String> = all.rejections().iter().map(|rejection| rejection.text.clone()).collect();
        (ids(&all).into_iter().map(String::from).collect::<Vec<_>>(), refused)
    };
    assert_eq!(clipped("[0.55, 0.55, 0.7, 0.7]", &extract()).0, ["n9"]);
    assert_eq!(clipped("[0.0, 0.0, 0.2, 0.2]", &extract()).0, ["w10", "w11", "w14", "r20"]);
    // A broken element beside the clip is none of ours; one that may reach into it is.
    let mut cut = extract();
    cut.nodes.retain(|node| node.0 != 4);
    assert_eq!(clipped("[0.55, 0.55, 0.7, 0.7]", &cut), (vec!["n9".into()], vec![]));
    assert_eq!(clipped("[0.0, 0.0, 0.2, 0.2]", &cut).1, ["w10", "w14", "r20"]);
}

#[test]
fn openstreetmap_is_credited_whatever_the_recipe_says() {
    let own = |line: &str| {
        read_recipe(&format!("{line}\n{}", wanted("\"amenity\"", "point"))).0.attribution().map(String::from)
    };
    for (line, wanted) in [
        ("", "© OpenStreetMap contributors"),
        ("attribution = \"\"", "© OpenStreetMap contributors"),
        ("attribution = \"© Місто\"", "© OpenStreetMap contributors; © Місто"),
        ("attribution = \"© OpenStreetMap contributors, ODbL\"", "© OpenStreetMap contributors, ODbL"),
    ] {
        assert_eq!(own(line).as_deref(), Some(wanted));
    }
    assert_eq!(read_recipe(&wanted("\"amenity\"", "point")).1.licence.as_deref(), Some("ODbL-1.0"));
}

#[test]
fn flaws_of_a_recipe_are_told_with_their_line() {
    let good = wanted("\"amenity\"", "point");
    for (from, to, wanted) in [
        ("where = [\"amenity\"]", "where = []", "line 5: [osm] where: `where` is empty"),
        ("where = [\"amenity\"]", "where = [\"=x\"]", "line 5: [osm] where: `=x` is no tag"),
        ("where = [\"amenity\"]", "where = [\"a\"]\nclip = [9, 0, 1, 0]", "line 6: [osm] clip: west, south"),
        ("where = [\"amenity\"]", "where = [\"a\"]\nclipp = 1", "line 6: [osm] clipp: unknown field"),
        (
            "where = [\"amenity\"]",
            "where = [\"a\"]\nclip = [0, 0, 1, 1]\nclip_polygon = \"a\"",
            "line 7: [osm] clip_polygon: either",
        ),
        ("[osm]\nwhere = [\"amenity\"]\n", "", "[osm] goes with a source of OpenStreetMap"),
        ("a.osm", "a.csv", "[osm] goes with a source of OpenStreetMap"),
        ("[fields.name]", "[geometry]\nlon = \"lon\"\nlat = \"lat\"\n[fields.name]", "a shape of their own"),
    ] {
        assert!(good.contains(from));
        let text = good.replacen(from, to, 1);
        let error = crate::import::Recipe::parse(std::path::Path::new("x.toml"), &text).unwrap_err().to_string();
        assert!(error.contains(wanted), "{error:?} has no {wanted:?}");
    }
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let recipe = wanted("\"leisure\"", "point");
    let (xml, gz, pbf) = (extract().xml(), extract().gz(), extract().pbf(true));
    let big = [(1_u32 << 20).to_be_bytes().as_slice(), &[0; 9]].concat();
    let history = [blob("OSMHeader", &bytes(4, b"HistoricalInformation")), pbf.clone()].concat();
    let lz4 = [blob("OSMHeader", b""), raw_blob("OSMData", &bytes(6, b"x"))].concat();
    for (file, bytes, wanted) in [
        ("a.osm", xml.as_bytes()[..xml.len() - 10].to_vec(), "the file is cut"),
        ("a.osm", xml.as_bytes()[..400].to_vec(), "cut"),
        ("a.osm", b"".to_vec(), "there is no <osm>"),
        ("a.osm", b"<osmChange></osmChange>".to_vec(), "it is <osmChange> where one <osm> should be"),
        ("a.osm", xml.replace("</way>", "</wey>").into_bytes(), "byte "),
        ("a.osm", xml.replace("id='9'", "id='nine'").into_bytes(), "id `nine` is no number"),
        ("a.osm", xml.replace("lon='0.6'", "lon='inf'").into_bytes(), "`inf` is no coordinate"),
        ("a.osm.gz", gz[..gz.len() / 2].to_vec(), "cut"),
        ("a.osm.pbf", pbf[..pbf.len() - 1].to_vec(), "blob 4: the file is cut"),
        ("a.osm.pbf", pbf[..2].to_vec(), "blob 1: the file is cut"),
        ("a.osm.pbf", b"".to_vec(), "no header"),
        ("a.osm.pbf", xml.clone().into_bytes(), "it is no OSM PBF file"),
        ("a.osm.pbf", big, "a header of 1048576 bytes"),
        ("a.osm.pbf", history, "a reader of `HistoricalInformation`"),
        ("a.osm.pbf", lz4, "osmium cat"),
        ("a.osm.pbf", blob("OSMData", b""), "elements before the header"),
        (
            "a.osm.pbf",
            [blob("OSMHeader", b""), blob("OSMData", b"\x0a\xff")].concat(),
            "blob 2: broken protocol buffer",
        ),
    ] {
        let error = error_of(&recipe, file, &bytes);
        assert!(error.starts_with(file) && error.contains(wanted), "{error:?} has no {wanted:?}");
    }
}

#[test]
fn a_small_file_that_unpacks_to_a_record_without_end_is_stopped() {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(b"<osm><node id='1' lon='1' lat='1'><tag k='name' v='").unwrap();
    for _ in 0..70 {
        gz.write_all(&vec![b'x'; 1 << 20]).unwrap();
    }
    let error = error_of(&wanted("\"name\"", "point"), "a.osm.gz", &gz.finish().unwrap());
    assert!(error.contains("larger than 64 MiB"), "{error}");
    let zeros = vec![0; 33 << 20];
    let error = error_of(&wanted("\"name\"", "point"), "a.osm.pbf", &blob("OSMHeader", &zeros));
    assert!(error.contains("more than 33554432 bytes when unpacked"), "{error}");
}

/// An extract of a few nodes on a lattice, with ways and relations that name any of them and some that are not there.
fn wild() -> impl Strategy<Value = Extract> {
    let tags = || {
        proptest::sample::select(vec![
            &[][..],
            &[("leisure", "park")],
            &[("leisure", "park"), ("type", "multipolygon")],
            &[("leisure", "park"), ("type", "route")],
            &[("leisure", "park"), ("area", "no")],
        ])
    };
    let nodes = proptest::collection::vec((0..6_i64, 0..6_i64, tags()), 3..9);
    let ways = proptest::collection::vec((proptest::collection::vec(1..10_i64, 0..7), any::<bool>(), tags()), 0..6);
    let member = (
        proptest::sample::select(vec!['n', 'w', 'w', 'w', 'r']),
        1..8_i64,
        proptest::sample::select(vec!["", "outer", "inner", "stop"]),
    );
    let relations = proptest::collection::vec((proptest::collection::vec(member, 0..5), tags()), 0..4);
    (nodes, ways, relations).prop_map(|(nodes, ways, relations)| Extract {
        bounds: None,
        nodes: nodes.into_iter().zip(1..).map(|((lon, lat, tags), id)| (id, lon, lat, tags)).collect(),
        ways: (ways.into_iter().zip(1..))
            .map(|((mut nodes, closed, tags), id)| {
                if closed {
                    nodes.extend(nodes.first().copied());
                }
                (id, nodes, tags)
            })
            .collect(),
        relations: relations.into_iter().zip(1..).map(|((members, tags), id)| (id, members, tags)).collect(),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Features, rejections and other shapes are exactly the elements whose tags match, in every format.
    #[test]
    fn no_element_that_matches_is_lost(extract in wild()) {
        let is_park = |tags: Tags| tags.iter().any(|(key, _)| *key == "leisure");
        let matching = extract.nodes.iter().filter(|e| is_park(e.3)).count()
            + extract.ways.iter().filter(|e| is_park(e.2)).count()
            + extract.relations.iter().filter(|e| is_park(e.2)).count();
        for geometry in ["point", "line", "area"] {
            let recipe = wanted("\"leisure\"", geometry);
            let all = run(&recipe, "a.osm", extract.xml().as_bytes()).unwrap();
            let others = all.report.warnings.get("other-shape").copied().unwrap_or(0);
            prop_assert_eq!(all.report.read + others, matching as u64);
            for dense in [true, false] {
                let pbf = run(&recipe, "a.osm.pbf", &extract.pbf(dense)).unwrap();
                prop_assert_eq!(&all.outcomes, &pbf.outcomes);
            }
        }
    }

    #[test]
    fn any_bytes_are_an_error_or_elements(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        text in r#"[<>/='"a-z&;! \n0-9-]{0,120}"#,
    ) {
        let recipe = wanted("\"leisure\"", "point");
        let _ = run(&recipe, "a.osm.pbf", &bytes);
        let _ = run(&recipe, "a.osm.pbf", &[blob("OSMHeader", b""), blob("OSMData", &bytes)].concat());
        let _ = run(&recipe, "a.osm.pbf", &[blob("OSMHeader", b""), raw_blob("OSMData", &bytes)].concat());
        let _ = run(&recipe, "a.osm", &bytes);
        let _ = run(&recipe, "a.osm", &[&[0x1f, 0x8b], bytes.as_slice()].concat());
        let _ = run(&recipe, "a.osm", format!("<osm>{text}</osm>").as_bytes());
        let _ = run(&recipe, "a.osm", format!("<osm><way id='1'>{text}</way></osm>").as_bytes());
    }

    #[test]
    fn a_damaged_file_is_features_and_rejections_or_an_error(
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in proptest::option::weighted(0.2, any::<prop::sample::Index>()),
        geometry in proptest::sample::select(vec!["point", "line", "area"]),
    ) {
        // Unpacked blobs, or the damage would hardly ever come past the check sum.
        let file = extract();
        let pbf = file.pbf(true);
        let xml = file.xml().into_bytes();
        for (name, good) in [("a.osm.pbf", unpacked(&pbf)), ("a.osm.pbf", pbf), ("a.osm", xml), ("a.osm.gz", file.gz())] {
            let mut bytes = good;
            for (at, byte) in &damage {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            let _ = run(&wanted("\"leisure\", \"highway\", \"route\"", geometry), name, &bytes);
        }
        let coast = Extract { bounds: Some([-10, -20, 80, 70]), ..coast() };
        for (name, mut bytes) in [("a.osm.pbf", unpacked(&coast.pbf(true))), ("a.osm", coast.xml().into_bytes())] {
            for (at, byte) in &damage {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            let _ = run(&recipe("where = [\"natural=water\"]\nsea = true", "area"), name, &bytes);
        }
    }
}
