//! Open says whether the doors of an object are open at an instant, by its opening hours in the city's own time.

use std::str::FromStr;

use jiff::{Timestamp, civil, tz::TimeZone};
use opening_hours::{Context, OpeningHours, RuleKind, localization::Country};

use super::Found;
use crate::model::{TextFormat, Value};

/// The time zone of Ukraine (IANA).
const ZONE: &str = "Europe/Kyiv";

/// What is known of doors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doors {
    /// They are open.
    Open,
    /// They are closed.
    Closed,
    /// Nobody has said, or what was said does not tell: not open, and not closed either.
    Unknown,
}

/// How long ahead a change of the doors is looked for.
const AHEAD: chrono::Days = chrono::Days::new(14);

/// What is known of doors at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// How they are.
    pub doors: Doors,
    /// Until when, RFC 3339 in the city's own time; `None` where nothing changes within two weeks, or nothing is known.
    pub until: Option<String>,
}

/// An instant, on the clocks of the city.
#[derive(Debug, Clone)]
pub struct Clock {
    local: chrono::NaiveDateTime,
    context: Context,
}

impl Doors {
    /// Its word in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Unknown => "unknown",
        }
    }
}

impl Clock {
    /// The clocks at an instant; `None` beyond the years that calendars know.
    pub fn at(instant: Timestamp) -> Option<Self> {
        let zone = TimeZone::get(ZONE).expect("the time zones are in the binary");
        let local = zone.to_datetime(instant);
        let day = chrono::NaiveDate::from_ymd_opt(
            i32::from(local.year()),
            local.month().unsigned_abs().into(),
            local.day().unsigned_abs().into(),
        )?;
        let time = day.and_hms_opt(
            local.hour().unsigned_abs().into(),
            local.minute().unsigned_abs().into(),
            local.second().unsigned_abs().into(),
        )?;
        Some(Self { local: time, context: Context::default().with_holidays(Country::UA.holidays()) })
    }

    /// Whether a feature is open, by the first of its properties that holds opening hours.
    pub fn sees(&self, found: Found<'_>) -> Doors {
        hours(found).map_or(Doors::Unknown, |text| self.reads(text))
    }

    /// Whether a feature is open, and until when it stays so.
    pub fn looks(&self, found: Found<'_>) -> Sight {
        let Some(text) = hours(found) else { return Sight { doors: Doors::Unknown, until: None } };
        Sight { doors: self.reads(text), until: self.reads_until(text) }
    }

    /// When the doors are next otherwise than now.
    fn reads_until(&self, text: &str) -> Option<String> {
        let hours = OpeningHours::from_str(text).ok()?.with_context(self.context.clone());
        let now = hours.state(self.local).0;
        if now == RuleKind::Unknown {
            return None;
        }
        // A new comment is no change of the doors.
        let mut ahead = hours.iter_range(self.local, self.local.checked_add_days(AHEAD)?);
        let change = ahead.find(|stretch| stretch.kind != now)?.range.start;
        let at: civil::DateTime = change.format("%Y-%m-%dT%H:%M:%S").to_string().parse().ok()?;
        let zoned = at.to_zoned(TimeZone::get(ZONE).ok()?).ok()?;
        Some(zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
    }

    fn reads(&self, text: &str) -> Doors {
        let Ok(hours) = OpeningHours::from_str(text) else { return Doors::Unknown };
        let hours = hours.with_context(self.context.clone());
        if hours.is_open(self.local) {
            Doors::Open
        } else if hours.is_closed(self.local) {
            Doors::Closed
        } else {
            Doors::Unknown
        }
    }
}

fn hours(Found { shelf, feature }: Found<'_>) -> Option<&str> {
    let mut fields = shelf.collection().fields.iter().zip(&feature.values);
    match fields.find(|(field, _)| field.format == Some(TextFormat::OpeningHours))? {
        (_, Value::Text(text)) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(instant: &str, hours: &str) -> Doors {
        Clock::at(instant.parse().unwrap()).unwrap().reads(hours)
    }

    #[test]
    fn doors_open_by_the_clock_of_the_city_in_winter_and_in_summer() {
        // 2026-11-24 is a Tuesday; Kyiv is two hours before UTC in winter, three in summer.
        assert_eq!(at("2026-11-24T06:59:00Z", "Mo-Fr 09:00-18:00"), Doors::Closed);
        assert_eq!(at("2026-11-24T07:00:00Z", "Mo-Fr 09:00-18:00"), Doors::Open);
        assert_eq!(at("2026-07-07T06:00:00Z", "Mo-Fr 09:00-18:00"), Doors::Open);
        assert_eq!(at("2026-11-24T18:00:00+02:00", "Mo-Fr 09:00-18:00"), Doors::Closed);
        assert_eq!(at("2026-11-28T10:00:00Z", "Mo-Fr 09:00-18:00"), Doors::Closed);
        // Over midnight, and always.
        assert_eq!(at("2026-11-24T23:30:00Z", "Mo-Su 22:00-04:00"), Doors::Open);
        assert_eq!(at("2026-11-24T23:30:00Z", "24/7"), Doors::Open);
    }

    #[test]
    fn a_change_is_told_in_the_citys_own_time() {
        let until = |instant: &str, hours: &str| Clock::at(instant.parse().unwrap()).unwrap().reads_until(hours);
        let tuesday = "2026-11-24T10:00:00Z";
        assert_eq!(until(tuesday, "Mo-Fr 09:00-18:00").unwrap(), "2026-11-24T18:00:00+02:00");
        // Closed on Friday evening: it opens on Monday.
        assert_eq!(until("2026-11-27T17:00:00Z", "Mo-Fr 09:00-18:00").unwrap(), "2026-11-30T09:00:00+02:00");
        assert_eq!(until("2026-07-07T06:00:00Z", "Mo-Fr 09:00-18:00").unwrap(), "2026-07-07T18:00:00+03:00");
        assert_eq!(
            until(tuesday, "Mo-Fr 09:00-13:00 \"А\", Mo-Fr 13:00-18:00 \"Б\"").unwrap(),
            "2026-11-24T18:00:00+02:00"
        );
        for hours in ["24/7", "щодня", "Jun-Aug 09:00-18:00", "Mo-Fr 09:00-18:00 unknown"] {
            assert_eq!(until(tuesday, hours), None, "{hours}");
        }
    }

    #[test]
    fn what_does_not_tell_is_unknown() {
        for hours in ["", "щодня", "Mo-Fr 09:00-18:00 unknown \"за домовленістю\""] {
            assert_eq!(at("2026-11-24T10:00:00Z", hours), Doors::Unknown, "{hours}");
        }
    }
}
