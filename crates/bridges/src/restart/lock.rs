//! Two runs at once are one too many: a lock on a file, which ends with its process however that ends.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use thiserror::Error;

/// Name of the file in the folder of the journal.
const FILE: &str = "restart.lock";

/// Longest note that is read from it, in bytes.
const MAX_NOTE_BYTES: u64 = 200;

/// The lock; dropped, it is free.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why there is no lock.
#[derive(Debug, Error)]
pub enum LockError {
    /// Another run has it.
    #[error(
        "another run restarts bridges now ({holder}); two at once could cut more calls than allowed. Wait for its end"
    )]
    Held {
        /// Which process, since when.
        holder: String,
    },
    /// The file cannot be made or locked.
    #[error("the lock {path} cannot be taken: {error}; the folder of the journal must be writable")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

impl Lock {
    /// Takes the lock of this folder, which is made if it is not there.
    ///
    /// # Errors
    /// [`LockError`]; it is not waited for.
    pub fn take(folder: &Path, now: Timestamp) -> Result<Self, LockError> {
        let path = folder.join(FILE);
        let failed = |error| LockError::File { path: path.clone(), error };
        fs::create_dir_all(folder).map_err(failed)?;
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = opened.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LockError::Held { holder: holder(&mut file) }),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let note = format!("process {} since {now:.0}\n", std::process::id());
        // Only a help for whoever comes second: a full disk is the journal's affair.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(note.as_bytes()));
        Ok(Self { _file: file })
    }
}

fn holder(file: &mut File) -> String {
    let mut note = String::new();
    let read = file.take(MAX_NOTE_BYTES).read_to_string(&mut note);
    match read {
        Ok(length) if length > 0 => note.trim().replace(|c: char| c.is_control(), " "),
        _ => "a process that left no note".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_run_is_refused_and_told_who_has_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let now = "2026-11-28T01:00:00.5Z".parse().unwrap();
        let first = Lock::take(&folder.path().join("journal"), now).unwrap();
        let refused = Lock::take(&folder.path().join("journal"), now).unwrap_err().to_string();
        let who = format!("process {} since 2026-11-28T01:00:00Z", std::process::id());
        assert!(refused.contains(&who), "{refused}");
        drop(first);
        assert!(Lock::take(&folder.path().join("journal"), now).is_ok(), "free again");
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), "").unwrap();
        let error = Lock::take(&folder.path().join("file/journal"), Timestamp::UNIX_EPOCH).unwrap_err();
        assert!(error.to_string().contains("must be writable"), "{error}");
    }
}
