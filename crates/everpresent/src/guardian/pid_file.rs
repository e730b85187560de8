//! `server.pid` in the data folder: which process serves. It also says that the folder is taken.

use std::fs::{File, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Its name.
const NAME: &str = "server.pid";
/// Everybody may read it.
const MODE: u32 = 0o644;
/// How often the file is opened anew when it was removed between opening and locking.
const ATTEMPTS: usize = 10;

/// The file, locked as long as this lives, and removed afterwards.
#[derive(Debug)]
pub(super) struct PidFile {
    path: PathBuf,
    file: File,
}

impl PidFile {
    /// Takes the data folder, which is made if it is missing.
    ///
    /// # Errors
    /// When another guardian has it, or the file cannot be made.
    pub(super) fn take(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(NAME);
        let failed = |error: io::Error| {
            Failure::failed(format!("{}: {error}; check [node] data_dir and its rights", path.display()))
        };
        std::fs::create_dir_all(folder).map_err(failed)?;
        for _ in 0..ATTEMPTS {
            let file = open(&path).map_err(failed)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::Error(error)) => return Err(failed(error)),
                Err(TryLockError::WouldBlock) => return Err(taken(folder, &path)),
            }
            if is_still(&path, &file).map_err(failed)? {
                let this = Self { path: path.clone(), file };
                this.clear();
                return Ok(this);
            }
        }
        Err(taken(folder, &path))
    }

    /// Says which process serves.
    pub(super) fn write(&self, process: u32) {
        let text = format!("{process}\n");
        // Over the old text, which is never longer than it is cut to: nobody reads half of a number.
        let written = self.file.set_len(0).and_then(|()| self.file.write_all_at(text.as_bytes(), 0));
        self.complain(written);
    }

    /// Says that none does now.
    pub(super) fn clear(&self) {
        self.complain(self.file.set_len(0));
    }

    fn complain(&self, result: io::Result<()>) {
        if let Err(error) = result {
            tracing::warn!(file = %self.path.display(), %error, "the process id could not be noted");
        }
    }
}

impl Drop for PidFile {
    fn drop(&mut self) {
        self.complain(std::fs::remove_file(&self.path));
    }
}

fn open(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(MODE).open(path)?;
    file.set_permissions(Permissions::from_mode(MODE))?;
    Ok(file)
}

/// Whether the file is the one at this path: another guardian removes it when it ends.
fn is_still(path: &Path, file: &File) -> io::Result<bool> {
    match std::fs::metadata(path) {
        Ok(there) => Ok(there.ino() == file.metadata()?.ino()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn taken(folder: &Path, path: &Path) -> Failure {
    let process = std::fs::read_to_string(path).unwrap_or_default();
    let process = match process.trim() {
        "" => String::new(),
        process => format!(" (its server is process {process})"),
    };
    Failure::failed(format!(
        "another `everpresent serve` works in {}{process}; stop that one, or set another [node] data_dir",
        folder.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_names_the_process_to_everybody_and_is_gone_afterwards() {
        let place = tempfile::tempdir().unwrap();
        let file = PidFile::take(&place.path().join("data")).unwrap();
        let path = place.path().join("data/server.pid");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "");
        file.write(123_456);
        file.write(99);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "99\n");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
        drop(file);
        assert!(!path.exists());
    }

    #[test]
    fn a_second_guardian_is_refused_and_told_who_serves() {
        let place = tempfile::tempdir().unwrap();
        let first = PidFile::take(place.path()).unwrap();
        first.write(4711);
        let refused = PidFile::take(place.path()).unwrap_err();
        assert!(refused.message.contains("process 4711"), "{refused}");
        assert_eq!(std::fs::read_to_string(place.path().join("server.pid")).unwrap(), "4711\n");
        drop(first);
        PidFile::take(place.path()).unwrap();
    }

    #[test]
    fn what_a_killed_guardian_left_is_no_hindrance() {
        let place = tempfile::tempdir().unwrap();
        std::fs::write(place.path().join("server.pid"), "4711\n").unwrap();
        let file = PidFile::take(place.path()).unwrap();
        assert_eq!(std::fs::read_to_string(place.path().join("server.pid")).unwrap(), "");
        drop(file);
    }
}
