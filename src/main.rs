//! The command line of `mapa`.

use std::{
    io::{self, IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use mapa::{
    demo, export,
    export::export,
    files, history,
    load::{Order, load},
    photo,
    progress::Progress,
    serve::serve,
    settings::Settings,
    store::{Address, Store},
    tile::{Format, tileset::MAX_ZOOM},
};
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    prelude::*,
};

/// Answers are many small pieces of memory that live for microseconds, and a snapshot many that stay: it is quicker at the
/// first than the system's allocator and keeps the second closer together (measured in `benches/RESULTS.md`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// City on the Map: imports a city's objects and serves them as tiles, features and nearest answers.
#[derive(Parser)]
#[command(name = "mapa", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Settings file [default: mapa.toml where there is one]
    #[arg(long, global = true, env = "MAPA_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Subcommand)]
enum Command {
    /// Write the demonstration city: source files as offices export them, each with its recipe
    Demo {
        /// The same seed writes the same bytes
        #[arg(long, default_value_t = 2026)]
        seed: u64,
        /// How many times 18 thousand objects
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
        scale: u32,
        /// Folder to write to
        #[arg(long, default_value = "var/demo", value_name = "DIR")]
        out: PathBuf,
    },
    /// Import sources by their recipes; exit code 0: committed, 2: refused by a threshold, 1: anything else
    Import {
        /// Recipes (TOML), or folders of them
        #[arg(required = true, value_name = "RECIPE")]
        recipes: Vec<PathBuf>,
        /// Another source than the recipes name: a file, or an http or https URL
        #[arg(long, value_name = "FILE|URL")]
        source: Option<PathBuf>,
        /// Read and check everything, commit nothing
        #[arg(long)]
        dry_run: bool,
        /// Tell what changes: features added, changed (field by field) and removed
        #[arg(long)]
        diff: bool,
        /// Print the report as one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Show the import runs of a collection, or the states of one of its objects
    History {
        /// Id of the collection
        collection: String,
        /// Id of the object, also a former one
        #[arg(conflicts_with = "run")]
        id: Option<String>,
        /// Show the rows that this run refused
        #[arg(long, value_name = "NUMBER")]
        run: Option<i64>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Copy a whole store into an empty one: features, their history, runs, rejections, revision
    Copy {
        /// The store that is copied
        #[arg(long, value_name = "STORE")]
        from: Address,
        /// The store that is made: a file that is not there yet, or a database without a store
        #[arg(long, value_name = "STORE")]
        to: Address,
    },
    /// Write a file of what everybody may see: a tileset or a collection as tiles, or the features of a collection
    Export {
        /// Name of a tileset, or id of a collection
        #[arg(value_name = "TILESET|COLLECTION")]
        what: String,
        /// The file: .pmtiles or .mbtiles for tiles; .geojson, .csv, .fgb (FlatGeobuf) or .gpkg (GeoPackage) for features
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
        /// The widest zoom of the tiles
        #[arg(long, default_value_t = 0, value_name = "ZOOM")]
        min_zoom: u8,
        /// The closest zoom of the tiles
        #[arg(long, default_value_t = MAX_ZOOM, value_name = "ZOOM")]
        max_zoom: u8,
        /// The format of the tiles: mvt, or mlt in PMTiles
        #[arg(long, default_value = "mvt", value_name = "FORMAT", value_parser = format_of)]
        format: Format,
        /// Begin CSV with a byte order mark, as Excel wants it
        #[arg(long)]
        bom: bool,
        /// Take the place of a file that is there
        #[arg(long)]
        replace: bool,
    },
    /// Remove the photos that no object of the store names any more, nor any state that is kept of one
    Sweep {
        /// Tell how many they are, remove none
        #[arg(long)]
        dry_run: bool,
    },
    /// Serve until SIGTERM or SIGINT
    Serve,
    /// Check the catalog for holes and the tilesets for mistakes
    Check,
}

/// A threshold of a recipe refused a source.
const REFUSED: u8 = 2;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // What packs pictures tells of each one, which is of no use to an operator.
    let told = Targets::new().with_default(LevelFilter::INFO).with_target("oxipng", LevelFilter::WARN);
    let written = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    tracing_subscriber::registry().with(written).with(told).init();
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("mapa: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let settings = cli.settings.with_file(cli.config.as_deref())?;
    let catalog = files::catalog(settings.catalog.as_deref())?;
    let tilesets = || files::tilesets(settings.tilesets.as_deref());
    match cli.command {
        Command::Demo { seed, scale, out } => {
            let facts = demo::Facts::read(&files::demo_facts())?;
            let options = demo::Options { seed, scale, out };
            let progress = Progress::of_pieces(catalog.collections.len() as u64);
            let written = demo::write(&catalog, &facts, &options, &|file| progress.piece(file))?;
            progress.end();
            say(&format!(
                "{} files, {} objects, {} bytes in {}: demonstration data",
                written.files,
                written.objects,
                written.bytes,
                options.out.display()
            ))?;
        }
        Command::Import { recipes, source, dry_run, diff, json } => {
            let cache = settings.cache().to_path_buf();
            let order = Order { recipes, source, cache, photos: settings.photos(), dry_run, diff };
            let loading = load(&catalog, &tilesets()?, &settings.store(), &order)?;
            say(&if json { serde_json::to_string_pretty(&loading)? } else { loading.table() })?;
            if !loading.accepted {
                return Ok(ExitCode::from(REFUSED));
            }
        }
        Command::History { collection, id, run, json } => {
            let mut store = Store::open(settings.store())?;
            say(&match (id, run) {
                (None, None) => history::of_collection(&mut store, &collection, json)?,
                (None, Some(run)) => history::of_run(&mut store, &collection, run, json)?,
                (Some(id), _) => history::of_feature(&mut store, &collection, &id, json)?,
            })?;
        }
        Command::Copy { from, to } => {
            let mut store = Store::open(&from)?;
            let progress = Progress::of_pieces(store.collections()?);
            let copied = store.copy_to(&mut Store::open_or_create(&to)?, &mut |of| progress.piece(of.id.as_str()));
            progress.end();
            copied?;
            let photos = photo::copy(&settings.photos_of(&from), &settings.photos_of(&to))?;
            say(&format!("{from} is copied to {to}, revision {}, with {photos} files of photos", store.revision()?))?;
        }
        Command::Export { what, to, min_zoom, max_zoom, format, bom, replace } => {
            let order = export::Order { what, to, min_zoom, max_zoom, format, bom, replace };
            say(&export(&catalog, &tilesets()?, &settings.store(), &order)?.to_string())?;
        }
        Command::Sweep { dry_run } => {
            let (mut store, album) = (Store::open(settings.store())?, settings.photos());
            let (files, bytes) =
                store.with_photos(|named| photo::sweep(&album, |picture| named.contains(&picture), dry_run))??;
            let done = if dry_run { "can be removed from" } else { "are removed from" };
            say(&format!("{files} files of photos, {bytes} bytes, {done} {album}"))?;
        }
        Command::Serve => serve(&catalog, &settings)?,
        Command::Check => {
            let thematic = catalog.collections.values().filter(|collection| collection.service_area.is_some()).count();
            let tilesets = tilesets()?;
            say(&format!(
                "the catalog is whole: {} collections, {thematic} of them in the filter tree; {} tilesets",
                catalog.collections.len(),
                tilesets.names().count()
            ))?;
            let built_in = files::tilesets(None)?;
            let others: Vec<&str> = tilesets.not_in(&catalog).difference(&built_in.not_in(&catalog)).copied().collect();
            if !others.is_empty() {
                say(&format!("own tilesets name what only a recipe could bring: {}", others.join(", ")))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn format_of(name: &str) -> Result<Format, String> {
    let known = Format::ALL.map(Format::extension).join(" or ");
    Format::ALL.into_iter().find(|format| format.extension() == name).ok_or_else(|| format!("a tile is {known}"))
}

/// Prints a result; a reader who has seen enough (`| head`) is no failure.
fn say(text: &str) -> io::Result<()> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        told => told,
    }
}
