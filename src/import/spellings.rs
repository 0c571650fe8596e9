//! `Spellings` remember what the texts of a closed list were found to mean.

use std::collections::HashMap;

use crate::model::Text;

/// How many different spellings of one closed list are remembered, and of how many bytes at most.
const MAX_SPELLINGS: usize = 4096;
const MAX_SPELLING_BYTES: usize = 256;

/// What texts mean; `None` where they mean nothing.
#[derive(Default)]
pub(super) struct Spellings(HashMap<Box<str>, Option<Text>>);

impl Spellings {
    /// What the text means, found once for each spelling.
    pub fn meaning(&mut self, text: &str, meaning: impl FnOnce(&str) -> Option<Text>) -> Option<Text> {
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let found = meaning(text);
        if self.0.len() < MAX_SPELLINGS && text.len() <= MAX_SPELLING_BYTES {
            self.0.insert(text.into(), found.clone());
        }
        found
    }
}
