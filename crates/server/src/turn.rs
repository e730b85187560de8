//! One stanza of a client being dealt with: whatever it does becomes one record (promise P2).

use bytes::Bytes;
use everpresent_session::ids::SessionId;
use everpresent_session::owner::{Transaction, TransportId};
use everpresent_session::record::{Cause, Effect};
use everpresent_stanza::{BareJid, ErrorCondition, FullJid, RawStanza, StanzaError};

use crate::deliver;
use crate::home::{Home, HomeState};
use crate::node::Node;

/// The connection no longer holds its session: nothing more is done for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the connection no longer holds its session")]
pub struct Lost;

/// The client whose stanza is being dealt with.
#[derive(Debug, Clone)]
pub struct Turn<'a> {
    /// The home that serves it.
    pub home: &'a Home,
    /// Its session.
    pub session: SessionId,
    /// The connection that the stanza came over.
    pub transport: TransportId,
    /// Its address.
    pub jid: &'a FullJid,
    /// Its user.
    pub user: &'a BareJid,
}

impl Turn<'_> {
    /// The node that serves the home.
    pub fn node(&self) -> &Node {
        &self.home.node
    }

    /// Makes the record of this stanza: `work` adds what it does, and the stanza counts as handled. Called once for
    /// each stanza, as the last step.
    ///
    /// # Errors
    /// [`Lost`] when the connection was displaced meanwhile, or the home is served here no more: nothing was done.
    pub fn record<R>(&self, work: impl FnOnce(&mut HomeState, &mut Transaction) -> R) -> Result<R, Lost> {
        self.attempt(|state, transaction| Some(work(state, transaction)))?.ok_or(Lost)
    }

    /// As [`Turn::record`], but `work` may find that it has to be prepared again: then it returns nothing, nothing is
    /// recorded, and the stanza does not count as handled.
    ///
    /// # Errors
    /// As [`Turn::record`].
    pub fn attempt<R>(
        &self,
        work: impl FnOnce(&mut HomeState, &mut Transaction) -> Option<R>,
    ) -> Result<Option<R>, Lost> {
        let now = self.home.node.clock.now();
        let recorded = self.home.record(|state| {
            if !state.owner.holds(self.session, self.transport) {
                return Ok(Err(Lost));
            }
            let mut transaction = state.owner.begin(now, Cause::Client(self.session));
            let Some(result) = work(state, &mut transaction) else { return Ok(Ok(None)) };
            let managed = state.owner.ledger().session(self.session).is_some_and(|session| session.managed);
            if managed {
                transaction.effect(Effect::Handled { session: self.session });
            }
            state.commit(transaction)?;
            Ok(Ok(Some(result)))
        });
        recorded.unwrap_or(Err(Lost))
    }

    /// Answers the stanza with this one and nothing else; `None` answers with nothing.
    ///
    /// # Errors
    /// As [`Turn::record`].
    pub fn answer(&self, reply: Option<Bytes>) -> Result<(), Lost> {
        self.record(|state, transaction| {
            if let Some(reply) = reply {
                deliver::to_session(state, transaction, self.session, reply, None);
            }
        })
    }

    /// Answers an iq with a result.
    ///
    /// # Errors
    /// As [`Turn::record`].
    pub fn result(&self, iq: &RawStanza, payload: &[u8]) -> Result<(), Lost> {
        self.answer(iq.result_reply(payload))
    }

    /// Refuses the stanza; a stanza that must not be answered is dropped.
    ///
    /// # Errors
    /// As [`Turn::record`].
    pub fn refuse(&self, stanza: &RawStanza, error: &StanzaError) -> Result<(), Lost> {
        metrics::counter!("everpresent_stanzas_refused_total", "condition" => error.condition.name())
            .increment(1);
        self.answer(stanza.error_reply(error))
    }

    /// Refuses the stanza with the usual error of this condition.
    ///
    /// # Errors
    /// As [`Turn::record`].
    pub fn refuse_with(&self, stanza: &RawStanza, condition: ErrorCondition) -> Result<(), Lost> {
        self.refuse(stanza, &StanzaError::new(condition))
    }
}
