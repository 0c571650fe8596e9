//! Ranking finds the features of a layer that say every wanted word, and how well each says them.

use super::{
    best::Least,
    lexicon::Lexicon,
    query::Wanted,
    texts::{Posting, Stand, Terms, Texts},
    titles::Titles,
};

/// Of a hundred, what a word is worth where it stands; by addresses houses are called.
fn worth(stand: Stand, is_address: bool) -> u32 {
    match stand {
        Stand::Name => 100,
        Stand::Number => 95,
        Stand::Former => 92,
        Stand::Street | Stand::House if is_address => 100,
        Stand::Street => 75,
        Stand::House => 70,
    }
}

/// What a name is worth of which nothing is left unsaid.
const WHOLE_NAME: f32 = 8.0;

/// What the word for the kind of street is worth where it is the right one.
const RIGHT_KIND_OF_STREET: f32 = 3.0;

/// What is found in one layer, to be asked again for another.
#[derive(Debug, Default)]
pub(super) struct Ranking {
    /// For each feature the best quality of the word that is looked for now.
    now: Vec<u16>,
    /// The qualities of the words that have been looked for, added up.
    sum: Vec<u16>,
    /// How many of them it says.
    said: Vec<u8>,
    /// Which features say the word that is looked for now.
    touched: Vec<u32>,
}

/// A layer of one collection.
#[derive(Clone, Copy)]
pub(super) struct Of<'a> {
    pub(super) texts: &'a Texts,
    pub(super) titles: &'a Titles,
    pub(super) lexicon: &'a Lexicon,
    /// Whether its features are called by their addresses.
    pub(super) is_address: bool,
    /// Only those that score so much need to be told.
    pub(super) least: Least,
}

/// The postings of one wanted word, with the quality of each list.
struct Lists<'a> {
    names: Vec<(&'a [Posting], u8)>,
    places: Vec<(&'a [Posting], u8)>,
    /// Of each kind of the collection, and of no kind.
    kinds: Option<Vec<u16>>,
}

impl Of<'_> {
    /// Whether the layer may say a wanted word at all.
    fn may_say(&self, wanted: &Wanted) -> bool {
        self.texts.names.may_say(wanted) || self.texts.places.may_say(wanted) || self.titles.may_say(wanted)
    }
}

impl<'a> Lists<'a> {
    fn of(of: Of<'a>, wanted: &Wanted) -> Self {
        Self {
            names: lists(&of.texts.names, wanted, |_| true),
            // Nearly every address says what kind of street it is, and begins with any letter.
            places: lists(&of.texts.places, wanted, |word| !of.lexicon.is_weak(word) && takes_place(wanted, word)),
            kinds: of.titles.may_say(wanted).then(|| kinds(of.titles, wanted)).flatten(),
        }
    }

    /// Without what is not told because it scores too little, where no other word is looked for; a word that is said twice
    /// counts as it is said best.
    fn worthwhile(mut self, least: Least, weak: usize) -> Self {
        let is_worth = |quality: u16| least.allows(score(quality, 1, 1, weak));
        self.names.retain(|(_, quality)| is_worth((*quality).into()));
        self.places.retain(|(_, quality)| is_worth((*quality).into()));
        self.kinds = self.kinds.filter(|kinds| kinds.iter().any(|quality| is_worth(*quality)));
        self
    }

    fn is_empty(&self) -> bool {
        self.names.is_empty() && self.places.is_empty() && self.kinds.is_none()
    }
}

/// How well each kind says a word, and no kind; `None` where none does.
fn kinds(titles: &Titles, wanted: &Wanted) -> Option<Vec<u16>> {
    let whole = titles.whole.quality(wanted);
    let kinds = titles.kinds.iter().map(|kind| kind.quality(wanted)).chain([0]);
    let kinds: Vec<u16> = kinds.map(|one| one.max(whole).into()).collect();
    kinds.iter().any(|quality| *quality > 0).then_some(kinds)
}

/// Whether a word of an address may answer a wanted one: a single letter begins too many.
pub(super) fn takes_place(wanted: &Wanted, word: &str) -> bool {
    wanted.key.len() > 1 || wanted.key == word
}

