//! `Words` are the texts that features of a layer say, each kept once as long as that is worth looking for it.

use std::collections::HashSet;

use crate::model::Text;

/// What the features of a layer say, column by column, the same words kept once.
#[derive(Default)]
pub(super) struct Words(Vec<Said>);

/// What is said in a column.
#[derive(Default)]
pub(super) struct Said {
    known: HashSet<Text>,
    asked: usize,
    /// Hardly anything is said twice: nothing is looked for any more.
    differs: bool,
}

impl Words {
    /// What is said as the kind of a feature.
    pub(super) fn kinds(&mut self) -> &mut Said {
        self.column(0)
    }

    /// What is said in a field of the collection.
    pub(super) fn field(&mut self, field: usize) -> &mut Said {
        self.column(field + 1)
    }

    fn column(&mut self, at: usize) -> &mut Said {
        if self.0.len() <= at {
            self.0.resize_with(at + 1, Said::default);
        }
        &mut self.0[at]
    }
}

impl Said {
    /// Of so many different words it is asked whether most of what was said is among them.
    const MANY: usize = 1 << 16;
    /// Longer texts are hardly said twice, and would be kept for as long as a layer is read, in bytes.
    const LONGEST: usize = 256;

    pub(super) fn shared(&mut self, text: &str) -> Text {
        if self.differs || text.len() > Self::LONGEST {
            return text.into();
        }
        self.asked += 1;
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let word: Text = text.into();
        self.known.insert(word.clone());
        if self.known.len() >= Self::MANY && self.known.len() > self.asked / 2 {
            *self = Self { differs: true, ..Self::default() };
        }
        word
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_many_say_is_kept_once_and_what_nobody_says_twice_is_not_looked_for() {
        let mut words = Words::default();
        let office = |i: usize| format!("Виконавчий комітет районної у місті ради № {}", i % 7);
        let first: Vec<Text> = (0..7).map(|i| words.field(0).shared(&office(i))).collect();
        for i in 0..3 * Said::MANY {
            let (said, name) = (words.field(0).shared(&office(i)), format!("Дерево № {i}"));
            assert!(Text::ptr_eq(&said, &first[i % 7]) && said == office(i));
            assert_eq!(words.field(1).shared(&name), name);
        }
        assert_eq!((words.field(0).known.len(), words.field(1).known.len()), (7, 0));
        let tale = "Довго розповідати. ".repeat(20);
        assert!(!Text::ptr_eq(&words.field(0).shared(&tale), &words.field(0).shared(&tale)));
        // A kind is not a word of the first field.
        assert!(!Text::ptr_eq(&words.kinds().shared(&office(0)), &first[0]));
    }
}
