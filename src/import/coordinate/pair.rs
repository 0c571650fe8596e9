//! A `pair` is both coordinates of a place in one cell: `50.6, 26.2`, `50,6 26,2`, `N 48° 31’ E 35° 30’`, `POINT (26.2 50.6)`.

use super::BadCoordinate;
use crate::import::value::trimmed;

/// The longest cell that is taken for a pair, in bytes; every way to part it is tried.
const MAX_PAIR_BYTES: usize = 200;

/// What may stand between the two, the surest first.
const SEPARATORS: [Separator; 4] = [Separator::Mark, Separator::CommaAndSpace, Separator::Space, Separator::Comma];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Separator {
    /// `;`, `|`, `/`, a tab or the end of a line.
    Mark,
    /// A comma with a space after it, which no decimal comma has.
    CommaAndSpace,
    Space,
    Comma,
}

/// The only way to read both parts of the cell; `read` is given them in their order.
///
/// Where the text can be parted in two ways that both have a meaning, it has none.
pub(in crate::import) fn parted<T: PartialEq>(
    text: &str,
    read: impl Fn(&str, &str) -> Result<T, BadCoordinate>,
) -> Result<T, BadCoordinate> {
    let text = inside(trimmed(text).trim_end_matches([',', ';']));
    if text.len() > MAX_PAIR_BYTES {
        return Err(BadCoordinate::NoPair);
    }
    let mut why = BadCoordinate::NoPair;
    for separator in SEPARATORS {
        let parts = separator.parts(text);
        let mut found = None;
        for (first, second) in &parts {
            match read(first, second) {
                Ok(pair) if found.as_ref().is_some_and(|before| *before != pair) => {
                    return Err(BadCoordinate::TwoPairs);
                }
                Ok(pair) => found = Some(pair),
                Err(error) if parts.len() == 1 && why == BadCoordinate::NoPair => why = error,
                Err(_) => {}
            }
        }
        if let Some(pair) = found {
            return Ok(pair);
        }
        // These two part nothing but the pair: what they leave has no second meaning.
        if !parts.is_empty() && matches!(separator, Separator::Mark | Separator::CommaAndSpace) {
            break;
        }
    }
    Err(why)
}

impl Separator {
    fn parts(self, text: &str) -> Vec<(&str, &str)> {
        let is_one = |at: usize, c: char| {
            let after = &text[at + c.len_utf8()..];
            match self {
                Self::Mark => matches!(c, ';' | '|' | '/' | '\t' | '\n'),
                Self::CommaAndSpace => c == ',' && after.starts_with(char::is_whitespace),
                // Of several spaces the last one parts.
                Self::Space => c.is_whitespace() && !after.starts_with(char::is_whitespace),
                Self::Comma => c == ',',
            }
        };
        let part = |(at, c): (usize, char)| (trimmed(&text[..at]), trimmed(&text[at + c.len_utf8()..]));
        text.char_indices().filter(|(at, c)| is_one(*at, *c)).map(part).collect()
    }
}

/// The text without brackets around it.
fn inside(text: &str) -> &str {
    let stripped = |open, close| text.strip_prefix(open).and_then(|text| text.strip_suffix(close));
    stripped('(', ')').or_else(|| stripped('[', ']')).map_or(text, trimmed)
}

