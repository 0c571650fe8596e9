//! The files that the binary carries: the catalog (or a folder in its stead), the demo city's facts, styles, the map page.

use std::{borrow::Cow, path::Path};

use anyhow::Context;
use rust_embed::Embed;

use crate::model::Catalog;

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
    let files = texts::<Data>("", "");
    files.into_iter().find_map(|(name, text)| (name == "at.toml").then_some(text)).unwrap_or_default()
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

/// The style templates by name, without their ending.
pub fn styles() -> Vec<(String, String)> {
    let files = texts::<StyleFiles>("", "");
    files.into_iter().filter_map(|(name, text)| Some((name.strip_suffix(".json")?.to_owned(), text))).collect()
}

/// The declarations of tilesets.
pub fn tilesets() -> String {
    let files = texts::<StyleFiles>("", "");
    files.into_iter().find_map(|(name, text)| (name == "tilesets.toml").then_some(text)).unwrap_or_default()
}

/// The files of the map page; none where it was not built.
pub fn page() -> impl Iterator<Item = (String, Cow<'static, [u8]>)> {
    Page::iter().filter_map(|path| Some((path.to_string(), Page::get(&path)?.data)))
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
