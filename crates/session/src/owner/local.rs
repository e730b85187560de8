//! What only the owner knows of a session: its connection and what was sent over it.

use std::collections::VecDeque;

use crate::ids::RecordNumber;
use crate::session::Session;

/// One connection of this process; numbers are never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TransportId(pub u64);

#[derive(Debug, Default)]
pub(super) struct Local {
    /// The record that opened it; 0 if that was before this owner.
    pub(super) opened: RecordNumber,
    /// The connection that holds the session now.
    pub(super) transport: Option<TransportId>,
    /// How many of the queue's first entries were handed to that connection.
    pub(super) sent: usize,
    /// How many of the queue's first entries any connection was ever handed.
    pub(super) reached: usize,
    /// Records of handled stanzas that are not confirmed yet, oldest first.
    pub(super) unconfirmed: VecDeque<RecordNumber>,
    /// The client asked for an acknowledgement that must cover this record.
    pub(super) ack_owed: Option<RecordNumber>,
    /// Already in the list of woken sessions.
    pub(super) woken: bool,
    /// When it ends if nobody comes back.
    pub(super) deadline: Option<crate::time::Moment>,
}

impl Local {
    /// A session that another process served before: all of its queue may have reached the client.
    pub(super) fn adopted(session: &Session) -> Self {
        Self { reached: session.queue.len(), ..Self::default() }
    }

    pub(super) fn acknowledged(&mut self, count: u32) {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        self.sent = self.sent.saturating_sub(count);
        self.reached = self.reached.saturating_sub(count);
    }

    pub(super) fn detach(&mut self) {
        self.transport = None;
        self.sent = 0;
        self.ack_owed = None;
    }

    /// A client that never asks for an acknowledgement must not make the list grow.
    pub(super) fn forget_confirmed(&mut self, confirmed: RecordNumber) {
        while self.unconfirmed.pop_front_if(|record| *record <= confirmed).is_some() {}
    }

    /// How many handled stanzas are not confirmed up to this record.
    pub(super) fn unconfirmed_after(&self, record: RecordNumber) -> u32 {
        let confirmed = self.unconfirmed.partition_point(|number| *number <= record);
        u32::try_from(self.unconfirmed.len() - confirmed).unwrap_or(u32::MAX)
    }
}
