//! Whatever bytes stand in a source, an import ends, soon and with a clear word, and holds no more memory than is said here.
//!
//! Every reader is given bytes of chance and valid files with damage: within a zip or gzip too, so that checksums do not
//! hide what is behind them. `MAPA_HOSTILE_CASES=20000` runs more than the usual 250 of each sample; a case that fails names
//! its number and leaves its bytes in a file, and `MAPA_HOSTILE_FIRST` begins at that number.

mod damage;
#[path = "../../src/import/tests/extract.rs"]
#[allow(dead_code, reason = "the tests of the room use the rest of it")]
mod extract;
mod samples;

use std::{
    collections::BTreeMap,
    env, fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    process,
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use mapa::{
    files,
    import::{Gazetteer, ImportError, MAX_RECORD_BYTES, Outcome, Recipe, Url, import_among},
    model::{Catalog, Collection},
};
use peak_alloc::PeakAlloc;
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};
use samples::{Body, Sample};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The most memory that an import of a small file may ask for: a record, what it is unpacked to and what is made of it.
const MEMORY_BOUND: usize = 4 * MAX_RECORD_BYTES as usize;

/// The longest that an import of a small file may take, in a test build beside others.
const TIME_BOUND: Duration = Duration::from_mins(1);

/// One at a time: memory is counted for all threads together.
static TURN: Mutex<Option<(Instant, String)>> = Mutex::new(None);

fn cases(usual: u64) -> std::ops::Range<u64> {
    let number = |name: &str| env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let first = number("MAPA_HOSTILE_FIRST").unwrap_or(0);
    first..first + number("MAPA_HOSTILE_CASES").unwrap_or(usual)
}

fn no_catalog() -> Catalog {
    Catalog { sectors: Vec::new(), collections: BTreeMap::new(), fields: BTreeMap::new() }
}

