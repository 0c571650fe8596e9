//! An `Expr` is a filter as it was written: operators over properties and literals, not yet of any collection.

use std::{fmt, sync::Arc};

use jiff::{Timestamp, civil::Date};

use super::{FilterError, TimeRelation};
use crate::space::{Geometry, Relation, Shape};

/// One node of a filter with what stands below it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    /// An operator with as many operands as it takes.
    Operation(Op, Vec<Expr>),
    /// What a feature says under this name.
    Property(String),
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Number(f64),
    /// Yes or no.
    Boolean(bool),
    /// Nothing is known.
    Null,
    /// A day.
    Date(Date),
    /// An instant.
    Timestamp(Timestamp),
    /// The end of an interval that has none.
    Open,
    /// From the one to the other.
    Interval(Box<[Expr; 2]>),
    /// A shape in CRS84.
    Geometry(Arc<Shape>),
    /// What `IN` chooses from.
    List(Vec<Expr>),
}

/// An operator of CQL2 (OGC 21-065r2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    And,
    Or,
    Not,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Like,
    Between,
    In,
    IsNull,
    CaseI,
    AccentI,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
    IntegerDivide,
    Space(Relation),
    Time(TimeRelation),
}

impl Op {
    /// The operators that are written as words, lower case, and as signs, with their names in CQL2 JSON.
    const NAMES: [(Self, &'static str); 22] = [
        (Self::And, "and"),
        (Self::Or, "or"),
        (Self::Not, "not"),
        (Self::Equal, "="),
        (Self::NotEqual, "<>"),
        (Self::Less, "<"),
        (Self::LessOrEqual, "<="),
        (Self::Greater, ">"),
        (Self::GreaterOrEqual, ">="),
        (Self::Like, "like"),
        (Self::Between, "between"),
        (Self::In, "in"),
        (Self::IsNull, "isNull"),
        (Self::CaseI, "casei"),
        (Self::AccentI, "accenti"),
        (Self::Add, "+"),
        (Self::Subtract, "-"),
        (Self::Multiply, "*"),
        (Self::Divide, "/"),
        (Self::Modulo, "%"),
        (Self::Power, "^"),
        (Self::IntegerDivide, "div"),
    ];

    /// Its name in CQL2 JSON.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Space(relation) => relation.name(),
            Self::Time(relation) => relation.name(),
            other => Self::NAMES.iter().find(|(op, _)| *op == other).expect("every other operator is listed").1,
        }
    }

    /// The operator of this name in whatever case.
    pub(super) fn named(name: &str) -> Option<Self> {
        let is = |known: &str| known.eq_ignore_ascii_case(name);
        Self::NAMES.iter().find(|(_, known)| is(known)).map(|(op, _)| *op).or_else(|| {
            let space = Relation::ALL.into_iter().find(|relation| is(relation.name())).map(Self::Space);
            space.or_else(|| TimeRelation::ALL.into_iter().find(|relation| is(relation.name())).map(Self::Time))
        })
    }

    /// Whether text writes it as a call: `casei(name)`.
    pub(super) fn is_call(self) -> bool {
        matches!(self, Self::CaseI | Self::AccentI | Self::Space(_) | Self::Time(_))
    }

    /// How many operands it takes, from and to.
    pub(super) fn operands(self) -> (usize, usize) {
        match self {
            Self::And | Self::Or => (2, usize::MAX),
            Self::Not | Self::IsNull | Self::CaseI | Self::AccentI => (1, 1),
            Self::Between => (3, 3),
            _ => (2, 2),
        }
    }
}

impl Expr {
    /// An operation, checked for the number of its operands; chains of `AND` and of `OR` become one.
    pub(super) fn operation(op: Op, operands: Vec<Self>) -> Result<Self, FilterError> {
        let operands = if matches!(op, Op::And | Op::Or) {
            let parts = operands.into_iter().flat_map(|operand| match operand {
                Self::Operation(below, parts) if below == op => parts,
                other => vec![other],
            });
            parts.collect()
        } else {
            operands
        };
        let (least, most) = op.operands();
        if (least..=most).contains(&operands.len()) {
            return Ok(Self::Operation(op, operands));
        }
        let (name, wanted) =
            (op.name(), if most == usize::MAX { format!("{least} or more") } else { least.to_string() });
        Err(FilterError::Form(format!("`{name}` takes {wanted} operands and has {}", operands.len())))
    }

    /// A shape of degrees.
    pub(super) fn shape(shape: &geo_types::Geometry<f64>) -> Result<Self, FilterError> {
        let shape = Geometry::try_from(shape).map_err(|error| FilterError::Form(error.to_string()))?;
        Ok(Self::Geometry(Arc::new(Shape::new(&shape))))
    }

