//! Loading: recipe → import → store, one transaction a collection, and what became of every row told.

mod places;

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::{Path, PathBuf},
    rc::Rc,
};

use anyhow::{Context, bail};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    fetch::{Arrival, Fetched, Limits, fetch},
    files,
    import::{self, Gazetteer, Outcome, Recipe, Rejection, Report, Source, Url},
    model::{Catalog, Collection, Provenance, Revision},
    progress::Progress,
    store::{Address, Change, Diff, Origin, Refused, Run, Store},
    tile::Tilesets,
};
use places::Places;

/// Rejections shown for one source; all of them are in the store.
const SHOWN_REJECTIONS: usize = 10;

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
    /// The first of its refused rows.
    #[serde(skip)]
    rejections: Vec<Rejection>,
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
pub fn load(catalog: &Catalog, store: &Address, order: &Order) -> anyhow::Result<Loading> {
    let (mut planned, mut fetches) = (Vec::new(), Fetches::new());
    for path in recipes_of(&order.recipes)? {
        planned.push(plan(catalog, &path, order, &mut fetches)?);
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
    let mut loading = Loading { accepted: true, dry_run: order.dry_run, ..Loading::default() };
    for planned in planned {
        progress.begin(planned.recipe.name());
        let loaded = places
            .of(&planned.recipe, &mut store)
            .and_then(|places| one(&mut store, &planned, &places, order, &|read| progress.reached(done + read)))
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

fn plan(catalog: &Catalog, path: &Path, order: &Order, fetches: &mut Fetches) -> anyhow::Result<Planned> {
    let recipe = Recipe::read(path)?;
    let collection = recipe.collection(catalog)?;
    stands_alone(catalog, &recipe, &collection)?;
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
    Ok(Planned { recipe, collection, source, file, fetched, bytes })
}

/// That no declared tileset has the name of a collection that a recipe brings: its own tiles could not be asked for.
fn stands_alone(catalog: &Catalog, recipe: &Recipe, collection: &Collection) -> anyhow::Result<()> {
    let id = collection.id.as_str();
    let is_taken = || Ok::<_, anyhow::Error>(Tilesets::read(&files::tilesets())?.names().any(|name| name == id));
    if !catalog.collections.contains_key(id) && is_taken()? {
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

fn one(
    store: &mut Store,
    planned: &Planned,
    places: &Gazetteer,
    order: &Order,
    progress: &dyn Fn(u64),
) -> anyhow::Result<Loaded> {
    let Planned { recipe, collection, source, file, fetched, .. } = planned;
    let provenance = Provenance {
        source: source.name(),
        imported: Timestamp::now(),
        demonstration: recipe.demonstration(),
        attribution: recipe.attribution().map(Into::into),
    };
    let mut replacement = store.replace(collection, &provenance)?;
    let mut rejections = Vec::new();
    let report = import::import_among(places, recipe, collection, file, progress, &mut |outcome| {
        match outcome {
            Outcome::Feature(feature, import::Origin { row, record, aliases }) => {
                let origin = Origin { row: Some(row), record: record.as_deref(), aliases: &aliases };
                replacement.put(&feature, origin)?;
            }
            Outcome::Rejection(rejection) => {
                replacement.refuse(&refused(&rejection))?;
                if rejections.len() < SHOWN_REJECTIONS {
                    rejections.push(rejection);
                }
            }
        }
        Ok(())
    });
    // What is wrong is told of the file that was read; whence it came belongs to that.
    let report = match fetched {
        Some(_) => report.with_context(|| format!("{source} is fetched into"))?,
        None => report?,
    };
    let accepted = recipe.tolerates(&report);
    let demands = serde_json::to_string(&import::Demands::of(recipe))?;
    let run = Run { recipe: recipe.name().into(), report: serde_json::to_string(&report)?, demands };
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
    Ok(Loaded {
        recipe: recipe.name().into(),
        collection: collection.id.to_string(),
        source: source.to_string(),
        arrival: fetched.as_ref().map(|fetched| fetched.arrival),
        accepted,
        revision,
        report,
        change,
        diff,
        rejections,
    })
}

fn refused(rejection: &Rejection) -> Refused<'_> {
    Refused {
        row: rejection.row,
        column: rejection.column.as_deref(),
        text: &rejection.text,
        reason: rejection.reason.as_str(),
        detail: &rejection.detail,
        record: &rejection.record,
    }
}

fn add(total: &mut Report, report: &Report) {
    total.read += report.read;
    total.features += report.features;
    total.rejections += report.rejections;
    for (reason, count) in &report.reasons {
        *total.reasons.entry(reason).or_default() += count;
    }
    for (warning, count) in &report.warnings {
        *total.warnings.entry(warning).or_default() += count;
    }
    for (precision, count) in &report.geocoded {
        *total.geocoded.entry(precision).or_default() += count;
    }
    for column in &report.absent_columns {
        if !total.absent_columns.contains(column) {
            total.absent_columns.push(column.clone());
        }
    }
}

impl Loading {
    /// The Report as people read it: the rows that were refused, a line a source, the sums last.
    pub fn table(&self) -> String {
        let mut lines = Vec::new();
        for run in &self.runs {
            for Rejection { row, column, text, reason, detail, .. } in &run.rejections {
                let column = column.as_deref().map(|column| format!(", column `{column}`")).unwrap_or_default();
                lines.push(format!("{}, row {row}{column}: {}: {detail} (`{text}`)", run.source, reason.as_str()));
            }
            let more = run.report.rejections - run.rejections.len() as u64;
            if more > 0 {
                lines.push(format!("{}: {more} more; all are in the store, table mapa_rejection", run.source));
            }
            if !run.report.absent_columns.is_empty() {
                lines.push(format!("{}: it has no column {}", run.source, run.report.absent_columns.join(", ")));
            }
            if let Some(diff) = &run.diff {
                lines.extend(told(&run.collection, diff, run.change));
            }
        }
        let head = ["read", "features", "rejected", "added", "changed", "removed", "unchanged"].map(String::from);
        lines.push(line("collection", &head, ""));
        for run in &self.runs {
            let verdict = if run.accepted { "" } else { "REFUSED: more rejections than the recipe tolerates" };
            lines.push(line(&run.collection, &counts(&run.report, run.change), verdict));
        }
        lines.push(line(&format!("{} sources", self.runs.len()), &counts(&self.total, self.change), ""));
        let Report { reasons, warnings, geocoded, .. } = &self.total;
        for (title, counts) in [("rejected", reasons), ("warnings", warnings), ("placed by their address", geocoded)] {
            if !counts.is_empty() {
                let listed: Vec<String> = counts.iter().map(|(word, count)| format!("{word} {count}")).collect();
                lines.push(format!("{title}: {}", listed.join(", ")));
            }
        }
        let kept = self.runs.iter().filter(|run| run.arrival == Some(Arrival::NotModified)).map(|run| &run.source);
        for source in kept.collect::<BTreeSet<_>>() {
            lines.push(format!("{source}: not modified since it was fetched"));
        }
        if self.dry_run {
            lines.push("dry run: nothing was committed".into());
        }
        lines.join("\n")
    }
}

/// One line of the table.
fn line(name: &str, counts: &[String; 7], verdict: &str) -> String {
    let [read, features, rejected, added, changed, removed, unchanged] = counts;
    let line = format!(
        "{name:<40} {read:>9} {features:>9} {rejected:>9} {added:>9} {changed:>9} {removed:>9} {unchanged:>9}  {verdict}"
    );
    line.trim_end().to_owned()
}

fn counts(report: &Report, change: Change) -> [String; 7] {
    let Change { added, changed, removed, unchanged } = change;
    [report.read, report.features, report.rejections, added, changed, removed, unchanged].map(|count| count.to_string())
}

/// A diff as people read it: `+` is new, `~` is changed, `-` is gone.
fn told(collection: &str, diff: &Diff, change: Change) -> Vec<String> {
    let mut lines = vec![String::new()];
    let more = |lines: &mut Vec<String>, sign: char, of: u64, named: usize| {
        let more = of.saturating_sub(named as u64);
        if more > 0 {
            lines.push(format!("{collection} {sign} {more} more"));
        }
    };
    lines.extend(diff.added.iter().map(|id| format!("{collection} + {id}")));
    more(&mut lines, '+', change.added, diff.added.len());
    for changed in &diff.changed {
        lines.push(format!("{collection} ~ {}", changed.id));
        for difference in &changed.differences {
            lines.push(format!("    {}: {} → {}", difference.field, difference.old, difference.new));
        }
    }
    more(&mut lines, '~', change.changed, diff.changed.len());
    lines.extend(diff.removed.iter().map(|id| format!("{collection} - {id}")));
    more(&mut lines, '-', change.removed, diff.removed.len());
    lines
}
