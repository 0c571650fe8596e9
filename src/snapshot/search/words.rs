//! `Word` is a word of a text as it is compared: one key for all the ways in which people spell it.
//!
//! A Ukrainian word is spelled in Latin letters by the official table and read back sound by sound, so that `вулиця` and
//! `vulytsia` meet in one key. On the way fall together what people confuse or leave out: upper and lower case, stress,
//! apostrophes of every kind, ґ and г, і and и and ї and й, є and е, the soft sign, the letters of a Russian keyboard.

use crate::{model::latin, snapshot::filter::Fold};

/// A word that can be compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Word {
    /// The same for all spellings.
    pub key: String,
    /// Whether it has a digit: then it is meant exactly.
    pub is_number: bool,
}

/// What people write for the apostrophe within a word, the quotation mark of a bad keyboard among it.
const APOSTROPHES: [char; 11] = ['’', '\'', 'ʼ', '`', '"', '‘', '′', '´', 'ʹ', '＇', 'ˈ'];

/// Endings of ordinal numbers, which say nothing of the number: 2-га, 3-тя, 5-й; the same in Latin letters (Resolution 55 of the
/// Cabinet of Ministers, 2010), and in English.
const ORDINALS: [&str; 29] = [
    "га", "та", "тя", "й", "ий", "ій", "ша", "ма", "ї", "го", "му", "ти", //
    "ha", "ta", "tia", "i", "y", "yi", "ii", "sha", "ma", "ho", "mu", "ty", //
    "st", "nd", "rd", "th", "tya",
];

/// Letters that houses are told apart by when a space stands before them: 5 А.
const HOUSE_LETTERS: [char; 5] = ['а', 'б', 'в', 'г', 'д'];

/// Sounds of two and more Latin letters, longest first, each with the one letter of the key.
const SOUNDS: [(&str, &str); 20] = [
    ("shch", "W"),
    ("zgh", "zg"),
    ("zh", "Z"),
    ("kh", "X"),
    ("ts", "T"),
    ("ch", "C"),
    ("sh", "S"),
    ("ya", "J"),
    ("ia", "J"),
    ("yu", "U"),
    ("iu", "U"),
    ("ye", "e"),
    ("ie", "e"),
    ("y", "i"),
    ("j", "i"),
    ("h", "g"),
    ("w", "v"),
    ("q", "k"),
    ("x", "ks"),
    ("i", "i"),
];

/// The words of a text, in its order.
pub fn words(text: &str) -> Vec<Word> {
    let letters: Vec<char> = lower(text);
    let mut found: Vec<Word> = Vec::new();
    // Whether nothing but a space stands since a number without a letter.
    let mut after_number = false;
    let mut at = 0;
    while at < letters.len() {
        let c = letters[at];
        let (next, word) = if c.is_numeric() {
            number(&letters, at)
        } else if is_letter(c) {
            plain(&letters, at)
        } else {
            after_number &= c.is_whitespace();
            at += 1;
            continue;
        };
        let alone = next == at + 1 && letters.get(next).is_none_or(|c| !c.is_alphanumeric());
        at = next;
        if after_number
            && alone
            && HOUSE_LETTERS.contains(&c)
            && let Some(last) = found.last_mut()
        {
            last.key.push_str(&word);
            after_number = false;
            continue;
        }
        after_number = c.is_numeric() && word.chars().all(char::is_numeric);
        if !word.is_empty() {
            found.push(Word { is_number: word.chars().any(char::is_numeric), key: word });
        }
    }
    found
}

/// Small letters without accents, those of a Russian keyboard as the Ukrainian ones on the same keys.
fn lower(text: &str) -> Vec<char> {
    let ukrainian = |c| match c {
        'ы' => 'и',
        'э' | 'ё' => 'е',
        'ъ' => 'ь',
        c => c,
    };
    Fold::Accents.of(&text.to_lowercase()).chars().map(ukrainian).collect()
}

/// Whether it is a letter; some apostrophes call themselves that.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !APOSTROPHES.contains(&c)
}

/// A word of letters from here, and where it ends.
fn plain(letters: &[char], from: usize) -> (usize, String) {
    let mut word = String::new();
    let mut at = from;
    while let Some(&c) = letters.get(at) {
        if is_letter(c) {
            word.push(c);
        } else if APOSTROPHES.contains(&c) && letters.get(at + 1).is_some_and(|c| is_letter(*c)) {
        } else if c == '-' && is_short(letters, from, at) {
            // An abbreviation is one word: б-р, пр-т.
        } else {
            break;
        }
        at += 1;
    }
    (at, key(&word))
}

