//! Photos from a row to a visitor, over both stores: brought by column, file name or URL, kept in a folder or a bucket, shown
//! only where the object that they show is.

mod city;
mod postgres;

use std::{
    fmt::Write as _,
    fs,
    io::{BufRead as _, BufReader, Cursor},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
};

use city::{City, Server, text, until};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use postgres::Cluster;
use serde_json::{Value, json};

/// What a visitor's browser keeps of a photo.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// A picture of so many pixels, another one for each tone.
fn picture(width: u32, height: u32, tone: u8, format: ImageFormat) -> Vec<u8> {
    let picture =
        RgbImage::from_fn(width, height, |x, y| Rgb([(x * 255 / width) as u8, (y * 255 / height) as u8, tone]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(picture).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn put(city: &City, name: &str, bytes: &[u8]) {
    let path = city.path(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// The recipe of trees with photos; rows have an id, a cell of photos and who took them.
fn trees(city: &City, audience: &str, photos: &str, rows: &[(&str, &str, &str)]) -> PathBuf {
    let mut source = String::from("номер;фото;автор;довгота;широта\n");
    for (i, (id, cell, by)) in rows.iter().enumerate() {
        let _ = writeln!(source, "{id};\"{cell}\";{by};33.{};47.9", 40 + i);
    }
    city.write("trees.csv", source);
    city.write(
        "trees.toml",
        format!(
            r#"
            collection = "trees"
            [source]
            file = "trees.csv"
            delimiter = ";"
            [id]
            column = "номер"
            [geometry]
            lon = "довгота"
            lat = "широта"
            [fields.name]
            column = "номер"
            [fields.photos_credit]
            column = "автор"
            [photos]
            {photos}
            [declare]
            title = {{ uk = "Дерева", en = "Trees" }}
            geometry = "point"
            audience = "{audience}"
            fields = [ {{ name = "name", type = "text", title = {{ uk = "Назва", en = "Name" }} }} ]
            "#
        ),
    )
}

/// A city in a file, and one in a database where there can be one.
fn cities() -> Vec<(City, Option<Arc<Cluster>>)> {
    let database = Cluster::shared().map(|cluster| (City::over(cluster.database()), Some(cluster)));
    [Some((City::new(), None)), database].into_iter().flatten().collect()
}

fn photos_of(server: &Server, id: &str) -> Vec<Value> {
    let feature = server.json(&format!("/collections/trees/items/{id}"));
    feature["properties"]["photos"].as_array().cloned().unwrap_or_default()
}

fn href(photo: &Value) -> &str {
    photo["href"].as_str().unwrap()
}

/// Every picture that an object shows, in all sizes, is what it says of itself.
fn are_there(server: &Server, photos: &[Value]) {
    for photo in photos {
        for size in
            [std::slice::from_ref(photo), photo["thumbnails"].as_array().map_or(&[][..], Vec::as_slice)].concat()
        {
            let answer = server.get(href(&size));
            assert_eq!(answer.status, 200, "{size}");
            let shown = image::load_from_memory(&answer.body).unwrap();
            assert_eq!(json!([shown.width(), shown.height()]), json!([size["width"], size["height"]]));
        }
    }
}

#[test]
fn photos_come_by_column_and_by_file_name_and_what_is_wrong_is_told_beside_the_rows_that_stay() {
    for (city, _running) in cities() {
        put(&city, "pics/дуб.jpg", &picture(1800, 1200, 10, ImageFormat::Jpeg));
        put(&city, "pics/2024/b.png", &picture(500, 400, 20, ImageFormat::Png));
        put(&city, "pics/text.jpg", b"no picture");
        put(&city, "pics/7.JPG", &picture(300, 200, 30, ImageFormat::Jpeg));
        put(&city, "pics/7-2.webp.jpg", &picture(300, 200, 40, ImageFormat::WebP));
        put(&city, "pics/71.jpg", &picture(300, 200, 50, ImageFormat::Jpeg));
        put(&city, "secret.jpg", &picture(300, 200, 60, ImageFormat::Jpeg));
        std::os::unix::fs::symlink(city.path("secret.jpg"), city.path("pics/link.jpg")).unwrap();
        let many = (0..21).map(|i| format!("дуб{i}.jpg")).collect::<Vec<_>>().join("; ");
        for i in 0..20 {
            put(&city, &format!("pics/дуб{i}.jpg"), &picture(64, 64, 100 + i, ImageFormat::Jpeg));
        }
        let rows = [
            ("1", "дуб.jpg; 2024\\\\b.png|дуб.jpg", "О. Коваль"),
            ("2", "absent.jpg", ""),
            ("3", "text.jpg, дуб.jpg", ""),
            ("4", "../secret.jpg", ""),
            ("5", "link.jpg", ""),
            ("6", "-", ""),
            ("7", "", ""),
            ("8", &many, ""),
            ("9", "http://127.0.0.1:1/a.jpg", ""),
        ];
        let rows = rows.map(|(id, cell, by)| (id, cell.replace("\\\\", "\\"), by));
        let rows: Vec<_> = rows.iter().map(|(id, cell, by)| (*id, cell.as_str(), *by)).collect();
        let recipe = trees(
            &city,
            "public",
            "column = \"фото\"\nfolder = \"pics\"\npattern = \"{id}*.jpg\"\ncredit = \"Місто\"",
            &rows,
        );
        let report = city.import(&recipe, None);
        assert_eq!((&report["read"], &report["features"], &report["rejections"]), (&json!(9), &json!(9), &json!(0)));
        let warnings = json!({ "missing-photo": 4, "bad-photo": 1, "many-photos": 1 });
        assert_eq!(report["warnings"], warnings);

        // Each is kept with its row, its column, what was written and why.
        let told = city.mapa(&["history", "trees", "--run", "1", "--json"]);
        let told: Vec<Value> = serde_json::from_slice(&told.stdout).unwrap();
        let brief: Vec<_> = told
            .iter()
            .map(|one| (one["row"].as_u64().unwrap(), one["text"].as_str().unwrap(), one["reason"].as_str().unwrap()))
            .collect();
        let wanted = [
            (3, "absent.jpg", "missing-photo"),
            (4, "text.jpg", "bad-photo"),
            (5, "../secret.jpg", "missing-photo"),
            (6, "link.jpg", "missing-photo"),
            (9, "дуб20.jpg", "many-photos"),
            (10, "http://127.0.0.1:1/a.jpg", "missing-photo"),
        ];
        assert_eq!(brief, wanted);
        assert!(told.iter().all(|one| one["column"] == "фото" && one["record"]["номер"].is_string()), "{told:?}");
        assert!(told[5]["detail"].as_str().unwrap().contains("hosts"), "{}", told[5]);

        let server = city.serve(&[]);
        let sizes = |id: &str| -> Vec<(Value, Value)> {
            photos_of(&server, id).iter().map(|one| (one["width"].clone(), one["height"].clone())).collect()
        };
        assert_eq!(sizes("1"), [(json!(1600), json!(1067)), (json!(500), json!(400))]);
        assert_eq!(sizes("3"), [(json!(1600), json!(1067))]);
        for none in ["2", "4", "5", "6", "9"] {
            assert_eq!(sizes(none), [], "{none}");
        }
        // 7.JPG and 7-2.webp.jpg; 71.jpg is of another tree.
        assert_eq!(photos_of(&server, "7").len(), 2);
        assert_eq!(photos_of(&server, "8").len(), 20);
        for id in ["1", "3", "7", "8"] {
            are_there(&server, &photos_of(&server, id));
        }
        let one = server.json("/collections/trees/items/1");
        assert_eq!(one["properties"]["photos_credit"], "О. Коваль");
        assert_eq!(server.json("/collections/trees/items/3")["properties"]["photos_credit"], "Місто");
        assert_eq!(server.json("/collections/trees/items/2")["properties"].get("photos_credit"), None);
        let with = server.json("/collections/trees/items?filter=photos%20IS%20NOT%20NULL");
        assert_eq!(with["numberMatched"], 4);
        let schema = server.json("/collections/trees/schema");
        assert_eq!(schema["properties"]["photos"]["type"], "array");
        // Where the album lies beside the file, or where it is said to.
        let album = if city.store().exists() { "city.photos" } else { "var/city.photos" };
        assert!(fs::read_dir(city.path(album)).unwrap().count() > 5);
        drop(server);

        // The same again is no change, and a warning still.
        let again = city.import(&recipe, None);
        assert_eq!((&again["change"]["unchanged"], &again["warnings"]), (&json!(9), &warnings));
        assert_eq!(again["runs"][0]["revision"], Value::Null);
    }
}

#[test]
fn a_photo_is_answered_for_ever_by_its_name_and_by_no_other() {
    let city = City::new();
    put(&city, "a.jpg", &picture(640, 480, 1, ImageFormat::Jpeg));
    let recipe = trees(&city, "public", "column = \"фото\"", &[("1", "a.jpg", "")]);
    city.import(&recipe, None);
    let server = city.serve(&[]);
    let photo = photos_of(&server, "1").remove(0);
    let path = href(&photo).to_owned();
    let answer = server.get(&path);
    assert_eq!(answer.status, 200);
    for (name, wanted) in [
        ("content-type", "image/jpeg"),
        ("cache-control", FOR_EVER),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox; frame-ancestors 'self'"),
        ("access-control-allow-origin", "*"),
        ("content-encoding", ""),
    ] {
        assert_eq!(answer.header(name), wanted, "{name}");
    }
    assert_eq!(answer.header("content-length"), answer.body.len().to_string());
    let tag = answer.header("etag").to_owned();
    assert!(tag.starts_with('"'), "{tag}");
    let again = server.get_with(&path, &[("if-none-match", &tag)]);
    assert_eq!((again.status, again.body.len(), again.header("cache-control")), (304, 0, FOR_EVER));
    let small = &photo["thumbnails"][0];
    assert_eq!((&small["width"], &small["height"]), (&json!(320), &json!(240)));
    assert_ne!(server.get(href(small)).header("etag"), tag);

    // A size that is not made, another picture, and what is no name: there is nothing.
    let hash = path.rsplit('/').next().unwrap().split('-').next().unwrap();
    for none in [
        format!("/photos/{hash}-320x239.jpg"),
        format!("/photos/{hash}-800x600.jpg"),
        path.replace(hash, &"0".repeat(32)),
        path.to_uppercase().replace("PHOTOS", "photos"),
        path.replace(".jpg", ".png"),
        "/photos/..%2Fcity.gpkg".into(),
        "/photos/".into(),
    ] {
        assert_eq!(server.get(&none).status, 404, "{none}");
    }
    assert_eq!(server.get(&format!("{path}?x=1")).status, 400);

    // What the album has lost is told, and is no fault of the asker's.
    fs::remove_dir_all(city.path("city.photos")).unwrap();
    assert_eq!(server.get(&path).status, 404);
    until(|| server.log().contains("the album does not have"));
    // The next import brings it again.
    city.import(&recipe, None);
    assert_eq!(server.get(&path).status, 200);
}

#[test]
fn pages_and_previews_show_the_photos() {
    let city = City::new();
    put(&city, "a.jpg", &picture(1600, 900, 1, ImageFormat::Jpeg));
    put(&city, "b.jpg", &picture(300, 200, 2, ImageFormat::Jpeg));
    let recipe = trees(&city, "public", "column = \"фото\"", &[("<1>", "a.jpg; b.jpg", "<b>Я</b>"), ("2", "", "")]);
    city.import(&recipe, None);
    let server = city.serve(&["--public-url", "https://map.example"]);
    let page = text(&server.get("/collections/trees/items/%3C1%3E?f=html&lang=en").body);
    let photo = photos_of(&server, "%3C1%3E").remove(0);
    let sized = format!("src=\"{}\"", href(&photo));
    assert!(page.contains(&sized), "{page}");
    for wanted in
        ["width=\"1600\" height=\"900\"", "loading=\"lazy\"", "alt=\"&lt;1&gt;: photo 1/2\"", " 320w", "&lt;b&gt;Я"]
    {
        assert!(page.contains(wanted), "{wanted} in {page}");
    }
    assert_eq!(page.matches("<img").count(), 2);
    assert!(!text(&server.get("/collections/trees/items/2?f=html").body).contains("<img"));
    // In rows there is a number, and no names of files.
    let rows = text(&server.get("/collections/trees/items?f=html").body);
    assert!(rows.contains("<td>2</td>") && !rows.contains(".jpg"), "{rows}");

    let shared = text(&server.get("/?lang=en&object=trees/%3C1%3E").body);
    if shared.contains("og:title") {
        let image = format!("<meta property=\"og:image\" content=\"https://map.example{}\" />", href(&photo));
        assert!(shared.contains(&image), "{shared}");
        assert!(shared.contains("<meta property=\"og:image:width\" content=\"1600\" />"), "{shared}");
    }
    let csv = text(&server.get("/collections/trees/items?f=csv").body);
    assert!(csv.contains("-1600x900.jpg "), "{csv}");
}

#[test]
fn what_is_not_public_shows_no_photo_and_what_is_no_longer_shown_goes() {
    for (city, _running) in cities() {
        put(&city, "a.jpg", &picture(400, 300, 1, ImageFormat::Jpeg));
        put(&city, "b.jpg", &picture(400, 300, 2, ImageFormat::Jpeg));
        city.import(&trees(&city, "staff", "column = \"фото\"", &[("1", "a.jpg", "")]), None);
        // What the public may not see has a photo, whose name somebody may know.
        let album = if city.store().exists() { city.path("city.photos") } else { city.path("var/city.photos") };
        let names = || -> Vec<String> {
            let shelves = fs::read_dir(&album).unwrap().map(|shelf| shelf.unwrap().path());
            let names = shelves.flat_map(|shelf| fs::read_dir(shelf).unwrap());
            names.map(|name| name.unwrap().file_name().into_string().unwrap()).collect()
        };
        let hidden = names();
        assert_eq!(hidden.len(), 2);
        let server = city.serve(&[]);
        for name in &hidden {
            assert_eq!(server.get(&format!("/photos/{name}")).status, 404);
        }
        // It becomes public while the server goes on, and is shown.
        let shown = [("1", "a.jpg", ""), ("2", "a.jpg", ""), ("3", "b.jpg", "")];
        city.import(&trees(&city, "public", "column = \"фото\"", &shown), None);
        let first = format!("/photos/{}", hidden[0]);
        until(|| server.get(&first).status == 200);
        are_there(&server, &photos_of(&server, "3"));
        // One object loses it, and another still has it.
        let (one, other) = ([("1", "", ""), shown[1], shown[2]], [("1", "", ""), ("2", "b.jpg", ""), shown[2]]);
        city.import(&trees(&city, "public", "column = \"фото\"", &one), None);
        until(|| photos_of(&server, "1").is_empty());
        assert_eq!(server.get(&first).status, 200);
        city.import(&trees(&city, "public", "column = \"фото\"", &other), None);
        until(|| server.get(&first).status == 404);
        are_there(&server, &photos_of(&server, "2"));
        city.import(&trees(&city, "staff", "column = \"фото\"", &other), None);
        until(|| server.get("/collections/trees").status == 404);
        for name in names() {
            assert_eq!(server.get(&format!("/photos/{name}")).status, 404);
        }
        assert!(!server.log().contains("ERROR"), "{}", server.log());
    }
}

#[test]
fn an_edit_of_photos_is_followed_and_one_that_names_none_is_a_rejection() {
    let city = City::new();
    put(&city, "a.jpg", &picture(400, 300, 1, ImageFormat::Jpeg));
    city.import(&trees(&city, "public", "column = \"фото\"", &[("1", "a.jpg", ""), ("2", "", "")]), None);
    let server = city.serve(&[]);
    let photo = photos_of(&server, "1").remove(0);
    let name = href(&photo).rsplit('/').next().unwrap().to_owned();
    let edit = |sql: &str, values: &[&str]| {
        let other = rusqlite::Connection::open(city.store()).unwrap();
        other.execute(sql, rusqlite::params_from_iter(values)).unwrap();
    };
    edit("UPDATE trees SET photos = ?1 WHERE id = '2'", &[&name]);
    until(|| photos_of(&server, "2") == [photo.clone()]);
    edit("UPDATE trees SET photos = NULL WHERE id = '1'", &[]);
    until(|| photos_of(&server, "1").is_empty());
    assert_eq!(server.get(href(&photo)).status, 200);
    edit("UPDATE trees SET photos = ?1 WHERE id = '2'", &[&format!("{name} holiday.jpg")]);
    until(|| server.get("/collections/trees/items/2").status == 404);
    assert_eq!(server.get(href(&photo)).status, 404);
    // Edits that follow each other soon are one run.
    let rejection = || {
        (2..=4).find_map(|run: u8| {
            let told = city.mapa(&["history", "trees", "--run", &run.to_string(), "--json"]);
            serde_json::from_slice::<Vec<Value>>(&told.stdout).ok()?.first().cloned()
        })
    };
    until(|| rejection().is_some());
    let told = rejection().unwrap();
    assert_eq!((&told["column"], &told["reason"]), (&json!("photos"), &json!("bad-photo")));
    assert!(told["detail"].as_str().unwrap().contains("`holiday.jpg`"), "{told}");
}

#[test]
fn a_dry_run_looks_at_photos_and_keeps_none() {
    let city = City::new();
    put(&city, "a.jpg", &picture(400, 300, 1, ImageFormat::Jpeg));
    put(&city, "b.jpg", &picture(400, 300, 1, ImageFormat::Jpeg)[..300]);
    let recipe = trees(&city, "public", "column = \"фото\"", &[("1", "a.jpg; b.jpg", "")]);
    let output = city.mapa(&["import", "--dry-run", "--json", recipe.to_str().unwrap()]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["warnings"], json!({ "bad-photo": 1 }), "{}", text(&output.stderr));
    assert!(!city.path("city.photos").exists());
    // As people read it: which file, row and column, and why.
    // A recipe in the folder that one is in.
    let output = city.mapa(&["import", "trees.toml"]);
    let told = text(&output.stdout);
    assert!(told.contains("trees.csv, row 2, column `фото`: bad-photo: "), "{told}");
    assert!(told.contains("(`b.jpg`)") && told.contains("warnings: bad-photo 1"), "{told}");
}

#[test]
fn photos_that_have_not_changed_are_not_read_again() {
    for (city, _running) in cities() {
        put(&city, "pics/a.jpg", &picture(1000, 700, 1, ImageFormat::Jpeg));
        let wanted = "column = \"фото\"\nfolder = \"pics\"";
        let recipe = trees(&city, "public", wanted, &[("1", "a.jpg", ""), ("2", "b.jpg", "")]);
        let first = city.import(&recipe, None);
        assert_eq!(first["runs"][0]["warnings"]["missing-photo"], 1);
        let is_repeated = || {
            let report = city.import(&recipe, None);
            assert_eq!((&report["accepted"], report["change"]["removed"].as_u64()), (&json!(true), Some(0)));
            report["runs"][0]["repeated"].as_bool().unwrap()
        };
        assert!(is_repeated());
        let table = city.mapa(&["import", recipe.to_str().unwrap()]);
        assert!(text(&table.stdout).contains("b.jpg"), "{}", text(&table.stdout));
        let once = |what: &str| {
            assert!(!is_repeated(), "{what}");
            assert!(is_repeated(), "after {what}");
        };
        put(&city, "pics/deep/c.jpg", b"nobody names it");
        once("another file");
        put(&city, "pics/b.jpg", &picture(300, 200, 2, ImageFormat::Jpeg));
        once("a photo that was missing");
        put(&city, "pics/a.jpg", &picture(1000, 800, 3, ImageFormat::Jpeg));
        once("another picture under the same name");
        let server = city.serve(&[]);
        assert_eq!(photos_of(&server, "1")[0]["height"], 800);
        let album = [city.path("city.photos"), city.path("var/city.photos")].into_iter().find(|album| album.exists());
        fs::remove_dir_all(album.unwrap()).unwrap();
        once("an album that lost its photos");
        are_there(&server, &[photos_of(&server, "1"), photos_of(&server, "2")].concat());
    }
}

#[test]
fn a_copied_store_has_its_photos() {
    let city = City::new();
    put(&city, "a.jpg", &picture(1000, 700, 1, ImageFormat::Jpeg));
    city.import(&trees(&city, "public", "column = \"фото\"", &[("1", "a.jpg", "")]), None);
    city.write("city.photos/notes.txt", "not ours");
    let output = city.mapa(&["copy", "--from", "city.gpkg", "--to", "other.gpkg"]);
    assert!(text(&output.stdout).contains("with 3 files of photos"), "{}", text(&output.stderr));
    assert!(!city.path("other.photos/notes.txt").exists());
    fs::remove_dir_all(city.path("city.photos")).unwrap();
    let server = city.serve(&["--store", "other.gpkg"]);
    are_there(&server, &photos_of(&server, "1"));
    assert_eq!(photos_of(&server, "1").len(), 1);
}

#[test]
fn a_photo_on_a_server_is_fetched_from_the_hosts_that_the_recipe_names() {
    let (there, here) = (City::new(), City::new());
    put(&there, "a.jpg", &picture(640, 400, 1, ImageFormat::Jpeg));
    there.import(&trees(&there, "public", "column = \"фото\"", &[("1", "a.jpg", "")]), None);
    let elsewhere = there.serve(&[]);
    let url = format!("{}{}", elsewhere.root, href(&photos_of(&elsewhere, "1")[0]));
    let host = elsewhere.root.trim_start_matches("http://");
    let page = format!("{}/", elsewhere.root);
    let rows = [
        ("1", url.as_str(), ""),
        ("2", &url.replace("-640", "-639"), ""),
        ("3", "http://localhost:9/x.jpg", ""),
        ("4", &page, ""),
    ];
    let recipe = trees(&here, "public", &format!("column = \"фото\"\nhosts = [\"{host}\"]"), &rows);
    let report = here.import(&recipe, None);
    assert_eq!(report["features"], 4);
    assert_eq!(
        report["warnings"]["missing-photo"].as_u64().unwrap() + report["warnings"]["bad-photo"].as_u64().unwrap_or(0),
        3
    );
    let server = here.serve(&[]);
    are_there(&server, &photos_of(&server, "1"));
    assert_eq!(photos_of(&server, "1").len(), 1);
    let told = text(&here.mapa(&["history", "trees", "--run", "1"]).stdout);
    assert!(told.contains("404") && told.contains("does not name `localhost:9`"), "{told}");
}

/// A server that speaks S3 (moto), with a bucket; `None`, said aloud, where it is not installed and need not be.
struct Bucket {
    server: Child,
    root: String,
}

impl Bucket {
    fn start() -> Option<Self> {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients/bin/moto_server");
        if !program.exists() {
            assert!(std::env::var_os("CI").is_none(), "no clients: run tests/tools.sh");
            println!("skipped: no clients");
            return None;
        }
        let mut server = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", "0"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
        let root = lines.by_ref().find_map(|line| {
            let line = line.unwrap();
            Some(line[line.find("http://")?..].split_whitespace().next()?.to_owned())
        });
        // It goes on telling of each request, and must not stand still because nobody listens.
        thread::spawn(move || lines.for_each(drop));
        let root = root.expect("the server says where it is");
        ureq::put(format!("{root}/city")).send_empty().unwrap();
        Some(Self { server, root })
    }

    /// What the environment says of it.
    fn environment(&self) -> [(&'static str, &str); 4] {
        [
            ("AWS_ENDPOINT_URL", &self.root),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_REGION", "us-east-1"),
        ]
    }

    /// The keys in the bucket and how many bytes each has, told by a client of another hand.
    fn listed(&self) -> Vec<(String, usize)> {
        let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients/bin/python");
        let script = "import boto3, json, os\n\
                      s3 = boto3.client('s3')\n\
                      found = s3.list_objects_v2(Bucket='city').get('Contents', [])\n\
                      print(json.dumps([[one['Key'], one['Size']] for one in found]))";
        let output = Command::new(python).args(["-c", script]).envs(self.environment()).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[test]
fn a_bucket_keeps_photos_as_a_folder_does() {
    let Some(mut bucket) = Bucket::start() else { return };
    let city = City::new();
    put(&city, "a.jpg", &picture(1000, 700, 1, ImageFormat::Jpeg));
    put(&city, "b.png", &picture(200, 300, 2, ImageFormat::Png));
    let recipe = trees(&city, "public", "column = \"фото\"", &[("1", "a.jpg; b.png", ""), ("2", "c.jpg", "")]);
    // The settings file says where, the environment how.
    city.write("mapa.toml", "photos = \"s3://city/міські світлини/2026\"\n");
    let import = |bucket: &Bucket| {
        let mut command = city.command();
        command.args(["import", "--json", recipe.to_str().unwrap()]).envs(bucket.environment());
        command.output().unwrap()
    };
    let output = import(&bucket);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["warnings"], json!({ "missing-photo": 1 }));
    assert!(!city.path("city.photos").exists());
    let listed = bucket.listed();
    assert_eq!(listed.len(), 4, "three sizes of the one, one of the other: {listed:?}");
    assert_eq!(import(&bucket).status.code(), Some(0));

    let server = city.serve_with(&[], &bucket.environment());
    let photos = photos_of(&server, "1");
    assert_eq!(photos.len(), 2);
    are_there(&server, &photos);
    for photo in &photos {
        let (path, bytes) = (href(photo), server.get(href(photo)).body.len());
        let name = path.rsplit('/').next().unwrap();
        assert!(listed.iter().any(|(key, size)| key.ends_with(name) && *size == bytes), "{name} in {listed:?}");
    }
    // A sweep finds nothing here; one over a store that names no photo takes all, and the next import brings them again.
    let swept = |store: &str| {
        let output = city.command().args(["sweep", "--store", store]).envs(bucket.environment()).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    assert!(swept("city.gpkg").starts_with("0 files of photos, 0 bytes"));
    let bare = city.write("bare.geojson", json!({ "type": "FeatureCollection", "features": [] }).to_string());
    let bare = city.write(
        "bare.toml",
        format!("collection = \"benches\"\n[source]\nfile = \"{}\"\n[id]\ncolumn = \"id\"\n", bare.display()),
    );
    let output = city.command().args(["import", "--store", "bare.gpkg", bare.to_str().unwrap()]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(swept("bare.gpkg").starts_with("4 files of photos, "));
    assert_eq!(bucket.listed(), []);
    assert_eq!(import(&bucket).status.code(), Some(0));
    assert_eq!(bucket.listed().len(), 4);
    // Without the bucket there are no photos, and everything else; who has one needs no bucket.
    let path = href(&photos[0]);
    let tag = server.get(path).header("etag").to_owned();
    bucket.server.kill().unwrap();
    bucket.server.wait().unwrap();
    let answer = server.get(path);
    assert_eq!((answer.status, answer.header("retry-after").is_empty()), (503, false), "{}", text(&answer.body));
    assert_eq!(server.get_with(path, &[("if-none-match", &tag)]).status, 304);
    assert_eq!(photos_of(&server, "1").len(), 2);
    // And an import says that it cannot keep photos, rather than leave them out.
    let output = import(&bucket);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("photos in s3://city/"), "{}", text(&output.stderr));
}

#[test]
fn a_sweep_removes_what_neither_an_object_nor_its_past_names() {
    for (city, running) in cities() {
        // Beside the file; of a database, where it is said by default.
        let album = if running.is_some() { "var/city.photos" } else { "city.photos" };
        for (name, tone) in [("a.jpg", 1), ("b.jpg", 2), ("c.jpg", 3), ("d.jpg", 4)] {
            put(&city, name, &picture(1000, 700, tone, ImageFormat::Jpeg));
        }
        let import = |rows: &[(&str, &str, &str)]| {
            let recipe = trees(&city, "staff", "column = \"фото\"", rows);
            city.mapa(&["import", recipe.to_str().unwrap()]).status.code()
        };
        let kept = || -> Vec<String> {
            let folders = fs::read_dir(city.path(album)).unwrap().flatten().filter(|entry| entry.path().is_dir());
            folders
                .flat_map(|folder| fs::read_dir(folder.path()).unwrap())
                .map(|file| text_of(&file.unwrap()))
                .collect()
        };
        let sweep = |arguments: &[&str]| {
            let output = city.mapa(&[&["sweep"], arguments].concat());
            assert!(output.status.success(), "{}", text(&output.stderr));
            text(&output.stdout)
        };
        assert_eq!(import(&[("1", "a.jpg", ""), ("2", "b.jpg", "")]), Some(0));
        let standing = kept();
        assert_eq!(standing.len(), 6);
        // What a state that was shows, stays; and so does what the object of staff alone shows.
        assert_eq!(import(&[("1", "", ""), ("2", "b.jpg", "")]), Some(0));
        assert!(sweep(&[]).starts_with("0 files of photos, 0 bytes"));
        // An import that is refused has developed what no object shows.
        assert_eq!(import(&[("1", "c.jpg; d.jpg", ""), ("2", "b.jpg", ""), ("2", "", ""), ("", "", "")]), Some(2));
        assert_eq!(kept().len(), 12);
        city.write(&format!("{album}/notes.txt"), "not ours");
        put(&city, &format!("{album}/ff/{}", standing[0]), b"not where it belongs");
        let told = sweep(&["--dry-run"]);
        assert!(told.starts_with("6 files of photos, ") && told.contains("can be removed"), "{told}");
        assert_eq!(kept().len(), 13);
        let told = sweep(&[]);
        assert!(told.starts_with("6 files of photos, ") && told.contains("are removed from"), "{told}");
        fs::remove_file(city.path(&format!("{album}/ff/{}", standing[0]))).unwrap();
        let mut left = kept();
        left.sort();
        let mut standing = standing;
        standing.sort();
        assert_eq!(left, standing);
        assert!(city.path(&format!("{album}/notes.txt")).exists());
    }
}

fn text_of(file: &fs::DirEntry) -> String {
    file.file_name().into_string().unwrap()
}

#[test]
fn a_recipe_that_says_photos_wrongly_is_told_where() {
    let city = City::new();
    for (photos, wanted) in [
        ("folder = \"a\"", "a `column` that names photos"),
        ("column = \"фото\"\ncolumns = [\"фото\"]", "either `column` or `columns`"),
        ("pattern = \"*.jpg\"", "{id}"),
        ("pattern = \"a/{id}.jpg\"", "{id}"),
        ("column = \"світлина\"", "світлина"),
        ("column = \"фото\"\nfoto = 1", "foto"),
        ("pattern = \"{id}*.jpg\"\nfolder = \"nowhere\"", "nowhere"),
    ] {
        let recipe = trees(&city, "public", photos, &[("1", "", "")]);
        let output = city.mapa(&["import", recipe.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(1), "{photos}");
        assert!(text(&output.stderr).contains(wanted), "{photos}: {}", text(&output.stderr));
    }
}
