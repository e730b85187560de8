//! What waited for a user: read from the database before the session's first presence, delivered with it.

use bytes::Bytes;
use everpresent_session::ids::SessionId;
use everpresent_session::owner::{Transaction, TransportId};
use everpresent_session::record::{Cause, Spooled};
use everpresent_session::row::SpoolRow;
use everpresent_stanza::{BareJid, RawStanza, Stamp, build, ns, parse_stanza};
use everpresent_store::StoreError;
use everpresent_store::spool::{SPOOL_READ_MAX_BYTES, SPOOL_READ_MAX_ROWS};

use crate::deliver;
use crate::home::{Home, HomeState};

/// How often the spool is read anew because something was added to it meanwhile; then what was read has to do.
pub const MAX_SPOOL_READS: usize = 8;

/// What the spool held of a user at some moment.
#[derive(Debug)]
pub struct Waiting {
    rows: Vec<SpoolRow>,
    /// Whether these are all that there were.
    complete: bool,
    /// What [`crate::home::Account::spool_changes`] was before; nothing if the spool could not be read.
    as_of: Option<u64>,
}

impl Home {
    /// As [`takes_spool`], for callers who are not in the home.
    pub fn takes_spool(&self, user: &BareJid, priority: i8) -> bool {
        self.enter(|state| takes_spool(state, user, priority))
    }

    /// Reads what waits for a user. A database that does not answer delays it until the client's next presence: the
    /// rows stay.
    pub async fn read_spool(&self, user: &BareJid) -> Waiting {
        let limit = u32::try_from(self.node.config.limits.unacked_stanzas / 2).unwrap_or(u32::MAX);
        let limit = limit.min(SPOOL_READ_MAX_ROWS);
        let as_of = self.enter(|state| state.accounts.get(user).map(|account| account.spool_changes));
        let rows = match self.flushed().await {
            Ok(()) => self.spool_page(user, limit).await.map_err(|error| error.to_string()),
            Err(away) => Err(away.to_string()),
        };
        match rows {
            Ok((rows, complete)) => Waiting { rows, complete, as_of: Some(as_of.unwrap_or_default()) },
            Err(error) => {
                tracing::warn!(error, "what waited for a user could not be read; it stays where it is");
                Waiting { rows: Vec::new(), complete: false, as_of: None }
            }
        }
    }

    /// The first rows that are not all in some session's queue, and whether there are no further ones.
    async fn spool_page(&self, user: &BareJid, limit: u32) -> Result<(Vec<SpoolRow>, bool), StoreError> {
        let mut after = None;
        for _ in 0..MAX_SPOOL_READS {
            let rows = self.node.store.spool(user, after, limit).await?;
            let bytes: usize = rows.iter().map(|row| row.stanza.len()).sum();
            let complete = rows.len() < limit as usize && bytes < SPOOL_READ_MAX_BYTES;
            let is_held = |state: &HomeState, row: &SpoolRow| state.owner.ledger().message(row.id).is_some();
            let all_held = self.enter(|state| rows.iter().all(|row| is_held(state, row)));
            if complete || !all_held {
                return Ok((rows, complete));
            }
            after = rows.last().map(|row| row.id);
        }
        Ok((Vec::new(), false))
    }

    /// Goes on with what waited for a user and was too much for the queue before.
    pub async fn deliver_more(&self, session: SessionId, transport: TransportId, user: &BareJid) {
        let waiting = self.read_spool(user).await;
        let now = self.node.clock.now();
        self.record(|state| {
            if !state.owner.holds(session, transport) || !waiting.is_current(state, user) {
                return Ok(());
            }
            let mut transaction = state.owner.begin(now, Cause::Database);
            waiting.deliver(state, &mut transaction, session, user);
            state.commit(transaction).map(drop)
        });
    }
}

/// Whether a session whose presence has this priority is to be given messages from the spool.
pub fn takes_spool(state: &HomeState, user: &BareJid, priority: i8) -> bool {
    priority >= 0 && state.accounts.get(user).is_none_or(|account| account.spooled > 0)
}

/// Whether a session that has received all it was sent is to be given more from the spool now.
pub fn takes_more(state: &HomeState, session: SessionId) -> bool {
    let Some(session) = state.owner.ledger().session(session).filter(|session| session.queue.is_empty())
    else {
        return false;
    };
    let priority = session.priority().unwrap_or(-1);
    takes_spool(state, &session.jid.to_bare(), priority) && state.owner.accepts_messages()
}

impl Waiting {
    /// Whether nothing was spooled for the user since it was read. There is no use in waiting for a database that does
    /// not answer.
    pub fn is_current(&self, state: &HomeState, user: &BareJid) -> bool {
        let changes = state.accounts.get(user).map(|account| account.spool_changes);
        self.as_of.is_none_or(|as_of| changes.is_none_or(|changes| changes == as_of))
    }

    /// Puts the rows into the session's queue, but for those that another session of the user was sent and may still
    /// acknowledge. What would fill more than half of the queue waits until that is empty again.
    pub fn deliver(
        self,
        state: &mut HomeState,
        transaction: &mut Transaction,
        session: SessionId,
        user: &BareJid,
    ) {
        if self.as_of.is_none() {
            return;
        }
        let all = self.complete && self.is_current(state, user);
        let mut left = if all { 0 } else { self.rows.len().max(1) };
        let (mut bytes, mut full) = (0, false);
        for row in self.rows {
            if state.owner.ledger().message(row.id).is_some() {
                continue;
            }
            let spooled = Spooled { id: row.id, at: row.at, archived: row.archived, written: true };
            full |= bytes > state.limits.unacked_bytes / 2;
            bytes += row.stanza.len();
            full = full || !deliver::to_session(state, transaction, session, delayed(&row), Some(spooled));
            left += usize::from(full);
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
