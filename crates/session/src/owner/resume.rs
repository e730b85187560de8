//! Coming back: `<resume/>` (XEP-0198 §5).

use everpresent_stanza::{BareJid, FullJid};

use super::{Owner, TransportId};
use crate::ids::{RecordNumber, SessionId};
use crate::ledger::Misfit;
use crate::queue::CountTooHigh;
use crate::record::{Cause, Effect};
use crate::session::State;
use crate::time::Now;

/// A session that was resumed. The client is told when `record` is confirmed, not before: until then its `h` could
/// leave out a stanza that was handled.
#[derive(Debug, PartialEq, Eq)]
pub struct ResumedSession {
    /// The record to wait for.
    pub record: RecordNumber,
    /// Its address.
    pub jid: FullJid,
    /// The connection that held it until now; it ends with `conflict`.
    pub displaced: Option<TransportId>,
}

/// Why a session cannot be resumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResumeRefusal {
    /// No such session, or not this user's: `item-not-found`.
    Unknown,
    /// It ended, or it lives but lost what is needed to resume it: `item-not-found` with this `h`.
    Gone {
        /// How many stanzas of the client were handled.
        h: u32,
    },
    /// The client claims to have more than it was sent: a stream error.
    TooHigh(CountTooHigh),
    /// The ledger's own order is broken: the node must stop.
    Broken,
}

impl From<Misfit> for ResumeRefusal {
    fn from(_: Misfit) -> Self {
        Self::Broken
    }
}

impl Owner {
    /// Gives a session to a connection whose client signed in as `user` and has `h` of the session's stanzas.
    ///
    /// # Errors
    /// See [`ResumeRefusal`]. Another user's session is as unknown as one that never was.
    pub fn resume(
        &mut self,
        now: Now,
        user: &BareJid,
        id: SessionId,
        h: u32,
        transport: TransportId,
    ) -> Result<ResumedSession, ResumeRefusal> {
        let Some(session) = self.ledger.session(id).filter(|session| session.jid.to_bare() == *user) else {
            let tombstone = self.ledger.tombstones().get(id).filter(|tombstone| tombstone.user == *user);
            return Err(tombstone
                .map_or(ResumeRefusal::Unknown, |tombstone| ResumeRefusal::Gone { h: tombstone.handled }));
        };
        if session.resume.is_none() {
            return Err(ResumeRefusal::Gone { h: session.handled });
        }
        let reached = self.local.get(&id).map_or(0, |local| local.reached);
        let count = session.queue.newly_acked(h, reached).map_err(ResumeRefusal::TooHigh)?;
        let jid = session.jid.clone();
        let holds_back = !session.held.is_empty();
        let displaced = self.transport(id).filter(|_| session.state == State::Open);
        let mut transaction = self.begin(now, Cause::Client(id));
        if count > 0 {
            transaction.effect(Effect::ClientAcked { session: id, count });
        }
        if holds_back {
            transaction.effect(Effect::Released { session: id });
        }
        transaction.effect(Effect::Resumed { session: id });
        let record = self.commit(transaction)?;
        if let Some(local) = self.local.get_mut(&id) {
            local.detach();
        }
        self.attach(id, transport);
        Ok(ResumedSession { record, jid, displaced })
    }
}
