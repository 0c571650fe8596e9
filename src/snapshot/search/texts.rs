//! `Texts` is the index of what the features of a layer are called and where they are, built once and then only asked.
//!
//! ```text
//!   names    m’ata ─▶ 17N 203F      a word leads to the places of features in the layer, ascending,
//!            22-9/1 ─▶ 55P          each with where the word stands: Name, Former name, Permit or other number
//!   places   miru  ─▶ 17S 18S 19S   Street or House number of the address
//!            5     ─▶ 18H
//! ```

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::{
    dictionary::Dictionary,
    query::Wanted,
    words::{Initials, Word, words},
};
use crate::{
    model::{Collection, Feature, FieldType},
    space::{BBox, Geometry, LonLat},
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
    spots: Spots,
    /// How many words each is called by.
    lengths: Vec<u8>,
    /// Which of the collection's kinds each is of; the number of kinds for none. Nothing where the collection has no kinds.
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
    words: Dictionary,
    /// Where the postings of a word begin, by its number; one more at the end.
    starts: Box<[u32]>,
    /// By word and then by place, each place once a word.
    postings: Box<[Posting]>,
    /// With which letters the words begin.
    initials: Initials,
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
                    to.add(&word.key, Posting::new(at, stand));
                }
            };
            for (field, stand) in &fields.0 {
                if let Some(text) = feature.values[*field].as_text() {
                    add(*stand, text);
                }
            }
            lengths.push(called.min(255) as u8);
        }
        let kinds = if collection.kinds.is_empty() { Vec::new() } else { features.iter().map(kind).collect() };
        Self {
            names: names.terms(),
            places: places.terms(),
            spots: Spots::of(features.iter().map(|feature| spot(&feature.geometry))),
            lengths,
            kinds,
        }
    }

    /// How many features there are.
    pub(super) fn len(&self) -> usize {
        self.lengths.len()
    }

    /// Longitude and latitude of a place of a feature, degrees: to some metres where the features are those of a city.
    pub(super) fn lon_lat(&self, at: usize) -> [f32; 2] {
        self.spots.lon_lat(at)
    }

    /// How many words a feature is called by.
    pub(super) fn length(&self, at: usize) -> u8 {
        self.lengths[at]
    }

    /// Which of the collection's kinds a feature is of; the number of kinds for none.
    pub(super) fn kind(&self, at: usize) -> usize {
        self.kinds.get(at).copied().unwrap_or_default().into()
    }

    /// All words without digits, some twice.
    pub(super) fn spelled(&self, mut tell: impl FnMut(&str)) {
        for words in [&self.names.words, &self.places.words] {
            (0..words.len())
                .map(|number| words.word(number))
                .filter(|word| !word.contains(char::is_numeric))
                .for_each(&mut tell);
        }
    }

    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        let terms = |terms: &Terms| terms.words.bytes() + size_of_val(&*terms.starts) + size_of_val(&*terms.postings);
        terms(&self.names)
            + terms(&self.places)
            + size_of_val(&*self.spots.at)
            + size_of_val(&*self.lengths)
            + size_of_val(&*self.kinds)
    }
}

/// Roughly where features are: columns and rows of a lattice that is laid over all of them.
#[derive(Debug)]
struct Spots {
    /// The south-western corner of the lattice: longitude and latitude, degrees.
    corner: [f32; 2],
    /// What lies between two columns and between two rows, degrees.
    step: [f32; 2],
    at: Box<[[u16; 2]]>,
}

impl Spots {
    fn of(places: impl Iterator<Item = LonLat> + Clone) -> Self {
        let all = places.clone().map(BBox::of_point).reduce(BBox::union);
        let BBox { west, south, east, north } = all.unwrap_or(BBox { west: 0.0, south: 0.0, east: 0.0, north: 0.0 });
        let step = |low: f64, high: f64| (high - low) / f64::from(u16::MAX);
        let steps = [step(west, east), step(south, north)];
        // Where all are in one column, the step is nothing and so is the number.
        let line = |from: f64, to: f64, step: f64| ((to - from) / step).round() as u16;
        let at = places.map(|at| [line(west, at.lon(), steps[0]), line(south, at.lat(), steps[1])]).collect();
        Self { corner: [west as f32, south as f32], step: steps.map(|step| step as f32), at }
    }

