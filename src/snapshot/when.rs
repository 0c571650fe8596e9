//! A `When` is the time that is asked about: the days from one to another, either of which may be open.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::model::{Feature, Validity};

/// Days from one to another, both included; `None` for an open side. Days are those of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct When {
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub through: Option<Date>,
}

/// A text that is no time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadWhen {
    /// It is neither a day nor an instant.
    #[error("`{0}` is neither an instant (2026-01-31T12:00:00Z), a day (2026-01-31) nor `..`")]
    End(String),
    /// It ends before it begins.
    #[error("`{0}` ends before it begins")]
    Backwards(String),
}

impl When {
    /// Reads the `datetime` of OGC 17-069r4 §7.15.4: an instant or a day, or two with `/` between them, either of which
    /// may be `..` or empty.
    pub fn read(text: &str) -> Result<Self, BadWhen> {
        let when = match text.split_once('/') {
            Some((from, through)) => Self { from: end(from)?, through: end(through)? },
            None => {
                let day = Some(day(text)?);
                Self { from: day, through: day }
            }
        };
        match when {
            Self { from: Some(from), through: Some(through) } if from > through => Err(BadWhen::Backwards(text.into())),
            Self { from: None, through: None } if text == "/" => Err(BadWhen::End(text.into())),
            when => Ok(when),
        }
    }

    /// Whether the feature is at any instant of this time; not where nobody has said when it is.
    pub fn meets(&self, validity: Validity, feature: &Feature) -> bool {
        let Some((from, through)) = validity.days(feature) else { return false };
        let no_later = |a: Option<Date>, b: Option<Date>| a.zip(b).is_none_or(|(a, b)| a <= b);
        no_later(from, self.through) && no_later(self.from, through)
    }
}

impl std::fmt::Display for When {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let end = |day: Option<Date>| day.map_or("..".into(), |day| day.to_string());
        write!(f, "{}/{}", end(self.from), end(self.through))
    }
}

fn end(text: &str) -> Result<Option<Date>, BadWhen> {
    if matches!(text, ".." | "") { Ok(None) } else { day(text).map(Some) }
}

fn day(text: &str) -> Result<Date, BadWhen> {
    let bad = || BadWhen::End(text.into());
    if text.len() == 10 {
        return text.parse().map_err(|_| bad());
    }
    let at: Timestamp = text.parse().map_err(|_| bad())?;
    Ok(at.to_zoned(TimeZone::UTC).date())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_days_of_utc() {
        for (text, wanted) in [
            ("2026-01-31", "2026-01-31/2026-01-31"),
            ("2026-01-31T23:30:00Z", "2026-01-31/2026-01-31"),
            ("2026-02-01T00:30:00+02:00", "2026-01-31/2026-01-31"),
            ("2026-01-31/2026-02-01T12:00:00Z", "2026-01-31/2026-02-01"),
            ("../2026-01-31", "../2026-01-31"),
            ("2026-01-31/", "2026-01-31/.."),
            ("../..", "../.."),
        ] {
            assert_eq!(When::read(text).unwrap().to_string(), wanted, "{text}");
        }
        for wrong in ["", "/", "today", "2026-13-01", "2026-02-01/2026-01-31", "2026-01-31T12:00", "1/2/3", "2026-1-31"]
        {
            assert!(When::read(wrong).is_err(), "{wrong}");
        }
    }
}
