//! Control messages.

use std::collections::VecDeque;

use everpresent_recovery::ownership::PeerMessage;
use everpresent_session::ids::Epoch;
use everpresent_session::time::Moment;

use super::ids::{read_home, read_incarnation, read_span, write_id, write_span};
use super::{Malformed, Message, each, narrow, needed};
use crate::control::{Control, Heartbeat, HomeView, ServiceHealth};
use crate::wire;
use crate::wire::control_message::Kind;
use crate::wire::ownership::Message as Wire;

impl Message for Control {
    type Wire = wire::ControlMessage;

    fn write(self, out: &mut VecDeque<Self::Wire>) {
        let kind = match self {
            Self::Heartbeat(heartbeat) => Kind::Heartbeat(write_heartbeat(*heartbeat)),
            Self::Ownership { home, message } => Kind::Ownership(wire::Ownership {
                home: home.to_string(),
                message: Some(write_ownership(message)),
            }),
            Self::Goodbye { reason } => Kind::Goodbye(wire::Goodbye { reason: u32::from(reason) }),
        };
        out.push_back(wire::ControlMessage { kind: Some(kind) });
    }

    fn read(wire: Self::Wire) -> Result<Self, Malformed> {
        Ok(match needed(wire.kind, "a control message is of an unknown kind")? {
            Kind::Hello(_) => return Err(Malformed("a control stream is opened twice")),
            Kind::Heartbeat(heartbeat) => Self::Heartbeat(Box::new(read_heartbeat(heartbeat)?)),
            Kind::Ownership(ownership) => Self::Ownership {
                home: read_home(&ownership.home)?,
                message: read_ownership(needed(
                    ownership.message,
                    "an ownership message is of an unknown kind",
                )?)?,
            },
            Kind::Goodbye(goodbye) => Self::Goodbye { reason: narrow(goodbye.reason, OUT_OF_RANGE)? },
        })
    }
}

const OUT_OF_RANGE: &str = "a code is out of range";

fn write_heartbeat(heartbeat: Heartbeat) -> wire::Heartbeat {
    let services = heartbeat.services.into_iter();
    let homes = heartbeat.homes.into_iter();
    wire::Heartbeat {
        node: heartbeat.node,
        incarnation: write_id(heartbeat.incarnation.0),
        software: heartbeat.software,
        features: heartbeat.features,
        state: u32::from(heartbeat.state),
        reason: u32::from(heartbeat.reason),
        sent: heartbeat.sent.0,
        services: services
            .map(|service| wire::ServiceHealth { name: service.name, up: service.up })
            .collect(),
        homes: homes
            .map(|view| wire::HomeView {
                home: view.home.to_string(),
                epoch: view.epoch.0,
                serving: view.serving,
                mode: u32::from(view.mode),
            })
            .collect(),
        sessions: heartbeat.sessions,
    }
}

fn read_heartbeat(heartbeat: wire::Heartbeat) -> Result<Heartbeat, Malformed> {
    Ok(Heartbeat {
        node: heartbeat.node,
        incarnation: read_incarnation(heartbeat.incarnation)?,
        software: heartbeat.software,
        features: heartbeat.features,
        state: narrow(heartbeat.state, OUT_OF_RANGE)?,
        reason: narrow(heartbeat.reason, OUT_OF_RANGE)?,
        sent: Moment(heartbeat.sent),
        services: each(heartbeat.services, |service| {
            Ok(ServiceHealth { name: service.name, up: service.up })
        })?,
        homes: each(heartbeat.homes, |view| {
            Ok(HomeView {
                home: read_home(&view.home)?,
                epoch: Epoch(view.epoch),
                serving: view.serving,
                mode: narrow(view.mode, OUT_OF_RANGE)?,
            })
        })?,
        sessions: heartbeat.sessions,
    })
}

fn write_ownership(message: PeerMessage) -> Wire {
    match message {
        PeerMessage::Ask { epoch, incarnation, asked } => {
            Wire::Ask(wire::Ask { epoch: epoch.0, incarnation: write_id(incarnation.0), asked: asked.0 })
        }
        PeerMessage::Grant { epoch, to, asked, length, from } => Wire::Grant(wire::Grant {
            epoch: epoch.0,
            to: write_id(to.0),
            asked: asked.0,
            length: Some(write_span(length)),
            from: write_id(from.0),
        }),
        PeerMessage::Refusal { highest } => Wire::Refusal(wire::Refusal { highest: highest.0 }),
        PeerMessage::Yielded { epoch, incarnation } => {
            Wire::Yielded(wire::Yielded { epoch: epoch.0, incarnation: write_id(incarnation.0) })
        }
    }
}

fn read_ownership(message: Wire) -> Result<PeerMessage, Malformed> {
    Ok(match message {
        Wire::Ask(ask) => PeerMessage::Ask {
            epoch: Epoch(ask.epoch),
            incarnation: read_incarnation(ask.incarnation)?,
            asked: Moment(ask.asked),
        },
        Wire::Grant(grant) => PeerMessage::Grant {
            epoch: Epoch(grant.epoch),
            to: read_incarnation(grant.to)?,
            asked: Moment(grant.asked),
            length: read_span(needed(grant.length, "a grant has no length")?)?,
            from: read_incarnation(grant.from)?,
        },
        Wire::Refusal(refusal) => PeerMessage::Refusal { highest: Epoch(refusal.highest) },
        Wire::Yielded(yielded) => PeerMessage::Yielded {
            epoch: Epoch(yielded.epoch),
            incarnation: read_incarnation(yielded.incarnation)?,
        },
    })
}
