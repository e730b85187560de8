//! What TLS is set to: version 1.3, one provider of cryptography, nothing resumed.

use std::sync::Arc;

use rustls::client::Resumption;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, ServerConfig, version};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::PkiError;
use crate::transport::Lane;

/// The one provider of cryptography.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// Trust in one cluster and nothing else.
pub(super) fn roots(authority: &CertificateDer<'static>) -> Result<Arc<RootCertStore>, PkiError> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.clone())?;
    Ok(Arc::new(roots))
}

/// Whether key and certificate belong together.
pub(super) fn certified(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<CertifiedKey, PkiError> {
    Ok(CertifiedKey::from_der(chain, key, &provider())?)
}

/// For connections of nodes that must show a certificate of the cluster.
pub(super) fn server(
    roots: Arc<RootCertStore>,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<ServerConfig>, PkiError> {
    let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider())
        .build()
        .map_err(|error| PkiError::Certificate(error.to_string()))?;
    let settings = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&version::TLS13])?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)?;
    Ok(finished(settings, &[Lane::Urgent, Lane::Bulk, Lane::Carry]))
}

/// For connections of nodes that want to join.
pub(super) fn join_server(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<ServerConfig>, PkiError> {
    let settings = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(finished(settings, &[Lane::Join]))
}

/// Every connection proves everything anew, so that what was renewed or has run out counts at once.
fn finished(mut settings: ServerConfig, lanes: &[Lane]) -> Arc<ServerConfig> {
    settings.session_storage = Arc::new(NoServerSessionStorage {});
    settings.send_tls13_tickets = 0;
    settings.alpn_protocols = lanes.iter().map(|lane| lane.protocol().to_vec()).collect();
    Arc::new(settings)
}

/// For connections to other nodes.
pub(super) fn client(
    roots: Arc<RootCertStore>,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<ClientConfig>, PkiError> {
    let mut settings = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&version::TLS13])?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)?;
    settings.resumption = Resumption::disabled();
    Ok(Arc::new(settings))
}

/// For the connection of a node that has no certificate yet.
pub(super) fn join_client(verifier: Arc<dyn ServerCertVerifier>) -> Result<Arc<ClientConfig>, PkiError> {
    let mut settings = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    settings.resumption = Resumption::disabled();
    Ok(Arc::new(settings))
}
