//! Loading: recipe → import → store, one transaction a collection, and what became of every row told.

mod crossing;
mod digest;
mod intake;
mod photos;
mod places;
mod table;

use std::{
    collections::HashMap,
    fs,
    panic::resume_unwind,
    path::{Path, PathBuf},
    rc::Rc,
    sync::mpsc::Receiver,
    thread,
};

use anyhow::{Context, bail};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    fetch::{Arrival, Fetched, Limits, fetch},
    import::{self, Gazetteer, Outcome, Recipe, Report, Source, Url},
    model::{Catalog, Collection, Provenance, Revision},
    photo::{Flaw, Place},
    progress::Progress,
    store::{Address, Change, Diff, PastRejection, PastRun, Run, Store},
    tile::{Tilesets, tileset::BASE_MAP},
};
use crossing::{Passage, Sender, crossing};
use digest::{Ingredients, digest};
use intake::Intake;
use photos::{Settled, Sitting, Studio};
use places::Places;

/// Features of each sort that a diff of one source names.
const SHOWN_CHANGES: usize = 20;

/// What is to be imported, and how it is told.
#[derive(Debug, Clone)]
pub struct Order {
    /// The recipes, in the order in which they are followed; a folder means all that stand in it, by name.
    pub recipes: Vec<PathBuf>,
    /// A source instead of those that the recipes name: a path or a URL.
    pub source: Option<PathBuf>,
    /// Folder in which fetched sources are kept.
    pub cache: PathBuf,
    /// Where photos are kept.
    pub photos: Place,
    /// Reads and checks everything and commits nothing.
    pub dry_run: bool,
    /// Tells what changes, feature by feature.
    pub diff: bool,
}

/// What became of one source.
#[derive(Debug, Serialize)]
pub struct Loaded {
    /// Name of the recipe.
    pub recipe: String,
    /// Id of the collection.
    pub collection: String,
    /// Path of the source, or its URL without the login.
    pub source: String,
    /// How it came, where it is a URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrival: Option<Arrival>,
    /// Whether its features stand in the store now; a dry run says whether they would.
    pub accepted: bool,
    /// The commit; `None` where nothing was committed.
    pub revision: Option<Revision>,
    /// The tally.
    #[serde(flatten)]
    pub report: Report,
    /// What it did to the features of the collection; where nothing was committed, what it would have done.
    pub change: Change,
    /// The first features of each sort, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff: Option<Diff>,
    /// Whether nothing that its outcome depends on had changed since the last run, so that no row was read again.
    pub repeated: bool,
    /// The first of its refused rows.
    #[serde(skip)]
    rejections: Vec<PastRejection>,
    /// The first of the photos that its features lack.
    #[serde(skip)]
    lacks: Vec<PastRejection>,
}

/// What became of all sources.
#[derive(Debug, Default, Serialize)]
pub struct Loading {
    /// The tally of all sources together.
    #[serde(flatten)]
    pub total: Report,
    /// What was done to the features of all collections, or would have been.
    pub change: Change,
    /// Whether every source was accepted.
    pub accepted: bool,
    /// Whether anything was committed.
    pub dry_run: bool,
    /// Each source.
    pub runs: Vec<Loaded>,
}

/// Follows the recipes one after the other; a source that is refused by its threshold stops none of the others.
pub fn load(catalog: &Catalog, tilesets: &Tilesets, store: &Address, order: &Order) -> anyhow::Result<Loading> {
    let (mut planned, mut fetches) = (Vec::new(), Fetches::new());
    for path in recipes_of(&order.recipes)? {
        planned.push(plan(catalog, tilesets, &path, order, &mut fetches)?);
    }
    // What others ask for places comes before them: it is known to them then, whatever the recipes are called.
    let steps = Places::steps(planned.iter().map(|planned| &planned.recipe));
    planned.sort_by_key(|planned| {
        steps.iter().position(|ids| ids.contains(planned.collection.id.as_str())).unwrap_or(steps.len())
    });
    let bytes = planned.iter().map(|planned| planned.bytes).sum();
    let mut store = Store::open_or_create(store)?;
    let progress = Progress::of_bytes(bytes);
    let (mut done, mut places) = (0, Places::default());
    let mut studio = Studio::new(&order.photos, &order.cache, !order.dry_run);
    let mut loading = Loading { accepted: true, dry_run: order.dry_run, ..Loading::default() };
    for planned in planned {
        progress.begin(planned.recipe.name());
        let loaded = again_or_anew(&mut store, &planned, (&mut places, &mut studio), order, &|read| {
            progress.reached(done + read);
        })
        .with_context(|| format!("recipe `{}`", planned.recipe.name()))?;
        if loaded.revision.is_some() {
            places.forget(planned.collection.id.as_str());
        }
        done += planned.bytes;
        add(&mut loading.total, &loaded.report);
        loading.change = loading.change + loaded.change;
        loading.accepted &= loaded.accepted;
        loading.runs.push(loaded);
    }
    progress.end();
    Ok(loading)
}

