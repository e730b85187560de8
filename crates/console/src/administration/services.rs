//! The monitored services of a node, and what operators can do with them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Time;

/// The monitored services of the node that answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServiceList {
    /// The node.
    pub node: String,
    /// Its services.
    pub services: Vec<ServiceInfo>,
}

/// A monitored service: a failover may be decided by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServiceInfo {
    /// Its name, such as `router`.
    pub name: String,
    /// How it is.
    pub state: ServiceState,
    /// Why it does not work, if it does not.
    pub why: Option<String>,
    /// Since when it is so; nothing for those of another node.
    pub since: Option<Time>,
    /// How often it was started again because it had crashed or was stuck; nothing for those of another node.
    pub restarts: Option<u64>,
}

/// How a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceState {
    /// It was started, and has not shown yet that it works.
    Starting,
    /// It works.
    Up,
    /// It does not.
    Down,
}

impl ServiceState {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

/// What is to become of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceAct {
    /// It runs, free from faults that were made on purpose.
    Start,
    /// It does not run until it is started.
    Stop,
    /// It begins anew.
    Restart,
    /// It crashes again and again until it is started, to rehearse what follows.
    Crash,
    /// It makes no progress until it is started, to rehearse what follows.
    Stick,
}
