//! How sessions end, and what remains of them.

use everpresent_session::ids::SessionId;
use everpresent_session::owner::{Transaction, TransportId};
use everpresent_session::reason::Reason;
use everpresent_session::record::{Cause, Effect};
use everpresent_session::session::State;
use everpresent_stanza::BareJid;

use crate::deliver::{self, Resources};
use crate::home::{Ending, Home, HomeState};
use crate::route::presence::{unavailable_from, withdraw};

/// Ends a session: contacts are told, messages that nobody received go to the user's other sessions or stay in the
/// spool, and a connection that still holds it is told to go.
pub fn end(
    state: &mut HomeState,
    transaction: &mut Transaction,
    session: SessionId,
    reason: Reason,
    ending: Ending,
) {
    let Some(ending_session) = state.owner.ledger().session(session) else { return };
    let farewell = unavailable_from(&ending_session.jid);
    withdraw(state, transaction, session, &farewell, false);
    close(state, transaction, session, reason, ending);
}

/// The part of [`end`] that contacts do not notice: for a session whose presence lives on in another one.
pub fn close(
    state: &mut HomeState,
    transaction: &mut Transaction,
    session: SessionId,
    reason: Reason,
    ending: Ending,
) {
    route_again(state, transaction, session);
    if let Some(transport) = state.owner.transport(session) {
        state.transports.end(transport, ending);
    }
    state.overfull.remove(&session);
    state.left_behind.remove(&session);
    let at = transaction.now().wall;
    transaction.effect(Effect::Closed { session, reason, at });
    metrics::counter!("everpresent_sessions_closed_total", "reason" => reason.as_str()).increment(1);
    tracing::debug!(session = ?session, reason = reason.as_str(), "session ended");
}

/// Messages that only this session was sent and that its client did not acknowledge (RFC 6121 §8.5).
fn route_again(state: &mut HomeState, transaction: &mut Transaction, session: SessionId) {
    let Some(user) = state.owner.ledger().session(session).map(|session| session.jid.to_bare()) else {
        return;
    };
    let undelivered: Vec<_> = state
        .owner
        .ledger()
        .undelivered(session)
        .into_iter()
        .map(|(_, message)| (message.stanza.clone(), message.spooled))
        .collect();
    if undelivered.is_empty() {
        return;
    }
    let resources = Resources::of(state.owner.ledger(), &user);
    let others: Vec<SessionId> = resources
        .ids
        .iter()
        .zip(&resources.views)
        .filter(|(id, view)| **id != session && view.takes_messages())
        .map(|(id, _)| *id)
        .collect();
    drop(resources);
    let mut waiting = 0;
    for (stanza, spooled) in undelivered {
        let mut taken = false;
        for other in &others {
            taken |= deliver::to_session(state, transaction, *other, stanza.clone(), Some(spooled));
        }
        waiting += usize::from(!taken);
    }
    if let Some(account) = state.accounts.get_mut(&user) {
        account.spool_grew(waiting);
    }
}

impl Home {
    /// A connection is gone while it held a session: one that can be resumed waits for its client, another one ends.
    pub fn transport_lost(&self, session: SessionId, transport: TransportId, reason: Reason) {
        let now = self.node.clock.now();
        self.enter(|state| state.transports.remove(transport));
        self.record(|state| {
            if !state.owner.holds(session, transport) {
                return Ok(());
            }
            let mut transaction = state.owner.begin(now, Cause::Transport);
            match state.owner.ledger().session(session).and_then(|session| session.resume) {
                Some(wait) => transaction.effect(Effect::Detached { session, wait, reason }),
                // The server let go of it, so its contacts must not notice: it has as long as a sign-in may take.
                None if reason == Reason::LetGo => {
                    let wait = self.node.relogin_hold_of(state);
                    transaction.effect(Effect::Detached { session, wait, reason });
                }
                None => end(state, &mut transaction, session, reason, Ending::Closed),
            }
            state.commit(transaction).map(drop)
        });
    }

    /// Ends a session that this connection holds.
    pub fn session_over(&self, session: SessionId, transport: TransportId, reason: Reason) {
        let now = self.node.clock.now();
        self.enter(|state| state.transports.remove(transport));
        self.record(|state| {
            if !state.owner.holds(session, transport) {
                return Ok(());
            }
            let mut transaction = state.owner.begin(now, Cause::Client(session));
            end(state, &mut transaction, session, reason, Ending::Closed);
            state.commit(transaction).map(drop)
        });
    }

    /// Ends a session for another cause than its connection. Returns whether it lived.
    pub fn end_session(&self, session: SessionId, cause: Cause, reason: Reason, ending: Ending) -> bool {
        self.end_session_if(session, cause, reason, ending, |_| true)
    }

    /// As [`Node::end_session`], if `still` holds at that moment.
    pub fn end_session_if(
        &self,
        session: SessionId,
        cause: Cause,
        reason: Reason,
        ending: Ending,
        still: impl FnOnce(&HomeState) -> bool,
    ) -> bool {
        let now = self.node.clock.now();
        let ended = self.record(|state| {
            if state.owner.ledger().session(session).is_none() || !still(state) {
                return Ok(false);
            }
            let mut transaction = state.owner.begin(now, cause);
            end(state, &mut transaction, session, reason, ending);
            state.commit(transaction).map(|_| true)
        });
        ended.unwrap_or(false)
    }

    /// Ends what the user's clients came back for in vain, now that one of them is available with another session: so
    /// contacts see the user all the time, and what waits in the old queue goes on to the new one instead of lying there
    /// until the old session's time is over.
    pub fn end_left_behind(&self, user: &BareJid, heir: SessionId) {
        let left = self.enter(|state| {
            let sessions = state.owner.ledger().sessions_of(user).map(|session| session.id);
            let left = sessions.filter(|id| *id != heir && state.left_behind.contains(id));
            left.collect::<Vec<SessionId>>()
        });
        for session in left {
            let nobody_holds_it = |state: &HomeState| state.owner.transport(session).is_none();
            let cause = Cause::Client(heir);
            self.end_session_if(session, cause, Reason::Replaced, Ending::Closed, nobody_holds_it);
        }
    }

    /// Whether the session waits for its client.
    pub fn is_detached(&self, session: SessionId) -> bool {
        let is_detached = |state: &mut HomeState| {
            let session = state.owner.ledger().session(session);
            session.is_some_and(|session| matches!(session.state, State::Detached { .. }))
        };
        self.enter(is_detached)
    }
}
