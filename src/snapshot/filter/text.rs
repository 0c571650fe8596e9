//! CQL2 text (OGC 21-065r2 §6 and annex B) becomes an expression.
//!
//! ```text
//!   or       and { OR and }
//!   and      not { AND not }
//!   not      NOT not │ predicate
//!   predicate  sum [ comparison ]
//!   sum      product { + - product }
//!   product  power { * / % DIV power }
//!   power    sign { ^ sign }
//!   sign     - sign │ atom
//! ```
//!
//! Each step reads once and never goes back, so reading takes as long as the text is; what nests is counted.

use super::{
    FilterError, MAX_DEPTH,
    tree::{Expr, Op},
};
use crate::space::wkt;

/// Reads the whole text.
pub(super) fn read(text: &str) -> Result<Expr, FilterError> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let expr = reader.or()?;
    match reader.rest() {
        "" => Ok(expr),
        rest => Err(reader.wrong(format!("`{}` stands behind a whole condition", beginning(rest)))),
    }
}

/// The words that are no properties unless they stand in double quotes.
const KEYWORDS: [&str; 11] = ["and", "or", "not", "like", "between", "in", "is", "null", "true", "false", "div"];

/// The words that begin a shape.
const SHAPES: [&str; 7] =
    ["point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection"];

struct Reader<'a> {
    text: &'a str,
    /// Bytes that are read.
    at: usize,
    /// What is open around here.
    depth: usize,
}

impl<'a> Reader<'a> {
    fn or(&mut self) -> Result<Expr, FilterError> {
        let mut parts = vec![self.and()?];
        while self.takes_word("or") {
            parts.push(self.and()?);
        }
        joined(Op::Or, parts)
    }

    fn and(&mut self) -> Result<Expr, FilterError> {
        let mut parts = vec![self.not()?];
        while self.takes_word("and") {
            parts.push(self.not()?);
        }
        joined(Op::And, parts)
    }

    fn not(&mut self) -> Result<Expr, FilterError> {
        if self.takes_word("not") {
            let operand = self.below(Self::not)?;
            return Expr::operation(Op::Not, vec![operand]);
        }
        self.predicate()
    }

    fn predicate(&mut self) -> Result<Expr, FilterError> {
        let of = self.sum()?;
        if self.takes_word("is") {
            let not = self.takes_word("not");
            if !self.takes_word("null") {
                return Err(self.missing("NULL"));
            }
            return negated(not, Expr::operation(Op::IsNull, vec![of])?);
        }
        let signs = [
            ("<=", Op::LessOrEqual),
            (">=", Op::GreaterOrEqual),
            ("<>", Op::NotEqual),
            ("!=", Op::NotEqual),
            ("=", Op::Equal),
            ("<", Op::Less),
            (">", Op::Greater),
        ];
        if let Some((_, op)) = signs.into_iter().find(|(sign, _)| self.takes(sign)) {
            let to = self.sum()?;
            return Expr::operation(op, vec![of, to]);
        }
        let not = self.takes_word("not");
        if self.takes_word("like") {
            let pattern = self.sum()?;
            return negated(not, Expr::operation(Op::Like, vec![of, pattern])?);
        }
        if self.takes_word("between") {
            let low = self.sum()?;
            if !self.takes_word("and") {
                return Err(self.missing("AND"));
            }
            let high = self.sum()?;
            return negated(not, Expr::operation(Op::Between, vec![of, low, high])?);
        }
        if self.takes_word("in") {
            if !self.takes("(") {
                return Err(self.missing("("));
            }
            let members = self.operands()?;
            return negated(not, Expr::operation(Op::In, vec![of, Expr::List(members)])?);
        }
        if not { Err(self.missing("LIKE, BETWEEN or IN")) } else { Ok(of) }
    }

    fn sum(&mut self) -> Result<Expr, FilterError> {
        self.chain(&[("+", Op::Add), ("-", Op::Subtract)], Self::product)
    }

    fn product(&mut self) -> Result<Expr, FilterError> {
        let ops = [("*", Op::Multiply), ("/", Op::Divide), ("%", Op::Modulo), ("div", Op::IntegerDivide)];
        self.chain(&ops, Self::power)
    }

