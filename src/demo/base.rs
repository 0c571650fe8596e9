//! The base of the map: districts, streets, waters, greenery, apartment buildings, public transport and air posts as rows.

use anyhow::Context;

use super::{
    dice::Dice,
    facts::Class,
    passport,
    places::Town,
    plane::Spot,
    source::Row,
    subject::{Subject, district_title},
    transport::{Route, Stop, Transport},
    values::{Known, edrpou, rounded, values},
};
use crate::{
    model::{Collection, Title, Value, latin},
    space::{Area, Geometry, LonLat},
};

/// The base of one city.
pub struct Base<'a> {
    pub town: &'a Town<'a>,
    pub transport: &'a Transport,
    pub seed: u64,
}

impl Base<'_> {
    /// How many features a collection of the base has; `None` for a thematic resource.
    pub fn count(&self, collection: &Collection) -> Option<usize> {
        let waters = &self.town.facts.waters;
        Some(match collection.id.as_str() {
            "districts" => self.town.ground.districts.len(),
            "streets" => self.town.streets.all.len(),
            "rivers" => waters.river.len(),
            "water-bodies" => waters.body.len(),
            "green-areas" => self.town.ground.greens.len(),
            "apartment-buildings" => self.town.buildings.len(),
            "transport-routes" => self.transport.routes.len(),
            "transport-stops" => self.transport.stops.len(),
            "air-posts" => self.town.facts.air.len(),
            _ => return None,
        })
    }

    /// All features of a collection of the base, in a fixed order.
    pub fn rows(&self, collection: &Collection) -> anyhow::Result<Vec<Row>> {
        let count = self.count(collection).context("a collection of the base")?;
        let mut dice = Dice::new(self.seed, collection.id.as_str());
        (0..count)
            .map(|i| match collection.id.as_str() {
                "districts" => self.district(collection, i, &mut dice),
                "streets" => self.street(collection, i, &mut dice),
                "rivers" => self.river(collection, i, &mut dice),
                "water-bodies" => self.body(collection, i, &mut dice),
                "green-areas" => self.green(collection, i, &mut dice),
                "apartment-buildings" => self.building(collection, i, &mut dice),
                "transport-routes" => self.route(collection, &self.transport.routes[i], i, &mut dice),
                "transport-stops" => self.stop(collection, &self.transport.stops[i], i, &mut dice),
                _ => self.air_post(collection, i, &mut dice),
            })
            .collect()
    }

    fn district(&self, of: &Collection, i: usize, dice: &mut Dice) -> anyhow::Result<Row> {
        let (drawn, fact) = (&self.town.ground.districts[i], &self.town.facts.districts.district[i]);
        let mut known = Known::default();
        known.tell_text("katottg", &fact.code);
        known.tell("former_name", fact.former.as_deref().map_or(Value::Unknown, Value::from));
        known.tell("population", Value::Integer(fact.population));
        known.tell("area_km2", Value::Number(rounded(drawn.area_km2, 1)));
        let geometry = Geometry::areas(vec![drawn.area.clone()])?;
        let title = district_title(&fact.uk, &fact.en);
        self.row(of, (&fact.code, "city-district"), title, geometry, known, dice)
    }

    fn street(&self, of: &Collection, i: usize, dice: &mut Dice) -> anyhow::Result<Row> {
        let street = &self.town.streets.all[i];
        let mut known = Known::default();
        let (class, width_m, is_asphalt) = match street.class {
            Class::Arterial => ("arterial", dice.between(18.0, 28.0), 1.0),
            Class::Main => ("main", dice.between(11.0, 16.0), 1.0),
            Class::Local => ("local", dice.between(5.0, 8.0), 0.8),
        };
        known.tell_text("class", class);
        known.tell("length_m", Value::Number(street.length_m.round()));
        known.tell("width_m", Value::Number(rounded(width_m, 1)));
        known.tell_text("surface", if dice.chance(is_asphalt) { "asphalt" } else { "gravel" });
        known.tell_text("inventory_number", format!("{:06}", 100_001 + i));
        let (middle, _) = super::plane::along(&street.line, street.length_m / 2.0);
        known.tell("district", self.district_of(middle.lonlat()));
        let title = Title { uk: street.name.full.clone(), en: street.name.en.clone() };
        let id = format!("V-{:04}", i + 1);
        self.row(of, (&id, street.name.kind), title, line(&street.line)?, known, dice)
    }

    fn river(&self, of: &Collection, i: usize, dice: &mut Dice) -> anyhow::Result<Row> {
        let fact = &self.town.facts.waters.river[i];
        let mut known = Known::default();
        known.tell("length_km", Value::Number(fact.length_km));
        known.tell("width_m", Value::Number(fact.width_m));
        known.tell("description", Value::Unknown);
        let title = Title { uk: fact.uk.clone(), en: fact.en.clone() };
        let id = format!("R-{:02}", i + 1);
        self.row(of, (&id, &fact.kind), title, line(&self.town.ground.rivers[i].line)?, known, dice)
    }

    fn body(&self, of: &Collection, i: usize, dice: &mut Dice) -> anyhow::Result<Row> {
        let (fact, drawn) = (&self.town.facts.waters.body[i], &self.town.ground.bodies[i]);
        let mut known = Known::default();
        known.tell("area_ha", Value::Number(rounded(drawn.area_m2 / 1e4, 2)));
        known.tell("depth_m", Value::Number(fact.depth_m));
        // A basin holds about two fifths of the box over its deepest place.
        known.tell("volume_m3", Value::Number((drawn.area_m2 * fact.depth_m * 0.4).round()));
        known.tell("district", self.district_of(drawn.middle().lonlat()));
        let title = Title { uk: fact.uk.clone(), en: fact.en.clone() };
        self.row(of, (&format!("W-{:03}", i + 1), &fact.kind), title, area(&drawn.ring)?, known, dice)
    }

    fn green(&self, of: &Collection, i: usize, dice: &mut Dice) -> anyhow::Result<Row> {
        let (facts, drawn) = (&self.town.facts.greens, &self.town.ground.greens[i]);
        let (uk, en, kind) = if let Some(blob) = facts.blob.get(i) {
            (&blob.uk, &blob.en, &blob.kind)
        } else {
            let belt = &facts.belt[i - facts.blob.len()];
            (&belt.uk, &belt.en, &belt.kind)
        };
        let mut known = Known::default();
        known.tell("area_ha", Value::Number(rounded(drawn.area_m2 / 1e4, 2)));
        known.tell("district", self.district_of(drawn.middle().lonlat()));
        let title = Title { uk: uk.clone(), en: en.clone() };
        self.row(of, (&format!("G-{:03}", i + 1), kind), title, area(&drawn.ring)?, known, dice)
    }

    fn building(&self, of: &Collection, i: usize, dice: &mut Dice) -> anyhow::Result<Row> {
        let building = &self.town.buildings[i];
        let address = self.town.address(building.address, building.letter);
        let mut known = Known::default();
        passport::tell(building, &mut known, self.town.facts, dice);
        known.tell("district", self.district_of(building.middle.lonlat()));
        known.tell_text("address", &address);
        let kind = ["managed", "condominium", "cooperative", "dormitory"][dice.weighed(&[0.66, 0.22, 0.07, 0.05])];
        let title =
            Title { uk: format!("Будинок, {address}"), en: format!("Building, {}", latin::spell(&address)) };
        self.row(of, (&format!("B-{:05}", i + 1), kind), title, area(&building.ring)?, known, dice)
    }

    fn route(&self, of: &Collection, route: &Route, i: usize, dice: &mut Dice) -> anyhow::Result<Row> {
        let mut known = Known::default();
        let (word, word_en) = match route.mode {
            "bus" => ("Автобус", "Bus"),
            "trolleybus" => ("Тролейбус", "Trolleybus"),
            "tram" => ("Трамвай", "Tram"),
            _ => ("Швидкісний трамвай", "Rapid tram"),
        };
        known.tell_text("ref", &route.number);
        known.tell_text("mode", route.mode);
        known.tell_text("first_stop", &route.first);
        known.tell_text("last_stop", &route.last);
        known.tell_text("operator", &self.town.facts.transport.operators[route.mode]);
        known.tell("length_km", Value::Number(rounded(route.length_m / 1000.0, 2)));
        known.tell("interval_min", Value::Integer(dice.whole(5, 40)));
        known.tell("fare_uah", Value::Number(if route.mode == "bus" { 15.0 } else { 8.0 }));
        known.tell_text("opening_hours", format!("Пн-Нд 05:{:02}-22:{:02}", 5 * dice.below(12), 5 * dice.below(12)));
        let (first, last) = (latin::spell(&route.first), latin::spell(&route.last));
        let title = Title {
            uk: format!("{word} {}: {} – {}", route.number, route.first, route.last),
            en: format!("{word_en} {}: {first} – {last}", latin::spell(&route.number)),
        };
        let kind = if route.mode == "bus" && i % 14 == 13 { "night" } else { "city" };
        self.row(of, (&format!("M-{:03}", i + 1), kind), title, line(&route.line)?, known, dice)
    }

    fn stop(&self, of: &Collection, stop: &Stop, i: usize, dice: &mut Dice) -> anyhow::Result<Row> {
        let mut known = Known::default();
        let at = stop.at.lonlat_of_point();
        known.tell_text("address", self.town.address(self.town.streets.address(stop.at), 0));
        known.tell("district", self.district_of(at));
        known.tell_text("code", format!("{}", 1001 + i));
        known.tell_text("routes", stop.routes.join(", "));
        let title = Title { uk: stop.name.clone(), en: latin::spell(&stop.name) };
        self.row(of, (&format!("Z-{:04}", i + 1), stop.kind), title, Geometry::Point(at), known, dice)
    }

    fn air_post(&self, of: &Collection, i: usize, dice: &mut Dice) -> anyhow::Result<Row> {
        let post = &self.town.facts.air[i];
        let spot = Spot::of_degrees(post.at);
        let mut known = Known::default();
        known.tell_text("address", self.town.address(self.town.streets.address(spot), 0));
        known.tell("district", self.district_of(spot.lonlat_of_point()));
        let operator = match post.kind.as_str() {
            "city" => "Департамент екології".to_owned(),
            _ => format!("Оператор поста, код {}", edrpou(dice)),
        };
        known.tell_text("operator", operator);
        let title = Title { uk: post.uk.clone(), en: post.en.clone() };
        let geometry = Geometry::Point(spot.lonlat_of_point());
        self.row(of, (&format!("P-{:02}", i + 1), &post.kind), title, geometry, known, dice)
    }

    fn row(
        &self,
        of: &Collection,
        (id, kind): (&str, &str),
        name: Title,
        geometry: Geometry,
        known: Known,
        dice: &mut Dice,
    ) -> anyhow::Result<Row> {
        let position = of.kinds.iter().position(|choice| choice.id == kind);
        let kind = position.with_context(|| format!("the collection {} has no kind `{kind}`", of.id))?;
        let subject = Subject { collection: of, number: 0, name, address: String::new(), district: "", kind };
        let values = values(&subject, known, self.town.facts, dice);
        Ok(Row { id: id.into(), kind, geometry, values, photos: String::new() })
    }

    /// The name of the district around a place; unknown outside the city.
    fn district_of(&self, at: LonLat) -> Value {
        self.town.ground.district(at).map_or(Value::Unknown, |i| self.town.district_names[i].as_str().into())
    }
}

fn line(spots: &[Spot]) -> anyhow::Result<Geometry> {
    Ok(Geometry::lines(vec![spots.iter().map(|spot| spot.lonlat()).collect()])?)
}

fn area(ring: &[Spot]) -> anyhow::Result<Geometry> {
    Ok(Geometry::areas(vec![Area::new(ring.iter().map(|spot| spot.lonlat()).collect(), Vec::new())?])?)
}
