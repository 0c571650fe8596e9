//! A `Test` is a filter made for one collection: it says of each feature yes, no, or that it cannot be known.
//!
//! Three-valued, as SQL has it: what is compared with an unknown value is unknown, `FALSE AND` it is false, `TRUE OR` it
//! true, and only what is true is selected.

use std::{borrow::Cow, cmp::Ordering, collections::HashSet, sync::Arc};

use jiff::civil::DateTime;

use super::{
    fold::Fold,
    like::Pattern,
    time::{End, Span, TimeRelation},
};
use crate::{
    model::{Feature, Value},
    space::{Relation, Shape},
};

/// What is asked of a feature.
#[derive(Debug)]
pub(super) enum Test {
    /// The same of every feature; `None`: unknown.
    Known(Option<bool>),
    /// A boolean field.
    Field(usize),
    Not(Box<Test>),
    And(Vec<Test>),
    Or(Vec<Test>),
    IsNull(Box<Typed>),
    Truths(Comparison, Box<[Test; 2]>),
    Words(Comparison, [Words; 2]),
    Amounts(Comparison, [Amount; 2]),
    Moments(Comparison, [Moment; 2]),
    /// Whether the text is one of these.
    OneOf(Words, HashSet<String>),
    Like(Words, Pattern),
    /// Whether the shape of the feature lies so to this one.
    Space(Relation, Arc<Shape>),
    Time(TimeRelation, [Period; 2]),
}

/// An expression with the type that it has.
#[derive(Debug)]
pub(super) enum Typed {
    /// Unknown, of any type.
    Null,
    Truth(Test),
    Words(Words),
    Amount(Amount),
    Moment(Moment),
    Period(Period),
    Place(Place),
}

/// A text.
#[derive(Debug)]
pub(super) enum Words {
    Unknown,
    Known(String),
    Id,
    Kind,
    Field(usize),
    Folded(Fold, Box<Words>),
}

/// A number.
#[derive(Debug)]
pub(super) enum Amount {
    Unknown,
    Known(Number),
    Field(usize),
    Of(Arithmetic, Box<[Amount; 2]>),
}

/// A value of an amount: whole numbers are compared exactly with each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    Whole(i64),
    Real(f64),
}

/// An instant; a day is its first.
#[derive(Debug)]
pub(super) enum Moment {
    Unknown,
    Known(DateTime),
    Field(usize),
}

/// A time that may last.
#[derive(Debug)]
pub(super) enum Period {
    Instant(Moment),
    /// An end that is `None` is open.
    Interval(Option<Moment>, Option<Moment>),
}

