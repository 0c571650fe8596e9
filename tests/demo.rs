//! The demonstration city is the same for the same seed, complete, without gaps, and every object of it is where it says.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    hash::{DefaultHasher, Hasher},
    path::{Path, PathBuf},
    sync::OnceLock,
};

use flatgeobuf::{FallibleStreamingIterator, FgbReader};
use geozero::ToJson;
use mapa::{
    demo::{self, Facts, Options, Written},
    model::{Catalog, Collection, CollectionId, GeometryKind},
    space::{Area, LonLat},
};
use serde_json::{Value as Json, json};

/// The collections that carry the map and how many features each has, where that is promised.
const BASE: [(&str, Option<u64>); 9] = [
    ("air-posts", Some(29)),
    ("apartment-buildings", Some(5200)),
    ("districts", Some(7)),
    ("green-areas", None),
    ("rivers", None),
    ("streets", None),
    ("transport-routes", Some(60)),
    ("transport-stops", Some(900)),
    ("water-bodies", None),
];

/// The collections of the base that only OpenStreetMap fills.
const BEYOND: [&str; 4] = ["boundaries", "buildings", "places", "railways"];

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let again = written(1);
    assert_eq!(hashes(&city().0), hashes(again.path()));
    let other = written(2);
    let (ours, others) = (hashes(&city().0), hashes(other.path()));
    assert_eq!(ours.keys().collect::<Vec<_>>(), others.keys().collect::<Vec<_>>());
    assert_ne!(ours["kindergartens.csv"], others["kindergartens.csv"]);
    assert_ne!(ours["apartment-buildings.fgb"], others["apartment-buildings.fgb"]);
    // The ground is a fact, not a chance.
    assert_eq!(ours["districts.toml"], others["districts.toml"]);
}

#[test]
fn the_counts_are_those_of_the_catalog_the_facts_and_the_manifest() {
    let (out, written) = city();
    let manifest = json_of(&out.join("manifest.json"));
    assert_eq!(manifest["demonstration"], json!(true));
    let counts = manifest["collections"].as_object().unwrap();
    let left_out: Vec<_> = catalog().collections.into_keys().filter(|id| !counts.contains_key(id.as_str())).collect();
    assert_eq!(left_out.iter().map(CollectionId::as_str).collect::<Vec<_>>(), BEYOND);
    for (id, promised) in BASE {
        let count = counts[id].as_u64().unwrap();
        assert!(promised.is_none_or(|promised| promised == count), "{count} {id}");
    }
    let is_base = |id: &str| BASE.iter().any(|(base, _)| *base == id);
    let thematic = counts.iter().filter(|(id, _)| !is_base(id)).collect::<Vec<_>>();
    assert_eq!(thematic.len(), 178);
    assert_eq!(thematic.iter().map(|(_, count)| count.as_u64().unwrap()).sum::<u64>(), 18_000);
    assert_eq!((manifest["objects"].as_u64(), written.objects), (Some(18_000), 18_000));

    let bad = manifest["bad_rows"].as_object().unwrap().values().map(|rows| rows.as_u64().unwrap()).sum::<u64>();
    assert!((40..=60).contains(&bad), "{bad} bad rows");
    let rows = counts.keys().map(|id| records(out, id).len() as u64).sum::<u64>();
    assert_eq!(rows, bad + counts.values().map(|count| count.as_u64().unwrap()).sum::<u64>());
    // A source and a recipe each, the manifest, and photos.
    let photos = files(&out.join("photos")).len();
    assert_eq!(written.files, 2 * counts.len() + 1 + photos);
    let all = [files(out), files(&out.join("photos"))].concat();
    assert_eq!(all.len(), written.files);
    let bytes = all.iter().map(|file| file.metadata().unwrap().len()).sum::<u64>();
    assert_eq!(bytes, written.bytes);
}

