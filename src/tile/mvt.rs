//! Shapes with their properties become an MVT 2.1 tile, through the `mvt` crate.

use mvt::{Feature, GeomEncoder, GeomType, Layer, Tile};

use super::grid::{EXTENT, Shape, Spot};
use crate::model::Value;

/// The encoder refused a tile.
#[derive(Debug, thiserror::Error)]
#[error("the tile could not be encoded: {0}")]
pub struct TileError(#[from] mvt::Error);

/// A tile being drawn.
pub struct Drawing(Tile);

/// One layer of it, being filled; features are begun, told about and ended.
pub struct OpenLayer {
    tile: Tile,
    state: State,
}

/// The `mvt` crate hands a layer into its feature and back: one of the two is there at any time.
enum State {
    Layer(Layer),
    Feature(Feature),
    Moving,
}

impl Drawing {
    /// A tile without layers.
    pub fn new() -> Self {
        Self(Tile::new(EXTENT))
    }

    /// Begins a layer.
    pub fn layer(self, name: &str) -> OpenLayer {
        let layer = self.0.create_layer(name);
        OpenLayer { tile: self.0, state: State::Layer(layer) }
    }

    /// The bytes of the tile.
    pub fn to_bytes(&self) -> Result<Vec<u8>, TileError> {
        Ok(self.0.to_bytes()?)
    }
}

impl OpenLayer {
    /// Begins a feature.
    pub fn begin(&mut self, shape: &Shape, number: u64) -> Result<(), TileError> {
        let geometry = encode(shape)?;
        let State::Layer(layer) = std::mem::replace(&mut self.state, State::Moving) else {
            unreachable!("a feature is ended before the next begins")
        };
        let mut feature = layer.into_feature(geometry);
        feature.set_id(number);
        self.state = State::Feature(feature);
        Ok(())
    }

    /// Tells a text of the feature.
    pub fn text(&mut self, key: &str, text: &str) {
        self.feature().add_tag_string(key, text);
    }

    /// Tells a whole number of the feature.
    pub fn integer(&mut self, key: &str, number: i64) {
        self.feature().add_tag_sint(key, number);
    }

    /// Tells a value of the feature; the unknown is not told.
    pub fn value(&mut self, key: &str, value: &Value) {
        match value {
            Value::Unknown => {}
            Value::Boolean(b) => self.feature().add_tag_bool(key, *b),
            Value::Integer(i) => self.integer(key, *i),
            Value::Number(n) => self.feature().add_tag_double(key, *n),
            Value::Date(d) => self.text(key, &d.to_string()),
            Value::Text(t) => self.text(key, t),
        }
    }

    /// Ends the feature.
    pub fn end(&mut self) {
        let State::Feature(feature) = std::mem::replace(&mut self.state, State::Moving) else {
            unreachable!("a feature was begun")
        };
        self.state = State::Layer(feature.into_layer());
    }

    /// Ends the layer; one without features is left out (MVT 2.1 §4.1: a layer should have at least one).
    pub fn close(mut self) -> Result<Drawing, TileError> {
        let State::Layer(layer) = self.state else { unreachable!("the last feature was ended") };
        if layer.num_features() > 0 {
            self.tile.add_layer(layer)?;
        }
        Ok(Drawing(self.tile))
    }

    fn feature(&mut self) -> &mut Feature {
        match &mut self.state {
            State::Feature(feature) => feature,
            _ => unreachable!("a feature was begun"),
        }
    }
}

fn encode(shape: &Shape) -> Result<mvt::GeomData, TileError> {
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
        let mut layer = Drawing::new().layer("l");
        layer.begin(shape, 7).unwrap();
        layer.text("name", "Школа № 1");
        layer.value("open", &Value::Boolean(true));
        layer.value("share", &Value::Number(0.5));
        layer.integer("rank", -3);
        layer.end();
        let bytes = layer.close().unwrap().to_bytes().unwrap();
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
    fn a_layer_without_features_is_left_out() {
        let bytes = Drawing::new().layer("empty").close().unwrap().to_bytes().unwrap();
        assert!(bytes.is_empty());
    }
}
