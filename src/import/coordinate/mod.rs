//! A `coordinate` is a longitude or a latitude as people write it: decimal degrees, or degrees, minutes and seconds.

use std::fmt;

use serde::Deserialize;

use super::value::trimmed;
use hemisphere::{Hemisphere, Said};

mod hemisphere;
mod pair;

pub(super) use pair::{parted, well_known};

/// Which of the two a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Axis {
    Lon,
    Lat,
}

/// How a column writes them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Notation {
    /// `48.5236`, `48,5236°`
    #[default]
    Decimal,
    /// `N 48° 31’ 25"`, `48°31′25″ пн. ш.`
    Dms,
}

/// Why a text is no coordinate.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(super) enum BadCoordinate {
    #[error("there is no number in it")]
    NoNumber,
    #[error("`{0}` has no place in a coordinate")]
    Unexpected(String),
    #[error("more than degrees, minutes and seconds")]
    TooMany,
    #[error("minutes and seconds in a column of decimal degrees (notation = \"dms\" reads them)")]
    NotDecimal,
    #[error("{0} minutes: there are 60 in a degree")]
    Minutes(f64),
    #[error("{0} seconds: there are 60 in a minute")]
    Seconds(f64),
    #[error("only the last part may have a fraction")]
    Fraction,
    #[error("it names its hemisphere twice, or has a sign as well")]
    TwoSigns,
    #[error("{hemisphere} is no direction of a {axis}: are the columns exchanged?")]
    OtherAxis { hemisphere: Hemisphere, axis: Axis },
    #[error("it says that it is a {said}, not a {axis}: are the columns exchanged?")]
    SaysOther { said: Axis, axis: Axis },
    #[error("there are no two coordinates in it")]
    NoPair,
    #[error("it can be parted into two coordinates in more than one way")]
    TwoPairs,
    #[error("`{0}` is not a number of metres")]
    NoMetres(String),
    #[error("{degrees} is beyond ±{limit}°")]
    Beyond { degrees: f64, limit: f64 },
}

impl fmt::Display for Axis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lon => "longitude",
            Self::Lat => "latitude",
        })
    }
}

/// Degrees, east and north positive.
///
/// ```text
///   [−] [hemisphere] degrees [°] [minutes [′] [seconds [″]]] [hemisphere]
/// ```
pub(super) fn parse(text: &str, axis: Axis, notation: Notation) -> Result<f64, BadCoordinate> {
    let text = trimmed(text);
    let (negative, text) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let first = text.find(|c: char| c.is_ascii_digit()).ok_or(BadCoordinate::NoNumber)?;
    let last = text.rfind(|c: char| c.is_ascii_digit() || is_mark(c)).expect("there is a digit");
    let end = last + text[last..].chars().next().map_or(0, char::len_utf8);
    let said = match (hemisphere::said(&text[..first])?, hemisphere::said(&text[end..])?) {
        (Said::Nothing, said) | (said, Said::Nothing) => said,
        (Said::Axis(named), Said::Hemisphere(half)) | (Said::Hemisphere(half), Said::Axis(named))
            if half.axis() == named =>
        {
            Said::Hemisphere(half)
        }
        _ => return Err(BadCoordinate::TwoSigns),
    };
    match said {
        Said::Hemisphere(hemisphere) if hemisphere.axis() != axis => {
            return Err(BadCoordinate::OtherAxis { hemisphere, axis });
        }
        Said::Hemisphere(_) if negative => return Err(BadCoordinate::TwoSigns),
        Said::Axis(said) if said != axis => return Err(BadCoordinate::SaysOther { said, axis }),
        _ => {}
    }
    let size = size(&text[first..end], notation)?;
    let limit = if axis == Axis::Lon { 180.0 } else { 90.0 };
    let degrees =
        if negative || matches!(said, Said::Hemisphere(Hemisphere::South | Hemisphere::West)) { -size } else { size };
    if size > limit { Err(BadCoordinate::Beyond { degrees, limit }) } else { Ok(degrees) }
}

fn is_mark(c: char) -> bool {
    is_degree_mark(c) || is_minute_mark(c) || is_second_mark(c)
}

fn is_degree_mark(c: char) -> bool {
    // The degree sign, the ordinal indicator and the ring above.
    matches!(c, '°' | 'º' | '˚')
}

fn is_minute_mark(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '′' | '´' | '`' | 'ʹ' | 'ʼ')
}

