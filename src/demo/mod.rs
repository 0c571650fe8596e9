//! Demo makes a deterministic city of any size, written as source files in the formats offices use.
//!
//! The same seed and scale give the same bytes. What a person wrote down (districts, waters, greenery, main streets,
//! quarters) is the same for every seed; buildings, routes, objects and their values come from it. The scale multiplies
//! the objects of the thematic resources; what the map is drawn of stays as it is.

mod base;
mod brush;
mod buildings;
mod canvas;
mod curve;
mod days;
mod dice;
mod facts;
mod faults;
mod ground;
mod measures;
mod nearby;
mod passport;
mod permits;
mod photos;
mod places;
mod plane;
mod quarters;
mod recipe;
mod resources;
mod scene;
mod source;
mod street_names;
mod streets;
mod subject;
mod transport;
mod values;
mod works;

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

use anyhow::{Context, ensure};

pub use facts::Facts;

use crate::model::{Catalog, Collection, CollectionId};
use base::Base;
use faults::Bad;
use places::Town;
use source::{Layout, Row, Sink};

/// Which city, how large and where to.
pub struct Options {
    /// Two seeds give two cities on the same ground.
    pub seed: u64,
    /// How many times the objects of an ordinary city; at least 1.
    pub scale: u32,
    /// The folder the files are written to; made where it is missing.
    pub out: PathBuf,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Sources, recipes, photos and the manifest.
    pub files: usize,
    /// Good objects of the thematic resources, without the collections that carry the map.
    pub objects: u64,
    /// Bytes of all files.
    pub bytes: u64,
}

/// Writes the sources and, beside each, the recipe that imports it; then `manifest.json`, which counts them.
pub fn write(catalog: &Catalog, facts: &Facts, options: &Options, progress: &dyn Fn(&str)) -> anyhow::Result<Written> {
    ensure!(options.scale >= 1, "the scale of a city is at least 1");
    fs::create_dir_all(&options.out).with_context(|| options.out.display().to_string())?;
    progress("laying the ground and the streets");
    let ground = ground::Ground::lay(facts)?;
    let streets = streets::Streets::lay(facts, &ground)?;
    progress("building houses and running the transport");
    let buildings = buildings::build(options.seed, facts, &ground, &streets)?;
    let transport = transport::Transport::run(options.seed, facts, &streets)?;
    let town = Town::new(facts, &ground, &streets, &buildings);
    let base = Base { town: &town, transport: &transport, seed: options.seed };
    let city = City { options, base: &base, counts: counts(catalog, facts, &base, options.scale)? };
    let plan = faults::plan(options.seed, catalog, &city.counts);
    let mut written = city.files(catalog, &plan, progress)?;
    progress("drawing photos");
    let (photos, photo_bytes) = photos::draw(facts, options.seed, &options.out)?;
    written.files += photos;
    written.bytes += photo_bytes;
    let manifest = city.manifest(catalog, &plan);
    written.files += 1;
    written.bytes += manifest.len() as u64;
    written.objects = city.objects(catalog);
    fs::write(options.out.join("manifest.json"), manifest)?;
    Ok(written)
}

/// How many good rows each collection gets; what only carries the map and is not of this city gets none and no file.
fn counts(catalog: &Catalog, facts: &Facts, base: &Base, scale: u32) -> anyhow::Result<BTreeMap<CollectionId, u64>> {
    let count = |collection: &Collection| {
        if let Some(count) = base.count(collection) {
            return anyhow::Ok(count as u64);
        }
        let stock = facts.objects.collections.get(collection.id.as_str());
        let stock = stock.with_context(|| format!("objects.toml says nothing of {}", collection.id))?;
        Ok(stock.count * u64::from(scale))
    };
    let ours = |collection: &&Collection| collection.service_area.is_some() || base.count(collection).is_some();
    catalog.collections.values().filter(ours).map(|each| anyhow::Ok((each.id.clone(), count(each)?))).collect()
}

/// A city about to be written.
struct City<'a> {
    options: &'a Options,
    base: &'a Base<'a>,
    counts: BTreeMap<CollectionId, u64>,
}

