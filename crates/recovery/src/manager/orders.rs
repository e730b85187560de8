//! Orders: what they are, and when they make no sense.

mod consider;
mod moves;

use std::time::Duration;

use everpresent_session::ids::HomeName;
use thiserror::Error;

use super::facts::Mode;
use super::maintenance::MOST_MAINTENANCE_SECONDS;
use super::{Manager, NodeState};

/// Something that an operator orders.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Order {
    /// The users of this node are to be served by its partner; its services stop.
    Failover(HomeName),
    /// The users of this node are to be served at home again.
    Fallback(HomeName),
    /// Enable high availability in the group.
    Enable,
    /// Disable it.
    Disable {
        /// Also while a node is failed over: its users then stay where they are.
        force: bool,
    },
    /// Both nodes leave failed mode. Users are brought home if they can be.
    Recover,
    /// Planned work: service faults of this node move nobody for so long. Its death does, as ever. Given again, the
    /// length counts from then.
    Maintenance {
        /// Which node.
        node: HomeName,
        /// How long; whole seconds.
        length: Duration,
    },
    /// The planned work on this node is over.
    EndMaintenance(HomeName),
}

/// Who gives an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Asker {
    /// An operator, at this node.
    Operator,
    /// An operator at the peer, which passed it on.
    Peer,
}

impl Order {
    /// Its name between nodes.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Failover(_) => "ha-failover",
            Self::Fallback(_) => "ha-fallback",
            Self::Enable => "ha-enable",
            Self::Disable { .. } => "ha-disable",
            Self::Recover => "ha-recover",
            Self::Maintenance { .. } => "ha-maintenance",
            Self::EndMaintenance(_) => "ha-end-maintenance",
        }
    }

    /// Its arguments between nodes.
    pub fn arguments(&self) -> Vec<String> {
        match self {
            Self::Failover(node) | Self::Fallback(node) | Self::EndMaintenance(node) => {
                vec![node.to_string()]
            }
            Self::Enable | Self::Recover => Vec::new(),
            Self::Maintenance { node, length } => vec![node.to_string(), length.as_secs().to_string()],
            Self::Disable { force } => vec![force.to_string()],
        }
    }

    /// The order of this name with these arguments; nothing if there is none.
    pub fn parse(name: &str, arguments: &[String]) -> Option<Self> {
        match (name, arguments) {
            ("ha-failover", [node]) => Some(Self::Failover(HomeName::new(node))),
            ("ha-fallback", [node]) => Some(Self::Fallback(HomeName::new(node))),
            ("ha-enable", []) => Some(Self::Enable),
            ("ha-disable", [force]) => Some(Self::Disable { force: force.parse().ok()? }),
            ("ha-recover", []) => Some(Self::Recover),
            ("ha-maintenance", [node, seconds]) => {
                let length = Duration::from_secs(seconds.parse().ok()?);
                Some(Self::Maintenance { node: HomeName::new(node), length })
            }
            ("ha-end-maintenance", [node]) => Some(Self::EndMaintenance(HomeName::new(node))),
            _ => None,
        }
    }
}

/// Why an order is not carried out. `to_string()` is the sentence.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Error)]
#[expect(missing_docs, reason = "the sentences say it, and the fields are named as in them")]
pub enum OrderRefusal {
    #[error("this node has no partner")]
    NoPartner,
    #[error("high availability is not enabled: `everpresent ha enable` enables it")]
    NotEnabled,
    #[error("high availability is enabled already")]
    AlreadyEnabled,
    #[error("there is no node {node} in this group: it has {own} and {partner}")]
    NoSuchNode { node: HomeName, own: HomeName, partner: HomeName },
    #[error("{node} is stopping")]
    Stopping { node: HomeName },
    #[error("{node} is {state}: wait until that is over")]
    InTransition { node: HomeName, state: NodeState },
    #[error("{node} is still initializing: wait until it is Normal")]
    Initializing { node: HomeName },
    #[error("{node} owns its home and may not serve it at the moment, for it holds neither grant nor lease")]
    Fenced { node: HomeName },
    #[error("{peer} is not connected: if it is down its users are taken over without an order")]
    PeerNotConnected { peer: HomeName },
    #[error("{node} is failed over already: it is {state}")]
    AlreadyFailedOver { node: HomeName, state: NodeState },
    #[error("{node} serves the users of {partner} too: nobody could take them; fall back {partner} first")]
    ServesPartner { node: HomeName, partner: HomeName },
    #[error("{node} serves its users itself: there is nothing to fall back")]
    NotFailedOver { node: HomeName },
    #[error("critical services of {node} do not run: it could not serve its users")]
    ServicesDown { node: HomeName },
    #[error("{node} cannot take users now: it is {state}")]
    CannotTake { node: HomeName, state: NodeState },
    #[error("the database cannot be reached: without it no home can change its owner")]
    DatabaseUnreachable,
    #[error(
        "home {home} is {mode}: the partner does not have all of its sessions yet; wait until it is protected"
    )]
    NotProtected { home: HomeName, mode: Mode },
    #[error("the order is for {node}, not for this node")]
    NotForThisNode { node: HomeName },
    #[error("{node} is {state}: fall back first, or use --force to leave users where they are")]
    FailedOverNow { node: HomeName, state: NodeState },
    #[error("{node} runs in failed mode: `everpresent ha recover` ends that")]
    FailedMode { node: HomeName },
    #[error("no node of this group runs in failed mode: there is nothing to recover")]
    NotFailed,
    #[error("high availability is being enabled or disabled: wait until that is over")]
    BeingSwitched,
    #[error(
        "{own} runs version {own_version} and {partner} runs {partner_version}: upgrade one of them first"
    )]
    VersionsDiffer { own: HomeName, own_version: String, partner: HomeName, partner_version: String },
    #[error("{node} is not in maintenance")]
    NotInMaintenance { node: HomeName },
    #[error(
        "maintenance lasts from one second to {days} days",
        days = MOST_MAINTENANCE_SECONDS / (24 * 3_600)
    )]
    MaintenanceLength,
    #[error("{node} is {state}: no user can be added to or removed from its group until it is Normal again")]
    UsersHeld { node: HomeName, state: NodeState },
}
