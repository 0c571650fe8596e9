//! A quarter is a neighbourhood with a street grid of its own: turned, bent, cut by waters, parks and its neighbours.

use std::f64::consts::TAU;

use super::{
    curve::simplify,
    dice::Dice,
    facts::{Facts, Quarter, QuarterKind},
    ground::Ground,
    nearby::Nearby,
    plane::{Spot, heading, length_m, nearest_on},
};

/// How fine a street is felt out, in metres.
const STEP_M: f64 = 12.0;

/// How far a street looks for an arterial to end at.
const REACH_M: f64 = 260.0;

/// A quarter with its grid: `along` are the offsets of the long streets from its axis, `across` those of the cross streets.
///
/// ```text
///   w ^  across[0]  across[1]
///     |     |          |
///   --+-----+----------+----  along[1]
///     |     |          |
///   --+-----+----------+----  along[0]
///     +---------------------> t, the azimuth of the quarter
/// ```
pub struct Grid {
    centre: Spot,
    long: Spot,
    half_length_m: f64,
    half_width_m: f64,
    bend: [(f64, f64, f64); 2],
    rim: [f64; 3],
    pub along: Vec<f64>,
    pub across: Vec<f64>,
}

impl Grid {
    pub fn of(quarter: &Quarter) -> Self {
        let mut dice = Dice::of_fact(&quarter.name);
        let [along_m, across_m] = block_m(quarter.kind);
        let mut bend = || (dice.between(14.0, 34.0), dice.between(900.0, 1700.0), dice.between(0.0, TAU));
        let bend = [bend(), bend()];
        let rim = [0; 3].map(|_| dice.between(0.0, TAU));
        Self {
            centre: Spot::of_degrees(quarter.at),
            long: heading(quarter.azimuth_deg),
            half_length_m: quarter.half_length_m,
            half_width_m: quarter.half_width_m,
            bend,
            rim,
            along: offsets(quarter.half_width_m * 1.1, along_m, &mut dice),
            across: offsets(quarter.half_length_m * 1.1, across_m, &mut dice),
        }
    }

    /// The spot of the plane at (t, w) of the quarter.
    pub fn spot(&self, t: f64, w: f64) -> Spot {
        let wave = |(height, length, start): (f64, f64, f64), at: f64| height * (at / length * TAU + start).sin();
        self.centre.plus(self.long, t + wave(self.bend[0], w)).plus(self.long.left(), w + wave(self.bend[1], t))
    }

    /// Below 1 inside; a rounded box with a wavy rim.
    fn reach(&self, at: Spot) -> f64 {
        let way = self.centre.to(at);
        let (t, w) = (way.dot(self.long) / self.half_length_m, way.dot(self.long.left()) / self.half_width_m);
        let turn = w.atan2(t);
        let wave: f64 =
            self.rim.iter().zip([3.0, 5.0, 8.0]).map(|(start, n)| (n * turn + start).sin() * 0.26 / n).sum();
        (t.powi(4) + w.powi(4)).sqrt().sqrt() + wave
    }
}

/// Which quarter each spot belongs to: the one it lies deepest in.
pub struct Quarters(pub Vec<Grid>);

impl Quarters {
    pub fn of(facts: &Facts) -> Self {
        Self(facts.quarters.iter().map(Grid::of).collect())
    }

    pub fn owner(&self, at: Spot) -> Option<usize> {
        self.0
            .iter()
            .enumerate()
            .filter(|(_, grid)| grid.centre.distance(at) < 1.5 * grid.half_length_m)
            .map(|(i, grid)| (i, grid.reach(at)))
            .filter(|(_, reach)| *reach < 1.0)
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(i, _)| i)
    }
}

/// Metres between long streets and between cross streets.
fn block_m(kind: QuarterKind) -> [f64; 2] {
    match kind {
        QuarterKind::Centre => [150.0, 190.0],
        QuarterKind::Apartments => [230.0, 290.0],
        QuarterKind::Houses => [120.0, 360.0],
        QuarterKind::Industry => [380.0, 600.0],
        QuarterKind::Village => [135.0, 360.0],
    }
}

/// How often a stretch of street between two crossings is missing, of long and of cross streets.
fn gaps(kind: QuarterKind) -> [f64; 2] {
    match kind {
        QuarterKind::Centre => [0.02, 0.06],
        QuarterKind::Apartments => [0.10, 0.18],
        QuarterKind::Houses => [0.03, 0.18],
        QuarterKind::Industry => [0.22, 0.34],
        QuarterKind::Village => [0.12, 0.34],
    }
}

