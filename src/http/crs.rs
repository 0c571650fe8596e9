//! The coordinate systems that answers can be asked in (OGC API – Features Part 2), by their addresses.

use super::Problem;
use crate::space::{Area, BBox, Crs, Geometry, LonLat, Shape};

/// The coordinates of every answer that is not asked for otherwise: longitude and latitude on WGS 84.
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

/// The edge of a box is followed in so many steps when it becomes a box in degrees: over 60 km the sagitta of a straight
/// edge of a UCS-2000 zone is some metres, of a step of it less than a centimetre.
const STEPS: u32 = 32;

/// One of the systems, in which the coordinates of an answer or of a box stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Its address.
    pub uri: &'static str,
    /// `None` for CRS84.
    crs: Option<Crs>,
}

impl Asked {
    /// The system at this address; CRS84 where none is asked for.
    pub fn at(uri: Option<&str>) -> Self {
        let uri = OFFERED.iter().find(|offered| Some(**offered) == uri).copied().unwrap_or(CRS84);
        Self { uri, crs: if uri == CRS84 { None } else { Crs::named(uri) } }
    }

    /// The coordinates of a place, in the order of the axes of the system; metres to a tenth of a millimetre.
    pub fn position(&self, at: LonLat) -> [f64; 2] {
        let [x, y] = self.easting_first(at);
        if self.crs.as_ref().is_some_and(Crs::is_northing_first) { [y, x] } else { [x, y] }
    }

    /// The same with the easting (longitude) first, as the formats want that have an order of their own.
    ///
    /// A place that the system does not have, such as a pole in Mercator, is no number.
    pub fn easting_first(&self, at: LonLat) -> [f64; 2] {
        let Some(crs) = &self.crs else { return [at.lon(), at.lat()] };
        let (x, y) = crs.place_from_crs84(at.lon(), at.lat()).unwrap_or((f64::NAN, f64::NAN));
        if crs.is_degrees() { [x, y] } else { [(x * 1e4).round() / 1e4, (y * 1e4).round() / 1e4] }
    }

    /// A shape of ours in this system, easting first.
    pub fn shape(&self, geometry: &Geometry) -> geo_types::Geometry<f64> {
        let mut shape = geo_types::Geometry::from(geometry);
        if let Some(crs) = &self.crs {
            crs.from_crs84(&mut shape);
        }
        shape
    }

    /// Its number in the EPSG registry; that of WGS 84 for CRS84.
    pub fn epsg(&self) -> u16 {
        self.crs.as_ref().map_or(4326, Crs::code)
    }

    /// A box of the system as a shape in degrees, where it is not a box in degrees too: its edges there are bent.
    pub fn outline(&self, [a, b, c, d]: [f64; 4]) -> Option<Shape> {
        let crs = self.crs.as_ref().filter(|crs| !crs.is_degrees() && crs.code() != 3857)?;
        let [west, south, east, north] = if crs.is_northing_first() { [b, a, d, c] } else { [a, b, c, d] };
        let corners = [(west, south), (east, south), (east, north), (west, north), (west, south)];
        let edges = corners.windows(2).flat_map(|ends| {
            let ((x, y), (to_x, to_y)) = (ends[0], ends[1]);
            let share = |step: u32| f64::from(step) / f64::from(STEPS);
            (0..STEPS).map(move |step| (x + (to_x - x) * share(step), y + (to_y - y) * share(step)))
        });
        let places =
            edges.map(|(x, y)| crs.place_to_crs84(x, y).ok().and_then(|(lon, lat)| LonLat::new(lon, lat).ok()));
        let area = Area::new(places.collect::<Option<Vec<_>>>()?, Vec::new()).ok()?;
        Some(Shape::new(&Geometry::areas(vec![area]).ok()?))
    }

    /// The boxes in degrees that hold this box of the system; two where it crosses the antimeridian.
    ///
    /// `numbers` are the least of both axes and the greatest of both axes, in the order of the axes.
    pub fn boxes(&self, numbers: [f64; 4], text: &str) -> Result<Vec<BBox>, Problem> {
        let wrong = |detail: &str| Problem::bad("bbox", text, detail);
        let [a, b, c, d] = numbers;
        let north_first = self.crs.as_ref().is_some_and(Crs::is_northing_first);
        let [west, south, east, north] = if north_first { [b, a, d, c] } else { [a, b, c, d] };
        if south > north {
            return Err(wrong("the south edge of `bbox` lies north of its north edge"));
        }
        match &self.crs {
            Some(crs) if !crs.is_degrees() => {
                if west > east {
                    return Err(wrong("the west edge of `bbox` lies east of its east edge"));
                }
                around(crs, [west, south, east, north]).map(|bbox| vec![bbox]).ok_or_else(|| {
                    wrong("`bbox` is in the units of `bbox-crs`; it reaches beyond the places of that system")
                })
            }
            _ => {
                if LonLat::new(west, south).is_err() || LonLat::new(east, north).is_err() {
                    return Err(wrong("`bbox` is in degrees: longitudes within ±180, latitudes within ±90"));
                }
                let part = |west, east| BBox { west, south, east, north };
                Ok(if west <= east { vec![part(west, east)] } else { vec![part(west, 180.0), part(-180.0, east)] })
            }
        }
    }
}

/// The smallest box in degrees around a box in metres.
fn around(crs: &Crs, [west, south, east, north]: [f64; 4]) -> Option<BBox> {
    let edge = (0..=STEPS).map(|step| f64::from(step) / f64::from(STEPS)).flat_map(|t| {
        let (x, y) = (west + (east - west) * t, south + (north - south) * t);
        [(x, south), (x, north), (west, y), (east, y)]
    });
    let places = edge.map(|(x, y)| {
        let (lon, lat) = crs.place_to_crs84(x, y).ok()?;
        LonLat::new(lon, lat).ok()
    });
    BBox::of_points(places.collect::<Option<Vec<_>>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_system_offered_is_read_and_written() {
        let at = LonLat::new(33.39, 47.91).unwrap();
        for uri in OFFERED {
            let asked = Asked::at(Some(uri));
            assert_eq!(asked.uri, *uri);
            let [a, b] = asked.position(at);
            let boxes = asked.boxes([a, b, a, b], "").unwrap();
            assert!((boxes[0].west - 33.39).abs() < 1e-8 && (boxes[0].south - 47.91).abs() < 1e-8, "{uri}");
        }
        assert_eq!(Asked::at(Some(OFFERED[1])).position(at), [47.91, 33.39]);
        // The northing of UCS-2000 stands first: some 5300 km, and 300 km of easting at the middle meridian.
        let [northing, easting] = Asked::at(Some(OFFERED[7])).position(at);
        assert!((5.30e6..5.32e6).contains(&northing) && (3.28e5..3.31e5).contains(&easting), "{northing} {easting}");
    }
}
