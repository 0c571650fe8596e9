//! A `Plan` is a test with what spares asking it: the only ids and the only box in which it can be true, and its cost.

use std::borrow::Cow;

use super::{
    test::{Amount, Period, Test, Typed, Words},
    tree::{Expr, Op},
};
use crate::{
    model::Feature,
    snapshot::Shelf,
    space::{BBox, Relation},
};

/// What would take fewer steps over a whole shelf is not worth counting more closely.
const COUNTED_FROM: u64 = 1_000_000;

/// What it takes to lay a line or an area beside another shape, …
const RELATION_STEPS: u64 = 200;

/// … for each of its vertices besides (2 µs for a house, 50 for a district, 110 for a river of 400 vertices), …
const VERTEX_STEPS: u64 = 25;

/// … and for each of the other's.
const OTHER_VERTEX_STEPS: u64 = 8;

/// A filter made for one collection.
#[derive(Debug)]
pub(in crate::snapshot) struct Plan {
    pub(super) test: Test,
    /// What is selected has one of these ids; `None` for any.
    pub(in crate::snapshot) ids: Option<Vec<String>>,
    /// What is selected shares a point with this box; `None` for everywhere.
    pub(in crate::snapshot) bbox: Option<BBox>,
}

impl Plan {
    /// The plan of a test, which was made of this expression.
    pub(super) fn new(test: Test, expr: &Expr) -> Self {
        let mut plan = Self { test, ids: None, bbox: None };
        match expr {
            Expr::Operation(Op::And, parts) => parts.iter().for_each(|part| plan.narrow(part)),
            whole => plan.narrow(whole),
        }
        plan
    }

    /// The boxes in which candidates stand; none for everywhere.
    pub(in crate::snapshot) fn boxes<'a>(&self, boxes: &'a [BBox]) -> Cow<'a, [BBox]> {
        match self.bbox {
            None => Cow::Borrowed(boxes),
            Some(bbox) if boxes.is_empty() => Cow::Owned(vec![bbox]),
            // A feature whose box meets two boxes that meet each other meets what they share. Where they do not,
            // it may still reach from one to the other.
            Some(bbox) => Cow::Owned(boxes.iter().map(|one| one.intersection(&bbox).unwrap_or(*one)).collect()),
        }
    }

    /// How many features of the shelf would be asked within these boxes.
    pub(super) fn asked(&self, shelf: &Shelf, boxes: &[BBox]) -> usize {
        if let Some(ids) = &self.ids {
            return ids.len();
        }
        match &*self.boxes(boxes) {
            [] => shelf.len(),
            boxes if self.steps(shelf).saturating_mul(shelf.len() as u64) > COUNTED_FROM => {
                shelf.near_boxes(boxes).count()
            }
            _ => shelf.len(),
        }
    }

    /// Estimated steps of some ten nanoseconds to ask one feature of the shelf, whose shapes are taken to be alike.
    pub(super) fn steps(&self, shelf: &Shelf) -> u64 {
        let own = shelf.mean_vertices() as u64;
        let relation = |to: u64| match own {
            0 | 1 => 20 + 2 * to,
            own => RELATION_STEPS + VERTEX_STEPS * own + OTHER_VERTEX_STEPS * to,
        };
        steps(&self.test, &relation)
    }

    /// Whether the feature is selected.
    pub(in crate::snapshot) fn takes(&self, feature: &Feature) -> bool {
        self.test.of(feature) == Some(true)
    }

    /// Takes up a condition that must be true for the whole to be.
    fn narrow(&mut self, condition: &Expr) {
        let Expr::Operation(op, operands) = condition else { return };
        match (op, operands.as_slice()) {
            (Op::Space(Relation::Disjoint), _) => {}
            (Op::Space(_), [of, to]) => {
                let is_here = |expr: &Expr| matches!(expr, Expr::Property(_));
                let ((Expr::Geometry(shape), here) | (here, Expr::Geometry(shape))) = (of, to) else { return };
                if is_here(here) && self.bbox.is_none() {
                    self.bbox = Some(shape.bbox());
                }
            }
            (Op::Equal, [Expr::Property(name), Expr::Text(id)] | [Expr::Text(id), Expr::Property(name)])
                if name == "id" =>
            {
                self.ids.get_or_insert_with(|| vec![id.clone()]);
            }
            (Op::In, [Expr::Property(name), Expr::List(members)]) if name == "id" && self.ids.is_none() => {
                let texts = members.iter().map(|member| match member {
                    Expr::Text(text) => Some(text.clone()),
                    _ => None,
                });
                self.ids = texts.collect();
            }
            _ => {}
        }
    }
}

/// Steps to ask one feature, roughly; estimated, `benches/filter.rs` measures. `relation` tells what it takes to lay its shape
/// beside one of so many vertices.
fn steps(test: &Test, relation: &impl Fn(u64) -> u64) -> u64 {
    let steps = |test| steps(test, relation);
    1 + match test {
        Test::Known(_) | Test::Field(_) => 0,
        Test::Not(test) => steps(test),
        Test::And(tests) | Test::Or(tests) => tests.iter().map(steps).sum(),
        Test::Truths(_, sides) => sides.iter().map(steps).sum(),
        Test::IsNull(typed) => match &**typed {
            Typed::Truth(test) => steps(test),
            Typed::Words(words) => of_words(words),
            Typed::Amount(amount) => of_amount(amount),
            _ => 1,
        },
        Test::Words(_, sides) => sides.iter().map(of_words).sum(),
        Test::Amounts(_, sides) => sides.iter().map(of_amount).sum(),
        Test::Moments(..) => 2,
        Test::OneOf(words, _) => 3 + of_words(words),
        // Each `%` may look at the rest of the text again.
        Test::Like(words, pattern) => 4 + of_words(words) + pattern.len() as u64,
        Test::Time(_, sides) => sides.iter().map(|side| if matches!(side, Period::Instant(_)) { 1 } else { 2 }).sum(),
        Test::Space(_, to) => relation(to.vertices() as u64),
    }
}

fn of_words(words: &Words) -> u64 {
    match words {
        Words::Folded(_, words) => 30 + of_words(words),
        _ => 1,
    }
}

fn of_amount(amount: &Amount) -> u64 {
    match amount {
        Amount::Of(_, sides) => 2 + sides.iter().map(of_amount).sum::<u64>(),
        _ => 1,
    }
}
