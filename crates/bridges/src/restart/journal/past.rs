//! What earlier runs wrote: restarts for budget and cool-down, and attempts whose result nobody knows.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use jiff::Timestamp;

use super::entry::{Entry, Happening, Outcome};

/// How much of the end of the journal is read: more than ten thousand restarts.
const TAIL_BYTES: u64 = 8 << 20;

/// Longest line, in bytes.
const MAX_LINE_BYTES: u64 = 64 << 10;

/// What earlier runs wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// What may have restarted a server, the oldest first.
    pub restarts: Vec<PastRestart>,
    /// Servers with their addresses whose restart was begun and has no result.
    pub unfinished: BTreeMap<String, (String, Timestamp)>,
    /// Lines that cannot be read: damage.
    pub damaged: usize,
}

/// A restart of an earlier run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastRestart {
    /// Which server.
    pub server: String,
    /// When it ended.
    pub at: Timestamp,
    /// How.
    pub outcome: Outcome,
}

impl Past {
    /// Reads the end of a journal; one that is not there says nothing.
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error),
        };
        let length = file.metadata()?.len();
        let skipped = length.saturating_sub(TAIL_BYTES);
        file.seek(SeekFrom::Start(skipped))?;
        // What is appended meanwhile is not read, and what never ends neither.
        let mut reader = BufReader::new(file.take(TAIL_BYTES));
        if skipped > 0 {
            reader.skip_until(b'\n')?;
        }
        let mut past = Self::default();
        let mut line = Vec::new();
        loop {
            line.clear();
            if reader.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line)? == 0 {
                return Ok(past);
            }
            // The rest of a line that is too long is no line, whatever it looks like.
            let is_whole = line.len() as u64 != MAX_LINE_BYTES
                || line.ends_with(b"\n")
                || reader.skip_until(b'\n')? == 0;
            match serde_json::from_slice::<Entry>(&line) {
                Ok(entry) if is_whole => past.take(entry),
                _ => past.damaged += 1,
            }
        }
    }

    fn take(&mut self, entry: Entry) {
        match entry.happening {
            Happening::Attempt { server, address } => {
                self.unfinished.insert(server, (address, entry.at));
            }
            Happening::Result { server, outcome, .. } => {
                // One that was refused was never begun, and ends nothing that was.
                if outcome != Outcome::Refused {
                    self.unfinished.remove(&server);
                }
                if outcome.counts() {
                    self.restarts.push(PastRestart { server, at: entry.at, outcome });
                }
            }
            Happening::Begin { .. } | Happening::End => {}
        }
    }

    /// Counts an attempt whose result nobody knows as a restart.
    pub(in crate::restart) fn assume_restarted(&mut self, server: &str, at: Timestamp) {
        self.unfinished.remove(server);
        self.restarts.push(PastRestart { server: server.to_owned(), at, outcome: Outcome::Unknown });
    }

    /// When this server may have been restarted, the oldest first.
    pub fn of(&self, server: &str) -> impl Iterator<Item = Timestamp> {
        self.restarts.iter().filter(move |restart| restart.server == server).map(|restart| restart.at)
    }
}
