//! Redundancy groups, as operators manage them.

use everpresent_console::administration::{AssignmentMode, Group, GroupChange, GroupNode, Groups, NewGroup};
use everpresent_console::{Code, Refusal, Time};
use everpresent_session::ids::HomeName;
use everpresent_store::{Assignment, GroupError};

use super::away;
use crate::assignment::has_started;
use crate::node::Node;

pub(super) async fn list(node: &Node) -> Result<Groups, Refusal> {
    let rows = node.store.groups().await.map_err(away)?;
    let nodes = node.store.nodes().await.map_err(away)?;
    let users = node.store.users_per_home().await.map_err(away)?;
    let users = |home: &HomeName| users.iter().find(|(name, _)| name == home).map_or(0, |(_, users)| *users);
    let groups = rows.into_iter().map(|row| {
        let nodes = nodes.iter().filter(|node| node.group == row.name).map(|node| GroupNode {
            name: node.name.to_string(),
            started: has_started(node),
            users: users(&node.name),
        });
        Group {
            nodes: nodes.collect(),
            name: row.name,
            ha_enabled: row.ha_enabled,
            assignment: shown(row.assignment),
            created: Time(row.created.0),
        }
    });
    Ok(Groups { groups: groups.collect() })
}

pub(super) async fn create(node: &Node, group: NewGroup) -> Result<(), Refusal> {
    let now = node.clock.now().wall;
    node.store.create_group(&group.name, stored(group.assignment), now).await.map_err(refusal)
}

pub(super) async fn change(node: &Node, group: String, change: GroupChange) -> Result<(), Refusal> {
    node.store.set_assignment(&group, stored(change.assignment)).await.map_err(refusal)
}

pub(super) async fn remove(node: &Node, group: String) -> Result<(), Refusal> {
    node.store.remove_group(&group).await.map_err(refusal)
}

pub(super) async fn add_node(node: &Node, group: String, name: String) -> Result<(), Refusal> {
    let now = node.clock.now().wall;
    node.store.reserve_node(&group, &HomeName::new(&name), now).await.map_err(refusal)?;
    node.group_changed.notify_one();
    Ok(())
}

pub(super) async fn remove_node(node: &Node, group: String, name: String) -> Result<(), Refusal> {
    node.store.remove_node(&group, &HomeName::new(&name)).await.map_err(refusal)?;
    node.group_changed.notify_one();
    Ok(())
}

fn shown(mode: Assignment) -> AssignmentMode {
    match mode {
        Assignment::Balanced => AssignmentMode::Balanced,
        Assignment::ActiveStandby => AssignmentMode::ActiveStandby,
        Assignment::ByHand => AssignmentMode::ByHand,
    }
}

fn stored(mode: AssignmentMode) -> Assignment {
    match mode {
        AssignmentMode::Balanced => Assignment::Balanced,
        AssignmentMode::ActiveStandby => Assignment::ActiveStandby,
        AssignmentMode::ByHand => Assignment::ByHand,
    }
}

fn refusal(error: GroupError) -> Refusal {
    let code = match error {
        GroupError::Store(error) => return away(error),
        GroupError::NoGroup(_) | GroupError::NoNode(..) => Code::NotFound,
        GroupError::GroupExists(_) | GroupError::NodeExists(..) => Code::Exists,
        _ => Code::Conflict,
    };
    Refusal::new(code, error.to_string())
}