fn offsets(reach_m: f64, step_m: f64, dice: &mut Dice) -> Vec<f64> {
    let mut at = -reach_m + dice.between(0.0, step_m);
    let mut offsets = Vec::new();
    while at < reach_m {
        offsets.push(at);
        at += step_m * dice.between(0.8, 1.2);
    }
    offsets
}

/// The local streets of all quarters, each with its quarter.
pub fn local_streets(facts: &Facts, ground: &Ground, network: &Nearby<(u32, f32)>) -> Vec<(usize, Vec<Spot>)> {
    let quarters = Quarters::of(facts);
    let mut streets = Vec::new();
    for (i, quarter) in facts.quarters.iter().enumerate() {
        let grid = &quarters.0[i];
        let mut dice = Dice::of_fact(&format!("streets of {}", quarter.name));
        let [gap_along, gap_across] = gaps(quarter.kind);
        let mut feel =
            Feeler { ground, network, quarters: &quarters, quarter: i, dice: &mut dice, streets: &mut streets };
        for w in &grid.along {
            feel.line(&|t| grid.spot(t, *w), &grid.across, gap_along);
        }
        for t in &grid.across {
            feel.line(&|w| grid.spot(*t, w), &grid.along, gap_across);
        }
    }
    streets
}

/// Feels along one line of a grid for the stretches that can be streets.
struct Feeler<'a> {
    ground: &'a Ground,
    network: &'a Nearby<(u32, f32)>,
    quarters: &'a Quarters,
    quarter: usize,
    dice: &'a mut Dice,
    streets: &'a mut Vec<(usize, Vec<Spot>)>,
}

impl Feeler<'_> {
    fn line(&mut self, at: &dyn Fn(f64) -> Spot, crossings: &[f64], gap: f64) {
        let mut run: Option<(f64, f64)> = None;
        for pair in crossings.windows(2) {
            if !self.dice.chance(gap) && self.is_open(at, pair[0], pair[1]) {
                run = Some((run.map_or(pair[0], |(from, _)| from), pair[1]));
            } else if let Some(run) = run.take() {
                self.street(at, run);
            }
        }
        if let Some(run) = run {
            self.street(at, run);
        }
    }

    /// Whether a street may run from one crossing to the next.
    fn is_open(&self, at: &dyn Fn(f64) -> Spot, from: f64, to: f64) -> bool {
        let pieces = ((to - from) / STEP_M).ceil() as usize;
        (0..=pieces).all(|k| {
            let on = from + (to - from) * k as f64 / pieces as f64;
            let (spot, way) = (at(on), at(on - 1.0).to(at(on + 1.0)).one_metre());
            self.quarters.owner(spot) == Some(self.quarter) && self.ground.is_free(spot) && !self.is_beside(spot, way)
        })
    }

    /// Whether an arterial or main street runs beside, in nearly the same direction.
    fn is_beside(&self, spot: Spot, way: Spot) -> bool {
        self.network
            .about(spot, 45.0)
            .any(|s| nearest_on(s.a, s.b, spot).1 < 45.0 && s.a.to(s.b).one_metre().dot(way).abs() > 0.8)
    }

    fn street(&mut self, at: &dyn Fn(f64) -> Spot, (from, to): (f64, f64)) {
        let from = self.lengthened(at, from, -1.0);
        let to = self.lengthened(at, to, 1.0);
        let pieces = ((to - from) / STEP_M).ceil() as usize;
        let line = (0..=pieces).map(|k| at(from + (to - from) * k as f64 / pieces as f64)).collect::<Vec<_>>();
        let line = simplify(&line, 1.2);
        if length_m(&line) > 70.0 {
            self.streets.push((self.quarter, line));
        }
    }

    /// Goes on until the next arterial or main street, where there is one and the way is free.
    fn lengthened(&mut self, at: &dyn Fn(f64) -> Spot, end: f64, sign: f64) -> f64 {
        if !self.dice.chance(0.55) {
            return end;
        }
        let mut before = at(end);
        for k in 1..=(REACH_M / 6.0) as usize {
            let here = end + sign * 6.0 * k as f64;
            let spot = at(here);
            let crosses = |s: &super::nearby::Segment<(u32, f32)>| super::plane::segments_meet(before, spot, s.a, s.b);
            if self.network.about(spot, 12.0).any(crosses) {
                return here;
            }
            if !self.ground.is_free(spot) || self.is_beside(spot, before.to(spot).one_metre()) {
                return end;
            }
            before = spot;
        }
        end
    }
}
