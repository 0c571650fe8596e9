//! MVT is the Mapbox Vector Tile 2.1: a picture written as its protocol buffer, field by field.
//!
//! ```text
//!   Tile     3: Layer*
//!   Layer   15: version   1: name   2: Feature*   3: key*   4: Value*   5: extent
//!   Feature  1: id   2: tags (packed)   3: type   4: geometry (packed)
//! ```
//!
//! How many bytes a part takes is told before it is written: a tile keeps to its budget by adding them up.

use super::{
    grid::{EXTENT, Shape, Spot},
    picture::{Figure, Layer, Picture, Tag},
};

/// MVT 2.1 §4.1.
const VERSION: u64 = 2;

/// Wire types of protocol buffers.
const VARINT: u32 = 0;
const EIGHT_BYTES: u32 = 1;
const LENGTH: u32 = 2;

/// Geometry commands (§4.3.1): the first two with a count, the last of one.
const MOVE_TO: u32 = 1;
const LINE_TO: u32 = 2;
const CLOSE_PATH: u32 = 7 | 1 << 3;

/// Room for a feature from the beginning, with what only it says.
const LIKELY_BYTES: usize = 96;

/// The bytes of the tile; none for a picture without layers.
pub fn encode(picture: &Picture) -> Vec<u8> {
    let (mut tile, mut body) = (Vec::new(), Vec::new());
    for layer in &picture.layers {
        body.clear();
        body.reserve(layer.figures().len() * LIKELY_BYTES);
        layer_body(layer, &mut body);
        tile.reserve_exact(message_bytes(body.len()));
        message(&mut tile, 3, &body);
    }
    tile
}

fn layer_body(layer: &Layer, to: &mut Vec<u8>) {
    number(to, 15, VERSION);
    message(to, 1, layer.name().as_bytes());
    for figure in layer.figures() {
        let tags = layer.pairs(figure);
        let (tags_bytes, geometry_bytes) = (tags_bytes(tags), geometry_bytes(&figure.shape));
        head(to, 2, figure_body_bytes(figure.number, tags_bytes, geometry_bytes));
        number(to, 1, figure.number);
        if !tags.is_empty() {
            head(to, 2, tags_bytes);
            for (key, value) in tags {
                varint(to, u64::from(*key));
                varint(to, u64::from(*value));
            }
        }
        number(to, 3, kind(&figure.shape));
        head(to, 4, geometry_bytes);
        commands(&figure.shape, |word| varint(to, u64::from(word)));
    }
    for key in layer.keys() {
        message(to, 3, key.as_bytes());
    }
    for value in layer.values() {
        head(to, 4, value_body_bytes(value));
        match value {
            Tag::Boolean(b) => number(to, 7, u64::from(*b)),
            Tag::Integer(i) => number(to, 6, zigzag(*i)),
            Tag::Number(n) => {
                tag(to, 3, EIGHT_BYTES);
                to.extend(n.to_le_bytes());
            }
            Tag::Text(text) => message(to, 1, text.as_bytes()),
        }
    }
    number(to, 5, u64::from(EXTENT));
}

/// Bytes of a layer without keys, values and features, but for its own frame.
pub fn frame_bytes(name: &str) -> usize {
    1 + varint_bytes(VERSION) + message_bytes(name.len()) + 1 + varint_bytes(u64::from(EXTENT))
}

/// Bytes of a layer with its frame, of those within.
pub fn layer_bytes(body: usize) -> usize {
    message_bytes(body)
}

/// Bytes of a key of a layer.
pub fn key_bytes(key: &str) -> usize {
    message_bytes(key.len())
}

/// Bytes of a value of a layer.
pub fn value_bytes(value: &Tag) -> usize {
    message_bytes(value_body_bytes(value))
}

fn value_body_bytes(value: &Tag) -> usize {
    match value {
        Tag::Boolean(_) => 2,
        Tag::Integer(i) => 1 + varint_bytes(zigzag(*i)),
        Tag::Number(_) => 9,
        Tag::Text(text) => message_bytes(text.len()),
    }
}

