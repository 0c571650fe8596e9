//! `Best` keeps the best few of what is offered to it.

use super::{Found, Shelf};
use crate::{model::Feature, space::LonLat};

/// What distance costs at most: less than lies between a word and one that only begins so.
const FAR: f32 = 6.0;

/// At which distance half of that is lost, metres.
const HALF_M: f32 = 2000.0;

/// A degree of the equator of WGS 84, metres: 2π · 6 378 137 / 360.
const M_PER_DEG: f32 = 111_319.49;

/// What the collections that most are looked for have before others, of their priority of 0 to 100.
const PRIORITY: f32 = 1.0 / 25.0;

/// A feature that was found.
#[derive(Debug, Clone, Copy)]
pub struct Hit<'a> {
    /// What was found.
    pub found: Found<'a>,
    /// How well it answers; about 100 for one that is called just so.
    pub score: f32,
}

/// What is asked of a score to be among the best.
#[derive(Debug, Clone, Copy)]
pub(super) struct Least {
    score: f32,
    for_shelf: f32,
}

impl Least {
    /// Whether what scores no more than this may be among the best.
    pub(super) fn allows(self, score: f32) -> bool {
        score + self.for_shelf >= self.score
    }
}

/// What every feature of a shelf has before others.
fn advance(shelf: &Shelf) -> f32 {
    f32::from(shelf.collection().priority) * PRIORITY
}

/// The best few.
pub(super) struct Best<'a> {
    limit: usize,
    near: Option<LonLat>,
    hits: Vec<Hit<'a>>,
    /// What is not better than this is not among the best.
    least: f32,
}

impl<'a> Best<'a> {
    pub(super) fn new(limit: usize, near: Option<LonLat>) -> Self {
        Self { limit, near, hits: Vec::new(), least: f32::NEG_INFINITY }
    }

    /// What a feature of a shelf scores at least that is among the best.
    pub(super) fn least_on(&mut self, shelf: &Shelf) -> Least {
        self.cut();
        Least { score: self.least, for_shelf: advance(shelf) }
    }

    /// Takes in a feature of a shelf, if it is among the best; it is looked at only then.
    pub(super) fn offer(
        &mut self,
        score: f32,
        lon_lat: [f32; 2],
        shelf: &'a Shelf,
        feature: impl FnOnce() -> Option<&'a Feature>,
    ) {
        let score = score + advance(shelf);
        if score < self.least {
            return;
        }
        let score = score - self.near.map_or(0.0, |near| cost(near, lon_lat));
        if score < self.least {
            return;
        }
        let Some(feature) = feature() else { return };
        self.hits.push(Hit { found: Found { shelf, feature }, score });
        if self.hits.len() >= 4 * self.limit + 64 {
            self.cut();
        }
    }

    /// The best, in order; equal ones by collection and id.
    pub(super) fn hits(mut self) -> Vec<Hit<'a>> {
        self.cut();
        self.hits
    }

    fn cut(&mut self) {
        let name = |hit: &Hit<'a>| (&hit.found.shelf.collection().id, &hit.found.feature.id);
        self.hits.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| name(a).cmp(&name(b))));
        self.hits.truncate(self.limit);
        if self.hits.len() == self.limit {
            self.least = self.hits.last().map_or(f32::NEG_INFINITY, |hit| hit.score);
        }
    }
}

/// What a distance costs; on a plane, which is enough to tell near from far.
fn cost(from: LonLat, [lon, lat]: [f32; 2]) -> f32 {
    let (from_lon, from_lat) = (from.lon() as f32, from.lat() as f32);
    let east = (lon - from_lon + 540.0).rem_euclid(360.0) - 180.0;
    let (x, y) = (east * from_lat.to_radians().cos(), lat - from_lat);
    let metres = x.hypot(y) * M_PER_DEG;
    FAR * metres / (metres + HALF_M)
}
