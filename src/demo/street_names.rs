//! A street's name is a word for what kind of street it is and what it is called after, in the form Ukrainian gives it.

use anyhow::bail;

use super::{dice::Dice, facts::StreetNames};
use crate::model::latin;

/// A full name and its short form in addresses.
#[derive(Debug, Clone)]
pub struct StreetName {
    /// «вулиця Садова».
    pub full: String,
    /// «вул. Садова».
    pub short: String,
    /// “Sadova Street”.
    pub en: String,
    /// Id of the kind in the collection of streets.
    pub kind: &'static str,
}

/// Word, short form, English word, kind.
const WORDS: [(&str, &str, &str, &str); 6] = [
    ("вулиця", "вул.", "Street", "street"),
    ("проспект", "просп.", "Avenue", "avenue"),
    ("бульвар", "бульв.", "Boulevard", "boulevard"),
    ("провулок", "пров.", "Lane", "lane"),
    ("проїзд", "пр-д", "Driveway", "driveway"),
    ("шосе", "шосе", "Highway", "highway"),
];

impl StreetName {
    /// Reads a full name: the word first, or last as in «Дніпровське шосе».
    pub fn read(full: &str) -> anyhow::Result<Self> {
        for (word, short, en, kind) in WORDS {
            if let Some(rest) = full.strip_prefix(word).and_then(|rest| rest.strip_prefix(' ')) {
                let en = format!("{} {en}", latin::spell(rest));
                return Ok(Self { full: full.into(), short: format!("{short} {rest}"), en, kind });
            }
            if let Some(rest) = full.strip_suffix(word) {
                let en = format!("{} {en}", latin::spell(rest.trim()));
                return Ok(Self { full: full.into(), short: full.into(), en, kind });
            }
        }
        bail!("`{full}` does not say what kind of street it is")
    }
}

/// So many names for local streets, no two alike.
pub fn for_locals(names: &StreetNames, count: usize) -> Vec<StreetName> {
    let mut stems = names.adjectives.iter().map(|name| (name, true)).collect::<Vec<_>>();
    stems.extend(names.genitives.iter().map(|name| (name, false)));
    let mut dice = Dice::of_fact("street names");
    let mut all = Vec::with_capacity(count);
    let mut turn = 0;
    while all.len() < count {
        dice.shuffle(&mut stems);
        for (stem, is_adjective) in &stems {
            let masculine = if *is_adjective { masculine(stem) } else { (*stem).clone() };
            let full = match turn {
                0 => format!("вулиця {stem}"),
                1 => format!("провулок {masculine}"),
                2 if *is_adjective => format!("вулиця {stem} 2-га"),
                2 => format!("проїзд {stem}"),
                3 if *is_adjective => format!("вулиця {stem} 3-тя"),
                n if *is_adjective => format!("вулиця {stem} {n}-та"),
                n => format!("провулок {stem} {}-й", n - 1),
            };
            all.push(StreetName::read(&full).expect("the word stands first"));
        }
        turn += 1;
    }
    all.truncate(count);
    dice.shuffle(&mut all);
    all
}

/// «Садова» → «Садовий», «Осіння» → «Осінній».
fn masculine(feminine: &str) -> String {
    if let Some(stem) = feminine.strip_suffix('я') {
        format!("{stem}ій")
    } else if let Some(stem) = feminine.strip_suffix('а') {
        format!("{stem}ий")
    } else {
        feminine.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_adjective_follows_its_noun() {
        assert_eq!(masculine("Садова"), "Садовий");
        assert_eq!(masculine("Осіння"), "Осінній");
        assert_eq!(masculine("Кам’яна"), "Кам’яний");
    }

    #[test]
    fn names_have_a_short_and_an_english_form() {
        let name = StreetName::read("проспект Металургів").unwrap();
        assert_eq!((name.short.as_str(), name.en.as_str()), ("просп. Металургів", "Metalurhiv Avenue"));
        let name = StreetName::read("Дніпровське шосе").unwrap();
        assert_eq!((name.short.as_str(), name.en.as_str()), ("Дніпровське шосе", "Dniprovske Highway"));
        assert!(StreetName::read("Садова").is_err());
    }
}