/// Bytes of a feature of a layer.
pub fn figure_bytes(figure: &Figure, tags: &[(u32, u32)]) -> usize {
    message_bytes(figure_body_bytes(figure.number, tags_bytes(tags), geometry_bytes(&figure.shape)))
}

fn figure_body_bytes(number: u64, tags: usize, geometry: usize) -> usize {
    let tags = if tags == 0 { 0 } else { message_bytes(tags) };
    1 + varint_bytes(number) + tags + 2 + message_bytes(geometry)
}

fn tags_bytes(tags: &[(u32, u32)]) -> usize {
    tags.iter().map(|(key, value)| varint_bytes(u64::from(*key)) + varint_bytes(u64::from(*value))).sum()
}

fn geometry_bytes(shape: &Shape) -> usize {
    let mut bytes = 0;
    commands(shape, |word| bytes += varint_bytes(u64::from(word)));
    bytes
}

/// §4.3.4: which type a geometry is of.
fn kind(shape: &Shape) -> u64 {
    match shape {
        Shape::Points(_) => 1,
        Shape::Lines(_) => 2,
        Shape::Rings(_) => 3,
    }
}

/// Gives the integers of a geometry: commands with their counts, and steps from place to place.
fn commands(shape: &Shape, mut give: impl FnMut(u32)) {
    let mut at: Spot = (0, 0);
    let mut step = |to: Spot, give: &mut dyn FnMut(u32)| {
        give(zigzag32(to.0 - at.0));
        give(zigzag32(to.1 - at.1));
        at = to;
    };
    let (parts, closed): (&[Vec<Spot>], _) = match shape {
        Shape::Points(points) => {
            give(MOVE_TO | (points.len() as u32) << 3);
            for spot in points {
                step(*spot, &mut give);
            }
            return;
        }
        Shape::Lines(lines) => (lines, false),
        Shape::Rings(rings) => (rings, true),
    };
    for part in parts {
        give(MOVE_TO | 1 << 3);
        step(part[0], &mut give);
        give(LINE_TO | (part.len() as u32 - 1) << 3);
        for spot in &part[1..] {
            step(*spot, &mut give);
        }
        if closed {
            give(CLOSE_PATH);
        }
    }
}

fn number(to: &mut Vec<u8>, field: u32, value: u64) {
    tag(to, field, VARINT);
    varint(to, value);
}

fn message(to: &mut Vec<u8>, field: u32, body: &[u8]) {
    head(to, field, body.len());
    to.extend_from_slice(body);
}

/// What comes before so many bytes.
fn head(to: &mut Vec<u8>, field: u32, bytes: usize) {
    tag(to, field, LENGTH);
    varint(to, bytes as u64);
}

fn tag(to: &mut Vec<u8>, field: u32, wire: u32) {
    // All fields of the format are below 16: their tags are one byte.
    to.push((field << 3 | wire) as u8);
}

fn message_bytes(body: usize) -> usize {
    1 + varint_bytes(body as u64) + body
}

fn varint(to: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        to.push(value as u8 | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
}

fn varint_bytes(value: u64) -> usize {
    // Seven bits a byte, and one byte for 0.
    ((64 - (value | 1).leading_zeros()) as usize).div_ceil(7)
}

fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63) as u64
}