    fn power(&mut self) -> Result<Expr, FilterError> {
        self.chain(&[("^", Op::Power)], Self::sign)
    }

    /// Operators of one rank, from left to right: `a - b - c` is `(a - b) - c`, and so as deep as it is long.
    fn chain(
        &mut self,
        ops: &[(&str, Op)],
        part: fn(&mut Self) -> Result<Expr, FilterError>,
    ) -> Result<Expr, FilterError> {
        let mut left = part(self)?;
        for _ in 0..MAX_DEPTH {
            let is_word = |sign: &str| sign.starts_with(char::is_alphabetic);
            let taken =
                ops.iter().find(|(sign, _)| if is_word(sign) { self.takes_word(sign) } else { self.takes(sign) });
            let Some((_, op)) = taken else { return Ok(left) };
            let right = part(self)?;
            left = Expr::operation(*op, vec![left, right])?;
        }
        Err(self.too_deep())
    }

    fn sign(&mut self) -> Result<Expr, FilterError> {
        if !self.takes("-") {
            return self.atom();
        }
        Ok(match self.below(Self::sign)? {
            Expr::Integer(number) => Expr::Integer(-number),
            Expr::Number(number) => Expr::Number(-number),
            other => Expr::operation(Op::Subtract, vec![Expr::Integer(0), other])?,
        })
    }

    fn atom(&mut self) -> Result<Expr, FilterError> {
        let rest = self.rest();
        match rest.chars().next() {
            None => Err(self.wrong("the text ends where a value should stand".into())),
            Some('(') => {
                self.at += 1;
                let inside = self.below(Self::or)?;
                if self.takes(")") { Ok(inside) } else { Err(self.missing(")")) }
            }
            Some('\'') => Ok(Expr::Text(self.quoted('\'')?)),
            Some('"') => Ok(Expr::Property(self.quoted('"')?)),
            Some('0'..='9' | '.' | '+') => self.number(),
            Some(c) if begins_word(c) => self.named(),
            Some(_) => Err(self.wrong(format!("`{}` stands where a value should", beginning(rest)))),
        }
    }

    /// What begins with a word: a constant, a shape, a call or a property.
    fn named(&mut self) -> Result<Expr, FilterError> {
        let (word, lower) = (self.word(), self.word().to_ascii_lowercase());
        let begin = self.at;
        self.at += word.len();
        match lower.as_str() {
            "true" => return Ok(Expr::Boolean(true)),
            "false" => return Ok(Expr::Boolean(false)),
            "null" => return Ok(Expr::Null),
            keyword if KEYWORDS.contains(&keyword) => {
                self.at = begin;
                return Err(self.wrong(format!("`{word}` stands where a value should")));
            }
            _ => {}
        }
        let behind = self.rest().to_ascii_lowercase();
        if SHAPES.contains(&lower.as_str()) && ["(", "z", "m"].iter().any(|mark| behind.starts_with(mark)) {
            let (shape, rest) = wkt::read_first(&self.text[begin..]).map_err(|problem| self.wrong(problem))?;
            self.at = self.text.len() - rest.len();
            return Expr::shape(&shape);
        }
        if !self.takes("(") {
            return Ok(Expr::Property(word.into()));
        }
        let operands = self.operands()?;
        self.call(word, &lower, operands)
    }

    fn call(&self, word: &str, lower: &str, operands: Vec<Expr>) -> Result<Expr, FilterError> {
        match (lower, operands.as_slice()) {
            ("date", [Expr::Text(day)]) => Expr::date(day),
            ("timestamp", [Expr::Text(at)]) => Expr::timestamp(at),
            ("interval", [from, to]) => Expr::interval([from.clone(), to.clone()]),
            ("bbox" | "envelope", numbers) => {
                let number = |expr: &Expr| match expr {
                    Expr::Integer(number) => Ok(*number as f64),
                    Expr::Number(number) => Ok(*number),
                    other => Err(FilterError::Form(format!("`{other}` is not a number of a box"))),
                };
                Expr::bbox(&numbers.iter().map(number).collect::<Result<Vec<_>, _>>()?)
            }
            _ => match Op::named(lower).filter(|op| op.is_call()) {
                Some(op) => Expr::operation(op, operands),
                None => Err(self.wrong(format!("`{word}` is no function that is known, or not of these operands"))),
            },
        }
    }

