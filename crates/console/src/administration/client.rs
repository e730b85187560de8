//! What clients may know of the cluster.

use serde::{Deserialize, Serialize};

/// How to come back after a node has gone, and where to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientProfile {
    /// How long to wait at random before a fresh sign-in.
    pub relogin: Relogin,
    /// Nodes that take any user of the cluster; those of the group of the node that answers come first. Nodes that are not told
    /// to clients are left out.
    pub nodes: Vec<ClientNode>,
}

/// The bounds of the random wait before a fresh sign-in. A client that can resume its session does not wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relogin {
    /// Shortest wait.
    pub lower_seconds: u64,
    /// Longest wait.
    pub upper_seconds: u64,
    /// Whether either follows from the number of sessions, and so changes with it.
    pub computed: bool,
}

/// A node that clients may come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientNode {
    /// Name or address of its host.
    pub host: String,
    /// Port for STARTTLS (RFC 6120), if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starttls_port: Option<u16>,
    /// Port for TLS from the first byte (XEP-0368), if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direct_tls_port: Option<u16>,
}
