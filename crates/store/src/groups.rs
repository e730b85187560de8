//! What operators do with redundancy groups: make and remove them, say which nodes are in them, and how new users are
//! shared out. Nodes put themselves into their group when they start ([`Database::join_node`]).

use everpresent_session::ids::HomeName;
use everpresent_session::time::Timestamp;
use sqlx::{AnyConnection, query};

use crate::database::{Database, Lease, WRITE_TIMEOUT_SECONDS, commit, within};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::nodes::GROUP_MAX_NODES;

/// How new users are shared out among the nodes of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Assignment {
    /// To the node that has the fewest.
    #[default]
    Balanced,
    /// To the first node; the second stands by.
    ActiveStandby,
    /// To the node at which the account is made; operators move them.
    ByHand,
}

impl Assignment {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Balanced, Self::ActiveStandby, Self::ByHand];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Balanced => "balanced",
            Self::ActiveStandby => "active-standby",
            Self::ByHand => "by-hand",
        }
    }

    /// The one of this name. What a newer version may have set counts as the default.
    pub(crate) fn of(name: &str) -> Self {
        Self::ALL.into_iter().find(|mode| mode.as_str() == name).unwrap_or_default()
    }
}

/// Why a group could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum GroupError {
    /// There is no such group.
    #[error("there is no group {0}")]
    NoGroup(String),
    /// There is one of this name.
    #[error("there is a group {0} already")]
    GroupExists(String),
    /// The group still has nodes.
    #[error("group {0} still has nodes: remove them first")]
    NotEmpty(String),
    /// The group has all the nodes that it can have.
    #[error("group {0} has {GROUP_MAX_NODES} nodes already")]
    Full(String),
    /// A node is in one group only.
    #[error("node {0} is in group {1} already")]
    NodeExists(HomeName, String),
    /// The node is not in the group.
    #[error("there is no node {0} in group {1}")]
    NoNode(HomeName, String),
    /// High availability is enabled.
    #[error("high availability is enabled in group {0}: disable it first (`everpresent ha disable`)")]
    Enabled(String),
    /// Users are assigned to the node.
    #[error("{1} users are assigned to {0}: move them first (`everpresent group assign`)")]
    HasUsers(HomeName, u64),
    /// The node's home is served, by itself or another one.
    #[error("node {0} runs, or another node serves its home: stop it first")]
    Serving(HomeName),
    /// Messages wait on their way to or from the node's home.
    #[error("messages wait on their way to or from {0}: start it once more, so that they arrive")]
    HasMessages(HomeName),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a transaction found out.
type Found = Result<(), GroupError>;

impl Database {
    /// Makes an empty group.
    ///
    /// # Errors
    /// [`GroupError::GroupExists`]; [`StoreError`].
    pub async fn create_group(
        &self,
        name: &str,
        assignment: Assignment,
        created: Timestamp,
    ) -> Result<(), GroupError> {
        let sql = "INSERT INTO groups (name, ha_enabled, created_ms, assignment) VALUES ($1, 0, $2, $3) \
                   ON CONFLICT DO NOTHING";
        let insert = query(sql).bind(name.to_owned()).bind(created.0).bind(assignment.as_str());
        match self.change("make a group", insert).await? {
            0 => Err(GroupError::GroupExists(name.to_owned())),
            _ => Ok(()),
        }
    }

    /// Says how new users of a group are shared out.
    ///
    /// # Errors
    /// [`GroupError::NoGroup`]; [`StoreError`].
    pub async fn set_assignment(&self, group: &str, assignment: Assignment) -> Result<(), GroupError> {
        let update = query("UPDATE groups SET assignment = $1 WHERE name = $2")
            .bind(assignment.as_str())
            .bind(group.to_owned());
        match self.change("set how users are assigned", update).await? {
            0 => Err(GroupError::NoGroup(group.to_owned())),
            _ => Ok(()),
        }
    }

    /// Removes a group that has no nodes.
    ///
    /// # Errors
    /// [`GroupError::NoGroup`], [`GroupError::NotEmpty`]; [`StoreError`].
    pub async fn remove_group(&self, group: &str) -> Result<(), GroupError> {
        const WHAT: &str = "remove a group";
        let mut lease = self.writer(WHAT).await?;
        let found = within(WHAT, WRITE_TIMEOUT_SECONDS, async {
            let Some(connection) = self.lock_group(&mut lease, group).await? else {
                return Ok(Err(GroupError::NoGroup(group.to_owned())));
            };
            if count(connection, "SELECT COUNT(*) FROM nodes WHERE group_name = $1", group).await? > 0 {
                return Ok(Err(GroupError::NotEmpty(group.to_owned())));
            }
            query("DELETE FROM groups WHERE name = $1").bind(group).execute(&mut *connection).await?;
            commit(connection).await?;
            Ok::<Found, _>(Ok(()))
        })
        .await?;
        end(lease, found)
    }

