//! `Query` is what somebody typed, as words that are wanted, each with all that may stand for it.

use std::sync::Arc;

use super::{
    lexicon::Lexicon,
    spelling::{Mistakes, Spelling},
    words::{Initials, Word, words},
};

/// The most words that are looked for.
pub const MAX_WORDS: usize = 12;

/// How well a word answers: as it was typed, by a word that means the same, …
const SAME: u8 = 100;
const ALIKE: u8 = 96;
/// … begun, from a single letter to nearly all of it, …
const BEGUN: (u8, u8) = (60, 90);
/// … mistyped once or twice, or a mistyped word that means the same.
const MISTYPED: [u8; 3] = [80, 62, 48];
const ALIKE_MISTYPED: u8 = 55;

/// What stands before the number of a flat, …
const FLAT: [&str; 9] = ["кв", "квартира", "оф", "офіс", "прим", "приміщення", "flat", "apartment", "office"];
/// … of a house, …
const HOUSE: [&str; 3] = ["д", "буд", "будинок"];
/// … and before the name of the city.
const CITY: [&str; 2] = ["м", "місто"];

/// Digits of a postal code of Ukraine.
const POSTAL_DIGITS: usize = 5;

/// Of numbers being typed so many digits are awaited before longer ones are offered: № 1 is found before № 100.
const DIGITS_TO_BEGIN: usize = 3;

/// What somebody typed.
#[derive(Debug)]
pub struct Query {
    pub(super) words: Vec<Wanted>,
}

/// More words than are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} words; at most {MAX_WORDS} are looked for")]
pub struct TooManyWords(pub usize);

/// One word of a query.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub(super) key: String,
    pub(super) is_number: bool,
    /// Whether it only says what kind of street it is.
    pub(super) is_weak: bool,
    /// Whether longer words are meant too.
    pub(super) is_begun: bool,
    /// Words that are meant, in order, each once.
    pub(super) spelled: Vec<Meant>,
    /// With which letters the words begin that are meant.
    initials: Initials,
    /// How it may be mistyped, where it may.
    mistakes: Option<Arc<Mistakes>>,
}

/// A word that may stand for a wanted one.
#[derive(Debug, Clone)]
pub(super) struct Meant {
    pub(super) word: String,
    /// How well it answers.
    pub(super) quality: u8,
}

impl Meant {
    fn new(word: impl Into<String>, quality: u8) -> Self {
        Self { word: word.into(), quality }
    }
}

impl Query {
    /// Reads what was typed; its last word may not be written to its end.
    pub fn read(text: &str, lexicon: &Lexicon) -> Result<Self, TooManyWords> {
        let is_whole = text.ends_with(char::is_whitespace);
        let all = lexicon.sifted(&without_envelope(text, lexicon));
        if all.len() > MAX_WORDS {
            return Err(TooManyWords(all.len()));
        }
        let last = all.len().saturating_sub(1);
        let words = all.into_iter().enumerate();
        let mut words: Vec<Wanted> = words.map(|(i, word)| Wanted::of(word, lexicon, is_whole || i < last)).collect();
        // Where nothing else is said, kinds of streets are what is wanted.
        if words.iter().all(|word| word.is_weak) {
            for word in &mut words {
                word.is_weak = false;
            }
        }
        Ok(Self { words })
    }

    /// The same with the words in it that a mistyped word may be.
    pub(super) fn mistyped(&self, spelling: &Spelling, lexicon: &Lexicon) -> Self {
        Self { words: self.words.iter().map(|word| word.mistyped(spelling, lexicon)).collect() }
    }

    /// The last number, as that of a house, and the rest; `None` where there is none or nothing else is said.
    pub(super) fn house(&self) -> Option<(Wanted, Self)> {
        let at = self.words.iter().rposition(|word| word.is_number)?;
        let mut words = self.words.clone();
        let house = words.remove(at);
        words.iter().any(|word| !word.is_weak && !word.is_number).then_some((house, Self { words }))
    }