    /// The box of four numbers, or six with heights; one over the antimeridian is two areas.
    pub(super) fn bbox(numbers: &[f64]) -> Result<Self, FilterError> {
        let wrong = |why: &str| FilterError::Form(format!("a box is four numbers (or six with heights): {why}"));
        let ([west, south, east, north] | [west, south, _, east, north, _]) = *numbers else {
            return Err(wrong("west, south, east, north"));
        };
        if south >= north || west == east {
            return Err(wrong("it has no width or no height"));
        }
        let part = |west, east| geo_types::Rect::new((west, south), (east, north)).to_polygon();
        let parts = if west < east { vec![part(west, east)] } else { vec![part(west, 180.0), part(-180.0, east)] };
        Self::shape(&geo_types::Geometry::MultiPolygon(geo_types::MultiPolygon(parts)))
    }

    /// A day as RFC 3339 writes it.
    pub(super) fn date(text: &str) -> Result<Self, FilterError> {
        let day = text.parse().map_err(|_| FilterError::Form(format!("`{text}` is not a day: YYYY-MM-DD")))?;
        // A longer text would be read as the day it begins with.
        if text.len() == 10 {
            Ok(Self::Date(day))
        } else {
            Err(FilterError::Form(format!("`{text}` is not a day: YYYY-MM-DD")))
        }
    }

    /// An instant as RFC 3339 writes it.
    pub(super) fn timestamp(text: &str) -> Result<Self, FilterError> {
        text.parse()
            .map(Self::Timestamp)
            .map_err(|_| FilterError::Form(format!("`{text}` is not an instant: YYYY-MM-DDThh:mm:ssZ")))
    }

    /// From the one to the other; texts among them are days, instants or `..`.
    pub(super) fn interval(ends: [Self; 2]) -> Result<Self, FilterError> {
        let end = |end| match end {
            Self::Text(text) if text == ".." => Ok(Self::Open),
            Self::Text(text) if text.len() == 10 => Self::date(&text),
            Self::Text(text) => Self::timestamp(&text),
            end @ (Self::Date(_) | Self::Timestamp(_) | Self::Property(_)) => Ok(end),
            _ => Err(FilterError::Form("an interval is between days, instants, properties or '..'".into())),
        };
        let [from, to] = ends;
        Ok(Self::Interval(Box::new([end(from)?, end(to)?])))
    }

    /// How many nodes it has, list members and vertices of shapes included.
    pub(super) fn size(&self) -> usize {
        1 + match self {
            Self::Operation(_, operands) | Self::List(operands) => operands.iter().map(Self::size).sum(),
            Self::Interval(ends) => ends.iter().map(Self::size).sum(),
            Self::Geometry(shape) => shape.vertices(),
            _ => 0,
        }
    }
}

impl fmt::Display for Expr {
    /// CQL2 text with every parenthesis, the same for filters that have the same tree.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operation(op, operands) => operation(f, *op, operands),
            Self::Property(name) => write!(f, "\"{}\"", name.replace('"', "\"\"")),
            Self::Text(text) => write!(f, "'{}'", text.replace('\'', "''")),
            Self::Integer(number) => write!(f, "{number}"),
            // `{:?}` is the shortest text that is read as the same number, and never looks whole.
            Self::Number(number) => write!(f, "{number:?}"),
            Self::Boolean(true) => f.write_str("TRUE"),
            Self::Boolean(false) => f.write_str("FALSE"),
            Self::Null => f.write_str("NULL"),
            Self::Date(day) => write!(f, "DATE('{day}')"),
            Self::Timestamp(at) => write!(f, "TIMESTAMP('{at}')"),
            Self::Open => f.write_str("'..'"),
            Self::Interval(ends) => {
                let end = |end: &Self| match end {
                    Self::Date(day) => format!("'{day}'"),
                    Self::Timestamp(at) => format!("'{at}'"),
                    other => other.to_string(),
                };
                write!(f, "INTERVAL({}, {})", end(&ends[0]), end(&ends[1]))
            }
            Self::Geometry(shape) => f.write_str(&shape.to_wkt()),
            Self::List(members) => listed(f, "(", members, ", "),
        }
    }
}

fn operation(f: &mut fmt::Formatter<'_>, op: Op, operands: &[Expr]) -> fmt::Result {
    let name = op.name().to_ascii_uppercase();
    match (op, operands) {
        (Op::Not, [one]) => write!(f, "(NOT {one})"),
        (Op::IsNull, [one]) => write!(f, "({one} IS NULL)"),
        (Op::Between, [of, low, high]) => write!(f, "({of} BETWEEN {low} AND {high})"),
        (op, operands) if op.is_call() => listed(f, &format!("{name}("), operands, ", "),
        (_, operands) => listed(f, "(", operands, &format!(" {name} ")),
    }
}

fn listed(f: &mut fmt::Formatter<'_>, open: &str, members: &[Expr], between: &str) -> fmt::Result {
    for (i, member) in members.iter().enumerate() {
        write!(f, "{}{member}", if i == 0 { open } else { between })?;
    }
    f.write_str(")")
}
