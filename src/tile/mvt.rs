//! A picture becomes an MVT 2.1 tile, through the `mvt` crate.

use mvt::{GeomEncoder, GeomType, Tile};

use super::{
    grid::{EXTENT, Shape, Spot},
    picture::{Layer, Picture, Tag},
};

/// The encoder refused a tile.
#[derive(Debug, thiserror::Error)]
#[error("the tile could not be encoded: {0}")]
pub struct TileError(#[from] mvt::Error);

/// The bytes of the tile; none for a picture without layers.
pub fn encode(picture: &Picture) -> Result<Vec<u8>, TileError> {
    let mut tile = Tile::new(EXTENT);
    for layer in &picture.layers {
        let layer = encode_layer(&tile, layer)?;
        tile.add_layer(layer)?;
    }
    Ok(tile.to_bytes()?)
}

fn encode_layer(tile: &Tile, layer: &Layer) -> Result<mvt::Layer, TileError> {
    let mut to = tile.create_layer(layer.name());
    for figure in layer.figures() {
        let mut feature = to.into_feature(encode_shape(&figure.shape)?);
        feature.set_id(figure.number);
        for (key, tag) in layer.tags(figure) {
            let key = layer.keys()[*key as usize].as_ref();
            match tag {
                Tag::Boolean(b) => feature.add_tag_bool(key, *b),
                Tag::Integer(i) => feature.add_tag_sint(key, *i),
                Tag::Number(n) => feature.add_tag_double(key, *n),
                Tag::Text(text) => feature.add_tag_string(key, text),
            }
        }
        to = feature.into_layer();
    }
    Ok(to)
}

fn encode_shape(shape: &Shape) -> Result<mvt::GeomData, TileError> {
    let (geom_type, parts): (_, &[Vec<Spot>]) = match shape {
        Shape::Points(points) => (GeomType::Point, std::slice::from_ref(points)),
        Shape::Lines(lines) => (GeomType::Linestring, lines),
        Shape::Rings(rings) => (GeomType::Polygon, rings),
    };
    let mut encoder = GeomEncoder::<f64>::new(geom_type);
    let mut cursor: Option<Spot> = None;
    for part in parts {
        // The encoder leaves out the move to a ring that begins where the last one ended (MVT 2.1 §4.3.4.4 wants it):
        // such a ring is begun at its next place.
        let turn = usize::from(geom_type == GeomType::Polygon && cursor.is_some() && cursor == part.first().copied());
        let spots = || part[turn..].iter().chain(&part[..turn]);
        for (x, y) in spots() {
            encoder.add_point(f64::from(*x), f64::from(*y))?;
        }
        encoder.complete_geom()?;
        cursor = spots().next_back().copied();
    }
    Ok(encoder.encode()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Geometry commands of the only feature of a tile, read by an independent decoder.
    fn decode(shape: &Shape) -> geo_types::Geometry<f32> {
        let mut layer = Layer::new("l");
        layer.add(7, shape.clone());
        layer.tell("name", "Школа № 1".into());
        layer.tell("open", Tag::Boolean(true));
        layer.tell("share", Tag::Number(0.5));
        layer.tell("rank", Tag::Integer(-3));
        let bytes = encode(&Picture { layers: vec![layer] }).unwrap();
        let reader = mvt_reader::Reader::new(bytes).unwrap();
        let mut features = reader.get_features(0).unwrap();
        assert_eq!(features.len(), 1);
        let feature = features.remove(0);
        assert_eq!(feature.id, Some(7));
        let properties = feature.properties.unwrap();
        assert_eq!(properties["name"], mvt_reader::feature::Value::String("Школа № 1".into()));
        assert_eq!(properties["open"], mvt_reader::feature::Value::Bool(true));
        assert_eq!(properties["rank"], mvt_reader::feature::Value::SInt(-3));
        feature.geometry
    }

    #[test]
    fn points_lines_and_rings_come_back_as_they_were() {
        use geo_types::Geometry as G;
        let G::MultiPoint(points) = decode(&Shape::Points(vec![(1, 2), (3, 4)])) else { panic!("points") };
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
        assert!(encode(&Picture::default()).unwrap().is_empty());
    }
}
