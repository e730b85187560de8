//! What clients write down: one JSON object per line, with the time of the clock that all processes share.
//!
//! All figures of the scene come from these lines, those of other programs' clients included.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use everpresent_client::member::Journal;
pub(crate) use everpresent_client::member::{Event, marker, read_marker};
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

const NANOSECONDS_PER_SECOND: u64 = 1_000_000_000;

/// One line of a log.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub(crate) struct Line {
    /// Nanoseconds of the monotonic clock.
    pub(crate) at: u64,
    /// Local part of the client's address.
    pub(crate) who: String,
    /// What happened to it.
    #[serde(flatten)]
    pub(crate) event: Event,
}

/// The clock of the logs.
pub(crate) fn now() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    // The monotonic clock counts from the start of the machine: never below 0.
    now.tv_sec as u64 * NANOSECONDS_PER_SECOND + now.tv_nsec as u64
}

/// Seconds between two moments of the log.
pub(crate) fn seconds(from: u64, to: u64) -> f64 {
    to.saturating_sub(from) as f64 / NANOSECONDS_PER_SECOND as f64
}

/// A moment so many seconds later.
pub(crate) fn later(moment: u64, seconds: f64) -> u64 {
    moment + (seconds * NANOSECONDS_PER_SECOND as f64) as u64
}

/// Writes lines; shared by the clients of one thread.
#[derive(Clone)]
pub(crate) struct Writer(Rc<RefCell<BufWriter<File>>>);

impl Writer {
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        Ok(Self(Rc::new(RefCell::new(BufWriter::new(File::create(path)?)))))
    }

    /// Takes a line, with the present time; it is in the file after the next [`flush`](Self::flush) at the latest.
    pub(crate) fn note(&self, who: &str, event: Event) {
        let line = Line { at: now(), who: who.to_owned(), event };
        let mut file = self.0.borrow_mut();
        let written = serde_json::to_writer(&mut *file, &line).map_err(io::Error::from);
        if let Err(error) = written.and_then(|()| file.write_all(b"\n")) {
            anstream::eprintln!("the clients' log cannot be written: {error}");
        }
    }

    pub(crate) fn flush(&self) -> io::Result<()> {
        self.0.borrow_mut().flush()
    }
}

impl Journal for Writer {
    fn note(&self, who: &str, event: Event) {
        Self::note(self, who, event);
    }
}

/// Reads what has been added to a log since last time.
pub(crate) struct Reader {
    path: PathBuf,
    position: u64,
}

impl Reader {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), position: 0 }
    }

    /// Gives each new whole line to `take`. A file that is not there yet has none.
    ///
    /// # Errors
    /// If the file cannot be read or holds something else.
    pub(crate) fn read(&mut self, mut take: impl FnMut(Line)) -> io::Result<()> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        file.seek(SeekFrom::Start(self.position))?;
        let mut lines = BufReader::new(file);
        let mut text = Vec::new();
        loop {
            text.clear();
            let read = lines.read_until(b'\n', &mut text)?;
            if !text.ends_with(b"\n") {
                return Ok(());
            }
            self.position += read as u64;
            take(serde_json::from_slice(&text)?);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_read_back_and_a_half_written_one_waits() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut reader = Reader::new(&path);
        reader.read(|_| panic!("there is no file yet")).unwrap();

        let writer = Writer::create(&path).unwrap();
        let event = Event::Received { from: "user1".to_owned(), number: 7, stored: false };
        writer.note("user2", event.clone());
        writer.0.borrow_mut().write_all(b"{\"at\":1,\"who\":\"user3\",").unwrap();
        writer.flush().unwrap();
        let mut lines = Vec::new();
        reader.read(|line| lines.push(line)).unwrap();
        assert_eq!(lines.len(), 1);
        assert_eq!((lines[0].who.as_str(), &lines[0].event), ("user2", &event));

        writer.0.borrow_mut().write_all(b"\"event\":\"lost\",\"why\":\"gone\"}\n").unwrap();
        writer.flush().unwrap();
        reader.read(|line| lines.push(line)).unwrap();
        assert_eq!(lines[1].event, Event::Lost { why: "gone".to_owned() });
    }
}
