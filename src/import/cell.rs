//! A `Cell` is the text a field is read from: that of a column, or of several joined, put into other words by the recipe.

use std::{borrow::Cow, collections::BTreeMap};

use super::{
    recipe::FieldSource,
    record::Columns,
    value::{is_nothing, trimmed},
};

/// The key of a mapping that stands for every text it does not name.
pub(super) const ANYTHING_ELSE: &str = "*";

/// Where the text of a field comes from.
pub(super) struct Cell {
    slots: Vec<usize>,
    join: String,
    map: BTreeMap<String, String>,
}

impl Cell {
    /// The columns that a field of this name wants.
    pub fn plan(name: &str, source: &FieldSource, columns: &mut Columns) -> Self {
        let key = format!("[fields.{name}] {}", if source.column.is_some() { "column" } else { "columns" });
        let names = source.columns().unwrap_or_default();
        let slots = match &source.join {
            None => vec![columns.slot_of_any(names, &key)],
            Some(_) => names.iter().map(|column| columns.slot(column, &key)).collect(),
        };
        let map = source.map.iter().map(|(text, word)| (spelling(text), word.clone())).collect();
        Self { slots, join: source.join.clone().unwrap_or_default(), map }
    }

    /// The slot that is named where the text is wrong.
    pub fn slot(&self) -> usize {
        self.slots[0]
    }

    /// What a row says. Without its first column joined ones say nothing: a house number alone is no address.
    pub fn written<'t>(&self, cells: &'t [impl AsRef<str>]) -> Cow<'t, str> {
        let first = cells[self.slots[0]].as_ref();
        match self.slots.as_slice() {
            [_] => Cow::Borrowed(first),
            _ if is_nothing(trimmed(first)) => Cow::Borrowed(""),
            slots => {
                let texts = slots.iter().map(|slot| trimmed(cells[*slot].as_ref()));
                Cow::Owned(texts.filter(|text| !is_nothing(text)).collect::<Vec<_>>().join(&self.join))
            }
        }
    }

    /// What was written, in the words of the recipe.
    pub fn meant<'t>(&'t self, written: &'t str) -> &'t str {
        if self.map.is_empty() || is_nothing(trimmed(written)) {
            return written;
        }
        let word = self.map.get(&spelling(written)).or_else(|| self.map.get(ANYTHING_ELSE));
        word.map_or(written, String::as_str)
    }
}

/// The text without its case and the spaces around it.
pub(super) fn spelling(text: &str) -> String {
    trimmed(text).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(column: Option<&str>, of: &[&str], join: Option<&str>, map: &[(&str, &str)]) -> FieldSource {
        FieldSource {
            column: column.map(String::from),
            columns: (!of.is_empty()).then(|| of.iter().map(|column| (*column).to_owned()).collect()),
            join: join.map(String::from),
            map: map.iter().map(|(text, word)| ((*text).to_owned(), (*word).to_owned())).collect(),
            ..FieldSource::default()
        }
    }

    #[test]
    fn columns_are_joined_and_texts_put_into_other_words() {
        let wheelchair = [("yes", "full"), ("Limited", "partial"), ("*", "")];
        for (source, cells, wanted) in [
            (source(Some("a"), &[], None, &[]), ["x ", ""], "x "),
            (source(None, &["a", "b"], Some(", "), &[]), [" вул. Миру", "5 "], "вул. Миру, 5"),
            (source(None, &["a", "b"], Some(" "), &[]), ["вул. Миру", "-"], "вул. Миру"),
            (source(None, &["a", "b"], Some(" "), &[]), ["", "5"], ""),
            (source(None, &["a", "b"], None, &[]), ["5", ""], "5"),
            (source(Some("a"), &[], None, &wheelchair), ["YES ", ""], "full"),
            (source(Some("a"), &[], None, &wheelchair), ["limited", ""], "partial"),
            (source(Some("a"), &[], None, &wheelchair), ["bad", ""], ""),
            (source(Some("a"), &[], None, &wheelchair), ["", ""], ""),
            (source(Some("a"), &[], None, &wheelchair[..2]), ["bad", ""], "bad"),
            (source(None, &["a", "b"], Some(" "), &[("1 2", "both")]), ["1", "2"], "both"),
        ] {
            let mut columns = Columns::default();
            let cell = Cell::plan("f", &source, &mut columns);
            let cells = if columns.len() == 1 { &cells[..1] } else { &cells[..] };
            assert_eq!(cell.meant(&cell.written(cells)), wanted, "{source:?}");
        }
    }
}
