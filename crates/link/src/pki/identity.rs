//! Who a node is to others: its certificate and key, as they are in use.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;
use rustls::{ClientConfig, ServerConfig};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::files::{self, AUTHORITY_CERTIFICATE, NODE_CERTIFICATE, NODE_KEY, PRIVATE, PUBLIC};
use super::{Certificates, Fingerprint, NodeKey, PkiError, node_name, settings, verify};

/// A node's certificate and key in use. Connections that are made after [`Identity::reload`] use the new ones; those
/// that stand go on.
#[derive(Debug)]
pub struct Identity {
    dir: PathBuf,
    current: ArcSwap<Loaded>,
}

#[derive(Debug)]
struct Loaded {
    node: Arc<str>,
    authority: Vec<u8>,
    not_before: SystemTime,
    not_after: SystemTime,
    server: Arc<ServerConfig>,
    join: Arc<ServerConfig>,
    client: Arc<ClientConfig>,
}

impl Identity {
    /// Reads the files of a folder.
    ///
    /// # Errors
    /// [`PkiError::NoCluster`] if there are none, or what is wrong with them.
    pub fn load(dir: &Path) -> Result<Self, PkiError> {
        Ok(Self { dir: dir.into(), current: ArcSwap::from_pointee(Loaded::read(dir)?) })
    }

    /// Reads the files again.
    ///
    /// # Errors
    /// As [`Identity::load`]; then what was in use stays.
    pub fn reload(&self) -> Result<(), PkiError> {
        self.current.store(Arc::new(Loaded::read(&self.dir)?));
        Ok(())
    }

    /// Its folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The name in the certificate.
    pub fn node(&self) -> Arc<str> {
        self.current.load().node.clone()
    }

    /// By which the cluster is known.
    pub fn authority(&self) -> Fingerprint {
        Fingerprint::of(&self.current.load().authority)
    }

    /// Until when the certificate is valid.
    pub fn not_after(&self) -> SystemTime {
        self.current.load().not_after
    }

    /// From when on the certificate should be renewed: after two thirds of its time.
    pub fn renew_after(&self) -> SystemTime {
        let current = self.current.load();
        let life = current.not_after.duration_since(current.not_before).unwrap_or_default();
        current.not_before + life * 2 / 3
    }

    /// Whether the certificate should be renewed now.
    pub fn renewal_due(&self, now: SystemTime) -> bool {
        now >= self.renew_after()
    }

    /// Takes a new certificate for the key that it was asked for with, if it is of the same cluster and name, and uses
    /// it from now on.
    ///
    /// # Errors
    /// When it is not; then what was in use stays.
    pub fn replace(&self, new: &Certificates, key: &NodeKey, now: SystemTime) -> Result<(), PkiError> {
        let current = self.current.load();
        if new.authority != current.authority {
            return Err(PkiError::Certificate("it is of another cluster".into()));
        }
        verify::check(&new.authority, &new.node, &current.node, now)?;
        store(&self.dir, new, key)?;
        self.reload()
    }

    pub(crate) fn server_settings(&self) -> Arc<ServerConfig> {
        self.current.load().server.clone()
    }

    pub(crate) fn join_settings(&self) -> Arc<ServerConfig> {
        self.current.load().join.clone()
    }

    pub(crate) fn client_settings(&self) -> Arc<ClientConfig> {
        self.current.load().client.clone()
    }
}

impl Loaded {
    fn read(dir: &Path) -> Result<Self, PkiError> {
        let (certificate_path, key_path) = (dir.join(NODE_CERTIFICATE), dir.join(NODE_KEY));
        if !key_path.exists() {
            return Err(PkiError::NoCluster { dir: dir.into() });
        }
        let authority = files::read_certificates(&dir.join(AUTHORITY_CERTIFICATE))?.remove(0);
        let key = files::read_key(&key_path)?;
        let mut chain = files::read_certificates(&certificate_path)?;
        let fits = settings::certified(chain.clone(), key.clone_key());
        if let Err(problem) = fits {
            chain = interrupted(&certificate_path, &key).ok_or(problem)?;
        }
        let node = node_name(&chain[0])?.into();
        let (not_before, not_after) = validity(&chain[0])?;
        let roots = settings::roots(&authority)?;
        // The cluster's own certificate goes along: by it a node that joins knows the cluster.
        chain.truncate(1);
        chain.push(authority.clone());
        Ok(Self {
            node,
            not_before,
            not_after,
            server: settings::server(roots.clone(), chain.clone(), key.clone_key())?,
            join: settings::join_server(chain.clone(), key.clone_key())?,
            client: settings::client(roots, chain, key)?,
            authority: authority.to_vec(),
        })
    }
}

/// The process ended when the new key was in place and the new certificate was not: finishes that.
fn interrupted(
    path: &Path,
    key: &rustls_pki_types::PrivateKeyDer<'static>,
) -> Option<Vec<rustls_pki_types::CertificateDer<'static>>> {
    let chain = files::read_certificates(&files::beside(path)).ok()?;
    settings::certified(chain.clone(), key.clone_key()).ok()?;
    files::finish(path).ok()?;
    Some(chain)
}

/// Writes what a node needs. Key and certificate change together even if the process ends in between.
pub(super) fn store(dir: &Path, certificates: &Certificates, key: &NodeKey) -> Result<(), PkiError> {
    files::make_folder(dir)?;
    let authority = dir.join(AUTHORITY_CERTIFICATE);
    if !authority.exists() {
        files::write(&authority, files::to_pem([&*certificates.authority]).as_bytes(), PUBLIC)?;
    }
    let chain = files::to_pem([&*certificates.node, &*certificates.authority]);
    let (certificate_path, key_path) = (dir.join(NODE_CERTIFICATE), dir.join(NODE_KEY));
    files::prepare(&certificate_path, chain.as_bytes(), PUBLIC)?;
    files::write(&key_path, key.to_pem().as_bytes(), PRIVATE)?;
    files::finish(&certificate_path)
}

fn validity(certificate: &[u8]) -> Result<(SystemTime, SystemTime), PkiError> {
    let (_, parsed) = X509Certificate::from_der(certificate)
        .map_err(|_| PkiError::Certificate("it cannot be read".into()))?;
    let time = |seconds: i64| UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
    let validity = parsed.validity();
    Ok((time(validity.not_before.timestamp()), time(validity.not_after.timestamp())))
}
