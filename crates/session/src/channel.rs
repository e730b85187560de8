//! Channels: the numbered way from one ledger to another home. Nothing overtakes, nothing arrives twice.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::ids::RecordNumber;

/// How many stanzas may wait in one channel; above that, new ones are refused with `resource-constraint`.
pub const MAX_CHANNEL_STANZAS: usize = 20_000;
/// How many bytes may wait in one channel.
pub const MAX_CHANNEL_BYTES: usize = 64 * 1024 * 1024;

/// The sending end of a channel.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outgoing {
    last: u64,
    waiting: VecDeque<Waiting>,
    bytes: usize,
}

/// A stanza that the other home has not confirmed.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// Its number in the channel; the first is 1.
    pub number: u64,
    /// The record that put it here: it leaves the node when that is confirmed.
    pub record: RecordNumber,
    /// The stanza with its envelope.
    pub stanza: Bytes,
}

impl Outgoing {
    /// Whether a new stanza would be refused.
    pub fn is_full(&self) -> bool {
        self.waiting.len() >= MAX_CHANNEL_STANZAS || self.bytes >= MAX_CHANNEL_BYTES
    }

    /// What waits from this number on, oldest first.
    pub fn waiting_from(&self, number: u64) -> impl Iterator<Item = &Waiting> {
        self.waiting.iter().filter(move |waiting| waiting.number >= number)
    }

    pub(crate) fn push(&mut self, record: RecordNumber, stanza: Bytes) {
        self.last += 1;
        self.bytes += stanza.len();
        self.waiting.push_back(Waiting { number: self.last, record, stanza });
    }

    /// Everything that waits counts as confirmed: its records were of an earlier epoch.
    pub(crate) fn confirm_records(&mut self) {
        for waiting in &mut self.waiting {
            waiting.record = RecordNumber(0);
        }
    }

    pub(crate) fn confirm(&mut self, up_to: u64) {
        while self.waiting.front().is_some_and(|waiting| waiting.number <= up_to) {
            if let Some(done) = self.waiting.pop_front() {
                self.bytes -= done.stanza.len();
            }
        }
    }
}