fn read_recipe(text: &str) -> (Recipe, Collection) {
    let recipe = Recipe::parse(Path::new("hostile.toml"), text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let collection = recipe.collection(&no_catalog()).unwrap();
    (recipe, collection)
}

/// Does the work within the bounds of time and memory; `case` names it where it is not.
fn bounded<T>(case: &str, work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    *turn() = Some((begun, case.into()));
    let done = catch_unwind(AssertUnwindSafe(work));
    *turn() = None;
    let (held, took) = (MEMORY.peak_usage().saturating_sub(before), begun.elapsed());
    assert!(took < TIME_BOUND, "{case}: it took {took:?}");
    assert!(held < MEMORY_BOUND, "{case}: it asked for {} MiB", held >> 20);
    done.unwrap_or_else(|_| panic!("{case}: it panicked"))
}

fn turn() -> MutexGuard<'static, Option<(Instant, String)>> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends the process where a case never ends: no test can say so itself.
fn watch() {
    thread::spawn(|| {
        loop {
            thread::sleep(Duration::from_secs(1));
            if let Some((begun, case)) = turn().as_ref()
                && begun.elapsed() > 3 * TIME_BOUND
            {
                eprintln!("{case}: it does not end");
                process::abort();
            }
        }
    });
}

/// Imports a file; `true` where it was read to its end. Every row is told once, and an error is one of a source.
fn read(recipe: &Recipe, collection: &Collection, path: &Path) -> Result<bool, String> {
    let (mut features, mut rejections) = (0, 0);
    let mut sink = |outcome| {
        match outcome {
            Outcome::Feature(..) => features += 1,
            Outcome::Rejection(rejection) => {
                let record: Result<serde_json::Map<_, _>, _> = serde_json::from_str(&rejection.record);
                anyhow::ensure!(record.is_ok(), "the record of a rejection is no object: {}", rejection.record);
                rejections += 1;
            }
        }
        Ok(())
    };
    match import_among(&Gazetteer::default(), recipe, collection, path, &|_| (), &mut sink) {
        Ok(report) if (report.features, report.rejections) == (features, rejections) => Ok(true),
        Ok(report) => Err(format!("{features} features and {rejections} rejections were told, not {report:?}")),
        Err(error) if error.is::<ImportError>() && !error.to_string().is_empty() => Ok(false),
        Err(error) => Err(format!("an error of another sort: {error:?}")),
    }
}

/// Gives damaged copies of a sample to its reader.
fn damage(sample: &Sample) {
    let (recipe, collection) = read_recipe(&sample.recipe);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(sample.file);
    let write = |bytes: &[u8]| fs::write(&path, bytes).unwrap();
    write(&sample.body.bytes());
    assert_eq!(read(&recipe, &collection, &path), Ok(true), "{} is a valid file", sample.name);
    let (mut whole, begun) = (0, Instant::now());
    for case in cases(250) {
        let mut dice = ChaCha8Rng::seed_from_u64(case);
        let bytes = damage::of(&sample.body, &mut dice);
        write(&bytes);
        let kept = env::temp_dir().join(format!("hostile-{}-{case}-{}", process::id(), sample.file));
        let name = format!("{} {case}", sample.name);
        let outcome = catch_unwind(AssertUnwindSafe(|| bounded(&name, || read(&recipe, &collection, &path))));
        match outcome {
            Ok(Ok(is_whole)) => whole += u64::from(is_whole),
            Ok(Err(problem)) => {
                fs::write(&kept, &bytes).unwrap();
                panic!("{name}: {problem}; its bytes are in {}", kept.display());
            }
            Err(panic) => {
                fs::write(&kept, &bytes).unwrap();
                eprintln!("the bytes of {name} are in {}", kept.display());
                std::panic::resume_unwind(panic);
            }
        }
    }
    let (count, took) = (cases(250).count(), begun.elapsed());
    println!("{}: {whole} of {count} damaged files were read to their end, {took:.1?}", sample.name);
}

/// One test for all: memory is counted for the process.
#[test]
fn hostile_bytes_end_no_import_but_their_own() {
    watch();
    for sample in samples::all() {
        damage(&sample);
    }
    recipes();
    values();
    urls();
    samples::giants(&mut |name, file, recipe, bytes| {
        let (recipe, collection) = read_recipe(recipe);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(file);
        fs::write(&path, bytes).unwrap();
        let begun = Instant::now();
        let whole = bounded(name, || read(&recipe, &collection, &path));
        assert!(whole.is_ok(), "{name}: {whole:?}");
        println!("{name}: {whole:?}, {:.1?}", begun.elapsed());
    });
}

/// A recipe is read, or its flaw is told with a line.
fn recipes() {
    let catalog = files::catalog(None).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("import");
    for name in [
        "national/advertising-permits.toml",
        "osm-base/streets.toml",
        "gtfs-stops.toml",
        "geonames.toml",
        "kharkiv-raions.toml",
    ] {
        let text = fs::read(root.join(name)).unwrap();
        let mut good = 0;
        for case in cases(250) {
            let mut dice = ChaCha8Rng::seed_from_u64(case);
            let bytes = damage::of(&Body::Plain(text.clone()), &mut dice);
            let text = String::from_utf8_lossy(&bytes);
            bounded(&format!("{name} {case}"), || match Recipe::parse(Path::new(name), &text) {
                Ok(recipe) => good += u64::from(recipe.collection(&catalog).is_ok()),
                Err(error) => {
                    let told = error.to_string();
                    // A source of no known format is told by its name.
                    assert!(told.contains(": line ") || told.contains("its ending says no format"), "{told}");
                }
            });
        }
        println!("{name}: {good} of {} damaged recipes were good", cases(250).count());
    }
}

/// Every cell of a table says anything that looks like something.
fn values() {
    const PIECES: [&str; 60] = [
        "33",
        "47,9",
        "33.39",
        "-",
        "−",
        "+",
        "°",
        "′",
        "’",
        "\"",
        "''",
        "N",
        "E",
        "пн",
        "північної широти",
        "сх.д.",
        "POINT(",
        ")",
        "SRID=4326;",
        "MULTIPOLYGON(((",
        ",",
        ";",
        " ",
        "\u{a0}",
        "31.12.2025",
        "2024-02-30",
        "45385",
        "1712102400000",
        "T10:20",
        "Z",
        "90 000",
        "грн.",
        "тис.",
        "млн",
        "м2",
        "га",
        "(056)",
        "+380",
        "050-123-45-67",
        "дод. 12",
        "Пн-Пт",
        "09:00",
        "-18:00",
        "перерва",
        "24/7",
        "вихідний",
        "цілодобово",
        "вул. Миру,",
        "буд.",
        "корп. 2",
        "м. Київ,",
        "<Null>",
        "так",
        "999999999999999999999",
        "1e308",
        "\u{200b}",
        "ʼ",
        "Aбв",
        "ﬀ",
        "\u{1F3E0}",
    ];
    let (recipe, collection) = read_recipe(&samples::rich("address = \"address\""));
    let columns = samples::COLUMNS;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rich.csv");
    for case in cases(40) {
        let mut dice = ChaCha8Rng::seed_from_u64(case);
        let mut table = csv::Writer::from_path(&path).unwrap();
        table.write_record(columns).unwrap();
        for _ in 0..100 {
            let cell = |dice: &mut ChaCha8Rng| -> String {
                (0..dice.next_u32() % 7).map(|_| PIECES[dice.next_u32() as usize % PIECES.len()]).collect()
            };
            let row: Vec<String> = columns.iter().map(|_| cell(&mut dice)).collect();
            table.write_record(&row).unwrap();
        }
        table.flush().unwrap();
        let read = bounded(&format!("values {case}"), || read(&recipe, &collection, &path));
        assert_eq!(read, Ok(true), "values {case}");
    }
}

fn urls() {
    let text = b"https://user:pa%20ss@data.example:8443/a/b%2Fc.csv?x=1&y=%D0%B0#part".to_vec();
    for case in cases(2000) {
        let mut dice = ChaCha8Rng::seed_from_u64(case);
        let bytes = damage::of(&Body::Plain(text.clone()), &mut dice);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        bounded(&format!("URL {case}"), || {
            if let Ok(url) = Url::parse(&text) {
                // What a URL says it is, is a URL again, and the same.
                assert_eq!(Url::parse(&url.to_string()).map(|url| url.to_string()), Ok(url.to_string()), "{text:?}");
            }
        });
    }
}
