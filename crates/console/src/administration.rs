//! What operators can ask of a node.
//!
//! The structs here are the API's own: the server converts its domain types into them, and the command line reads them.

mod client;
mod groups;
mod ha;
mod node;
mod services;
mod sessions;
mod users;

use std::fmt;
use std::pin::Pin;

use everpresent_stanza::{BareJid, Jid};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

pub use client::{ClientNode, ClientProfile, Relogin};
pub use groups::{
    AssignFailure, AssignOrder, AssignReport, AssignmentMode, Group, GroupChange, GroupNode, Groups,
    NewGroup, NewGroupNode,
};
pub use ha::{
    Finalized, HaDisableOrder, HaEnableOrder, HaGroup, HaHome, HaMaintenanceOrder, HaNode, HaNodeOrder,
    HaParameter, HaParameterChange, HaParameters, HaStatus, LinkState,
};
pub use node::{Certificate, NodeStatus, Readiness, ReloadReport, ReloginLimits};
pub use services::{ServiceAct, ServiceInfo, ServiceList, ServiceState};
pub use sessions::{
    AuditReport, Balance, Difference, Ended, SessionInfo, SessionPage, SessionQuery, SessionState,
};
pub(crate) use users::MAX_LIMIT;
pub use users::{ImportFailure, ImportReport, NewUser, User, UserPage, UserQuery};

use crate::Refusal;

/// The answer of the server, when it comes.
pub type Reply<'a, T> = Pin<Box<dyn Future<Output = Result<T, Refusal>> + Send + 'a>>;

/// What operators can ask of a node. Implemented by the server, and by whatever works on its database while it is down.
///
/// Each method refuses with [`Code::NotFound`](crate::Code::NotFound) when there is no such user or session, and with
/// [`Code::Unavailable`](crate::Code::Unavailable) when it cannot be done at the moment.
pub trait Administration: Send + Sync + 'static {
    /// One page of users, in the order of their addresses.
    fn list_users(&self, query: UserQuery) -> Reply<'_, UserPage>;
    /// Makes an account. [`Code::Exists`](crate::Code::Exists) if there is one, [`Code::Invalid`](crate::Code::Invalid) if
    /// its domain is not served or SASLprep (RFC 4013) refuses the password.
    fn create_user(&self, user: BareJid, password: Password) -> Reply<'_, ()>;
    /// Sets a password; tokens of the user that replace passwords (FAST) end.
    fn set_password(&self, user: BareJid, password: Password) -> Reply<'_, ()>;
    /// Lets a user sign in, or not: then the user's sessions end.
    fn set_enabled(&self, user: BareJid, enabled: bool) -> Reply<'_, ()>;
    /// Removes a user with all data: sessions, roster, archive, offline messages.
    fn remove_user(&self, user: BareJid) -> Reply<'_, ()>;
    /// Makes many accounts. Those that cannot be made are named; the others are made all the same.
    fn import_users(&self, users: Vec<NewUser>) -> Reply<'_, ImportReport>;
    /// One page of sessions, in the order of their addresses.
    fn list_sessions(&self, query: SessionQuery) -> Reply<'_, SessionPage>;
    /// Counts transports, sessions and presences against each other now (promise P6).
    fn audit_sessions(&self) -> Reply<'_, AuditReport>;
    /// Ends the session with this full address, or all sessions of this bare one.
    fn end_sessions(&self, address: Jid) -> Reply<'_, Ended>;
    /// The state of the node.
    fn node_status(&self) -> Reply<'_, NodeStatus>;
    /// Reads certificates and what else can change at run time again, as SIGHUP does.
    fn reload(&self) -> Reply<'_, ReloadReport>;
    /// State and reason of every node, and who owns which home.
    fn ha_status(&self) -> Reply<'_, HaStatus>;
    /// Lets the partner serve the users of this node, and stops its services. This and the next three answer when it has
    /// begun, and refuse with [`Code::Conflict`](crate::Code::Conflict) what makes no sense in the present state.
    fn failover(&self, node: String) -> Reply<'_, ()>;
    /// Lets this node serve its users itself again.
    fn fallback(&self, node: String) -> Reply<'_, ()>;
    /// Enables high availability in this group; in that of this node if none is named.
    fn enable_ha(&self, group: Option<String>) -> Reply<'_, ()>;
    /// Disables it; with `force` also while a node is failed over.
    fn disable_ha(&self, group: Option<String>, force: bool) -> Reply<'_, ()>;
    /// Lets the nodes of this group out of failed mode; of the group of this node if none is named.
    fn recover(&self, _group: Option<String>) -> Reply<'_, ()> {
        elsewhere()
    }
    /// Holds automatic failover for faults of the services of a node, for so many seconds; with none ends that.
    fn maintenance(&self, _node: String, _seconds: Option<u64>) -> Reply<'_, ()> {
        elsewhere()
    }
    /// Ends an upgrade: all nodes run the same version, and the cluster has it from now on.
    fn finalize(&self) -> Reply<'_, Finalized> {
        elsewhere()
    }
    /// The monitored services of this node.
    fn services(&self) -> Reply<'_, ServiceList> {
        elsewhere()
    }
    /// Has something become of a service, and says how all of them are right after it. Refuses with
    /// [`Code::NotFound`](crate::Code::NotFound) or [`Code::Conflict`](crate::Code::Conflict).
    fn service_order(&self, _name: String, _act: ServiceAct) -> Reply<'_, ServiceList> {
        elsewhere()
    }
    /// The recovery parameters in force.
    fn ha_parameters(&self) -> Reply<'_, HaParameters>;
    /// Changes them for the whole cluster and says what they are then. [`Code::Invalid`](crate::Code::Invalid) if they make
    /// no sense.
    fn set_ha_parameters(&self, change: HaParameterChange) -> Reply<'_, HaParameters>;
    /// The redundancy groups with their nodes.
    fn list_groups(&self) -> Reply<'_, Groups>;
    /// Makes an empty group. [`Code::Exists`](crate::Code::Exists) if there is one of this name.
    fn create_group(&self, group: NewGroup) -> Reply<'_, ()>;
    /// Says how new users of a group are shared out.
    fn change_group(&self, group: String, change: GroupChange) -> Reply<'_, ()>;
    /// Removes a group that has no nodes; else [`Code::Conflict`](crate::Code::Conflict).
    fn remove_group(&self, group: String) -> Reply<'_, ()>;
    /// Keeps a place in a group for a node that has not started yet. [`Code::Exists`](crate::Code::Exists) if the node is in a
    /// group, [`Code::Conflict`](crate::Code::Conflict) if the group is full.
    fn add_node(&self, group: String, node: String) -> Reply<'_, ()>;
    /// Takes a node out of its group. [`Code::Conflict`](crate::Code::Conflict) if it runs, or anything is left of it.
    fn remove_node(&self, group: String, node: String) -> Reply<'_, ()>;
    /// Assigns users to another node. Those who have sessions are not moved; they are named.
    fn assign_users(&self, order: AssignOrder) -> Reply<'_, AssignReport>;
    /// When and where clients are to come back. Asked often: answers from memory.
    fn client_profile(&self) -> ClientProfile;
    /// Whether clients should be sent here. Asked often: answers from memory.
    fn readiness(&self) -> Readiness;
}

