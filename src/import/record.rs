//! A `Record` is one raw row of a source: the texts of the columns the recipe names, and maybe a shape of its own.
//!
//! Every cell is text. What JSON or `FlatGeobuf` type otherwise is written as JSON writes it, so that one reading of
//! values serves all formats; an absent key, a null and an empty cell are the same empty text.

use std::{
    borrow::Cow,
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
};

use super::{ImportError, Rejection, outcome::Objection};
use crate::space::{Crs, Geometry};

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
    naming: Naming,
    named: Vec<Named>,
    /// Whether the shape of the source is wanted.
    pub wants_shape: bool,
    /// The system of those shapes, where the recipe says it; it goes before what the source says.
    pub crs: Option<Crs>,
}

/// What a recipe says of the columns of its source as a whole.
#[derive(Debug, Clone, Default)]
pub(super) struct Naming {
    /// The other names of a column in the wild, under the one by which the recipe speaks of it.
    pub also: BTreeMap<String, Vec<String>>,
    /// The columns that a source may lack; what is read from them is unknown then.
    pub optional: BTreeSet<String>,
}

#[derive(Debug)]
struct Named {
    /// The names it may have.
    columns: Vec<String>,
    key: String,
    /// Whether the source may lack it.
    is_optional: bool,
    /// Which of the names the source has, as far as it is known.
    found: Cell<Option<usize>>,
}

impl Columns {
    pub fn of(naming: Naming) -> Self {
        Self { naming, ..Self::default() }
    }

    /// The slot of the column that the key of the recipe names.
    pub fn slot(&mut self, column: &str, key: &str) -> usize {
        self.slot_of_any(&[column.into()], key)
    }

    /// The slot of a column that has one of these names; names that share one are of one column.
    pub fn slot_of_any(&mut self, columns: &[String], key: &str) -> usize {
        let is_optional = columns.iter().any(|column| self.naming.optional.contains(column));
        let also = columns.iter().filter_map(|column| self.naming.also.get(column)).flatten();
        let columns: Vec<String> = columns.iter().chain(also).cloned().collect();
        let Some(slot) = columns.iter().find_map(|column| self.find(column)) else {
            self.named.push(Named { columns, key: key.into(), is_optional, found: Cell::new(None) });
            return self.named.len() - 1;
        };
        let known = &mut self.named[slot];
        known.is_optional |= is_optional;
        for column in columns {
            if !known.columns.contains(&column) {
                known.columns.push(column);
            }
        }
        slot
    }

    /// A column that the recipe speaks of in `[source]` and nowhere else: most likely it is misspelt.
    pub fn unused(&self) -> Option<&str> {
        let Naming { also, optional } = &self.naming;
        also.keys().chain(optional).find(|column| self.find(column).is_none()).map(String::as_str)
    }

    /// The columns that a source with a header may lack and does lack, by the name by which the recipe speaks of them.
    pub fn absent(&self) -> Vec<String> {
        let is_absent = |named: &&Named| named.is_optional && named.found.get().is_none();
        self.named.iter().filter(is_absent).map(|named| named.columns[0].clone()).collect()
    }

    /// The slot of the column of this name.
    pub fn find(&self, column: &str) -> Option<usize> {
        self.named.iter().position(|named| named.columns.iter().any(|name| name == column))
    }

    /// Whether a column is a member of the object that this key of JSON names: `tags` of `tags.opening_hours`.
    pub fn lead_through(&self, key: &str) -> bool {
        let is_below = |name: &String| name.strip_prefix(key).is_some_and(|rest| rest.starts_with('.'));
        self.named.iter().any(|named| named.columns.iter().any(is_below))
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
        named.found.set(named.columns.iter().position(|name| name == column));
    }

    pub fn name(&self, slot: usize) -> &str {
        let named = &self.named[slot];
        &named.columns[named.found.get().unwrap_or(0)]
    }

    pub fn len(&self) -> usize {
        self.named.len()
    }

    /// Whether a source may lack the column.
    pub fn is_optional(&self, slot: usize) -> bool {
        self.named[slot].is_optional
    }

    /// The slot of every column of a source that has a header; all that are named must be there, and only once.
    pub fn slots_in(&self, file: &str, header: &[String]) -> Result<Vec<Option<usize>>, ImportError> {
        for named in &self.named {
            let there: Vec<_> = header.iter().filter(|column| named.columns.contains(column)).collect();
            match there.as_slice() {
                [one] => self.found(self.find(one).expect("it is named"), one),
                [] if named.is_optional => {}
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

    /// The columns that a header lacks and may not lack, each with the key of the recipe that names it.
    pub fn lacking<'a>(&'a self, header: &'a [String]) -> impl Iterator<Item = (&'a str, &'a str)> {
        let is_lacking =
            |named: &&Named| !named.is_optional && !header.iter().any(|column| named.columns.contains(column));
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

    #[test]
    fn a_column_has_its_other_names_wherever_it_is_named_and_may_be_absent() {
        let also = [("CATUTTC".into(), vec!["atuCode".into()]), ("lon".into(), vec!["lng".into()])].into();
        let naming = Naming { also, optional: ["lon", "CATUTTC"].map(String::from).into() };
        let mut columns = Columns::of(naming);
        assert_eq!(columns.slot("id", "[id] column"), 0);
        assert_eq!(columns.unused(), Some("CATUTTC"));
        assert_eq!(columns.slot("CATUTTC", "[fields.katottg] column"), 1);
        assert_eq!(columns.slot("lon", "[geometry] lon"), 2);
        assert_eq!((columns.unused(), columns.ambiguous()), (None, None));
        let slots = |columns: &Columns, header: &[&str]| {
            columns.slots_in("a.csv", &header.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(slots(&columns, &["atuCode", "id"]).unwrap(), [Some(1), Some(0)]);
        assert_eq!((columns.name(1), columns.absent()), ("atuCode", vec!["lon".to_owned()]));
        let both = slots(&columns, &["atuCode", "id", "CATUTTC"]).unwrap_err().to_string();
        assert!(both.contains("`atuCode` and `CATUTTC` are both there"), "{both}");
        assert!(slots(&columns, &["lng"]).unwrap_err().to_string().contains("no column `id`"));
        assert_eq!(columns.lacking(&["x".into()]).collect::<Vec<_>>(), [("id", "[id] column")]);
    }
}
