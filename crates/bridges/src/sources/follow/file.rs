//! What one look at a followed file finds: no waiting, no tasks.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use super::super::Splitter;

/// How many bytes of a file's beginning are remembered. A file that was emptied and has grown past the old position again is
/// known by a beginning that differs.
const HEAD_BYTES: usize = 256;

/// Where reading begins when a file is seen for the first time. A file that takes its place later is read from its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// At its first line.
    Beginning,
    /// At the first whole line among the last so many bytes; 0 is the end.
    Last(u64),
}

/// What one look found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// There is more to read at once.
    pub more: bool,
    /// Whether the name leads to a file.
    pub presence: Presence,
}

/// Whether the name leads to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It does.
    There,
    /// It does not, for now.
    Missing,
}

/// A file by its name, followed across what log rotation does to it: renamed with a new one in its place, copied and
/// emptied, deleted and made again.
#[derive(Debug)]
pub struct Follower {
    path: PathBuf,
    start: Start,
    opened: Option<Opened>,
    splitter: Splitter,
}

#[derive(Debug)]
struct Opened {
    file: File,
    identity: (u64, u64),
    position: u64,
    head: Vec<u8>,
    /// Another file has taken the name. This one is read once more, because a writer goes on for a moment after a rotation.
    replaced: bool,
}

impl Follower {
    /// Nothing is opened yet.
    pub fn new(path: PathBuf, start: Start) -> Self {
        Self { path, start, opened: None, splitter: Splitter::default() }
    }

    /// The name that is followed.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the lines that came since the last look, after reading about so many bytes at most.
    ///
    /// # Errors
    /// When the file is there and cannot be read, or is no regular file. The next look tries again.
    pub fn look(&mut self, most: usize, each: &mut dyn FnMut(&[u8], bool)) -> io::Result<Look> {
        let named = match std::fs::metadata(&self.path) {
            Ok(data) => Some(data),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let presence = if named.is_some() { Presence::There } else { Presence::Missing };
        if self.opened.is_none() {
            if named.is_none() {
                // One that comes later is new: nothing of it was there before.
                self.start = Start::Beginning;
                return Ok(Look { more: false, presence });
            }
            self.open()?;
        }
        let Some(opened) = &mut self.opened else { return Ok(Look { more: false, presence }) };
        opened.notice_emptied(&mut self.splitter)?;
        if opened.read(most, &mut self.splitter, each)? {
            return Ok(Look { more: true, presence });
        }
        let other = named.is_some_and(|data| identity(&data) != opened.identity);
        if other && opened.replaced {
            // Whatever it ends with is a line: nobody will end it any more.
            self.splitter.finish(each);
            self.opened = None;
            return Ok(Look { more: true, presence });
        }
        opened.replaced = other;
        Ok(Look { more: false, presence })
    }

    fn open(&mut self) -> io::Result<()> {
        // A FIFO would block here for as long as nobody writes.
        if !std::fs::metadata(&self.path)?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
        }
        let file = File::open(&self.path)?;
        let data = file.metadata()?;
        let position = match self.start {
            Start::Beginning => 0,
            Start::Last(bytes) => data.len().saturating_sub(bytes),
        };
        self.start = Start::Beginning;
        self.splitter.forget();
        if position > 0 && !ends_line(&file, position)? {
            self.splitter.skip_first();
        }
        let identity = identity(&data);
        self.opened = Some(Opened { file, identity, position, head: Vec::new(), replaced: false });
        Ok(())
    }
}

impl Opened {
    /// Begins anew if the file is shorter than what was read, or begins otherwise than it did.
    fn notice_emptied(&mut self, splitter: &mut Splitter) -> io::Result<()> {
        let length = self.file.metadata()?.len();
        let mut head = [0; HEAD_BYTES];
        let read = self.file.read_at(&mut head, 0)?;
        let same = head[..read].starts_with(&self.head);
        if length < self.position || !same {
            self.position = 0;
            self.head.clear();
            splitter.forget();
        }
        if self.head.len() < read {
            self.head = head[..read].to_vec();
        }
        Ok(())
    }

    /// Reads up to its end, or so many bytes; whether there may be more.
    fn read(
        &mut self,
        most: usize,
        splitter: &mut Splitter,
        each: &mut dyn FnMut(&[u8], bool),
    ) -> io::Result<bool> {
        let mut buffer = vec![0; most.min(64 * 1024)];
        let mut left = most;
        while left > 0 {
            let read = match self.file.read_at(&mut buffer, self.position) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            if read == 0 {
                return Ok(false);
            }
            splitter.feed(&buffer[..read], each);
            self.position += read as u64;
            left = left.saturating_sub(read);
        }
        Ok(true)
    }
}

/// Whether the byte before this position ends a line.
fn ends_line(file: &File, position: u64) -> io::Result<bool> {
    let mut before = [0];
    Ok(file.read_at(&mut before, position - 1)? == 1 && before[0] == b'\n')
}

fn identity(data: &Metadata) -> (u64, u64) {
    (data.dev(), data.ino())
}
