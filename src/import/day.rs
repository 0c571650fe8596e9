//! A `day` is read in the spellings of standards, of documents and of programs that number days.

use jiff::civil::Date;

/// The months as they stand behind a day.
const MONTHS: [&str; 12] = [
    "січня",
    "лютого",
    "березня",
    "квітня",
    "травня",
    "червня",
    "липня",
    "серпня",
    "вересня",
    "жовтня",
    "листопада",
    "грудня",
];

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
pub(super) fn read(text: &str) -> Option<Date> {
    if let Some(day) = numbered_day(text).or_else(|| day_of_words(text)) {
        return Some(day);
    }
    let text = without_year_word(text);
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

/// `3 квітня 2024`, `«03» квітня 2024 р.`: the month in the genitive, by its whole name.
fn day_of_words(text: &str) -> Option<Date> {
    // The longest such text has about 30 letters.
    if text.len() > 80 {
        return None;
    }
    let text = without_year_word(text).to_lowercase();
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, '«' | '»' | '"' | '“' | '”' | '„'));
    let mut words = words.filter(|word| !word.is_empty());
    let (day, month, year) = (words.next()?, words.next()?, words.next()?);
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let is_number = |part: &str, digits: std::ops::RangeInclusive<usize>| {
        digits.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
    };
    if words.next().is_some() || !is_number(day, 1..=2) || !is_number(year, 4..=4) {
        return None;
    }
    Date::new(year.parse().ok()?, month as i8, day.parse().ok()?).ok()
}

/// The text without the word for a year behind it: `р.`, `року`.
fn without_year_word(text: &str) -> &str {
    let found = ["року", "р.", "р"].iter().find_map(|word| text.strip_suffix(word));
    found.map(str::trim_end).filter(|rest| rest.ends_with(|c: char| c.is_ascii_digit())).unwrap_or(text)
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

    #[test]
    fn days_of_standards_and_documents() {
        let wanted = Some(jiff::civil::date(2024, 4, 3));
        for text in [
            "2024-04-03",
            "03.04.2024",
            "3.4.2024",
            "03/04/2024",
            "03.04.2024 р.",
            "03.04.2024р",
            "3 квітня 2024",
            "03 Квітня 2024 року",
            "«03» квітня 2024 р.",
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
            assert_eq!(read(text), wanted, "{text}");
        }
        for text in [
            "2024-02-30",
            "31.04.2024",
            "12/31/2024",
            "03.04.24",
            "2024",
            "2024-4-3",
            "3 квітень 2024",
            "квітень 2024 р.",
            "31 квітня 2024 р.",
            "3 квітня 24",
            "3 кв. 2024",
            "р.",
            "2024 р.",
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
            assert_eq!(read(text), None, "{text}");
        }
    }
}
