//! A place is where an object stands: near homes, along a street, in a park or at the water, with the address it has there.

use super::{
    buildings::Building,
    dice::Dice,
    facts::{Class, Facts, PlaceKind, QuarterKind},
    ground::{Ground, Patch},
    plane::Spot,
    streets::{Address, Streets, half_width_m},
    subject::district_title,
};
use crate::space::LonLat;

/// Ukrainian letters that houses of one number get, in the order offices give them.
const LETTERS: [&str; 14] = ["", "А", "Б", "В", "Г", "Д", "Е", "Ж", "И", "К", "Л", "М", "Н", "П"];

/// The built city, asked for places.
pub struct Town<'a> {
    pub facts: &'a Facts,
    pub ground: &'a Ground,
    pub streets: &'a Streets,
    pub buildings: &'a [Building],
    /// In the order of the facts.
    pub district_names: Vec<String>,
    lots: [Lots; 5],
    greens: Vec<f64>,
    shores: Vec<f64>,
}

/// Where an object stands.
pub struct Place {
    pub at: LonLat,
    pub address: Address,
    pub letter: u8,
    pub district: usize,
}

/// Streets with the metres up to each, so that one can be drawn by its length.
struct Lots {
    ends_m: Vec<f64>,
    streets: Vec<u32>,
}

/// Which lots are which.
const HOMES: usize = 0;
const CENTRE: usize = 1;
const BUSY: usize = 2;
const WORKS: usize = 3;
const EDGE: usize = 4;

impl<'a> Town<'a> {
    pub fn new(facts: &'a Facts, ground: &'a Ground, streets: &'a Streets, buildings: &'a [Building]) -> Self {
        use QuarterKind::{Apartments, Centre, Houses, Industry, Village};
        let of = |wanted: &dyn Fn(Class, Option<QuarterKind>) -> f64| Lots::of(streets, wanted);
        let is = |kind: Option<QuarterKind>, among: &[QuarterKind]| {
            f64::from(u8::from(kind.is_some_and(|kind| among.contains(&kind))))
        };
        Self {
            facts,
            ground,
            streets,
            buildings,
            district_names: facts.districts.district.iter().map(|d| district_title(&d.uk, &d.en).uk).collect(),
            lots: [
                of(&|_, kind| is(kind, &[Houses, Village])),
                of(&|_, kind| is(kind, &[Centre])),
                of(&|class, kind| match class {
                    Class::Arterial => 2.2,
                    Class::Main => 1.2,
                    Class::Local => 0.5 * is(kind, &[Centre]) + 0.3 * is(kind, &[Apartments]),
                }),
                of(&|_, kind| is(kind, &[Industry])),
                of(&|_, kind| is(kind, &[Village])),
            ],
            greens: ground.greens.iter().map(|patch| patch.area_m2.sqrt()).collect(),
            shores: ground.bodies.iter().map(|patch| patch.area_m2.sqrt()).collect(),
        }
    }

    /// A place of this kind by chance, on the grid the file will be written with, in the city.
    pub fn place(&self, kind: PlaceKind, grid: &dyn Fn(Spot) -> LonLat, dice: &mut Dice) -> Place {
        loop {
            let (spot, address, letter) = self.spot(kind, dice);
            let at = grid(spot);
            if let Some(district) = self.ground.district(at) {
                return Place { at, address, letter, district };
            }
        }
    }

    /// A place of this kind in a certain district; where there is none, beside its busy streets.
    pub fn place_in(&self, district: usize, kind: PlaceKind, grid: &dyn Fn(Spot) -> LonLat, dice: &mut Dice) -> Place {
        for attempt in 0..4_000 {
            let kind = if attempt < 200 { kind } else { PlaceKind::Street };
            let place = self.place(kind, grid, dice);
            if place.district == district {
                return place;
            }
        }
        self.place(kind, grid, dice)
    }