impl City<'_> {
    /// All files, several at a time: each collection has a stream of chance of its own, so their order does not matter.
    fn files(
        &self,
        catalog: &Catalog,
        plan: &BTreeMap<CollectionId, Bad>,
        progress: &dyn Fn(&str),
    ) -> anyhow::Result<Written> {
        let collections = self.counts.keys().map(|id| &catalog.collections[id]).collect::<Vec<_>>();
        let next = AtomicUsize::new(0);
        let workers = thread::available_parallelism().map_or(1, usize::from).min(collections.len());
        let (sender, done) = mpsc::channel();
        thread::scope(|scope| {
            for _ in 0..workers {
                let (sender, next, collections) = (sender.clone(), &next, &collections);
                scope.spawn(move || {
                    while let Some(collection) = collections.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let bytes = self.source(collection, plan.get(&collection.id).map_or(&[][..], |bad| bad));
                        // Nobody listens any more once a file has failed.
                        if sender.send((&collection.id, bytes)).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(sender);
            let mut written = Written::default();
            for (id, bytes) in done {
                written.files += 2;
                written.bytes += bytes.with_context(|| id.to_string())?;
                progress(&format!("{id}: {}", self.counts[id]));
            }
            Ok(written)
        })
    }

    /// One source and its recipe; how many bytes they have.
    fn source(&self, collection: &Collection, bad: &[(u64, faults::Fault)]) -> anyhow::Result<u64> {
        let facts = self.base.town.facts;
        let mut layout = Layout::of(collection);
        if photos::Shots::of(collection, facts, self.options.seed).is_some() {
            layout = layout.with_photos();
        }
        let good = self.counts[&collection.id];
        let path = self.options.out.join(format!("{}.{}", collection.id, layout.format.ending()));
        let mut sink = Sink::create(&path, collection, &layout)?;
        if self.base.count(collection).is_some() {
            let rows = self.base.rows(collection)?;
            // A bad row of the base is a spoiled copy of the row it stands before, under an id of its own.
            let mut made = 0;
            spoil(good, bad, &mut sink, |is_bad| {
                let row = &rows[made];
                made += usize::from(!is_bad);
                let id = if is_bad { format!("{}-X", row.id) } else { row.id.clone() };
                Row {
                    id,
                    kind: row.kind,
                    geometry: row.geometry.clone(),
                    values: row.values.clone(),
                    photos: String::new(),
                }
            })?;
        } else {
            let stock = &facts.objects.collections[collection.id.as_str()];
            let seed = self.options.seed;
            let mut maker = resources::Maker::new(self.base.town, collection, stock, layout.format, seed);
            spoil(good, bad, &mut sink, |_| maker.make())?;
        }
        sink.finish()?;
        let recipe = recipe::text(collection, &layout, good, bad.len() as u64);
        fs::write(self.options.out.join(format!("{}.toml", collection.id)), &recipe)?;
        Ok(fs::metadata(&path)?.len() + recipe.len() as u64)
    }

    /// Objects of the thematic resources.
    fn objects(&self, catalog: &Catalog) -> u64 {
        let is_base = |id: &CollectionId| self.base.count(&catalog.collections[id]).is_some();
        self.counts.iter().filter(|(id, _)| !is_base(id)).map(|(_, count)| count).sum()
    }

    fn manifest(&self, catalog: &Catalog, plan: &BTreeMap<CollectionId, Bad>) -> String {
        let mut bad_rows: BTreeMap<&str, u64> = BTreeMap::new();
        for (_, fault) in plan.values().flatten() {
            *bad_rows.entry(fault.reason()).or_default() += 1;
        }
        let collections = self.counts.iter().map(|(id, count)| (id.as_str(), *count)).collect::<BTreeMap<_, _>>();
        let manifest = serde_json::json!({
            "demonstration": true,
            "seed": self.options.seed,
            "scale": self.options.scale,
            "objects": self.objects(catalog),
            "bad_rows": bad_rows,
            "collections": collections,
        });
        format!("{manifest:#}\n")
    }
}

/// Writes so many good rows and the bad ones between them.
fn spoil(
    good: u64,
    bad: &[(u64, faults::Fault)],
    sink: &mut Sink,
    mut make: impl FnMut(bool) -> Row,
) -> anyhow::Result<()> {
    let mut bad = bad.iter().peekable();
    let mut last_id = String::new();
    for position in 0..good {
        while let Some((_, fault)) = bad.next_if(|(before, _)| *before <= position) {
            let mut row = make(true);
            if *fault == faults::Fault::DuplicateId {
                row.id.clone_from(&last_id);
            }
            sink.write(&row, Some(*fault))?;
        }
        let row = make(false);
        sink.write(&row, None)?;
        last_id = row.id;
    }
    for (_, fault) in bad {
        sink.write(&make(true), Some(*fault))?;
    }
    Ok(())
}
