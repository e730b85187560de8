//! The ledger: all sessions of a home with what must survive the node that serves it.

mod apply;
mod messages;
mod routes;
pub mod snapshot;

use std::collections::{BTreeMap, VecDeque};

use everpresent_stanza::{BareJid, FullJid};
use thiserror::Error;

pub use messages::QueuedMessage;

use crate::channel::{Outgoing, Routed};
use crate::ids::{Epoch, HomeName, LedgerId, RecordNumber, RowId, SessionId};
use crate::reason::Reason;
use crate::row::Row;
use crate::session::Session;
use crate::tombstone::Tombstones;

/// What a node knows of a home's sessions. The owner and its partner hold the same: a clone is a snapshot, cut at
/// [`Ledger::last`].
#[derive(Debug, Clone, PartialEq)]
pub struct Ledger {
    home: HomeName,
    id: LedgerId,
    epoch: Epoch,
    last: RecordNumber,
    sessions: BTreeMap<SessionId, Session>,
    by_user: BTreeMap<BareJid, Vec<SessionId>>,
    tombstones: Tombstones,
    /// Messages in queues that must not be lost, each once however many queues hold it.
    messages: BTreeMap<RowId, QueuedMessage>,
    /// Durable rows that the database is not known to hold, oldest first.
    unfinished: VecDeque<(RecordNumber, Row)>,
    outgoing: BTreeMap<HomeName, Outgoing>,
    /// Every stanza in those channels, by its row.
    routes: BTreeMap<RowId, Routed>,
    incoming: BTreeMap<LedgerId, u64>,
    totals: Totals,
}

/// How many sessions came and went; `opened + adopted − closed = live` (promise P6).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Totals {
    /// Signed in.
    pub opened: u64,
    /// Known from before this ledger began.
    pub adopted: u64,
    /// Ended, by reason; a hand-over is one.
    pub closed: BTreeMap<Reason, u64>,
}

/// A record that does not fit the ledger: it was not applied. The order of records is broken, so the node must stop.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Misfit {
    /// It is of another home, ledger or epoch.
    #[error("record of {home} under epoch {epoch} does not belong to this ledger")]
    Foreign {
        /// Its home.
        home: HomeName,
        /// Its epoch.
        epoch: Epoch,
    },
    /// A record is missing before it, or it came twice.
    #[error("record {got} came where {expected} was due", got = got.0, expected = expected.0)]
    OutOfOrder {
        /// The number it has.
        got: RecordNumber,
        /// The number that was due.
        expected: RecordNumber,
    },
    /// It names a session that the ledger does not know, or opens one that it knows.
    #[error("record {record} does not fit session {session}", record = record.0)]
    Session {
        /// The record.
        record: RecordNumber,
        /// The session that it names.
        session: SessionId,
    },
}

impl Ledger {
    /// An empty ledger of a home, as a process begins to serve it without a replica.
    pub fn new(home: HomeName, id: LedgerId, epoch: Epoch) -> Self {
        Self {
            home,
            id,
            epoch,
            last: RecordNumber(0),
            sessions: BTreeMap::new(),
            by_user: BTreeMap::new(),
            tombstones: Tombstones::default(),
            messages: BTreeMap::new(),
            unfinished: VecDeque::new(),
            outgoing: BTreeMap::new(),
            routes: BTreeMap::new(),
            incoming: BTreeMap::new(),
            totals: Totals::default(),
        }
    }

    /// The same ledger under a later owner: what its partner goes on with after a takeover. Rows and numbers of the
    /// earlier epoch keep their ids; records count from 1 again.
    ///
    /// # Panics
    /// Never; a lower epoch than before is a fault of the caller and is kept out in debug builds.
    pub fn continue_under(mut self, epoch: Epoch) -> Self {
        debug_assert!(epoch > self.epoch, "epochs only rise");
        self.epoch = epoch;
        self.last = RecordNumber(0);
        for (record, _) in &mut self.unfinished {
            *record = RecordNumber(0);
        }
        self.messages_unsure();
        self.routes_unsure();
        for session in self.sessions.values_mut() {
            session.queue.confirm_all();
        }
        for channel in self.outgoing.values_mut() {
            channel.confirm_records();
        }
        self
    }

    /// Whose users these are.
    pub fn home(&self) -> &HomeName {
        &self.home
    }

    /// The ledger's own id.
    pub fn id(&self) -> LedgerId {
        self.id
    }

    /// Under which owner it stands.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The last record that was applied.
    pub fn last(&self) -> RecordNumber {
        self.last
    }

    /// The session with this id, if it lives.
    pub fn session(&self, id: SessionId) -> Option<&Session> {
        self.sessions.get(&id)
    }

    /// All live sessions, by id.
    pub fn sessions(&self) -> impl ExactSizeIterator<Item = &Session> {
        self.sessions.values()
    }

    /// The live sessions of a user, oldest first.
    pub fn sessions_of(&self, user: &BareJid) -> impl DoubleEndedIterator<Item = &Session> {
        let ids = self.by_user.get(user).map_or(&[][..], Vec::as_slice);
        ids.iter().filter_map(|id| self.sessions.get(id))
    }

    /// The live session that has this address.
    pub fn session_at(&self, jid: &FullJid) -> Option<&Session> {
        self.sessions_of(&jid.to_bare()).find(|session| session.jid == *jid)
    }

    /// What is remembered of ended sessions.
    pub fn tombstones(&self) -> &Tombstones {
        &self.tombstones
    }

    /// A message in queues that must not be lost.
    pub fn message(&self, id: RowId) -> Option<&QueuedMessage> {
        self.messages.get(&id)
    }

    /// All such messages, oldest first.
    pub fn messages(&self) -> impl ExactSizeIterator<Item = (RowId, &QueuedMessage)> {
        self.messages.iter().map(|(id, message)| (*id, message))
    }

    /// Durable rows that the database is not known to hold, with their records, oldest first.
    pub fn unfinished(&self) -> impl ExactSizeIterator<Item = (RecordNumber, &Row)> {
        self.unfinished.iter().map(|(record, row)| (*record, row))
    }

    /// The sending ends of channels to other homes.
    pub fn outgoing(&self) -> &BTreeMap<HomeName, Outgoing> {
        &self.outgoing
    }

    /// The highest number taken from another ledger's channel; 0 before the first. At or below it: confirm and drop.
    pub fn received(&self, from: LedgerId) -> u64 {
        self.incoming.get(&from).copied().unwrap_or(0)
    }

    /// How many sessions came and went.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Messages in a session's queue that nobody has received and no other queue holds: what must be sent to
    /// others, or stay in the spool, if the session ends now.
    pub fn undelivered(&self, session: SessionId) -> Vec<(RowId, &QueuedMessage)> {
        let Some(session) = self.sessions.get(&session) else { return Vec::new() };
        let ids = session.queue.entries().filter_map(|entry| entry.spool.map(|spool| spool.id));
        ids.filter_map(|id| Some((id, self.messages.get(&id)?)))
            .filter(|(_, message)| message.holders == 1 && !message.received)
            .collect()
    }
}

#[cfg(test)]
mod tests;