/// The texts of x and y of a point in well-known text, with or without an SRID, a height or a measure.
pub(in crate::import) fn well_known(text: &str) -> Option<(&str, &str)> {
    let text = match text.split_once(';') {
        Some((srid, text)) if srid.get(..5).is_some_and(|word| word.eq_ignore_ascii_case("SRID=")) => text,
        _ => text,
    };
    let text = trimmed(text);
    let (word, rest) = text.split_at_checked("POINT".len())?;
    let (dimensions, numbers) = rest.split_once('(')?;
    let is_point = word.eq_ignore_ascii_case("POINT")
        && ["", "Z", "M", "ZM"].iter().any(|known| trimmed(dimensions).eq_ignore_ascii_case(known));
    let mut numbers = numbers.strip_suffix(')')?.split_whitespace();
    let (x, y) = (numbers.next()?, numbers.next()?);
    (is_point && numbers.count() <= 2).then_some((x, y))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::coordinate::{Axis, Notation, parse};
    use proptest::prelude::*;

    fn lat_lon(text: &str, notation: Notation) -> Result<(f64, f64), BadCoordinate> {
        parted(text, |lat, lon| Ok((parse(lat, Axis::Lat, notation)?, parse(lon, Axis::Lon, notation)?)))
    }

    #[test]
    fn both_coordinates_stand_in_one_cell_in_every_way_they_are_parted() {
        for text in [
            "50.5, 26.25",
            "50.5,26.25",
            "50.5;26.25",
            "50.5 26.25",
            " 50.5   26.25 ",
            "50,5; 26,25",
            "50,5 26,25",
            "50,5, 26,25",
            "50,5,26,25",
            "50.5\n26.25",
            "50.5/26.25",
            "(50.5, 26.25)",
            "[50.5,26.25]",
            "50.5, 26.25,",
            "50.5 N 26.25 E",
            "50.5° пн. ш., 26.25° сх. д.",
            "50.5° пн. ш. 26.25° сх. д.",
            "50.5 північної широти, 26.25 східної довготи",
            "широта: 50.5, довгота: 26.25",
            "lat=50.5;lon=26.25",
        ] {
            assert_eq!(lat_lon(text, Notation::Decimal), Ok((50.5, 26.25)), "{text}");
        }
        let wanted = (48.0 + 31.0 / 60.0 + 25.0 / 3600.0, 35.0 + 30.0 / 60.0 + 15.0 / 3600.0);
        for text in [
            "N 48° 31’ 25\", E 35° 30’ 15\"",
            "N 48° 31’ 25\" E 35° 30’ 15\"",
            "48°31'25\"N 35°30'15\"E",
            "48°31'25\"N,35°30'15\"E",
            "48° 31′ 25″ пн. ш. 35° 30′ 15″ сх. д.",
        ] {
            assert_eq!(lat_lon(text, Notation::Dms), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn a_cell_that_is_no_pair_or_two_is_refused() {
        for (text, wanted) in [
            ("50.5", "there are no two coordinates in it"),
            ("", "there are no two coordinates in it"),
            ("50.5, 226.25", "226.25 is beyond ±180°"),
            ("126.25; 50.5", "126.25 is beyond ±90°"),
            ("50,5,26", "it can be parted into two coordinates in more than one way"),
            ("50.5, 26.25, 84", "there are no two coordinates in it"),
            ("26.25 E, 50.5 N", "east is no direction of a latitude: are the columns exchanged?"),
        ] {
            assert_eq!(lat_lon(text, Notation::Decimal).unwrap_err().to_string(), wanted, "{text}");
        }
        let both = lat_lon("48 31 35 30", Notation::Dms);
        assert_eq!(both, Err(BadCoordinate::TwoPairs));
        assert_eq!(lat_lon(&"1 ".repeat(10_000), Notation::Dms), Err(BadCoordinate::NoPair));
    }

    #[test]
    fn a_point_of_well_known_text_is_x_and_y() {
        for text in
            ["POINT (26.2 50.6)", "point(26.2 50.6)", "SRID=4326;POINT Z (26.2 50.6 84)", " POINT ZM(26.2 50.6 1 2) "]
        {
            assert_eq!(well_known(text), Some(("26.2", "50.6")), "{text}");
        }
        for text in
            ["POINT EMPTY", "POINT (26.2)", "POLYGON ((1 2))", "POINT (1 2 3 4 5)", "POINTER (1 2)", "26.2 50.6"]
        {
            assert_eq!(well_known(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_one_pair_or_refused(text in "\\PC*", near in "[NEПнСх 0-9°’\".,;()POINT-]{0,40}") {
            for text in [&text, &near] {
                for notation in [Notation::Decimal, Notation::Dms] {
                    if let Ok((lat, lon)) = lat_lon(text, notation) {
                        prop_assert!(lat.abs() <= 90.0 && lon.abs() <= 180.0);
                    }
                }
                let _ = well_known(text);
            }
        }
    }
}
