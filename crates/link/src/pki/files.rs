//! The files of a cluster's folder.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::PkiError;

/// The cluster's certificate.
pub const AUTHORITY_CERTIFICATE: &str = "cluster-ca.crt";
/// The cluster's key, on the node that made it.
pub const AUTHORITY_KEY: &str = "cluster-ca.key";
/// The node's certificate, with the cluster's behind it.
pub const NODE_CERTIFICATE: &str = "node.crt";
/// The node's key.
pub const NODE_KEY: &str = "node.key";
/// Open invitations.
pub const INVITATIONS: &str = "invitations";

/// Readable for everybody: certificates are no secret.
pub(super) const PUBLIC: u32 = 0o644;
/// Readable for the owner only.
pub(super) const PRIVATE: u32 = 0o600;

/// Makes the folder, for its owner only.
pub(super) fn make_folder(dir: &Path) -> Result<(), PkiError> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(failed(dir))
}

/// Puts a whole file in place of what was there, or nothing.
pub(super) fn write(path: &Path, content: &[u8], mode: u32) -> Result<(), PkiError> {
    let new = beside(path);
    write_new(&new, content, mode).map_err(failed(&new))?;
    rename(&new, path)
}

/// Writes a file beside the one that it is to replace.
pub(super) fn prepare(path: &Path, content: &[u8], mode: u32) -> Result<(), PkiError> {
    let new = beside(path);
    write_new(&new, content, mode).map_err(failed(&new))
}

/// Puts what was prepared in place.
pub(super) fn finish(path: &Path) -> Result<(), PkiError> {
    rename(&beside(path), path)
}

/// Where a file is written before it is put in place.
pub(super) fn beside(path: &Path) -> std::path::PathBuf {
    path.with_added_extension("new")
}

fn write_new(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

fn rename(from: &Path, to: &Path) -> Result<(), PkiError> {
    fs::rename(from, to).map_err(failed(to))?;
    let folder = to.parent().unwrap_or(Path::new("."));
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed(folder))
}

/// The certificates of a file, in order; at least one.
pub(super) fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, PkiError> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = read.map_err(unreadable(path))?;
    if chain.is_empty() {
        return Err(PkiError::File { path: path.into(), problem: "it holds no certificate".into() });
    }
    Ok(chain)
}

/// The key of a file.
pub(super) fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, PkiError> {
    PrivateKeyDer::from_pem_file(path).map_err(unreadable(path))
}

/// Certificates as text.
pub(super) fn to_pem<'a>(certificates: impl IntoIterator<Item = &'a [u8]>) -> String {
    use base64::Engine as _;
    /// Characters in a line (RFC 7468 §2).
    const LINE_CHARS: usize = 64;
    let mut text = String::new();
    for certificate in certificates {
        let encoded = base64::engine::general_purpose::STANDARD.encode(certificate);
        text.push_str("-----BEGIN CERTIFICATE-----\n");
        let mut rest = encoded.as_str();
        while !rest.is_empty() {
            let (line, others) = rest.split_at(rest.len().min(LINE_CHARS));
            text.push_str(line);
            text.push('\n');
            rest = others;
        }
        text.push_str("-----END CERTIFICATE-----\n");
    }
    text
}

pub(super) fn failed(path: &Path) -> impl Fn(io::Error) -> PkiError {
    move |error| PkiError::File { path: path.into(), problem: error.to_string() }
}

fn unreadable(path: &Path) -> impl Fn(rustls_pki_types::pem::Error) -> PkiError {
    move |error| PkiError::File { path: path.into(), problem: error.to_string() }
}
