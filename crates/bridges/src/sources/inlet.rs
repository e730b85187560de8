//! The queue that all sources fill.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::origin::{Line, Origin};
use super::status::Status;
use jiff::Timestamp;

/// Most lines that wait: with the longest lines 32 MiB.
pub const QUEUE_LINES: usize = 4096;

/// The end of the queue where lines come out.
#[derive(Debug)]
pub struct Lines(mpsc::Receiver<Line>);

/// Where one source puts its lines in.
#[derive(Debug, Clone)]
pub struct Inlet {
    queue: mpsc::Sender<Line>,
    status: Arc<Status>,
}

/// Nobody takes lines any more: the source is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed;

/// A queue for [`QUEUE_LINES`]; the inlet is that of this source.
pub fn queue(status: Arc<Status>) -> (Inlet, Lines) {
    let (sender, receiver) = mpsc::channel(QUEUE_LINES);
    (Inlet { queue: sender, status }, Lines(receiver))
}

impl Lines {
    /// The next line; nothing when all sources have ended.
    pub async fn next(&mut self) -> Option<Line> {
        self.0.recv().await
    }

    /// The next line if one waits.
    pub fn next_waiting(&mut self) -> Option<Line> {
        self.0.try_recv().ok()
    }
}

impl Inlet {
    /// An inlet of another source into the same queue.
    #[must_use]
    pub fn for_source(&self, status: Arc<Status>) -> Self {
        Self { queue: self.queue.clone(), status }
    }

    /// How its source fares.
    pub fn status(&self) -> &Arc<Status> {
        &self.status
    }

    /// Puts a line in, and waits while the queue is full.
    ///
    /// # Errors
    /// [`Closed`].
    pub async fn push(&self, line: Line) -> Result<(), Closed> {
        let at = line.received;
        self.queue.send(line).await.map_err(|_| Closed)?;
        self.status.count_line(at);
        Ok(())
    }

    /// Puts a line in if there is room, and counts it as dropped if there is none.
    ///
    /// # Errors
    /// [`Closed`].
    pub fn offer(&self, line: Line) -> Result<(), Closed> {
        let at = line.received;
        match self.queue.try_send(line) {
            Ok(()) => self.status.count_line(at),
            Err(TrySendError::Full(_)) => self.status.count_dropped(1),
            Err(TrySendError::Closed(_)) => return Err(Closed),
        }
        Ok(())
    }

    /// A line that came in this moment.
    pub(crate) fn line(&self, origin: &Origin, bytes: &[u8], cut: bool, live: bool) -> Line {
        if cut {
            self.status.count_cut();
        }
        Line { origin: origin.clone(), received: Timestamp::now(), live, bytes: bytes.into() }
    }
}
