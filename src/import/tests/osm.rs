//! OpenStreetMap: one small extract as XML and as PBF, whole, cut and damaged.

use std::io::Write as _;

use proptest::prelude::*;

use super::{Imported, error_of, read_recipe, run};
use crate::{
    import::Reason,
    model::Value,
    space::{Area, Geometry},
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

type Tags = &'static [(&'static str, &'static str)];

/// An extract as tests write it down; places are in units of 10⁻² degree.
#[derive(Debug, Clone, Default)]
struct Extract {
    nodes: Vec<Node>,
    ways: Vec<Way>,
    relations: Vec<Relation>,
}

/// Id, longitude, latitude, tags.
type Node = (i64, i64, i64, Tags);

/// Id, nodes, tags.
type Way = (i64, Vec<i64>, Tags);

/// Id, members, tags.
type Relation = (i64, Vec<Member>, Tags);

/// `n`, `w` or `r`, id, role.
type Member = (char, i64, &'static str);

const PARK: Tags = &[("leisure", "park"), ("name", "Парк «A & B»")];

/// Nodes 1 to 4 are the corners of a square around nodes 5 to 7; 8 and 9 lie apart.
fn extract() -> Extract {
    let corners = [(1, 0, 0), (2, 10, 0), (3, 10, 10), (4, 0, 10), (5, 2, 2), (6, 8, 2), (7, 2, 8), (8, 50, 50)];
    let mut nodes: Vec<_> = corners.map(|(id, lon, lat)| (id, lon, lat, &[][..])).into();
    nodes.push((9, 60, 60, &[("leisure", "park"), ("name", "Точка")]));
    Extract {
        nodes,
        ways: vec![
            (10, vec![1, 2, 3, 4, 1], PARK),
            (11, vec![1, 2, 3], &[("leisure", "park")]),
            (12, vec![3, 4, 1], &[]),
            (13, vec![5, 6, 7, 5], &[]),
            (14, vec![1, 2, 3, 4, 1], &[("highway", "service"), ("name", "Коло")]),
            (15, vec![3, 8], &[("highway", "service")]),
        ],
        relations: vec![
            (
                20,
                vec![('w', 11, "outer"), ('w', 12, "outer"), ('w', 13, "inner"), ('n', 8, "label")],
                &[("type", "multipolygon"), ("leisure", "park"), ("name", "З дірою")],
            ),
            (
                21,
                vec![('w', 11, ""), ('w', 15, "forward"), ('w', 13, "platform")],
                &[("type", "route"), ("route", "tram"), ("name", "1")],
            ),
            (22, vec![('r', 21, "")], &[("type", "route_master"), ("route", "tram")]),
        ],
    }
}

impl Extract {
    fn xml(&self) -> String {
        let escaped = |text: &str| text.replace('&', "&amp;").replace('\'', "&#39;").replace('<', "&lt;");
        let tag = |(key, value): &(&str, &str)| format!("<tag k='{}' v='{}'/>", escaped(key), escaped(value));
        let tags = |tags: Tags| tags.iter().map(tag).collect::<Vec<_>>().concat();
        let node = |(id, lon, lat, of): &Node| {
            let (lon, lat) = (*lon as f64 / 100.0, *lat as f64 / 100.0);
            format!("<node id='{id}' lon='{lon}' lat=\"{lat}\">{}</node>\n", tags(of))
        };
        let way = |(id, nodes, of): &Way| {
            let nodes: Vec<_> = nodes.iter().map(|node| format!("<nd ref='{node}' />")).collect();
            format!("<way id='{id}'>{}{}</way>\n", nodes.concat(), tags(of))
        };
        let member = |(kind, id, role): &Member| {
            let kind = match kind {
                'n' => "node",
                'w' => "way",
                _ => "relation",
            };
            format!("<member type='{kind}' ref='{id}' role='{role}'/>")
        };
        let relation = |(id, members, of): &Relation| {
            let members: Vec<_> = members.iter().map(member).collect();
            format!("<relation id='{id}'>{}{}</relation>\n", members.concat(), tags(of))
        };
        let start = "<?xml version='1.0' encoding='UTF-8'?>\n<osm version='0.6'>\n<bounds minlat='0'/>\n".to_owned();
        let elements = self.nodes.iter().map(node).chain(self.ways.iter().map(way));
        let elements: Vec<_> = elements.chain(self.relations.iter().map(relation)).collect();
        start + &elements.concat() + "</osm>\n"
    }

    fn gz(&self) -> Vec<u8> {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gz.write_all(self.xml().as_bytes()).unwrap();
        gz.finish().unwrap()
    }

    /// The same as PBF: a header, nodes (dense or not), ways, relations, each in its own blob.
    fn pbf(&self, dense: bool) -> Vec<u8> {
        let mut texts = vec![String::new()];
        let mut index = |text: &str| {
            let known = texts.iter().position(|known| known == text);
            known.unwrap_or_else(|| {
                texts.push(text.into());
                texts.len() - 1
            }) as u64
        };
        let unit = |hundredths: i64| hundredths * 100_000;
        let mut groups = [Vec::new(), Vec::new(), Vec::new()];
        let mut keys_values = Vec::new();
        for (id, lon, lat, tags) in &self.nodes {
            let keys: Vec<u64> = tags.iter().map(|(key, _)| index(key)).collect();
            let values: Vec<u64> = tags.iter().map(|(_, value)| index(value)).collect();
            keys_values.extend(keys.iter().zip(&values).flat_map(|(key, value)| [*key, *value]));
            keys_values.push(0);
            if !dense {
                let node = [
                    number(1, zigzag(*id)),
                    packed(2, &keys),
                    packed(3, &values),
                    number(8, zigzag(unit(*lat))),
                    number(9, zigzag(unit(*lon))),
                ]
                .concat();
                groups[0].extend(bytes(1, &node));
            }
        }
        if dense {
            let deltas = |of: &dyn Fn(&Node) -> i64| deltas(&self.nodes.iter().map(of).collect::<Vec<_>>());
            let all = [
                packed(1, &deltas(&|node| node.0)),
                packed(8, &deltas(&|node| unit(node.2))),
                packed(9, &deltas(&|node| unit(node.1))),
                packed(10, &keys_values),
            ];
            groups[0].extend(bytes(2, &all.concat()));
        }
        for (id, nodes, tags) in &self.ways {
            let keys: Vec<u64> = tags.iter().map(|(key, _)| index(key)).collect();
            let values: Vec<u64> = tags.iter().map(|(_, value)| index(value)).collect();
            let way = [number(1, *id as u64), packed(2, &keys), packed(3, &values), packed(8, &deltas(nodes))].concat();
            groups[1].extend(bytes(3, &way));
        }
        for (id, members, tags) in &self.relations {
            let keys: Vec<u64> = tags.iter().map(|(key, _)| index(key)).collect();
            let values: Vec<u64> = tags.iter().map(|(_, value)| index(value)).collect();
            let roles: Vec<u64> = members.iter().map(|(_, _, role)| index(role)).collect();
            let ids: Vec<i64> = members.iter().map(|(_, id, _)| *id).collect();
            let kinds: Vec<u64> = members.iter().map(|(kind, _, _)| "nwr".find(*kind).unwrap() as u64).collect();
            let parts = [
                number(1, *id as u64),
                packed(2, &keys),
                packed(3, &values),
                packed(8, &roles),
                packed(9, &deltas(&ids)),
                packed(10, &kinds),
            ];
            groups[2].extend(bytes(4, &parts.concat()));
        }
        let table: Vec<u8> = texts.iter().flat_map(|text| bytes(1, text.as_bytes())).collect();
        let header = [bytes(4, b"OsmSchema-V0.6"), bytes(4, b"DenseNodes"), bytes(16, b"test")].concat();
        let mut file = blob("OSMHeader", &header);
        for group in groups {
            file.extend(blob("OSMData", &[bytes(1, &table), bytes(2, &group)].concat()));
        }
        file
    }
}

fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

fn bytes(field: u64, value: &[u8]) -> Vec<u8> {
    [varint(field << 3 | 2), varint(value.len() as u64), value.to_vec()].concat()
}

fn packed(field: u64, values: &[u64]) -> Vec<u8> {
    bytes(field, &values.iter().flat_map(|value| varint(*value)).collect::<Vec<_>>())
}

fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

fn deltas(numbers: &[i64]) -> Vec<u64> {
    let before = std::iter::once(&0).chain(numbers);
    numbers.iter().zip(before).map(|(number, before)| zigzag(number - before)).collect()
}

fn blob(name: &str, block: &[u8]) -> Vec<u8> {
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    zlib.write_all(block).unwrap();
    raw_blob(name, &[number(2, block.len() as u64), bytes(3, &zlib.finish().unwrap())].concat())
}

fn raw_blob(name: &str, blob: &[u8]) -> Vec<u8> {
    let header = [bytes(1, name.as_bytes()), number(3, blob.len() as u64)].concat();
    [(header.len() as u32).to_be_bytes().to_vec(), header, blob.to_vec()].concat()
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
    }
}

/// The same file with blobs that are not packed.
fn unpacked(pbf: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::new(), pbf);
    while let Some((size, after)) = rest.split_first_chunk::<4>() {
        let (header, after) = after.split_at(u32::from_be_bytes(*size) as usize);
        let is_header = header.windows(9).any(|name| name == b"OSMHeader");
        // The header ends with the size of the blob.
        let start = header.iter().rposition(|byte| *byte == 3 << 3).unwrap() + 1;
        let data = header[start..].iter().rev().fold(0, |sum, byte| sum << 7 | usize::from(byte & 0x7f));
        let (body, after) = after.split_at(data);
        // After the unpacked size: the field number 3 and its length.
        let zlib = body.iter().position(|byte| *byte == 0x78).unwrap();
        let mut plain = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::ZlibDecoder::new(&body[zlib..]), &mut plain).unwrap();
        out.extend(raw_blob(if is_header { "OSMHeader" } else { "OSMData" }, &bytes(1, &plain)));
        rest = after;
    }
    out
}
