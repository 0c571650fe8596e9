//! The room as a whole, against a server that answers what a test tells it to.

mod server;

use std::{
    fs,
    io::{Read, Write},
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use tempfile::TempDir;

use super::{Arrival, FetchError, Fetched, Limits, fetch};
use crate::import::Url;
use server::{Server, ok};

const TABLE: &str = "id;lon;lat\n1;33;48\n";

/// Limits of a test: none of them is met by chance.
fn limits() -> Limits {
    Limits { bytes: 1 << 20, ..Limits::default() }
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn get(url: &str, cache: &Path) -> Result<Fetched, FetchError> {
    fetch(&Url::parse(url).unwrap(), cache, &limits(), &|_, _| ())
}

/// The sentence of a fetch that fails, and proof that it leaves nothing.
fn error_of(url: &str, limits: &Limits) -> String {
    let cache = folder();
    let error = fetch(&Url::parse(url).unwrap(), cache.path(), limits, &|_, _| ()).unwrap_err();
    assert_eq!(files(cache.path()), Vec::<String>::new(), "{error}");
    error.to_string()
}

fn files(cache: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(cache).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn files_of(ending: &str, cache: &Path) -> Vec<String> {
    files(cache).into_iter().filter(|name| Path::new(name).extension().is_some_and(|found| found == ending)).collect()
}

fn text(fetched: &Fetched) -> String {
    fs::read_to_string(&fetched.path).unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// An answer with its length.
fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

fn moved(to: &str) -> Vec<u8> {
    answer(&format!("302 Found\r\nLocation: {to}"), b"")
}

#[test]
fn what_has_not_changed_is_not_sent_again_and_what_has_is() {
    let cache = folder();
    let version = AtomicUsize::new(1);
    let server = Server::start(move |request| {
        // Requests one and two are of the first version, then it changes.
        let tag = format!("\"v{}\"", if version.fetch_add(1, Ordering::SeqCst) <= 2 { 1 } else { 2 });
        if request.header("if-none-match") == Some(&tag) {
            return b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec();
        }
        answer(&format!("200 OK\r\nETag: {tag}"), format!("{TABLE}{tag}\n").as_bytes())
    });
    let url = server.url("/export/stops.csv?key=1");
    let first = get(&url, cache.path()).unwrap();
    assert_eq!((text(&first), first.arrival), (format!("{TABLE}\"v1\"\n"), Arrival::Fetched));
    assert_eq!(first.path.extension().unwrap(), "csv");
    assert_eq!(first.bytes, text(&first).len() as u64);
    let second = get(&url, cache.path()).unwrap();
    assert_eq!((&second.path, second.arrival), (&first.path, Arrival::NotModified));
    let third = get(&url, cache.path()).unwrap();
    assert_eq!((text(&third), third.arrival), (format!("{TABLE}\"v2\"\n"), Arrival::Fetched));
    // Whoever still reads the first version has it; it goes with the next change.
    assert_eq!((text(&first), files(cache.path()).len()), (format!("{TABLE}\"v1\"\n"), 3));
    drop((first, second));
    fs::remove_file(&third.path).unwrap();
    let fourth = get(&url, cache.path()).unwrap();
    assert_eq!((text(&fourth), files(cache.path()).len()), (format!("{TABLE}\"v2\"\n"), 2));
    let asked: Vec<_> = server.requests().iter().map(|r| r.header("if-none-match").map(str::to_owned)).collect();
    assert_eq!(asked, [None, Some("\"v1\"".into()), Some("\"v1\"".into()), None], "nothing kept, nothing asked of it");
}

#[test]
fn a_day_stands_for_a_tag_and_neither_means_anew() {
    for (head, wanted) in [
        ("Last-Modified: Mon, 01 Jun 2026 08:00:00 GMT", Some("Mon, 01 Jun 2026 08:00:00 GMT")),
        ("Last-Modified: Mon, 01 Jun 2026 08:00:00 GMT\r\nDate: Mon, 01 Jun 2026 08:00:00 GMT", None),
        ("X-Nothing: 1", None),
    ] {
        let (cache, server) = (folder(), Server::start(ok(&format!("200 OK\r\n{head}"), TABLE)));
        for _ in 0..2 {
            let fetched = get(&server.url("/stops.csv"), cache.path()).unwrap();
            assert_eq!((text(&fetched).as_str(), fetched.arrival), (TABLE, Arrival::Fetched));
        }
        assert_eq!(server.requests()[1].header("if-modified-since"), wanted);
        assert_eq!(files(cache.path()).len(), 2, "the same bytes are the same file");
    }
}

#[test]
fn redirects_are_followed_as_far_as_the_limit() {
    let cache = folder();
    let server = Server::start(|request| match request.path() {
        "/loop" => moved("/loop"),
        "/astray" => answer("302 Found", b""),
        "/out" => moved("ftp://127.0.0.1/stops.csv"),
        path => match path.strip_prefix("/hop/").map(|n| n.parse::<u32>().unwrap()) {
            Some(0) => moved("../files/stops.csv?v=1"),
            Some(n) => moved(&(n - 1).to_string()),
            None if request.header("if-none-match").is_some() => b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec(),
            None => answer("200 OK\r\nETag: \"a\"", TABLE.as_bytes()),
        },
    });
    for arrival in [Arrival::Fetched, Arrival::NotModified] {
        let fetched = get(&server.url("/hop/4"), cache.path()).unwrap();
        assert_eq!((text(&fetched).as_str(), fetched.arrival), (TABLE, arrival));
        assert_eq!(fetched.path.extension().unwrap(), "csv", "the last URL names the file");
    }
    assert_eq!(server.requests().len(), 12);
    for (path, wanted) in [
        ("/hop/5", "it leads on more than 5 times"),
        ("/loop", "it leads on more than 5 times, at last to http://127.0.0.1"),
        ("/astray", "leads on and does not say where"),
        ("/out", "only http and https"),
    ] {
        let error = error_of(&server.url(path), &limits());
        assert!(error.starts_with(&server.url(path)) && error.contains(wanted), "{error}");
    }
}

#[test]
fn the_validators_of_one_place_are_not_shown_to_another() {
    let cache = folder();
    let turn = AtomicUsize::new(0);
    let server = Server::start(move |request| match request.path() {
        "/a" => moved(&format!("/{}.csv", turn.fetch_add(1, Ordering::SeqCst))),
        _ => answer("200 OK\r\nETag: \"1\"", TABLE.as_bytes()),
    });
    for _ in 0..2 {
        assert_eq!(get(&server.url("/a"), cache.path()).unwrap().arrival, Arrival::Fetched);
    }
    assert!(server.requests().iter().all(|request| request.header("if-none-match").is_none()));
}

#[test]
fn a_login_goes_to_its_own_server_and_into_no_message() {
    let other = Server::start(ok("200 OK", TABLE));
    let there = other.url("/stops.csv");
    let server = Server::start(move |request| match request.path() {
        "/closed" => answer("403 Forbidden", b""),
        "/out" => moved(&there),
        _ => moved("/out"),
    });
    let login = |path: &str| server.url(path).replace("http://", "http://office:s3cr%40t@");
    get(&login("/in"), folder().path()).unwrap();
    // base64 of `office:s3cr@t`
    let sent: Vec<_> = server.requests().iter().map(|r| r.header("authorization").map(str::to_owned)).collect();
    assert_eq!(sent, [Some("Basic b2ZmaWNlOnMzY3JAdA==".to_owned()), Some("Basic b2ZmaWNlOnMzY3JAdA==".to_owned())]);
    assert_eq!(other.requests()[0].header("authorization"), None);
    let error = error_of(&login("/closed"), &limits());
    assert_eq!(error, format!("{}: the server answered 403 Forbidden", server.url("/closed")));
}

#[test]
fn an_answer_that_is_too_large_is_stopped_however_it_comes() {
    let zeros = vec![b'0'; (1 << 20) + 1];
    let chunked = [b"100001\r\n".as_slice(), &zeros, b"\r\n0\r\n\r\n"].concat();
    let packed = gzip(&zeros);
    assert!(packed.len() < 10_000);
    for bytes in [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n".to_vec(),
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".as_slice(), &chunked].concat(),
        [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".as_slice(), &zeros].concat(),
        answer("200 OK\r\nContent-Encoding: gzip", &packed),
    ] {
        let server = Server::start(move |_| bytes.clone());
        let error = error_of(&server.url("/a.csv"), &limits());
        assert!(error.contains("larger than 1048576 bytes, which [source] max_bytes"), "{error}");
    }
    // What fits to the byte is taken; and a kept file is measured by the limit of today.
    let exact = "0".repeat(1 << 20);
    let (cache, server) = (
        folder(),
        Server::start(move |request| match request.header("if-none-match") {
            Some(_) => b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec(),
            None => answer("200 OK\r\nETag: \"1\"", exact.as_bytes()),
        }),
    );
    assert_eq!(get(&server.url("/a.csv"), cache.path()).unwrap().bytes, 1 << 20);
    let url = Url::parse(&server.url("/a.csv")).unwrap();
    let less = Limits { bytes: (1 << 20) - 1, ..limits() };
    assert!(fetch(&url, cache.path(), &less, &|_, _| ()).unwrap_err().to_string().contains("larger than 1048575"));
}

#[test]
fn an_answer_that_ends_too_early_is_no_file() {
    let packed = gzip(TABLE.as_bytes());
    for (bytes, wanted) in [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nid;lon;lat\n".to_vec(), "broke off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nid;lo\r\n".to_vec(), "broke off"),
        (answer("200 OK\r\nContent-Encoding: gzip", &packed[..packed.len() - 6]), "broke off"),
        (answer("200 OK\r\nContent-Encoding: gzip", TABLE.as_bytes()), "gzip: "),
        (answer("200 OK\r\nContent-Encoding: br", TABLE.as_bytes()), "packed as `br`"),
        (b"HTTP/1.1 200 OK\r\nContent-Le".to_vec(), "broke off"),
        (b"220 ftp.example ready\r\n\r\n".to_vec(), "no HTTP"),
        (Vec::new(), "broke off"),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec(), "answered 304 Not Modified"),
        (answer("206 Partial Content", b"id"), "answered 206 Partial Content"),
        (answer("404 Not Found", b"<html>"), "answered 404 Not Found"),
    ] {
        let server = Server::start(move |_| bytes.clone());
        let error = error_of(&server.url("/a.csv"), &limits());
        assert!(error.contains(wanted), "{error:?} has no {wanted:?}");
    }
}

#[test]
fn a_server_that_stalls_is_left() {
    let (stall, whole) = (Duration::from_millis(300), Duration::from_millis(300));
    for start in ["", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nid;lon"] {
        let server = Server::stalling(start.as_bytes());
        let error = error_of(&server.url("/a.csv"), &Limits { stall, ..limits() });
        assert!(error.ends_with("the server said nothing for 300ms"), "{error}");
        let error = error_of(&server.url("/a.csv"), &Limits { whole, ..limits() });
        assert!(error.ends_with("it did not come within 300ms"), "{error}");
    }
}

#[test]
fn a_page_in_the_place_of_a_file_is_refused() {
    for (head, body) in [
        ("200 OK\r\nContent-Type: text/html; charset=utf-8", "<!DOCTYPE html><title>Помилка</title>"),
        ("200 OK\r\nContent-Type: text/csv", "\u{feff}\r\n<HTML><body>Увійдіть</body>"),
    ] {
        let server = Server::start(ok(head, body));
        let error = error_of(&server.url("/stops.csv"), &limits());
        assert!(error.contains("the answer is a web page, not a file of data"), "{error}");
    }
    // Scripts that make tables often leave the type at what it is for pages.
    let server = Server::start(ok("200 OK\r\nContent-Type: text/html", TABLE));
    assert_eq!(text(&get(&server.url("/stops.php"), folder().path()).unwrap()), TABLE);
}

#[test]
fn a_packed_answer_is_kept_unpacked() {
    let packed = gzip(TABLE.as_bytes());
    let server = Server::start(move |_| answer("200 OK\r\nContent-Encoding: gzip", &packed));
    assert_eq!(text(&get(&server.url("/stops.csv"), folder().path()).unwrap()), TABLE);
    assert_eq!(server.requests()[0].header("accept-encoding"), Some("gzip"));
}

#[test]
fn the_ending_is_that_of_the_url_or_of_the_name_in_the_answer() {
    for (path, said, wanted) in [
        ("/stops.CSV?x=y.zip", "attachment; filename=a.json", Some("csv")),
        ("/download?id=7", "attachment; filename=\"../../stops.v2.zip\"", Some("zip")),
        ("/download.php", "attachment; filename*=UTF-8''%D0%BC%D1%96%D1%81%D1%82%D0%BE.osm.gz", Some("gz")),
        ("/download.php", "attachment; filename=run.exe", None),
        ("/", "inline", None),
    ] {
        let server = Server::start(ok(&format!("200 OK\r\nContent-Disposition: {said}"), TABLE));
        let cache = folder();
        let fetched = get(&server.url(path), cache.path()).unwrap();
        assert_eq!(fetched.path.extension().and_then(|ending| ending.to_str()), wanted, "{path}");
        assert_eq!(fetched.path.parent(), Some(cache.path()));
    }
}

#[test]
fn a_kept_file_does_not_stand_for_a_portal_that_is_away() {
    let cache = folder();
    let server = Server::start(ok("200 OK\r\nETag: \"1\"", TABLE));
    let url = server.url("/stops.csv");
    get(&url, cache.path()).unwrap();
    drop(server);
    let error = get(&url, cache.path()).unwrap_err().to_string();
    assert!(error.starts_with(&format!("{url}: ")) && error.contains("refused"), "{error}");
    assert_eq!(files(cache.path()).len(), 2, "it is still there");
}

#[test]
fn what_is_damaged_in_the_cache_is_fetched_anew() {
    type Damage = fn(&Path);
    let note = |cache: &Path| cache.join(&files_of("json", cache)[0]);
    let cut: Damage = |file| fs::write(file, "id;lon").unwrap();
    let gone: Damage = |file| fs::remove_file(file).unwrap();
    for (of_note, damage) in [(true, cut), (true, gone), (false, cut), (false, gone)] {
        let cache = folder();
        let server = Server::start(ok("200 OK\r\nETag: \"1\"", TABLE));
        let first = get(&server.url("/stops.csv"), cache.path()).unwrap().path;
        damage(&if of_note { note(cache.path()) } else { first });
        let second = get(&server.url("/stops.csv"), cache.path()).unwrap();
        assert_eq!((text(&second).as_str(), second.arrival), (TABLE, Arrival::Fetched));
        assert_eq!(server.requests()[1].header("if-none-match"), None);
        assert_eq!(files(cache.path()).len(), 2);
    }
    // A note that names a file elsewhere is no note of ours.
    let (cache, server) = (folder(), Server::start(ok("200 OK\r\nETag: \"1\"", TABLE)));
    get(&server.url("/stops.csv"), cache.path()).unwrap();
    let said = fs::read_to_string(note(cache.path())).unwrap();
    let name = files_of("csv", cache.path()).remove(0);
    fs::write(note(cache.path()), said.replace(&name, &format!("{}/../x", &name[..33]))).unwrap();
    assert_eq!(get(&server.url("/stops.csv"), cache.path()).unwrap().arrival, Arrival::Fetched);
}

#[test]
fn several_at_once_each_have_a_whole_file() {
    let cache = folder();
    let turn = AtomicUsize::new(0);
    // Three versions in turn; whoever shows the tag of the version of this turn is told that it is right.
    let server = Server::start(move |request| {
        let version = turn.fetch_add(1, Ordering::SeqCst) % 3;
        let tag = format!("\"{version}\"");
        if request.header("if-none-match") == Some(&tag) {
            return b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec();
        }
        answer(&format!("200 OK\r\nETag: {tag}"), version.to_string().repeat(100_000).as_bytes())
    });
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..20 {
                    let fetched = get(&server.url("/stops.csv"), cache.path()).unwrap();
                    let mut all = String::new();
                    // Opened anew, as readers that need several passes do.
                    fs::File::open(&fetched.path).unwrap().read_to_string(&mut all).unwrap();
                    assert_eq!((all.len(), fetched.bytes), (100_000, 100_000));
                    assert!(all.bytes().all(|byte| byte == all.as_bytes()[0]));
                }
            });
        }
    });
    assert!(files_of("part", cache.path()).is_empty());
    let last = get(&server.url("/stops.csv"), cache.path()).unwrap();
    assert!(text(&last).len() == 100_000);
}

