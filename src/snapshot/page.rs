//! A `Page` is a part of the features that a selection means, in an order, behind or before a mark.
//!
//! A mark is a place in the order and not a number of features, so pages that follow each other repeat and skip nothing
//! that stands all the while, whatever comes and goes meanwhile.

use std::cmp::Ordering;

use super::{
    Selection, Shelf,
    order::{Mark, Order},
};
use crate::model::Feature;

/// A part of the features that are meant.
#[derive(Debug)]
pub struct Page<'a> {
    /// The features of this part, in the order.
    pub features: Vec<&'a Feature>,
    /// How many features are meant on all pages.
    pub matched: usize,
    /// Whether any of them stand before this part.
    pub is_preceded: bool,
    /// Whether any of them stand behind it.
    pub is_followed: bool,
}

/// Which part of the features.
#[derive(Debug, Clone, PartialEq)]
pub enum Turn {
    /// The beginning.
    First,
    /// What stands at a mark and follows it.
    From(Mark),
    /// What follows a mark.
    After(Mark),
    /// What precedes a mark, up to it.
    Before(Mark),
}

/// The part of at most `limit` features of one shelf that the selection means.
///
/// In the order of ids and with a selection that narrows nothing it takes as long as the page is, not as the shelf.
pub fn page<'a>(selection: &Selection, shelf: &'a Shelf, order: &Order, turn: &Turn, limit: usize) -> Page<'a> {
    if order.is_by_id() && selection.here(shelf).takes_all() {
        return whole(shelf, turn, limit);
    }
    let mut all = selection.on(shelf);
    let matched = all.len();
    let side = |feature: &Feature| match turn {
        Turn::First => Ordering::Greater,
        Turn::After(mark) | Turn::From(mark) => order.compare_to_mark(feature, mark),
        // Seen from its end, what precedes a mark follows it.
        Turn::Before(mark) => order.compare_to_mark(feature, mark).reverse(),
    };
    let with_mark = matches!(turn, Turn::From(_));
    all.retain(|feature| if with_mark { side(feature).is_ge() } else { side(feature).is_gt() });
    let behind = matched - all.len() > 0;
    let beyond = all.len() > limit;
    let backwards = matches!(turn, Turn::Before(_));
    let compare = |a: &&Feature, b: &&Feature| {
        let forwards = order.compare(a, b);
        if backwards { forwards.reverse() } else { forwards }
    };
    if beyond {
        all.select_nth_unstable_by(limit - 1, compare);
        all.truncate(limit);
    }
    all.sort_unstable_by(compare);
    if backwards {
        all.reverse();
    }
    let (is_preceded, is_followed) = if backwards { (beyond, behind) } else { (behind, beyond) };
    Page { features: all, matched, is_preceded, is_followed }
}

fn whole<'a>(shelf: &'a Shelf, turn: &Turn, limit: usize) -> Page<'a> {
    let matched = shelf.len();
    if let Turn::Before(mark) = turn {
        let mut rest = shelf.before(&mark.id);
        let mut features: Vec<_> = rest.by_ref().take(limit).collect();
        features.reverse();
        let is_followed = shelf.feature(&mark.id).is_some() || shelf.after(&mark.id).next().is_some();
        return Page { features, matched, is_preceded: rest.next().is_some(), is_followed };
    }
    if let Turn::From(mark) = turn {
        let mut rest = shelf.feature(&mark.id).into_iter().chain(shelf.after(&mark.id));
        let features = rest.by_ref().take(limit).collect();
        let is_preceded = shelf.before(&mark.id).next().is_some();
        return Page { features, matched, is_preceded, is_followed: rest.next().is_some() };
    }
    // No id is empty: all come after it.
    let after = if let Turn::After(mark) = turn { mark.id.as_str() } else { "" };
    let mut rest = shelf.after(after);
    let features = rest.by_ref().take(limit).collect();
    let is_preceded = !after.is_empty() && (shelf.feature(after).is_some() || shelf.before(after).next().is_some());
    Page { features, matched, is_preceded, is_followed: rest.next().is_some() }
}