#[test]
fn every_photo_that_an_object_names_is_drawn_and_every_one_drawn_is_named() {
    let (out, _) = city();
    let drawn: BTreeSet<String> =
        files(&out.join("photos")).iter().map(|path| path.file_name().unwrap().display().to_string()).collect();
    assert!((60..=300).contains(&drawn.len()), "{}", drawn.len());
    let mut sizes = 0;
    let mut pictures = BTreeSet::new();
    for name in &drawn {
        let bytes = fs::read(out.join("photos").join(name)).unwrap();
        sizes += bytes.len();
        let picture = image::load_from_memory(&bytes).unwrap();
        assert_eq!((picture.width(), picture.height()), (640, 480), "{name}");
        assert!(pictures.insert(bytes), "{name} is a picture of another name too");
    }
    assert!(sizes < 5_000_000, "{sizes} bytes");

    let (mut named, mut with_photos) = (BTreeSet::new(), 0);
    let mut mentions = 0;
    for collection in filled() {
        let recipe = fs::read_to_string(out.join(format!("{}.toml", collection.id))).unwrap();
        let recipe: toml::Table = recipe.parse().unwrap();
        let Some(photos) = recipe.get("photos") else { continue };
        assert_eq!(photos["folder"].as_str(), Some("photos"));
        for cell in cells(out, &recipe, photos["column"].as_str().unwrap()) {
            let names: Vec<_> = cell.split("; ").filter(|name| !name.is_empty()).map(String::from).collect();
            with_photos += usize::from(!names.is_empty());
            mentions += names.len();
            named.extend(names);
        }
    }
    assert_eq!(named, drawn);
    // The city has some 5,400.
    assert!((5_000..5_800).contains(&mentions) && with_photos < mentions, "{mentions} of {with_photos}");
}

/// What one column of a source says in every row.
fn cells(folder: &Path, recipe: &toml::Table, column: &str) -> Vec<String> {
    let source = recipe["source"].as_table().unwrap();
    let bytes = fs::read(folder.join(source["file"].as_str().unwrap())).unwrap();
    match source["format"].as_str().unwrap() {
        "csv" => {
            let old = source.get("encoding").and_then(toml::Value::as_str) == Some("windows-1251");
            let text = if old { encoding_rs::WINDOWS_1251.decode(&bytes).0 } else { String::from_utf8_lossy(&bytes) };
            let delimiter = source["delimiter"].as_str().unwrap().as_bytes()[0];
            let text = text.trim_start_matches('\u{feff}');
            let mut rows = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
            let at = rows.headers().unwrap().iter().position(|name| name == column).unwrap();
            rows.records().map(|row| row.unwrap().get(at).unwrap_or_default().to_owned()).collect()
        }
        "geojson" => {
            let collection = serde_json::from_slice::<Json>(&bytes).unwrap();
            let features = collection["features"].as_array().unwrap();
            features.iter().map(|one| one["properties"][column].as_str().unwrap_or_default().to_owned()).collect()
        }
        _ => {
            let mut source = &bytes[..];
            let mut features = FgbReader::open(&mut source).unwrap().select_all_seq().unwrap();
            let mut cells = Vec::new();
            while let Some(feature) = features.next().unwrap() {
                use geozero::FeatureProperties as _;
                cells.push(feature.property::<String>(column).unwrap_or_default());
            }
            cells
        }
    }
}

/// The files of a folder, without those of folders in it.
fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).filter(|path| path.is_file()).collect()
}

#[test]
fn the_districts_tile_the_city() {
    let rings = districts();
    assert_eq!(rings.len(), 7);
    let bits = |at: LonLat| (at.lon().to_bits(), at.lat().to_bits());
    let mut edges = BTreeMap::new();
    for (_, area) in &rings {
        let ring = area.outer();
        for (i, a) in ring.iter().enumerate() {
            let b = ring[(i + 1) % ring.len()];
            assert!(edges.insert((bits(*a), bits(b)), (*a, b)).is_none(), "an edge twice in one direction");
        }
    }
    // What no neighbour walks the other way is the outline: one closed ring.
    let rim = edges.iter().filter(|((a, b), _)| !edges.contains_key(&(*b, *a)));
    let mut next = BTreeMap::new();
    for ((from, _), (a, b)) in rim {
        assert!(next.insert(*from, (*a, *b)).is_none(), "the outline touches itself");
    }
    let start = *next.keys().next().unwrap();
    let (mut outline, mut at) = (Vec::new(), start);
    while let Some((a, b)) = next.remove(&at) {
        outline.push(a);
        at = bits(b);
    }
    assert!(at == start && next.is_empty(), "the outline is not one ring");
    let sum = rings.iter().map(|(_, area)| area_deg2(area.outer())).sum::<f64>();
    assert!((sum - area_deg2(&outline)).abs() < 1e-12, "the districts leave gaps or overlap");
    // 74.7 km and 111.2 km to a degree: an area of some 431 km².
    let area_km2 = sum * 74.7 * 111.2;
    assert!((415.0..450.0).contains(&area_km2), "{area_km2} km²");
}

