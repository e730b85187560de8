//! Log files in pieces: plain, gzip, standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use everpresent_bridges::sources::files::uncompressed;
use jiff::Timestamp;

use crate::failure::{Exit, Failure};

/// Bytes that are read and searched at once.
const PIECE_BYTES: usize = 256 * 1024;
/// What stands for standard input.
const STANDARD_INPUT: &str = "-";

/// One log that is being read.
pub(super) struct Input {
    name: String,
    received: Timestamp,
    stream: Box<dyn Read + Send>,
    piece: Vec<u8>,
    trouble: Option<String>,
}

impl Input {
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        if path.as_os_str() == STANDARD_INPUT {
            return Self::new(name, Timestamp::now(), io::stdin());
        }
        let failed = |error: &io::Error| unreadable(&name, error);
        let file = File::open(path).map_err(|error| failed(&error))?;
        let metadata = file.metadata().map_err(|error| failed(&error))?;
        if metadata.is_dir() {
            return Err(Failure::new(Exit::NoInput, format!("{name} is a folder; name the log files in it")));
        }
        let written = metadata.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
        Self::new(name, written.unwrap_or_else(Timestamp::now), file)
    }

    fn new(name: String, received: Timestamp, stream: impl Read + Send + 'static) -> Result<Self, Failure> {
        let stream = uncompressed(stream).map_err(|error| unreadable(&name, &error))?;
        Ok(Self { name, received, stream, piece: vec![0; PIECE_BYTES], trouble: None })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// When the file was written to last; of standard input, now.
    pub(super) fn received(&self) -> Timestamp {
        self.received
    }

    /// What ended the log too early.
    pub(super) fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// The next bytes; `None` at the end. A damaged archive ends where the damage is; a disk that fails is an error.
    pub(super) fn next_piece(&mut self) -> Result<Option<&[u8]>, Failure> {
        loop {
            match self.stream.read(&mut self.piece) {
                Ok(0) => return Ok(None),
                Ok(length) => return Ok(self.piece.get(..length)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_damage(&error) => {
                    self.trouble =
                        Some(format!("{} is damaged and was read as far as possible: {error}", self.name));
                    return Ok(None);
                }
                Err(error) => return Err(unreadable(&self.name, &error)),
            }
        }
    }
}

fn is_damage(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof)
}

fn unreadable(name: &str, error: &io::Error) -> Failure {
    Failure::new(Exit::NoInput, format!("cannot read {name}: {error}"))
}
