//! What may leave the node for other homes.

use std::collections::VecDeque;

use bytes::Bytes;

use super::Owner;
use crate::ids::{HomeName, RecordNumber};

/// Stanzas of a channel, in order, with their numbers.
pub type RoutePage = Vec<(u64, Bytes)>;

/// Records that put something into a channel and are not known to be on their way.
#[derive(Debug, Default)]
pub(super) struct Routes {
    held: VecDeque<RecordNumber>,
    woken: bool,
}

impl Owner {
    /// Whether something more may leave through a channel than at the last call.
    pub fn take_routes_woken(&mut self) -> bool {
        std::mem::take(&mut self.routes.woken)
    }

    /// What may be sent to another home now of what comes behind `after` in its channel: up to about `max_bytes`, at
    /// least one stanza if there is any. In every mode it is confirmed before: another home that sees somebody must be
    /// told when that one is gone, which takes an owner that knows of it.
    pub fn routes_after(&self, to: &HomeName, after: u64, max_bytes: usize) -> RoutePage {
        let Some(channel) = self.ledger.outgoing().get(to) else { return Vec::new() };
        let gate = self.confirmed;
        let (mut page, mut bytes) = (Vec::new(), 0);
        for waiting in channel.waiting_from(after.saturating_add(1)) {
            if waiting.record > gate || bytes >= max_bytes {
                break;
            }
            bytes += waiting.stanza.len();
            page.push((waiting.number, waiting.stanza.clone()));
        }
        page
    }

    /// Up to which record anything may go to clients of this home.
    pub(super) fn output_gate(&self) -> RecordNumber {
        if self.mode.gates_output() { self.confirmed } else { RecordNumber(u64::MAX) }
    }

    pub(super) fn route_added(&mut self, record: RecordNumber) {
        if self.routes.held.back() != Some(&record) {
            self.routes.held.push_back(record);
        }
    }

    pub(super) fn settle_routes(&mut self) {
        let gate = self.confirmed;
        while self.routes.held.pop_front_if(|record| *record <= gate).is_some() {
            self.routes.woken = true;
        }
    }
}
