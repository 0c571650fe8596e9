//! `Points` are the places of features along the Z-order curve: those in a cell stand side by side and are counted at once.

use std::ops::{AddAssign, Range, SubAssign};

use crate::{
    model::Feature,
    space::{Cell, Geometry, LonLat, WorldPoint, cell},
};

/// One sum is kept for so many points: a byte a point, and at most so many are added up at either end of a stretch.
const STEP: usize = 16;

/// Where features stand that are points; one of several places stands at its first. Others are not in it.
#[derive(Debug)]
pub(super) struct Points {
    /// Smallest cells, ascending.
    keys: Vec<u64>,
    /// Of each the place of its feature in the layer, ascending where the cells are the same.
    places: Vec<u32>,
    /// The columns and rows of the first 0, [`STEP`], 2 [`STEP`] … points, added up.
    sums: Vec<[u64; 2]>,
}

/// How many points there are and where their middle is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Mass {
    /// How many.
    pub(super) count: u64,
    /// Their columns, added up.
    pub(super) x: u128,
    /// Their rows, added up.
    pub(super) y: u128,
}

impl Points {
    /// The points among these features, given with their places in the layer.
    pub(super) fn new<'a>(features: impl Iterator<Item = (u32, &'a Feature)>) -> Self {
        let mut found: Vec<(u64, u32)> = features
            .filter_map(|(place, feature)| Some((cell::key(WorldPoint::of(standing(&feature.geometry)?)), place)))
            .collect();
        found.sort_unstable();
        let mut sums = Vec::with_capacity(found.len() / STEP + 1);
        let mut sum = [0_u64; 2];
        for step in found.chunks(STEP) {
            sums.push(sum);
            for (x, y) in step.iter().map(|(key, _)| cell::spot(*key)) {
                sum = [sum[0] + u64::from(x), sum[1] + u64::from(y)];
            }
        }
        sums.push(sum);
        Self {
            keys: found.iter().map(|(key, _)| *key).collect(),
            places: found.iter().map(|(_, place)| *place).collect(),
            sums,
        }
    }

    /// The stretch of the points in a cell.
    pub(super) fn stretch(&self, within: Cell) -> Range<usize> {
        let (first, last) = within.keys().into_inner();
        let begin = self.keys.partition_point(|key| *key < first);
        begin..begin + self.keys[begin..].partition_point(|key| *key <= last)
    }

    /// The cells of a level that a stretch has points in, each with its part of the stretch.
    pub(super) fn cells(&self, stretch: Range<usize>, level: u8) -> impl Iterator<Item = (Cell, Range<usize>)> {
        let mut at = stretch.start;
        std::iter::from_fn(move || {
            let first = self.keys[at..stretch.end].first()?;
            let cell = Cell::holding(*first, level);
            let begin = at;
            at += self.keys[at..stretch.end].partition_point(|key| key <= cell.keys().end());
            Some((cell, begin..at))
        })
    }

    /// The points of a stretch: smallest cells with the places of their features.
    pub(super) fn of(&self, stretch: Range<usize>) -> impl DoubleEndedIterator<Item = (u64, u32)> {
        self.keys[stretch.clone()].iter().copied().zip(self.places[stretch].iter().copied())
    }

    /// What stands on a stretch.
    pub(super) fn mass(&self, stretch: Range<usize>) -> Mass {
        let count = stretch.len() as u64;
        if stretch.len() <= STEP {
            return self.added(stretch).of(count);
        }
        let (begin, end) = (self.before(stretch.start), self.before(stretch.end));
        Sum(end.0 - begin.0, end.1 - begin.1).of(count)
    }

    /// The sum of all points before this one.
    fn before(&self, at: usize) -> Sum {
        let whole = at / STEP;
        let [x, y] = self.sums[whole];
        let rest = self.added(whole * STEP..at);
        Sum(x + rest.0, y + rest.1)
    }

    fn added(&self, stretch: Range<usize>) -> Sum {
        self.keys[stretch].iter().fold(Sum(0, 0), |sum, key| {
            let (x, y) = cell::spot(*key);
            Sum(sum.0 + u64::from(x), sum.1 + u64::from(y))
        })
    }
}

/// Columns and rows of fewer than 2^32 points: each sum is less than 2^64.
struct Sum(u64, u64);

impl Sum {
    fn of(self, count: u64) -> Mass {
        Mass { count, x: self.0.into(), y: self.1.into() }
    }
}

/// Where a feature is counted; `None` for what is no point.
fn standing(geometry: &Geometry) -> Option<LonLat> {
    match geometry {
        Geometry::Point(at) => Some(*at),
        Geometry::Points(all) => all.first().copied(),
        Geometry::Lines(_) | Geometry::Areas(_) => None,
    }
}

impl Mass {
    /// One point.
    pub(super) fn at(key: u64) -> Self {
        let (x, y) = cell::spot(key);
        Self { count: 1, x: x.into(), y: y.into() }
    }
}

impl AddAssign for Mass {
    fn add_assign(&mut self, other: Self) {
        *self = Self { count: self.count + other.count, x: self.x + other.x, y: self.y + other.y };
    }
}

impl SubAssign for Mass {
    fn sub_assign(&mut self, other: Self) {
        *self = Self { count: self.count - other.count, x: self.x - other.x, y: self.y - other.y };
    }
}
