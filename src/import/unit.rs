//! A `unit` that stands behind a number: `6,0 м2`, `12 см`, `1,5 млн грн`; the number is turned into the unit of its field.

use super::{
    Reason,
    value::{NoValue, number, trimmed},
};

/// A quantity; numbers of the same one can be turned into each other.
type Quantity = &'static [(&'static str, f64, &'static [&'static str])];

/// UCUM code, size as a multiple of the least unit of the quantity, and the names people write, in lower case without
/// spaces and full stops.
const QUANTITIES: [Quantity; 12] = [
    &[
        ("mm", 1.0, &["мм"]),
        ("cm", 10.0, &["см"]),
        ("m", 1_000.0, &["м", "метр", "метра", "метри", "метрів", "мп", "погм", "пм"]),
        ("km", 1_000_000.0, &["км", "кілометр", "кілометри", "кілометрів"]),
    ],
    &[
        ("m2", 1.0, &["м2", "м²", "квм", "мкв", "квметр", "квметри", "квметрів", "m²", "sqm"]),
        ("ar", 100.0, &["ар", "сот", "сотка", "сотки", "соток"]),
        ("har", 10_000.0, &["га", "гектар", "гектари", "гектарів", "гектара", "ha"]),
        ("km2", 1_000_000.0, &["км2", "км²", "квкм", "кмкв", "km²"]),
    ],
    &[("L", 1.0, &["л", "літр", "літри", "літрів"]), ("m3", 1_000.0, &["м3", "м³", "кубм", "мкуб", "m³"])],
    &[("g", 1.0, &["г"]), ("kg", 1_000.0, &["кг"]), ("t", 1_000_000.0, &["т", "тонна", "тонни", "тонн"])],
    &[("min", 1.0, &["хв", "хвилин", "хвилини"]), ("h", 60.0, &["год", "година", "години", "годин"])],
    &[("mo", 1.0, &["міс", "місяць", "місяці", "місяців"]), ("a", 12.0, &["р", "рік", "роки", "років", "року"])],
    &[("%", 1.0, &["відс", "відсоток", "відсотки", "відсотків"])],
    // The second one is Cyrillic.
    &[("Cel", 1.0, &["°c", "°с", "градc", "градс"])],
    &[("W", 1.0, &["вт"]), ("kW", 1_000.0, &["квт"]), ("MW", 1_000_000.0, &["мвт"])],
    &[("m/s", 1.0, &["м/с", "м/сек"])],
    &[("ug/m3", 1.0, &["мкг/м3", "мкг/м³"]), ("mg/m3", 1_000.0, &["мг/м3", "мг/м³"])],
    &[("mg/L", 1.0, &["мг/л", "мг/дм3", "мг/дм³"])],
];

/// The unit of money.
const HRYVNIA: &str = "UAH";
const HRYVNIAS: [&str; 7] = ["грн", "гривня", "гривні", "гривень", "гр", "₴", "uah"];
const KOPECKS: [&str; 5] = ["коп", "копійка", "копійки", "копійок", "к"];
const THOUSANDS: [(&str, f64); 9] = [
    ("тисячі", 1e3),
    ("тисяч", 1e3),
    ("тис", 1e3),
    ("мільйони", 1e6),
    ("мільйонів", 1e6),
    ("мільйон", 1e6),
    ("млн", 1e6),
    ("мільярдів", 1e9),
    ("млрд", 1e9),
];

/// The number in the unit of its field; without a unit of its own it is in that of the field.
pub(super) fn number_in(text: &str, unit: &str) -> Result<f64, NoValue> {
    let text = trimmed(text);
    let text = text.strip_prefix('₴').map_or(text, trimmed);
    match number(text) {
        Ok(number) => return Ok(number),
        Err(why) if !text.starts_with(|c: char| c.is_ascii_digit() || "-−+.,".contains(c)) => return Err(why),
        Err(_) => {}
    }
    let is_of_unit = |c: char| c.is_alphabetic() || matches!(c, '%' | '₴' | '°' | '$' | '€');
    let at = text.find(is_of_unit).unwrap_or(text.len());
    let size = number(trimmed(&text[..at]))?;
    let written = text[at..].to_lowercase();
    let found = if unit == HRYVNIA { hryvnias(size, &written) } else { converted(size, &name(&written), unit) };
    match found {
        Some(number) if number.is_finite() => Ok(number),
        _ => Err(NoValue {
            reason: Reason::BadUnit,
            detail: "its unit is not that of the field, nor can it be turned into it",
        }),
    }
}

fn name(written: &str) -> String {
    written.chars().filter(|c| !c.is_whitespace() && *c != '.').collect()
}

