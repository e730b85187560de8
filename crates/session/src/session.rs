//! A session: one bound address with its state. Connections come and go under it.

use std::time::Duration;

use bytes::Bytes;
use everpresent_stanza::{FullJid, Jid};

use crate::ids::SessionId;
use crate::queue::Outbound;
use crate::reason::Reason;
use crate::record::Opening;
use crate::time::Timestamp;

/// What is known of a session on every node that holds its ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Never changes.
    pub id: SessionId,
    /// The address that its client bound.
    pub jid: FullJid,
    /// The client installation, if it named itself.
    pub user_agent: Option<String>,
    /// When it began.
    pub opened: Timestamp,
    /// Whether stream management is on.
    pub managed: bool,
    /// How long its client may stay away; `None` if it cannot resume.
    pub resume: Option<Duration>,
    /// Stanzas of the client handled since stream management is on, modulo 2^32.
    pub handled: u32,
    /// Stanzas for the client.
    pub queue: Outbound,
    /// Stanzas that wait until somebody looks at the client (XEP-0352), oldest first.
    pub held: Vec<HeldStanza>,
    /// Broadcast presence; `None` before the first one and after unavailable.
    pub presence: Option<Presence>,
    /// The broadcast presence of the session that this one replaced: contacts still see it, and no `unavailable` goes
    /// out in between (promise P5). The client's own first presence takes its place.
    pub inherited: Option<Presence>,
    /// Who was sent directed presence, sorted.
    pub directed: Vec<Jid>,
    /// Wants copies of its user's other conversations.
    pub carbons: bool,
    /// Gets roster pushes.
    pub roster_interested: bool,
    /// Gets block list pushes.
    pub block_list_interested: bool,
    /// Whether somebody is looking at the client.
    pub client_state: ClientState,
    /// Open or waiting for its client.
    pub state: State,
    /// Reason of the last change.
    pub reason: Reason,
}

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Its client is connected.
    Open,
    /// Its client is away and may come back within this time, counted by whoever owns the home.
    Detached {
        /// How long it may stay away in all.
        wait: Duration,
    },
}

/// Broadcast presence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// As contacts get it, with `from` and without `to`.
    pub stanza: Bytes,
    /// For choosing among resources (RFC 6121 §4.7.2.3).
    pub priority: i8,
    /// When it was sent.
    pub at: Timestamp,
}

/// Whether somebody is looking at the client (XEP-0352).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClientState {
    /// Yes, or the client never said.
    #[default]
    Active,
    /// No.
    Inactive,
}

/// What makes two held stanzas the same news, so that only the newest is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoldKey {
    /// Presence of this address.
    Presence(Jid),
    /// Typing and the like in the conversation with this address.
    ChatState(Jid),
}

/// A stanza that waits until somebody looks at the client.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldStanza {
    /// What it replaces.
    pub key: HoldKey,
    /// In the form that a TCP stream carries.
    pub stanza: Bytes,
}

impl Session {
    pub(crate) fn new(opening: &Opening) -> Self {
        Self {
            id: opening.session,
            jid: opening.jid.clone(),
            user_agent: opening.user_agent.clone(),
            opened: opening.at,
            managed: false,
            resume: None,
            handled: opening.handled,
            queue: Outbound::default(),
            held: Vec::new(),
            presence: None,
            inherited: None,
            directed: Vec::new(),
            carbons: false,
            roster_interested: false,
            block_list_interested: false,
            client_state: ClientState::Active,
            state: State::Open,
            reason: opening.reason,
        }
    }

    /// Whether its client has sent presence and not taken it back.
    pub fn is_available(&self) -> bool {
        self.presence.is_some()
    }

    /// Whether contacts see it: by its own presence, or by that of the session that it replaced.
    pub fn is_seen(&self) -> bool {
        self.presence.is_some() || self.inherited.is_some()
    }

    /// Whether others may see it although no presence of it is known: it was opened from its head, which in spooled mode may
    /// be older than a presence that had left the node before the last owner died. At its end they are told in any case.
    pub fn may_be_seen(&self) -> bool {
        self.is_seen() || (self.reason == Reason::Adopted && !self.managed)
    }

    /// Its priority, if it is available.
    pub fn priority(&self) -> Option<i8> {
        self.presence.as_ref().map(|presence| presence.priority)
    }

    /// Whether this address was sent directed presence and not told the end of it since.
    pub fn has_directed(&self, to: &Jid) -> bool {
        self.directed.binary_search(to).is_ok()
    }

    pub(crate) fn set_directed(&mut self, to: &Jid, available: bool) {
        match (self.directed.binary_search(to), available) {
            (Err(place), true) => self.directed.insert(place, to.clone()),
            (Ok(place), false) => {
                self.directed.remove(place);
            }
            _ => {}
        }
    }

    /// Keeps a stanza until somebody looks; older news with the same key goes.
    pub(crate) fn hold(&mut self, key: HoldKey, stanza: Bytes) {
        self.held.retain(|held| held.key != key);
        self.held.push(HeldStanza { key, stanza });
    }
}
