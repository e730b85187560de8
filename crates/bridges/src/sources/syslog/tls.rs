//! TLS for the receiver: its certificate, and what it wants of clients (RFC 5425 §4.2).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::server::{NoServerSessionStorage, ServerConnection, WebPkiClientVerifier};
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use thiserror::Error;
use tokio_rustls::TlsAcceptor;
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

use super::super::origin::ClientCertificate;

/// Names that are kept of a client's certificate.
const MAX_NAMES: usize = 32;

/// The receiver's certificate, and what it wants of clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// PEM file with the receiver's certificate and those that lead to its authority.
    pub certificate: PathBuf,
    /// PEM file with its key.
    pub key: PathBuf,
    /// What is asked of clients.
    pub clients: Clients,
}

/// What is asked of clients. Lines of a client without a certificate are taken, but they are not good enough alone for an
/// automatic restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clients {
    /// No certificate.
    Anonymous,
    /// A certificate of one of the authorities in this PEM file, if the client has one.
    Optional(PathBuf),
    /// A certificate of one of the authorities in this PEM file.
    Required(PathBuf),
}

/// Why TLS cannot be offered.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file cannot be used.
    #[error("{path} cannot be used: {problem}; it must hold {wanted} as PEM")]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
        /// What it must hold.
        wanted: &'static str,
    },
    /// Certificate and key do not belong together, or are of a kind that TLS cannot use.
    #[error("certificate and key of the syslog receiver cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
}

/// Reads the files.
///
/// # Errors
/// [`TlsError`].
pub fn acceptor(settings: &Settings) -> Result<TlsAcceptor, TlsError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let chain = certificates(&settings.certificate, "the receiver's certificate")?;
    let key = PrivateKeyDer::from_pem_file(&settings.key).map_err(|error| TlsError::File {
        path: settings.key.clone(),
        problem: error.to_string(),
        wanted: "the receiver's private key",
    })?;
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?;
    let (authorities, required) = match &settings.clients {
        Clients::Anonymous => (None, false),
        Clients::Optional(path) => (Some(path), false),
        Clients::Required(path) => (Some(path), true),
    };
    let builder = match authorities {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let verifier = WebPkiClientVerifier::builder_with_provider(roots(path)?, provider);
            let verifier = if required { verifier } else { verifier.allow_unauthenticated() };
            let verifier = verifier.build().map_err(|error| unusable(path, &error.to_string()))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let mut config = builder.with_single_cert(chain, key)?;
    // Every connection proves itself anew, so that a certificate that has run out counts at once.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// What the client of a connection has shown; rustls has checked it against the authorities.
pub(super) fn shown(connection: &ServerConnection) -> Option<ClientCertificate> {
    let certificate = connection.peer_certificates()?.first()?;
    Some(ClientCertificate { names: names(certificate) })
}

/// Alternative names, DNS and addresses; the common name counts only where there are none (RFC 6125 §6.4.4).
fn names(certificate: &CertificateDer<'_>) -> Vec<String> {
    let Ok((_, parsed)) = X509Certificate::from_der(certificate) else { return Vec::new() };
    let alternative = parsed.subject_alternative_name().ok().flatten();
    let listed = alternative.map(|names| &names.value.general_names).into_iter().flatten();
    let mut names: Vec<String> = listed
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(name.to_lowercase()),
            GeneralName::IPAddress(bytes) => address(bytes),
            _ => None,
        })
        .take(MAX_NAMES)
        .collect();
    if names.is_empty() {
        let common = parsed.subject().iter_common_name().filter_map(|name| name.as_str().ok());
        names.extend(common.take(MAX_NAMES).map(str::to_lowercase));
    }
    names
}

fn address(bytes: &[u8]) -> Option<String> {
    let four = <[u8; 4]>::try_from(bytes).map(std::net::IpAddr::from);
    let address = four.or_else(|_| <[u8; 16]>::try_from(bytes).map(std::net::IpAddr::from)).ok()?;
    Some(address.to_canonical().to_string())
}

fn roots(path: &Path) -> Result<Arc<RootCertStore>, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path, "certificates of the clients' authorities")? {
        roots.add(certificate).map_err(|error| unusable(path, &error.to_string()))?;
    }
    Ok(Arc::new(roots))
}

fn certificates(path: &Path, wanted: &'static str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let failed = |problem: String| TlsError::File { path: path.into(), problem, wanted };
    let found = CertificateDer::pem_file_iter(path).map_err(|error| failed(error.to_string()))?;
    let found: Vec<_> = found.collect::<Result<_, _>>().map_err(|error| failed(error.to_string()))?;
    if found.is_empty() { Err(failed("it holds no certificate".to_owned())) } else { Ok(found) }
}

fn unusable(path: &Path, problem: &str) -> TlsError {
    let wanted = "certificates of the clients' authorities";
    TlsError::File { path: path.into(), problem: problem.to_owned(), wanted }
}
