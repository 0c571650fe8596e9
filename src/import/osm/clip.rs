//! A `Clip` is the part of an extract that is wanted: a box, or the area of a city. What reaches into it is taken whole.

use std::{fs::File, io::Read, path::Path};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    import::{ImportError, meter::MAX_RECORD_BYTES, shape},
    space::{Area, BBox, Geometry, LonLat, clip::part_inside, geometry::closed_edges},
};

/// The wanted part.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Clip {
    Box(BBox),
    Areas(BBox, Box<[Area]>),
}

impl Clip {
    /// The areas of a GeoJSON file: a geometry, a feature or a collection of features.
    pub fn read(path: &Path) -> Result<Self, ImportError> {
        #[derive(Deserialize)]
        struct Written<'a> {
            #[serde(borrow)]
            features: Option<Vec<Feature<'a>>>,
            #[serde(borrow)]
            geometry: Option<&'a RawValue>,
        }
        #[derive(Deserialize)]
        struct Feature<'a> {
            #[serde(borrow)]
            geometry: &'a RawValue,
        }
        let file = path.display().to_string();
        let mut text = String::new();
        File::open(path)
            .and_then(|bytes| bytes.take(MAX_RECORD_BYTES).read_to_string(&mut text))
            .map_err(|error| ImportError::io(&file, error))?;
        let flaw = |problem: String| ImportError::source(&file, format!("clip_polygon: {problem}"));
        let written: Written<'_> = serde_json::from_str(&text).map_err(|error| flaw(error.to_string()))?;
        let shapes: Vec<&str> = match (&written.features, written.geometry) {
            (Some(features), _) => features.iter().map(|feature| feature.geometry.get()).collect(),
            (None, Some(geometry)) => vec![geometry.get()],
            (None, None) => vec![&text],
        };
        let mut areas = Vec::new();
        for shape in shapes {
            match shape::parse(shape, None).map_err(flaw)? {
                Geometry::Areas(found) => areas.extend(found),
                other => return Err(flaw(format!("a {} is no area", other.geojson_type()))),
            }
        }
        let all = areas.iter().flat_map(Area::outer).copied();
        let bbox = BBox::of_points(all).ok_or_else(|| flaw("there is no area in it".into()))?;
        Ok(Self::Areas(bbox, areas.into()))
    }

    pub fn bbox(&self) -> &BBox {
        match self {
            Self::Box(bbox) | Self::Areas(bbox, _) => bbox,
        }
    }

    /// Whether the shape shares at least a point with the wanted part.
    pub fn meets(&self, geometry: &Geometry) -> bool {
        match self {
            Self::Box(bbox) => geometry.intersects(bbox),
            Self::Areas(bbox, areas) => {
                geometry.bbox().intersects(bbox) && areas.iter().any(|area| area_meets(area, geometry))
            }
        }
    }
}

fn area_meets(area: &Area, geometry: &Geometry) -> bool {
    match geometry {
        Geometry::Point(at) => area.contains(*at),
        Geometry::Points(all) => all.iter().any(|at| area.contains(*at)),
        Geometry::Lines(lines) => lines
            .iter()
            .any(|line| area.contains(line[0]) || line.windows(2).any(|ends| edge_meets(area, ends[0], ends[1]))),
        Geometry::Areas(others) => others.iter().any(|other| {
            area.contains(other.outer()[0])
                || other.contains(area.outer()[0])
                || other.rings().any(|ring| closed_edges(ring).any(|(a, b)| edge_meets(area, a, b)))
        }),
    }
}

/// Whether an edge crosses the border of the area.
fn edge_meets(area: &Area, a: LonLat, b: LonLat) -> bool {
    let bbox = BBox::of_point(a).union(BBox::of_point(b));
    let turn = |a: LonLat, b: LonLat, at: LonLat| {
        (b.lon() - a.lon()) * (at.lat() - a.lat()) - (b.lat() - a.lat()) * (at.lon() - a.lon())
    };
    let apart = |a: LonLat, b: LonLat, c: LonLat, d: LonLat| turn(a, b, c) * turn(a, b, d) > 0.0;
    let corners = ((bbox.west, bbox.south), (bbox.east, bbox.north));
    area.rings().flat_map(closed_edges).any(|(c, d)| {
        part_inside((c.lon(), c.lat()), (d.lon(), d.lat()), corners.0, corners.1).is_some()
            && !apart(a, b, c, d)
            && !apart(c, d, a, b)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> Geometry {
        shape::parse(text, None).unwrap()
    }

    #[test]
    fn what_reaches_into_the_clip_is_met_and_what_lies_beside_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("city.geojson");
        let triangle = r#"{"type":"Polygon","coordinates":[[[0,0],[10,0],[0,10],[0,0]]]}"#;
        for text in [
            triangle.to_owned(),
            format!(r#"{{"type":"Feature","properties":null,"geometry":{triangle}}}"#),
            format!(r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","geometry":{triangle}}}]}}"#),
        ] {
            std::fs::write(&path, text).unwrap();
            let clip = Clip::read(&path).unwrap();
            assert_eq!(*clip.bbox(), BBox { west: 0., south: 0., east: 10., north: 10. });
            for (geometry, wanted) in [
                (r#"{"type":"Point","coordinates":[2,2]}"#, true),
                (r#"{"type":"Point","coordinates":[8,8]}"#, false),
                (r#"{"type":"LineString","coordinates":[[-5,1],[20,1]]}"#, true),
                (r#"{"type":"LineString","coordinates":[[9,3],[3,9]]}"#, false),
                (r#"{"type":"LineString","coordinates":[[1,1],[2,2]]}"#, true),
                (r#"{"type":"Polygon","coordinates":[[[-9,-9],[80,-9],[-9,80],[-9,-9]]]}"#, true),
                (r#"{"type":"Polygon","coordinates":[[[9,9],[9,8],[8,9],[9,9]]]}"#, false),
                (r#"{"type":"Polygon","coordinates":[[[-1,4],[99,4],[99,5],[-1,5],[-1,4]]]}"#, true),
            ] {
                assert_eq!(clip.meets(&shape(geometry)), wanted, "{geometry}");
            }
        }
        std::fs::write(&path, r#"{"type":"Point","coordinates":[2,2]}"#).unwrap();
        assert!(Clip::read(&path).unwrap_err().to_string().contains("a Point is no area"));
        assert!(Clip::read(&folder.path().join("none")).is_err());
    }
}
