//! What was done, written down before and after: JSON lines for programs, and the lines that people look for today.
//!
//! Every entry is on disk before the run goes on. The entry before a restart is what makes a crash readable: the next run finds
//! an attempt without a result and writes that nobody knows.

mod entry;
mod past;
mod script;

pub use entry::{Entry, Happening, Outcome};
pub use past::{Past, PastRestart};

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use thiserror::Error;

/// JSON lines, one for each entry.
pub const JSON_FILE: &str = "restarts.jsonl";

/// The other form: one line for each restart, as the published script writes it.
pub const SCRIPT_FILE: &str = "restarts.log";

/// The journal of one folder, open for writing.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    json: File,
    script: File,
    run: String,
}

/// Why the journal cannot be used.
#[derive(Debug, Error)]
pub enum JournalError {
    /// It cannot be written.
    #[error("the journal {path} cannot be written: {error}; nothing is restarted without it")]
    Write {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// It cannot be read.
    #[error("the journal {path} cannot be read: {error}; budgets and cool-downs are counted from it")]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

impl Journal {
    /// Opens the journal of a folder, which is made if it is not there, for a run of this name.
    ///
    /// # Errors
    /// [`JournalError::Write`].
    pub fn open(folder: &Path, run: impl Into<String>) -> Result<Self, JournalError> {
        let failed = |path: &Path, error| JournalError::Write { path: path.to_owned(), error };
        fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
        let open = |name: &str| {
            let path = folder.join(name);
            open_to_append(&path).map_err(|error| failed(&path, error))
        };
        Ok(Self {
            folder: folder.to_owned(),
            json: open(JSON_FILE)?,
            script: open(SCRIPT_FILE)?,
            run: run.into(),
        })
    }

    /// What earlier runs wrote.
    ///
    /// # Errors
    /// [`JournalError::Read`].
    pub fn past(folder: &Path) -> Result<Past, JournalError> {
        let path = folder.join(JSON_FILE);
        Past::read(&path).map_err(|error| JournalError::Read { path, error })
    }

    /// Writes an entry in both forms; it is on disk when this returns.
    ///
    /// # Errors
    /// [`JournalError::Write`]: what was to be done after it must not be done.
    pub fn write(&mut self, at: Timestamp, happening: Happening) -> Result<(), JournalError> {
        let entry = Entry { at, run: self.run.clone(), happening };
        let line = serde_json::to_string(&entry).map_err(|error| self.failed(JSON_FILE, error.into()))?;
        append(&mut self.json, &format!("{line}\n")).map_err(|error| self.failed(JSON_FILE, error))?;
        if let Some(line) = script::line(at, &entry.happening) {
            append(&mut self.script, &line).map_err(|error| self.failed(SCRIPT_FILE, error))?;
        }
        Ok(())
    }

    fn failed(&self, name: &str, error: io::Error) -> JournalError {
        JournalError::Write { path: self.folder.join(name), error }
    }
}

/// Opens a file at its end. Half a line, as a crash leaves it, is ended first: it would spoil the next one.
fn open_to_append(path: &Path) -> io::Result<File> {
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    if file.metadata()?.len() > 0 {
        let mut last = [0_u8];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
        }
    }
    Ok(file)
}

/// Appends in one piece.
fn append(file: &mut File, text: &str) -> io::Result<()> {
    let length = file.metadata()?.len();
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_data());
    if written.is_err() {
        // What cannot be written whole is not written; if that fails too, the reader passes it over.
        let _ = file.set_len(length);
    }
    written
}

#[cfg(test)]
mod tests;
