//! The thematic resources: objects made one after another, so that a city of any size fits through a small memory.

use super::{
    dice::Dice,
    facts::Stock,
    photos::Shots,
    places::{Place, Town},
    source::{Format, Row},
    subject,
    subject::Subject,
    values::{Known, values},
};
use crate::{model::Collection, space::Geometry};

/// Makes the objects of one collection, the next at each call.
pub struct Maker<'a> {
    town: &'a Town<'a>,
    collection: &'a Collection,
    stock: &'a Stock,
    format: Format,
    dice: Dice,
    shots: Option<Shots<'a>>,
    made: u64,
}

impl<'a> Maker<'a> {
    pub fn new(town: &'a Town<'a>, collection: &'a Collection, stock: &'a Stock, format: Format, seed: u64) -> Self {
        let shots = Shots::of(collection, town.facts, seed);
        Self { town, collection, stock, format, dice: Dice::new(seed, collection.id.as_str()), shots, made: 0 }
    }

    pub fn make(&mut self) -> Row {
        self.made += 1;
        let kind = subject::kind(self.collection, &mut self.dice);
        let place = self.place();
        let dice = &mut self.dice;
        let name = subject::name(self.stock, self.made, &self.collection.kinds[kind].title, &place, self.town, dice);
        let subject = Subject {
            collection: self.collection,
            number: self.made,
            kind,
            name,
            address: self.town.address(place.address, place.letter),
            district: &self.town.district_names[place.district],
        };
        let values = values(&subject, Known::default(), self.town.facts, dice);
        let photos = self.shots.as_mut().map(Shots::cell).unwrap_or_default();
        Row { id: format!("{:05}", self.made), kind, geometry: Geometry::Point(place.at), values, photos }
    }

    /// What is named after its district stands in each of them in turn.
    fn place(&mut self) -> Place {
        let grid = self.format.grid();
        if self.stock.names.iter().any(|name| name.contains("{district}")) {
            let district = (self.made - 1) as usize % self.town.district_names.len();
            return self.town.place_in(district, self.stock.place, &grid, &mut self.dice);
        }
        self.town.place(self.stock.place, &grid, &mut self.dice)
    }
}
