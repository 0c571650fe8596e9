//! A `Record` is one raw row of a source: the texts of the columns the recipe names, and maybe a shape of its own.
//!
//! Every cell is text. What JSON or `FlatGeobuf` type otherwise is written as JSON writes it, so that one reading of
//! values serves all formats; an absent key, a null and an empty cell are the same empty text.

use std::{borrow::Cow, cell::Cell};

use super::{Crs, ImportError, Rejection, outcome::Objection};
use crate::space::Geometry;

/// One raw row.
pub(super) struct Record<'a> {
    /// As [`Rejection::row`].
    pub row: u64,
    /// The texts of [`Columns`], in their order.
    pub cells: Vec<Cow<'a, str>>,
    /// The shape that the source itself gives the row.
    pub shape: Shape,
    /// The whole row as a JSON object, column → text; asked for only when the row is refused.
    pub whole: &'a dyn Fn() -> String,
}

/// The shape that a source gives a row.
pub(super) enum Shape {
    /// It gives none, or nobody wants it.
    None,
    /// It could, but for this row it does not.
    Missing,
    /// A shape.
    Sound(Geometry),
    /// What stands there is no shape.
    Broken {
        /// What stands there.
        text: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// A row as a reader of a format hands it on.
pub(super) enum Row<'a> {
    /// It could be read.
    Record(Record<'a>),
    /// It could not.
    Refused(Rejection),
}

impl Row<'_> {
    pub fn refused(row: u64, objection: Objection, record: String) -> Self {
        Self::Refused(objection.reject(row, record))
    }
}

/// Takes the rows in the order of the source; its error ends the reading.
pub(super) type Take<'a> = dyn FnMut(Row<'_>) -> anyhow::Result<()> + 'a;

/// The columns a recipe names, each once; the place of a column among them is its slot.
#[derive(Debug, Default)]
pub(super) struct Columns {
    named: Vec<Named>,
    /// Whether the shape of the source is wanted.
    pub wants_shape: bool,
    /// The system of those shapes, where the recipe says it; it goes before what the source says.
    pub crs: Option<Crs>,
}

#[derive(Debug)]
struct Named {
    /// The names it may have.
    columns: Vec<String>,
    key: String,
    /// Which of the names the source has, as far as it is known.
    found: Cell<usize>,
}

impl Columns {
    /// The slot of the column that the key of the recipe names.
    pub fn slot(&mut self, column: &str, key: &str) -> usize {
        self.slot_of_any(&[column.into()], key)
    }

    /// The slot of a column that has one of these names; names that share one are of one column.
    pub fn slot_of_any(&mut self, columns: &[String], key: &str) -> usize {
        let Some(slot) = columns.iter().find_map(|column| self.find(column)) else {
            self.named.push(Named { columns: columns.into(), key: key.into(), found: Cell::new(0) });
            return self.named.len() - 1;
        };
        let known = &mut self.named[slot].columns;
        for column in columns {
            if !known.contains(column) {
                known.push(column.clone());
            }
        }
        slot
    }

    /// The slot of the column of this name.
    pub fn find(&self, column: &str) -> Option<usize> {
        self.named.iter().position(|named| named.columns.iter().any(|name| name == column))
    }

    /// A name that stands for two columns at once, which no source can have.
    pub fn ambiguous(&self) -> Option<&str> {
        let again = |(i, named): (usize, &'_ Named)| {
            named.columns.iter().position(|name| self.find(name) != Some(i)).map(|at| (i, at))
        };
        self.named.iter().enumerate().find_map(again).map(|(i, at)| self.named[i].columns[at].as_str())
    }

    /// Says by which of its names the source has a column.
    pub fn found(&self, slot: usize, column: &str) {
        let named = &self.named[slot];
        named.found.set(named.columns.iter().position(|name| name == column).unwrap_or(0));
    }

    pub fn name(&self, slot: usize) -> &str {
        let named = &self.named[slot];
        &named.columns[named.found.get()]
    }

    pub fn len(&self) -> usize {
        self.named.len()
    }

