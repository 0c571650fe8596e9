//! A `FetchError` says which URL gave no file and why, in words that say what to do where that is known.

use std::{io, path::Path};

use super::Limits;
use crate::import::Url;

/// Why a URL gave no file; nothing of it was kept.
#[derive(Debug, thiserror::Error)]
#[error("{url}: {problem}")]
pub struct FetchError {
    /// The URL without its login.
    pub url: String,
    /// What is wrong.
    pub problem: String,
}

/// A `FetchError` whose URL and limits are still to be told.
#[derive(Debug)]
pub(super) enum Problem {
    Told(String),
    Asking(ureq::Error),
}

impl Problem {
    /// What happened to a file or folder of the cache.
    pub fn cache(path: &Path, error: &io::Error) -> Self {
        Self::Told(format!("the cache {}: {error}", path.display()))
    }

    pub fn of(self, url: &Url, limits: &Limits) -> FetchError {
        let problem = match self {
            Self::Told(problem) => problem,
            Self::Asking(error) => words(&error, limits),
        };
        FetchError { url: url.to_string(), problem }
    }
}

impl From<String> for Problem {
    fn from(problem: String) -> Self {
        Self::Told(problem)
    }
}

impl From<&str> for Problem {
    fn from(problem: &str) -> Self {
        Self::Told(problem.into())
    }
}

impl From<ureq::Error> for Problem {
    fn from(error: ureq::Error) -> Self {
        Self::Asking(error)
    }
}

/// What the client met, in words; what it says itself may name more of a URL or a proxy than it should.
fn words(error: &ureq::Error, limits: &Limits) -> String {
    match error {
        ureq::Error::Timeout(ureq::Timeout::PerRead | ureq::Timeout::PerWrite) => {
            format!("the server said nothing for {:?}", limits.stall)
        }
        ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
            format!("no connection within {:?}", limits.connect)
        }
        ureq::Error::Timeout(_) => format!("it did not come within {:?}", limits.whole),
        ureq::Error::HostNotFound => "the host is not found: is this machine online, is the name right?".into(),
        ureq::Error::ConnectProxyFailed(_) | ureq::Error::InvalidProxyUrl => {
            "the proxy (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY) did not let it through".into()
        }
        ureq::Error::LargeResponseHeader(..) => "the head of the answer is too large".into(),
        ureq::Error::Rustls(error) => tls(error),
        ureq::Error::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(error) => tls(error),
            None if error.kind() == io::ErrorKind::UnexpectedEof => "the answer broke off before its end".into(),
            None => error.to_string(),
        },
        ureq::Error::Protocol(error) => format!("the answer is no HTTP: {error}"),
        error => error.to_string(),
    }
}

fn tls(error: &rustls::Error) -> String {
    let advice = match error {
        rustls::Error::InvalidCertificate(_) => {
            "; an authority of your own belongs among those of the system, or into the file that SSL_CERT_FILE names"
        }
        _ => "",
    };
    format!("TLS: {error}{advice}")
}
