//! A `HouseNumber` is the number of a house with its letter and block, in one spelling for all that mean the same.

use std::iter::Peekable;

use super::twin::upper;

/// Words before the number.
const HOUSE: [&str; 6] = ["БУД", "БУДИНОК", "БУДІВЛЯ", "БУДИНКУ", "Д", "ДІМ"];

/// Words before the number of a block; a lone `К` is one where a number follows it.
const BLOCK: [&str; 5] = ["КОРП", "КОРПУС", "БЛОК", "БЛ", "К"];

/// Words before the letter.
const LETTER: [&str; 4] = ["ЛІТ", "ЛІТЕРА", "ЛІТЕР", "ЛІТЕРИ"];

/// Words for what is inside of a house: it is left out, the house is the same.
const INSIDE: [&str; 20] = [
    "КВ",
    "КВАРТИРА",
    "КВАРТИРИ",
    "ОФ",
    "ОФІС",
    "ПРИМ",
    "ПРИМІЩЕННЯ",
    "КІМ",
    "КІМН",
    "КІМНАТА",
    "КАБ",
    "КАБІНЕТ",
    "ПІДЇЗД",
    "ПОВ",
    "ПОВЕРХ",
    "СЕКЦІЯ",
    "СЕКЦ",
    "НЕЖИТЛОВЕ",
    "ВБУДОВАНЕ",
    "ПІДВАЛ",
];

/// The most digits of a number.
const MAX_DIGITS: usize = 5;

/// The number of a house.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::import) struct HouseNumber {
    key: String,
    first: u32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Token<'t> {
    Number(&'t str),
    Word(&'t str),
    Sign(char),
}

impl HouseNumber {
    /// The number that a text says: `12-а`, `12 А` and `12А` are one, `12А`, `12/А` and `12 корп. А` are three.
    ///
    /// What is no number of the usual forms stands for itself, and no other text means the same.
    pub fn of(text: &str) -> Self {
        let text = upper(text);
        let key = usual(&text).unwrap_or_else(|| text.split_whitespace().collect::<Vec<_>>().join(" "));
        let digits: String = key.chars().take_while(char::is_ascii_digit).take(MAX_DIGITS).collect();
        Self { key, first: digits.parse().unwrap_or(0) }
    }

    /// The number with a block that stands on its own: `12` and `2`.
    pub fn with_block(number: &str, block: &str) -> Self {
        let plain = upper(block);
        let says_what = match tokens(&plain).as_slice() {
            [Token::Word(word), _, ..] => [&BLOCK[..], &LETTER, &INSIDE].iter().any(|words| words.contains(word)),
            _ => false,
        };
        Self::of(&if says_what { format!("{number} {block}") } else { format!("{number} корп. {block}") })
    }

    /// Whether the text is a number of the usual forms.
    pub fn is_usual(text: &str) -> bool {
        usual(&upper(text)).is_some()
    }

    /// The one spelling.
    pub fn as_str(&self) -> &str {
        &self.key
    }

    /// The number that the text begins with; 0 where it begins with none.
    pub fn first(&self) -> u32 {
        self.first
    }
}

/// The one spelling of a number of the usual forms, in upper case.
fn usual(text: &str) -> Option<String> {
    let mut tokens = tokens(text.trim().trim_start_matches('№')).into_iter().peekable();
    if matches!(tokens.peek(), Some(Token::Word(word)) if HOUSE.contains(word)) {
        tokens.next();
    }
    let mut key = String::new();
    number(&mut tokens, &mut key)?;
    let mut block = None;
    while let Some(token) = tokens.next() {
        match token {
            Token::Sign('/') if block.is_none() => {
                key.push('/');
                match tokens.peek() {
                    Some(Token::Word(_)) => letter(&mut tokens, &mut key)?,
                    _ => number(&mut tokens, &mut key)?,
                }
            }
            Token::Sign('-') if block.is_none() => {
                key.push('-');
                number(&mut tokens, &mut key)?;
            }
            Token::Word(word) if BLOCK.contains(&word) && block.is_none() => {
                let mut name = String::new();
                match tokens.peek() {
                    Some(Token::Word(_)) if word != "К" => letter(&mut tokens, &mut name)?,
                    _ => number(&mut tokens, &mut name)?,
                }
                block = Some(name);
            }
            Token::Word(word) if LETTER.contains(&word) && key.ends_with(|c: char| c.is_ascii_digit()) => {
                letter(&mut tokens, &mut key)?;
            }
            Token::Word(word) if INSIDE.contains(&word) => {
                let is_inside = |token: Token| match token {
                    Token::Word(word) => INSIDE.contains(&word) || word.chars().count() == 1,
                    Token::Number(_) | Token::Sign(_) => true,
                };
                tokens.all(is_inside).then_some(())?;
                break;
            }
            _ => return None,
        }
    }
    if let Some(block) = block {
        key.push_str(" корп. ");
        key.push_str(&block);
    }
    Some(key)
}

/// A number and its letter, with or without a hyphen between them.
fn number<'t>(tokens: &mut Peekable<impl Iterator<Item = Token<'t>> + Clone>, key: &mut String) -> Option<()> {
    let Some(Token::Number(digits)) = tokens.next() else { return None };
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() || digits.len() > MAX_DIGITS {
        return None;
    }
    key.push_str(digits);
    let mut ahead = tokens.clone();
    let mut next = ahead.next();
    if next == Some(Token::Sign('-')) {
        next = ahead.next();
    }
    // `12 К 3` is block 3 of house 12.
    let is_block = matches!((next, ahead.next()), (Some(Token::Word("К")), Some(Token::Number(_))));
    if let Some(Token::Word(word)) = next
        && word.chars().count() == 1
        && !is_block
    {
        key.push_str(word);
        *tokens = {
            let mut rest = tokens.clone();
            while rest.next() != Some(Token::Word(word)) {}
            rest
        };
    }
    Some(())
}

