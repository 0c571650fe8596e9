//! What a map is drawn with: styles, glyphs and icons, each made from its one source. Pure.

mod appearance;
mod glyphs;
mod sprites;

pub use appearance::{AppearanceError, appearances};
pub use glyphs::{Fonts, GlyphRange, GlyphsError};
pub use sprites::{Sheet, Sprites, SpritesError};

use std::borrow::Cow;

/// The icon of what has none that is known; `styles/map.json` names it too.
pub const FALLBACK_ICON: &str = "marker";

/// The bytes of a file that the program carries.
pub type Carried = Cow<'static, [u8]>;
