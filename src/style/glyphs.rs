//! Glyphs are signed distance fields of a font's characters, made 256 at a time as MapLibre asks for them.

use std::{collections::BTreeMap, rc::Rc, sync::OnceLock};

use bytes::Bytes;
use pbf_font_tools::{Glyphs, freetype::Library, glyph_range_for_face, prost::Message};
use xxhash_rust::xxh3::Xxh3;

use super::Carried;

/// Pixels to an em, as MapLibre takes it for granted (`ONE_EM` of its shaping).
const EM_PX: usize = 24;

/// How far from an outline distances are told, pixels; and how much of a byte is for those inside. Both are what MapLibre's
/// shaders take for granted (`SDF_PX` and the 0.75 of its symbol shader), after node-fontnik.
const RADIUS_PX: usize = 8;
const CUTOFF: f64 = 0.25;

/// Characters of a range, as every client of this protocol cuts them.
const RANGE: u32 = 256;

/// Ranges of a font: clients ask within the Basic Multilingual Plane only.
const RANGES: usize = 256;

/// Changes whenever the same font would give other glyphs.
const MAKING: u64 = 1;

/// Fonts by the names that styles call them by, with the glyphs that were asked for.
#[derive(Debug, Default)]
pub struct Fonts {
    by_name: BTreeMap<String, Font>,
    licence: Option<Carried>,
    version: String,
}

#[derive(Debug)]
struct Font {
    file: Carried,
    /// Made when first asked for and kept: all of a font with Latin, Greek and Cyrillic are some 2 MB.
    ranges: Vec<OnceLock<Result<Bytes, GlyphsError>>>,
}

/// Which 256 characters: `{first}-{last}`, aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GlyphRange(u8);

impl GlyphRange {
    /// Reads `0-255`, `256-511` … `65280-65535`; nothing else is a range.
    pub fn read(text: &str) -> Option<Self> {
        let (first, last) = text.split_once('-')?;
        let range = Self(u8::try_from(first.parse::<u32>().ok()? / RANGE).ok()?);
        (format!("{}-{}", range.first(), range.last()) == format!("{first}-{last}")).then_some(range)
    }

    fn first(self) -> u32 {
        u32::from(self.0) * RANGE
    }

    fn last(self) -> u32 {
        self.first() + RANGE - 1
    }
}

/// A font that gives no glyphs.
#[derive(Debug, Clone, thiserror::Error)]
#[error("no glyphs can be made from the font `{font}`: {problem}")]
pub struct GlyphsError {
    font: String,
    problem: String,
}

impl Fonts {
    /// Takes fonts, `(name, file in TrueType or OpenType)`, and the text of their licence.
    pub fn new(files: impl IntoIterator<Item = (String, Carried)>, licence: Option<Carried>) -> Self {
        let mut hash = Xxh3::new();
        hash.update(&MAKING.to_le_bytes());
        let mut by_name = BTreeMap::new();
        for (name, file) in files {
            hash.update(name.as_bytes());
            hash.update(&file);
            by_name.insert(name, Font { file, ranges: (0..RANGES).map(|_| OnceLock::new()).collect() });
        }
        Self { by_name, licence, version: format!("{:016x}", hash.digest()) }
    }

    /// Whether there is nothing to write with.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// Changes with the glyphs: who has asked with it may keep them for good.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The licence that the fonts come under.
    pub fn licence(&self) -> Option<&[u8]> {
        self.licence.as_deref()
    }

    /// The name of the first font of a stack, `Noto Sans Bold,Noto Sans Regular`, that is here.
    pub fn first_of(&self, stack: &str) -> Option<&str> {
        stack.split(',').find_map(|name| self.by_name.get_key_value(name.trim()).map(|(name, _)| name.as_str()))
    }

    /// A range of a font as a `glyphs` message; characters that the font lacks are left out.
    ///
    /// `None` where there is no such font. Takes some tenths of a second when a range is first asked for.
    pub fn glyphs(&self, font: &str, range: GlyphRange) -> Option<Result<Bytes, GlyphsError>> {
        let Font { file, ranges } = self.by_name.get(font)?;
        let made = ranges[usize::from(range.0)].get_or_init(|| {
            make(file, font, range).map_err(|problem| GlyphsError { font: font.into(), problem: problem.to_string() })
        });
        Some(made.clone())
    }
}

fn make(file: &[u8], font: &str, range: GlyphRange) -> Result<Bytes, Box<dyn std::error::Error>> {
    let library = Library::init()?;
    let face = library.new_memory_face(Rc::new(file.to_vec()), 0)?;
    let mut stack = glyph_range_for_face(&face, range.first(), range.last(), EM_PX, RADIUS_PX, CUTOFF)?;
    // Clients look the stack up by nothing; it is called what was asked for.
    stack.name = font.into();
    Ok(Glyphs { stacks: vec![stack] }.encode_to_vec().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_aligned_ranges_of_256_are_ranges() {
        for good in ["0-255", "256-511", "1024-1279", "65280-65535"] {
            assert!(GlyphRange::read(good).is_some(), "{good}");
        }
        for wrong in [
            "",
            "-",
            "0-256",
            "1-256",
            "255-510",
            "00-255",
            "+0-255",
            "0-0255",
            "65536-65791",
            "256-255",
            "a-b",
            "0-255-",
        ] {
            assert_eq!(GlyphRange::read(wrong), None, "{wrong}");
        }
    }
}