fn letter<'t>(tokens: &mut impl Iterator<Item = Token<'t>>, key: &mut String) -> Option<()> {
    match tokens.next() {
        Some(Token::Word(word)) if word.chars().count() == 1 => {
            key.push_str(word);
            Some(())
        }
        _ => None,
    }
}

/// The parts of a text; spaces, points, commas, brackets and quotes only part them.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let is_same: fn(char) -> bool = match c {
            c if c.is_ascii_digit() => |c| c.is_ascii_digit(),
            c if c.is_alphabetic() => char::is_alphabetic,
            _ => |_| false,
        };
        let end = rest.find(|c| !is_same(c)).unwrap_or(rest.len()).max(c.len_utf8());
        let (token, after) = rest.split_at(end);
        rest = after;
        match c {
            c if c.is_ascii_digit() => tokens.push(Token::Number(token)),
            c if c.is_alphabetic() => tokens.push(Token::Word(token)),
            c if c.is_whitespace() || matches!(c, '.' | ',' | '(' | ')' | '"' | '«' | '»' | '“' | '”' | '„') => {
            }
            c => tokens.push(Token::Sign(if c == '\\' { '/' } else { c })),
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_house_are_one_and_of_others_are_others() {
        for (wanted, spellings) in [
            (
                "12",
                &["12", " 12 ", "буд. 12", "№12", "012", "будинок 12", "12, кв. 5", "12, оф.3-А", "12 під'їзд 1"][..],
            ),
            (
                "12А",
                &["12а", "12А", "12-а", "12 - А", "12 а", "12A", "12 літ. А", "12, літера «А»", "12–А", "12-А прим. 3"],
            ),
            ("12/3", &["12/3", "12 /3", "12 / 3", "12\\3"]),
            ("4/6А", &["4/6А", "4/6-а"]),
            ("12А/3", &["12а/3", "12-А/3"]),
            ("14-16", &["14-16", "14 – 16"]),
            (
                "12 корп. 2",
                &["12, корп. 2", "12 корпус 2", "12 (корпус 2)", "12к2", "12, к. 2", "12, к.2, кв. 7", "12 к 2"],
            ),
            ("57 корп. М", &["57 (корпус М)", "57, корп.м"]),
            ("12А корп. 2", &["12-а корп. 2"]),
            ("12К", &["12к", "12-К"]),
            ("12/А", &["12/а"]),
        ] {
            for spelling in spellings {
                assert_eq!(HouseNumber::of(spelling).as_str(), wanted, "{spelling}");
                assert!(HouseNumber::is_usual(spelling), "{spelling}");
            }
        }
        for text in ["", "б/н", "4 буд.10", "10 (№8)", "вхід", "12АБ", "1234567", "73 укриття", "корп. 2", "19 км, 2"]
        {
            assert!(!HouseNumber::is_usual(text), "{text}");
        }
        assert_eq!(HouseNumber::of("б/н"), HouseNumber::of(" Б/Н "));
        assert_eq!((HouseNumber::of("18-А").first(), HouseNumber::of("б/н").first()), (18, 0));
    }

    proptest! {
        #[test]
        fn any_text_is_a_number_or_itself(text in "\\PC*", near in "[0-9]{0,3}[-/ .,А-Яа-яіїє0-9()к]{0,12}") {
            for text in [&text, &near] {
                let number = HouseNumber::of(text);
                // The one spelling is its own.
                if HouseNumber::is_usual(text) {
                    prop_assert_eq!(HouseNumber::of(number.as_str()), number);
                }
            }
        }
    }
}
