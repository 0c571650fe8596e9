//! Exporting: store → the public snapshot → a file: a pyramid of tiles, or the features of one collection.
//!
//! The file is written beside its name and renamed when it is whole. The same revision gives the same tile archive, byte
//! for byte.

use std::{
    fmt,
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    thread,
};

use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};

use crate::{
    archive::{self, About, Content, Writer},
    exchange::{Csv, View, imprint, write_csv, write_flatgeobuf, write_xlsx},
    http::FeatureJson,
    model::{Catalog, Revision},
    progress::Progress,
    serve,
    snapshot::{Found, Selection, Shelf, Snapshot, credits},
    space::TileCoord,
    store::{Address, Origin, Run, Store},
    tile::{
        self, Format, Legend, Tileset, Tilesets,
        tileset::{DROPPED, MAX_ZOOM},
    },
};

/// Tiles that are drawn before they are written: enough for all cores, few enough for any memory.
const BATCH: usize = 512;

/// What is to be exported.
#[derive(Debug, Clone)]
pub struct Order {
    /// Name of a tileset, or id of a collection.
    pub what: String,
    /// The file; its ending tells the format.
    pub to: PathBuf,
    /// The widest zoom of a tile archive.
    pub min_zoom: u8,
    /// The closest zoom of a tile archive.
    pub max_zoom: u8,
    /// What a tile archive holds.
    pub format: Format,
    /// Begins a CSV file with a byte order mark.
    pub bom: bool,
    /// Takes the place of a file that is there.
    pub replace: bool,
}

/// What was exported.
#[derive(Debug)]
pub struct Exported {
    file: PathBuf,
    what: &'static str,
    count: usize,
    bytes: u64,
    revision: u64,
    credits: String,
}

impl fmt::Display for Exported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, what, count, bytes, revision, credits } = self;
        write!(f, "{}: {count} {what}, {bytes} bytes, revision {revision}", file.display())?;
        if credits.is_empty() { Ok(()) } else { write!(f, "\ncredit: {credits}") }
    }
}

/// Exports what everybody may see.
pub fn export(catalog: &Catalog, tilesets: &Tilesets, store: &Address, order: &Order) -> anyhow::Result<Exported> {
    let snapshot = serve::public(&mut Store::open(store)?, catalog)?;
    let unborn = Unborn::beside(&order.to, order.replace, store)?;
    let (what, count, credits) = if archive::is_archive(&order.to) {
        let tileset = tilesets.find(&order.what, &snapshot)?;
        let legend = Legend::of(&tileset, &snapshot, &Selection::default());
        let count = pyramid(&snapshot, &tileset, &legend, order, &unborn.path)?;
        ("tiles", count, legend.credits.join(" · "))
    } else {
        let Some(shelf) = snapshot.shelf(&order.what) else {
            bail!("there is no collection `{}`; a tileset is exported as .pmtiles or .mbtiles", order.what)
        };
        features(&snapshot, shelf, order, &unborn.path)?;
        ("features", shelf.len(), credits([shelf].into_iter()).join(" · "))
    };
    let bytes = unborn.bear(&order.to)?;
    Ok(Exported { file: order.to.clone(), what, count, bytes, revision: snapshot.revision().0, credits })
}

