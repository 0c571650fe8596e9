//! A `GeoJSON` geometry (RFC 7946 §3.1) becomes the shape of an object.

use std::fmt;

use geo_types::{Coord, Geometry as G, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::json::Word;
use crate::space::{Area, Crs, Geometry, LonLat};

/// The shape on CRS84, or what is wrong with it; `crs` is the system it is written in, if another.
pub(super) fn parse(text: &str, crs: Option<&Crs>) -> Result<Geometry, String> {
    sound(read(text).map_err(|error| error.to_string())?, crs)
}

/// The shape that a reader of any format found, on CRS84, or what is wrong with it.
pub(super) fn sound(mut shape: G<f64>, crs: Option<&Crs>) -> Result<Geometry, String> {
    if let Some(crs) = crs {
        crs.to_crs84(&mut shape).map_err(|error| error.to_string())?;
    }
    let shape = Geometry::try_from(&shape).map_err(|error| error.to_string())?;
    if let Geometry::Areas(areas) = &shape
        && let Some(hole) = areas.iter().find_map(hole_outside)
    {
        return Err(format!("a hole lies outside of its area, near {}, {}", hole.lon(), hole.lat()));
    }
    Ok(shape)
}

/// A place of the first hole that lies outside of its area as a whole.
///
/// No more than so many places of a hole are looked at: its corners and the middles of its edges, evenly spread. Of a sound
/// hole all are inside or on the border, and which side of a border a place is on is a matter of the last digit.
fn hole_outside(area: &Area) -> Option<LonLat> {
    const LOOKED_AT: usize = 32;
    area.holes().next()?;
    let outer = Area::new(area.outer().to_vec(), Vec::new()).ok()?;
    let middle = |a: LonLat, b: LonLat| LonLat::new(f64::midpoint(a.lon(), b.lon()), f64::midpoint(a.lat(), b.lat()));
    let is_outside = |hole: &&[LonLat]| {
        let step = hole.len().div_ceil(LOOKED_AT);
        let edges = (0..hole.len()).step_by(step).map(|i| (hole[i], hole[(i + 1) % hole.len()]));
        let mut places = edges.flat_map(|(a, b)| [Some(a), middle(a, b).ok()]).flatten();
        !places.any(|at| outer.contains(at))
    };
    area.holes().find(is_outside).map(|hole| hole[0])
}

#[derive(Deserialize)]
struct Written<'a> {
    #[serde(borrow, rename = "type")]
    kind: Word<'a>,
    #[serde(borrow)]
    coordinates: Option<&'a RawValue>,
}

fn read(text: &str) -> serde_json::Result<G<f64>> {
    let Written { kind, coordinates } = serde_json::from_str(text)?;
    let coordinates = || coordinates.map(RawValue::get).ok_or_else(|| serde_json::Error::missing_field("coordinates"));
    Ok(match kind.0.as_ref() {
        "Point" => point(serde_json::from_str(coordinates()?)?).into(),
        "MultiPoint" => {
            let places: Vec<Position> = serde_json::from_str(coordinates()?)?;
            MultiPoint(places.into_iter().map(point).collect()).into()
        }
        "LineString" => line(serde_json::from_str(coordinates()?)?).into(),
        "MultiLineString" => {
            let lines: Vec<Vec<Position>> = serde_json::from_str(coordinates()?)?;
            MultiLineString(lines.into_iter().map(line).collect()).into()
        }
        "Polygon" => polygon(serde_json::from_str(coordinates()?)?).into(),
        "MultiPolygon" => {
            let polygons: Vec<Vec<Vec<Position>>> = serde_json::from_str(coordinates()?)?;
            MultiPolygon(polygons.into_iter().map(polygon).collect()).into()
        }
        other => return Err(serde_json::Error::custom(format!("a {other} is no shape of one object"))),
    })
}

fn point(Position(at): Position) -> Point<f64> {
    Point(at)
}

fn line(places: Vec<Position>) -> LineString<f64> {
    LineString(places.into_iter().map(|Position(at)| at).collect())
}

fn polygon(rings: Vec<Vec<Position>>) -> Polygon<f64> {
    let mut rings = rings.into_iter().map(line);
    let outer = rings.next().unwrap_or_else(|| LineString(Vec::new()));
    Polygon::new(outer, rings.collect())
}

/// Longitude, latitude and whatever follows, which is left out.
struct Position(Coord<f64>);

