//! What waited for a user: read from the database before the session's first presence, delivered with it.

use bytes::Bytes;
use everpresent_session::ids::{RecordNumber, SessionId};
use everpresent_session::owner::Transaction;
use everpresent_session::record::Spooled;
use everpresent_session::row::{Row, SpoolRow};
use everpresent_stanza::{BareJid, RawStanza, Stamp, build, ns, parse_stanza};

use crate::deliver;
use crate::home::HomeState;
use crate::node::Node;

/// What the spool held of a user at some point of the record stream.
#[derive(Debug)]
pub struct Waiting {
    rows: Vec<SpoolRow>,
    /// Whether these are all that there were.
    complete: bool,
    as_of: RecordNumber,
}

impl Node {
    /// As [`takes_spool`], for callers who are not in the home.
    pub fn takes_spool(&self, session: SessionId, user: &BareJid, priority: i8) -> bool {
        self.home.enter(|state| takes_spool(state, session, user, priority))
    }

    /// Reads what waits for a user. A database that does not answer delays it until the next sign-in: the rows stay.
    pub async fn read_spool(&self, user: &BareJid) -> Waiting {
        let limit = u32::try_from(self.config.limits.unacked_stanzas / 2).unwrap_or(u32::MAX);
        let flushed = self.home.flushed().await;
        let as_of = self.home.enter(|state| state.owner.confirmed());
        let rows = match flushed {
            Ok(()) => self.store.spool(user, None, limit).await.map_err(|error| error.to_string()),
            Err(away) => Err(away.to_string()),
        };
        let rows = rows.unwrap_or_else(|error| {
            tracing::warn!(error, "what waited for a user could not be read; it stays where it is");
            Vec::new()
        });
        Waiting { complete: rows.len() < limit as usize, rows, as_of }
    }
}

/// Whether a presence of this priority makes the session take messages that it did not take before, and there are any.
pub fn takes_spool(state: &HomeState, session: SessionId, user: &BareJid, priority: i8) -> bool {
    let session = state.owner.ledger().session(session);
    let takes_more = session.is_some_and(|session| session.priority().is_none_or(|before| before < 0));
    priority >= 0 && takes_more && state.accounts.get(user).is_none_or(|account| account.spooled > 0)
}

impl Waiting {
    /// Whether nothing was spooled for the user since it was read.
    pub fn is_current(&self, state: &HomeState, user: &BareJid) -> bool {
        let since = state.owner.ledger().unfinished().filter(|(record, _)| *record > self.as_of);
        let mut spooled = since.filter(|(_, row)| matches!(row, Row::Spool(row) if row.user == *user));
        spooled.next().is_none()
    }

    /// Puts the rows into the session's queue, but for those that another session of the user was sent and may still
    /// acknowledge.
    pub fn deliver(
        self,
        state: &mut HomeState,
        transaction: &mut Transaction,
        session: SessionId,
        user: &BareJid,
    ) {
        let mut left = usize::from(!self.complete) * self.rows.len();
        for row in self.rows {
            if state.owner.ledger().message(row.id).is_some() {
                continue;
            }
            let spooled = Spooled { id: row.id, at: row.at, archived: row.archived, written: true };
            if !deliver::to_session(state, transaction, session, delayed(&row), Some(spooled)) {
                left += 1;
            }
        }
        if let Some(account) = state.accounts.get_mut(user) {
            account.spooled = left;
        }
    }
}

/// The message with the time at which it came (XEP-0203), unless it says so already.
fn delayed(row: &SpoolRow) -> Bytes {
    let server = row.user.domain().as_str();
    let Ok(stanza) = parse_stanza(&row.stanza) else { return row.stanza.clone() };
    let stamped = |stanza: &RawStanza| {
        let own = |child: &everpresent_stanza::Child| {
            let element = child.is("delay", ns::DELAY).then(|| stanza.child_element(child).ok()).flatten();
            element.is_some_and(|element| element.attr("from") == Some(server))
        };
        stanza.children().iter().any(own)
    };
    if stamped(&stanza) {
        return row.stanza.clone();
    }
    let delay = build::delay(row.at.0, Some(server));
    stanza.restamp(&Stamp { append: &[delay], ..Stamp::default() })
}
