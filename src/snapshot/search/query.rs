//! `Query` is what somebody typed, as words that are wanted, each with all that may stand for it.

use std::sync::Arc;

use super::{
    envelope,
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
        let all = lexicon.sifted(&envelope::opened(text, lexicon));
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