    /// Operands with commas between them, up to the closing parenthesis; the opening one is read.
    fn operands(&mut self) -> Result<Vec<Expr>, FilterError> {
        let mut operands = Vec::new();
        loop {
            operands.push(self.below(Self::or)?);
            if self.takes(")") {
                return Ok(operands);
            }
            if !self.takes(",") {
                return Err(self.missing(", or )"));
            }
        }
    }

    fn number(&mut self) -> Result<Expr, FilterError> {
        let rest = self.rest();
        let mut last = ' ';
        let is_outside = |c: char| {
            let inside =
                c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E') || matches!((c, last), ('+' | '-', 'e' | 'E' | ' '));
            last = c;
            !inside
        };
        let text = &rest[..rest.find(is_outside).unwrap_or(rest.len())];
        let number = match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(number), _) => Expr::Integer(number),
            (_, Ok(number)) if number.is_finite() => Expr::Number(number),
            _ => {
                return Err(
                    self.wrong(format!("`{}` is not a number", if text.len() < 2 { beginning(rest) } else { text }))
                );
            }
        };
        self.at += text.len();
        Ok(number)
    }

    /// What stands between two quotation marks; a doubled one is one of the text.
    fn quoted(&mut self, mark: char) -> Result<String, FilterError> {
        let rest = self.rest();
        let mut inside = String::new();
        let mut chars = rest.char_indices().skip(1).peekable();
        while let Some((_, c)) = chars.next() {
            match chars.peek() {
                Some((_, next)) if c == mark && *next == mark => {
                    chars.next();
                    inside.push(mark);
                }
                next if c == mark => {
                    self.at += next.map_or(rest.len(), |(at, _)| *at);
                    return Ok(inside);
                }
                _ => inside.push(c),
            }
        }
        Err(self.wrong(format!("`{}` has no closing {mark}", beginning(rest))))
    }

    fn below(&mut self, part: fn(&mut Self) -> Result<Expr, FilterError>) -> Result<Expr, FilterError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.too_deep());
        }
        let inside = part(self);
        self.depth -= 1;
        inside
    }

    /// What is not read yet, without spaces before it.
    fn rest(&mut self) -> &'a str {
        let rest = self.text[self.at..].trim_start();
        self.at = self.text.len() - rest.len();
        rest
    }

    /// The word that comes next.
    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let is_inside = |c: char| begins_word(c) || c.is_alphanumeric() || c == '.';
        &rest[..rest.find(|c| !is_inside(c)).unwrap_or(rest.len())]
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let taken = self.word().eq_ignore_ascii_case(word);
        self.at += if taken { word.len() } else { 0 };
        taken
    }

    fn takes(&mut self, sign: &str) -> bool {
        let taken = self.rest().starts_with(sign);
        self.at += if taken { sign.len() } else { 0 };
        taken
    }

    fn missing(&mut self, what: &str) -> FilterError {
        let found = match self.rest() {
            "" => "the end of the text".into(),
            rest => format!("`{}`", beginning(rest)),
        };
        self.wrong(format!("`{what}` is missing before {found}"))
    }

    fn too_deep(&self) -> FilterError {
        self.wrong(format!("more than {MAX_DEPTH} conditions or operators stand within each other"))
    }

    fn wrong(&self, problem: String) -> FilterError {
        FilterError::Syntax { character: self.text[..self.at].chars().count() + 1, problem }
    }
}

fn joined(op: Op, mut parts: Vec<Expr>) -> Result<Expr, FilterError> {
    if parts.len() == 1 { Ok(parts.remove(0)) } else { Expr::operation(op, parts) }
}

fn negated(not: bool, expr: Expr) -> Result<Expr, FilterError> {
    if not { Expr::operation(Op::Not, vec![expr]) } else { Ok(expr) }
}

fn begins_word(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '_' | ':')
}

fn beginning(text: &str) -> &str {
    text.char_indices().nth(40).map_or(text, |(end, _)| &text[..end])
}
