//! Folding makes texts equal that differ only in case (`CASEI`) or in accents (`ACCENTI`).

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// What is not told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::snapshot) enum Fold {
    /// Upper and lower case.
    Case,
    /// Letters with and without accents.
    Accents,
}

impl Fold {
    /// The text that stands for all that are not told apart from this one.
    pub(in crate::snapshot) fn of(self, text: &str) -> String {
        match self {
            Self::Case => text.to_lowercase(),
            Self::Accents => without_accents(text),
        }
    }
}

/// Accents are the marks that canonical decomposition sets apart; but й and ї are letters of their own, not и and і with
/// something above them, and stay.
fn without_accents(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    for c in text.nfc() {
        if matches!(c, 'й' | 'Й' | 'ї' | 'Ї') {
            kept.push(c);
        } else {
            kept.extend(std::iter::once(c).nfd().filter(|c| !is_combining_mark(*c)));
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ukrainian_letters_stay_and_stress_goes() {
        for (text, folded) in [
            ("за́мок", "замок"),
            ("Київ", "Київ"),
            ("йод", "йод"),
            ("и\u{306}од", "йод"),
            ("Café", "Cafe"),
            ("ґанок", "ґанок"),
        ] {
            assert_eq!(Fold::Accents.of(text), folded);
        }
        assert_eq!(Fold::Case.of("ЇЖАК і ҐАВА"), "їжак і ґава");
    }
}
