//! `Texts` is the index of what the features of a layer are called and where they are, built once and then only asked.
//!
//! ```text
//!   names    m’ata ─▶ 17N 203F      a word leads to the places of features in the layer, ascending,
//!            22-9/1 ─▶ 55P          each with where the word stands: Name, Former name, Permit or other number
//!   places   miru  ─▶ 17S 18S 19S   Street or House number of the address
//!            5     ─▶ 18H
//! ```

use std::collections::HashMap;

use fst::{IntoStreamer, Map, Streamer};

use super::{
    query::{Meant, Wanted},
    sieve::Sieve,
    words::{Initials, Word, words},
};
use crate::{
    model::{Collection, Feature, FieldType},
    space::{Geometry, LonLat},
};

/// Where in a feature's texts a word stands; the earlier says more of the feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stand {
    /// In what it is called.
    Name,
    /// In the number of a permit, an inventory, a route.
    Number,
    /// In what it was called before.
    Former,
    /// In the street of its address.
    Street,
    /// The number of its house.
    House,
}

impl Stand {
    const ALL: [Self; 5] = [Self::Name, Self::Number, Self::Former, Self::Street, Self::House];
}

/// The words of the features of one layer.
#[derive(Debug)]
pub(in crate::snapshot) struct Texts {
    pub(super) names: Terms,
    pub(super) places: Terms,
    /// Longitude and latitude of a place of each feature, degrees.
    at: Vec<[f32; 2]>,
    /// How many words each is called by.
    lengths: Vec<u8>,
    /// Which of the collection's kinds each is of; the number of kinds for none.
    kinds: Vec<u16>,
}

/// A word's places: a feature's place in the layer and where the word stands, in one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Posting(u32);

/// For [`Stand`] in the low bits.
const STAND_BITS: u32 = 3;

impl Posting {
    fn new(at: usize, stand: Stand) -> Self {
        let at = u32::try_from(at).ok().filter(|at| *at < 1 << (32 - STAND_BITS));
        Self(at.expect("a layer has fewer than 2^29 features") << STAND_BITS | stand as u32)
    }

    /// The place in the layer.
    pub(super) fn at(self) -> usize {
        (self.0 >> STAND_BITS) as usize
    }

    /// Where the word stands.
    pub(super) fn stand(self) -> Stand {
        Stand::ALL[(self.0 & ((1 << STAND_BITS) - 1)) as usize]
    }
}

/// Words and their postings.
#[derive(Debug)]
pub(super) struct Terms {
    /// The number of each word, in the order of words.
    words: Map<Vec<u8>>,
    /// Where the postings of a word begin; one more at the end.
    starts: Vec<u32>,
    /// By word and then by place, each place once a word.
    postings: Vec<Posting>,
    /// With which letters the words begin.
    initials: Initials,
    /// Which words are not among them.
    sieve: Sieve,
}

impl Texts {
    /// The index of these features.
    pub(in crate::snapshot) fn of(collection: &Collection, features: &[Feature]) -> Self {
        let fields = Fields::of(collection);
        let (mut names, mut places) = (Gathered::default(), Gathered::default());
        let mut lengths = Vec::with_capacity(features.len());
        let kind = |feature: &Feature| {
            let of = collection.kinds.iter().position(|kind| Some(kind.id.as_str()) == feature.kind.as_deref());
            of.unwrap_or(collection.kinds.len()).min(u16::MAX.into()) as u16
        };
        for (at, feature) in features.iter().enumerate() {
            let mut called = 0;
            let mut add = |stand, text: &str| {
                let is_place = matches!(stand, Stand::Street | Stand::House);
                for (i, word) in words(text).into_iter().enumerate() {
                    if stand == Stand::Name {
                        called = called.max(i + 1);
                    }
                    let stand = if stand == Stand::House && !is_house(&word, text) { Stand::Street } else { stand };
                    let to = if is_place { &mut places } else { &mut names };
                    to.add(word.key, Posting::new(at, stand));
                }
            };
            for (field, stand) in &fields.0 {
                if let Some(text) = feature.values[*field].as_text() {
                    add(*stand, text);
                }
            }
            lengths.push(called.min(255) as u8);
        }
        let at = features.iter().map(|feature| spot(&feature.geometry)).map(|at| [at.lon() as f32, at.lat() as f32]);
        Self {
            names: names.terms(),
            places: places.terms(),
            at: at.collect(),
            lengths,
            kinds: features.iter().map(kind).collect(),
        }
    }

    /// How many features there are.
    pub(super) fn len(&self) -> usize {
        self.at.len()
    }

    /// Longitude and latitude of a place of a feature, degrees, to some metres.
    pub(super) fn lon_lat(&self, at: usize) -> [f32; 2] {
        self.at[at]
    }

    /// How many words a feature is called by.
    pub(super) fn length(&self, at: usize) -> u8 {
        self.lengths[at]
    }

    /// Which of the collection's kinds a feature is of; the number of kinds for none.
    pub(super) fn kind(&self, at: usize) -> usize {
        self.kinds[at].into()
    }

