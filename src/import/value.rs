//! A text of a source becomes a typed `Value`, in the spellings Ukrainian offices use.
//!
//! Nothing is guessed: `1,234` is one and 234 thousandths, as the decimal comma has it; `03/04/2024` is the third of
//! April; `1.234,56` could be two numbers and is none.

use jiff::civil::Date;

use super::Reason;
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
        FieldType::Date => date(text).map(Value::Date).ok_or(no(
            Reason::BadDate,
            "not a day: YYYY-MM-DD, DD.MM.YYYY or DD/MM/YYYY, with or without a time, nor a number of one",
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

/// The days that a number may mean: 1900 to 2100.
const NUMBERED_YEARS: std::ops::RangeInclusive<i16> = 1900..=2100;

/// The day that programs number so.
///
/// Five digits are the days of a spreadsheet (its system of 1900; the fraction is the time), so that a year is not taken
/// for one. Twelve or thirteen digits are milliseconds since 1970 in UTC; the day is that in Kyiv, where midnight is
/// 21:00 or 22:00 of the day before.
fn numbered_day(text: &str) -> Option<Date> {
    const KYIV_MS: i64 = 3 * 3_600_000;
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !is_digits(fraction) || !is_digits(whole.strip_prefix('-').unwrap_or(whole)) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    let (start, days) = match whole.len() {
        // Day 60 is the 29th of February 1900, which there never was; all days of five digits come after it.
        5 if number >= 10_000 => (Date::constant(1899, 12, 30), number),
        12..=14 => (Date::constant(1970, 1, 1), (number + KYIV_MS).div_euclid(86_400_000)),
        _ => return None,
    };
    let day = start.checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
    NUMBERED_YEARS.contains(&day.year()).then_some(day)
}

/// A day, of ISO 8601 or as Ukrainian documents write it; a time after it is checked in form and left out.
fn date(text: &str) -> Option<Date> {
    if let Some(day) = numbered_day(text) {
        return Some(day);
    }
    let end = text.find(['T', 't', ' ', '\u{a0}']).unwrap_or(text.len());
    let (day, time) = text.split_at(end);
    let mut time = time.chars();
    if time.next().is_some() && !is_time(time.as_str()) {
        return None;
    }
    let parts = |separator: char| {
        let mut parts = day.split(separator);
        let all = [parts.next()?, parts.next()?, parts.next()?];
        (parts.next().is_none() && all.iter().all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit())))
            .then_some(all)
    };
    let [year, month, day] = match parts('-') {
        Some([year, month, day]) if year.len() == 4 && month.len() == 2 && day.len() == 2 => [year, month, day],
        Some(_) => return None,
        None => {
            let [day, month, year] = parts('.').or_else(|| parts('/'))?;
            if day.len() > 2 || month.len() > 2 || year.len() != 4 {
                return None;
            }
            [year, month, day]
        }
    };
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fff`, with or without `Z` or `±HH:MM` or `±HHMM`.
fn is_time(text: &str) -> bool {
    let (time, zone) = match text.find(['Z', 'z', '+', '-']) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let two = |part: &str, below: u8| part.len() == 2 && part.parse::<u8>().is_ok_and(|n| n < below);
    let is_zone = match zone.strip_prefix(['+', '-']) {
        Some(zone) if zone.is_ascii() => match zone.split_once(':') {
            Some((hours, minutes)) => two(hours, 24) && two(minutes, 60),
            None => two(zone.get(..2).unwrap_or(""), 24) && (zone.len() == 2 || two(&zone[2..], 60)),
        },
        Some(_) => false,
        None => matches!(zone, "" | "Z" | "z"),
    };
    let mut parts = time.split(':');
    let (hour, minute, second) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""), parts.next());
    let is_second = second.is_none_or(|second| {
        let (whole, fraction) = second.split_once('.').unwrap_or((second, "0"));
        // A leap second is a second.
        two(whole, 61) && !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit())
    });
    is_zone && two(hour, 24) && two(minute, 60) && is_second && parts.next().is_none()
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

    #[test]
    fn days_of_standards_and_documents() {
        let wanted = Ok(Value::Date(jiff::civil::date(2024, 4, 3)));
        for text in [
            "2024-04-03",
            "03.04.2024",
            "3.4.2024",
            "03/04/2024",
            "2024-04-03T10:20:30Z",
            "2024-04-03T10:20:30.123+03:00",
            "2024-04-03 10:20",
            "03.04.2024 23:59:60",
            "2024-04-03T00:00:00+0300",
            "45385",
            "45385.0",
            "45385,75",
            // Midnight in UTC and in Kyiv.
            "1712102400000",
            "1712091600000",
        ] {
            assert_eq!(read(text, FieldType::Date), wanted, "{text}");
        }
        for text in [
            "2024-02-30",
            "31.04.2024",
            "12/31/2024",
            "03.04.24",
            "2024",
            "2024-4-3",
            "03.04.2024р",
            "2024-04-03T",
            "2024-04-03T25:00",
            "2024-04-03T10:60",
            "2024-04-03Tя",
            "99999",
            "09999",
            "9999999999999",
            "1712102400",
            "45385,5,5",
            "03.04/2024",
            "2024-04-03T10:00+é",
        ] {
            assert_eq!(read(text, FieldType::Date), Err(Reason::BadDate), "{text}");
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