/// A shape.
#[derive(Debug)]
pub(super) enum Place {
    Unknown,
    /// That of the feature.
    Here,
    Known(Arc<Shape>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
    IntegerDivide,
}

impl Test {
    /// What it says of a feature of its collection.
    pub(super) fn of(&self, feature: &Feature) -> Option<bool> {
        match self {
            Self::Known(truth) => *truth,
            Self::Field(at) => match &feature.values[*at] {
                Value::Boolean(truth) => Some(*truth),
                _ => None,
            },
            Self::Not(test) => test.of(feature).map(|truth| !truth),
            Self::And(tests) => all(tests.iter().map(|test| test.of(feature))),
            // De Morgan holds for three values too.
            Self::Or(tests) => all(tests.iter().map(|test| test.of(feature).map(|truth| !truth))).map(|none| !none),
            Self::IsNull(typed) => Some(typed.is_unknown(feature)),
            Self::Truths(comparison, sides) => comparison.of(&sides[0].of(feature)?, &sides[1].of(feature)?),
            // What is asked most, in the shortest way.
            Self::Words(Comparison::Equal, [Words::Field(at), Words::Known(text)]) => {
                Some(feature.values[*at].as_text()? == text)
            }
            Self::Words(comparison, sides) => comparison.of(&sides[0].of(feature)?, &sides[1].of(feature)?),
            Self::Amounts(comparison, sides) => comparison.of(&sides[0].of(feature)?, &sides[1].of(feature)?),
            Self::Moments(comparison, sides) => comparison.of(&sides[0].of(feature)?, &sides[1].of(feature)?),
            Self::OneOf(words, members) => Some(members.contains(words.of(feature)?.as_ref())),
            Self::Like(words, pattern) => Some(pattern.fits(&words.of(feature)?)),
            Self::Space(relation, to) => Some(relation.holds(&feature.geometry, to)),
            Self::Time(relation, sides) => relation.holds(sides[0].of(feature), sides[1].of(feature)),
        }
    }
}

/// Kleene's conjunction, which asks no more than it must.
pub(super) fn both(first: Option<bool>, second: impl FnOnce() -> Option<bool>) -> Option<bool> {
    match first {
        Some(false) => Some(false),
        Some(true) => second(),
        None => second().filter(|truth| !truth),
    }
}

fn all(mut tests: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut truth = Some(true);
    while truth != Some(false)
        && let Some(next) = tests.next()
    {
        truth = both(truth, || next);
    }
    truth
}

impl Typed {
    fn is_unknown(&self, feature: &Feature) -> bool {
        match self {
            Self::Null => true,
            Self::Truth(test) => test.of(feature).is_none(),
            Self::Words(words) => words.of(feature).is_none(),
            Self::Amount(amount) => amount.of(feature).is_none(),
            Self::Moment(moment) => moment.of(feature).is_none(),
            Self::Period(_) => false,
            Self::Place(place) => matches!(place, Place::Unknown),
        }
    }
}

impl Words {
    fn of<'a>(&'a self, feature: &'a Feature) -> Option<Cow<'a, str>> {
        match self {
            Self::Unknown => None,
            Self::Known(text) => Some(text.into()),
            Self::Id => Some(feature.id.as_str().into()),
            Self::Kind => feature.kind.as_deref().map(Cow::from),
            Self::Field(at) => feature.values[*at].as_text().map(Cow::from),
            Self::Folded(fold, words) => Some(fold.of(&words.of(feature)?).into()),
        }
    }
}

impl Amount {
    pub(super) fn of(&self, feature: &Feature) -> Option<Number> {
        match self {
            Self::Unknown => None,
            Self::Known(number) => Some(*number),
            Self::Field(at) => match &feature.values[*at] {
                Value::Integer(number) => Some(Number::Whole(*number)),
                Value::Number(number) => Some(Number::Real(*number)),
                _ => None,
            },
            Self::Of(arithmetic, sides) => arithmetic.of(sides[0].of(feature)?, sides[1].of(feature)?),
        }
    }
}

impl Number {
    pub(super) fn to_f64(self) -> f64 {
        match self {
            Self::Whole(number) => number as f64,
            Self::Real(number) => number,
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => Some(a.cmp(b)),
            _ => self.to_f64().partial_cmp(&other.to_f64()),
        }
    }
}

impl Moment {
    fn of(&self, feature: &Feature) -> Option<DateTime> {
        match self {
            Self::Unknown => None,
            Self::Known(at) => Some(*at),
            Self::Field(at) => match &feature.values[*at] {
                Value::Date(day) => Some(day.at(0, 0, 0, 0)),
                _ => None,
            },
        }
    }
}

impl Period {
    fn of(&self, feature: &Feature) -> Span {
        match self {
            Self::Instant(moment) => {
                let at = moment.of(feature).map(End::At);
                (at, at)
            }
            Self::Interval(from, to) => (
                from.as_ref().map_or(Some(End::Always), |from| from.of(feature).map(End::At)),
                to.as_ref().map_or(Some(End::Never), |to| to.of(feature).map(End::At)),
            ),
        }
    }
}

impl Comparison {
    fn of<T: PartialOrd + ?Sized>(self, a: &T, b: &T) -> Option<bool> {
        let order = a.partial_cmp(b)?;
        Some(match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        })
    }
}

impl Arithmetic {
    /// A number; unknown where there is none: beyond all numbers, or divided by zero.
    pub(super) fn of(self, a: Number, b: Number) -> Option<Number> {
        if let (Number::Whole(a), Number::Whole(b)) = (a, b) {
            let whole = match self {
                Self::Add => a.checked_add(b),
                Self::Subtract => a.checked_sub(b),
                Self::Multiply => a.checked_mul(b),
                Self::Modulo => a.checked_rem(b),
                Self::IntegerDivide => a.checked_div(b),
                Self::Divide | Self::Power => None,
            };
            if let Some(whole) = whole {
                return Some(Number::Whole(whole));
            }
        }
        let (a, b) = (a.to_f64(), b.to_f64());
        let number = match self {
            Self::Add => a + b,
            Self::Subtract => a - b,
            Self::Multiply => a * b,
            Self::Divide => a / b,
            // The sign of the dividend, and towards zero, as in SQL.
            Self::Modulo => a % b,
            Self::IntegerDivide => (a / b).trunc(),
            Self::Power => a.powf(b),
        };
        number.is_finite().then_some(Number::Real(number))
    }
}