    /// All words without digits, some twice.
    pub(super) fn spelled(&self, mut tell: impl FnMut(&str)) {
        for terms in [&self.names, &self.places] {
            let mut all = terms.words.stream();
            while let Some((word, _)) = all.next() {
                if let Ok(word) = std::str::from_utf8(word)
                    && !word.contains(char::is_numeric)
                {
                    tell(word);
                }
            }
        }
    }

    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        let terms = |terms: &Terms| {
            let lists = size_of_val(&*terms.starts) + size_of_val(&*terms.postings);
            terms.words.as_fst().as_bytes().len() + lists + terms.sieve.bytes()
        };
        terms(&self.names)
            + terms(&self.places)
            + size_of_val(&*self.at)
            + size_of_val(&*self.lengths)
            + size_of_val(&*self.kinds)
    }
}

/// A number of an address is that of the house, if it is not one within the name of the street («Галицька 2-га»).
fn is_house(word: &Word, address: &str) -> bool {
    word.is_number && address.rsplit([',', ' ']).next().is_some_and(|last| words(last).last() == Some(word))
}

/// A place of a geometry that stands for it: of a line its middle vertex, of an area the middle of its box or a corner.
pub fn spot(geometry: &Geometry) -> LonLat {
    match geometry {
        Geometry::Point(at) => *at,
        Geometry::Points(all) => all[0],
        Geometry::Lines(lines) => {
            let longest = lines.iter().max_by_key(|line| line.len()).expect("lines have a line");
            longest[longest.len() / 2]
        }
        Geometry::Areas(areas) => {
            let bbox = geometry.bbox();
            let middle = LonLat::new(f64::midpoint(bbox.west, bbox.east), f64::midpoint(bbox.south, bbox.north));
            middle.ok().filter(|at| geometry.holds(*at, None)).unwrap_or_else(|| areas[0].outer()[0])
        }
    }
}

/// The fields that are searched and what their words are.
pub(super) struct Fields(pub(super) Vec<(usize, Stand)>);

impl Fields {
    pub(super) fn of(collection: &Collection) -> Self {
        let stand = |name: &str| match name {
            "name" | "name_en" => Some(Stand::Name),
            "former_name" => Some(Stand::Former),
            "street" => Some(Stand::Street),
            // The words of an address before the number of the house are those of the street.
            "address" | "number" => Some(Stand::House),
            "ref" | "code" => Some(Stand::Number),
            name => name.ends_with("_number").then_some(Stand::Number),
        };
        let fields = collection.fields.iter().enumerate().filter(|(_, field)| field.kind == FieldType::Text);
        Self(fields.filter_map(|(at, field)| Some((at, stand(&field.name)?))).collect())
    }
}

/// Words with their postings before they are put in order.
#[derive(Default)]
struct Gathered(HashMap<String, Vec<Posting>>);

impl Gathered {
    fn add(&mut self, word: String, posting: Posting) {
        let of = self.0.entry(word).or_default();
        match of.last_mut() {
            // Twice in one feature: where it says more.
            Some(last) if last.at() == posting.at() => *last = posting.min(*last),
            _ => of.push(posting),
        }
    }

    fn terms(self) -> Terms {
        let mut all: Vec<(String, Vec<Posting>)> = self.0.into_iter().collect();
        all.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let mut starts = Vec::with_capacity(all.len() + 1);
        let mut postings = Vec::with_capacity(all.iter().map(|(_, of)| of.len()).sum());
        for (_, of) in &all {
            starts.push(postings.len() as u32);
            postings.extend(of);
        }
        starts.push(u32::try_from(postings.len()).expect("a layer has fewer than 2^32 words"));
        let numbered = all.iter().enumerate().map(|(i, (word, _))| (word, i as u64));
        let initials = all.iter().map(|(word, _)| word.as_str()).collect();
        let words = Map::from_iter(numbered).expect("words are sorted and each stands once");
        let sieve = Sieve::of(all.iter().map(|(word, _)| word.as_str()));
        Terms { words, starts, postings, initials, sieve }
    }
}

impl Terms {
    /// The postings of a word; none where nobody says it.
    pub(super) fn exact(&self, meant: &Meant) -> &[Posting] {
        if !self.sieve.lets_through(meant.mark) {
            return &[];
        }
        self.words.get(&meant.word).map_or(&[], |number| self.postings_of(number))
    }

    /// Tells the words that begin so but are longer, with their postings.
    pub(super) fn longer<'a>(&'a self, beginning: &str, mut tell: impl FnMut(&str, &'a [Posting])) {
        if !self.initials.may_have_begun(beginning) || !self.sieve.lets_begin(beginning) {
            return;
        }
        let mut found = self.words.range().gt(beginning).into_stream();
        while let Some((word, number)) = found.next() {
            let Ok(word) = std::str::from_utf8(word) else { break };
            if !word.starts_with(beginning) {
                break;
            }
            tell(word, self.postings_of(number));
        }
    }

    /// Whether a wanted word may be among them.
    pub(super) fn may_say(&self, wanted: &Wanted) -> bool {
        wanted.may_be_in(&self.initials)
    }

    fn postings_of(&self, number: u64) -> &[Posting] {
        let number = number as usize;
        &self.postings[self.starts[number] as usize..self.starts[number + 1] as usize]
    }
}
