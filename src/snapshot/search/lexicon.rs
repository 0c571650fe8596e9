//! A `Lexicon` is which words mean the same to whoever searches: «вул», «вулиця» and “street”.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use super::words::{Word, words};

/// Words that mean the same, by their keys.
#[derive(Debug, Clone, Default)]
pub struct Lexicon {
    groups: Vec<Group>,
    /// The groups of a word.
    of: HashMap<String, Vec<usize>>,
    /// Several words that are read as the first one of a group.
    phrases: Vec<(Vec<String>, usize)>,
    before_number: HashSet<String>,
    between: HashSet<String>,
    flat: HashSet<String>,
    city: HashSet<String>,
    /// The names of what is around a street, by their words.
    around: HashSet<Vec<String>>,
    addresses: Vec<String>,
}

#[derive(Debug, Clone)]
struct Group {
    keys: Vec<String>,
    is_weak: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    addresses: Vec<String>,
    before_number: Vec<String>,
    between: Vec<String>,
    flat: Vec<String>,
    city: Vec<String>,
    around: Vec<String>,
    group: Vec<GroupEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupEntry {
    words: Vec<String>,
    #[serde(default)]
    weak: bool,
}

impl Lexicon {
    /// Reads `data/search/words.toml`.
    pub fn read(text: &str) -> Result<Self, toml::de::Error> {
        let file: File = toml::from_str(text)?;
        let keys = |list: &[String]| list.iter().flat_map(|word| words(word)).map(|word| word.key).collect();
        let mut lexicon = Self {
            before_number: keys(&file.before_number),
            between: keys(&file.between),
            flat: keys(&file.flat),
            city: keys(&file.city),
            around: file.around.iter().map(|name| words(name).into_iter().map(|word| word.key).collect()).collect(),
            addresses: file.addresses,
            ..Self::default()
        };
        for (at, entry) in file.group.iter().enumerate() {
            let mut group = Group { keys: Vec::new(), is_weak: entry.weak };
            for text in &entry.words {
                let mut spelled: Vec<String> = words(text).into_iter().map(|word| word.key).collect();
                match spelled.len() {
                    1 => {
                        lexicon.of.entry(spelled[0].clone()).or_default().push(at);
                        group.keys.append(&mut spelled);
                    }
                    _ => lexicon.phrases.push((spelled, at)),
                }
            }
            lexicon.groups.push(group);
        }
        Ok(lexicon)
    }

    /// Whether the features of a collection are called by their addresses.
    pub fn is_address(&self, collection: &str) -> bool {
        self.addresses.iter().any(|id| id == collection)
    }

    /// Whether the number behind this word is that of a flat.
    pub fn is_of_flat(&self, word: &Word) -> bool {
        self.flat.contains(&word.key)
    }

    /// Whether this is the name of a city, or of what is around it.
    pub fn is_around(&self, name: &[Word]) -> bool {
        let is_city = matches!(name, [of, _, ..] if self.city.contains(&of.key));
        is_city || self.around.contains(&name.iter().map(|word| word.key.clone()).collect::<Vec<_>>())
    }

    /// The words without those that say nothing, and with one word for each phrase.
    pub fn sifted(&self, all: &[Word]) -> Vec<Word> {
        let mut kept: Vec<Word> = Vec::with_capacity(all.len());
        let mut at = 0;
        while at < all.len() {
            let rest = &all[at..];
            let begins = |phrase: &[String]| {
                rest.len() >= phrase.len() && rest.iter().zip(phrase).all(|(word, key)| word.key == *key)
            };
            if let Some((phrase, group)) = self.phrases.iter().find(|(phrase, _)| begins(phrase)) {
                kept.push(Word { key: self.groups[*group].keys[0].clone(), is_number: false });
                at += phrase.len();
                continue;
            }
            let is_noise = rest.get(1).is_some_and(|next| {
                self.between.contains(&rest[0].key) || (next.is_number && self.before_number.contains(&rest[0].key))
            });
            if !is_noise {
                kept.push(rest[0].clone());
            }
            at += 1;
        }
        kept
    }

    /// Whether a word only says what kind of street it is.
    pub fn is_weak(&self, key: &str) -> bool {
        self.of.get(key).is_some_and(|groups| groups.iter().any(|group| self.groups[*group].is_weak))
    }

    /// The other words that mean the same; where the word is not written to its end, also those it may become.
    pub fn alike(&self, key: &str, is_whole: bool) -> Vec<&str> {
        let mut groups: Vec<usize> = self.of.get(key).cloned().unwrap_or_default();
        if !is_whole && key.chars().count() >= 3 {
            groups.extend(self.of.iter().filter(|(word, _)| word.starts_with(key)).flat_map(|(_, of)| of));
        }
        self.keys_of(groups, key)
    }

    /// The words that mean the same as one that is spelled nearly so.
    pub fn nearly(&self, key: &str, is_near: impl Fn(&str) -> bool) -> Vec<&str> {
        let groups = self.of.iter().filter(|(word, _)| is_near(word)).flat_map(|(_, of)| of.clone()).collect();
        self.keys_of(groups, key)
    }

    fn keys_of(&self, mut groups: Vec<usize>, but: &str) -> Vec<&str> {
        groups.sort_unstable();
        groups.dedup();
        let keys = groups.into_iter().flat_map(|group| &self.groups[group].keys).map(String::as_str);
        let mut keys: Vec<&str> = keys.filter(|key| *key != but).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}
