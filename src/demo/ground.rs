//! The ground is what the city stands on: its districts, waters and greenery, the same for every seed.

use std::collections::BTreeMap;

use anyhow::{Context, anyhow, ensure};

use super::{
    curve::{blob, ragged_strip, roughen, smooth},
    dice::Dice,
    facts::{Degrees, Facts},
    nearby::Nearby,
    plane::{Spot, area_m2, is_inside},
};
use crate::space::{Area, BBox, Geometry, LonLat};

/// Everything the streets must respect.
pub struct Ground {
    pub districts: Vec<District>,
    pub rivers: Vec<River>,
    pub bodies: Vec<Patch>,
    pub greens: Vec<Patch>,
    river_bed: Nearby<f64>,
}

/// A district as it is drawn.
pub struct District {
    pub area: Area,
    pub bbox: BBox,
    pub area_km2: f64,
}

/// A river as it is drawn.
pub struct River {
    pub line: Vec<Spot>,
    pub length_m: f64,
}

/// A piece of water or green, counter-clockwise.
pub struct Patch {
    pub ring: Vec<Spot>,
    pub area_m2: f64,
    low: Spot,
    high: Spot,
}

impl Ground {
    pub fn lay(facts: &Facts) -> anyhow::Result<Self> {
        let mut river_bed = Nearby::new();
        let mut rivers = Vec::new();
        for river in &facts.waters.river {
            let mut dice = Dice::of_fact(&river.en);
            let course = roughen(&spots(&river.course), 320.0, 0.16, &mut dice);
            let line = smooth(&course, 60.0);
            for pair in line.windows(2) {
                river_bed.add(pair[0], pair[1], river.width_m);
            }
            rivers.push(River { length_m: super::plane::length_m(&line), line });
        }
        let bodies = facts.waters.body.iter().map(|body| {
            let mut dice = Dice::of_fact(&body.en);
            Patch::new(if body.shore.is_empty() {
                let centre = Spot::of_degrees(body.at);
                blob(centre, body.half_length_m, body.half_width_m, body.azimuth_deg, &mut dice)
            } else {
                closed_curve(&body.shore, &mut dice)
            })
        });
        let blobs = facts.greens.blob.iter().map(|green| {
            let (at, mut dice) = (Spot::of_degrees(green.at), Dice::of_fact(&green.en));
            Patch::new(blob(at, green.half_length_m, green.half_width_m, green.azimuth_deg, &mut dice))
        });
        let belts = facts.greens.belt.iter().map(|belt| {
            let line = smooth(&spots(&belt.line), 90.0);
            Patch::new(ragged_strip(&line, belt.width_m, &mut Dice::of_fact(&belt.en)))
        });
        Ok(Self {
            districts: districts(facts)?,
            rivers,
            bodies: bodies.collect(),
            greens: blobs.chain(belts).collect(),
            river_bed,
        })
    }

    /// The district a place lies in; none outside the city.
    pub fn district(&self, at: LonLat) -> Option<usize> {
        self.districts.iter().position(|district| district.bbox.contains(at) && district.area.contains(at))
    }

    /// Whether the spot is in or at water.
    pub fn is_wet(&self, at: Spot) -> bool {
        self.river_bed.about(at, 70.0).any(|s| super::plane::nearest_on(s.a, s.b, at).1 < s.of / 2.0 + 22.0)
            || self.bodies.iter().any(|body| body.holds(at, 15.0))
    }

    /// Whether the spot is in a green area.
    pub fn is_green(&self, at: Spot) -> bool {
        self.greens.iter().any(|green| green.holds(at, 8.0))
    }

    /// Whether one may build at the spot.
    pub fn is_free(&self, at: Spot) -> bool {
        !self.is_wet(at) && !self.is_green(at) && self.district(at.lonlat()).is_some()
    }
}

