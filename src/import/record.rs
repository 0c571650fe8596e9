//! A `Record` is one raw row of a source: the texts of the columns the recipe names, and maybe a shape of its own.
//!
//! Every cell is text. What JSON or `FlatGeobuf` type otherwise is written as JSON writes it, so that one reading of
//! values serves all formats; an absent key, a null and an empty cell are the same empty text.

use std::borrow::Cow;

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
    column: String,
    key: String,
}

impl Columns {
    /// The slot of the column that the key of the recipe names.
    pub fn slot(&mut self, column: &str, key: &str) -> usize {
        self.find(column).unwrap_or_else(|| {
            self.named.push(Named { column: column.into(), key: key.into() });
            self.named.len() - 1
        })
    }

    pub fn find(&self, column: &str) -> Option<usize> {
        self.named.iter().position(|named| named.column == column)
    }

    pub fn name(&self, slot: usize) -> &str {
        &self.named[slot].column
    }

    pub fn len(&self) -> usize {
        self.named.len()
    }

    /// The slot of every column of a source that has a header; all that are named must be there, and only once.
    pub fn slots_in(&self, file: &str, header: &[String]) -> Result<Vec<Option<usize>>, ImportError> {
        for named in &self.named {
            match header.iter().filter(|column| **column == named.column).count() {
                1 => {}
                0 => return Err(self.missing(file, &named.column, header.to_vec())),
                n => {
                    let problem = format!("the column `{}`, which {} names, stands {n} times", named.column, named.key);
                    return Err(ImportError::source(file, problem));
                }
            }
        }
        Ok(header.iter().map(|column| self.find(column)).collect())
    }

    pub fn missing(&self, file: &str, column: &str, columns: Vec<String>) -> ImportError {
        let key = self.find(column).map(|slot| self.named[slot].key.clone()).unwrap_or_default();
        ImportError::MissingColumn { file: file.into(), column: column.into(), key, columns }
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
}
