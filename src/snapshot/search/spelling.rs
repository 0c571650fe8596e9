//! `Spelling` is all words that the features of a snapshot say, to find those that a mistyped word may be.

use std::{collections::BTreeSet, sync::LazyLock};

use fst::{IntoStreamer, Set, Streamer};
use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder};

use super::texts::Texts;

/// One letter may be wrong, missing, too many or exchanged with its neighbour from so many letters on, and two from so many.
const LETTERS_FOR_ONE: usize = 4;
const LETTERS_FOR_TWO: usize = 8;

/// Of the words that a mistyped word may be, at most so many are looked for, the nearest first.
pub const MAX_NEAR_WORDS: usize = 64;

static ONE: LazyLock<LevenshteinAutomatonBuilder> = LazyLock::new(|| LevenshteinAutomatonBuilder::new(1, true));
static TWO: LazyLock<LevenshteinAutomatonBuilder> = LazyLock::new(|| LevenshteinAutomatonBuilder::new(2, true));

/// Words without digits, each once.
#[derive(Debug)]
pub(in crate::snapshot) struct Spelling(Set<Vec<u8>>);

/// How a word may be mistyped: the automaton of Schulz and Mihov (2002) over Damerau's four mistakes.
pub(super) struct Mistakes(DFA);

impl std::fmt::Debug for Mistakes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mistakes")
    }
}

impl Spelling {
    /// The words of these texts and those of an elder.
    pub(in crate::snapshot) fn of<'a>(
        texts: impl IntoIterator<Item = &'a Texts>,
        elder: Option<&Self>,
    ) -> Option<Self> {
        let mut new = BTreeSet::new();
        for texts in texts {
            texts.spelled(|word| {
                if !new.contains(word) && !elder.is_some_and(|elder| elder.0.contains(word)) {
                    new.insert(word.to_owned());
                }
            });
        }
        if new.is_empty() && elder.is_some() {
            return None;
        }
        let new = Set::from_iter(new).expect("a tree gives its words in order");
        let Some(elder) = elder else { return Some(Self(new)) };
        let mut both = fst::set::OpBuilder::new().add(&elder.0).add(&new).union();
        let mut builder = fst::SetBuilder::memory();
        while let Some(word) = both.next() {
            builder.insert(word).expect("a union gives its words in order");
        }
        Some(Self(builder.into_set()))
    }

    /// The words that this one may be, each with the number of mistakes, the fewest first.
    pub(super) fn near(&self, mistakes: &Mistakes) -> Vec<(String, u8)> {
        let mut found = Vec::new();
        let mut words = self.0.search(&mistakes.0).into_stream();
        while let Some(word) = words.next() {
            if let Ok(word) = std::str::from_utf8(word)
                && let Some(count) = mistakes.count(word)
            {
                found.push((word.to_owned(), count));
            }
        }
        found.sort_by(|a, b| (a.1, a.0.len(), &a.0).cmp(&(b.1, b.0.len(), &b.0)));
        found.truncate(MAX_NEAR_WORDS);
        found
    }

    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        self.0.as_fst().as_bytes().len()
    }
}

impl Mistakes {
    /// The mistakes that are allowed in a word; in one not written to its end, before what is still to come.
    pub(super) fn in_word(key: &str, is_whole: bool) -> Option<Self> {
        let builder = match key.chars().count() {
            LETTERS_FOR_TWO.. => &TWO,
            LETTERS_FOR_ONE.. => &ONE,
            _ => return None,
        };
        Some(Self(if is_whole { builder.build_dfa(key) } else { builder.build_prefix_dfa(key) }))
    }

    /// How many mistakes make this word of that; `None` for more than are allowed.
    pub(super) fn count(&self, word: &str) -> Option<u8> {
        match self.0.eval(word) {
            Distance::Exact(count) => Some(count),
            Distance::AtLeast(_) => None,
        }
    }
}