impl Patch {
    fn new(ring: Vec<Spot>) -> Self {
        let fold = |pick: fn(f64, f64) -> f64, start: f64| {
            ring.iter().fold(Spot { x: start, y: start }, |m, s| Spot { x: pick(m.x, s.x), y: pick(m.y, s.y) })
        };
        let (low, high) = (fold(f64::min, f64::INFINITY), fold(f64::max, f64::NEG_INFINITY));
        Self { area_m2: area_m2(&ring).abs(), ring, low, high }
    }

    /// Whether the spot lies in the patch or within about `margin_m` of its rim.
    fn holds(&self, at: Spot, margin_m: f64) -> bool {
        let near = at.x > self.low.x - margin_m
            && at.x < self.high.x + margin_m
            && at.y > self.low.y - margin_m
            && at.y < self.high.y + margin_m;
        near && (is_inside(&self.ring, at)
            || super::plane::edges(&self.ring).any(|(a, b)| super::plane::nearest_on(a, b, at).1 < margin_m))
    }

    /// The middle of the patch's box.
    pub fn middle(&self) -> Spot {
        self.low.toward(self.high, 0.5)
    }

    /// A spot inside, by chance.
    pub fn spot(&self, dice: &mut Dice) -> Spot {
        for _ in 0..64 {
            let at = Spot { x: dice.between(self.low.x, self.high.x), y: dice.between(self.low.y, self.high.y) };
            if is_inside(&self.ring, at) {
                return at;
            }
        }
        // A thin belt may be missed so often; its rim is as good.
        *dice.pick(&self.ring)
    }
}

pub fn spots(degrees: &[Degrees]) -> Vec<Spot> {
    degrees.iter().map(|at| Spot::of_degrees(*at)).collect()
}

/// A smooth shore through the spots, roughened.
fn closed_curve(shore: &[Degrees], dice: &mut Dice) -> Vec<Spot> {
    let mut ring = spots(shore);
    ring.push(ring[0]);
    let mut shore = smooth(&roughen(&ring, 500.0, 0.10, dice), 90.0);
    shore.pop();
    shore
}

/// The arcs are roughened once each and rounded, so that neighbours share every vertex of their border.
fn districts(facts: &Facts) -> anyhow::Result<Vec<District>> {
    let junction = |name: &str| {
        let found = facts.districts.junctions.get(name);
        found.map(|at| Spot::of_degrees(*at)).ok_or_else(|| anyhow!("districts.toml has no junction `{name}`"))
    };
    let mut arcs = BTreeMap::new();
    for (name, arc) in &facts.districts.arcs {
        let mut line = vec![junction(&arc.from)?];
        line.extend(spots(&arc.via));
        line.push(junction(&arc.to)?);
        let rough = roughen(&line, 220.0, 0.11, &mut Dice::of_fact(name));
        arcs.insert(name.as_str(), rough.into_iter().map(Spot::lonlat).collect::<Vec<_>>());
    }
    let mut districts = Vec::new();
    for district in &facts.districts.district {
        let mut ring: Vec<LonLat> = Vec::new();
        for word in &district.ring {
            let name = word.strip_prefix('-').unwrap_or(word);
            let mut arc = arcs.get(name).with_context(|| format!("districts.toml has no arc `{name}`"))?.clone();
            if word.starts_with('-') {
                arc.reverse();
            }
            ensure!(ring.last().is_none_or(|last| *last == arc[0]), "arc `{name}` does not continue {}", district.uk);
            ring.extend(&arc[usize::from(!ring.is_empty())..]);
        }
        ensure!(ring.first() == ring.last(), "the ring of {} is open", district.uk);
        let flat = ring.iter().map(|at| Spot::of(*at)).collect::<Vec<_>>();
        let area = Area::new(ring, Vec::new()).with_context(|| district.uk.clone())?;
        let bbox = Geometry::Areas(vec![area.clone()].into()).bbox();
        districts.push(District { area, bbox, area_km2: area_m2(&flat).abs() / 1e6 });
    }
    Ok(districts)
}
