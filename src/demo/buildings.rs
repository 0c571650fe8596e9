//! Apartment buildings are slabs, towers, closed blocks: placed block by block in the quarters, clear of streets and each other.

use std::collections::BTreeMap;

use anyhow::ensure;

use super::{
    curve::strip,
    dice::Dice,
    facts::{Facts, QuarterKind},
    ground::Ground,
    nearby::Nearby,
    plane::{Spot, edges, is_inside, nearest_on, segments_meet},
    quarters::Quarters,
    streets::{Address, Streets},
};

/// How many the city has: the passports of more than 5.2 thousand buildings that its housing register is known for.
pub const COUNT: usize = 5_200;

/// Metres between the walls of two buildings at least, and from a wall to a pavement.
const YARD_M: f64 = 9.0;
const FRONT_GARDEN_M: f64 = 4.0;

/// A building on the plane.
pub struct Building {
    pub ring: Vec<Spot>,
    pub middle: Spot,
    pub form: Form,
    pub address: Address,
    /// 0 for the first building of its number, 1 for the one with «А» and so on.
    pub letter: u8,
    pub length_m: f64,
}

/// What kind of house it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Two or three storeys, of the middle of the last century.
    Low,
    /// Five storeys, long.
    Slab,
    /// Nine storeys, very long.
    LongSlab,
    /// Nine to sixteen storeys, nearly square.
    Tower,
    /// Four or five storeys about a corner.
    Corner,
}

/// Builds the city's apartment buildings.
pub fn build(seed: u64, facts: &Facts, ground: &Ground, streets: &Streets) -> anyhow::Result<Vec<Building>> {
    let quarters = Quarters::of(facts);
    let mut dice = Dice::new(seed, "buildings");
    let mut site = Site { ground, streets, walls: Nearby::new(), built: Vec::new() };
    for (i, quarter) in facts.quarters.iter().enumerate() {
        let grid = &quarters.0[i];
        let share = match quarter.kind {
            QuarterKind::Centre | QuarterKind::Apartments => 1.0,
            // A few low houses stand among private ones.
            QuarterKind::Houses => 0.05,
            QuarterKind::Industry | QuarterKind::Village => continue,
        };
        for w in grid.along.windows(2) {
            for t in grid.across.windows(2) {
                let middle = grid.spot(f64::midpoint(t[0], t[1]), f64::midpoint(w[0], w[1]));
                if quarters.owner(middle) == Some(i) && dice.chance(share) {
                    let block = Block { at: &|t, w| grid.spot(t, w), t: [t[0], t[1]], w: [w[0], w[1]] };
                    site.fill(quarter.kind, &block, &mut dice);
                }
            }
        }
    }
    let mut built = site.built;
    ensure!(built.len() >= COUNT, "the quarters hold only {} apartment buildings, not {COUNT}", built.len());
    dice.shuffle(&mut built);
    built.truncate(COUNT);
    number(&mut built);
    Ok(built)
}

/// Buildings of one number get letters, the one nearest to the start of the street none; then all are put in order.
fn number(built: &mut [Building]) {
    built.sort_by(|a, b| {
        a.address.cmp(&b.address).then(a.middle.x.total_cmp(&b.middle.x)).then(a.middle.y.total_cmp(&b.middle.y))
    });
    let mut taken: BTreeMap<Address, u8> = BTreeMap::new();
    for building in built {
        let next = taken.entry(building.address).or_insert(0);
        building.letter = *next;
        *next += 1;
    }
}

/// A block between four streets, in the coordinates of its quarter.
struct Block<'a> {
    at: &'a dyn Fn(f64, f64) -> Spot,
    t: [f64; 2],
    w: [f64; 2],
}

struct Site<'a> {
    ground: &'a Ground,
    streets: &'a Streets,
    walls: Nearby<u32>,
    built: Vec<Building>,
}

