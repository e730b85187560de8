//! Records: all that one stanza, timer or order does, applied whole or not at all.

use std::time::Duration;

use bytes::Bytes;
use everpresent_stanza::{FullJid, Jid};

use crate::ids::{Epoch, HomeName, LedgerId, RecordNumber, RowId, SessionId};
use crate::reason::Reason;
use crate::row::Row;
use crate::session::{ClientState, HoldKey, Presence};
use crate::time::Timestamp;

/// One step of a ledger. There is one ordered stream of them per home and epoch.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Whose users it is about.
    pub home: HomeName,
    /// Which ledger of that home: a takeover with a complete replica goes on with the same one.
    pub ledger: LedgerId,
    /// Under which owner it was made.
    pub epoch: Epoch,
    /// Its place in the stream.
    pub number: RecordNumber,
    /// What made it.
    pub cause: Cause,
    /// What it does, in order.
    pub effects: Vec<Effect>,
}

/// What made a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A stanza or stream-management element of this session's client.
    Client(SessionId),
    /// Another home's channel delivered a stanza.
    Channel,
    /// A deadline passed.
    Deadline,
    /// A connection broke or was let go.
    Transport,
    /// An operator's order.
    Order,
    /// The database finished something.
    Database,
    /// A process began to serve this home.
    Takeover,
    /// The audit found a difference that stood.
    Audit,
}

/// One change of a ledger.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// A client bound an address.
    Opened(Opening),
    /// The client turned stream management on; `resume` is how long it may stay away, `None` if it did not ask to
    /// resume (XEP-0198 §3).
    Managed {
        /// Which session.
        session: SessionId,
        /// How long it may stay away.
        resume: Option<Duration>,
    },
    /// Broadcast presence, `None` for unavailable.
    Presence {
        /// Whose.
        session: SessionId,
        /// As it is now.
        presence: Option<Presence>,
    },
    /// Takes over what contacts see of an older session, which ends with this record and without an `unavailable`.
    Inherited {
        /// The new session.
        session: SessionId,
        /// The one that it replaces.
        from: SessionId,
    },
    /// Directed presence was sent, or taken back (RFC 6121 §4.6).
    Directed {
        /// Whose.
        session: SessionId,
        /// To whom.
        to: Jid,
        /// Whether `to` now sees the session.
        available: bool,
    },
    /// A switch of the session.
    Flag {
        /// Whose.
        session: SessionId,
        /// The switch and its new value.
        flag: Flag,
    },
    /// A stanza for the session's client.
    Enqueued {
        /// For whom.
        session: SessionId,
        /// In the form that a TCP stream carries.
        stanza: Bytes,
        /// Set for a message that must not be lost: what the spool would hold of it.
        spool: Option<Spooled>,
    },
    /// A stanza that an inactive client need not see yet (XEP-0352); a later one with the same key replaces it.
    Held {
        /// For whom.
        session: SessionId,
        /// What it replaces.
        key: HoldKey,
        /// In the form that a TCP stream carries.
        stanza: Bytes,
    },
    /// What was held goes into the queue, before anything that follows.
    Released {
        /// Whose.
        session: SessionId,
    },
    /// The client acknowledged stanzas, or a session without stream management had them written to its socket.
    ClientAcked {
        /// Whose client.
        session: SessionId,
        /// How many more than before.
        count: u32,
    },
    /// One more stanza of the client was handled.
    Handled {
        /// Whose client.
        session: SessionId,
    },
    /// The connection is gone; the session waits for its client.
    Detached {
        /// Which session.
        session: SessionId,
        /// How long it waits.
        wait: Duration,
        /// Why.
        reason: Reason,
    },
    /// The client is back.
    Resumed {
        /// Which session.
        session: SessionId,
    },
    /// The session ended. Messages that nobody received stay in the spool.
    Closed {
        /// Which session.
        session: SessionId,
        /// Why.
        reason: Reason,
        /// When; shown on the tombstone.
        at: Timestamp,
    },
    /// A stanza for another home; it gets the next number of that channel.
    Route {
        /// The other home.
        to: HomeName,
        /// The row that keeps it, if it has to be kept in the database before the other home has it.
        id: RowId,
        /// The stanza with its envelope.
        stanza: Bytes,
        /// Whether the database holds that row already, because it was read from there.
        written: bool,
    },
    /// The other home confirmed its channel up to here.
    Routed {
        /// The other home.
        to: HomeName,
        /// The highest number that it has.
        up_to: u64,
    },
    /// A stanza was taken from another home's channel.
    Received {
        /// The sending ledger.
        from: LedgerId,
        /// Its number there.
        number: u64,
    },
    /// A durable row to be written.
    Store(Row),
    /// These messages in queues, and stanzas in channels, are being written: from now on the database may hold them.
    Spooling {
        /// Their ids.
        messages: Vec<RowId>,
    },
    /// The database holds more than it did.
    Stored {
        /// How many of the oldest unfinished rows it holds now.
        rows: usize,
        /// Which messages in queues and stanzas in channels it holds too, since now.
        spooled: Vec<RowId>,
    },
}

impl Effect {
    /// The bytes of the stanza that it carries.
    pub fn stanza_bytes(&self) -> usize {
        match self {
            Self::Enqueued { stanza, .. } | Self::Held { stanza, .. } | Self::Route { stanza, .. } => {
                stanza.len()
            }
            Self::Presence { presence: Some(presence), .. } => presence.stanza.len(),
            Self::Store(row) => row.stanza_bytes(),
            _ => 0,
        }
    }
}

/// A session's beginning.
#[derive(Debug, Clone, PartialEq)]
pub struct Opening {
    /// Its id, random.
    pub session: SessionId,
    /// The address that its client bound.
    pub jid: FullJid,
    /// The client installation, if it named itself (XEP-0388 user-agent id).
    pub user_agent: Option<String>,
    /// When it began.
    pub at: Timestamp,
    /// [`Reason::SignedIn`] or [`Reason::Adopted`].
    pub reason: Reason,
    /// Stanzas of the client handled before; not 0 only when adopted.
    pub handled: u32,
}

/// A switch of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// Wants copies of its user's other conversations (XEP-0280).
    Carbons(bool),
    /// Asked for the roster, so gets its pushes (RFC 6121 §2.1.6).
    RosterInterested,
    /// Asked for the block list, so gets its pushes (XEP-0191 §3.3).
    BlockListInterested,
    /// Whether somebody is looking at the client (XEP-0352).
    ClientState(ClientState),
}

/// What the spool holds, or would hold, of a message in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spooled {
    /// One id for the message, shared by all sessions that were sent it.
    pub id: RowId,
    /// When it was received.
    pub at: Timestamp,
    /// Whether the recipient's archive holds it as well.
    pub archived: bool,
    /// Whether the spool holds it already, because it was read from there.
    pub written: bool,
}
