//! A password or token: read from a file, never shown.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use thiserror::Error;
use zeroize::Zeroizing;

/// Longest secret.
const MAX_SECRET_BYTES: u64 = 4096;

/// A password or token. Neither its `Debug` form nor an error shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

/// Why there is no secret.
#[derive(Debug, Error)]
pub enum SecretError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {error}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Its first line is not a secret.
    #[error(
        "the first line of {path} must hold the secret: 1 to {MAX_SECRET_BYTES} characters without control characters"
    )]
    Shape {
        /// Which file.
        path: PathBuf,
    },
}

impl Secret {
    /// A secret that is known already.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(Zeroizing::new(secret.into()))
    }

    /// The first line of a file, without its end.
    ///
    /// # Errors
    /// When the file cannot be read, or its first line is empty, too long or holds control characters.
    pub fn read(path: &Path) -> Result<Self, SecretError> {
        let failed = |error| SecretError::File { path: path.to_owned(), error };
        let file = File::open(path).map_err(failed)?;
        let mut line = Zeroizing::new(String::new());
        BufReader::new(file.take(MAX_SECRET_BYTES + 2)).read_line(&mut line).map_err(failed)?;
        let text = line.trim_end_matches(['\r', '\n']);
        if text.is_empty() || text.len() as u64 > MAX_SECRET_BYTES || text.chars().any(char::is_control) {
            return Err(SecretError::Shape { path: path.to_owned() });
        }
        Ok(Self::new(text))
    }

    /// The secret itself, for the one place that sends it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_the_secret_and_is_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            Secret::read(&path)
        };
        assert_eq!(read("s3 cret\r\nmore").unwrap().expose(), "s3 cret");
        assert_eq!(format!("{:?}", read("hunter2").unwrap()), "Secret(…)");
        for bad in ["", "\n", "a\tb", &"x".repeat(5000)] {
            let error = read(bad).unwrap_err().to_string();
            assert!(
                error.contains("first line") && (bad.trim().is_empty() || !error.contains(bad)),
                "{error}"
            );
        }
        assert!(Secret::read(&folder.path().join("none")).is_err());
    }
}