    /// Keeps a place in a group for a node that has not started yet.
    ///
    /// # Errors
    /// [`GroupError::NoGroup`], [`GroupError::Full`], [`GroupError::NodeExists`]; [`StoreError`].
    pub async fn reserve_node(&self, group: &str, node: &HomeName, at: Timestamp) -> Result<(), GroupError> {
        const WHAT: &str = "add a node to a group";
        let mut lease = self.writer(WHAT).await?;
        let found = within(WHAT, WRITE_TIMEOUT_SECONDS, async {
            let Some(connection) = self.lock_group(&mut lease, group).await? else {
                return Ok(Err(GroupError::NoGroup(group.to_owned())));
            };
            let select = query("SELECT group_name FROM nodes WHERE name = $1").bind(node.as_str());
            if let Some(row) = select.fetch_optional(&mut *connection).await? {
                let other = Fields::new(WHAT, &row).text(0).unwrap_or_default().to_owned();
                return Ok(Err(GroupError::NodeExists(node.clone(), other)));
            }
            let select = query("SELECT position FROM nodes WHERE group_name = $1").bind(group);
            let rows = select.fetch_all(&mut *connection).await?;
            let taken: Vec<i64> =
                rows.iter().filter_map(|row| Fields::new(WHAT, row).number(0).ok()).collect();
            if taken.len() >= GROUP_MAX_NODES {
                return Ok(Err(GroupError::Full(group.to_owned())));
            }
            let last = taken.into_iter().max().unwrap_or(0);
            reserve(connection, (group, node), last + 1, at).await?;
            commit(connection).await?;
            Ok::<Found, _>(Ok(()))
        })
        .await?;
        end(lease, found)
    }

    /// Takes a node out of its group: one that has stopped, to which nobody is assigned and for which nothing waits. Its
    /// row as a witness stays, so that a node of this name that comes later does not fall behind its epoch.
    ///
    /// # Errors
    /// [`GroupError`]; nothing is changed then.
    pub async fn remove_node(&self, group: &str, node: &HomeName) -> Result<(), GroupError> {
        const WHAT: &str = "remove a node from its group";
        let mut lease = self.writer(WHAT).await?;
        let found = within(WHAT, WRITE_TIMEOUT_SECONDS, async {
            let Some(connection) = self.lock_group(&mut lease, group).await? else {
                return Ok(Err(GroupError::NoGroup(group.to_owned())));
            };
            if let Some(reason) = keeps(connection, group, node).await? {
                return Ok(Err(reason));
            }
            let delete = query("DELETE FROM nodes WHERE name = $1 AND group_name = $2");
            let deleted = delete.bind(node.as_str()).bind(group).execute(&mut *connection).await?;
            if deleted.rows_affected() == 0 {
                return Ok(Err(GroupError::NoNode(node.clone(), group.to_owned())));
            }
            commit(connection).await?;
            Ok::<Found, _>(Ok(()))
        })
        .await?;
        end(lease, found)
    }

    /// Begins a transaction in which nobody else changes this group; nothing if there is no such group.
    async fn lock_group<'l>(
        &self,
        lease: &'l mut Lease,
        group: &str,
    ) -> Result<Option<&'l mut AnyConnection>, sqlx::Error> {
        let connection = self.begin(lease).await?;
        let touch = query("UPDATE groups SET name = name WHERE name = $1").bind(group);
        let known = touch.execute(&mut *connection).await?.rows_affected() == 1;
        Ok(known.then_some(connection))
    }
}

/// A transaction that found a reason against it goes with its connection.
fn end(lease: Lease, found: Found) -> Result<(), GroupError> {
    if found.is_ok() {
        lease.give_back();
    }
    found
}

/// Why a node has to stay, if it has.
async fn keeps(
    connection: &mut AnyConnection,
    group: &str,
    node: &HomeName,
) -> Result<Option<GroupError>, sqlx::Error> {
    let name = node.as_str();
    let enabled = "SELECT COUNT(*) FROM groups WHERE name = $1 AND ha_enabled <> 0";
    if count(connection, enabled, group).await? > 0 {
        return Ok(Some(GroupError::Enabled(group.to_owned())));
    }
    if count(connection, "SELECT COUNT(*) FROM homes WHERE home = $1 AND incarnation <> ''", name).await? > 0
    {
        return Ok(Some(GroupError::Serving(node.clone())));
    }
    let users = count(connection, "SELECT COUNT(*) FROM users WHERE home = $1", name).await?;
    if users > 0 {
        return Ok(Some(GroupError::HasUsers(node.clone(), users)));
    }
    let waiting = "SELECT COUNT(*) FROM routes WHERE home = $1 OR to_home = $1";
    Ok((count(connection, waiting, name).await? > 0).then(|| GroupError::HasMessages(node.clone())))
}

async fn count(connection: &mut AnyConnection, sql: &'static str, name: &str) -> Result<u64, sqlx::Error> {
    let row = query(sql).bind(name).fetch_one(connection).await?;
    Ok(Fields::new("count", &row).count(0).unwrap_or_default())
}

async fn reserve(
    connection: &mut AnyConnection,
    (group, node): (&str, &HomeName),
    position: i64,
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    // 12 and 16: nothing is known of its state, and high availability is not enabled.
    let sql = "INSERT INTO nodes (name, group_name, position, link_address, client_address, state, reason, \
               state_since_ms, idle, version, seen_ms) VALUES ($1, $2, $3, '', '', 12, 16, $4, 0, '', $4)";
    let insert = query(sql).bind(node.as_str()).bind(group).bind(position).bind(at.0);
    insert.execute(connection).await.map(|_| ())
}