    /// A house in the street of this name.
    pub(super) fn of_house(street: &str, house: &Wanted, lexicon: &Lexicon) -> Self {
        let mut words: Vec<Wanted> = words(street).into_iter().map(|word| Wanted::of(word, lexicon, true)).collect();
        words.push(house.clone());
        Self { words }
    }

    /// Whether every required word is among those of a text.
    pub(super) fn is_said_in(&self, text: &str) -> bool {
        let said = words(text);
        self.required().iter().all(|wanted| said.iter().any(|word| wanted.quality(&word.key) > 0))
    }

    /// The words that must be found.
    pub(super) fn required(&self) -> Vec<&Wanted> {
        self.words.iter().filter(|word| !word.is_weak).collect()
    }

    /// The words that only help to choose.
    pub(super) fn weak(&self) -> Vec<&Wanted> {
        self.words.iter().filter(|word| word.is_weak).collect()
    }
}

/// What people copy from an envelope and no object is found by: what is around the street, the flat, a word before the number of
/// the house.
///
/// «50000, м. Кривий Ріг, вул. Спокійна, буд. 38, кв. 7» is «вул. Спокійна 38». Where no name would be left, all of it counts.
fn without_envelope(text: &str, lexicon: &Lexicon) -> Vec<Word> {
    let is_one_of = |word: &Word, of: &[&str]| of.iter().any(|one| words(one).first() == Some(word));
    let parts: Vec<Vec<Word>> = text.split(',').map(words).collect();
    let is_code = |word: &Word| word.is_number && word.key.len() == POSTAL_DIGITS;
    let has_number = parts.iter().flatten().any(|word| word.is_number && !is_code(word));
    let mut said: Vec<Word> = Vec::new();
    for part in &parts {
        let is_envelope = match part.as_slice() {
            [code] if is_code(code) => has_number || parts.len() > 2,
            [of, _, ..] if parts.len() > 1 && is_one_of(of, &CITY) => true,
            name => parts.len() > 1 && lexicon.is_around(name),
        };
        let mut rest = if is_envelope { &[] } else { part.as_slice() };
        while let [word, after @ ..] = rest {
            let is_before_number = after.first().is_some_and(|next| next.is_number);
            rest = if is_before_number && is_one_of(word, &FLAT) && said.iter().any(|word| word.is_number) {
                &after[1..]
            } else {
                if !(is_before_number && is_one_of(word, &HOUSE) && !said.is_empty()) {
                    said.push(word.clone());
                }
                after
            };
        }
    }
    if said.iter().any(|word| !word.is_number) { said } else { words(text) }
}

impl Wanted {
    fn of(word: Word, lexicon: &Lexicon, is_whole: bool) -> Self {
        let Word { key, is_number } = word;
        let mut spelled = vec![Meant::new(key.as_str(), SAME)];
        spelled.extend(lexicon.alike(&key, is_whole).into_iter().map(|other| Meant::new(other, ALIKE)));
        let is_begun = !is_whole && (!is_number || key.chars().count() >= DIGITS_TO_BEGIN);
        let is_weak = lexicon.is_weak(&key);
        let mut wanted =
            Self { key, is_number, is_weak, is_begun, spelled, initials: Initials::default(), mistakes: None };
        wanted.sort();
        wanted
    }

    fn sort(&mut self) {
        // The best reading of a word is the one that counts.
        self.spelled.sort_by(|a, b| a.word.cmp(&b.word).then(b.quality.cmp(&a.quality)));
        self.spelled.dedup_by(|a, b| a.word == b.word);
        self.initials = self.spelled.iter().map(|meant| meant.word.as_str()).collect();
        if self.is_begun {
            self.initials.add_begun(&self.key);
        }
    }

    /// Whether one of the words that are meant may be among those of an index.
    pub(super) fn may_be_in(&self, index: &Initials) -> bool {
        self.initials.meets(index)
    }