#[test]
fn every_object_lies_in_the_district_it_names() {
    let (out, _) = city();
    let districts = districts();
    let manifest = json_of(&out.join("manifest.json"));
    let (mut seen, mut nowhere) = (0_u64, 0_u64);
    for collection in filled().filter(|c| c.geometry == GeometryKind::Point) {
        for record in records(out, collection.id.as_str()) {
            seen += 1;
            let Some(at) = record.at.filter(|at| (33.0..33.9).contains(&at.lon()) && (47.5..48.3).contains(&at.lat()))
            else {
                nowhere += 1;
                continue;
            };
            let home = districts.iter().find(|(_, area)| area.contains(at));
            let (name, _) = home.unwrap_or_else(|| panic!("{at:?} of {} is outside the city", collection.id));
            if let Some(told) = record.fields.get("district") {
                assert_eq!(told, name, "{} at {at:?}", collection.id);
            }
        }
    }
    let excused = ["missing-coordinates", "bad-coordinate", "outside-bounds", "wrong-width", "wrong-geometry"];
    let excused = excused.iter().map(|reason| manifest["bad_rows"][*reason].as_u64().unwrap()).sum::<u64>();
    assert_eq!(nowhere, excused, "of {seen}");
}

#[test]
fn every_address_is_on_a_street_of_the_city() {
    let (out, _) = city();
    let streets = records(out, "streets").into_iter().map(|street| street.fields["name"].clone());
    let streets = streets.map(|name| stem(&name)).collect::<BTreeSet<_>>();
    let mut addresses = 0;
    for collection in filled() {
        for record in records(out, collection.id.as_str()) {
            if let Some((street, number)) = record.fields.get("address").and_then(|text| text.rsplit_once(", ")) {
                addresses += 1;
                assert!(streets.contains(&stem(street)), "{street} in {}", collection.id);
                assert!(number.starts_with(|c: char| c.is_ascii_digit()), "{number} in {}", collection.id);
            }
        }
    }
    assert!(addresses > 20_000, "{addresses}");
    let houses = records(out, "apartment-buildings");
    let doors = houses.iter().map(|house| &house.fields["address"]).collect::<BTreeSet<_>>();
    assert_eq!(doors.len(), 5200, "two houses share an address");
}

#[test]
fn permits_agree_with_their_dates() {
    let (out, _) = city();
    let day = |record: &Record, field: &str| {
        let text = record.fields.get(field)?;
        jiff::civil::Date::strptime("%d.%m.%Y", text).ok()
    };
    let today = jiff::civil::date(2026, 11, 1);
    let mut statuses: BTreeMap<String, u32> = BTreeMap::new();
    for record in records(out, "advertising-structures") {
        let status = record.fields.get("permit_status").cloned().unwrap_or_default();
        *statuses.entry(status.clone()).or_default() += 1;
        let Some((from, through)) = day(&record, "valid_from").zip(day(&record, "valid_through")) else { continue };
        assert!(from < through && day(&record, "permit_issued").is_none_or(|issued| issued <= from));
        match status.as_str() {
            "Чинний" => assert!(from <= today && today <= through, "{from} to {through}"),
            "Втратив чинність за терміном дії" => assert!(through < today, "{through}"),
            _ => {}
        }
    }
    // Valid, expired, annulled, reissued, none; one more word may stand in a spoiled row.
    assert!(statuses.len() >= 5, "{statuses:?}");
    assert!(statuses[""] > 100 && statuses["Чинний"] > 900, "{statuses:?}");
}