    /// «вул. Садова, 12А».
    pub fn address(&self, address: Address, letter: u8) -> String {
        let street = &self.streets.all[address.street as usize].name.short;
        format!("{street}, {}{}", address.number, suffix(letter))
    }

    fn spot(&self, kind: PlaceKind, dice: &mut Dice) -> (Spot, Address, u8) {
        match kind {
            PlaceKind::Housing if dice.chance(0.78) => {
                let building = dice.pick(self.buildings);
                let corner = *dice.pick(&building.ring);
                let at = building.middle.toward(corner, dice.between(0.05, 0.85));
                (at, building.address, building.letter)
            }
            PlaceKind::Housing => self.beside(HOMES, 6.0, 22.0, dice),
            PlaceKind::Centre => self.beside(CENTRE, 2.0, 14.0, dice),
            PlaceKind::Street => self.beside(BUSY, 0.5, 7.0, dice),
            PlaceKind::Industry => self.beside(WORKS, 10.0, 130.0, dice),
            PlaceKind::Edge => self.beside(EDGE, 10.0, 220.0, dice),
            PlaceKind::Green => {
                let at = self.ground.greens[dice.weighed(&self.greens)].spot(dice);
                (at, self.streets.address(at), 0)
            }
            PlaceKind::Water => {
                let at = self.shore(dice);
                (at, self.streets.address(at), 0)
            }
        }
    }

    /// Beside a street of the lots, so many metres off its pavement.
    fn beside(&self, lots: usize, from_m: f64, to_m: f64, dice: &mut Dice) -> (Spot, Address, u8) {
        let street = self.lots[lots].draw(dice);
        let drawn = &self.streets.all[street];
        let side = if dice.chance(0.5) { 1.0 } else { -1.0 };
        let offset_m = side * (half_width_m(drawn.class) + dice.between(from_m, to_m));
        let (at, address) = self.streets.beside(street, dice.between(0.0, drawn.length_m), offset_m);
        (at, address, 0)
    }

    /// Just outside the rim of a water body, or on the bank of a river.
    fn shore(&self, dice: &mut Dice) -> Spot {
        if dice.chance(0.45) {
            let i = dice.below(self.ground.rivers.len());
            let (river, line) = (&self.facts.waters.river[i], &self.ground.rivers[i].line);
            let (on, way) = super::plane::along(line, dice.between(0.0, self.ground.rivers[i].length_m));
            let side = if dice.chance(0.5) { 1.0 } else { -1.0 };
            on.plus(way.left(), side * (river.width_m / 2.0 + dice.between(2.0, 14.0)))
        } else {
            let body: &Patch = &self.ground.bodies[dice.weighed(&self.shores)];
            let i = dice.below(body.ring.len());
            let (a, b) = (body.ring[i], body.ring[(i + 1) % body.ring.len()]);
            // The ring runs counter-clockwise: the land is on its right.
            a.toward(b, dice.unit()).plus(a.to(b).one_metre().left(), -dice.between(3.0, 16.0))
        }
    }
}

/// The letters after a house number.
pub fn suffix(letter: u8) -> String {
    match LETTERS.get(usize::from(letter)) {
        Some(one) => (*one).into(),
        None => format!("/{letter}"),
    }
}

impl Lots {
    fn of(streets: &Streets, weight: &dyn Fn(Class, Option<QuarterKind>) -> f64) -> Self {
        let (mut ends_m, mut chosen, mut sum) = (Vec::new(), Vec::new(), 0.0);
        for (i, street) in streets.all.iter().enumerate() {
            let weight = weight(street.class, street.quarter);
            if weight > 0.0 {
                sum += weight * street.length_m;
                ends_m.push(sum);
                chosen.push(i as u32);
            }
        }
        Self { ends_m, streets: chosen }
    }

    fn draw(&self, dice: &mut Dice) -> usize {
        let sum = self.ends_m.last().expect("every kind of place has streets");
        let at = dice.unit() * sum;
        self.streets[self.ends_m.partition_point(|end| *end <= at)] as usize
    }
}
