//! A preference is how much an asker likes one of the things we have, by `Accept` and its kin (RFC 9110 §12.4).

use axum::http::{HeaderMap, HeaderName};

/// The quality value, 0 to 1, of a thing known by these names, and how closely it is named, which tells what is liked
/// alike; the closest range of the asker's list counts, and without a list everything is liked alike.
pub fn liking(headers: &HeaderMap, list: &HeaderName, names: &[&str]) -> (f32, u8) {
    let lists = headers.get_all(list).into_iter().filter_map(|list| list.to_str().ok());
    let mut lists = lists.filter(|list| !list.trim().is_empty()).peekable();
    if lists.peek().is_none() {
        return (1.0, 0);
    }
    let mut best = (0, 0.0);
    for range in lists.flat_map(|list| list.split(',')) {
        let (name, quality) = weighed(range);
        let closeness = names.iter().map(|known| closeness(name, known)).max().unwrap_or(0);
        if closeness > best.0 {
            best = (closeness, quality);
        }
    }
    if best.1 > 0.0 { (best.1, best.0) } else { (0.0, 0) }
}

/// A name of a list with its quality value, 0 to 1 (RFC 9110 §12.4.2).
pub fn weighed(item: &str) -> (&str, f32) {
    let mut parts = item.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let quality = parts.find_map(|part| part.strip_prefix(['q', 'Q'])?.strip_prefix('='));
    (name, quality.map_or(1.0, |q| q.trim().parse().unwrap_or(0.0)))
}

/// How closely a range names a thing: not at all, as anything, as one of its kind, by its name.
fn closeness(range: &str, name: &str) -> u8 {
    if range == "*" || range == "*/*" {
        return 1;
    }
    if range.eq_ignore_ascii_case(name) {
        return 3;
    }
    let of = name.split('/').next().unwrap_or_default();
    let kind = range.strip_suffix("/*").is_some_and(|kind| kind.eq_ignore_ascii_case(of));
    // `uk-UA` is a kind of `uk`.
    let dialect = range.split_once('-').is_some_and(|(language, _)| language.eq_ignore_ascii_case(name));
    if kind || dialect { 2 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderValue, header};

    #[test]
    fn the_closest_range_counts() {
        for (list, name, wanted) in [
            ("text/html,application/xml;q=0.9,*/*;q=0.8", "text/html", 1.0),
            ("text/html,application/xml;q=0.9,*/*;q=0.8", "application/json", 0.8),
            ("text/*;q=0.5, */*;q=0.1", "text/csv", 0.5),
            ("application/json", "text/html", 0.0),
            ("uk-UA,uk;q=0.9,en;q=0.8", "en", 0.8),
            ("en-GB, uk;q=0.2", "en", 1.0),
            ("de", "uk", 0.0),
            ("APPLICATION/*;Q=0.5, text/html", "application/json", 0.5),
            ("Text/HTML;q = 0.5", "text/html", 1.0),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(list))]);
            let (told, _) = liking(&headers, &header::ACCEPT, &[name]);
            assert!((told - wanted).abs() < 1e-6, "{list} {name}: {told}");
        }
        assert!(liking(&HeaderMap::new(), &header::ACCEPT, &["text/html"]).0 > 0.9);
        let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static("text/html,*/*"))]);
        let of = |name| liking(&headers, &header::ACCEPT, &[name]);
        assert!(of("text/html") > of("application/json"));
    }
}
