//! Which certificate authorities are trusted: those of the machine, and those of one file.

use std::fmt;
use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use thiserror::Error;

/// Why nobody can be trusted.
#[derive(Debug, Error)]
pub enum RootError {
    /// The file cannot be read or holds something else.
    #[error("{path} cannot be used: {error}; it must hold certificates of authorities as PEM")]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        error: String,
    },
    /// There are none.
    #[error(
        "this machine has no certificates of authorities to check others by ({0}); install the package \
         ca-certificates or name a file with `ca_file` in [alerts]"
    )]
    None(String),
}

/// Certificates of authorities, each of which rustls can use.
#[derive(Clone)]
pub(crate) struct Roots(Vec<CertificateDer<'static>>);

impl Roots {
    /// Those of the machine and those of the file.
    pub(crate) fn load(file: Option<&Path>) -> Result<Self, RootError> {
        let mut roots = file.map(read).transpose()?.unwrap_or_default();
        let found = rustls_native_certs::load_native_certs();
        roots.extend(found.certs.into_iter().filter(is_usable));
        if roots.is_empty() {
            let why = found.errors.first().map_or_else(|| "none found".to_owned(), ToString::to_string);
            return Err(RootError::None(why));
        }
        Ok(Self(roots))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &CertificateDer<'static>> {
        self.0.iter()
    }
}

impl fmt::Debug for Roots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Roots({})", self.0.len())
    }
}

/// Looks whether a file holds certificates of authorities.
///
/// # Errors
/// When it cannot be read or holds something else.
pub fn check_ca_file(path: &Path) -> Result<(), RootError> {
    read(path).map(|_| ())
}

/// Every certificate of the file: one that cannot be used is one that somebody relies on.
fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, RootError> {
    let failed = |error: String| RootError::File { path: path.to_owned(), error };
    let certificates = CertificateDer::pem_file_iter(path).map_err(|error| failed(error.to_string()))?;
    let certificates: Result<Vec<_>, _> = certificates.collect();
    let certificates = certificates.map_err(|error| failed(error.to_string()))?;
    match certificates.iter().position(|certificate| !is_usable(certificate)) {
        Some(index) => Err(failed(format!("certificate {} is damaged", index + 1))),
        None if certificates.is_empty() => Err(failed("it holds no certificate".to_owned())),
        None => Ok(certificates),
    }
}

fn is_usable(certificate: &CertificateDer<'static>) -> bool {
    RootCertStore::empty().add(certificate.clone()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_authorities_is_refused_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let check = |text: &str| {
            std::fs::write(&path, text).unwrap();
            check_ca_file(&path).map_err(|error| error.to_string())
        };
        assert!(check("hello").unwrap_err().contains("ca.pem cannot be used: it holds no certificate"));
        let damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(check(damaged).unwrap_err().contains("certificate 1 is damaged"));
        let key = rcgen::generate_simple_self_signed(["ca".to_owned()]).unwrap();
        assert_eq!(check(&key.cert.pem()), Ok(()));
        assert!(check_ca_file(&folder.path().join("none")).is_err());
    }
}
