//! A `StreetName` is what a street is called and which kind of street it is; a `Settlement` likewise.

use super::twin::lower;

/// Kinds of streets, each with the ways it is written. `пр.` may be three of them and says none.
const STREETS: [(&str, &[&str]); 17] = [
    ("вулиця", &["вулиця", "вул", "ул", "вулиці"]),
    ("проспект", &["проспект", "просп", "пр-т", "пр-кт", "прт", "прос"]),
    ("бульвар", &["бульвар", "бульв", "бул", "б-р"]),
    ("провулок", &["провулок", "пров", "провул", "пр-к"]),
    ("площа", &["площа", "пл"]),
    ("шосе", &["шосе", "ш"]),
    ("набережна", &["набережна", "наб"]),
    ("проїзд", &["проїзд", "пр-д", "проїзду"]),
    ("узвіз", &["узвіз", "узв"]),
    ("дорога", &["дорога", "дор"]),
    ("алея", &["алея", "ал"]),
    ("тупик", &["тупик", "туп"]),
    ("майдан", &["майдан", "майд"]),
    ("лінія", &["лінія", "лін"]),
    ("мікрорайон", &["мікрорайон", "мкр", "мкрн", "мкр-н", "м-н", "мікр", "мр-н"]),
    ("квартал", &["квартал", "кв-л"]),
    ("масив", &["масив", "жм", "ж/м", "житломасив"]),
];

/// Kinds of settlements. Towns of the urban type are called `селище` since 2024.
const SETTLEMENTS: [(&str, &[&str]); 4] = [
    ("місто", &["місто", "м", "міста"]),
    ("селище", &["селище", "смт", "сел", "с-ще", "сщ"]),
    ("село", &["село", "с"]),
    ("хутір", &["хутір", "х", "хут"]),
];

/// Words that change nothing: `вулиця імені Шевченка`.
const EMPTY: [&str; 3] = ["ім", "імені", "житловий"];

/// What a street is called.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::import) struct StreetName {
    /// The kind; `None` where it is not said.
    pub word: Option<&'static str>,
    /// The words of the name in one spelling and one order: `Шевченка Тараса` is `Тараса Шевченка`.
    pub key: String,
}

/// What a settlement is called.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::import) struct Settlement {
    /// The kind; `None` where it is not said.
    pub word: Option<&'static str>,
    /// The name in one spelling.
    pub key: String,
}

impl StreetName {
    /// The name that a text says; `None` where it says none.
    pub fn of(text: &str) -> Option<Self> {
        let mut words = words(&without_former(&lower(text)));
        let found = at_edge(&words).or_else(|| {
            // `2-й провулок Садовий`
            let is_numbered = words.first().is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()));
            (is_numbered && words.len() > 2).then(|| kind(&words[1], &STREETS).map(|kind| (1, Some(kind)))).flatten()
        });
        let mut word = None;
        if let Some((at, kind)) = found {
            words.remove(at);
            word = kind;
        }
        words.retain(|word| !EMPTY.contains(&word.as_str()));
        words.sort_unstable();
        (!words.is_empty()).then(|| Self { word, key: words.join(" ") })
    }

    /// Whether a text names a kind of street.
    pub fn says_kind(text: &str) -> bool {
        at_edge(&words(&lower(text))).is_some()
    }

    /// Whether the text is of a place of many houses rather than of a street: one may stand beside the other.
    pub fn is_quarter(&self) -> bool {
        matches!(self.word, Some("мікрорайон" | "квартал" | "масив"))
    }
}

impl Settlement {
    /// The name that a text says; `None` where it says none.
    pub fn of(text: &str) -> Option<Self> {
        let mut words = words(&lower(text));
        let word = words.first().and_then(|word| kind(word, &SETTLEMENTS)).filter(|_| words.len() > 1);
        if word.is_some() {
            words.remove(0);
        }
        (!words.is_empty()).then(|| Self { word, key: words.join(" ") })
    }

    /// Whether a text names a kind of settlement.
    pub fn says_kind(text: &str) -> bool {
        Self::of(text).is_some_and(|settlement| settlement.word.is_some())
    }

    /// Whether both may be the same.
    pub fn agrees(&self, other: &Self) -> bool {
        self.key == other.key && agrees(self.word, other.word)
    }
}

/// Whether both kinds may be the same: what is not said may be any.
pub(super) fn agrees(one: Option<&str>, other: Option<&str>) -> bool {
    one.is_none() || other.is_none() || one == other
}

