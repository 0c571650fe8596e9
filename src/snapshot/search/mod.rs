//! `search` finds what somebody typed: objects, addresses, collections, by names, kinds, addresses and numbers.
//!
//! ```text
//!   "шклоа 12" ─words─▶ Sklo a, 12 ─Query─▶ wanted words, each with what means the same, begins so, is nearly so
//!                                             │
//!   every layer has an index (Texts) ◀────────┘ who says all of them? how well? how near? ─▶ the best few
//! ```
//!
//! Words are looked for as they are typed first; only where that finds little, as they may be mistyped. A feature's score is
//! the mean quality of its words, more for what is called so and no longer, and less for what is far: nearness decides
//! between answers that are about as good.

mod best;
mod dictionary;
mod envelope;
mod lexicon;
mod query;
mod rank;
mod repeated;
mod spelling;
#[cfg(test)]
mod tests;
mod texts;
mod titles;
mod words;

use std::cmp::Reverse;

use super::{Found, Selection, Shelf, Snapshot};
use crate::{
    model::{Choice, Feature, Sector},
    space::LonLat,
};
use best::Best;
use query::Wanted;
use rank::{Of, Ranking};
use repeated::Repeated;

pub use best::Hit;
pub use lexicon::Lexicon;
pub use query::{MAX_WORDS, Query, TooManyWords};
pub(super) use spelling::Spelling;
pub(super) use texts::Texts;
pub use texts::spot;
pub(super) use titles::{Called, Titles};

/// Fewer objects and addresses than this are little: then words may be mistyped.
const LITTLE: usize = 3;

/// Streets of one former name in which a house is looked for, at most.
const MOST_RENAMED: usize = 5;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// What was typed.
    pub query: &'a Query,
    /// Which words mean the same.
    pub lexicon: &'a Lexicon,
    /// Which features are meant; of every collection where it names none.
    pub selection: &'a Selection,
    /// Where the asker is.
    pub near: Option<LonLat>,
    /// The most hits of a group.
    pub limit: usize,
}

/// What was found, the best first in each group.
#[derive(Debug, Default)]
pub struct Answer<'a> {
    /// Objects.
    pub places: Vec<Hit<'a>>,
    /// Houses and streets.
    pub addresses: Vec<Hit<'a>>,
    /// Steps of the filter tree.
    pub steps: Vec<Step<'a>>,
    /// Whether words were read as mistyped.
    pub mistyped: bool,
    /// The number that nobody has together with the other words, which alone are answered where no address else would be.
    pub without: Option<String>,
}

/// A step of the filter tree.
#[derive(Debug, Clone, Copy)]
pub enum Step<'a> {
    /// Sector.
    Sector(&'a Sector),
    /// Collection.
    Collection(&'a Shelf),
    /// Kind of a collection.
    Kind(&'a Shelf, &'a Choice),
}

/// Finds what was typed.
pub fn search<'a>(snapshot: &'a Snapshot, asking: &Asking<'_>) -> Answer<'a> {
    if asking.query.words.is_empty() {
        return Answer::default();
    }
    let mut ranking = Ranking::default();
    let mut answer = typed_or_meant(snapshot, asking, &mut ranking);
    let Some((house, street)) = asking.query.house().filter(|_| answer.addresses.is_empty()) else { return answer };
    let streets = typed_or_meant(snapshot, &Asking { query: &street, ..*asking }, &mut ranking);
    answer.addresses = renamed(snapshot, asking, (&house, &street), &streets.addresses, &mut ranking);
    if answer.addresses.is_empty() {
        // A house that nobody has drawn stands in a street that somebody has.
        let is_all = answer.places.is_empty();
        if is_all {
            answer = streets;
        } else {
            answer.addresses = streets.addresses;
        }
        let has_some = !answer.addresses.is_empty() || is_all && !answer.places.is_empty();
        answer.without = has_some.then_some(house.key);
    }
    answer
}

/// The house in those of these streets that were called so before.
fn renamed<'a>(
    snapshot: &'a Snapshot,
    asking: &Asking<'_>,
    (house, street): (&Wanted, &Query),
    streets: &[Hit<'a>],
    ranking: &mut Ranking,
) -> Vec<Hit<'a>> {
    let mut houses = Vec::new();
    for Hit { found: Found { shelf, feature }, .. } in streets.iter().take(MOST_RENAMED) {
        let text = |field| feature.value(shelf.collection(), field).as_text();
        let (Some(name), Some(former)) = (text("name"), text("former_name")) else { continue };
        if street.is_said_in(former) {
            let query = Query::of_house(name, house, asking.lexicon);
            let of_name = found(snapshot, &Asking { query: &query, ..*asking }, &query, ranking).addresses;
            // The number in its former name makes no house of the street.
            houses.extend(of_name.into_iter().filter(|hit| !std::ptr::eq(hit.found.feature, *feature)));
        }
    }
    houses.sort_by(|a, b| b.score.total_cmp(&a.score));
    houses.truncate(asking.limit);
    houses
}