/// The recipes themselves, folders opened.
fn recipes_of(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut recipes = Vec::new();
    for path in paths {
        if !path.is_dir() {
            recipes.push(path.clone());
            continue;
        }
        let mut found = Vec::new();
        for entry in fs::read_dir(path).with_context(|| path.display().to_string())? {
            found.push(entry?.path());
        }
        found.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
        anyhow::ensure!(!found.is_empty(), "there is no recipe in {}", path.display());
        found.sort();
        recipes.extend(found);
    }
    Ok(recipes)
}

/// A recipe with its collection and its source, all found to be there.
struct Planned {
    path: PathBuf,
    recipe: Recipe,
    collection: Collection,
    source: Source,
    /// The file that is read: the source, or what was fetched.
    file: PathBuf,
    fetched: Option<Rc<Fetched>>,
    bytes: u64,
}

/// What has been fetched; recipes of one URL share it.
type Fetches = HashMap<Url, Rc<Fetched>>;

fn plan(
    catalog: &Catalog,
    tilesets: &Tilesets,
    path: &Path,
    order: &Order,
    fetches: &mut Fetches,
) -> anyhow::Result<Planned> {
    let recipe = Recipe::read(path)?;
    let collection = recipe.collection(catalog)?;
    stands_alone(catalog, tilesets, &recipe, &collection)?;
    let source = match &order.source {
        Some(source) => Source::of(source).map_err(|problem| anyhow::anyhow!("--source: {problem}"))?,
        None => recipe.source().clone(),
    };
    let (file, fetched) = match &source {
        Source::File(path) => (path.clone(), None),
        Source::Url(url) => {
            let fetched = fetched(url, &recipe, &order.cache, fetches)
                .with_context(|| format!("recipe `{}`: the source", recipe.name()))?;
            (fetched.path.clone(), Some(fetched))
        }
    };
    let bytes = match fs::metadata(&file) {
        Ok(found) if found.is_file() => found.len(),
        Ok(_) => bail!("recipe `{}`: the source {source} is not a file", recipe.name()),
        Err(error) => bail!("recipe `{}`: the source {source}: {error}", recipe.name()),
    };
    Ok(Planned { path: path.into(), recipe, collection, source, file, fetched, bytes })
}

/// That no declared tileset has the name of a collection that a recipe brings: its own tiles could not be asked for.
fn stands_alone(
    catalog: &Catalog,
    tilesets: &Tilesets,
    recipe: &Recipe,
    collection: &Collection,
) -> anyhow::Result<()> {
    let id = collection.id.as_str();
    if !catalog.collections.contains_key(id) && (id == BASE_MAP || tilesets.names().any(|name| name == id)) {
        bail!("recipe `{}`: `{id}` is the name of a tileset: the collection needs another id", recipe.name());
    }
    Ok(())
}

/// The file of a URL, fetched once.
fn fetched(url: &Url, recipe: &Recipe, cache: &Path, fetches: &mut Fetches) -> anyhow::Result<Rc<Fetched>> {
    let defaults = Limits::default();
    let limits = Limits { bytes: recipe.max_bytes().unwrap_or(defaults.bytes), ..defaults };
    if let Some(fetched) = fetches.get(url) {
        limits.allow(fetched, url)?;
        return Ok(Rc::clone(fetched));
    }
    let progress = Progress::of_unknown_bytes();
    progress.begin(&format!("fetching {url}"));
    let fetched = fetch(url, cache, &limits, &|came, total| {
        if let Some(total) = total {
            progress.is_of_bytes(total);
        }
        progress.reached(came);
    });
    progress.end();
    let fetched = Rc::new(fetched?);
    fetches.insert(url.clone(), Rc::clone(&fetched));
    Ok(fetched)
}

