//! `Nearby` finds the segments around a spot: a grid of squares, each with the segments that touch its box.

use super::plane::{Spot, nearest_on};

/// Side of a square. A block of houses is about as wide, so a question reads a handful of segments.
const CELL_M: f64 = 150.0;

/// The part of the plane the grid covers, metres from the origin; what lies outside counts to the outermost squares.
const WEST_M: f64 = -21_000.0;
const SOUTH_M: f64 = -37_000.0;
const COLUMNS: i64 = 290;
const ROWS: i64 = 460;

/// Segments by place.
pub struct Nearby<T> {
    segments: Vec<Segment<T>>,
    cells: Vec<Vec<u32>>,
}

/// One segment and what it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Segment<T> {
    pub a: Spot,
    pub b: Spot,
    pub of: T,
}

impl<T: Copy> Nearby<T> {
    pub fn new() -> Self {
        Self { segments: Vec::new(), cells: vec![Vec::new(); (COLUMNS * ROWS) as usize] }
    }

    pub fn add(&mut self, a: Spot, b: Spot, of: T) {
        let index = self.segments.len() as u32;
        self.segments.push(Segment { a, b, of });
        let low = Spot { x: a.x.min(b.x), y: a.y.min(b.y) };
        let high = Spot { x: a.x.max(b.x), y: a.y.max(b.y) };
        for cell in cells(low, high) {
            self.cells[cell].push(index);
        }
    }

    /// Segments that may come within `reach_m` of the spot; some stand in it twice, some are farther.
    pub fn about(&self, at: Spot, reach_m: f64) -> impl Iterator<Item = &Segment<T>> {
        let low = Spot { x: at.x - reach_m, y: at.y - reach_m };
        let high = Spot { x: at.x + reach_m, y: at.y + reach_m };
        cells(low, high).flat_map(|cell| &self.cells[cell]).map(|index| &self.segments[*index as usize])
    }

    /// The nearest segment, how far along it the nearest spot lies (0 to 1) and how many metres away.
    pub fn nearest(&self, at: Spot) -> Option<(&Segment<T>, f64, f64)> {
        let mut reach_m = CELL_M;
        while reach_m < 40_000.0 {
            let best = self
                .about(at, reach_m)
                .map(|s| {
                    let (t, distance) = nearest_on(s.a, s.b, at);
                    (s, t, distance)
                })
                .min_by(|a, b| a.2.total_cmp(&b.2));
            match best {
                // Within the reach nothing is missed.
                Some(found) if found.2 <= reach_m => return Some(found),
                _ => reach_m *= 2.0,
            }
        }
        None
    }
}

fn cells(low: Spot, high: Spot) -> impl Iterator<Item = usize> {
    let column = |x: f64| (((x - WEST_M) / CELL_M) as i64).clamp(0, COLUMNS - 1);
    let row = |y: f64| (((y - SOUTH_M) / CELL_M) as i64).clamp(0, ROWS - 1);
    let (left, right) = (column(low.x), column(high.x));
    (row(low.y)..=row(high.y)).flat_map(move |r| (left..=right).map(move |c| (r * COLUMNS + c) as usize))
}
