//! A `Photo` is a picture of a feature as the city keeps it: named by what it was made of and by its own size, never changed.

use std::fmt;

/// The longest side of the sizes in which a photo is kept, pixels, the largest first; none is enlarged.
///
/// A whole screen, the width of a card on a dense display, and a mark in a list.
pub const LONGEST_SIDES: [u32; 3] = [1600, 800, 320];

/// What stands between the names of the photos of one feature.
const BETWEEN: char = ' ';

/// How every name ends: all sizes are kept as JPEG.
const ENDING: &str = ".jpg";

/// One size of a picture. Its name is `{hash}-{width}x{height}.jpg`, and the same name always means the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Photo {
    /// The first half of the SHA-256 of what it was made of.
    pub hash: u128,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

impl Photo {
    /// The photo of a name; `None` for any other text, and for sizes that are never made.
    pub fn read(name: &str) -> Option<Self> {
        let (hash, size) = name.strip_suffix(ENDING)?.split_once('-')?;
        let (width, height) = size.split_once('x')?;
        let photo = Self {
            hash: u128::from_str_radix(hash, 16).ok()?,
            width: width.parse().ok()?,
            height: height.parse().ok()?,
        };
        let is_a_size = (1..=LONGEST_SIDES[0]).contains(&photo.width) && (1..=LONGEST_SIDES[0]).contains(&photo.height);
        // One spelling only: no sign, no zeros in front, no capital letters.
        (is_a_size && photo.to_string() == name).then_some(photo)
    }

    /// The photos that a text names; what is no name is passed over.
    pub fn all(names: &str) -> impl Iterator<Item = Self> + '_ {
        names.split(BETWEEN).filter_map(Self::read)
    }

    /// The first word of a text of names that is none; `None` where all of them are.
    pub fn first_that_is_none(names: &str) -> Option<&str> {
        names.split(BETWEEN).find(|name| Self::read(name).is_none())
    }

    /// The text that names these.
    pub fn names(photos: impl IntoIterator<Item = Self>) -> String {
        let mut names = String::new();
        for photo in photos {
            if !names.is_empty() {
                names.push(BETWEEN);
            }
            names.push_str(&photo.to_string());
        }
        names
    }

    /// Every size in which it is kept, itself first.
    pub fn sizes(self) -> impl Iterator<Item = Self> {
        let longest = self.width.max(self.height);
        std::iter::once(self)
            .chain(LONGEST_SIDES.into_iter().filter(move |side| *side < longest).map(move |side| self.within(side)))
    }

    /// The same picture with a longest side of at most so many pixels.
    #[must_use]
    pub fn within(self, side: u32) -> Self {
        let longest = self.width.max(self.height);
        if longest <= side {
            return self;
        }
        let shrunk = |length: u32| {
            let (length, side, longest) = (u64::from(length), u64::from(side), u64::from(longest));
            // To the nearest pixel, and at least one. It is no more than `side`, which is a u32.
            ((length * side + longest / 2) / longest).max(1) as u32
        };
        Self { hash: self.hash, width: shrunk(self.width), height: shrunk(self.height) }
    }
}

impl fmt::Display for Photo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}-{}x{}{ENDING}", self.hash, self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_has_one_spelling() {
        let photo = Photo { hash: 0xabc, width: 1600, height: 1200 };
        let name = photo.to_string();
        assert_eq!(name, "00000000000000000000000000000abc-1600x1200.jpg");
        assert_eq!(Photo::read(&name), Some(photo));
        for bad in [
            "",
            "abc-1600x1200.jpg",
            &name.to_uppercase(),
            &name.replace("1600", "01600"),
            &name.replace("1600", "+1600"),
            &name.replace("1600", "0"),
            &name.replace("1600", "1601"),
            &name.replace("jpg", "png"),
            &format!("../{name}"),
            &format!("{name} "),
        ] {
            assert_eq!(Photo::read(bad), None, "{bad}");
        }
    }

    #[test]
    fn sizes_keep_the_proportions_and_enlarge_nothing() {
        let sizes = |width, height| -> Vec<_> {
            Photo { hash: 1, width, height }.sizes().map(|size| (size.width, size.height)).collect()
        };
        let listed: [(_, Vec<_>); 4] = [
            (sizes(1600, 1200), vec![(1600, 1200), (800, 600), (320, 240)]),
            (sizes(640, 480), vec![(640, 480), (320, 240)]),
            (sizes(320, 200), vec![(320, 200)]),
            (sizes(1, 1600), vec![(1, 1600), (1, 800), (1, 320)]),
        ];
        for (found, wanted) in listed {
            assert_eq!(found, wanted);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(all in prop::collection::vec((any::<u128>(), 1_u32..=1600, 1_u32..=1600), 0..5)) {
            let photos: Vec<Photo> = all.into_iter().map(|(hash, width, height)| Photo { hash, width, height }).collect();
            let names = Photo::names(photos.iter().copied());
            prop_assert_eq!(Photo::all(&names).collect::<Vec<_>>(), photos.clone());
            prop_assert_eq!(Photo::first_that_is_none(&names).is_none(), !photos.is_empty());
            for size in photos.into_iter().flat_map(Photo::sizes) {
                prop_assert_eq!(Photo::read(&size.to_string()), Some(size));
            }
        }

        #[test]
        fn no_text_is_read_as_another_name(text in "\\PC{0,60}") {
            prop_assert!(Photo::read(&text).is_none_or(|photo| photo.to_string() == text));
            let _ = Photo::all(&text).count();
        }
    }
}
