//! Channels: the numbered way from one ledger to another home. Nothing overtakes, nothing arrives twice.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::ids::{HomeName, RecordNumber, RowId};
use crate::row::RouteRow;

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
    /// Its row.
    pub id: RowId,
    /// The stanza with its envelope.
    pub stanza: Bytes,
}

/// Where a stanza in a channel is, by its row.
#[derive(Debug, Clone, PartialEq)]
pub struct Routed {
    /// The channel.
    pub to: HomeName,
    /// Its number there.
    pub number: u64,
    /// Whether the database holds it.
    pub written: bool,
    /// Whether a write of it began of which nobody knows yet that it succeeded.
    pub unsure: bool,
}

impl Outgoing {
    /// The end of a channel as another node had it.
    pub fn from_parts(last: u64, waiting: impl IntoIterator<Item = Waiting>) -> Self {
        let waiting: VecDeque<Waiting> = waiting.into_iter().collect();
        let bytes = waiting.iter().map(|waiting| waiting.stanza.len()).sum();
        Self { last, waiting, bytes }
    }

    /// The last number that was given.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// Whether a new stanza would be refused.
    pub fn is_full(&self) -> bool {
        self.waiting.len() >= MAX_CHANNEL_STANZAS || self.bytes >= MAX_CHANNEL_BYTES
    }

    /// How many stanzas wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// What waits from this number on, oldest first.
    pub fn waiting_from(&self, number: u64) -> impl Iterator<Item = &Waiting> {
        let from = self.waiting.partition_point(|waiting| waiting.number < number);
        self.waiting.range(from..)
    }

    /// The stanza with this number, as the database keeps it.
    pub fn row(&self, to: &HomeName, number: u64) -> Option<RouteRow> {
        let waiting = self.waiting_from(number).next().filter(|waiting| waiting.number == number)?;
        Some(RouteRow { id: waiting.id, to: to.clone(), stanza: waiting.stanza.clone() })
    }

    pub(crate) fn push(&mut self, record: RecordNumber, id: RowId, stanza: Bytes) -> u64 {
        self.last += 1;
        self.bytes += stanza.len();
        self.waiting.push_back(Waiting { number: self.last, record, id, stanza });
        self.last
    }

    /// Everything that waits counts as confirmed: its records were of an earlier epoch.
    pub(crate) fn confirm_records(&mut self) {
        for waiting in &mut self.waiting {
            waiting.record = RecordNumber(0);
        }
    }

    /// Takes the oldest stanza if the other home has it.
    pub(crate) fn pop_confirmed(&mut self, up_to: u64) -> Option<Waiting> {
        let done = self.waiting.pop_front_if(|waiting| waiting.number <= up_to)?;
        self.bytes -= done.stanza.len();
        Some(done)
    }
}
