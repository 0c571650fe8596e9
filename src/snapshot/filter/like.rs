//! A `Pattern` is what `LIKE` compares with: `%` stands for any text, `_` for one character, `\` before them for themselves.

/// A pattern, read once.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pattern(Vec<Part>);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    One(char),
    AnyOne,
    Any,
}

impl Pattern {
    /// Reads a pattern; `None` where it ends in a lone `\`.
    pub(super) fn new(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => parts.push(Part::One(chars.next()?)),
                '_' => parts.push(Part::AnyOne),
                '%' if parts.last() == Some(&Part::Any) => {}
                '%' => parts.push(Part::Any),
                c => parts.push(Part::One(c)),
            }
        }
        Some(Self(parts))
    }

    /// How many parts it has.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the whole text is of this form.
    ///
    /// A part that does not fit goes back to the last `%` only, which then takes one character more: at most as many
    /// steps as text and pattern are long, multiplied.
    pub(super) fn fits(&self, text: &str) -> bool {
        let (mut rest, mut part) = (text.chars(), 0);
        let mut last_any = None;
        loop {
            let here = rest.clone();
            match (rest.next(), self.0.get(part)) {
                (_, Some(Part::Any)) => {
                    part += 1;
                    last_any = Some((part, here.clone()));
                    rest = here;
                }
                (Some(_), Some(Part::AnyOne)) => part += 1,
                (Some(c), Some(Part::One(wanted))) if c == *wanted => part += 1,
                (None, None) => return true,
                _ => match &mut last_any {
                    Some((after, from)) => {
                        if from.next().is_none() {
                            return false;
                        }
                        (part, rest) = (*after, from.clone());
                    }
                    None => return false,
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn patterns_fit_as_in_sql() {
        for (pattern, text, fits) in [
            ("Школа%", "Школа № 12", true),
            ("%12", "Школа № 12", true),
            ("Школа", "Школа № 12", false),
            ("_кола%", "Школа № 12", true),
            ("%", "", true),
            ("_", "", false),
            ("_", "ї", true),
            (r"100\%", "100%", true),
            (r"100\%", "1000", false),
            (r"a\\b", r"a\b", true),
            ("a%b%c", "a-b-b-c", true),
            ("%a_", "aaa", true),
            ("", "x", false),
        ] {
            assert_eq!(Pattern::new(pattern).unwrap().fits(text), fits, "{text} LIKE {pattern}");
        }
        assert_eq!(Pattern::new(r"a\"), None);
    }

    #[test]
    fn a_pattern_of_many_stars_is_answered_at_once() {
        let pattern = Pattern::new(&"%а".repeat(2000)).unwrap();
        assert!(!pattern.fits(&("а".repeat(1990) + "б")));
    }

    fn by_trying_all(pattern: &[Part], text: &[char]) -> bool {
        match (pattern, text) {
            ([], text) => text.is_empty(),
            ([Part::Any, below @ ..], text) => (0..=text.len()).any(|taken| by_trying_all(below, &text[taken..])),
            ([Part::AnyOne, below @ ..], [_, rest @ ..]) => by_trying_all(below, rest),
            ([Part::One(wanted), below @ ..], [c, rest @ ..]) => c == wanted && by_trying_all(below, rest),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn it_fits_where_trying_all_says_so(pattern in r"[аb%_]{0,8}", text in "[аb]{0,10}") {
            let pattern = Pattern::new(&pattern).unwrap();
            let chars: Vec<char> = text.chars().collect();
            prop_assert_eq!(pattern.fits(&text), by_trying_all(&pattern.0, &chars));
        }
    }
}
