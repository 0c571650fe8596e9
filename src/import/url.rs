//! A `Url` is where a source stands on a server: http or https, a host, what is asked of it. No text made of it has its login.

use std::fmt;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// What may not stand in a path or a query as it is (RFC 3986 §2); text beyond ASCII is escaped too, as UTF-8.
const ESCAPED: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'\\').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');

/// The address of a source on a server.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Url {
    is_secure: bool,
    login: Option<Login>,
    /// Host and port, the port only where it is not the one of the scheme; lower case.
    place: String,
    /// Path and query in ASCII, from the first slash.
    target: String,
}

/// Who asks.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Login {
    /// The name.
    pub user: String,
    /// The password, empty where there is none.
    pub password: String,
}

impl Url {
    /// Whether a text means a URL, of whatever scheme: letters, then `://`.
    pub fn is_meant(text: &str) -> bool {
        text.split_once("://").is_some_and(|(scheme, _)| scheme.len() > 1 && is_scheme(scheme))
    }

    /// Reads a URL; what is wrong with it is told without its login.
    pub fn parse(text: &str) -> Result<Self, String> {
        let flaw = |problem: &str| format!("`{}`: {problem}", shown(text));
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(flaw("no URL: it has no http:// or https://"));
        };
        let is_secure = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(flaw("only http and https are fetched")),
        };
        if rest.chars().any(char::is_control) {
            return Err(flaw("a control character stands in it"));
        }
        let rest = rest.split('#').next().unwrap_or_default();
        let (authority, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (login, place) = match authority.rsplit_once('@') {
            Some((login, place)) => (Some(Login::of(login)), place),
            None => (None, authority),
        };
        let place = checked_place(place, is_secure).map_err(flaw)?;
        let slash = if target.starts_with('/') { "" } else { "/" };
        let target = format!("{slash}{}", utf8_percent_encode(target, ESCAPED));
        Ok(Self { is_secure, login, place, target })
    }

    /// Where a `Location` of this URL leads (RFC 3986 §5.2); never from https to http.
    ///
    /// The login goes along where scheme, host and port stay the same, and nowhere else.
    pub fn join(&self, location: &str) -> Result<Self, String> {
        let (path, _) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let origin = format!("{}://{}", self.scheme(), self.place);
        let has_scheme = location.split_once(':').is_some_and(|(scheme, _)| is_scheme(scheme));
        let mut next = Self::parse(&match location {
            _ if has_scheme => location.to_owned(),
            _ if location.starts_with("//") => format!("{}:{location}", self.scheme()),
            _ if location.starts_with('/') => format!("{origin}{location}"),
            _ if location.starts_with('?') => format!("{origin}{path}{location}"),
            _ if location.is_empty() || location.starts_with('#') => format!("{origin}{}", self.target),
            _ => format!("{origin}{}/{location}", path.rsplit_once('/').map_or("", |(folder, _)| folder)),
        })?;
        if self.is_secure && !next.is_secure {
            return Err(format!("{self} leads to {next}: from https it never goes on to http"));
        }
        next.target = without_dots(&next.target);
        let is_same = (next.is_secure, &next.place) == (self.is_secure, &self.place);
        next.login = self.login.clone().filter(|_| is_same);
        Ok(next)
    }

    /// The name of the file, as far as the path has one: its last part, unescaped.
    pub fn file_name(&self) -> String {
        let path = self.target.split('?').next().unwrap_or_default();
        percent_decode_str(path.rsplit('/').next().unwrap_or_default()).decode_utf8_lossy().into_owned()
    }

    /// Who asks, where the URL says it.
    pub fn login(&self) -> Option<&Login> {
        self.login.as_ref()
    }

    /// Whether it is https.
    pub fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// The host, with the port where it is not the one of the scheme; in lower case.
    pub fn host(&self) -> &str {
        &self.place
    }

    fn scheme(&self) -> &'static str {
        if self.is_secure { "https" } else { "http" }
    }
}

