//! `Offered` is one of the systems in which coordinates are given out, known by its address.

use super::{Crs, each_place};
use crate::space::{Geometry, LonLat};

/// The coordinates of everything that is not asked for otherwise: longitude and latitude on WGS 84.
pub const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";

/// All of them: WGS 84 in both orders of its axes, the Mercator of web maps, and the seven zones of UCS-2000 (three
/// degrees each from 21° to 39° E), of which a Ukrainian city lies in one.
pub const OFFERED: &[&str] = &[
    CRS84,
    "http://www.opengis.net/def/crs/EPSG/0/4326",
    "http://www.opengis.net/def/crs/EPSG/0/3857",
    "http://www.opengis.net/def/crs/EPSG/0/6381",
    "http://www.opengis.net/def/crs/EPSG/0/6382",
    "http://www.opengis.net/def/crs/EPSG/0/6383",
    "http://www.opengis.net/def/crs/EPSG/0/6384",
    "http://www.opengis.net/def/crs/EPSG/0/6385",
    "http://www.opengis.net/def/crs/EPSG/0/6386",
    "http://www.opengis.net/def/crs/EPSG/0/6387",
];

/// One of the systems, with the order of its axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Offered {
    /// Its address.
    pub uri: &'static str,
    /// What reads and writes it; `None` for CRS84.
    pub crs: Option<Crs>,
}

impl Offered {
    /// Longitude and latitude.
    pub const CRS84: Self = Self { uri: CRS84, crs: None };

    /// The system at this address; CRS84 where none is asked for.
    pub fn at(uri: Option<&str>) -> Self {
        let uri = OFFERED.iter().find(|offered| Some(**offered) == uri).copied().unwrap_or(CRS84);
        Self { uri, crs: if uri == CRS84 { None } else { Crs::named(uri) } }
    }

    /// The coordinates of a place, in the order of the axes of the system; metres to a tenth of a millimetre.
    pub fn position(&self, at: LonLat) -> [f64; 2] {
        let [x, y] = self.easting_first(at);
        if self.is_northing_first() { [y, x] } else { [x, y] }
    }

    /// The same with the easting (longitude) first, as the formats want that have an order of their own.
    ///
    /// A place that the system does not have, such as a pole in Mercator, is no number.
    pub fn easting_first(&self, at: LonLat) -> [f64; 2] {
        self.written(at.lon(), at.lat())
    }

    /// A shape in this system, each place as [`easting_first`](Self::easting_first) gives it.
    pub fn shape(&self, geometry: &Geometry) -> geo_types::Geometry<f64> {
        let mut shape = geo_types::Geometry::from(geometry);
        if self.crs.is_some() {
            let _ = each_place(&mut shape, &|at| {
                [at.x, at.y] = self.written(at.x, at.y);
                Ok(())
            });
        }
        shape
    }

    /// Whether the northing (latitude) is the first of its axes.
    pub fn is_northing_first(&self) -> bool {
        self.crs.as_ref().is_some_and(Crs::is_northing_first)
    }

    /// Whether its coordinates are degrees; otherwise they are metres.
    pub fn is_degrees(&self) -> bool {
        self.crs.as_ref().is_none_or(Crs::is_degrees)
    }

    /// Its number in the EPSG registry; that of WGS 84 for CRS84.
    pub fn epsg(&self) -> u16 {
        self.crs.as_ref().map_or(4326, Crs::code)
    }

    fn written(&self, lon: f64, lat: f64) -> [f64; 2] {
        let Some(crs) = &self.crs else { return [lon, lat] };
        let (x, y) = crs.place_from_crs84(lon, lat).unwrap_or((f64::NAN, f64::NAN));
        if crs.is_degrees() { [x, y] } else { [(x * 1e4).round() / 1e4, (y * 1e4).round() / 1e4] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_stand_in_the_order_of_the_registry() {
        let at = LonLat::new(33.39, 47.91).unwrap();
        assert_eq!(Offered::CRS84.position(at), [33.39, 47.91]);
        assert_eq!(Offered::at(Some(OFFERED[1])).position(at), [47.91, 33.39]);
        // The northing of UCS-2000 stands first: some 5300 km, and 300 km of easting at the middle meridian.
        let [northing, easting] = Offered::at(Some(OFFERED[7])).position(at);
        assert!((5.30e6..5.32e6).contains(&northing) && (3.28e5..3.31e5).contains(&easting), "{northing} {easting}");
    }

    #[test]
    fn a_shape_has_the_numbers_of_its_places() {
        let [a, b] = [LonLat::new(33.39, 47.91).unwrap(), LonLat::new(33.4, 47.9).unwrap()];
        for uri in OFFERED {
            let offered = Offered::at(Some(uri));
            assert_eq!(offered.uri, *uri);
            let geo_types::Geometry::MultiPoint(shape) = offered.shape(&Geometry::Points(Box::new([a, b]))) else {
                panic!("two places are a multipoint")
            };
            let places: Vec<[f64; 2]> = shape.iter().map(|at| [at.x(), at.y()]).collect();
            assert_eq!(places, [offered.easting_first(a), offered.easting_first(b)], "{uri}");
        }
    }
}