/// The answer of whoever has no running node behind it.
fn elsewhere<T: Send + 'static>() -> Reply<'static, T> {
    Box::pin(std::future::ready(Err(Refusal::unavailable("only a running node can do that"))))
}

/// A password on its way. `Debug` shows nothing; the memory is wiped.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(into = "String", from = "String")]
#[schema(value_type = String, format = Password)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Longest password, in bytes.
    pub const MAX_BYTES: usize = 1024;

    /// A password.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// Its text, only for deriving keys.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Refuses what no account can have, whatever the server's other rules.
    ///
    /// # Errors
    /// It is empty or longer than [`Password::MAX_BYTES`].
    pub fn check(&self) -> Result<(), Refusal> {
        match self.0.len() {
            0 => Err(Refusal::invalid("the password is empty")),
            1..=Self::MAX_BYTES => Ok(()),
            _ => Err(Refusal::invalid(format!("the password is longer than {} bytes", Self::MAX_BYTES))),
        }
    }
}

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<Password> for String {
    fn from(password: Password) -> Self {
        password.expose().to_owned()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// A point in time, in milliseconds since 1970-01-01T00:00:00Z; in JSON as RFC 3339 text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(into = "String", try_from = "String")]
#[schema(value_type = String, format = DateTime)]
pub struct Time(pub i64);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::MIN);
        write!(f, "{shown:.3}")
    }
}

impl From<Time> for String {
    fn from(time: Time) -> Self {
        time.to_string()
    }
}

impl TryFrom<String> for Time {
    type Error = jiff::Error;
    fn try_from(text: String) -> Result<Self, jiff::Error> {
        text.parse::<jiff::Timestamp>().map(|time| Self(time.as_millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_readable_and_read_back() {
        let json = serde_json::to_string(&Time(1_700_000_000_123)).unwrap();
        assert_eq!(json, "\"2023-11-14T22:13:20.123Z\"");
        assert_eq!(serde_json::from_str::<Time>(&json).unwrap(), Time(1_700_000_000_123));
        assert!(serde_json::from_str::<Time>("\"yesterday\"").is_err());
    }

    #[test]
    fn passwords_are_bounded_and_not_shown() {
        let password = Password::new("secret");
        assert_eq!(format!("{password:?}"), "Password(…)");
        assert!(password.check().is_ok());
        assert!(Password::new("").check().is_err());
        assert!(Password::new("x".repeat(1025)).check().is_err());
    }
}
