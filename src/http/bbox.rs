//! The box of `bbox` in `bbox-crs` (OGC API – Features Part 2) becomes boxes and shapes in degrees.

use super::Problem;
use crate::space::{Area, BBox, Crs, Geometry, LonLat, Offered, Shape};

/// Half the way around the equator in EPSG:3857, metres: beyond it a longitude would come again.
const MERCATOR_WORLD_M: f64 = 20_037_508.342_789_244;

/// The edge of a box is followed in so many steps when it becomes a box in degrees: over 60 km the sagitta of a straight
/// edge of a UCS-2000 zone is some metres, of a step of it less than a centimetre.
const STEPS: u32 = 32;

/// The boxes in degrees that hold this box of the system; two where it crosses the antimeridian.
///
/// `numbers` are the least of both axes and the greatest of both axes, in the order of the axes.
pub fn boxes(system: &Offered, numbers: [f64; 4], text: &str) -> Result<Vec<BBox>, Problem> {
    let wrong = |detail: &str| Problem::bad("bbox", text, detail);
    let [a, b, c, d] = numbers;
    let [west, south, east, north] = if system.is_northing_first() { [b, a, d, c] } else { [a, b, c, d] };
    if south > north {
        return Err(wrong("the south edge of `bbox` lies north of its north edge"));
    }
    match &system.crs {
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

/// A box of the system as a shape in degrees, where it is not a box in degrees too: its edges there are bent.
pub fn outline(system: &Offered, [a, b, c, d]: [f64; 4]) -> Option<Shape> {
    let crs = system.crs.as_ref().filter(|crs| !crs.is_degrees() && crs.code() != 3857)?;
    let [west, south, east, north] = if crs.is_northing_first() { [b, a, d, c] } else { [a, b, c, d] };
    let corners = [(west, south), (east, south), (east, north), (west, north), (west, south)];
    let edges = corners.windows(2).flat_map(|ends| {
        let ((x, y), (to_x, to_y)) = (ends[0], ends[1]);
        let share = |step: u32| f64::from(step) / f64::from(STEPS);
        (0..STEPS).map(move |step| (x + (to_x - x) * share(step), y + (to_y - y) * share(step)))
    });
    let places = edges.map(|(x, y)| crs.place_to_crs84(x, y).ok().and_then(|(lon, lat)| LonLat::new(lon, lat).ok()));
    let area = Area::new(places.collect::<Option<Vec<_>>>()?, Vec::new()).ok()?;
    Some(Shape::new(&Geometry::areas(vec![area]).ok()?))
}

/// The smallest box in degrees around a box in metres, as far as it lies in the world of the system.
fn around(crs: &Crs, numbers: [f64; 4]) -> Option<BBox> {
    let [mut west, south, mut east, north] = numbers;
    if crs.code() == 3857 {
        [west, east] = [west, east].map(|x| x.clamp(-MERCATOR_WORLD_M, MERCATOR_WORLD_M));
    }
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
    use crate::space::crs::OFFERED;

    #[test]
    fn what_lies_beyond_the_world_in_metres_does_not_come_again_on_its_other_side() {
        let offered = OFFERED.iter().map(|uri| Offered::at(Some(uri))).find(|one| one.epsg() == 3857).unwrap();
        let of = |numbers| boxes(&offered, numbers, "").unwrap()[0];
        let edge = of([19_900_000.0, 0.0, 20_200_000.0, 1e7]);
        assert!((178.7..178.8).contains(&edge.west) && edge.east == 180.0, "{edge:?}");
        let beyond = of([30_000_000.0, 0.0, 50_000_000.0, 1e7]);
        assert_eq!((beyond.west, beyond.east), (180.0, 180.0));
        let all = of([-3e7, 0.0, 3e7, 1e7]);
        assert_eq!((all.west, all.east), (-180.0, 180.0));
    }

    #[test]
    fn a_box_is_read_in_every_system_that_is_offered() {
        let at = LonLat::new(33.39, 47.91).unwrap();
        for uri in OFFERED {
            let offered = Offered::at(Some(uri));
            let [a, b] = offered.position(at);
            let boxes = boxes(&offered, [a, b, a, b], "").unwrap();
            assert!((boxes[0].west - 33.39).abs() < 1e-8 && (boxes[0].south - 47.91).abs() < 1e-8, "{uri}");
        }
    }
}
