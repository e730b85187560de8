//! Learning a host key: the only way into the known_hosts file.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;

use super::connection::{self, Connected};
use super::deadlines::{Deadlines, Phase};
use super::error::SshError;
use super::host_key::Purpose;
use super::known_hosts::{HostKey, KnownHosts, Verdict};
use crate::inventory::Access;

/// What a server shows, and what is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The key.
    pub key: HostKey,
    /// What the file says about it.
    pub verdict: Verdict,
}

/// Why a key was not written down.
#[derive(Debug, Error)]
#[error("the host key cannot be written to {path}: {error}")]
pub struct LearnError {
    path: PathBuf,
    error: io::Error,
}

/// Looks at the key of a server. The connection ends with the sight of it: nobody signs in.
///
/// # Errors
/// [`SshError`], when no key can be seen.
pub async fn look(access: &Access, known_hosts: &Path, deadlines: Deadlines) -> Result<Seen, SshError> {
    let place = access.known_as();
    let (access, path) = (access.clone(), known_hosts.to_owned());
    let work = tokio::spawn(async move {
        match connection::connect(&access, &path, &deadlines, Purpose::Look).await? {
            Connected::Seen(key) => {
                let verdict = KnownHosts::load(&path)?.check(&access.host, access.port, &key);
                Ok(Seen { key: *key, verdict })
            }
            Connected::Open(_) => {
                Err(SshError::Closed { place: access.known_as(), phase: Phase::KeyExchange })
            }
        }
    });
    work.await.unwrap_or_else(|error| Err(SshError::Broken { place, problem: error.to_string() }))
}

/// Appends a key to the file, which is made if it is not there.
///
/// # Errors
/// [`LearnError`] when it cannot be written, or not to the disk.
pub fn learn(access: &Access, key: &HostKey, known_hosts: &Path) -> Result<(), LearnError> {
    let line = format!("{} {} {}\n", access.known_as(), key.kind, STANDARD.encode(&key.blob));
    append(known_hosts, &line).map_err(|error| LearnError { path: known_hosts.to_owned(), error })
}

fn append(path: &Path, line: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    let text = if ends_within_a_line(&mut file)? { format!("\n{line}") } else { line.to_owned() };
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Whether the last line has no end, so that what is appended would become part of it.
fn ends_within_a_line(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0_u8];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}
