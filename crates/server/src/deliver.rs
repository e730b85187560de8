//! The last step of a stanza's way: into the queues of sessions.

use bytes::Bytes;
use everpresent_presence::resource::ResourceView;
use everpresent_session::ids::SessionId;
use everpresent_session::ledger::Ledger;
use everpresent_session::owner::Transaction;
use everpresent_session::record::{Effect, Spooled};
use everpresent_session::session::{ClientState, HoldKey};
use everpresent_stanza::BareJid;

use crate::home::HomeState;

/// How many pieces of news are held for an inactive client (XEP-0352); beyond that they are sent at once.
const MAX_HELD_STANZAS: usize = 500;
/// Larger ones are sent at once too: what is held is in no queue, whose bytes are bounded.
const MAX_HELD_STANZA_BYTES: usize = 4 * 1024;

/// A user's sessions as the rules see them, and their ids at the same places.
#[derive(Debug)]
pub struct Resources<'a> {
    /// The sessions, oldest first.
    pub ids: Vec<SessionId>,
    /// How the rules see them.
    pub views: Vec<ResourceView<'a>>,
}

impl<'a> Resources<'a> {
    /// The live sessions of a user.
    pub fn of(ledger: &'a Ledger, user: &BareJid) -> Self {
        let (ids, views) = ledger
            .sessions_of(user)
            .map(|session| {
                let view = ResourceView {
                    resource: session.jid.resource().as_str(),
                    priority: session.priority(),
                    interested: session.roster_interested,
                    carbons: session.carbons,
                    directed: &session.directed,
                };
                (session.id, view)
            })
            .unzip();
        Self { ids, views }
    }

    /// The place of a session.
    pub fn place(&self, session: SessionId) -> Option<usize> {
        self.ids.iter().position(|id| *id == session)
    }

    /// The sessions at these places.
    pub fn at(&self, places: &[usize]) -> Vec<SessionId> {
        places.iter().filter_map(|place| self.ids.get(*place)).copied().collect()
    }
}

/// Puts a stanza into a session's queue. Returns whether there was room: a session whose queue is full ends soon, and
/// gets no more.
pub fn to_session(
    state: &mut HomeState,
    transaction: &mut Transaction,
    session: SessionId,
    stanza: Bytes,
    spool: Option<Spooled>,
) -> bool {
    let Some(recipient) = state.owner.ledger().session(session) else { return false };
    let full = recipient.queue.len() >= state.limits.unacked_stanzas
        || recipient.queue.bytes() >= state.limits.unacked_bytes;
    if full {
        state.overfull.insert(session);
        return false;
    }
    if !recipient.held.is_empty() {
        transaction.effect(Effect::Released { session });
    }
    transaction.enqueue(session, stanza, spool);
    true
}

/// Puts news into a session's queue that an inactive client need not see yet (XEP-0352).
pub fn news(
    state: &mut HomeState,
    transaction: &mut Transaction,
    session: SessionId,
    stanza: Bytes,
    key: impl FnOnce() -> HoldKey,
) {
    let Some(recipient) = state.owner.ledger().session(session) else { return };
    let small = recipient.held.len() < MAX_HELD_STANZAS && stanza.len() <= MAX_HELD_STANZA_BYTES;
    if recipient.client_state == ClientState::Inactive && small {
        transaction.effect(Effect::Held { session, key: key(), stanza });
    } else {
        to_session(state, transaction, session, stanza, None);
    }
}

/// Inserts an addressee into a stanza of this server that has none: right behind its name, without parsing it again.
pub fn addressed(stanza: &Bytes, to: &str) -> Bytes {
    let name_end = stanza.iter().position(|byte| b" />".contains(byte)).unwrap_or(stanza.len());
    let (name, rest) = stanza.split_at(name_end);
    let mut out = Vec::with_capacity(stanza.len() + to.len() + 6);
    out.extend_from_slice(name);
    out.extend_from_slice(b" to='");
    everpresent_stanza::build::escape_attribute(to, &mut out);
    out.push(b'\'');
    out.extend_from_slice(rest);
    Bytes::from(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_addressee_goes_behind_the_name() {
        let with =
            |stanza: &'static str| addressed(&Bytes::from_static(stanza.as_bytes()), "a'b@example.org");
        assert_eq!(with("<presence/>"), "<presence to='a&apos;b@example.org'/>");
        assert_eq!(
            with("<presence from='c@example.org/x'><show>dnd</show></presence>"),
            "<presence to='a&apos;b@example.org' from='c@example.org/x'><show>dnd</show></presence>"
        );
    }
}
