//! A `full` address is one text: index, region, settlement, street, number, block and flat, parted by commas.

use super::{
    house::HouseNumber,
    street::{Settlement, StreetName},
    twin::lower,
};

/// Words of units around the settlement, which are left out: the settlement is found without them or not at all.
const AROUND: [&str; 13] = [
    "україна",
    "область",
    "обл",
    "район",
    "р-н",
    "громада",
    "тг",
    "отг",
    "рада",
    "крим",
    "ukraine",
    "району",
    "області",
];

/// The parts of an address, as they are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Parts<'t> {
    pub settlement: Option<&'t str>,
    pub street: &'t str,
    /// With the block and what follows.
    pub number: &'t str,
}

/// The parts of a full address; `None` where it does not have exactly one street with a number.
pub(super) fn parts(text: &str) -> Option<Parts<'_>> {
    let pieces: Vec<&str> = pieces(text).into_iter().filter(|piece| !is_around(piece)).collect();
    // Of a quarter and a street it is the street that the number belongs to.
    let named: Vec<usize> = (0..pieces.len()).filter(|i| StreetName::says_kind(without_number(pieces[*i]).0)).collect();
    let is_quarter = |i: &usize| StreetName::of(without_number(pieces[*i]).0).is_some_and(|name| name.is_quarter());
    let streets: Vec<usize> = named.iter().copied().filter(|i| !is_quarter(i)).collect();
    let at = match (streets.as_slice(), named.as_slice()) {
        ([one], _) | ([], [one]) => *one,
        // No word tells the street: it is what stands before the number.
        ([], []) => {
            let number = pieces.iter().position(|piece| HouseNumber::is_usual(piece));
            match number {
                Some(at) => at.checked_sub(1)?,
                None => pieces.iter().position(|piece| !without_number(piece).1.is_empty())?,
            }
        }
        _ => return None,
    };
    let before = |piece: &&usize| !named.contains(piece);
    let settlement = (0..at).find(|i| Settlement::says_kind(pieces[*i]));
    let settlement = settlement.or_else(|| at.checked_sub(1).filter(|i| before(&i))).map(|i| pieces[i]);
    let (street, number) = match without_number(pieces[at]) {
        (street, "") => (street, rest_of(text, pieces.get(at + 1)?)),
        (street, number) => (street, rest_of(text, number)),
    };
    (!street.is_empty() && !number.is_empty()).then_some(Parts { settlement, street, number })
}

/// What stands between the commas.
fn pieces(text: &str) -> Vec<&str> {
    text.split([',', ';', '\n']).map(str::trim).filter(|piece| !piece.is_empty()).collect()
}

/// Whether a piece is an index or names a unit around the settlement.
fn is_around(piece: &str) -> bool {
    let is_index = piece.len() == 5 && piece.bytes().all(|b| b.is_ascii_digit());
    let lower = lower(piece);
    is_index || lower.split([' ', '.']).any(|word| AROUND.contains(&word))
}

/// A street and the number behind it without a comma: `вул. Сергія Колоса 50`.
fn without_number(piece: &str) -> (&str, &str) {
    let digits = piece.match_indices(' ').map(|(at, _)| at + 1).filter(|at| {
        let rest = piece[*at..].trim_start();
        rest.starts_with(|c: char| c.is_ascii_digit()) && HouseNumber::is_usual(rest)
    });
    // The first space behind which all is a number; a word must stand before it.
    for at in digits {
        let street = piece[..at].trim_end();
        if StreetName::of(street).is_some_and(|name| name.key.chars().any(char::is_alphabetic)) {
            return (street, piece[at..].trim());
        }
    }
    (piece, "")
}

/// The text from the beginning of a part of it.
fn rest_of<'t>(text: &'t str, part: &str) -> &'t str {
    let at = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    text.get(at..).unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_parts_of_an_address_are_told_by_their_words_or_their_order() {
        for (text, settlement, street, number) in [
            ("вул. Антоновича, 18-А", None, "вул. Антоновича", "18-А"),
            (
                "50000, Дніпропетровська обл., м. Кривий Ріг, вул. Миру, буд. 12, корп. 2",
                Some("м. Кривий Ріг"),
                "вул. Миру",
                "буд. 12, корп. 2",
            ),
            (
                "Україна, Кривий Ріг, Саксаганський р-н, проспект Поштовий 5",
                Some("Кривий Ріг"),
                "проспект Поштовий",
                "5",
            ),
            ("вул.Сергія Колоса 50", None, "вул.Сергія Колоса", "50"),
            ("вул. 8 Березня, 12", None, "вул. 8 Березня", "12"),
            ("вул. 8 Березня 12", None, "вул. 8 Березня", "12"),
            ("Харківське шосе, 160", None, "Харківське шосе", "160"),
            ("Кривий Ріг, Садова, 5", Some("Кривий Ріг"), "Садова", "5"),
            ("Садова, 5", None, "Садова", "5"),
            ("мкрн Сонячний, вул. Лісового, 3", None, "вул. Лісового", "3"),
            ("мкрн 5-й Зарічний, 30", None, "мкрн 5-й Зарічний", "30"),
            ("м. Київ, вул. Васильківська, 94, кв. 3", Some("м. Київ"), "вул. Васильківська", "94, кв. 3"),
        ] {
            assert_eq!(parts(text), Some(Parts { settlement, street, number }), "{text}");
        }
        for text in [
            "",
            "Вхід до станції метро",
            "вул. Миру",
            "Станція метро «Нивки»",
            "просп. Миру - вул. Степова",
            "12",
            "вул. Миру, просп. Степовий, 3",
        ] {
            assert_eq!(parts(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_parts_or_none(text in "\\PC*", near in "(вул\\.|м\\.|[А-я]{1,4}|[0-9]{1,3}|[ ,]){0,12}") {
            for text in [&text, &near] {
                if let Some(parts) = parts(text) {
                    prop_assert!(text.contains(parts.street) && text.contains(parts.number));
                }
            }
        }
    }
}
