//! An `Extract` of OpenStreetMap as tests write it down, in XML and in both kinds of PBF.

use std::io::Write as _;

pub type Tags = &'static [(&'static str, &'static str)];

/// An extract as tests write it down; places are in units of 10⁻² degree.
#[derive(Debug, Clone, Default)]
pub struct Extract {
    /// West, south, east and north of what it says it reaches over.
    pub bounds: Option<[i64; 4]>,
    pub nodes: Vec<Node>,
    pub ways: Vec<Way>,
    pub relations: Vec<Relation>,
}

/// Id, longitude, latitude, tags.
pub type Node = (i64, i64, i64, Tags);

/// Id, nodes, tags.
pub type Way = (i64, Vec<i64>, Tags);

/// Id, members, tags.
pub type Relation = (i64, Vec<Member>, Tags);

/// `n`, `w` or `r`, id, role.
pub type Member = (char, i64, &'static str);

pub const PARK: Tags = &[("leisure", "park"), ("name", "Парк «A & B»")];

/// Nodes 1 to 4 are the corners of a square around nodes 5 to 7; 8 and 9 lie apart.
pub fn extract() -> Extract {
    let corners = [(1, 0, 0), (2, 10, 0), (3, 10, 10), (4, 0, 10), (5, 2, 2), (6, 8, 2), (7, 2, 8), (8, 50, 50)];
    let mut nodes: Vec<_> = corners.map(|(id, lon, lat)| (id, lon, lat, &[][..])).into();
    nodes.push((9, 60, 60, &[("leisure", "park"), ("name", "Точка")]));
    Extract {
        bounds: None,
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
    pub fn xml(&self) -> String {
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
        let sides = self.bounds.map_or("minlat='0'".into(), |bounds| {
            let [west, south, east, north] = bounds.map(|side| side as f64 / 100.0);
            format!("minlon='{west}' minlat='{south}' maxlon='{east}' maxlat='{north}'")
        });
        let start = format!("<?xml version='1.0' encoding='UTF-8'?>\n<osm version='0.6'>\n<bounds {sides}/>\n");
        let elements = self.nodes.iter().map(node).chain(self.ways.iter().map(way));
        let elements: Vec<_> = elements.chain(self.relations.iter().map(relation)).collect();
        start + &elements.concat() + "</osm>\n"
    }

    pub fn gz(&self) -> Vec<u8> {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gz.write_all(self.xml().as_bytes()).unwrap();
        gz.finish().unwrap()
    }

    /// The same as PBF: a header, nodes (dense or not), ways, relations, each in its own blob.
    pub fn pbf(&self, dense: bool) -> Vec<u8> {
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
        let bounds = self.bounds.map_or(Vec::new(), |bounds| {
            // Left, right, top, bottom, in nanodegrees.
            let [west, south, east, north] = bounds.map(|side| zigzag(side * 10_000_000));
            bytes(1, &[number(1, west), number(2, east), number(3, north), number(4, south)].concat())
        });
        let header = [bounds, bytes(4, b"OsmSchema-V0.6"), bytes(4, b"DenseNodes"), bytes(16, b"test")].concat();
        let mut file = blob("OSMHeader", &header);
        for group in groups {
            file.extend(blob("OSMData", &[bytes(1, &table), bytes(2, &group)].concat()));
        }
        file
    }
}

pub fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

pub fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

pub fn bytes(field: u64, value: &[u8]) -> Vec<u8> {
    [varint(field << 3 | 2), varint(value.len() as u64), value.to_vec()].concat()
}

pub fn packed(field: u64, values: &[u64]) -> Vec<u8> {
    bytes(field, &values.iter().flat_map(|value| varint(*value)).collect::<Vec<_>>())
}

pub fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

pub fn deltas(numbers: &[i64]) -> Vec<u64> {
    let before = std::iter::once(&0).chain(numbers);
    numbers.iter().zip(before).map(|(number, before)| zigzag(number - before)).collect()
}

pub fn blob(name: &str, block: &[u8]) -> Vec<u8> {
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    zlib.write_all(block).unwrap();
    raw_blob(name, &[number(2, block.len() as u64), bytes(3, &zlib.finish().unwrap())].concat())
}

pub fn raw_blob(name: &str, blob: &[u8]) -> Vec<u8> {
    let header = [bytes(1, name.as_bytes()), number(3, blob.len() as u64)].concat();
    [(header.len() as u32).to_be_bytes().to_vec(), header, blob.to_vec()].concat()
}

/// The same file with blobs that are not packed.
pub fn unpacked(pbf: &[u8]) -> Vec<u8> {
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
