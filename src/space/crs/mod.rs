//! A `Crs` is a coordinate system in which others write places; ours are longitude and latitude on WGS 84 (CRS84).
//!
//! x is always the easting (longitude) and y the northing (latitude), whatever the axis order of the registry and of
//! Ukrainian geodesy, where X points north. [`Crs::is_northing_first`] tells whom the registry wants it the other way.

use std::{fmt, sync::Arc};

use geo_types::{Coord, Geometry, LineString, Polygon};
use proj4rs::{Proj, transform::transform};

use table::{Row, System, TABLE};

pub use offered::{CRS84, OFFERED, Offered};

mod offered;
mod table;

/// A coordinate system that can be read and written.
#[derive(Clone)]
pub struct Crs {
    row: &'static Row,
    /// Its own projection and that of CRS84; `None`: it is CRS84 already.
    projections: Option<Arc<(Proj, Proj)>>,
}

/// A place that the coordinate system does not have.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("({x}, {y}) is no place of EPSG:{code}")]
pub struct NoPlace {
    /// Easting or longitude.
    pub x: f64,
    /// Northing or latitude.
    pub y: f64,
    /// Number of the system in the EPSG registry.
    pub code: u16,
}

impl Crs {
    /// The system with this number in the EPSG registry; `None` where it is not read.
    pub fn of_epsg(code: u16) -> Option<Self> {
        let row = TABLE.iter().find(|row| row.code == code)?;
        let projections = (code != 4326).then(|| {
            let proj = |definition: &str| Proj::from_proj_string(definition).expect("the table is tested");
            Arc::new((proj(&row.definition()), proj("+proj=longlat +datum=WGS84")))
        });
        Some(Self { row, projections })
    }

    /// The system of this name: `EPSG:6385`, `urn:ogc:def:crs:EPSG::6385`, an OGC address, or any spelling of CRS84.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_uppercase();
        let last = name.rsplit([':', '/']).next()?;
        if last == "CRS84" {
            return Self::of_epsg(4326);
        }
        if name.contains("EPSG") { Self::of_epsg(last.parse().ok()?) } else { None }
    }

    /// The numbers of all systems that are read.
    pub fn all() -> impl Iterator<Item = u16> {
        TABLE.iter().map(|row| row.code)
    }

    /// The number in the EPSG registry.
    pub fn code(&self) -> u16 {
        self.row.code
    }

    /// The definition in the words of PROJ, with the datum shift that is used.
    pub fn definition(&self) -> String {
        self.row.definition()
    }

    /// Whether its coordinates are degrees; otherwise they are metres.
    pub fn is_degrees(&self) -> bool {
        matches!(self.row.system, System::Geographic(_))
    }

    /// Whether the registry names the northing (latitude) first: in EPSG:4326 and in the systems of Ukraine, not in UTM and
    /// EPSG:3857 (`projinfo EPSG:…`, EPSG registry v10).
    pub fn is_northing_first(&self) -> bool {
        !matches!(self.row.system, System::Metres(_))
    }

    /// x (easting or longitude) and y (northing or latitude) of a place given by longitude and latitude in degrees.
    pub fn place_from_crs84(&self, lon: f64, lat: f64) -> Result<(f64, f64), NoPlace> {
        let Some(projections) = &self.projections else { return Ok((lon, lat)) };
        let (own, crs84) = projections.as_ref();
        let no_place = || NoPlace { x: lon, y: lat, code: 4326 };
        let mut at = (lon.to_radians(), lat.to_radians(), 0.0);
        transform(crs84, own, &mut at).map_err(|_| no_place())?;
        let (x, y) = if self.is_degrees() { (at.0.to_degrees(), at.1.to_degrees()) } else { (at.0, at.1) };
        if x.is_finite() && y.is_finite() { Ok((x, y)) } else { Err(no_place()) }
    }

    /// Longitude and latitude in degrees of the place at x (easting or longitude) and y (northing or latitude).
    pub fn place_to_crs84(&self, x: f64, y: f64) -> Result<(f64, f64), NoPlace> {
        let Some(projections) = &self.projections else { return Ok((x, y)) };
        let (from, to) = projections.as_ref();
        let no_place = || NoPlace { x, y, code: self.row.code };
        let mut at = if self.is_degrees() { (x.to_radians(), y.to_radians(), 0.0) } else { (x, y, 0.0) };
        transform(from, to, &mut at).map_err(|_| no_place())?;
        let (lon, lat) = (at.0.to_degrees(), at.1.to_degrees());
        if lon.is_finite() && lat.is_finite() { Ok((lon, lat)) } else { Err(no_place()) }
    }

    /// The shape with all its places on CRS84; every reader of a format can call it before it checks the shape.
    pub fn to_crs84(&self, shape: &mut Geometry<f64>) -> Result<(), NoPlace> {
        if self.projections.is_none() {
            return Ok(());
        }
        each_place(shape, &|at| {
            (at.x, at.y) = self.place_to_crs84(at.x, at.y)?;
            Ok(())
        })
    }
}

