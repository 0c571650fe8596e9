//! A `Filter` says which elements are meant by their tags.
//!
//! ```text
//!   amenity=school            the tag              building      the key, whatever its value
//!   highway=primary|trunk     one of the values    sport=*       the same
//!   area!=yes                 not this value, or no such key     !name, name!=*   no such key
//!   leisure=pitch,sport=*     all of them
//! ```

use super::element::{Tags, tag};

/// Any of the lines, each of which is all of its terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import) struct Filter(Vec<Vec<Term>>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    key: String,
    /// Empty: any value.
    values: Vec<String>,
    negated: bool,
}

impl Filter {
    /// Reads the lines of `where`.
    pub fn parse(lines: &[String]) -> Result<Self, String> {
        let all = |line: &String| line.split(',').map(|term| Term::parse(term.trim())).collect();
        let lines: Vec<Vec<Term>> = lines.iter().map(all).collect::<Result<_, String>>()?;
        if lines.is_empty() {
            return Err("`where` is empty: name at least one tag".into());
        }
        if lines.iter().any(|terms| terms.iter().all(|term| term.negated)) {
            return Err("a line of `where` must say what is meant, not only what is not".into());
        }
        Ok(Self(lines))
    }

    pub fn matches(&self, tags: &Tags<'_>) -> bool {
        !tags.is_empty() && self.0.iter().any(|all| all.iter().all(|term| term.matches(tags)))
    }
}

impl Term {
    fn parse(term: &str) -> Result<Self, String> {
        let (key, values, negated) = match (term.split_once("!="), term.split_once('='), term.strip_prefix('!')) {
            (Some((key, values)), _, _) => (key, values, true),
            (None, Some((key, values)), _) => (key, values, false),
            (None, None, Some(key)) => (key, "*", true),
            (None, None, None) => (term, "*", false),
        };
        let key = key.trim();
        let values: Vec<String> = match values.trim() {
            "*" => Vec::new(),
            values => values.split('|').map(|value| value.trim().to_owned()).collect(),
        };
        if key.is_empty() || key.contains(['!', '*']) || values.iter().any(|value| value.is_empty() || value == "*") {
            return Err(format!("`{term}` is no tag: key, key=value, key=a|b, key!=value or !key"));
        }
        Ok(Self { key: key.into(), values, negated })
    }

    fn matches(&self, tags: &Tags<'_>) -> bool {
        let is_there = tag(tags, &self.key)
            .is_some_and(|value| self.values.is_empty() || self.values.iter().any(|wanted| wanted == value));
        is_there != self.negated
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn filter(lines: &[&str]) -> Result<Filter, String> {
        Filter::parse(&lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn tags_are_matched_by_any_line_and_all_of_its_terms() {
        let school = [("amenity", "school"), ("name", "№ 1")].as_slice();
        let pitch = [("leisure", "pitch"), ("sport", "tennis"), ("access", "private")].as_slice();
        for (lines, wanted) in [
            (&["amenity=school"][..], (true, false)),
            (&["amenity=kindergarten"], (false, false)),
            (&["amenity=kindergarten", "amenity = school "], (true, false)),
            (&["amenity=kindergarten|school"], (true, false)),
            (&["leisure=pitch,sport=*"], (false, true)),
            (&["leisure=pitch, sport, access!=private"], (false, false)),
            (&["leisure=pitch,access!=yes"], (false, true)),
            (&["amenity,!sport"], (true, false)),
            (&["amenity,name!=*"], (false, false)),
            (&["amenity", "sport"], (true, true)),
            (&["ameniti"], (false, false)),
        ] {
            let filter = filter(lines).unwrap();
            assert_eq!((filter.matches(school), filter.matches(pitch)), wanted, "{lines:?}");
            assert!(!filter.matches(&[]));
        }
    }

    #[test]
    fn what_names_no_tag_is_told() {
        for lines in
            [&[][..], &[""], &["=school"], &["amenity="], &["amenity=a|"], &["amenity=school,"], &["*"], &["!!a"]]
        {
            assert!(filter(lines).is_err(), "{lines:?}");
        }
        assert!(filter(&["amenity", "!name"]).unwrap_err().contains("not only what is not"));
    }

    proptest! {
        #[test]
        fn any_text_is_a_filter_or_an_error(line in "[a-z=!|*, ]{0,20}") {
            if let Ok(filter) = filter(&[&line]) {
                filter.matches(&[("a", "b")]);
            }
        }
    }
}
