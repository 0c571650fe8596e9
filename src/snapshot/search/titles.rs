//! `Titles` is the words of what a collection and its kinds are called, in both languages.

use super::{
    query::Wanted,
    words::{Initials, words},
};
use crate::model::{Collection, Title};

/// What a word of a title of several words is worth, of a hundred.
const ONE_OF_SEVERAL: u32 = 85;

/// The words of a collection's titles and of each of its kinds.
#[derive(Debug)]
pub(in crate::snapshot) struct Titles {
    /// Of the collection.
    pub(super) whole: Called,
    /// Of each kind, in the order of the collection.
    pub(super) kinds: Vec<Called>,
    initials: Initials,
}

/// The words of a title.
#[derive(Debug)]
pub(in crate::snapshot) struct Called {
    /// Ukrainian ones, English ones.
    words: [Vec<String>; 2],
    initials: Initials,
}

impl Titles {
    /// The words of the titles of a collection.
    pub(in crate::snapshot) fn of(collection: &Collection) -> Self {
        let kinds: Vec<Called> = collection.kinds.iter().map(|kind| Called::of(&kind.title)).collect();
        let whole = Called::of(&collection.title);
        let mut initials = whole.initials;
        for kind in &kinds {
            initials.add_all(&kind.initials);
        }
        Self { whole, kinds, initials }
    }

    /// Whether one of the titles may say a wanted word.
    pub(super) fn may_say(&self, wanted: &Wanted) -> bool {
        wanted.may_be_called(&self.initials)
    }
}

impl Called {
    /// The words of this title.
    pub(in crate::snapshot) fn of(title: &Title) -> Self {
        let words = [&title.uk, &title.en].map(|text| words(text).into_iter().map(|word| word.key).collect::<Vec<_>>());
        let initials = words.iter().flatten().map(String::as_str).collect();
        Self { words, initials }
    }

    /// How well one wanted word is said in either language; 0 for not at all, less for one word of several.
    pub(super) fn quality(&self, wanted: &Wanted) -> u8 {
        if !wanted.may_be_called(&self.initials) {
            return 0;
        }
        let worth = |said: &Vec<String>| if said.len() == 1 { 100 } else { ONE_OF_SEVERAL };
        // A single letter is no word of a title.
        let words = self.words.iter().flat_map(|said| said.iter().map(move |word| (word, worth(said))));
        let told = words.filter(|(word, _)| word.len() > 1);
        told.map(|(word, worth)| (u32::from(wanted.quality(word)) * worth / 100) as u8).max().unwrap_or(0)
    }

    /// How well all wanted words are said in one of the languages, and of how many words; `None` where one is not.
    pub(super) fn all(&self, wanted: &[Wanted]) -> Option<f32> {
        if !wanted.iter().all(|wanted| wanted.may_be_called(&self.initials)) {
            return None;
        }
        let in_one = |said: &Vec<String>| {
            let each = wanted.iter().map(|wanted| said.iter().map(|word| wanted.quality(word)).max().unwrap_or(0));
            let qualities: Vec<u8> = each.collect();
            if qualities.contains(&0) {
                return None;
            }
            let mean = qualities.iter().map(|quality| f32::from(*quality)).sum::<f32>() / qualities.len() as f32;
            // What is said whole comes before what is said among other things.
            Some(mean + 8.0 * (wanted.len() as f32 / said.len().max(wanted.len()) as f32))
        };
        self.words.iter().filter_map(in_one).reduce(f32::max)
    }
}