fn converted(size: f64, name: &str, unit: &str) -> Option<f64> {
    if name == unit.to_lowercase() {
        return Some(size);
    }
    let quantity = QUANTITIES.iter().find(|quantity| quantity.iter().any(|(code, ..)| *code == unit))?;
    let is_named = |(code, _, names): &&(&str, f64, &[&str])| code.to_lowercase() == name || names.contains(&name);
    let (_, from, _) = quantity.iter().find(is_named)?;
    let (_, to, _) = quantity.iter().find(|(code, ..)| *code == unit)?;
    Some(size * from / to)
}

/// `грн.`, `млн грн`, `тис`, `грн 50 коп.`
fn hryvnias(size: f64, written: &str) -> Option<f64> {
    let name = name(written);
    let (thousands, currency) = THOUSANDS
        .iter()
        .find_map(|(word, thousands)| Some((*thousands, name.strip_prefix(word)?)))
        .unwrap_or((1.0, &name));
    let sum = size * thousands;
    let is_many = thousands > 1.0;
    if HRYVNIAS.contains(&currency) || (currency.is_empty() && is_many) {
        return Some(sum);
    }
    let at = currency.find(|c: char| c.is_ascii_digit())?;
    let (hryvnias, kopecks) = currency.split_at(at);
    let kopecks = KOPECKS.iter().find_map(|word| kopecks.strip_suffix(word))?;
    let is_plain = HRYVNIAS.contains(&hryvnias) && kopecks.len() <= 2 && size.fract() == 0.0 && size >= 0.0;
    let kopecks: f64 = kopecks.parse().ok().filter(|_| is_plain && !is_many)?;
    Some((size * 100.0 + kopecks) / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sums_of_money_as_budgets_write_them() {
        for (text, wanted) in [
            ("90 000 грн.", 90_000.0),
            ("14 873 грн", 14_873.0),
            ("135000 грн", 135_000.0),
            ("1,5 млн грн", 1_500_000.0),
            ("1.5 млн. гривень", 1_500_000.0),
            ("250 тис. грн", 250_000.0),
            ("250 тис.", 250_000.0),
            ("2 млрд грн", 2e9),
            ("356\u{a0}989,50 грн", 356_989.5),
            ("₴ 500", 500.0),
            ("500₴", 500.0),
            ("120 грн 50 коп.", 120.5),
            ("0 грн", 0.0),
            ("-100 UAH", -100.0),
            ("90000", 90_000.0),
        ] {
            assert_eq!(number_in(text, "UAH"), Ok(wanted), "{text}");
        }
        for (text, reason) in [
            ("100 $", Reason::BadUnit),
            ("100 євро", Reason::BadUnit),
            ("6 м2", Reason::BadUnit),
            ("100 грн за штуку", Reason::BadUnit),
            ("1,5 грн 50 коп", Reason::BadUnit),
            ("близько 100 грн", Reason::BadNumber),
            ("12,5,0 тис.", Reason::BadNumber),
            ("грн", Reason::BadNumber),
        ] {
            assert_eq!(number_in(text, "UAH").map_err(|why| why.reason), Err(reason), "{text}");
        }
    }

    #[test]
    fn measures_are_turned_into_the_unit_of_the_field() {
        for (text, unit, wanted) in [
            ("6,0 м2", "m2", 6.0),
            ("6 кв.м", "m2", 6.0),
            ("6 кв. м.", "m2", 6.0),
            ("6 м²", "m2", 6.0),
            ("6 m2", "m2", 6.0),
            ("1,2 га", "m2", 12_000.0),
            ("12 соток", "har", 0.12),
            ("12 см", "cm", 12.0),
            ("57 см", "m", 0.57),
            ("3 м", "cm", 300.0),
            ("1,5 км", "m", 1500.0),
            ("2 м.п.", "m", 2.0),
            ("10 %", "%", 10.0),
            ("-5 °С", "Cel", -5.0),
            ("3 роки", "mo", 36.0),
            ("0,5 мг/м3", "ug/m3", 500.0),
        ] {
            assert_eq!(number_in(text, unit), Ok(wanted), "{text}");
        }
        for (text, unit) in
            [("6 кг", "m2"), ("6 м", "m2"), ("6 м2", "m"), ("6 шт", "m"), ("6 м", "Gcal/h"), ("6 м 2 см", "m")]
        {
            assert_eq!(number_in(text, unit).map_err(|why| why.reason), Err(Reason::BadUnit), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_finite_number_or_none(text in "\\PC*", near in "[0-9 .,]{1,8}[а-яґіїє.₴%² 0-9]{0,12}") {
            for text in [&text, &near] {
                for unit in ["UAH", "m2", "m", "[pH]"] {
                    if let Ok(number) = number_in(text, unit) {
                        prop_assert!(number.is_finite());
                    }
                }
            }
        }
    }
}
