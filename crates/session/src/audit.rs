//! The balance of sessions (promise P6): counts that must agree, and what differs by name.

use std::collections::BTreeMap;

use crate::ids::SessionId;
use crate::ledger::Ledger;
use crate::owner::{Owner, TransportId};

/// The counts of one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// Sessions that signed in.
    pub opened: u64,
    /// Sessions known from before.
    pub adopted: u64,
    /// Sessions that ended.
    pub closed: u64,
    /// Sessions that live.
    pub live: u64,
}

impl Balance {
    /// The counts of a ledger.
    pub fn of(ledger: &Ledger) -> Self {
        let totals = ledger.totals();
        Self {
            opened: totals.opened,
            adopted: totals.adopted,
            closed: totals.closed.values().sum(),
            live: ledger.sessions().len() as u64,
        }
    }

    /// Whether `opened + adopted − closed = live`.
    pub fn holds(&self) -> bool {
        self.opened + self.adopted == self.closed + self.live
    }
}

/// Something that does not agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Difference {
    /// A session that no connection holds and that has no deadline.
    Unheld(SessionId),
    /// A connection that believes to hold a session that is held by another one, or ended.
    StrayTransport(TransportId, SessionId),
    /// A session whose connection does not exist any more.
    DeadTransport(SessionId, TransportId),
}

/// Compares the ledger with the connections that exist, each with the session that it believes to hold.
pub fn differences(owner: &Owner, transports: &BTreeMap<TransportId, SessionId>) -> Vec<Difference> {
    let mut found: Vec<Difference> = owner.unheld().into_iter().map(Difference::Unheld).collect();
    for (transport, session) in transports {
        if !owner.holds(*session, *transport) {
            found.push(Difference::StrayTransport(*transport, *session));
        }
    }
    for session in owner.ledger().sessions() {
        if let Some(transport) = owner.transport(session.id)
            && !transports.contains_key(&transport)
        {
            found.push(Difference::DeadTransport(session.id, transport));
        }
    }
    found
}

/// Tells a difference that is just on its way out from one that stands: only what two audits in a row see counts.
#[derive(Debug, Default)]
pub struct Auditor {
    seen: Vec<Difference>,
}

impl Auditor {
    /// Takes the differences of this audit and returns those that the audit before saw too.
    pub fn standing(&mut self, found: Vec<Difference>) -> Vec<Difference> {
        let standing = found.iter().filter(|difference| self.seen.contains(difference)).copied().collect();
        self.seen = found;
        standing
    }
}