/// Whether at most two letters stand before this hyphen and one or two after it.
fn is_short(letters: &[char], from: usize, hyphen: usize) -> bool {
    let after = letters[hyphen + 1..].iter().take_while(|c| is_letter(**c)).count();
    hyphen - from <= 2 && (1..=2).contains(&after)
}

/// A number from here with what belongs to it (`5-а`, `22-9/1`), and where it ends.
fn number(letters: &[char], from: usize) -> (usize, String) {
    let digits = |from: usize| letters[from..].iter().take_while(|c| c.is_numeric()).count();
    let mut at = from + digits(from);
    while let Some(&c) = letters.get(at)
        && matches!(c, '-' | '/' | '.' | '–')
        && letters.get(at + 1).is_some_and(|c| c.is_numeric())
    {
        at += 1 + digits(at + 1);
    }
    let mut word: String = letters[from..at].iter().map(|c| if *c == '–' { '-' } else { *c }).collect();
    let hyphens = usize::from(letters.get(at).is_some_and(|c| matches!(c, '-' | '–')));
    let ending: String = letters[at..].iter().skip(hyphens).take_while(|c| is_letter(**c)).collect();
    let count = ending.chars().count();
    let is_ordinal = ORDINALS.contains(&ending.as_str());
    if is_ordinal && (hyphens == 1 || count > 1) {
        return (at + hyphens + count, word);
    }
    if count == 1 {
        word.push_str(&key(&ending));
        return (at + hyphens + 1, word);
    }
    (at, word)
}

/// The key of a word of small letters.
fn key(word: &str) -> String {
    let latin = latin::spell(word);
    let mut key = String::with_capacity(latin.len());
    let mut rest = latin.as_str();
    while let Some(first) = rest.chars().next() {
        let (taken, sound) = SOUNDS
            .iter()
            .find(|(spelled, _)| rest.starts_with(spelled))
            .map_or((first.len_utf8(), &rest[..first.len_utf8()]), |(spelled, sound)| (spelled.len(), *sound));
        // ий, ії and ї are one sound.
        if !(sound == "i" && key.ends_with('i')) {
            key.push_str(sound);
        }
        rest = &rest[taken..];
    }
    key
}

/// With which letters words begin: the first ones, and the first two. Several share a place, so it tells only what is not
/// among them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Initials {
    letters: u64,
    pairs: [u64; 4],
}

impl Initials {
    /// Takes in a word.
    pub(super) fn add(&mut self, word: &str) {
        let (letter, pair) = places(word);
        self.letters |= 1 << letter;
        self.pairs[pair / 64] |= 1 << (pair % 64);
    }

    /// Takes in every word that begins so.
    pub(super) fn add_begun(&mut self, beginning: &str) {
        self.add(beginning);
        if is_one_letter(beginning) {
            self.pairs = [u64::MAX; 4];
        }
    }

    /// Takes in all words of others.
    pub(super) fn add_all(&mut self, others: &Self) {
        self.letters |= others.letters;
        for (pairs, others) in self.pairs.iter_mut().zip(others.pairs) {
            *pairs |= others;
        }
    }

    /// Whether it may have a word of these.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.letters & other.letters != 0 && self.pairs.iter().zip(other.pairs).any(|(own, others)| own & others != 0)
    }

    /// Whether this word may be among them.
    pub(super) fn may_have(&self, word: &str) -> bool {
        let (_, pair) = places(word);
        self.pairs[pair / 64] >> (pair % 64) & 1 == 1
    }

    /// Whether a word may be among them that begins so.
    pub(super) fn may_have_begun(&self, beginning: &str) -> bool {
        if is_one_letter(beginning) { self.letters >> places(beginning).0 & 1 == 1 } else { self.may_have(beginning) }
    }
}

impl<'a> FromIterator<&'a str> for Initials {
    fn from_iter<I: IntoIterator<Item = &'a str>>(words: I) -> Self {
        let mut all = Self::default();
        words.into_iter().for_each(|word| all.add(word));
        all
    }
}

fn is_one_letter(word: &str) -> bool {
    word.chars().nth(1).is_none()
}

