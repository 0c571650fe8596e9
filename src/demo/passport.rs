//! The passport of an apartment building: what its form says about storeys, flats and residents.

use super::{
    buildings::{Building, Form},
    dice::Dice,
    facts::Facts,
    plane::area_m2,
    subject::fill,
    values::{Known, phone, rounded},
};
use crate::model::Value;

/// How many firms and associations look after the buildings.
const MANAGERS: usize = 36;

/// Square metres of one flat with its share of stairs and walls.
const FLAT_M2: f64 = 68.0;

/// Tells the passport.
pub fn tell(building: &Building, known: &mut Known, facts: &Facts, dice: &mut Dice) {
    let (levels, year, walls) = match building.form {
        Form::Low => (dice.whole(2, 3), dice.whole(1934, 1959), ["brick", "slag", "block"][dice.below(3)]),
        Form::Slab => (5, dice.whole(1958, 1979), ["panel", "brick"][dice.weighed(&[0.6, 0.4])]),
        Form::LongSlab => (9, dice.whole(1970, 1994), ["panel", "brick"][dice.weighed(&[0.8, 0.2])]),
        Form::Tower => ([9, 12, 14, 16][dice.below(4)], dice.whole(1976, 2021), ["monolith", "panel"][dice.below(2)]),
        Form::Corner => (dice.whole(3, 5), dice.whole(1936, 1962), "brick"),
    };
    let storey_m2 = area_m2(&building.ring).abs();
    let floor_m2 = storey_m2 * levels as f64 * 0.86;
    let apartments = (floor_m2 / FLAT_M2).round().max(4.0) as i64;
    let entrances = if building.form == Form::Tower { 1 } else { ((building.length_m / 21.0).round() as i64).max(1) };
    known.tell("levels", Value::Integer(levels));
    known.tell("built_year", Value::Integer(year));
    known.tell_text("wall_material", walls);
    known.tell("entrances", Value::Integer(entrances));
    known.tell("apartments", Value::Integer(apartments));
    known.tell("residents", Value::Integer((apartments as f64 * dice.between(1.5, 2.6)).round() as i64));
    known.tell("lifts", Value::Integer(if levels > 5 { entrances * if levels > 9 { 2 } else { 1 } } else { 0 }));
    known.tell("area_m2", Value::Number(rounded(floor_m2, 1)));
    known.tell("yard_area_m2", Value::Number(rounded(storey_m2 * dice.between(1.4, 4.2), 1)));
    known.tell_text("roof", if levels > 3 { "flat-soft" } else { ["pitched-slate", "pitched-metal"][dice.below(2)] });
    known.tell_text("heating", ["district", "individual", "building"][dice.weighed(&[0.84, 0.12, 0.04])]);
    let manager = dice.below(MANAGERS);
    let mut firm = Dice::of_fact(&format!("manager {manager}"));
    let names = ["ТОВ «Керуюча компанія {word}»", "КП «Житлосервіс {word}»", "ТОВ «Домоуправління {word}»"];
    known.tell_text("manager", fill(names[manager % 3], &facts.objects.lists, &mut firm));
    known.tell_text("manager_phone", phone(&mut firm));
    let plans = ["Ремонт покрівлі", "Ремонт під’їздів", "Заміна ліфтів", "Утеплення фасаду", "Заміна мереж"];
    if dice.chance(0.45) {
        known.tell_text("repair_plan", format!("{} у {} році", plans[dice.below(5)], dice.whole(2026, 2029)));
    } else {
        known.tell("repair_plan", Value::Unknown);
    }
}
