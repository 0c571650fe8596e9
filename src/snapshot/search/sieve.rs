//! A `Sieve` tells, without looking for it, that a word is not among others or that none begins so; of what it lets through a
//! little is not there either.
//!
//! Bits that stand for many words (Bloom 1970, "Space/time trade-offs in hash coding with allowable errors"), the two of a word
//! in one number, so that memory is waited for once (Putze, Sanders and Singler 2007, "Cache-, hash- and space-efficient Bloom
//! filters"). Of words that are not there fewer than 1 in 20 pass.

use xxhash_rust::xxh3::xxh3_64;

/// As many words share a number, each with its beginnings.
const SHARE: usize = 2;

/// The beginnings of words that it knows, letters.
const BEGINNINGS: [usize; 2] = [3, 5];

/// Words, as bits.
#[derive(Debug)]
pub(super) struct Sieve(Box<[u64]>);

/// What a sieve knows of a word.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark(u64);

impl Mark {
    pub(super) fn of(word: &str) -> Self {
        Self(xxh3_64(word.as_bytes()))
    }

    fn bits(self) -> u64 {
        1 << (self.0 >> 58) | 1 << (self.0 >> 52 & 63)
    }

    fn place(self, len: usize) -> usize {
        self.0 as usize & (len - 1)
    }
}

impl Sieve {
    /// A sieve of these words.
    pub(super) fn of<'a>(words: impl ExactSizeIterator<Item = &'a str>) -> Self {
        let mut numbers = vec![0; words.len().div_ceil(SHARE).next_power_of_two()];
        for word in words {
            let begun = BEGINNINGS.iter().filter_map(|letters| beginning(word, *letters));
            for mark in begun.chain([word]).map(Mark::of) {
                let place = mark.place(numbers.len());
                numbers[place] |= mark.bits();
            }
        }
        Self(numbers.into())
    }

    /// Whether a word of them may begin so.
    pub(super) fn lets_begin(&self, so: &str) -> bool {
        let begun = BEGINNINGS.iter().rev().find_map(|letters| beginning(so, *letters));
        begun.is_none_or(|begun| self.lets_through(Mark::of(begun)))
    }

    /// Whether the word may be among them.
    pub(super) fn lets_through(&self, mark: Mark) -> bool {
        self.0[mark.place(self.0.len())] & mark.bits() == mark.bits()
    }

    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.0)
    }
}

/// The first letters of a word; `None` of a shorter one.
fn beginning(word: &str, letters: usize) -> Option<&str> {
    let (last, letter) = word.char_indices().nth(letters - 1)?;
    Some(&word[..last + letter.len_utf8()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_beginning_passes_and_few_others_do() {
        let words = ["ш", "шкSla", "школа", "вулиця"];
        let sieve = Sieve::of(words.into_iter());
        let begun = |word: &'static str| word.char_indices().map(|(at, _)| &word[..at]).chain([word]);
        assert!(words.into_iter().flat_map(begun).all(|so| sieve.lets_begin(so)));
        let words: Vec<String> = (0..100).map(|i| format!("word{i}")).collect();
        let sieve = Sieve::of(words.iter().map(String::as_str));
        let others = (100..1100).filter(|i| sieve.lets_begin(&format!("{i}th"))).count();
        assert!(others < 50, "{others} of 1000 pass");
    }

    #[test]
    fn every_word_passes_and_few_others_do() {
        for count in [0, 1, 3, 4, 5, 1000] {
            let words: Vec<String> = (0..count).map(|i| format!("w{i}")).collect();
            let sieve = Sieve::of(words.iter().map(String::as_str));
            assert!(words.iter().all(|word| sieve.lets_through(Mark::of(word))));
            let others = (0..10_000).filter(|i| sieve.lets_through(Mark::of(&format!("x{i}")))).count();
            assert!(others < 500, "{others} of 10000 pass {count} words");
        }
    }
}
