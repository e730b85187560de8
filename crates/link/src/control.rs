//! Small urgent messages between two nodes.

use everpresent_recovery::ownership::PeerMessage;
use everpresent_session::ids::{Epoch, HomeName, Incarnation};
use everpresent_session::time::Moment;

/// A message of the control stream. Both ends send the same kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// "I am here, and this is how I am."
    Heartbeat(Box<Heartbeat>),
    /// About who may own a home.
    Ownership {
        /// Which home.
        home: HomeName,
        /// What is said.
        message: PeerMessage,
    },
    /// The process is about to exit, on purpose.
    Goodbye {
        /// Why; the recovery manager knows the numbers.
        reason: u8,
    },
}

/// How a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    /// Its name, as in its certificate.
    pub node: String,
    /// The process.
    pub incarnation: Incarnation,
    /// Version of the software, to be shown.
    pub software: String,
    /// Hash of the stream features that it offers: both nodes of a group offer the same.
    pub features: u64,
    /// Its state; the recovery manager knows the numbers.
    pub state: u8,
    /// Why it is in that state; the recovery manager knows the numbers.
    pub reason: u8,
    /// When it was sent, on the sender's clock.
    pub sent: Moment,
    /// Its monitored services.
    pub services: Vec<ServiceHealth>,
    /// What it knows of homes.
    pub homes: Vec<HomeView>,
    /// How many sessions it serves.
    pub sessions: u64,
}

/// Whether a monitored service works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceHealth {
    /// Which one.
    pub name: String,
    /// Whether it does.
    pub up: bool,
}

/// How a node sees a home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeView {
    /// Which home.
    pub home: HomeName,
    /// The highest epoch that the node has seen.
    pub epoch: Epoch,
    /// Whether the node serves it.
    pub serving: bool,
    /// The mode in which it does; the server knows the numbers.
    pub mode: u8,
}
