//! The files that the binary carries: the catalog (or a folder in its stead), the tilesets (with those of a file beside them), the
//! demo city's facts, styles, the map page.

use std::{borrow::Cow, path::Path};

use anyhow::Context;
use rust_embed::Embed;

use crate::{model::Catalog, tile::Tilesets};

#[derive(Embed)]
#[folder = "data/"]
#[include = "*.toml"]
#[include = "*.geojson"]
struct Data;

#[derive(Embed)]
#[folder = "styles/"]
#[include = "*.json"]
#[include = "*.toml"]
struct StyleFiles;

/// Noto Sans, under the SIL Open Font License 1.1, whose text comes with it.
#[derive(Embed)]
#[folder = "web/node_modules/@expo-google-fonts/noto-sans/"]
#[include = "400Regular/*.ttf"]
#[include = "400Regular_Italic/*.ttf"]
#[include = "700Bold/*.ttf"]
#[include = "LICENSE_FONT"]
#[allow_missing = true]
struct FontFiles;

/// Icons of Maki, CC0 1.0.
#[derive(Embed)]
#[folder = "web/node_modules/@mapbox/maki/icons/"]
#[include = "*.svg"]
#[allow_missing = true]
struct MakiIcons;

/// Icons of Temaki, CC0 1.0.
#[derive(Embed)]
#[folder = "web/node_modules/@rapideditor/temaki/icons/"]
#[include = "*.svg"]
#[allow_missing = true]
struct TemakiIcons;

#[derive(Embed)]
#[folder = "web/dist/"]
#[allow_missing = true]
struct Page;

/// Reads the catalog: the built-in one, or that of a folder laid out like `data/`.
pub fn catalog(folder: Option<&Path>) -> anyhow::Result<Catalog> {
    let files = match folder {
        None => {
            let mut files = texts::<Data>("catalog/", "");
            files.extend(texts::<Data>("base/", "base/"));
            files
        }
        Some(folder) => {
            let mut files = read_texts(&folder.join("catalog"), "")?;
            files.extend(read_texts(&folder.join("base"), "base/")?);
            files
        }
    };
    Catalog::read(&files).map_err(|flaws| {
        let listed: Vec<String> = flaws.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("the catalog has {} flaws:\n  {}", listed.len(), listed.join("\n  "))
    })
}

fn read_texts(folder: &Path, named: &str) -> anyhow::Result<Vec<(String, String)>> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("{}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "toml") {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let text = std::fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
            texts.push((format!("{named}{name}"), text));
        }
    }
    texts.sort();
    Ok(texts)
}

/// What is told of a place, `data/at.toml`.
pub fn surroundings() -> String {
    text_of::<Data>("at.toml")
}

/// Which words mean the same to whoever searches, `data/search/words.toml`.
pub fn lexicon() -> String {
    let files = texts::<Data>("search/", "");
    files.into_iter().find_map(|(name, text)| (name == "words.toml").then_some(text)).unwrap_or_default()
}

/// The facts of the demo city by file name.
pub fn demo_facts() -> Vec<(String, String)> {
    texts::<Data>("demo/", "")
}

/// The source of all styles.
pub fn style_source() -> String {
    text_of::<StyleFiles>("map.json")
}

/// The palettes of the styles by name.
pub fn palettes() -> Vec<(String, String)> {
    texts::<StyleFiles>("palettes/", "")
        .into_iter()
        .filter_map(|(name, text)| Some((name.strip_suffix(".toml")?.to_owned(), text)))
        .collect()
}

/// Reads the tilesets: the built-in ones, and those of a file laid out like `styles/tilesets.toml`, which stand in the place
/// of their namesakes.
pub fn tilesets(own: Option<&Path>) -> anyhow::Result<Tilesets> {
    let built_in = Tilesets::read(&text_of::<StyleFiles>("tilesets.toml"))?;
    let Some(path) = own else { return Ok(built_in) };
    let read = || Ok::<_, anyhow::Error>(built_in.with(Tilesets::read(&std::fs::read_to_string(path)?)?)?);
    read().with_context(|| format!("{}", path.display()))
}

/// The fonts that styles write with, by the names they call them; none where the page's packages were not there to build with.
pub fn fonts() -> impl Iterator<Item = (String, Cow<'static, [u8]>)> {
    let files = [
        ("Noto Sans Regular", "400Regular/NotoSans_400Regular.ttf"),
        ("Noto Sans Italic", "400Regular_Italic/NotoSans_400Regular_Italic.ttf"),
        ("Noto Sans Bold", "700Bold/NotoSans_700Bold.ttf"),
    ];
    files.into_iter().filter_map(|(name, path)| Some((name.to_owned(), FontFiles::get(path)?.data)))
}

/// The licence of the fonts.
pub fn font_licence() -> Option<Cow<'static, [u8]>> {
    Some(FontFiles::get("LICENSE_FONT")?.data)
}

/// The drawing of an icon, SVG: Maki's, or else Temaki's.
pub fn icon(name: &str) -> Option<Cow<'static, [u8]>> {
    let path = format!("{name}.svg");
    Some(MakiIcons::get(&path).or_else(|| TemakiIcons::get(&path))?.data)
}

/// The files of the map page; none where it was not built.
pub fn page() -> impl Iterator<Item = (String, Cow<'static, [u8]>)> {
    Page::iter().filter_map(|path| Some((path.to_string(), Page::get(&path)?.data)))
}

fn text_of<Files: Embed>(path: &str) -> String {
    Files::get(path).and_then(|file| String::from_utf8(file.data.into_owned()).ok()).unwrap_or_default()
}

fn texts<Files: Embed>(below: &str, named: &str) -> Vec<(String, String)> {
    let mut texts: Vec<(String, String)> = Files::iter()
        .filter_map(|path| {
            let name = format!("{named}{}", path.strip_prefix(below)?);
            let text = String::from_utf8(Files::get(&path)?.data.into_owned()).ok()?;
            Some((name, text))
        })
        .collect();
    texts.sort();
    texts
}
