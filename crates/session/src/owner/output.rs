//! What may leave the node for a session's client: stanzas, and acknowledgements of its own.

use bytes::Bytes;

use super::{Owner, TransportId};
use crate::ids::SessionId;
use crate::ledger::Misfit;
use crate::queue::CountTooHigh;
use crate::record::{Cause, Effect};
use crate::time::Now;

/// What a connection is to write next.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Stanzas, in order.
    pub stanzas: Vec<Bytes>,
    /// An `<a h='…'/>` that was asked for and can be given now.
    pub ack: Option<u32>,
    /// Stanzas that the client was sent and has not acknowledged; 0 without stream management.
    pub unacknowledged: usize,
    /// Whether more could be taken at once.
    pub more: bool,
}

impl Owner {
    /// Binds a connection to an open session that has none.
    pub fn attach(&mut self, session: SessionId, transport: TransportId) {
        if let Some(local) = self.local.get_mut(&session) {
            local.transport = Some(transport);
            local.sent = 0;
            if !local.woken {
                local.woken = true;
                self.woken.push(session);
            }
        }
    }

    /// The connection that holds the session now.
    pub fn transport(&self, session: SessionId) -> Option<TransportId> {
        self.local.get(&session).and_then(|local| local.transport)
    }

    /// Whether this connection still holds the session. Whatever comes from one that does not is ignored.
    pub fn holds(&self, session: SessionId, transport: TransportId) -> bool {
        self.transport(session) == Some(transport)
    }

    /// Takes what the connection may write now, at least one stanza if there is any and up to about `max_bytes`.
    /// Without stream management, what is taken counts as received.
    ///
    /// # Errors
    /// [`Misfit`] when the ledger's own order is broken.
    pub fn take_output(&mut self, now: Now, session: SessionId, max_bytes: usize) -> Result<Output, Misfit> {
        let gate = self.output_gate();
        let (Some(state), Some(local)) = (self.ledger.session(session), self.local.get_mut(&session)) else {
            return Ok(Output::default());
        };
        let managed = state.managed;
        let mut output = Output::default();
        let mut bytes = 0;
        for entry in state.queue.entries_from(local.sent) {
            if entry.record > gate {
                break;
            }
            if bytes >= max_bytes {
                output.more = true;
                break;
            }
            bytes += entry.stanza.len();
            output.stanzas.push(entry.stanza.clone());
        }
        let taken = output.stanzas.len();
        local.sent += taken;
        local.reached = local.reached.max(local.sent);
        output.unacknowledged = if managed { local.sent } else { 0 };
        if local.ack_owed.is_some_and(|record| record <= self.confirmed) {
            local.ack_owed = None;
            output.ack = self.confirmed_handled(session);
        }
        if !managed && taken > 0 {
            let mut transaction = self.begin(now, Cause::Transport);
            transaction
                .effect(Effect::ClientAcked { session, count: u32::try_from(taken).unwrap_or(u32::MAX) });
            self.commit(transaction)?;
        }
        Ok(output)
    }

    /// Answers `<r/>`: how many of the client's stanzas are handled and confirmed. If more were received, an
    /// unasked acknowledgement follows with [`Owner::take_output`].
    pub fn ack_requested(&mut self, session: SessionId) -> Option<u32> {
        let h = self.confirmed_handled(session)?;
        let local = self.local.get_mut(&session)?;
        if let Some(last) = local.unconfirmed.back()
            // Asking again for what is owed already costs nothing, however often it is done.
            && local.ack_owed.replace(*last) != Some(*last)
        {
            let place = self.waiting.partition_point(|(record, _)| record <= last);
            self.waiting.insert(place, (*last, session));
        }
        Some(h)
    }

    /// Whether an acknowledgement that was asked for follows with [`Owner::take_output`].
    pub fn owes_ack(&self, session: SessionId) -> bool {
        self.local.get(&session).is_some_and(|local| local.ack_owed.is_some())
    }

    /// How many of the client's stanzas are handled and confirmed.
    pub fn confirmed_handled(&mut self, session: SessionId) -> Option<u32> {
        let handled = self.ledger.session(session)?.handled;
        let local = self.local.get_mut(&session)?;
        local.forget_confirmed(self.confirmed);
        Some(handled.wrapping_sub(local.unconfirmed_after(self.confirmed)))
    }

    /// The client acknowledged stanzas (`<a h='…'/>`).
    ///
    /// # Errors
    /// [`CountTooHigh`]: the stream ends with `undefined-condition` (XEP-0198 §4).
    pub fn client_acked(&mut self, now: Now, session: SessionId, h: u32) -> Result<(), CountTooHigh> {
        let (Some(state), Some(local)) = (self.ledger.session(session), self.local.get(&session)) else {
            return Ok(());
        };
        let count = state.queue.newly_acked(h, local.sent)?;
        if count > 0 {
            let mut transaction = self.begin(now, Cause::Client(session));
            transaction.effect(Effect::ClientAcked { session, count });
            // The session lives, as was just seen, so the record fits.
            let committed = self.commit(transaction);
            debug_assert!(committed.is_ok());
        }
        Ok(())
    }
}
