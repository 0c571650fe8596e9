//! Serving: store → snapshot → http, and a newer snapshot whenever the store has a newer revision.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

use anyhow::Context;
use tokio::{net::TcpListener, signal::unix::SignalKind};

use crate::{
    archive::{Archive, is_archive},
    files,
    http::{self, BaseMap, BaseTiles, City, Laid, PageFiles, Shown, Styles, Surroundings},
    import::{Demands, Objection},
    model::{Audience, Catalog},
    photo::Album,
    settings::Settings,
    snapshot::{Shelf, Snapshot, search::Lexicon},
    store::{Fault, Store, Stored},
    style::{self, Fonts, Sprites},
    tile::Tilesets,
};

/// How soon a store that failed is asked again.
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(250);

/// How soon it is looked again whether the last reader of a former snapshot is done.
const TIDY_EVERY: Duration = Duration::from_secs(1);
/// How much drawing ahead gives way to answering: of a core that both want it gets a tenth (sched_prio_to_weight of Linux).
const YIELDING: i32 = 10;

/// Serves until SIGTERM or SIGINT.
pub fn serve(catalog: &Catalog, settings: &Settings) -> anyhow::Result<()> {
    let mut store = Store::open(settings.store())?;
    let (city, faults) = begin(&mut store, catalog, settings)?;
    let city = Arc::new(city);
    let ahead = draw_ahead(Arc::clone(&city));
    follow(Follower { store, faults, turn: Arc::default(), city: Arc::clone(&city), ahead });
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = runtime.block_on(async {
        let listener = TcpListener::bind(settings.listen())
            .await
            .with_context(|| format!("cannot listen on {}", settings.listen()))?;
        println!("http://{}", listener.local_addr()?);
        http::answer_on(listener, city, settings.limits(), stopped()?).await
    });
    // Whoever has not finished by now is not waited for.
    runtime.shutdown_timeout(Duration::from_millis(100));
    served
}

/// The city as its store has it now.
pub fn city(store: &mut Store, catalog: &Catalog, settings: &Settings) -> anyhow::Result<City> {
    begin(store, catalog, settings).map(|(city, _)| city)
}

/// The city as its store has it now, and the rows that are not served.
fn begin(store: &mut Store, catalog: &Catalog, settings: &Settings) -> anyhow::Result<(City, Vec<Fault>)> {
    let (snapshot, faults) = newer(store, &Snapshot::empty(catalog, Audience::Public))?;
    let (base_map, base_tiles) = base_map(settings)?;
    let shown = Shown {
        tilesets: tilesets(settings, catalog, &snapshot)?,
        styles: styles(catalog, base_map)?,
        base_tiles,
        page: PageFiles::new(files::page()),
        surroundings: Surroundings::read(&files::surroundings())?,
        lexicon: Lexicon::read(&files::lexicon())?,
        album: Album::open(&settings.photos())?,
        public_url: settings.public_url.clone(),
        tile_memory: settings.tile_memory(),
    };
    Ok((City::new(snapshot, shown), faults))
}

/// The tilesets; whoever gave one the name of a collection of the store is told that the collection's own are hidden.
fn tilesets(settings: &Settings, catalog: &Catalog, snapshot: &Snapshot) -> anyhow::Result<Tilesets> {
    let tilesets = files::tilesets(settings.tilesets.as_deref())?;
    for name in tilesets.names() {
        if !catalog.collections.contains_key(name) && snapshot.shelf(name).is_some() {
            tracing::warn!("the tileset `{name}` hides the tiles of the collection `{name}`");
        }
    }
    Ok(tilesets)
}

/// The styles with the fonts and the icons of the catalog.
fn styles(catalog: &Catalog, base_map: BaseMap) -> anyhow::Result<Styles> {
    let appearances = style::appearances(&files::style_source(), &files::palettes())?;
    let icons: BTreeSet<&str> = catalog.icons().chain([style::FALLBACK_ICON]).collect();
    Ok(Styles::new(
        appearances,
        base_map,
        Fonts::new(files::fonts(), files::font_licence()),
        Sprites::new(&icons, files::icon),
    ))
}

/// Who brings what a store has to a city.
struct Follower {
    store: Store,
    /// Rows of the store that are no features and not yet kept as rejections.
    faults: Vec<Fault>,
    /// Whose turn it is to make the next snapshot of the last one.
    turn: Arc<Mutex<()>>,
    city: Arc<City>,
    /// Told of newer snapshots, to draw their tiles.
    ahead: mpsc::Sender<()>,
}

/// What is drawn under the objects, and the tiles of it where they come from a file.
fn base_map(settings: &Settings) -> anyhow::Result<(BaseMap, Option<BaseTiles>)> {
    let setting = settings.base_map.as_deref().unwrap_or("none");
    let credit = settings.base_map_attribution.as_deref();
    let path = Path::new(setting);
    if setting.contains("://") || !is_archive(path) {
        return Ok((BaseMap::read(setting, credit).map_err(anyhow::Error::msg)?, None));
    }
    let tiles = BaseTiles::new(Archive::open(path)?, credit)
        .map_err(|problem| anyhow::anyhow!("{}: {problem}", path.display()))?;
    let laid = tiles.laid();
    if laid == Laid::Hidden {
        let layers = "those of Protomaps or OpenMapTiles";
        tracing::warn!("{}: no style draws its layers, which are not {layers}; it is served only", path.display());
    }
    Ok((BaseMap::Tiles(laid), Some(tiles)))
}

/// What everybody may see of a store as it is now.
pub fn public(store: &mut Store, catalog: &Catalog) -> anyhow::Result<Snapshot> {
    newer(store, &Snapshot::empty(catalog, Audience::Public)).map(|(snapshot, _)| snapshot)
}