fn is_second_mark(c: char) -> bool {
    matches!(c, '"' | '”' | '“' | '″' | 'ʺ' | '¨')
}

/// The number of degrees of `48° 31’ 25"` without sign or hemisphere; it starts with a digit.
fn size(text: &str, notation: Notation) -> Result<f64, BadCoordinate> {
    let mut parts = [0.0; 3];
    let mut count = 0;
    let mut rest = text;
    let mut fraction_before = false;
    while !rest.is_empty() {
        if count == parts.len() {
            return Err(BadCoordinate::TooMany);
        }
        if fraction_before {
            return Err(BadCoordinate::Fraction);
        }
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        // A comma after which no digit comes is no decimal comma: such a number does not parse.
        parts[count] = number.replace(',', ".").parse().map_err(|_| unexpected(rest))?;
        fraction_before = number.contains(['.', ',']);
        let marked = after.trim_start();
        let unmarked = match count {
            0 => marked.trim_start_matches(is_degree_mark),
            1 => marked.strip_prefix(is_minute_mark).unwrap_or(marked),
            // Two minute marks are a second mark.
            _ => marked
                .strip_prefix(is_second_mark)
                .or_else(|| marked.strip_prefix(is_minute_mark).and_then(|one| one.strip_prefix(is_minute_mark)))
                .unwrap_or(marked),
        };
        rest = unmarked.trim_start();
        if rest.starts_with(|c: char| !c.is_ascii_digit()) {
            return Err(unexpected(rest));
        }
        count += 1;
    }
    let [degrees, minutes, seconds] = parts;
    if count > 1 && notation == Notation::Decimal {
        return Err(BadCoordinate::NotDecimal);
    }
    if minutes >= 60.0 {
        return Err(BadCoordinate::Minutes(minutes));
    }
    if seconds >= 60.0 {
        return Err(BadCoordinate::Seconds(seconds));
    }
    Ok(degrees + minutes / 60.0 + seconds / 3600.0)
}

