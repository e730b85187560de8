//! The check of the host key in the middle of the key exchange, and what it found.

use std::path::PathBuf;

use russh::client::Handler;
use russh::keys::{HashAlg, PublicKey, PublicKeyBase64 as _, PublicKeyOrCertificate};
use thiserror::Error;

use super::error::SshError;
use super::known_hosts::{HostKey, KnownHosts, Verdict};

/// Listens to the server, and breaks off when its key is not right.
pub(super) struct Checker {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) place: String,
    pub(super) known: KnownHosts,
    pub(super) file: PathBuf,
    pub(super) purpose: Purpose,
}

/// What the connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To work: only a known key is right.
    Work,
    /// To see the key: every key ends the connection, before anything is sent.
    Look,
}

/// How the connection ended.
#[derive(Debug, Error)]
pub(super) enum Ending {
    /// The library ended it.
    #[error(transparent)]
    Library(#[from] russh::Error),
    /// The host key did.
    #[error(transparent)]
    HostKey(Box<SshError>),
    /// The key was seen, as was wanted.
    #[error("the key was seen")]
    Seen(Box<HostKey>),
}

impl Checker {
    fn judge(&self, key: &HostKey) -> Result<(), SshError> {
        let fingerprint = key.fingerprint.clone();
        let (place, file) = (self.place.clone(), self.file.clone());
        match self.known.check(&self.host, self.port, key) {
            Verdict::Known => Ok(()),
            Verdict::Unknown => Err(SshError::HostKeyUnknown { place, fingerprint }),
            Verdict::Changed { line } => Err(SshError::HostKeyChanged { place, fingerprint, line, file }),
            Verdict::Revoked { line } => Err(SshError::HostKeyRevoked { place, fingerprint, line, file }),
        }
    }
}

impl Handler for Checker {
    type Error = Ending;

    async fn check_server_key(&mut self, key: &PublicKeyOrCertificate) -> Result<bool, Ending> {
        // Certificates are not asked for; a server that sends one all the same has no key that could be compared.
        let PublicKeyOrCertificate::PublicKey { key, .. } = key else { return Ok(false) };
        let key = host_key(key);
        if self.purpose == Purpose::Look {
            return Err(Ending::Seen(Box::new(key)));
        }
        self.judge(&key).map_err(|error| Ending::HostKey(Box::new(error)))?;
        Ok(true)
    }
}

/// A key as known_hosts compares it.
pub(super) fn host_key(key: &PublicKey) -> HostKey {
    HostKey {
        kind: key.algorithm().as_str().to_owned(),
        blob: key.public_key_bytes(),
        fingerprint: key.fingerprint(HashAlg::Sha256).to_string(),
    }
}
