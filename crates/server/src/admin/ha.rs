//! High availability, as this node knows it.

use std::time::Duration;

use everpresent_console::administration::{
    HaGroup, HaHome, HaNode, HaStatus, LinkState, ServiceInfo, ServiceState,
};
use everpresent_console::{Refusal, Time};
use everpresent_recovery::manager::{NodeState, Order, PeerService, PeerStatus, Reason};
use everpresent_session::ids::HomeName;
use everpresent_session::owner::Mode;
use everpresent_session::time::{Moment, Timestamp};

use super::services;
use crate::home::Home;
use crate::node::Node;
use crate::seat::Seat;
use crate::sweep;

/// What is known of all groups: of the own one as it is now, of others what the database says.
pub(super) async fn status(node: &Node, started: Timestamp) -> Result<HaStatus, Refusal> {
    let rows = node.peers.nodes();
    let assigned = node.store.users_per_home().await.map_err(super::away)?;
    let assigned = |name: &HomeName| assigned.iter().find(|(home, _)| home == name).map(|(_, users)| *users);
    let mut groups: Vec<HaGroup> = Vec::new();
    for row in rows.iter() {
        let own_group = row.group == node.pair.group;
        let mut shown = HaNode {
            name: row.name.as_str().to_owned(),
            state: NodeState::Unknown.to_string(),
            state_number: NodeState::Unknown.number(),
            reason: Reason::Unknown.to_string(),
            since: None,
            version: row.version.clone(),
            link: LinkState::Down,
            heartbeat_age_ms: None,
            sessions_served: None,
            sessions_assigned: assigned(&row.name),
            services: Vec::new(),
            maintenance_until: None,
        };
        if row.name == node.name() {
            describe_own(node, started, &mut shown);
        } else if own_group && let Some(peer) = node.pair.status().and_then(|status| status.peer) {
            describe_peer(node, &peer, &mut shown);
        }
        match groups.iter_mut().find(|group| group.name == row.group) {
            Some(group) => group.nodes.push(shown),
            None => groups.push(HaGroup {
                name: row.group.clone(),
                ha_enabled: own_group && node.pair.is_enabled(),
                nodes: vec![shown],
                homes: if own_group { homes(node) } else { Vec::new() },
                alerts: if own_group { alerts(node) } else { Vec::new() },
            }),
        }
    }
    for group in &mut groups {
        group.nodes.sort_by(|one, other| one.name.cmp(&other.name));
    }
    Ok(HaStatus { groups })
}

fn describe_own(node: &Node, started: Timestamp, shown: &mut HaNode) {
    let audit = sweep::audit_all(node);
    shown.link = LinkState::Up;
    shown.services = services::list(node).services;
    shown.sessions_served = Some((audit.open + audit.detached) as u64);
    shown.since = Some(Time(started.0));
    if let Some(status) = node.pair.status() {
        shown.state = status.standing.state.to_string();
        shown.state_number = status.standing.state.number();
        shown.reason = status.standing.reason.to_string();
        shown.since = Some(wall(node, status.since));
        shown.maintenance_until = status.maintenance.map(|until| wall(node, until));
    }
}

fn describe_peer(node: &Node, peer: &PeerStatus, shown: &mut HaNode) {
    shown.state = peer.state.to_string();
    shown.state_number = peer.state.number();
    shown.reason = peer.reason.to_string();
    shown.since = peer.since.map(|since| wall(node, since));
    shown.link = if peer.link { LinkState::Up } else { LinkState::Down };
    let milliseconds = |age: std::time::Duration| u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
    shown.services = peer.services.iter().map(peer_service).collect();
    shown.heartbeat_age_ms = peer.heartbeat_age.map(milliseconds);
    shown.sessions_served = node.pair.partner().and_then(|partner| partner.sessions());
}

fn peer_service(service: &PeerService) -> ServiceInfo {
    let state = if service.up { ServiceState::Up } else { ServiceState::Down };
    ServiceInfo { name: service.name.clone(), state, why: None, since: None, restarts: None }
}

fn alerts(node: &Node) -> Vec<String> {
    let alerts = node.pair.status().map(|status| status.alerts).unwrap_or_default();
    alerts.iter().map(ToString::to_string).collect()
}

/// The civil time of a moment of this process, past or to come.
fn wall(node: &Node, moment: Moment) -> Time {
    let now = node.clock.now();
    let milliseconds = |length: Duration| i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
    let (ago, ahead) = (milliseconds(now.moment.since(moment)), milliseconds(moment.since(now.moment)));
    Time(now.wall.0.saturating_sub(ago).saturating_add(ahead))
}

fn homes(node: &Node) -> Vec<HaHome> {
    node.seats.all().iter().map(|seat| describe_home(seat)).collect()
}

fn describe_home(seat: &Seat) -> HaHome {
    let row = seat.shown().borrow().row.clone();
    let held = row.as_ref().filter(|row| row.incarnation.is_some());
    let protected = row.as_ref().is_some_and(|row| row.replica.is_some());
    let mode = match seat.served() {
        Some(home) => mode(&home),
        None if held.is_none() => "not served",
        None if protected => "protected",
        None => "spooled",
    };
    HaHome {
        home: seat.name().as_str().to_owned(),
        owner: held.map(|row| row.owner.as_str().to_owned()),
        epoch: row.map_or(0, |row| row.epoch.0),
        mode: mode.to_owned(),
        replica: protected,
    }
}

fn mode(home: &Home) -> &'static str {
    home.enter(|state| match state.owner.mode() {
        Mode::Protected { .. } => "protected",
        Mode::Entering { .. } => "entering",
        Mode::Leaving { .. } => "leaving",
        Mode::Spooled if state.owner.accepts_messages() => "spooled",
        Mode::Spooled => "refusing",
    })
}

/// Has an order carried out.
pub(super) async fn order(node: &Node, order: Order) -> Result<(), Refusal> {
    node.pair.order(order, false).await.map(drop).map_err(Refusal::conflict)
}