fn unexpected(text: &str) -> BadCoordinate {
    BadCoordinate::Unexpected(text.chars().take(40).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dms(text: &str, axis: Axis) -> Result<f64, BadCoordinate> {
        parse(text, axis, Notation::Dms)
    }

    #[test]
    fn decimal_degrees_with_point_or_comma() {
        for (text, wanted) in [
            ("48.448179", 48.448_179),
            ("48,448179", 48.448_179),
            ("\u{a0}48.448179° ", 48.448_179),
            ("-33.5", -33.5),
            ("−33,5", -33.5),
            ("+33.5", 33.5),
            ("33", 33.0),
            ("N 48.5", 48.5),
            ("48.5° пд. ш.", -48.5),
            ("50.60329 північної широти", 50.603_29),
            ("50,60329 Північної широти", 50.603_29),
            ("26,25 східної довготи", 26.25),
            ("26.25° сх.довг.", 26.25),
            ("північна широта 50.6", 50.6),
            ("півн. ш. 50.6", 50.6),
            ("Широта: 50.6 пн", 50.6),
            ("довгота = 26.25", 26.25),
            ("26.25° в.д.", 26.25),
        ] {
            let axis = if text.contains(['N', 'п', 'Ш', 'П']) { Axis::Lat } else { Axis::Lon };
            assert_eq!(parse(text, axis, Notation::Decimal), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn what_is_no_decimal_coordinate_is_told_exactly() {
        for (text, wanted) in [
            ("", "there is no number in it"),
            ("немає", "there is no number in it"),
            ("48.5 північної широти", "north is no direction of a longitude: are the columns exchanged?"),
            ("lat 48.5", "it says that it is a latitude, not a longitude: are the columns exchanged?"),
            ("48.5 метрів", "`метрів` has no place in a coordinate"),
            ("48.50.3", "`48.50.3` has no place in a coordinate"),
            ("48.5;33.1", "`;33.1` has no place in a coordinate"),
            ("48 31 25", "minutes and seconds in a column of decimal degrees (notation = \"dms\" reads them)"),
            ("181", "181 is beyond ±180°"),
            ("N 48.5", "north is no direction of a longitude: are the columns exchanged?"),
            ("-33 E", "it names its hemisphere twice, or has a sign as well"),
            ("1e2", "`e2` has no place in a coordinate"),
        ] {
            assert_eq!(parse(text, Axis::Lon, Notation::Decimal).unwrap_err().to_string(), wanted, "{text}");
        }
        assert!(parse("90.0001", Axis::Lat, Notation::Decimal).is_err());
        assert!(parse(&"9".repeat(400), Axis::Lat, Notation::Decimal).is_err());
    }

    #[test]
    fn degrees_minutes_and_seconds_in_the_spellings_of_registers() {
        let wanted = 48.0 + 31.0 / 60.0 + 25.0 / 3600.0;
        for text in [
            "N 48° 31’ 25\"",
            "N 48°31'25\"",
            "48°31′25″N",
            "48° 31′ 25″ n",
            "48º31'25''",
            "Пн 48° 31’ 25”",
            "48°31′25″ пн. ш.",
            "48 31 25",
            "48° 31` 25¨",
            "48°31'25",
            " 48°31’25’’ Пн.ш. ",
        ] {
            assert_eq!(dms(text, Axis::Lat), Ok(wanted), "{text}");
        }
        for (text, wanted) in [
            ("E 35° 24’ 5\"", 35.0 + 24.0 / 60.0 + 5.0 / 3600.0),
            ("35° 24,5′ зх. д.", -(35.0 + 24.5 / 60.0)),
            ("Сх 35°24’5,5\"", 35.0 + 24.0 / 60.0 + 5.5 / 3600.0),
            ("Е 35°", 35.0),
            ("35.25° W", -35.25),
            ("180° 0’ 0\" E", 180.0),
            ("-35° 30′", -35.5),
        ] {
            assert_eq!(dms(text, Axis::Lon), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn what_is_no_place_in_degrees_minutes_and_seconds_is_told_exactly() {
        for (text, wanted) in [
            ("N 48° 60’ 25\"", "60 minutes: there are 60 in a degree"),
            ("N 48° 31’ 60\"", "60 seconds: there are 60 in a minute"),
            ("N 48,5° 31’", "only the last part may have a fraction"),
            ("N 48° 31’ 25\" S", "it names its hemisphere twice, or has a sign as well"),
            ("E 48° 31’ 25\"", "east is no direction of a latitude: are the columns exchanged?"),
            ("N 90° 0’ 1\"", "90.00027777777778 is beyond ±90°"),
            ("N 48° 31’ 25\" 7", "more than degrees, minutes and seconds"),
            ("N 48’ 31’", "`’ 31’` has no place in a coordinate"),
            ("Q 48° 31’", "`Q` has no place in a coordinate"),
        ] {
            assert_eq!(dms(text, Axis::Lat).unwrap_err().to_string(), wanted, "{text}");
        }
    }

    /// The spellings a degree is written in, by number.
    fn written(degrees: f64, spelling: usize) -> String {
        let total_seconds = (degrees.abs() * 3600.0).round() as u64;
        let (d, m, s) = (total_seconds / 3600, total_seconds / 60 % 60, total_seconds % 60);
        let [latin, cyrillic] = if degrees < 0.0 { ["W", "зх. д."] } else { ["E", "Сх"] };
        match spelling {
            0 => format!("{latin} {d}° {m}’ {s}\""),
            1 => format!("{d}°{m}'{s}\" {latin}"),
            2 => format!("{d}°{m:02}′{s:02}″ {cyrillic}"),
            3 => format!("{latin}{d} {m} {s}"),
            _ => format!("{cyrillic} {d}º {m}ʼ {s},0''"),
        }
    }

    proptest! {
        #[test]
        fn a_longitude_written_in_seconds_is_read_back_to_half_a_second(lon in -180.0..180.0_f64, spelling in 0..5_usize) {
            let text = written(lon, spelling);
            let read = dms(&text, Axis::Lon);
            prop_assert!(read.as_ref().is_ok_and(|read| (read - lon).abs() <= 0.5 / 3600.0 + 1e-12), "{text} {read:?} {lon}");
        }

        #[test]
        fn any_text_is_a_coordinate_in_range_or_refused(text in "\\PC*", near in "[NSEWПнЗхд 0-9°’'\"″.,−-]{0,20}") {
            for text in [&text, &near] {
                for notation in [Notation::Decimal, Notation::Dms] {
                    if let Ok(lat) = parse(text, Axis::Lat, notation) {
                        prop_assert!((-90.0..=90.0).contains(&lat));
                    }
                    if let Ok(lon) = parse(text, Axis::Lon, notation) {
                        prop_assert!((-180.0..=180.0).contains(&lon));
                    }
                }
            }
        }
    }
}