/// The kind of street that the first or the last word says, and where it stands; the name is never all of it.
fn at_edge(words: &[String]) -> Option<(usize, Option<&'static str>)> {
    let last = words.len().checked_sub(1).filter(|last| *last > 0)?;
    // Which of three kinds `пр.` means nobody knows.
    if words[0] == "пр" {
        return Some((0, None));
    }
    [0, last].into_iter().find_map(|at| kind(&words[at], &STREETS).map(|kind| (at, Some(kind))))
}

fn kind(word: &str, of: &[(&'static str, &[&str])]) -> Option<&'static str> {
    of.iter().find(|(_, written)| written.contains(&word)).map(|(kind, _)| *kind)
}

/// The text without a former name in brackets: `(кол. Леніна)`.
fn without_former(text: &str) -> String {
    let Some((before, rest)) = text.split_once('(') else { return text.into() };
    let Some((inside, after)) = rest.split_once(')') else { return text.into() };
    let is_former = ["кол", "бувш", "раніше"].iter().any(|word| inside.trim_start().starts_with(word));
    if is_former { format!("{before} {after}") } else { text.into() }
}

/// The words of a lower-case text; numbers without their endings: `8-го` is `8`.
fn words(text: &str) -> Vec<String> {
    let part = |c: char| c.is_whitespace() || matches!(c, '.' | ',' | ';' | '(' | ')');
    text.split(part).filter(|word| !word.is_empty() && *word != "-").map(|word| plain(word).into()).collect()
}

fn plain(word: &str) -> &str {
    match word.split_once('-') {
        Some((digits, ending))
            if !digits.is_empty()
                && digits.bytes().all(|b| b.is_ascii_digit())
                && (1..=3).contains(&ending.chars().count())
                && ending.chars().all(char::is_alphabetic) =>
        {
            digits
        }
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn street(text: &str) -> (Option<&'static str>, String) {
        StreetName::of(text).map(|name| (name.word, name.key)).unwrap()
    }

    #[test]
    fn spellings_of_one_street_are_one() {
        for (word, key, spellings) in [
            (
                Some("вулиця"),
                "тараса шевченка",
                &[
                    "вул. Тараса Шевченка",
                    "вулиця Шевченка Тараса",
                    "Тараса Шевченка вул.",
                    "вул.Тараса  Шевченка",
                    "ВУЛ. ІМ. ТАРАСА ШЕВЧЕНКА",
                ][..],
            ),
            (Some("проспект"), "поштовий", &["просп. Поштовий", "пр-т Поштовий", "Поштовий проспект"]),
            (Some("вулиця"), "8 березня", &["вул. 8-го Березня", "вулиця 8 Березня"]),
            (Some("вулиця"), "кам’янська", &["вул. Кам'янська", "вул. Камʼянська", "вул. Kам’янська"]),
            (Some("провулок"), "2 садовий", &["2-й провулок Садовий", "пров. Садовий 2-й", "провулок 2-ий Садовий"]),
            (Some("набережна"), "дніпровська", &["Дніпровська набережна", "наб. Дніпровська"]),
            (Some("вулиця"), "набережна оболонська", &["вул. Оболонська Набережна"]),
            (Some("мікрорайон"), "5 зарічний", &["мкрн 5-й Зарічний", "м-н 5 Зарічний", "5-й мікрорайон Зарічний"]),
            (Some("масив"), "сонячний", &["ж/м Сонячний", "житломасив Сонячний"]),
            (Some("вулиця"), "соборності", &["вул. Соборності (кол. Леніна)", "вул. «Соборності»"]),
            (None, "садова", &["Садова", "пр. Садова"]),
            (None, "набережна", &["Набережна"]),
        ] {
            for spelling in spellings {
                assert_eq!(street(spelling), (word, key.into()), "{spelling}");
            }
        }
        assert_eq!(StreetName::of(" . "), None);
        assert_ne!(street("вул. Садова"), street("пров. Садова"));
        assert_ne!(street("вул. Т. Шевченка"), street("вул. Тараса Шевченка"));
    }

    #[test]
    fn settlements_have_kinds_that_may_be_unsaid() {
        let of = |text| Settlement::of(text).unwrap();
        assert_eq!(of("м. Кривий Ріг"), of("місто КРИВИЙ РІГ"));
        assert_eq!(of("смт Радушне"), of("селище Радушне"));
        assert!(of("Веселе").agrees(&of("с. Веселе")));
        assert!(!of("смт Веселе").agrees(&of("с. Веселе")));
        assert_eq!(of("М").key, "м");
        assert_eq!(Settlement::of(""), None);
    }
}
