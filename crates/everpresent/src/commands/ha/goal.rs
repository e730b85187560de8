//! What an order is to lead to, and waiting for it.

use std::time::{Duration, Instant};

use everpresent_console::administration::{HaGroup, HaStatus};

use crate::failure::Failure;
use crate::node::Recovery;

/// How often the state is asked for while it is waited for.
const POLL: Duration = Duration::from_millis(200);
/// Numbers of the states that are waited for.
const NORMAL: u8 = 3;
const BACKUP: u8 = 4;
const UNKNOWN: u8 = 12;
/// `Idle`, and `Failed Over` with and without services.
const FAILED_OVER: [u8; 3] = [2, 7, 8];

/// What an order is to lead to.
pub(super) enum Goal<'a> {
    /// This node is failed over and its partner has its users.
    FailedOver(&'a str),
    /// This node and its partner serve their own users.
    AtHome(&'a str),
    /// High availability is enabled in this group, and all is well.
    Enabled(Option<&'a str>),
    /// High availability is disabled in this group.
    Disabled(Option<&'a str>),
}

impl Goal<'_> {
    fn is_reached(&self, status: &HaStatus) -> bool {
        let Some(group) = self.group(status) else { return false };
        let all = |number: u8| group.nodes.iter().all(|node| node.state_number == number);
        match self {
            Self::FailedOver(name) => group.nodes.iter().all(|node| match node.name == *name {
                true => FAILED_OVER.contains(&node.state_number),
                false => node.state_number == BACKUP,
            }),
            Self::AtHome(_) => all(NORMAL),
            Self::Enabled(_) => group.ha_enabled && all(NORMAL),
            Self::Disabled(_) => !group.ha_enabled && all(UNKNOWN),
        }
    }

    /// The group that it is about: the only one if none was named.
    fn group<'s>(&self, status: &'s HaStatus) -> Option<&'s HaGroup> {
        status.groups.iter().find(|group| match self {
            Self::FailedOver(name) | Self::AtHome(name) => group.nodes.iter().any(|node| node.name == *name),
            Self::Enabled(Some(name)) | Self::Disabled(Some(name)) => group.name == *name,
            Self::Enabled(None) | Self::Disabled(None) => true,
        })
    }

    /// Asks until it is reached or the time is over. Gives the last state, and whether it was.
    pub(super) fn wait(&self, recovery: &Recovery, seconds: u64) -> Result<(HaStatus, bool), Failure> {
        let end = Instant::now() + Duration::from_secs(seconds);
        loop {
            let status = recovery.status()?;
            let reached = self.is_reached(&status);
            if reached || Instant::now() >= end {
                return Ok((status, reached));
            }
            std::thread::sleep(POLL);
        }
    }

    /// What is said when it was not.
    pub(super) fn missed(&self, status: &HaStatus, seconds: u64) -> String {
        let nodes = self.group(status).map(|group| group.nodes.as_slice()).unwrap_or_default();
        let states: Vec<String> =
            nodes.iter().map(|node| format!("{} is {} ({})", node.name, node.state, node.reason)).collect();
        format!("not done after {seconds} s: {}", states.join(", "))
    }
}
