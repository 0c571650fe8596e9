//! A text of a source becomes a typed `Value`, in the spellings Ukrainian offices use.
//!
//! Nothing is guessed: `1,234` is one and 234 thousandths, as the decimal comma has it; `03/04/2024` is the third of
//! April; `1.234,56` could be two numbers and is none.

use super::{Reason, day};
use crate::model::{FieldType, Value};

/// The longest text of a field, in characters.
pub const MAX_TEXT_CHARS: usize = 10_000;

/// Words by which people say that they do not know, in lower case.
const NOTHING: [&str; 9] = ["-", "—", "–", "<null>", "null", "н/д", "n/a", "#n/a", "немає даних"];

/// Yes and no, in lower case.
const YES: [&str; 8] = ["так", "yes", "true", "1", "+", "є", "y", "т"];
const NO: [&str; 9] = ["ні", "no", "false", "0", "-", "−", "немає", "n", "н"];

/// Why a text is no value of its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoValue {
    pub reason: Reason,
    pub detail: &'static str,
}

const fn no(reason: Reason, detail: &'static str) -> NoValue {
    NoValue { reason, detail }
}

/// The text without white space, no-break and zero-width spaces around it; what is inside stays.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}' | '\u{2060}'))
}

/// Whether a trimmed text says that nobody knows.
pub(super) fn is_nothing(text: &str) -> bool {
    // The longest word of the list has 11 letters.
    text.is_empty() || (text.len() <= 24 && NOTHING.contains(&text.to_lowercase().as_str()))
}

/// What the text says in a field of this type.
pub(super) fn parse(text: &str, kind: FieldType, share: impl FnOnce(&str) -> Value) -> Result<Value, NoValue> {
    let text = trimmed(text);
    // In a column of yes and no a lone hyphen is the opposite of a plus.
    if kind == FieldType::Boolean
        && let Some(answer) = boolean(text)
    {
        return Ok(Value::Boolean(answer));
    }
    if is_nothing(text) {
        return Ok(Value::Unknown);
    }
    match kind {
        FieldType::Text => checked(text).map(share),
        FieldType::Integer => integer(text).map(Value::Integer),
        FieldType::Number => number(text).map(Value::Number),
        FieldType::Boolean => {
            Err(no(Reason::BadBoolean, "neither yes nor no (так, ні, yes, no, true, false, 1, 0, +, -)"))
        }
        FieldType::Date => day::read(text).map(Value::Date).ok_or(no(
            Reason::BadDate,
            "not a day: YYYY-MM-DD, DD.MM.YYYY or DD/MM/YYYY, with or without a time, 3 квітня 2024, nor a number of one",
        )),
    }
}

/// A text that any store can keep.
fn checked(text: &str) -> Result<&str, NoValue> {
    // A text of at most so many bytes cannot have more characters.
    if text.len() > MAX_TEXT_CHARS && text.chars().nth(MAX_TEXT_CHARS).is_some() {
        return Err(no(Reason::TooLong, "longer than 10,000 characters"));
    }
    if text.contains('\0') {
        return Err(no(Reason::BadEncoding, "it holds the character U+0000, which is no text"));
    }
    Ok(text)
}

fn boolean(text: &str) -> Option<bool> {
    let text = if text.len() <= 16 { text.to_lowercase() } else { return None };
    match text.as_str() {
        text if YES.contains(&text) => Some(true),
        text if NO.contains(&text) => Some(false),
        _ => None,
    }
}

/// A whole number; a fraction of zeros, as spreadsheets add it, changes nothing.
fn integer(text: &str) -> Result<i64, NoValue> {
    const WHAT: NoValue = no(Reason::BadInteger, "not a whole number");
    let plain = plain(text).ok_or(WHAT)?;
    let whole = match plain.split_once('.') {
        Some((whole, fraction)) if !whole.is_empty() && fraction.bytes().all(|b| b == b'0') => whole,
        Some(_) => return Err(WHAT),
        None => plain.as_str(),
    };
    whole.parse().map_err(|_| no(Reason::BadInteger, "not a whole number of 64 bits"))
}

/// A number with a decimal point or comma; the exponent of programs is understood.
pub(super) fn number(text: &str) -> Result<f64, NoValue> {
    const WHAT: NoValue = no(Reason::BadNumber, "not a number");
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], &text[at..]),
        None => (text, ""),
    };
    if exponent.len() > 1 && exponent[1..].trim_start_matches(['+', '-']).bytes().any(|b| !b.is_ascii_digit()) {
        return Err(WHAT);
    }
    let number: f64 = (plain(mantissa).ok_or(WHAT)? + exponent).parse().map_err(|_| WHAT)?;
    if number.is_finite() { Ok(number) } else { Err(no(Reason::BadNumber, "a number too large to be kept")) }
}