impl fmt::Display for Url {
    /// The URL without its login; its query is kept.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme(), self.place, self.target)
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Login {
    fn of(text: &str) -> Self {
        let (user, password) = text.split_once(':').unwrap_or((text, ""));
        let [user, password] = [user, password].map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned());
        Self { user, password }
    }
}

/// A wrong URL as it may be shown: whatever stands before its last `@` may be of a password.
fn shown(text: &str) -> String {
    match (text.split_once("://"), text.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, place))) => format!("{scheme}://…@{place}"),
        (None, Some((_, place))) => format!("…@{place}"),
        _ => text.to_owned(),
    }
}

/// RFC 3986 §3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-'))
}

fn checked_place(place: &str, is_secure: bool) -> Result<String, &'static str> {
    let ends = place.rfind(']').map_or(0, |at| at + 1);
    let (host, port) = match place[ends..].rfind(':').map(|at| ends + at) {
        Some(colon) => (&place[..colon], &place[colon + 1..]),
        None => (place, ""),
    };
    let is_name = |host: &str| host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'));
    let is_ip_v6 = |host: &str| {
        let inside = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        inside.is_some_and(|inside| inside.parse::<std::net::Ipv6Addr>().is_ok())
    };
    if host.is_empty() {
        return Err("it has no host");
    }
    if !host.is_ascii() {
        return Err("a host beyond ASCII is written as xn--…");
    }
    if !is_name(host) && !is_ip_v6(host) {
        return Err("its host is none; special characters of a login are written as %XX");
    }
    let host = host.to_ascii_lowercase();
    let usual = if is_secure { 443 } else { 80 };
    match port.parse::<u16>() {
        _ if port.is_empty() => Ok(host),
        Ok(port) if port == usual => Ok(host),
        Ok(port @ 1..) => Ok(format!("{host}:{port}")),
        _ => Err("its port is none; special characters of a login are written as %XX"),
    }
}

