//! Heartbeats: how this node is, told to its partner.

use std::sync::Arc;

use everpresent_link::control::{Control, Heartbeat, HomeView, ServiceHealth};
use everpresent_recovery::manager::{Mode as Shown, NodeState, Reason};
use everpresent_session::owner::Mode;

use crate::home::Home;
use crate::node::Node;

/// The number of a mode in heartbeats.
pub(super) fn mode_number(mode: Mode) -> u8 {
    match mode {
        Mode::Spooled => 1,
        Mode::Entering { .. } => 2,
        Mode::Protected { .. } => 3,
        Mode::Leaving { .. } => 4,
    }
}

/// The mode as operators see it.
pub(super) fn shown(mode: Mode) -> Shown {
    match mode {
        Mode::Spooled => Shown::Spooled,
        Mode::Entering { .. } => Shown::Entering,
        Mode::Protected { .. } => Shown::Protected,
        Mode::Leaving { .. } => Shown::Leaving,
    }
}

/// This node's heartbeat now.
pub(super) fn of(node: &Arc<Node>) -> Control {
    let status = node.pair.status();
    let standing = status.as_ref().map(|status| status.standing);
    let services = status.map(|status| status.reported).unwrap_or_default().into_iter();
    let services = services.map(|service| ServiceHealth { name: service.name, up: service.up }).collect();
    let sessions = |home: &Arc<Home>| home.enter(|state| state.owner.ledger().sessions().len());
    let served = node.seats.served();
    let homes = node.seats.all().into_iter().map(|seat| {
        let home = seat.served();
        let epoch = seat.shown().borrow().row.as_ref().map(|row| row.epoch).unwrap_or_default();
        let mode = home.as_ref().map_or(0, |home| mode_number(home.enter(|state| state.owner.mode())));
        HomeView { home: seat.name().clone(), epoch, serving: home.is_some(), mode }
    });
    Control::Heartbeat(Box::new(Heartbeat {
        node: node.config.node.name.clone(),
        incarnation: node.incarnation,
        software: env!("CARGO_PKG_VERSION").to_owned(),
        features: node.feature_hash(),
        state: standing.map_or(NodeState::Unknown, |standing| standing.state).number(),
        reason: standing.map_or(Reason::Unknown, |standing| standing.reason).number(),
        sent: node.clock.moment(),
        services,
        homes: homes.collect(),
        sessions: served.iter().map(sessions).sum::<usize>() as u64,
    }))
}
