//! Compiling makes an expression a test of one collection: names become fields, and every operator meets the types it takes.

use std::{collections::BTreeSet, sync::Arc};

use jiff::{civil::DateTime, tz::TimeZone};

use super::{
    FilterError,
    fold::Fold,
    like::Pattern,
    plan::Plan,
    test::{Amount, Arithmetic, Comparison, Moment, Number, Period, Place, Test, Typed, Words},
    tree::{Expr, Op},
};
use crate::{
    model::{Collection, FieldType},
    snapshot::Property,
    space::Relation,
};

/// The collection that an expression is compiled for.
pub(super) struct Of<'a> {
    pub(super) collection: &'a Collection,
    pub(super) sector: Option<&'a str>,
    /// The fields of all collections that are asked together: what another has is unknown here.
    pub(super) known: &'a BTreeSet<&'a str>,
}

impl Of<'_> {
    /// The plan of a whole filter.
    pub(super) fn plan(&self, expr: &Expr) -> Result<Plan, FilterError> {
        Ok(Plan::new(self.test(expr)?, expr))
    }

    fn test(&self, expr: &Expr) -> Result<Test, FilterError> {
        match self.typed(expr)? {
            Typed::Truth(test) => Ok(test),
            Typed::Null => Ok(Test::Known(None)),
            other => Err(self.wrong(expr, &other, "a condition")),
        }
    }

    fn typed(&self, expr: &Expr) -> Result<Typed, FilterError> {
        Ok(match expr {
            Expr::Property(name) => self.property(name)?,
            Expr::Text(text) => Typed::Words(Words::Known(text.clone())),
            Expr::Integer(number) => Typed::Amount(Amount::Known(Number::Whole(*number))),
            Expr::Number(number) => Typed::Amount(Amount::Known(Number::Real(*number))),
            Expr::Boolean(truth) => Typed::Truth(Test::Known(Some(*truth))),
            Expr::Null => Typed::Null,
            Expr::Date(day) => Typed::Moment(Moment::Known(day.at(0, 0, 0, 0))),
            Expr::Timestamp(at) => Typed::Moment(Moment::Known(utc(*at))),
            Expr::Interval(ends) => Typed::Period(Period::Interval(self.end(&ends[0])?, self.end(&ends[1])?)),
            Expr::Geometry(shape) => Typed::Place(Place::Known(Arc::clone(shape))),
            Expr::Open | Expr::List(_) => {
                return Err(FilterError::Form(format!("`{expr}` stands only behind IN or in an interval")));
            }
            Expr::Operation(op, operands) => self.operation(expr, *op, operands)?,
        })
    }

    fn property(&self, name: &str) -> Result<Typed, FilterError> {
        let Some(property) = Property::named(self.collection, name) else {
            if self.known.contains(name) {
                return Ok(Typed::Null);
            }
            let known = Property::ALWAYS.iter().map(|(name, _)| *name).chain(self.known.iter().copied());
            return Err(FilterError::Property { name: name.into(), known: known.map(String::from).collect() });
        };
        Ok(match property {
            Property::Id => Typed::Words(Words::Id),
            Property::Kind => Typed::Words(Words::Kind),
            Property::Collection => Typed::Words(Words::Known(self.collection.id.to_string())),
            Property::Sector => Typed::Words(self.sector.map_or(Words::Unknown, |sector| Words::Known(sector.into()))),
            Property::Geometry => Typed::Place(Place::Here),
            Property::Field(at) => match self.collection.fields[at].kind {
                FieldType::Text => Typed::Words(Words::Field(at)),
                FieldType::Integer | FieldType::Number => Typed::Amount(Amount::Field(at)),
                FieldType::Boolean => Typed::Truth(Test::Field(at)),
                FieldType::Date => Typed::Moment(Moment::Field(at)),
            },
        })
    }

    fn operation(&self, expr: &Expr, op: Op, operands: &[Expr]) -> Result<Typed, FilterError> {
        let tests = || operands.iter().map(|operand| self.test(operand)).collect::<Result<Vec<_>, _>>();
        Ok(match (op, operands) {
            (Op::And, _) => Typed::Truth(Test::And(tests()?)),
            (Op::Or, _) => Typed::Truth(Test::Or(tests()?)),
            (Op::Not, [of]) => Typed::Truth(Test::Not(Box::new(self.test(of)?))),
            (Op::IsNull, [of]) => Typed::Truth(Test::IsNull(Box::new(self.typed(of)?))),
            (Op::CaseI, [of]) => folded(Fold::Case, self.words(of)?),
            (Op::AccentI, [of]) => folded(Fold::Accents, self.words(of)?),
            (Op::Like, [of, pattern]) => Typed::Truth(self.like(of, pattern)?),
            (Op::In, [of, Expr::List(members)]) => Typed::Truth(self.one_of(of, members)?),
            (Op::Between, [of, low, high]) => Typed::Truth(Test::And(vec![
                self.comparison(expr, Comparison::GreaterOrEqual, of, low)?,
                self.comparison(expr, Comparison::LessOrEqual, of, high)?,
            ])),
            (Op::Space(relation), [of, to]) => Typed::Truth(lies(relation, self.place(of)?, self.place(to)?)),
            (Op::Time(relation), [of, to]) => Typed::Truth(Test::Time(relation, [self.period(of)?, self.period(to)?])),
            (op, [of, to]) => match (comparison(op), arithmetic(op)) {
                (Some(op), _) => Typed::Truth(self.comparison(expr, op, of, to)?),
                (_, Some(op)) => Typed::Amount(Amount::Of(op, Box::new([self.amount(of)?, self.amount(to)?]))),
                _ => return Err(FilterError::Form(format!("`{expr}` has no meaning"))),
            },
            _ => return Err(FilterError::Form(format!("`{expr}` has no meaning"))),
        })
    }

    /// Both sides are of one type; unknown ones are of any.
    fn comparison(&self, expr: &Expr, op: Comparison, of: &Expr, to: &Expr) -> Result<Test, FilterError> {
        Ok(match (self.typed(of)?, self.typed(to)?) {
            (Typed::Null, Typed::Null) => Test::Known(None),
            (Typed::Null, other) | (other, Typed::Null) => match other {
                Typed::Place(_) | Typed::Period(_) => {
                    return Err(self.wrong(expr, &other, "text, number, condition or day"));
                }
                _ => Test::Known(None),
            },
            (Typed::Words(a), Typed::Words(b)) => Test::Words(op, [a, b]),
            (Typed::Amount(a), Typed::Amount(b)) => Test::Amounts(op, [a, b]),
            (Typed::Moment(a), Typed::Moment(b)) => Test::Moments(op, [a, b]),
            (Typed::Truth(a), Typed::Truth(b)) if matches!(op, Comparison::Equal | Comparison::NotEqual) => {
                Test::Truths(op, Box::new([a, b]))
            }
            (a, b) => {
                let types = (a.name(), b.name());
                let hint = if matches!(types, ("day", "text") | ("text", "day")) {
                    "; a day is written DATE('2026-01-31')"
                } else {
                    ""
                };
                return Err(FilterError::Type(format!(
                    "`{expr}` compares {} with {} in the collection `{}`{hint}",
                    types.0, types.1, self.collection.id
                )));
            }
        })
    }

    fn one_of(&self, of: &Expr, members: &[Expr]) -> Result<Test, FilterError> {
        let texts = members.iter().map(|member| match member {
            Expr::Text(text) => Some(text.clone()),
            _ => None,
        });
        if let (Typed::Words(words), Some(texts)) = (self.typed(of)?, texts.collect()) {
            return Ok(Test::OneOf(words, texts));
        }
        let same = |member: &Expr| {
            let pair = Expr::Operation(Op::Equal, vec![of.clone(), member.clone()]);
            self.comparison(&pair, Comparison::Equal, of, member)
        };
        Ok(Test::Or(members.iter().map(same).collect::<Result<_, _>>()?))
    }

    fn like(&self, of: &Expr, pattern: &Expr) -> Result<Test, FilterError> {
        let words = self.words(of)?;
        let text = match pattern {
            Expr::Text(text) => Some(text.clone()),
            Expr::Operation(..) => literal(&self.words(pattern)?),
            _ => None,
        };
        let text = text.ok_or_else(|| {
            FilterError::Type(format!(
                "`{pattern}` is not a pattern: LIKE takes a text, which CASEI and ACCENTI may fold"
            ))
        })?;
        let read = Pattern::new(&text);
        Ok(Test::Like(
            words,
            read.ok_or_else(|| FilterError::Form(format!("the pattern `{text}` ends in a lone `\\`")))?,
        ))
    }

    fn words(&self, expr: &Expr) -> Result<Words, FilterError> {
        match self.typed(expr)? {
            Typed::Words(words) => Ok(words),
            Typed::Null => Ok(Words::Unknown),
            other => Err(self.wrong(expr, &other, "text")),
        }
    }

    fn amount(&self, expr: &Expr) -> Result<Amount, FilterError> {
        match self.typed(expr)? {
            Typed::Amount(amount) => Ok(amount),
            Typed::Null => Ok(Amount::Unknown),
            other => Err(self.wrong(expr, &other, "number")),
        }
    }

    fn place(&self, expr: &Expr) -> Result<Place, FilterError> {
        match self.typed(expr)? {
            Typed::Place(place) => Ok(place),
            Typed::Null => Ok(Place::Unknown),
            other => Err(self.wrong(expr, &other, "shape")),
        }
    }

    fn period(&self, expr: &Expr) -> Result<Period, FilterError> {
        match self.typed(expr)? {
            Typed::Period(period) => Ok(period),
            Typed::Moment(moment) => Ok(Period::Instant(moment)),
            Typed::Null => Ok(Period::Instant(Moment::Unknown)),
            other => Err(self.wrong(expr, &other, "day, instant or interval")),
        }
    }

    fn end(&self, expr: &Expr) -> Result<Option<Moment>, FilterError> {
        if *expr == Expr::Open {
            return Ok(None);
        }
        match self.typed(expr)? {
            Typed::Moment(moment) => Ok(Some(moment)),
            Typed::Null => Ok(Some(Moment::Unknown)),
            other => Err(self.wrong(expr, &other, "day or instant")),
        }
    }

    fn wrong(&self, expr: &Expr, found: &Typed, wanted: &str) -> FilterError {
        let (found, id) = (found.name(), &self.collection.id);
        FilterError::Type(format!("`{expr}` is {found} in the collection `{id}`, where {wanted} is wanted"))
    }
}

