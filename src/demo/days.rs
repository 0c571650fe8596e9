//! Days of the demonstration city: counted from one fixed today, never from the clock.

use jiff::{ToSpan, civil::Date};

use super::dice::Dice;

/// The day the demonstration is set on.
pub const TODAY: Date = jiff::civil::date(2026, 11, 1);

/// So many days after (or, negative, before) a day.
pub fn after(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}

/// A day of chance between two, both included.
pub fn between(first: Date, last: Date, dice: &mut Dice) -> Date {
    let days = i64::from((last - first).get_days());
    after(first, dice.whole(0, days.max(0)))
}

/// A day so many days before today, at least and at most.
pub fn ago(least: i64, most: i64, dice: &mut Dice) -> Date {
    after(TODAY, -dice.whole(least, most))
}

/// The day before the same day so many years later: what runs for whole years ends then.
pub fn years_through(from: Date, years: i64) -> Date {
    from.saturating_add(years.years()).saturating_sub(1.day())
}
