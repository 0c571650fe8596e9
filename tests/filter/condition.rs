//! A `Condition` is a random filter, of no language yet.

use crate::things::{DAYS, Dice, KINDS, NAMES, NUMBERS, Shape, place, shape};

pub enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Lit,
    Truth(bool),
    /// A sign and both sides, which are of one type.
    Compare(&'static str, Term, Term),
    Between(Term, Term, Term),
    In(Term, Vec<Term>),
    Like(Term, String),
    IsNull(Term),
    /// `s_within`…; whether the shape stands before the feature.
    Space(&'static str, Area, bool),
    /// `t_after`…
    Time(&'static str, Span, Span),
}

pub enum Term {
    Property(&'static str),
    Text(String),
    Whole(i64),
    Real(f64),
    Day(&'static str),
    Instant(String),
    /// `casei`, `accenti`
    Fold(&'static str, Box<Term>),
    /// `+`, …, `div`
    Reckon(&'static str, Box<Term>, Box<Term>),
}

pub enum Area {
    Shape(Shape),
    Box([f64; 4]),
}

pub enum Span {
    Instant(Term),
    /// `None` is open.
    Interval(Option<Term>, Option<Term>),
}

const SIGNS: [&str; 6] = ["=", "<>", "<", "<=", ">", ">="];
pub const SPACE: [&str; 8] =
    ["s_intersects", "s_disjoint", "s_within", "s_contains", "s_crosses", "s_overlaps", "s_touches", "s_equals"];
pub const TIME: [&str; 15] = [
    "t_after",
    "t_before",
    "t_contains",
    "t_disjoint",
    "t_during",
    "t_equals",
    "t_finishedby",
    "t_finishes",
    "t_intersects",
    "t_meets",
    "t_metby",
    "t_overlappedby",
    "t_overlaps",
    "t_startedby",
    "t_starts",
];

/// A random condition, of conditions within each other at most so deep.
pub fn condition(dice: &mut Dice, depth: usize) -> Condition {
    if depth > 0 && dice.one_in(2) {
        let mut parts = || (0..2 + dice.below(2)).map(|_| condition(dice, depth - 1)).collect::<Vec<_>>();
        let parts = parts();
        return match dice.below(5) {
            0 | 1 => Condition::All(parts),
            2 | 3 => Condition::Any(parts),
            _ => Condition::Not(Box::new(Condition::Any(parts))),
        };
    }
    match dice.below(16) {
        0 => Condition::Lit,
        1 if dice.one_in(3) => Condition::Truth(dice.one_in(2)),
        1 | 2 => Condition::Compare(dice.pick(&SIGNS), text(dice), text(dice)),
        3 | 4 => Condition::Compare(dice.pick(&SIGNS), number(dice, 2), number(dice, 1)),
        5 => Condition::Compare(dice.pick(&SIGNS), moment(dice), moment(dice)),
        6 => match dice.below(3) {
            0 => Condition::Between(number(dice, 1), number(dice, 0), number(dice, 0)),
            1 => Condition::Between(text(dice), text(dice), text(dice)),
            _ => Condition::Between(moment(dice), moment(dice), moment(dice)),
        },
        7 => match dice.below(3) {
            0 => Condition::In(text(dice), (0..3).map(|_| text_constant(dice)).collect()),
            1 => Condition::In(number(dice, 1), (0..3).map(|_| number(dice, 0)).collect()),
            _ => Condition::In(Term::Property("begun"), vec![Term::Day(dice.pick(&DAYS)), Term::Day(dice.pick(&DAYS))]),
        },
        8 | 9 => Condition::Like(text_property(dice), pattern(dice)),
        10 => Condition::IsNull(match dice.below(4) {
            0 => text(dice),
            1 => number(dice, 1),
            2 => Term::Property("kind"),
            _ => Term::Property("begun"),
        }),
        11..=13 => Condition::Space(dice.pick(&SPACE), area(dice), dice.one_in(3)),
        _ => Condition::Time(dice.pick(&TIME), span(dice), span(dice)),
    }
}

fn text_property(dice: &mut Dice) -> Term {
    let property = Term::Property(dice.pick(&["name", "name", "note", "kind", "id", "collection"]));
    folded(dice, property)
}

fn folded(dice: &mut Dice, term: Term) -> Term {
    match dice.below(5) {
        0 => Term::Fold("casei", Box::new(term)),
        1 => Term::Fold("accenti", Box::new(term)),
        2 if dice.one_in(2) => Term::Fold("casei", Box::new(Term::Fold("accenti", Box::new(term)))),
        _ => term,
    }
}

fn text_constant(dice: &mut Dice) -> Term {
    let text = match dice.below(6) {
        0 => dice.pick(&KINDS).to_string(),
        1 => dice.pick(&["p001", "l010", "a099", "spots", "areas", "", "За\u{301}мок", "О'Коннор"]).to_string(),
        _ => dice.pick(&NAMES).to_string(),
    };
    folded(dice, Term::Text(text))
}

fn text(dice: &mut Dice) -> Term {
    if dice.one_in(3) { text_constant(dice) } else { text_property(dice) }
}

fn number(dice: &mut Dice, depth: usize) -> Term {
    if depth > 0 && dice.one_in(2) {
        let sign = dice.pick(&["+", "-", "*", "/", "%", "div", "^"]);
        let left = number(dice, depth - 1);
        // Powers of what is not great stay within what the judge can hold.
        let right = if sign == "^" { Term::Whole(2) } else { number(dice, depth - 1) };
        return Term::Reckon(sign, Box::new(left), Box::new(right));
    }
    match dice.below(6) {
        0 => Term::Whole(dice.below(12) as i64 - 2),
        1 => Term::Real(dice.pick(&NUMBERS)),
        2 | 3 => Term::Property("levels"),
        4 => Term::Property("height"),
        _ => Term::Property("depth"),
    }
}

fn moment(dice: &mut Dice) -> Term {
    match dice.below(5) {
        0 | 1 => Term::Property("begun"),
        2 => Term::Property("ended"),
        3 => Term::Day(dice.pick(&DAYS)),
        _ => Term::Instant(format!("{}T{:02}:30:00Z", dice.pick(&DAYS), dice.below(2) * 11)),
    }
}

fn span(dice: &mut Dice) -> Span {
    if dice.one_in(3) {
        return Span::Instant(moment(dice));
    }
    let end = |dice: &mut Dice| (!dice.one_in(4)).then(|| moment(dice));
    if dice.one_in(3) {
        return Span::Interval(Some(Term::Property("begun")), Some(Term::Property("ended")));
    }
    let (from, to) = (end(dice), end(dice));
    Span::Interval(from, to)
}

fn pattern(dice: &mut Dice) -> String {
    let name: Vec<char> = dice.pick(&NAMES).chars().collect();
    let (begin, len) = (dice.below(name.len()), 1 + dice.below(4));
    let mut text: String = name[begin..]
        .iter()
        .take(len)
        .flat_map(|c| match c {
            '%' | '_' | '\\' => vec!['\\', *c],
            c => vec![*c],
        })
        .collect();
    if dice.one_in(3) {
        text = text.replacen(|c: char| c.is_alphabetic(), "_", 1);
    }
    let (before, after) = (dice.pick(&["", "%", "%", "_"]), dice.pick(&["", "%", "%", "%_%"]));
    format!("{before}{text}{after}")
}

fn area(dice: &mut Dice) -> Area {
    match dice.below(5) {
        0 => {
            let (x, y) = (dice.below(10) * 8, dice.below(10) * 8);
            let ((west, south), (east, north)) = (place(x, y), place(x + 8 + dice.below(60), y + 8 + dice.below(60)));
            Area::Box([west, south, east, north])
        }
        1 => Area::Shape(shape(dice, "point")),
        2 => Area::Shape(shape(dice, "line")),
        _ => Area::Shape(shape(dice, "area")),
    }
}
