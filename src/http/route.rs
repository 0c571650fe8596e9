//! A `Route` is what one path answers: its parameters with their limits, its media types and its statuses.
//!
//! The router, the reader of parameters and the OpenAPI document are all made from these rows, so none of them can know
//! a parameter or a limit that the others do not.

use super::Problem;

/// One path.
#[derive(Debug)]
pub struct Route {
    /// Where it is; parts in braces are the asker's.
    pub path: &'static str,
    /// Its operation in the OpenAPI document.
    pub id: &'static str,
    /// What it is for.
    pub what: Said,
    /// What its query may hold; anything else is refused.
    pub params: &'static [Param],
    /// What it answers with, the first where the asker does not mind: media type and the name of its schema, empty for bytes.
    pub answers: &'static [(&'static str, &'static str)],
    /// Statuses besides those that every route has.
    pub also: &'static [u16],
}

/// Words of the documentation in both languages.
#[derive(Debug, Clone, Copy)]
pub struct Said {
    /// Ukrainian.
    pub uk: &'static str,
    /// English.
    pub en: &'static str,
}

/// One parameter of a query.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// Whether nothing is answered without it.
    pub required: bool,
    /// What it may be.
    pub form: Form,
    /// What it means.
    pub what: Said,
}

/// What the text of a parameter may be.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// A whole number within two ends, and what it is when it is not given.
    Whole {
        /// The least.
        from: usize,
        /// The greatest.
        to: usize,
        /// When it is not given.
        default: usize,
    },
    /// A number within two ends.
    Number {
        /// The least.
        from: f64,
        /// The greatest.
        to: f64,
    },
    /// One of these words.
    Word(&'static [&'static str]),
    /// Words separated by commas, at most so many, none empty.
    List(usize),
    /// Four or six numbers separated by commas.
    Box,
    /// A text of at most so many bytes in UTF-8.
    Text(usize),
}

/// Statuses that any path may answer with: the asker has it, a wrong query, a too long one or head, a fault of ours.
const ALWAYS: [u16; 6] = [200, 304, 400, 414, 431, 500];

impl Route {
    /// The parameter with this name.
    pub fn param(&self, name: &str) -> Option<&'static Param> {
        self.params.iter().find(|param| param.name == name)
    }

    /// The asker's parts of the path.
    pub fn parts(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('{').skip(1).filter_map(|part| part.split('}').next())
    }

    /// Every status that it may answer with, ascending.
    pub fn statuses(&self) -> Vec<u16> {
        let mut all: Vec<u16> = ALWAYS.into_iter().chain(self.also.iter().copied()).collect();
        if self.parts().next().is_some() {
            all.push(404);
        }
        all.sort_unstable();
        all
    }
}

impl Param {
    /// Refuses a text that is not of the form, naming the parameter.
    pub fn check(&self, text: &str) -> Result<(), Problem> {
        let wrong = |detail: String| Err(Problem::bad(self.name, text, detail));
        let name = self.name;
        match self.form {
            Form::Whole { from, to, .. } => match text.parse::<usize>() {
                Ok(number) if (from..=to).contains(&number) => Ok(()),
                _ => wrong(format!("`{name}` is a number from {from} to {to}")),
            },
            Form::Number { from, to } => match text.parse::<f64>() {
                Ok(number) if (from..=to).contains(&number) => Ok(()),
                _ => wrong(format!("`{name}` is a number from {from} to {to}")),
            },
            Form::Word(of) if of.contains(&text) => Ok(()),
            Form::Word(of) => wrong(format!("`{name}` is one of: {}", of.join(", "))),
            Form::List(most) => {
                let words = text.split(',').map(str::trim);
                if words.clone().any(str::is_empty) {
                    wrong(format!("`{name}` is a list separated by commas, without empty places"))
                } else if words.count() > most {
                    wrong(format!("`{name}` is a list of at most {most}"))
                } else {
                    Ok(())
                }
            }
            Form::Box => {
                let numbers: Result<Vec<f64>, _> = text.split(',').map(|number| number.trim().parse()).collect();
                match numbers {
                    Ok(numbers) if matches!(numbers.len(), 4 | 6) && numbers.iter().all(|n| n.is_finite()) => Ok(()),
                    _ => wrong(format!(
                        "`{name}` is four numbers (or six with heights): the least of both axes, then the greatest"
                    )),
                }
            }
            Form::Text(most) if text.len() > most => wrong(format!("`{name}` has at most {most} bytes")),
            Form::Text(_) => Ok(()),
        }
    }
}