#[test]
fn a_larger_scale_multiplies_the_objects_and_nothing_else() {
    let out = tempfile::tempdir().unwrap();
    let options = Options { seed: 1, scale: 3, out: out.path().into() };
    let written = demo::write(&catalog(), &facts(), &options, &|_| ()).unwrap();
    assert_eq!(written.objects, 54_000);
    assert_eq!(records(out.path(), "apartment-buildings").len(), records(&city().0, "apartment-buildings").len());
    let none = Options { seed: 1, scale: 0, out: out.path().into() };
    assert!(demo::write(&catalog(), &facts(), &none, &|_| ()).is_err());
}

/// One row of a source: where it says it is and its texts by field of the collection.
struct Record {
    at: Option<LonLat>,
    fields: BTreeMap<String, String>,
}

/// The city of seed 1, written once for all tests.
fn city() -> &'static (PathBuf, Written) {
    static CITY: OnceLock<(PathBuf, Written)> = OnceLock::new();
    CITY.get_or_init(|| {
        let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("demo-city");
        let _ = fs::remove_dir_all(&out);
        let options = Options { seed: 1, scale: 1, out: out.clone() };
        let written = demo::write(&catalog(), &facts(), &options, &|_| ()).unwrap();
        (out, written)
    })
}

fn written(seed: u64) -> tempfile::TempDir {
    let out = tempfile::tempdir().unwrap();
    let options = Options { seed, scale: 1, out: out.path().into() };
    demo::write(&catalog(), &facts(), &options, &|_| ()).unwrap();
    out
}

/// The collections of the catalog that the demonstration city fills.
fn filled() -> impl Iterator<Item = Collection> {
    catalog().collections.into_values().filter(|collection| !BEYOND.contains(&collection.id.as_str()))
}

fn catalog() -> Catalog {
    let mut files = texts("catalog", "");
    files.extend(texts("base", "base/"));
    Catalog::read(&files).unwrap()
}

fn facts() -> Facts {
    Facts::read(&texts("demo", "")).unwrap()
}

fn texts(folder: &str, prefix: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(folder);
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .map(|path| (format!("{prefix}{}", path.file_name().unwrap().display()), fs::read_to_string(&path).unwrap()))
        .collect()
}

fn hashes(folder: &Path) -> BTreeMap<String, u64> {
    let all = [files(folder), files(&folder.join("photos"))].concat();
    all.into_iter()
        .map(|path| {
            let mut hasher = DefaultHasher::new();
            hasher.write(&fs::read(&path).unwrap());
            (path.file_name().unwrap().display().to_string(), hasher.finish())
        })
        .collect()
}

fn json_of(path: &Path) -> Json {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The name of a street without what kind of street it is.
fn stem(street: &str) -> String {
    let words = street.split(' ').filter(|word| {
        let kinds =
            ["вулиця", "вул.", "проспект", "просп.", "бульвар", "бульв.", "провулок", "пров.", "проїзд", "пр-д"];
        !kinds.contains(word)
    });
    words.collect::<Vec<_>>().join(" ")
}

fn area_deg2(ring: &[LonLat]) -> f64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter().zip(next).map(|(a, b)| a.lon() * b.lat() - b.lon() * a.lat()).sum::<f64>() / 2.0
}

fn districts() -> Vec<(String, Area)> {
    let collection = json_of(&city().0.join("districts.geojson"));
    let features = collection["features"].as_array().unwrap();
    features
        .iter()
        .map(|feature| {
            let ring = feature["geometry"]["coordinates"][0].as_array().unwrap();
            let ring = ring.iter().map(|at| place(at).unwrap()).collect();
            (feature["properties"]["name"].as_str().unwrap().into(), Area::new(ring, Vec::new()).unwrap())
        })
        .collect()
}

fn place(at: &Json) -> Option<LonLat> {
    LonLat::new(at.get(0)?.as_f64()?, at.get(1)?.as_f64()?).ok()
}

