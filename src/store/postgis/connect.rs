//! Connecting: what the URL asks for, with TLS where it asks for it.

use std::{sync::Arc, time::Duration};

use postgres::{Client, Config, config::SslMode};
use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::store::{DatabaseUrl, StoreError};

/// How long a server may take to say hello, where the URL says nothing.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a dead network goes unnoticed while something is under way.
const DEAD_AFTER: Duration = Duration::from_secs(10);

/// Connects to the database of a URL.
///
/// `sslmode` is as in libpq: `disable`, `prefer` (the default), `require` (encrypted; the certificate is checked where
/// `sslrootcert` names a file) and `verify-full` (checked against `sslrootcert`).
pub fn connect(url: &DatabaseUrl) -> Result<Client, StoreError> {
    let failed = |problem: String| StoreError::Unreachable { store: url.to_string(), problem };
    let (plain, mode, roots) = without_tls_options(url.secret());
    // What the parser says may quote a piece of a password.
    let mut config: Config = plain.parse().map_err(|_| {
        failed("this is not a postgres:// URL; special characters in a password are written as %XX".into())
    })?;
    let (mode, checked) = match mode {
        None | Some("prefer") => (SslMode::Prefer, false),
        Some("disable") => (SslMode::Disable, false),
        Some("require") => (SslMode::Require, roots.is_some()),
        Some("verify-full") if roots.is_some() => (SslMode::Require, true),
        Some("verify-full") => return Err(failed("sslmode=verify-full needs sslrootcert=FILE".into())),
        Some(_) => return Err(failed("sslmode is disable, prefer, require or verify-full".into())),
    };
    config.ssl_mode(mode).tcp_user_timeout(DEAD_AFTER).keepalives_idle(DEAD_AFTER);
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    if config.get_application_name().is_none() {
        config.application_name("mapa");
    }
    let tls = tls(roots.filter(|_| checked)).map_err(failed)?;
    config.connect(tls).map_err(|error| failed(super::words(&error)))
}

/// The URL without `sslmode` and `sslrootcert`, and what they say.
fn without_tls_options(url: &str) -> (String, Option<&str>, Option<&str>) {
    let after_login = url.rfind('@').map_or(0, |at| at + 1);
    let Some(question) = url[after_login..].find('?').map(|at| after_login + at) else {
        return (url.into(), None, None);
    };
    let (mut mode, mut roots, mut others) = (None, None, Vec::new());
    for option in url[question + 1..].split('&') {
        match option.split_once('=') {
            Some(("sslmode", given)) => mode = Some(given),
            Some(("sslrootcert", given)) => roots = Some(given),
            _ => others.push(option),
        }
    }
    let plain =
        if others.is_empty() { url[..question].into() } else { format!("{}?{}", &url[..question], others.join("&")) };
    (plain, mode, roots)
}

fn tls(roots: Option<&str>) -> Result<MakeRustlsConnect, String> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let config = match roots {
        None => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
            .with_no_client_auth(),
        Some(file) => {
            let path = percent_encoding::percent_decode_str(file).decode_utf8_lossy().into_owned();
            let mut store = RootCertStore::empty();
            let read = CertificateDer::pem_file_iter(&path).map_err(|error| format!("sslrootcert {path}: {error}"))?;
            for certificate in read {
                let certificate = certificate.map_err(|error| format!("sslrootcert {path}: {error}"))?;
                store.add(certificate).map_err(|error| format!("sslrootcert {path}: {error}"))?;
            }
            builder.with_root_certificates(store).with_no_client_auth()
        }
    };
    Ok(MakeRustlsConnect::new(config))
}

/// Takes any certificate, as libpq does for `require`: whoever listens is shut out, whoever stands between is not.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_options_are_taken_out_of_the_url() {
        for (given, plain, mode, roots) in [
            ("postgres://u:p@h/d", "postgres://u:p@h/d", None, None),
            ("postgres://u:p?sslmode=x@h/d?sslmode=require", "postgres://u:p?sslmode=x@h/d", Some("require"), None),
            ("postgres://h/d?a=1&sslrootcert=/c&b=2", "postgres://h/d?a=1&b=2", None, Some("/c")),
        ] {
            assert_eq!(without_tls_options(given), (plain.into(), mode, roots));
        }
    }

    #[test]
    fn what_cannot_be_connected_to_is_told_without_the_password() {
        for url in [
            "postgres://u:s3cret@127.0.0.1:1/d",
            "postgres://u:s3cret@127.0.0.1:port/d",
            "postgres://u:a?s3cret=1@h/d?s3cret=2",
            "postgres://u:s3cret@h/d?sslmode=verify-full",
            "postgres://u:s3cret@h/d?sslmode=s3cret",
        ] {
            let address: crate::store::Address = url.parse().unwrap();
            let crate::store::Address::Database(url) = address else { panic!("a URL") };
            let said = connect(&url).err().unwrap().to_string();
            assert!(said.contains("cannot connect") && !said.contains("s3cret"), "{said}");
        }
    }
}