/// Does the same to every place of a shape, until one is no place.
fn each_place(
    shape: &mut Geometry<f64>,
    place: &impl Fn(&mut Coord<f64>) -> Result<(), NoPlace>,
) -> Result<(), NoPlace> {
    let line = |line: &mut LineString<f64>| line.0.iter_mut().try_for_each(place);
    let polygon = |polygon: &mut Polygon<f64>| {
        polygon.try_exterior_mut(line)?;
        polygon.try_interiors_mut(|rings| rings.iter_mut().try_for_each(line))
    };
    match shape {
        Geometry::Point(point) => place(&mut point.0),
        Geometry::MultiPoint(points) => points.0.iter_mut().try_for_each(|point| place(&mut point.0)),
        Geometry::LineString(one) => line(one),
        Geometry::MultiLineString(lines) => lines.0.iter_mut().try_for_each(line),
        Geometry::Polygon(one) => polygon(one),
        Geometry::MultiPolygon(polygons) => polygons.0.iter_mut().try_for_each(polygon),
        Geometry::GeometryCollection(parts) => parts.0.iter_mut().try_for_each(|part| each_place(part, place)),
        Geometry::Line(edge) => place(&mut edge.start).and_then(|()| place(&mut edge.end)),
        Geometry::Rect(rect) => {
            let mut area = Geometry::Polygon(rect.to_polygon());
            each_place(&mut area, place)?;
            *shape = area;
            Ok(())
        }
        Geometry::Triangle(triangle) => {
            let mut area = Geometry::Polygon(triangle.to_polygon());
            each_place(&mut area, place)?;
            *shape = area;
            Ok(())
        }
    }
}

impl fmt::Debug for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EPSG:{}", self.row.code)
    }
}

impl PartialEq for Crs {
    fn eq(&self, other: &Self) -> bool {
        self.row.code == other.row.code
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo_types::{MultiPolygon, point, polygon};
    use proptest::prelude::*;

    #[test]
    fn a_system_is_known_by_any_of_its_names() {
        for (name, code) in [
            ("EPSG:6385", 6385),
            ("epsg:6385", 6385),
            ("urn:ogc:def:crs:EPSG::6385", 6385),
            ("http://www.opengis.net/def/crs/EPSG/0/9834", 9834),
            ("urn:ogc:def:crs:OGC:1.3:CRS84", 4326),
            ("CRS84", 4326),
        ] {
            assert_eq!(Crs::named(name).map(|crs| crs.code()), Some(code), "{name}");
        }
        for name in ["EPSG:2154", "EPSG:", "ESRI:6385", "6385", "", "EPSG:99999999"] {
            assert_eq!(Crs::named(name), None, "{name}");
        }
    }

    #[test]
    fn every_system_of_the_table_is_there_once_and_can_be_made() {
        let mut codes: Vec<_> = Crs::all().collect();
        assert!(codes.iter().all(|code| Crs::of_epsg(*code).is_some()));
        codes.sort_unstable();
        let all = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), all);
    }

    #[test]
    fn a_shape_of_any_kind_goes_over_with_every_place() {
        let crs = Crs::of_epsg(6385).unwrap();
        let area = polygon!(exterior: [(x: 3e5, y: 53e5), (x: 31e4, y: 53e5), (x: 31e4, y: 531e4)], interiors: [[(x: 305e3, y: 5301e3), (x: 306e3, y: 5301e3), (x: 306e3, y: 5302e3)]]);
        let mut shape = Geometry::MultiPolygon(MultiPolygon(vec![area]));
        crs.to_crs84(&mut shape).unwrap();
        let Geometry::MultiPolygon(MultiPolygon(areas)) = shape else { panic!() };
        for at in areas[0].exterior().coords().chain(areas[0].interiors()[0].coords()) {
            assert!((32.99..33.2).contains(&at.x) && (47.8..48.0).contains(&at.y), "{at:?}");
        }
        let mut nowhere = Geometry::Point(point!(x: f64::NAN, y: 0.0));
        assert!(crs.to_crs84(&mut nowhere).is_err());
    }

    proptest! {
        #[test]
        fn any_two_numbers_are_a_place_or_none(x in any::<f64>(), y in any::<f64>(), of in any::<prop::sample::Index>()) {
            let codes: Vec<_> = Crs::all().filter(|code| *code != 4326).collect();
            if let Ok((lon, lat)) = Crs::of_epsg(*of.get(&codes)).unwrap().place_to_crs84(x, y) {
                prop_assert!(lon.is_finite() && lat.is_finite());
            }
        }
    }
}
