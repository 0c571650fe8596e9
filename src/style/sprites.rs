//! A sprite is one picture of all icons with an index of where each is; the icons are distance fields, to be coloured by a style.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use bytes::Bytes;
use spreet::{
    Sprite, Spritesheet,
    resvg::usvg::{Options, Tree},
};
use xxhash_rust::xxh3::Xxh3;

use super::Carried;

/// Changes whenever the same drawings would give another sprite.
const MAKING: u64 = 1;

/// Side of an icon, pixels at ratio 1, as Maki draws them.
const SIDE_PX: f32 = 15.0;

/// The icons of a city.
#[derive(Debug, Default)]
pub struct Sprites {
    drawings: BTreeMap<String, Carried>,
    /// For screens of ratio 1 and 2, made when first asked for.
    sheets: [OnceLock<Result<Sheet, SpritesError>>; 2],
    version: String,
}

/// A sprite as it is sent.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// The index, JSON.
    pub index: Bytes,
    /// The picture, PNG.
    pub picture: Bytes,
}

/// Icons that cannot be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpritesError {
    /// The file is no SVG.
    #[error("the icon `{0}` is no drawing: {1}")]
    Drawing(String, String),
    /// The drawing has another size than the others.
    #[error("the icon `{0}` is not 15 by 15 pixels")]
    Size(String),
    /// They do not fit on one sheet, or the sheet cannot be written.
    #[error("the icons do not fit on one sheet")]
    Sheet,
}

impl Sprites {
    /// Takes the drawings of the icons with these names, SVG; names without one are left out.
    pub fn new(names: &BTreeSet<&str>, drawing: impl Fn(&str) -> Option<Carried>) -> Self {
        let drawings: BTreeMap<String, Carried> =
            names.iter().filter_map(|name| Some(((*name).to_owned(), drawing(name)?))).collect();
        let mut hash = Xxh3::new();
        hash.update(&MAKING.to_le_bytes());
        for (name, svg) in &drawings {
            hash.update(name.as_bytes());
            hash.update(svg);
        }
        Self { drawings, sheets: Default::default(), version: format!("{:016x}", hash.digest()) }
    }

    /// Whether there is no icon.
    pub fn is_empty(&self) -> bool {
        self.drawings.is_empty()
    }

    /// Changes with the icons, and stands in the sprite's name.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The sprite for a screen of twice as many pixels, or of as many as the style counts.
    pub fn sheet(&self, is_double: bool) -> Result<Sheet, SpritesError> {
        self.sheets[usize::from(is_double)].get_or_init(|| self.draw(if is_double { 2 } else { 1 })).clone()
    }

    fn draw(&self, ratio: u8) -> Result<Sheet, SpritesError> {
        let mut sprites = BTreeMap::new();
        for (name, svg) in &self.drawings {
            let tree = Tree::from_data(&sized(svg), &Options::default())
                .map_err(|error| SpritesError::Drawing(name.clone(), error.to_string()))?;
            if (tree.size().width(), tree.size().height()) != (SIDE_PX, SIDE_PX) {
                return Err(SpritesError::Size(name.clone()));
            }
            let sprite = Sprite::new_sdf(tree, ratio).ok_or_else(|| SpritesError::Size(name.clone()))?;
            sprites.insert(name.clone(), sprite);
        }
        let sheet = Spritesheet::build().sprites(sprites).make_sdf().generate().ok_or(SpritesError::Sheet)?;
        let index = serde_json::to_vec(sheet.get_index()).map_err(|_| SpritesError::Sheet)?;
        let picture = sheet.encode_png().map_err(|_| SpritesError::Sheet)?;
        Ok(Sheet { index: index.into(), picture: picture.into() })
    }
}

/// The drawing in the common size, where it does not say one: some of Temaki's have 50 units to a side.
fn sized(svg: &[u8]) -> Carried {
    let text = String::from_utf8_lossy(svg);
    let Some((before, root)) = text.split_once("<svg ") else { return svg.to_vec().into() };
    let attributes = root.split('>').next().unwrap_or_default();
    if attributes.split_whitespace().any(|attribute| attribute.starts_with("width=")) {
        return svg.to_vec().into();
    }
    format!("{before}<svg width=\"{SIDE_PX}\" height=\"{SIDE_PX}\" {root}").into_bytes().into()
}
