//! A source on a server, through the built binary: fetched, found unchanged, refused.

mod city;
#[allow(dead_code, reason = "some of it serves other tests")]
#[path = "../src/fetch/tests/server.rs"]
mod server;

use std::{
    io::{Cursor, Write},
    process::Output,
};

use city::{City, text};
use mapa::{model::Revision, store::Store};
use serde_json::Value;
use server::{Server, ok};
use zip::{ZipWriter, write::SimpleFileOptions};

const TABLE: &str = "id;lon;lat;name\n1;33,39;47,91;Сад\n2;33,40;47,92;Школа\n";

/// A recipe of a collection of its own.
fn recipe(collection: &str, source: &str) -> String {
    format!(
        "collection = \"{collection}\"\n[source]\n{source}\n[id]\ncolumn = \"id\"\n[geometry]\nlon = \"lon\"\nlat = \"lat\"\n\
         [fields.name]\ncolumn = \"name\"\n[declare]\ntitle = {{ uk = \"Речі\", en = \"Things\" }}\ngeometry = \"point\"\n\
         fields = [{{ name = \"name\", type = \"text\", title = {{ uk = \"Назва\", en = \"Name\" }} }}]\n"
    )
}

/// Runs the binary past any proxy of this machine.
fn mapa(city: &City, args: &[&str]) -> Output {
    city.command().env("NO_PROXY", "127.0.0.1").env_remove("MAPA_CACHE").args(args).output().unwrap()
}

fn import(city: &City, args: &[&str]) -> Value {
    let output = mapa(city, &[&["import", "--json"], args].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn refused(city: &City, args: &[&str]) -> String {
    let output = mapa(city, &[&["import"], args].concat());
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    assert!(!city.store().exists(), "nothing was begun");
    text(&output.stderr)
}

#[test]
fn a_table_on_a_server_is_imported_and_the_second_time_found_unchanged() {
    let server = Server::start(|request| match request.header("if-none-match") {
        Some("\"1\"") => b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec(),
        _ => ok("200 OK\r\nETag: \"1\"", TABLE)(request),
    });
    let city = City::new();
    let shown = server.url("/stops.csv?key=1");
    let written = shown.replace("http://", "http://office:s3cret@");
    city.write("things.toml", recipe("things", &format!("file = \"{written}\"")));

    let first = import(&city, &["things.toml"]);
    assert_eq!((&first["features"], &first["change"]["added"]), (&2.into(), &2.into()));
    assert_eq!(
        (&first["runs"][0]["source"], &first["runs"][0]["arrival"]),
        (&shown.as_str().into(), &"fetched".into())
    );
    assert!(city.path("var/cache").is_dir());
    let second = import(&city, &["things.toml"]);
    assert_eq!((&second["runs"][0]["arrival"], &second["change"]["unchanged"]), (&"not-modified".into(), &2.into()));
    assert_eq!(second["runs"][0]["revision"], Value::Null);
    assert_eq!(server.requests()[1].header("if-none-match"), Some("\"1\""));

    let told = text(&mapa(&city, &["import", "things.toml"]).stdout);
    assert!(told.contains(&format!("{shown}: not modified since it was fetched")), "{told}");

    let (_, stored) = Store::open(&city.store()).unwrap().load(Revision(0)).unwrap();
    assert_eq!(stored[0].provenance.source, shown);
    let history = text(&mapa(&city, &["history", "things", "--json"]).stdout);
    assert!(history.contains(&shown) && !history.contains("s3cret"), "{history}");
    for file in std::fs::read_dir(city.path("var/cache")).unwrap() {
        assert!(!text(&std::fs::read(file.unwrap().path()).unwrap()).contains("s3cret"));
    }
}

#[test]
fn recipes_of_one_archive_on_a_server_fetch_it_once() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for name in ["дані/a.csv", "дані/b.csv"] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(TABLE.as_bytes()).unwrap();
    }
    let zip = zip.finish().unwrap().into_inner();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Disposition: attachment; filename=\"all.zip\"\r\nContent-Length: {}\r\n\r\n",
        zip.len()
    );
    let server = Server::start(move |_| [head.as_bytes(), &zip].concat());
    let city = City::new();
    for name in ["a", "b"] {
        city.write(&format!("{name}.toml"), recipe(name, &format!("file = \"x.zip\"\nmember = \"дані/{name}.csv\"")));
    }
    let url = server.url("/download?id=7");
    let report = import(&city, &["a.toml", "b.toml", "--cache", "kept", "--source", &url]);
    assert_eq!((report["features"].as_u64(), server.requests().len()), (Some(4), 1));
    assert!(city.path("kept").is_dir() && !city.path("var").exists());

    // Without a member, and without an ending, the format is that of the recipe.
    let server = Server::start(ok("200 OK", TABLE));
    let url = server.url("/download?id=8");
    let (told, untold) =
        (recipe("c", &format!("file = \"{url}\"\nformat = \"csv\"")), recipe("d", &format!("file = \"{url}\"")));
    city.write("c.toml", told);
    city.write("d.toml", untold);
    assert_eq!(import(&city, &["c.toml"])["features"], 2);
    let error = text(&mapa(&city, &["import", "d.toml"]).stderr);
    assert!(error.contains(&format!("recipe `d`: {url} is fetched into: var/cache/")), "{error}");
    assert!(error.contains("its ending says no format"), "{error}");
}

#[test]
fn a_source_that_cannot_be_had_is_told_by_recipe_and_url() {
    let city = City::new();
    let server = Server::start(ok("200 OK", TABLE));
    let url = server.url("/stops.csv");
    city.write("big.toml", recipe("things", &format!("file = \"{url}\"\nmax_bytes = 20")));
    let error = refused(&city, &["big.toml"]);
    assert!(error.contains(&format!("recipe `big`: the source: {url}: it is larger than 20 bytes")), "{error}");
    drop(server);
    let error = refused(&city, &["big.toml"]);
    assert!(error.contains(&format!("recipe `big`: the source: {url}: ")) && error.contains("refused"), "{error}");
    city.write("bad.toml", recipe("things", "file = \"gopher://data.example/x\""));
    let error = refused(&city, &["bad.toml"]);
    let wanted = "bad.toml: line 3: [source] file: `gopher://data.example/x`: only http and https are fetched";
    assert!(error.contains(wanted), "{error}");
    let error = refused(&city, &["big.toml", "--source", "https://o:s3cret@h:x/"]);
    assert!(error.contains("--source: `https://…@h:x/`: its port is none"), "{error}");
}
