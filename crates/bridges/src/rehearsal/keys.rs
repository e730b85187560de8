//! Host keys of the stand-in: kept in its folder, so that a second start shows the same.

use std::io;
use std::path::Path;

use russh::keys::ssh_key::LineEnding;
use russh::keys::{Algorithm, PrivateKey, decode_secret_key};

/// Reads the key of a bridge, or makes one.
pub(super) fn host_key(path: &Path) -> io::Result<PrivateKey> {
    let other = |error: String| io::Error::new(io::ErrorKind::InvalidData, error);
    if let Ok(text) = std::fs::read_to_string(path) {
        return decode_secret_key(&text, None).map_err(|error| other(error.to_string()));
    }
    let key = PrivateKey::random(&mut russh::keys::key::safe_rng(), Algorithm::Ed25519)
        .map_err(|error| other(error.to_string()))?;
    let text = key.to_openssh(LineEnding::LF).map_err(|error| other(error.to_string()))?;
    write_private(path, text.as_bytes())?;
    Ok(key)
}

/// Writes a file that only its owner can read.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;

    let mut file =
        std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(bytes)
}
