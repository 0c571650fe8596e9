//! A `Sieve` tells, without looking for it, that a word is not among others; of those that it lets through a few are not either.
//!
//! Bits that stand for many words (Bloom 1970, "Space/time trade-offs in hash coding with allowable errors"), the two of a word
//! in one number, so that memory is waited for once (Putze, Sanders and Singler 2007, "Cache-, hash- and space-efficient Bloom
//! filters"). Of words that are not there some 1 in 50 passes.

use xxhash_rust::xxh3::xxh3_64;

/// As many words share a number.
const SHARE: usize = 4;

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
        for mark in words.map(Mark::of) {
            let place = mark.place(numbers.len());
            numbers[place] |= mark.bits();
        }
        Self(numbers.into())
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

#[cfg(test)]
mod tests {
    use super::*;

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
