//! Works of the demonstration city: what the budget plans, pays and finishes, with sums and days that agree.

use jiff::civil::{Date, date};

use super::{
    days::{TODAY, after, ago, years_through},
    dice::Dice,
    facts::Facts,
    subject::{Subject, fill},
    values::{Known, edrpou, rounded},
};
use crate::model::Value;

/// The first and last budget years of the demonstration.
const YEARS: [i64; 2] = [2023, 2027];

/// The story of works and money, for collections that tell one.
pub fn tell(subject: &Subject, known: &mut Known, facts: &Facts, dice: &mut Dice) {
    let has = |field: &str| subject.collection.field_index(field).is_some();
    if has("lease_start") {
        lease(known, facts, dice);
    }
    if has("detected") {
        return dump(known, dice);
    }
    if has("planned_uah") {
        budget(subject, known, facts, dice);
    }
}

fn budget(subject: &Subject, known: &mut Known, facts: &Facts, dice: &mut Dice) {
    let year = YEARS[0] + dice.weighed(&[0.15, 0.19, 0.24, 0.30, 0.12]) as i64;
    // Sums spread over orders of magnitude, as budgets do.
    let planned_uah = rounded(10_f64.powf(dice.between(4.7, 7.6)), 2);
    let status = match year {
        2027 => ["planned", "planned", "tender"][dice.below(3)],
        2026 => {
            ["planned", "tender", "in-progress", "completed", "suspended"][dice.weighed(&[0.1, 0.15, 0.45, 0.25, 0.05])]
        }
        _ => ["completed", "suspended", "in-progress"][dice.weighed(&[0.88, 0.06, 0.06])],
    };
    let readiness = match status {
        "completed" => 100.0,
        "in-progress" => dice.whole(10, 95) as f64,
        "suspended" => dice.whole(5, 60) as f64,
        _ => 0.0,
    };
    let spent_uah = match status {
        "completed" => planned_uah * dice.between(0.9, 1.0),
        _ => planned_uah * readiness / 100.0 * dice.between(0.85, 1.0),
    };
    known.tell("year", Value::Integer(year));
    known.tell("planned_uah", Value::Number(planned_uah));
    known.tell("spent_uah", Value::Number(rounded(spent_uah, 2)));
    known.tell_text("works_status", status);
    known.tell("readiness_percent", Value::Number(readiness));
    known
        .tell_text("budget_code", format!("15{:05}", [17310, 17321, 17322, 17330, 17461, 16011, 12170][dice.below(7)]));
    known.tell_text("customer", "Управління капітального будівництва");
    let is_let = matches!(status, "completed" | "in-progress" | "suspended");
    let begun = begin(year, dice);
    if is_let {
        contract(known, begun, facts, dice);
        known.tell("started", Value::Date(begun));
    } else {
        for field in ["contractor", "contractor_id", "contract_number", "contract_signed", "started"] {
            known.tell(field, Value::Unknown);
        }
    }
    if status == "completed" {
        // Finished within its year, and not after today.
        let finished = after(begun, dice.whole(20, 150)).min(TODAY).min(date(year as i16, 12, 31)).max(begun);
        known.tell("finished", Value::Date(finished));
        known.tell("warranty_until", Value::Date(years_through(finished, dice.whole(2, 10))));
    } else {
        known.tell("finished", Value::Unknown);
        known.tell("warranty_until", Value::Unknown);
    }
    if status == "planned" {
        known.tell("tender_url", Value::Unknown);
    } else {
        known.tell_text("tender_url", format!("https://example.org/tender/UA-{year}-{:06}-a", subject.number));
    }
}

/// The day works of a year begin; never after today.
fn begin(year: i64, dice: &mut Dice) -> Date {
    after(date(year as i16, 3, 1), dice.whole(0, 210)).min(after(TODAY, -dice.whole(3, 40)))
}

fn contract(known: &mut Known, begun: Date, facts: &Facts, dice: &mut Dice) {
    let number = dice.below(40);
    let mut firm = Dice::of_fact(&format!("contractor {number}"));
    let names = ["ТОВ «{word} буд»", "ПП «{word} сервіс»", "ТОВ «Будівельна компанія {word}»"];
    known.tell_text("contractor", fill(names[number % 3], &facts.objects.lists, &mut firm));
    known.tell_text("contractor_id", edrpou(&mut firm));
    known.tell_text("contract_number", format!("{}/{}", dice.whole(1, 480), begun.year()));
    known.tell("contract_signed", Value::Date(after(begun, -dice.whole(2, 40))));
}

fn lease(known: &mut Known, facts: &Facts, dice: &mut Dice) {
    let start = ago(30, 1700, dice);
    known.tell("lease_start", Value::Date(start));
    known.tell("lease_end", Value::Date(years_through(start, dice.whole(1, 10))));
    known.tell("contract_signed", Value::Date(after(start, -dice.whole(1, 30))));
    known.tell_text("contract_number", format!("ОР-{}/{}", dice.whole(1, 900), start.year()));
    let names = ["ТОВ «{word}»", "ФОП {surname}", "ГО «{word}»"];
    known.tell_text("lessee", fill(names[dice.below(3)], &facts.objects.lists, dice));
}

/// A dump is found, cleared away, or not yet.
fn dump(known: &mut Known, dice: &mut Dice) {
    let detected = ago(4, 900, dice);
    let status = ["completed", "in-progress", "planned"][dice.weighed(&[0.6, 0.15, 0.25])];
    known.tell("detected", Value::Date(detected));
    known.tell_text("works_status", status);
    let cleared = after(detected, dice.whole(2, 120)).min(TODAY);
    known.tell("cleared", if status == "completed" { Value::Date(cleared) } else { Value::Unknown });
    known.tell("waste_volume_m3", Value::Number(rounded(dice.between(0.5, 90.0), 1)));
}
