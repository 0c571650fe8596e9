//! The photos of an import: what a row names or its id finds is brought, developed into the album, and put into the feature.

use std::{
    collections::VecDeque,
    fs,
    io::Read as _,
    path::{Component, Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;

use crate::{
    fetch::{Limits, fetch},
    import::{self, Mention, PhotoSource, Recipe, Url},
    model::{Collection, Feature, FeatureId, Photo, Value, catalog::PHOTO_FIELDS},
    photo::{self, Album, Darkroom, Flaw, MAX_BYTES, Place, Ticket},
    store::Store,
};

/// The most photos of one feature.
const MOST_PHOTOS: usize = 20;

/// Features that wait for their photos, at most: what is ahead of them goes on being developed meanwhile.
const MOST_WAITING: usize = 64;

/// What is shown of the name of a picture.
const MOST_SHOWN: usize = 300;

/// How long a server may take for one picture.
const WHOLE_PICTURE: Duration = Duration::from_mins(1);

/// The darkroom of a whole import; what several recipes name is developed once.
pub(super) struct Studio<'a> {
    album: &'a Place,
    cache: &'a Path,
    keeps: bool,
    darkroom: Option<Darkroom>,
}

impl<'a> Studio<'a> {
    /// For an album; a dry run keeps nothing in it.
    pub fn new(album: &'a Place, cache: &'a Path, keeps: bool) -> Self {
        Self { album, cache, keeps, darkroom: None }
    }

    /// Whether the album has every photo that features of a collection name in the store.
    pub fn has_photos_of(&self, of: &Collection, store: &mut Store) -> anyhow::Result<bool> {
        let texts = match of.field_index(PHOTO_FIELDS[0]) {
            Some(_) => store.texts(of.id.as_str(), PHOTO_FIELDS[0])?,
            None => return Ok(true),
        };
        photo::has_all(self.album, texts.iter().flat_map(|names| Photo::all(names)))
    }

    /// Who settles the photos of a recipe; `None` where it wants none.
    pub fn sitting<'s>(&'s mut self, recipe: &'s Recipe, source: &Path) -> anyhow::Result<Option<Sitting<'s>>> {
        let Some(wanted) = recipe.photos() else { return Ok(None) };
        let Some(folder) = folder(recipe, source) else { return Ok(None) };
        let darkroom = match &mut self.darkroom {
            Some(darkroom) => darkroom,
            none => none.insert(Darkroom::new(&Album::open(self.album)?, self.keeps).context("photos")?),
        };
        let listed = if wanted.pattern.is_some() { listed(&folder)? } else { Vec::new() };
        Ok(Some(Sitting { wanted, folder, listed, cache: self.cache, darkroom, waiting: VecDeque::new() }))
    }
}

/// The folder of the photos of a recipe, where it wants any.
pub(super) fn folder(recipe: &Recipe, source: &Path) -> Option<PathBuf> {
    let beside = source.parent().filter(|_| matches!(recipe.source(), import::Source::File(_)));
    let folder = recipe.photos()?.folder.as_deref().unwrap_or_else(|| beside.unwrap_or(recipe.folder()));
    // The folder that one is in has no name, and is not found by none.
    Some(Path::new(".").join(folder))
}

/// The files of a folder by their names in lower case, sorted.
fn listed(folder: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let at = || format!("the photos in {}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(at)? {
        // A name that is no text is that of no id.
        if let Ok(name) = entry.with_context(at)?.file_name().into_string() {
            names.push((name.to_lowercase(), name));
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// The features of one recipe on their way to the store.
pub(super) struct Sitting<'a> {
    wanted: &'a PhotoSource,
    folder: PathBuf,
    listed: Vec<(String, String)>,
    cache: &'a Path,
    darkroom: &'a mut Darkroom,
    waiting: VecDeque<Waiting>,
}

struct Waiting {
    feature: Feature,
    origin: import::Origin,
    tickets: Vec<(Mention, Ticket)>,
    /// How many of its photos are not shown.
    left_out: Option<Mention>,
}

/// A feature with its photos, and what is wrong with those that it lacks.
pub(super) struct Settled {
    pub feature: Feature,
    pub origin: import::Origin,
    pub flaws: Vec<(Mention, Flaw)>,
}

impl Sitting<'_> {
    /// Takes a feature; one that has waited long enough comes out, in the order in which they went in.
    pub fn take(
        &mut self,
        feature: Feature,
        origin: import::Origin,
        of: &Collection,
    ) -> anyhow::Result<Option<Settled>> {
        let mut mentions = origin.photos.clone();
        mentions.extend(self.found(&feature.id));
        let left_out = (mentions.len() > MOST_PHOTOS).then(|| mentions.swap_remove(MOST_PHOTOS));
        mentions.truncate(MOST_PHOTOS);
        let tickets = mentions.into_iter().map(|mention| {
            let ticket = self.ticket(&mention.text);
            (mention, ticket)
        });
        let tickets = tickets.collect();
        self.waiting.push_back(Waiting { feature, origin, tickets, left_out });
        if self.waiting.len() > MOST_WAITING { self.next(of) } else { Ok(None) }
    }

    /// The feature that has waited longest.
    pub fn next(&mut self, of: &Collection) -> anyhow::Result<Option<Settled>> {
        let Some(Waiting { mut feature, origin, tickets, left_out }) = self.waiting.pop_front() else {
            return Ok(None);
        };
        let (mut photos, mut flaws): (Vec<Photo>, _) = (Vec::new(), Vec::new());
        for (mention, ticket) in tickets {
            match ticket.photo()? {
                Ok(photo) if photos.contains(&photo) => {}
                Ok(photo) => photos.push(photo),
                Err(flaw) => flaws.push((mention, flaw)),
            }
        }
        flaws.extend(left_out.map(|mention| (mention, Flaw::TooMany(MOST_PHOTOS))));
        if !photos.is_empty() {
            let [names, credit] = PHOTO_FIELDS.map(|name| of.field_index(name));
            let says = |at: Option<usize>| at.with_context(|| format!("the collection `{}` has no photos", of.id));
            feature.values[says(names)?] = Value::Text(Photo::names(photos).into());
            if let (Some(text), value @ Value::Unknown) = (&self.wanted.credit, &mut feature.values[says(credit)?]) {
                *value = text.as_str().into();
            }
        }
        Ok(Some(Settled { feature, origin, flaws }))
    }

    /// The files whose names are of this id.
    fn found(&self, id: &FeatureId) -> Vec<Mention> {
        let Some(pattern) = &self.wanted.pattern else { return Vec::new() };
        let beginning = pattern.beginning(id.as_str());
        let first = self.listed.partition_point(|(name, _)| *name < beginning);
        let near = self.listed[first..].iter().take_while(|(name, _)| name.starts_with(&beginning));
        let of_id = near.filter(|(name, _)| pattern.is_of(id.as_str(), name));
        of_id.map(|(_, name)| Mention { column: "[photos] pattern".into(), text: name.clone() }).collect()
    }

    fn ticket(&mut self, text: &str) -> Ticket {
        if Url::is_meant(text) {
            let (text, hosts, cache) = (text.to_owned(), self.wanted.hosts.clone(), self.cache.to_path_buf());
            return self.darkroom.take(&text.clone(), move || {
                let url = Url::parse(&text).map_err(Flaw::Missing)?;
                if !hosts.contains(url.host()) {
                    let host: String = url.host().chars().take(MOST_SHOWN).collect();
                    return Err(Flaw::Missing(format!("[photos] hosts does not name `{host}`")));
                }
                // Another place than the recipe names is not gone to.
                let limits = Limits { bytes: MAX_BYTES, whole: WHOLE_PICTURE, redirects: 0, ..Limits::default() };
                let fetched = fetch(&url, &cache, &limits, &|_, _| {});
                let fetched = fetched.map_err(|error| Flaw::Missing(error.to_string()))?;
                bytes_of(&fetched.path)
            });
        }
        let name = text.replace('\\', "/");
        let path = self.folder.join(&name);
        let folder = self.folder.clone();
        let from = path.to_string_lossy().into_owned();
        self.darkroom.take(&from, move || {
            let is_below = Path::new(&name).components().all(|part| matches!(part, Component::Normal(_)));
            let outside = || Flaw::Missing("it is not in the folder of the photos".into());
            if !is_below || name.is_empty() {
                return Err(outside());
            }
            let missing = |error: std::io::Error| Flaw::Missing(format!("{}: {error}", path.display()));
            let (found, folder) = (path.canonicalize().map_err(missing)?, folder.canonicalize().map_err(missing)?);
            if found.starts_with(folder) { bytes_of(&found) } else { Err(outside()) }
        })
    }
}

/// The bytes of a file, of one that is too large none.
fn bytes_of(path: &Path) -> Result<Vec<u8>, Flaw> {
    let missing = |error: std::io::Error| Flaw::Missing(format!("{}: {error}", path.display()));
    let file = fs::File::open(path).map_err(missing)?;
    let found = file.metadata().map_err(missing)?;
    if !found.is_file() {
        return Err(Flaw::Missing(format!("{} is not a file", path.display())));
    }
    if found.len() > MAX_BYTES {
        return Err(Flaw::TooManyBytes(found.len()));
    }
    let mut bytes = Vec::with_capacity(found.len() as usize);
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(missing)?;
    Ok(bytes)
}
