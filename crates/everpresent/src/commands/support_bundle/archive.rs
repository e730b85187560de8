//! The file itself: a gzipped tar archive that its owner alone may read.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use tar::{Builder, Header};

use crate::failure::Failure;

/// Rights of the file and of what is in it.
const MODE: u32 = 0o600;

/// An archive that is being written. One that is not finished is removed again.
pub(super) struct Archive {
    path: PathBuf,
    folder: String,
    made_seconds: u64,
    builder: Option<Builder<GzEncoder<File>>>,
}

impl Archive {
    /// Makes the file, which must not be there. Everything in it lies in one folder of this name.
    pub(super) fn create(path: &Path, folder: &str, made: Timestamp) -> Result<Self, Failure> {
        let made_file = OpenOptions::new().write(true).create_new(true).mode(MODE).open(path);
        let file = made_file.map_err(|error| failed(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            folder: folder.to_owned(),
            made_seconds: u64::try_from(made.as_second()).unwrap_or(0),
            builder: Some(Builder::new(GzEncoder::new(file, Compression::default()))),
        })
    }

    pub(super) fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let mut header = Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(MODE);
        header.set_mtime(self.made_seconds);
        let name = format!("{}/{name}", self.folder);
        let Some(builder) = &mut self.builder else { return Ok(()) };
        builder.append_data(&mut header, name, bytes).map_err(|error| failed(&self.path, &error))
    }

    /// Writes all of it to the disk.
    pub(super) fn finish(mut self) -> Result<(), Failure> {
        let Some(builder) = self.builder.take() else { return Ok(()) };
        let written = builder.into_inner().and_then(GzEncoder::finish).and_then(|file| file.sync_all());
        written.map_err(|error| {
            // It is of no use to anybody.
            let _ = std::fs::remove_file(&self.path);
            failed(&self.path, &error)
        })
    }
}

impl Drop for Archive {
    fn drop(&mut self) {
        if self.builder.is_some() {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(format!("{}: {error}; --output names another file", path.display()))
}