fn lists<'a>(terms: &'a Terms, wanted: &Wanted, takes: impl Fn(&str) -> bool) -> Vec<(&'a [Posting], u8)> {
    let mut found: Vec<(&[Posting], u8)> = Vec::new();
    if !terms.may_say(wanted) {
        return found;
    }
    for meant in &wanted.spelled {
        let postings = terms.exact(&meant.word);
        if !postings.is_empty() && takes(&meant.word) {
            found.push((postings, meant.quality));
        }
    }
    if wanted.is_begun {
        let longer = terms.longer(&wanted.key).filter(|(word, _)| takes(word));
        found.extend(longer.map(|(word, postings)| (postings, wanted.begun_quality(word))));
    }
    found
}

impl Ranking {
    /// Tells the features of a layer that say every wanted word, each with how well, up to about a hundred; of those that score
    /// less than is needed not all.
    pub(super) fn each(
        &mut self,
        of: Of<'_>,
        required: &[&Wanted],
        weak: &[&Wanted],
        mut tell: impl FnMut(usize, f32),
    ) {
        if !required.iter().all(|wanted| of.may_say(wanted)) {
            return;
        }
        let mut lists = Vec::with_capacity(required.len());
        for wanted in required {
            let mut of_word = Lists::of(of, wanted);
            if required.len() == 1 {
                of_word = of_word.worthwhile(of.least, weak.len());
            }
            if of_word.is_empty() {
                return;
            }
            lists.push(of_word);
        }
        // Words that a whole kind says come last: they only say more of what the others have found.
        lists.sort_by_key(|lists| lists.kinds.is_some());
        self.clear(of.texts.len());
        for (turn, lists) in lists.iter().enumerate() {
            self.word(of, turn as u8, lists);
            if self.touched.is_empty() {
                return;
            }
        }
        let weak: Vec<Vec<&[Posting]>> = weak.iter().map(|wanted| said_by(of, wanted)).collect();
        for at in &self.touched {
            let at = *at as usize;
            let says = |postings: &[Posting]| postings.binary_search_by_key(&at, |posting| posting.at()).is_ok();
            let helping = weak.iter().filter(|lists| lists.iter().any(|list| says(list))).count();
            tell(at, score(self.sum[at], required.len(), of.texts.length(at), helping));
        }
    }

    fn clear(&mut self, len: usize) {
        self.now.clear();
        self.now.resize(len, 0);
        self.sum.clear();
        self.sum.resize(len, 0);
        self.said.clear();
        self.said.resize(len, 0);
        self.touched.clear();
    }

    /// Looks for one word, where those before it have been found; what is touched after it says them all.
    fn word(&mut self, of: Of<'_>, turn: u8, lists: &Lists<'_>) {
        let before = std::mem::take(&mut self.touched);
        for (postings, quality) in lists.names.iter().chain(&lists.places) {
            for posting in *postings {
                let at = posting.at();
                if self.said[at] == turn {
                    let quality = (u32::from(*quality) * worth(posting.stand(), of.is_address) / 100) as u16;
                    self.raise(at, quality);
                }
            }
        }
        if let Some(kinds) = &lists.kinds {
            let mut all = (turn == 0).then_some(0..of.texts.len());
            let mut some = before.iter().map(|at| *at as usize);
            while let Some(at) = all.as_mut().map_or_else(|| some.next(), Iterator::next) {
                let quality = kinds[of.texts.kind(at).min(kinds.len() - 1)];
                if quality > 0 {
                    self.raise(at, quality);
                }
            }
        }
        for at in &self.touched {
            let at = *at as usize;
            self.sum[at] += self.now[at];
            self.said[at] = turn + 1;
            self.now[at] = 0;
        }
    }

    fn raise(&mut self, at: usize, quality: u16) {
        if self.now[at] == 0 {
            self.touched.push(at as u32);
        }
        self.now[at] = self.now[at].max(quality);
    }
}

/// What qualities of so many words score that add up to this, in a name of this length, beside so many words that help to choose.
fn score(sum: u16, words: usize, length: u8, helping: usize) -> f32 {
    let words = words as f32;
    f32::from(sum) / words + WHOLE_NAME * (words / f32::from(length).max(words)) + RIGHT_KIND_OF_STREET * helping as f32
}

/// The postings of a word and of those that mean the same.
fn said_by<'a>(of: Of<'a>, wanted: &Wanted) -> Vec<&'a [Posting]> {
    let both = [&of.texts.names, &of.texts.places];
    both.iter().flat_map(|terms| lists(terms, wanted, |_| true)).map(|(postings, _)| postings).collect()
}
