//! How a recovery manager starts, and what operators see of it.

use everpresent_session::ids::HomeName;
use everpresent_session::time::Moment;

use super::{Alert, OrderRefusal, PeerService, PeerStatus, ServiceFacts, Standing};
use crate::parameters::Parameters;

/// How this node starts.
///
/// All of it is read before a manager is made: what it decides first, it decides by this. A node of which it is not known
/// yet whether it has a partner and whether high availability is enabled has no manager yet.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Start {
    /// Its name.
    pub node: HomeName,
    /// The other node of its group, if there is one.
    pub partner: Option<HomeName>,
    /// The parameters in force.
    pub parameters: Parameters,
    /// Whether high availability is enabled in the group, as the cluster's settings say now. `false` is no "not known
    /// yet": such a node is `Unknown` and runs all its services, whatever `persisted` says. Should
    /// [`Input::Enabled`](super::Input::Enabled) follow all the same, it still goes on from `persisted`.
    pub enabled: bool,
    /// What the process before it kept.
    pub persisted: Option<Standing>,
    /// Until when this node is in maintenance, as [`Effect::KeepMaintenance`](super::Effect::KeepMaintenance) said.
    pub maintenance: Option<Moment>,
    /// The version of the software, as `major.minor.patch`.
    pub version: String,
}

/// How things are, for operators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// This node.
    pub standing: Standing,
    /// Since when it is in its state.
    pub since: Moment,
    /// Its monitored services.
    pub services: Vec<ServiceFacts>,
    /// The same as its heartbeats tell the peer. `database` is always among them, and up only while the witness rows can be
    /// read.
    pub reported: Vec<PeerService>,
    /// Until when it is in maintenance, if it is.
    pub maintenance: Option<Moment>,
    /// Alerts that hold.
    pub alerts: Vec<Alert>,
    /// Whether users may be added to and removed from the group, or why not.
    pub users: Result<(), OrderRefusal>,
    /// Its partner, if it has one.
    pub peer: Option<PeerStatus>,
}
