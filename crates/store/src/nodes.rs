//! The registry of redundancy groups and their nodes: who belongs together, how to reach whom, and the state that each
//! node was last in. What the states mean is the recovery manager's business.

use everpresent_session::ids::HomeName;
use everpresent_session::time::Timestamp;
use sqlx::{AnyConnection, query};

use crate::database::{Database, WRITE_TIMEOUT_SECONDS, commit, roll_back, within};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::groups::Assignment;

/// The most nodes of a group.
pub const GROUP_MAX_NODES: usize = 2;

/// A redundancy group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRow {
    /// Its name.
    pub name: String,
    /// Whether its nodes take over from each other.
    pub ha_enabled: bool,
    /// How new users are shared out among its nodes.
    pub assignment: Assignment,
    /// When its first node joined, or an operator made it.
    pub created: Timestamp,
}

/// A node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeRow {
    /// Its name, which is also that of its home.
    pub name: HomeName,
    /// The group that it is in.
    pub group: String,
    /// The order of joining within the group, from 1.
    pub position: u32,
    /// Where other nodes reach it, host and port.
    pub link_address: String,
    /// The host that clients are told, empty if they are told none.
    pub client_address: String,
    /// The number of its state, as in `tkhaserverstate`.
    pub state: u32,
    /// The number of the reason for it.
    pub reason: u32,
    /// Since when it is in this state.
    pub state_since: Timestamp,
    /// Its services were stopped by a manual failover.
    pub idle: bool,
    /// The version of the software that it runs.
    pub version: String,
    /// When it last said something here.
    pub seen: Timestamp,
}

/// Why a node could not join a group.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// The group has all the nodes that it can have.
    #[error("the group has {GROUP_MAX_NODES} nodes already: {}", .0.iter().map(HomeName::as_str).collect::<Vec<_>>().join(", "))]
    Full(Vec<HomeName>),
    /// A node is in one group only.
    #[error("the node is in group {0} already")]
    OtherGroup(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a transaction found out.
enum Joined {
    Yes(NodeRow),
    Full(Vec<HomeName>),
    OtherGroup(String),
}

impl Database {
    /// Puts a node into its group, which is made if there is none of this name, and gives the row as it is then. Its
    /// `position` is chosen here. Of a node that is there already addresses, version and `seen` are updated, and nothing
    /// else.
    ///
    /// # Errors
    /// [`JoinError`]; nothing is changed then.
    pub async fn join_node(&self, node: &NodeRow) -> Result<NodeRow, JoinError> {
        const WHAT: &str = "join a node to its group";
        let mut lease = self.writer(WHAT).await?;
        let joined = within(WHAT, WRITE_TIMEOUT_SECONDS, async {
            let connection = self.begin(&mut lease).await?;
            let joined = join(connection, node).await?;
            match joined {
                Ok(Joined::Yes(_)) => commit(connection).await?,
                _ => roll_back(connection).await?,
            }
            Ok(joined)
        })
        .await?;
        lease.give_back();
        match joined? {
            Joined::Yes(row) => Ok(row),
            Joined::Full(names) => Err(JoinError::Full(names)),
            Joined::OtherGroup(name) => Err(JoinError::OtherGroup(name)),
        }
    }

    /// All nodes, by group and order of joining.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn nodes(&self) -> Result<Vec<NodeRow>, StoreError> {
        const WHAT: &str = "read the nodes";
        let sql = "SELECT name, group_name, position, link_address, client_address, state, reason, state_since_ms, \
                   idle, version, seen_ms FROM nodes ORDER BY group_name, position, name";
        let rows = self.rows(WHAT, query(sql)).await?;
        rows.iter().map(|row| node_row(&Fields::new(WHAT, row))).collect()
    }

    /// All groups, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn groups(&self) -> Result<Vec<GroupRow>, StoreError> {
        const WHAT: &str = "read the groups";
        let rows = self
            .rows(WHAT, query("SELECT name, ha_enabled, created_ms, assignment FROM groups ORDER BY name"))
            .await?;
        let group = |row| {
            let fields = Fields::new(WHAT, row);
            let name = fields.text(0)?.to_owned();
            let assignment = Assignment::of(fields.text(3)?);
            Ok(GroupRow { name, ha_enabled: fields.flag(1)?, assignment, created: fields.time(2)? })
        };
        rows.iter().map(group).collect()
    }

    /// Says whether the nodes of a group take over from each other; false if there is no such group.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_ha_enabled(&self, group: &str, enabled: bool) -> Result<bool, StoreError> {
        let update = query("UPDATE groups SET ha_enabled = $1 WHERE name = $2")
            .bind(i64::from(enabled))
            .bind(group.to_owned());
        Ok(self.change("enable or disable high availability", update).await? == 1)
    }

    /// Records the state that a node is in, so that a restart resumes a transition; false if there is no such node.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_node_state(
        &self,
        node: &HomeName,
        state: u32,
        reason: u32,
        since: Timestamp,
        idle: bool,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE nodes SET state = $1, reason = $2, state_since_ms = $3, idle = $4 WHERE name = $5";
        let update = query(sql).bind(i64::from(state)).bind(i64::from(reason)).bind(since.0);
        let update = update.bind(i64::from(idle)).bind(node.as_str().to_owned());
        Ok(self.change("record a node's state", update).await? == 1)
    }

    /// Records that a node is there; false if there is no such node.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn touch_node(&self, node: &HomeName, seen: Timestamp) -> Result<bool, StoreError> {
        let update = query("UPDATE nodes SET seen_ms = $1 WHERE name = $2");
        let update = update.bind(seen.0).bind(node.as_str().to_owned());
        Ok(self.change("record that a node is there", update).await? == 1)
    }
}

