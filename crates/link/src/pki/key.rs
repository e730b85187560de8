//! A node's key, and the request to certify it.

use std::fmt;

use rcgen::{CertificateParams, CertificateSigningRequestParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls_pki_types::CertificateSigningRequestDer;

use super::PkiError;

/// A new key of a node (ECDSA P-256).
pub struct NodeKey(pub(super) KeyPair);

impl NodeKey {
    /// Makes one.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate() -> Result<Self, PkiError> {
        Ok(Self(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?))
    }

    /// The request to certify it.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn request(&self) -> Result<SigningRequest, PkiError> {
        // Whoever issues the certificate decides on the name, so none is asked for.
        let request = CertificateParams::default().serialize_request(&self.0)?;
        Ok(SigningRequest(request.der().to_vec()))
    }

    pub(super) fn to_pem(&self) -> String {
        self.0.serialize_pem()
    }
}

/// The key stays out of logs.
impl fmt::Debug for NodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NodeKey(…)")
    }
}

/// A request to certify a key: PKCS #10, DER, as it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningRequest(pub Vec<u8>);

impl SigningRequest {
    /// The key, if the request is signed with it.
    pub(super) fn public_key(&self) -> Result<rcgen::PublicKey, PkiError> {
        let der = CertificateSigningRequestDer::from(self.0.as_slice());
        let request = CertificateSigningRequestParams::from_der(&der)?;
        if request.public_key.algorithm() == &PKCS_ECDSA_P256_SHA256 {
            Ok(request.public_key)
        } else {
            Err(PkiError::Certificate("the key is not of the kind that nodes use (ECDSA P-256)".into()))
        }
    }
}
