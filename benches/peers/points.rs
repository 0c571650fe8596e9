//! The points are the thematic objects of the demonstration city as one plain collection, for us and for others alike.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use mapa::{
    model::Value,
    snapshot::Snapshot,
    space::{LonLat, TileCoord, WorldPoint},
};

use crate::{city, postgres::Cluster};

/// As many points as are compared.
const MOST: usize = 18_000;

/// Distinct tiles in a stream.
const TILES: usize = 3000;

/// Zooms of a stream.
const ZOOMS: std::ops::RangeInclusive<u8> = 10..=17;

/// The tileset of [`tilesets`].
pub const PLAIN: &str = "plain";

/// One object.
pub struct Point {
    pub number: usize,
    pub id: String,
    pub name: String,
    pub kind: String,
    pub at: LonLat,
}

/// The first 18 thousand thematic objects, each at the middle of its box, in the order of collections and ids.
pub fn of(snapshot: &Snapshot) -> Vec<Point> {
    let features = snapshot.thematic().flat_map(|shelf| {
        let name = shelf.collection().field_index("name");
        shelf.features().map(move |feature| {
            let bbox = feature.geometry.bbox();
            let at = LonLat::new(bbox.west.midpoint(bbox.east), bbox.south.midpoint(bbox.north)).unwrap();
            let name = match name.map(|name| &feature.values[name]) {
                Some(Value::Text(name)) => name.to_string(),
                _ => String::new(),
            };
            let kind = feature.kind.as_deref().unwrap_or_default().to_owned();
            (format!("{}-{}", shelf.collection().id, feature.id), name, kind, at)
        })
    });
    let numbered = features.take(MOST).enumerate();
    numbered.map(|(number, (id, name, kind, at))| Point { number, id, name, kind, at }).collect()
}

/// Some 3,000 distinct tiles, denser places more often among them: the same ones at each call.
pub fn tiles(points: &[Point]) -> Vec<TileCoord> {
    let (mut seen, mut tiles) = (BTreeSet::new(), Vec::new());
    // Numerical Recipes' linear congruence: any fixed sequence would do.
    let mut state = 2026_u32;
    let mut dice = |sides: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % sides
    };
    while tiles.len() < TILES {
        let point = &points[dice(points.len())];
        let z = *ZOOMS.start() + dice(ZOOMS.count()) as u8;
        let coord = TileCoord::at(WorldPoint::of(point.at), z);
        if seen.insert(coord) {
            tiles.push(coord);
        }
    }
    tiles
}

/// A store with the points as the collection `spots`; and its recipe and source, to change them.
pub fn store(folder: &Path, points: &[Point]) -> PathBuf {
    fs::create_dir_all(folder).unwrap();
    write(folder, points);
    let recipe = "\
        collection = \"spots\"\n[source]\nfile = \"points.csv\"\n[id]\ncolumn = \"id\"\n[geometry]\nlon = \"lon\"\nlat = \"lat\"\n\
        [fields.name]\ncolumn = \"name\"\n[fields.sort]\ncolumn = \"kind\"\n[fields.number]\ncolumn = \"number\"\n\
        [declare]\ntitle = { uk = \"Точки\", en = \"Points\" }\ngeometry = \"point\"\nmin_zoom = 0\nfields = [\n\
        { name = \"name\", type = \"text\", title = { uk = \"Назва\", en = \"Name\" } },\n\
        { name = \"sort\", type = \"text\", title = { uk = \"Вид\", en = \"Kind\" } },\n\
        { name = \"number\", type = \"integer\", title = { uk = \"Номер\", en = \"Number\" } } ]\n";
    fs::write(folder.join("points.toml"), recipe).unwrap();
    let store = folder.join("points.gpkg");
    for end in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{end}", store.display()));
    }
    import(folder);
    store
}

/// A tileset of the points as others have them, in a file: one layer of every point with all its fields, and nothing else.
pub fn tilesets(folder: &Path) -> PathBuf {
    let file = folder.join("tilesets.toml");
    let tileset = format!(
        "[{PLAIN}]\ntitle = {{ uk = \"Точки\", en = \"Points\" }}\nplain = true\n[[{PLAIN}.layer]]\nname = \"points\"\n\
         collections = [\"spots\"]\nfields = [\"name\", \"sort\", \"number\"]\n"
    );
    fs::write(&file, tileset).unwrap();
    file
}

/// Imports the points as their source has them now.
pub fn import(folder: &Path) {
    let (store, recipe) = (folder.join("points.gpkg"), folder.join("points.toml"));
    city::run(&["import", "--store", store.to_str().unwrap(), recipe.to_str().unwrap()]);
}

/// Writes the source of the points.
pub fn write(folder: &Path, points: &[Point]) {
    let mut csv = String::from("number,id,name,kind,lon,lat\n");
    for Point { number, id, name, kind, at } in points {
        let name = name.replace('"', "\"\"");
        writeln!(csv, "{number},{id},\"{name}\",{kind},{},{}", at.lon(), at.lat()).unwrap();
    }
    fs::write(folder.join("points.csv"), csv).unwrap();
}

/// Puts what the source of the points has now into a database with PostGIS, as the table `raw`.
pub fn pour(cluster: &Cluster, database: &str, folder: &Path) {
    cluster.sql(database, "CREATE EXTENSION postgis");
    cluster.sql(database, "CREATE TABLE raw (number int, id text, name text, kind text, lon float8, lat float8)");
    // The server may not read our folder; its client may.
    cluster.sql(database, &format!("\\copy raw FROM '{}' CSV HEADER", folder.join("points.csv").display()));
}
