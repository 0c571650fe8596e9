//! An `Order` is the sequence in which features of a collection are asked for: by some properties, at last by id.
//!
//! It is total, so that a page can go on exactly behind any feature, even one that is gone by then: equal values are
//! told by id, and what is unknown stands last whether the order ascends or descends. Of a text the first
//! [`KEY_CHARS`] characters count, in the order of the Ukrainian alphabet, whatever the case.

use std::cmp::Ordering;

use crate::model::{Collection, Feature, FieldType, Value};

/// The most properties that can be sorted by.
pub const MAX_KEYS: usize = 4;

/// So many characters of a text are compared; the rest of a longer one never is, so that a mark has a greatest length.
const KEY_CHARS: usize = 128;

/// The order of the features of one collection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Order {
    keys: Vec<Key>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    by: By,
    descending: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Id,
    Kind,
    Field(usize, FieldType),
}

/// A place in an order: what a feature there is sorted by, and its id.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// One for each property of the order.
    pub values: Vec<Value>,
    /// At last.
    pub id: String,
}

/// A word that names no property that can be sorted by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the collection has no property `{0}` to sort by")]
pub struct NoSuchKey(pub String);

impl Order {
    /// The order of these words: `name`, `+name` ascending or `-name` descending; `id` and `kind` are properties too.
    pub fn read(words: &[&str], of: &Collection) -> Result<Self, NoSuchKey> {
        let key = |word: &&str| {
            let (descending, name) = match word.strip_prefix('-') {
                Some(name) => (true, name),
                None => (false, word.strip_prefix('+').unwrap_or(word)),
            };
            let by = match (of.field_index(name), name) {
                (Some(at), _) => By::Field(at, of.fields[at].kind),
                (None, "id") => By::Id,
                (None, "kind") => By::Kind,
                (None, _) => return Err(NoSuchKey(name.into())),
            };
            Ok(Key { by, descending })
        };
        Ok(Self { keys: words.iter().map(key).collect::<Result<_, _>>()? })
    }

    /// The types of the values in a mark of this order.
    pub fn types(&self) -> impl ExactSizeIterator<Item = FieldType> {
        self.keys.iter().map(|key| match key.by {
            By::Id | By::Kind => FieldType::Text,
            By::Field(_, kind) => kind,
        })
    }

    /// Whether it is the order of ids alone.
    pub fn is_by_id(&self) -> bool {
        self.keys.is_empty()
    }

    /// Where a feature stands.
    pub fn mark(&self, feature: &Feature) -> Mark {
        let values = self.keys.iter().map(|key| match key.value(feature) {
            Value::Text(text) => Value::from(beginning(&text)),
            value => value,
        });
        Mark { values: values.collect(), id: feature.id.as_str().into() }
    }

    /// Which of two features comes first; equal only for one id.
    pub fn compare(&self, a: &Feature, b: &Feature) -> Ordering {
        let by_keys = self.keys.iter().map(|key| key.compare(&key.value(a), &key.value(b)));
        by_keys.fold(Ordering::Equal, Ordering::then).then_with(|| a.id.cmp(&b.id))
    }

    /// Whether a feature stands before, at or after a mark.
    pub fn compare_to_mark(&self, feature: &Feature, mark: &Mark) -> Ordering {
        let by_keys = self.keys.iter().zip(&mark.values).map(|(key, value)| key.compare(&key.value(feature), value));
        by_keys.fold(Ordering::Equal, Ordering::then).then_with(|| feature.id.as_str().cmp(&mark.id))
    }
}

impl Key {
    fn value(self, of: &Feature) -> Value {
        match self.by {
            By::Id => Value::from(of.id.as_str()),
            By::Kind => of.kind.clone().map_or(Value::Unknown, Value::Text),
            By::Field(at, _) => of.values[at].clone(),
        }
    }

    fn compare(self, a: &Value, b: &Value) -> Ordering {
        let known = match (a, b) {
            (Value::Unknown, Value::Unknown) => return Ordering::Equal,
            (Value::Unknown, _) => return Ordering::Greater,
            (_, Value::Unknown) => return Ordering::Less,
            (Value::Boolean(a), Value::Boolean(b)) => a.cmp(b),
            (Value::Integer(a), Value::Integer(b)) => a.cmp(b),
            (Value::Number(a), Value::Number(b)) => a.total_cmp(b),
            (Value::Date(a), Value::Date(b)) => a.cmp(b),
            (Value::Text(a), Value::Text(b)) => alphabetic(a).cmp(alphabetic(b)),
            // All values of a field have its type, and a mark is read by that type.
            _ => Ordering::Equal,
        };
        if self.descending { known.reverse() } else { known }
    }
}

/// The part of a text that is compared.
fn beginning(text: &str) -> &str {
    text.char_indices().nth(KEY_CHARS).map_or(text, |(end, _)| &text[..end])
}

/// The places of the letters in the Ukrainian alphabet (абвгґдеєжзиіїй…), which the code points of ґ, є, і and ї are not.
fn alphabetic(text: &str) -> impl Iterator<Item = (u32, u8)> {
    let letters = text.chars().take(KEY_CHARS).flat_map(char::to_lowercase);
    letters.map(|letter| match letter {
        'ґ' => (u32::from('г'), 1),
        'є' => (u32::from('е'), 1),
        'і' => (u32::from('и'), 1),
        'ї' => (u32::from('и'), 2),
        'й' => (u32::from('и'), 3),
        other => (u32::from(other), 0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_stand_as_in_the_alphabet() {
        let alphabet = "абвгґдеєжзиіїйклмнопрстуфхцчшщ";
        let letters: Vec<String> = alphabet.chars().map(String::from).collect();
        for pair in letters.windows(2) {
            assert!(alphabetic(&pair[0]).lt(alphabetic(&pair[1])), "{pair:?}");
        }
        assert!(alphabetic("ІВАН").eq(alphabetic("іван")));
    }

    #[test]
    fn the_unknown_is_last_in_both_directions() {
        for descending in [false, true] {
            let key = Key { by: By::Id, descending };
            assert_eq!(key.compare(&Value::Unknown, &Value::Integer(1)), Ordering::Greater);
            assert_eq!(key.compare(&Value::Integer(1), &Value::Unknown), Ordering::Less);
        }
    }
}
