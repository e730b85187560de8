//! Known host keys, in the format of OpenSSH (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT").
//!
//! Read here and not by the SSH library, which takes revoked keys for unknown ones, a key of another type for no change, and a
//! file that cannot be read for an empty one. Names, patterns with `*`, `?` and `!`, hashed names, `@revoked` and any blanks are
//! understood. `@cert-authority` lines are passed over: certificates are never asked for. A line that cannot be understood is
//! an error, since it could be the one that revokes.

mod line;
mod pattern;

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::inventory::known_as;
use line::{Line, Marker};

/// Largest file, in bytes.
pub const MAX_KNOWN_HOSTS_BYTES: u64 = 8 << 20;

/// The key of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostKey {
    /// Its type, such as `ssh-ed25519`.
    pub kind: String,
    /// Its bytes on the wire (RFC 4253 §6.6).
    pub blob: Vec<u8>,
    /// As OpenSSH shows it: `SHA256:…`.
    pub fingerprint: String,
}

/// What the file says about a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// This host has this key.
    Known,
    /// Nothing is known about this host.
    Unknown,
    /// This host has another key, of this type or of another one.
    Changed {
        /// Line of the known key, from 1.
        line: usize,
    },
    /// The key was withdrawn.
    Revoked {
        /// Line that says so, from 1.
        line: usize,
    },
}

/// The lines of the file.
#[derive(Debug, Clone, Default)]
pub struct KnownHosts {
    lines: Vec<Line>,
}

/// Why it is not known which keys are right.
#[derive(Debug, Error)]
pub enum KnownHostsError {
    /// The file cannot be read.
    #[error("known host keys cannot be read from {path}: {error}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// It is no such file by its size.
    #[error("{path} is larger than {MAX_KNOWN_HOSTS_BYTES} bytes, which no file of known hosts is")]
    TooLarge {
        /// Which file.
        path: PathBuf,
    },
    /// A line that cannot be understood.
    #[error("line {line} of {path} cannot be understood: {problem}; correct or remove it")]
    Line {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What is wrong.
        problem: &'static str,
    },
}

impl KnownHosts {
    /// Reads a file. One that does not exist knows nobody.
    ///
    /// # Errors
    /// [`KnownHostsError`]; a file that cannot be read is never taken for an empty one.
    pub fn load(path: &Path) -> Result<Self, KnownHostsError> {
        let failed = |error| KnownHostsError::Read { path: path.to_owned(), error };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(failed(error)),
        };
        let mut bytes = Vec::new();
        file.take(MAX_KNOWN_HOSTS_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() as u64 > MAX_KNOWN_HOSTS_BYTES {
            return Err(KnownHostsError::TooLarge { path: path.to_owned() });
        }
        Self::parse(&bytes).map_err(|(line, problem)| KnownHostsError::Line {
            path: path.to_owned(),
            line,
            problem,
        })
    }

    /// The same from bytes that were read already.
    ///
    /// # Errors
    /// The number, from 1, of the first line that cannot be understood, and why.
    pub fn parse(bytes: &[u8]) -> Result<Self, (usize, &'static str)> {
        let mut lines = Vec::new();
        for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
            let read = std::str::from_utf8(line).map_err(|_| "it is no text");
            if let Some(line) =
                read.and_then(|text| Line::read(text, number)).map_err(|problem| (number, problem))?
            {
                lines.push(line);
            }
        }
        Ok(Self { lines })
    }

    /// What is known about this key of this host.
    pub fn check(&self, host: &str, port: u16, key: &HostKey) -> Verdict {
        let name = known_as(host, port);
        // A key that is revoked for the host is so on each of its ports.
        let revoked = self.lines.iter().find(|line| {
            line.marker == Marker::Revoked && line.blob == key.blob && (line.names(&name) || line.names(host))
        });
        if let Some(line) = revoked {
            return Verdict::Revoked { line: line.number };
        }
        let mut another = None;
        for line in self.keys_of(&name) {
            if line.blob == key.blob {
                return Verdict::Known;
            }
            another.get_or_insert(line.number);
        }
        another.map_or(Verdict::Unknown, |line| Verdict::Changed { line })
    }

    /// Types of the keys that are known of this host.
    pub fn kinds(&self, host: &str, port: u16) -> Vec<String> {
        self.keys_of(&known_as(host, port)).map(|line| line.kind.clone()).collect()
    }

    fn keys_of(&self, name: &str) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| line.marker == Marker::None && line.names(name))
    }
}

#[cfg(test)]
mod tests;
