//! `Bands` are an area cut along parallels, so that one place is compared with the few edges at its latitude.

use super::{
    BBox, Geometry, LonLat,
    geometry::{closed_edges, is_crossed},
};

/// How many bands there are for each edge, and at most: a place then meets a handful of edges.
const MAX_BANDS: usize = 4096;

type Edge = (LonLat, LonLat);

/// The edges of areas, by latitude.
#[derive(Debug, Clone)]
pub struct Bands {
    bbox: BBox,
    /// The edges that reach into each band, from south to north.
    bands: Box<[Box<[Edge]>]>,
}

impl Bands {
    /// The bands of areas; `None` for other shapes, which hold no place.
    pub fn of(geometry: &Geometry) -> Option<Self> {
        let Geometry::Areas(areas) = geometry else { return None };
        let edges: Vec<_> = areas.iter().flat_map(|area| area.rings().flat_map(closed_edges)).collect();
        let bbox = geometry.bbox();
        let mut bands = vec![Vec::new(); edges.len().clamp(1, MAX_BANDS)];
        for (a, b) in edges {
            let (south, north) = if a.lat() < b.lat() { (a, b) } else { (b, a) };
            let (from, to) = (band(&bbox, bands.len(), south.lat()), band(&bbox, bands.len(), north.lat()));
            bands[from..=to].iter_mut().for_each(|band| band.push((a, b)));
        }
        Some(Self { bbox, bands: bands.into_iter().map(Vec::into_boxed_slice).collect() })
    }

    /// Whether the place lies inside, by the even-odd rule over all rings of all areas.
    pub fn contains(&self, at: LonLat) -> bool {
        if !self.bbox.contains(at) {
            return false;
        }
        let edges = &self.bands[band(&self.bbox, self.bands.len(), at.lat())];
        edges.iter().filter(|(a, b)| is_crossed(*a, *b, at)).count() % 2 == 1
    }
}

/// The band of a latitude within the box. It never falls as the latitude grows, so an edge is in the bands of all its places.
fn band(bbox: &BBox, count: usize, lat: f64) -> usize {
    let share = (lat - bbox.south) / (bbox.north - bbox.south);
    ((share * count as f64) as usize).min(count - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::Area;
    use proptest::prelude::*;

    fn place() -> impl Strategy<Value = LonLat> {
        // Whole numbers make places on edges and level edges.
        (0..12_i32, 0..12_i32).prop_map(|(x, y)| LonLat::new(f64::from(x) / 2.0, f64::from(y) / 2.0).unwrap())
    }

    proptest! {
        #[test]
        fn bands_hold_what_the_area_holds(
            outer in proptest::collection::vec(place(), 3..30),
            hole in proptest::collection::vec(place(), 3..9),
            places in proptest::collection::vec(place(), 1..40),
        ) {
            let Ok(area) = Area::new(outer, vec![hole]) else { return Ok(()) };
            let bands = Bands::of(&Geometry::areas(vec![area.clone()]).unwrap()).unwrap();
            for at in places {
                // A hole may reach out of its area here, where the box of the area says no.
                let is_in_box = Geometry::areas(vec![area.clone()]).unwrap().bbox().contains(at);
                prop_assert_eq!(bands.contains(at), is_in_box && area.contains(at), "{:?}", at);
            }
        }
    }

    #[test]
    fn only_areas_have_bands() {
        assert!(Bands::of(&Geometry::Point(LonLat::new(33.0, 48.0).unwrap())).is_none());
    }
}
