//! What records do.

use everpresent_session::record::{Effect, Flag, Opening};
use everpresent_session::session::ClientState;
use everpresent_session::time::Timestamp;

use super::ids::{
    read_home, read_ledger, read_reason, read_row_id, read_session, read_span, write_id, write_reason,
    write_row_id, write_span,
};
use super::row::{read_row, write_row};
use super::session::{read_held, read_presence, read_spooled, write_held, write_presence, write_spooled};
use super::{Malformed, each, kept, narrow, needed, read_full, read_jid};
use crate::wire;
use crate::wire::effect::Kind;
use crate::wire::flag_set::Kind as FlagKind;

pub(super) fn write_effect(effect: Effect) -> wire::Effect {
    let kind = match effect {
        Effect::Opened(opening) => Kind::Opened(wire::Opened {
            session: write_id(opening.session.0),
            jid: opening.jid.to_string(),
            user_agent: opening.user_agent,
            at: opening.at.0,
            reason: write_reason(opening.reason).into(),
            handled: opening.handled,
        }),
        Effect::Managed { session, resume } => {
            Kind::Managed(wire::Managed { session: write_id(session.0), resume: resume.map(write_span) })
        }
        Effect::Presence { session, presence } => Kind::Presence(wire::PresenceSet {
            session: write_id(session.0),
            presence: presence.map(write_presence),
        }),
        Effect::Inherited { session, from } => {
            Kind::Inherited(wire::Inherited { session: write_id(session.0), from: write_id(from.0) })
        }
        Effect::Directed { session, to, available } => {
            Kind::Directed(wire::Directed { session: write_id(session.0), to: to.to_string(), available })
        }
        Effect::Flag { session, flag } => {
            Kind::Flag(wire::FlagSet { session: write_id(session.0), kind: write_flag(flag).into() })
        }
        Effect::Enqueued { session, stanza, spool } => Kind::Enqueued(wire::Enqueued {
            session: write_id(session.0),
            stanza,
            spool: spool.map(write_spooled),
        }),
        Effect::Held { session, key, stanza } => {
            Kind::Held(wire::Held { session: write_id(session.0), stanza: Some(write_held(key, stanza)) })
        }
        Effect::Released { session } => Kind::Released(write_id(session.0)),
        Effect::ClientAcked { session, count } => {
            Kind::ClientAcked(wire::ClientAcked { session: write_id(session.0), count })
        }
        Effect::Handled { session } => Kind::Handled(write_id(session.0)),
        Effect::Detached { session, wait, reason } => Kind::Detached(wire::Detached {
            session: write_id(session.0),
            wait: Some(write_span(wait)),
            reason: write_reason(reason).into(),
        }),
        Effect::Resumed { session } => Kind::Back(write_id(session.0)),
        Effect::Closed { session, reason, at } => Kind::Closed(wire::SessionClosed {
            session: write_id(session.0),
            reason: write_reason(reason).into(),
            at: at.0,
        }),
        Effect::Route { to, id, stanza, written } => {
            Kind::Route(wire::Route { to: to.to_string(), stanza, id: Some(write_row_id(id)), written })
        }
        Effect::Routed { to, up_to } => Kind::Routed(wire::Routed { to: to.to_string(), up_to }),
        Effect::Received { from, number } => {
            Kind::Received(wire::Received { from: write_id(from.0), number })
        }
        Effect::Store(row) => Kind::Store(write_row(row)),
        Effect::Spooling { messages } => {
            Kind::Spooling(wire::Spooling { messages: messages.into_iter().map(write_row_id).collect() })
        }
        Effect::Stored { rows, spooled } => Kind::Stored(wire::Stored {
            rows: rows as u64,
            spooled: spooled.into_iter().map(write_row_id).collect(),
        }),
    };
    wire::Effect { kind: Some(kind) }
}

