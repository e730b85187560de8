//! Which node new users are assigned to, and when nobody can be added to a group or removed from it. For the running node,
//! and for the command line while it does not run.

use std::cmp::Reverse;

use everpresent_console::{Code, Refusal};
use everpresent_recovery::manager::NodeState;
use everpresent_session::ids::HomeName;
use everpresent_stanza::BareJid;
use everpresent_store::{Assignment, Database, NodeRow, StoreError, UserHome};

/// Shares out new users among the nodes of a group.
#[derive(Debug, Clone)]
pub struct Assigner {
    mode: Assignment,
    /// Where accounts are made.
    own: HomeName,
    /// Nodes that have started at least once, in the order of joining, each with its users.
    nodes: Vec<(HomeName, u64)>,
}

impl Assigner {
    /// For accounts that are made at the node `own`: those of its group. A node that is in no group yet gets them itself.
    ///
    /// # Errors
    /// [`Code::Conflict`] while a node of the group is failed over; when the database does not answer.
    pub async fn at(store: &Database, own: &HomeName) -> Result<Self, Refusal> {
        let alone = || Self { mode: Assignment::ByHand, own: own.clone(), nodes: Vec::new() };
        let nodes = store.nodes().await.map_err(broken)?;
        let Some(group) = nodes.iter().find(|node| node.name == *own).map(|node| node.group.clone()) else {
            return Ok(alone());
        };
        check_at_home(store, &nodes, &group).await?;
        let groups = store.groups().await.map_err(broken)?;
        let mode =
            groups.iter().find(|row| row.name == group).map_or(Assignment::ByHand, |row| row.assignment);
        let users = match mode {
            Assignment::Balanced => store.users_per_home().await.map_err(broken)?,
            Assignment::ActiveStandby | Assignment::ByHand => Vec::new(),
        };
        let users =
            |home: &HomeName| users.iter().find(|(name, _)| name == home).map_or(0, |(_, users)| *users);
        let started = nodes.iter().filter(|node| node.group == group && has_started(node));
        let nodes = started.map(|node| (node.name.clone(), users(&node.name))).collect();
        Ok(Self { mode, own: own.clone(), nodes })
    }

    /// The home of the next new user, which is counted there.
    pub fn next_home(&mut self) -> HomeName {
        let next = match self.mode {
            Assignment::ByHand => None,
            Assignment::ActiveStandby => self.nodes.first_mut(),
            // Of those with the same number the first one.
            Assignment::Balanced => self.nodes.iter_mut().rev().max_by_key(|(_, users)| Reverse(*users)),
        };
        let Some((home, users)) = next else { return self.own.clone() };
        *users += 1;
        home.clone()
    }
}

/// Whether it has ever started: until then its row only keeps a place.
pub fn has_started(node: &NodeRow) -> bool {
    !node.version.is_empty()
}

/// Refuses to change who is in a group while one of its nodes is failed over: a failover never moves users between homes, and
/// nobody is to do it meanwhile.
///
/// # Errors
/// [`Code::Conflict`]; when the database does not answer.
pub async fn check_at_home(store: &Database, nodes: &[NodeRow], group: &str) -> Result<(), Refusal> {
    for node in nodes.iter().filter(|node| node.group == group) {
        let state = u8::try_from(node.state).ok().and_then(NodeState::from_number);
        let state = state.unwrap_or(NodeState::Unknown);
        let moved = state.is_failed_over() || state.is_transition() || state == NodeState::Backup;
        let row = store.read_home(&node.name).await.map_err(broken)?;
        let elsewhere = row.filter(|row| row.incarnation.is_some() && row.owner != node.name.as_str());
        let why = match elsewhere {
            Some(row) => format!("{} serves the users of {}", row.owner, node.name),
            None if moved => format!("{} is {state}", node.name),
            None => continue,
        };
        return Err(Refusal::conflict(format!(
            "a node of group {group} is failed over ({why}): until it has fallen back no user can be added to the group, \
             removed from it or moved"
        )));
    }
    Ok(())
}

/// The same for the group that a user belongs to.
///
/// # Errors
/// As for [`check_at_home`].
pub async fn check_removable(store: &Database, user: &BareJid) -> Result<(), Refusal> {
    let UserHome::At(home) = store.user_home(user).await.map_err(broken)? else { return Ok(()) };
    let nodes = store.nodes().await.map_err(broken)?;
    match nodes.iter().find(|node| node.name == home) {
        Some(node) => check_at_home(store, &nodes, &node.group).await,
        None => Ok(()),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "an adapter for map_err")]
fn broken(error: StoreError) -> Refusal {
    let code = if error.retry_helps() { Code::Unavailable } else { Code::Internal };
    Refusal::new(code, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared_out(mode: Assignment, nodes: &[(&str, u64)]) -> Vec<String> {
        let nodes = nodes.iter().map(|(name, users)| (HomeName::new(name), *users)).collect();
        let mut assigner = Assigner { mode, own: HomeName::new("own"), nodes };
        (0..4).map(|_| assigner.next_home().to_string()).collect()
    }

    #[test]
    fn users_are_shared_out_as_the_group_says() {
        let nodes = [("imp1", 2), ("imp2", 0)];
        assert_eq!(shared_out(Assignment::Balanced, &nodes), ["imp2", "imp2", "imp1", "imp2"]);
        assert_eq!(shared_out(Assignment::ActiveStandby, &nodes), ["imp1"; 4]);
        assert_eq!(shared_out(Assignment::ByHand, &nodes), ["own"; 4]);
        assert_eq!(shared_out(Assignment::Balanced, &[]), ["own"; 4], "before any node has started");
    }
}
