//! `Repeated` is the numbers that were typed more than once: «Макова 3-тя, 3» means house 3 and no other house of that street.

use std::collections::BTreeSet;

use super::{
    query::{Query, Wanted},
    texts::Fields,
    words::words,
};
use crate::model::{Collection, Feature};

/// Numbers that are wanted more than once, each with how often.
pub(super) struct Repeated<'q>(Vec<(&'q Wanted, usize)>);

impl<'q> Repeated<'q> {
    /// The repeated numbers of a query.
    pub(super) fn of(query: &'q Query) -> Self {
        let mut numbers: Vec<(&Wanted, usize)> = Vec::new();
        for wanted in query.words.iter().filter(|wanted| wanted.is_number) {
            match numbers.iter_mut().find(|(one, _)| one.key == wanted.key) {
                // The last one may be begun: it takes all that those before it take.
                Some(repeated) => *repeated = (wanted, repeated.1 + 1),
                None => numbers.push((wanted, 1)),
            }
        }
        numbers.retain(|(_, times)| *times > 1);
        Self(numbers)
    }

    /// Whether a feature says each of them as often as it is wanted.
    pub(super) fn are_said_by(&self, of: &Collection, feature: &Feature) -> bool {
        self.0.iter().all(|(wanted, times)| times_said(wanted, of, feature) >= *times)
    }
}

/// How often a feature says a number. Behind the same word it is the same one: the name of a house repeats its address.
fn times_said(wanted: &Wanted, of: &Collection, feature: &Feature) -> usize {
    let mut said = BTreeSet::new();
    for text in Fields::of(of).0.into_iter().filter_map(|(field, _)| feature.values[field].as_text()) {
        let mut before = None;
        for word in words(text) {
            if wanted.quality(&word.key) > 0 {
                said.insert((before, word.key.clone()));
            }
            before = Some(word.key);
        }
    }
    said.len()
}