fn zigzag32(value: i32) -> u32 {
    (value << 1 ^ value >> 31) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use smallvec::smallvec;

    /// The only feature of a tile, read by an independent decoder.
    fn decode(shape: &Shape) -> geo_types::Geometry<f32> {
        let mut layer = Layer::new("l");
        layer.add(7, shape.clone());
        layer.tell("name", "Школа № 1".into());
        layer.tell("open", Tag::Boolean(true));
        layer.tell("share", Tag::Number(0.5));
        layer.tell("rank", Tag::Integer(-3));
        let bytes = encode(&Picture { layers: vec![layer] });
        let reader = mvt_reader::Reader::new(bytes).unwrap();
        let mut features = reader.get_features(0).unwrap();
        assert_eq!(features.len(), 1);
        let feature = features.remove(0);
        assert_eq!(feature.id, Some(7));
        let properties = feature.properties.unwrap();
        assert_eq!(properties["name"], mvt_reader::feature::Value::String("Школа № 1".into()));
        assert_eq!(properties["open"], mvt_reader::feature::Value::Bool(true));
        assert_eq!(properties["share"], mvt_reader::feature::Value::Double(0.5));
        assert_eq!(properties["rank"], mvt_reader::feature::Value::SInt(-3));
        feature.geometry
    }

    #[test]
    fn points_lines_and_rings_come_back_as_they_were() {
        use geo_types::Geometry as G;
        let G::MultiPoint(points) = decode(&Shape::Points(smallvec![(1, 2), (3, 4)])) else { panic!("points") };
        assert_eq!(points.0.iter().map(|p| (p.x(), p.y())).collect::<Vec<_>>(), [(1., 2.), (3., 4.)]);
        let G::MultiLineString(lines) = decode(&Shape::Lines(vec![vec![(0, 0), (5, 5)], vec![(9, 9), (1, 1), (2, 7)]]))
        else {
            panic!("lines")
        };
        assert_eq!(lines.0[1].0.len(), 3);
    }

    #[test]
    fn a_ring_that_begins_where_the_last_one_ended_keeps_all_its_places() {
        let first = vec![(0, 0), (10, 0), (10, 10), (0, 10)];
        let second = vec![(0, 10), (5, 10), (5, 20), (0, 20)];
        let geo_types::Geometry::MultiPolygon(polygons) = decode(&Shape::Rings(vec![first, second])) else {
            panic!("polygons")
        };
        assert_eq!(polygons.0.len(), 2);
        assert_eq!(polygons.0[1].exterior().0.len(), 5);
    }

    #[test]
    fn a_picture_without_layers_is_no_bytes() {
        assert!(encode(&Picture::default()).is_empty());
    }

    proptest! {
        #[test]
        fn the_bytes_told_before_are_the_bytes_written(
            figures in proptest::collection::vec(
                (0..1_u64 << 53, proptest::collection::vec((-70..4170_i32, -70..4170_i32), 3..20), 0..3_usize,
                 "[a-яї]{0,9}", any::<i64>(), any::<bool>()), 0..40),
            forgotten in 0..40_usize,
        ) {
            let mut layer = Layer::new("objects");
            let mut mark = layer.mark();
            for (i, (number, spots, kind, text, integer, flag)) in figures.iter().enumerate() {
                if i == forgotten {
                    mark = layer.mark();
                }
                let shape = match kind {
                    0 => Shape::Points(spots.clone().into()),
                    1 => Shape::Lines(vec![spots.clone(), spots[1..].to_vec()]),
                    _ => Shape::Rings(vec![spots.clone()]),
                };
                layer.add(*number, shape);
                // Some say nothing.
                if text.is_empty() {
                    continue;
                }
                layer.tell("name", text.as_str().into());
                layer.tell(if *flag { "a" } else { "b" }, Tag::Integer(*integer));
                layer.tell("flag", Tag::Boolean(*flag));
                layer.tell("share", Tag::Number(*integer as f64));
            }
            prop_assert_eq!(layer.bytes(), encode(&Picture { layers: vec![layer.clone()] }).len());
            // Turned around before all are weighed, they are as many.
            let mut turned = Layer::new("objects");
            for (number, spots, ..) in &figures {
                turned.add(*number, Shape::Points(spots.clone().into()));
                if *number % 2 == 0 {
                    turned.bytes();
                }
            }
            turned.reverse();
            prop_assert_eq!(turned.bytes(), encode(&Picture { layers: vec![turned] }).len());
            // What is forgotten leaves no trace.
            if forgotten < figures.len() {
                layer.back_to(mark);
                prop_assert_eq!(layer.figures().len(), forgotten);
                prop_assert_eq!(layer.bytes(), encode(&Picture { layers: vec![layer] }).len());
            }
        }
    }
}
