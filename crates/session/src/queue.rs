//! The outbound queue of a session: stanzas that its client has not acknowledged (XEP-0198 §4).

use std::collections::VecDeque;

use bytes::Bytes;
use thiserror::Error;

use crate::ids::RecordNumber;
use crate::record::Spooled;

/// A stanza in a queue.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// In the form that a TCP stream carries.
    pub stanza: Bytes,
    /// The record that put it here.
    pub record: RecordNumber,
    /// Set for a message that must not be lost.
    pub spool: Option<Spooled>,
}

/// Stanzas that wait for a client, oldest first, and how many it has acknowledged. Counters wrap at 2^32.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outbound {
    entries: VecDeque<Entry>,
    acked: u32,
    bytes: usize,
}

/// A client acknowledged more than it was sent (XEP-0198 §4: `handled-count-too-high`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the client acknowledged {h} stanzas but was sent {sent}")]
pub struct CountTooHigh {
    /// What the client said.
    pub h: u32,
    /// What it was sent.
    pub sent: u32,
}

impl Outbound {
    /// A queue as another node had it.
    pub fn from_parts(acked: u32, entries: impl IntoIterator<Item = Entry>) -> Self {
        let entries: VecDeque<Entry> = entries.into_iter().collect();
        let bytes = entries.iter().map(|entry| entry.stanza.len()).sum();
        Self { entries, acked, bytes }
    }

    /// How many stanzas the client acknowledged, modulo 2^32.
    pub fn acked(&self) -> u32 {
        self.acked
    }

    /// How many stanzas wait.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Size of what waits, in bytes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// What waits, oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator {
        self.entries.iter()
    }

    /// What waits from this place on.
    pub fn entries_from(&self, place: usize) -> impl Iterator<Item = &Entry> {
        self.entries.range(place.min(self.entries.len())..)
    }

    /// How many more stanzas `h` acknowledges than were before.
    ///
    /// # Errors
    /// [`CountTooHigh`] when `h` is not between what was acknowledged and the first `sent` of the queue.
    pub fn newly_acked(&self, h: u32, sent: usize) -> Result<u32, CountTooHigh> {
        let count = h.wrapping_sub(self.acked);
        let sent = u32::try_from(sent.min(self.entries.len())).unwrap_or(u32::MAX);
        if count <= sent { Ok(count) } else { Err(CountTooHigh { h, sent: self.acked.wrapping_add(sent) }) }
    }

    pub(crate) fn push(&mut self, entry: Entry) {
        self.bytes += entry.stanza.len();
        self.entries.push_back(entry);
    }

    /// Every entry counts as confirmed: its records were of an earlier epoch.
    pub(crate) fn confirm_all(&mut self) {
        for entry in &mut self.entries {
            entry.record = RecordNumber(0);
        }
    }

    /// Takes the oldest entry because the client has it. Only stanzas sent under stream management are counted.
    pub(crate) fn pop(&mut self, counted: bool) -> Option<Entry> {
        let entry = self.entries.pop_front()?;
        self.bytes -= entry.stanza.len();
        self.acked = self.acked.wrapping_add(u32::from(counted));
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue_of(count: u32, acked: u32) -> Outbound {
        let mut queue = Outbound { acked, ..Outbound::default() };
        for _ in 0..count {
            queue.push(Entry { stanza: Bytes::from_static(b"<a/>"), record: RecordNumber(1), spool: None });
        }
        queue
    }

    #[test]
    fn counters_wrap() {
        let mut queue = queue_of(3, u32::MAX - 1);
        assert_eq!(queue.newly_acked(0, 3), Ok(2));
        queue.pop(true);
        queue.pop(true);
        assert_eq!((queue.acked(), queue.len(), queue.bytes()), (0, 1, 4));
    }

    #[test]
    fn a_client_cannot_acknowledge_what_it_was_not_sent() {
        let queue = queue_of(3, 10);
        assert_eq!(queue.newly_acked(13, 3), Ok(3));
        assert_eq!(queue.newly_acked(13, 2), Err(CountTooHigh { h: 13, sent: 12 }));
        assert_eq!(queue.newly_acked(9, 3), Err(CountTooHigh { h: 9, sent: 13 }), "h never goes back");
    }
}