impl<'de> Deserialize<'de> for Position {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Numbers;
        impl<'de> Visitor<'de> for Numbers {
            type Value = Position;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a position: [longitude, latitude]")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Position, A::Error> {
                let (x, y) = (degrees(&mut array, &self, 0)?, degrees(&mut array, &self, 1)?);
                while array.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Position(Coord { x, y }))
            }
        }

        /// The nearest f64 of the digits as they stand: the same digits in a table give the same place. (`serde_json`
        /// reads numbers by a faster way that may miss it by one unit in the last place.)
        fn degrees<'de, A: SeqAccess<'de>>(array: &mut A, numbers: &Numbers, i: usize) -> Result<f64, A::Error> {
            let raw: &RawValue = array.next_element()?.ok_or_else(|| A::Error::invalid_length(i, numbers))?;
            let number = raw.get();
            number.parse().map_err(|_| A::Error::custom(format!("`{number}` is not a number of degrees")))
        }

        from.deserialize_seq(Numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::BBox;

    fn parse(text: &str) -> Result<Geometry, String> {
        super::parse(text, None)
    }

    #[test]
    fn all_kinds_of_shapes_are_read() {
        for (text, kind, bbox) in [
            (r#"{"type":"Point","coordinates":[33.39,47.91,84.5]}"#, "Point", [33.39, 47.91, 33.39, 47.91]),
            (r#"{"coordinates":[[1,2],[3,4]],"type":"MultiPoint"}"#, "MultiPoint", [1., 2., 3., 4.]),
            (r#"{"type":"LineString","coordinates":[[1,2],[3,4]]}"#, "LineString", [1., 2., 3., 4.]),
            (
                r#"{"type":"MultiLineString","coordinates":[[[1,2],[3,4]],[[5,6],[7,8]]]}"#,
                "MultiLineString",
                [1., 2., 7., 8.],
            ),
            (r#"{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,0]]]}"#, "Polygon", [0., 0., 4., 4.]),
            (
                r#"{"type":"MultiPolygon","coordinates":[[[[0,0],[4,0],[4,4],[0,0]]],[[[6,6],[9,6],[9,9]]]]}"#,
                "MultiPolygon",
                [0., 0., 9., 9.],
            ),
        ] {
            let shape = parse(text).unwrap();
            assert_eq!(shape.geojson_type(), kind);
            let [west, south, east, north] = bbox;
            assert_eq!(shape.bbox(), BBox { west, south, east, north });
        }
    }

    #[test]
    fn a_hole_may_touch_the_border_of_its_area() {
        let outer = "[[0,0],[4,0],[4,4],[0,4],[0,0]]";
        for hole in [
            "[[0,0],[4,0],[4,4],[0,0]]",
            "[[0,0],[2,1],[1,2],[0,0]]",
            "[[2,0],[4,2],[2,4],[0,2],[2,0]]",
            "[[0,0],[4,0],[4,4],[0,4],[0,0]]",
        ] {
            let text = format!(r#"{{"type":"Polygon","coordinates":[{outer},{hole}]}}"#);
            assert_eq!(parse(&text).map(|shape| shape.bbox().to_array()), Ok([0., 0., 4., 4.]), "{hole}");
        }
    }

    #[test]
    fn what_is_no_shape_is_told() {
        for (text, wanted) in [
            (r#"{"type":"Point"}"#, "missing field `coordinates`"),
            (r#"{"type":"Point","coordinates":[]}"#, "invalid length 0"),
            (r#"{"type":"Point","coordinates":[33.3]}"#, "invalid length 1"),
            (r#"{"type":"Point","coordinates":["33.3","47"]}"#, "is not a number of degrees"),
            (r#"{"type":"Point","coordinates":[1e999,47]}"#, "not within"),
            (r#"{"type":"Point","coordinates":[47,333]}"#, "not within"),
            (r#"{"type":"Polygon","coordinates":[]}"#, "empty"),
            (r#"{"type":"Polygon","coordinates":[[[0,0],[1,1],[0,0]]]}"#, "three"),
            (
                r#"{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,0]],[[2,1],[3,1],[3,2],[2,1]],[[5,1],[6,1],[6,2],[5,1]]]}"#,
                "a hole lies outside of its area, near 6, 2",
            ),
            (r#"{"type":"LineString","coordinates":[[0,0]]}"#, "needs two"),
            (r#"{"type":"GeometryCollection","geometries":[]}"#, "GeometryCollection is no shape"),
            (r"[]", "invalid"),
            (r"7", "invalid type"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(wanted), "{text}: {error}");
        }
    }
}
