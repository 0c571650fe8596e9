//! A `Hemisphere` is the half of the world that the words beside a coordinate name: `N`, `Сх`, `північної широти`.

use std::fmt;

use super::{Axis, BadCoordinate};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum Hemisphere {
    North,
    South,
    East,
    West,
}

/// What the words beside a number say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Nothing,
    /// Only which of the two it is.
    Axis(Axis),
    Hemisphere(Hemisphere),
}

impl Hemisphere {
    pub fn axis(self) -> Axis {
        match self {
            Self::North | Self::South => Axis::Lat,
            Self::East | Self::West => Axis::Lon,
        }
    }
}

impl fmt::Display for Hemisphere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::North => "north",
            Self::South => "south",
            Self::East => "east",
            Self::West => "west",
        })
    }
}

/// Names of the halves in lower case, without spaces and full stops; old documents have the Russian abbreviations.
const NAMES: [(Hemisphere, &[&str]); 4] = [
    (Hemisphere::North, &["n", "north", "пн", "півн", "північ", "північна", "північної", "сш", "севернойшироты"]),
    (Hemisphere::South, &["s", "south", "пд", "півд", "південь", "південна", "південної", "юш", "южнойшироты"]),
    // The second one is Cyrillic: the two look alike on the keyboard of an office.
    (Hemisphere::East, &["e", "е", "east", "сх", "схід", "східна", "східної", "вд", "восточнойдолготы"]),
    (Hemisphere::West, &["w", "west", "зх", "зах", "захід", "західна", "західної", "зд", "западнойдолготы"]),
];

/// Names of the axes, before or after the name of a half; the longer before those that begin them.
const AXES: [(Axis, &[&str]); 2] = [
    (Axis::Lat, &["широти", "широта", "широты", "шир", "ш", "latitude", "lat"]),
    (Axis::Lon, &["довготи", "довгота", "долготы", "долгота", "довг", "дов", "д", "longitude", "long", "lon", "lng"]),
];

/// What the words on one side of a number say.
pub(super) fn said(text: &str) -> Result<Said, BadCoordinate> {
    let is_mute = |c: &char| c.is_whitespace() || matches!(c, '.' | ':' | '=');
    let word: String = text.chars().filter(|c| !is_mute(c)).flat_map(char::to_lowercase).collect();
    if word.is_empty() {
        return Ok(Said::Nothing);
    }
    if let Some(hemisphere) = named(&word) {
        return Ok(Said::Hemisphere(hemisphere));
    }
    for (axis, names) in AXES {
        for name in names {
            for rest in [word.strip_suffix(name), word.strip_prefix(name)].into_iter().flatten() {
                match named(rest) {
                    None if rest.is_empty() => return Ok(Said::Axis(axis)),
                    Some(hemisphere) if hemisphere.axis() == axis => return Ok(Said::Hemisphere(hemisphere)),
                    _ => {}
                }
            }
        }
    }
    Err(BadCoordinate::Unexpected(text.trim().chars().take(40).collect()))
}

fn named(word: &str) -> Option<Hemisphere> {
    NAMES.iter().find(|(_, names)| names.contains(&word)).map(|(hemisphere, _)| *hemisphere)
}
