//! Where a password or passphrase comes from: a file of mode 0600, the environment, or systemd; never a command line.

use std::env;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use thiserror::Error;
use zeroize::Zeroizing;

/// Longest secret, in bytes.
pub const MAX_SECRET_BYTES: usize = 4096;

/// Rights that others may not have on a file with a secret: group and world, reading and writing.
#[cfg(unix)]
const FORBIDDEN_MODE: u32 = 0o077;

/// Where systemd puts credentials (`LoadCredential=`, systemd.exec(5)).
const CREDENTIALS_DIRECTORY: &str = "CREDENTIALS_DIRECTORY";

/// Where a secret comes from. It is read when it is needed, and forgotten afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// The first line of a file that only its owner can read.
    File(PathBuf),
    /// A variable of the environment.
    Environment(String),
    /// A credential of the systemd unit.
    Credential(String),
}

/// Why there is no secret. None of the texts shows it.
#[derive(Debug, Error)]
pub enum SecretError {
    /// The file cannot be read.
    #[error("the secret cannot be read from {path}: {error}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Others can read it.
    #[error("{path} holds a secret and others can read it (mode {mode:04o}): run chmod 600 on it")]
    Mode {
        /// Which file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The variable is not there.
    #[error("the environment variable {name} is not set, or is no text; it should hold the secret")]
    Environment {
        /// Its name.
        name: String,
    },
    /// Not started by systemd with this credential.
    #[error(
        "there is no credential {name:?}: the systemd unit needs LoadCredential={name}:FILE, and {CREDENTIALS_DIRECTORY} is \
         set by systemd only"
    )]
    Credential {
        /// Its name.
        name: String,
    },
    /// A name that leads elsewhere.
    #[error("{name:?} is no name of a credential: no slashes, no leading dot")]
    Name {
        /// Its name.
        name: String,
    },
    /// What was read is no secret.
    #[error(
        "{place} must hold a secret of 1 to {MAX_SECRET_BYTES} bytes without control characters in its first line"
    )]
    Shape {
        /// Where it was read.
        place: String,
    },
}

impl SecretSource {
    /// A credential of this name.
    ///
    /// # Errors
    /// [`SecretError::Name`] for a name that is a path.
    pub fn credential(name: &str) -> Result<Self, SecretError> {
        if name.is_empty() || name.contains('/') || name.starts_with('.') {
            return Err(SecretError::Name { name: name.to_owned() });
        }
        Ok(Self::Credential(name.to_owned()))
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`SecretError`], which never shows what was read.
    pub fn read(&self) -> Result<Zeroizing<String>, SecretError> {
        match self {
            Self::File(path) => from_file(path, true),
            Self::Environment(name) => {
                let value = env::var(name).map_err(|_| SecretError::Environment { name: name.clone() })?;
                first_line(&Zeroizing::new(value), &format!("the environment variable {name}"))
            }
            Self::Credential(name) => {
                let missing = || SecretError::Credential { name: name.clone() };
                let folder = env::var_os(CREDENTIALS_DIRECTORY).ok_or_else(missing)?;
                let path = Path::new(&folder).join(name);
                if !path.exists() {
                    return Err(missing());
                }
                // systemd guards the folder; the mode of the file is its affair.
                from_file(&path, false)
            }
        }
    }
}

/// Reads a whole file that only its owner may read, such as a private key.
///
/// # Errors
/// [`SecretError`] when it cannot be read, is longer than `most` bytes, or others can read it.
pub(crate) fn read_guarded(path: &Path, most: u64) -> Result<Zeroizing<String>, SecretError> {
    let failed = |error| SecretError::File { path: path.to_owned(), error };
    let file = File::open(path).map_err(failed)?;
    check_mode(&file, path)?;
    let mut text = Zeroizing::new(String::new());
    file.take(most + 1).read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > most {
        return Err(failed(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it is longer than {most} bytes"),
        )));
    }
    Ok(text)
}

fn from_file(path: &Path, guarded: bool) -> Result<Zeroizing<String>, SecretError> {
    let failed = |error| SecretError::File { path: path.to_owned(), error };
    let file = File::open(path).map_err(failed)?;
    if guarded {
        check_mode(&file, path)?;
    }
    let mut text = Zeroizing::new(String::with_capacity(MAX_SECRET_BYTES + 3));
    file.take(MAX_SECRET_BYTES as u64 + 3).read_to_string(&mut text).map_err(failed)?;
    first_line(&text, &path.display().to_string())
}

#[cfg(unix)]
fn check_mode(file: &File, path: &Path) -> Result<(), SecretError> {
    use std::os::unix::fs::PermissionsExt as _;

    // Of the open file, so that nobody can put another one in its place between the two.
    let metadata = file.metadata().map_err(|error| SecretError::File { path: path.to_owned(), error })?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & FORBIDDEN_MODE != 0 {
        return Err(SecretError::Mode { path: path.to_owned(), mode });
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_mode(_file: &File, _path: &Path) -> Result<(), SecretError> {
    Ok(())
}

fn first_line(text: &str, place: &str) -> Result<Zeroizing<String>, SecretError> {
    let line = text.split('\n').next().unwrap_or_default();
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() || line.len() > MAX_SECRET_BYTES || line.chars().any(char::is_control) {
        return Err(SecretError::Shape { place: place.to_owned() });
    }
    Ok(Zeroizing::new(line.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_secret_is_the_first_line_of_a_file_that_only_its_owner_reads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        let write = |text: &str, mode: u32| {
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            SecretSource::File(path.clone()).read()
        };
        assert_eq!(*write(" hunter 2 \r\nmore", 0o600).unwrap(), " hunter 2 ");
        assert_eq!(*write("hunter2", 0o400).unwrap(), "hunter2");
        for mode in [0o644, 0o640, 0o604, 0o666] {
            let error = write("hunter2", mode).unwrap_err().to_string();
            assert!(error.contains("chmod 600") && !error.contains("hunter2"), "{error}");
        }
        for bad in ["", "\nhunter2", "a\tb", &"x".repeat(MAX_SECRET_BYTES + 1)] {
            assert!(matches!(write(bad, 0o600), Err(SecretError::Shape { .. })), "{bad:?}");
        }
    }

    #[test]
    fn what_is_not_there_is_named() {
        let none = SecretSource::Environment("EVERPRESENT_NO_SUCH_VARIABLE".into()).read().unwrap_err();
        assert!(none.to_string().contains("EVERPRESENT_NO_SUCH_VARIABLE is not set"), "{none}");
        let none = SecretSource::credential("mmp").unwrap().read().unwrap_err();
        assert!(none.to_string().contains("LoadCredential=mmp:FILE"), "{none}");
        for bad in ["", "../etc/shadow", "a/b", ".hidden"] {
            assert!(SecretSource::credential(bad).is_err(), "{bad:?}");
        }
    }
}