/// Watches the store and swaps in a newer snapshot; a store that fails stops nobody from reading.
fn follow(mut follower: Follower) {
    let former = tidy(Arc::clone(&follower.city), Arc::clone(&follower.turn));
    thread::spawn(move || {
        let mut failing = false;
        loop {
            match follower.catch_up(&former) {
                Ok(()) if failing => {
                    failing = false;
                    tracing::info!("the store can be read again");
                }
                Ok(()) => {}
                Err(error) => {
                    if !failing {
                        failing = true;
                        tracing::error!("the store cannot be read, the last snapshot stays: {error:#}");
                    }
                    thread::sleep(ASK_AGAIN_AFTER);
                }
            }
        }
    });
}

impl Follower {
    fn catch_up(&mut self, former: &mpsc::Sender<Arc<Snapshot>>) -> anyhow::Result<()> {
        self.store.wait()?;
        if self.store.revision()? > self.city.snapshot().revision() {
            let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
            let last = self.city.snapshot();
            let (next, faults) = newer(&mut self.store, &last)?;
            tracing::info!(revision = next.revision().0, "a newer snapshot stands");
            self.city.stand(next);
            drop(turn);
            self.faults.extend(faults);
            let _ = self.ahead.send(());
            let _ = former.send(last);
        }
        if let Err(error) = self.store.keep_faults(&mut self.faults) {
            tracing::error!("rows that are not served cannot be kept as rejections: {error:#}");
            self.faults.clear();
        }
        Ok(())
    }
}

/// Does what takes long and nobody shall wait for: builds shelves of many changes anew, and frees former snapshots.
fn tidy(city: Arc<City>, turn: Arc<Mutex<()>>) -> mpsc::Sender<Arc<Snapshot>> {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        // To free millions of features takes long: the last to hold them shall be this thread, and no request.
        let mut formers: Vec<Arc<Snapshot>> = Vec::new();
        loop {
            match told.recv_timeout(TIDY_EVERY) {
                Ok(former) => formers.push(former),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => return,
            }
            formers.extend(told.try_iter());
            formers.extend(compact(&city, &turn));
            formers.retain(|former| Arc::strong_count(former) > 1);
        }
    });
    tell
}

/// Gives shelves that carry many changes one base again; the snapshots that stood before.
fn compact(city: &City, turn: &Mutex<()>) -> Vec<Arc<Snapshot>> {
    let seen = city.snapshot();
    let mut formers = Vec::new();
    for elder in seen.shelves() {
        let Some(compacted) = elder.compacted() else { continue };
        // Meanwhile changes went on; they are few.
        let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
        let last = city.snapshot();
        let standing = last.shelf(elder.collection().id.as_str());
        if let Some(shelf) = standing.and_then(|standing| standing.onto(elder, &compacted)) {
            city.stand_alike(last.with(last.revision(), [shelf]));
            formers.push(last);
        }
    }
    formers
}

/// Draws tiles ahead of their askers: now, and again whenever it is told of a newer snapshot.
fn draw_ahead(city: Arc<City>) -> mpsc::Sender<()> {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        // Of this thread and those it starts (nice(2) on Linux). Where it fails they only take more from requests.
        let _ = rustix::process::nice(YIELDING);
        loop {
            city.draw_ahead();
            if told.recv().is_err() {
                return;
            }
            // Several snapshots in a row are one reason to draw.
            while told.try_recv().is_ok() {}
        }
    });
    tell
}

/// The snapshot after this one, built from what changed, and the rows that it does not show.
fn newer(store: &mut Store, standing: &Snapshot) -> anyhow::Result<(Snapshot, Vec<Fault>)> {
    let (revision, changed) = store.load(standing.revision())?;
    let mut faults = Vec::new();
    let mut shelves = Vec::new();
    for mut stored in changed {
        inspect(&mut stored)?;
        for Fault { at, detail, .. } in &stored.faults {
            tracing::warn!(layer = at.layer, row = at.row, "a row is not served: {detail}");
        }
        faults.append(&mut stored.faults);
        shelves.push(shelve(stored, standing));
    }
    Ok((standing.with(revision, shelves), faults))
}

/// Holds what another program wrote to what the recipe wants of each feature, as an import would.
fn inspect(stored: &mut Stored) -> anyhow::Result<()> {
    if stored.edited.is_empty() {
        return Ok(());
    }
    let Stored { collection, features, gone, edited, faults, demands, .. } = stored;
    let demands: Demands = serde_json::from_str(demands)?;
    let inspector = demands.inspector(collection);
    features.retain(|feature| {
        let Some(at) = edited.get(&feature.id) else { return true };
        let Some(objection) = inspector.objection(feature) else { return true };
        let Objection { column, text, reason, detail } = objection;
        faults.push(Fault { at: at.clone(), column, text, reason: reason.as_str(), detail });
        gone.as_mut().into_iter().for_each(|gone| gone.push(feature.id.clone()));
        false
    });
    Ok(())
}

/// The shelf of what is stored; where only changes are told, the one that follows the standing shelf.
fn shelve(stored: Stored, standing: &Snapshot) -> Shelf {
    let Stored { collection, provenance, features, gone, aliases, .. } = stored;
    let shelf = match (gone, standing.shelf(collection.id.as_str())) {
        (Some(gone), Some(elder)) => elder.with(provenance, features, &gone),
        _ => Shelf::new(collection, provenance, features),
    };
    match aliases {
        Some(aliases) => shelf.with_aliases(aliases),
        None => shelf,
    }
}

fn stopped() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = tokio::signal::unix::signal(SignalKind::terminate())?;
    let mut interrupt = tokio::signal::unix::signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