/// Reads a source as its recipe says, with none of the product's own readers.
fn records(folder: &Path, id: &str) -> Vec<Record> {
    let recipe: toml::Table = fs::read_to_string(folder.join(format!("{id}.toml"))).unwrap().parse().unwrap();
    assert_eq!(recipe["demonstration"].as_bool(), Some(true));
    let source = recipe["source"].as_table().unwrap();
    let bytes = fs::read(folder.join(source["file"].as_str().unwrap())).unwrap();
    let columns = recipe["fields"].as_table().unwrap();
    let column = |field: &str| columns[field]["column"].as_str().unwrap();
    let features = match source["format"].as_str().unwrap() {
        "csv" => return csv_records(&bytes, &recipe),
        "geojson" => serde_json::from_slice::<Json>(&bytes).unwrap()["features"].as_array().unwrap().clone(),
        _ => flatgeobuf_features(&bytes),
    };
    let read = |feature: &Json| Record {
        at: place(&feature["geometry"]["coordinates"]).filter(|_| feature["geometry"]["type"] == "Point"),
        fields: columns
            .keys()
            .filter_map(|field| Some((field.clone(), feature["properties"][column(field)].as_str()?.into())))
            .collect(),
    };
    features.iter().map(read).collect()
}

fn flatgeobuf_features(bytes: &[u8]) -> Vec<Json> {
    use flatgeobuf::FeatureProperties;
    let mut reader = FgbReader::open(std::io::Cursor::new(bytes)).unwrap().select_all().unwrap();
    let mut features = Vec::new();
    while let Some(feature) = reader.next().unwrap() {
        let geometry: Json = serde_json::from_str(&feature.to_json().unwrap()).unwrap();
        let properties = feature.properties().unwrap().into_iter().collect::<BTreeMap<_, _>>();
        features.push(json!({ "geometry": geometry, "properties": properties }));
    }
    features
}

fn csv_records(bytes: &[u8], recipe: &toml::Table) -> Vec<Record> {
    let encoding = recipe["source"].get("encoding").map_or("utf-8", |label| label.as_str().unwrap());
    let (text, _, _) = encoding_rs::Encoding::for_label(encoding.as_bytes()).unwrap().decode(bytes);
    let delimiter = recipe["source"]["delimiter"].as_str().unwrap().as_bytes()[0];
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let position = |column: &Json| header.iter().position(|title| Some(title) == column.as_str()).unwrap();
    let recipe: Json = serde_json::to_value(recipe).unwrap();
    let [lon, lat] = ["lon", "lat"].map(|axis| position(&recipe["geometry"][axis]));
    let fields = recipe["fields"].as_object().unwrap();
    let fields = fields.iter().map(|(field, from)| (field, position(&from["column"]))).collect::<Vec<_>>();
    reader
        .records()
        .map(|record| {
            let record = record.unwrap();
            let degrees = |i: usize| record.get(i).and_then(degrees);
            let told = |text: &&str| !matches!(*text, "" | "-" | "null");
            Record {
                at: degrees(lon).zip(degrees(lat)).and_then(|(lon, lat)| LonLat::new(lon, lat).ok()),
                fields: fields
                    .iter()
                    .filter_map(|(field, i)| Some(((*field).clone(), record.get(*i).filter(told)?.into())))
                    .collect(),
            }
        })
        .collect()
}

/// Decimal degrees with a point or a comma, or `N 47° 54’ 31,4"`.
fn degrees(text: &str) -> Option<f64> {
    let text = text.replace(',', ".");
    if let Ok(plain) = text.parse() {
        return Some(plain);
    }
    let parts = text.split(|c: char| !c.is_ascii_digit() && c != '.').filter(|part| !part.is_empty());
    let parts = parts.map(|part| part.parse::<f64>().ok()).collect::<Option<Vec<_>>>()?;
    let [degrees, minutes, seconds] = <[f64; 3]>::try_from(parts).ok()?;
    Some(degrees + minutes / 60.0 + seconds / 3600.0)
}
