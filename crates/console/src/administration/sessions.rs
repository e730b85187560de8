//! Sessions as operators see them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Time;
use super::users::default_limit;

/// Which sessions to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SessionQuery {
    /// Only those of this user (bare JID).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Only those in this state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub state: Option<SessionState>,
    /// Begin after this full JID: `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Most sessions in the page: 1 to 1000, 100 when left out.
    #[serde(default = "default_limit")]
    #[param(minimum = 1, maximum = 1000)]
    pub limit: usize,
}

/// State of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SessionState {
    /// Has a connection.
    Open,
    /// Has none, and a deadline.
    Detached,
    /// Is ending.
    Closing,
}

/// A session. Its id is not shown: it lets the user's clients resume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionInfo {
    /// Full JID.
    pub jid: String,
    /// State.
    pub state: SessionState,
    /// When the state ends, unless a connection holds it.
    pub until: Option<Time>,
    /// Reason of the last change of state.
    pub reason: String,
    /// Kind of the connection: `starttls`, `tls`, `websocket` or `plain`; nothing without one.
    pub transport: Option<String>,
    /// Address of the other end.
    pub address: Option<String>,
    /// Whether a lost connection can be resumed (XEP-0198).
    pub resumable: bool,
    /// Whether contacts see it as available.
    pub available: bool,
    /// When it was opened.
    pub opened: Time,
    /// When the client was last heard of.
    pub last_seen: Time,
    /// Stanzas that wait for the client's acknowledgement.
    pub unacked_stanzas: u64,
    /// Bytes of those.
    pub unacked_bytes: u64,
}

/// One page of sessions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionPage {
    /// The sessions.
    pub sessions: Vec<SessionInfo>,
    /// `after` of the next page, if there is one.
    pub next: Option<String>,
    /// How many sessions fit the query in all.
    pub total: u64,
}

/// What came of ending sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ended {
    /// How many were ended.
    pub ended: u64,
}

/// The balance of promise P6.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditReport {
    /// When it was drawn up.
    pub at: Time,
    /// Whether every pair of numbers agrees and there is no difference.
    pub balanced: bool,
    /// Numbers that must agree.
    pub balances: Vec<Balance>,
    /// Closed sessions by reason since the node started.
    pub closed: BTreeMap<String, u64>,
    /// Every difference by name.
    pub differences: Vec<Difference>,
}

/// Two numbers that must agree, such as "transports" and "open sessions".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Balance {
    /// What is counted on the left.
    pub left: String,
    /// What is counted on the right.
    pub right: String,
    /// The left number.
    pub left_count: u64,
    /// The right number.
    pub right_count: u64,
}

/// One thing that is on one side only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    /// What kind, such as `session-without-transport`.
    pub kind: String,
    /// Whom it concerns: a full JID or the address of a connection.
    pub subject: String,
    /// When it was first seen.
    pub since: Time,
    /// What is done about it.
    pub action: String,
}
