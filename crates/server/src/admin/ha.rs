//! High availability, as a node knows it that is alone in its group.

use everpresent_console::administration::{HaGroup, HaHome, HaNode, HaStatus, LinkState};
use everpresent_console::{Refusal, Time};
use everpresent_recovery::manager::{NodeState, OrderRefusal, Reason};
use everpresent_session::time::Timestamp;

use crate::node::Node;
use crate::sweep;

/// The group that the first node makes.
const DEFAULT_GROUP: &str = "DefaultCUPSubCluster";

pub(super) fn status(node: &Node, started: Timestamp, mode: &str) -> HaStatus {
    let name = node.config.node.name.clone();
    let home = node.seats.get(&node.name()).and_then(|seat| seat.served());
    let audit = sweep::audit_all(node);
    let sessions = (audit.open + audit.detached) as u64;
    let state = NodeState::Unknown;
    HaStatus {
        groups: vec![HaGroup {
            name: DEFAULT_GROUP.to_owned(),
            ha_enabled: false,
            nodes: vec![HaNode {
                name: name.clone(),
                state: state.to_string(),
                state_number: state.number(),
                reason: Reason::HighAvailabilityNotEnabled.to_string(),
                since: Some(Time(started.0)),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                link: LinkState::Up,
                heartbeat_age_ms: None,
                sessions_served: Some(sessions),
                sessions_assigned: Some(sessions),
            }],
            homes: vec![HaHome {
                home: name.clone(),
                owner: home.is_some().then_some(name),
                epoch: home.map_or(0, |home| home.fence.epoch.0),
                mode: mode.to_owned(),
                replica: false,
            }],
        }],
    }
}

/// What becomes of an order: there is nobody to carry it out with.
pub(super) fn refuse() -> Refusal {
    Refusal::conflict(OrderRefusal::NoPartner.to_string())
}
