//! A `twin` is a character that means the same as another one: case, apostrophes, dashes, letters that only look Cyrillic.

use crate::import::script::repaired;

/// The text in upper case, one dash, no apostrophe, lone Latin letters as the Cyrillic ones that look the same.
pub(super) fn upper(text: &str) -> String {
    let text = repaired(text);
    text.to_uppercase().chars().filter(|c| !is_apostrophe(*c)).map(|c| cyrillic(dash(c))).collect()
}

/// The text in lower case with one dash and one apostrophe, without quotes.
pub(super) fn lower(text: &str) -> String {
    let apostrophe = |c| if is_apostrophe(c) { '’' } else { dash(c) };
    let text = repaired(text).to_lowercase();
    text.chars().filter(|c| !matches!(c, '"' | '«' | '»' | '“' | '”' | '„')).map(apostrophe).collect()
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '′' | '´')
}

fn dash(c: char) -> char {
    if matches!(c, '–' | '—' | '−' | '‐' | '‑') { '-' } else { c }
}

/// A lone letter has no neighbours that tell its script: `12A` is written on a Latin keyboard.
fn cyrillic(c: char) -> char {
    match c {
        'A' => 'А',
        'B' => 'В',
        'C' => 'С',
        'E' => 'Е',
        'H' => 'Н',
        'I' => 'І',
        'K' => 'К',
        'M' => 'М',
        'O' => 'О',
        'P' => 'Р',
        'T' => 'Т',
        'X' => 'Х',
        'Y' => 'У',
        c => c,
    }
}
