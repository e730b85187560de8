//! How a source fares: what operators are told of it.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

/// Whether a source gives lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It is being opened.
    Opening,
    /// It is open.
    Open,
    /// It is away: it is tried again.
    Away {
        /// Since when.
        since: Timestamp,
        /// Why, as a sentence part.
        why: String,
    },
    /// It came to its end, as a pipe does.
    Ended,
}

/// How a source fares, told by its task and read by others.
#[derive(Debug)]
pub struct Status {
    name: String,
    state: Mutex<State>,
    lines: AtomicU64,
    dropped: AtomicU64,
    cut: AtomicU64,
    refused: AtomicU64,
    /// Milliseconds since 1970, 0 if there was none.
    last_line: AtomicI64,
}

/// What a [`Status`] says at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Name of the source.
    pub name: String,
    /// Whether it gives lines.
    pub state: State,
    /// Lines that it gave.
    pub lines: u64,
    /// Lines that were lost here because the queue was full, and datagrams that the system lost for this source.
    pub dropped: u64,
    /// Lines that were too long and lost their end.
    pub cut: u64,
    /// Connections and datagrams that were not taken: sender unknown, too many, broken framing, wrong certificate.
    pub refused: u64,
    /// When the last line came.
    pub last_line: Option<Timestamp>,
}

impl Status {
    /// A source that is being opened.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            state: Mutex::new(State::Opening),
            lines: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            cut: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            last_line: AtomicI64::new(0),
        }
    }

    /// Name of the source.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it says now.
    pub fn report(&self) -> Report {
        let last = self.last_line.load(Ordering::Relaxed);
        Report {
            name: self.name.clone(),
            state: self.lock().clone(),
            lines: self.lines.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
            cut: self.cut.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
            last_line: (last > 0).then(|| Timestamp::from_millisecond(last).ok()).flatten(),
        }
    }

    pub(crate) fn set_open(&self) {
        *self.lock() = State::Open;
    }

    pub(crate) fn set_ended(&self) {
        *self.lock() = State::Ended;
    }

    /// It is away. Since when is the first time that this is said.
    pub(crate) fn set_away(&self, now: Timestamp, why: impl Into<String>) {
        let mut state = self.lock();
        let since = if let State::Away { since, .. } = *state { since } else { now };
        *state = State::Away { since, why: why.into() };
    }

    pub(crate) fn count_line(&self, at: Timestamp) {
        self.lines.fetch_add(1, Ordering::Relaxed);
        self.last_line.store(at.as_millisecond(), Ordering::Relaxed);
    }

    pub(crate) fn count_dropped(&self, lines: u64) {
        self.dropped.fetch_add(lines, Ordering::Relaxed);
    }

    pub(crate) fn count_cut(&self) {
        self.cut.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        // A state is replaced as a whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