    /// Whether the words of a title may answer; mistakes are looked for in each of them.
    pub(super) fn may_be_called(&self, title: &Initials) -> bool {
        self.mistakes.is_some() || self.initials.meets(title)
    }

    fn mistyped(&self, spelling: &Spelling, lexicon: &Lexicon) -> Self {
        let mut wanted = self.clone();
        if let Some(mistakes) = Mistakes::in_word(&self.key, !self.is_begun).filter(|_| !self.is_number) {
            let near = spelling.near(&mistakes).into_iter();
            wanted.spelled.extend(near.map(|(word, count)| Meant::new(word, MISTYPED[usize::from(count.min(2))])));
            let whole = Mistakes::in_word(&self.key, true);
            let is_near = |word: &str| whole.as_ref().is_some_and(|mistakes| mistakes.count(word).is_some());
            let alike = lexicon.nearly(&self.key, is_near).into_iter();
            wanted.spelled.extend(alike.map(|word| Meant::new(word, ALIKE_MISTYPED)));
            wanted.mistakes = Some(Arc::new(mistakes));
            wanted.sort();
        }
        wanted
    }

    /// How well a word answers; 0 for not at all.
    pub(super) fn quality(&self, word: &str) -> u8 {
        let spelled = || self.spelled.binary_search_by(|meant| meant.word.as_str().cmp(word)).ok();
        let spelled = self.initials.may_have(word).then(spelled).flatten().map(|at| self.spelled[at].quality);
        let begun = (self.is_begun && word.len() > self.key.len() && word.starts_with(&self.key))
            .then(|| self.begun_quality(word));
        let mistyped = || {
            let count = self.mistakes.as_ref()?.count(word)?;
            Some(MISTYPED[usize::from(count.min(2))])
        };
        spelled.max(begun).max(mistyped()).unwrap_or(0)
    }

    /// How well a longer word answers.
    pub(super) fn begun_quality(&self, word: &str) -> u8 {
        let (least, most) = BEGUN;
        least + (usize::from(most - least) * self.key.len() / word.len()) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_address_as_on_an_envelope_street_and_house_are_wanted() {
        let lexicon = Lexicon::read(include_str!("../../../data/search/words.toml")).unwrap();
        let house = words("вул. Спокійна 38");
        for text in [
            "вул. Спокійна, 38",
            "вул. Спокійна, буд. 38",
            "вул. Спокійна, д. 38, кв. 7",
            "вул. Спокійна, будинок 38, офіс 12",
            "м. Кривий Ріг, вул. Спокійна, 38",
            "50000, місто Кривий Ріг, вул. Спокійна, 38, кв. 7",
            "vul. Спокійна, bud. 38, kv. 7, m. Kryvyi Rih",
            "вул. Спокійна 38 кв. 7",
            "вул. Спокійна д. 38 кв. 7",
            "вул. Спокійна, 38, прим. 7",
            "50000, вул. Спокійна 38",
            "Кривий Ріг, вул. Спокійна, 38",
            "вул. Спокійна, 38, Кривий Ріг, Дніпропетровська область, 50000",
            "Україна, 50000, Дніпропетровська обл., м. Кривий Ріг, вул. Спокійна, буд. 38, кв. 7",
        ] {
            assert_eq!(without_envelope(text, &lexicon), house, "{text}");
        }
        // What may be the thing itself is not left out.
        for text in [
            "кв. 7",
            "м. Кривий Ріг",
            "Кривий Ріг",
            "Україна, Кривий Ріг",
            "50000",
            "школа, 50000",
            "школа 12, 5",
            "буд. 38",
            "д. 38",
            "кв 7",
            "школа кв 7",
            "М. Грушевського, 5",
            "Кривий Ріг, 5",
            "станція Кривий Ріг",
        ] {
            assert_eq!(without_envelope(text, &lexicon), words(text), "{text}");
        }
    }
}
