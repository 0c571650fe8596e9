//! A `Digest` stands for everything that the outcome of an import depends on: while it is the same, so is every row's fate.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::OnceLock,
};

use anyhow::Context;
use xxhash_rust::xxh3::Xxh3;

use crate::{model::Collection, store::Store};

/// Bytes of a file that are read at once.
const BUFFER: usize = 1 << 20;

/// What a digest is made of.
#[derive(Debug)]
pub struct Ingredients<'a> {
    /// The recipe.
    pub recipe: &'a Path,
    /// The file that is read.
    pub source: &'a Path,
    /// The name under which the source is kept.
    pub name: &'a str,
    /// The collection.
    pub collection: &'a Collection,
    /// Collections of the store that the recipe asks for places.
    pub places: &'a [String],
    /// The folder below which photos are looked for.
    pub photos: Option<&'a Path>,
}

/// The most files below a folder of photos that are looked at.
const MOST_PHOTOS: usize = 100_000;

/// XXH3 of the ingredients and of this program, 32 hexadecimal digits; `None` where there are too many photos to look at.
///
/// A photo stands for itself with its name, its length and the time of its last change.
pub fn digest(of: &Ingredients<'_>, store: &mut Store) -> anyhow::Result<Option<String>> {
    let mut hash = Xxh3::new();
    hash.update(&program()?.to_le_bytes());
    for text in [of.name, &serde_json::to_string(of.collection)?] {
        hash.update(&text.len().to_le_bytes());
        hash.update(text.as_bytes());
    }
    for place in of.places {
        let revision = store.revision_of(place)?.map_or(0, |revision| revision.0);
        hash.update(&revision.to_le_bytes());
    }
    add(&mut hash, of.recipe)?;
    add(&mut hash, of.source)?;
    // What SQLite has not yet written into a GeoPackage stands beside it.
    let mut journal = of.source.as_os_str().to_owned();
    journal.push("-wal");
    let journal = PathBuf::from(journal);
    if journal.exists() {
        add(&mut hash, &journal)?;
    }
    if let Some(folder) = of.photos {
        let at = || format!("the photos in {}", folder.display());
        let Some(photos) = photos(folder).with_context(at)? else { return Ok(None) };
        for photo in photos {
            hash.update(photo.as_bytes());
        }
    }
    Ok(Some(format!("{:032x}", hash.digest128())))
}

/// A line for each file and link below a folder, sorted; `None` where they are too many.
fn photos(folder: &Path) -> io::Result<Option<Vec<String>>> {
    let (mut folders, mut lines) = (vec![folder.to_path_buf()], Vec::new());
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let path = entry?.path();
            let found = path.symlink_metadata()?;
            if found.is_dir() {
                folders.push(path);
                continue;
            }
            let meant = if found.is_symlink() { path.read_link()? } else { PathBuf::new() };
            // Escaped, no name has a line end of its own.
            lines.push(format!("{:?}\n", (path, meant, found.len(), found.modified()?)));
            if lines.len() > MOST_PHOTOS {
                return Ok(None);
            }
        }
    }
    lines.sort_unstable();
    Ok(Some(lines))
}

/// The digest of this program: another build may read the same bytes otherwise.
fn program() -> anyhow::Result<u128> {
    static PROGRAM: OnceLock<u128> = OnceLock::new();
    if let Some(known) = PROGRAM.get() {
        return Ok(*known);
    }
    let mut hash = Xxh3::new();
    add(&mut hash, &std::env::current_exe().context("where this program is")?)?;
    Ok(*PROGRAM.get_or_init(|| hash.digest128()))
}

fn add(hash: &mut Xxh3, path: &Path) -> anyhow::Result<()> {
    let mut read = || -> io::Result<u64> {
        let (mut file, mut buffer, mut length) = (File::open(path)?, vec![0; BUFFER], 0);
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(length),
                some => {
                    hash.update(&buffer[..some]);
                    length += some as u64;
                }
            }
        }
    };
    let length = read().with_context(|| path.display().to_string())?;
    hash.update(&length.to_le_bytes());
    Ok(())
}
