//! What the recovery manager wants done.

use everpresent_session::ids::HomeName;
use everpresent_session::time::Moment;

use super::{Alert, Line, Order, OrderRefusal, Standing};

/// Something to do, in this order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Keep this on the local disk, and send it to the peer in a heartbeat now, before anything that follows.
    SetState(Standing),
    /// Send the peer a heartbeat now: something in it has changed, but not the state.
    SendHeartbeat,
    /// Hand this home to the partner: stop records, wait until the partner has all, yield. Answered by
    /// [`Input::HandedOver`](super::Input::HandedOver) or [`Input::HandOverRefused`](super::Input::HandOverRefused).
    HandOver(HomeName),
    /// The order is being carried out.
    OrderAccepted,
    /// The order is not carried out. The sentence is for whoever gave it.
    OrderRefused(OrderRefusal),
    /// The order is for the peer: give it there as [`Asker::Peer`](super::Asker::Peer), and hand its answer to whoever
    /// gave it.
    Forward(Order),
    /// Write to the cluster's settings whether high availability is enabled, and tell both nodes.
    StoreEnabled(bool),
    /// Keep on the local disk until when this node is in maintenance, in civil time; nothing: it is not. It comes back in
    /// [`Start::maintenance`](super::Start::maintenance).
    KeepMaintenance(Option<Moment>),
    /// Stop monitored services on purpose. Replicas are kept and grants given all the same.
    StopServices,
    /// Start monitored services, if they do not run.
    StartServices,
    /// Nothing is handed over any more: release what is held, say goodbye, exit. Comes once, after
    /// [`Input::Stop`](super::Input::Stop).
    ReadyToStop,
    /// Log this.
    Log(Line),
    /// Tell an operator. Once: until [`Effect::AlertCleared`] it holds.
    Alert(Alert),
    /// What this was about is over.
    AlertCleared(Alert),
}
