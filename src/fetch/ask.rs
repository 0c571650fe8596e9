//! To ask is to send a request along its redirects until an answer is a file, or is that nothing has changed.

use std::{
    sync::{Arc, OnceLock},
    time::Instant,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use rustls::crypto::ring;
use ureq::{
    Agent, Body,
    http::{HeaderMap, HeaderName, Response, StatusCode, header},
    tls::{Certificate, RootCerts, TlsConfig},
};
use xxhash_rust::xxh3::xxh3_128;

use super::{Limits, cache::Validators, problem::Problem};
use crate::import::{Login, Url, known_ending};

/// What a server said at last.
pub(super) enum Answer {
    /// That what is kept is still right.
    NotModified,
    Body(Box<Sent>),
}

/// A file as it is sent.
pub(super) struct Sent {
    pub heading: Heading,
    pub body: Response<Body>,
}

/// What the head of an answer says of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heading {
    /// The ending that tells the format, where the URL or the answer names a file.
    pub ending: Option<String>,
    pub validators: Option<Validators>,
}

/// Asks; `known` are the validators of the file that is kept.
pub(super) fn ask(
    url: &Url,
    known: Option<&Validators>,
    limits: &Limits,
    deadline: Instant,
) -> Result<Answer, Problem> {
    let mut at = url.clone();
    for _ in 0..=limits.redirects {
        let place = place(&at);
        let known = known.filter(|known| known.place == place);
        let response = one(&at, known, limits, deadline)?;
        let text = |name: HeaderName| text(response.headers(), &name);
        match response.status() {
            StatusCode::OK => {
                let named = text(header::CONTENT_DISPOSITION).and_then(|said| file_name(&said));
                let names = [Some(url.file_name()), named, Some(at.file_name())];
                let ending = names.iter().flatten().find_map(|name| known_ending(name));
                let heading =
                    Heading { ending: ending.map(str::to_ascii_lowercase), validators: Validators::of(place, &text) };
                return Ok(Answer::Body(Box::new(Sent { heading, body: response })));
            }
            StatusCode::NOT_MODIFIED if known.is_some() => return Ok(Answer::NotModified),
            StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT => {
                let location = text(header::LOCATION).ok_or_else(|| format!("{at} leads on and does not say where"))?;
                at = at.join(&location)?;
            }
            status => {
                let who = if at == *url { "the server".into() } else { at.to_string() };
                return Err(format!("{who} answered {status}").into());
            }
        }
    }
    Err(format!("it leads on more than {} times, at last to {at}", limits.redirects).into())
}

/// One request and the head of its answer.
fn one(at: &Url, known: Option<&Validators>, limits: &Limits, deadline: Instant) -> Result<Response<Body>, Problem> {
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_connect(Some(limits.connect))
        .timeout_resolve(Some(limits.connect))
        .timeout_per_read(Some(limits.stall))
        .timeout_per_write(Some(limits.stall))
        .timeout_global(Some(deadline.saturating_duration_since(Instant::now())))
        .user_agent(concat!("mapa/", env!("CARGO_PKG_VERSION")))
        .accept_encoding("gzip");
    if at.is_secure() {
        let roots = RootCerts::Specific(authorities()?);
        let provider = Arc::new(ring::default_provider());
        config = config
            .tls_config(TlsConfig::builder().root_certs(roots).unversioned_rustls_crypto_provider(provider).build());
    }
    let mut request = config.build().new_agent().get(at.to_string());
    if let Some(Login { user, password }) = at.login() {
        let login = BASE64_STANDARD.encode(format!("{user}:{password}"));
        request = request.header(header::AUTHORIZATION, format!("Basic {login}"));
    }
    for (name, value) in known.into_iter().flat_map(Validators::conditions) {
        request = request.header(name, value);
    }
    Ok(request.call()?)
}

/// The certificates that this machine trusts: a city with an authority of its own has added it there.
fn authorities() -> Result<Arc<Vec<Certificate<'static>>>, Problem> {
    static FOUND: OnceLock<Result<Arc<Vec<Certificate<'static>>>, String>> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        let found = rustls_native_certs::load_native_certs();
        if found.certs.is_empty() {
            let why = found.errors.first().map(|error| format!("; {error}")).unwrap_or_default();
            let advice = "install ca-certificates, or name a file in SSL_CERT_FILE";
            return Err(format!("this machine trusts no certificate: {advice}{why}"));
        }
        Ok(Arc::new(found.certs.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect()))
    });
    found.clone().map_err(Problem::Told)
}

/// What tells one URL from another in the cache, which keeps no queries: they may be secret.
fn place(url: &Url) -> String {
    format!("{:032x}", xxh3_128(url.to_string().as_bytes()))
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// The file name of a `Content-Disposition` (RFC 6266 §4.3); `filename*` wins.
fn file_name(said: &str) -> Option<String> {
    let mut is_quoted = false;
    let parts = said.split(|c| {
        is_quoted ^= c == '"';
        c == ';' && !is_quoted
    });
    let (mut plain, mut extended) = (None, None);
    for (key, value) in parts.filter_map(|part| part.split_once('=')) {
        let value = value.trim().trim_matches('"');
        match key.trim().to_ascii_lowercase().as_str() {
            "filename" => plain = Some(value.to_owned()),
            "filename*" => {
                let name = value.splitn(3, '\'').nth(2).unwrap_or(value);
                extended = Some(percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned());
            }
            _ => {}
        }
    }
    extended.or(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_answer_may_name_its_file() {
        for (said, wanted) in [
            ("attachment; filename=\"stops.csv\"", Some("stops.csv")),
            ("attachment;FileName = stops.csv", Some("stops.csv")),
            ("attachment; filename=\"a;b=c.zip\"; size=1", Some("a;b=c.zip")),
            ("attachment; filename=\"x.txt\"; filename*=UTF-8''%D0%B7%20.csv", Some("з .csv")),
            ("attachment; filename*=UTF-8'uk'a'b.csv", Some("a'b.csv")),
            ("inline", None),
            ("attachment; filename=\"open", Some("open")),
        ] {
            assert_eq!(file_name(said).as_deref(), wanted, "{said}");
        }
    }

    proptest! {
        #[test]
        fn any_disposition_names_a_file_or_none(said in any::<String>(), tail in "[a-z'\"=;*% é]{0,30}") {
            let _ = file_name(&said);
            let _ = file_name(&format!("attachment; filename{tail}"));
        }
    }
}
