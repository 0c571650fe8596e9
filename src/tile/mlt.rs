//! MLT is the MapLibre Tile: a picture written column by column, through `mlt-core`.
//!
//! It shows exactly what the MVT of the same picture shows, in the same order. A column has one type where a tag of MVT has
//! its own: where a key is told whole numbers and fractions, all are fractions; where texts and others, all are texts.

use geo_types::{Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};
use mlt_core::{MltError, PropKind, PropValue, TileLayer, encoder::EncoderConfig};

use super::{
    grid::{EXTENT, Shape, Spot},
    picture::{Layer, Picture, Tag},
};

/// The encoder refused a tile.
#[derive(Debug, thiserror::Error)]
#[error("the tile could not be encoded: {0}")]
pub struct TileError(#[from] MltError);

/// The bytes of the tile; none for a picture without layers.
pub fn encode(picture: &Picture) -> Result<Vec<u8>, TileError> {
    let mut tile = Vec::new();
    for layer in &picture.layers {
        tile.extend(encode_layer(layer)?);
    }
    Ok(tile)
}

fn encode_layer(layer: &Layer) -> Result<Vec<u8>, TileError> {
    let kinds = kinds(layer);
    let mut to = TileLayer::builder(layer.name(), EXTENT)?;
    let keys = layer.keys().iter().zip(&kinds).map(|(key, kind)| to.add_property(key.as_ref(), *kind));
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    for figure in layer.figures() {
        let mut feature = to.feature(geometry(&figure.shape));
        feature.id(Some(figure.number));
        for (key, value) in layer.tags(figure) {
            let key = *key as usize;
            feature.property(keys[key], value_of(kinds[key], &layer.values()[*value as usize]))?;
        }
        feature.finish()?;
    }
    // The order of the figures says who lies on top. Groups of columns are found by guessing, which is slow.
    let config = EncoderConfig::default()
        .with_spatial_morton_sort(false)
        .with_spatial_hilbert_sort(false)
        .with_id_sort(false)
        .with_fsst(false)
        .with_shared_dict(false);
    Ok(to.finish().encode(config)?)
}

/// The type of each column.
fn kinds(layer: &Layer) -> Vec<PropKind> {
    let mut kinds: Vec<Option<PropKind>> = vec![None; layer.keys().len()];
    for (key, value) in layer.figures().iter().flat_map(|figure| layer.tags(figure)) {
        let kind = kind_of(&layer.values()[*value as usize]);
        let column = &mut kinds[*key as usize];
        *column = Some(match *column {
            None => kind,
            Some(other) => both(other, kind),
        });
    }
    kinds.into_iter().map(|kind| kind.expect("a key is told at least once")).collect()
}

fn kind_of(tag: &Tag) -> PropKind {
    match tag {
        Tag::Boolean(_) => PropKind::Bool,
        Tag::Integer(i) if i32::try_from(*i).is_ok() => PropKind::I32,
        Tag::Integer(_) => PropKind::I64,
        Tag::Number(_) => PropKind::F64,
        Tag::Text(_) => PropKind::Str,
    }
}

/// The type that values of both types can be told in.
fn both(a: PropKind, b: PropKind) -> PropKind {
    use PropKind as K;
    match (a, b) {
        (a, b) if a == b => a,
        (K::I32 | K::I64, K::I32 | K::I64) => K::I64,
        (K::I32 | K::I64 | K::F64, K::I32 | K::I64 | K::F64) => K::F64,
        _ => K::Str,
    }
}

fn value_of(kind: PropKind, tag: &Tag) -> PropValue {
    match (kind, tag) {
        (PropKind::Bool, Tag::Boolean(b)) => PropValue::Bool(Some(*b)),
        (PropKind::I32, Tag::Integer(i)) => {
            PropValue::I32(Some(i32::try_from(*i).expect("the column holds no other numbers")))
        }
        (PropKind::I64, Tag::Integer(i)) => PropValue::I64(Some(*i)),
        (PropKind::F64, Tag::Integer(i)) => PropValue::F64(Some(*i as f64)),
        (PropKind::F64, Tag::Number(n)) => PropValue::F64(Some(*n)),
        (_, Tag::Boolean(b)) => PropValue::Str(Some(b.to_string())),
        (_, Tag::Integer(i)) => PropValue::Str(Some(i.to_string())),
        (_, Tag::Number(n)) => PropValue::Str(Some(n.to_string())),
        (_, Tag::Text(text)) => PropValue::Str(Some(text.to_string())),
    }
}

fn geometry(shape: &Shape) -> Geometry<i32> {
    let coord = |(x, y): &Spot| Coord { x: *x, y: *y };
    let line = |spots: &Vec<Spot>| LineString(spots.iter().map(coord).collect());
    match shape {
        Shape::Points(points) if points.len() == 1 => Point(coord(&points[0])).into(),
        Shape::Points(points) => MultiPoint(points.iter().map(|spot| Point(coord(spot))).collect()).into(),
        Shape::Lines(lines) if lines.len() == 1 => line(&lines[0]).into(),
        Shape::Lines(lines) => MultiLineString(lines.iter().map(line).collect()).into(),
        Shape::Rings(rings) => {
            let mut polygons: Vec<Polygon<i32>> = Vec::new();
            for ring in rings {
                match polygons.last_mut() {
                    Some(polygon) if super::rings::doubled_area(ring) < 0 => polygon.interiors_push(line(ring)),
                    _ => polygons.push(Polygon::new(line(ring), Vec::new())),
                }
            }
            match polygons.len() {
                1 => polygons.remove(0).into(),
                _ => MultiPolygon(polygons).into(),
            }
        }
    }
}
