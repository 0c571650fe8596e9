//! A `Dictionary` is words in their order in one piece of memory, each known by its number.

use std::ops::Range;

/// So many bytes of a word are compared at once.
const HEAD: usize = 8;

/// Words in order, each once.
#[derive(Debug)]
pub(super) struct Dictionary {
    /// One after the other, and then so many zeros that every word has a head.
    text: Box<str>,
    /// Where each begins; one more at the end.
    starts: Box<[u32]>,
}

impl Dictionary {
    /// A dictionary of these words, which come in order and each once; less than 4 GiB of them.
    pub(super) fn of<'a>(words: impl Iterator<Item = &'a str> + Clone) -> Self {
        let (count, bytes) = words.clone().fold((0, 0), |(count, bytes), word| (count + 1, bytes + word.len()));
        let (mut text, mut starts) = (String::with_capacity(bytes + HEAD), Vec::with_capacity(count + 1));
        starts.push(0);
        for word in words {
            text.push_str(word);
            starts.push(u32::try_from(text.len()).expect("words of a layer are less than 4 GiB"));
        }
        text.push_str(str::from_utf8(&[0; HEAD]).expect("zeros are text"));
        Self { text: text.into(), starts: starts.into() }
    }

    /// How many words there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The word of a number below [`len`](Self::len).
    pub(super) fn word(&self, number: usize) -> &str {
        &self.text[self.place(number)]
    }

    /// The number of a word.
    pub(super) fn number(&self, word: &str) -> Option<usize> {
        let number = self.first_from(0, word, false);
        (number < self.len() && self.text.as_bytes()[self.place(number)] == *word.as_bytes()).then_some(number)
    }

    /// The numbers of the words that begin so and are longer.
    pub(super) fn longer(&self, beginning: &str) -> Range<usize> {
        let first = self.first_from(0, beginning, false);
        let end = self.first_from(first, beginning, true);
        // The first of them may be the beginning itself.
        let is_whole = first < end && self.place(first).len() == beginning.len();
        first + usize::from(is_whole)..end
    }

    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        self.text.len() + size_of_val(&*self.starts)
    }

    fn place(&self, number: usize) -> Range<usize> {
        self.starts[number] as usize..self.starts[number + 1] as usize
    }

    /// The first number, from this one on, whose word does not come before this text, or, where words that begin so are to
    /// come before it too, the first behind all of them.
    fn first_from(&self, from: usize, text: &str, behind: bool) -> usize {
        let (text, wanted) = (text.as_bytes(), head(text.as_bytes()));
        let (mut low, mut high) = (from, self.len());
        while low < high {
            let middle = low.midpoint(high);
            let place = self.place(middle);
            // What is beyond the end of a word, or of as much of it as is compared, is 0 in its head.
            let len = if behind { place.len().min(text.len()) } else { place.len() };
            let bytes = &self.text.as_bytes()[place.start..];
            let first = u64::from_be_bytes(*bytes.first_chunk().expect("every word has a head")) & mask(len);
            let order = first.cmp(&wanted).then_with(|| bytes[..len].cmp(text));
            if order.is_lt() || behind && order.is_eq() {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// The first bytes as a number that is ordered as they are; zeros for what is missing.
fn head(text: &[u8]) -> u64 {
    let mut bytes = [0; HEAD];
    let len = text.len().min(HEAD);
    bytes[..len].copy_from_slice(&text[..len]);
    u64::from_be_bytes(bytes)
}

/// Ones for so many of the first bytes of a head.
fn mask(len: usize) -> u64 {
    if len >= HEAD { u64::MAX } else { !(u64::MAX >> (8 * len)) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::{collection::btree_set, prelude::*};

    use super::*;

    proptest! {
        #[test]
        fn words_are_found_as_in_a_list(words in btree_set("[aбW1]{1,9}", 0..40), other in "[aбW1]{0,9}") {
            let dictionary = Dictionary::of(words.iter().map(String::as_str));
            prop_assert_eq!(dictionary.len(), words.len());
            for (number, word) in words.iter().enumerate() {
                prop_assert_eq!(dictionary.word(number), word);
                prop_assert_eq!(dictionary.number(word), Some(number));
            }
            prop_assert_eq!(dictionary.number(&other).is_some(), words.contains(&other));
            let others = words.iter().map(|word| word.chars().take(3).collect()).chain([other]);
            for other in others.collect::<Vec<String>>() {
                let longer: BTreeSet<&str> = dictionary.longer(&other).map(|number| dictionary.word(number)).collect();
                let begun = words.iter().map(String::as_str).filter(|word| word.starts_with(&other) && *word != other);
                prop_assert_eq!(longer, begun.collect());
            }
        }
    }
}
