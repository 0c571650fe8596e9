//! A `Subject` is an object of the demonstration city before its file is written: who it is, where, and of what kind.

use super::{
    dice::Dice,
    facts::{Lists, Stock},
    places::{Place, Town},
};
use crate::model::{Collection, Title, latin};

/// What the values of an object are told from.
pub struct Subject<'a> {
    pub collection: &'a Collection,
    /// Its number in the collection, from 1.
    pub number: u64,
    /// Position among the collection's kinds.
    pub kind: usize,
    pub name: Title,
    pub address: String,
    pub district: &'a str,
}

/// Full names of a district in both languages.
pub fn district_title(uk: &str, en: &str) -> Title {
    Title { uk: format!("{uk} район"), en: format!("{en} District") }
}

/// The kind of an object: the first kinds of a collection are the common ones.
pub fn kind(collection: &Collection, dice: &mut Dice) -> usize {
    let shares = (0..collection.kinds.len()).map(|i| 1.0 / (i as f64 + 1.4)).collect::<Vec<_>>();
    dice.weighed(&shares)
}

/// A name by one of the collection's patterns, and the same in English.
pub fn name(stock: &Stock, number: u64, kind: &Title, place: &Place, town: &Town, dice: &mut Dice) -> Title {
    let lists = &town.facts.objects.lists;
    let pattern = dice.below(stock.names.len());
    let word = dice.pick(&lists.words).as_str();
    let surname = dice.pick(&lists.surnames).as_str();
    let street = &town.streets.all[place.address.street as usize].name;
    let district = &town.facts.districts.district[place.district];
    let district = district_title(&district.uk, &district.en);
    let number = number.to_string();
    let filled = |pattern: &str, word: &str, surname: &str, street: &str, district: &str, kind: &str| {
        pattern
            .replace("{n}", &number)
            .replace("{word}", word)
            .replace("{surname}", surname)
            .replace("{street}", street)
            .replace("{district}", district)
            .replace("{kind}", kind)
    };
    let uk = filled(&stock.names[pattern], word, surname, &street.full, &district.uk, &kind.uk);
    let en = match stock.names_en.get(pattern) {
        Some(pattern) => {
            let (word, surname) = (latin::spell(word), latin::spell(surname));
            filled(pattern, &word, &surname, &street.en, &district.en, &kind.en)
        }
        None => latin::spell(&uk),
    };
    Title { uk, en }
}

/// Puts words into a text of the facts: {word}, {surname} and `{low-high}` numbers.
pub fn fill(text: &str, lists: &Lists, dice: &mut Dice) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((token, after)) = after.split_once('}') else { break };
        match token {
            "word" => out.push_str(dice.pick(&lists.words).as_str()),
            "surname" => out.push_str(dice.pick(&lists.surnames).as_str()),
            span => {
                let (low, high) = span.split_once('-').unwrap_or((span, span));
                let (low, high) = (low.parse().unwrap_or(0), high.parse().unwrap_or(0));
                out.push_str(&dice.whole(low, high).to_string());
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out
}