/// Draws the tiles that show anything into an archive, and tells how many there are.
fn pyramid(
    snapshot: &Snapshot,
    tileset: &Tileset,
    legend: &Legend,
    order: &Order,
    path: &Path,
) -> anyhow::Result<usize> {
    let Order { min_zoom, max_zoom, .. } = *order;
    ensure!(min_zoom <= max_zoom, "--min-zoom {min_zoom} is closer than --max-zoom {max_zoom}");
    ensure!(max_zoom <= MAX_ZOOM, "--max-zoom is at most {MAX_ZOOM}, whose tiles clients enlarge");
    ensure!(legend.bounds.is_some(), "`{}` shows nothing yet", order.what);
    let layers = || legend.vector_layers.iter().filter(|layer| layer.id != DROPPED);
    let first = layers().map(|layer| layer.minzoom).min().unwrap_or(0);
    let last = layers().map(|layer| layer.maxzoom).max().unwrap_or(MAX_ZOOM);
    let zooms = min_zoom.max(first)..=max_zoom.min(last);
    ensure!(!zooms.is_empty(), "`{}` is drawn at zooms {first} to {last} only", order.what);
    let (min_zoom, max_zoom) = zooms.into_inner();
    let mut coords = tile::pyramid(snapshot, tileset, min_zoom, max_zoom);
    Writer::order(&mut coords);
    let mut writer = Writer::create(path, &order.to, &about(snapshot, legend, order, (min_zoom, max_zoom)))?;
    let progress = Progress::of_pieces(coords.len() as u64);
    progress.begin(&order.what);
    let (mut asked, mut count) = (0, 0);
    for batch in coords.chunks(BATCH) {
        for (coord, gzip) in drawn(snapshot, tileset, order.format, batch)? {
            writer.put(coord, &gzip)?;
            count += 1;
        }
        asked += batch.len() as u64;
        progress.reached(asked);
    }
    writer.finish()?;
    progress.end();
    Ok(count)
}

/// The tiles that show anything, in gzip, in the order in which they were asked for; drawn on all cores.
fn drawn(
    snapshot: &Snapshot,
    tileset: &Tileset,
    format: Format,
    batch: &[TileCoord],
) -> anyhow::Result<Vec<(TileCoord, Vec<u8>)>> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let draw = |coord: &TileCoord| {
        let bytes = tile::draw(snapshot, tileset, &Selection::default(), *coord, format)?;
        Ok((!bytes.is_empty()).then(|| (*coord, archive::gzip(&bytes))))
    };
    thread::scope(|scope| {
        let parts = batch.chunks(batch.len().div_ceil(cores).max(1));
        let drawing: Vec<_> = parts
            .map(|part| {
                scope.spawn(move || part.iter().filter_map(|coord| draw(coord).transpose()).collect::<Vec<_>>())
            })
            .collect();
        let parts = drawing.into_iter().flat_map(|part| part.join().expect("a drawing that panics ends the export"));
        parts.collect()
    })
}

fn about(snapshot: &Snapshot, legend: &Legend, order: &Order, (min_zoom, max_zoom): (u8, u8)) -> About {
    let zoom_of = |zoom: u8| zoom.clamp(min_zoom, max_zoom);
    let content = match order.format {
        Format::Mvt => Content::Mvt,
        Format::Mlt => Content::Mlt,
    };
    let mut about = About::new(content, min_zoom, max_zoom);
    about.name = Some(legend.title.uk.clone());
    about.description = Some(legend.description.clone());
    about.attribution = Some(legend.attribution.clone()).filter(|attribution| !attribution.is_empty());
    about.version = Some(format!("{}.0.0", snapshot.revision()));
    about.bounds = legend.bounds;
    about.center = legend.center.map(|(at, zoom)| (at, zoom_of(zoom)));
    let layers = legend.vector_layers.iter().filter(|layer| layer.minzoom <= max_zoom).map(|layer| {
        let (minzoom, maxzoom) = (zoom_of(layer.minzoom), zoom_of(layer.maxzoom));
        tile::VectorLayer { minzoom, maxzoom, ..layer.clone() }
    });
    about.vector_layers = layers.map(|layer| json!(layer)).collect();
    about
}

/// Writes the features of a collection in the format that the ending tells.
fn features(snapshot: &Snapshot, shelf: &Shelf, order: &Order, path: &Path) -> anyhow::Result<()> {
    let collection = shelf.collection();
    let ending = order.to.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
    let create = || Ok::<_, anyhow::Error>(BufWriter::new(File::create_new(path)?));
    let said = imprint(collection, &credits([shelf].into_iter()), shelf.is_demonstration());
    let all: Vec<_> = shelf.features().collect();
    match ending.as_str() {
        "geojson" | "json" => geojson(create()?, shelf, said, snapshot.revision()),
        "csv" => {
            write_csv(create()?, collection, &all, View::WHOLE, Csv { bom: order.bom })?;
            csv_metadata(&order.to, &said)
        }
        "fgb" => {
            let mut to = create()?;
            write_flatgeobuf(&mut to, collection, &all, View::WHOLE, &said)?;
            Ok(to.flush()?)
        }
        "xlsx" => {
            let mut to = create()?;
            write_xlsx(&mut to, collection, &all, View::WHOLE, &|title| title.uk.clone(), &said)?;
            Ok(to.flush()?)
        }
        "gpkg" => geopackage(path, shelf),
        _ => bail!(
            "{}: the ending tells the format: pmtiles and mbtiles for tiles; geojson, csv, xlsx, fgb, gpkg for features",
            order.to.display()
        ),
    }
}