impl Typed {
    fn name(&self) -> &'static str {
        match self {
            Self::Null => "unknown",
            Self::Truth(_) => "condition",
            Self::Words(_) => "text",
            Self::Amount(_) => "number",
            Self::Moment(_) => "day",
            Self::Period(_) => "interval",
            Self::Place(_) => "shape",
        }
    }
}

/// Whether one lies so to the other; only what hangs on the feature is asked of each.
fn lies(relation: Relation, of: Place, to: Place) -> Test {
    match (of, to) {
        (Place::Unknown, _) | (_, Place::Unknown) => Test::Known(None),
        (Place::Here, Place::Here) => Test::Known(Some(relation.holds_of_itself())),
        (Place::Known(of), Place::Known(to)) => Test::Known(Some(relation.holds_between(&of, &to))),
        (Place::Here, Place::Known(shape)) => Test::Space(relation, shape),
        (Place::Known(shape), Place::Here) => Test::Space(relation.converse(), shape),
    }
}

/// The folding of a text; of a constant it is done here, once.
fn folded(fold: Fold, words: Words) -> Typed {
    Typed::Words(match words {
        Words::Unknown => Words::Unknown,
        Words::Known(text) => Words::Known(fold.of(&text)),
        other => Words::Folded(fold, Box::new(other)),
    })
}

fn literal(words: &Words) -> Option<String> {
    match words {
        Words::Known(text) => Some(text.clone()),
        _ => None,
    }
}

fn comparison(op: Op) -> Option<Comparison> {
    Some(match op {
        Op::Equal => Comparison::Equal,
        Op::NotEqual => Comparison::NotEqual,
        Op::Less => Comparison::Less,
        Op::LessOrEqual => Comparison::LessOrEqual,
        Op::Greater => Comparison::Greater,
        Op::GreaterOrEqual => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

fn arithmetic(op: Op) -> Option<Arithmetic> {
    Some(match op {
        Op::Add => Arithmetic::Add,
        Op::Subtract => Arithmetic::Subtract,
        Op::Multiply => Arithmetic::Multiply,
        Op::Divide => Arithmetic::Divide,
        Op::Modulo => Arithmetic::Modulo,
        Op::Power => Arithmetic::Power,
        Op::IntegerDivide => Arithmetic::IntegerDivide,
        _ => return None,
    })
}

fn utc(at: jiff::Timestamp) -> DateTime {
    at.to_zoned(TimeZone::UTC).datetime()
}
