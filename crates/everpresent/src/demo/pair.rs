//! The pair as its operator sees it: in which states the nodes are, and waiting for others.

use std::time::Duration;

use everpresent_console::administration::{HaGroup, HaStatus, LinkState};
use everpresent_server::config::Config;
use tokio::time::{Instant, sleep};

use super::folder::NODES;
use super::operator;
use super::teller::Trouble;

/// How long the pair may take from one state to the next.
const STATE_LIMIT: Duration = Duration::from_secs(60);
/// How often the states are asked for.
const STATE_POLL: Duration = Duration::from_millis(50);
/// Numbers of the states.
const NORMAL: u8 = 3;
const BACKUP: u8 = 4;
/// `Failed Over` with and without services.
const FAILED_OVER: [u8; 2] = [7, 8];
/// A home whose partner has a complete copy.
const PROTECTED: &str = "protected";

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// Both nodes run and hear each other.
    Together,
    /// Each serves its own users and has a copy of the other's sessions.
    Normal,
    /// The first one is back and waits; the other serves all, and the first has a copy again.
    FailedOver,
}

impl Goal {
    fn text(self) -> &'static str {
        match self {
            Self::Together => "both nodes hear each other",
            Self::Normal => "both nodes are Normal, and each has a copy of the other's sessions",
            Self::FailedOver => "imp1 is Failed Over, imp2 serves everybody, and imp1 has a copy",
        }
    }

    fn is_reached(self, group: &HaGroup) -> bool {
        let states: Vec<u8> = group.nodes.iter().map(|node| node.state_number).collect();
        let owned = |owner: fn(usize) -> usize| {
            group.homes.len() == NODES.len()
                && group.homes.iter().zip(0..).all(|(home, place)| {
                    home.owner.as_deref() == Some(NODES[owner(place)]) && home.mode == PROTECTED
                })
        };
        match (self, states.as_slice()) {
            (Self::Together, [_, _]) => group.nodes.iter().all(|node| node.link == LinkState::Up),
            (Self::Normal, [NORMAL, NORMAL]) => owned(|place| place),
            (Self::FailedOver, [first, BACKUP]) => FAILED_OVER.contains(first) && owned(|_| 1),
            _ => false,
        }
    }
}

/// Waits, asking the node of this configuration. Returns what it said last.
///
/// # Errors
/// When it does not come to that in time.
pub(super) async fn wait(config: &Config, goal: Goal) -> Result<HaGroup, Trouble> {
    let deadline = Instant::now() + STATE_LIMIT;
    loop {
        let status = operator::status(config).await;
        let seen = match status {
            Ok(status) => match only_group(status) {
                Some(group) if goal.is_reached(&group) => return Ok(group),
                Some(group) => described(&group),
                None => "no group".to_owned(),
            },
            Err(trouble) => trouble.seen,
        };
        if Instant::now() > deadline {
            let limit = STATE_LIMIT.as_secs();
            return Err(Trouble::new(format!("{} within {limit} s", goal.text()), seen));
        }
        sleep(STATE_POLL).await;
    }
}

/// The demo has one group. Its nodes come in the order of their names, whichever of them was the first to join.
fn only_group(status: HaStatus) -> Option<HaGroup> {
    let mut group = status.groups.into_iter().next()?;
    group.nodes.sort_by(|left, right| left.name.cmp(&right.name));
    group.homes.sort_by(|left, right| left.home.cmp(&right.home));
    Some(group)
}

/// Brings the pair to Normal, whatever an earlier run has left: a node that waits for the order to take its users back
/// gets it.
///
/// # Errors
/// When it does not come to that in time.
pub(super) async fn bring_to_normal(config: &Config) -> Result<HaGroup, Trouble> {
    let group = wait(config, Goal::Together).await?;
    for (node, state) in group.nodes.iter().map(|node| node.state_number).enumerate() {
        if FAILED_OVER.contains(&state) {
            operator::fallback(config, node).await?;
        }
    }
    wait(config, Goal::Normal).await
}

/// Whether high availability is enabled.
pub(super) async fn is_enabled(config: &Config) -> Result<bool, Trouble> {
    Ok(operator::status(config).await?.groups.iter().any(|group| group.ha_enabled))
}

/// The states in a few words.
pub(super) fn described(group: &HaGroup) -> String {
    let nodes = group.nodes.iter().map(|node| format!("{} is {} ({})", node.name, node.state, node.reason));
    let homes = group.homes.iter().map(|home| {
        format!("home {} is with {}, {}", home.home, home.owner.as_deref().unwrap_or("nobody"), home.mode)
    });
    nodes.chain(homes).collect::<Vec<_>>().join("; ")
}
