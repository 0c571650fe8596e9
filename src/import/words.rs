//! `Words` shares equal texts: many features of one import say the same.

use std::collections::HashSet;

use crate::model::Text;

/// The longest text worth sharing, in bytes: longer ones seldom repeat.
const MAX_SHARED_BYTES: usize = 64;

/// The most texts remembered: a column of all different values must not fill the memory.
const MAX_SHARED_TEXTS: usize = 65_536;

/// The short texts met so far.
#[derive(Debug, Default)]
pub(super) struct Words(HashSet<Text>);

impl Words {
    /// The text, shared with those before it where it is short.
    pub fn share(&mut self, text: &str) -> Text {
        if text.len() > MAX_SHARED_BYTES {
            return text.into();
        }
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let new: Text = text.into();
        if self.0.len() < MAX_SHARED_TEXTS {
            self.0.insert(new.clone());
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_are_shared_and_their_number_is_bounded() {
        let mut words = Words::default();
        assert!(Text::ptr_eq(&words.share("балка"), &words.share("балка")));
        let long = "а".repeat(MAX_SHARED_BYTES);
        assert!(!Text::ptr_eq(&words.share(&long), &words.share(&long)));
        for i in 0..MAX_SHARED_TEXTS + 10 {
            words.share(&i.to_string());
        }
        assert_eq!(words.0.len(), MAX_SHARED_TEXTS);
        assert!(Text::ptr_eq(&words.share("балка"), &words.share("балка")));
    }
}
