//! Permits of the demonstration city: valid, expired, annulled, reissued or missing, with dates that agree.

use super::{
    days::{TODAY, after, ago, between, years_through},
    dice::Dice,
    facts::Facts,
    subject::{Subject, fill},
    values::{Known, edrpou, phone},
};
use crate::model::Value;

/// Shares of valid, expired, annulled, reissued, and structures that stand without any permit.
const SHARES: [f64; 5] = [0.60, 0.17, 0.07, 0.04, 0.12];

/// Fields that stay unknown where there is no permit.
const OF_PERMIT: [&str; 9] = [
    "permit_number",
    "permit_status",
    "permit_issued",
    "valid_from",
    "valid_through",
    "authority",
    "authority_id",
    "contract_number",
    "contract_signed",
];

/// The whole story of a permit, for collections that have one.
pub fn tell(subject: &Subject, known: &mut Known, facts: &Facts, dice: &mut Dice) {
    if subject.collection.field_index("permit_number").is_none() {
        return;
    }
    tell_form(subject, known, dice);
    let fate = dice.weighed(&SHARES);
    if fate == 4 {
        for field in OF_PERMIT {
            known.tell(field, Value::Unknown);
        }
        // Whose it is may be seen on it, or not.
        if dice.chance(0.6) {
            for field in ["distributor", "distributor_id", "distributor_phone", "distributor_email"] {
                known.tell(field, Value::Unknown);
            }
            return;
        }
        return distributor(known, facts, dice);
    }
    let years = [1, 2, 3, 5, 5][dice.below(5)];
    let from = match fate {
        // Begun so that it still runs; a good part of it ends within a few months, as registers know.
        0 => after(TODAY, -dice.whole(5, 365 * years - 2)),
        1 => after(TODAY, -365 * years - dice.whole(12, 1400)),
        _ => ago(60, 2200, dice),
    };
    let issued = after(from, -dice.whole(3, 45));
    known.tell_text("permit_number", format!("{}-{}/{}", issued.year() % 100, dice.whole(1, 40), subject.number));
    known.tell_text("permit_status", ["valid", "expired", "annulled", "reissued"][fate]);
    known.tell("permit_issued", Value::Date(issued));
    known.tell("valid_from", Value::Date(from));
    known.tell("valid_through", Value::Date(years_through(from, years)));
    known.tell_text("authority", "Виконавчий комітет міської ради");
    known.tell_text("authority_id", "99000001");
    known.tell_text("contract_number", format!("{}-Р/{}", dice.whole(10, 990), issued.year()));
    known.tell("contract_signed", Value::Date(between(issued, from, dice)));
    distributor(known, facts, dice);
}

fn distributor(known: &mut Known, facts: &Facts, dice: &mut Dice) {
    let number = dice.below(24);
    let names = ["ТОВ «{word} медіа»", "ПП «Реклама {word}»", "ФОП {surname}"];
    // A few dozen firms own all structures: the same number is always the same firm.
    let mut firm = Dice::of_fact(&format!("distributor {number}"));
    known.tell_text("distributor", fill(names[number % 3], &facts.objects.lists, &mut firm));
    known.tell_text("distributor_id", edrpou(&mut firm));
    known.tell_text("distributor_phone", phone(&mut firm));
    known.tell_text("distributor_email", format!("reklama-{number}@example.com"));
}

/// The size and place of an advertising structure follow from its kind.
fn tell_form(subject: &Subject, known: &mut Known, dice: &mut Dice) {
    if subject.collection.field_index("planes").is_none() {
        return;
    }
    let (width_m, height_m, planes, placement) = match subject.collection.kinds[subject.kind].id.as_str() {
        "billboard" => (6.0, 3.0, dice.whole(1, 3), "ground"),
        "city-light" => (1.2, 1.8, 2, if dice.chance(0.4) { "stop" } else { "ground" }),
        "backlight" => (4.0, 3.0, dice.whole(1, 2), "ground"),
        "pylon" => (1.4, 4.5, 2, "ground"),
        "banner" => (dice.whole(6, 18) as f64, dice.whole(4, 12) as f64, 1, "facade"),
        "roof" => (dice.whole(8, 24) as f64, dice.whole(2, 6) as f64, 1, "roof"),
        "pole-panel" => (0.8, 1.2, 2, "pole"),
        _ => (dice.whole(3, 8) as f64, dice.whole(2, 5) as f64, 1, "ground"),
    };
    known.tell("width_m", Value::Number(width_m));
    known.tell("height_m", Value::Number(height_m));
    known.tell("planes", Value::Integer(planes));
    known.tell_text("placement", placement);
}