/// The places of a word's first letter, below 64, and of its first two, below 256.
fn places(word: &str) -> (usize, usize) {
    let mut letters = word.chars().map(u32::from);
    let (first, second) = (letters.next().unwrap_or(0), letters.next().unwrap_or(0));
    // Multiplicative hashing (Knuth, "The Art of Computer Programming" 3, §6.4): the upper bits tell letters apart best.
    let hash = |n: u32| n.wrapping_mul(0x9e37_79b1);
    ((hash(first) >> 26) as usize, (hash(first << 8 ^ second) >> 24) as usize)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.key).collect()
    }

    #[test]
    fn spellings_of_one_word_have_one_key() {
        for group in [
            &["М’ята", "м'ята", "мʼята", "м`ята", "м\"ята", "мята", "Miata", "М‘ЯТА"][..],
            &["вулиця", "ВУЛИЦЯ", "vulytsia", "вули́ця", "вулиця,"],
            &["Ґалаґанівська", "Галаганівська", "Halahanivska", "Galaganivska"],
            &["Київ", "Киів", "Kyiv", "Київъ"],
            &["Інгулець", "Ингулець", "Інгулец", "Inhulets"],
            &["Щербаківський", "Shcherbakivskyi", "щербакивський"],
            &["Згурська", "Zghurska"],
            &["Братський", "Bratskyi"],
            &["Єднання", "Еднання", "Yednannia"],
            &["5а", "5-А", "5 а", "5А"],
            &["б-р", "бр"],
        ] {
            for spelled in group {
                assert_eq!(keys(spelled), keys(group[0]), "{spelled}");
            }
        }
    }

    #[test]
    fn numbers_stand_alone_or_with_their_letter_or_their_parts() {
        for (text, wanted) in [
            ("Школа №12", &["Skola", "12"][..]),
            ("вул. Галицька 2-га, 67", &["vul", "galiTka", "2", "67"]),
            ("дозвіл 22-9/1", &["dozvil", "22-9/1"]),
            ("30А", &["30a"]),
            ("школа 5 корпус", &["Skola", "5", "korpus"]),
            ("3-й 4-та", &["3", "4"]),
            ("vul. Halytska 2-ha, 67", &["vul", "galiTka", "2", "67"]),
            ("3-tia 5-i 6-y 1-sha 2nd", &["3", "5", "6", "1", "2"]),
            ("5 в", &["5v"]),
        ] {
            assert_eq!(keys(text), wanted, "{text}");
        }
    }

    #[test]
    fn an_ordinal_ends_in_latin_letters_as_in_ukrainian_ones() {
        for ending in ORDINALS {
            let latin = latin::spell(ending);
            assert!(ORDINALS.contains(&latin.as_str()), "{ending}: {latin}");
            assert_eq!(keys(&format!("Заводська 8-{latin}, 7")), ["zavodska", "8", "7"], "{latin}");
        }
    }

    proptest! {
        #[test]
        fn initials_tell_no_word_away(all in proptest::collection::vec("[a-dЖ0-2]{1,4}", 0..8), other in "[a-dЖ0-2]{1,3}") {
            let initials: Initials = all.iter().map(String::as_str).collect();
            let (mut word, mut begun) = (Initials::default(), Initials::default());
            word.add(&other);
            begun.add_begun(&other);
            if all.contains(&other) {
                prop_assert!(initials.may_have(&other) && initials.meets(&word) && word.meets(&initials));
            }
            if all.iter().any(|one| one.starts_with(&other)) {
                prop_assert!(initials.may_have_begun(&other) && initials.meets(&begun) && begun.meets(&initials));
            }
            // They do tell most of what is not there.
            let empty = Initials::default();
            prop_assert!(!empty.may_have(&other) && !empty.may_have_begun(&other) && !empty.meets(&begun));
        }

        #[test]
        fn any_text_has_words(text in any::<String>()) {
            for word in words(&text) {
                prop_assert!(!word.key.is_empty());
                prop_assert_eq!(word.is_number, word.key.chars().any(char::is_numeric));
            }
        }

        #[test]
        fn a_word_and_its_official_spelling_have_one_key(word in "[абвгґдеєжзиіїйклмнопрстуфхцчшщьюя]{1,12}") {
            prop_assert_eq!(keys(&word), keys(&latin::spell(&word)), "{}", latin::spell(&word));
        }
    }
}