    /// The slot of every column of a source that has a header; all that are named must be there, and only once.
    pub fn slots_in(&self, file: &str, header: &[String]) -> Result<Vec<Option<usize>>, ImportError> {
        for named in &self.named {
            let there: Vec<_> = header.iter().filter(|column| named.columns.contains(column)).collect();
            match there.as_slice() {
                [one] => self.found(self.find(one).expect("it is named"), one),
                [] => return Err(self.missing(file, &named.columns[0], header.to_vec())),
                [first, .., last] if first != last => {
                    let problem =
                        format!("the columns `{first}` and `{last}` are both there, which {} names for one", named.key);
                    return Err(ImportError::source(file, problem));
                }
                [first, ..] => {
                    let n = there.len();
                    let problem = format!("the column `{first}`, which {} names, stands {n} times", named.key);
                    return Err(ImportError::source(file, problem));
                }
            }
        }
        Ok(header.iter().map(|column| self.find(column)).collect())
    }

    /// The columns that a header lacks, each with the key of the recipe that names it.
    pub fn lacking<'a>(&'a self, header: &'a [String]) -> impl Iterator<Item = (&'a str, &'a str)> {
        let is_lacking = |named: &&Named| !header.iter().any(|column| named.columns.contains(column));
        self.named.iter().filter(is_lacking).map(|named| (named.columns[0].as_str(), named.key.as_str()))
    }

    pub fn missing(&self, file: &str, column: &str, columns: Vec<String>) -> ImportError {
        let named = self.find(column).map(|slot| &self.named[slot]);
        let key = named.map(|named| named.key.clone()).unwrap_or_default();
        let column = named.map_or_else(|| column.into(), |named| named.columns.join("` or `"));
        ImportError::MissingColumn { file: file.into(), column, key, columns }
    }
}

/// A row as a JSON object of texts.
pub(super) fn as_json<'a>(cells: impl IntoIterator<Item = (Cow<'a, str>, Cow<'a, str>)>) -> String {
    let object: serde_json::Map<_, _> =
        cells.into_iter().map(|(column, text)| (column.into_owned(), text.into_owned().into())).collect();
    serde_json::Value::Object(object).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_named_twice_has_one_slot_and_one_that_is_missing_is_told_with_its_key() {
        let mut columns = Columns::default();
        assert_eq!(columns.slot("Назва", "[fields.name] column"), 0);
        assert_eq!(columns.slot("Довгота", "[geometry] lon"), 1);
        assert_eq!(columns.slot("Назва", "[id] column"), 0);
        let header = ["x", "Довгота", "Назва"].map(String::from);
        assert_eq!(columns.slots_in("a.csv", &header).unwrap(), [None, Some(1), Some(0)]);
        let error = columns.slots_in("a.csv", &header[..2]).unwrap_err().to_string();
        assert_eq!(
            error,
            "a.csv: there is no column `Назва`, which [fields.name] column names; the columns are `x`, `Довгота`"
        );
        let twice = ["Назва", "Довгота", "Назва"].map(String::from);
        assert!(columns.slots_in("a.csv", &twice).unwrap_err().to_string().contains("stands 2 times"));
    }

    #[test]
    fn a_column_may_have_one_of_several_names() {
        let mut columns = Columns::default();
        let names = ["authorityId", "authoritytId", "authoritytld"].map(String::from);
        assert_eq!(columns.slot_of_any(&names, "[fields.authority] columns"), 0);
        assert_eq!(columns.slot("authoritytld", "[id] column"), 0);
        for header in [["x", "authoritytld"], ["x", "authorityId"]].map(|header| header.map(String::from)) {
            assert_eq!(columns.slots_in("a.csv", &header).unwrap(), [None, Some(0)]);
            assert_eq!(columns.name(0), header[1]);
        }
        let error = columns.slots_in("a.csv", &names[..2]).unwrap_err().to_string();
        assert!(error.contains("`authorityId` and `authoritytId` are both there"), "{error}");
        let error = columns.slots_in("a.csv", &["x".into()]).unwrap_err().to_string();
        assert!(
            error.contains("no column `authorityId` or `authoritytId` or `authoritytld`, which [fields.auth"),
            "{error}"
        );
        assert_eq!(columns.ambiguous(), None);
        columns.slot("a", "[id] column");
        columns.slot("b", "[kind] column");
        columns.slot_of_any(&["a".into(), "b".into()], "[fields.x] columns");
        assert_eq!(columns.ambiguous(), Some("b"));
    }
}
