//! Whether a chain of certificates leads to the right cluster.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::{Fingerprint, PkiError, settings};

/// Takes a server's certificate if it is issued under the one certificate with this fingerprint, which the server must
/// show too, and if it is for the name that was asked for.
#[derive(Debug)]
pub(super) struct Pinned {
    authority: Fingerprint,
    provider: Arc<CryptoProvider>,
}

impl Pinned {
    pub(super) fn new(authority: Fingerprint) -> Self {
        Self { authority, provider: settings::provider() }
    }
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let authority = intermediates
            .iter()
            .find(|certificate| Fingerprint::of(certificate) == self.authority)
            .ok_or(Error::InvalidCertificate(CertificateError::UnknownIssuer))?;
        issued_under(authority, end_entity, server_name, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Whether a certificate is issued under this authority, is for this name, and is valid now.
fn issued_under(
    authority: &CertificateDer<'_>,
    certificate: &CertificateDer<'_>,
    name: &ServerName<'_>,
    now: UnixTime,
) -> Result<ServerCertVerified, Error> {
    let roots = settings::roots(&authority.clone().into_owned())
        .map_err(|_| Error::InvalidCertificate(CertificateError::BadEncoding))?;
    let verifier = WebPkiServerVerifier::builder_with_provider(roots, settings::provider())
        .build()
        .map_err(|error| Error::General(error.to_string()))?;
    verifier.verify_server_cert(certificate, &[], name, &[], now)
}

/// Whether a new certificate of this node is what was asked for.
pub(super) fn check(
    authority: &[u8],
    certificate: &[u8],
    node: &str,
    now: SystemTime,
) -> Result<(), PkiError> {
    let name = ServerName::try_from(node).map_err(|_| PkiError::Name { name: node.to_owned() })?;
    let now = UnixTime::since_unix_epoch(now.duration_since(UNIX_EPOCH).unwrap_or_default());
    issued_under(&CertificateDer::from(authority), &CertificateDer::from(certificate), &name, now)?;
    Ok(())
}
