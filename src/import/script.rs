//! The `script` of a word is Cyrillic or Latin, never both: letters that only look right are put right.
//!
//! Words of one script, words with digits (codes) and words in which neither script can be whole are left alone.

use std::borrow::Cow;

/// Latin letters and the Cyrillic ones that look the same.
const TWINS: [(char, char); 24] = [
    ('a', 'а'),
    ('c', 'с'),
    ('e', 'е'),
    ('i', 'і'),
    ('ï', 'ї'),
    ('o', 'о'),
    ('p', 'р'),
    ('x', 'х'),
    ('y', 'у'),
    ('k', 'к'),
    ('A', 'А'),
    ('B', 'В'),
    ('C', 'С'),
    ('E', 'Е'),
    ('H', 'Н'),
    ('I', 'І'),
    ('Ï', 'Ї'),
    ('K', 'К'),
    ('M', 'М'),
    ('O', 'О'),
    ('P', 'Р'),
    ('T', 'Т'),
    ('X', 'Х'),
    ('Y', 'У'),
];

/// The text with every word in one script; borrowed where all of them were.
///
/// From the last word to the first: what an initial is depends on the word behind it, as that is when it is put right.
pub(super) fn repaired(text: &str) -> Cow<'_, str> {
    let mut out = Cow::Borrowed(text);
    if text.is_ascii() {
        return out;
    }
    let mut rest = text.len();
    while let Some(to) = past_last(&text[..rest], char::is_alphanumeric) {
        let from = past_last(&text[..to], |c| !c.is_alphanumeric()).unwrap_or(0);
        if let Some(word) = whole(&text[from..to], &out[to..]) {
            out.to_mut().replace_range(from..to, &word);
        }
        rest = from;
    }
    out
}

/// Where the text goes on behind the last character that is such.
fn past_last(text: &str, is_such: impl Fn(char) -> bool) -> Option<usize> {
    text.char_indices().rev().find(|(_, c)| is_such(*c)).map(|(at, c)| at + c.len_utf8())
}

/// The word in one script, where it was in two and can be in one.
fn whole(word: &str, after: &str) -> Option<String> {
    if word.chars().any(char::is_numeric) {
        return None;
    }
    let (mut latin, mut cyrillic) = (Letters::default(), Letters::default());
    for c in word.chars() {
        match () {
            () if is_latin(c) => latin.count(cyrillic_of(c)),
            () if is_cyrillic(c) => cyrillic.count(latin_of(c)),
            () => return None,
        }
    }
    // The initial before a name: `B.Чорновола`.
    if cyrillic.all == 0 {
        let mut behind = after.chars();
        let is_initial = latin.all == 1
            && latin.twins == 1
            && word.starts_with(char::is_uppercase)
            && behind.next() == Some('.')
            && behind.next().is_some_and(|c| is_cyrillic(c) && c.is_uppercase());
        return is_initial.then(|| word.chars().filter_map(cyrillic_of).collect());
    }
    if latin.all == 0 {
        return None;
    }
    let can_be_cyrillic = latin.all == latin.twins;
    let can_be_latin = cyrillic.all == cyrillic.twins;
    match (can_be_cyrillic, can_be_latin) {
        (true, false) => Some(word.chars().map(|c| cyrillic_of(c).unwrap_or(c)).collect()),
        (false, true) => Some(word.chars().map(|c| latin_of(c).unwrap_or(c)).collect()),
        // Where both would do, most letters tell.
        (true, true) if cyrillic.all >= latin.all => Some(word.chars().map(|c| cyrillic_of(c).unwrap_or(c)).collect()),
        (true, true) => Some(word.chars().map(|c| latin_of(c).unwrap_or(c)).collect()),
        (false, false) => None,
    }
}

#[derive(Default)]
struct Letters {
    all: usize,
    /// How many have a twin in the other script.
    twins: usize,
}

impl Letters {
    fn count(&mut self, twin: Option<char>) {
        self.all += 1;
        self.twins += usize::from(twin.is_some());
    }
}

fn cyrillic_of(c: char) -> Option<char> {
    TWINS.iter().find(|(latin, _)| *latin == c).map(|(_, cyrillic)| *cyrillic)
}

fn latin_of(c: char) -> Option<char> {
    TWINS.iter().find(|(_, cyrillic)| *cyrillic == c).map(|(latin, _)| *latin)
}

fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '\u{c0}'..='\u{24f}') && c.is_alphabetic()
}

fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{52f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_of_two_scripts_become_words_of_one() {
        for (text, wanted) in [
            ("Духовна cемінарія", "Духовна семінарія"),
            ("по вул. Cтепана Бандери", "по вул. Степана Бандери"),
            ("вулиці B.Чорновола", "вулиці В.Чорновола"),
            ("M.M. Cтепан, M.Cтепан", "M.M. Степан, М.Степан"),
            ("M.K.AІ-", "М.К.АІ-"),
            ("ТOВ «Зоря»", "ТОВ «Зоря»"),
            ("Украïна", "Україна"),
            ("Сafe Vienna", "Cafe Vienna"),
            ("р-н П'ятихaтський", "р-н П'ятихатський"),
        ] {
            assert_eq!(repaired(text), wanted);
        }
    }

    #[test]
    fn what_is_sound_or_cannot_be_told_is_left_alone() {
        for text in [
            "",
            "Cafe",
            "вул. Наукова",
            "Wi-Fi у парку",
            "А4b",
            "PRостір",
            "XX століття",
            "гепатит B. Лікування",
            "кафе «Mocco»",
            "Hi-Tech Центр",
            "ΔОм",
        ] {
            assert_eq!(repaired(text), text);
        }
    }

    proptest! {
        #[test]
        fn repair_changes_only_letters_for_their_twins_and_once_is_enough(text in "[a-zA-Zа-яА-ЯіІ0-9 .-]{0,40}|\\PC*") {
            let once = repaired(&text).into_owned();
            prop_assert_eq!(&*repaired(&once), &once);
            prop_assert_eq!(once.chars().count(), text.chars().count());
            for (before, after) in text.chars().zip(once.chars()) {
                prop_assert!(before == after || cyrillic_of(before) == Some(after) || latin_of(before) == Some(after));
            }
        }
    }
}
