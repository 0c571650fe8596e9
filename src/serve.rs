//! Serving: store → snapshot → http, and a newer snapshot whenever the store has a newer revision.

use std::{
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use anyhow::Context;
use tokio::{net::TcpListener, signal::unix::SignalKind};

use crate::{
    files,
    http::{self, BaseMap, City, PageFiles, Shown, Styles},
    model::{Audience, Catalog},
    settings::Settings,
    snapshot::{Shelf, Snapshot},
    store::{Store, Stored},
    tile::Tilesets,
};

/// How soon a store that failed is asked again.
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(250);

/// How much drawing ahead gives way to answering: of a core that both want it gets a tenth (sched_prio_to_weight of Linux).
const YIELDING: i32 = 10;

/// Serves until SIGTERM or SIGINT.
pub fn serve(catalog: &Catalog, settings: &Settings) -> anyhow::Result<()> {
    let mut store = Store::open(settings.store())?;
    let city = Arc::new(city(&mut store, catalog, settings)?);
    let ahead = draw_ahead(Arc::clone(&city));
    follow(store, Arc::clone(&city), ahead);
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
    let base_map =
        BaseMap::read(settings.base_map.as_deref().unwrap_or("none"), settings.base_map_attribution.as_deref())
            .map_err(anyhow::Error::msg)?;
    let snapshot = newer(store, &Snapshot::empty(catalog, Audience::Public))?;
    let shown = Shown {
        tilesets: Tilesets::read(&files::tilesets())?,
        styles: Styles::new(&files::styles(), base_map)?,
        page: PageFiles::new(files::page()),
        public_url: settings.public_url.clone(),
        tile_memory: settings.tile_memory(),
    };
    Ok(City::new(snapshot, shown))
}

/// Watches the store and swaps in a newer snapshot; a store that fails stops nobody from reading.
fn follow(mut store: Store, city: Arc<City>, ahead: mpsc::Sender<()>) {
    thread::spawn(move || {
        let mut failing = false;
        loop {
            match catch_up(&mut store, &city, &ahead) {
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

fn catch_up(store: &mut Store, city: &City, ahead: &mpsc::Sender<()>) -> anyhow::Result<()> {
    store.wait()?;
    let standing = city.snapshot();
    if store.revision()? > standing.revision() {
        let next = newer(store, &standing)?;
        tracing::info!(revision = next.revision().0, "a newer snapshot stands");
        city.stand(next);
        let _ = ahead.send(());
    }
    Ok(())
}

/// The snapshot after this one, built from what changed.
fn newer(store: &mut Store, standing: &Snapshot) -> anyhow::Result<Snapshot> {
    let (revision, changed) = store.load(standing.revision())?;
    Ok(standing.with(revision, changed.into_iter().map(shelve)))
}

fn shelve(stored: Stored) -> Shelf {
    for fault in &stored.faults {
        tracing::warn!(layer = fault.layer, row = fault.row, "a row is not served: {}", fault.problem);
    }
    Shelf::new(stored.collection, stored.provenance, stored.features).with_aliases(stored.aliases)
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