/// The target with `.` and `..` of its path followed (RFC 3986 §5.2.4).
fn without_dots(target: &str) -> String {
    let (path, query) = target.split_at(target.find('?').unwrap_or(target.len()));
    let mut parts: Vec<&str> = Vec::new();
    let mut all = path.split('/').skip(1).peekable();
    while let Some(part) = all.next() {
        let is_dots = matches!(part, "." | "..");
        if part == ".." {
            parts.pop();
        } else if !is_dots {
            parts.push(part);
        }
        if is_dots && all.peek().is_none() {
            parts.push("");
        }
    }
    format!("/{}{query}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_url_is_read_as_it_is_meant() {
        for (given, wanted, name) in [
            ("https://data.example/a/stops.csv", "https://data.example/a/stops.csv", "stops.csv"),
            ("HTTPS://Data.Example:443/A.csv#x", "https://data.example/A.csv", "A.csv"),
            ("http://h:443?a=/b.csv", "http://h:443/?a=/b.csv", ""),
            ("http://[::1]:80/x", "http://[::1]/x", "x"),
            ("http://h:/x", "http://h/x", "x"),
            (
                "https://h/Зупинки 1.csv?q=є",
                "https://h/%D0%97%D1%83%D0%BF%D0%B8%D0%BD%D0%BA%D0%B8%201.csv?q=%D1%94",
                "Зупинки 1.csv",
            ),
            ("https://h/a%20b.csv", "https://h/a%20b.csv", "a b.csv"),
            ("https://h", "https://h/", ""),
        ] {
            assert_eq!((url(given).to_string().as_str(), url(given).file_name().as_str()), (wanted, name));
        }
        let login = url("https://office:se%40cret@h/x");
        assert_eq!(login.login().map(|login| (&*login.user, &*login.password)), Some(("office", "se@cret")));
        for (text, is_meant) in
            [("https://a", true), ("ftp://a", true), ("a/b://c", false), ("C://a", false), ("stops.csv", false)]
        {
            assert_eq!(Url::is_meant(text), is_meant, "{text}");
        }
    }

    #[test]
    fn no_text_has_the_login() {
        for text in ["https://office:s3cret@h/x?y", "https://s3cret@h", "http://a:s3@s3cret@h/x"] {
            let url = url(text);
            assert!(!format!("{url} {url:?}").contains("s3cret"), "{url}");
        }
        for text in [
            "https://a:s3cret@h:port/x",
            "https://a:s3/s3cret@h",
            "ftp://a:s3cret@h",
            "a:s3cret@h",
            "http://a:s3cret@/",
        ] {
            let problem = Url::parse(text).unwrap_err();
            assert!(!problem.contains("s3cret"), "{problem}");
        }
    }

    #[test]
    fn what_is_no_url_says_why() {
        for (given, wanted) in [
            ("ftp://h/x", "`ftp://h/x`: only http and https are fetched"),
            ("file:///etc/passwd", "only http and https"),
            ("https:///x", "no host"),
            ("https://", "no host"),
            ("https://місто.укр/x", "xn--"),
            ("https://a b/x", "its host is none"),
            ("https://[::1/x", "its host is none"),
            ("https://h:0/x", "its port is none"),
            ("https://h:99999/x", "its port is none"),
            ("https://h/a\nb", "control character"),
            ("stops.csv", "no http:// or https://"),
        ] {
            let problem = Url::parse(given).unwrap_err();
            assert!(problem.contains(wanted), "{problem:?} has no {wanted:?}");
        }
    }

    #[test]
    fn a_redirect_leads_where_the_standard_says() {
        // RFC 3986 §5.4, as far as it is http.
        let base = url("http://a/b/c/d?q");
        for (location, wanted) in [
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g/"),
            ("?y", "http://a/b/c/d?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d?q"),
            ("", "http://a/b/c/d?q"),
            (".", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../../../g", "http://a/g"),
            ("g;x=1/../y", "http://a/b/c/y"),
            ("g?y/../x", "http://a/b/c/g?y/../x"),
            ("https://z/g", "https://z/g"),
        ] {
            assert_eq!(base.join(location).unwrap().to_string(), wanted, "{location}");
        }
        assert!(base.join("ftp://a/x").unwrap_err().contains("only http and https"));
    }

    #[test]
    fn https_is_never_left_and_a_login_goes_nowhere_else() {
        let base = url("https://office:s3cret@a/x");
        for location in ["http://a/x", "HTTP://a:443/x"] {
            assert!(base.join(location).unwrap_err().contains("never goes on to http"), "{location}");
        }
        for (location, goes) in [("/y", true), ("https://A:443/y", true), ("https://b/y", false), ("//a:8443/y", false)]
        {
            assert_eq!(base.join(location).unwrap().login().is_some(), goes, "{location}");
        }
        assert!(url("http://o:p@a/x").join("https://a/x").unwrap().login().is_none());
        assert!(url("http://a/x").join("http://o:p@a/x").unwrap().login().is_none());
    }

    proptest! {
        #[test]
        fn what_is_read_is_told_and_read_again(text in "(https?://)?[a-zA-Zа-я0-9:@/?#%. \\[\\]\\\\-]{0,40}", location in "[a-z:/?#.@%é-]{0,20}") {
            if let Ok(url) = Url::parse(&text) {
                let told = url.to_string();
                let authority = told.split('/').nth(2).unwrap();
                prop_assert!(told.is_ascii() && !told.contains([' ', '#']) && !authority.contains('@'));
                let again = Url::parse(&told).unwrap();
                prop_assert_eq!(again.to_string(), told);
                if let Ok(next) = url.join(&location) {
                    prop_assert_eq!(Url::parse(&next.to_string()).unwrap().to_string(), next.to_string());
                }
            }
        }

        #[test]
        fn any_text_is_a_url_or_is_refused(text in any::<String>(), location in any::<String>()) {
            let _ = Url::parse(&text);
            let _ = Url::parse(&format!("http://{text}"));
            let _ = url("http://a/b").join(&location);
        }
    }
}
