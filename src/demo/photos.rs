//! The photos of the demonstration city: the pictures themselves, and which object has which.

use std::{fs, path::Path, thread};

use anyhow::Context as _;

use super::{dice::Dice, facts::Facts, scene};
use crate::model::Collection;

/// The folder of the pictures, beside the sources.
pub const FOLDER: &str = "photos";

/// Gives the objects of one collection their photos, in the order in which the objects are made.
pub struct Shots<'a> {
    scene: &'a str,
    facts: &'a Facts,
    dice: Dice,
}

impl<'a> Shots<'a> {
    /// Of a collection; `None` where nobody takes photos of such objects.
    pub fn of(collection: &Collection, facts: &'a Facts, seed: u64) -> Option<Self> {
        let holds = |ids: &Vec<String>| ids.iter().any(|id| id == collection.id.as_str());
        let (scene, _) = facts.photos.scenes.iter().find(|(_, ids)| holds(ids))?;
        Some(Self { scene, facts, dice: Dice::new(seed, &format!("photos of {}", collection.id)) })
    }

    /// What the cell of the next object says: names of files, or nothing.
    pub fn cell(&mut self) -> String {
        let photos = &self.facts.photos;
        if !self.dice.chance(photos.share) {
            return String::new();
        }
        let first = self.dice.below(photos.variants);
        let mut names = name(self.scene, first);
        if self.dice.chance(photos.second) {
            let second = (first + 1 + self.dice.below(photos.variants - 1)) % photos.variants;
            names = format!("{names}; {}", name(self.scene, second));
        }
        names
    }
}

fn name(scene: &str, variant: usize) -> String {
    format!("{scene}-{}.jpg", variant + 1)
}

/// Draws all pictures into their folder; how many there are, and their bytes.
pub fn draw(facts: &Facts, seed: u64, out: &Path) -> anyhow::Result<(usize, u64)> {
    let folder = out.join(FOLDER);
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let all: Vec<_> = facts
        .photos
        .scenes
        .keys()
        .flat_map(|scene| (0..facts.photos.variants).map(move |variant| (scene, name(scene, variant))))
        .collect();
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let shares = all.chunks(all.len().div_ceil(workers).max(1));
    let bytes = thread::scope(|scope| {
        let drawn = |share: &[(&String, String)]| {
            let mut bytes = 0;
            for (scene, name) in share {
                let picture = scene::drawn(scene, Dice::new(seed, name));
                let picture = picture.with_context(|| format!("photos.toml: no scene `{scene}` is drawn"))??;
                bytes += picture.len() as u64;
                fs::write(folder.join(name), picture)?;
            }
            anyhow::Ok(bytes)
        };
        let working: Vec<_> = shares.map(|share| scope.spawn(move || drawn(share))).collect();
        let drawn =
            working.into_iter().map(|work| work.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        drawn.sum::<anyhow::Result<u64>>()
    })?;
    Ok((all.len(), bytes))
}
