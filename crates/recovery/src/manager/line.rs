//! What the recovery manager writes to the log, in the words of the original where it has some.

use std::time::Duration;

use everpresent_session::ids::HomeName;
use thiserror::Error;

use super::{Fault, NodeState, Reason, Staying};

/// A line for the log, under the target `everpresent::recovery`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Error)]
pub enum Line {
    /// The peer was not heard for the timeout.
    #[error("peer down, time since last heartbeat[s]= {seconds}")]
    PeerDown {
        /// Since its last heartbeat, or since the start if it was never heard.
        seconds: u64,
    },
    /// A peer that was down is heard again.
    #[error("peer up")]
    PeerUp,
    /// The state of this node or of its peer has changed. A peer that is not heard is `Unknown`.
    #[error("peer states vector changed to [{own},{peer}]")]
    PeerStates {
        /// Of this node.
        own: NodeState,
        /// Of its peer.
        peer: NodeState,
    },
    /// Homes are to be handed to the partner.
    #[error("hands over {homes} to its partner: {reason}")]
    HandsOver {
        /// Which, separated by commas.
        homes: String,
        /// Why.
        reason: Reason,
    },
    /// A home was not handed over.
    #[error("{home} was not handed over and is served on: {why}")]
    NotHandedOver {
        /// Which.
        home: HomeName,
        /// What came between.
        why: String,
    },
    /// A home could not be taken.
    #[error("{home} could not be taken: {why}")]
    NotTaken {
        /// Which.
        home: HomeName,
        /// What came between.
        why: String,
    },
    /// Automation has stopped.
    #[error("runs in failed mode: {0}")]
    Fails(Reason),
    /// Automation goes on.
    #[error("recovers from failed mode: {0}")]
    Recovers(Reason),
    /// A monitored service was down for longer than the delay, and that moves nobody.
    #[error("{fault}, and users stay where they are: {why}")]
    Stays {
        /// What is down.
        fault: Fault,
        /// Why nobody moves.
        why: Staying,
    },
    /// Planned work begins.
    #[error("maintenance for {seconds} s: service faults of this node move nobody", seconds = .0.as_secs())]
    MaintenanceBegins(Duration),
    /// Planned work is over, by itself or by order.
    #[error("maintenance is over")]
    MaintenanceEnds,
}
