//! The node as operators see it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Time;

/// The state of a node, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeStatus {
    /// Name of the node.
    pub name: String,
    /// Version of the program.
    pub version: String,
    /// Domains served.
    pub domains: Vec<String>,
    /// Node state, such as `Normal`.
    pub state: String,
    /// Why it is in that state.
    pub reason: String,
    /// Mode of its home: `protected`, `spooled` or `refusing`.
    pub mode: String,
    /// Epoch of its home.
    pub epoch: u64,
    /// When the serving process started.
    pub started: Time,
    /// Whether clients should be sent here, and why not.
    pub readiness: Readiness,
    /// Accounts.
    pub users: u64,
    /// Connections of clients.
    pub transports: u64,
    /// Sessions with a connection.
    pub sessions_open: u64,
    /// Sessions without one.
    pub sessions_detached: u64,
    /// What is listened on, as `kind address:port`.
    pub listeners: Vec<String>,
    /// Kind of database: `sqlite` or `postgres`.
    pub database: String,
    /// The certificate in use.
    pub certificate: Option<Certificate>,
}

/// A certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Certificate {
    /// Names it is for.
    pub names: Vec<String>,
    /// Until when it is valid.
    pub not_after: Time,
    /// Whether it was made by this node itself.
    pub self_signed: bool,
}

/// Whether clients should be sent to this node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Readiness {
    /// Whether they should.
    pub ready: bool,
    /// Why not; empty when ready.
    pub reasons: Vec<String>,
    /// How long a client should wait at random before a fresh sign-in, if it cannot resume.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relogin: Option<ReloginLimits>,
}

impl Readiness {
    /// All is well.
    pub fn ready() -> Self {
        Self { ready: true, reasons: Vec::new(), relogin: None }
    }

    /// Not now, because of these.
    pub fn not_ready(reasons: Vec<String>) -> Self {
        Self { ready: false, reasons, relogin: None }
    }
}

/// Bounds of the random wait before a fresh sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReloginLimits {
    /// Shortest wait.
    pub lower_seconds: u64,
    /// Longest wait.
    pub upper_seconds: u64,
}

/// What was read again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReloadReport {
    /// What is in use now, such as `certificate`.
    pub reloaded: Vec<String>,
    /// What could not be read and stays as it was, with the reason.
    pub kept: Vec<String>,
}