/// The tally of a run as it is kept, with the digest of what it was made of; that is empty where the source changed meanwhile.
#[derive(Serialize, Deserialize)]
struct Kept {
    digest: String,
    #[serde(flatten)]
    report: Report,
}

/// Finds that nothing has changed since the last run, or reads the source.
fn again_or_anew(
    store: &mut Store,
    planned: &Planned,
    (places, studio): (&mut Places, &mut Studio<'_>),
    order: &Order,
    progress: &dyn Fn(u64),
) -> anyhow::Result<Loaded> {
    let Planned { path, recipe, collection, source, file, .. } = planned;
    let name = source.name();
    let asked: Vec<String> = Places::steps(std::iter::once(recipe)).into_iter().flatten().collect();
    let photos = photos::folder(recipe, file);
    let of =
        Ingredients { recipe: path, source: file, name: &name, collection, places: &asked, photos: photos.as_deref() };
    let stamp = || fs::metadata(file).and_then(|found| Ok((found.len(), found.modified()?)));
    let before = stamp()?;
    // A dry run is there to read. Under the URL of a photo there may be another picture now.
    let can_repeat = !order.dry_run && recipe.photos().is_none_or(|photos| photos.hosts.is_empty());
    let digest = if can_repeat { digest(&of, store)? } else { None };
    if let Some(digest) = &digest
        && studio.has_photos_of(collection, store)?
        && let Some(loaded) = again(store, planned, order, digest)?
    {
        return Ok(loaded);
    }
    let places = places.of(recipe, store)?;
    let unless_changed = || digest.filter(|_| stamp().is_ok_and(|stamp| stamp == before)).unwrap_or_default();
    one(store, planned, (&places, studio.sitting(recipe, file)?, unless_changed), order, progress)
}

/// Keeps the last run over the collection once more, where it was made of the same.
fn again(store: &mut Store, planned: &Planned, order: &Order, digest: &str) -> anyhow::Result<Option<Loaded>> {
    let Planned { recipe, collection, source, fetched, .. } = planned;
    let same = |past: &PastRun| serde_json::from_str::<Kept>(&past.report).is_ok_and(|kept| kept.digest == digest);
    let Some(past) = store.repeat(collection.id.as_str(), &same)? else { return Ok(None) };
    let Kept { report, .. } = serde_json::from_str(&past.report)?;
    let is_lack = |kept: &PastRejection| Flaw::WORDS.contains(&kept.reason.as_str());
    let (mut lacks, mut rejections): (Vec<_>, Vec<_>) = store.rejections(past.run)?.into_iter().partition(is_lack);
    for shown in [&mut lacks, &mut rejections] {
        shown.truncate(intake::SHOWN);
    }
    Ok(Some(Loaded {
        recipe: recipe.name().into(),
        collection: collection.id.to_string(),
        source: source.to_string(),
        arrival: fetched.as_ref().map(|fetched| fetched.arrival),
        accepted: true,
        revision: None,
        report,
        change: past.change,
        diff: order.diff.then(Diff::default),
        repeated: true,
        rejections,
        lacks,
    }))
}

/// Reads the source in this thread, and writes what it holds into the store in another.
fn one(
    store: &mut Store,
    planned: &Planned,
    (places, sitting, digest): (&Gazetteer, Option<Sitting<'_>>, impl FnOnce() -> String),
    order: &Order,
    progress: &dyn Fn(u64),
) -> anyhow::Result<Loaded> {
    let Planned { recipe, collection, source, fetched, .. } = planned;
    let (sender, passages) = crossing();
    let (written, read) = thread::scope(|scope| {
        let writer = scope.spawn(move || write(store, (recipe, collection, source), order, passages));
        let read = read(planned, (places, sitting, digest), progress, sender);
        (writer.join().unwrap_or_else(|panic| resume_unwind(panic)), read)
    });
    // Where nothing could be written any more, that is why reading stopped.
    let (written, ()) = (written?, read?);
    let loaded = written.context("what was read to its end was not written")?;
    Ok(Loaded { arrival: fetched.as_ref().map(|fetched| fetched.arrival), ..loaded })
}

/// Sends every row of the source to who writes, and then the tally.
fn read(
    planned: &Planned,
    (places, mut sitting, digest): (&Gazetteer, Option<Sitting<'_>>, impl FnOnce() -> String),
    progress: &dyn Fn(u64),
    mut sender: Sender,
) -> anyhow::Result<()> {
    let Planned { recipe, collection, source, file, fetched, .. } = planned;
    let report = import::import_among(places, recipe, collection, file, progress, &mut |outcome| {
        let settled = match (outcome, &mut sitting) {
            (Outcome::Rejection(rejection), _) => return Ok(sender.send(Passage::Rejection(rejection))?),
            (Outcome::Feature(feature, origin), None) => Some(Settled { feature, origin, flaws: Vec::new() }),
            (Outcome::Feature(feature, origin), Some(sitting)) => sitting.take(feature, origin, collection)?,
        };
        settled.map_or(Ok(()), |settled| Ok(sender.send(Passage::Feature(settled))?))
    });
    // What is wrong is told of the file that was read; whence it came belongs to that.
    let report = match fetched {
        Some(_) => report.with_context(|| format!("{source} is fetched into"))?,
        None => report?,
    };
    while let Some(settled) = sitting.as_mut().map_or(Ok(None), |sitting| sitting.next(collection))? {
        sender.send(Passage::Feature(settled))?;
    }
    sender.end(Kept { digest: digest(), report })?;
    Ok(())
}

/// Replaces the features of the collection with those that come across; `None`, and nothing written, where the tally does not.
fn write(
    store: &mut Store,
    (recipe, collection, source): (&Recipe, &Collection, &Source),
    order: &Order,
    passages: Receiver<Vec<Passage>>,
) -> anyhow::Result<Option<Loaded>> {
    let provenance = Provenance {
        source: source.name(),
        imported: Timestamp::now(),
        demonstration: recipe.demonstration(),
        attribution: recipe.attribution().map(Into::into),
    };
    let mut intake = Intake::into(store.replace(collection, &provenance)?);
    let mut tally = None;
    for passage in passages.into_iter().flatten() {
        match passage {
            Passage::Feature(settled) => intake.put(&settled)?,
            Passage::Rejection(rejection) => intake.refuse(rejection)?,
            Passage::End(kept) => tally = Some(kept),
        }
    }
    let Some(mut kept) = tally else { return Ok(None) };
    let Intake { mut replacement, rejections, lacks, lacking } = intake;
    for word in lacking {
        kept.report.add_warning(word);
    }
    let accepted = recipe.tolerates(&kept.report);
    let demands = serde_json::to_string(&import::Demands::of(recipe))?;
    let run = Run { recipe: recipe.name().into(), report: serde_json::to_string(&kept)?, demands };
    let change = replacement.change();
    let diff = if order.diff { Some(replacement.diff(SHOWN_CHANGES)?) } else { None };
    let revision = match (order.dry_run, accepted) {
        (true, _) => None,
        (false, true) => replacement.commit(&run)?.revision,
        (false, false) => {
            replacement.refuse_all(&run)?;
            None
        }
    };
    Ok(Some(Loaded {
        recipe: recipe.name().into(),
        collection: collection.id.to_string(),
        source: source.to_string(),
        arrival: None,
        accepted,
        revision,
        report: kept.report,
        change,
        diff,
        repeated: false,
        rejections,
        lacks,
    }))
}

fn add(total: &mut Report, report: &Report) {
    total.read += report.read;
    total.features += report.features;
    total.rejections += report.rejections;
    for (reason, count) in &report.reasons {
        *total.reasons.entry(reason.clone()).or_default() += count;
    }
    for (warning, count) in &report.warnings {
        *total.warnings.entry(warning.clone()).or_default() += count;
    }
    for (precision, count) in &report.geocoded {
        *total.geocoded.entry(precision.clone()).or_default() += count;
    }
    for column in &report.absent_columns {
        if !total.absent_columns.contains(column) {
            total.absent_columns.push(column.clone());
        }
    }
}
