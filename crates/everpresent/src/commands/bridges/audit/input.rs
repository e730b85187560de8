//! Log files in pieces: plain, gzip, standard input.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use jiff::Timestamp;

use crate::failure::{Exit, Failure};

/// Bytes that are read and searched at once.
const PIECE_BYTES: usize = 256 * 1024;
/// How a gzip file begins (RFC 1952 §2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// What stands for standard input.
const STANDARD_INPUT: &str = "-";

/// One log that is being read.
pub(super) struct Input {
    name: String,
    received: Timestamp,
    stream: Box<dyn Read>,
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

    fn new(name: String, received: Timestamp, stream: impl Read + 'static) -> Result<Self, Failure> {
        let mut stream = BufReader::with_capacity(PIECE_BYTES, stream);
        let begins = stream.fill_buf().map_err(|error| unreadable(&name, &error))?;
        let stream: Box<dyn Read> =
            if begins.starts_with(&GZIP) { Box::new(MultiGzDecoder::new(stream)) } else { Box::new(stream) };
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