    fn lon_lat(&self, at: usize) -> [f32; 2] {
        let [column, row] = self.at[at].map(f32::from);
        [self.corner[0] + column * self.step[0], self.corner[1] + row * self.step[1]]
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
struct Gathered {
    /// The words as they came, one after the other.
    text: String,
    /// Where each ends.
    ends: Vec<u32>,
    /// The number of each word: how many came before it.
    numbers: HashTable<u32>,
    hasher: RandomState,
    /// What was said: a word's number and where.
    said: Vec<(u32, Posting)>,
}

impl Gathered {
    fn add(&mut self, word: &str, posting: Posting) {
        let Self { text, ends, numbers, hasher, said } = self;
        let hash = hasher.hash_one(word);
        let number = match numbers.find(hash, |number| spelled(text, ends, *number) == word) {
            Some(number) => *number,
            None => {
                let number = ends.len() as u32;
                text.push_str(word);
                ends.push(u32::try_from(text.len()).expect("words of a layer are less than 4 GiB"));
                numbers.insert_unique(hash, number, |number| hasher.hash_one(spelled(text, ends, *number)));
                number
            }
        };
        said.push((number, posting));
    }

    fn terms(self) -> Terms {
        let Self { text, ends, mut said, .. } = self;
        let word = |number: &u32| spelled(&text, &ends, *number);
        let mut ordered: Vec<u32> = (0..ends.len() as u32).collect();
        ordered.sort_unstable_by_key(word);
        let mut in_order = vec![0; ordered.len()];
        for (at, number) in (0..).zip(&ordered) {
            in_order[*number as usize] = at;
        }
        for (number, _) in &mut said {
            *number = in_order[*number as usize];
        }
        said.sort_unstable();
        // Twice in one feature: where it says more, which is the first of them.
        said.dedup_by_key(|(number, posting)| (*number, posting.at()));
        u32::try_from(said.len()).expect("a layer says fewer than 2^32 words");
        let mut starts = vec![0; ordered.len() + 1];
        for (number, _) in &said {
            starts[*number as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let words = Dictionary::of(ordered.iter().map(word));
        let initials = ordered.iter().map(word).collect();
        // Not out of what was said itself, whose memory would stay with them.
        let postings = said.iter().map(|(_, posting)| *posting).collect();
        Terms { words, starts: starts.into(), postings, initials }
    }
}

/// The word of a number.
fn spelled<'a>(text: &'a str, ends: &[u32], number: u32) -> &'a str {
    let number = number as usize;
    let start = number.checked_sub(1).map_or(0, |before| ends[before]);
    &text[start as usize..ends[number] as usize]
}

impl Terms {
    /// The postings of a word; none where nobody says it.
    pub(super) fn exact(&self, word: &str) -> &[Posting] {
        if !self.initials.may_have(word) {
            return &[];
        }
        self.words.number(word).map_or(&[], |number| self.postings_of(number))
    }

    /// The words that begin so but are longer, with their postings.
    pub(super) fn longer(&self, beginning: &str) -> impl Iterator<Item = (&str, &[Posting])> {
        let may_have = self.initials.may_have_begun(beginning);
        let numbers = if may_have { self.words.longer(beginning) } else { 0..0 };
        numbers.map(|number| (self.words.word(number), self.postings_of(number)))
    }

    /// Whether a wanted word may be among them.
    pub(super) fn may_say(&self, wanted: &Wanted) -> bool {
        wanted.may_be_in(&self.initials)
    }

    fn postings_of(&self, number: usize) -> &[Posting] {
        &self.postings[self.starts[number] as usize..self.starts[number + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    proptest! {
        #[test]
        fn a_spot_is_half_a_step_of_the_lattice_from_its_place_at_most(
            places in vec((-180.0..=180.0_f64, -90.0..=90.0_f64), 1..40), many in any::<bool>(),
        ) {
            let count = if many { places.len() } else { 1 };
            let places: Vec<LonLat> = places[..count].iter().map(|(lon, lat)| LonLat::new(*lon, *lat).unwrap()).collect();
            let spots = Spots::of(places.iter().copied());
            let [across, up] = [LonLat::lon as fn(LonLat) -> f64, LonLat::lat].map(|of| {
                let all = || places.iter().copied().map(of);
                (all().fold(f64::MIN, f64::max) - all().fold(f64::MAX, f64::min)) / 65_535.0 / 2.0
            });
            for (i, at) in places.iter().enumerate() {
                let [lon, lat] = spots.lon_lat(i).map(f64::from);
                // Single precision is off by some 1e-5 at 180 degrees, and the step by a part of it.
                prop_assert!((lon - at.lon()).abs() <= across + 5e-5 && (lat - at.lat()).abs() <= up + 5e-5, "{at:?}: {lon} {lat}");
            }
        }
    }
}
