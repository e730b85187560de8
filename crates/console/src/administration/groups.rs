//! Redundancy groups as operators see and change them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Time;

/// All redundancy groups.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Groups {
    /// In the order of their names.
    pub groups: Vec<Group>,
}

/// A redundancy group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Whether high availability is enabled.
    pub ha_enabled: bool,
    /// How new users are shared out among its nodes.
    pub assignment: AssignmentMode,
    /// When it was made.
    pub created: Time,
    /// Its nodes, in the order of joining.
    pub nodes: Vec<GroupNode>,
}

/// A node of a redundancy group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GroupNode {
    /// Its name.
    pub name: String,
    /// Whether it has ever started; else the group keeps a place for it.
    pub started: bool,
    /// Users who are assigned to it.
    pub users: u64,
}

/// How new users are shared out among the nodes of a group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AssignmentMode {
    /// To the node that has the fewest.
    #[default]
    Balanced,
    /// To the first node; the second stands by.
    ActiveStandby,
    /// To the node at which the account is made.
    ByHand,
}

/// A group to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    /// Its name: up to 128 letters, digits, `_` and `-`.
    pub name: String,
    /// How its users are shared out; left out: `balanced`.
    #[serde(default)]
    pub assignment: AssignmentMode,
}

/// What is changed of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupChange {
    /// How its users are shared out from now on.
    pub assignment: AssignmentMode,
}

/// The node for which a group keeps a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroupNode {
    /// Its name: `name` in \[node\] of its configuration.
    pub node: String,
}

/// Which users are to be moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum AssignOrder {
    /// These users, to this node.
    To {
        /// Its name.
        node: String,
        /// Bare JIDs, at most 1000.
        #[schema(max_items = 1000)]
        users: Vec<String>,
    },
    /// As many as it takes until the nodes of this group have the same number.
    Balanced {
        /// Its name; nothing: the group of the node that is asked.
        group: Option<String>,
    },
}

/// What became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AssignReport {
    /// Users who were moved.
    pub moved: u64,
    /// Users who were not, and why; of a balancing order those who were passed over.
    pub failed: Vec<AssignFailure>,
    /// There is more to balance: give the order again.
    pub more: bool,
}

/// A user who was not moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AssignFailure {
    /// Its address as it was given.
    pub jid: String,
    /// Why not.
    pub message: String,
}
