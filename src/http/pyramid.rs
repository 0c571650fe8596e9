//! A `Pyramid` holds the tiles of one tileset that are drawn ahead of their askers, each found without a lock or a hash.

use std::sync::{Arc, OnceLock};

use super::drawn::Drawn;
use crate::space::{BBox, TileCoord, world::WorldBox};

/// Places for tiles, of one tileset: what is deeper in a wider land is drawn for who asks.
const MOST_PLACES: u64 = 1 << 16;

/// The places for the tiles over a box, from zoom 0 to as deep as they are few enough.
#[derive(Debug, Default)]
pub struct Pyramid(Vec<Level>);

/// The tiles of one zoom over a box, row by row from the northwest.
#[derive(Debug)]
struct Level {
    first: TileCoord,
    columns: u32,
    rows: u32,
    places: Box<[OnceLock<Arc<Drawn>>]>,
}

impl Pyramid {
    /// Empty places for the tiles over a box, at most to a zoom.
    pub fn over(bbox: &BBox, deepest: u8) -> Self {
        let world = WorldBox::of(bbox);
        let mut levels = Vec::new();
        let mut all = 0;
        for z in 0..=deepest {
            let (first, last) = (TileCoord::at(world.min, z), TileCoord::at(world.max, z));
            let (columns, rows) = (last.x() - first.x() + 1, last.y() - first.y() + 1);
            let many = u64::from(columns) * u64::from(rows);
            all += many;
            if all > MOST_PLACES {
                break;
            }
            levels.push(Level { first, columns, rows, places: (0..many).map(|_| OnceLock::new()).collect() });
        }
        Self(levels)
    }

    /// The tile, if it has a place here and is drawn.
    pub fn get(&self, coord: TileCoord) -> Option<&Arc<Drawn>> {
        self.place(coord)?.get()
    }

    /// Puts a tile into its place; false where it has none, or is there.
    pub fn put(&self, coord: TileCoord, drawn: Arc<Drawn>) -> bool {
        self.place(coord).is_some_and(|place| place.set(drawn).is_ok())
    }

    /// Every tile that has a place, from the widest view on.
    pub fn coords(&self) -> impl Iterator<Item = TileCoord> {
        self.0.iter().flat_map(|level| {
            let rows = level.first.y()..level.first.y() + level.rows;
            let columns = level.first.x()..level.first.x() + level.columns;
            rows.flat_map(move |y| columns.clone().map(move |x| (x, y)))
                .filter_map(|(x, y)| TileCoord::new(level.first.z(), x, y).ok())
        })
    }

    /// Every tile that is drawn.
    pub fn tiles(&self) -> impl Iterator<Item = (TileCoord, &Arc<Drawn>)> {
        self.coords().filter_map(|coord| Some((coord, self.get(coord)?)))
    }

    fn place(&self, coord: TileCoord) -> Option<&OnceLock<Arc<Drawn>>> {
        let level = self.0.get(usize::from(coord.z()))?;
        let (column, row) = (coord.x().checked_sub(level.first.x())?, coord.y().checked_sub(level.first.y())?);
        let inside = column < level.columns && row < level.rows;
        inside.then(|| &level.places[row as usize * level.columns as usize + column as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::drawn::Effort;

    fn drawn(bytes: &[u8]) -> Drawn {
        Drawn::new(bytes.to_vec(), Effort::Lasting)
    }

    const CITY: BBox = BBox { west: 33.2, south: 47.7, east: 33.6, north: 48.15 };

    #[test]
    fn every_tile_over_the_box_has_a_place_of_its_own_and_no_other_has_one() {
        let pyramid = Pyramid::over(&CITY, 14);
        let coords: Vec<TileCoord> = pyramid.coords().collect();
        assert_eq!(coords, (0..=14).flat_map(|z| TileCoord::covering(&CITY, z)).collect::<Vec<_>>());
        for (i, coord) in coords.iter().enumerate() {
            assert!(pyramid.get(*coord).is_none());
            assert!(pyramid.put(*coord, Arc::new(drawn(i.to_string().as_bytes()))));
            assert!(!pyramid.put(*coord, Arc::new(drawn(&[]))), "a place is filled once");
        }
        for (i, (coord, drawn)) in pyramid.tiles().enumerate() {
            assert_eq!((coord, &drawn.coded(None).bytes[..]), (coords[i], i.to_string().as_bytes()));
        }
        for z in 0..=15_u8 {
            for (x, y) in [(0, 0), ((1 << z) - 1, (1 << z) - 1), (1 << z >> 1, 0)] {
                let coord = TileCoord::new(z, x, y).unwrap();
                assert_eq!(pyramid.get(coord).is_some(), coords.contains(&coord), "{coord}");
            }
        }
    }

    #[test]
    fn the_places_over_a_wide_land_are_bounded() {
        let world = BBox { west: -180.0, south: -90.0, east: 180.0, north: 90.0 };
        let pyramid = Pyramid::over(&world, 22);
        assert_eq!(pyramid.coords().map(TileCoord::z).max(), Some(7));
        assert!(pyramid.coords().count() as u64 <= MOST_PLACES);
    }
}