/// The number with an ASCII sign, a point and no spaces: `−1 234,5` → `-1234.5`.
///
/// Spaces (of any kind) part thousands, so groups of three must follow them.
fn plain(text: &str) -> Option<String> {
    let (sign, digits) = match text.strip_prefix(['-', '−']) {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = match digits.split_once(['.', ',']) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let mut plain = String::with_capacity(text.len() + 1);
    plain.push_str(sign);
    for (i, group) in whole.split(char::is_whitespace).enumerate() {
        let is_grouped =
            if i > 0 { group.len() == 3 } else { group.len() == whole.len() || (1..=3).contains(&group.len()) };
        if !is_digits(group) || !is_grouped {
            return None;
        }
        plain.push_str(group);
    }
    if let Some(fraction) = fraction {
        if !is_digits(fraction) {
            return None;
        }
        plain.push('.');
        plain.push_str(fraction);
    }
    plain.bytes().any(|b| b.is_ascii_digit()).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str, kind: FieldType) -> Result<Value, Reason> {
        parse(text, kind, |text| Value::from(text)).map_err(|why| why.reason)
    }

    #[test]
    fn nothing_is_unknown_in_every_type() {
        for text in ["", " ", "\u{a0}", "<Null>", "null", "NULL", "—", "–", "н/д", "Н/Д", " n/a\n", "немає даних"]
        {
            for kind in [FieldType::Text, FieldType::Integer, FieldType::Number, FieldType::Boolean, FieldType::Date] {
                assert_eq!(read(text, kind), Ok(Value::Unknown), "{text:?} {kind:?}");
            }
        }
        assert_eq!(read("-", FieldType::Text), Ok(Value::Unknown));
        assert_eq!(read("-", FieldType::Number), Ok(Value::Unknown));
        assert_eq!(read("-", FieldType::Boolean), Ok(Value::Boolean(false)));
    }

    #[test]
    fn a_text_is_trimmed_outside_and_kept_inside() {
        assert_eq!(read("\u{a0} р-н\nВерхній \u{feff}", FieldType::Text), Ok(Value::from("р-н\nВерхній")));
        assert_eq!(read("а\0б", FieldType::Text), Err(Reason::BadEncoding));
        assert_eq!(read(&"ї".repeat(MAX_TEXT_CHARS), FieldType::Text), Ok(Value::from(&*"ї".repeat(MAX_TEXT_CHARS))));
        assert_eq!(read(&"ї".repeat(MAX_TEXT_CHARS + 1), FieldType::Text), Err(Reason::TooLong));
    }

    #[test]
    fn numbers_are_read_with_point_or_comma_and_grouped_by_spaces() {
        for (text, wanted) in [
            ("0", 0.0),
            ("12,5", 12.5),
            ("12.5", 12.5),
            (" 90 000 ", 90_000.0),
            ("1\u{a0}234\u{202f}567,25", 1_234_567.25),
            ("-3", -3.0),
            ("−3,5", -3.5),
            ("+7", 7.0),
            (",5", 0.5),
            ("5.", 5.0),
            ("1e-05", 1e-5),
            ("2.5E+3", 2500.0),
        ] {
            assert_eq!(read(text, FieldType::Number), Ok(Value::Number(wanted)), "{text}");
        }
        for text in [
            "abc",
            "1 23",
            "12 34",
            "1,234,567",
            "1.234,56",
            "1,2.3",
            "6,0 м2",
            "90 000 грн.",
            "--3",
            "- 3",
            "+-3",
            ".",
            ",",
            "e5",
            "1e",
            "1e5.5",
            "1e400",
            "inf",
            "NaN",
            "0x1F",
            "1 000 ,5",
            "٣",
            "1e+-3",
            "5 %",
            "1234 567",
        ] {
            assert_eq!(read(text, FieldType::Number), Err(Reason::BadNumber), "{text}");
        }
    }

    #[test]
    fn integers_are_whole() {
        for (text, wanted) in [
            ("0", 0),
            ("007", 7),
            ("-12", -12),
            ("90 000", 90_000),
            ("12,0", 12),
            ("12.00", 12),
            ("9223372036854775807", i64::MAX),
        ] {
            assert_eq!(read(text, FieldType::Integer), Ok(Value::Integer(wanted)), "{text}");
        }
        for text in ["1,5", "9223372036854775808", "1e3", ".0", "шість", "№ 5"] {
            assert_eq!(read(text, FieldType::Integer), Err(Reason::BadInteger), "{text}");
        }
    }

    #[test]
    fn yes_and_no_in_three_languages_of_offices() {
        for text in ["так", "ТАК", "yes", "true", "1", "+", "є"] {
            assert_eq!(read(text, FieldType::Boolean), Ok(Value::Boolean(true)), "{text}");
        }
        for text in ["ні", "Ні", "no", "false", "0", "-", "немає"] {
            assert_eq!(read(text, FieldType::Boolean), Ok(Value::Boolean(false)), "{text}");
        }
        for text in ["мабуть", "2", "так ні"] {
            assert_eq!(read(text, FieldType::Boolean), Err(Reason::BadBoolean), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_value_of_its_type_or_refused(text in "\\PC*", digits in "[-+−0-9 .,:/TZeE\u{a0}]{0,24}") {
            for text in [&text, &digits] {
                for kind in [FieldType::Text, FieldType::Integer, FieldType::Number, FieldType::Boolean, FieldType::Date] {
                    if let Ok(value) = read(text, kind) {
                        prop_assert!(value.field_type().is_none_or(|found| found == kind));
                    }
                }
            }
        }

        #[test]
        fn a_number_is_read_back_however_it_is_grouped(n in -1e12..1e12_f64) {
            let n = (n * 100.0).round() / 100.0;
            let plain = n.to_string();
            let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, "0"));
            let digits = whole.trim_start_matches('-');
            let grouped: String = digits
                .char_indices()
                .flat_map(|(i, c)| ((i > 0 && (digits.len() - i) % 3 == 0).then_some('\u{a0}')).into_iter().chain([c]))
                .collect();
            let sign = if n < 0.0 { "−" } else { "" };
            let text = format!("{sign}{grouped},{fraction}");
            prop_assert_eq!(read(&text, FieldType::Number), Ok(Value::Number(n)), "{}", text);
        }
    }
}