/// In a transaction that is committed only if the node joined.
async fn join(
    connection: &mut AnyConnection,
    node: &NodeRow,
) -> Result<Result<Joined, StoreError>, sqlx::Error> {
    let sql = "INSERT INTO groups (name, ha_enabled, created_ms) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING";
    query(sql).bind(node.group.as_str()).bind(node.seen.0).execute(&mut *connection).await?;
    // An update that changes nothing, for its lock: nodes join a group one after the other.
    let touch = query("UPDATE groups SET name = name WHERE name = $1").bind(node.group.as_str());
    touch.execute(&mut *connection).await?;

    let sql = "SELECT name, group_name, position, link_address, client_address, state, reason, state_since_ms, idle, \
               version, seen_ms FROM nodes WHERE group_name = $1 OR name = $2 ORDER BY position";
    let select = query(sql).bind(node.group.as_str()).bind(node.name.as_str());
    let found = select.fetch_all(&mut *connection).await?;
    let read = |row| node_row(&Fields::new("read the nodes of a group", row));
    let found: Vec<NodeRow> = match found.iter().map(read).collect() {
        Ok(found) => found,
        Err(unreadable) => return Ok(Err(unreadable)),
    };
    let row = match found.iter().find(|known| known.name == node.name) {
        Some(known) if known.group != node.group => return Ok(Ok(Joined::OtherGroup(known.group.clone()))),
        Some(known) => NodeRow {
            link_address: node.link_address.clone(),
            client_address: node.client_address.clone(),
            version: node.version.clone(),
            seen: node.seen,
            ..known.clone()
        },
        None if found.len() >= GROUP_MAX_NODES => {
            return Ok(Ok(Joined::Full(found.into_iter().map(|known| known.name).collect())));
        }
        None => {
            let last = found.iter().map(|known| known.position).max().unwrap_or(0);
            NodeRow { position: last + 1, ..node.clone() }
        }
    };
    put(connection, &row).await?;
    Ok(Ok(Joined::Yes(row)))
}

async fn put(connection: &mut AnyConnection, row: &NodeRow) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO nodes (name, group_name, position, link_address, client_address, state, reason, \
               state_since_ms, idle, version, seen_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
               ON CONFLICT (name) DO UPDATE SET link_address = excluded.link_address, \
               client_address = excluded.client_address, version = excluded.version, seen_ms = excluded.seen_ms";
    let put = query(sql).bind(row.name.as_str()).bind(row.group.as_str()).bind(i64::from(row.position));
    let put = put.bind(row.link_address.as_str()).bind(row.client_address.as_str());
    let put = put.bind(i64::from(row.state)).bind(i64::from(row.reason)).bind(row.state_since.0);
    let put = put.bind(i64::from(row.idle)).bind(row.version.as_str()).bind(row.seen.0);
    put.execute(connection).await.map(|_| ())
}

fn node_row(fields: &Fields<'_>) -> Result<NodeRow, StoreError> {
    Ok(NodeRow {
        name: HomeName::new(fields.text(0)?),
        group: fields.text(1)?.to_owned(),
        position: fields.small_count(2)?,
        link_address: fields.text(3)?.to_owned(),
        client_address: fields.text(4)?.to_owned(),
        state: fields.small_count(5)?,
        reason: fields.small_count(6)?,
        state_since: fields.time(7)?,
        idle: fields.flag(8)?,
        version: fields.text(9)?.to_owned(),
        seen: fields.time(10)?,
    })
}