pub(super) fn read_effect(effect: wire::Effect) -> Result<Effect, Malformed> {
    Ok(match needed(effect.kind, "an effect is of an unknown kind")? {
        Kind::Opened(effect) => Effect::Opened(Opening {
            session: read_session(effect.session)?,
            jid: read_full(&effect.jid)?,
            user_agent: effect.user_agent,
            at: Timestamp(effect.at),
            reason: read_reason(effect.reason)?,
            handled: effect.handled,
        }),
        Kind::Managed(effect) => Effect::Managed {
            session: read_session(effect.session)?,
            resume: effect.resume.map(read_span).transpose()?,
        },
        Kind::Presence(effect) => Effect::Presence {
            session: read_session(effect.session)?,
            presence: effect.presence.map(read_presence).transpose()?,
        },
        Kind::Inherited(effect) => {
            Effect::Inherited { session: read_session(effect.session)?, from: read_session(effect.from)? }
        }
        Kind::Directed(effect) => Effect::Directed {
            session: read_session(effect.session)?,
            to: read_jid(&effect.to)?,
            available: effect.available,
        },
        Kind::Flag(effect) => {
            Effect::Flag { session: read_session(effect.session)?, flag: read_flag(effect.kind)? }
        }
        Kind::Enqueued(effect) => Effect::Enqueued {
            session: read_session(effect.session)?,
            stanza: kept(effect.stanza),
            spool: effect.spool.map(read_spooled).transpose()?,
        },
        Kind::Held(effect) => {
            let held = read_held(needed(effect.stanza, "a held stanza is missing")?)?;
            Effect::Held { session: read_session(effect.session)?, key: held.key, stanza: held.stanza }
        }
        Kind::Released(session) => Effect::Released { session: read_session(session)? },
        Kind::ClientAcked(effect) => {
            Effect::ClientAcked { session: read_session(effect.session)?, count: effect.count }
        }
        Kind::Handled(session) => Effect::Handled { session: read_session(session)? },
        Kind::Detached(effect) => Effect::Detached {
            session: read_session(effect.session)?,
            wait: read_span(needed(effect.wait, "a session waits for no time")?)?,
            reason: read_reason(effect.reason)?,
        },
        Kind::Back(session) => Effect::Resumed { session: read_session(session)? },
        Kind::Closed(effect) => Effect::Closed {
            session: read_session(effect.session)?,
            reason: read_reason(effect.reason)?,
            at: Timestamp(effect.at),
        },
        Kind::Route(effect) => Effect::Route {
            to: read_home(&effect.to)?,
            id: read_row_id(effect.id)?,
            stanza: kept(effect.stanza),
            written: effect.written,
        },
        Kind::Routed(effect) => Effect::Routed { to: read_home(&effect.to)?, up_to: effect.up_to },
        Kind::Received(effect) => Effect::Received { from: read_ledger(effect.from)?, number: effect.number },
        Kind::Store(row) => Effect::Store(read_row(row)?),
        Kind::Spooling(effect) => {
            Effect::Spooling { messages: each(effect.messages, |id| read_row_id(Some(id)))? }
        }
        Kind::Stored(effect) => Effect::Stored {
            rows: narrow(effect.rows, "a count is out of range")?,
            spooled: each(effect.spooled, |id| read_row_id(Some(id)))?,
        },
    })
}

fn write_flag(flag: Flag) -> FlagKind {
    match flag {
        Flag::Carbons(true) => FlagKind::CarbonsOn,
        Flag::Carbons(false) => FlagKind::CarbonsOff,
        Flag::RosterInterested => FlagKind::RosterInterested,
        Flag::BlockListInterested => FlagKind::BlockListInterested,
        Flag::ClientState(ClientState::Active) => FlagKind::Active,
        Flag::ClientState(ClientState::Inactive) => FlagKind::Inactive,
    }
}

fn read_flag(kind: i32) -> Result<Flag, Malformed> {
    Ok(match FlagKind::try_from(kind) {
        Ok(FlagKind::CarbonsOn) => Flag::Carbons(true),
        Ok(FlagKind::CarbonsOff) => Flag::Carbons(false),
        Ok(FlagKind::RosterInterested) => Flag::RosterInterested,
        Ok(FlagKind::BlockListInterested) => Flag::BlockListInterested,
        Ok(FlagKind::Active) => Flag::ClientState(ClientState::Active),
        Ok(FlagKind::Inactive) => Flag::ClientState(ClientState::Inactive),
        Ok(FlagKind::Unspecified) | Err(_) => return Err(Malformed("a switch of a session is unknown")),
    })
}
