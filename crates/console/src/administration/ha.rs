//! High availability as operators see it, and what they can order.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ServiceInfo, Time};

/// The redundancy groups, as the node that answers sees them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HaStatus {
    /// In the order of their names.
    pub groups: Vec<HaGroup>,
}

/// A redundancy group: one or two nodes that stand in for each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HaGroup {
    /// Its name, such as `DefaultCUPSubCluster`.
    pub name: String,
    /// Whether high availability is enabled.
    pub ha_enabled: bool,
    /// Its nodes, in the order of their names.
    pub nodes: Vec<HaNode>,
    /// The homes of its users, in the order of their names.
    pub homes: Vec<HaHome>,
    /// What operators were alerted of and that still holds, as the node that answers sees it.
    #[serde(default)]
    pub alerts: Vec<String>,
}

/// A node of a redundancy group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HaNode {
    /// Its name.
    pub name: String,
    /// Its state, such as `Running in Backup Mode`; `Unknown` if it is not heard.
    pub state: String,
    /// The number of the state, as `tkhaserverstate` shows it.
    pub state_number: u8,
    /// Why it is in that state.
    pub reason: String,
    /// Since when; nothing if that is not known.
    pub since: Option<Time>,
    /// Version of its program; empty if that is not known.
    pub version: String,
    /// Whether it is connected to the node that answers. That node itself is `up`.
    pub link: LinkState,
    /// How long ago its last heartbeat came; nothing if none came, and for the node that answers.
    pub heartbeat_age_ms: Option<u64>,
    /// Sessions that it serves now, as it said last.
    pub sessions_served: Option<u64>,
    /// Sessions of the users that are assigned to it, wherever they are served.
    pub sessions_assigned: Option<u64>,
    /// Its monitored services, as it said last.
    #[serde(default)]
    pub services: Vec<ServiceInfo>,
    /// Until when automatic failover for faults of its services is held.
    #[serde(default)]
    pub maintenance_until: Option<Time>,
}

/// Whether a node is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LinkState {
    /// It is.
    Up,
    /// It is not.
    Down,
}

/// A home: the users that are assigned to one node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HaHome {
    /// Its name: that of the node that its users are assigned to.
    pub home: String,
    /// The node that owns it; nothing if nobody does, or nobody knows.
    pub owner: Option<String>,
    /// Its epoch: raised whenever it gets another owner.
    pub epoch: u64,
    /// Where its records are confirmed: `protected`, `spooled`, `refusing`, or on the way between.
    pub mode: String,
    /// Whether the partner has a complete replica.
    pub replica: bool,
}

/// The node that an order is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HaNodeOrder {
    /// Its name.
    pub node: String,
}

/// The group in which high availability is to be enabled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HaEnableOrder {
    /// Its name; left out: the group of the node that is asked.
    #[serde(default)]
    pub group: Option<String>,
}

/// The group in which high availability is to be disabled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HaDisableOrder {
    /// Its name; left out: the group of the node that is asked.
    #[serde(default)]
    pub group: Option<String>,
    /// Also while a node is failed over: its users then stay where they are.
    #[serde(default)]
    pub force: bool,
}

/// The end of an upgrade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finalized {
    /// The version that the cluster has now, as `major.minor`.
    pub version: String,
}

/// Planned work on a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HaMaintenanceOrder {
    /// Its name.
    pub node: String,
    /// For how long automatic failover for faults of its services is held; left out: it is held no more.
    #[serde(default)]
    pub seconds: Option<u64>,
}

/// The recovery parameters of the cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HaParameters {
    /// All of them.
    pub parameters: Vec<HaParameter>,
    /// What works but should be known.
    pub warnings: Vec<String>,
}

/// A recovery parameter. Values are text, lengths with their unit: `15s`, `200ms`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HaParameter {
    /// Its name.
    pub name: String,
    /// Its value in force.
    pub value: String,
    /// Its value if it was never set.
    pub default: String,
    /// Its value in the preset `lan`.
    pub lan: String,
    /// What it is for.
    pub meaning: String,
}

/// A change of recovery parameters: all of it is taken, or nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HaParameterChange {
    /// Begin with this preset, `lan` or `default`; left out: with the values in force.
    #[serde(default)]
    pub preset: Option<String>,
    /// Values by name.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
}