impl Site<'_> {
    fn fill(&mut self, kind: QuarterKind, block: &Block, dice: &mut Dice) {
        match kind {
            QuarterKind::Centre => self.closed(block, dice),
            QuarterKind::Houses => self.rows(block, Form::Low, dice.chance(0.5), dice),
            _ => match dice.weighed(&[0.40, 0.22, 0.16, 0.12, 0.10]) {
                0 => self.rows(block, Form::Slab, true, dice),
                1 => self.rows(block, Form::Slab, false, dice),
                2 => self.rows(block, Form::LongSlab, dice.chance(0.5), dice),
                3 => self.closed(block, dice),
                _ => self.rows(block, Form::Tower, true, dice),
            },
        }
    }

    /// Parallel rows: along the long streets, or across.
    fn rows(&mut self, block: &Block, form: Form, is_along: bool, dice: &mut Dice) {
        let (row, line) = if is_along { (block.w, block.t) } else { (block.t, block.w) };
        let (length_m, width_m) = size(form, dice);
        let (row_step, gap) = match form {
            Form::Low => (34.0, 16.0),
            Form::Slab => (44.0, 18.0),
            Form::LongSlab => (66.0, 26.0),
            _ => (58.0, 36.0),
        };
        // The middle of a block is kept for a school or a kindergarten now and then.
        let keeps_yard = dice.chance(0.35);
        let yard = (block.at)(f64::midpoint(block.t[0], block.t[1]), f64::midpoint(block.w[0], block.w[1]));
        let mut r = row[0] + 14.0 + width_m / 2.0;
        while r < row[1] - 10.0 - width_m / 2.0 {
            let mut l = line[0] + 13.0 + length_m / 2.0 + dice.between(0.0, 14.0);
            while l < line[1] - 8.0 - length_m / 2.0 {
                let (t, w) = if is_along { (l, r) } else { (r, l) };
                let is_yard = keeps_yard && (block.at)(t, w).distance(yard) < 58.0;
                if !is_yard && !dice.chance(0.06) {
                    self.raise(block, form, (t, w), is_along, length_m, width_m, dice);
                }
                l += length_m + gap + dice.between(0.0, 8.0);
            }
            r += row_step;
        }
    }

    /// Houses along all four sides, with corners.
    fn closed(&mut self, block: &Block, dice: &mut Dice) {
        let inset = 15.0;
        for (i, t) in block.t.iter().enumerate() {
            for (j, w) in block.w.iter().enumerate() {
                let (inward_t, inward_w) = ([1.0, -1.0][i], [1.0, -1.0][j]);
                self.corner(block, (t + inward_t * inset, w + inward_w * inset), (inward_t, inward_w), dice);
            }
        }
        for is_along in [true, false] {
            let (row, line) = if is_along { (block.w, block.t) } else { (block.t, block.w) };
            for side in [row[0] + inset + 6.0, row[1] - inset - 6.0] {
                let mut l = line[0] + inset + 46.0;
                while l < line[1] - inset - 46.0 {
                    let length_m = dice.between(28.0, 56.0);
                    let (t, w) = if is_along { (l + length_m / 2.0, side) } else { (side, l + length_m / 2.0) };
                    self.raise(block, Form::Low, (t, w), is_along, length_m, 12.5, dice);
                    l += length_m + dice.between(10.0, 20.0);
                }
            }
        }
    }

    /// A house of two wings about the corner (t, w), which open inward.
    fn corner(&mut self, block: &Block, (t, w): (f64, f64), (inward_t, inward_w): (f64, f64), dice: &mut Dice) {
        let (wing_t, wing_w, deep) = (dice.between(26.0, 44.0), dice.between(26.0, 44.0), 12.5);
        let corner = [(0.0, 0.0), (wing_t, 0.0), (wing_t, deep), (deep, deep), (deep, wing_w), (0.0, wing_w)];
        let mut ring = corner.map(|(along, aside)| (block.at)(t + inward_t * along, w + inward_w * aside)).to_vec();
        if inward_t * inward_w < 0.0 {
            ring.reverse();
        }
        self.stand(ring, Form::Corner, wing_t + wing_w);
    }

    #[allow(clippy::too_many_arguments, reason = "a house is as many numbers")]
    fn raise(
        &mut self,
        block: &Block,
        form: Form,
        (t, w): (f64, f64),
        is_along: bool,
        length_m: f64,
        width_m: f64,
        dice: &mut Dice,
    ) {
        let half = length_m / 2.0 * dice.between(0.94, 1.0);
        let (from, to) = if is_along { ((t - half, w), (t + half, w)) } else { ((t, w - half), (t, w + half)) };
        let axis = [(block.at)(from.0, from.1), (block.at)(to.0, to.1)];
        self.stand(strip(&axis, width_m), form, 2.0 * half);
    }

    /// Builds the house where nothing is in its way.
    fn stand(&mut self, ring: Vec<Spot>, form: Form, length_m: f64) {
        let sum = ring.iter().fold(Spot { x: 0.0, y: 0.0 }, |sum, s| sum.plus(*s, 1.0));
        let middle = Spot { x: sum.x / ring.len() as f64, y: sum.y / ring.len() as f64 };
        let reach_m = ring.iter().map(|s| s.distance(middle)).fold(0.0, f64::max);
        let is_clear = ring.iter().all(|s| self.ground.is_free(*s))
            && self.walls.about(middle, reach_m + YARD_M).all(|s| gap_m(&ring, s.a, s.b) > YARD_M)
            && self
                .streets
                .axes(middle, reach_m + 30.0)
                .all(|(a, b, half_width_m)| gap_m(&ring, a, b) > half_width_m + FRONT_GARDEN_M);
        if !is_clear {
            return;
        }
        for (a, b) in edges(&ring) {
            self.walls.add(a, b, self.built.len() as u32);
        }
        let address = self.streets.address(middle);
        self.built.push(Building { ring, middle, form, address, letter: 0, length_m });
    }
}

/// Length and width.
fn size(form: Form, dice: &mut Dice) -> (f64, f64) {
    match form {
        Form::Low => (dice.between(22.0, 38.0), 12.0),
        Form::Slab => (dice.between(52.0, 84.0), 12.5),
        Form::LongSlab => (dice.between(90.0, 132.0), 14.0),
        Form::Tower => (dice.between(24.0, 30.0), 21.0),
        Form::Corner => (60.0, 12.5),
    }
}

/// Metres between a ring and a segment; 0 where they meet.
fn gap_m(ring: &[Spot], a: Spot, b: Spot) -> f64 {
    if is_inside(ring, a) || edges(ring).any(|(c, d)| segments_meet(a, b, c, d)) {
        return 0.0;
    }
    edges(ring)
        .map(|(c, d)| nearest_on(a, b, c).1.min(nearest_on(c, d, a).1).min(nearest_on(c, d, b).1))
        .fold(f64::INFINITY, f64::min)
}
