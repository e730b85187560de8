//! What the recovery manager is told.

use everpresent_session::ids::HomeName;

use super::{Asker, HomeFacts, Order, PeerReport, Reason, ServiceFacts};
use crate::parameters::Parameters;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Input {
    /// Time went by.
    Tick,
    /// All homes of the group as this node sees them, whenever anything in it changes.
    Homes(Vec<HomeFacts>),
    /// All monitored services of this node: before the first [`Input::Tick`], and whenever anything in it changes.
    Services(Vec<ServiceFacts>),
    /// How many sessions this node serves, and how many there should be: those of the users whose homes it serves
    /// that were there before. Whoever counts them knows; the manager only compares.
    Sessions {
        /// That are served.
        served: u64,
        /// That should be.
        assigned: u64,
    },
    /// The peer's heartbeat. The peer sends one with every [`Effect::SetState`](super::Effect::SetState) too.
    Heartbeat(PeerReport),
    /// The link to the peer stands.
    LinkUp,
    /// The link to the peer ended.
    LinkLost,
    /// The peer's process is about to exit, on purpose.
    Goodbye(Reason),
    /// Whether the witness rows can be read. It counts as reachable until told otherwise.
    Database {
        /// Whether they can.
        reachable: bool,
    },
    /// High availability of the group was enabled or disabled: on both nodes, after
    /// [`Effect::StoreEnabled`](super::Effect::StoreEnabled) was carried out on either.
    Enabled(bool),
    /// The parameters were changed.
    Parameters(Parameters),
    /// Somebody orders something. Answered in the same call by exactly one of
    /// [`Effect::OrderAccepted`](super::Effect::OrderAccepted), [`Effect::OrderRefused`](super::Effect::OrderRefused)
    /// and [`Effect::Forward`](super::Effect::Forward).
    Order {
        /// What.
        order: Order,
        /// Who.
        asker: Asker,
    },
    /// A home was yielded to the partner, as [`Effect::HandOver`](super::Effect::HandOver) asked.
    HandedOver(HomeName),
    /// It was not, and is served on. With the reason, for people.
    HandOverRefused(HomeName, String),
    /// A home that this process owns by its row cannot be served: its sessions could not be taken. With the reason, for
    /// people.
    NotTaken(HomeName, String),
    /// The process is to stop cleanly.
    Stop,
}