/// GeoJSON, a feature a line, each as `/collections/{id}/items` answers it.
fn geojson(mut to: impl Write, shelf: &Shelf, mut said: Value, revision: Revision) -> anyhow::Result<()> {
    said["revision"] = json!(revision);
    let said = said.to_string();
    write!(to, "{{\"type\":\"FeatureCollection\",{},\"features\":[", &said[1..said.len() - 1])?;
    let mut line = Vec::new();
    for (i, feature) in shelf.features().enumerate() {
        to.write_all(if i == 0 { b"\n" } else { b",\n" })?;
        line.clear();
        FeatureJson::one_of_many(Found { shelf, feature }, View::WHOLE).write(&mut line);
        to.write_all(&line)?;
    }
    to.write_all(b"\n]}\n")?;
    Ok(to.flush()?)
}

/// CSV has no room for a credit and a licence: they stand in a file beside it, where CSV on the Web (W3C, 2015) looks.
fn csv_metadata(to: &Path, said: &Value) -> anyhow::Result<()> {
    let url = to.file_name().unwrap_or_default().to_string_lossy();
    let mut metadata = json!({ "@context": "http://www.w3.org/ns/csvw", "url": url, "dc:title": said["title"] });
    for (term, name) in [("dc:rights", "attribution"), ("dc:license", "licence")] {
        if let Some(text) = said[name].as_str() {
            metadata[term] = text.into();
        }
    }
    let path = to.with_file_name(format!("{url}-metadata.json"));
    fs::write(&path, format!("{metadata:#}\n")).with_context(|| path.display().to_string())
}

/// A GeoPackage is a store of one collection, without the rows that its features were made of.
fn geopackage(path: &Path, shelf: &Shelf) -> anyhow::Result<()> {
    let collection = shelf.collection();
    let Some(provenance) = shelf.provenance() else { bail!("nothing has been imported into `{}`", collection.id) };
    let mut store = Store::open_or_create(Address::File(path.to_owned()))?;
    let mut replacement = store.replace(collection, provenance)?;
    for feature in shelf.features() {
        replacement.put(feature, Origin::default())?;
    }
    let report = json!({ "read": shelf.len(), "features": shelf.len(), "rejections": 0 }).to_string();
    replacement.commit(&Run { recipe: "export".into(), report, demands: "{}".into() })?;
    Ok(())
}

/// A file that is being written beside its name; it is gone unless it was born.
struct Unborn {
    path: PathBuf,
}

impl Unborn {
    fn beside(to: &Path, replace: bool, store: &Address) -> anyhow::Result<Self> {
        let name = to.file_name().with_context(|| format!("{} names no file", to.display()))?;
        if let (Address::File(store), Ok(there)) = (store, to.canonicalize()) {
            ensure!(store.canonicalize()? != there, "{} is the store that is exported from", to.display());
        }
        ensure!(replace || !to.exists(), "{} is there already; --replace takes its place", to.display());
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        let unborn = format!(".{}.{}.new", name.to_string_lossy(), std::process::id());
        Ok(Self { path: to.with_file_name(unborn) })
    }

    /// Gives the file its name, and tells its length in bytes.
    fn bear(self, to: &Path) -> anyhow::Result<u64> {
        let file = File::open(&self.path)?;
        file.sync_all()?;
        fs::rename(&self.path, to).with_context(|| to.display().to_string())?;
        Ok(file.metadata()?.len())
    }
}

impl Drop for Unborn {
    fn drop(&mut self) {
        // Once it is born there is nothing under this name.
        let _ = fs::remove_file(&self.path);
    }
}
