//! The `kind` of a row is found by the map of the recipe, else by the names of the kinds of its collection.

use std::collections::BTreeMap;

use super::{
    cell::{ANYTHING_ELSE, spelling},
    recipe::KindSource,
    record::Columns,
    spellings::Spellings,
    value::{is_nothing, trimmed},
};
use crate::model::{Collection, Text};

/// How the kind of a row is read.
pub(super) struct KindPlan {
    slot: usize,
    map: BTreeMap<String, String>,
    spellings: Spellings,
}

/// What a row says of its kind.
pub(super) enum Kind {
    /// Nothing.
    Unsaid,
    /// Something that the collection does not know.
    Unknown,
    Known(Text),
}

impl KindPlan {
    /// The plan of a recipe, and the column it wants.
    pub fn new(source: &KindSource, columns: &mut Columns) -> Self {
        let slot = columns.slot(&source.column, "[kind] column");
        let map = source.map.iter().map(|(text, id)| (spelling(text), id.get_ref().clone())).collect();
        Self { slot, map, spellings: Spellings::default() }
    }

    /// The kind of a row of this collection.
    pub fn kind(&mut self, cells: &[impl AsRef<str>], of: &Collection) -> Kind {
        let text = trimmed(cells[self.slot].as_ref());
        if is_nothing(text) {
            return Kind::Unsaid;
        }
        let known = self.spellings.meaning(text, |text| {
            let by_map = self.map.get(&spelling(text)).map(String::as_str);
            let by_name = || of.kind(text).map(|kind| kind.id.as_str());
            by_map.or_else(by_name).or_else(|| self.map.get(ANYTHING_ELSE).map(String::as_str)).map(Text::from)
        });
        known.map_or(Kind::Unknown, Kind::Known)
    }
}
