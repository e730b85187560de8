//! The highest epoch of a home that this node has seen, kept on its own disk.
//!
//! The witness row holds the epoch too. A database that lost writes (restored from a backup, a standby that was behind)
//! comes back with an older one: only a node that remembers can tell, and must not claim with a number that was used
//! before. So the number is on disk before anything is done under it.

use std::fmt::Write as _;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use everpresent_session::ids::{Epoch, HomeName};
use thiserror::Error;

/// The folder within the node's data folder.
const FOLDER: &str = "epochs";
/// What a file begins with; the number in decimal and a line feed follow.
const LABEL: &str = "epoch ";
/// The longest file that can be right: the label, 20 digits, the line feed.
const MAX_FILE_BYTES: u64 = 27;

/// Why the highest epoch is not known, or not kept.
#[derive(Debug, Error)]
pub enum EpochError {
    /// The file system refuses.
    #[error("{path} cannot be {tried}: {error}; check the rights of the folder and the space on its disk")]
    File {
        /// Which file or folder.
        path: PathBuf,
        /// `read` or `written`.
        tried: &'static str,
        /// What the system says.
        error: io::Error,
    },
    /// The file is not as it was written.
    #[error(
        "{path} is damaged: it should hold the highest epoch of home {home} that this node has seen. If the database \
         has lost nothing (it was not restored from a backup), delete the file: the database's number counts then. \
         If it has, write `epoch NUMBER` into it, where NUMBER is above each `epoch` that the log of any node names"
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Whose epoch.
        home: HomeName,
    },
}

/// The file of one home: `<data_dir>/epochs/<home>`.
#[derive(Debug)]
pub struct EpochFile {
    folder: PathBuf,
    name: String,
    highest: Epoch,
}

impl EpochFile {
    /// Reads the highest epoch of a home from the node's data folder; 0 if there is none yet.
    ///
    /// # Errors
    /// [`EpochError`]. A damaged file is not guessed at.
    pub fn open(data_dir: &Path, home: &HomeName) -> Result<(Self, Epoch), EpochError> {
        let folder = data_dir.join(FOLDER);
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&folder);
        made.and_then(|()| flush_folder(data_dir)).map_err(|error| written(&folder, error))?;
        let name = file_name(home);
        let path = folder.join(&name);
        let highest = match read(&path) {
            Ok(text) => parse(&text).ok_or_else(|| EpochError::Damaged { path, home: home.clone() })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Epoch(0),
            Err(error) => return Err(EpochError::File { path, tried: "read", error }),
        };
        Ok((Self { folder, name, highest }, highest))
    }

    /// Keeps an epoch. When this returns it outlives a loss of power. One that is not above the highest changes nothing.
    /// Waits for the disk: not to be called where others wait.
    ///
    /// # Errors
    /// [`EpochError::File`]: the file holds what it held before, or the new number.
    pub fn persist(&mut self, epoch: Epoch) -> Result<(), EpochError> {
        if epoch <= self.highest {
            return Ok(());
        }
        let (path, new) = (self.folder.join(&self.name), self.folder.join(format!("{}.new", self.name)));
        let replace = || {
            let mut file =
                OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
            writeln!(file, "{LABEL}{epoch}")?;
            file.sync_all()?;
            std::fs::rename(&new, &path)?;
            flush_folder(&self.folder)
        };
        replace().map_err(|error| written(&path, error))?;
        self.highest = epoch;
        Ok(())
    }
}

/// One file per home whatever the home is called: what is not a letter, digit, hyphen or underscore is written `%XX`.
fn file_name(home: &HomeName) -> String {
    home.as_str().bytes().fold(String::new(), |mut name, byte| {
        if byte.is_ascii_alphanumeric() || b"-_".contains(&byte) {
            name.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(name, "%{byte:02X}");
        }
        name
    })
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The whole line or nothing: a number that was cut short is a number too.
fn parse(bytes: &[u8]) -> Option<Epoch> {
    let digits = std::str::from_utf8(bytes).ok()?.strip_prefix(LABEL)?.strip_suffix('\n')?;
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| plain).map(Epoch)
}

/// Makes sure that what was renamed in a folder stays so.
fn flush_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn written(path: &Path, error: io::Error) -> EpochError {
    EpochError::File { path: path.to_owned(), tried: "written", error }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> HomeName {
        HomeName::new("imp1")
    }

    fn open(place: &Path) -> (EpochFile, Epoch) {
        EpochFile::open(place, &home()).unwrap()
    }

    #[test]
    fn the_highest_epoch_is_there_after_a_restart_and_never_falls() {
        let place = tempfile::tempdir().unwrap();
        let (mut file, first) = open(place.path());
        assert_eq!(first, Epoch(0));
        for epoch in [3, 12, 7, 12] {
            file.persist(Epoch(epoch)).unwrap();
        }
        assert_eq!(open(place.path()).1, Epoch(12));
        assert_eq!(std::fs::read_to_string(place.path().join("epochs/imp1")).unwrap(), "epoch 12\n");
    }

    #[test]
    fn homes_do_not_share_a_file() {
        let place = tempfile::tempdir().unwrap();
        open(place.path()).0.persist(Epoch(5)).unwrap();
        let strange = HomeName::new("../imp1");
        let (mut file, epoch) = EpochFile::open(place.path(), &strange).unwrap();
        assert_eq!(epoch, Epoch(0));
        file.persist(Epoch(9)).unwrap();
        assert_eq!(open(place.path()).1, Epoch(5));
        assert!(place.path().join("epochs/%2E%2E%2Fimp1").is_file());
    }

    #[test]
    fn a_damaged_file_is_refused_with_advice_and_left_as_it_is() {
        let place = tempfile::tempdir().unwrap();
        open(place.path()).0.persist(Epoch(1_234)).unwrap();
        let path = place.path().join("epochs/imp1");
        let long = format!("epoch {}\n", "1".repeat(21));
        for damaged in
            ["", "epoch 12", "epoch \n", "epoch +12\n", "epoch -1\n", "\0\0\0\0", "epoch 12\n\n", &long]
        {
            std::fs::write(&path, damaged).unwrap();
            let refused = EpochFile::open(place.path(), &home()).unwrap_err().to_string();
            assert!(refused.contains("is damaged") && refused.contains("delete the file"), "{refused}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), damaged);
        }
    }

    #[test]
    fn what_a_crash_left_half_written_is_no_hindrance() {
        let place = tempfile::tempdir().unwrap();
        let (mut file, _) = open(place.path());
        file.persist(Epoch(4)).unwrap();
        std::fs::write(place.path().join("epochs/imp1.new"), "epoch 999999").unwrap();
        let (mut file, epoch) = open(place.path());
        assert_eq!(epoch, Epoch(4));
        file.persist(Epoch(5)).unwrap();
        assert_eq!(open(place.path()).1, Epoch(5));
    }

    #[test]
    fn an_epoch_that_could_not_be_kept_is_tried_again() {
        let place = tempfile::tempdir().unwrap();
        let (mut file, _) = open(place.path());
        let obstacle = place.path().join("epochs/imp1.new");
        std::fs::create_dir(&obstacle).unwrap();
        let refused = file.persist(Epoch(2)).unwrap_err().to_string();
        assert!(refused.contains("epochs/imp1 cannot be written"), "{refused}");
        std::fs::remove_dir(&obstacle).unwrap();
        file.persist(Epoch(2)).unwrap();
        assert_eq!(open(place.path()).1, Epoch(2));
    }
}
