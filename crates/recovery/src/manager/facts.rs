//! What the node sees of its homes, and what that means for who holds one.

use std::fmt;

use everpresent_session::ids::HomeName;
use everpresent_session::time::Moment;

use super::Manager;

/// Where the records of a home are confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    /// In the database.
    Spooled,
    /// Still in the database; the partner is getting a complete replica.
    Entering,
    /// By the partner, which has a complete replica.
    Protected,
    /// By the partner no more; what it alone had is being written to the database.
    Leaving,
}

impl Mode {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Spooled => "spooled",
            Self::Entering => "entering protected mode",
            Self::Protected => "protected",
            Self::Leaving => "leaving protected mode",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A home as this node sees it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HomeFacts {
    /// The home.
    pub home: HomeName,
    /// The node that its users are assigned to.
    pub home_node: HomeName,
    /// The node that its row names, as last read; nothing if there is no row or it was not read yet.
    pub owner: Option<HomeName>,
    /// Whether the row is released.
    pub released: bool,
    /// Whether this process serves it now.
    pub served: bool,
    /// Its mode, if it is served here.
    pub mode: Mode,
}

/// Who holds a home.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Holder {
    /// This process serves it.
    Served,
    /// This process owns it by its row, has served it, and does not now.
    Fenced,
    /// This node owns it by its row, and this process has not served it yet.
    Claimed,
    /// The partner, by its row or by what it says.
    Partner,
    /// Nobody: released, or without a row.
    Nobody,
}

impl Manager {
    pub(super) fn homes_changed(&mut self, homes: Vec<HomeFacts>) {
        self.alerts.compare(&self.homes, &homes);
        if let Some(transition) = &mut self.transition {
            transition.see(&homes);
        }
        self.homes = homes;
    }

    fn homes_of<'a>(&'a self, node: &'a HomeName) -> impl Iterator<Item = &'a HomeFacts> {
        self.homes.iter().filter(move |facts| facts.home_node == *node)
    }

    /// The homes of a node that this process serves.
    pub(super) fn served_of<'a>(&'a self, node: &'a HomeName) -> impl Iterator<Item = &'a HomeFacts> {
        self.homes_of(node).filter(|facts| facts.served)
    }

    pub(super) fn holder(&self, facts: &HomeFacts, now: Moment) -> Holder {
        let peer_serves = self.heard(now).is_some_and(|report| report.serves.contains(&facts.home));
        let named = facts.owner.as_ref().filter(|_| !facts.released);
        if facts.served {
            Holder::Served
        } else if peer_serves || (named.is_some() && named == self.partner.as_ref()) {
            Holder::Partner
        } else if named == Some(&self.node) {
            if self.held.contains(&facts.home) { Holder::Fenced } else { Holder::Claimed }
        } else {
            Holder::Nobody
        }
    }

    /// Who holds the homes of a node: who holds all of them, else the first that this process does not serve.
    pub(super) fn holder_of(&self, node: &HomeName, now: Moment) -> Holder {
        if self.homes_of(node).next().is_none() {
            return Holder::Nobody;
        }
        let mut holders = self.homes_of(node).map(|facts| self.holder(facts, now));
        holders.find(|holder| *holder != Holder::Served).unwrap_or(Holder::Served)
    }

    /// Whether the peer says that it serves all homes of a node.
    pub(super) fn peer_serves(&self, node: &HomeName, now: Moment) -> bool {
        self.heard(now)
            .is_some_and(|report| self.homes_of(node).all(|facts| report.serves.contains(&facts.home)))
    }

    pub(super) fn remember_held(&mut self, now: Moment) {
        let held = self
            .homes
            .iter()
            .filter(|facts| matches!(self.holder(facts, now), Holder::Served | Holder::Fenced));
        self.held = held.map(|facts| facts.home.clone()).collect();
    }
}