#[test]
fn progress_tells_what_came_and_what_will() {
    let server = Server::start(ok("200 OK", TABLE));
    let told = std::cell::RefCell::new(Vec::new());
    let url = Url::parse(&server.url("/a.csv")).unwrap();
    fetch(&url, folder().path(), &limits(), &|came, of| told.borrow_mut().push((came, of))).unwrap();
    let all = TABLE.len() as u64;
    assert_eq!(told.borrow().last(), Some(&(all, Some(all))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_a_server_says_it_is_a_whole_file_or_nothing(
        start in prop_oneof![
            Just("HTTP/1.1 200 OK\r\n"),
            Just("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"),
            Just("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
            Just("HTTP/1.1 302 Found\r\nLocation: "),
            Just("HTTP/1.1 200 OK\r\nContent-Disposition: attachment; filename="),
            Just("HTTP/1.1 "),
            Just(""),
        ],
        rest in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b'\n'), Just(b'\r'), b'0'..=b'9'], 0..60),
    ) {
        let bytes = [start.as_bytes(), &rest, b"\r\n\r\n"].concat();
        let server = Server::start(move |_| bytes.clone());
        let cache = folder();
        let fast = Limits { connect: Duration::from_secs(1), stall: Duration::from_secs(1), ..limits() };
        match fetch(&Url::parse(&server.url("/a")).unwrap(), cache.path(), &fast, &|_, _| ()) {
            Ok(fetched) => prop_assert_eq!(fs::metadata(&fetched.path).unwrap().len(), fetched.bytes),
            Err(_) => prop_assert_eq!(files(cache.path()).len(), 0),
        }
    }
}
