//! Measures that hang together: free places are fewer than places, an old tree is thicker than a young one.

use super::{
    days::{after, ago},
    dice::Dice,
    subject::Subject,
    values::{Known, rounded},
};
use crate::model::Value;

/// Tells them where the collection has the fields.
pub fn tell(subject: &Subject, known: &mut Known, dice: &mut Dice) {
    let has = |field: &str| subject.collection.field_index(field).is_some();
    if has("places_total") || has("pupils") {
        places(known, dice);
    } else if has("places_free") {
        known.tell("places_free", Value::Integer(dice.whole(0, 24)));
    }
    if has("spaces_disabled") {
        let spaces = dice.whole(6, 320);
        known.tell("spaces", Value::Integer(spaces));
        // The law asks for one in ten.
        known.tell("spaces_disabled", Value::Integer((spaces as f64 * dice.between(0.02, 0.14)).ceil() as i64));
    }
    if has("free_of_charge") {
        price(subject, known, dice);
    }
    if has("round_the_clock") && has("opening_hours") {
        let is_open = dice.chance(0.25);
        known.tell("round_the_clock", Value::Boolean(is_open));
        if is_open {
            known.tell_text("opening_hours", "Пн-Нд 00:00-24:00");
        }
    }
    if has("diameter_cm") {
        tree(subject, known, dice);
    }
}

fn places(known: &mut Known, dice: &mut Dice) {
    let total = 10 * dice.whole(4, 90);
    let free = if dice.chance(0.4) { 0 } else { dice.whole(0, total / 6) };
    known.tell("places_total", Value::Integer(total));
    known.tell("places_free", Value::Integer(free));
    known.tell("pupils", Value::Integer(total - free));
    known.tell("groups", Value::Integer((total / 24).max(1)));
}

/// What costs nothing has no price; a kind may say whether it does.
fn price(subject: &Subject, known: &mut Known, dice: &mut Dice) {
    let is_free = match subject.collection.kinds[subject.kind].id.as_str() {
        "free" => true,
        "paid" => false,
        _ => dice.chance(0.6),
    };
    known.tell("free_of_charge", Value::Boolean(is_free));
    if is_free {
        known.tell("price_uah", Value::Unknown);
        known.tell("tariff_uah_hour", Value::Unknown);
    }
}

fn tree(subject: &Subject, known: &mut Known, dice: &mut Dice) {
    let age = dice.whole(12, 85);
    let grown = age as f64;
    known.tell("age_years", Value::Integer(age));
    known.tell("diameter_cm", Value::Number(rounded(8.0 + grown * dice.between(0.5, 0.95), 0)));
    known.tell("height_m", Value::Number(rounded(3.0 + grown.sqrt() * dice.between(1.0, 2.0), 1)));
    let surveyed = ago(3, 420, dice);
    known.tell_text("act_number", format!("{}/{}-{}", dice.whole(1, 300), surveyed.month(), subject.number));
    known.tell("act_issued", Value::Date(surveyed));
    known.tell("removal_due", Value::Date(after(surveyed, dice.whole(30, 365))));
}
