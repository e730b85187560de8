//! One watch at a time: two would tell everything twice and restart what the other has restarted.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Name of the file in the folder of the journal.
const FILE: &str = "watch.lock";

/// The lock. It ends with the process, however that ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why there is no lock.
#[derive(Debug, Error)]
pub enum LockError {
    /// Another watch has it.
    #[error("another watch runs over these bridges (it holds {path}); stop that one first")]
    Held {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be made or locked.
    #[error("the lock {path} cannot be taken: {error}; the folder of the journal must be writable")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

impl Lock {
    /// Takes the lock of this folder, which is made if it is not there. It is not waited for.
    ///
    /// # Errors
    /// [`LockError`].
    pub fn take(folder: &Path) -> Result<Self, LockError> {
        let path = folder.join(FILE);
        let failed = |error| LockError::File { path: path.clone(), error };
        fs::create_dir_all(folder).map_err(failed)?;
        let opened = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
        let file = opened.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(LockError::Held { path }),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_watch_is_refused_and_the_next_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::take(&folder.path().join("journal")).unwrap();
        let error = Lock::take(&folder.path().join("journal")).unwrap_err();
        assert!(error.to_string().contains("another watch runs"), "{error}");
        drop(first);
        Lock::take(&folder.path().join("journal")).unwrap();
    }
}