/// What is found as it was typed; where that is little, also what may be meant by it.
fn typed_or_meant<'a>(snapshot: &'a Snapshot, asking: &Asking<'_>, ranking: &mut Ranking) -> Answer<'a> {
    let answer = found(snapshot, asking, asking.query, ranking);
    let count = |answer: &Answer<'_>| answer.places.len() + answer.addresses.len();
    if count(&answer) >= LITTLE.min(asking.limit) {
        return answer;
    }
    let mistyped = asking.query.mistyped(snapshot.spelling(), asking.lexicon);
    let wider = found(snapshot, asking, &mistyped, ranking);
    let is_more = count(&wider) + wider.steps.len() > count(&answer) + answer.steps.len();
    if is_more { Answer { mistyped: true, ..wider } } else { answer }
}

/// The shelves that are looked at: those of the selection, or all of them.
pub fn shelves<'a>(snapshot: &'a Snapshot, selection: &Selection) -> Vec<&'a Shelf> {
    if selection.collections.is_empty() { snapshot.shelves().collect() } else { selection.shelves(snapshot) }
}

fn found<'a>(snapshot: &'a Snapshot, asking: &Asking<'_>, query: &Query, ranking: &mut Ranking) -> Answer<'a> {
    let (required, weak, repeated) = (query.required(), query.weak(), Repeated::of(query));
    let (mut places, mut addresses) = (Best::new(asking.limit, asking.near), Best::new(asking.limit, asking.near));
    let mut shelves = shelves(snapshot, asking.selection);
    // Where the best are found first, the others need not be looked for.
    shelves.sort_by_key(|shelf| Reverse(shelf.collection().priority));
    for shelf in shelves {
        let here = asking.selection.here(shelf);
        let is_address = asking.lexicon.is_address(shelf.collection().id.as_str());
        let best = if is_address { &mut addresses } else { &mut places };
        for part in shelf.parts() {
            let texts = part.texts();
            let of =
                Of { texts, titles: shelf.titles(), lexicon: asking.lexicon, is_address, least: best.least_on(shelf) };
            ranking.each(of, &required, &weak, |at, score| {
                let takes = |one: &&Feature| here.takes(one) && repeated.are_said_by(shelf.collection(), one);
                best.offer(score, texts.lon_lat(at), shelf, || part.at(at as u32).filter(takes));
            });
        }
    }
    let steps = steps(snapshot, asking, query);
    Answer { places: places.hits(), addresses: addresses.hits(), steps, ..Answer::default() }
}

/// The steps of the filter tree that are called so; kinds that are called like their collection only as that.
fn steps<'a>(snapshot: &'a Snapshot, asking: &Asking<'_>, query: &Query) -> Vec<Step<'a>> {
    let all = &query.words;
    let mut found: Vec<(f32, Step<'a>)> = Vec::new();
    if asking.selection.collections.is_empty() {
        let sectors = snapshot.sectors().iter().zip(&*snapshot.sector_titles);
        found.extend(sectors.filter_map(|(one, called)| Some((called.all(all)?, Step::Sector(one)))));
    }
    for shelf in shelves(snapshot, asking.selection).into_iter().filter(|shelf| !shelf.is_empty()) {
        let titles = shelf.titles();
        if !all.iter().all(|wanted| titles.may_say(wanted)) {
            continue;
        }
        if let Some(score) = titles.whole.all(all) {
            found.push((score, Step::Collection(shelf)));
        }
        for (kind, called) in shelf.collection().kinds.iter().zip(&titles.kinds) {
            if shelf.count_of(&kind.id) > 0
                && let Some(score) = called.all(all)
            {
                found.push((score, Step::Kind(shelf, kind)));
            }
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.truncate(asking.limit);
    found.into_iter().map(|(_, step)| step).collect()
}

impl Snapshot {
    /// Makes ready what searching needs; who searches before waits for it.
    pub fn prepare_search(&self) {
        self.spelling();
    }

    /// Bytes of memory that the indexes of words take.
    pub fn search_bytes(&self) -> usize {
        let texts = self.shelves().flat_map(Shelf::parts).map(|part| part.texts().bytes());
        texts.sum::<usize>() + self.spelling().bytes()
    }
}
