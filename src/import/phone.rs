//! A `phone` as offices write it becomes international: `(05665) 2-12-66` is `+380566521266`.
//!
//! The rules are those of Ukraine: after 0 come nine digits, area or network first. A local number is read only where
//! the recipe says the area. Several numbers are parted by `; `, an extension follows as ` ext. 12`.

/// The longest text that is taken for phones, in bytes.
const MAX_BYTES: usize = 500;

/// Digits of a number of Ukraine after +380.
const NATIONAL_DIGITS: usize = 9;

const LABELS: [&str; 13] =
    ["телефон", "тел", "моб", "факс", "роб", "т", "ф", "tel", "phone", "mob", "fax", "т/ф", "гаряча лінія"];
const EXTENSIONS: [&str; 7] = ["доб", "дод", "внутр", "вн", "ext", "#", "x"];

/// All the numbers of a text; `None` where something in it is no number.
pub(super) fn read(text: &str, area: Option<&str>) -> Option<String> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let mut text = text.to_lowercase().replace(" та ", ";").replace(" або ", ";").replace(" і ", ";");
    // Spreadsheets turn a number without its zero into a fraction of zeros.
    if let Some(whole) = text.strip_suffix(".0") {
        text = whole.into();
    }
    let mut area = area.map(String::from);
    let mut numbers: Vec<String> = Vec::new();
    for piece in text.split([';', ',', '/', '|', '\n']) {
        let (piece, extension) = extension(without_labels(piece))?;
        if piece.is_empty() && extension.is_empty() {
            continue;
        }
        if !piece.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "+()-–—‑.".contains(c)) {
            return None;
        }
        let number = international(piece, area.as_deref())?;
        // The numbers after one with its area in brackets are of the same area.
        if let Some(code) = area_in_brackets(piece) {
            area = Some(code);
        }
        let number = if extension.is_empty() { number } else { format!("{number} ext. {extension}") };
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    (!numbers.is_empty()).then(|| numbers.join("; "))
}

fn without_labels(mut piece: &str) -> &str {
    let is_around = |c: char| c.is_whitespace() || matches!(c, '.' | ':' | '№');
    loop {
        piece = piece.trim_start_matches(is_around);
        let Some(rest) = LABELS.iter().find_map(|label| piece.strip_prefix(label)) else {
            return piece.trim_end_matches(is_around);
        };
        piece = rest;
    }
}

/// The number and the digits of the extension behind it.
fn extension(piece: &str) -> Option<(&str, &str)> {
    let Some((at, word)) = EXTENSIONS.iter().find_map(|word| Some((piece.find(word)?, *word))) else {
        return Some((piece, ""));
    };
    let digits = piece[at + word.len()..].trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ':' | ')'));
    let is_one = (1..=5).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    is_one.then(|| (piece[..at].trim_end_matches(|c: char| c.is_whitespace() || c == '('), digits))
}

fn international(piece: &str, area: Option<&str>) -> Option<String> {
    let digits: String = piece.chars().filter(char::is_ascii_digit).collect();
    let is_international = piece.trim_start_matches(['(', ' ']).starts_with('+');
    if piece.matches('+').count() > usize::from(is_international) {
        return None;
    }
    let national = match digits.len() {
        _ if is_international && !digits.starts_with("380") => {
            // A number of another country; E.164 has at most 15 digits.
            let is_one = (8..=15).contains(&digits.len()) && !digits.starts_with('0');
            return is_one.then(|| format!("+{digits}"));
        }
        12 => digits.strip_prefix("380")?,
        _ if is_international => return None,
        14 => digits.strip_prefix("00380")?,
        11 => digits.strip_prefix("80")?,
        10 => digits.strip_prefix('0')?,
        NATIONAL_DIGITS => &digits,
        // Services such as 102 and 1551 have no other form.
        3 | 4 if digits.starts_with('1') => return Some(digits),
        local => {
            let area = area.filter(|area| area.len() + local == NATIONAL_DIGITS)?;
            return Some(format!("+380{area}{digits}"));
        }
    };
    // No area and no network begins with 0, 1 or 2.
    (!national.starts_with(['0', '1', '2'])).then(|| format!("+380{national}"))
}

fn area_in_brackets(piece: &str) -> Option<String> {
    let (_, rest) = piece.split_once('(')?;
    let (code, _) = rest.split_once(')')?;
    let code = code.trim_start_matches('+').trim_start_matches("38").strip_prefix('0')?;
    is_area(code).then(|| code.into())
}

/// Whether this is the code of an area without its zero: `56`, `564`, `5665`.
pub(super) fn is_area(code: &str) -> bool {
    (2..=5).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit()) && !code.starts_with(['0', '1', '2'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_of_ukraine_in_every_spelling() {
        for (text, wanted) in [
            ("(05665) 2-12-66", "+380566521266"),
            ("(05665) 58-5-06", "+380566558506"),
            ("05665 2-20-40", "+380566522040"),
            ("0660393992", "+380660393992"),
            ("+380 (56) 409-10-10", "+380564091010"),
            ("+38(056)409 10 10", "+380564091010"),
            ("380564091010", "+380564091010"),
            ("8 056 409 10 10", "+380564091010"),
            ("671234567.0", "+380671234567"),
            ("671234567", "+380671234567"),
            ("тел.: 0 800 500 500", "+380800500500"),
            ("тел./факс (0564) 26-10-10", "+380564261010"),
            ("(0564) 26-10-10, 26-10-11", "+380564261010; +380564261011"),
            ("0671234567; 0501234567", "+380671234567; +380501234567"),
            ("0671234567|0501234567", "+380671234567; +380501234567"),
            ("0671234567 та 0501234567", "+380671234567; +380501234567"),
            ("0671234567, 067 123 45 67", "+380671234567"),
            ("(0564) 26-10-10 (доб. 12)", "+380564261010 ext. 12"),
            ("0564 26-10-10 вн. 205", "+380564261010 ext. 205"),
            ("+48 22 123 45 67", "+48221234567"),
            ("102", "102"),
            ("0038 067 123 45 67", "+380671234567"),
        ] {
            let found = read(text, None);
            assert_eq!(found.as_deref(), Some(wanted), "{text}");
        }
    }

    #[test]
    fn a_local_number_needs_the_area_of_the_recipe() {
        assert_eq!(read("409-10-10", Some("56")).as_deref(), Some("+380564091010"));
        assert_eq!(read("26-10-10", Some("564")).as_deref(), Some("+380564261010"));
        for (text, area) in [("409-10-10", None), ("26-10-10", Some("56")), ("2-10-10", Some("56"))] {
            assert_eq!(read(text, area), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_phone_is_not_read() {
        for text in [
            "",
            "немає",
            "Іванов І. І. 0671234567",
            "067123456",
            "06712345678",
            "+38067123456",
            "+0671234567",
            "0671234567 доб. дванадцять",
            "0 000 000 000",
            "12345",
        ] {
            assert_eq!(read(text, None), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_numbers_or_not_read(text in "\\PC*", near in "[0-9()+ ,;/.добтел-]{0,30}") {
            for text in [&text, &near] {
                if let Some(read) = read(text, Some("56")) {
                    for number in read.split("; ") {
                        prop_assert!(number.starts_with('+') || number.len() <= 4 || number.contains("ext"), "{}", number);
                    }
                }
            }
        }
    }
}
